"""Paints what was drawn by hand over the panels, on screen and into files. Who drew it is not known here."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from regviz.gui.canvas.place import Box
from regviz.gui.canvas.theme import Theme, qcolor
from regviz.lab import Stroke

WIDTH = 5.0
"""Design pixels of the pen."""
_HALO = 4.0


def paint_strokes(painter: QPainter, strokes: Iterable[Stroke], plots: Mapping[str, Box], theme: Theme) -> None:
    """Every stroke over its panel's plot among ``plots``, with a rim in the card's colour; others are left out."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for stroke in strokes:
        plot = plots.get(stroke.panel)
        if plot is not None:
            path = outline(stroke, plot)
            for color, wide in ((theme.card, WIDTH + _HALO), (theme.color(stroke.role), WIDTH)):
                painter.setPen(_pen(color, wide * theme.thick))
                painter.drawPath(path)


def outline(stroke: Stroke, plot: Box) -> QPainterPath:
    """The stroke as a path over that plot; a stroke that never left its first point is a dot."""
    spots = [QPointF(plot.left + x * plot.width, plot.top + y * plot.height) for x, y in stroke.points.tolist()]
    path = QPainterPath()
    if spots:
        path.moveTo(spots[0])
        for spot in (spots[0] + QPointF(0.01, 0.0), *spots[1:]):
            path.lineTo(spot)
    return path


def _pen(color: str, wide: float) -> QPen:
    pen = QPen(qcolor(color), wide)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
