"""Planar classification problems and a sine curve for the neural labs: made from a seed, split in three parts."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Drawn = tuple[Array, Array]


@dataclass(frozen=True, eq=False)
class Part:
    """``X`` (n, d) and ``y`` (n,) as seen by training; ``clean`` (n,) is y without label noise. All read-only."""

    X: Array
    y: Array
    clean: Array

    def __post_init__(self) -> None:
        for values in (self.X, self.y, self.clean):
            values.setflags(write=False)

    @property
    def flipped(self) -> NDArray[np.bool_]:
        """Which labels the noise changed (n,)."""
        changed: NDArray[np.bool_] = self.y != self.clean
        return changed


@dataclass(frozen=True, eq=False)
class Planar:
    """A problem by ``name`` in three parts. Classes are whole numbers from 0, ``classes`` of them; 0 for regression.

    Label noise reaches training and validation, which see the same world; the test part has the true labels.
    """

    name: str
    classes: int
    train: Part
    validation: Part
    test: Part


def planar(
    name: str, *, train: int = 200, validation: int = 200, test: int = 1000, noise: float = 0.1,
    label_noise: float = 0.0, seed: int = 0,
) -> Planar:  # fmt: skip
    """The problem ``name``, one of `PROBLEMS`: inputs about 1 in size, (n, 2), and for "sine" (n, 1).

    ``noise`` is the standard deviation of the points about their curve (for "sine" of y about the curve);
    ``label_noise`` the probability that a class is replaced by another one, for "sine" that a point is lifted by ±2.
    The parts are independent: the size of one leaves the others as they are.
    Raises ValueError for an unknown name, a size below 1, or noise out of range.
    """
    if name not in PROBLEMS:
        raise ValueError(f"There is no planar problem {name!r}; the problems are {', '.join(PROBLEMS)}.")
    if min(train, validation, test) < 1:
        raise ValueError(f"Every part needs at least one point, not {train}, {validation} and {test}.")
    if not noise >= 0 or not np.isfinite(noise) or not 0 <= label_noise <= 1:
        raise ValueError(f"Noise must be at least 0 and label noise in [0, 1], not {noise:g} and {label_noise:g}.")
    classes, draw = PROBLEMS[name]
    sizes = {"train": (train, label_noise), "validation": (validation, label_noise), "test": (test, 0.0)}
    parts = {part: _part(part, draw, classes, n, noise, flip, seed) for part, (n, flip) in sizes.items()}
    return Planar(name, classes, **parts)


def _part(
    part: str, draw: Callable[..., Drawn], classes: int, n: int, noise: float, flip: float, seed: int
) -> Part:
    source = np.random.default_rng([seed, zlib.crc32(part.encode())])
    X, clean = draw(source, n, noise)
    struck = source.random(n) < flip
    shift = source.integers(1, classes, n) if classes else 4.0 * source.integers(0, 2, n) - 2.0
    other = (clean + shift) % classes if classes else clean + shift
    return Part(X, np.where(struck, other, clean), clean)


def _alternating(n: int, classes: int) -> Array:
    """Classes 0, 1, …, 0, 1, …: balanced, and any first points are balanced too."""
    return (np.arange(n) % classes).astype(np.float64)


def _moons(source: np.random.Generator, n: int, noise: float) -> Drawn:
    """Two half circles of radius 1 that interlock, centred."""
    y = _alternating(n, 2)
    angle = np.pi * source.random(n)
    upper = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=1)
    X = np.where(y[:, None] == 0, upper, -upper)
    return X + noise * source.standard_normal((n, 2)), y


def _circles(source: np.random.Generator, n: int, noise: float) -> Drawn:
    """Circles of radius 0.5 and 1 about the origin."""
    y = _alternating(n, 2)
    X = _polar(np.where(y == 0, 0.5, 1.0), 2 * np.pi * source.random(n))
    return X + noise * source.standard_normal((n, 2)), y


def _spiral(source: np.random.Generator, n: int, noise: float) -> Drawn:
    """Two arms of one and a half turns, radius up to 1."""
    y = _alternating(n, 2)
    radius = np.sqrt(source.uniform(0.01, 1.0, n))
    X = _polar(radius, 3 * np.pi * radius + np.pi * y)
    return X + noise * source.standard_normal((n, 2)), y


def _xor(source: np.random.Generator, n: int, noise: float) -> Drawn:
    """The square [−1, 1]² with the sign of x₁x₂ as class; noise moves points after they got their class."""
    X = source.uniform(-1.0, 1.0, (n, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(np.float64)
    return X + noise * source.standard_normal((n, 2)), y


def _gaussians(source: np.random.Generator, n: int, noise: float) -> Drawn:
    """Three round clouds of deviation 0.25 + noise on a circle of radius 0.8."""
    y = _alternating(n, 3)
    centres = _polar(np.full(n, 0.8), np.pi / 2 + 2 * np.pi * y / 3)
    return centres + (0.25 + noise) * source.standard_normal((n, 2)), y


def _sine(source: np.random.Generator, n: int, noise: float) -> Drawn:
    """The curve y = sin πx for x uniform in [−1, 1]."""
    X = source.uniform(-1.0, 1.0, (n, 1))
    return X, np.sin(np.pi * X[:, 0]) + noise * source.standard_normal(n)


def _polar(radius: Array, angle: Array) -> Array:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


PROBLEMS: dict[str, tuple[int, Callable[[np.random.Generator, int, float], Drawn]]] = {
    "moons": (2, _moons), "circles": (2, _circles), "spiral": (2, _spiral), "xor": (2, _xor),
    "gaussians": (3, _gaussians), "sine": (0, _sine),
}  # fmt: skip
"""Name → number of classes (0 for regression) and the generator of clean points."""
