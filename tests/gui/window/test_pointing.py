"""What pointing at a picture does to the state: cursors of whole numbers, and clicks that lead to another lab."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from regviz.engine import Finished
from regviz.gui.canvas.keyboard import Keyboard
from regviz.lab import WHOLE, Frame, Gesture, controls
from tests.gui.window.waiting import shown, until
from tests.toy_lab import Toy, drill, toy

CLICK = Gesture(kind="click", panel="coefficients", mark="bars", index=1, x=1.0, y=0.0, from_x=1.0, from_y=0.0)


def test_cursor_of_a_whole_number_stops_at_the_nearest_one_within_bounds(window):
    for at, count in ((100.4, 100), (100.6, 101), (-7.0, 2), (1e9, 500)):
        window.view.intent.emit({"n": at}, True)
        assert window.session.state.n == count
    window.view.intent.emit({"lam": 4.25}, True)
    assert window.session.state.lam == 4.25
    assert window.banner.isHidden()


def test_drag_of_a_cursor_is_one_entry(window):
    for at in (70.2, 90.7, 110.1):
        window.view.intent.emit({"n": at}, at == 110.1)
    assert window.session.undo()
    assert window.session.state.n == 60
    assert not window.session.can_undo


def arrows(window, *keys, panel="path"):
    """Press keys in a panel as one burst, however slow the machine is."""
    window.edits._quiet.setInterval(1_000_000)
    view = window.view.views[panel]
    for key in keys:
        QTest.keyClick(view, key)
        shown(window)
    return window.session.state.lam


def test_a_burst_of_arrows_on_a_panel_is_one_entry_and_the_next_burst_another(window):
    before = window.session.state
    first = arrows(window, *[Qt.Key.Key_Right] * 4, Qt.Key.Key_Left)
    assert first > before.lam
    window.edits._quiet.timeout.emit()
    second = arrows(window, *[Qt.Key.Key_Up] * 3)
    assert second > first
    for expected in (first, before.lam):
        assert window.session.undo()
        assert window.session.state.lam == expected
    assert not window.session.can_undo
    assert window.session.redo()
    assert window.session.state.lam == first


def test_arrows_that_come_back_leave_no_entry(window):
    before = window.session.state
    assert arrows(window, Qt.Key.Key_Right, Qt.Key.Key_Left) == pytest.approx(before.lam, rel=1e-4)
    window.session.set({"lam": before.lam}, finished=False)
    window.edits._quiet.timeout.emit()
    assert not window.session.can_undo


def test_what_the_keys_hold_is_one_entry(window):
    view, before = window.view.views["path"], window.session.state
    QTest.keyClick(view, Qt.Key.Key_A)
    while view.findChild(Keyboard).aim.at[0] > view.place.x.px(before.lam) + 5.0:
        QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_H)
    assert arrows(window, *[Qt.Key.Key_Right] * 3) > before.lam
    window.edits._quiet.timeout.emit()
    assert arrows(window, Qt.Key.Key_Right) > before.lam
    QTest.keyClick(view, Qt.Key.Key_H)
    assert window.session.undo()
    assert window.session.state == before
    assert not window.session.can_undo


def test_click_that_leads_to_another_lab_goes_there_in_its_state(window, monkeypatch):
    monkeypatch.setattr(Toy, "link", lambda self, state, gesture: ("drill", {"lam": "2.5"}))
    window.view.gesture.emit(CLICK)
    assert (window.session.lab.name, window.session.state.lam) == ("drill", 2.5)


def test_pictures_of_the_lab_before_change_nothing(window, monkeypatch):
    window.edits.choose(drill)
    assert window.shown.lab is toy
    before = window.session.state
    monkeypatch.setattr(type(drill), "gesture", lambda self, state, gesture: {"lam": 9.0})
    monkeypatch.setattr(type(drill), "link", lambda self, state, gesture: ("toy", {}))
    window.view.intent.emit({"lam": 3.0, "n": 70.0, "field of toy alone": 1.0}, True)
    window.view.gesture.emit(CLICK)
    assert window.session.lab is drill
    assert window.session.state == before


@pytest.fixture
def asked(monkeypatch):
    """The states that the toy lab is asked about."""
    found = []
    for name in ("gesture", "link"):
        monkeypatch.setattr(Toy, name, lambda self, state, gesture: found.append(state))
    monkeypatch.setattr(Toy, "snippets", lambda self, state: found.append(state))
    return found


OTHERS = [control for control in controls(Toy.State) if control.kind != "text" and control.place != "main"]


@pytest.mark.parametrize("control", OTHERS, ids=[control.name for control in OTHERS])
def test_a_picture_of_another_state_is_not_asked_about(window, asked, control):
    before = getattr(window.session.state, control.name)
    window.session.set({"lam": 2.0})
    window.view.gesture.emit(CLICK)
    assert len(asked) == 2
    window.session.set({control.name: next(value for value in _values(control) if value != before)})
    window.view.gesture.emit(CLICK)
    window.call("copy_code")
    assert len(asked) == 2
    assert "no picture of this state" in window.footer.caption.text()
    window.view.gesture.emit(replace(CLICK, kind="drag"))
    assert len(asked) == (2 if control.place == "data" else 4)


def _values(control):
    return control.choices or ((True, False) if control.kind == "bool" else (control.low, control.high))


def test_a_picture_that_is_on_its_way_is_not_asked_about(window, asked):
    window.bridge.awaited.emit(replace(window.shown, frame=Frame(panels=(), readouts=(), caption="Fitting.")))
    window.view.gesture.emit(CLICK)
    window.call("copy_code")
    assert not asked
    window.bridge.framed.emit(window.shown)
    window.view.gesture.emit(CLICK)
    assert len(asked) == 2


def test_what_has_failed_is_asked_about_unless_its_data_are_others(window, asked, monkeypatch):
    def fail(self, state):
        raise ValueError("There are no rows left.")
        yield

    monkeypatch.setattr(Toy, "frames", fail)
    window.session.set({"penalty": "ridge"})
    assert until(window.banner.isVisible)
    window.view.gesture.emit(CLICK)
    assert len(asked) == 2
    window.session.set({"standardize": False})
    assert until(lambda: not window.edits.due)
    window.view.gesture.emit(CLICK)
    assert len(asked) == 2


def test_a_picture_of_the_past_that_is_stepped_back_to_is_asked_about(window, asked):
    past = replace(window.shown, state=replace(window.shown.state, penalty="ridge"))
    window.bridge.framed.emit(past)
    window.view.gesture.emit(CLICK)
    window.call("copy_code")
    assert len(asked) == 3


def test_the_end_of_what_was_before_is_not_that_of_what_is_due(window, asked):
    ended = Finished(window.shown.serial, window.session.lab)
    window.session.set({"penalty": "ridge"})
    window.bridge.rested.emit(ended)
    window.view.gesture.emit(CLICK)
    assert not asked
    shown(window)
    window.view.gesture.emit(CLICK)
    assert len(asked) == 2


def test_a_number_half_typed_is_not_for_the_next_lab(window):
    window.call("controls")
    for find in (lambda: window.header.main.readout.box, lambda: window.side.fields["n"].editor.box):
        box = find()
        box.setFocus()
        QTest.keyClicks(box, "7")
        window.edits.choose(drill)
        assert window.session.state == drill.State()
        assert window.banner.isHidden()
        window.edits.choose(toy)
        window.session.reset(toy.State())


def test_click_that_leads_nowhere_stays(window):
    window.view.gesture.emit(CLICK)
    assert window.session.lab.name == "toy"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_return_goes_where_the_picture_as_a_whole_leads(window, monkeypatch, key):
    QTest.keyClick(window, key)
    assert window.session.lab.name == "toy"
    monkeypatch.setattr(Toy, "link", lambda self, state, gesture: ("drill", {}) if gesture is WHOLE else None)
    QTest.keyClick(window, key)
    assert window.session.lab.name == "drill"
    window.edits.choose(toy)
    assert window.session.lab is toy
