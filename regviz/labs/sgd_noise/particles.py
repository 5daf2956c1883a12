"""Many particles that do SGD on a line, and the exact law of the same chain, step by step. No pictures."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.labs._nets.record import Record
from regviz.labs.sgd_noise.state import BOWL, SPREAD, SgdNoiseState, landscape
from regviz.neural import generator
from regviz.theory.sgd_chain import (
    Chain,
    Landscape,
    chain,
    density_after_one,
    gibbs,
    quadratic_variance,
    temperature,
)

Array = NDArray[Any]

COUNT = 1_500
"""Particles."""
BATCHES = (1, 2, 4, 8, 16, 32, 64)
"""Batch sizes whose stationary laws are compared."""
GONE = 1e6
"""A particle that is farther out than this has diverged."""


@dataclass(frozen=True)
class Physics:
    """What moves the particles; may change between any two steps."""

    landscape: Landscape
    rate: float
    sigma: float
    batch: int

    @classmethod
    def of(cls, state: SgdNoiseState) -> "Physics":
        """That of a state."""
        return cls(landscape(state), state.rate, state.sigma, state.batch)

    @property
    def temp(self) -> float:
        """ησ²/(2B)."""
        return temperature(self.rate, self.sigma, self.batch)

    @property
    def stable(self) -> bool:
        """Whether there is a stationary law: η < 2/h of the tails."""
        return self.rate * self.landscape.h < 2.0

    @property
    def chain(self) -> Chain | None:
        """The exact chain, where it can be computed."""
        return chain(self.landscape, self.rate, self.sigma, self.batch)

    @property
    def border(self) -> float | None:
        """The maximum between two wells, or None where there are not two."""
        low, high = self.landscape.turns
        return float(high[0]) if len(low) == 2 and len(high) == 1 else None


class Particles:
    """The particles ``x`` (M,) after ``step`` steps, and the record of their "measured" and "exact" statistic.

    The statistic is the share left of the border, or the variance where there are not two wells.
    """

    def __init__(self, state: SgdNoiseState) -> None:
        self.state, self.physics, self.step = state, Physics.of(state), 0
        self.shown = 0
        """How many of `BATCHES` have their stationary law on show."""
        source = generator(state.seed, "particles begin")
        self._begin = source.uniform(-2.0, 2.0, COUNT) if state.start == SPREAD else np.full(COUNT, _well(self.physics))
        self.x = self._begin.copy()
        self.density: Array | None = None
        self._variance = 4.0 / 3.0 if state.start == SPREAD else 0.0
        self.record = Record()
        self._note()

    def tune(self, state: SgdNoiseState) -> None:
        """Go on with other physics; the exact law goes on from where it is."""
        self.state, physics = state, Physics.of(state)
        if physics == self.physics:
            return
        before, self.physics, self.shown = self.physics, physics, 0
        if self.density is not None:
            self.density = _regridded(self.density, before.chain, physics.chain)

    def advance(self, count: int) -> None:
        """Make ``count`` steps."""
        kind = self.physics
        for _ in range(count):
            noise = _noise(self.state.seed, self.step // 50)[self.step % 50]
            with np.errstate(all="ignore"):
                self.x = self.x - kind.rate * (kind.landscape.slope(self.x) + kind.sigma / kind.batch**0.5 * noise)
            self.x[~(np.abs(self.x) < GONE)] = np.nan
            self._push()
            self.step += 1
            self._note()

    @property
    def gone(self) -> int:
        """Particles that have diverged."""
        return int(np.isnan(self.x).sum())

    def measured(self) -> tuple[float, float]:
        """The statistic of the particles that are left and its standard error; NaN where none is."""
        border, x = self.physics.border, self.x[np.isfinite(self.x)]
        if len(x) < 2:
            return float("nan"), float("nan")
        if border is not None:
            share = float((x < border).mean())
            return share, float(np.sqrt(share * (1.0 - share) / len(x)))
        squares = (x - x.mean()) ** 2
        return float(squares.mean()), float(squares.std() / np.sqrt(len(x)))

    def exact(self) -> float:
        """The statistic's exact expectation at this step; NaN where it is not computed."""
        if self.step == 0 and self.state.start != SPREAD:
            border = self.physics.border
            return self._variance if border is None else float(self._begin[0] < border)
        if self.state.landscape == BOWL:
            return self._variance if self._variance < GONE**2 else float("nan")
        found = self.physics.chain
        if self.density is None or found is None:
            return float("nan")
        return statistic(found.grid, self.density, self.physics.border)

    def _push(self) -> None:
        kind, found = self.physics, self.physics.chain
        self._variance = (1.0 - kind.rate * kind.landscape.h) ** 2 * self._variance + (
            kind.rate**2 * kind.sigma**2 / kind.batch
        )
        if found is None:
            self.density = None
        elif self.density is not None:
            self.density = found.push(self.density)
        elif self.step == 0:
            if self.state.start == SPREAD:
                flat = (np.abs(found.grid) <= 2.0).astype(float)
                self.density = found.push(flat / (flat.sum() * found.spacing))
            else:
                width = kind.rate * kind.sigma / kind.batch**0.5
                self.density = density_after_one(found, kind.landscape, kind.rate, width, float(self._begin[0]))

    def _note(self) -> None:
        self.record.add(self.step, {"measured": np.array(self.measured()), "exact": np.array(self.exact())})


def statistic(grid: Array, density: Array, border: float | None) -> float:
    """Share left of ``border``, the cell that it cuts taken in part; or the variance where there is none."""
    spacing = float(grid[1] - grid[0])
    mass = density * spacing
    if border is None:
        return float(mass @ (grid - mass @ grid) ** 2)
    inside = np.clip((border - grid) / spacing + 0.5, 0.0, 1.0)
    return float(mass @ inside)


def stationary(kind: Physics) -> float | None:
    """The exact chain's statistic when it has settled; None where it is not computed."""
    found = kind.chain
    if not kind.landscape.bumps and kind.stable:
        return quadratic_variance(kind.rate, kind.sigma, kind.batch, kind.landscape.h)
    return None if found is None else statistic(found.grid, found.stationary, kind.border)


def settled_gibbs(kind: Physics) -> float:
    """The statistic of the Gibbs density, on a fine grid of its own."""
    if not kind.landscape.bumps:
        return kind.temp / kind.landscape.h
    grid, density = gibbs_law(kind.landscape, kind.temp)
    return statistic(grid, density, kind.border)


@lru_cache(maxsize=256)
def gibbs_law(kind: Landscape, temp: float) -> tuple[Array, Array]:
    """A fine grid that holds the Gibbs density, and the density on it."""
    reach = 2.5 + abs(kind.tilt) / kind.h + 7.0 * (temp / kind.h) ** 0.5
    grid = np.linspace(-reach, reach, 3_001)
    return grid, gibbs(kind, temp, grid)


@lru_cache(maxsize=64)
def _noise(seed: int, block: int) -> Array:
    """Standard normal numbers (50, M) for the steps of a block."""
    return generator(seed, "particles", block).standard_normal((50, COUNT))


def _well(kind: Physics) -> float:
    """The shallower minimum."""
    low = kind.landscape.turns[0]
    return float(low[np.argmax(kind.landscape.value(low))])


def _regridded(density: Array, before: Chain | None, after: Chain | None) -> Array | None:
    if before is None or after is None:
        return None
    moved = np.interp(after.grid, before.grid, density, left=0.0, right=0.0)
    total = float(moved.sum() * after.spacing)
    result: Array | None = moved / total if total > 0.0 else None
    return result
