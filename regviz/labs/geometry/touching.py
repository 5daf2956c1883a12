"""The plane of two coefficients: the ellipse touches the ball, and −∇loss lies in the ball's normal cone there."""

import math
from functools import lru_cache

import numpy as np

from regviz.lab import Arrows, Axis, Handle, Lines, Mark, Panel, Points, Readout, Region, show
from regviz.labs.geometry.scene import ROLES, Array, Bowl, Budget, Solved, name, trace
from regviz.linear.balls import LqBall, boundary
from regviz.linear.geometry import contours, normal_cone, project_constraint
from regviz.linear.plane import Shape, loss

NEAR, BEYOND = 1.7, 3.7
"""How far a plane shows on the side without and with the optimum."""
CONTOURS = 6
SAME = 1e-6
"""Distance up to which a minimum is the solution itself, found another way."""
ARROW = 1.15
WORDS = {
    "l1": "‖w‖₁ ≤ t", "l2": "‖w‖₂ ≤ t", "elastic-net": "α‖w‖₁ + (1−α)/2·‖w‖² ≤ s", "lq": "‖w‖q ≤ t",
    "group": "√2·‖w‖₂ ≤ √2·t",
}  # fmt: skip


def panel(key: str, found: Solved, bowl: Bowl, budget: Budget, drawn: bool) -> Panel:
    """One ball under the loss; ``drawn`` adds what is often drawn instead."""
    shape, point = found.shape, found.touch.point
    role = ROLES[shape.kind]
    x, y = axes(bowl.w1 < -NEAR, bowl.w2 < -NEAR)
    marks: list[Mark] = [*rings(bowl), *_path(shape, bowl)]
    if found.touch.t > 0.0:
        marks.append(ball(shape, found.touch.t if budget.t is None else budget.t, role))
    marks += _contact(found, bowl, role)
    if drawn:
        marks += often_drawn(shape, bowl, found.touch.t if budget.t is None else budget.t)
    marks.append(Points(key="solution", role=role, x=point[:1], y=point[1:], labels=("ŵ",)))
    if budget.t is not None:
        marks.append(_grip(bowl, budget.t, role))
    marks.append(
        Handle(key="optimum", role="text", x=bowl.w1, y=bowl.w2, bound_x="w1", bound_y="w2", label="optimum")
    )
    return Panel(
        key=key, title=name(shape), x=x, y=y, marks=tuple(marks), equal=True, origin=True,
        readouts=_readouts(found, role),
    )  # fmt: skip


def _grip(bowl: Bowl, t: float, role: str) -> Handle:
    """A handle for the radius, on the axis where the solution is not likely to end."""
    if abs(bowl.w1) >= abs(bowl.w2):
        return Handle(key="radius", role=role, x=0.0, y=t, bound_y="t", label="t")
    return Handle(key="radius", role=role, x=t, y=0.0, bound_x="t", label="t")


def _readouts(found: Solved, role: str) -> tuple[Readout, ...]:
    lam = found.touch.lam
    words = "no λ" if lam is None else f"λ = {show(lam)}"
    zeros = ("no zero", "1 exact zero", "2 exact zeros")[found.zeros]
    return (
        Readout(name="zeros", value=zeros, role=role if found.zeros else "muted"),
        Readout(name="t", value=f"t = {show(found.touch.t)}", role=role), Readout(name="lam", value=words, role=role),
    )  # fmt: skip


@lru_cache(maxsize=4)
def axes(left: bool, down: bool) -> tuple[Axis, Axis]:
    """Axes that show more of the side on which the optimum lies."""
    sides = [(-BEYOND, NEAR) if back else (-NEAR, BEYOND) for back in (left, down)]
    return Axis(low=sides[0][0], high=sides[0][1], label="w₁"), Axis(low=sides[1][0], high=sides[1][1], label="w₂")


@lru_cache(maxsize=16)
def rings(bowl: Bowl) -> tuple[Mark, ...]:
    """Ellipses of equal loss around the optimum, fading outwards."""
    radii = np.linspace(0.7, 0.7 * CONTOURS, CONTOURS)
    curves = [contours(bowl.H, bowl.centre, 0.5 * float(r * r))[0] for r in radii]
    xs, ys = np.array([c[0] for c in curves]), np.array([c[1] for c in curves])
    return (Lines(key="contours", role="contour", x=xs, y=ys, fade=np.linspace(0.9, 0.25, CONTOURS), thin=True),)


@lru_cache(maxsize=32)
def _path(shape: Shape, bowl: Bowl) -> tuple[Mark, ...]:
    found = trace(shape, bowl).points
    x, y = np.concatenate([[[bowl.w1, bowl.w2]], found, found[-1:] if not shape.convex else [[0.0, 0.0]]]).T
    return (Lines(key="path", role="muted", x=x, y=y[None], thin=True, dash=True),)


@lru_cache(maxsize=32)
def ball(shape: Shape, t: float, role: str) -> Mark:
    """The ball of radius ``t``, filled."""
    x, y = boundary(shape.ball(t), 240) if shape.convex else _star(shape.q, t)
    return Region(key="ball", role=role, x=x, y=y, label=WORDS[shape.kind])


def _star(q: float, t: float) -> tuple[Array, Array]:
    """The boundary for q < 1, close points near the tips."""
    turn = np.linspace(0.0, 2.0 * np.pi, 241)
    c, s = np.cos(turn), np.sin(turn)
    c[60::120], s[0::120] = 0.0, 0.0
    return t * np.sign(c) * np.abs(c) ** (2.0 / q), t * np.sign(s) * np.abs(s) ** (2.0 / q)


def _contact(found: Solved, bowl: Bowl, role: str) -> list[Mark]:
    """The ellipse through the solution, the cone of the ball's normals, −∇loss, and what else is a minimum."""
    point, H, centre = found.touch.point, bowl.H, bowl.centre
    marks: list[Mark] = []
    descent = H @ (centre - point)
    steep = float(np.hypot(*descent))
    if found.loss > 1e-12:
        x, y = contours(H, centre, found.loss)[0]
        marks.append(Lines(key="tangent", role="text", x=x, y=y[None]))
    if steep > 1e-9:
        marks += _cone(found, role)
        ahead = ARROW * descent / steep
        marks.append(Arrows(key="gradient", role="loss", x=point[:1], y=point[1:], dx=ahead[:1], dy=ahead[1:],
                            labels=("−∇loss",)))  # fmt: skip
    if len(found.minima):
        others = found.minima[np.hypot(*(found.minima - point).T) > SAME]
        marks.append(Points(key="minima", role="text", shape="ring", x=others[:, 0], y=others[:, 1],
                            labels=("local minimum",) * len(others)))  # fmt: skip
    return marks


def _cone(found: Solved, role: str) -> list[Mark]:
    edges = cone_edges(found.shape, found.touch.point, found.touch.t)
    if len(edges) < 2:
        return []
    along = math.atan2(edges[0, 1], edges[0, 0])
    ahead = np.sum(edges, axis=0) + 1e-12 * found.touch.point
    middle = math.atan2(ahead[1], ahead[0])
    half = abs(math.remainder(along - middle, 2.0 * math.pi))
    turn = np.linspace(middle - half, middle + half, 25)
    u, v = found.touch.point
    x, y = np.append(u, u + ARROW * np.cos(turn)), np.append(v, v + ARROW * np.sin(turn))
    return [Region(key="cone", role=role, x=x, y=y, outline=False, fade=np.array([0.3]), label="normal cone")]


def cone_edges(shape: Shape, point: Array, t: float) -> Array:
    """Unit vectors (c, 2) along the edges of the normal cone at ``point``; a half-plane at a corner for q < 1."""
    if not shape.convex and 0.0 in point and np.any(point):
        along = (point == 0.0).astype(np.float64)
        return np.stack([along, -along])
    return normal_cone(shape.ball(t), point)


def often_drawn(shape: Shape, bowl: Bowl, t: float) -> list[Mark]:
    """The wrong picture: the optimum pulled straight to the ball, or for the elastic net an Lq ball in its place."""
    outside = float(shape.radius(bowl.centre)) > t > 0.0
    if shape.kind == "elastic-net" and 0.0 < shape.alpha < 1.0 and t > 0.0:
        return _false_ball(shape, bowl, t)
    if not outside:
        return []
    wrong = {"radial projection": radial(shape, bowl.centre, t)}
    if shape.cornered:
        wrong["always the corner"] = nearest_corner(bowl.centre, t)
    marks: list[Mark] = []
    for k, point in enumerate(wrong.values()):
        x, y = contours(bowl.H, bowl.centre, float(loss(bowl.H, bowl.centre, point)))[0]
        marks.append(Lines(key=f"not-tangent-{k}", role="bad", x=x, y=y[None], dash=True, thin=True))
    x, y = np.array(list(wrong.values())).T
    marks.append(Points(key="often-drawn", role="bad", shape="cross", x=x, y=y, labels=tuple(wrong)))
    return marks


def radial(shape: Shape, centre: Array, t: float) -> Array:
    """The optimum pulled towards 0 until it meets the ball."""
    return np.asarray(float(shape.ball(t).reach(np.abs(centre[:1]), np.abs(centre[1:]))[0]) * centre)


def nearest_corner(centre: Array, t: float) -> Array:
    """The corner on the axis of the larger coefficient."""
    larger = int(abs(centre[1]) > abs(centre[0]))
    return np.asarray(t * math.copysign(1.0, float(centre[larger])) * np.eye(2)[larger])


def false_power(shape: Shape, t: float) -> float:
    """The q whose ball meets the elastic-net ball on the axes and on the diagonals."""
    diagonal = float(shape.ball(t).reach(np.ones(1), np.ones(1))[0])
    return math.log(2.0) / math.log(t / diagonal)


def _false_ball(shape: Shape, bowl: Bowl, t: float) -> list[Mark]:
    q = false_power(shape, t)
    x, y = boundary(LqBall(q, t), 240)
    wrong = Region(key="often-drawn", role="bad", x=x, y=y, fill=False, dash=True, label=f"Lq ball, q = {show(q)}")
    point = project_constraint(bowl.H, bowl.centre, q, t).point
    if np.array_equal(point, bowl.centre):
        return [wrong]
    return [wrong, Points(key="not-here", role="bad", shape="cross", x=point[:1], y=point[1:], labels=("Lq’s answer",))]
