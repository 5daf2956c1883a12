"""Text and polygons for any painter: measured, with a halo, as outlines where the file is an SVG. No marks here."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QPaintEngine, QPainter, QPainterPath, QPainterPathStroker, QPolygonF
from shiboken6 import VoidPtr

from regviz.gui.canvas.theme import font, qcolor

Array = NDArray[np.float64]

FAR = 20_000.0
"""Pixels beyond which coordinates are cut: no picture is larger, and the rasteriser's integers never overflow."""


class Style(NamedTuple):
    """Size in design pixels and weight of a piece of text."""

    size: int
    weight: int = 400


TITLE = Style(24, 600)
TICK = Style(18)
AXIS = Style(18, 500)
LABEL = Style(19, 600)
VALUE = Style(17, 600)
READOUT = Style(19, 600)
BIG = Style(40, 600)


@lru_cache(maxsize=64)
def _metrics(style: Style) -> QFontMetricsF:
    return QFontMetricsF(font(*style))


@lru_cache(maxsize=4096)
def width(text: str, style: Style) -> float:
    """Advance width of one line of text, in design pixels."""
    return float(_metrics(style).horizontalAdvance(text))


def height(style: Style) -> float:
    """Height of a line's box: what a capital with an accent and a descender need."""
    return style.size * 1.22


def ascent(style: Style) -> float:
    """Distance from the top of a line's box to its baseline."""
    return style.size * 0.94


@lru_cache(maxsize=1024)
def outline(text: str, style: Style) -> QPainterPath:
    """The glyphs of a line as a path, baseline at the origin; shared, not to be changed."""
    path = QPainterPath()
    path.addText(QPointF(0.0, 0.0), font(*style), text)
    return path


@lru_cache(maxsize=1024)
def _halo(character: str, style: Style) -> QPainterPath:
    """The ground around one glyph; simplified to one outline it fills 28 times faster.

    One for each character, because words change at every frame and characters do not.
    """
    stroker = QPainterPathStroker()
    stroker.setWidth(6.0)
    stroker.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    stroker.setCurveThreshold(1.0)
    glyph = QPainterPath(outline(character, style))
    if character == " ":
        glyph.addRect(0.0, -0.5 * style.size, width(" ", style), 0.5 * style.size)
    return stroker.createStroke(glyph).united(glyph).simplified()


def _paint_halo(painter: QPainter, x: float, base: float, text: str, style: Style, color: str) -> None:
    """The ground around a line, glyph by glyph, stretched over its true width (kerning moves glyphs a little)."""
    advances = [width(character, style) for character in text]
    stretch = width(text, style) / (sum(advances) or 1.0)
    for character, advance in zip(text, advances, strict=True):
        _fill(painter, _halo(character, style), x, base, color)
        x += advance * stretch


def write(painter: QPainter, x: float, y: float, text: str, style: Style, color: str, halo: str = "") -> None:
    """Write a line with the top left corner of its box at (x, y); ``halo`` is a colour laid around the glyphs."""
    base = y + ascent(style)
    if halo:
        _paint_halo(painter, x, base, text, style, halo)
    if is_svg(painter):
        _fill(painter, outline(text, style), x, base, color)
        return
    painter.setFont(font(*style))
    painter.setPen(qcolor(color))
    painter.drawText(QPointF(x, base), text)


def _fill(painter: QPainter, path: QPainterPath, x: float, y: float, color: str) -> None:
    painter.translate(x, y)
    painter.fillPath(path, qcolor(color))
    painter.translate(-x, -y)


def is_svg(painter: QPainter) -> bool:
    """Whether the painter writes an SVG, where text becomes outlines so that it looks the same without our fonts."""
    return painter.paintEngine().type() == QPaintEngine.Type.SVG


def is_vector(painter: QPainter) -> bool:
    """Whether the painter writes a file of shapes, in which images have no place."""
    return painter.paintEngine().type() in (QPaintEngine.Type.SVG, QPaintEngine.Type.Pdf)


@contextmanager
def saved(painter: QPainter) -> Iterator[None]:
    """Restore the painter's state at the end, whatever happens."""
    painter.save()
    try:
        yield
    finally:
        painter.restore()


def fit(text: str, style: Style, room: float, smallest: int = 13) -> tuple[str, Style]:
    """``text`` in the largest size that fits into ``room`` pixels, with an ellipsis in the middle if none does."""
    sizes = range(style.size, min(smallest, style.size) - 1, -1)
    for size in sizes:
        if width(text, Style(size, style.weight)) <= room:
            return text, Style(size, style.weight)
    last = Style(sizes[-1], style.weight)
    for kept in range(len(text) - 1, 0, -1):
        short = text[: (kept + 1) // 2].rstrip() + "…" + text[len(text) - kept // 2 :].lstrip()
        if width(short, last) <= room:
            return short, last
    return "", last


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
