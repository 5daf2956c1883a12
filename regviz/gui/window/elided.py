"""A label of one line that never cuts a letter: what does not fit is left out and stands in the tooltip."""

from itertools import accumulate

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget


class ElidedLabel(QLabel):
    """A plain-text label that may be narrower than its text.

    The text ends in an ellipsis then; of items between ``separator`` only those are shown that fit whole.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None, *, separator: str = "") -> None:
        super().__init__(text, parent)
        self.separator = separator
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """One line high, as narrow as need be."""
        return QSize(0, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much of the text as fits."""
        painter = QPainter(self)
        room = QRect(self.contentsRect())
        shown = self._fitting(room.width())
        self.setToolTip(self.text() if shown != self.text() else "")
        self.style().drawItemText(
            painter, room, int(self.alignment()), self.palette(), self.isEnabled(), shown, self.foregroundRole()
        )
        painter.end()

    def _fitting(self, width: int) -> str:
        metrics = self.fontMetrics()
        items = self.text().split(self.separator) if self.separator else [self.text()]
        gap = metrics.horizontalAdvance(self.separator)
        ends = accumulate(metrics.horizontalAdvance(item) + gap for item in items)
        count = max(1, sum(end - gap <= width for end in ends)) if len(items) > 1 else 1
        while count > 1 and metrics.horizontalAdvance(self.separator.join(items[:count])) > width:
            count -= 1
        return metrics.elidedText(self.separator.join(items[:count]), Qt.TextElideMode.ElideRight, width)


def polish(widget: QWidget) -> None:
    """Apply the style sheet anew after a property that it selects by has changed."""
    style: QStyle = widget.style()
    style.unpolish(widget)
    style.polish(widget)
