"""The window as a whole: states reach the screen, undo and files work through it, and failures stay in the banner."""

import gc
import os
import signal
import sys
import threading
import time
import weakref

import pytest
from PySide6.QtCore import Qt, QUrl, qWarning
from PySide6.QtGui import QColor, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from regviz.gui.canvas.theme import THEMES
from regviz.gui.window import run
from regviz.gui.window.bridge import FULL
from regviz.gui.window.journal import LARGEST, Hooks, Journal
from regviz.gui.window.keys import KEYS, written
from regviz.gui.window.settings import SCALES, THEME_CHOICES, Settings
from regviz.lab import Gesture
from tests.gui.window.waiting import destroy, shown, until
from tests.toy_lab import LABS, State, Toy, drill, frame_of, toy


def press(window, key, modifier=Qt.KeyboardModifier.NoModifier, on=None):
    QTest.keyClick(on or window, key, modifier)


def shortcut(window, text):
    """Fire the window's shortcut of that key; offscreen windows are never active, so Qt would not."""
    found = [s for s in window.findChildren(QShortcut) if s.key() == QKeySequence(text)]
    assert len(found) == 1, text
    found[0].activated.emit()


# States and frames.


def test_slider_storm_ends_on_the_last_state(window):
    slider = window.header.main.slider
    for step in range(1_000):
        slider.go(slider.value_at(step / 999), False)
        if step % 50 == 0:
            QApplication.processEvents()
    assert shown(window).readout("lam") == 10.0
    assert window.header.main.readout.box.text() == "10.0"
    window.session.settle()
    window.session.undo()
    assert window.session.state == State(), "a drag is one entry"


def test_frame_fills_header_and_footer(window):
    frame = window.shown.frame
    assert window.header.subtitle.text() == frame.subtitle
    assert window.footer.caption.text() == frame.caption
    assert "exact zeros 0" in window.footer.readouts.text()
    assert window.footer.badge.text().startswith("✓ KKT residual")
    assert not window.footer.progress.isVisible()


def test_badge_says_when_a_picture_is_not_certified(window):
    import dataclasses

    faulty = dataclasses.replace(window.shown.frame.certificate, value=1e-3)
    window.footer.show_frame(dataclasses.replace(window.shown.frame, certificate=faulty))
    assert window.footer.badge.text().startswith("✗")
    assert "not certified" in window.footer.badge.toolTip()


def test_pictures_keep_four_fifths_of_the_window(window):
    for size in ((1920, 1080), (1280, 720), (3840, 2160)):
        window.resize(*size)
        QApplication.processEvents()
        assert window.view.width() * window.view.height() >= 0.8 * size[0] * size[1], size


def test_labs_keep_their_states(window):
    window.session.set({"lam": 2.0})
    window.edits.choose(drill)
    assert window.session.state == State()
    shown(window)
    window.edits.choose(toy)
    assert shown(window).readout("lam") == 2.0


def test_drag_on_a_picture_is_an_edit(window):
    drag = {"panel": "path", "mark": "cursor", "index": -1, "x": 1.0, "y": 0.0, "from_x": 0.5, "from_y": 0.0}
    window.view.gesture.emit(Gesture(kind="drag", finished=False, **drag))
    window.view.gesture.emit(Gesture(kind="drag", **drag | {"x": 3.0}))
    assert window.session.state.lam == 3.0
    window.view.intent.emit({"lam": 4.0}, True)
    assert window.session.state.lam == 4.0
    window.session.undo()
    window.session.undo()
    assert window.session.state == State()


# Keys.


def test_every_key_is_bound_and_listed_in_the_help(window):
    labels = [label.text() for label in window.help.findChildren(QLabel)]
    for key in KEYS:
        assert callable(window.commands[key.name])
        assert key.words in labels
        assert written(key) in labels


def test_no_key_is_bound_twice():
    every = [QKeySequence(text).toString() for key in KEYS for text in key.keys]
    assert len(set(every)) == len(every)
    assert len({key.name for key in KEYS}) == len(KEYS)


def test_undo_and_redo_by_keys(window):
    press(window, Qt.Key.Key_End)
    window.session.settle()
    press(window, Qt.Key.Key_Home)
    shortcut(window, "Ctrl+Z")
    assert window.session.state.lam == 10.0
    shortcut(window, "Ctrl+Z")
    assert window.session.state.lam == 0.1
    shortcut(window, "Ctrl+Shift+Z")
    shortcut(window, "Ctrl+Y")
    assert window.session.state.lam == 1e-3
    assert shown(window).readout("lam") == 1e-3
    shortcut(window, "Ctrl+R")
    assert window.session.state == State()


def test_burst_of_arrow_keys_is_one_entry(window):
    for _ in range(5):
        press(window, Qt.Key.Key_Right)
    assert window.session.state.lam > 0.1
    window.session.undo()
    assert window.session.state == State()


def test_keys_that_a_focused_control_takes_do_not_reach_the_window(window):
    window.looks.fold("controls")
    line = window.side.fields["note"].editor.line
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Home, Qt.Key.Key_2, Qt.Key.Key_Period):
        press(window, key, on=line)
    assert not window.player.playing
    assert window.session.lab is toy
    assert sorted(line.text()) == [" ", ".", "2"]


def test_digits_and_page_keys_change_the_lab(window):
    press(window, Qt.Key.Key_2)
    assert window.session.lab is drill
    assert window.rail.buttons["drill"].isChecked()
    press(window, Qt.Key.Key_9)
    assert window.session.lab is drill
    shortcut(window, "PgDown")
    assert window.session.lab is toy
    shortcut(window, "PgUp")
    assert window.session.lab is drill


def test_escape_closes_what_is_open_then_stops_computing(window):
    shortcut(window, "F1")
    assert window.help.isVisible()
    window.banner.say("Something.")
    shortcut(window, "Esc")
    assert not window.help.isVisible()
    assert window.banner.isVisible()
    shortcut(window, "Esc")
    assert not window.banner.isVisible()
    shortcut(window, "Esc")
    assert not window.footer.progress.isVisible()


# Play.


def test_space_sweeps_the_slider_up_and_down(window):
    press(window, Qt.Key.Key_Space)
    assert window.player.playing
    slider, shares = window.header.main.slider, []
    for _ in range(80):
        window.player.advance(slider, 0.25)
        shares.append(slider.share)
    assert max(shares) == 1.0
    assert min(shares) == 0.0
    press(window, Qt.Key.Key_Space)
    assert not window.player.playing
    window.session.undo()
    assert window.session.state == State(), "a sweep is one entry"


def test_hand_on_the_slider_ends_a_sweep(window):
    window.commands["play"]()
    window.header.main.slider.go(1.0, True)
    assert not window.player.playing


def test_training_plays_pauses_steps_and_restarts(window):
    window.edits.choose(drill)
    assert shown(window).readout("step") == 0
    window.commands["play"]()
    assert until(lambda: window.shown.frame.readout("step") >= 5)
    window.session.set({"lam": 2.0})
    assert until(lambda: window.shown.frame.readout("lam") == 2.0)
    assert window.shown.frame.readout("step") > 5, "λ changes during training"
    window.commands["play"]()
    assert not window.player.playing
    until(lambda: False, 0.15)
    at = window.shown.frame.readout("step")
    window.commands["step_back"]()
    assert until(lambda: window.shown.frame.readout("step") == at - 1)
    window.commands["step_forward"]()
    assert until(lambda: window.shown.frame.readout("step") == at)
    window.commands["restart"]()
    assert until(lambda: window.shown.frame.readout("step") == 0)


def test_end_of_training_shows_in_the_button(window):
    window.edits.choose(drill)
    shown(window)
    buttons = window.header.main.transport.buttons
    for _ in range(5):
        buttons["faster"].click()
    assert window.header.main.transport.speed.text() == "32×"
    buttons["play"].click()
    assert window.header.main.transport.buttons["play"].text() == "❚❚"
    assert until(lambda: not window.player.playing)
    assert window.header.main.transport.buttons["play"].text() == "▶"
    assert window.shown.frame.readout("step") == 399


# Failures.


@pytest.mark.parametrize(("fault", "words"), [
    ("raise", "ZeroDivisionError"), ("raise later", "ZeroDivisionError"), ("sentence", "no column 'y'"),
])  # fmt: skip
def test_failing_lab_leaves_the_picture_and_the_other_labs(window, fault, words):
    window.session.set({"fault": fault})
    assert until(window.banner.isVisible)
    assert words in window.banner.words.text()
    assert "regviz.log" in window.banner.words.text()
    assert window.view.frame is window.shown.frame
    assert "Traceback" in window.journal.file.read_text()
    window.edits.choose(drill)
    shown(window)
    window.edits.choose(toy)
    window.session.set({"fault": "none"})
    shown(window)
    assert not window.banner.isVisible()


def test_failing_gesture_and_thread_and_qt_warning_reach_the_banner(window):
    hooks = Hooks(window.journal)
    hooks.said.connect(window.banner.say)
    hooks.install()
    try:
        sys.excepthook(KeyError, KeyError("gesture"), None)
        assert "KeyError: 'gesture'" in window.banner.words.text()
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        assert until(lambda: "division by zero" in window.banner.words.text())
        qWarning("a warning of Qt's")
        assert "a warning of Qt's" in window.banner.words.text()
    finally:
        hooks.remove()
    text = window.journal.file.read_text()
    assert "division by zero" in text
    assert "a warning of Qt's" in text


def test_painting_that_fails_leaves_its_details_in_the_log(window, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("brush")

    hooks = Hooks(window.journal)
    hooks.install()
    try:
        monkeypatch.setattr("regviz.gui.canvas.panel.finish", fail)
        window.view.views["path"].viewport().repaint()
    finally:
        hooks.remove()
    assert "could not be painted" in window.banner.words.text()
    assert "ZeroDivisionError: brush" in window.journal.file.read_text()


@pytest.mark.parametrize(("error", "said"), [
    (ValueError("first\nsecond"), "ValueError: first."), (KeyError(), "KeyError."),
    (ValueError("Whole."), "ValueError: Whole."), (RuntimeError("x" * 9000), "…."),
])  # fmt: skip
def test_stray_errors_are_one_short_sentence(window, error, said):
    hooks = Hooks(window.journal)
    hooks.said.connect(window.banner.report)
    hooks.install()
    try:
        sys.excepthook(type(error), error, None)
    finally:
        hooks.remove()
    words = window.banner.words.text()
    assert words.startswith("Something failed inside the program: ") and said in words
    assert "\n" not in words and len(words) < 500


def test_log_is_bounded_and_does_without_a_folder(tmp_path, capsys):
    journal = Journal(tmp_path / "log" / "regviz.log")
    journal.write("x" * (LARGEST + 1))
    journal.write("new")
    assert journal.file.read_text().endswith(" new\n")
    assert journal.file.stat().st_size < 100
    Journal(tmp_path / "log" / "regviz.log" / "below").write("lost")
    assert "lost" in capsys.readouterr().err


# Looks and settings.


def test_themes_reach_every_part(window):
    window.settings.theme = "system"
    seen = []
    for _ in THEME_CHOICES:
        window.commands["theme"]()
        seen.append(window.settings.theme)
        QApplication.processEvents()
        corner = window.grab().toImage().pixelColor(window.width() - 3, 3)
        assert corner == QColor(window.looks.theme.background)
    assert sorted(seen) == sorted(THEME_CHOICES)
    window.settings.theme = "dark"
    window.looks.apply()
    assert window.looks.theme is THEMES["dark"]


def test_text_size_grows_shrinks_and_stops(window):
    size = window.header.title.font().pixelSize()
    for _ in range(20):
        window.commands["larger"]()
    assert window.settings.scale == max(SCALES)
    assert window.header.title.fontMetrics().height() > size
    for _ in range(20):
        window.commands["smaller"]()
    assert window.settings.scale == min(SCALES)
    window.commands["normal"]()
    assert window.settings.scale == 1.0


def test_folded_panels_theme_and_geometry_are_remembered(make):
    first = make()
    first.commands["notes"]()
    first.commands["controls"]()
    first.commands["labs"]()
    first.settings.theme = "projector"
    first.resize(700, 560)
    first.close()
    second = make(size=None)
    assert second.looks.theme is THEMES["projector"]
    assert (second.width(), second.height()) == (700, 560)
    assert second.notes.isVisible()
    assert second.side.isVisible()
    assert second.rail.wide


def test_broken_settings_count_as_none(tmp_path):
    file = tmp_path / "s.ini"
    file.write_text("[General]\ntheme=pink\nscale=NaN\ngeometry=7\n[open]\nnotes=maybe\n")
    settings = Settings(file)
    assert (settings.theme, settings.scale, settings.geometry.isEmpty()) == ("system", 1.0, True)
    assert not settings.is_open("notes")


def test_notes_fall_back_to_the_summary_and_jump_by_links(window):
    assert "A lab for tests." in window.notes.page.toPlainText()
    window.notes._follow(QUrl("lab:drill?lam=2.5&penalty=ridge"))
    assert window.session.lab is drill
    assert window.session.state == State(lam=2.5, penalty="ridge")
    window.notes._follow(QUrl("lab:drill?lam=wrong"))
    assert "lam must be a number" in window.banner.words.text()
    window.notes._follow(QUrl("lab:nowhere"))
    assert "no lab 'nowhere'" in window.banner.words.text()
    assert window.session.lab is drill


# The end.


class Endless(Toy):
    """Computes until it is stopped."""

    def frames(self, state):
        number = 0
        while True:
            yield frame_of(state, number)
            number += 1


def test_window_closes_while_computing(make):
    threads = threading.active_count()
    for _ in range(20):
        window = make(Endless())
        assert until(lambda window=window: window.shown is not None)
        window.header.main.slider.go(1.0, False)
        start = time.monotonic()
        destroy(window)
        assert time.monotonic() - start < 5.0
    assert threading.active_count() == threads
    assert gc.isenabled()


def test_garbage_is_collected_in_the_window_thread_only(window):
    assert not gc.isenabled()
    places = []

    def hear(phase, info):
        places.append(threading.current_thread())

    gc.callbacks.append(hear)
    try:
        keep = [[] for _ in range(2_000)]
        window.collector.collect()
    finally:
        gc.callbacks.remove(hear)
    assert len(keep) == 2_000
    assert set(places) == {threading.main_thread()}


def test_collections_leave_out_what_the_program_is_made_of_and_find_newer_garbage(make):
    class Ring:
        def __init__(self):
            self.self = self

    window, found = make(), []
    gc.callbacks.append(hear := lambda phase, info: found.append(info["generation"]))
    try:
        for _ in range(FULL):
            window.collector.collect()
        assert gc.get_freeze_count() > 10_000
        assert 2 not in found
        lost, keep = weakref.ref(Ring()), [[] for _ in range(2_000)]
        while 2 not in found:
            keep.append([[] for _ in range(2_000)])
            window.collector.collect()
    finally:
        gc.callbacks.remove(hear)
    assert lost() is None
    destroy(window)
    assert gc.get_freeze_count() == 0


def test_run_opens_a_window_and_ends_with_it(monkeypatch):
    from PySide6.QtCore import QTimer

    from regviz.gui.window import app

    monkeypatch.setattr(app, "labs", lambda: LABS)
    monkeypatch.setattr(app, "find", lambda name: {lab.name: lab for lab in LABS}[name])
    seen = []

    def close():
        for window in QApplication.topLevelWidgets():
            if isinstance(window, app.MainWindow):
                seen.append((window.session.lab.name, window.session.state.lam, window.journal.file))
                window.close()

    hooks = sys.excepthook, threading.excepthook, signal.getsignal(signal.SIGINT)
    QTimer.singleShot(300, close)
    assert run("drill", State(lam=3.0)) == 0
    assert [(name, lam) for name, lam, _ in seen] == [("drill", 3.0)]
    assert str(seen[0][2]).startswith(os.environ["XDG_DATA_HOME"])
    assert (sys.excepthook, threading.excepthook, signal.getsignal(signal.SIGINT)) == hooks


def test_without_a_display_a_sentence_and_no_window(monkeypatch, capsys):
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    assert run("toy", None) == 3
    said = capsys.readouterr().err
    assert said.startswith("regviz: There is no display")
    assert said.count("\n") == 1


def test_esc_before_the_first_picture_goes_back_to_what_is_on_the_screen(window):
    lab, state, frame = window.session.lab, window.session.state, window.view.frame
    window.edits.choose(next(other for other in window.labs if other is not lab))
    window.call("cancel")
    assert (window.session.lab, window.session.state) == (lab, state)
    shown(window)
    window.session.set({"n": 77})
    window.call("cancel")
    assert window.session.state == state
    assert shown(window).caption == frame.caption
    window.call("undo")
    assert window.session.state.n == 77


def test_a_drag_on_a_card_of_the_lab_before_changes_nothing(window):
    window.edits.drag({"a_field_of_another_lab": 3.0}, True)
    assert window.session.state == window.session.lab.State() and not window.banner.isVisible()
