"""The plot gestures for the keyboard: what the keys do in the panel that has the focus, and the ring that shows it.

An event filter of one `PanelView`, which emits what the mouse does and knows no lab. Its pointer is in `aim`.
"""

import math
from collections.abc import Callable
from types import MappingProxyType
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from regviz.gui.canvas import grip
from regviz.gui.canvas.aim import Aim
from regviz.gui.canvas.grip import Hit
from regviz.gui.canvas.guarded import Guarded
from regviz.gui.canvas.panel import PanelView
from regviz.gui.canvas.place import Place
from regviz.gui.canvas.theme import pen
from regviz.lab import Handle, Mark, Rule

STEP = 0.01
"""Share of the axis that an arrow key moves; a tenth of it with Shift, ten times as much with Ctrl."""
ZOOM = 1.25
_BURST = 500
"""Milliseconds between keys of one burst, in which the picture may lag behind what was asked for."""
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
_PLAIN, _SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SIZES = {_PLAIN: 1.0, _SHIFT: 0.1, _CTRL: 10.0}


class _Asked(NamedTuple):
    """A mark by key, where it was when the keys began, and where they have asked it to be; design pixels."""

    key: str
    start: tuple[float, float]
    at: tuple[float, float]


class Keyboard(QObject):
    """Hears the keys of ``view``: arrows move the chosen mark or the pointer, M chooses, I points, Enter clicks.

    ``reserved`` says which presses belong to somebody else, whatever has the focus.
    """

    def __init__(self, view: PanelView, reserved: Callable[[QKeyEvent], bool] = lambda event: False) -> None:
        super().__init__(view)
        self._view, self._chosen, self._reserved = view, "", reserved
        self.aim = Aim(view)
        self._asked: _Asked | None = None
        self._burst = QTimer(self, singleShot=True, interval=_BURST)
        self._ring = _Ring(view, self)
        view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that mean something here; the others stay with the window."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            event.setAccepted(self.press(event))
            return event.isAccepted()
        if kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut, QEvent.Type.Resize):
            if kind == QEvent.Type.FocusOut:
                self.aim.drop()
            self._ring.setGeometry(self._view.rect())
            self._ring.setVisible(self._view.hasFocus())
            self._ring.raise_()
        return False

    def movable(self) -> tuple[Mark, ...]:
        """The marks of the panel that can be dragged."""
        marks = () if self._view.panel is None else self._view.panel.marks
        return tuple(mark for mark in marks if Hit(mark, 0, 0.0).bound)

    def chosen(self) -> Mark | None:
        """The mark that the arrows move: the first one until another is chosen; None where none can be moved."""
        marks = self.movable()
        return next((mark for mark in marks if mark.key == self._chosen), marks[0] if marks else None)

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key means in this panel; whether it means anything."""
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if self._reserved(event):
            return False
        self.aim.check()
        if key in _ARROWS:
            return modifiers in _SIZES and self._arrow(*_ARROWS[key], _SIZES[modifiers])
        if key in _ENTER and modifiers == _CTRL:
            return self.aim.twice()
        if modifiers not in (_PLAIN, _SHIFT):
            return False
        return self._letter(key, modifiers) or self._zoom(event.text())

    def _letter(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        by = -1 if modifiers == _SHIFT else 1
        if key == Qt.Key.Key_M:
            return self._choose(by)
        if key == Qt.Key.Key_I:
            return self.aim.next(by)
        if key == Qt.Key.Key_A and modifiers == _PLAIN:
            return self.aim.toggle()
        if key == Qt.Key.Key_H:
            return self.aim.hold(modifiers)
        return key in (*_ENTER, Qt.Key.Key_X) and (self.aim.click(modifiers) or self._click(modifiers))

    def spot(self, mark: Mark) -> tuple[float, float] | None:
        """Where a mark is painted, in design pixels; of a line across the panel the middle of it."""
        place = self._view.place
        if place is None or not isinstance(mark, (Rule, Handle)):
            return None
        box = place.rect
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        if isinstance(mark, Handle):
            x, y = float(place.x.px(mark.x)), float(place.y.px(mark.y))
        elif mark.axis == "x":
            x = float(place.x.px(mark.value))
        else:
            y = float(place.y.px(mark.value))
        return (x, y) if math.isfinite(x) and math.isfinite(y) else None

    def _choose(self, by: int) -> bool:
        marks, now = self.movable(), self.chosen()
        if now is None:
            return False
        self.aim.drop()
        self._chosen, self._asked = marks[(marks.index(now) + by) % len(marks)].key, None
        self._view.viewport().update()
        return True

    def _click(self, modifiers: Qt.KeyboardModifier) -> bool:
        mark = self.chosen()
        spot = None if mark is None else self.spot(mark)
        if spot is None:
            return False
        at = QPointF(*spot) * self._view.unit
        self._view.tell("click", at, at, self._view.hit_at(at), modifiers)
        return True

    def _arrow(self, right: int, up: int, size: float) -> bool:
        return self.aim.move(right * STEP * size, up * STEP * size) or self._move(right, up, size)

    def _move(self, right: int, up: int, size: float) -> bool:
        """Ask for the chosen mark to be moved; the arrows along a line across the panel move it all the same."""
        mark, place, panel = self.chosen(), self._view.place, self._view.panel
        base = None if mark is None else self._base(mark)
        if mark is None or place is None or panel is None or base is None:
            return False
        if isinstance(mark, Rule):
            right, up = (right + up, 0) if mark.axis == "x" else (0, right + up)
        box, share = place.rect, STEP * size
        x, y = base.at[0] + right * share * box.width, base.at[1] - up * share * box.height
        x, y = min(max(x, box.left), box.right), min(max(y, box.top), box.bottom)
        self._asked = base._replace(at=(x, y))
        self._burst.start()
        found = grip.changes(panel, mark, place, x, y)
        moved = {name: value for name, value in found.items() if name in _along(mark, right != 0)}
        if moved:
            self._view.intent.emit(MappingProxyType(moved), False)
        return True

    def _base(self, mark: Mark) -> _Asked | None:
        """From where to move on: what was asked for last during a burst, or while the mark has not moved at all, as
        when whole numbers take several small steps; else from the mark.
        """
        spot, asked = self.spot(mark), self._asked
        if spot is None:
            return None
        if asked is not None and asked.key == mark.key and (self._burst.isActive() or asked.start == spot):
            return asked
        return _Asked(mark.key, spot, spot)

    def _zoom(self, text: str) -> bool:
        view = self._view
        if view.place is None or not any(view.box.mouseEnabled()):
            return False
        if text == "0":
            view.reset_zoom()
        elif text in ("+", "=", "-", "−"):
            by = 1 / ZOOM if text in ("+", "=") else ZOOM
            view.box.scaleBy((by, by))
            view.box.sigRangeChangedManually.emit(view.box.mouseEnabled())
        else:
            return False
        return True


def _along(mark: Mark, sideways: bool) -> tuple[str, ...]:
    if isinstance(mark, Handle):
        return (mark.bound_x if sideways else mark.bound_y,)
    return (mark.bound,) if isinstance(mark, Rule) else ()


class _Ring(Guarded, QWidget):
    """Lies over the view while it has the focus: a frame around the card, and a ring at the mark that is chosen."""

    def __init__(self, view: PanelView, keyboard: Keyboard) -> None:
        super().__init__(view.viewport())
        self._view, self._keyboard = view, keyboard
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def draw(self, painter: QPainter) -> None:
        """Paint both in the accent colour."""
        view, unit = self._view, self._view.unit
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.scale(unit, unit)
        painter.setPen(pen(view.theme.color("accent"), 4.0))
        painter.drawRoundedRect(QRectF(2, 2, self.width() / unit - 4, self.height() / unit - 4), 12, 12)
        aim, mark, place = self._keyboard.aim, self._keyboard.chosen(), view.place
        spot = aim.at if aim.at is not None else None if mark is None else self._keyboard.spot(mark)
        if spot is not None and place is not None and _inside(place, spot):
            painter.setPen(pen(view.theme.color("accent"), 6.0 if aim.holding else 3.0))
            painter.drawEllipse(QPointF(*spot), 17.0, 17.0)
            for x, y in _ARROWS.values() if aim.at is not None else ():
                painter.drawLine(QPointF(*spot) + QPointF(x, y) * 12.0, QPointF(*spot) + QPointF(x, y) * 26.0)


def _inside(place: Place, spot: tuple[float, float]) -> bool:
    return place.rect.grown(2.0).contains(*spot)
