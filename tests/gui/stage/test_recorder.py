"""Recording: what is added, edited, ordered and removed is what is saved, opened and shown; nothing is lost unasked."""

import copy

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMessageBox, QPlainTextEdit, QPushButton

from regviz.gui.stage.recorder import Recorder
from regviz.gui.window.opening import lecture_in
from regviz.lab.lecture import Lecture, Move, Step, load
from tests.gui.stage.conftest import LECTURE
from tests.gui.window.test_window import shortcut
from tests.gui.window.waiting import shown
from tests.toy_lab import State, drill, toy

ACTIONS = st.lists(st.one_of(
    st.tuples(st.just("add"), st.integers(0, 99)), st.tuples(st.just("choose"), st.integers(-2, 9)),
    st.tuples(st.just("shift"), st.integers(-3, 3)), st.tuples(st.just("remove")),
    st.tuples(st.just("edit"), st.sampled_from("abc")),
), max_size=25)  # fmt: skip


def perform(recorder, action):
    name, *given = action
    if name == "add":
        recorder.add(Step("toy", (("seed", given[0]),)))
    elif name == "edit":
        recorder.edit(caption=given[0])
    else:
        getattr(recorder, name)(*given)


@given(ACTIONS)
def test_every_change_can_be_taken_back_to_the_beginning(actions):
    recorder, told = Recorder(), []
    recorder.listen(lambda: told.append(recorder.lecture))
    seen = [recorder.lecture]
    for action in actions:
        before = copy.copy(recorder.lecture)
        perform(recorder, action)
        count = len(recorder.lecture.steps)
        assert recorder.at in range(count) or recorder.at == -1 == count - 1 or (recorder.at == -1 and count == 0)
        if action[0] == "shift":
            assert sorted(map(repr, before.steps)) == sorted(map(repr, recorder.lecture.steps))
        if recorder.lecture != before:
            assert told[-1] == recorder.lecture
            seen.append(recorder.lecture)
    while recorder.can_undo:
        recorder.undo()
        assert recorder.lecture in seen
    assert recorder.lecture == seen[0]
    assert not recorder.changed


def test_edits_of_one_field_are_one_entry():
    recorder = Recorder()
    recorder.add(Step("toy"))
    for text in ("a", "ab", "abc"):
        recorder.edit(caption=text)
    recorder.edit(notes="n")
    recorder.undo()
    assert recorder.step == Step("toy", caption="abc")
    recorder.undo()
    assert recorder.step == Step("toy")


def test_a_picture_becomes_a_step_with_its_own_words(make, tmp_path):
    window = make(lecture=None)
    window.session.set({"lam": 0.3})
    frame = shown(window)
    shortcut(window, "F8")
    window.edits.choose(drill)
    shown(window)
    shortcut(window, "F8")
    recorder = window.recording.recorder
    assert recorder.lecture.steps[0] == Step("toy", (("lam", 0.3),), "Toy", frame.caption)
    assert recorder.lecture.steps[1].lab == "drill"
    assert recorder.changed
    window.recording.ask_file = lambda parent, name: str(tmp_path / "mine")
    shortcut(window, "Ctrl+Shift+S")
    saved = load((tmp_path / "mine.regviz").read_text(encoding="utf-8"))
    assert saved == recorder.lecture
    assert saved.title == "mine"
    assert not recorder.changed
    window.recording.ask_file = None
    recorder.edit(notes="again")
    shortcut(window, "Ctrl+Shift+S")
    assert load((tmp_path / "mine.regviz").read_text(encoding="utf-8")).steps[1].notes == "again"


def test_a_lecture_file_opens_like_any_other(window, tmp_path):
    file = tmp_path / "talk.regviz"
    window.recording.recorder.save(file)
    window.recording.recorder.open(Lecture("Other", (Step("toy"),)), None)
    window.edits.open_file(file)
    assert window.recording.recorder.lecture == LECTURE
    assert window.recording.recorder.file == file
    assert window.session.state == State(lam=0.5)
    assert lecture_in(file) == LECTURE
    file.write_text(file.read_text(encoding="utf-8").replace('"toy"', '"gone"'), encoding="utf-8")
    window.edits.open_file(file)
    assert "Step 1" in window.banner.words.text()
    assert "gone" in window.banner.words.text()
    assert window.recording.recorder.lecture == LECTURE


def test_the_list_rehearses_reorders_and_removes_by_keys(window):
    panel, recorder = window.recording.panel, window.recording.recorder
    panel.steps.setFocus()
    QTest.keyClick(panel.steps, Qt.Key.Key_Down)
    assert recorder.at == 1
    assert window.session.state == State(penalty="ridge", lam=10.0), "a rehearsed move stands at its end"
    panel.buttons["down"].click()
    assert [step.title for step in recorder.lecture.steps] == ["First", "Zero", "Sweep", "Train"]
    panel.buttons["up"].click()
    panel.buttons["remove"].click()
    assert [step.title for step in recorder.lecture.steps] == ["First", "Zero", "Train"]
    panel.buttons["undo"].click()
    assert recorder.lecture == LECTURE
    assert panel.steps.count() == 4
    assert panel.steps.currentRow() == recorder.at


def test_words_time_and_moves_are_edited(window):
    editor, recorder = window.recording.panel.editor, window.recording.recorder
    QTest.keyClicks(editor.title, "!")
    editor.caption.setPlainText("Two\nlines.")
    editor.question.setPlainText("Why?")
    editor.notes.setPlainText("One.\nTwo.")
    for box, text in ((editor.minutes, "4.5"), (editor.minutes, "-1"), (editor.minutes, "many")):
        box.setText(text)
        box.editingFinished.emit()
    editor.field.setCurrentText("lam")
    editor.field.activated.emit(editor.field.currentIndex())
    assert recorder.step.move == Move("lam", 1e-3, 0.5, 8.0)
    for box, text in ((editor.end, "2"), (editor.seconds, "5")):
        box.setText(text)
        box.editingFinished.emit()
    wanted = Step("toy", (("lam", 0.5),), "First!", "Two lines.", "One.\nTwo.", 4.5, move=Move("lam", 1e-3, 2.0, 5.0),
                  question="Why?")  # fmt: skip
    assert recorder.step == wanted
    editor.begin.setText("-5")
    editor.begin.editingFinished.emit()
    assert "lam must lie" in window.banner.words.text()
    assert recorder.step == wanted
    editor.field.activated.emit(0)
    assert recorder.step.move is None


def test_only_trainings_play(window):
    editor, recorder = window.recording.panel.editor, window.recording.recorder
    assert editor.play.isHidden()
    window.recording.choose(3)
    assert not editor.play.isHidden()
    editor.play.setText("8")
    editor.play.editingFinished.emit()
    assert recorder.step.play == 8.0


def test_a_picture_can_take_the_place_of_a_steps(window):
    recorder = window.recording.recorder
    window.recording.choose(1)
    window.session.set({"lam": 2.0})
    shortcut(window, "Shift+F8")
    assert recorder.step.move == Move("lam", 0.01, 2.0, 8.0)
    assert recorder.step.caption == "It shrinks."
    window.edits.choose(drill)
    window.edits.choose(toy)
    window.recording.choose(3)
    window.edits.choose(toy)
    shortcut(window, "Shift+F8")
    assert (recorder.step.lab, recorder.step.play) == ("toy", 0.0)


def test_f5_starts_what_is_being_made_and_shift_f5_goes_on(window):
    window.recording.choose(2)
    shortcut(window, "Shift+F5")
    assert window.stage.at == 2
    window.stage.go(1)
    assert window.recording.recorder.at == 1, "the panel follows the stage"
    window.stage.leave()
    shortcut(window, "F5")
    assert window.stage.at == 0


def test_a_lecture_is_not_lost_unasked(window):
    recording, answers = window.recording, []
    recording.recorder.edit(caption="new")

    def answer(parent):
        answers.append(1)
        return QMessageBox.StandardButton.Cancel

    recording.ask_loss = answer
    window.close()
    assert window.isVisible()
    assert not recording.open(Lecture("Other", (Step("toy"),)), None)
    assert len(answers) == 2
    recording.recorder.undo()
    assert recording.may_go()


def test_saving_says_what_is_wrong(make, tmp_path):
    window = make(lecture=None)
    window.recording.ask_file = lambda parent, name: str(tmp_path / "no" / "where.regviz")
    assert not window.recording.save()
    assert "at least one step" in window.banner.words.text()
    shown(window)
    window.recording.add()
    assert not window.recording.save()
    assert "where.regviz" in window.banner.words.text()
    assert window.recording.recorder.changed


def test_everything_in_the_panel_has_a_name_and_can_be_reached(window):
    panel = window.recording.panel
    for kind in (QPushButton, QPlainTextEdit, QLineEdit):
        for part in panel.findChildren(kind):
            assert part.accessibleName(), part
            assert part.focusPolicy() & Qt.FocusPolicy.TabFocus, part
