"""The Monte-Carlo dropout band along a slice of the inputs (Gal & Ghahramani 2016), used by both nets' views."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Band, Lines, Mark, Panel, Points, Readout
from regviz.labs import _nets as nets
from regviz.labs.dropout import ensemble, masks
from regviz.labs.dropout.state import DropoutState, widths

Array = NDArray[Any]

CURVE = 80
"""Points of a slice."""
WIDTH = 1.0
"""Half the width of the band in standard deviations."""


def slice_of(state: DropoutState, run: nets.Run) -> tuple[Array, Array]:
    """Positions (n,) on the shown axis and the inputs there (n, d): through the probe, along x₁."""
    x = _axes(run.task)[0]
    at = np.linspace(x.low, x.high, CURVE)
    if run.task.inputs == 1:
        return at, at[:, None]
    return at, np.column_stack([at, np.full(CURVE, state.probe_y)])


def axes(state: DropoutState, run: nets.Run) -> tuple[Axis, Axis]:
    """Axes of everything that is drawn along the slice."""
    return _axes(run.task)


def samples(state: DropoutState, run: nets.Run, index: int, points: Array) -> Array:
    """What ``state.samples`` masked copies of variant ``index`` say at ``points``: (M, n)."""
    weights = ensemble.matrices(run.net, run.params[index])
    drawn = masks.factors(state.seed, widths(state), state.drop, state.samples)
    with np.errstate(all="ignore"):
        outputs = ensemble.masked_outputs(weights, state.activation, points, drawn)
        logs = ensemble.log_chances(outputs, run.net.loss)[:, -1]
        return logs if run.net.loss == "squared" else np.exp(logs)


def panel(state: DropoutState, run: nets.Run, index: int, extra: tuple[Mark, ...] = ()) -> Panel:
    """Mean and ± 1 standard deviation of the masked copies over the slice, then the marks of ``extra``."""
    at, points = slice_of(state, run)
    found = nets.shown(samples(state, run, index, points))
    with np.errstate(all="ignore"):
        mean, spread = found.mean(axis=0), found.std(axis=0, ddof=1)
    x, y = axes(state, run)
    data = _data(run.task)
    band = Band(key="band", x=at, low=mean - WIDTH * spread, high=mean + WIDTH * spread, role="posterior")
    line = Lines(key="mean", x=at, y=mean[None], role="posterior", labels=(f"mean of {state.samples} masks",))
    widest = nets.finite(spread.max())
    readouts = (Readout(name="widest", value=widest, label="largest deviation", role="posterior"),)
    return Panel(
        key="mc", title="MC dropout: mean ± 1 sd", x=x, y=y, marks=(*data, band, line, *extra), readouts=readouts
    )


@lru_cache(maxsize=8)
def _axes(made: nets.Task) -> tuple[Axis, Axis]:
    if made.classes:
        reach = 1.4 * made.reach
        words = "probability of the last class"
        return Axis(low=-reach, high=reach, label="x₁ along the slice"), Axis(low=-0.22, high=1.22, label=words)
    low, high = float(made.train.y.min()), float(made.train.y.max())
    room = 0.25 * max(high - low, 1.0)
    return (
        Axis(low=-1.2 * made.reach, high=1.35 * made.reach, label="x"),
        Axis(low=low - room, high=high + room, label="y"),
    )


@lru_cache(maxsize=8)
def _data(made: nets.Task) -> tuple[Mark, ...]:
    """The training points of a regression problem; a slice through a plane holds none."""
    if made.classes:
        return ()
    return (Points(key="points", x=made.train.X[:, 0], y=made.train.y, role="text"),)
