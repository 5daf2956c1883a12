"""Bases for curves: columns of polynomials, of sines and cosines, or of random functions, over an interval.

No column is constant: the intercept is the model's own. Fitting lives in `smoothers`.
"""

from dataclasses import dataclass

import numpy as np

from regviz.linear.problem import Array

BASES = ("polynomial", "fourier", "random-features")

OVERHANG = 1.25
"""Period of the Fourier basis in lengths of the interval, so that the two ends of a curve need not agree."""
HARMONICS = 50
"""Harmonics that a random feature is a sum of."""


@dataclass(frozen=True, slots=True)
class Basis:
    """A nested family of columns over ``low`` … ``high``; ``seed`` draws the random features.

    ``kind`` is one of `BASES`. The first columns of a larger size are the columns of a smaller one.
    """

    kind: str
    low: float
    high: float
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in BASES:
            raise ValueError(f"There is no basis {self.kind!r}; the bases are {', '.join(BASES)}.")
        if not self.low < self.high:
            raise ValueError(f"A basis needs an interval, not {self.low:g} … {self.high:g}.")

    def width(self, size: int) -> int:
        """Number of columns at complexity ``size``: two for each harmonic, else one."""
        return 2 * size if self.kind == "fourier" else size

    def columns(self, x: Array, size: int) -> Array:
        """The columns (n, width) at ``x`` (n,) for degree, harmonics or number of features ``size`` ≥ 1.

        polynomial: Legendre, √(2k+1)·P_k, orthonormal over the interval, which spans the powers up to x^size.
        fourier: √2·cos and √2·sin of 2πkx/period. random-features: sums of the first 50 harmonics with independent
        Gaussian amplitudes of standard deviation ∝ 1/k, so that each is one draw of a rough random function.
        """
        t = 2.0 * (np.asarray(x, dtype=np.float64) - self.low) / (self.high - self.low) - 1.0
        if self.kind == "polynomial":
            return _legendre(t, size)
        return _fourier(t, size) if self.kind == "fourier" else _random(t, size, self.seed)


def monomials(x: Array, degree: int) -> Array:
    """The powers x, x², …, x^degree as columns (n, degree): the polynomial basis' span, badly conditioned."""
    powers: Array = np.vander(np.asarray(x, dtype=np.float64), degree + 1, increasing=True)[:, 1:]
    return powers


def _legendre(t: Array, degree: int) -> Array:
    """By the three-term recurrence (k+1)P_{k+1} = (2k+1)tP_k − kP_{k−1}."""
    values = np.empty((len(t), degree + 1))
    values[:, 0], values[:, 1] = 1.0, t
    for k in range(1, degree):
        values[:, k + 1] = ((2 * k + 1) * t * values[:, k] - k * values[:, k - 1]) / (k + 1)
    scaled: Array = values[:, 1:] * np.sqrt(2.0 * np.arange(1, degree + 1) + 1.0)
    return scaled


def _fourier(t: Array, harmonics: int) -> Array:
    angles = np.pi / OVERHANG * t[:, None] * np.arange(1, harmonics + 1)
    both = np.stack([np.cos(angles), np.sin(angles)], axis=2)
    scaled: Array = np.sqrt(2.0) * both.reshape(len(t), 2 * harmonics)
    return scaled


def _random(t: Array, count: int, seed: int) -> Array:
    scale = np.repeat(1.0 / np.arange(1, HARMONICS + 1), 2)
    amplitudes = np.random.default_rng([seed, 7]).normal(size=(count, 2 * HARMONICS)) * scale
    drawn: Array = _fourier(t, HARMONICS) @ amplitudes.T / np.linalg.norm(scale)
    return drawn
