"""The slider: linear or logarithmic over a shown range, exact in value, with the keyboard of a fine instrument."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QSlider, QWidget

from regviz.gui.canvas.guarded import Guarded
from regviz.gui.canvas.theme import THEMES, Theme, mix
from regviz.lab import Control

TICKS = 10_000
"""Positions of the underlying Qt slider, which speaks to screen readers."""
STEP = 0.01
"""Share of the shown range that an arrow key moves."""
_ARROWS = {int(Qt.Key.Key_Left): -1, int(Qt.Key.Key_Down): -1, int(Qt.Key.Key_Right): 1, int(Qt.Key.Key_Up): 1}


class Slider(Guarded, QSlider):
    """Sets a float or int control.

    ``moved(value, finished)`` comes from the user, and from `setValue` as screen readers call it, never from
    `show_value`.
    """

    moved = Signal(object, object)

    def __init__(self, control: Control, parent: QWidget | None = None, *, big: bool = False) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.control = control
        self.value_now = float(control.default)
        self._low, self._high = (1e-4, 1e4) if control.log else (0.0, 1.0)
        self._big = big
        self._theme = THEMES["light"]
        self._thick = 6
        self._showing = False
        self.setRange(0, TICKS)
        self.valueChanged.connect(self._take)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_limits(*(control.shown or (control.low, control.high)))

    # What the window shows.

    def show_limits(self, low: float, high: float) -> None:
        """Span ``low`` … ``high``, cut to the control's bounds; ranges a slider cannot span are left alone."""
        low, high = max(low, self.control.low), min(high, self.control.high)
        if math.isfinite(high - low) and low < high and (low > 0.0 or not self.control.log):
            self._low, self._high = low, high
            self.show_value(self.value_now)

    def show_value(self, value: float) -> None:
        """Stand at ``value``; beyond the shown range the handle rests at the end."""
        self.value_now = float(value)
        self._showing = True
        self.setSliderPosition(round(self.share * TICKS))
        self._showing = False
        self.update()

    def show_theme(self, theme: Theme, thick: int) -> None:
        """Take the colours of ``theme`` and a groove of ``thick`` pixels."""
        self._theme, self._thick = theme, thick
        self.updateGeometry()
        self.update()

    @property
    def share(self) -> float:
        """Where the handle stands, 0 … 1."""
        return min(1.0, max(0.0, self.share_of(self.value_now)))

    def share_of(self, value: float) -> float:
        """Where ``value`` lies in the shown range, 0 … 1 inside it."""
        if not self.control.log:
            return (value - self._low) / (self._high - self._low)
        if value <= 0.0:
            return 0.0
        return math.log(value / self._low) / math.log(self._high / self._low)

    def value_at(self, share: float) -> float:
        """The value at ``share`` of the shown range; shares are cut to 0 … 1, so the ends are exact."""
        if share <= 0.0:
            return self._low
        if share >= 1.0:
            return self._high
        if self.control.log:
            return float(self._low * (self._high / self._low) ** share)
        return self._low + share * (self._high - self._low)

    # What the user does.

    def go(self, value: float, finished: bool) -> None:
        """Move to ``value`` as the user would."""
        value = min(self.control.high, max(self.control.low, value))
        if self.control.kind == "int":
            value = round(value)
        elif self._low < value < self._high:
            value = float(f"{value:.6g}")
        self.show_value(value)
        self.moved.emit(value, finished)

    @Slot(int)
    def _take(self, place: int) -> None:
        if not self._showing:
            self.go(self.value_at(place / TICKS), True)

    def nudge(self, steps: float) -> None:
        """Move by ``steps`` arrow-key steps; whole numbers move by at least 1."""
        share = self.share + STEP * steps
        value = self.value_at(share)
        if self.control.kind == "int" and round(value) == round(self.value_now):
            value = self.value_now + math.copysign(1.0, steps)
        self.go(value, False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows step, with Shift a tenth, with Control tenfold; Home and End go to the ends."""
        steps = _ARROWS.get(event.key())
        if steps is not None and self.isRightToLeft() and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            steps = -steps
        if steps is not None:
            self.nudge(steps * key_scale(event.modifiers()))
        elif event.key() == Qt.Key.Key_Home:
            self.go(self._low, False)
        elif event.key() == Qt.Key.Key_End:
            self.go(self._high, False)
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel steps a slider that has the focus; elsewhere it scrolls on."""
        if self.hasFocus():
            self.nudge(math.copysign(1.0, event.angleDelta().y()) * key_scale(event.modifiers()))
            event.accept()
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the pointer."""
        self._drag(event, False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(event, False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.go(self.value_now, True)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go back to the control's default."""
        self.go(float(self.control.default), False)

    def _drag(self, event: QMouseEvent, finished: bool) -> None:
        if event.button() == Qt.MouseButton.LeftButton or event.buttons() & Qt.MouseButton.LeftButton:
            self.go(self.value_at(self.share_at(event.position().x())), finished)

    def share_at(self, x: float) -> float:
        """Where a pixel lies on the groove, 0 … 1 from the low end: the right one where text runs to the left."""
        groove = self._groove()
        share = min(1.0, max(0.0, (x - groove.left()) / groove.width()))
        return 1.0 - share if self.isRightToLeft() else share

    # How it looks.

    def _radius(self) -> float:
        return self._thick * 1.6 + (2.5 if self._big else 3.0)

    def _groove(self) -> QRectF:
        inset = self._radius() + 2.0
        middle = self.height() / 2
        width = max(1.0, self.width() - 2 * inset)
        return QRectF(inset, middle - self._thick / 2, width, self._thick)

    def sizeHint(self) -> QSize:
        """Room for the handle with its ring."""
        return QSize(120, math.ceil(2 * self._radius() + 8))

    def minimumSizeHint(self) -> QSize:
        """As `sizeHint`, but narrower."""
        return QSize(60, self.sizeHint().height())

    def draw(self, painter: QPainter) -> None:
        """A groove filled up to the handle; a ring around the handle that has the focus."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        theme, groove = self._theme, self._groove()
        radius, half = self._radius(), self._thick / 2
        mirrored = self.isRightToLeft()
        at = groove.left() + (1.0 - self.share if mirrored else self.share) * groove.width()
        painter.setBrush(QColor(mix(theme.background, theme.text, 0.14)))
        painter.drawRoundedRect(groove, half, half)
        filled = QRectF(groove)
        filled.setLeft(at) if mirrored else filled.setRight(at)
        role = "penalty" if self._big else "accent"
        painter.setBrush(QColor(theme.color(role) if self.isEnabled() else theme.faint))
        painter.drawRoundedRect(filled, half, half)
        for color, size in self._rings(radius):
            painter.setBrush(QColor(color))
            painter.drawEllipse(QPointF(at, groove.center().y()), size, size)

    def _rings(self, radius: float) -> tuple[tuple[str, float], ...]:
        theme = self._theme
        knob = theme.text if self.isEnabled() else theme.faint
        back = theme.background if self._big else theme.card
        focus = theme.palette[0] if self.hasFocus() else back
        return (focus, radius + 2.0), (back, radius - 0.5), (knob, radius - 2.5)


def key_scale(modifiers: Qt.KeyboardModifier) -> float:
    """How much larger or smaller the modifier keys make a step."""
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return 0.1
    return 10.0 if modifiers & Qt.KeyboardModifier.ControlModifier else 1.0
