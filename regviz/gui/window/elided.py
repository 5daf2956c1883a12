"""A label of one line that never cuts a letter: what does not fit is left out and stands in the tooltip."""

import math
from html import escape
from itertools import accumulate

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget

from regviz.gui.canvas.guarded import Guarded
from regviz.gui.window.style import SMALLEST


class ElidedLabel(Guarded, QLabel):
    """A plain-text label that may be narrower than its text.

    The text becomes smaller first, down to ``least`` of its size, and ends in an ellipsis then; of items between
    ``separator`` only those are shown that fit whole.
    """

    def __init__(
        self, text: str = "", parent: QWidget | None = None, *, separator: str = "", least: float = 1.0
    ) -> None:
        super().__init__(text, parent)
        self.separator, self.least = separator, least
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """One line high, as narrow as need be."""
        return QSize(0, self.fontMetrics().height())

    def draw(self, painter: QPainter) -> None:
        """Draw as much of the text as fits."""
        room = QRect(self.contentsRect())
        painter.setFont(self._face(room.width()))
        shown = self._fitting(room.width(), painter.fontMetrics())
        self.setToolTip(_plain(self.text()) if shown != self.text() else "")
        self.style().drawItemText(
            painter, room, int(self.alignment()), self.palette(), self.isEnabled(), shown, self.foregroundRole()
        )

    def _face(self, width: int) -> QFont:
        """The font in which the whole text fits, or the smallest."""
        face = QFont(self.font())
        needed = self.fontMetrics().horizontalAdvance(self.text())
        if needed > width and self.least < 1.0 and face.pixelSize() > 0:
            share = max(self.least, width / needed)
            face.setPixelSize(max(SMALLEST, math.floor(face.pixelSize() * share)))
        return face

    def _fitting(self, width: int, metrics: QFontMetrics) -> str:
        items = self.text().split(self.separator) if self.separator else [self.text()]
        gap = metrics.horizontalAdvance(self.separator)
        ends = accumulate(metrics.horizontalAdvance(item) + gap for item in items)
        count = max(1, sum(end - gap <= width for end in ends)) if len(items) > 1 else 1
        while count > 1 and metrics.horizontalAdvance(self.separator.join(items[:count])) > width:
            count -= 1
        return metrics.elidedText(self.separator.join(items[:count]), Qt.TextElideMode.ElideRight, width)


def _plain(text: str) -> str:
    """A tooltip that shows ``text`` as it is, also where it looks like markup."""
    return f"<p>{escape(text)}</p>" if "<" in text else text


def polish(widget: QWidget) -> None:
    """Apply the style sheet anew after a property that it selects by has changed."""
    style: QStyle = widget.style()
    style.unpolish(widget)
    style.polish(widget)
