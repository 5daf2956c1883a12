"""Paints the read-out beside the pointer. On screen only, never in files."""

from PySide6.QtGui import QPainter

from regviz.gui.canvas import ink
from regviz.gui.canvas.grip import Hit
from regviz.gui.canvas.ink import Style
from regviz.gui.canvas.place import Box
from regviz.gui.canvas.theme import Theme, pen, qcolor

_STYLE = Style(16, 500)


def paint_hover(painter: QPainter, hit: Hit, pointer: tuple[float, float], card: Box, theme: Theme) -> None:
    """The hit's words in a small box beside the pointer, inside the card."""
    words = [ink.fit(text, _STYLE, max(20.0, card.width - 40), 16)[0] for text in hit.words if text]
    if not words:
        return
    wide = max(ink.width(text, _STYLE) for text in words) + 20
    high = len(words) * ink.height(_STYLE) + 12
    left = pointer[0] + 16 if pointer[0] + 16 + wide < card.right - 4 else pointer[0] - 16 - wide
    top = pointer[1] + 16 if pointer[1] + 16 + high < card.bottom - 4 else pointer[1] - 16 - high
    left, top = max(4.0, left), max(4.0, top)
    painter.setPen(pen(theme.muted, 1.2))
    painter.setBrush(qcolor(theme.background))
    painter.drawRoundedRect(Box(left, top, left + wide, top + high).qt(), 7, 7)
    for row, text in enumerate(words):
        ink.write(painter, left + 10, top + 6 + row * ink.height(_STYLE), text, _STYLE, theme.text)
