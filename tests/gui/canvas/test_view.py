"""The screen: equal to the file, cached without a difference, and honest about the mouse and about failures."""

import dataclasses
import sys

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from regviz.gui.canvas.export import panel_image
from regviz.gui.canvas.layers import Layer, shared
from regviz.gui.canvas.paint import PAINT
from regviz.gui.canvas.paint.frame import arrange
from regviz.gui.canvas.theme import THEMES
from regviz.gui.canvas.view import DashboardView, PanelView, PartsStrip
from regviz.lab import MARK_TYPES, Axis, Bars, Field, Frame, Handle, Lines, Part, Points, Rule
from tests.gui.canvas.panels import SAMPLES, UNIT, panel
from tests.gui.canvas.pixels import array


def grabbed(widget):
    return array(widget.grab().toImage())


def shown_panel(show, made, theme="light", scale=1.0, size=(640, 400)):
    view = show(PanelView(), *size)
    view.set_theme(THEMES[theme])
    view.set_scale(scale)
    view.set_panel(made)
    QApplication.processEvents()
    return view


@pytest.mark.parametrize("scale", [1.0, 0.75])
@pytest.mark.parametrize("kind", MARK_TYPES)
def test_screen_equals_file(show, kind, scale):
    made = panel(SAMPLES[kind])
    view = shown_panel(show, made, "dark", scale)
    expected = array(panel_image(made, THEMES["dark"], 640, 400, scale=scale))
    assert (grabbed(view)[..., :3] == expected[..., :3]).all()


def test_screen_equals_file_while_layers_come_and_go(show):
    """A cursor moves over still curves: from the third frame on the curves come from the cache."""
    still = (SAMPLES[Lines], dataclasses.replace(SAMPLES[Bars], key="bars"))
    view = shown_panel(show, panel(*still))
    held = []
    for step in range(6):
        made = panel(*still, dataclasses.replace(SAMPLES[Rule], key="cursor", value=-0.8 + step / 5))
        made = dataclasses.replace(made, title=f"{'Step ' * (step % 3)}{step}")
        view.set_panel(made)
        expected = array(panel_image(made, THEMES["light"], 640, 400, scale=1.0))
        assert (grabbed(view)[..., :3] == expected[..., :3]).all()
        held.append(view.layer.held)
    assert held[-1] == 2


def test_layers_shrink_at_once_and_grow_when_still_twice():
    a, b, c = (dataclasses.replace(SAMPLES[Lines], key=key) for key in "abc")
    layer, theme = Layer(), THEMES["light"]

    def held(*marks):
        made = panel(*marks)
        layer.prepare(made, arrange(made, 300, 200), theme, 1.0, 1.0)
        return layer.held

    assert [held(a, b), held(a, b), held(a, b)] == [0, 0, 2]
    assert held(a, c) == 1
    assert [held(a, c), held(a, c)][-1] == 2
    assert held(b) == 0
    assert shared((a, b), (a, c)) == 1
    assert shared((), (a,)) == 0


def move(view, x, y, buttons=Qt.MouseButton.NoButton, kind=QEvent.Type.MouseMove, button=Qt.MouseButton.NoButton,
         modifiers=Qt.KeyboardModifier.NoModifier):  # fmt: skip
    at = QPointF(x, y)
    event = QMouseEvent(kind, at, view.viewport().mapToGlobal(at), button, buttons, modifiers)
    QApplication.sendEvent(view.viewport(), event)
    QApplication.processEvents()


def drag(view, start, stop, modifiers=Qt.KeyboardModifier.NoModifier):
    left = Qt.MouseButton.LeftButton
    move(view, *start)
    move(view, *start, left, QEvent.Type.MouseButtonPress, left, modifiers)
    for share in (0.2, 0.6, 1.0):
        move(view, *(a + share * (b - a) for a, b in zip(start, stop, strict=True)), left, modifiers=modifiers)
    move(view, *stop, kind=QEvent.Type.MouseButtonRelease, button=left, modifiers=modifiers)


def at(view, x, y):
    """The view's pixel of a point in data units."""
    return float(view.place.x.px(x)) * view.unit, float(view.place.y.px(y)) * view.unit


def told(view):
    intents, gestures = [], []
    view.intent.connect(lambda changes, finished: intents.append((dict(changes), finished)))
    view.gesture.connect(gestures.append)
    return intents, gestures


def test_dragging_a_cursor_is_an_intent(show):
    view = shown_panel(show, panel(SAMPLES[Rule], x=Axis(low=0.01, high=10, log=True)), scale=0.8)
    intents, gestures = told(view)
    drag(view, at(view, 0.2, 0.5), at(view, 3.0, 0.5))
    assert [finished for _, finished in intents] == [False] * (len(intents) - 1) + [True]
    assert len(intents) >= 3
    assert intents[-1][0]["lam"] == pytest.approx(3.0, rel=0.02)
    assert gestures == []
    drag(view, at(view, 0.2, 0.5), (5000, 100))
    assert intents[-1] == ({"lam": 10.0}, True)


def test_dragging_a_handle_sets_both_fields(show):
    view = shown_panel(show, panel(SAMPLES[Handle]))
    intents, _ = told(view)
    drag(view, at(view, -0.3, 0.4), at(view, 0.5, -0.5))
    assert intents[-1][1] is True
    assert intents[-1][0] == pytest.approx({"a": 0.5, "b": -0.5}, abs=0.02)


def test_dragging_a_point_is_a_gesture(show):
    view = shown_panel(show, panel(Points(key="data", x=[-0.5, 0.5], y=[0.0, 0.0])))
    intents, gestures = told(view)
    drag(view, at(view, 0.5, 0.0), at(view, 0.2, 0.9))
    assert intents == []
    last = gestures[-1]
    assert (last.kind, last.panel, last.mark, last.index, last.finished) == ("drag", "p", "data", 1, True)
    assert (last.x, last.y, last.from_x, last.from_y) == pytest.approx((0.2, 0.9, 0.5, 0.0), abs=0.02)
    assert not gestures[0].finished
    steps = sum(g.by_x for g in gestures), sum(g.by_y for g in gestures)
    assert steps == pytest.approx((last.x - last.from_x, last.y - last.from_y), abs=1e-9)


def test_dragging_empty_ground_of_a_panel_with_a_brush_is_a_gesture(show):
    view = shown_panel(show, panel(SAMPLES[Points], brush=True))
    intents, gestures = told(view)
    drag(view, at(view, -0.8, 0.9), at(view, -0.5, 0.7))
    assert intents == []
    assert {g.kind for g in gestures} == {"drag"}
    assert [g.finished for g in gestures] == [False] * (len(gestures) - 1) + [True]
    assert (gestures[-1].x, gestures[-1].y) == pytest.approx((-0.5, 0.7), abs=0.02)
    assert (view.place.x.low, view.place.x.high) == (-1.0, 1.0)


def test_dragging_empty_ground_pans_and_double_click_resets(show):
    view = shown_panel(show, panel(SAMPLES[Points]))
    before = grabbed(view)
    intents, gestures = told(view)
    drag(view, at(view, -0.8, 0.9), at(view, -0.5, 0.7))
    assert (intents, gestures) == ([], [])
    assert float(view.place.x.low) == pytest.approx(-1.3, abs=0.05)
    left, spot = Qt.MouseButton.LeftButton, at(view, -0.8, 0.9)
    for kind in ("Press", "Release", "DblClick", "Release"):
        held = Qt.MouseButton.NoButton if kind == "Release" else left
        move(view, *spot, held, getattr(QEvent.Type, f"MouseButton{kind}"), left)
    move(view, 2, 2)
    assert [g.kind for g in gestures] == ["click", "double-click"]
    assert (view.place.x.low, view.place.x.high) == (-1.0, 1.0)
    assert (grabbed(view) == before).all()


@pytest.mark.parametrize("change", [{"brush": True}, {"x": Axis(low=-1, high=1, hidden=True),
                                                     "y": Axis(low=-1, high=1, hidden=True)}])  # fmt: skip
def test_panels_that_never_pan(show, change):
    view = shown_panel(show, panel(SAMPLES[Lines], **change))
    _, gestures = told(view)
    drag(view, at(view, -0.2, 0.9), at(view, 0.2, 0.7))
    assert {g.kind for g in gestures} == {"drag"}
    assert (view.place.x.low, view.place.x.high) == (-1.0, 1.0)


def test_shift_makes_a_drag_a_gesture(show):
    view = shown_panel(show, panel(SAMPLES[Lines]))
    _, gestures = told(view)
    drag(view, at(view, -0.2, 0.9), at(view, 0.2, 0.7), Qt.KeyboardModifier.ShiftModifier)
    assert gestures and all(g.shift and g.mark == "" and g.index == -1 for g in gestures)


def test_a_click_tells_what_it_hit(show):
    view = shown_panel(show, panel(SAMPLES[Bars], x=Axis(low=-0.5, high=2.5, hidden=True)))
    _, gestures = told(view)
    move(view, *at(view, 2.0, -0.2))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(*map(int, at(view, 2.0, -0.2))))
    QApplication.processEvents()
    assert [(g.kind, g.mark, g.index) for g in gestures] == [("click", "m", 2)]


def wheel(view, x, y, steps):
    at_point = QPointF(x, y)
    where = at_point, view.viewport().mapToGlobal(at_point), QPoint(), QPoint(0, 120 * steps)
    rest = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False
    event = QWheelEvent(*where, *rest)
    QApplication.sendEvent(view.viewport(), event)
    QApplication.processEvents()


def test_the_wheel_zooms_and_equal_panels_stay_equal(show):
    view = shown_panel(show, panel(SAMPLES[Points], equal=True))
    wide = view.place.x.high - view.place.x.low
    wheel(view, *at(view, 0.0, 0.0), 3)
    grabbed(view)
    place = view.place
    assert place.x.high - place.x.low < 0.9 * wide
    ratio = place.rect.width / (place.x.high - place.x.low) * (place.y.high - place.y.low) / place.rect.height
    assert ratio == pytest.approx(1.0, rel=1e-6)


def test_zoom_stays_until_the_ranges_change(show):
    view = shown_panel(show, panel(SAMPLES[Lines]))
    wheel(view, *at(view, 0.0, 0.0), 3)
    zoomed = view.place.x.high
    view.set_panel(panel(SAMPLES[Lines], x=Axis(low=-1.0, high=1.0)))
    grabbed(view)
    assert view.place.x.high == zoomed < 1.0
    view.set_panel(panel(SAMPLES[Lines], x=Axis(low=-1.0, high=2.0)))
    grabbed(view)
    assert view.place.x.high == 2.0


def test_hover_says_the_value_and_is_never_exported(show):
    made = panel(SAMPLES[Bars], x=Axis(low=-0.5, high=2.5, hidden=True), y=Axis(low=-1, high=1))
    view = shown_panel(show, made)
    plain = grabbed(view)
    move(view, *at(view, 0.0, 0.4))
    hovered = grabbed(view)
    assert (plain != hovered).any(axis=2).sum() > 1000
    assert (array(panel_image(made, THEMES["light"], 640, 400, scale=1.0))[..., :3] == plain[..., :3]).all()
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    QApplication.processEvents()
    assert (grabbed(view) == plain).all()


def test_the_pointer_shows_what_can_be_dragged(show):
    view = shown_panel(show, panel(SAMPLES[Rule]))
    move(view, *at(view, 0.2, 0.5))
    assert view.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor
    move(view, *at(view, -0.7, 0.5))
    assert view.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor


def test_a_failure_keeps_the_last_good_picture(show, monkeypatch, caplog):
    good, bad = panel(SAMPLES[Lines]), panel(SAMPLES[Points], title="Broken")
    view = shown_panel(show, good)
    before = grabbed(view)
    said, seen = [], []
    view.failed.connect(said.append)
    view.painted.connect(seen.append)

    def explode(painter, mark, place):
        raise ZeroDivisionError("from a paint function")

    with monkeypatch.context() as patched:
        patched.setitem(PAINT, Points, explode)
        view.set_panel(bad)
        after = grabbed(view)
    assert said == ["The panel “Broken” could not be painted; the last good picture stays."]
    assert bad in seen
    assert (after == before).all()
    assert "from a paint function" in caplog.text
    view.set_panel(bad)
    assert (grabbed(view) != before).any()


def test_a_first_panel_that_fails_leaves_an_empty_card(show, monkeypatch):
    monkeypatch.setitem(PAINT, Points, lambda *_: 1 / 0)
    view = show(PanelView(), 300, 200)
    said = []
    view.failed.connect(said.append)
    view.set_panel(panel(SAMPLES[Points]))
    assert grabbed(view).shape == (200, 300, 4)
    assert said


# The dashboard


def frame(*kinds, caption="Words."):
    cards = tuple(dataclasses.replace(panel(SAMPLES[kind]), key=kind.kind) for kind in kinds)
    return Frame(panels=cards, readouts=(), caption=caption)


def wait_for(found, count):
    for _ in range(400):
        if len(found) >= count:
            return
        QTest.qWait(5)
    raise AssertionError(f"only {len(found)} of {count} came")


def test_painted_comes_once_for_each_frame(show):
    board = show(DashboardView())
    seen = []
    board.painted.connect(seen.append)
    for count in range(1, 6):
        made = frame(Lines, Bars, Points)
        board.set_frame(made)
        wait_for(seen, count)
        assert seen[-1] is made
    QTest.qWait(20)
    assert len(seen) == 5


def test_painted_comes_even_where_nothing_can_be_painted(application):
    board = DashboardView()
    seen = []
    board.painted.connect(seen.append)
    board.set_frame(frame(Lines))
    wait_for(seen, 1)
    board.set_frame(frame())
    wait_for(seen, 2)
    board.deleteLater()


def test_views_are_kept_by_key(show):
    board = show(DashboardView())
    board.set_frame(frame(Lines, Bars))
    lines = board.views["lines"]
    board.set_frame(frame(Points, Lines))
    assert list(board.views) == ["points", "lines"]
    assert board.views["lines"] is lines
    board.spoken.describe()
    assert all(view.accessibleDescription().endswith("Words.") for view in board.views.values())


def test_views_of_panels_that_are_gone_show_others_as_new_ones_would(show):
    board, fresh = show(DashboardView()), show(DashboardView())
    board.set_frame(frame(Lines, Bars, Points))
    grabbed(board)
    views = set(board.views.values())
    zoom = board.views["lines"]
    zoom.box.setRange(xRange=(-0.1, 0.1), yRange=(-0.1, 0.1))
    zoom._zoomed()
    board.set_theme(THEMES["dark"])
    fresh.set_theme(THEMES["dark"])
    for kinds in ((Bars,), (Rule, Bars), (Field, Handle, Lines)):
        board.set_frame(frame(*kinds))
        fresh.set_frame(frame(*kinds))
        assert set(board.views.values()) <= views
        assert (grabbed(board) == grabbed(fresh)).all()


@pytest.mark.parametrize("axis", ["x", "y"])
def test_another_axis_is_painted_although_the_marks_stayed(show, axis):
    one = frame(Lines).panels[0]
    other = dataclasses.replace(one, **{axis: dataclasses.replace(getattr(one, axis), label="another", ticks=None)})
    board, fresh = (shown_panel(show, panel) for panel in (one, other))
    for _ in range(3):
        board.set_panel(one)
        grabbed(board)
    board.set_panel(other)
    assert (grabbed(board) == grabbed(fresh)).all()


def with_a_picture(show):
    """A dashboard whose first frame is on the screen, and the frames it has shown."""
    board, seen = show(DashboardView()), []
    board.painted.connect(seen.append)
    board.set_frame(frame(Lines, Bars, Points))
    wait_for(seen, 1)
    return board, seen


def test_only_what_is_new_is_painted(show, monkeypatch):
    (board, seen), painted = with_a_picture(show), []
    first, other = seen[0], frame(Lines, Bars, Points)
    monkeypatch.setattr(PanelView, "paint", lambda view, painter, paint=PanelView.paint: (
        painted.append(view.panel), paint(view, painter)))  # fmt: skip
    part = dataclasses.replace(first, panels=(first.panels[0], other.panels[1], first.panels[2]))
    turns = ((part,), other.panels[1:2]), ((part,), ()), ((first,), first.panels[1:2]), ((other, first), first.panels)
    for frames, news in turns:
        painted.clear()
        for made in frames:
            board.set_frame(made)
        wait_for(seen, len(seen) + 1)
        assert (seen[-1], painted) == (frames[-1], list(news))


def test_what_takes_long_to_paint_is_painted_card_by_card(show, monkeypatch):
    (board, seen), turns = with_a_picture(show), []
    QTest.qWait(50)
    monkeypatch.setattr("regviz.gui.canvas.view._TURN", -1.0)
    board._next.timeout.connect(lambda: turns.append(len(board._waiting)))
    for count in (2, 3):
        made = frame(Lines, Bars, Points)
        board.set_frame(made)
        assert [view.panel for view in board.views.values()] == list(made.panels)
        wait_for(seen, count)
        assert seen[-1] is made
    assert turns == [3, 2, 1, 3, 2, 1]


def test_every_card_gets_its_turn_when_frames_come_faster_than_they_are_painted(show, monkeypatch):
    (board, _), asked = with_a_picture(show), []
    monkeypatch.setattr("regviz.gui.canvas.view._TURN", -1.0)
    monkeypatch.setattr("regviz.gui.canvas.view._release", lambda view: asked.append(view.panel.key))
    for _ in range(6):
        board.set_frame(frame(Lines, Bars, Points))
        board._ask()
    assert asked == 2 * list(board.views)


def test_new_cards_have_their_turns_too_while_the_screen_keeps_the_old_picture(show, monkeypatch):
    (board, seen), turns = with_a_picture(show), []
    monkeypatch.setattr("regviz.gui.canvas.view._TURN", -1.0)
    monkeypatch.setattr(PanelView, "paint", lambda view, painter, paint=PanelView.paint: (
        turns[-1].append(view.panel.key), paint(view, painter)))  # fmt: skip
    made = frame(Rule, Field, Handle, Lines)
    board.set_frame(made)
    while len(seen) < 2:
        turns.append([])
        QApplication.processEvents()
    assert [one for one in turns if one] == [[panel.key] for panel in made.panels]
    assert board.settled


def test_cards_whose_turn_has_not_come_are_whole_for_whoever_grabs_them(show, monkeypatch):
    board, fresh = show(DashboardView()), show(DashboardView())
    made = frame(Rule, Field)
    fresh.set_frame(made)
    wanted = grabbed(fresh)
    monkeypatch.setattr(board, "_ask", lambda: None)
    board.set_frame(made)
    QApplication.processEvents()
    assert not board.settled
    assert (grabbed(board) == wanted).all()


def test_cards_do_not_overlap_at_any_window_size(show):
    board = show(DashboardView())
    board.set_frame(frame(*MARK_TYPES[:5]))
    for size in ((1, 1), (320, 240), (800, 600), (1600, 900), (500, 1200)):
        board.resize(*size)
        QApplication.processEvents()
        board.grab()
        spots = [view.geometry() for view in board.views.values()]
        if min(size) > 200:
            assert not any(a.intersects(b) for k, a in enumerate(spots) for b in spots[k + 1 :])


def test_font_scale_and_theme_reach_the_cards(show):
    board = show(DashboardView())
    board.set_frame(frame(Lines, Bars))
    plain = grabbed(board)
    board.set_scale(1.5)
    larger = grabbed(board)
    board.set_theme(THEMES["dark"])
    assert (plain != larger).any()
    assert grabbed(board)[5, 5, :3].sum() < 200
    assert board.views["lines"].unit == pytest.approx(1.5 * board.design_scale() / 1.5)


def test_signals_pass_through(show):
    board = show(DashboardView())
    board.set_frame(frame(Rule))
    view = board.views["rule"]
    board.grab()
    intents, gestures = told(board)
    drag(view, at(view, 0.2, 0.5), at(view, -0.4, 0.5))
    assert intents[-1][1] is True
    move(view, *at(view, -0.8, -0.8))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(*map(int, at(view, -0.8, -0.8))))
    assert gestures[-1].kind == "click"


def test_parts_strip(show):
    strip = show(PartsStrip(), 600, 24)
    empty = grabbed(strip)
    strip.set_parts((Part(label="loss", value=2.0, role="loss"), Part(label="penalty", value=1.0, role="penalty")))
    assert (grabbed(strip) != empty).any()
    assert strip.accessibleDescription() == "loss 2, penalty 1"
    strip.set_scale(2.0)
    assert strip.height() == 48
    strip.set_parts((Part(label="x", value=float("nan"), role="loss"), Part(label="y", value=-1.0, role="loss")))
    grabbed(strip)


def test_reference_counts_do_not_fall(show):
    """A Qt binding that dropped a reference to None at every void call ended the process after a while."""
    view = shown_panel(show, panel(SAMPLES[Lines]))
    before = sys.getrefcount(None), sys.getrefcount(True)
    for k in range(1000):
        view.viewport().update()
        view.setAccessibleName(str(k))
        view.setVisible(True)
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert all(late >= early - 50 for early, late in zip(before, after, strict=True))


def test_object_arrays_never_reach_qt(show):
    """Marks are the float gate: whatever a lab gives becomes float64 or is refused."""
    with pytest.raises((TypeError, ValueError)):
        Lines(key="l", x=np.array([object(), object()]), y=np.zeros((1, 2)))
    assert Lines(key="l", x=np.array([1, 2], dtype=object), y=np.zeros((1, 2))).x.dtype == np.float64
    assert UNIT.low == -1.0
