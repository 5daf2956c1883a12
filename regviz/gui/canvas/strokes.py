"""Strokes curves with the painter's pen, fast: only what is seen, strip by strip on pixels. No marks, no ellipses."""

import math
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPaintEngine, QPainter, QPainterPath, QPen, QPolygonF

from regviz.gui.canvas import curves, ink
from regviz.gui.canvas.curves import Array, Box, Piece

NARROW, WIDE = 64, 128
"""Device pixels of a strip for steep curves and for others. Qt's rasteriser goes over a whole outline anew for every
8 KiB of cells, so a long curve costs more than its parts do: wild ones a third to a tenth in strips."""
STEEP = 3.0
"""Pixels up and down for each pixel along from which a curve is steep."""
FEWEST = 16
"""Points below which a curve is not worth cutting into strips."""
WINDING, TURN = 48, 24
"""Points from which a curve that turns back is drawn part by part, and of a part: half the time. Where parts cross,
their edges are shaded twice."""


def draw(painter: QPainter, x: Array, y: Array, box: Box) -> None:
    """Draw a curve (m,) as far as it runs in the box, which must reach a pen's width beyond the painter's clip.

    Gaps where a coordinate is not finite, closed where it ends as it began; the pixels are those of one polyline.
    """
    pen = painter.pen()
    dashed = pen.style() != Qt.PenStyle.SolidLine
    if not dashed:
        x, y = curves.turned(x, y, box)
    pieces = []
    for piece in curves.pieces(x, y, box):
        if len(piece.x) > 1:
            pieces.append(piece)
        else:
            painter.drawPoint(QPointF(float(piece.x[0]), float(piece.y[0])))
    for part in ([piece] for piece in pieces) if dashed else [pieces] if pieces else []:
        along = part[0].x if len(part) == 1 else np.concatenate([piece.x for piece in part])
        if dashed:
            painter.setPen(_begun(pen, part[0].before))
        if _is_long(painter, along):
            _in_strips(painter, part, along, pen)
        elif len(along) > WINDING and not ink.is_vector(painter) and _turns_back(along):
            for piece in part:
                _in_turn(painter, piece, pen)
        else:
            _whole(painter, part)


def _whole(painter: QPainter, pieces: list[Piece]) -> None:
    x, y, _ = pieces[0]
    if len(pieces) == 1 and len(x) > 3 and x[0] == x[-1] and y[0] == y[-1]:
        painter.drawPolygon(curves.polygon(x[:-1], y[:-1]))
    else:
        _together(painter, [curves.polygon(piece.x, piece.y) for piece in pieces])


def _turns_back(x: Array) -> bool:
    step = np.diff(x)
    return bool(step.min() < 0.0 < step.max())


def _in_turn(painter: QPainter, piece: Piece, pen: QPen) -> None:
    """A winding curve part by part, each from where the last one ended; a dashed one parts where a dash begins."""
    x, y, before = piece
    ends = [*range(0, len(x) - 1, TURN), len(x) - 1]
    if pen.style() != Qt.PenStyle.SolidLine:
        x, y, ends = _parted(piece, sum(pen.dashPattern()) * pen.widthF())
        painter.setPen(_begun(pen, before))
    for start, stop in pairwise(ends):
        painter.drawPolyline(curves.polygon(x[start : stop + 1], y[start : stop + 1]))
        painter.setPen(pen)


def _parted(piece: Piece, period: float) -> tuple[Array, Array, list[int]]:
    """The curve with points more, about `TURN` apart, at whole periods of its dashes; and which those are."""
    at = piece.before + curves.lengths(piece.x, piece.y)
    cuts = np.unique(np.floor(at[TURN::TURN] / period)) * period
    cuts = cuts[(cuts > at[0]) & (cuts < at[-1])]
    places = np.searchsorted(at, cuts)
    x, y = (np.insert(way, places, np.interp(cuts, at, way)) for way in piece[:2])
    return x, y, [0, *(places + np.arange(len(cuts))).tolist(), len(x) - 1]


def _begun(pen: QPen, before: float) -> QPen:
    """A dashed pen with its dashes as they are ``before`` pixels along."""
    made = QPen(pen)
    made.setDashOffset(before / pen.widthF())
    return made


def _is_long(painter: QPainter, x: Array) -> bool:
    """Whether strips pay: many points one after another from left to right or back, on an upright grid of pixels."""
    if len(x) < FEWEST or not painter.hasClipping() or painter.paintEngine().type() != QPaintEngine.Type.Raster:
        return False
    world = painter.deviceTransform()
    if world.isRotating() or min(world.m11(), world.m22()) <= 0.0:
        return False
    step = np.diff(x)
    wide = abs(float(x[-1] - x[0])) * world.m11() > 1.5 * WIDE
    return wide and bool(step.min() >= 0.0 or step.max() <= 0.0)


def _in_strips(painter: QPainter, pieces: list[Piece], x: Array, pen: QPen) -> None:
    """Each strip of pixels shows the parts of the pieces that reach into it; their ends lie outside, cut away.

    ``x`` is that of all pieces, one after another; of a dashed curve there is one piece.
    """
    y = pieces[0].y if len(pieces) == 1 else np.concatenate([piece.y for piece in pieces])
    world, clip = painter.deviceTransform(), painter.clipBoundingRect()
    shown = world.mapRect(clip)
    first, after = math.floor(shown.left() + 0.5), math.floor(shown.right() + 0.5)
    steep = float(np.abs(np.diff(y)).sum()) > STEEP * abs(float(x[-1] - x[0]))
    edges = (_edges(first, after, NARROW if steep else WIDE) - world.dx()) / world.m11()
    reach = 2.0 * pen.widthF() + 2.0 / world.m11()
    starts, stops = _spans(x, edges, reach)
    points, ends = np.stack([x, y], axis=1), np.cumsum([len(piece.x) for piece in pieces[:-1]]).tolist()
    dashes = None if pen.style() == Qt.PenStyle.SolidLine else pieces[0].before + curves.lengths(x, y)
    for left, right, start, stop in zip(edges.tolist(), edges[1:].tolist(), starts, stops, strict=False):
        if stop - start > 1:
            painter.setClipRect(QRectF(left, clip.top(), right - left, clip.height()))
            if dashes is not None:
                painter.setPen(_begun(pen, float(dashes[start])))
            cuts = ends[bisect_right(ends, start) : bisect_left(ends, stop)]
            _apart(painter, [points[one:two] for one, two in pairwise([start, *cuts, stop])], reach)
    painter.setClipRect(clip)


def _apart(painter: QPainter, runs: list[Array], reach: float) -> None:
    """Draw runs of points (m, 2), those whose strokes may touch in one path: that costs more."""
    groups = [[runs[0]]]
    for last, run in pairwise(runs):
        if abs(float(run[0, 0] - last[-1, 0])) < reach:
            groups[-1].append(run)
        else:
            groups.append([run])
    for group in groups:
        _together(painter, [curves.packed(run) for run in group])


def _together(painter: QPainter, lines: list[QPolygonF]) -> None:
    """In one path, so that an edge where they cross is shaded once."""
    if len(lines) == 1:
        painter.drawPolyline(lines[0])
        return
    path = QPainterPath()
    for line in lines:
        path.addPolygon(line)
    painter.drawPath(path)


@lru_cache(maxsize=64)
def _edges(first: int, after: int, step: int) -> Array:
    """Pixels at which strips begin and end."""
    return np.append(np.arange(first, after, step, dtype=float), float(after))


def _spans(x: Array, edges: Array, reach: float) -> tuple[list[int], list[int]]:
    """The first point and the one after the last that each strip needs of a curve without turns back."""
    forth = x[-1] >= x[0]
    along = x if forth else x[::-1]
    starts = np.maximum(np.searchsorted(along, edges[:-1] - reach, "left") - 1, 0)
    stops = np.minimum(np.searchsorted(along, edges[1:] + reach, "right") + 1, len(x))
    return (starts.tolist(), stops.tolist()) if forth else ((len(x) - stops).tolist(), (len(x) - starts).tolist())
