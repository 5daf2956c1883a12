"""Bodies to turn: the bowl of the loss with the penalty on top of it, and the balls in three coefficients."""

import math
from functools import lru_cache

import numpy as np

from regviz.lab import Axis, Lines, Mark, Panel, Points, Readout, Region, Text, show
from regviz.labs.geometry.scene import L1, L2, ROLES, SPREAD, Array, Bowl, Solved, name
from regviz.linear.balls import boundary
from regviz.linear.bodies import Faces, ball_mesh, ball_radius, faces, rim, rim_seen, surface, turned
from regviz.linear.geometry import contours
from regviz.linear.plane import Shape, loss

TICKS = SPREAD * np.linspace(-1.0, 1.0, 33)
HIGH = 1.0
"""Height of the bowl's rim where the floor is 2 wide."""
RINGS = 5
_PLANES = ((0, 1), (0, 2), (1, 2))
View = tuple[float, float]


def panels(found: Solved, bowl: Bowl, q: float, alpha: float, view: View) -> tuple[Panel, ...]:
    """The bowl under the chosen penalty, then five balls."""
    shapes = (L1, L2, Shape("elastic-net", alpha=alpha), Shape("group"), Shape("lq", q=q))
    return (bowl_panel(found, bowl, view), *(body_panel(shape, view) for shape in shapes))


@lru_cache(maxsize=1)
def axes() -> tuple[Axis, Axis]:
    """The frame of a body that reaches 1 in every direction."""
    return Axis(low=-1.2, high=1.2, hidden=True), Axis(low=-1.2, high=1.2, hidden=True)


@lru_cache(maxsize=1)
def bowl_axes() -> tuple[Axis, Axis]:
    """The frame of the bowl, which stands on its floor."""
    return Axis(low=-1.5, high=1.5, hidden=True), Axis(low=-1.2, high=1.5, hidden=True)


TEXTS = {
    "l1": "corners, edges, faces", "l2": "round everywhere", "elastic-net": "corners and edges, round faces",
    "group": "two tips and a rim: w₁, w₂ together", "lq": "",
}  # fmt: skip


@lru_cache(maxsize=12)
def body_panel(shape: Shape, view: View) -> Panel:
    """One ball in three coefficients with its creases and axes."""
    x, y = axes()
    role = ROLES[shape.kind]
    marks: list[Mark] = [*_arms(shape, view), skin("ball", role, faces(_mesh(shape), *view, closed=True))]
    marks += _creases(shape, view)
    words = TEXTS[shape.kind] or ("pulled in between its corners" if shape.q < 1.0 else TEXTS["l1"] if shape.q == 1.0
                                  else "no corner, no edge")  # fmt: skip
    return Panel(
        key=f"ball-{shape.kind}", title=name(shape), x=x, y=y, marks=tuple(marks), equal=True,
        readouts=(Readout(name="words", value=words, role=role),),
    )  # fmt: skip


@lru_cache(maxsize=8)
def _mesh(shape: Shape) -> Array:
    return ball_mesh(shape)


def skin(key: str, role: str, seen: Faces) -> Region:
    """Shaded polygons: the more light, the paler."""
    return Region(key=key, role=role, x=seen.x, y=seen.y, outline=False, fade=0.88 - 0.66 * seen.light)


def _arms(shape: Shape, view: View) -> tuple[Mark, ...]:
    """The axes from the surface outwards, with their names."""
    starts = turned(ball_radius(shape, np.eye(3))[:, None] * np.eye(3), *view)
    ends, names = turned(1.1 * np.eye(3), *view), turned(1.2 * np.eye(3), *view)
    lines = np.stack([starts, ends], axis=1)
    return (
        Lines(key="axes", role="muted", x=lines[..., 0], y=lines[..., 1], thin=True, dash=True),
        Text(key="names", x=names[:, 0], y=names[:, 1], labels=("w₁", "w₂", "w₃"), role="muted"),
    )


def _creases(shape: Shape, view: View) -> list[Mark]:
    """Where the ball is not smooth, on the side that is seen; for round balls three thin meridians."""
    lines = np.stack([turned(rim(shape, plane), *view) for plane in _PLANES])
    shown = np.where(np.stack([rim_seen(shape, plane, *view) for plane in _PLANES]), 1.0, np.nan)
    sharp = shape.cornered or shape.kind == "group"
    kept = [0] if shape.kind == "group" else [0, 1, 2]
    x, y = lines[kept, :, 0] * shown[kept], lines[kept, :, 1] * shown[kept]
    marks: list[Mark] = [Lines(key="creases", role="text" if sharp else "contour", x=x, y=y, thin=True)]
    tips = turned(_tips(shape), *view)
    tips = tips[tips[:, 2] > -0.5]
    if len(tips):
        marks.append(Points(key="tips", role="text", x=tips[:, 0], y=tips[:, 1], small=True))
    return marks


def _tips(shape: Shape) -> Array:
    """The corners (k, 3)."""
    ends = np.vstack([np.eye(3), -np.eye(3)])
    if shape.kind == "group":
        return np.asarray(ends[[2, 5]])
    return np.asarray(ends if shape.cornered else ends[:0])


def bowl_panel(found: Solved, bowl: Bowl, view: View) -> Panel:
    """Loss and loss + λ·penalty as heights over the plane, the ball and both lowest points on the floor."""
    x, y = bowl_axes()
    lam = found.touch.lam or 0.0
    top = 1.8 * max(float(loss(bowl.H, bowl.centre, np.zeros(2))), 1.0)
    marks = (*_floor(found, view), *_rings(bowl, top, view), *_sum(found.shape, bowl, lam, top, view),
             *_lowest(found, bowl, top, view))  # fmt: skip
    return Panel(
        key="bowl", title="Loss + λ · penalty", x=x, y=y, marks=marks, equal=True,
        readouts=(Readout(name="lowest", value=f"lowest {show(found.loss + lam * found.charge)}",
                          role=ROLES[found.shape.kind]),),
    )  # fmt: skip


def _placed(points: Array, heights: Array, top: float, view: View) -> Array:
    """Where plane points (…, 2) at ``heights`` (…,) are seen."""
    return turned(np.concatenate([points / SPREAD, (HIGH / top * heights)[..., None]], axis=-1), *view)


def _floor(found: Solved, view: View) -> tuple[Mark, ...]:
    corners = SPREAD * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    square = _placed(corners, np.zeros(4), 1.0, view)
    middle = SPREAD * np.array([[[-1.0, 0.0], [1.0, 0.0]], [[0.0, -1.0], [0.0, 1.0]]])
    cross = _placed(middle, np.zeros((2, 2)), 1.0, view)
    names = _placed(1.14 * SPREAD * np.eye(2), np.zeros(2), 1.0, view)
    marks: list[Mark] = [
        Region(key="floor", role="ghost", x=square[:, 0], y=square[:, 1], fade=np.array([0.25]), dash=True),
        Lines(key="axes", role="faint", x=cross[..., 0], y=cross[..., 1], thin=True),
        Text(key="names", x=names[:, 0], y=names[:, 1], labels=("w₁", "w₂"), role="muted"),
    ]
    if found.touch.t > 0.0:
        ball = np.stack(boundary(found.shape.ball(found.touch.t), 160), axis=1)
        ball[np.max(np.abs(ball), axis=1) > SPREAD] = np.nan
        shown = _placed(ball, np.zeros(len(ball)), 1.0, view)
        marks.append(Lines(key="ball", role=ROLES[found.shape.kind], x=shown[:, 0], y=shown[:, 1][None]))
    return tuple(marks)


@lru_cache(maxsize=8)
def _rings(bowl: Bowl, top: float, view: View) -> tuple[Mark, ...]:
    """The loss alone: its level ellipses at their heights."""
    levels = top * (np.arange(1, RINGS + 1) / RINGS) ** 2
    curves = np.array([np.stack(contours(bowl.H, bowl.centre, float(level), 96)[0], axis=1) for level in levels])
    curves[np.max(np.abs(curves), axis=-1) > SPREAD] = np.nan
    seen = _placed(curves, np.broadcast_to(levels[:, None], curves.shape[:2]), top, view)
    return (Lines(key="loss", role="loss", x=seen[..., 0], y=seen[..., 1], thin=True,
                  labels=("",) * (RINGS - 1) + ("loss",)),)  # fmt: skip


@lru_cache(maxsize=8)
def _sum(shape: Shape, bowl: Bowl, lam: float, top: float, view: View) -> tuple[Mark, ...]:
    """Loss + λ·penalty up to the rim, and its creases over the axes."""
    plane = np.stack(np.meshgrid(TICKS, TICKS), axis=-1)
    heights = loss(bowl.H, bowl.centre, plane) + lam * shape.value(plane)
    cells = surface(TICKS, heights, top)
    marks: list[Mark] = []
    if len(cells):
        placed = np.concatenate([cells[..., :2] / SPREAD, HIGH / top * cells[..., 2:]], axis=-1)
        seen = faces(placed, *view, closed=False)
        marks.append(Region(key="sum", role=ROLES[shape.kind], x=seen.x, y=seen.y, outline=False,
                            fade=0.62 - 0.42 * seen.light))  # fmt: skip
    if lam > 0.0 and shape.cornered:
        fine = SPREAD * np.linspace(-1.0, 1.0, 129)
        lines = np.stack([np.stack([fine, 0.0 * fine], axis=1), np.stack([0.0 * fine, fine], axis=1)])
        rise = loss(bowl.H, bowl.centre, lines) + lam * shape.value(lines)
        lines[rise > top] = np.nan
        seen_lines = _placed(lines, rise, top, view)
        marks.append(Lines(key="creases", role="text", x=seen_lines[..., 0], y=seen_lines[..., 1], thin=True,
                           labels=("kink", "")))  # fmt: skip
    return tuple(marks)


def _lowest(found: Solved, bowl: Bowl, top: float, view: View) -> tuple[Mark, ...]:
    """The optimum and the solution on the floor, each with a plumb line to its height."""
    total = found.loss + (found.touch.lam or 0.0) * found.charge
    at = np.stack([bowl.centre, found.touch.point])
    feet = _placed(at, np.zeros(2), top, view)
    tops = _placed(at, np.array([0.0, min(total, top)]), top, view)
    plumb, ends = np.stack([feet[1], tops[1]]), np.stack([feet[0], tops[1]])
    return (
        Lines(key="plumb", role="text", x=plumb[:, 0], y=plumb[:, 1][None], thin=True, dash=True),
        Points(key="lowest", x=ends[:, 0], y=ends[:, 1], labels=("optimum", "ŵ"),
               roles=("text", ROLES[found.shape.kind])),
    )  # fmt: skip


def turned_by(turn: float, tilt: float, by_x: float, by_y: float) -> dict[str, float]:
    """Turn and tilt in degrees after a drag by so much of a body's radius: the near side follows the pointer."""
    around = math.remainder(turn + math.degrees(by_x), 360.0)
    return {"turn": around, "tilt": min(max(tilt - math.degrees(by_y), -90.0), 90.0)}
