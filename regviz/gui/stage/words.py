"""Words on stage: the caption with the counter under the picture, and the cover that asks a question or is black."""

from bisect import bisect_left

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from regviz.gui.canvas.guarded import Guarded
from regviz.gui.canvas.theme import THEMES, Theme, qcolor
from regviz.gui.window.style import SMALLEST, Unit

_WRAP = int(Qt.TextFlag.TextWordWrap)
_LINES = 2
"""Lines for which the caption always keeps room, so that the picture never jumps."""


class Fitted(Guarded, QWidget):
    """Plain text in its box, wrapped, as large as the design has it or as small as it must be to fit whole."""

    def __init__(self, align: Qt.AlignmentFlag, weight: QFont.Weight, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._align, self._weight = "", align, weight
        self._size, self._color = 28, QColor("black")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @property
    def words(self) -> str:
        """What it says."""
        return self._words

    def say(self, words: str) -> None:
        """Show ``words``."""
        self._words = words
        self.setAccessibleName(words)
        self.update()

    def show_theme(self, color: str, size: int) -> None:
        """Take a colour and the largest size in pixels."""
        self._color, self._size = QColor(color), size
        self.update()

    def face(self, size: int) -> QFont:
        """The font of that size in pixels."""
        font = QFont(self.font())
        font.setPixelSize(size)
        font.setWeight(self._weight)
        return font

    def fitting(self) -> QFont:
        """The largest font in which the words fit."""
        room = QRect(0, 0, max(1, self.width()), 1_000_000)
        for size in range(self._size, SMALLEST, -1):
            font = self.face(size)
            needed = QFontMetrics(font).boundingRect(room, _WRAP, self._words)
            if needed.height() <= self.height() and needed.width() <= room.width():
                return font
        return self.face(SMALLEST)

    def place(self, font: QFont) -> QRect:
        """Where the words stand: in the whole box, and centred ones as narrow as their number of lines allows."""
        if not self._align & Qt.AlignmentFlag.AlignHCenter:
            return self.rect()
        metrics = QFontMetrics(font)

        def high(wide: int) -> int:
            needed = metrics.boundingRect(QRect(0, 0, wide, 1_000_000), _WRAP, self._words)
            return needed.height() if needed.width() <= wide else 1_000_000

        least = high(self.width())
        wide = bisect_left(range(self.width()), True, key=lambda wide: high(wide) <= least)
        return QRect((self.width() - wide) // 2, 0, wide, self.height())

    def draw(self, painter: QPainter) -> None:
        """Paint the words."""
        font = self.fitting()
        painter.setFont(font)
        painter.setPen(self._color)
        painter.drawText(self.place(font), int(self._align) | _WRAP, self._words)


class Foot(QWidget):
    """The caption, large, and beside it the step's number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        start = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self.caption = Fitted(start, QFont.Weight.Medium)
        self.count = QLabel()
        self.count.setObjectName("quiet")
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.caption, 1)
        self._row.addWidget(self.count)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Caption of the step"))
        self.hide()

    def show_theme(self, theme: Theme, unit: Unit, limit: int) -> None:
        """Take over colours and sizes; never higher than ``limit``."""
        size = unit.text(28)
        self.caption.show_theme(theme.text, size)
        lines = QFontMetrics(self.caption.face(size)).lineSpacing() * _LINES
        self.setFixedHeight(min(limit, lines + unit.px(8)))
        self._row.setSpacing(unit.px(24))


class Cover(Guarded, QWidget):
    """Lies over the whole window: a question before its picture, or nothing but black. ``clicked`` lifts it."""

    clicked = Signal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over, self._theme, self._black = over, THEMES["light"], False
        centre = Qt.AlignmentFlag.AlignCenter
        self.question = Fitted(centre, QFont.Weight.DemiBold, self)
        self.hint = Fitted(centre, QFont.Weight.Normal, self)
        self._unit = Unit(1920, 1080)
        over.installEventFilter(self)
        self.hide()

    @property
    def black(self) -> bool:
        """Whether the screen is black."""
        return self.isVisible() and self._black

    def ask(self, question: str, hint: str) -> None:
        """Cover the picture with ``question``."""
        self._black = False
        self.question.say(question)
        self.hint.say(hint)
        self.setAccessibleName(question)
        self._cover()

    def darken(self) -> None:
        """Cover everything with black."""
        self._black = True
        self.setAccessibleName(self.tr("Black screen"))
        self._cover()

    def _cover(self) -> None:
        self.question.setVisible(not self._black)
        self.hint.setVisible(not self._black)
        self._fit()
        self.show()
        self.raise_()
        self.update()

    def show_theme(self, theme: Theme, unit: Unit) -> None:
        """Take over colours and sizes."""
        self._theme, self._unit = theme, unit
        self.question.show_theme(theme.text, unit.text(60))
        self.hint.show_theme(theme.muted, unit.text(22))
        self._fit()
        self.update()

    def _fit(self) -> None:
        wide, high = self._over.width(), self._over.height()
        self.setGeometry(0, 0, wide, high)
        self.question.setGeometry(wide // 10, high // 8, wide * 8 // 10, high * 5 // 8)
        self.hint.setGeometry(wide // 10, high * 13 // 16, wide * 8 // 10, high // 8)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as what is covered."""
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def draw(self, painter: QPainter) -> None:
        """Paint the ground."""
        painter.fillRect(self.rect(), QColor("black") if self._black else qcolor(self._theme.background))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Lift the cover."""
        self.clicked.emit()
