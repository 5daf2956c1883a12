"""Paints symbols: points with error bars, handles that can be dragged, and arrows."""

import math
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPolygonF

from regviz.gui.canvas import curves, ink
from regviz.gui.canvas.curves import Array
from regviz.gui.canvas.ink import LABEL
from regviz.gui.canvas.place import Box, Place, Scale, around
from regviz.gui.canvas.theme import SHAPES, Theme, pen, qcolor
from regviz.lab import Arrows, Handle, Points

Draw = Callable[[QPainter, float, float, float, str, str, float], None]
"""Draws a symbol: painter, x, y, radius, its colour, that of the ring around it, how thick lines are."""
Spot = tuple[float, float, str]
"""Pixels and role of a symbol."""
Indices = np.ndarray[tuple[int], np.dtype[np.intp]]
MANY = 12
"""Symbols from which a mark's are kept as a picture."""
LARGEST = 1.5e6
"""Device pixels of a plot up to which they are."""
MOST = 5000
"""More symbols than this are thinned evenly: they would freeze the picture and say nothing more."""
SHAFT = 48
"""Places along a named arrow that labels avoid."""


def paint(painter: QPainter, mark: Points, place: Place) -> None:
    """Error bars, then symbols with a ring in the card's colour, then ask for labels."""
    if mark.low is not None and mark.high is not None:
        _errors(painter, mark, place.x.px(mark.x), place)
    pixels = ink.grid(painter) if len(mark.x) >= MANY else None
    if pixels is not None and place.rect.width * place.rect.height * (pixels.scale * pixels.ratio) ** 2 > LARGEST:
        pixels = None
    if mark.small and mark.shape == "dot":
        _cloud(painter, mark, *_shown(mark, place), place)
    elif pixels is not None:
        _stamp(painter, pixels, _sheet(mark, place.rect, place.x, place.y, place.theme, pixels), place)
    else:
        _symbols(painter, mark, _spots(mark, place), place)
    if any(mark.labels):
        _labels(mark, *_shown(mark, place), place)


def _shown(mark: Points, place: Place) -> tuple[Array, Array, Indices]:
    """Pixels (k,) of the points that are painted, and which they are."""
    x, y = place.x.px(mark.x), place.y.px(mark.y)
    shown = np.flatnonzero(place.inside(x, y, 1.0))
    if len(shown) > MOST:
        shown = shown[np.linspace(0, len(shown) - 1, MOST).astype(np.intp)]
    return x[shown], y[shown], shown


def _spots(mark: Points, place: Place) -> dict[Spot, None]:
    """(x, y, role) of the points that are painted, each once."""
    x, y, shown = _shown(mark, place)
    return dict.fromkeys(zip(x.tolist(), y.tolist(), map(mark.role_of, shown.tolist()), strict=True))


class Sheet(NamedTuple):
    """A mark's symbols on nothing: a picture of device pixels, the one of its corner, and the boxes that are taken."""

    picture: QImage
    left: int
    top: int
    taken: tuple[Box, ...]


@lru_cache(maxsize=12)
def _sheet(mark: Points, rect: Box, x: Scale, y: Scale, theme: Theme, pixels: ink.Grid) -> Sheet:
    """The symbols of a mark on these pixels: painted once, as data often stay while what lies below them changes."""
    place = Place(rect, rect, x, y, theme)
    spots = _spots(mark, place)
    unit, reach = pixels.scale * pixels.ratio, 2.0 * radius(mark)
    left, top = pixels.left * pixels.ratio, pixels.top * pixels.ratio
    ends = np.array([spot[:2] for spot in spots]).reshape(-1, 2) * unit + (left, top)
    low = np.floor(np.min(ends, axis=0, initial=np.inf) - reach * unit) if spots else np.zeros(2)
    size = np.ceil(np.max(ends, axis=0, initial=-np.inf) + reach * unit) - low if spots else np.ones(2)
    picture = QImage(int(size[0]), int(size[1]), QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.translate(left - low[0], top - low[1])
    painter.scale(unit, unit)
    _symbols(painter, mark, spots, place)
    painter.end()
    return Sheet(picture, int(low[0]), int(low[1]), tuple(place.taken))


def _stamp(painter: QPainter, pixels: ink.Grid, sheet: Sheet, place: Place) -> None:
    """Put a sheet where it belongs; labels keep off its symbols."""
    sheet.picture.setDevicePixelRatio(pixels.ratio)
    painter.setWorldMatrixEnabled(False)
    painter.drawImage(QPointF(sheet.left / pixels.ratio, sheet.top / pixels.ratio), sheet.picture)
    painter.setWorldMatrixEnabled(True)
    place.taken += sheet.taken


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


def _cloud(painter: QPainter, mark: Points, x: Array, y: Array, indices: Indices, place: Place) -> None:
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


def _symbols(painter: QPainter, mark: Points, spots: Iterable[Spot], place: Place) -> None:
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


def _labels(mark: Points, x: Array, y: Array, shown: Indices, place: Place) -> None:
    found = zip(x.tolist(), y.tolist(), shown.tolist(), strict=True)
    for left, top, index in [(left, top, index) for left, top, index in found if mark.labels[index]][:40]:
        text = mark.labels[index]
        spots = around(left, top, text, LABEL, radius(mark) + 8)
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
