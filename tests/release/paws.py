"""The monkey's paws: each act does one random thing to a window and says what it did."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from regviz.lab import controls
from tests.release import draw

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
BUTTONS = (LEFT, LEFT, LEFT, LEFT, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton)
MODIFIERS = (Qt.KeyboardModifier.NoModifier,) * 3 + (
    Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
KEYS = (
    *map(Qt.Key, range(Qt.Key.Key_Space.value, Qt.Key.Key_Z.value + 1)),
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End,
    Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Escape,
    Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_F1, Qt.Key.Key_F2, Qt.Key.Key_F5, Qt.Key.Key_Menu,
)  # fmt: skip


@dataclass(frozen=True)
class Act:
    """``do(chance, window, files)`` acts and returns words for it."""

    do: Callable[..., str]
    weight: int


def mouse(widget, kind, at, button=LEFT, buttons=LEFT, modifiers=MODIFIERS[0]):
    """Send one mouse event to ``widget``, unless an earlier one has ended it."""
    if not isValid(widget):
        return
    there = QPointF(widget.mapToGlobal(at))
    QApplication.sendEvent(widget, QMouseEvent(kind, QPointF(at), there, button, buttons, modifiers))


def press_inside(chance, window):
    """Click somewhere in ``window``; what lies there."""
    widget, at = _somewhere(chance, window)
    words, button, modifiers = _words(widget), chance.choice(BUTTONS), chance.choice(MODIFIERS)
    mouse(widget, QMouseEvent.Type.MouseButtonPress, at, button, button, modifiers)
    mouse(widget, QMouseEvent.Type.MouseButtonRelease, at, button, NONE, modifiers)
    return f"{words} at {at.x()},{at.y()}, {button.name} {modifiers.name}"


def _somewhere(chance, window):
    """A widget at a random place of what is on top, and the place in its own pixels."""
    top = QApplication.activePopupWidget() or window
    at = QPoint(chance.randrange(max(1, top.width())), chance.randrange(max(1, top.height())))
    widget = top.childAt(at) or top
    return widget, widget.mapFrom(top, at) if widget is not top else at


def _words(widget):
    """What the widget is; one that its own event has ended has no words."""
    if not isValid(widget):
        return "a widget that is gone"
    return f"{type(widget).__name__} {widget.accessibleName() or widget.objectName()!r}"


def click(chance, window, files):
    return press_inside(chance, window)


def double_click(chance, window, files):
    widget, at = _somewhere(chance, window)
    for kind in (QMouseEvent.Type.MouseButtonPress, QMouseEvent.Type.MouseButtonRelease,
                 QMouseEvent.Type.MouseButtonDblClick, QMouseEvent.Type.MouseButtonRelease):  # fmt: skip
        mouse(widget, kind, at, LEFT, NONE if kind == QMouseEvent.Type.MouseButtonRelease else LEFT)
    return f"{_words(widget)} at {at.x()},{at.y()}"


def drag(chance, window, files):
    """Press, move a few times, also out of the widget, and let go; sometimes never."""
    widget, at = _somewhere(chance, window)
    button, modifiers = chance.choice(BUTTONS[:5]), chance.choice(MODIFIERS)
    mouse(widget, QMouseEvent.Type.MouseButtonPress, at, button, button, modifiers)
    start = at
    for _ in range(chance.randint(1, 8)):
        at = QPoint(at.x() + chance.randint(-90, 90), at.y() + chance.randint(-60, 60))
        mouse(widget, QMouseEvent.Type.MouseMove, at, NONE, button, modifiers)
        if chance.random() < 0.3:
            QApplication.processEvents()
    if chance.random() < 0.95:
        mouse(widget, QMouseEvent.Type.MouseButtonRelease, at, button, NONE, modifiers)
    return f"{_words(widget)} {start.x()},{start.y()} to {at.x()},{at.y()}, {button.name} {modifiers.name}"


def hover(chance, window, files):
    widget, at = _somewhere(chance, window)
    mouse(widget, QMouseEvent.Type.MouseMove, at, NONE, NONE)
    return f"{_words(widget)} at {at.x()},{at.y()}"


def wheel(chance, window, files):
    widget, at = _somewhere(chance, window)
    turn = QPoint(0, chance.choice((-1200, -120, -15, 15, 120, 1200)))
    QApplication.sendEvent(widget, QWheelEvent(
        QPointF(at), QPointF(widget.mapToGlobal(at)), QPoint(), turn, NONE, chance.choice(MODIFIERS),
        Qt.ScrollPhase.NoScrollPhase, False,
    ))  # fmt: skip
    return f"{_words(widget)} by {turn.y()}"


def key(chance, window, files):
    top = QApplication.activePopupWidget() or window
    widget = chance.choice((top.focusWidget() or top, top))
    pressed, modifiers = chance.choice(KEYS), chance.choice(MODIFIERS)
    QTest.keyClick(widget, pressed, modifiers)
    return f"{modifiers.name} {pressed.name} on {_words(widget)}"


def shortcut(chance, window, files):
    """One of the window's shortcuts, which a window that is never active would not get by keys."""
    chosen = chance.choice(sorted(window.findChildren(QShortcut), key=lambda each: each.key().toString()))
    if chosen.isEnabled():
        chosen.activated.emit()
    return chosen.key().toString()


def focus(chance, window, files):
    widget, _ = _somewhere(chance, window)
    widget.setFocus()
    return _words(widget)


def resize(chance, window, files):
    wide, high = chance.choice(((1, 1), (640, 400), (800, 600), (1280, 720), (1920, 1080), (3840, 300), (300, 2160)))
    part = chance.choice((window, window, window.view))
    part.resize(wide, high)
    return f"{_words(part)} {wide} × {high}"


def drop(chance, window, files):
    data = QMimeData()
    few = chance.sample(files, chance.choice((0, 1, 1, 1, 2)))
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in few] or [QUrl("https://example.org/a.csv")])
    at, action = QPointF(100, 100), Qt.DropAction.CopyAction
    plain = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(at.toPoint(), action, data, LEFT, plain))
    QApplication.sendEvent(window, QDropEvent(at, action, data, LEFT, plain))
    return ", ".join(file.name for file in few)


def edit(chance, window, files):
    """A field of the lab, as its control would set it."""
    control = chance.choice(controls(window.session.state))
    value, finished = draw.value(chance, control), chance.random() < 0.7
    window.edits.edit({control.name: value}, finished)
    return f"{window.session.lab.name}.{control.name} = {value!r}"


def lab(chance, window, files):
    chosen = chance.choice(window.labs)
    window.edits.choose(chosen)
    return chosen.name


ACTS = {
    "click": Act(click, 20), "double click": Act(double_click, 4), "drag": Act(drag, 14), "hover": Act(hover, 6),
    "wheel": Act(wheel, 6), "key": Act(key, 22), "shortcut": Act(shortcut, 8), "focus": Act(focus, 3),
    "resize": Act(resize, 2), "drop": Act(drop, 2), "edit": Act(edit, 10), "lab": Act(lab, 2),
}  # fmt: skip
