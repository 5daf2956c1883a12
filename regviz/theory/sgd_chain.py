"""SGD as a Markov chain on a line: x ← x − η(U′(x) + σξ/√B), its exact stationary density, and the Gibbs density.

The chain's law is computed on a grid by its transition kernel; nothing is sampled here.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST = 500
"""Largest grid of a chain; steps that would need a finer one are left to the Gibbs density."""


@dataclass(frozen=True)
class Landscape:
    """U(x) = ½hx² + tx + Σ a·exp(−(x − c)²/(2s²)), with ``bumps`` (a, c, s); negative a are wells.

    Its slope is Lipschitz and its tails are quadratic, so the chain has a stationary law exactly for 0 < η < 2/h.
    """

    h: float
    tilt: float = 0.0
    bumps: tuple[tuple[float, float, float], ...] = ()

    def value(self, x: Array) -> Array:
        """U at ``x``."""
        found: Array = 0.5 * self.h * x**2 + self.tilt * x
        for a, c, s in self.bumps:
            found = found + a * np.exp(-((x - c) ** 2) / (2 * s * s))
        return found

    def slope(self, x: Array) -> Array:
        """U′ at ``x``."""
        found: Array = self.h * x + self.tilt
        for a, c, s in self.bumps:
            found = found - a * (x - c) / (s * s) * np.exp(-((x - c) ** 2) / (2 * s * s))
        return found

    def bend(self, x: Array) -> Array:
        """U″ at ``x``."""
        found: Array = np.full_like(x, self.h)
        for a, c, s in self.bumps:
            found = found + a / s**2 * ((x - c) ** 2 / s**2 - 1.0) * np.exp(-((x - c) ** 2) / (2 * s * s))
        return found

    @cached_property
    def turns(self) -> tuple[Array, Array]:
        """Where the minima are, and the maxima between them, from left to right, to 1e-12."""
        at = np.linspace(-4.0 - abs(self.tilt) / self.h, 4.0 + abs(self.tilt) / self.h, 8001)
        rising = self.slope(at) >= 0.0
        left = np.flatnonzero(rising[:-1] != rising[1:])
        found = np.array([self._root(float(at[k]), float(at[k + 1])) for k in left])
        kind = self.bend(found) > 0
        return found[kind], found[~kind]

    def _root(self, low: float, high: float) -> float:
        rising = float(self.slope(np.array(high))) >= 0.0
        for _ in range(60):
            middle = 0.5 * (low + high)
            if (float(self.slope(np.array(middle))) >= 0.0) == rising:
                high = middle
            else:
                low = middle
        return 0.5 * (low + high)


def temperature(rate: float, sigma: float, batch: int) -> float:
    """T = ησ²/(2B) of the Gibbs density exp(−U/T) that the chain tends to for small steps."""
    return rate * sigma**2 / (2.0 * batch)


def quadratic_variance(rate: float, sigma: float, batch: int, h: float) -> float:
    """Exact stationary variance on ½hx², ησ²/(B(2 − ηh)h); infinite where the chain does not settle (ηh ≥ 2)."""
    if not 0.0 < rate * h < 2.0:
        return float("inf")
    return rate * sigma**2 / (batch * (2.0 - rate * h) * h)


def gibbs(landscape: Landscape, temp: float, grid: Array) -> Array:
    """exp(−U/T) on an even ``grid`` (N,), as a density."""
    logs = -landscape.value(grid) / temp
    raw = np.exp(logs - logs.max())
    found: Array = raw / (raw.sum() * (grid[1] - grid[0]))
    return found


@dataclass(frozen=True, eq=False)
class Chain:
    """The chain's transitions on an even ``grid`` (N,): ``kernel`` (N, N), columns from, rows to, columns sum to 1.

    ``order`` (N,) are the grid points from the lowest to the highest.
    """

    grid: Array
    kernel: Array
    order: NDArray[np.intp]

    @property
    def spacing(self) -> float:
        """Distance of grid points."""
        return float(self.grid[1] - self.grid[0])

    @cached_property
    def stationary(self) -> Array:
        """The stationary density (N,), to rounding however rare crossings are (Grassmann, Taksar & Heyman 1985)."""
        found = np.empty_like(self.grid)
        found[self.order] = _gth(self.kernel[np.ix_(self.order, self.order)])
        return found / self.spacing

    def push(self, density: Array) -> Array:
        """The density (N,) one step later."""
        result: Array = self.kernel @ density
        return result


@lru_cache(maxsize=24)
def chain(landscape: Landscape, rate: float, sigma: float, batch: int) -> Chain | None:
    """The chain of SGD with noise N(0, σ²/B) on the slope.

    None where it has no stationary law (ηh ≥ 2), or where its steps are too short for a grid of `MOST` points.
    """
    width = rate * sigma / batch**0.5
    tail = quadratic_variance(rate, sigma, batch, landscape.h) ** 0.5
    if not np.isfinite(tail) or width <= 0.0:
        return None
    reach = 1.6 + abs(landscape.tilt) / landscape.h + 6.0 * tail
    spacing = min(width, reach / 120.0)
    count = int(np.ceil(2.0 * reach / spacing)) + 1
    if count > MOST:
        return None
    grid = np.linspace(-reach, reach, count)
    means = grid - rate * landscape.slope(grid)
    logs = -0.5 * ((grid[:, None] - means[None, :]) / width) ** 2
    kernel = np.exp(logs - logs.max(axis=0))
    return Chain(grid, kernel / kernel.sum(axis=0), np.argsort(landscape.value(grid), kind="stable"))


def density_after_one(found: Chain, landscape: Landscape, rate: float, width: float, start: float) -> Array:
    """The density (N,) of one step from the point ``start``: Gaussian with deviation ``width``."""
    mean = start - rate * float(landscape.slope(np.array(start)))
    density = np.exp(-0.5 * ((found.grid - mean) / width) ** 2)
    result: Array = density / (density.sum() * found.spacing)
    return result


def _gth(kernel: Array) -> Array:
    """Stationary probabilities (N,) of a column-stochastic ``kernel`` by elimination without subtractions.

    The first state should be a likely one: all others are found relative to it.
    """
    work = kernel.T.copy()  # row-stochastic
    size = len(work)
    for k in range(size - 1, 0, -1):
        leaves = work[k, :k].sum()
        work[:k, k] /= max(leaves, 1e-300)
        work[:k, :k] += np.outer(work[:k, k], work[k, :k])
    found = np.zeros(size)
    found[0] = 1.0
    for k in range(1, size):
        found[k] = found[:k] @ work[:k, k]
    total = found.sum()
    result: Array = found / total
    return result
