"""Editors are made from the State alone, show every value, and give back what the user enters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QAbstractSpinBox, QApplication, QComboBox, QWidget

from regviz.gui.window.editors import (
    ChoiceEditor,
    FloatEditor,
    IntEditor,
    Segments,
    SwitchEditor,
    TextEditor,
    editor,
    named,
)
from regviz.gui.window.slider import STEP, TICKS, Slider
from regviz.lab import controls, parse, replace
from regviz.labs import labs
from tests.gui.window.waiting import destroy, shown, until
from tests.toy_lab import LABS, State

CONTROLS = {control.name: control for control in controls(State)}
KINDS = {"penalty": Segments, "lam": FloatEditor, "n": IntEditor, "seed": IntEditor, "dataset": ChoiceEditor,
         "target": TextEditor, "standardize": SwitchEditor, "fault": ChoiceEditor}  # fmt: skip
OTHERS = {"penalty": "ridge", "lam": 2.5, "alpha": 0.25, "n": 99, "feature": 2, "seed": 2**32 - 1,
          "dataset": "/some/folder/table.csv", "target": "y", "note": "words", "standardize": False,
          "fault": "raise"}  # fmt: skip


@pytest.fixture
def made():
    widgets = []

    def build(widget):
        widgets.append(widget)
        return widget

    yield build
    for widget in widgets:
        widget.deleteLater()


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_has_its_editor(name, made):
    assert type(made(editor(CONTROLS[name]))) is KINDS[name]


@pytest.mark.parametrize("control", CONTROLS.values(), ids=lambda c: c.name)
def test_showing_a_value_emits_nothing(control, made):
    one = made(editor(control))
    said = []
    one.changed.connect(lambda value, finished: said.append(value))
    one.show_value(OTHERS[control.name])
    one.show_value(control.default)
    one.show_limits(1.0, 2.0)
    one.show_options(("a", "b"))
    one.show_options(())
    assert said == []


def heard(one):
    said = []
    one.changed.connect(lambda value, finished: said.append((value, finished)))
    return said


def test_typing_a_number(made):
    one = made(editor(CONTROLS["lam"]))
    said = heard(one)
    one.show_value(0.1)
    one.box.setText("2.5")
    QTest.keyClick(one.box, Qt.Key.Key_Return)
    assert [(parse(CONTROLS["lam"], value), finished) for value, finished in said] == [(2.5, True)]
    QTest.keyClick(one.box, Qt.Key.Key_Return)
    one.box.setText("nonsense")
    QTest.keyClick(one.box, Qt.Key.Key_Return)
    assert said[-1] == ("nonsense", True)
    assert one.box.text() == "0.1", "only the state decides what stands in the box"


def test_spin_box_holds_whole_numbers_beyond_32_bits(made):
    one = made(editor(CONTROLS["seed"]))
    said = heard(one)
    one.show_value(2**32 - 2)
    one.box.stepUp()
    assert said == [(2**32 - 1, False)]


def test_names_stand_for_numbers(made):
    one = made(editor(CONTROLS["feature"]))
    said = heard(one)
    one.show_options(("age", "bmi", "bp"))
    one.show_value(1)
    assert one.names.currentText() == "bmi"
    one.names.activated.emit(2)
    assert said == [(2, True)]


def test_choices_and_a_file(made):
    one = made(editor(CONTROLS["dataset"]))
    said = heard(one)
    one.show_value("/some/folder/table.csv")
    assert one.list.currentText() == "table.csv"
    one.show_value("/other/näme.csv")
    assert [one.list.itemText(i) for i in range(one.list.count())] == ["Synthetic", "Diabetes", "näme.csv"]
    one.list.activated.emit(1)
    assert said == [("diabetes", True)]


def test_segments_and_switch(made):
    segments, box = made(editor(CONTROLS["penalty"])), made(editor(CONTROLS["standardize"]))
    said = heard(segments), heard(box)
    segments.buttons["ridge"].click()
    box.show_value(True)
    box.box.click()
    assert said == ([("ridge", True)], [(False, True)])


def test_text_with_and_without_options(made):
    one = made(editor(CONTROLS["target"]))
    said = heard(one)
    one.line.setText("y")
    QTest.keyClick(one.line, Qt.Key.Key_Return)
    one.show_options(("y", "z"))
    one.show_value("z")
    assert one.list.currentText() == "z"
    one.list.activated.emit(0)
    assert said == [("y", True), ("y", True)]


@pytest.fixture
def slider(made):
    one = made(Slider(CONTROLS["lam"]))
    one.resize(400, 40)
    one.show()
    one.show_value(0.1)
    return one


def moves(one):
    said = []
    one.moved.connect(lambda value, finished: said.append((value, finished)))
    return said


@pytest.mark.parametrize(("key", "modifier", "steps"), [
    (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 1), (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier, 1),
    (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, -1), (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, -1),
    (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 0.1),
    (Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier, -10),
])  # fmt: skip
def test_arrow_keys_step_on_the_log_scale(slider, key, modifier, steps):
    said = moves(slider)
    QTest.keyClick(slider, key, modifier)
    assert said == [(pytest.approx(0.1 * 1e4 ** (STEP * steps), rel=1e-5), False)]


def test_set_value_of_a_screen_reader_moves_the_control(slider):
    one, said = slider, moves(slider)
    one.setValue(TICKS // 4)
    assert said[-1][0] == pytest.approx(one.value_at(0.25), rel=1e-5)
    one.show_value(one.value_at(0.75))
    assert len(said) == 1


def test_home_end_and_double_click(slider):
    said = moves(slider)
    QTest.keyClick(slider, Qt.Key.Key_Home)
    QTest.keyClick(slider, Qt.Key.Key_End)
    QTest.mouseDClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(10, 20))
    assert [value for value, _ in said[:2]] == [1e-3, 10.0]
    assert slider.value_now == 0.1


def test_other_keys_go_on_to_the_window(slider):
    said = moves(slider)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_PageUp, Qt.Key.Key_1):
        QTest.keyClick(slider, key)
    assert said == []


def test_drag_is_one_unfinished_run_with_an_end(slider):
    said = moves(slider)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(100, 20))
    for x in (150, 200, 500):
        QTest.mouseMove(slider, QPoint(x, 20))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(500, 20))
    values = [value for value, _ in said]
    assert values == sorted(values)
    assert values[-1] == 10.0, "the end of the slider is exact"
    assert [finished for _, finished in said] == [False] * (len(said) - 1) + [True]


def turn():
    """One notch of the wheel."""
    return QWheelEvent(
        QPointF(10, 10), QPointF(10, 10), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip


def test_wheel_moves_a_focused_slider_only(slider):
    said, wheel = moves(slider), turn()
    slider.clearFocus()
    QApplication.sendEvent(slider, wheel)
    assert said == []
    slider.hasFocus = lambda: True
    slider.wheelEvent(wheel)
    assert len(said) == 1


def test_wheel_over_controls_without_focus_changes_nothing(application):
    """Else scrolling the panel would change whatever comes under the pointer."""
    turned = 0
    for control in {(c.kind, len(c.choices)): c for lab in labs() for c in controls(lab.State)}.values():
        made, said = editor(control), []
        made.changed.connect(lambda *change, said=said: said.append(change))
        made.show_value(control.default)
        made.show_options(("one", "two", "three"))
        for part in made.findChildren(QWidget):
            QApplication.sendEvent(part, turn())
            turned += isinstance(part, (QAbstractSpinBox, QComboBox))
        assert said == [], control.name
        destroy(made)
    assert turned > 5


@given(share=st.floats(0.0, 1.0), low=st.floats(1e-8, 1.0), decades=st.floats(0.5, 12.0))
def test_share_and_value_are_inverse(share, low, decades):
    one = Slider(CONTROLS["lam"])
    high = min(low * 10**decades, 1e6)
    one.show_limits(low, high)
    value = one.value_at(share)
    assert low <= value <= high
    assert one.share_of(value) == pytest.approx(share, abs=1e-9)


def test_ranges_that_no_slider_can_span_are_left_alone(slider):
    for low, high in ((0.0, 1.0), (1.0, 1.0), (float("nan"), 1.0), (-5.0, -1.0)):
        slider.show_limits(low, high)
        assert slider.value_at(0.0) == 1e-3


def test_window_builds_an_editor_for_every_field_of_every_lab(window):
    for lab in LABS:
        window.edits.choose(lab)
        names = {c.name for c in controls(lab.State)}
        assert set(window.side.fields) == names - {"lam", "penalty"}
        assert window.header.slider.control.name == "lam"
        assert window.header.mode.control.name == "penalty"


def test_window_shows_every_value_of_the_state(window):
    window.session.go(LABS[0], State(**OTHERS))
    fields = window.side.fields
    assert window.header.main.slider.value_now == 2.5
    assert window.header.main.readout.box.text() == "2.50"
    assert window.header.mode.buttons["ridge"].isChecked()
    assert fields["n"].editor.box.value() == 99
    assert fields["dataset"].editor.list.currentText() == "table.csv"
    assert fields["target"].editor.line.text() == "y"
    assert fields["standardize"].editor.box.isChecked() is False
    assert fields["alpha"].editor.box.text() == "0.25"


def test_controls_without_effect_are_hidden(window):
    window.looks.fold("controls")
    alpha = window.side.fields["alpha"]
    assert not alpha.isVisibleTo(window)
    window.session.set({"penalty": "ridge"})
    assert alpha.isVisibleTo(window)


def test_frames_name_numbers_and_offer_texts(window):
    window.looks.fold("controls")
    window.session.set({"dataset": "diabetes"})
    assert until(lambda: window.side.fields["feature"].editor.names.isVisible())
    assert window.side.fields["target"].editor.list.count() == 2


def test_value_out_of_range_is_a_sentence_and_the_control_goes_back(window):
    box = window.header.main.readout.box
    box.setText("-3")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert "lam must lie between" in window.banner.words.text()
    assert window.session.state.lam == 0.1
    assert box.text() == "0.100"


@pytest.mark.parametrize("lam", [1.23456e-5, 0.0123456, 2.34567e5])
def test_who_only_visits_the_readout_does_not_round_the_value(window, lam):
    """It shows three digits, small numbers with a true minus sign."""
    box, before = window.header.main.readout.box, replace(window.session.state, lam=lam)
    window.session.set({"lam": lam})
    shown(window)
    for leave in (lambda: QTest.keyClick(box, Qt.Key.Key_Return), window.main_slider().setFocus):
        box.setFocus()
        leave()
        assert window.session.state == before


def test_every_control_has_a_name_for_screen_readers(window):
    window.looks.fold("controls")
    window.looks.fold("notes")
    window.session.set({"dataset": "diabetes"})
    shown(window)
    focusable = [w for w in window.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    focusable = [w for w in focusable if w.window() is window and not is_inner(w)]
    nameless = [(type(w).__name__, w.objectName()) for w in focusable if not w.accessibleName()]
    assert len(focusable) > 15
    assert nameless == []


def is_inner(widget):
    """Whether the widget is a part of another that speaks for it."""
    parent = widget.parent()
    viewport = isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget
    return viewport or widget.objectName().startswith("qt_")


def test_every_field_has_its_help_as_tooltip(window):
    for name, field in window.side.fields.items():
        tips = {w.toolTip() for w in field.editor.findChildren(QWidget)} | {field.editor.toolTip()}
        assert CONTROLS[name].help in tips


@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.name)
def test_a_name_says_no_word_twice_and_no_symbol_without_one(lab):
    for control in controls(lab.State):
        words = named(control).casefold().split()
        assert len(words) == len(set(words)), words
        assert control.symbol.casefold() in ("", *words)
