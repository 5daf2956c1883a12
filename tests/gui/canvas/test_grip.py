"""What lies under the pointer, and what a drag would set."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regviz.gui.canvas import grip
from regviz.gui.canvas.paint.frame import arrange
from regviz.gui.canvas.place import Scale
from regviz.gui.canvas.theme import THEMES
from regviz.lab import MARK_TYPES, Axis, Bars, Contours, Field, Graph, Handle, Lines, Points, Region, Rule, Tiles
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
