"""What is painted stands at its numbers, in the colours of its roles: laws over all marks, whatever they show."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PySide6.QtGui import QImage, QPainter

from regviz.gui.canvas import ink
from regviz.gui.canvas.export import panel_image
from regviz.gui.canvas.paint import lines, paint_panel
from regviz.gui.canvas.paint.bars import figure
from regviz.gui.canvas.paint.fields import level_lines, tile_boxes
from regviz.gui.canvas.paint.heading import Knob, paint_parts
from regviz.gui.canvas.paint.points import MOST
from regviz.gui.canvas.paint.sketch import outline, paint_strokes
from regviz.gui.canvas.place import Box
from regviz.gui.canvas.theme import THEMES, mix
from regviz.lab import (
    MARK_TYPES,
    Arrows,
    Axis,
    Band,
    Bars,
    Contours,
    Field,
    Graph,
    Handle,
    Lines,
    Part,
    Points,
    Readout,
    Region,
    Rule,
    Stroke,
    Text,
    Tiles,
)
from tests.gui.canvas.panels import SAMPLES, panel
from tests.gui.canvas.pixels import array

LIGHT = THEMES["light"]
HIDDEN = Axis(low=-1.0, high=1.0, hidden=True)


def seen(*marks, x=HIDDEN, y=HIDDEN, **more):
    """The picture (h, w, 3) of a panel without ticks, as blue, green, red."""
    return array(panel_image(panel(*marks, x=x, y=y, **more), LIGHT, 480, 320, scale=1.0))[:, :, :3]


def placed(shown, width=480, height=320):
    """The picture of a panel, its place, and every text with its box and colour."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter, said, write = QPainter(image), [], ink.write

    def spy(painter, x, y, text, style, color, *more):
        said.append((text, Box(x, y, x + ink.width(text, style), y + ink.height(style)), color))
        write(painter, x, y, text, style, color, *more)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ink, "write", spy)
        place = paint_panel(painter, shown, width, height, LIGHT)
    painter.end()
    return array(image)[:, :, :3].astype(int), place, said


def rgb(color):
    """"#RRGGBB" as blue, green, red."""
    return np.array([int(color[i : i + 2], 16) for i in (5, 3, 1)])


def near(picture, color, within=24):
    """Where a picture has that colour (h, w)."""
    return np.abs(picture - rgb(color)).max(axis=2) <= within


def same(one, two):
    """Equal but for the shades that rounding moves."""
    return int((np.abs(one.astype(int) - two).max(axis=2) > 10).sum()) <= 8


# Every number shows, and only where it is.

NUMBERS = [
    (kind, spec.name, place)
    for kind in MARK_TYPES for spec in dataclasses.fields(kind)
    if "shapes" in spec.metadata and getattr(SAMPLES[kind], spec.name) is not None
    for place in np.ndindex(getattr(SAMPLES[kind], spec.name).shape) if max(place) < 3
]  # fmt: skip
AT = {Bars: {"x": Axis(low=-0.5, high=2.5, hidden=True)}}


@pytest.mark.parametrize(("kind", "name", "place"), NUMBERS, ids=lambda part: getattr(part, "kind", str(part)))
def test_every_number_of_a_mark_shows(kind, name, place):
    mark = SAMPLES[kind]
    if (kind, name) == (Graph, "values"):  # units that are dropped show none
        mark = dataclasses.replace(mark, alive=None)
    values = np.array(getattr(mark, name))
    values[place] = {"source": 1.0, "target": 1.0, "alive": 1.0}.get(name, 0.75) - values[place]
    other = dataclasses.replace(mark, **{name: values})
    assert (seen(mark, **AT.get(kind, {})) != seen(other, **AT.get(kind, {}))).any(axis=2).sum() >= 6


ACROSS = dict.fromkeys((Lines, Band, Points, Region, Arrows, Text, Graph, Handle), ("x",))
UP = dict.fromkeys((Lines, Region, Arrows, Text, Graph, Handle), ("y",))
UP |= {Band: ("low", "high"), Points: ("y", "low", "high")}
PLACED = [kind for kind in MARK_TYPES if kind in ACROSS or kind in (Rule, Field, Contours)]


def moved(mark, right, up):
    """The mark with functions applied to its places along x and y."""
    kind = type(mark)
    if kind is Rule:
        return dataclasses.replace(mark, value=float((right if mark.axis == "x" else up)(mark.value)))
    if kind in (Field, Contours):
        left, other, bottom, top = mark.extent
        ends = (float(f(v)) for f, v in ((right, left), (right, other), (up, bottom), (up, top)))
        return dataclasses.replace(mark, extent=tuple(ends))
    values = {name: right(getattr(mark, name)) for name in ACROSS[kind]}
    values |= {name: up(getattr(mark, name)) for name in UP[kind]}
    if kind is Arrows:
        ends = right(mark.x + mark.dx), up(mark.y + mark.dy)
        values |= {"dx": ends[0] - values["x"], "dy": ends[1] - values["y"]}
    return dataclasses.replace(mark, **values)


@pytest.mark.parametrize("kind", PLACED)
def test_a_picture_moves_with_its_axes(kind):
    """Data and axes shifted by the same is the same picture."""
    there = moved(SAMPLES[kind], lambda v: v + 16.0, lambda v: v - 4.0)
    axes = {"x": Axis(low=15.0, high=17.0, hidden=True), "y": Axis(low=-5.0, high=-3.0, hidden=True)}
    assert same(seen(SAMPLES[kind]), seen(there, **axes))


@pytest.mark.parametrize("kind", [kind for kind in PLACED if kind is not Contours])
def test_a_log_axis_shows_powers_of_ten_as_a_linear_one_their_exponents(kind):
    there = moved(SAMPLES[kind], lambda v: 10.0**v, lambda v: v)
    assert same(seen(SAMPLES[kind]), seen(there, x=Axis(low=0.1, high=10.0, log=True, hidden=True)))
    there = moved(SAMPLES[kind], lambda v: v, lambda v: 10.0**v)
    assert same(seen(SAMPLES[kind]), seen(there, y=Axis(low=0.1, high=10.0, log=True, hidden=True)))


def test_the_two_axes_of_a_rule():
    for axis in ("x", "y"):
        picture, place, _ = placed(panel(Rule(key="r", value=0.5, axis=axis, role="bad"), x=HIDDEN, y=HIDDEN))
        red = near(picture, LIGHT.color("bad"))
        at = float((place.x if axis == "x" else place.y).px(0.5))
        found = np.flatnonzero(red.any(axis=0 if axis == "x" else 1))
        assert found.size and found == pytest.approx(at, abs=2.5)


def test_a_dashed_rule_is_dashed():
    plain, dashed = (near(seen(Rule(key="r", value=0.0, role="bad", dash=dash)), LIGHT.color("bad")).sum()
                     for dash in (False, True))  # fmt: skip
    assert 0 < dashed < 0.8 * plain


@pytest.mark.parametrize("kind", [Band, Points])
def test_an_end_that_is_missing_leaves_nothing_half_painted(kind):
    ends = np.array([SAMPLES[kind].low, SAMPLES[kind].high])
    pictures = []
    for gone in ([0], [1], [0, 1]):
        values = ends.copy()
        values[gone, 5] = np.nan
        pictures.append(seen(dataclasses.replace(SAMPLES[kind], low=values[0], high=values[1])))
    assert (pictures[0] == pictures[2]).all() and (pictures[1] == pictures[2]).all()
    assert (pictures[0] != seen(SAMPLES[kind])).any()


def test_points_beyond_the_plot_change_nothing():
    x, y = np.array([-0.6, 0.1, 0.7]), np.array([0.3, -0.5, 0.6])
    roles, names = ("train", "bad", "l1"), ("one", "two", "three")
    inside = Points(key="p", x=x, y=y, roles=roles, labels=names)
    more = Points(key="p", x=[-7.0, *x[:2], 9.0, x[2]], y=[0.0, *y[:2], 0.0, y[2]],
                  roles=("noise", *roles[:2], "good", roles[2]), labels=("a", *names[:2], "b", names[2]))  # fmt: skip
    for small in (False, True):
        pictures = [seen(dataclasses.replace(mark, small=small)) for mark in (inside, more)]
        assert (pictures[0] == pictures[1]).all()


def test_of_too_many_points_some_of_all_parts_are_shown():
    count = 4 * MOST
    cloud = Points(key="p", x=np.linspace(-1, 1, count), y=np.zeros(count), small=True, role="bad")
    columns = np.flatnonzero(near(seen(cloud), LIGHT.color("bad")).any(axis=0))
    assert columns.min() < 40 and columns.max() > 440 and np.diff(columns).max() == 1


def test_of_too_many_curves_the_largest_are_shown():
    sizes = np.random.default_rng(3).permutation(np.linspace(0.1, 0.9, lines.MOST_CURVES + 100))
    mark = Lines(key="l", x=[-1.0, 1.0], y=np.stack([sizes, sizes], axis=1))
    assert set(lines._chosen(mark)) == set(np.argsort(-sizes)[: lines.MOST_CURVES].tolist())


@given(hnp.arrays(float, st.integers(1, 4000), elements=st.floats(-1e6, 1e6)), st.integers(4, 900))
def test_a_thinned_curve_keeps_its_ends_and_its_highest_and_lowest(y, most):
    x = np.arange(len(y), dtype=float)
    kept_x, kept_y = lines.thinned(x, y, most)
    assert (kept_x[0], kept_x[-1]) == (0.0, len(y) - 1.0)
    assert (kept_y == y[kept_x.astype(int)]).all() and (np.diff(kept_x) > 0).all()
    assert kept_y.max() == y.max() and kept_y.min() == y.min()


def test_steps_hold_each_value_until_the_next():
    mark = Lines(key="l", x=[-0.9, -0.1, 0.9], y=[[-0.5, 0.6, 0.0]], role="bad", steps=True)
    picture, place, _ = placed(panel(mark, x=HIDDEN, y=HIDDEN))
    red = near(picture, LIGHT.color("bad"))
    for at, held in ((-0.5, -0.5), (0.4, 0.6)):
        rows = np.flatnonzero(red[:, round(float(place.x.px(at)))])
        assert rows.size and rows == pytest.approx(float(place.y.px(held)), abs=3.5)


def test_what_has_no_opacity_is_not_seen():
    curves = Lines(key="l", x=[-1.0, 1.0], y=[[0.5, 0.5], [-0.5, -0.5]], role="bad", fade=[1.0, np.nan])
    only = Lines(key="l", x=[-1.0, 1.0], y=[[0.5, 0.5]], role="bad")
    difference = (seen(curves) != seen(only)).any(axis=2)
    assert not (difference & near(seen(curves), LIGHT.color("bad"), 100)).any()


# Colours say what they mean.


def test_the_sign_of_a_link_is_its_colour_and_its_size_its_width():
    weights = [2.0, -2.0, 1.0, -1.0]
    graph = Graph(key="g", x=[-0.9, 0.9] * 4, y=np.repeat([0.75, 0.25, -0.25, -0.75], 2), source=[0, 2, 4, 6],
                  target=[1, 3, 5, 7], weights=weights, alive=np.ones(8))  # fmt: skip
    picture, place, _ = placed(panel(graph, x=HIDDEN, y=HIDDEN))
    rows = place.y.px(graph.y[::2]).round().astype(int)
    blue, orange = (near(picture, LIGHT.color(f"informative:{k}"), 110)[:, 100:380] for k in (0, 1))
    tall = []
    for row, weight in zip(rows, weights, strict=True):
        own, other = (blue, orange) if weight > 0 else (orange, blue)
        part = slice(row - 12, row + 13)
        assert own[part].any() and not other[part].any()
        tall.append(own[part].any(axis=1).sum())
    assert tall[0] > tall[2] and tall[1] > tall[3]
    doubled = dataclasses.replace(graph, weights=[20.0, -20.0, 10.0, -10.0])
    assert (placed(panel(doubled, x=HIDDEN, y=HIDDEN))[0] == picture).all(), "widths are shares of the largest weight"


@pytest.mark.parametrize("alive", [(1, 0), (0, 1), (0, 0)])
def test_a_link_of_a_unit_that_is_dropped_has_no_colour(alive):
    graph = Graph(key="g", x=[-0.9, 0.9], y=[0.0, 0.0], source=[0], target=[1], weights=[2.0], alive=alive)
    middle = seen(graph)[:, 120:360]
    assert not near(middle, LIGHT.color("informative:0"), 60).any()
    assert near(middle, LIGHT.ghost, 40).any()


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_a_sign_has_one_colour_in_links_and_on_the_scale(theme):
    looks = THEMES[theme]
    table = looks.scale("diverging")[:, :3]
    for end, role in ((-1, "informative:0"), (0, "informative:1")):
        assert (table[end] == rgb(looks.color(role))).all()
    assert np.abs(table[127] - rgb(looks.card)).max() <= 2


APART = (
    ("train", "validation", "test"), ("prior", "likelihood", "posterior"), ("l1", "l2", "elastic-net", "group"),
    ("loss", "penalty"), ("first", "second"), ("good", "bad"),
)  # fmt: skip


@pytest.mark.parametrize("theme", sorted(THEMES))
@pytest.mark.parametrize("roles", APART, ids=lambda roles: roles[0])
def test_roles_that_stand_for_one_another_have_colours_of_their_own(theme, roles):
    assert len({THEMES[theme].color(role) for role in roles}) == len(roles)


@given(st.integers(0, 0xFFFFFF), st.integers(0, 0xFFFFFF), st.floats(0.0, 1.0))
def test_a_mixed_colour_goes_from_the_ground_to_what_lies_on_it(back, front, amount):
    one, two = (f"#{color:06X}" for color in (back, front))
    assert (mix(one, two, 0.0), mix(one, two, 1.0)) == (one, two)
    assert np.abs(rgb(mix(one, two, amount)) - (rgb(one) + amount * (rgb(two) - rgb(one)))).max() <= 0.5001


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_the_ends_of_the_scale_of_classes_are_the_classes_colours(theme):
    looks = THEMES[theme]
    table = looks.scale("classes")[:, :3].astype(int)
    for end, own in ((0, 0), (-1, 1)):
        far = [np.abs(table[end] - rgb(color)).sum() for color in looks.classes]
        assert far[own] < far[1 - own]


def test_the_key_of_a_field_runs_from_its_lowest_colour_to_its_highest():
    field = Field(key="f", z=[[0.0, 1.0]], extent=(-1, 1, -1, 1), low=0.25, high=0.75, label="risk", scale="diverging")
    picture, _, said = placed(panel(field, title=""), 480, 320)
    boxes = {text: box for text, box, _ in said}
    low, high = boxes["risk  0.250"], boxes["0.750"]
    strip = picture[round((high.top + high.bottom) / 2), round(low.right) + 12 : round(high.left) - 12]
    table = LIGHT.scale("diverging")[:, :3]
    assert np.abs(strip[0] - table[0]).max() <= 12 and np.abs(strip[-1] - table[-1]).max() <= 12


def test_read_outs_are_written_in_the_colours_of_their_roles():
    roles = ("train", "test", "penalty", "noise")
    reads = tuple(Readout(name=role, label=role, value=1.0, role=role) for role in roles)
    said = {text.split()[0]: color for text, _, color in placed(panel(readouts=reads), 900, 400)[2] if text}
    assert [said[role] for role in roles] == [LIGHT.ink(role) for role in roles]


def test_parts_are_as_long_as_their_shares():
    parts = tuple(Part(label=role, value=value, role=role) for role, value in (("loss", 1.0), ("penalty", 3.0)))
    parts += (Part(label="lost", value=float("nan"), role="bad"), Part(label="under", value=-1.0, role="good"))
    image = QImage(900, 24, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    paint_parts(painter, LIGHT, Box(0.0, 0.0, 900.0, 24.0), parts)
    painter.end()
    row = array(image)[None, 12, 240:, :3]
    loss, penalty = (near(row, LIGHT.color(part.role)).sum() for part in parts[:2])
    assert penalty / loss == pytest.approx(3.0, rel=0.1)


@pytest.mark.parametrize("log", [False, True])
def test_a_knob_stands_at_its_share_of_the_range(log):
    values = np.geomspace(0.01, 100.0, 5) if log else np.linspace(0.01, 100.0, 5)
    shares = [Knob(symbol="λ", value=v, low=0.01, high=100.0, log=log).share for v in (*values, 1e-9, 1e9)]
    assert shares == pytest.approx([0.0, 0.25, 0.5, 0.75, 1.0, 0.0, 1.0])


# Words and shapes stand where they belong.


def test_names_stand_under_their_bars():
    bars = Bars(key="b", values=[1.0, -1.0, 0.5, 0.2], labels=("one", "two", "three", "four"))
    _, place, said = placed(panel(bars, x=Axis(low=-0.5, high=3.5), y=HIDDEN), 620, 400)
    boxes = {text: box for text, box, _ in said}
    for k, name in enumerate(bars.labels):
        assert (boxes[name].left + boxes[name].right) / 2 == pytest.approx(float(place.x.px(k)), abs=1.0)
        assert boxes[name].top >= place.rect.bottom


def test_words_of_an_axis_say_whether_it_is_logarithmic():
    for log in (False, True):
        axis = Axis(low=1.0, high=10.0, label="strength", log=log)
        said = [text for text, _, _ in placed(panel(x=axis, y=axis))[2]]
        assert sum("log scale" in text for text in said) == 2 * log


def test_every_word_stands_at_its_own_place():
    x, y, names = [-0.5, 0.0, 0.5], [0.5, 0.0, -0.5], ("aa", "bb", "cc")
    _, place, said = placed(panel(Text(key="t", x=x, y=y, labels=names), x=HIDDEN, y=HIDDEN))
    boxes = {text: box for text, box, _ in said}
    for at, high, name in zip(x, y, names, strict=True):
        assert (boxes[name].left + boxes[name].right) / 2 == pytest.approx(float(place.x.px(at)), abs=1.0)
        assert boxes[name].contains(float(place.x.px(at)), float(place.y.px(high)))


def test_a_stroke_lies_over_the_plot_as_it_was_drawn():
    points = np.array([[0.0, 0.0], [0.25, 0.5], [1.0, 0.75]])
    path = outline(Stroke(panel="p", points=points, role="bad"), Box(100.0, 50.0, 300.0, 150.0))
    ends = [(path.elementAt(k).x, path.elementAt(k).y) for k in (0, 2, 3)]
    assert ends == [pytest.approx((100.0 + 200.0 * x, 50.0 + 100.0 * y)) for x, y in points]


@pytest.mark.parametrize("role", ["bad", "good", "first"])
def test_a_stroke_has_the_colour_of_its_role(role):
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    stroke = Stroke(panel="p", points=[[0.1, 0.5], [0.9, 0.5]], role=role)
    paint_strokes(painter, [stroke], {"p": Box(0.0, 0.0, 200.0, 100.0)}, LIGHT)
    painter.end()
    assert near(array(image)[:, :, :3], LIGHT.color(role), 8)[50, 30:170].all()


def crossed(a, b, segments):
    """How many segments (s, 2, 2) the way from a to b crosses."""
    found = 0
    for c, d in segments:
        side = [np.cross(np.append(q - p, 0), np.append(r - p, 0))[2] for p, q, r in
                ((a, b, c), (a, b, d), (c, d, a), (c, d, b))]  # fmt: skip
        found += side[0] * side[1] < 0 and side[2] * side[3] < 0
    return found


@given(st.tuples(*[st.floats(0.55, 0.95)] * 2), st.tuples(*[st.floats(0.05, 0.45)] * 2), st.booleans())
def test_a_saddles_lines_keep_its_middle_on_the_side_of_the_mean(high, low, turned):
    z = np.array([[high[0], low[0]], [low[1], high[1]]])
    z = z[::-1] if turned else z
    if abs(z.mean() - 0.5) < 0.02:
        return
    segments = level_lines(Contours(key="c", z=z, levels=[0.5], extent=(0, 2, 0, 2)), 0.5).reshape(-1, 2, 2)
    for (row, column), value in np.ndenumerate(z):
        corner = np.array([0.5 + column, 0.5 + row])
        assert crossed(np.array([1.0, 1.0]), corner, segments) == ((value > 0.5) != (z.mean() > 0.5))


def wide(mark):
    """The mark five times as large, without words."""
    plain = {spec.name: () if spec.name == "labels" else "" for spec in dataclasses.fields(mark)
             if spec.name in ("label", "labels")}  # fmt: skip
    mark = dataclasses.replace(mark, **plain)
    if isinstance(mark, Bars):
        return dataclasses.replace(mark, **{name: 5.0 * getattr(mark, name) for name in ("values", "ghost", "truth")})
    return moved(mark, lambda v: 5.0 * v, lambda v: 5.0 * v) if type(mark) in PLACED else mark


@pytest.mark.parametrize("kind", MARK_TYPES)
def test_nothing_but_words_leaves_the_plot(kind):
    picture, place, _ = placed(panel(wide(SAMPLES[kind]), x=HIDDEN, y=HIDDEN))
    empty = placed(panel(x=HIDDEN, y=HIDDEN))[0]
    left, top, right, bottom = (round(side) for side in place.rect.grown(14.0))
    changed = (picture != empty).any(axis=2)
    assert changed.any() or kind in (Handle, Text, Rule, Contours)
    changed[max(0, top) : bottom, max(0, left) : right] = False
    assert not changed.any()


def test_a_band_fills_what_lies_between_and_no_more():
    x = np.linspace(-0.9, 0.9, 19)
    band = Band(key="b", x=x, low=0.3 * x - 0.4, high=0.3 * x + 0.2, role="bad")
    picture, place, _ = placed(panel(band, x=HIDDEN, y=HIDDEN))
    filled = ~near(picture, LIGHT.card, 4)
    for at in x[1:-1]:
        column = round(float(place.x.px(at)))
        inside, outside = (place.y.px(0.3 * at + np.array(off)).round().astype(int)
                           for off in ((-0.38, -0.2, 0.0, 0.18), (-0.43, 0.23, 0.4)))  # fmt: skip
        assert filled[inside, column].all() and not filled[outside, column].any()


def test_a_bar_on_a_foot_reaches_from_there_by_its_value():
    bars = Bars(key="b", values=[0.5, -0.4], base=[0.2, 0.3], role="bad")
    picture, place, _ = placed(panel(bars, x=Axis(low=-0.5, high=1.5, hidden=True), y=HIDDEN))
    for k in range(2):
        column = picture[:, round(float(place.x.px(k))) + 3][:, None]
        rows = np.flatnonzero(near(column, LIGHT.color("bad")).any(axis=1))
        ends = sorted(place.y.px([bars.base[k], bars.base[k] + bars.values[k]]).tolist())
        assert (rows.min(), rows.max() + 1) == pytest.approx(ends, abs=1.5)


@given(st.floats(-1e5, 1e5))
def test_a_bars_figure_says_its_value(value):
    said = figure(value).replace("\N{MINUS SIGN}", "-")
    if "10" not in said or "·" not in said:
        least = 0.0051 if abs(value) >= 0.01 else 0.0006
        assert float(said.replace(",", "")) == pytest.approx(value, rel=0.006, abs=least)


def test_what_a_field_does_not_know_is_left_blank():
    field = Field(key="f", z=np.where(np.eye(2) > 0, np.nan, 1.0), extent=(-1, 1, -1, 1), low=0, high=1)
    picture, place, _ = placed(panel(field, x=HIDDEN, y=HIDDEN))
    for x, y in ((-0.8, -0.8), (0.8, 0.8)):
        spot = picture[round(float(place.y.px(y))), round(float(place.x.px(x)))]
        assert np.abs(spot - rgb(LIGHT.card)).max() <= 2


def test_small_images_are_laid_row_by_row():
    mark = SAMPLES[Tiles]
    boxes = tile_boxes(mark, placed(panel(mark))[1])
    for k, (one, two) in enumerate(itertools.pairwise(boxes), 1):
        assert (two.left > one.right and two.top == one.top) if k % mark.columns else two.top > one.bottom
