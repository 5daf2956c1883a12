"""Which optima end with which zeros: exact regions of the plane, and the share of random optima in them.

All in coefficients (w₁, w₂); a zero of both, of the second or of the first is called "both", "second", "first".
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regviz.linear.balls import boundary
from regviz.linear.plane import Shape, penalised, quadratic
from regviz.linear.plane_powers import concave_root, smallest_kept
from regviz.linear.problem import Array

FAR = 60.0
"""How far regions are drawn that have no end."""
_COLUMNS, _ROUNDS = 56, 12
Piece = tuple[str, Array]


@dataclass(frozen=True, eq=False)
class SparsityMap:
    """``regions`` are (zeros, polygon (m, 2)); ``lines`` are (zeros, curve (m, 2)), where zeros have no area."""

    regions: tuple[Piece, ...] = ()
    lines: tuple[Piece, ...] = ()


def penalised_map(shape: Shape, H: Array, lam: float) -> SparsityMap:
    """Where the optima lie whose solution at ``lam`` has zeros."""
    if lam <= 0.0:
        return SparsityMap()
    inverse = np.asarray(np.linalg.inv(H), dtype=np.float64)
    if not shape.convex:
        size = lam ** (1.0 / (2.0 - shape.q))
        return SparsityMap(tuple((zeros, size * part) for zeros, part in unit_regions(shape, H)))
    a, b = (lam * part for part in shape.parts)
    if a > 0.0:
        box = a * np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0], [-1.0, 1.0]])
        return SparsityMap((("both", box @ inverse), *_strips(inverse, a, b)))
    if shape.kind == "group":
        turn = np.linspace(0.0, 2.0 * np.pi, 181)
        circle = math.sqrt(2.0) * lam * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        return SparsityMap((("both", circle @ inverse),), _curves(inverse, math.sqrt(2.0) * lam, 1.0))
    return SparsityMap((), _curves(inverse, lam, shape.power or 2.0))


def constrained_map(shape: Shape, H: Array, t: float) -> SparsityMap:
    """Where the optima lie that end at a corner of the ball of radius ``t``: a corner's normal cone, bent by H⁻¹."""
    inverse = np.linalg.inv(H)
    a, b = shape.parts
    pieces: list[Piece] = []
    for zeros, axis in (("second", 0), ("first", 1)):
        corner, ahead = t * np.eye(2)[axis], inverse[axis]
        if not shape.convex:
            pieces += _mirrored(zeros, _nearest_to_corner(shape, H, t, axis))
        elif a > 0.0:
            edges = np.stack([(a + b * t) * ahead + side * a * inverse[1 - axis] for side in (1.0, -1.0)])
            edges *= FAR / np.linalg.norm(edges, axis=1)[:, None]
            pieces += _mirrored(zeros, np.vstack([corner, corner + edges]))
        else:
            pieces += _mirrored(zeros, np.stack([corner, corner + FAR * ahead / np.linalg.norm(ahead)]))
    return SparsityMap(tuple(pieces)) if shape.cornered else SparsityMap((), tuple(pieces))


def sparse(shape: Shape, H: Array, centres: Array, *, lam: float | None = None, t: float | None = None) -> Array:
    """For every optimum of ``centres`` (m, 2): 1 where its solution has a zero, else 0, as (m,).

    At ``lam`` of the penalty, or in the ball of radius ``t``, whose inside ends nowhere else. Lines of optima, which
    have no area, do not count.
    """
    if lam is not None:
        return np.asarray(_loses(shape, H, centres, lam), dtype=np.float64)
    reach = float(t or 0.0)
    outside = shape.radius(centres) > reach
    if not shape.convex:
        return np.asarray(outside & _nearest_is_corner(shape, H, centres, reach), dtype=np.float64)
    a, b = shape.parts
    found = np.zeros(len(centres), dtype=bool)
    for axis, side in ((0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0)):
        descent = (centres - side * reach * np.eye(2)[axis]) @ H
        ahead = side * descent[:, axis]
        found |= (ahead > 0.0) & (np.abs(descent[:, 1 - axis]) * (a + b * reach) <= a * ahead)
    return np.asarray(found & outside & shape.cornered, dtype=np.float64)


def _loses(shape: Shape, H: Array, centres: Array, lam: float) -> NDArray[np.bool_]:
    """Whether the penalised solution has a zero, by its conditions alone where they are closed."""
    if lam <= 0.0 or not (shape.cornered or shape.kind == "group"):
        return np.zeros(len(centres), dtype=bool)
    if not shape.convex:
        return np.asarray(np.any(penalised(shape, H, centres, lam) == 0.0, axis=1))
    g = centres @ H
    if shape.kind == "group":
        return np.asarray(np.hypot(g[:, 0], g[:, 1]) <= math.sqrt(2.0) * lam)
    a, b = (lam * part for part in shape.parts)
    alone = (g - np.clip(g, -a, a)) / (np.diag(H) + b)
    return np.asarray(np.any(np.abs(g[:, ::-1] - H[0, 1] * alone) <= a, axis=1))


def shares(
    shape: Shape, eccentricity: float, angles: Array, centres: Array, *, lam: float | None = None,
    t: float | None = None,
) -> Array:  # fmt: skip
    """The share of ``centres`` (m, 2) whose solution has a zero, as the ellipse's long axis takes ``angles`` (k,)."""
    return np.array([
        float(sparse(shape, quadratic(eccentricity, float(angle)), centres, lam=lam, t=t).mean()) for angle in angles
    ])  # fmt: skip


def unit_regions(shape: Shape, H: Array) -> tuple[Piece, ...]:
    """The regions for q < 1 and λ = 1; those for λ are λ^(1/(2−q)) times as large.

    The lowest height over w is concave in the slope g = Hc, so that the optima of a zero are an interval in every
    column of g, whose ends are ratios of a height to a coefficient (Dinkelbach's method).
    """
    inverse = np.linalg.inv(H)
    pieces: list[Piece] = []
    for zeros, order in (("second", [0, 1]), ("first", [1, 0])):
        first, low, high = _columns(shape, H[np.ix_(order, order)])
        kept = high > low
        outline = np.concatenate([np.stack([first, high], axis=1)[kept], np.stack([first, low], axis=1)[kept][::-1]])
        if len(outline):
            pieces += _mirrored(zeros, outline[:, order] @ inverse)
    turn = np.linspace(0.0, 2.0 * np.pi, 129)
    rays = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return (("both", _reach_of_zero(shape, H, rays)[:, None] * rays @ inverse), *pieces)


def _height(shape: Shape, H: Array, g: Array, w: Array) -> Array:
    return np.asarray(0.5 * np.einsum("mi,ij,mj->m", w, H, w) - np.sum(g * w, axis=1) + shape.value(w))


def _reach_of_zero(shape: Shape, H: Array, rays: Array) -> Array:
    """Along each ray of slopes (m, 2) the last one at which w = 0 is the global minimum."""
    s = np.full(len(rays), 40.0)
    for _ in range(_ROUNDS):
        w = penalised(shape, H, s[:, None] * rays @ np.linalg.inv(H), 1.0)
        along = np.sum(rays * w, axis=1)
        if not np.any(along):
            break
        level = _height(shape, H, np.zeros_like(w), w)
        s = np.where(along > 0.0, level / np.where(along > 0.0, along, 1.0), s)
    return np.asarray(s)


def _columns(shape: Shape, H: Array) -> tuple[Array, Array, Array]:
    """Slopes (k,) of the first coefficient, and the lowest and highest slope of the second at which it stays zero."""
    start = smallest_kept(shape.q, float(H[0, 0]), 1.0)[0]
    first = start * (1.0 + np.append(0.0, np.geomspace(0.01, 4000.0, _COLUMNS - 1)))
    x = concave_root(float(H[0, 0]), first, shape.q, np.ones(1))
    alone = _height(shape, H, np.stack([first, 0.0 * first], axis=1), np.stack([x, 0.0 * x], axis=1))
    ends = [_column_end(shape, H, first, alone, side) for side in (-1.0, 1.0)]
    return first, ends[0], ends[1]


def _column_end(shape: Shape, H: Array, first: Array, alone: Array, side: float) -> Array:
    second = side * (40.0 + 3.0 * first)
    inverse = np.linalg.inv(H)
    for _ in range(_ROUNDS):
        g = np.stack([first, second], axis=1)
        w = penalised(shape, H, g @ inverse, 1.0)
        off = w[:, 1] * side > 0.0
        level = _height(shape, H, np.stack([first, 0.0 * first], axis=1), w) - alone
        if not off.any():
            break
        second = np.where(off, level / np.where(off, w[:, 1], 1.0), second)
    return second


def _strips(inverse: Array, a: float, b: float) -> list[Piece]:
    """The optima c = x·e + H⁻¹(a + bx, v) for x > 0 and |v| ≤ a, and the same for the other coefficient and for −x."""
    pieces: list[Piece] = []
    for zeros, axis in (("second", 0), ("first", 1)):
        along = np.eye(2)[axis] + b * inverse[axis]
        ends = np.stack([a * inverse[axis] + side * a * inverse[1 - axis] for side in (1.0, -1.0)])
        far = along * (FAR / np.linalg.norm(along))
        pieces += _mirrored(zeros, np.vstack([ends, ends[::-1] + far]))
    return pieces


def _curves(inverse: Array, lam: float, q: float) -> tuple[Piece, ...]:
    """The optima c = x·e + λx^(q−1)·H⁻¹e for x > 0, whose solutions lie on an axis."""
    x = FAR * np.linspace(0.0, 1.0, 241) ** 3
    x = np.concatenate([np.geomspace(1e-60, 1e-6, 60), x[1:]]) if q < 2.0 else x
    slope = lam * x ** (q - 1.0)
    pieces: list[Piece] = []
    for zeros, axis in (("second", 0), ("first", 1)):
        pieces += _mirrored(zeros, x[:, None] * np.eye(2)[axis] + slope[:, None] * inverse[axis])
    return tuple(pieces)


def _mirrored(zeros: str, part: Array) -> list[Piece]:
    return [(zeros, part), (zeros, -part)]


def _rim(shape: Shape, t: float) -> Array:
    x, y = boundary(shape.ball(t), 720)
    return np.stack([x[:-1], y[:-1]], axis=1)


def _nearest_to_corner(shape: Shape, H: Array, t: float, axis: int) -> Array:
    """The optima for which no boundary point is lower than the corner: a half-plane for each, cut out of a square."""
    corner, rim = t * np.eye(2)[axis], _rim(shape, t)
    normals = (corner - rim) @ H
    limits = 0.5 * (corner @ H @ corner - np.einsum("mi,ij,mj->m", rim, H, rim))
    polygon = FAR * np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
    for normal, limit in zip(normals, limits, strict=True):
        polygon = cut(polygon, normal, float(limit))
    return polygon


def cut(polygon: Array, normal: Array, limit: float) -> Array:
    """The part of a convex polygon (m, 2) with normal·c ≥ limit."""
    over = polygon @ normal - limit
    if np.all(over >= -1e-12):
        return polygon
    after, next_over = np.roll(polygon, -1, axis=0), np.roll(over, -1)
    kept: list[Array] = []
    for here, there, a, b in zip(polygon, after, over, next_over, strict=True):
        if a >= 0.0:
            kept.append(here)
        if (a > 0.0 > b) or (a < 0.0 < b):
            kept.append(here + (there - here) * (a / (a - b)))
    return np.array(kept).reshape(-1, 2)


def _nearest_is_corner(shape: Shape, H: Array, centres: Array, t: float) -> NDArray[np.bool_]:
    rim = _rim(shape, t)
    heights = 0.5 * np.einsum("mi,ij,mj->m", rim, H, rim) - centres @ H @ rim.T
    best = rim[np.argmin(heights, axis=1)]
    return np.asarray(np.any(best == 0.0, axis=1))
