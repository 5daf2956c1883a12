"""The paper a panel stands on: card, title, grid, ticks and axis labels, and where the plot lies in it."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainter

from regviz.gui.canvas import ink
from regviz.gui.canvas.ink import AXIS, TICK, TITLE, Style
from regviz.gui.canvas.paint.header import PAD, header_rows
from regviz.gui.canvas.place import Box, Place, Scale
from regviz.gui.canvas.theme import Theme, mix, pen, qcolor
from regviz.gui.canvas.ticks import Tick, ticks
from regviz.lab import Axis, Bars, Panel

RADIUS = 14.0
Ranges = tuple[tuple[float, float], tuple[float, float]]


class Names(NamedTuple):
    """How the names under bars are set: flat, wrapped into two lines or slanted; every ``step``-th one is written."""

    texts: tuple[str, ...] = ()
    way: str = "flat"
    step: int = 1
    style: Style = TICK
    depth: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a panel lie on a card of ``width`` × ``height`` design pixels."""

    width: float
    height: float
    plot: Box
    x: Scale
    y: Scale
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    names: Names
    rows: int

    def place(self, theme: Theme) -> Place:
        """A fresh place for paint functions."""
        left = self.plot.left if self.y_ticks else PAD - 10
        bounds = Box(left, self.plot.top - 12, self.width - 12, self.plot.bottom + 2)
        return Place(self.plot, bounds, self.x, self.y, theme)


def arrange(panel: Panel, width: float, height: float, ranges: Ranges | None = None) -> Layout:
    """Lay out a panel; ``ranges`` are the shown (x, y) ranges where the user zoomed, log10 on log axes."""
    own = panel.x.ticks is not None
    names = next((mark.labels for mark in panel.marks if isinstance(mark, Bars) and mark.labels and not own), ())
    rows = header_rows(panel, width)
    return _arrange(panel.x, panel.y, panel.equal, panel.origin, names, width, height, rows, ranges)


@lru_cache(maxsize=64)
def _arrange(
    x: Axis, y: Axis, equal: bool, origin: bool, texts: tuple[str, ...], width: float, height: float, rows: int,
    ranges: Ranges | None,
) -> Layout:  # fmt: skip
    above = 60.0 + 26.0 * (rows - 1) + (24.0 if y.label and not origin else 0.0)
    x_shown, y_shown = ranges or (span(x), span(y))
    shown = not origin or x.ticks is not None
    y_ticks = ticks(y, *y_shown, height - above - 60, 46) if not origin or y.ticks is not None else ()
    left = max([60.0 if y_ticks else PAD] + [ink.width(text, TICK) + PAD + 14 for _, text in y_ticks])
    left, right = min(left, width * 0.4), max(width - 28.0, width * 0.5)
    names = name_layout(texts, (right - left) / max(1e-9, x_shown[1] - x_shown[0]), height * 0.32)
    if names.way == "slanted":
        reach = ink.width(names.texts[0], names.style) * 0.71 + 14
        share = 0.5 / len(texts)
        left = min(max(left, (reach - right * share) / (1 - share)), width * 0.4)
        names = name_layout(texts, (right - left) / max(1e-9, x_shown[1] - x_shown[0]), height * 0.32)
    label = 25.0 if x.label and not origin else 0.0
    tick_room = names.depth if texts else (24.0 if shown and not x.hidden else 0.0)
    bottom = height - 16.0 - tick_room - label
    plot = Box(left, min(above, height * 0.6), max(left + 1, right), max(min(above, height * 0.6) + 1, bottom))
    if equal and ranges is None and not (x.log or y.log):
        x_shown, y_shown = equal_ranges(x_shown, y_shown, plot.width, plot.height)
    x_ticks = ticks(x, *x_shown, plot.width, 78) if shown and not texts else ()
    return Layout(
        width, height, plot, Scale(*x_shown, plot.left, plot.right, x.log),
        Scale(*y_shown, plot.bottom, plot.top, y.log), x_ticks,
        ticks(y, *y_shown, plot.height, 46) if y_ticks else (), names, rows,
    )  # fmt: skip


def span(axis: Axis) -> tuple[float, float]:
    """The axis's range in view coordinates."""
    return (math.log10(axis.low), math.log10(axis.high)) if axis.log else (axis.low, axis.high)


def equal_ranges(
    x: tuple[float, float], y: tuple[float, float], width: float, height: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The smallest ranges around ``x`` and ``y`` with one unit equally long on both."""
    unit = max((x[1] - x[0]) / width, (y[1] - y[0]) / height)
    return _widened(x, unit * width), _widened(y, unit * height)


def _widened(shown: tuple[float, float], length: float) -> tuple[float, float]:
    more = (length - (shown[1] - shown[0])) / 2
    return shown[0] - more, shown[1] + more


def name_layout(texts: tuple[str, ...], pitch: float, deepest: float) -> Names:
    """How names fit under bars ``pitch`` pixels apart: as they are, smaller, in two lines, slanted, or thinned out."""
    if not texts:
        return Names()
    for size in (18, 17, 16, 15):
        style = Style(size, 500)
        if max(ink.width(text, style) for text in texts) <= pitch - 10:
            return Names(texts, "flat", 1, style, 27.0)
    style = Style(16, 500)
    halves = [part for text in texts for part in wrap(text, style)]
    if pitch >= 56 and max(ink.width(part, style) for part in halves) <= pitch - 8:
        return Names(texts, "wrapped", 1, style, 46.0)
    if len(texts) <= 60 and pitch >= 12:
        return _slanted(texts, pitch, deepest)
    widest = max(ink.width(text, style) for text in texts) + 16
    return Names(texts, "flat", max(1, -int(-widest // max(pitch, 1e-6))), style, 27.0)


def _slanted(texts: tuple[str, ...], pitch: float, deepest: float) -> Names:
    style = Style(16, 500)
    step = max(1, -int(-24.0 // pitch))
    cut = tuple(ink.fit(text, style, max(30.0, deepest / 0.7 - 20), 16)[0] for text in texts)
    longest = max(ink.width(text, style) for text in cut)
    return Names(cut, "slanted", step, style, longest * 0.71 + 20)


def wrap(text: str, style: Style) -> tuple[str, ...]:
    """The text in one or two lines, broken at the space or underscore that leaves the shorter longest line."""
    cuts = [i for i, c in enumerate(text) if c in " _-/" and 0 < i < len(text) - 1]
    if not cuts:
        return (text,)
    parts = [(text[: i + (text[i] in "-/")], text[i + 1 :]) for i in cuts]
    return min(parts, key=lambda pair: max(ink.width(part, style) for part in pair))


def paint_card(painter: QPainter, width: float, height: float, theme: Theme) -> None:
    """The card's ground and border."""
    painter.setPen(pen(theme.border, 1.2))
    painter.setBrush(qcolor(theme.card))
    painter.drawRoundedRect(Box(0, 0, width, height).grown(-0.6).qt(), RADIUS, RADIUS)


def paint_title(painter: QPainter, panel: Panel, layout: Layout, theme: Theme) -> None:
    """The title, smaller where the card is narrow; `header_rows` leaves it the room it needs."""
    text, style = ink.fit(panel.title, TITLE, layout.width - 2 * PAD, 15)
    ink.write(painter, PAD, 32.0 - ink.height(style) / 2, text, style, theme.text)


def repaint_title(painter: QPainter, panel: Panel, layout: Layout, theme: Theme) -> None:
    """The title in the place of another on a card that is painted already."""
    painter.fillRect(Box(PAD - 4.0, 14.0, layout.width - PAD + 4.0, 50.0).qt(), qcolor(theme.card))
    paint_title(painter, panel, layout, theme)


def paint_grid(painter: QPainter, panel: Panel, layout: Layout, theme: Theme) -> None:
    """Horizontal grid lines at the ticks, and a stronger line at zero under bars."""
    plot = layout.plot
    painter.setPen(pen(theme.grid, 1.4, 2 if theme.name == "projector" else 0))
    for at, _ in layout.y_ticks:
        y = layout.y.at(at)
        painter.drawLine(QLineF(plot.left, y, plot.right, y))
    if any(isinstance(mark, Bars) for mark in panel.marks) and layout.y.low <= 0 <= layout.y.high and not layout.y.log:
        _line(painter, layout, theme, layout.y.at(0.0), along="x")
    if panel.origin:
        _origin(painter, layout, theme)


def _origin(painter: QPainter, layout: Layout, theme: Theme) -> None:
    if layout.y.low <= 0 <= layout.y.high:
        _line(painter, layout, theme, layout.y.at(0.0), along="x")
    if layout.x.low <= 0 <= layout.x.high:
        _line(painter, layout, theme, layout.x.at(0.0), along="y")


def _line(painter: QPainter, layout: Layout, theme: Theme, at: float, along: str) -> None:
    plot = layout.plot
    painter.setPen(pen(mix(theme.card, theme.noise, 0.9), 2.0))
    if along == "x":
        painter.drawLine(QLineF(plot.left, at, plot.right, at))
    else:
        painter.drawLine(QLineF(at, plot.top, at, plot.bottom))


def paint_ticks(painter: QPainter, layout: Layout, theme: Theme) -> None:
    """Tick labels left of and below the plot; those that would leave the card or touch another are left out."""
    plot, last = layout.plot, -1e9
    for at, text in layout.y_ticks:
        room = plot.left - PAD + 4
        text, style = ink.fit(text, TICK, room, 12)
        left, top = plot.left - 15 - ink.width(text, style), layout.y.at(at) - ink.height(style) / 2
        ink.write(painter, max(4.0, left), top, text, style, theme.muted)
    for at, text in layout.x_ticks:
        left = layout.x.at(at) - ink.width(text, TICK) / 2
        if left > last + 10 and left >= 8 and left + ink.width(text, TICK) <= layout.width - 8:
            ink.write(painter, left, plot.bottom + 12, text, TICK, theme.muted)
            last = left + ink.width(text, TICK)
    _names(painter, layout, theme)


def _names(painter: QPainter, layout: Layout, theme: Theme) -> None:
    names, plot = layout.names, layout.plot
    for index in range(0, len(names.texts), names.step):
        x = layout.x.at(float(index))
        if not plot.left <= x <= plot.right:
            continue
        if names.way == "slanted":
            text, _ = ink.fit(names.texts[index], names.style, (x - 14) / 0.71, names.style.size)
            _slant(painter, x, plot.bottom + 8, text, names.style, theme.muted)
            continue
        parts = wrap(names.texts[index], names.style) if names.way == "wrapped" else (names.texts[index],)
        for row, part in enumerate(parts):
            left = min(max(8.0, x - ink.width(part, names.style) / 2), layout.width - 8 - ink.width(part, names.style))
            ink.write(painter, left, plot.bottom + 12 + 19 * row, part, names.style, theme.muted)


def _slant(painter: QPainter, x: float, y: float, text: str, style: Style, color: str) -> None:
    with ink.saved(painter):
        painter.translate(x, y)
        painter.rotate(-45.0)
        ink.write(painter, -ink.width(text, style), -2.0, text, style, color)


def axis_text(axis: Axis) -> str:
    """The axis label, with a word that the scale is logarithmic."""
    return f"{axis.label}  (log scale)" if axis.log and axis.label and "log" not in axis.label else axis.label


def paint_axis_labels(painter: QPainter, panel: Panel, layout: Layout, place: Place) -> None:
    """The label of x below the middle, of y above its axis; at the ends of axes through the origin."""
    plot, muted = layout.plot, place.theme.muted
    if panel.origin:
        _origin_labels(panel, layout, place)
        return
    text, style = ink.fit(axis_text(panel.x), AXIS, layout.width - 2 * PAD)
    left = (plot.left + plot.right - ink.width(text, style)) / 2
    ink.write(painter, max(PAD, left), layout.height - 8 - ink.height(style), text, style, muted)
    text, style = ink.fit(axis_text(panel.y), AXIS, layout.width - 2 * PAD)
    ink.write(painter, PAD, plot.top - 34, text, style, muted)


def _origin_labels(panel: Panel, layout: Layout, place: Place) -> None:
    plot, muted = layout.plot, place.theme.muted
    x0, y0 = layout.x.at(0.0), layout.y.at(0.0)
    right = plot.right - ink.width(panel.x.label, AXIS)
    left = x0 - 12 - ink.width(panel.y.label, AXIS)
    place.label(panel.x.label, AXIS, muted, ((right, y0 + 8), (right, y0 - 32)), rank=9.0)
    place.label(panel.y.label, AXIS, muted, ((left, plot.top), (x0 + 12, plot.top)), rank=9.0)
