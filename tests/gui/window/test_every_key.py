"""Every key of the help, with the focus on a slider, in a text box and on a picture: does control or window hear it?

Qt asks the focused control first (a ShortcutOverride), then the window's shortcuts, then hands the press to the control
and, where that ignores it, to the window. `strike` does just that; offscreen windows are never active, so Qt would not.
"""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from regviz.gui.stage.keys import STAGE_KEYS, STANDS_FOR
from regviz.gui.window.editors import Revocable
from regviz.gui.window.keys import KEYS
from tests.gui.stage.conftest import LECTURE
from tests.gui.window.waiting import shown

WRITTEN = {
    key for keys in (KEYS, STAGE_KEYS) for each in keys for key in each.keys if len(key.removeprefix("Shift+")) == 1
}
TYPED = WRITTEN | {
    "Space", "9", "Left", "Shift+Left", "Ctrl+Left", "Right", "Shift+Right", "Ctrl+Right", "Home", "End", "Return",
    "Enter", "Backspace", "Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+Y", "Ctrl+C",
}  # fmt: skip
"""What whoever types in a box means for the box: characters, moving about in it, undo, copy, and the end of typing."""
SLID = {"Left", "Shift+Left", "Ctrl+Left", "Right", "Shift+Right", "Ctrl+Right", "Home", "End"}
KEPT = {"slider": SLID, "side slider": SLID, "text": TYPED, "number": TYPED, "whole": TYPED, "picture": {"0"},
        "movable": {"0", "M", "Shift+M", "Return", "Enter", *SLID} - {"Home", "End"}}  # fmt: skip

MEANT = {"0", "Return", "Enter"}
"""What a picture with the focus takes in the window and leaves to the lecture on stage."""


def places(window):
    """The controls that can have the focus, by kind."""
    fields = window.side.fields
    return {
        "slider": window.main_slider(), "side slider": fields["alpha"].editor.slider,
        "text": fields["note"].editor.line, "number": fields["alpha"].editor.box, "whole": fields["n"].editor.box,
        "picture": window.view.views["coefficients"], "movable": window.view.views["path"],
    }  # fmt: skip


def event(kind, text):
    combination = QKeySequence(text)[0]
    key, modifiers = combination.key(), combination.keyboardModifiers()
    letter = {"Space": " "}.get(text, text.lower() if len(text) == 1 else "")
    shifted = text.removeprefix("Shift+")
    return QKeyEvent(kind, key, modifiers, shifted if len(shifted) == 1 < len(text) else letter)


def strike(window, control, text, typed=False):
    """Press the key of that name with the focus on ``control``, where nothing or something has been typed."""
    control.setFocus()
    if isinstance(control, Revocable) and not typed:
        control.revoke()
    first = event(QEvent.Type.ShortcutOverride, text)
    first.ignore()
    QApplication.sendEvent(control, first)
    found = [s for s in window.findChildren(QShortcut) if s.key() == QKeySequence(text)]
    if found and not first.isAccepted():
        found[0].activated.emit()
    else:
        QApplication.sendEvent(control, event(QEvent.Type.KeyPress, text))


def spelled(keys):
    """(command, key) of every key, of a row of digits its first and last."""
    return [(key.name, text) for key in keys for text in ((key.keys[0], "9") if key.digits else key.keys)]


@pytest.fixture
def heard(window, monkeypatch):
    """The names of the commands that the window has heard."""
    names = []
    for name in window.commands:
        monkeypatch.setitem(window.commands, name, lambda *numbers, name=name: names.append(name))
    window.session.set({"penalty": "ridge"})
    shown(window)
    window.side.show()
    return names


@pytest.mark.parametrize("kind", KEPT)
def test_every_key_of_the_help_goes_to_the_control_that_means_it_or_to_the_window(window, heard, kind):
    control, wrong = places(window)[kind], []
    for name, text in spelled(KEYS):
        heard.clear()
        strike(window, control, text)
        if heard != ([] if text in KEPT[kind] else [name]):
            wrong.append((text, name, list(heard)))
    assert not wrong


@pytest.mark.parametrize("kind", ["text", "number", "whole", "read-out"])
def test_esc_takes_back_what_is_typed_and_then_is_the_windows(window, heard, kind):
    box = (places(window) | {"read-out": window.header.main.readout.box})[kind]
    before, state = box.text(), window.session.state
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "7")
    assert box.text() != before
    strike(window, box, "Esc", typed=True)
    assert (box.text(), heard) == (before, [])
    strike(window, box, "Esc")
    assert heard == ["cancel"]
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert window.session.state == state


@pytest.mark.parametrize("kind", KEPT)
def test_every_key_of_the_stage_goes_there_unless_somebody_types(make, monkeypatch, kind):
    """No picture keeps one: the lecture's Return and digits stay with whoever speaks."""
    window = make(lecture=LECTURE)
    window.session.set({"penalty": "ridge"})
    shown(window)
    window.call("present")
    window.session.set({"penalty": "ridge"})
    shown(window)
    window.side.show()
    heard, wrong = [], []
    for key in STAGE_KEYS:
        monkeypatch.setattr(window.stage.hands, key.name, lambda *digits, name=key.name: heard.append(name))
    window.stand_ins = {name: getattr(window.stage.hands, method) for name, method in STANDS_FOR.items()}
    control = places(window)[kind]
    kept = KEPT[kind] - (MEANT if kind in ("picture", "movable") else set())
    for name, text in spelled(STAGE_KEYS):
        heard.clear()
        strike(window, control, text)
        if heard != ([] if text in kept else [name]):
            wrong.append((text, name, list(heard)))
    assert not wrong
