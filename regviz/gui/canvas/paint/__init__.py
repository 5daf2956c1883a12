"""One table from mark type to paint function, and the painting of a whole panel. Screen and files call the same."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtGui import QPainter

from regviz.gui.canvas.ghost import faded, ground
from regviz.gui.canvas.paint import areas, bars, fields, frame, graph, header, lines, points, text
from regviz.gui.canvas.paint.frame import Layout, Ranges, arrange
from regviz.gui.canvas.place import Place
from regviz.gui.canvas.theme import Theme
from regviz.lab import (
    Arrows,
    Band,
    Bars,
    Contours,
    Field,
    Graph,
    Handle,
    Lines,
    Mark,
    Panel,
    Points,
    Region,
    Rule,
    Text,
    Tiles,
)

PAINT: dict[type[Mark], Callable[[QPainter, Any, Place], None]] = {
    Bars: bars.paint,
    Lines: lines.paint,
    Band: areas.paint_band,
    Points: points.paint,
    Region: areas.paint_region,
    Rule: lines.paint_rule,
    Field: fields.paint,
    Contours: fields.paint_contours,
    Arrows: points.paint_arrows,
    Text: text.paint,
    Graph: graph.paint,
    Tiles: fields.paint_tiles,
    Handle: points.paint_handle,
}


def paint_panel(
    painter: QPainter, panel: Panel, width: float, height: float, theme: Theme, *, ranges: Ranges | None = None,
    card: bool = True,
) -> Place:  # fmt: skip
    """Paint a panel on ``width`` × ``height`` design pixels and return its place; without ``card`` on nothing."""
    layout = arrange(panel, width, height, ranges)
    place = paint_paper(painter, panel, layout, theme, card=card)
    paint_beginning(painter, panel, len(panel.marks), place)
    finish(painter, panel, layout, place)
    return place


def paint_paper(painter: QPainter, panel: Panel, layout: Layout, theme: Theme, *, card: bool = True) -> Place:
    """Card, title, grid, ticks and axis labels: what does not change with the marks."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    place = layout.place(theme)
    if card:
        frame.paint_card(painter, layout.width, layout.height, theme)
    frame.paint_title(painter, panel, layout, theme)
    frame.paint_grid(painter, panel, layout, theme)
    frame.paint_ticks(painter, layout, theme)
    frame.paint_axis_labels(painter, panel, layout, place)
    return place


def paint_marks(painter: QPainter, marks: Sequence[Mark], place: Place) -> None:
    """The marks in their order; their labels wait for `finish`."""
    for mark in marks:
        PAINT[type(mark)](painter, mark, place)


def paint_beginning(painter: QPainter, panel: Panel, count: int, place: Place) -> None:
    """The panel's first ``count`` marks, with the underlay where all that lies under it is among them."""
    _paint_span(painter, panel, 0, count, place, under=ground(panel) <= count)


def paint_rest(painter: QPainter, panel: Panel, count: int, place: Place) -> None:
    """The panel's marks after the first ``count``, with the underlay where `paint_beginning` left it out."""
    _paint_span(painter, panel, count, len(panel.marks), place, under=ground(panel) > count)


def _paint_span(painter: QPainter, panel: Panel, start: int, stop: int, place: Place, *, under: bool) -> None:
    between = ground(panel) if under and panel.underlay else stop
    paint_marks(painter, panel.marks[start:between], place)
    if under and panel.underlay:
        paint_underlay(painter, panel.underlay, place)
        paint_marks(painter, panel.marks[between:stop], place)


def paint_underlay(painter: QPainter, marks: Sequence[Mark], place: Place) -> None:
    """Marks of another picture in paler colours; their words are left out, and labels do not heed them."""
    pale = Place(place.rect, place.bounds, place.x, place.y, faded(place.theme))
    for mark in marks:
        if isinstance(mark, Bars):
            bars.paint_outlines(painter, mark, pale)
        else:
            PAINT[type(mark)](painter, mark, pale)


def finish(painter: QPainter, panel: Panel, layout: Layout, place: Place) -> None:
    """The header's read-outs and all labels of the marks."""
    header.paint_readouts(painter, panel, layout.width, layout.rows, place.theme)
    place.settle()
    place.write(painter)
