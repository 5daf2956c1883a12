"""Pen and spotlight: strokes hold fast to their panel, reach the files, and go with Esc."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from regviz.gui.canvas.export import frame_image
from regviz.gui.canvas.paint.frame import arrange
from regviz.gui.canvas.paint.sketch import outline, paint_strokes
from regviz.gui.canvas.place import Box
from regviz.gui.canvas.theme import THEMES
from regviz.gui.picture import heading, write_picture
from regviz.gui.tools.pad import LARGEST, SMALLEST
from regviz.gui.window.exporting import ExportDialog
from regviz.lab import Stroke
from tests.gui.window.waiting import shown, until
from tests.toy_lab import State, drill, frame_of, toy


def draw(pad, *points):
    at = [QPoint(*map(round, point)) for point in points]
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=at[0])
    for spot in at[1:]:
        QTest.mouseMove(pad, spot)
        QApplication.sendEvent(pad, _moved(pad, spot))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=at[-1])


def _moved(pad, spot):
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    where = QPointF(spot)
    left = Qt.MouseButton.LeftButton
    return QMouseEvent(QEvent.Type.MouseMove, where, pad.mapToGlobal(where), Qt.MouseButton.NoButton, left,
                       Qt.KeyboardModifier.NoModifier)  # fmt: skip


def plot(window, key):
    """The plot of a panel in pixels of the pad."""
    view = window.view.views[key]
    rect, unit = view.place.rect, view.unit
    return (view.x() + rect.left * unit, view.y() + rect.top * unit, rect.width * unit, rect.height * unit)


@pytest.fixture
def pad(window):
    until(lambda: all(view.place is not None for view in window.view.views.values()))
    window.call("pen")
    return window.tools.pad


# The pen.


def test_nothing_lies_over_the_pictures_before_a_key(window):
    assert window.tools._pad is None
    window.call("cancel")
    assert window.tools._pad is None


def test_a_stroke_holds_fast_to_its_panel(window, pad):
    left, top, wide, high = plot(window, "path")
    draw(pad, (left + wide / 4, top + high / 2), (left + wide / 2, top + high), (left + 1.2 * wide, top))
    (stroke,) = pad.strokes
    assert stroke.panel == "path"
    assert np.allclose(stroke.points, [[0.25, 0.5], [0.5, 1.0], [1.2, 0.0]], atol=0.01)
    window.resize(1000, 800)
    QApplication.processEvents()
    assert pad.geometry() == window.view.geometry()
    assert pad.strokes == (stroke,)


def test_strokes_stay_while_the_slider_moves_and_the_pen_rests(window, pad):
    draw(pad, (100, 100), (200, 180))
    window.call("pen")
    assert pad.isVisible() and pad.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    window.session.set({"lam": 2.0})
    shown(window)
    assert len(pad.strokes) == 1


def test_esc_clears_all_then_means_what_it_meant(window, pad):
    draw(pad, (100, 100), (200, 180))
    window.call("spotlight")
    window.call("cancel")
    assert not pad.strokes and not pad.pen and not pad.light and not pad.isVisible()
    window.call("help")
    draw_nothing = pad.clear()
    assert not draw_nothing
    window.call("cancel")
    assert not window.help.isVisible()


def test_take_back_and_colours(window, pad):
    draw(pad, (100, 100), (200, 180))
    window.call("pen_color")
    draw(pad, (120, 100), (220, 180))
    assert [stroke.role for stroke in pad.strokes] == ["bad", "accent"]
    window.call("pen_back")
    assert [stroke.role for stroke in pad.strokes] == ["bad"]
    window.call("pen_back")
    window.call("pen_back")
    assert pad.strokes == ()
    colors = {pad.next_color() for _ in range(5)}
    assert len(colors) == 5


def test_another_lab_is_another_sheet(window, pad):
    draw(pad, (100, 100), (200, 180))
    window.session.set({"lam": 3.0})
    assert pad.strokes
    window.edits.choose(drill)
    assert pad.strokes == ()


def test_keys_reach_the_window_while_the_pen_is_in_hand(window, pad):
    slider = window.main_slider()
    slider.setFocus()
    before = window.session.state.lam
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert window.session.state.lam > before
    QTest.keyClick(slider, Qt.Key.Key_L)
    assert pad.light


# The spotlight.


def test_the_picture_is_dark_but_for_the_spot(window):
    before = window.view.grab().toImage()
    window.call("spotlight")
    pad = window.tools.pad
    spot = QPoint(300, 200)
    QTest.mouseMove(pad, spot)
    pad._spot = QPointF(spot)
    QApplication.processEvents()
    image = window.grab(window.centralWidget().rect()).toImage()
    corner = window.view.mapTo(window, QPoint(0, 0))
    inside, outside = corner + spot, corner + QPoint(pad.width() - 20, pad.height() - 20)
    assert image.pixelColor(inside) == before.pixelColor(spot)
    assert image.pixelColor(outside).lightnessF() < 0.7 * before.pixelColor(
        QPoint(pad.width() - 20, pad.height() - 20)).lightnessF()  # fmt: skip


def test_the_wheel_changes_its_size_within_bounds(window):
    window.call("spotlight")
    pad = window.tools.pad
    radius = pad.radius

    def turn(steps):
        at = QPointF(50, 50)
        QApplication.sendEvent(pad, QWheelEvent(
            at, pad.mapToGlobal(at), QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False))  # fmt: skip

    turn(1)
    assert pad.radius == pytest.approx(1.1 * radius)
    turn(200)
    assert pad.radius == LARGEST
    turn(-200)
    assert pad.radius == SMALLEST


# Files.


def stroked(points, panel="path", role="bad"):
    return dataclasses.replace(frame_of(State()), strokes=(Stroke(panel=panel, role=role, points=points),))


def test_files_show_strokes_at_the_same_spot_of_the_plot():
    """The middle of a plot in a file of any shape has the pen's colour where a stroke goes through the middle."""
    frame = stroked([[0.0, 0.5], [1.0, 0.5]])
    for theme in THEMES.values():
        for size in ((1920, 1080), (900, 900)):
            whole = frame_image(frame, heading(toy, State(), frame), theme, size, panel="path")
            unit = min(size[0] / 960, size[1] / 540)
            area = arrange(frame.panel("path"), size[0] / unit, size[1] / unit).place(theme).rect
            x, y = (area.left + 0.31 * area.width) * unit, (area.top + 0.5 * area.height) * unit
            assert whole.pixelColor(round(x), round(y)).name().upper() == theme.color("bad")


def test_a_stroke_of_another_panel_is_not_in_the_file_of_this_one():
    plain = frame_of(State())
    with_stroke = dataclasses.replace(stroked([[0.1, 0.1], [0.9, 0.9]]), panels=plain.panels)
    pictures = [
        frame_image(frame, heading(toy, State(), frame), THEMES["light"], (640, 360), panel="coefficients")
        for frame in (plain, with_stroke)
    ]
    assert pictures[0] == pictures[1]
    whole = [frame_image(f, heading(toy, State(), f), THEMES["light"], (640, 360)) for f in (plain, with_stroke)]
    assert whole[0] != whole[1]


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), max_size=30), st.sampled_from(list(THEMES)))
def test_any_stroke_paints(points, theme):
    image = QImage(60, 40, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    stroke = Stroke(panel="p", role="text", points=np.array(points).reshape(-1, 2))
    paint_strokes(painter, (stroke,), {"p": Box(5, 5, 50, 30)}, THEMES[theme])
    painter.end()
    assert outline(stroke, Box(5, 5, 50, 30)).isEmpty() == (not points)


def test_strokes_that_are_none_are_refused():
    with pytest.raises(ValueError, match="points"):
        Stroke(panel="p", role="text", points=[1.0, 2.0])


def test_the_export_dialog_leaves_the_drawing_out_where_it_is_not_wanted(window, pad, tmp_path):
    draw(pad, (100, 100), (300, 280))
    frame = window.tools.drawn(window.shown.frame)
    written = {}
    for wanted in (True, False):
        file = tmp_path / f"{wanted}.png"
        dialog = ExportDialog(toy, State(), frame, "light", window, ask=lambda *_, file=file: str(file))
        assert not dialog.drawn.isHidden()
        dialog.drawn.setChecked(wanted)
        dialog.save()
        written[wanted] = file.read_bytes()
        dialog.deleteLater()
    write_picture(toy, State(), frame_of(State()), tmp_path / "plain.png")
    assert written[False] == (tmp_path / "plain.png").read_bytes() != written[True]
    window.call("cancel")
    plain = ExportDialog(toy, State(), window.tools.drawn(window.shown.frame), "light", window)
    assert plain.drawn.isHidden()
    plain.deleteLater()
