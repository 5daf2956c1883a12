"""What lies under the pointer, and what a drag would set."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regviz.gui.canvas import grip
from regviz.gui.canvas.paint.frame import arrange
from regviz.gui.canvas.place import Scale
from regviz.gui.canvas.theme import THEMES
from regviz.lab import (
    MARK_TYPES,
    Arrows,
    Axis,
    Bars,
    Contours,
    Field,
    Graph,
    Handle,
    Lines,
    Points,
    Region,
    Rule,
    Tiles,
    show,
)
from tests.gui.canvas.panels import SAMPLES, panel, panels


def placed(made):
    return arrange(made, 640, 400).place(THEMES["light"])


def hit(made, x, y):
    place = placed(made)
    return grip.find(made, place, float(place.x.px(x)), float(place.y.px(y)))


AIMED = {
    Bars: (0.1, 0.5, 0), Lines: (0.2, -0.2, 1), Points: (1.0, 1.0, 11), Region: (0.1, 0.1, 0), Rule: (0.2, -0.9, 0),
    Field: (0.9, -0.9, 11), Graph: (0.5, 0.0, 2), Handle: (-0.3, 0.4, 0),
}  # fmt: skip


@pytest.mark.parametrize("kind", AIMED)
def test_aiming_at_a_mark_finds_it(kind):
    x, y, index = AIMED[kind]
    found = hit(panel(SAMPLES[kind]), x, y)
    assert found is not None
    assert (found.mark.key, found.index) == ("m", index)
    assert found.words


@pytest.mark.parametrize("kind", [kind for kind in AIMED if kind not in (Bars, Field)])
def test_aiming_beside_finds_nothing(kind):
    assert hit(panel(SAMPLES[kind]), -0.95, -1.1) is None


@pytest.mark.parametrize("kind", MARK_TYPES)
def test_every_item_is_found_at_its_spot_and_named(kind):
    made = panel(SAMPLES[kind], x=Axis(low=-1.0, high=2.5))
    place = placed(made)
    for mark, index, spot in grip.items(made, place):
        found = grip.find(made, place, *spot)
        assert (found.mark, found.index) == (mark, index)
        if found.words and mark.labels:
            assert mark.labels[index] in found.words[0]


REACHES = [
    (Handle(key="m", x=0.0, y=0.0, bound_x="a"), (1, 0), 20.0), (Points(key="m", x=[0.0], y=[0.0]), (1, 0), 12.0),
    (Arrows(key="m", x=[-0.9], y=[-0.9], dx=[0.9], dy=[0.9]), (1, 0), 12.0),
    (Rule(key="m", value=0.0, bound="a"), (1, 0), 11.0), (Rule(key="m", value=0.0), (-1, 0), 5.0),
    (Rule(key="m", value=0.0, axis="y"), (0, 1), 5.0), (Lines(key="m", x=[-1.0, 1.0], y=[[0.0, 0.0]]), (0, 1), 9.0),
]  # fmt: skip


@pytest.mark.parametrize(("mark", "way", "reach"), REACHES)
def test_the_pointer_is_on_a_mark_just_as_far_as_it_should(mark, way, reach):
    made = panel(mark)
    place = placed(made)
    x, y = float(place.x.px(0.0)), float(place.y.px(0.0))
    for far in np.arange(0.25, 30.0, 0.5):
        assert (grip.find(made, place, x + way[0] * far, y + way[1] * far) is not None) == (far <= reach)


NINE = np.linspace(-0.9, 0.9, 9)
THREE = np.stack([0.7 - 0.2 * NINE, np.where(np.arange(9) == 4, np.nan, 0.3 * NINE), 0.2 * NINE - 0.7])


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("x", [NINE, np.tile(NINE, (3, 1))], ids=["one x", "own x"])
def test_the_curve_under_the_pointer_is_the_one_that_is_named(x, steps):
    """At its points, and between them where the curves share their x: there steps hold the last value."""
    made = panel(Lines(key="l", x=x, y=THREE, labels="abc", steps=steps))
    for k, name in enumerate("abc"):
        y = THREE[k]
        spots = [] if steps and x.ndim == 1 else list(zip(NINE, y, strict=True))
        if x.ndim == 1:
            spots += list(zip((NINE[1:] + NINE[:-1]) / 2, y[:-1] if steps else (y[1:] + y[:-1]) / 2, strict=True))
        for at, height in spots:
            ends = y[np.searchsorted(NINE, at) - (at > NINE[0]) : np.searchsorted(NINE, at) + 1]
            if np.isfinite(height) and np.isfinite(ends).all():
                found = hit(made, at, height)
                assert (found.index, found.words[0]) == (k, name)
                said = float(found.words[2].removeprefix("w₂ = ").replace("\N{MINUS SIGN}", "-"))
                assert said == pytest.approx(height, abs=2e-3)


def test_a_bar_is_found_over_all_its_place():
    made = panel(Bars(key="b", values=[0.5, -0.5, 0.0, 1.0]), x=Axis(low=-0.5, high=3.5))
    for k in range(4):
        assert [hit(made, k + off, 0.1).index for off in (-0.45, 0.0, 0.45)] == [k, k, k]


def test_inside_a_region_is_inside_its_polygon_and_the_last_one_lies_on_top():
    x, y = [-0.8, 0.8, 0.8, 0.4, 0.4, -0.4, -0.4, -0.8], [-0.8, -0.8, 0.8, 0.8, -0.2, -0.2, 0.8, 0.8]
    cup = panel(Region(key="r", x=x, y=y))
    assert all(hit(cup, *spot) is not None for spot in ((-0.6, 0.5), (0.6, 0.5), (0.0, -0.5)))
    assert all(hit(cup, *spot) is None for spot in ((0.0, 0.5), (-0.9, 0.5), (0.9, 0.5), (0.0, 0.9)))
    wide, narrow = [-0.8, 0.8, 0.8, -0.8], [-0.3, 0.3, 0.3, -0.3]
    both = panel(Region(key="r", x=[wide, narrow], y=np.roll([wide, narrow], 1, axis=1)))
    assert (hit(both, 0.0, 0.0).index, hit(both, 0.6, 0.6).index) == (1, 0)


def test_every_cell_of_a_field_says_its_own_number():
    z = np.arange(12.0).reshape(3, 4)
    made = panel(Field(key="f", z=z, extent=(-0.8, 0.8, -0.9, 0.9), low=0, high=11, label="risk"))
    for (row, column), value in np.ndenumerate(z):
        found = hit(made, -0.8 + 0.4 * (column + 0.5), -0.9 + 0.6 * (row + 0.5))
        assert (found.index, found.words[0]) == (4 * row + column, f"risk {show(value)}")


@pytest.mark.parametrize("values", [None, [0.2, -0.9, 0.4]])
def test_a_unit_says_its_activation_where_there_is_one(values):
    made = panel(dataclasses.replace(SAMPLES[Graph], values=values))
    words = [hit(made, *spot).words for spot in ((-0.5, -0.5), (-0.5, 0.5), (0.5, 0.0))]
    said = [()] * 3 if values is None else [(f"activation {show(v)}",) for v in values]
    assert words == [(name, *more) for name, more in zip(("x₁", "x₂", "y"), said, strict=True)]


def test_outside_the_plot_nothing_is_found():
    for kind in MARK_TYPES:
        made = panel(SAMPLES[kind])
        assert grip.find(made, placed(made), 3.0, 3.0) is None


def test_tiles_are_found_by_their_boxes():
    from regviz.gui.canvas.paint.fields import tile_boxes

    made = panel(SAMPLES[Tiles])
    place = placed(made)
    for index, box in enumerate(tile_boxes(made.marks[0], place)):
        found = grip.find(made, place, (box.left + box.right) / 2, (box.top + box.bottom) / 2)
        assert found.index == index


def test_what_can_be_dragged_comes_first():
    made = panel(SAMPLES[Rule], Points(key="p", x=[0.2], y=[0.3]), SAMPLES_FIELD)
    found = hit(made, 0.2, 0.3)
    assert found.mark.key == "m"
    assert found.bound


SAMPLES_FIELD = Field(key="f", z=np.zeros((3, 3)), extent=(-1, 1, -1, 1), low=0, high=1)


def test_a_curve_is_read_between_its_points():
    made = panel(Lines(key="l", x=[-1.0, 1.0], y=[[0.0, 1.0]], labels=("rising",)))
    found = hit(made, 0.5, 0.75)
    assert found.words[0] == "rising"
    assert found.words[2] == "w₂ = 0.750"


def test_words_say_units_and_ghosts():
    bars = Bars(key="b", values=[1.0], raw=[250.0], ghost=[2.0], truth=[1.5], labels=("age",))
    found = hit(panel(bars, x=Axis(low=-0.5, high=0.5)), 0.0, 0.5)
    assert found.words == ("age = 1.000", "in the data's units 250.0", "unregularised 2.000", "truth 1.500")


@pytest.mark.parametrize("axis", ["x", "y"])
def test_changes_of_a_rule_stay_on_its_axis(axis):
    made = panel(Rule(key="r", value=0.0, axis=axis, bound="t"))
    place = placed(made)
    low, high = (made.x.low, made.x.high) if axis == "x" else (made.y.low, made.y.high)
    assert grip.changes(made, made.marks[0], place, -1e5, 1e5)["t"] == low
    assert grip.changes(made, made.marks[0], place, 1e5, -1e5)["t"] == high


def test_unbound_marks_change_nothing():
    for mark in (Rule(key="r", value=0.0), Handle(key="h", x=0.0, y=0.0), SAMPLES[Contours]):
        assert grip.changes(panel(mark), mark, placed(panel(mark)), 10.0, 10.0) == {}


@settings(max_examples=80)
@given(panels(), st.floats(-50, 700), st.floats(-50, 450))
def test_odd_panels_never_raise(made, x, y):
    place = placed(made)
    found = grip.find(made, place, x, y)
    if found is not None:
        assert found.mark in made.marks
        assert all(np.isfinite(v) for v in grip.changes(made, found.mark, place, x, y).values())


def test_a_log_axis_counts_decades():
    scale = Scale(low=-1.0, high=3.0, start=100.0, stop=500.0, log=True)
    assert scale.px([0.1, 1.0, 10.0, 1000.0]).tolist() == [100.0, 200.0, 300.0, 500.0]
    assert [scale.value(pixel) for pixel in (100.0, 300.0, 500.0)] == pytest.approx([0.1, 10.0, 1000.0])
    assert np.isnan(scale.px([0.0, -1.0])).all()


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("known", list(itertools.product((0.0, np.nan), repeat=5)))
def test_every_point_of_a_curve_with_gaps_is_found_at_its_pixel(known, steps):
    x, y = np.linspace(-0.8, 0.8, 5), np.array([0.1, -0.5, 0.7, -0.9, 0.4]) + known
    made = panel(Lines(key="l", x=x, y=[y], steps=steps))
    for k in np.flatnonzero(np.isfinite(y)):
        said = hit(made, x[k], y[k]).words[2].removeprefix("w₂ = ").replace("\N{MINUS SIGN}", "-")
        assert float(said) == pytest.approx(y[k])


def test_the_edge_of_the_plot_belongs_to_it():
    made = panel(Bars(key="b", values=[0.5, -0.5]), x=Axis(low=-0.4, high=1.4))
    place = placed(made)
    box = place.rect
    for x, y in itertools.product((box.left, 300.0, box.right), (box.top, 200.0, box.bottom)):
        assert grip.find(made, place, x, y) is not None
        beyond = [(np.nextafter(side, side * way), y) for side, way in ((box.left, 0), (box.right, 2)) if x == side]
        beyond += [(x, np.nextafter(side, side * way)) for side, way in ((box.top, 0), (box.bottom, 2)) if y == side]
        assert all(grip.find(made, place, *spot) is None for spot in beyond)


WHOLE = (-1, 1, -1, 1)


@pytest.mark.parametrize(("shape", "extent"), [
    ((0, 0), WHOLE), ((0, 3), WHOLE), ((3, 0), WHOLE), ((3, 3), (0, 0, -1, 1)), ((3, 3), (-1, 1, 0, 0)),
])  # fmt: skip
def test_nothing_is_found_in_a_field_without_an_area(shape, extent):
    made = panel(Field(key="f", z=np.zeros(shape), extent=extent, low=0, high=1))
    assert all(hit(made, *spot) is None for spot in itertools.product((-1.0, 0.0, 1.0), repeat=2))
