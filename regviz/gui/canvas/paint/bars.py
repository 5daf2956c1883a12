"""Paints bars: value, ghost, truth, error bars, a dot for an exact zero, and the values in figures. Nothing else."""

import math
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from regviz.gui.canvas import curves, ink
from regviz.gui.canvas.curves import Array
from regviz.gui.canvas.ink import VALUE, Style
from regviz.gui.canvas.naming import APART
from regviz.gui.canvas.place import Box, Place
from regviz.gui.canvas.theme import pen, qcolor
from regviz.lab import Bars, show

SHARE = 0.64
"""Width of a bar as a share of the distance between bars."""
_SEEN = 4.0
"""Width of a bar that is seen from afar, in pixels."""


def bar_width(place: Place) -> float:
    """Width of a bar in pixels: never wider than 72 nor thinner than 1.2."""
    pitch = (place.x.stop - place.x.start) / (place.x.high - place.x.low)
    return max(1.2, min(72.0, pitch * (SHARE if pitch > 8 else 0.85)))


def paint(painter: QPainter, mark: Bars, place: Place) -> None:
    """Ghosts first, then bars, truth, error bars and dots, then ask for the figures."""
    wide = bar_width(place)
    centres = place.x.px(np.arange(len(mark.values), dtype=float))
    feet = place.y.px(mark.base if mark.base is not None else np.zeros(len(mark.values)))
    with np.errstate(over="ignore"):
        tips = place.y.px(mark.values if mark.base is None else mark.base + mark.values)
    if place.y.log:
        feet = np.full(len(feet), place.y.start)
    with place.clipped(painter):
        if mark.ghost is not None:
            _ghosts(painter, mark.ghost, centres, feet, wide, place)
        _bodies(painter, mark, centres, feet, tips, wide, place)
        if mark.low is not None and mark.high is not None:
            _errors(painter, mark.low, mark.high, centres, wide, place)
        if mark.truth is not None:
            _truth(painter, mark.truth, centres, wide, place)
    _dots(painter, mark, centres, feet, wide, place)
    if wide > 10:
        place.soft.append(_within(centres, feet, tips, wide))
    if mark.base is None:
        _figures(mark, centres, feet, tips, wide, place)


def _ghosts(painter: QPainter, ghost: Array, centres: Array, feet: Array, wide: float, place: Place) -> None:
    painter.setPen(place.pen("ghost", 2.2 if wide > 6 else 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for x, foot, tip in zip(centres.tolist(), feet.tolist(), place.y.px(ghost).tolist(), strict=True):
        if math.isfinite(foot + tip) and foot != tip:
            painter.drawPath(_still_body(x, _cut(foot), _cut(tip), wide + 1))


def _bodies(
    painter: QPainter, mark: Bars, centres: Array, feet: Array, tips: Array, wide: float, place: Place
) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    here = np.flatnonzero((mark.values != 0.0) & np.isfinite(feet + tips))
    if here.size and wide < _SEEN:
        # A few among thousands stand as wide as can be seen, the shorter in front where they meet.
        wide = max(wide, min(_SEEN, 0.25 * (place.x.stop - place.x.start) / here.size))
        here = here[np.argsort(-np.abs(tips[here] - feet[here]), kind="stable")]
    for index in here.tolist():
        body = _body(float(centres[index]), _cut(float(feet[index])), _cut(float(tips[index])), wide)
        painter.fillPath(body, qcolor(place.color(mark.role_of(index))))


def paint_outlines(painter: QPainter, mark: Bars, place: Place) -> None:
    """Dashed outlines, wider than bars, so that their tips are seen beside taller bars."""
    wide = bar_width(place) * 1.3 + 6.0
    centres = place.x.px(np.arange(len(mark.values), dtype=float)).tolist()
    feet = place.y.px(mark.base if mark.base is not None else np.zeros(len(mark.values)))
    with np.errstate(over="ignore"):
        tips = place.y.px(mark.values if mark.base is None else mark.base + mark.values)
    if place.y.log:
        feet = np.full(len(feet), place.y.start)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    with place.clipped(painter, 2.0):
        for index, (x, foot, tip) in enumerate(zip(centres, feet.tolist(), tips.tolist(), strict=True)):
            if math.isfinite(foot + tip):
                painter.setPen(place.pen(mark.role_of(index), 2.4, dash=1))
                painter.drawPath(_body(x, _cut(foot), _cut(tip), wide))


def _cut(pixel: float) -> float:
    return min(curves.FAR, max(-curves.FAR, pixel))


def _body(x: float, foot: float, tip: float, wide: float) -> QPainterPath:
    """A bar with its tip's corners rounded."""
    left, right = x - wide / 2, x + wide / 2
    r = min(5.0, abs(tip - foot), wide / 2) if wide > 10 else 0.0
    side = r if tip < foot else -r
    path = QPainterPath(QPointF(left, foot))
    path.lineTo(left, tip + side)
    path.quadTo(left, tip, left + r, tip)
    path.lineTo(right - r, tip)
    path.quadTo(right, tip, right, tip + side)
    path.lineTo(right, foot)
    path.closeSubpath()
    return path


_still_body = lru_cache(maxsize=512)(_body)
"""Ghosts stay where they are while bars move."""


def _within(centres: Array, feet: Array, tips: Array, wide: float) -> Array:
    """Pixels on the bars (k, 2), for labels to avoid."""
    across = centres[:, None] + wide * np.array([-0.35, 0.0, 0.35])
    along = feet[:, None] + (tips - feet)[:, None] * np.linspace(0.05, 0.95, 10)
    x, y = np.broadcast_arrays(across[:, :, None], along[:, None, :])
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    kept: Array = points[np.isfinite(points).all(axis=1) & (np.abs(tips - feet) > 2.0).repeat(30)]
    return kept


def _errors(painter: QPainter, low: Array, high: Array, centres: Array, wide: float, place: Place) -> None:
    painter.setPen(place.pen("text", 2.4))
    cap = min(9.0, wide / 3)
    for x, a, b in zip(centres.tolist(), place.y.px(low).tolist(), place.y.px(high).tolist(), strict=True):
        if math.isfinite(a + b):
            a, b = _cut(a), _cut(b)
            painter.drawLine(QLineF(x, a, x, b))
            painter.drawLine(QLineF(x - cap, a, x + cap, a))
            painter.drawLine(QLineF(x - cap, b, x + cap, b))


def _truth(painter: QPainter, truth: Array, centres: Array, wide: float, place: Place) -> None:
    """A tick across the bar, on a wider one in the card's colour so that it shows on any bar."""
    reach = wide / 2 + min(6.0, wide / 4)
    below = pen(place.theme.card, 6.4 if wide > 8 else 3.0, ends="square")
    above = pen(place.color("truth"), (3.0 if wide > 8 else 1.6) * place.theme.thick, ends="square")
    for x, y in zip(centres.tolist(), place.y.px(truth).tolist(), strict=True):
        if math.isfinite(y):
            y = _cut(y)
            painter.setPen(below)
            painter.drawLine(QLineF(x - reach, y, x + reach, y))
            painter.setPen(above)
            painter.drawLine(QLineF(x - reach, y, x + reach, y))
            place.taken.append(Box(x - reach, y - 2.0, x + reach, y + 2.0))


def _dots(painter: QPainter, mark: Bars, centres: Array, feet: Array, wide: float, place: Place) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    radius = min(5.5, max(1.2, wide * 0.45))
    for index in np.flatnonzero(mark.values == 0.0).tolist():
        x, y = float(centres[index]), float(feet[index])
        if place.rect.grown(1).contains(x, y):
            painter.setBrush(qcolor(place.color(mark.role_of(index))))
            painter.drawEllipse(QPointF(x, y), radius, radius)


def figure(value: float) -> str:
    """A bar's value in figures: two decimals from 0.01 to 100, three digits beyond."""
    if value == 0.0 or 0.01 <= abs(value) < 100:
        return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
    return show(value, 3 if abs(value) >= 100 else 2)


def _figures(mark: Bars, centres: Array, feet: Array, tips: Array, wide: float, place: Place) -> None:
    """Ask for a figure beyond each tip, the largest bars first; a bar too thin for any gets none."""
    order = np.argsort(-np.abs(np.nan_to_num(mark.values)), kind="stable")
    beyond, far = _beyond(mark, place, 26.0), _beyond(mark, place, math.inf)
    style = _figure_style([figure(value) for value in mark.values[order[:24]].tolist()], wide / SHARE)
    for index in order[:24].tolist():
        value, x, tip = float(mark.values[index]), float(centres[index]), float(tips[index])
        if value == 0.0 or not math.isfinite(tip) or not place.rect.grown(30).contains(x, tip):
            continue
        text = figure(value)
        left, high = x - ink.width(text, style) / 2, ink.height(style)
        above, over = (min(tip, ends[0][index]) - high - 3 for ends in (beyond, far))
        below, under = (max(tip, ends[1][index]) + 4 for ends in (beyond, far))
        if ink.width(text, style) <= wide / SHARE + 14:
            start, last, way = (above, over, -1.0) if tip <= feet[index] else (below, under, 1.0)
            spots = [*((left, start + way * step) for step in (0.0, 8.0, high + 2.0)), (left, last)]
            place.label(text, style, place.theme.text, spots, rank=abs(value))


def _figure_style(texts: list[str], pitch: float) -> Style:
    """The largest style in which figures stand beside one another; the usual one where none is small enough."""
    for size in range(VALUE.size, 13, -1):
        style = Style(size, VALUE.weight)
        if max((ink.width(text, style) for text in texts), default=0.0) + APART <= pitch:
            return style
    return VALUE


def _beyond(mark: Bars, place: Place, near: float) -> tuple[list[float], list[float]]:
    """The highest and lowest pixel of error bar and truth tick, if that is ``near`` its bar; else infinite."""
    ends = [place.y.px(v) for v in (mark.low, mark.high) if v is not None]
    if mark.truth is not None:
        truth = place.y.px(mark.truth)
        ends.append(np.where(np.abs(truth - place.y.px(mark.values)) < near, truth, np.nan))
    if not ends:
        return [math.inf] * len(mark.values), [-math.inf] * len(mark.values)
    top = np.fmin.reduce(ends)
    bottom = np.fmax.reduce(ends)
    return np.where(np.isnan(top), np.inf, top - 3).tolist(), np.where(np.isnan(top), -np.inf, bottom + 3).tolist()
