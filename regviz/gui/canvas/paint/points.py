"""Paints symbols: points with error bars, handles that can be dragged, and arrows."""

import math
from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from regviz.gui.canvas import curves
from regviz.gui.canvas.curves import Array
from regviz.gui.canvas.ink import LABEL
from regviz.gui.canvas.place import Place, around
from regviz.gui.canvas.theme import SHAPES, pen, qcolor
from regviz.lab import Arrows, Handle, Points

Draw = Callable[[QPainter, float, float, float, str, str, float], None]
"""Draws a symbol: painter, x, y, radius, its colour, that of the ring around it, how thick lines are."""
MOST = 5000
"""More symbols than this are thinned evenly: they would freeze the picture and say nothing more."""
SHAFT = 48
"""Places along a named arrow that labels avoid."""


def paint(painter: QPainter, mark: Points, place: Place) -> None:
    """Error bars, then symbols with a ring in the card's colour, then ask for labels."""
    x, y = place.x.px(mark.x), place.y.px(mark.y)
    shown = np.flatnonzero(place.inside(x, y, 1.0))
    if len(shown) > MOST:
        shown = shown[np.linspace(0, len(shown) - 1, MOST).astype(np.intp)]
    if mark.low is not None and mark.high is not None:
        _errors(painter, mark, x, place)
    if mark.small and mark.shape == "dot":
        _cloud(painter, mark, x[shown], y[shown], shown, place)
    else:
        roles = map(mark.role_of, shown.tolist())
        _symbols(painter, mark, dict.fromkeys(zip(x[shown].tolist(), y[shown].tolist(), roles, strict=True)), place)
    if any(mark.labels):
        _labels(mark, x, y, shown.tolist(), place)


def radius(mark: Points) -> float:
    """Radius of the symbols in pixels."""
    return 4.2 if mark.small else 8.5


def shape_of(mark: Points, cycle: int) -> str:
    """The shape of the mark's symbols in a colour that was used ``cycle`` times before."""
    if mark.shape == "dot":
        return SHAPES[cycle % len(SHAPES)]
    return "frame" if mark.shape == "ring" and cycle % 2 else mark.shape


def _errors(painter: QPainter, mark: Points, x: Array, place: Place) -> None:
    assert mark.low is not None
    assert mark.high is not None
    low, high = place.y.px(mark.low), place.y.px(mark.high)
    with place.clipped(painter):
        for index in np.flatnonzero(np.isfinite(x + low + high)).tolist():
            painter.setPen(place.pen(mark.role_of(index), 2.2))
            at = float(np.clip(x[index], -curves.FAR, curves.FAR))
            ends = [float(np.clip(v[index], -curves.FAR, curves.FAR)) for v in (low, high)]
            painter.drawLine(QLineF(at, ends[0], at, ends[1]))
            for end in ends:
                painter.drawLine(QLineF(at - 5, end, at + 5, end))
            place.soft.append(np.stack([np.full(12, at), np.linspace(ends[0], ends[1], 12)], axis=1))


def _cloud(painter: QPainter, mark: Points, x: Array, y: Array, indices: "np.ndarray[tuple[int], np.dtype[np.intp]]",
           place: Place) -> None:  # fmt: skip
    """Many small dots, one call for each role."""
    by_role: dict[str, list[int]] = {}
    for position, index in enumerate(indices.tolist()):
        by_role.setdefault(mark.role_of(index), []).append(position)
    for role, members in by_role.items():
        dots = curves.polygon(x[members], y[members])
        painter.setPen(pen(place.theme.card, 2 * radius(mark) + 3))
        painter.drawPoints(dots)
        painter.setPen(pen(place.color(role), 2 * radius(mark)))
        painter.drawPoints(dots)


def _symbols(painter: QPainter, mark: Points, spots: Iterable[tuple[float, float, str]], place: Place) -> None:
    """Symbols at (x, y) in the colours of their roles, in this order; labels keep off them."""
    size, ring, thick = radius(mark), place.theme.card, place.theme.thick
    looks: dict[str, tuple[Draw, str]] = {}
    for x, y, role in spots:
        if role not in looks:
            looks[role] = DRAW.get(shape_of(mark, place.theme.cycle(role)), _dot), place.color(role)
        draw, color = looks[role]
        draw(painter, x, y, size, color, ring, thick)
        place.dot(x, y, size + 2)


def _dot(painter: QPainter, x: float, y: float, r: float, color: str, ring: str, thick: float) -> None:
    painter.setPen(pen(ring, 2.8))
    painter.setBrush(qcolor(color))
    painter.drawEllipse(QPointF(x, y), r + 1.2, r + 1.2)


def _ring(painter: QPainter, x: float, y: float, r: float, color: str, ring: str, thick: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen(ring, 7.0 * thick))
    painter.drawEllipse(QPointF(x, y), r, r)
    painter.setPen(pen(color, 3.2 * thick))
    painter.drawEllipse(QPointF(x, y), r, r)


def _frame(painter: QPainter, x: float, y: float, r: float, color: str, ring: str, thick: float) -> None:
    square = QRectF(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, wide in ((ring, 7.0), (color, 3.2)):
        painter.setPen(pen(colour, wide * thick))
        painter.drawRect(square)


def _cross(painter: QPainter, x: float, y: float, r: float, color: str, ring: str, thick: float) -> None:
    r *= 0.82
    for colour, wide in ((ring, 7.0), (color, 3.4)):
        painter.setPen(pen(colour, wide * thick))
        painter.drawLine(QLineF(x - r, y - r, x + r, y + r))
        painter.drawLine(QLineF(x - r, y + r, x + r, y - r))


def _square(painter: QPainter, x: float, y: float, r: float, color: str, ring: str, thick: float) -> None:
    painter.setPen(pen(ring, 2.8))
    painter.setBrush(qcolor(color))
    painter.drawRect(QRectF(x - r, y - r, 2 * r, 2 * r))


def _diamond(painter: QPainter, x: float, y: float, r: float, color: str, ring: str, thick: float) -> None:
    _corners(painter, x, y, r * 1.3, color, ring, ((0, -1), (1, 0), (0, 1), (-1, 0)))


def _triangle(painter: QPainter, x: float, y: float, r: float, color: str, ring: str, thick: float) -> None:
    _corners(painter, x, y, r * 1.25, color, ring, ((0, -1), (0.9, 0.7), (-0.9, 0.7)))


def _corners(
    painter: QPainter, x: float, y: float, r: float, color: str, ring: str, corners: tuple[tuple[float, float], ...]
) -> None:
    painter.setPen(pen(ring, 2.8))
    painter.setBrush(qcolor(color))
    painter.drawPolygon(QPolygonF([QPointF(x + r * a, y + r * b) for a, b in corners]))


def _tick(painter: QPainter, x: float, y: float, r: float, color: str, ring: str, thick: float) -> None:
    painter.setPen(pen(color, 2.6 * thick))
    painter.drawLine(QLineF(x, y - r, x, y + r))


DRAW: dict[str, Draw] = {
    "dot": _dot, "ring": _ring, "cross": _cross, "square": _square, "diamond": _diamond, "triangle": _triangle,
    "tick": _tick, "frame": _frame,
}  # fmt: skip


def _labels(mark: Points, x: Array, y: Array, shown: list[int], place: Place) -> None:
    for index in [index for index in shown if mark.labels[index]][:40]:
        text = mark.labels[index]
        spots = around(float(x[index]), float(y[index]), text, LABEL, radius(mark) + 8)
        place.label(text, LABEL, place.theme.ink(mark.role_of(index)), spots, rank=4.0)


def paint_handle(painter: QPainter, mark: Handle, place: Place) -> None:
    """A dot with a second ring around it, which says that it can be moved."""
    x, y = float(place.x.px(mark.x)), float(place.y.px(mark.y))
    if not (math.isfinite(x) and math.isfinite(y) and place.rect.grown(2).contains(x, y)):
        return
    color = place.color(mark.role)
    if mark.bound_x or mark.bound_y:
        painter.setBrush(qcolor(color, 0.22))
        painter.setPen(pen(color, 2.0))
        painter.drawEllipse(QPointF(x, y), 17.0, 17.0)
    _dot(painter, x, y, 9.0, color, place.theme.card, 1.0)
    place.dot(x, y, 18.0)
    place.label(mark.label, LABEL, color, around(x, y, mark.label, LABEL, 22.0), rank=5.0)


def paint_arrows(painter: QPainter, mark: Arrows, place: Place) -> None:
    """Shafts with filled heads; an arrow too short for a head is a dot."""
    x, y = place.x.px(mark.x), place.y.px(mark.y)
    with np.errstate(over="ignore", invalid="ignore"):
        u, v = place.x.px(mark.x + mark.dx), place.y.px(mark.y + mark.dy)
    with place.clipped(painter, 8.0):
        for index in np.flatnonzero(np.isfinite(x + y + u + v)).tolist():
            ends = np.clip([x[index], y[index], u[index], v[index]], -curves.FAR, curves.FAR).tolist()
            _arrow(painter, ends, place.color(mark.role_of(index)), place.theme.thick)
            if mark.labels and place.rect.contains(ends[2], ends[3]):
                place.soft.append(np.linspace(ends[:2], ends[2:], SHAFT))
                spots = around(ends[2], ends[3], mark.labels[index], LABEL, 10.0)
                place.label(mark.labels[index], LABEL, place.theme.ink(mark.role_of(index)), spots, rank=3.0)


def _arrow(painter: QPainter, ends: list[float], color: str, thick: float) -> None:
    x, y, u, v = ends
    length = math.hypot(u - x, v - y)
    painter.setPen(pen(color, 3.4 * thick))
    if length < 3:
        painter.drawPoint(QPointF(x, y))
        return
    a, b = (u - x) / length, (v - y) / length
    head = min(17.0, length * 0.6)
    painter.drawLine(QLineF(x, y, u - a * head * 0.8, v - b * head * 0.8))
    back_x, back_y = u - a * head, v - b * head
    half = head * 0.46
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(qcolor(color))
    sides = QPointF(back_x - b * half, back_y + a * half), QPointF(back_x + b * half, back_y - a * half)
    painter.drawPolygon(QPolygonF([QPointF(u, v), *sides]))
