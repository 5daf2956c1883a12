"""Paints filled shapes: bands between two curves and regions with corners."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter

from regviz.gui.canvas import curves, ink
from regviz.gui.canvas.curves import Array
from regviz.gui.canvas.ink import LABEL
from regviz.gui.canvas.paint.lines import MARGIN, SMOOTH, opacity, stroke
from regviz.gui.canvas.place import Place
from regviz.gui.canvas.theme import Join, qcolor
from regviz.lab import Band, Region

BAND_OPACITY = 0.22
FILL_OPACITY = 0.16
FACET = 16
"""Most corners of a polygon that cannot be an ellipse."""


def paint_band(painter: QPainter, mark: Band, place: Place) -> None:
    """The area between two curves, translucent so that grid and bands below stay visible."""
    x, low, high = place.x.px(mark.x), place.y.px(mark.low), place.y.px(mark.high)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(qcolor(place.color(mark.role), BAND_OPACITY))
    good = np.isfinite(low) & np.isfinite(high)
    with place.clipped(painter):
        for part, _ in curves.runs(np.where(good, np.arange(len(x), dtype=float), np.nan), x):
            pick = part.astype(np.intp)
            corners = np.concatenate([x[pick], x[pick][::-1]]), np.concatenate([low[pick], high[pick][::-1]])
            painter.drawPolygon(curves.polygon(*curves.inner(*corners, place.rect.grown(MARGIN))))
    if mark.label and good.any():
        _band_label(mark, x[good], np.minimum(low, high)[good], place)


def _band_label(mark: Band, x: Array, top: Array, place: Place) -> None:
    wide = ink.width(mark.label, LABEL)
    spots = [
        (float(x[k]) - wide / 2, float(top[k]) - ink.height(LABEL) - 4)
        for k in (np.array([0.5, 0.25, 0.75, 0.9]) * (len(x) - 1)).astype(int).tolist()
        if np.isfinite(x[k])
    ]
    place.label(mark.label, LABEL, place.theme.ink(mark.role), spots)


def paint_region(painter: QPainter, mark: Region, place: Place) -> None:
    """Closed polygons, filled faintly and outlined in full colour."""
    x, y = place.x.px(np.atleast_2d(mark.x)), place.y.px(np.atleast_2d(mark.y))
    with place.clipped(painter, 1.0):
        if mark.fill and not mark.outline and x.shape == y.shape and x.shape[1] <= FACET:
            _facets(painter, mark, np.stack([x, y], axis=2), place)
        else:
            _shapes(painter, mark, x, y, place)
    if mark.label:
        _region_label(mark, x, y, place)


def _facets(painter: QPainter, mark: Region, corners: Array, place: Place) -> None:
    """Small polygons (k, m, 2) without outlines, as the hundreds that make a solid."""
    box = place.rect.grown(MARGIN)
    whole = np.all(place.inside(corners[..., 0], corners[..., 1], MARGIN), axis=1)
    painter.setPen(Qt.PenStyle.NoPen)
    last = None
    for index, row in enumerate(corners):
        look = mark.role_of(index), opacity(mark.fade, index, FILL_OPACITY)
        if not whole[index]:
            row = row[np.isfinite(row).all(axis=1)]
            row = np.stack(curves.inner(row[:, 0], row[:, 1], box), axis=1)
        if look[1] <= 0 or not len(row):
            continue
        if look != last:
            painter.setBrush(qcolor(place.color(look[0]), look[1]))
            last = look
        painter.drawPolygon(curves.packed(row))


def _shapes(painter: QPainter, mark: Region, x: Array, y: Array, place: Place) -> None:
    for index in range(max(len(x), len(y))):
        px, py = x[min(index, len(x) - 1)], y[min(index, len(y) - 1)]
        good = np.isfinite(px) & np.isfinite(py)
        if good.any():
            _polygon(painter, mark, index, px[good], py[good], place)
            if mark.outline:
                place.soft.append(np.stack([px[good], py[good]], axis=1)[:200])


def _polygon(painter: QPainter, mark: Region, index: int, x: Array, y: Array, place: Place) -> None:
    role = mark.role_of(index)
    filled = opacity(mark.fade, index, FILL_OPACITY)
    if x[0] != x[-1] or y[0] != y[-1]:
        x, y = np.append(x, x[0]), np.append(y, y[0])
    join: Join = "miter" if len(x) > SMOOTH else "round"
    ellipse = curves.ovals(x[None], y[None])[0]
    if mark.fill and filled > 0:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(qcolor(place.color(role), filled))
        if ellipse is None:
            painter.drawPolygon(curves.polygon(*curves.inner(x, y, place.rect.grown(MARGIN))))
        else:
            painter.drawPath(ellipse)
    if mark.outline:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        width, dash = (3.0, 1) if mark.dash else (4.0, 0)
        painter.setPen(place.pen(role, width, dash=dash, join=join))
        stroke(painter, x, y, ellipse, place)


def _region_label(mark: Region, x: Array, y: Array, place: Place) -> None:
    """Above the highest corner, below the lowest, or beside the outermost."""
    good = place.inside(x.ravel(), y.ravel(), 0.0)
    if not good.any():
        return
    px, py = x.ravel()[good], y.ravel()[good]
    wide, high = ink.width(mark.label, LABEL), ink.height(LABEL)
    top, bottom, left, right = py.argmin(), py.argmax(), px.argmin(), px.argmax()
    spots = [
        (px[top] - wide / 2, py[top] - high - 6), (px[bottom] - wide / 2, py[bottom] + 6),
        (px[right] + 8, py[right] - high / 2), (px[left] - wide - 8, py[left] - high / 2),
        (px.mean() - wide / 2, py.mean() - high / 2),
    ]  # fmt: skip
    place.label(mark.label, LABEL, place.theme.ink(mark.role), [(float(a), float(b)) for a, b in spots])
