"""Labels that never cut a letter: what does not fit is left out and stands in the tooltip."""

import math
import re
from html import escape
from itertools import accumulate

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget

from regviz.gui.canvas.guarded import Guarded
from regviz.gui.window.style import SMALLEST

_TIGHT, _LEAST = 0.85, 0.7
"""Shares of their size to which sentences shrink on one line, and on two."""
_BREAK = re.compile(r"(?<=[.!?])(?= \S)")


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
        face, shown = self.fitted(room.width())
        painter.setFont(face)
        self.setToolTip(_plain(self.text()) if shown != self.text() else "")
        self.style().drawItemText(
            painter, room, self._flags(), self.palette(), self.isEnabled(), shown, self.foregroundRole()
        )

    def fitted(self, width: int) -> tuple[QFont, str]:
        """The font, and what is shown of the text in ``width`` pixels."""
        face = self._face(width)
        return face, self._fitting(width, QFontMetrics(face))

    def _flags(self) -> int:
        return int(self.alignment())

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


class Sentences(ElidedLabel):
    """Sentences on one line, or on two where they need them; of more than that, those that fit whole.

    The second line stays until `begin` or another width, so that what stands above does not jump while numbers change.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent, least=_TIGHT)
        self._lines = 1
        self._settled = QTimer(self, singleShot=True, interval=0)  # width and font often change together
        self._settled.timeout.connect(self._measure_anew)

    @property
    def lines(self) -> int:
        """How many lines there is room for now."""
        return self._lines

    def begin(self) -> None:
        """Forget what was needed before."""
        self._take(1)

    def setText(self, text: str) -> None:  # the name is Qt's
        """Show ``text``, on a second line too if it does not fit on one."""
        super().setText(text)
        self._measure()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find out anew how many lines are needed in another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._settled.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Find out how many lines are needed."""
        super().showEvent(event)
        self._measure()

    def changeEvent(self, event: QEvent) -> None:
        """Find out anew how many lines are needed in another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._settled.start()

    def minimumSizeHint(self) -> QSize:
        """As narrow as need be, as high as its lines."""
        return QSize(0, self._lines * self.fontMetrics().lineSpacing())

    def sizeHint(self) -> QSize:
        """As high as its lines."""
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())

    def fitted(self, width: int) -> tuple[QFont, str]:
        """The largest font in which the text fits; in the smallest, whole sentences of it."""
        if self._lines == 1 and self._one_line(width):
            return super().fitted(width)
        face, text, sizes = QFont(self.font()), self.text(), self._sizes(_LEAST)
        for size in sizes:
            face.setPixelSize(size)
            if self._folds(text, face, width):
                return face, text
        for end in reversed([found.start() for found in _BREAK.finditer(text)]):
            if self._folds(f"{text[:end]} …", face, width):
                return face, f"{text[:end]} …"
        return face, QFontMetrics(face).elidedText(text, Qt.TextElideMode.ElideRight, self._lines * width * 9 // 10)

    def _measure_anew(self) -> None:
        self._take(1 if self._one_line(self.contentsRect().width()) else 2)

    def _measure(self) -> None:
        if self._lines == 1 and self.isVisible() and not self._one_line(self.contentsRect().width()):
            self._take(2)

    def _take(self, lines: int) -> None:
        if lines != self._lines:
            self._lines = lines
            self.updateGeometry()

    def _one_line(self, width: int) -> bool:
        face = self._face(width)
        return QFontMetrics(face).horizontalAdvance(self.text()) <= width

    def _sizes(self, least: float) -> range:
        size = self.font().pixelSize()
        return range(size, min(size, max(SMALLEST, math.floor(size * least))) - 1, -1)

    def _folds(self, text: str, face: QFont, width: int) -> bool:
        metrics = QFontMetrics(face)
        box = metrics.boundingRect(QRect(0, 0, width, 10_000), self._flags(), text)
        return box.height() <= self._lines * metrics.lineSpacing() and box.width() <= width

    def _flags(self) -> int:
        return super()._flags() | int(Qt.TextFlag.TextWordWrap)


def _plain(text: str) -> str:
    """A tooltip that shows ``text`` as it is, also where it looks like markup."""
    return f"<p>{escape(text)}</p>" if "<" in text else text


def polish(widget: QWidget) -> None:
    """Apply the style sheet anew after a property that it selects by has changed."""
    style: QStyle = widget.style()
    style.unpolish(widget)
    style.polish(widget)
