"""Two Gaussian classes and the stochastic linear classifier on them: training error and true error, both exact.

Q = N(w, s²I) over the weights of sign(vᵀx). The bounds themselves are in ``pac_bayes``.
"""

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_PIECES, _NODES = 10, 16
_NEGLIGIBLE = 90.0
"""Half of it in the exponent is below 1e-19."""


@dataclass(frozen=True)
class GaussianClasses:
    """y = ±1 with equal chances, x ~ N(y·m·e₁, I) in ``d`` dimensions: half the classes' distance is ``m``."""

    m: float
    d: int

    def stream(self, seed: int, name: str = "sample") -> np.random.Generator:
        """The random source of one sample."""
        return np.random.default_rng([seed, zlib.crc32(f"pac-bayes {name}".encode())])

    def signed(self, source: np.random.Generator, n: int) -> Array:
        """y·x for n examples (n, d): all that errors depend on. The first rows do not depend on n."""
        found: Array = source.standard_normal((n, self.d))
        found[:, 0] += self.m
        return found

    @property
    def bayes_error(self) -> float:
        """The least error of any classifier, Φ(−m)."""
        return 0.5 * math.erfc(self.m / math.sqrt(2.0))

    def error(self, cosine: ArrayLike) -> Array:
        """Error of sign(wᵀx) for a fixed w whose angle to e₁ has this ``cosine``: Φ(−m·cosine)."""
        return _normal(-self.m * np.asarray(cosine, float))

    def gibbs_error(self, ratio: ArrayLike, cosine: ArrayLike) -> Array:
        """P(v·yx < 0) over v ~ N(w, s²I) and a fresh example, ``ratio`` = ‖w‖/s, to about 1e-13.

        vᵀyx is a difference of two independent noncentral χ² variables; inverting its characteristic function and
        putting t = tan θ leaves
        ½ − (1/π) ∫₀^{π/2} cosᵈθ · exp(−½(r² + m²) sin²θ) · sin(ρ sinθ cosθ)/(sinθ cosθ) dθ, ρ = r·m·cosine,
        a smooth integrand on an interval (Gauss–Legendre in pieces).
        """
        r, c = np.broadcast_arrays(np.asarray(ratio, float), np.asarray(cosine, float))
        decay = r**2 + self.m**2
        with np.errstate(divide="ignore"):
            sine = np.sqrt(np.minimum(_NEGLIGIBLE / (decay + self.d), 1.0))
        end = np.where(decay + self.d > _NEGLIGIBLE, np.arcsin(sine), 0.5 * np.pi)[..., None]
        nodes, weights = _rule()
        theta = 0.5 * end * (nodes + 1.0)
        product = np.sin(theta) * np.cos(theta)
        rho = (r * self.m * c)[..., None]
        with np.errstate(over="ignore"):
            height = np.cos(theta) ** self.d * np.exp(-0.5 * decay[..., None] * np.sin(theta) ** 2)
        wave = rho * np.sinc(rho * product / np.pi)
        total = 0.5 * end[..., 0] * ((height * wave) @ weights)
        return np.asarray(np.clip(0.5 - total / np.pi, 0.0, 1.0))


@cache
def _rule() -> tuple[Array, Array]:
    """Nodes and weights on −1 … 1: Gauss–Legendre on equal pieces."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    middles = (2.0 * np.arange(_PIECES) + 1.0) / _PIECES - 1.0
    return (middles[:, None] + nodes / _PIECES).ravel(), np.tile(weights / _PIECES, _PIECES)


def _normal(values: Array) -> Array:
    from scipy.special import ndtr

    found: Array = ndtr(values)
    return found


def direction(signed: Array) -> Array:
    """The unit vector (d,) along the mean of y·x, e₁ where that mean is 0: the direction of the posterior's mean."""
    mean = signed.mean(axis=0)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length > 0.0 else np.eye(len(mean))[0])


def margins(signed: Array, unit: Array) -> Array:
    """y·unitᵀx/‖x‖ of each example (n,)."""
    lengths = np.linalg.norm(signed, axis=-1)
    found: Array = signed @ unit / np.where(lengths > 0.0, lengths, 1.0)
    return found


def training_error(margin: Array, ratio: ArrayLike) -> Array:
    """Error of the stochastic classifier on a sample: the mean of Φ(−(‖w‖/s)·margin), for each ``ratio`` = ‖w‖/s.

    ``margin`` (n,) as in `margins`; exact, since vᵀx is Gaussian for a given x. Shape of ``ratio``.
    """
    r = np.asarray(ratio, float)
    return np.asarray(_normal(-r[..., None] * margin).mean(axis=-1))


def least_kl(ratio: ArrayLike, d: int) -> Array:
    """The least KL(N(w, s²I)‖N(0, τ²I)) over ‖w‖ and s at a given ``ratio`` ‖w‖/s: (d/2)·ln(1 + ratio²/d).

    It is reached at s² = τ²·d/(d + ratio²) and does not depend on τ, since the classifier has no scale.
    """
    return np.asarray(0.5 * d * np.log1p(np.asarray(ratio, float) ** 2 / d))


def full_kl(length: ArrayLike, s: ArrayLike, tau: ArrayLike, d: int) -> Array:
    """KL(N(w, s²I)‖N(0, τ²I)) for ‖w‖ = ``length``: `gaussian_kl` along w plus d − 1 times that across it."""
    a, q, p = (np.asarray(part, float) for part in (length, s, tau))
    found: Array = 0.5 * ((a**2 + d * q**2) / p**2 - d) - d * (np.log(q) - np.log(p))
    return np.maximum(found, 0.0)


def best_ratio(bound: Callable[[Array], Array], low: float = 1e-2, high: float = 1e3) -> float:
    """The ratio ‖w‖/s in ``low`` … ``high`` at which ``bound`` is least: a grid, then a finer one around its best."""
    for count in (61, 41, 41):
        grid = np.geomspace(low, high, count)
        best = int(np.argmin(bound(grid)))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, count - 1)]
    return float(grid[best])
