"""Paints words placed by a lab: each stands at its spot or as near as is free."""

import numpy as np
from PySide6.QtGui import QPainter

from regviz.gui.canvas import ink
from regviz.gui.canvas.ink import LABEL
from regviz.gui.canvas.place import Place, centred
from regviz.lab import Text


def paint(painter: QPainter, mark: Text, place: Place) -> None:
    """Ask for every word at its own spot, then above, below and beside it."""
    x, y = place.x.px(mark.x), place.y.px(mark.y)
    for index in np.flatnonzero(place.inside(x, y, 2.0)).tolist():
        text = mark.labels[index] if mark.labels else mark.label
        left, top = centred(float(x[index]), float(y[index]), text, LABEL)
        wide, high = ink.width(text, LABEL), ink.height(LABEL)
        left = min(max(left, place.bounds.left), place.bounds.right - wide)
        shifts = ((0, 0), (0, -high), (0, high), (0, -2 * high), (0, 2 * high), (wide * 0.6, 0), (-wide * 0.6, 0))
        spots = [(left + a, top + b) for a, b in shifts]
        place.label(text, LABEL, place.theme.ink(mark.role_of(index)), spots, rank=3.5)
