"""A panel in words: which numbers are told, and that what is no number is said in words."""

import numpy as np
import pytest

from regviz.lab import Axis, Bars, Frame, Handle, Lines, Panel, Points, Readout, Rule, summary
from regviz.lab.summary import PHRASES

X, Y = Axis(low=0.0, high=1.0, label="λ"), Axis(low=-5.0, high=5.0)


def told(*marks, say=str, caption="So it is.", message="", readouts=()):
    panel = Panel(key="p", title="Path", x=X, y=Y, marks=marks, readouts=readouts)
    return summary(panel, Frame(panels=(panel,), readouts=(), caption=caption, message=message), say)


def test_title_first_caption_last():
    assert told() == "Path. So it is."
    assert told(caption="") == "Path."
    text = told(message="It diverged.", readouts=(Readout(name="df", value=2.5, label="df", unit="units"),))
    assert text == "Path. df 2.50 units. It diverged. So it is."


def test_bars_tell_their_number_range_and_zeros():
    text = told(Bars(key="b", label="weights", values=[0.0, -2.0, 3.5, 0.0]))
    assert "Bars “weights”: 4 in number, from −2.00 to 3.50, 2 exactly zero." in text
    assert "exactly zero" not in told(Bars(key="b", values=[1.0]))


def test_named_curves_are_told_one_by_one_and_many_together():
    x = np.linspace(0, 1, 3)
    text = told(Lines(key="c", x=x, y=[[3, 1, 2], [4, 5, np.nan]], labels=("train", "test")))
    assert "Curve “train”: from 1.00 to 3.00, last 2.00. Curve “test”: from 4.00 to 5.00, last 5.00." in text
    many = told(Lines(key="c", x=x, y=np.tile(x, (9, 1)), labels=tuple("abcdefghi")))
    assert "Curves: 9 in number, λ from 0 to 1.00, y from 0 to 1.00." in many


def test_closed_curves_have_no_last_value():
    text = told(Lines(key="c", x=[[0.0, 1.0, 0.0]], y=[[0.0, 2.0, 0.0]], labels=("ball",)))
    assert "Curve “ball”: λ from 0 to 1.00, y from 0 to 2.00." in text


def test_what_can_be_moved_says_so():
    assert "Line “λ = 0.3”: at 0.300, can be moved." in told(Rule(key="r", value=0.3, label="λ = 0.3", bound="lam"))
    assert told(Rule(key="r", value=0.3)) == "Path. Line “λ”: at 0.300. So it is."
    assert "Handle: at 0.500, −1.00, can be moved." in told(Handle(key="h", x=0.5, y=-1.0, bound_y="w"))


@pytest.mark.parametrize("mark", [
    Bars(key="m", values=[np.nan, np.nan]), Bars(key="m", values=[]),
    Lines(key="m", x=[0.0], y=[[np.nan]], labels=("a",)), Lines(key="m", x=[], y=np.zeros((0, 0))),
    Points(key="m", x=[np.nan], y=[1.0]), Points(key="m", x=[], y=[]),
])  # fmt: skip
def test_nothing_to_tell_is_said_in_words(mark):
    text = told(mark)
    assert "no values" in text
    assert "nan" not in text


def test_every_fixed_text_can_be_translated():
    heard = set()
    every = [Bars(key="b", values=[0.0]), Lines(key="l", x=[0.0], y=[[1.0]]), Lines(key="n", x=[], y=np.zeros((2, 0))),
             Points(key="p", x=[0.0], y=[0.0]), Handle(key="h", x=0.0, y=0.0, bound_x="a")]  # fmt: skip
    told(*every, say=lambda text: heard.add(text) or text)
    assert heard <= set(PHRASES)
    assert len(heard) > 9
