"""Whole cards and files: in every size and resolution, for every panel that follows another, and beside the pointer."""

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from regviz.gui.canvas import curves, ink
from regviz.gui.canvas.export import Heading, frame_image, panel_image, picture_bytes
from regviz.gui.canvas.grip import Hit
from regviz.gui.canvas.ink import LABEL
from regviz.gui.canvas.naming import Label, settle
from regviz.gui.canvas.paint.hover import paint_hover
from regviz.gui.canvas.panel import click_twice
from regviz.gui.canvas.place import Box
from regviz.gui.canvas.theme import THEMES
from regviz.gui.canvas.view import DashboardView, PanelView
from regviz.lab import Axis, Bars, Frame, Lines, Points, Stroke
from tests.gui.canvas.panels import SAMPLES, panel
from tests.gui.canvas.pixels import array

CARDS = tuple(dataclasses.replace(panel(SAMPLES[kind]), key=kind.kind) for kind in (Lines, Bars, Points))
FRAME = Frame(panels=CARDS, readouts=(), caption="What the picture shows.", subtitle="sub")


@pytest.fixture
def written(monkeypatch):
    """Every text with its box on the device, in the order of writing."""
    said, write = [], ink.write

    def spy(painter, x, y, text, style, *more):
        world = painter.worldTransform()
        if text and world.m12() == 0:
            ends = [world.map(x, y), world.map(x + ink.width(text, style), y + ink.height(style))]
            said.append((text, Box(*ends[0], *ends[1])))
        write(painter, x, y, text, style, *more)

    monkeypatch.setattr(ink, "write", spy)
    return said


@pytest.mark.parametrize("size", [(1920, 1080), (1920, 500), (700, 1080), (300, 300)])
def test_all_words_of_a_frame_are_in_its_picture(written, size):
    frame_image(FRAME, Heading(title="Lab", stamp="data synthetic · regviz"), THEMES["light"], size)
    assert any("Lab" in text for text, _ in written)
    assert all(Box(0, 0, *size).grown(1.0).holds(box) for _, box in written)


def test_a_picture_that_is_only_wider_or_higher_has_no_larger_words(written):
    high = []
    for size in ((960, 540), (1900, 540), (960, 1080)):
        written.clear()
        frame_image(FRAME, Heading(title="Lab"), THEMES["light"], size)
        high.append(next(box.height for text, box in written if text == "regviz"))
    assert high == pytest.approx([high[0]] * 3)


def test_a_stamp_stands_below_a_panel_alone(written):
    top = Heading(title="Lab", stamp="data synthetic · regviz")
    frame_image(FRAME, top, THEMES["light"], (960, 540), panel="lines")
    (stamp,) = (box for text, box in written if "synthetic" in text)
    assert Box(0, 0, 960, 540).holds(stamp)
    assert all(box.bottom <= stamp.top + 1.0 for text, box in written if "synthetic" not in text)


def test_strokes_are_in_the_file_of_a_panel_alone():
    drawn = dataclasses.replace(FRAME, strokes=(Stroke(panel="lines", role="bad", points=[[0.1, 0.1], [0.9, 0.8]]),))
    for key, differs in (("lines", True), ("bars", False)):
        one, two = (frame_image(f, Heading(title=""), THEMES["light"], (480, 270), panel=key) for f in (FRAME, drawn))
        assert (array(one) != array(two)).any() == differs


@pytest.mark.parametrize("dpi", [72, 96, 300])
def test_the_page_of_a_pdf_is_as_large_as_its_resolution_says(dpi):
    data = picture_bytes(FRAME, Heading(title="t"), ".pdf", size=(960, 540), dpi=dpi)
    sides = [float(v) for v in re.search(rb"/MediaBox \[([^\]]+)\]", data)[1].split()]
    assert sides == pytest.approx([0, 0, 960 * 72 / dpi, 540 * 72 / dpi], abs=1.0)


@given(st.lists(st.tuples(*[st.floats(-1e3, 1e3)] * 2), min_size=1, max_size=20))
def test_lengths_are_those_of_the_way(points):
    x, y = np.array(points).T
    ways = [np.hypot(*(b - a)) for a, b in zip(np.array(points), np.array(points)[1:], strict=False)]
    np.testing.assert_allclose(curves.lengths(x, y), np.cumsum([0.0, *ways]), atol=1e-9)


@pytest.mark.parametrize("count", [4, 8, 12, 16, 32, 200])
def test_only_what_looks_round_is_drawn_as_an_ellipse(count):
    """A regular polygon strays from its circle by 1 − cos(π/n) of the radius: few corners are to be seen."""
    angle = np.linspace(0.0, 2.0 * np.pi, count + 1)
    x, y = 3.0 * np.cos(angle), 2.0 * np.sin(angle)
    x[-1], y[-1] = x[0], y[0]
    assert (curves.ovals(x[None], y[None])[0] is not None) == (count >= 16)


def test_of_two_words_for_one_spot_the_one_of_higher_rank_stands_there():
    for ranks in ((1.0, 2.0), (2.0, 1.0)):
        labels = [Label("word", LABEL, "#000000", ((10.0, 10.0),), rank=rank) for rank in ranks]
        kept = settle(labels, [], np.empty((2, 0)), (0.0, 0.0, 100.0, 100.0))
        assert [label.rank for label, _ in kept] == [2.0]


SHAPES = [(20.0, 20.0), (610.0, 20.0), (20.0, 380.0), (610.0, 380.0), (300.0, 200.0)]


@pytest.mark.parametrize("pointer", SHAPES)
def test_the_words_beside_the_pointer_stand_in_rows_on_the_card(application, written, pointer):
    words = ("age = 1.000", "in the data's units 250.0", "unregularised 2.000", "truth 1.500")
    image = QImage(640, 400, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_hover(painter, Hit(SAMPLES[Bars], 0, 0.0, words), pointer, Box(0, 0, 640, 400), THEMES["light"])
    painter.end()
    assert tuple(text for text, _ in written) == words
    assert all(Box(0, 0, 640, 400).holds(box) and not box.contains(*pointer) for _, box in written)
    assert all(above.bottom <= below.top + 0.5 for (_, above), (_, below) in zip(written, written[1:], strict=False))


# On screen.


def grabbed(view):
    return array(view.grab().toImage())[..., :3]


def expected(made, theme="light", scale=1.0):
    return array(panel_image(made, THEMES[theme], 640, 400, scale=scale))[..., :3]


def view_of(show, made):
    view = show(PanelView(), 640, 400)
    view.set_scale(1.0)
    view.set_panel(made)
    view.grab()
    return view


def test_a_title_that_counts_is_the_same_at_every_scale(show):
    view = view_of(show, panel(SAMPLES[Lines]))
    for scale in (0.75, 1.0, 1.3):
        view.set_scale(scale)
        for title in ("Step 1", "Step 2 and more", "Step 3"):
            made = panel(SAMPLES[Lines], title=title)
            view.set_panel(made)
            assert (grabbed(view) == expected(made, scale=scale)).all()


CHANGES = [{"x": Axis(low=0.1, high=10.0, log=True)}, {"x": Axis(low=-1.0, high=3.0)}, {"y": Axis(low=-2.0, high=1.2)},
           {"equal": True}]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_zoom_ends_where_an_axis_measures_anew(show, change):
    made = panel(SAMPLES[Lines], x=Axis(low=0.1, high=10.0))
    view = view_of(show, made)
    view.box.scaleBy((0.5, 0.5))
    view.box.sigRangeChangedManually.emit(view.box.mouseEnabled())
    assert (grabbed(view) != expected(made)).any()
    other = dataclasses.replace(made, **change)
    view.set_panel(other)
    assert (grabbed(view) == expected(other)).all()


def test_a_read_out_does_not_stay_for_another_panel(show):
    view = view_of(show, panel(SAMPLES[Lines]))
    view.point_at(QPointF(float(view.place.x.px(0.2)), float(view.place.y.px(-0.2))))
    assert (grabbed(view) != expected(view.panel)).any()
    other = dataclasses.replace(panel(SAMPLES[Lines]), key="q")
    view.set_panel(other)
    assert (grabbed(view) == expected(other)).all()


def test_a_double_click_on_a_mark_leaves_the_zoom(show):
    view = view_of(show, panel(SAMPLES[Points]))
    view.box.scaleBy((0.5, 0.5))
    view.box.sigRangeChangedManually.emit(view.box.mouseEnabled())
    view.grab()
    zoomed = view.place.x.high
    at = QPointF(float(view.place.x.px(SAMPLES[Points].x[5])), float(view.place.y.px(SAMPLES[Points].y[5])))
    assert view.hit_at(at) is not None
    click_twice(view, at, Qt.KeyboardModifier.NoModifier)
    view.grab()
    assert view.place.x.high == zoomed


def test_a_card_that_comes_back_has_the_theme_of_now(show):
    board = show(DashboardView(), 1000, 700)
    several, one = FRAME, dataclasses.replace(FRAME, panels=CARDS[:1])
    for frame, theme in ((several, "light"), (one, "light"), (one, "dark"), (several, "dark")):
        board.set_theme(THEMES[theme])
        board.set_frame(frame)
        QApplication.processEvents()
    assert {view.theme.name for view in board.views.values()} == {"dark"}


@pytest.mark.parametrize("size", [(500, 400), (1920, 1080)])
def test_the_lecturers_font_scale_multiplies_in_windows_of_all_sizes(show, size):
    board = show(DashboardView(), *size)
    plain = board.design_scale()
    for factor in (0.8, 1.0, 1.5):
        board.set_scale(factor)
        assert board.design_scale() == pytest.approx(factor * plain)


def test_colours_that_come_again_are_dashed(application):
    def inked(role):
        made = panel(Lines(key="l", x=[-1.0, 1.0], y=[[0.3, 0.3]], role=role))
        return (expected(made) != expected(panel())).any(axis=2).sum()

    assert inked("informative:7") < 0.9 * inked("informative:2")


@pytest.mark.parametrize("size", [13, 19, 40])
def test_letters_stand_in_the_box_of_their_line(application, size):
    style, image = ink.Style(size, 600), QImage(200, 120, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    ink.write(painter, 20.0, 30.0, "Ägjp", style, "#000000")
    painter.end()
    rows, columns = np.nonzero(array(image)[:, :, 0] < 128)
    assert rows.min() >= 30 and rows.max() <= 30 + ink.height(style)
    assert columns.min() >= 18 and columns.max() <= 22 + ink.width("Ägjp", style)


def test_a_hyphen_in_a_word_is_narrower_than_a_figure(application):
    assert ink.width("weight-decay", LABEL) - ink.width("weightdecay", LABEL) < 0.8 * ink.width("0", LABEL)


@given(st.text("aWil-λ", min_size=1, max_size=30), st.floats(0.0, 1.6) | st.floats(0.98, 1.0))
def test_what_is_left_of_a_long_word_is_as_much_as_fits_of_its_beginning_and_its_end(word, share):
    room = share * ink.width(word, ink.Style(13, LABEL.weight))
    short, style = ink.fit(word, LABEL, room)
    assert not short or ink.width(short, style) <= room
    if short != word:
        head, _, tail = short.partition("…")
        assert word.startswith(head) and word.endswith(tail) and len(head) - len(tail) in (0, 1)
        more = len(head) + len(tail) + 1
        longer = word[: more - more // 2] + "…" + word[len(word) - more // 2 :]
        assert style.size == 13 and (more == len(word) or ink.width(longer, style) > room)
