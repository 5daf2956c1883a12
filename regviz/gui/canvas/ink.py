"""Text for any painter: measured, with a halo, as outlines where the file is an SVG. No marks, no curves here."""

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QImage,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QTransform,
)

from regviz.gui.canvas.theme import font, qcolor


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
_OUTLINED = 16
"""How many times larger than on paper letters are when their outlines are taken."""


@lru_cache(maxsize=64)
def _metrics(style: Style) -> QFontMetricsF:
    return QFontMetricsF(font(*style))


@lru_cache(maxsize=4096)
def width(text: str, style: Style) -> float:
    """Advance width of one line of text, in design pixels."""
    return float(_metrics(style).horizontalAdvance(_hyphened(text)))


def _hyphened(text: str) -> str:
    """The text with true hyphens: among tabular digits "-" is as wide as a digit, which tears words apart."""
    return text.replace("-", "\N{HYPHEN}")


def height(style: Style) -> float:
    """Height of a line's box: what a capital with an accent and a descender need."""
    return style.size * 1.22


def ascent(style: Style) -> float:
    """Distance from the top of a line's box to its baseline."""
    return style.size * 0.94


@lru_cache(maxsize=1024)
def outline(text: str, style: Style) -> QPainterPath:
    """The glyphs of a line as a path, baseline at the origin; shared, not to be changed.

    Taken from letters of a size that is never painted: in sizes that are, outlines depend on what was painted before.
    """
    path = QPainterPath()
    path.addText(QPointF(0.0, 0.0), font(_OUTLINED * style.size, style.weight), _hyphened(text))
    return QTransform.fromScale(1.0 / _OUTLINED, 1.0 / _OUTLINED).map(path)


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


class Grid(NamedTuple):
    """Where design pixels fall on a painter of pixels: window pixels per design pixel, origin, device pixels each."""

    scale: float
    left: float
    top: float
    ratio: float


def grid(painter: QPainter) -> Grid | None:
    """The grid of an upright painter that fills pixels; None for files of shapes and for turned text."""
    world = painter.worldTransform()
    if world.isRotating() or painter.paintEngine().type() != QPaintEngine.Type.Raster:
        return None
    return Grid(world.m11(), world.dx(), world.dy(), painter.device().devicePixelRatio())


def write(
    painter: QPainter, x: float, y: float, text: str, style: Style, color: str, halo: str = "",
    pixels: Grid | None = None,
) -> None:  # fmt: skip
    """Write a line with the top left corner of its box at (x, y); ``halo`` is a colour laid around the glyphs.

    On ``pixels``, the painter's `grid`, words with a halo are stamped from a picture that is kept; numbers are not,
    as they hardly come again.
    """
    if halo and pixels is not None and "." not in text:
        picture = _word(text, style, color, halo, pixels.scale * pixels.ratio)
        _stamp(painter, pixels, ((x, picture),), y + ascent(style), style)
        return
    if halo:
        _lay(painter, pixels, x, y, text, style, halo)
    _letters(painter, x, y, text, style, color)


def _letters(painter: QPainter, x: float, y: float, text: str, style: Style, color: str) -> None:
    base = y + ascent(style)
    if is_svg(painter):
        _fill(painter, outline(text, style), x, base, color)
        return
    painter.setFont(font(*style))
    painter.setPen(qcolor(color))
    painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    painter.drawText(QPointF(x, base), _hyphened(text))


def _lay(painter: QPainter, pixels: Grid | None, x: float, y: float, text: str, style: Style, color: str) -> None:
    """The ground around a line, glyph by glyph, stretched over its true width (kerning moves glyphs a little)."""
    advances = [width(character, style) for character in text]
    stretch = width(text, style) / (sum(advances) or 1.0)
    spots = [x + stretch * before for before in accumulate(advances[:-1], initial=0.0)] if text else []
    if pixels is None:
        for character, at in zip(text, spots, strict=True):
            _fill(painter, _halo(character, style), at, y + ascent(style), color)
        return
    pictures = [_ground(character, style, color, pixels.scale * pixels.ratio) for character in text]
    _stamp(painter, pixels, zip(spots, pictures, strict=True), y + ascent(style), style)


def _stamp(
    painter: QPainter, pixels: Grid, pictures: Iterable[tuple[float, QImage]], base: float, style: Style
) -> None:
    """Put pictures at their x on whole device pixels, their baselines at ``base``."""
    scale, left, top, ratio = pixels
    margin, foot = _margin(scale * ratio), _foot(style, scale * ratio)
    row = (round((base * scale + top) * ratio) - foot) / ratio
    painter.setWorldMatrixEnabled(False)
    for x, picture in pictures:
        picture.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF((round((x * scale + left) * ratio) - margin) / ratio, row), picture)
    painter.setWorldMatrixEnabled(True)


def _margin(unit: float) -> int:
    """Device pixels around a line's box that its halo may fill."""
    return math.ceil(4.0 * unit)


def _foot(style: Style, unit: float) -> int:
    """Device pixels from the top of a line's picture to its baseline."""
    return _margin(unit) + math.ceil(ascent(style) * unit)


@lru_cache(maxsize=512)
def _word(text: str, style: Style, color: str, halo: str, unit: float) -> QImage:
    """A line with its halo at ``unit`` device pixels per design pixel."""
    image, painter = _sheet(text, style, unit)
    _lay(painter, None, 0.0, 0.0, text, style, halo)
    _letters(painter, 0.0, 0.0, text, style, color)
    painter.end()
    return image


@lru_cache(maxsize=512)
def _ground(character: str, style: Style, color: str, unit: float) -> QImage:
    """The ground around one glyph at ``unit`` device pixels per design pixel."""
    image, painter = _sheet(character, style, unit)
    _fill(painter, _halo(character, style), 0.0, ascent(style), color)
    painter.end()
    return image


def _sheet(text: str, style: Style, unit: float) -> tuple[QImage, QPainter]:
    """An empty picture for a line, and a painter whose origin is the corner of the line's box."""
    margin, foot = _margin(unit), _foot(style, unit)
    wide = math.ceil(width(text, style) * unit) + 2 * margin
    high = foot + math.ceil((height(style) - ascent(style)) * unit) + margin
    image = QImage(wide, high, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.translate(margin, foot - ascent(style) * unit)
    painter.scale(unit, unit)
    return image, painter


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
