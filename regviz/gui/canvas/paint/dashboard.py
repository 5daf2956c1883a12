"""Paints a whole frame for a file: heading on top, cards in a grid, caption below. The window uses widgets instead."""

import math

from PySide6.QtGui import QPainter

from regviz.gui.canvas import ink
from regviz.gui.canvas.paint import heading, paint_panel
from regviz.gui.canvas.paint.heading import Heading
from regviz.gui.canvas.paint.sketch import paint_strokes
from regviz.gui.canvas.place import Box
from regviz.gui.canvas.theme import Theme
from regviz.lab import Frame

LEFT, TOP, RIGHT, BOTTOM, GAP = 28.0, 20.0, 28.0, 24.0, 18.0
_BEST_ASPECT = 1.7
_MIDDLE = 49.0
"""Where the line on top stands."""


def layout(count: int, width: float, height: float, gap: float = GAP) -> tuple[Box, ...]:
    """Boxes of ``count`` cards on ``width`` × ``height``: rows of cards nearest to 1.7 by 1, the last row stretched.

    On a screen 1, 2, 4 give one row, one row, two by two; 3 two rows; 5 and 6 two rows of three.
    """
    if count <= 0:
        return ()
    columns = min(range(1, count + 1), key=lambda c: (_strain(count, c, width, height, gap), c))
    rows = -(-count // columns)
    high = max(1.0, (height - gap * (rows - 1)) / rows)
    boxes = []
    for index in range(count):
        row = index // columns
        members = columns if row < rows - 1 else count - columns * (rows - 1)
        wide = max(1.0, (width - gap * (members - 1)) / members)
        left, top = (index - row * columns) * (wide + gap), row * (high + gap)
        boxes.append(Box(left, top, left + wide, top + high))
    return tuple(boxes)


def _strain(count: int, columns: int, width: float, height: float, gap: float) -> float:
    rows = -(-count // columns)
    wide, high = (width - gap * (columns - 1)) / columns, (height - gap * (rows - 1)) / rows
    if wide <= 0 or high <= 0:
        return math.inf
    return abs(math.log(wide / high / _BEST_ASPECT)) + 0.15 * (rows * columns - count)


def paint_dashboard(
    painter: QPainter, frame: Frame, top: Heading, width: float, height: float, theme: Theme, *, card: bool = True
) -> None:
    """Paint a frame on ``width`` × ``height`` design pixels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    spare = Box(LEFT, height, LEFT, height)
    if top.stamp:
        height -= heading.STAMP_HEIGHT
        foot = Box(LEFT, height - 6, width - RIGHT, height - 6 + heading.STAMP_HEIGHT)
        spare = foot._replace(right=heading.paint_stamp(painter, theme, foot, top.stamp) - 30)
    above = _paint_top(painter, frame, top, width, theme)
    below = height - (36.0 if frame.caption else BOTTOM)
    plots = {}
    for panel, box in zip(frame.panels, layout(len(frame.panels), width - LEFT - RIGHT, below - above), strict=True):
        with ink.saved(painter):
            painter.translate(LEFT + box.left, above + box.top)
            plot = paint_panel(painter, panel, box.width, box.height, theme, card=card).rect
        plots[panel.key] = plot.moved(LEFT + box.left, above + box.top)
    paint_strokes(painter, frame.strokes, plots, theme)
    if frame.caption:
        heading.paint_caption(painter, theme, Box(LEFT, below + 5, width - RIGHT, height - 6), frame.caption, spare)


def _paint_top(painter: QPainter, frame: Frame, top: Heading, width: float, theme: Theme) -> float:
    """Everything above the cards; returns where the cards may begin."""
    words = [part for part in (top.title, frame.subtitle) if part]
    right = heading.paint_modes(painter, theme, width - RIGHT, _MIDDLE, top.modes, top.mode)
    room = right - LEFT - 40
    if frame.formula or frame.equation:
        named = min(heading.name_width(words), 0.42 * (right - LEFT))
        room = _paint_formula(painter, frame, width / 2, (LEFT + named + 30, right - 30), theme) - LEFT - 30
    heading.paint_name(painter, theme, LEFT, _MIDDLE, words, max(0.0, room))
    y = 88.0
    if top.knob is not None:
        heading.paint_knob(painter, theme, Box(LEFT, y, width - RIGHT, y + 52), top.knob)
        y += 56
    if frame.parts:
        heading.paint_parts(painter, theme, Box(LEFT, y - 6, width - RIGHT, y + 18), frame.parts)
        y += 14
    return y + 10


def _paint_formula(
    painter: QPainter, frame: Frame, centre: float, between: tuple[float, float], theme: Theme
) -> float:  # fmt: skip
    """The formula in the middle, or as text where there is no picture of it; returns its left edge."""
    left, right = between
    half = min(300.0, max(60.0, right - centre))
    box = Box(centre - half, _MIDDLE - 35, centre + half, _MIDDLE + 35)
    wide = heading.paint_formula(painter, theme, frame.formula, box) if frame.formula else 0.0
    if wide:
        return centre - wide / 2
    half = ink.width(frame.equation, heading.STRONG) / 2
    if half <= min(centre - left, right - centre):
        left, right = centre - half, centre + half
    heading.paint_equation(painter, theme, frame.equation, Box(left, box.top, right, box.bottom))
    return left
