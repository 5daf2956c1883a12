"""The keyboard's pointer does what the mouse does: the same gestures, intents, read-outs and views, item by item."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from regviz.gui.canvas import grip
from regviz.gui.canvas.keyboard import Keyboard
from regviz.lab import Arrows, Axis, Bars, Graph, Lines, Points, Rule, Text, Tiles
from tests.gui.canvas.panels import SAMPLES, panel
from tests.gui.canvas.test_view import at, drag, grabbed, move, shown_panel, told

ITEMS = {Bars: 3, Points: 12, Arrows: 1, Graph: 3, Text: 1, Tiles: 3}
"""How many items the samples have."""
NONE, SHIFT, CTRL = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier,
                     Qt.KeyboardModifier.ControlModifier)  # fmt: skip
THREE = Axis(low=-0.5, high=2.5)


def press(view, *keys, modifiers=NONE):
    for key in keys:
        event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers)
        QApplication.sendEvent(view, event)
        QApplication.processEvents()


def made(show, *marks, **more):
    view = shown_panel(show, panel(*marks, **more))
    view.keyboard = Keyboard(view)
    return view, *told(view)


def walked(view):
    """The pixels of all items, as the mouse would come to them."""
    return [spot for _, _, spot in grip.items(view.panel, view.place)]


def middle(view):
    box = view.place.rect
    return (box.left + box.right) / 2 * view.unit, (box.top + box.bottom) / 2 * view.unit


def test_every_mark_that_a_drag_is_about_has_items():
    held = {kind for kind in SAMPLES if grip.Hit(SAMPLES[kind], 0, 0.0).grippable}
    assert {kind for kind in held if not grip.Hit(SAMPLES[kind], 0, 0.0).bound} == set(ITEMS)


@pytest.mark.parametrize("kind", ITEMS, ids=lambda kind: kind.__name__)
def test_keys_click_every_item_as_the_mouse_does(show, kind):
    more = {"x": THREE} if kind is Bars else {}
    view, _, gestures = made(show, SAMPLES[kind], **more)
    for _ in range(ITEMS[kind]):
        press(view, Qt.Key.Key_I, Qt.Key.Key_X)
    by_keys = list(gestures)
    assert [(g.kind, g.mark, g.index) for g in by_keys] == [("click", "m", k) for k in range(ITEMS[kind])]
    gestures.clear()
    for spot in walked(view):
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(*(round(v * view.unit) for v in spot)))
    assert [(g.kind, g.panel, g.mark, g.index) for g in gestures] == [
        (g.kind, g.panel, g.mark, g.index) for g in by_keys
    ]  # fmt: skip
    width = view.panel.x.high - view.panel.x.low
    assert [g.x for g in gestures] == pytest.approx([g.x for g in by_keys], abs=width / 300)


def test_items_go_round_and_back(show):
    view, _, gestures = made(show, SAMPLES[Bars], x=THREE)
    press(view, *[Qt.Key.Key_I] * 5, Qt.Key.Key_Return)
    press(view, Qt.Key.Key_I, modifiers=SHIFT)
    press(view, Qt.Key.Key_Enter)
    assert [g.index for g in gestures] == [1, 0]


def test_an_item_that_lies_under_another_one_or_beyond_the_plot_is_passed_over(show):
    view, _, gestures = made(show, Points(key="d", x=[0.0, 0.0, 0.5, 9.0], y=[0.0] * 4))
    for _ in range(3):
        press(view, Qt.Key.Key_I, Qt.Key.Key_X)
    assert [g.index for g in gestures] == [0, 2, 0]


def test_the_read_out_is_the_one_under_the_mouse(show):
    view, _, _ = made(show, SAMPLES[Points])
    plain = grabbed(view)
    move(view, *(v * view.unit for v in walked(view)[0]))
    hovered = grabbed(view)
    view.point_at(None)
    press(view, Qt.Key.Key_I)
    ours, its = ((grabbed(view) != plain).any(axis=2), (hovered != plain).any(axis=2))
    assert its.sum() > 1000
    assert (ours & its).sum() > 0.9 * (ours | its).sum()
    press(view, Qt.Key.Key_A)
    assert (grabbed(view) == plain).all()


def test_a_pointer_goes_anywhere_and_clicks_twice_there(show):
    view, _, gestures = made(show, Lines(key="m", x=[-1.0, 1.0], y=[[1.0, 1.0]]))
    press(view, Qt.Key.Key_A, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Up)
    press(view, Qt.Key.Key_Left, modifiers=SHIFT)
    press(view, Qt.Key.Key_Return, modifiers=CTRL)
    [gesture] = gestures
    assert (gesture.kind, gesture.mark) == ("double-click", "")
    assert (gesture.x, gesture.y) == pytest.approx((0.02 * 2 - 0.001 * 2, 0.024))
    assert view.keyboard.aim.at is not None


def test_a_double_click_on_empty_ground_shows_the_whole_panel(show):
    view, _, _ = made(show, SAMPLES[Points])
    drag(view, at(view, -0.8, 0.9), at(view, -0.5, 0.7))
    assert view.place.x.low != -1.0
    press(view, Qt.Key.Key_A)
    press(view, Qt.Key.Key_Up, modifiers=CTRL)
    press(view, Qt.Key.Key_Return, modifiers=CTRL)
    grabbed(view)
    assert (view.place.x.low, view.place.x.high) == (-1.0, 1.0)


def as_the_mouse(show, mark, modifiers=NONE, **more):
    """(what the mouse, what the keys) say of a drag from the mark's item, or the middle, a tenth to the right."""
    view, intents, gestures = made(show, mark, **more)
    start = walked(view)[0] if walked(view) else None
    start = middle(view) if start is None else tuple(v * view.unit for v in start)
    by = 0.1 * view.place.rect.width * view.unit
    drag(view, start, (start[0] + by, start[1]), modifiers)
    grabbed(view)
    mouse = list(intents), list(gestures), view.box.viewRange()
    view.reset_zoom()
    grabbed(view)
    intents.clear()
    gestures.clear()
    press(view, Qt.Key.Key_I if walked(view) else Qt.Key.Key_A)
    press(view, Qt.Key.Key_H, modifiers=modifiers)
    press(view, Qt.Key.Key_Right, modifiers=CTRL)
    press(view, Qt.Key.Key_H)
    return mouse, (list(intents), list(gestures), view.box.viewRange())


def test_holding_moves_a_cursor_as_the_mouse_does(show):
    mouse, keys = as_the_mouse(show, Rule(key="c", value=0.0, bound="lam"))
    assert keys[0][-1] == ({"lam": pytest.approx(0.2, abs=0.01)}, True)
    assert keys[0][-1][0] == pytest.approx(mouse[0][-1][0], abs=0.01)
    assert keys[1] == mouse[1] == []


@pytest.mark.parametrize(("mark", "modifiers", "more"), [
    (Points(key="d", x=[-0.5, 0.5], y=[0.0, 0.0]), NONE, {}), (SAMPLES[Lines], SHIFT, {}),
    (SAMPLES[Lines], NONE, {"brush": True}),
    (SAMPLES[Lines], NONE, {"x": Axis(low=-1, high=1, hidden=True), "y": Axis(low=-1, high=1, hidden=True)}),
], ids=["a point", "with shift", "a brush", "a body"])  # fmt: skip
def test_holding_tells_the_lab_what_the_mouse_tells(show, mark, modifiers, more):
    mouse, keys = as_the_mouse(show, mark, modifiers, **more)
    assert [g.finished for g in keys[1]] == [False, True]
    for one, two in ((mouse[1][-1], keys[1][-1]),):
        assert (one.kind, one.panel, one.mark, one.index, one.shift) == (two.kind, two.panel, two.mark, two.index,
                                                                         two.shift)  # fmt: skip
        assert (two.x, two.y, two.from_x, two.from_y) == pytest.approx((one.x, one.y, one.from_x, one.from_y), abs=0.02)
    assert sum(g.by_x for g in keys[1]) == pytest.approx(0.2, abs=1e-9)


def test_holding_empty_ground_pans(show):
    mouse, keys = as_the_mouse(show, SAMPLES[Lines])
    assert keys[:2] == mouse[:2] == ([], [])
    assert keys[2][0] == pytest.approx(mouse[2][0], abs=0.01)
    assert keys[2][0][0] == pytest.approx(-1.2, abs=0.01)


def test_losing_the_focus_ends_a_drag_and_takes_the_pointer_away(show):
    view, _, gestures = made(show, Points(key="d", x=[0.0], y=[0.0]))
    press(view, Qt.Key.Key_I, Qt.Key.Key_H, Qt.Key.Key_Right)
    QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusOut))
    assert [g.finished for g in gestures] == [False, True]
    assert view.keyboard.aim.at is None


def test_losing_the_focus_before_a_panel_is_painted_anew_lets_go_without_a_word(show):
    view, _, gestures = made(show, Points(key="d", x=[0.0], y=[0.0]))
    press(view, Qt.Key.Key_I, Qt.Key.Key_H)
    view._place = None
    QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusOut))
    assert gestures == [] and not view.keyboard.aim.holding


def test_the_pointer_keeps_its_place_in_the_plot_when_the_card_grows(show):
    view, _, gestures = made(show, SAMPLES[Lines])
    press(view, Qt.Key.Key_A, Qt.Key.Key_Right, Qt.Key.Key_H)
    view.resize(900, 700)
    grabbed(view)
    press(view, Qt.Key.Key_H, Qt.Key.Key_X)
    assert (gestures[-1].x, gestures[-1].y) == (pytest.approx(0.02, abs=1e-6), pytest.approx(0.0, abs=1e-6))


def test_another_panel_gets_no_pointer_and_no_rest_of_a_drag(show):
    view, _, gestures = made(show, SAMPLES[Points])
    press(view, Qt.Key.Key_I, Qt.Key.Key_H)
    other = panel(SAMPLES[Points])
    view.set_panel(type(other)(key="q", title="Other", x=other.x, y=other.y, marks=other.marks))
    grabbed(view)
    press(view, Qt.Key.Key_H, modifiers=CTRL)
    assert view.keyboard.aim.at is None
    assert not view.keyboard.aim.holding
    assert gestures == []


def test_presses_that_are_reserved_go_on_to_the_window(show):
    view = shown_panel(show, panel(SAMPLES[Points], Rule(key="c", value=0.0, bound="lam")))
    Keyboard(view, lambda event: event.key() == Qt.Key.Key_Return)
    _, gestures = told(view)
    press(view, Qt.Key.Key_I, Qt.Key.Key_Return)
    assert gestures == []
    press(view, Qt.Key.Key_X)
    assert [g.kind for g in gestures] == ["click"]


LEAVES = {
    "moved": lambda view: press(view, Qt.Key.Key_Right), "taken away": lambda view: press(view, Qt.Key.Key_A),
    "a mark chosen": lambda view: press(view, Qt.Key.Key_M),
    "no focus": lambda view: QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusOut)),
}  # fmt: skip


@pytest.mark.parametrize("way", LEAVES)
def test_a_pointer_that_left_its_item_begins_at_the_first_again(show, way):
    view, _, gestures = made(show, SAMPLES[Bars], Rule(key="c", value=0.9, axis="y", bound="lam"), x=THREE)
    press(view, Qt.Key.Key_I, Qt.Key.Key_I)
    LEAVES[way](view)
    press(view, Qt.Key.Key_I, Qt.Key.Key_X)
    assert [g.index for g in gestures] == [0]


def test_arrows_move_the_mark_that_was_chosen_and_no_pointer(show):
    view, intents, _ = made(show, SAMPLES[Bars], Rule(key="c", value=0.9, axis="y", bound="lam"), x=THREE)
    press(view, Qt.Key.Key_I, Qt.Key.Key_M, Qt.Key.Key_Up)
    assert view.keyboard.aim.at is None
    assert [set(changes) for changes, _ in intents] == [{"lam"}]
