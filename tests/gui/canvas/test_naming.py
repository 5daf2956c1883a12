"""Names of curves: in the order of the curves, beyond their ends while there is room, next to no other curve."""

import itertools

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from regviz.gui.canvas.naming import SHORT, _spread
from regviz.gui.canvas.paint import paint_panel
from regviz.gui.canvas.theme import THEMES
from regviz.lab import Axis, Lines, Panel

NAMES = ("one, train", "two, train", "one, validation", "two, validation")


def training(seed, steps):
    """A panel of losses after so many of 100 steps, two marks of two wandering curves each, and the curves by name."""
    draw = np.random.default_rng(seed).normal(0.0, 0.02, (4, 100)).cumsum(axis=1)
    y = 0.5 + draw[:, : steps + 1]
    marks = [
        Lines(key=key, x=np.arange(steps + 1.0), y=y[rows], labels=NAMES[rows], roles=("first", "second"), dash=dash)
        for key, rows, dash in (("train", slice(0, 2), True), ("validation", slice(2, 4), False))
    ]  # fmt: skip
    shown = Panel(key="p", title="Loss", x=Axis(low=0.0, high=112.0), y=Axis(low=0.0, high=1.0), marks=tuple(marks))
    return shown, dict(zip(NAMES, y, strict=True))


def named(panel, width=600, height=420):
    """The place of a painted panel, and the boxes of its names."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    place = paint_panel(painter, panel, width, height, THEMES["light"])
    painter.end()
    return place, {label.text: box for label, box in place.settled if label.text in NAMES}


@pytest.mark.parametrize("seed", [0, 12, 13, 19])  # the last three need the rule
def test_names_over_each_other_stand_in_the_order_of_their_curves(seed):
    together = 0
    for steps in (0, 1, 4, 12, 30, 60, 99):
        panel, curves = training(seed, steps)
        place, boxes = named(panel)
        assert set(boxes) == set(NAMES), "a name is left out"
        for (one, a), (two, b) in itertools.combinations(boxes.items(), 2):
            low, high = max(a.left, b.left), min(a.right, b.right)
            at = np.array([place.x.value((low + high) / 2)])
            heights = [float(place.y.px(np.interp(at, np.arange(steps + 1.0), curves[name]))[0]) for name in (one, two)]
            if low < high and abs(heights[0] - heights[1]) > 1.0:
                assert (heights[0] < heights[1]) == (a.top < b.top), (steps, one, two)
                together += 1
    assert together > 5


@pytest.mark.parametrize("steps", [0, 2, 8])
def test_names_of_curves_that_have_just_begun_stand_beside_their_ends(steps):
    """As a column without gaps, from the highest end to the lowest."""
    panel, curves = training(1, steps)
    place, boxes = named(panel)
    end = float(place.x.px([steps])[0])
    assert end - place.rect.left < SHORT
    ordered = sorted(boxes.values(), key=lambda box: box.top)
    assert all(end < box.left < end + 20.0 for box in ordered)
    assert max(two.top - one.bottom for one, two in itertools.pairwise(ordered)) < 2.0
    ends = place.y.px([curve[-1] for curve in curves.values()])
    assert ordered[0].top < ends.min() and ordered[-1].bottom > ends.max()


def test_spread_heights_are_the_nearest_that_leave_room():
    """Against the best of many other ways to place them."""
    source = np.random.default_rng(0)
    for _ in range(30):
        wanted = np.sort(source.uniform(0.0, 60.0, 4))
        found = np.array(_spread(wanted.tolist(), 20.0))
        assert (np.diff(found) >= 20.0 - 1e-9).all()
        others = np.cumsum(np.c_[source.uniform(-40, 40, 2000), 20.0 + source.exponential(5.0, (2000, 3))], axis=1)
        assert ((others - wanted) ** 2).sum(axis=1).min() >= ((found - wanted) ** 2).sum() - 1e-9
    assert _spread([0.0, 50.0, 100.0], 20.0) == [0.0, 50.0, 100.0]
