"""The linear twin's frame and play: filters, equivalent penalties and the two paths; the risks stand beside it."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Certificate, Frame, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs.early_stopping.state import EarlyStoppingState
from regviz.labs.early_stopping.twin import Scene, scene
from regviz.labs.early_stopping.twin_risks import ratios, risks
from regviz.linear.gradient_flow import FLOW_BOUND, descent_filter, flow_filter, ridge_filter

Array = NDArray[Any]

SWEEP = 90
"""Pictures of one play from the first iteration to the last."""
WALKED = 2_000
"""Iterations up to which the closed form is checked against plain gradient descent."""
TOLERANCE = 1e-10
CURVE = 160


def frames(state: EarlyStoppingState) -> Generator[Frame, Any, None]:
    """The picture at the state's iterations; when played, from the first iteration to it once more."""
    played = -1
    while True:
        last = state.iterations
        stops = np.unique(np.rint(np.geomspace(1.0, last, SWEEP))).astype(int)
        rests = played in (-1, len(stops) - 1)
        steps = last if rests else int(stops[played])
        news = yield _frame(state, scene(state), steps, (played + 1) / len(stops) if last > 1 else 1.0)
        if news is not None:
            state, played = news, -1
        elif played == len(stops) - 1 or len(stops) == 1:
            return
        else:
            played += 1


def _frame(state: EarlyStoppingState, made: Scene, steps: int, done: float) -> Frame:
    residual = _residual(made, steps)
    return Frame(
        panels=(
            _filters(made, steps), _curves(made, steps), _penalties(made, steps), _plane(made, steps),
            risks(made, steps), ratios(made, steps),
        ),
        readouts=_readouts(made, steps), caption=_caption(made, steps), status="running" if 0 < done < 1 else "exact",
        progress=done, subtitle=f"least squares, n = {made.problem.n}, p = {made.problem.p}, σ = {show(made.noise)}",
        equation=f"λ = 1/(ηt) = {show(1.0 / (made.rate * steps))}",
        certificate=None if residual is None else Certificate(
            name="closed form − iterate", value=residual, tolerance=TOLERANCE
        ),
    )  # fmt: skip


@lru_cache(maxsize=256)
def _residual(made: Scene, steps: int) -> float | None:
    """Largest difference between the closed form and plain gradient descent, in units of the largest coefficient."""
    if steps > WALKED:
        return None
    problem, w = made.problem, np.zeros(made.problem.p)
    for _ in range(steps):
        w = w - made.rate * (problem.gram @ w - problem.correlation)
    gap = np.abs(w - made.directions.coef(made.filters(steps)[0])).max()
    return float(gap / max(np.abs(w).max(), 1e-300))


def _filters(made: Scene, steps: int) -> Panel:
    descent, _, ridge = made.filters(steps)
    count = len(descent)
    bars = Bars(
        key="filters", values=descent, truth=ridge, role="first",
        labels=tuple(str(k + 1) for k in range(count)),
    )  # fmt: skip
    readouts = (
        Readout(name="bars", value="bar: descent", role="first"),
        Readout(name="tick", value="tick: ridge"),
    )  # fmt: skip
    x, y = _bar_axes(made)
    return Panel(
        key="filters", title="Share let through, by direction", x=x, y=y, marks=(bars,), readouts=readouts
    )


@lru_cache(maxsize=16)
def _bar_axes(made: Scene) -> tuple[Axis, Axis]:
    count = len(made.directions.curvature)
    most = max(1.0, float(made.filters(1)[0].max()))
    return Axis(low=-0.6, high=count - 0.4, label="singular direction, steepest first"), Axis(low=0.0, high=1.18 * most)


def _curves(made: Scene, steps: int) -> Panel:
    """The three filters as functions of the curvature, with the directions of this problem on them."""
    x, y = _curve_axes(made)
    h = np.geomspace(x.low, x.high, CURVE)
    time = made.rate * steps
    kept = np.stack([ridge_filter(h, 1.0 / time), flow_filter(h, time), descent_filter(h, made.rate, steps)])
    lines = Lines(key="filter", x=h, y=kept, labels=("ridge", "flow", "descent"), roles=("second", "good", "first"))
    own = Points(
        key="directions", x=made.directions.curvature, y=made.filters(steps)[0], role="first", shape="dot"
    )
    return Panel(key="curves", title="Filters over the curvature", x=x, y=y, marks=(lines, own))


@lru_cache(maxsize=16)
def _curve_axes(made: Scene) -> tuple[Axis, Axis]:
    h = made.directions.curvature
    low = max(0.5 * float(h[-1]), 1e-6 * float(h[0]))
    x = Axis(low=low, high=1.02 * float(h[0]) * (h[0] / low) ** 0.12, log=True, label="curvature h = s²/n")
    return x, _bar_axes(made)[1]


def _penalties(made: Scene, steps: int) -> Panel:
    """The ridge λ that each direction gets, beside the one λ = 1/(ηt) of ridge."""
    own = made.equivalent(steps)
    lam = 1.0 / (made.rate * steps)
    x, y = _penalty_axes(made, steps)
    place = np.arange(len(own), dtype=float)
    inside = np.isfinite(own) & (own >= y.low)
    below = Points(
        key="below", x=place[~inside], y=np.full(np.count_nonzero(~inside), y.low), role="bad", shape="triangle"
    )
    marks: list[Mark] = [
        Points(key="equivalent", x=place, y=np.where(inside, own, np.nan), role="first", shape="diamond"),
        Rule(key="lam", value=lam, axis="y", role="second", dash=True, label="ridge: one λ"),
    ]
    if not inside.all():
        marks.insert(1, below)
    words = (Readout(name="below", value="▲ zero or below", role="bad"),) if not inside.all() else ()
    return Panel(
        key="penalties", title="The ridge λ that each direction gets", x=x, y=y, marks=tuple(marks), readouts=words
    )


def _penalty_axes(made: Scene, steps: int) -> tuple[Axis, Axis]:
    decade = float(np.floor(np.log10(1.0 / (made.rate * steps))))
    return _penalty_axes_at(made, decade)


@lru_cache(maxsize=64)
def _penalty_axes_at(made: Scene, decade: float) -> tuple[Axis, Axis]:
    count = len(made.directions.curvature)
    return (
        Axis(low=-0.6, high=count + 0.6, label="singular direction, steepest first",
             ticks=tuple((float(k), str(k + 1)) for k in range(0, count, max(1, count // 10)))),
        Axis(low=10.0 ** (decade - 3), high=10.0 ** (decade + 2), log=True, label="λ"),
    )  # fmt: skip


def _plane(made: Scene, steps: int) -> Panel:
    """Both paths from zero to least squares in the plane of the steepest and the middle direction."""
    x, y, j, k = _plane_axes(made)
    descent, _, ridge = made.filters(steps)
    ols = made.directions.ols
    here = Points(
        key="here", x=np.array([descent[j] * ols[j], ridge[j] * ols[j]]), roles=("first", "second"),
        y=np.array([descent[k] * ols[k], ridge[k] * ols[k]]), labels=("descent", "ridge"),
    )  # fmt: skip
    return Panel(key="plane", title="Two paths to least squares", x=x, y=y, marks=(*_trails(made), here), origin=True)


@lru_cache(maxsize=16)
def _plane_axes(made: Scene) -> tuple[Axis, Axis, int, int]:
    ols = made.directions.ols
    j, k = 0, (len(ols) - 1) // 2 or len(ols) - 1
    return _range(float(ols[j]), "steepest direction"), _range(float(ols[k]), f"direction {k + 1}"), j, k


def _range(end: float, label: str) -> Axis:
    size = max(abs(end), 1e-6)
    low, high = (-0.25, 1.5) if end >= 0.0 else (-1.5, 0.25)
    return Axis(low=low * size, high=high * size, label=label)


@lru_cache(maxsize=16)
def _trails(made: Scene) -> tuple[Mark, ...]:
    _, _, j, k = _plane_axes(made)
    h, ols, rate = made.directions.curvature[[j, k]], made.directions.ols[[j, k]], made.rate
    column = np.append(0.0, made.times)[:, None]
    smooth = np.append(0.0, np.geomspace(1e-3, made.times[-1], CURVE))[:, None]
    walked = descent_filter(h, rate, column) * ols
    with np.errstate(divide="ignore"):
        bent = ridge_filter(h, 1.0 / (rate * smooth)) * ols
    return (
        Lines(key="ridge path", x=bent[:, 0], y=bent[None, :, 1], role="second", thin=True, dash=True),
        Lines(key="descent path", x=walked[:, 0], y=walked[None, :, 1], role="first", thin=True),
        Points(key="ols", x=ols[:1], y=ols[1:], role="text", shape="cross", labels=("least squares",)),
    )  # fmt: skip


def _readouts(made: Scene, steps: int) -> tuple[Readout, ...]:
    descent, flow, ridge = made.risks(steps)
    kept = made.filters(steps)
    size, ridge_size = (float(np.linalg.norm(made.directions.coef(kept[k]))) for k in (0, 2))
    values = {
        "iterations": ("t", steps), "rate": ("η", made.rate), "lam": ("λ = 1/(ηt)", 1.0 / (made.rate * steps)),
        "risk_descent": ("risk, descent", descent), "risk_flow": ("risk, flow", flow),
        "risk_ridge": ("risk, ridge", ridge), "ratio_flow": ("flow ÷ ridge", flow / ridge),
        "ratio_descent": ("descent ÷ ridge", descent / ridge),
        "steepest": ("noise ratio, direction 1", float((kept[0][0] / kept[2][0]) ** 2)),
        "distance": ("‖w‖, descent", size), "ridge_norm": ("‖w‖, ridge", ridge_size),
    }  # fmt: skip
    return tuple(Readout(name=name, value=value, label=label) for name, (label, value) in values.items())


def _caption(made: Scene, steps: int) -> str:
    descent, _, _ = made.filters(steps)
    loss, _, ridge = made.risks(steps)
    ratio = loss / ridge
    what = "step" if steps == 1 else "steps"
    start = f"After {steps} {what} descent lets {_percent(descent[0])} of the steepest direction through and "
    broken = ", above the bound 1.686 of small steps" if ratio > FLOW_BOUND else ""
    return (
        f"{start}{_percent(descent[-1])} of the flattest; its risk is {show(ratio)} times that of ridge at "
        f"λ = {show(1.0 / (made.rate * steps))}{broken}."
    )


def _percent(share: float) -> str:
    return f"{show(100.0 * float(share))} %"
