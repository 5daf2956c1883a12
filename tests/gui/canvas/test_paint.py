"""Painting: every mark in every theme leaves its trace, text stays apart and inside, and nothing raises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QImage, QPainter

from regviz.gui.canvas import ink
from regviz.gui.canvas.export import panel_image
from regviz.gui.canvas.paint import PAINT, paint_panel, points
from regviz.gui.canvas.paint.fields import level_lines, tile_boxes
from regviz.gui.canvas.place import Box
from regviz.gui.canvas.theme import THEMES
from regviz.lab import MARK_TYPES, Axis, Bars, Contours, Field, Graph, Handle, Lines, Points, Region, Rule, Text, Tiles
from tests.gui.canvas.panels import SAMPLES, marks, panel, panels
from tests.gui.canvas.pixels import array

EVERY = sorted(THEMES)


def _painted(shown, theme="light", width=480, height=320):
    return array(panel_image(shown, THEMES[theme], width, height))


def test_every_mark_has_a_paint_function_and_a_sample():
    assert set(PAINT) == set(SAMPLES) == set(MARK_TYPES)


@pytest.mark.parametrize("theme", EVERY)
@pytest.mark.parametrize("kind", MARK_TYPES)
def test_every_mark_leaves_a_trace(kind, theme):
    empty, full = _painted(panel(), theme), _painted(panel(SAMPLES[kind]), theme)
    assert (empty != full).any(axis=2).sum() > 60


@pytest.mark.parametrize("kind", MARK_TYPES)
def test_themes_differ(kind):
    pictures = [_painted(panel(SAMPLES[kind]), theme) for theme in EVERY]
    assert all((one != two).any() for one, two in zip(pictures, pictures[1:], strict=False))


@pytest.mark.parametrize("kind", MARK_TYPES)
@settings(max_examples=15)
@given(data=st.data())
def test_odd_marks_never_raise(kind, data):
    shown = panel(data.draw(marks(kind)))
    with np.errstate(all="raise", under="ignore", over="ignore", divide="ignore", invalid="ignore"):
        _painted(shown, width=240, height=160)


@settings(max_examples=60)
@given(panels(), st.sampled_from([(1, 1), (30, 20), (200, 900), (480, 320)]), st.sampled_from(EVERY))
def test_odd_panels_never_raise(shown, size, theme):
    assert not panel_image(shown, THEMES[theme], *size).isNull()


def _texts(shown, width, height):
    """The boxes of all upright text on a panel, with what it says."""
    image = QImage(int(width), int(height), QImage.Format.Format_RGB32)
    painter, seen, write = QPainter(image), [], ink.write

    def spy(painter, x, y, text, style, color, *more):
        if text and painter.worldTransform().m12() == 0:
            seen.append((Box(x, y, x + ink.width(text, style), y + ink.height(style)), text))
        write(painter, x, y, text, style, color, *more)

    try:
        ink.write = spy
        paint_panel(painter, shown, width, height, THEMES["light"])
    finally:
        ink.write = write
        painter.end()
    return seen


@settings(max_examples=150)
@given(panels(), st.sampled_from([(620, 430), (930, 440), (460, 300)]))
def test_texts_neither_overlap_nor_leave_the_card(shown, size):
    texts = _texts(shown, *size)
    card = Box(0, 0, *size)
    for index, (box, text) in enumerate(texts):
        assert card.holds(box), text
        for other, words in texts[index + 1 :]:
            assert not box.grown(-0.5).meets(other.grown(-0.5)), (text, words)


def test_the_usual_labels_are_all_there():
    x = np.geomspace(0.01, 3, 50)
    curves = Lines(key="path", x=x, y=[3 - x, 2 - x / 2, -1 + x / 4], labels=("w₁", "w₅", "w₈"))
    shown = panel(curves, x=Axis(low=0.01, high=3, log=True, label="λ"), y=Axis(low=-2, high=4))
    said = [text for _, text in _texts(shown, 930, 440)]
    assert {"w₁", "w₅", "w₈", "λ  (log scale)", "0.1", "−2"} <= set(said)


def test_a_cursor_makes_way_for_the_words_it_crosses():
    least = Rule(key="least", value=0.0, role="validation", dash=True, label="λ min = 0.161")
    other = Rule(key="other", value=0.35, role="validation", dash=True, label="λ 1SE = 0.399")
    crossed = 0
    for at in np.linspace(-0.5, 0.9, 15):
        cursor = Rule(key="cursor", value=at, bound="lam", role="text")
        shown = panel(least, other, cursor)
        image = QImage(480, 320, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        place = paint_panel(painter, shown, 480, 320, THEMES["light"])
        painter.end()
        x = round(float(place.x.px(at)))
        words = {label.text: box for label, box in place.settled}
        assert {least.label, other.label} <= set(words)
        for box in words.values():
            if box.left + 2 < x < box.right - 2:
                column = array(image)[round(box.top) + 2 : round(box.bottom) - 2, x, 2::-1].astype(int)
                assert (np.abs(column - [0x17, 0x20, 0x2B]).max(axis=1) > 20).all(), "the line runs through the word"
                crossed += 1
    assert crossed


def test_names_stand_where_curves_run_apart():
    x = np.linspace(0, 1, 101)
    late = np.exp(-(((x - 0.5) / 0.15) ** 2))
    curves = Lines(key="path", x=x, y=[late, 0.5 * late, -late, -0.5 * late], labels=("a1", "a2", "a3", "a4"))
    texts = [(box, text) for box, text in _texts(panel(curves, x=Axis(low=0, high=1.1), y=TALL), 930, 440)
             if text in curves.labels]  # fmt: skip
    assert sorted(text for _, text in texts) == list(curves.labels)
    assert all(box.left > 0.25 * 930 and box.right < 0.75 * 930 for box, _ in texts)


def test_names_of_one_and_the_same_curve_stand_in_rows():
    x = np.linspace(0, 1, 101)
    curves = Lines(key="path", x=x[:4], y=np.tile(0.5 * x[:4], (5, 1)), labels=tuple(f"method {k}" for k in range(5)))
    said = [text for _, text in _texts(panel(curves, x=Axis(low=0, high=1), y=TALL), 930, 440)]
    assert set(curves.labels) <= set(said)


def _placed(shown, width=480, height=320):
    """The picture of a panel on white, and its place."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    place = paint_panel(painter, shown, width, height, THEMES["light"])
    painter.end()
    return array(image)[:, :, :3].astype(int), place


def test_every_tile_shows_its_own_image():
    shades = np.linspace(0.0, 1.0, 7)
    mark = Tiles(key="t", images=np.tile(shades[:, None, None], (1, 3, 4)), columns=3)
    picture, place = _placed(panel(mark))
    boxes = tile_boxes(mark, place)
    for shade, box in zip(shades, boxes, strict=True):
        color = THEMES["light"].scale(mark.scale)[round(255 * shade), :3]
        inside = picture[round(box.top) + 3 : round(box.bottom) - 3, round(box.left) + 3 : round(box.right) - 3]
        assert inside.size and np.abs(inside - color).max() <= 1


def test_level_lines_have_no_gaps():
    """Around a circle of short pieces no place is paler than the line's middle by more than its edge."""
    x, y = np.meshgrid(np.linspace(-0.975, 0.975, 40), np.linspace(-0.975, 0.975, 40))
    rings = Contours(key="c", z=np.hypot(x, y), levels=[0.6], extent=(-1, 1, -1, 1), role="text")
    picture, place = _placed(panel(rings, x=Axis(low=-1, high=1), y=Axis(low=-1, high=1), equal=True))
    angle = np.linspace(0.0, 2.0 * np.pi, 2000)
    across, down = place.x.px(0.6 * np.cos(angle)), place.y.px(0.6 * np.sin(angle))
    on = picture[np.floor(down).astype(int), np.floor(across).astype(int)].max(axis=1)
    assert (on < 160).all()


@pytest.mark.parametrize("count", [12, 60, 400])
def test_bars_of_any_number(count):
    values = np.linspace(-1, 1, count)
    bars = Bars(key="b", values=values, labels=[f"feature {k}" for k in range(count)])
    texts = _texts(panel(bars, x=Axis(low=-0.5, high=count - 0.5, hidden=True)), 930, 440)
    picture = _painted(panel(bars, x=Axis(low=-0.5, high=count - 0.5, hidden=True)), width=930, height=440)
    blue = np.array([0xA0, 0x3C, 0x08])
    columns = (np.abs(picture[:, :, :3] - blue).max(axis=2) < 40).any(axis=0)
    assert columns.sum() > 250
    for index, (box, text) in enumerate(texts):
        assert not any(box.grown(-0.5).meets(other.grown(-0.5)) for other, _ in texts[index + 1 :]), text


def test_an_exact_zero_is_a_dot_and_a_tiny_value_is_not():
    def dots(value):
        return _painted(panel(Bars(key="b", values=[value], role="bad"), x=Axis(low=-0.5, high=0.5), y=TALL))

    red = np.array([0x0E, 0x29, 0xAB])
    exact, tiny = ((np.abs(dots(v)[:, :, :3] - red).max(axis=2) < 30) for v in (0.0, 1e-9))
    assert exact.sum() > 12
    assert tiny.sum() < exact.sum() / 4


def test_spikes_reach_no_further_than_the_values():
    """Half a pen's width beyond the highest and the lowest, however many points there are."""
    for count in (9, 61):
        y = np.where(np.arange(count) % 4 == 1, 0.6, np.where(np.arange(count) % 4 == 3, -0.6, 0.0))
        zigzag = Lines(key="p", x=np.linspace(-0.6, -0.6 + 0.02 * count, count), y=[y], role="bad")
        picture, place = _placed(panel(zigzag, y=Axis(low=-1.0, high=1.0)))
        rows = np.flatnonzero((np.abs(picture - [0x0E, 0x29, 0xAB]).max(axis=2) < 60).any(axis=1))
        top, bottom = place.y.px([0.6, -0.6])
        assert top - 3.0 < rows.min() < top + 3.0 and bottom - 4.0 < rows.max() < bottom + 2.0


def test_many_symbols_look_and_keep_labels_off_as_few_do(monkeypatch):
    """They come from a picture that is kept: a shade of difference at most, wherever the panel's pixels fall."""
    x, y = np.random.default_rng(0).uniform(-1.1, 1.1, (2, 40))
    dots = Points(key="p", x=x, y=y, roles=tuple(f"informative:{k % 7}" for k in range(40)))
    shown = panel(dots, Points(key="q", x=x[:20], y=-y[:20], shape="ring", labels=tuple(map(str, range(20)))))
    for scale, ratio in ((1.0, 1.0), (0.77, 1.25)):
        pictures, taken = [], []
        for fewest in (12, 1000):
            monkeypatch.setattr(points, "MANY", fewest)
            pictures.append(array(panel_image(shown, THEMES["dark"], 480, 320, ratio, scale=scale)).astype(int))
            taken.append(_texts(shown, 480, 320))
        assert np.abs(pictures[0] - pictures[1]).max() <= 2
        assert taken[0] == taken[1]


TALL = Axis(low=-1.2, high=1.2)


def test_later_marks_lie_above_earlier_ones():
    wide = Region(key="a", x=[-1, 1, 1, -1], y=[-1, -1, 1, 1], role="bad", fade=[1.0])
    other = Region(key="b", x=[-1, 1, 1, -1], y=[-1, -1, 1, 1], role="good", fade=[1.0])
    for first, last, color in ((wide, other, "good"), (other, wide, "bad")):
        pixel = _painted(panel(first, last))[160, 240, :3]
        expected = THEMES["light"].color(color)
        assert tuple(pixel[::-1]) == tuple(int(expected[i : i + 2], 16) for i in (1, 3, 5))


def test_a_fields_first_row_is_at_the_bottom():
    field = Field(key="f", z=[[0.0], [1.0]], extent=(-1, 1, -1.2, 1.2), low=0, high=1)
    picture = _painted(panel(field))
    assert picture[280 - 40, 240, :3].sum() > picture[110, 240, :3].sum()


def test_level_lines_of_a_circle():
    """Marching squares on a bowl: every end is on the circle to the square of the cell, and all of it is found."""
    grid = np.linspace(-1, 1, 81)
    half = (grid[1] - grid[0]) / 2
    bowl = Contours(key="c", z=grid[None, :] ** 2 + grid[:, None] ** 2, levels=[0.5],
                    extent=(-1 - half, 1 + half, -1 - half, 1 + half))  # fmt: skip
    ends = level_lines(bowl, 0.5)
    assert np.hypot(*ends.T) == pytest.approx(np.sqrt(0.5), abs=1e-3)
    length = np.hypot(*(ends[::2] - ends[1::2]).T).sum()
    assert length == pytest.approx(2 * np.pi * np.sqrt(0.5), rel=1e-3)


@given(st.integers(0, 15), st.booleans())
def test_level_lines_of_a_cell_part_high_from_low(code, shift):
    """All sixteen cells: each segment has the high corners on one side only."""
    high = [bool(code >> k & 1) for k in range(4)]
    z = np.array([[high[0], high[1]], [high[3], high[2]]], dtype=float) + (0.3 if shift else 0.0)
    segments = level_lines(Contours(key="c", z=z, levels=[0.5], extent=(0, 2, 0, 2)), 0.5).reshape(-1, 2, 2)
    changes = sum(high[k] != high[k - 1] for k in range(4))
    if not shift:
        assert len(segments) == changes // 2
    for a, b in segments:
        assert not np.allclose(a, b)


@pytest.mark.parametrize("shape", ["dot", "ring", "cross", "square", "diamond", "triangle", "tick"])
def test_shapes_differ(shape):
    one = _painted(panel(Points(key="p", x=[0.0], y=[0.0], shape=shape)))
    others = ["ring", "cross"] if shape not in ("ring", "cross") else ["dot", "square"]
    for other in others:
        assert (one != _painted(panel(Points(key="p", x=[0.0], y=[0.0], shape=other)))).any()


def test_many_points_are_thinned():
    cloud = Points(key="p", x=np.linspace(-1, 1, 200_000), y=np.zeros(200_000), small=True)
    assert _painted(panel(cloud)).any()


def test_a_bound_rule_has_a_triangle_and_text_color():
    free, bound = (_painted(panel(Rule(key="r", value=0.0, bound=name))) for name in ("", "lam"))
    assert (free != bound).any()
    dark = [(np.abs(each[:, :, :3] - np.array([0x2B, 0x20, 0x17])).max(axis=2) < 8).sum() for each in (free, bound)]
    assert dark[1] > dark[0] + 200


def test_no_marks_of_one_panel_change_another():
    """Painting is a pure function of the panel: the same picture before and after others."""
    before = _painted(panel(SAMPLES[Graph], SAMPLES_TEXT))
    for kind in MARK_TYPES:
        _painted(panel(SAMPLES[kind]))
    assert (before == _painted(panel(SAMPLES[Graph], SAMPLES_TEXT))).all()


SAMPLES_TEXT = Text(key="t", x=[0.0], y=[0.9], labels=("words",))


def test_equal_panels_have_equal_units():
    from regviz.gui.canvas.paint.frame import arrange

    for width, height in ((900, 300), (300, 700)):
        made = arrange(panel(SAMPLES[Handle], equal=True), width, height)
        x = made.plot.width / (made.x.high - made.x.low)
        y = made.plot.height / (made.y.high - made.y.low)
        assert x == pytest.approx(y)
        assert made.x.low <= -1.0 < 1.0 <= made.x.high
        assert made.y.low <= -1.2 < 1.2 <= made.y.high
