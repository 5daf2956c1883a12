"""The plane of two chosen coefficients: the loss contours meet the penalty's ball at the solution, tangent to it."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Arrows, Axis, Lines, Mark, Panel, Points, Readout, Region
from regviz.labs.shrinkage.scene import Scene
from regviz.linear.geometry import Slice
from regviz.linear.logistic_slice import LogisticSlice

Array = NDArray[np.float64]

BALL_ROLES = {"ridge": "l2", "lasso": "l1", "elastic-net": "elastic-net", "group-lasso": "group", "none": "muted"}
BALL_NAMES = {"ridge": "‖w‖₂ ≤ t", "lasso": "‖w‖₁ ≤ t", "elastic-net": "elastic-net ball", "group-lasso": "group ball"}
CONTOURS = 7
ARROW = 0.22
"""Length of the gradient arrow as a share of the view."""
CLOSE = 0.03
"""Distance as a share of the view up to which the optimum and the solution have one label."""
FLAT = 1e-6
"""A slope below this share of the loss's curvature across the view has no direction worth drawing."""


def panel(made: Scene, cut: Slice | LogisticSlice, chosen: tuple[int, int]) -> Panel:
    """The slice ``cut`` through the current solution along the features ``chosen``."""
    x, y = axes(made, chosen)
    penalty = made.path.penalty
    role = BALL_ROLES[penalty]
    reach = x.high - x.low
    marks: list[Mark] = [*_trace(made, chosen), *_contours(cut, reach), *_ball(cut, role, penalty)]
    marks += _touching(cut, reach, role)
    names = made.problem.names
    readouts = [Readout(name="ball", value=BALL_NAMES[penalty], role=role)] if penalty in BALL_NAMES else []
    readouts.append(Readout(name="pair", value=f"{names[chosen[0]]} and {names[chosen[1]]}", role="muted"))
    return Panel(
        key="geometry", title="Geometry", x=x, y=y, marks=tuple(marks), equal=True, origin=True,
        readouts=tuple(readouts),
    )  # fmt: skip


@lru_cache(maxsize=32)
def axes(made: Scene, chosen: tuple[int, int]) -> tuple[Axis, Axis]:
    """Axes that hold the whole path of the two coefficients and the largest ball, still while λ moves."""
    j, k = chosen
    w = np.vstack([made.coef, made.ols])
    u, v = w[:, j], w[:, k]
    widest = max(float(np.max(np.abs(u) + np.abs(v))), *_across_blocks(made, w, j, k))
    reach = max(widest, 1e-3 * max(float(np.abs(made.ols).max()), 1e-9))
    names = made.problem.names
    return _axis(u, reach, names[j]), _axis(v, reach, names[k])


def _across_blocks(made: Scene, w: Array, j: int, k: int) -> tuple[float, float]:
    """How far the group lasso's balls through the solutions ``w`` (m, p) reach along ``j`` and along ``k``, where
    these are of two blocks: √p_g·√(u² + c_g²) of one grows by what the other gives up at 0. Else 0.
    """
    blocks = [next(group for group in made.groups if i in group) for i in (j, k)]
    if made.path.penalty != "group-lasso" or blocks[0] == blocks[1]:
        return 0.0, 0.0
    roots = [np.sqrt(len(block)) for block in blocks]
    whole = [np.sqrt((w[:, list(block)] ** 2).sum(axis=1)) for block in blocks]
    rest = [np.sqrt(np.maximum(size**2 - w[:, i] ** 2, 0.0)) for size, i in zip(whole, (j, k), strict=True)]
    spare = [root * (size - left) for root, size, left in zip(roots, whole, rest, strict=True)]
    ends = [
        np.sqrt(np.maximum((whole[a] + spare[1 - a] / roots[a]) ** 2 - rest[a] ** 2, 0.0)).max() for a in (0, 1)
    ]
    return float(ends[0]), float(ends[1])


def _axis(values: Array, reach: float, name: str) -> Axis:
    low = min(-1.06 * reach, float(values.min()) - 0.3 * reach)
    high = max(1.06 * reach, float(values.max()) + 0.3 * reach)
    return Axis(low=low, high=high, label=name)


def _contours(cut: Slice | LogisticSlice, reach: float) -> list[Mark]:
    """Loss contours around the slice's optimum at evenly spaced radii, fading outwards."""
    widest = 0.25 * float(np.trace(cut.H)) * (0.9 * reach) ** 2
    curves = [cut.ellipse(float(level)) for level in widest * np.linspace(1.0 / CONTOURS, 1.0, CONTOURS) ** 2]
    if not len(curves[0][0]):
        return []
    xs, ys = np.array([c[0] for c in curves]), np.array([c[1] for c in curves])
    return [Lines(key="contours", role="contour", x=xs, y=ys, fade=np.linspace(0.95, 0.25, CONTOURS), thin=True)]


def _ball(cut: Slice | LogisticSlice, role: str, penalty: str) -> list[Mark]:
    """The penalty's ball: exact points on its boundary; the lasso's has nothing but corners."""
    x, y = cut.ball(4 if penalty == "lasso" else 200)
    return [Region(key="ball", role=role, x=x, y=y)] if len(x) > 1 else []


@lru_cache(maxsize=32)
def _trace(made: Scene, chosen: tuple[int, int]) -> tuple[Mark, ...]:
    j, k = chosen
    u, v = made.coef[:, j], made.coef[:, k]
    return (Lines(key="trace", role="faint", x=u[None], y=v[None], thin=True, dash=True),)


def _touching(cut: Slice | LogisticSlice, reach: float, role: str) -> list[Mark]:
    """The contour through the solution, its centre, the solution, and −∇loss inside the normal cone."""
    marks: list[Mark] = []
    if cut.level > 0.0:
        x, y = cut.ellipse(cut.level)
        marks.append(Lines(key="tangent", role="text", x=x[None], y=y[None]))
    marks += _cone(cut, reach, role)
    near = float(np.hypot(*(cut.centre - cut.point))) < CLOSE * reach
    names = ("", "ŵ, optimum here") if near else ("optimum here", "ŵ")
    marks.append(Points(key="solution", role=role, x=cut.point[:1], y=cut.point[1:], labels=names[1:]))
    marks.append(
        Points(key="centre", role="text", shape="cross", x=cut.centre[:1], y=cut.centre[1:], labels=names[:1])
    )
    return marks


def _cone(cut: Slice | LogisticSlice, reach: float, role: str) -> list[Mark]:
    gradient = cut.gradient
    length = float(np.hypot(*gradient))
    if not length > FLAT * float(np.trace(cut.H)) * reach:
        return []
    size = ARROW * reach
    marks: list[Mark] = []
    edges = cut.normal_cone()
    if len(edges) > 1:
        x, y = np.vstack([cut.point, cut.point + size * edges]).T
        marks.append(Region(key="cone", role=role, x=x, y=y, outline=False))
    dx, dy = (gradient / length * size)[:, None]
    x, y = cut.point[:, None]
    marks.append(Arrows(key="gradient", role="loss", x=x, y=y, dx=dx, dy=dy, labels=("−∇loss",)))
    return marks
