"""A frozen picture lies under the live one, says truly what differs, and is gone again without a trace."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regviz.engine import Delivery
from regviz.gui.canvas.export import frame_image
from regviz.gui.canvas.ghost import faded, ghosts, ground
from regviz.gui.canvas.layers import Layer
from regviz.gui.canvas.paint import finish, paint_rest
from regviz.gui.canvas.paint.frame import arrange
from regviz.gui.canvas.theme import THEMES
from regviz.gui.picture import heading
from regviz.gui.tools.compare import Compare
from regviz.gui.tools.difference import brief, difference
from regviz.lab import MARK_TYPES, Axis, Band, Bars, Contours, Field, Lines, Panel, Points, Region, Rule, controls
from tests.gui.canvas.panels import panels
from tests.gui.window.waiting import shown
from tests.toy_lab import LABS, State, drill, frame_of, toy

X, Y = Axis(low=0.0, high=4.0, label="x"), Axis(low=-2.0, high=2.0, label="y")


def delivery(state, lab=toy, step=0):
    return Delivery(1, lab, state, frame_of(state, step), 1)


def pixels(frame, theme="light"):
    image = frame_image(frame, heading(toy, State(), frame), THEMES[theme], (640, 360))
    return bytes(image.constBits())


def panel(*marks, x=X, y=Y, key="p"):
    return Panel(key=key, title="Title", x=x, y=y, marks=marks)


# Which marks shine through.


@given(panels(), st.sampled_from(list(THEMES)))
@settings(max_examples=60)
def test_every_mark_can_be_frozen_and_painted(frozen, theme):
    """Whatever a panel shows: its ghost has no words and nothing to drag, and paints."""
    made = ghosts(frozen, dataclasses.replace(frozen, marks=tuple(m for m in frozen.marks if isinstance(m, Bars))))
    made += ghosts(frozen, dataclasses.replace(frozen, marks=()))
    for mark in made:
        assert isinstance(mark, MARK_TYPES)
        assert not mark.label or mark.kind == "bars"
        assert not getattr(mark, "bound", "")
        assert mark.kind == "bars" or not any(getattr(mark, "labels", ()))
    assert _painted(dataclasses.replace(frozen, underlay=made), THEMES[theme])


def _painted(panel, theme):
    from PySide6.QtGui import QImage, QPainter

    image = QImage(480, 300, QImage.Format.Format_ARGB32_Premultiplied)
    layout = arrange(panel, 480.0, 300.0)
    layer, painter = Layer(), QPainter(image)
    try:
        pixmap, place = layer.prepare(panel, layout, theme, 1.0, 1.0)
        painter.drawPixmap(0, 0, pixmap)
        paint_rest(painter, panel, layer.held, place)
        finish(painter, panel, layout, place)
    finally:
        painter.end()
    return bytes(image.constBits())


def test_what_both_pictures_share_is_no_ghost():
    still, moved = (Lines(key=k, x=[0, 4], y=[[0, 1]]) for k in "ab")
    assert [m.key for m in ghosts(panel(still, moved), panel(still))] == ["b"]


def test_ghosts_only_where_the_axes_measure_the_same():
    curve = Lines(key="a", x=[0, 4], y=[[0, 1]])
    wider = dataclasses.replace(X, high=9.0)
    assert ghosts(panel(curve), panel(x=wider))
    for other in (dataclasses.replace(X, label="step"), dataclasses.replace(X, low=1.0, log=True)):
        assert not ghosts(panel(curve), panel(x=other))
    for other in (dataclasses.replace(Y, label="step"), dataclasses.replace(Y, low=1.0, log=True)):
        assert not ghosts(panel(curve), panel(y=other))
    bare = dataclasses.replace(X, hidden=True), dataclasses.replace(Y, hidden=True)
    assert not ghosts(panel(curve, x=bare[0], y=bare[1]), panel(x=bare[0], y=bare[1]))
    assert not ghosts(panel(curve), panel(key="q"))


def test_bars_of_other_things_are_not_compared():
    one, same, other, more = (
        Bars(key="b", values=v, labels=n) for v, n in
        (([1, 2], "ab"), ([0, 1], "ab"), ([0, 1], "ac"), ([0, 1, 2], "abc"))
    )  # fmt: skip
    assert ghosts(panel(one), panel(same))
    assert not ghosts(panel(one), panel(other))
    assert not ghosts(panel(one), panel(more))


def test_a_classifier_leaves_its_border():
    z = np.add.outer(np.zeros(3), np.linspace(-1.0, 1.0, 5))
    (line,) = ghosts(panel(Field(key="f", z=z, extent=(0, 4, -2, 2), low=-1.0, high=1.0, scale="classes")), panel())
    assert isinstance(line, Contours)
    assert line.levels.tolist() == [0.0]


def test_a_band_leaves_its_two_ends():
    (lines,) = ghosts(panel(Band(key="b", x=[0, 4], low=[-1, 0], high=[1, 2])), panel())
    assert lines.y.tolist() == [[-1, 0], [1, 2]]


def test_dashes_and_rings_are_the_second_coding():
    marks = (
        Lines(key="l", x=[0, 1], y=[[0, 1]]), Region(key="r", x=[0, 1, 1], y=[0, 0, 1]),
        Points(key="p", x=[1], y=[1]), Rule(key="v", value=1.0, bound="lam"),
    )  # fmt: skip
    lines, region, points, rule = ghosts(panel(*marks), panel())
    assert lines.dash and region.dash and not region.fill and points.shape == "ring" and rule.dash


# Where they lie.


def test_an_underlay_lies_over_images_and_under_all_else():
    image = Field(key="f", z=np.zeros((2, 2)), extent=(0, 4, -2, 2), low=0.0, high=1.0)
    curve = Lines(key="a", x=[0, 4], y=[[0, 0]])
    assert (ground(panel(curve)), ground(panel(image, curve)), ground(panel(curve, image))) == (0, 1, 2)
    under = (Lines(key="u", x=[0, 4], y=[[1, 1]]),)
    with_image, without = (
        _painted(dataclasses.replace(panel(image, curve), underlay=marks), THEMES["light"]) for marks in (under, ())
    )
    assert with_image != without


@pytest.mark.parametrize("held", [0, 1, 2, 3])
def test_layers_and_files_paint_the_same_underlay(held):
    """However many marks the layer keeps, the picture is the one that is painted in one go."""
    image = Field(key="f", z=np.eye(3), extent=(0, 4, -2, 2), low=0.0, high=1.0)
    marks = (Lines(key="a", x=[0, 4], y=[[0, 1]]), image, Rule(key="v", value=2.0))
    whole = dataclasses.replace(panel(*marks), underlay=(Lines(key="u", x=[0, 4], y=[[1, -1]], dash=True),))

    class Kept(Layer):
        def _settled(self, marks):
            return held

    from PySide6.QtGui import QImage, QPainter

    def paint(layer):
        layout = arrange(whole, 480.0, 300.0)
        target = QImage(480, 300, QImage.Format.Format_ARGB32_Premultiplied)
        painter = QPainter(target)
        layer.prepare(whole, layout, THEMES["light"], 1.0, 1.0)
        pixmap, place = layer.prepare(whole, layout, THEMES["light"], 1.0, 1.0)
        assert layer.held in (0, held)
        painter.drawPixmap(0, 0, pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        paint_rest(painter, whole, layer.held, place)
        finish(painter, whole, layout, place)
        painter.end()
        return bytes(target.constBits())

    assert paint(Kept()) == paint(Layer())


def test_faded_colours_keep_the_contrast_where_nothing_may_be_pale():
    assert set(faded(THEMES["projector"]).palette) == {THEMES["projector"].faint}
    assert faded(THEMES["light"]).palette[0] != THEMES["light"].palette[0]


# What is said of it.


def test_the_label_says_what_a_has():
    a, b = State(lam=0.1), State(lam=1.0, penalty="ridge")
    assert difference(a, b, frame_of(a), frame_of(b)) == "λ = 0.100 · lasso"
    assert difference(b, a, frame_of(b), frame_of(a)) == "λ = 1.00 · ridge"
    many = State(lam=2.0, penalty="ridge", n=9, seed=3)
    assert difference(many, a, frame_of(many), frame_of(a)) == "λ = 2.00 · ridge · + 2"
    assert difference(a, a, frame_of(a, 12), frame_of(a, 40)) == "step 12"
    assert difference(a, a, frame_of(a), frame_of(a)) == ""
    assert brief(b) == "λ = 1.00 · ridge"
    assert brief(b, str.upper) == "Λ = 1.00 · RIDGE"
    assert difference(a, b, frame_of(a), frame_of(b), str.upper) == "Λ = 0.100 · LASSO"


@given(st.floats(1e-3, 10.0), st.floats(1e-3, 10.0), st.sampled_from(["lasso", "ridge"]), st.booleans())
def test_every_difference_is_told_and_nothing_else(one, two, penalty, standardize):
    a, b = State(lam=one, penalty=penalty, standardize=standardize), State(lam=two)
    said = difference(a, b, frame_of(a), frame_of(a))
    wanted = {c.name for c in controls(a) if getattr(a, c.name) != getattr(b, c.name)}
    told = {name for name, word in (("lam", "λ"), ("penalty", "ridge"), ("standardize", "standardize")) if word in said}
    assert told == wanted


# In the frame and in the window.


def test_dressing_changes_neither_numbers_nor_marks():
    compare = Compare()
    compare.freeze(delivery(State(lam=0.1)))
    live = delivery(State(lam=2.0))
    dressed = compare.dress(live)
    assert dressed.frame.to_json() == live.frame.to_json()
    assert [p.marks for p in dressed.frame.panels] == [p.marks for p in live.frame.panels]
    assert all(p.underlay for p in dressed.frame.panels)
    assert [[r.label for r in p.readouts] for p in dressed.frame.panels] == [["A:"], []]
    again = compare.dress(delivery(State(lam=3.0)))
    assert [p.underlay for p in again.frame.panels] == [p.underlay for p in dressed.frame.panels], "the layers' key"


def test_another_lab_is_not_compared():
    compare = Compare()
    compare.freeze(delivery(State()))
    other = delivery(State(lam=2.0), drill)
    assert compare.dress(other) is other


def test_the_key_freezes_and_gives_back(window):
    before = pixels(shown(window))
    window.call("compare")
    window.session.set({"lam": 2.0})
    ghostly = shown(window)
    plain = frame_of(window.session.state)
    assert pixels(ghostly) != pixels(plain)
    assert ghostly.panels[0].readouts[0].value == "λ = 0.100"
    window.call("compare")
    assert pixels(window.shown.frame) == pixels(plain)
    window.session.set({"lam": 0.1})
    assert pixels(shown(window)) == before


def test_a_training_is_compared_with_its_own_past(window):
    window.edits.choose(drill)
    shown(window)
    window.call("compare")
    window.player.step(1)
    assert LABS[1] is drill
    from tests.gui.window.waiting import until

    assert until(lambda: window.shown.frame.readout("step") == 1)
    assert window.shown.frame.panels[0].readouts[0].value == "step 0"
    window.player.step(-1)
    assert until(lambda: window.shown.frame.readout("step") == 0)
    assert window.shown.frame.panels[0].readouts[0].value == window.tools.compare.same
