"""Paints curves and cursor rules; asks for labels at the ends of curves."""

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

from regviz.gui.canvas import curves, ink, strokes
from regviz.gui.canvas.curves import Array
from regviz.gui.canvas.ink import LABEL
from regviz.gui.canvas.naming import Curve
from regviz.gui.canvas.place import Box, Place
from regviz.gui.canvas.theme import Ends, Join, pen, qcolor
from regviz.lab import Lines, Rule

MOST_CURVES = 600
MOST_LABELS = 24
MANY = 12
"""Straight lines from which they have flat ends, which are quick."""
MARGIN = 24.0
"""Pixels beyond the plot at which curves are cut off: more than the widest pen's joins reach."""
NEAR = 1000.0
"""Pixels beyond the plot to which an ellipse stays whole: cheaper so than as the points that are seen."""
_STEPS = np.array([0.0, 0.12, 0.28, 0.45, 0.62])
"""Shares of a curve's way from its end at which its name may stand."""
_PARTS = np.array([[0.0], [0.5], [1.0]])
_SHARES = np.linspace(0.0, 1.0, 48)[:, None]
_DENSE = 4.0
"""Points of a curve that are drawn for each pixel along."""
SMOOTH = 24
"""A curve of more points than this turns too little at each to need round joins."""


def paint(painter: QPainter, mark: Lines, place: Place) -> None:
    """Every curve as polylines, noise below informative ones, then ask for labels."""
    order = _chosen(mark)
    x, y = pixels(mark, order, place)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    straight = x.shape[1] == 2 and len(order) >= MANY
    near = set(np.array(order)[place.inside(x, y, NEAR).all(axis=1)].tolist()) if straight else ()
    with place.clipped(painter, 2.0):
        for index, px, py, ellipse in zip(order, x, y, curves.ovals(x, y), strict=True):
            _choose_pen(painter, mark, index, place, _join(mark, px), "flat" if straight else "round")
            if index in near:
                painter.drawLine(QLineF(px[0], py[0], px[1], py[1]))
            else:
                stroke(painter, px, py, ellipse, place)
    place.soft.append(_sampled(x, y, max(12, min(96, 1_600 // len(order))) if order else 0))
    if any(mark.labels):
        _labels(mark, dict(zip(order, zip(x, y, strict=True), strict=True)), place)


def _choose_pen(painter: QPainter, mark: Lines, index: int, place: Place, join: Join, ends: Ends) -> None:
    role, fade = mark.role_of(index), opacity(mark.fade, index, 1.0)
    dash = 1 if mark.dash else place.theme.cycle(role)
    painter.setPen(place.pen(role, line_width(mark, role), fade=fade, dash=dash, join=join, ends=ends))


def _join(mark: Lines, x: Array) -> Join:
    """Round joins; cheaper ones at many points: points that stand out from a curve that goes on would tell of values
    that it does not have, and steps are to have their corners.
    """
    if len(x) <= SMOOTH:
        return "round"
    return "bevel" if not mark.steps and (x[1:] >= x[:-1]).all() else "miter"


def opacity(fade: Array | None, index: int, default: float) -> float:
    """The opacity of an item in 0 … 1; what is missing is not seen."""
    if fade is None:
        return default
    value = float(fade[index])
    return round(min(1.0, max(0.0, value)), 3) if value == value else 0.0


def _chosen(mark: Lines) -> list[int]:
    """Which curves are drawn, in order: background roles first; the largest where there are too many."""
    order = list(range(len(mark.y)))
    if len(order) > MOST_CURVES:
        size = np.nanmax(np.abs(np.nan_to_num(mark.y)), axis=1)
        order = sorted(np.argsort(-size, kind="stable")[:MOST_CURVES].tolist())
    return sorted(order, key=lambda index: mark.role_of(index) not in ("noise", "ghost", "contour", "faint"))


def line_width(mark: Lines, role: str) -> float:
    """The pen for a role: data 4, an emphasised shape in text colour 3.4, background 2.2."""
    if mark.thin or role in ("noise", "ghost", "contour", "faint", "muted"):
        return 2.2
    return 3.4 if role == "text" else 4.0


def pixels(mark: Lines, order: list[int], place: Place) -> tuple[Array, Array]:
    """Curves in pixels (k, m), held between points for steps and thinned to what the panel can show."""
    y = place.y.px(mark.y[order])
    x = np.broadcast_to(place.x.px(mark.x), y.shape) if mark.x.ndim == 1 else place.x.px(mark.x[order])
    if mark.steps:
        x, y = np.repeat(x, 2, axis=1)[:, 1:], np.repeat(y, 2, axis=1)[:, :-1]
    most = int(_DENSE * _extent(x, place))
    if y.shape[1] <= max(most, 8) or not len(y):
        return x, y
    pairs = [thinned(px, py, most) for px, py in zip(x, y, strict=True)]
    return _padded([px for px, _ in pairs]), _padded([py for _, py in pairs])


def _extent(x: Array, place: Place) -> float:
    """Pixels along which curves run that go from left to right; the panel's width for others."""
    row = x[0] if len(x) else x
    if not len(row) or x.strides[0] or not (row[1:] >= row[:-1]).all():
        return place.rect.width
    return min(place.rect.width, float(row[-1] - row[0]))


def _padded(rows: list[Array]) -> Array:
    """Rows of different lengths as one array, short ones ending in NaN."""
    whole = np.full((len(rows), max(map(len, rows))), np.nan)
    for row, values in zip(whole, rows, strict=True):
        row[: len(values)] = values
    return whole


def thinned(x: Array, y: Array, most: int) -> tuple[Array, Array]:
    """At most about ``most`` points that keep the lowest and the highest of every stretch."""
    if len(x) <= max(most, 8):
        return x, y
    size = -(-len(x) // max(1, most // 2))
    blocks = np.pad(np.nan_to_num(y, nan=0.0), (0, -len(y) % size), mode="edge").reshape(-1, size)
    starts = np.arange(len(blocks)) * size
    ends = np.sort(np.stack([starts + blocks.argmin(axis=1), starts + blocks.argmax(axis=1)], axis=1), axis=1).ravel()
    keep = np.unique(np.concatenate([ends, [0, len(x) - 1]]))
    return x[keep], y[keep]


def stroke(painter: QPainter, x: Array, y: Array, ellipse: QPainterPath | None, place: Place) -> None:
    """Draw a curve with the painter's pen: as the ellipse that it is, as lines with right angles, or as polylines."""
    if ellipse is not None and place.rect.grown(NEAR).qt().contains(ellipse.controlPointRect()):
        painter.drawPath(ellipse)
        return
    sides = curves.sides(x, y)
    if sides is not None and painter.pen().style() == Qt.PenStyle.SolidLine and not ink.is_vector(painter):
        outline = painter.pen()
        outline.setCapStyle(Qt.PenCapStyle.SquareCap)
        painter.setPen(outline)
        painter.drawLines(sides)
        return
    strokes.draw(painter, x, y, place.rect.grown(MARGIN))


def _sampled(x: Array, y: Array, count: int) -> Array:
    """Some pixels along every curve (k, m), evenly in its points, for labels to avoid."""
    if x.shape[1] >= count:
        x, y = x[:, _evenly(x.shape[1], count)], y[:, _evenly(x.shape[1], count)]
    elif x.shape[1] > 1:
        x, y = _between(x, count), _between(y, count)
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    good = np.isfinite(points).all(axis=1)
    return points if good.all() else points[good]


def _between(values: Array, count: int) -> Array:
    at, index = np.linspace(0, values.shape[1] - 1, count), np.arange(values.shape[1])
    return np.array([np.interp(at, index, row) for row in values]).reshape(-1, count)


@lru_cache(maxsize=64)
def _evenly(length: int, count: int) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    return np.linspace(0, length - 1, count).astype(np.intp)


def _labels(mark: Lines, curves: dict[int, tuple[Array, Array]], place: Place) -> None:
    named = [index for index in curves if mark.labels[index] and _seen(*curves[index], place).any()]
    named.sort(key=lambda index: (mark.role_of(index) == "noise", -_reach(curves[index][1], place)))
    at_left = _left_is_wider([curves[index] for index in named], place)
    for rank, index in enumerate(named[:MOST_LABELS]):
        curve = _rising(*curves[index], at_left, place)
        spots = _spots(curve, mark.labels[index], place)
        color = place.theme.ink(mark.role_of(index))
        place.label(mark.labels[index], LABEL, color, spots, rank=3.0 - rank / MOST_LABELS, curve=curve)


def _rising(x: Array, y: Array, at_left: bool, place: Place) -> Curve:
    """What is seen of a curve, from left to right."""
    good = _seen(x, y, place)
    x, y = x[good], y[good]
    order = np.argsort(x, kind="stable")
    return Curve(x[order], y[order], at_left)


def _seen(x: Array, y: Array, place: Place) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return place.inside(x, y)


def _reach(y: Array, place: Place) -> float:
    return float(np.max(np.abs(np.nan_to_num(y, nan=place.y.start) - place.y.start)))


def _left_is_wider(curves: list[tuple[Array, Array]], place: Place) -> bool:
    """Whether labels stand better at the left: the end where the curves are further apart."""
    low, high = place.rect.left - 1, place.rect.right + 1
    drawn = [(x[good], y[good]) for x, y in curves if (good := np.isfinite(y) & (x >= low) & (x <= high)).any()]
    gaps = []
    for end in (np.argmin, np.argmax):
        ends = [(x[at], y[at]) for x, y in drawn for at in (end(x),)]
        levels = np.sort([y for x, y in ends if place.rect.grown(1).contains(x, y)])
        lost = len(curves) - len(levels)
        gaps.append(float(np.minimum(np.diff(levels), 24).sum()) - 24.0 * lost)
    return gaps[0] >= gaps[1]


def _spots(curve: Curve, text: str, place: Place) -> list[tuple[float, float]]:
    """Left and top above and below the curve near its end, then further along it, and beyond the end."""
    (x, y, left), high, wide = curve, ink.height(LABEL), ink.width(text, LABEL)
    start = x[0] + (_STEPS if left else 1.0 - _STEPS) * (x[-1] - x[0])
    start[0] = x[0] + 10.0 if left else x[-1] - wide - 10.0
    start = np.clip(start, place.rect.left + 4.0, place.rect.right - wide - 4.0)
    under = np.interp(start + _PARTS * wide, x, y)
    above, below = under.min(axis=0) - high - 5.0, under.max(axis=0) + 6.0
    spots = np.stack([start, above, start, below], axis=1).reshape(-1, 2)
    end = (x[0] - wide - 8.0, y[0]) if left else (x[-1] + 8.0, y[-1])
    return [(at, top) for at, top in [*spots.tolist(), (float(end[0]), float(end[1]) - high / 2.0)]]


def paint_rule(painter: QPainter, mark: Rule, place: Place) -> None:
    """A line across the panel; a cursor that can be dragged has a triangle at its foot."""
    upright = mark.axis == "x"
    at = float((place.x if upright else place.y).px(mark.value))
    rect = place.rect
    if not (rect.left - 0.5 <= at <= rect.right + 0.5 if upright else rect.top - 0.5 <= at <= rect.bottom + 0.5):
        return
    color = rule_color(mark, place)
    width = 2.4 * place.theme.thick
    painter.setPen(pen(color, width, 2 if mark.dash else 0, ends="square"))
    if upright:
        painter.drawLine(QLineF(at, rect.top, at, rect.bottom))
    else:
        painter.drawLine(QLineF(rect.left, at, rect.right, at))
    if mark.bound:
        _triangle(painter, at, upright, color, place)
    ends = (at, rect.top, 0.0, rect.height) if upright else (rect.left, at, rect.width, 0.0)
    place.soft.append(ends[:2] + _SHARES * ends[2:])
    line = Box(ends[0], ends[1], ends[0] + ends[2], ends[1] + ends[3])
    place.rules.append(line.grown(width / 2 + 1.0))
    if mark.label:
        _rule_label(mark, at, upright, place)


def rule_color(mark: Rule, place: Place) -> str:
    """Its role's colour; a cursor without a role of its own is the colour of text."""
    return place.theme.text if mark.bound and mark.role == "accent" else place.color(mark.role)


def _triangle(painter: QPainter, at: float, upright: bool, color: str, place: Place) -> None:
    rect = place.rect
    corners = ((-9.0, 12.0), (0.0, 0.0), (9.0, 12.0))
    if upright:
        points = [QPointF(at + a, rect.bottom + b - 1) for a, b in corners]
    else:
        points = [QPointF(rect.left - b + 1, at + a) for a, b in corners]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(qcolor(color))
    painter.drawPolygon(QPolygonF(points))


def _rule_label(mark: Rule, at: float, upright: bool, place: Place) -> None:
    high, wide = ink.height(LABEL), ink.width(mark.label, LABEL)
    rect = place.rect
    if upright:
        rows = [rect.top + 4 + k * (high + 2) for k in range(5)]
        spots = [(left, top) for top in rows for left in (at - wide - 10, at + 10)]
    else:
        spots = [(left, top) for left in (rect.right - wide - 6, rect.left + 8) for top in (at - high - 4, at + 5)]
    color = place.theme.text if mark.bound and mark.role == "accent" else place.theme.ink(mark.role)
    place.label(mark.label, LABEL, color, spots, rank=2.0)
