"""The linear twin's risks over the iterations, and how they compare with ridge's."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Lines, Mark, Panel, Points, Readout, Rule
from regviz.labs.early_stopping.twin import Scene
from regviz.linear.gradient_flow import FLOW_BOUND, descent_filter, ridge_filter

Array = NDArray[Any]


def risks(made: Scene, steps: int) -> Panel:
    """The expected risks of all three over the iterations, with the cursor at ``steps``."""
    x, y = _time_axis(made), _risk_axis(made)
    descent, _, ridge = made.risks(steps)
    here = Points(key="here", x=np.full(2, float(steps)), y=np.array([ridge, descent]), roles=("second", "first"))
    readouts = (
        Readout(name="ridge", value=ridge, label="ridge", role="second"),
        Readout(name="descent", value=descent, label="descent", role="first"),
    )
    marks = (*_risk_curves(made), _cursor(steps), here)
    return Panel(key="risks", title="Expected in-sample risk", x=x, y=y, marks=marks, readouts=readouts)


@lru_cache(maxsize=16)
def _risk_curves(made: Scene) -> tuple[Mark, ...]:
    y = np.stack([made.ridge, made.flow, made.descent])
    return (
        Lines(key="risk", x=made.times, y=y, labels=("ridge", "flow", "descent"), roles=("second", "good", "first")),
    )


def ratios(made: Scene, steps: int) -> Panel:
    """Risks over ridge's, the bound of flow, and the noise that descent lets through along the steepest direction."""
    descent, flow, ridge = made.risks(steps)
    here = Points(
        key="here", x=np.full(2, float(steps)), y=np.array([flow / ridge, descent / ridge]), roles=("good", "first")
    )
    readouts = (
        Readout(name="flow", value=flow / ridge, label="flow", role="good"),
        Readout(name="descent", value=descent / ridge, label="descent", role="first"),
    )
    marks = (*_ratio_curves(made), _cursor(steps), here)
    return Panel(
        key="ratios", title="Risk ÷ ridge's risk", x=_time_axis(made), y=_ratio_axis(made), marks=marks,
        readouts=readouts,
    )  # fmt: skip


@lru_cache(maxsize=16)
def _ratio_curves(made: Scene) -> tuple[Mark, ...]:
    y = np.stack([_steepest(made), made.flow / made.ridge, made.descent / made.ridge])
    return (
        Rule(key="bound", value=FLOW_BOUND, axis="y", role="good", dash=True, label="bound of flow 1.686"),
        Lines(
            key="steepest", x=made.times, y=y[:1], labels=("noise, direction 1",), role="muted", dash=True, thin=True
        ),
        Lines(key="ratio", x=made.times, y=y[1:], labels=("flow", "descent"), roles=("good", "first")),
    )  # fmt: skip


def _steepest(made: Scene) -> Array:
    """(descent's filter / ridge's)² along the steepest direction: the ratio of the noise that comes through."""
    h = made.directions.curvature[0]
    kept = descent_filter(h, made.rate, made.times) / ridge_filter(h, 1.0 / (made.rate * made.times))
    result: Array = kept**2
    return result


def _cursor(steps: int) -> Rule:
    return Rule(key="cursor", value=float(steps), bound="iterations", role="text", label=f"t = {steps}")


@lru_cache(maxsize=16)
def _time_axis(made: Scene) -> Axis:
    return Axis(low=0.9, high=float(made.times[-1]) ** 1.14, log=True, label="iterations t")


@lru_cache(maxsize=16)
def _risk_axis(made: Scene) -> Axis:
    curves = np.concatenate([made.ridge, made.flow, made.descent])
    high = float(np.max(curves, where=np.isfinite(curves), initial=0.0))
    return Axis(low=0.0, high=1.1 * high if high > 0.0 else 1.0, label="risk")


@lru_cache(maxsize=16)
def _ratio_axis(made: Scene) -> Axis:
    found = np.concatenate([_steepest(made), made.descent / made.ridge, [FLOW_BOUND]])
    high = float(np.max(found, where=np.isfinite(found), initial=2.0))
    return Axis(low=0.0, high=1.12 * high, label="ratio")
