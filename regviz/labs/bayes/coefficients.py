"""All coefficients: the mode as bars, the posterior mean with its marginal credible interval beside it."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Mark, Panel, Points, Readout
from regviz.labs._pointers import pointers
from regviz.labs.bayes.axes import coefficient_axis, holding
from regviz.labs.bayes.posterior import Posterior, without_rounding
from regviz.labs.bayes.scene import Case, path

Array = NDArray[np.float64]

ASIDE = 0.36
"""How far beside its bar the mean stands."""
CROWD = 60
"""Coefficients beyond which intervals would only hide the bars."""


def panel(made: Posterior, chosen: tuple[int, ...], level: float) -> Panel:
    """Bars of the mode (p,); the mean and its intervals once they are known."""
    problem = made.case.problem
    means = _means(made, level)
    x, y = axes(made.case, made.sigma2)
    ends = [part for mark in means for part in (mark.y, mark.low, mark.high) if part is not None]
    y = holding(y, np.concatenate([made.mode, *ends]))
    ghost = least_squares(made.case) if made.case.along is None else None
    bars = Bars(
        key="map", values=made.mode, ghost=ghost, truth=_truth(made.case), labels=problem.names,
        raw=problem.unscale(made.mode)[1], roles=made.case.roles,
    )  # fmt: skip
    marks: list[Mark] = [bars, *means, pointers(chosen, y)]
    zeros = int(np.count_nonzero(made.mode == 0.0))
    readouts = [Readout(name="zeros", label="MAP:", value=f"{zeros} exact zeros", role="text")]
    if made.mean is not None:
        count = int(np.count_nonzero(made.mean == 0.0)) or "none"
        readouts.append(Readout(name="zeros_mean", label="mean:", value=f"{count}", role="posterior"))
    y = _named(y, bool(means), ghost is not None, bars.truth is not None)
    return Panel(key="coefficients", title="All coefficients", x=x, y=y, marks=tuple(marks), readouts=tuple(readouts))


@lru_cache(maxsize=16)
def _named(y: Axis, means: bool, ghost: bool, truth: bool) -> Axis:
    """The axis with what stands for what: one object as long as nothing changes."""
    parts = ("bar: MAP", "diamond: mean" * means, "line: truth" * truth, "outline: least squares" * ghost)
    return replace(y, label=", ".join(filter(None, parts)))


@lru_cache(maxsize=8)
def axes(found: Case, sigma2: float) -> tuple[Axis, Axis]:
    """Axes that hold every coefficient's own range, or that of the largest few where there are many."""
    shown = np.argsort(-np.abs(found.problem.correlation), kind="stable")[:12]
    each = [coefficient_axis(found, sigma2, int(j)) for j in shown]
    low, high = min(axis.low for axis in each), max(axis.high for axis in each)
    truth = _truth(found)
    if truth is not None:
        low, high = min(low, float(truth.min())), max(high, float(truth.max()))
    margin = 0.06 * (high - low)
    return Axis(low=-0.6, high=found.problem.p - 0.3, hidden=True), Axis(low=low - margin, high=high + margin)


@lru_cache(maxsize=8)
def least_squares(found: Case) -> Array:
    """The coefficients without a prior (p,)."""
    return path(found, "gaussian").standardized_at(0.0)


def _truth(found: Case) -> Array | None:
    return found.data.truth if found.along is None else None


def _means(made: Posterior, level: float) -> list[Points]:
    spans = made.spans(level)
    if spans is None or made.mean is None:
        return []
    mean = without_rounding(made.mean, spans[1] - spans[0])
    beside = np.arange(len(made.mean), dtype=np.float64) + ASIDE
    if len(made.mean) > CROWD:
        return [Points(key="mean", role="posterior", x=beside, y=mean, small=True)]
    return [
        Points(key="mean", role="posterior", shape="diamond", x=beside, y=mean,
               low=spans[0], high=spans[1], small=len(made.mean) > 24)
    ]  # fmt: skip
