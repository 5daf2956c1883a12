"""The palette's law in every panel: what is not told by dash, width, shape or name has colours that anyone can tell."""

import itertools

import pytest

from regviz.gui.canvas.theme import THEMES
from regviz.lab import Axis, Lines, Panel, Points
from regviz.labs import labs
from tests.gui.canvas.apart import LEAST, alike, apart
from tests.test_translation import modes

AXIS = Axis(low=0.0, high=1.0)
FRAMES = 60
"""Frames of a state that the long version looks at; a training's first ones hold all its marks."""


def confused(lab, count):
    """(difference, theme, panel, role, role) of all that may be confused in the first frames of every view."""
    found = {
        (theme.name, panel.key, *pair): apart(theme, *pair)
        for state in modes(lab) for frame in itertools.islice(lab.frames(state), count) for panel in frame.panels
        for theme in THEMES.values() for pair in alike(panel, theme)
    }  # fmt: skip
    return {where: round(value, 1) for where, value in found.items() if value < LEAST}


@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.name)
def test_no_two_marks_of_a_panel_can_be_confused(lab):
    assert not confused(lab, 1)


@pytest.mark.release
@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.name)
def test_no_two_marks_of_a_panel_can_be_confused_later_on(lab):
    assert not confused(lab, FRAMES)


def panel(*marks):
    return Panel(key="p", title="A panel", x=AXIS, y=AXIS, marks=marks)


def curve(key, role, **more):
    return Lines(key=key, x=[0.0, 1.0], y=[[0.0, 1.0]], role=role, **more)


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_dash_width_shape_or_name_tells_marks_apart(theme):
    """Of the same two roles, only those that look the same are listed."""
    def pairs(one, two):
        return list(alike(panel(one, two), theme))

    plain = curve("a", "l1")
    assert pairs(plain, curve("b", "l2")) == [("l1", "l2")]
    assert not pairs(plain, curve("b", "l2", dash=True))
    assert not pairs(plain, curve("b", "l2", thin=True))
    assert not pairs(curve("a", "l1", labels=("one",)), curve("b", "l2", labels=("two",)))
    assert pairs(curve("a", "l1", labels=("one",)), curve("b", "l2"))
    dot = Points(key="a", x=[0.5], y=[0.5], role="informative:0")
    assert not pairs(dot, Points(key="b", x=[0.5], y=[0.5], role="informative:5"))
    assert pairs(dot, Points(key="b", x=[0.5], y=[0.5], role="informative:1"))
    ring = Points(key="a", x=[0.5], y=[0.5], role="informative:0", shape="ring")
    assert not pairs(ring, Points(key="b", x=[0.5], y=[0.5], role="informative:5", shape="ring"))
