"""Paints images on axes, level lines and rows of small images; as shapes where the file is a vector one."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPolygonF

from regviz.gui.canvas import curves, ink
from regviz.gui.canvas.curves import Array
from regviz.gui.canvas.ink import Style
from regviz.gui.canvas.place import Box, Place
from regviz.gui.canvas.theme import pen, qcolor
from regviz.lab import Contours, Field, Tiles

Codes = NDArray[np.uint8]

_OVERLAP = 0.4
"""Pixels by which the pieces of a level line reach into each other."""
_SHADES = 48
"""Shades of an image in a vector file."""
_TILE_LABEL = Style(16, 500)


def codes(z: Array, low: float, high: float) -> Codes:
    """Colour indices 0 … 255 of ``z``; what is missing gets 0 (see `image`)."""
    span = high - low if high > low else 1.0
    share = np.nan_to_num((z - low) / span, nan=0.0, posinf=1.0, neginf=0.0)
    return np.asarray(np.rint(np.clip(share, 0.0, 1.0) * 255.0), dtype=np.uint8)


def image(z: Array, low: float, high: float, table: Codes) -> QImage:
    """``z`` (h, w) with row 0 on top as an image that owns its pixels; missing numbers are transparent."""
    pixels = np.ascontiguousarray(table[codes(z, low, high)])
    pixels[np.isnan(z)] = 0
    rows, columns = z.shape
    return QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied).copy()


def paint(painter: QPainter, mark: Field, place: Place) -> None:
    """The image stretched smoothly over its extent."""
    if mark.z.size == 0:
        return
    left, right, bottom, top = mark.extent
    x, y = place.x.px([left, right]), place.y.px([top, bottom])
    if not np.isfinite([*x, *y]).all():
        return
    z = mark.z[::-1]
    target = Box(*np.clip([x.min(), y.min(), x.max(), y.max()], -curves.FAR, curves.FAR).tolist())
    with place.clipped(painter):
        if ink.is_vector(painter):
            _shapes(painter, _smooth(z), mark.low, mark.high, place.theme.scale(mark.scale), target)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(target.qt(), image(z, mark.low, mark.high, place.theme.scale(mark.scale)))


def _smooth(z: Array, least: int = 96) -> Array:
    """``z`` interpolated to at least ``least`` cells a side, as the screen's smooth scaling shows it."""
    rows, columns = (max(n, min(least, 8 * n)) for n in z.shape)
    at_rows = np.clip((np.arange(rows) + 0.5) * z.shape[0] / rows - 0.5, 0, z.shape[0] - 1)
    at_columns = np.clip((np.arange(columns) + 0.5) * z.shape[1] / columns - 0.5, 0, z.shape[1] - 1)
    tall = np.stack([np.interp(at_rows, np.arange(z.shape[0]), column) for column in z.T], axis=1)
    return np.stack([np.interp(at_columns, np.arange(z.shape[1]), row) for row in tall])


def _shapes(painter: QPainter, z: Array, low: float, high: float, table: Codes, target: Box) -> None:
    """Rows of rectangles, one for each run of equal shade, overlapping a little so that no seam shows."""
    shades = (codes(z, low, high).astype(int) * _SHADES // 256 * 255) // (_SHADES - 1)
    shades[np.isnan(z)] = -1
    painter.setPen(Qt.PenStyle.NoPen)
    tall, wide = target.height / z.shape[0], target.width / z.shape[1]
    for row, line in enumerate(shades):
        cuts = [0, *(np.flatnonzero(np.diff(line)) + 1).tolist(), len(line)]
        for start, stop in zip(cuts[:-1], cuts[1:], strict=True):
            if line[start] >= 0:
                blue, green, red = (int(v) for v in table[min(255, line[start])][:3])
                corner = target.left + start * wide, target.top + row * tall
                rect = QRectF(*corner, (stop - start) * wide + 0.4, tall + 0.4)
                painter.fillRect(rect, qcolor(f"#{red:02X}{green:02X}{blue:02X}"))


def paint_contours(painter: QPainter, mark: Contours, place: Place) -> None:
    """Level lines as pairs of end points."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(place.pen(mark.role, 2.2 if mark.role in ("contour", "muted", "faint") else 3.0, ends="flat"))
    with place.clipped(painter):
        for level in mark.levels[np.isfinite(mark.levels)].tolist():
            segments = level_lines(mark, level)
            if len(segments):
                x, y = place.x.px(segments[:, 0]), place.y.px(segments[:, 1])
                good = np.isfinite(x + y).reshape(-1, 2).all(axis=1).repeat(2)
                _pairs(painter, curves.polygon(*_overlapping(x[good], y[good])))


def _overlapping(x: Array, y: Array) -> tuple[Array, Array]:
    """Lines from every other point to the next, a little longer, so that flat ends leave no gap between them."""
    along = np.stack([x, y])[:, 1::2] - np.stack([x, y])[:, ::2]
    more = along * (_OVERLAP / np.maximum(np.hypot(*along), 1e-9))
    ends = np.stack([-more, more], axis=2).reshape(2, -1)
    return x + ends[0], y + ends[1]


def _pairs(painter: QPainter, ends: QPolygonF) -> None:
    painter.drawLines(ends.toList())


@lru_cache(maxsize=128)
def level_lines(mark: Contours, level: float) -> Array:
    """The level line by marching squares: end points (2s, 2) in data units, two rows for each segment.

    Saddles are split by the cell's mean; cells with a missing corner have no line.
    """
    z = mark.z
    if min(z.shape) < 2:
        return np.empty((0, 2))
    corners = np.stack([z[:-1, :-1], z[:-1, 1:], z[1:, 1:], z[1:, :-1]])  # counter-clockwise from bottom left
    above = corners > level
    code = above[0] * 1 + above[1] * 2 + above[2] * 4 + above[3] * 8
    code[np.isnan(corners).any(axis=0)] = 0
    rows, columns = np.nonzero((code > 0) & (code < 15))
    corners, code = corners[:, rows, columns], code[rows, columns]
    high_centre = corners.mean(axis=0) > level
    code[high_centre & (code == 5)], code[high_centre & (code == 10)] = 16, 17
    two = np.flatnonzero(_LINES[code, 1] >= 0)
    cells, lines = np.append(np.arange(len(code)), two), np.append(_LINES[code, 0], _LINES[code[two], 1])
    order = np.argsort(lines, kind="stable")
    cells, edges = cells[order].repeat(2), _EDGES[lines[order]].ravel()
    return _crossings(mark, level, edges, rows[cells], columns[cells], corners[:, cells])


# Edges of a cell: 0 bottom, 1 right, 2 top, 3 left, from corner _FROM to corner _TO.
_FROM, _TO = np.array([0, 1, 3, 0]), np.array([1, 2, 2, 3])
_CASES = (
    (1, (3, 0)), (2, (0, 1)), (3, (3, 1)), (4, (1, 2)), (6, (0, 2)), (7, (3, 2)),
    (8, (2, 3)), (9, (0, 2)), (11, (1, 2)), (12, (3, 1)), (13, (0, 1)), (14, (3, 0)),
    (16, (3, 2)), (16, (0, 1)), (5, (3, 0)), (5, (1, 2)), (17, (3, 0)), (17, (1, 2)), (10, (0, 1)), (10, (3, 2)),
)  # fmt: skip
"""Which corners lie above (bit k for corner k; 16 and 17 are the saddles 5 and 10 with a high middle), and a line."""
_EDGES = np.array([pair for _, pair in _CASES])


def _lines_of() -> NDArray[np.intp]:
    """The first and the second line of each case (18, 2), as places in `_CASES`; −1 for none."""
    found = np.full((18, 2), -1)
    for place, (case, _) in enumerate(_CASES):
        found[case, int(found[case, 0] >= 0)] = place
    return found


_LINES = _lines_of()


def _centres(low: float, high: float, count: int) -> Array:
    half = (high - low) / count / 2
    return np.linspace(low + half, high - half, count)


def _crossings(
    mark: Contours, level: float, edges: NDArray[np.intp], rows: NDArray[np.intp], columns: NDArray[np.intp],
    corners: Array,
) -> Array:  # fmt: skip
    """Where the level is crossed (m, 2) on these edges of the cells with these ``corners`` (4, m)."""
    left, right, bottom, top = mark.extent
    xs, ys = _centres(left, right, mark.z.shape[1]), _centres(bottom, top, mark.z.shape[0])
    every = np.arange(len(edges))
    start, stop = corners[_FROM[edges], every], corners[_TO[edges], every]
    share = (level - start) / (stop - start)
    level_edge = (edges == 0) | (edges == 2)
    x = np.where(level_edge, xs[columns] + share * (xs[columns + 1] - xs[columns]), xs[columns + (edges == 1)])
    y = np.where(level_edge, ys[rows + (edges == 2)], ys[rows] + share * (ys[rows + 1] - ys[rows]))
    return np.stack([x, y], axis=1)


def tile_boxes(mark: Tiles, place: Place) -> list[Box]:
    """Where each small image lies: as large as fits, in ``columns`` columns, with room for labels."""
    count, tall, wide = mark.images.shape
    columns = max(1, min(mark.columns, count))
    rows = -(-count // columns)
    label = 24.0 if any(mark.labels) else 0.0
    gap = 8.0
    size = min((place.rect.width + gap) / columns - gap, ((place.rect.height + gap) / rows - gap - label) * wide / tall)
    size = max(1.0, size)
    high = size * tall / wide
    left = place.rect.left + (place.rect.width - columns * (size + gap) + gap) / 2
    step = min(high + label + gap, (place.rect.height + gap) / rows)
    top = place.rect.top + max(0.0, (place.rect.height + gap - rows * step) / 2)
    corners = [(left + k % columns * (size + gap), top + k // columns * step) for k in range(count)]
    return [Box(x, y, x + size, y + high) for x, y in corners]


def paint_tiles(painter: QPainter, mark: Tiles, place: Place) -> None:
    """Small images with sharp pixels, a thin border and their labels underneath."""
    if mark.images.size == 0:
        return
    table, shapes = place.theme.scale(mark.scale), ink.is_vector(painter)
    count, rows, columns = mark.images.shape
    sheet = None if shapes else image(mark.images.reshape(count * rows, columns), mark.low, mark.high, table)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    with place.clipped(painter, 1.0):
        for index, box in enumerate(tile_boxes(mark, place)):
            if sheet is None:
                _shapes(painter, mark.images[index], mark.low, mark.high, table, box)
            else:
                painter.drawImage(box.qt(), sheet, QRectF(0.0, index * rows, columns, rows))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen(place.theme.border, 1.2))
            painter.drawRect(box.qt())
            if mark.labels:
                text, style = ink.fit(mark.labels[index], _TILE_LABEL, box.width + 6, 11)
                spot = ((box.left + box.right - ink.width(text, style)) / 2, box.bottom + 3)
                place.label(text, style, place.theme.muted, (spot,), halo=False)
