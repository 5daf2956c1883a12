"""A callout: the window dims except one part of it, and a box beside it says what that is. Who says it is elsewhere."""

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from regviz.gui.canvas.guarded import Guarded

_GAP = 18
"""Pixels from the part to the box."""


class Callout(Guarded, QWidget):
    """Lies over its parent. ``turned`` (±1) on Enter, Space and arrows, ``clicked`` (a point) on a click."""

    turned = Signal(object)
    clicked = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._under, self._part, self._color = parent, QRect(), QColor("gray")
        self.box = QFrame(self)
        self.box.setObjectName("overlay")
        self.title, self.words, self.foot = QLabel(), QLabel(), QLabel()
        self.title.setObjectName("brand")
        self.foot.setObjectName("quiet")
        column = QVBoxLayout(self.box)
        for label in (self.title, self.words, self.foot):
            label.setWordWrap(True)
            column.addWidget(label)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()

    def point(self, part: QWidget, title: str, words: str, foot: str, color: str) -> None:
        """Light ``part`` and say these words beside it."""
        self._color = QColor(color)
        self.setGeometry(self._under.rect())
        corner = part.mapTo(self._under, QPoint(0, 0))
        self._part = QRect(corner, part.size()).intersected(self.rect())
        for label, text in ((self.title, title), (self.words, words), (self.foot, foot)):
            label.setText(text)
        self.setAccessibleName(title)
        self.setAccessibleDescription(f"{words} {foot}")
        wide = min(max(320, self.width() // 3), self.width() - 2 * _GAP)
        self.box.setFixedWidth(wide)
        self.box.adjustSize()
        self.box.move(self._spot(self.box.size().width(), self.box.heightForWidth(wide) or self.box.height()))
        self.show()
        self.raise_()
        self.setFocus()
        self.update()

    def _spot(self, wide: int, high: int) -> QPoint:
        """Below the part, above it, right or left of it, where there is room; else over it."""
        part, area = self._part, self.rect()
        middle, level = part.center().x() - wide // 2, part.center().y() - high // 2
        for x, y in ((middle, part.bottom() + _GAP), (middle, part.top() - _GAP - high),
                     (part.right() + _GAP, level), (part.left() - _GAP - wide, level)):  # fmt: skip
            x = min(max(_GAP, x), area.right() - wide - _GAP)
            y = min(max(_GAP, y), area.bottom() - high - _GAP)
            if not QRect(x, y, wide, high).intersects(part):
                return QPoint(x, y)
        return QPoint(max(_GAP, (area.width() - wide) // 2), max(_GAP, (area.height() - high) // 2))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on, or back; everything else belongs to the window."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Down):
            self.turned.emit(1)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self.turned.emit(-1)
        else:
            event.ignore()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes on as the arrows do."""
        self.turned.emit(1 if forward else -1)
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell where."""
        self.clicked.emit(event.position().toPoint())

    def draw(self, painter: QPainter) -> None:
        """Paint the dark around the part, its rim, and the line to the box."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dark, part = QPainterPath(), QRectF(self._part.adjusted(-4, -4, 4, 4))
        dark.addRect(QRectF(self.rect()))
        dark.addRoundedRect(part, 8, 8)
        shade = QColor("black")
        shade.setAlphaF(0.55)
        painter.fillPath(dark, shade)
        painter.setPen(QPen(self._color, 3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(part, 8, 8)
        painter.drawLine(part.center() if self._covered() else self._edge(part), QRectF(self.box.geometry()).center())

    def _covered(self) -> bool:
        return self.box.geometry().intersects(self._part)

    def _edge(self, part: QRectF) -> QPoint:
        """The point of the part's rim nearest to the box."""
        at = self.box.geometry().center()
        x = min(max(at.x(), int(part.left())), int(part.right()))
        y = min(max(at.y(), int(part.top())), int(part.bottom()))
        return QPoint(x, y)
