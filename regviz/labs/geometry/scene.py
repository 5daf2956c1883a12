"""What the panels read: one loss, its solutions under each ball, and the curves that hang on less than the whole state.

Everything here is memoised on what it depends on; no marks, no words.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regviz.linear.geometry import constrained_minima
from regviz.linear.plane import Shape, Touch, loss, penalised, quadratic, residual, touching
from regviz.linear.plane_powers import local_minima
from regviz.linear.sparsity_map import SparsityMap, constrained_map, penalised_map, shares

Array = NDArray[np.float64]

L1, L2 = Shape("l1"), Shape("l2")
LAM = (0.01, 10.0)
"""Range of λ that slider and curves show."""
SPREAD = 3.5
"""Optima are drawn evenly from the square ± this."""
GRID = (300, 100)
"""λ on a path where solutions have a closed form, and where they take a search."""
FOLDED = 45.0
"""Mirroring the square of optima turns an ellipse at −θ, 90° − θ or θ + 180° into one at θ: 0° … 45° says all."""
Names = {
    "l1": "L1", "l2": "L2", "elastic-net": "Elastic net", "lq": "Lq", "group": "Group lasso",
}  # fmt: skip
ROLES = {"l1": "l1", "l2": "l2", "elastic-net": "elastic-net", "lq": "bad", "group": "group"}


class Bowl(NamedTuple):
    """The loss: eccentricity and angle in degrees of its ellipses, and its lowest point."""

    eccentricity: float
    angle: float
    w1: float
    w2: float

    @property
    def H(self) -> Array:
        """The Hessian (2, 2), of trace 2."""
        return quadratic(self.eccentricity, math.radians(self.angle))

    @property
    def centre(self) -> Array:
        """The unconstrained optimum (2,)."""
        return np.array([self.w1, self.w2])


class Budget(NamedTuple):
    """What is held: the strength ``lam``, or the radius ``t``; the other is None."""

    lam: float | None
    t: float | None


@dataclass(frozen=True, eq=False)
class Solved:
    """One ball's solution with its loss, penalty and KKT residual.

    ``minima`` (k, 2), where q < 1, are all local ones: of the objective where λ is held, else of the loss in the ball.
    """

    shape: Shape
    touch: Touch
    loss: float
    charge: float
    kkt: float
    minima: Array

    @property
    def zeros(self) -> int:
        """Coefficients that are exactly zero."""
        return int(np.count_nonzero(self.touch.point == 0.0))


@dataclass(frozen=True, eq=False)
class Trace:
    """Solutions ``points`` (k, 2) with radii ``t`` (k,) over ``lams`` (k,); NaN rows stand in jumps.

    ``gaps`` are (λ, lower t, upper t) of the jumps: no λ gives a t between.
    """

    lams: Array
    points: Array
    t: Array
    gaps: tuple[tuple[float, float, float], ...]


def name(shape: Shape) -> str:
    """What people call the ball."""
    return f"Lq, q = {shape.q:.3g}" if shape.kind == "lq" else Names[shape.kind]


@lru_cache(maxsize=64)
def solved(shape: Shape, bowl: Bowl, budget: Budget) -> Solved:
    """The solution of ``bowl`` under ``shape``."""
    H, centre = bowl.H, bowl.centre
    found = touching(shape, H, centre, lam=budget.lam, t=budget.t)
    lam = found.lam
    minima = np.empty((0, 2))
    if not shape.convex and budget.t is not None:
        minima = constrained_minima(H, centre, shape.ball(budget.t))
    elif not shape.convex and lam:
        minima = local_minima(H, centre, shape.q, lam)[0]
    return Solved(
        shape, found, float(loss(H, centre, found.point)), float(shape.value(found.point)),
        0.0 if lam is None else residual(shape, H, centre, found.point, lam), minima,
    )  # fmt: skip


@lru_cache(maxsize=32)
def trace(shape: Shape, bowl: Bowl) -> Trace:
    """The whole path of ``bowl`` under ``shape``, from the optimum to zero."""
    lams = np.geomspace(1e-3, 1e3, GRID[shape.power is not None])
    H, centre = bowl.H, bowl.centre
    points = penalised(shape, H, centre, lams)
    gaps: list[tuple[float, float, float]] = []
    if not shape.convex:
        patterns = points != 0.0
        jumps = np.flatnonzero(np.any(patterns[1:] != patterns[:-1], axis=1))
        for i in reversed(jumps.tolist()):
            sides, ends = _refined(shape, bowl, float(lams[i]), float(lams[i + 1]))
            lams = np.insert(lams, i + 1, [sides[0], sides[0], sides[1]])
            points = np.insert(points, i + 1, [ends[0], [np.nan, np.nan], ends[1]], axis=0)
            high, low = shape.radius(ends).tolist()
            gaps.append((float(sides[0]), low, high))
    return Trace(lams, points, shape.radius(points), tuple(reversed(gaps)))


def _refined(shape: Shape, bowl: Bowl, low: float, high: float) -> tuple[Array, Array]:
    """λ (2,) on both sides of a jump, a billionth apart, and their solutions (2, 2)."""
    H, centre = bowl.H, bowl.centre
    before = penalised(shape, H, centre, low)[0] != 0.0
    for _ in range(6):
        grid = np.linspace(low, high, 33)
        after = np.any((penalised(shape, H, centre, grid) != 0.0) != before, axis=1)
        i = int(np.argmax(after))
        low, high = float(grid[i - 1]), float(grid[i])
    ends = np.array([low, high])
    return ends, penalised(shape, H, centre, ends)


@lru_cache(maxsize=16)
def zeros_map(shape: Shape, eccentricity: float, angle: float, budget: Budget) -> SparsityMap:
    """Which optima end with which zeros."""
    H = quadratic(eccentricity, math.radians(angle))
    if budget.lam is not None:
        return penalised_map(shape, H, budget.lam)
    return constrained_map(shape, H, float(budget.t or 0.0))


@lru_cache(maxsize=8)
def optima(count: int, seed: int) -> Array:
    """Random optima (count, 2), even over the square ± `SPREAD`."""
    return np.random.default_rng(seed).uniform(-SPREAD, SPREAD, (count, 2))


@lru_cache(maxsize=16)
def turning(shape: Shape, eccentricity: float, budget: Budget, count: int, seed: int) -> tuple[Array, Array]:
    """Angles (k,) in degrees over −90 … 90 and the share (k,) of random optima that end with a zero."""
    steps = 4 if not shape.convex else 16
    first = np.linspace(0.0, FOLDED, steps + 1)
    found = shares(shape, eccentricity, np.radians(first), optima(count, seed), lam=budget.lam, t=budget.t)
    half = np.concatenate([found, found[-2::-1]])
    angles = np.linspace(-90.0, 90.0, 4 * steps + 1)
    return angles, np.concatenate([half[::-1], half[1:]])
