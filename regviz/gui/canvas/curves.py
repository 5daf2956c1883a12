"""Curves in pixels for Qt: cut at the picture, ellipses as true curves, right angles as lines. No marks."""

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainterPath, QPolygonF
from shiboken6 import VoidPtr

Array = NDArray[np.float64]
Point = tuple[float, float]

FAR = 20_000.0
"""Pixels beyond which coordinates are cut: no picture is larger, and the rasteriser's integers never overflow."""
NEAR = 0.05
"""Pixels by which a curve may be drawn off its points: less than a shade of grey at its edge."""


def polygon(x: Array, y: Array) -> QPolygonF:
    """A polygon with corners ``x``, ``y`` (m,), float64 and finite; filled without a Python loop."""
    made = QPolygonF()
    made.resize(len(x))
    if len(x):
        memory: Any = VoidPtr(made.data(), len(x) * 16, True)  # type: ignore[call-arg, arg-type]
        corners = np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)
        np.clip(x, -FAR, FAR, out=corners[:, 0])
        np.clip(y, -FAR, FAR, out=corners[:, 1])
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


def pieces(x: Array, y: Array, box: tuple[float, float, float, float]) -> Iterator[tuple[Array, Array]]:
    """The finite stretches of a curve, cut at the box (left, top, right, bottom) where they go far beyond it.

    A dashed pen needs time for every dash, seen or not, and the rasteriser has no numbers for far away.
    """
    left, top, right, bottom = box
    for px, py in runs(x, y):
        if px.min() >= left and px.max() <= right and py.min() >= top and py.max() <= bottom:
            yield px, py
        elif len(px) > 1:
            yield from _cut(px, py, box)


def _cut(x: Array, y: Array, box: tuple[float, float, float, float]) -> Iterator[tuple[Array, Array]]:
    """Liang & Barsky 1984 for all segments at once, then joined where one ends as the next begins."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        enter, leave = np.zeros(len(x) - 1), np.ones(len(x) - 1)
        for at, low, high in ((x, box[0], box[2]), (y, box[1], box[3])):
            step = np.diff(at)
            one, two = (low - at[:-1]) / step, (high - at[:-1]) / step
            still = np.where((at[:-1] >= low) & (at[:-1] <= high), -np.inf, np.inf)
            enter = np.maximum(enter, np.where(step == 0, still, np.minimum(one, two)))
            leave = np.minimum(leave, np.where(step == 0, np.inf, np.maximum(one, two)))
        first = [at[:-1] + np.diff(at) * enter for at in (x, y)]
        last = [at[:-1] + np.diff(at) * leave for at in (x, y)]
    seen = (enter <= leave) & np.isfinite(first + last).all(axis=0)
    broken = ~seen | (leave < 1.0)
    starts = np.flatnonzero(seen & np.concatenate([[True], broken[:-1] | (enter[1:] > 0.0)]))
    for start in starts.tolist():
        stop = start + int(np.argmax(np.append(broken[start:], True)))
        stop = min(stop, len(seen) - 1)
        yield tuple(np.concatenate([[a[start]], b[start : stop + 1]]) for a, b in zip(first, last, strict=True))  # type: ignore[misc]


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
