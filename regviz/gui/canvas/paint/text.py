"""Paints words placed by a lab: each stands at its spot or as near as is free."""

import numpy as np
from PySide6.QtGui import QPainter

from regviz.gui.canvas import ink
from regviz.gui.canvas.ink import LABEL, Style
from regviz.gui.canvas.place import Box, Place, centred
from regviz.lab import Text

SMALLEST = 11
"""Size below which words are not made smaller."""


def paint(painter: QPainter, mark: Text, place: Place) -> None:
    """Ask for every word at its own spot, then above, below and beside it."""
    style = style_of(mark, place)
    high = ink.height(style)
    for index, box in boxes(mark, place):
        shifts = ((0, 0), (0, -high), (0, high), (0, -2 * high), (0, 2 * high), (box.width * 0.6, 0),
                  (-box.width * 0.6, 0))  # fmt: skip
        spots = [(box.left + a, box.top + b) for a, b in shifts]
        place.label(_word(mark, index), style, place.theme.ink(mark.role_of(index)), spots, rank=3.5)


def boxes(mark: Text, place: Place) -> list[tuple[int, Box]]:
    """The index of every word inside the plot, and the box of its first spot: middle at its point, kept on the card."""
    x, y = place.x.px(mark.x), place.y.px(mark.y)
    style = style_of(mark, place)
    found = []
    for index in np.flatnonzero(place.inside(x, y, 2.0)).tolist():
        text = _word(mark, index)
        left, top = centred(float(x[index]), float(y[index]), text, style)
        wide = ink.width(text, style)
        left = min(max(left, place.rect.left), place.bounds.right - wide)
        found.append((index, Box(left, top, left + wide, top + ink.height(style))))
    return found


def style_of(mark: Text, place: Place) -> Style:
    """The usual style; a smaller one where a word is wider than the card, or lines of a paragraph would touch."""
    room, texts = place.bounds.right - place.rect.left, mark.labels or (mark.label,)
    size = min(LABEL.size, _paragraph(mark, place))
    while size > SMALLEST and max((ink.width(text, Style(size, LABEL.weight)) for text in texts), default=0) > room:
        size -= 1
    return Style(size, LABEL.weight)


def _paragraph(mark: Text, place: Place) -> int:
    """The size at which lines at one x stay apart; the usual one for anything else."""
    if len(mark.y) < 2 or np.ptp(mark.x) != 0.0:
        return LABEL.size
    pitch = float(np.diff(np.sort(place.y.px(mark.y))).min())
    size = int(pitch * LABEL.size / ink.height(LABEL))
    return size if size >= SMALLEST else LABEL.size


def _word(mark: Text, index: int) -> str:
    return mark.labels[index] if mark.labels else mark.label
