"""Ticks: round, inside, far enough apart, and their words say their values."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regviz.gui.canvas.ticks import ticks
from regviz.lab import Axis


def _said(text):
    """The number that a tick's text says."""
    text = text.replace("\N{MINUS SIGN}", "-")
    plain = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    mantissa, times, power = text.partition("·10")
    if times:
        return float(mantissa) * 10.0 ** int(power.translate(plain))
    if text.startswith("10") and text[2:] and not text[2:].isascii():
        return 10.0 ** int(text[2:].translate(plain))
    return float(text)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.floats(120, 900))
def test_linear_ticks(low, span, length):
    axis = Axis(low=low, high=low + span)
    found = ticks(axis, axis.low, axis.high, length, 60)
    assert 1 <= len(found) <= length / 60 + 1
    for at, text in found:
        assert axis.low - 1e-9 * span <= at <= axis.high + 1e-9 * span
        assert _said(text) == pytest.approx(at, rel=1e-9, abs=1e-3 * span)
    assert len({text for _, text in found}) == len(found)


@given(st.floats(-9, 6), st.floats(0.05, 12), st.floats(200, 900))
def test_log_ticks(low, span, length):
    axis = Axis(low=10.0**low, high=10.0 ** (low + span), log=True)
    found = ticks(axis, low, low + span, length, 78)
    for at, text in found:
        assert low - 1e-6 <= at <= low + span + 1e-6
        assert _said(text) == pytest.approx(10.0**at, rel=1e-6)
    gaps = [b - a for (a, _), (b, _) in zip(found, found[1:], strict=False)]
    assert all(gap * length / span >= 20 for gap in gaps)


def test_a_demo_axis_of_lambda():
    axis = Axis(low=0.006, high=3.4, log=True)
    words = [text for _, text in ticks(axis, math.log10(0.006), math.log10(3.4), 820, 78)]
    assert words == ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2"]


def test_own_ticks_win_and_hidden_has_none():
    own = Axis(low=1, high=100, log=True, ticks=((10.0, "ten"), (1000.0, "out"), (-1.0, "never")))
    assert ticks(own, 0, 2, 500, 60) == ((1.0, "ten"),)
    assert ticks(Axis(low=0, high=1, hidden=True), 0, 1, 500, 60) == ()


@given(st.floats(-1e3, 1e3), st.floats(0.1, 1e6), st.floats(120, 900))
def test_a_linear_axis_steps_by_the_smallest_of_1_2_5_that_leaves_room(low, span, length):
    found = [at for at, _ in ticks(Axis(low=low, high=low + span), low, low + span, length, 60)]
    for one, two in itertools.pairwise(found):
        power = 10.0 ** math.floor(math.log10((two - one) * (1 + 1e-6)))
        first = (two - one) / power
        below = {1: 0.5, 2: 1.0, 5: 2.0}[round(first)]
        assert first == pytest.approx(round(first), rel=1e-6)
        assert below * power * length / span * (1 - 1e-6) < 60 <= (two - one) * length / span * (1 + 1e-6)
