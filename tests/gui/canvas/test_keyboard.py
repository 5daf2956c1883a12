"""The keyboard in a panel: arrows as drags, choosing, clicks and zoom; what it leaves alone; names told in time."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication

from regviz.gui.canvas.keyboard import STEP
from regviz.gui.canvas.view import DashboardView
from regviz.lab import Axis, Bars, Frame, Handle, Lines, Panel, Rule, summary

X, LOG, Y = Axis(low=0.0, high=10.0), Axis(low=1e-3, high=10.0, log=True), Axis(low=-1.0, high=1.0)
TYPED = {Qt.Key.Key_Plus: "+", Qt.Key.Key_Minus: "-", Qt.Key.Key_0: "0"}
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
LEFT, RIGHT, UP, DOWN = Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down


def framed(*marks, x=X, caption="Words."):
    panel = Panel(key="p", title="A panel", x=x, y=Y, marks=marks)
    return Frame(panels=(panel,), readouts=(), caption=caption)


@pytest.fixture
def board(show):
    made = show(DashboardView())
    made.heard = []
    made.intent.connect(lambda changes, finished: made.heard.append((dict(changes), finished)))
    made.gesture.connect(made.heard.append)
    return made


def put(board, *marks, **more):
    board.set_frame(framed(*marks, **more))
    QApplication.processEvents()
    board.grab()
    return board.views["p"]


def press(view, key, modifiers=Qt.KeyboardModifier.NoModifier):
    event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers, TYPED.get(key, ""))
    event.ignore()
    QApplication.sendEvent(view, event)
    return event.isAccepted()


@pytest.mark.parametrize(("modifiers", "size"), [(Qt.KeyboardModifier.NoModifier, 1), (SHIFT, 0.1), (CTRL, 10)])
@pytest.mark.parametrize(("key", "sign"), [(LEFT, -1), (RIGHT, 1), (UP, 1), (DOWN, -1)])
def test_arrows_move_a_cursor_by_a_share_of_its_axis(board, key, sign, modifiers, size):
    view = put(board, Rule(key="c", value=5.0, bound="lam"))
    press(view, key, modifiers)
    [(changes, finished)] = board.heard
    assert changes == {"lam": pytest.approx(5.0 + sign * size * STEP * 10.0)}
    assert not finished


def test_a_share_of_a_log_axis_is_a_factor(board):
    view = put(board, Rule(key="c", value=0.1, bound="lam"), x=LOG)
    press(view, RIGHT)
    assert board.heard[0][0]["lam"] == pytest.approx(0.1 * 10 ** (4 * STEP))


def test_a_handle_moves_along_one_axis_at_a_time(board):
    view = put(board, Handle(key="h", x=5.0, y=0.0, bound_x="a", bound_y="b"))
    press(view, UP)
    press(view, LEFT)
    assert [set(changes) for changes, _ in board.heard] == [{"b"}, {"a"}]
    assert board.heard[0][0]["b"] == pytest.approx(0.02)
    assert board.heard[1][0]["a"] == pytest.approx(4.9)


def test_keys_go_on_from_what_was_asked_while_the_picture_lags(board):
    view = put(board, Rule(key="c", value=5.0, bound="lam"))
    for _ in range(3):
        press(view, RIGHT)
    assert board.heard[-1][0]["lam"] == pytest.approx(5.3)


def test_no_key_leaves_the_axis(board):
    view = put(board, Rule(key="c", value=9.9, bound="lam"))
    for _ in range(5):
        press(view, RIGHT, CTRL)
    assert board.heard[-1][0]["lam"] == pytest.approx(10.0)


def test_m_chooses_among_what_can_be_moved(board):
    bars = Bars(key="b", values=[1.0])
    view = put(board, bars, Rule(key="c", value=5.0, bound="lam"), Handle(key="h", x=5.0, y=0.0, bound_x="a"))
    names = []
    for modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.NoModifier, SHIFT):
        assert press(view, Qt.Key.Key_M, modifiers)
        press(view, RIGHT)
        names.append(*board.heard[-1][0])
    assert names == ["a", "lam", "a"]


def test_enter_clicks_at_the_chosen_mark(board):
    view = put(board, Handle(key="h", x=2.5, y=0.5, bound_x="a"))
    assert press(view, Qt.Key.Key_Return)
    [gesture] = board.heard
    assert (gesture.kind, gesture.panel, gesture.mark, gesture.finished) == ("click", "p", "h", True)
    assert (gesture.x, gesture.y) == (pytest.approx(2.5), pytest.approx(0.5))


def test_zoom_and_back(board):
    view = put(board, Lines(key="l", x=[0.0, 10.0], y=[[0.0, 1.0]]))
    before = np.ptp(view.box.viewRange()[0])
    assert press(view, Qt.Key.Key_Plus)
    board.grab()
    assert np.ptp(view.box.viewRange()[0]) == pytest.approx(before / 1.25)
    assert (view.place.x.low, view.place.x.high) == pytest.approx((1.0, 9.0))
    press(view, Qt.Key.Key_Minus)
    assert np.ptp(view.box.viewRange()[0]) == pytest.approx(before)
    press(view, Qt.Key.Key_Plus)
    press(view, Qt.Key.Key_0)
    assert np.ptp(view.box.viewRange()[0]) == pytest.approx(before)


def test_what_means_nothing_here_is_left_to_the_window(board):
    view = put(board, Lines(key="l", x=[0.0, 10.0], y=[[0.0, 1.0]]), Rule(key="r", value=5.0))
    for key in (LEFT, RIGHT, UP, Qt.Key.Key_M, Qt.Key.Key_Return, Qt.Key.Key_G, Qt.Key.Key_PageUp):
        assert not press(view, key)
    assert board.heard == []


def test_the_ring_shows_the_focus_alone(board):
    view = put(board, Rule(key="c", value=5.0, bound="lam"))
    plain = board.grab().toImage()
    view.setFocus()
    QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusIn))
    focused = view.hasFocus()
    assert (board.grab().toImage() != plain) == focused
    view.clearFocus()
    QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusOut))
    assert board.grab().toImage() == plain


def test_words_come_when_the_pictures_rest_and_not_on_every_frame(board):
    view = put(board, Bars(key="b", values=[1.0]))
    assert (view.accessibleName(), view.accessibleDescription()) == (
        "A panel", summary(board.frame.panels[0], board.frame))  # fmt: skip
    first = view.accessibleDescription()
    for value in range(5):
        put(board, Bars(key="b", values=[float(value)]), caption=f"Now {value}.")
    assert view.accessibleDescription() == first
    board.spoken.describe()
    assert view.accessibleDescription().endswith("Now 4.")


def test_steps_too_small_to_move_a_mark_add_up_however_slowly_they_come(board):
    """As where a field takes whole numbers: the mark stands still until enough was asked for."""
    view = put(board, Rule(key="c", value=5.0, bound="lam"))
    for count in (1, 2, 3):
        press(view, RIGHT)
        board._keyboards[0]._burst.stop()
        assert board.heard[-1][0]["lam"] == pytest.approx(5.0 + count * STEP * 10.0)


def test_of_the_panel_with_the_focus_a_caption_is_spoken_once(board, monkeypatch):
    said = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: said.append(event.message()))
    bars = Bars(key="b", values=[1.0])
    put(board, bars, caption="First.")
    board.spoken.describe()
    assert said == []
    monkeypatch.setattr(board.views["p"], "hasFocus", lambda: True)
    for caption in ("First.", "Second.", "Second.", "Third.", "Second."):
        put(board, bars, caption=caption)
        board.spoken.describe()
        board.spoken.describe()
    assert said == ["Second.", "Third.", "Second."]
