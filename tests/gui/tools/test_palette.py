"""The palette finds every command, lab, control, lecture and recent file by a few letters, by the keyboard alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from regviz import lectures
from regviz.gui.tools.entries import everything, fields
from regviz.gui.tools.fuzzy import plain, score
from regviz.gui.tools.palette import MOST, Entry, Palette, matching
from regviz.gui.window.keys import KEYS
from regviz.gui.window.settings import MOST_RECENT, Settings
from regviz.lab.document import dump
from regviz.lab.lecture import Step
from tests.gui.window.waiting import shown
from tests.toy_lab import State, drill, toy

WORDS = st.text("abcde éA", min_size=1, max_size=12).filter(str.strip)


# Matching.


@given(WORDS, st.text("abcde éA", max_size=30))
def test_what_fits_has_its_letters_in_order(typed, text):
    def inside(word):
        letters = iter(plain(text))
        return all(letter in letters for letter in word)

    assert (score(typed, text) is not None) == all(inside(word) for word in plain(typed).split())


@given(WORDS, st.text("xyz ", max_size=9), st.text("xyz ", max_size=9))
def test_a_line_that_holds_the_words_fits(typed, before, after):
    assert score(typed, f"{before}{typed}{after}") is not None


@pytest.mark.parametrize(("typed", "better", "worse"), [
    ("elastic", "Elastic net", "A classic"), ("noise", "Noise", "No dice"), ("exp", "Export it", "The next step"),
    ("copy py", "Copy Python that draws", "Copy the picture, happy"), ("größe", "Größe", "Gro sse"),
])  # fmt: skip
def test_beginnings_of_words_come_first(typed, better, worse):
    good, bad = score(typed, better), score(typed, worse)
    assert good is not None and (bad is None or good > bad)


def test_words_count_more_than_hints():
    one, two = Entry("Command", "Open a file", "Ctrl+O", print), Entry("Lab", "Dropout", "open", print)
    assert matching([two, one], "open") == [one, two]
    assert matching([two, one], "") == [two, one]
    assert matching([two, one], "zz") == []


# In the window.


def find(window):
    window.call("palette")
    return window.findChildren(Palette)[-1]


def choose(palette, typed):
    QTest.keyClicks(palette.line, typed)
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    QApplication.processEvents()


def test_everything_is_in_it(window):
    words = [(entry.kind, entry.words) for entry in everything(window)]
    for key in KEYS:
        if key.name not in ("palette", "recent", "lab_by_number"):
            assert ("Command", key.words) in words
    assert ("Lab", "Drill") in words
    assert ("Control", "Noise") not in words
    assert {entry.words for entry in fields(window)} >= {"Lam λ", "Penalty", "Seed", "Standardize"}
    assert "Alpha α" not in {entry.words for entry in fields(window)}, "it has no effect under the lasso"
    for name in lectures.names():
        assert ("Lecture", lectures.find(name).title) in words


def test_each_command_is_found_by_its_own_words(window):
    entries = everything(window)
    for key in KEYS:
        if key.name not in ("palette", "recent", "lab_by_number"):
            assert matching(entries, key.words)[0].words == key.words


def test_by_keyboard_alone(window):
    choose(find(window), "drill")
    assert window.session.lab is drill
    shown(window)
    palette = find(window)
    QTest.keyClicks(palette.line, "lab")
    first, second = palette.found[0], palette.found[1]
    for key, row in ((Qt.Key.Key_Down, 1), (Qt.Key.Key_Up, 0), (Qt.Key.Key_PageDown, None), (Qt.Key.Key_PageUp, 0)):
        QTest.keyClick(palette.line, key)
        assert row is None or palette.list.currentRow() == row
    assert palette.line.accessibleDescription() == first.line != second.line
    QTest.keyClick(palette.line, Qt.Key.Key_Escape)
    assert not palette.isVisible() and window.session.lab is drill


def test_nothing_fits(window):
    palette = find(window)
    choose(palette, "qqqq")
    assert palette.isVisible() and palette.none.isVisible() and palette.list.count() == 0
    palette.reject()


@pytest.mark.parametrize("typed", ["seed", "standardize", "note", "dataset", "penalty"])
def test_a_control_gets_the_focus_and_is_seen(window, typed):
    choose(find(window), typed)
    QApplication.processEvents()
    part = window.focusWidget()
    place = window.header.mode if typed == "penalty" else window.side.fields[typed]
    assert place.isAncestorOf(part) and part.isVisible()


def test_a_control_of_a_lab_that_has_gone_meanwhile_does_nothing(window):
    palette = find(window)
    palette.line.setText("standardize")
    window.edits.choose(next(lab for lab in window.labs if lab is not window.session.lab))
    shown(window)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    palette.do()
    QApplication.processEvents()
    assert not palette.isVisible() and not window.banner.isVisible()


def test_on_stage_there_are_commands_only(window):
    window.recording.recorder.open(type(window.recording.recorder.lecture)("One", (Step("toy"),)), None)
    window.call("present")
    assert {entry.kind for entry in everything(window)} == {"Command"}
    window.stage.leave()


def test_many_entries_show_the_best(window):
    entries = [Entry("Kind", f"Entry {number}", "", print) for number in range(3 * MOST)]
    palette = Palette(window, entries)
    assert palette.list.count() == MOST
    palette.line.setText("entry 177")
    assert palette.found[0].words == "Entry 177"
    palette.deleteLater()


# Recent files.


def test_recent_files_latest_first_without_those_gone(tmp_path):
    settings = Settings(tmp_path / "s.ini")
    assert settings.recent == ()
    files = [tmp_path / f"{number} ä,b.csv" for number in range(MOST_RECENT + 4)]
    for file in files:
        file.write_text("x")
        settings.remember(file)
    settings.remember(files[7])
    files[9].unlink()
    settings.save()
    wanted = [files[7], *(f for f in reversed(files[4:]) if f not in (files[7], files[9]))]
    assert list(Settings(tmp_path / "s.ini").recent) == wanted
    settings.forget(files[7])
    assert files[7] not in settings.recent


def test_one_file_and_rubbish(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("x")
    settings = Settings(tmp_path / "s.ini")
    settings.remember(file)
    settings.save()
    assert Settings(tmp_path / "s.ini").recent == (file,)
    for rubbish in ("recent=@Invalid()", "recent=\\0\\0", "recent=7, , x"):
        (tmp_path / "r.ini").write_text(f"[General]\n{rubbish}\n")
        assert Settings(tmp_path / "r.ini").recent == ()


def test_opening_and_saving_are_remembered_and_reopened(window, tmp_path):
    window.call("recent")
    assert not window.findChildren(Palette)
    session, saved = tmp_path / "session.regviz", tmp_path / "saved.regviz"
    session.write_text(dump(toy, State(lam=4.0)))
    window.edits.open_file(session)
    shown(window)
    window.session.set({"lam": 0.2})
    window.commands["save"].__self__.save_to(saved)
    assert window.settings.recent == (saved, session)
    (tmp_path / "broken.regviz").write_text("{")
    window.edits.open_file(tmp_path / "broken.regviz")
    assert window.settings.recent == (saved, session)
    window.call("recent")
    choose(window.findChildren(Palette)[-1], "session")
    assert window.session.state == State(lam=4.0)
    assert window.settings.recent == (session, saved)
