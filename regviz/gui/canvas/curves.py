"""Curves in pixels for Qt: cut at the picture, ellipses as true curves, right angles as lines. No marks."""

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainterPath, QPolygonF
from shiboken6 import VoidPtr

Array = NDArray[np.float64]
Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

FAR = 20_000.0
"""Pixels beyond which coordinates are cut: no picture is larger, and the rasteriser's integers never overflow."""
NEAR = 0.05
"""Pixels by which a curve may be drawn off its points: less than a shade of grey at its edge."""


class Piece(NamedTuple):
    """A stretch of a curve (m,), and the length of the curve before it, where its dashes begin."""

    x: Array
    y: Array
    before: float = 0.0


def polygon(x: Array, y: Array) -> QPolygonF:
    """A polygon with corners ``x``, ``y`` (m,), float64 and finite; what is far is cut."""
    corners = np.stack([x, y], axis=1)
    np.maximum(corners, -FAR, out=corners)
    return packed(np.minimum(corners, FAR, out=corners))


def packed(corners: Array) -> QPolygonF:
    """A polygon with these corners (m, 2), float64 and finite; filled without a Python loop."""
    made = QPolygonF()
    made.resize(len(corners))
    if len(corners):
        memory: Any = VoidPtr(made.data(), len(corners) * 16, True)  # type: ignore[call-arg, arg-type]
        np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)[:] = corners
    return made


def runs(x: Array, y: Array) -> Iterator[tuple[Array, Array]]:
    """The stretches of a curve in which both coordinates are finite."""
    good = np.isfinite(x) & np.isfinite(y)
    if good.all():
        if len(x):
            yield x, y
        return
    edges = np.flatnonzero(np.diff(np.concatenate(([0], good.view(np.int8), [0]))))
    for start, stop in edges.reshape(-1, 2):
        yield x[start:stop], y[start:stop]


def pieces(x: Array, y: Array, box: Box) -> Iterator[Piece]:
    """The finite stretches of a curve as far as they run in the box, exactly where the curve does.

    What lies beyond costs time, seen or not, and the rasteriser has no numbers for far away.
    """
    for px, py in runs(x, y):
        if _holds(box, px, py):
            yield Piece(*straightened(px, py))
        elif len(px) > 1:
            yield from _cut(px, py, box)


def _holds(box: Box, x: Array, y: Array) -> bool:
    left, top, right, bottom = box
    return bool(x.min() >= left and x.max() <= right and y.min() >= top and y.max() <= bottom)


def _cut(x: Array, y: Array, box: Box) -> Iterator[Piece]:
    """Liang & Barsky 1984 for all segments at once, then joined where one ends as the next begins."""
    points, low, high = np.stack([x, y]), np.array([box[:2]]).T, np.array([box[2:]]).T
    begin = points[:, :-1]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        step = points[:, 1:] - begin
        one, two = (low - begin) / step, (high - begin) / step
        near, far, level = np.minimum(one, two), np.maximum(one, two), step == 0.0
        near[level] = np.where((begin >= low) & (begin <= high), -np.inf, np.inf)[level]
        far[level] = np.inf
        enter, leave = np.maximum(near.max(axis=0), 0.0), np.minimum(far.min(axis=0), 1.0)
        first, last = begin + step * enter, np.where(leave < 1.0, begin + step * leave, points[:, 1:])
    seen = (enter <= leave) & np.isfinite(first + last).all(axis=0)
    broken = ~seen | (leave < 1.0)
    starts = np.flatnonzero(seen & np.concatenate([[True], broken[:-1] | (enter[1:] > 0.0)]))
    ends = np.append(np.flatnonzero(broken), len(seen) - 1)
    stops = ends[np.searchsorted(ends[:-1], starts)] + 1
    before = lengths(x, y)
    gone = before[starts] + enter[starts] * (before[starts + 1] - before[starts])
    for start, stop, length in zip(starts.tolist(), stops.tolist(), gone.tolist(), strict=True):
        px, py = (np.concatenate([a[start : start + 1], b[start:stop]]) for a, b in zip(first, last, strict=True))
        yield Piece(px, py, length)


def straightened(x: Array, y: Array) -> tuple[Array, Array]:
    """The two ends of a curve that goes straight from one to the other; others as they are."""
    along, across = x[-1] - x[0], y[-1] - y[0]
    far, length = math.hypot(along, across), across if abs(across) > abs(along) else along
    if len(x) < 3 or not far:
        return x, y
    off = np.abs((x - x[0]) * across - (y - y[0]) * along).max()
    steps = np.diff(y if length is across else x)
    if off > NEAR * far or (steps.min() if length > 0.0 else -steps.max()) < 0.0:
        return x, y
    return x[[0, -1]], y[[0, -1]]


def lengths(x: Array, y: Array) -> Array:
    """The length of a curve from its first point to each of them (m,)."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])


def turned(x: Array, y: Array, box: Box) -> tuple[Array, Array]:
    """A closed curve that begins outside the box, where it has a point there; others as they are."""
    if len(x) < 4 or not (x[0] == x[-1] and y[0] == y[-1]) or not np.isfinite(x + y).all() or _holds(box, x, y):
        return x, y
    left, top, right, bottom = box
    start = int(np.argmax((x < left) | (x > right) | (y < top) | (y > bottom)))
    return tuple(np.concatenate([at[start:], at[1 : start + 1]]) for at in (x, y))  # type: ignore[return-value]


def inner(x: Array, y: Array, box: Box) -> tuple[Array, Array]:
    """The part in the box of the area inside a polygon, as corners; Sutherland & Hodgman 1974, a side at a time."""
    left, top, right, bottom = box
    for way, sign, bound in ((0, -1.0, left), (0, 1.0, right), (1, -1.0, top), (1, 1.0, bottom)):
        beyond = sign * ((x, y)[way] - bound)
        out = beyond > 0.0
        if not out.any():
            continue
        ahead = np.roll(np.arange(len(x)), -1)
        crosses = out != out[ahead]
        share = np.where(crosses, beyond, 0.0) / np.where(crosses, beyond - beyond[ahead], 1.0)
        keep = np.stack([~out, crosses], axis=1).ravel()
        x, y = (np.stack([at, at + share * (at[ahead] - at)], axis=1).ravel()[keep] for at in (x, y))
    return x, y


def sides(x: Array, y: Array) -> list[QLineF] | None:
    """The sides of a closed curve of few points whose corners are all right angles; None for other curves.

    Drawn with square ends they look as the curve does with mitred corners, in a tenth of the time.
    """
    if not 4 < len(x) <= 16 or x[0] != x[-1] or y[0] != y[-1]:
        return None
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    corners = points[:1]
    for at, after in pairwise(points[1:] + points[1:2]):
        turn = _turned(corners[-1], at, after)
        if turn is None:
            return None
        if turn:
            corners.append(at)
    corners[0] = corners[-1]
    return [QLineF(*one, *two) for one, two in pairwise(corners)]


def _turned(before: Point, at: Point, after: Point) -> bool | None:
    """Whether the way turns by a right angle at a point or goes straight on; None for neither."""
    x, y, u, v = at[0] - before[0], at[1] - before[1], after[0] - at[0], after[1] - at[1]
    along, across, least = x * u + y * v, x * v - y * u, 1e-3 * math.hypot(x, y) * math.hypot(u, v)
    if abs(along) < least:
        return True
    return False if abs(across) < least and along > 0.0 else None


def ovals(x: Array, y: Array) -> list[QPainterPath | None]:
    """For each closed curve (k, 4m + 1) the ellipse on whose evenly turned points it runs; None for other curves."""
    count = x.shape[1] - 1
    if count < 16 or count % 4:
        return [None] * len(x)
    points = x + 1j * y
    centre = points[:, :-1].mean(axis=1)
    one, two = points[:, 0] - centre, points[:, count // 4] - centre
    off = points[:, :-1] - centre[:, None] - np.outer(one, _turn(count)[0]) - np.outer(two, _turn(count)[1])
    far = np.abs(off).max(axis=1)
    even = (far <= NEAR) & (points[:, 0] == points[:, -1])
    corners = centre[:, None] + np.outer(one, _CORNERS[0]) + np.outer(two, _CORNERS[1])
    return [_path(row) if good else None for row, good in zip(corners.tolist(), even.tolist(), strict=True)]


@lru_cache(maxsize=16)
def _turn(count: int) -> Array:
    """Cosine and sine of ``count`` even steps of a turn (2, count)."""
    angle = np.arange(count) * (2.0 * np.pi / count)
    return np.stack([np.cos(angle), np.sin(angle)])


def _unit_circle(arcs: int = 8) -> Array:
    """Corners of the cubic arcs of the unit circle (2, 3·arcs + 1); off by 4e-6 for eight."""
    pull = 4.0 / 3.0 * math.tan(math.pi / (2.0 * arcs))
    at = np.linspace(0.0, 2.0 * np.pi, arcs + 1)
    on, ahead = np.stack([np.cos(at), np.sin(at)], axis=1), np.stack([-np.sin(at), np.cos(at)], axis=1)
    parts = np.stack([on[:-1], on[:-1] + pull * ahead[:-1], on[1:] - pull * ahead[1:]], axis=1).reshape(-1, 2)
    return np.concatenate([parts, on[:1]]).T


_CORNERS = _unit_circle()


def _path(corners: list[complex]) -> QPainterPath:
    path = QPainterPath()
    path.moveTo(corners[0].real, corners[0].imag)
    for a, b, c in zip(corners[1::3], corners[2::3], corners[3::3], strict=True):
        path.cubicTo(a.real, a.imag, b.real, b.imag, c.real, c.imag)
    path.closeSubpath()
    return path
