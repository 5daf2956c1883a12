"""Snapshots bring states back, can be removed, and become the steps of a lecture."""

import dataclasses

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from regviz.gui.tools.snapshots import MOST
from regviz.lab.lecture import MAX_STEPS, Step, scenes
from tests.gui.window.waiting import shown
from tests.toy_lab import LABS, State, drill, toy


def keep(window, **changes):
    if changes:
        window.session.set(changes)
    shown(window)
    window.call("keep")


def test_a_key_keeps_and_keys_bring_back(window):
    keep(window)
    keep(window, lam=2.0, penalty="ridge")
    window.edits.choose(drill)
    keep(window, seed=7)
    strip = window.tools.snapshots
    assert strip.isVisible()
    assert [s.words for s in strip.kept] == ["λ = 0.100 · lasso", "λ = 2.00 · ridge", "λ = 0.100 · lasso"]
    assert all(not s.picture.isNull() for s in strip.kept)
    states = [(toy, State()), (toy, State(lam=2.0, penalty="ridge")), (drill, State(seed=7))]
    seen = []
    for name in ("next_kept", "next_kept", "next_kept", "previous_kept", "previous_kept"):
        window.call(name)
        shown(window)
        seen.append((window.session.lab, window.session.state))
    assert seen == [states[0], states[1], states[2], states[1], states[0]]
    window.session.undo()
    assert window.session.state != states[0][1] or window.session.lab is not toy, "an edit like any other"


def test_captions_are_no_wider_than_their_pictures(window):
    keep(window)
    strip = window.tools.snapshots
    strip.keep(dataclasses.replace(strip.kept[0], words="a caption of very many words " * 4))
    window.call("larger")
    wide = strip.strip.iconSize().width()
    for row in range(2):
        words = strip.strip.item(row).text()
        assert words and strip.strip.fontMetrics().horizontalAdvance(words) <= wide


def test_enter_a_click_and_delete_in_the_strip(window):
    for lam in (0.5, 1.0, 2.0):
        keep(window, lam=lam)
    strip = window.tools.snapshots
    window.call("strip")
    assert not strip.isVisible()
    window.call("strip")
    strip.strip.setCurrentRow(0)
    QTest.keyClick(strip.strip, Qt.Key.Key_Return)
    assert window.session.state.lam == 0.5
    QTest.keyClick(strip.strip, Qt.Key.Key_Right)
    QTest.keyClick(strip.strip, Qt.Key.Key_Delete)
    assert [s.state.lam for s in strip.kept] == [0.5, 2.0]
    assert window.session.state.lam == 0.5, "removing shows nothing"
    spot = strip.strip.visualItemRect(strip.strip.item(1)).center()
    QTest.mouseClick(strip.strip.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert window.session.state.lam == 2.0
    for _ in range(4):
        strip.buttons["remove"].click()
    assert not strip.kept and strip.at == -1 and not strip.buttons["remove"].isEnabled()
    window.call("next_kept")
    assert window.session.state.lam == 2.0


def test_letters_go_on_to_the_window(window):
    keep(window)
    window.tools.snapshots.strip.setFocus()
    QTest.keyClick(window.tools.snapshots.strip, Qt.Key.Key_K)
    assert len(window.tools.snapshots.kept) == 2


def test_the_oldest_goes_when_there_are_too_many(window):
    for number in range(MOST + 3):
        window.tools.keep()
        window.tools.snapshots.kept[-1] = number
    assert window.tools.snapshots.kept == list(range(3, MOST + 3))
    assert window.tools.snapshots.strip.count() == MOST


def test_snapshots_become_a_lecture(window):
    keep(window, lam=0.5)
    keep(window, lam=3.0)
    window.edits.choose(drill)
    keep(window, seed=4)
    window.call("kept_to_lecture")
    lecture = window.recording.recorder.lecture
    assert [(s.lab, s.state) for s in scenes(lecture, LABS)] == [
        (s.lab, s.state) for s in window.tools.snapshots.kept
    ]
    assert lecture.steps[1].caption == "At λ = 3 the first coefficient is 0."
    window.recording.recorder.open(type(lecture)("", ()), None)


def test_a_full_lecture_takes_no_more(window):
    keep(window)
    steps = (Step("toy"),) * MAX_STEPS
    recorder = window.recording.recorder
    recorder.open(type(recorder.lecture)("Full", steps), None)
    window.call("kept_to_lecture")
    assert window.banner.isVisible() and len(recorder.lecture.steps) == MAX_STEPS


def test_the_strip_is_not_on_stage(window):
    keep(window)
    window.recording.recorder.open(type(window.recording.recorder.lecture)("One", (Step("toy"),)), None)
    window.call("present")
    assert not window.tools.snapshots.isVisible()
    window.call("next_kept")
    window.stage.leave()
    assert window.tools.snapshots.isVisible()
