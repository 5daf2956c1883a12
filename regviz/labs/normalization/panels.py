"""The panels of the normalization lab: the function before and after, the gradient over α, and the size of w."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs import _nets as nets
from regviz.labs.normalization.scaling import ALPHAS, scaled, scaled_averages, slope
from regviz.labs.normalization.state import NONE, NORMS, NormalizationState
from regviz.labs.normalization.watch import Trio, Watched, equilibrium_norm, rotation

Array = NDArray[Any]

SHOWN = 1
"""The variant whose function is drawn: with decay."""
MOST = 400
"""Points of a curve."""
SMOOTH = 100
"""Steps that an angle is averaged over."""
_OF_NORM = {"batch norm": "informative:0", "layer norm": "informative:4", "none": "muted"}
_ALPHA = Axis(low=0.09, high=25.0, log=True, label="α (log scale)")
_RATIO = Axis(low=0.03, high=30.0, log=True, label="‖∇f(αw)‖ / ‖∇f(w)‖ (log scale)")


def functions(state: NormalizationState, watched: Watched) -> tuple[Panel, Panel]:
    """What the net with decay says, with its weights and with α times them; running averages follow the weights."""
    run = watched.run
    params, averages = run.params[SHOWN], run.trainer.averages[SHOWN]
    after = scaled(run.net, params, np.array([state.alpha]))[0]
    names = ("Weights w", f"Weights {show(state.alpha)}·w")
    return (
        _function(state, run, params, averages, "before", names[0]),
        _function(state, run, after, scaled_averages(run.net, averages, state.alpha), "after", names[1]),
    )


def _function(
    state: NormalizationState, run: nets.Run, params: Array, averages: Array, key: str, title: str
) -> Panel:
    run.single.network.averages[...] = averages  # the picture is made with the averages that the evaluator holds
    if run.task.classes:
        return nets.surface(state, run, SHOWN, params=params, key=key, title=title)
    one = nets.variants(run.variants[SHOWN].name)
    return replace(nets.functions(state, run, params=params[None], variants=one, title=title), key=key)


def gradient(state: NormalizationState, found: dict[str, tuple[Array, Array, float]]) -> Panel:
    """Relative gradient of the watched layer over α for the three nets, and 1/α."""
    row = layer(state)
    marks: list[Mark] = [_HYPERBOLA]
    for norm in NORMS:
        curve, (one, here), _ = found[norm][0][row], found[norm][1][row], found[norm][2]
        with np.errstate(all="ignore"):
            y, now = nets.shown(curve / one), nets.shown(here / one)
        chosen = norm == state.norm
        marks.append(
            Lines(
                key=norm, x=ALPHAS, y=y[None], role=_OF_NORM[norm], thin=not chosen, labels=(norm,), dash=norm == NONE
            )
        )
        if chosen:
            marks.append(Points(key="here", x=np.array([state.alpha]), y=np.array([now]), role="accent"))
    fitted = slope(found[state.norm][0][row])
    readouts = (Readout(name="slope", value=fitted, label=f"{state.norm}: slope", role="accent"),)
    return Panel(key="gradient", title="Gradient over α", x=_ALPHA, y=_RATIO, marks=tuple(marks), readouts=readouts)


def layer(state: NormalizationState) -> int:
    """The watched hidden layer, from 0; the last one where there are fewer."""
    return min(state.watched, state.layers) - 1


def sizes(state: NormalizationState, trio: Trio) -> Panel:
    """‖w‖ of both variants with the predicted growth, the equilibrium, and the other nets faintly."""
    watched, row = trio.nets[state.norm], layer(state)
    run = watched.run
    at, size, predicted = thinned(watched, row, "size", "predicted")
    marks: list[Mark] = [
        Lines(key=norm, x=x, y=nets.shown(y[:, :1].T), role="muted", thin=True, labels=(norm,))
        for norm in NORMS if norm != state.norm for x, y in [thinned(trio.nets[norm], row, "size")]
    ]  # fmt: skip
    names, roles = tuple(v.name for v in run.variants), tuple(v.role for v in run.variants)
    marks += [
        Lines(key="size", x=at, y=nets.shown(size.T), labels=names, roles=roles),
        Lines(key="predicted", x=at, y=nets.shown(predicted.T), roles=("text", "text"), dash=True, thin=True,
              labels=("", "predicted")),
    ]  # fmt: skip
    level = equilibrium(state, watched)
    if level is not None and level < 1e30 and state.norm != NONE:
        marks.append(Rule(key="equilibrium", value=level, axis="y", role="penalty", dash=True,
                          label=f"equilibrium {show(level)}"))  # fmt: skip
    others = [float(mark.y[0, -1]) for mark in marks if isinstance(mark, Lines) and mark.thin]
    seen = np.array([*size.ravel(), *others, level if level is not None and state.norm != NONE else 0.0])
    return Panel(
        key="sizes", title=f"Size of the weights, layer {row + 1}", x=nets.along(run, state.steps),
        y=nets.grown(run, "sizes", seen, "‖w‖", least=1.3 * max(float(size[0, 0]), 0.1)), marks=tuple(marks),
    )  # fmt: skip


def effective(state: NormalizationState, watched: Watched) -> Panel:
    """η/‖w‖² of both variants with the η of each step, and its level at equilibrium."""
    run = watched.run
    at, size, rate = thinned(watched, layer(state), "size", "rate")
    with np.errstate(all="ignore"):
        rates = nets.shown(rate.T / size.T**2)
    marks: list[Mark] = [_lines(run, "effective", at, rates)]
    level = equilibrium(state, watched)
    reached = None if not level or state.norm == NONE else nets.finite(state.rate / level**2)
    if reached is not None and 1e-30 < reached < 1e30:
        marks.append(Rule(key="equilibrium", value=reached, axis="y", role="penalty", dash=True, label="equilibrium"))
    y = decades(rates, "η/‖w‖² (log scale)")
    return Panel(
        key="effective", title="Effective learning rate", x=nets.along(run, state.steps), y=y, marks=tuple(marks),
        readouts=_lasts(run, rates),
    )  # fmt: skip


def angles(state: NormalizationState, watched: Watched) -> Panel:
    """Radians that the weights turn in a step, root mean square over 100 steps, beside √(2ηλ)."""
    run = watched.run
    raw = watched.record["angle"][:, layer(state)]
    at = pick(len(raw))
    turned = nets.shown(watched.still(smooth(raw))[at].T)
    marks: list[Mark] = [_lines(run, "angles", watched.record.steps[at], turned)]
    level = rotation(state.rate, state.lam)
    if 1e-30 < level < 1e30 and state.norm != NONE:
        marks.append(Rule(key="equilibrium", value=level, axis="y", role="penalty", dash=True,
                          label=f"√(2ηλ) = {show(level)}"))  # fmt: skip
    return Panel(
        key="angles", title="Turn of the weights in a step", x=nets.along(run, state.steps),
        y=decades(np.append(turned, level), "rms radians (log scale)"), marks=tuple(marks),
        readouts=_lasts(run, turned),
    )  # fmt: skip


def equilibrium(state: NormalizationState, watched: Watched) -> float | None:
    """The size at which growth and decay balance, for the gradients met so far; None before the first step."""
    drive = watched.record["drive"][-1, layer(state), 1]
    return nets.finite(equilibrium_norm(state.rate, state.lam, np.array(drive))) if watched.run.step else None


def thinned(watched: Watched, row: int, *names: str) -> tuple[Array, ...]:
    """Steps (T,) and curves (T, 2) of hidden layer ``row``, at most 401 points, the newest among them."""
    at = pick(len(watched.record.steps))
    return (watched.record.steps[at], *(watched.still(watched.record[name][:, row])[at] for name in names))


@lru_cache(maxsize=8)
def pick(count: int) -> Array:
    """Up to 401 of ``count`` rows: every k-th, with the last one."""
    stride = -(-count // MOST)
    return np.unique(np.append(np.arange(0, count, stride), count - 1))


def smooth(values: Array) -> Array:
    """Root mean squares over the last 100 rows, or as many as there are, of ``values`` (T, 2), the first one undefined.

    The equilibrium is one of mean squares; single gradients scatter widely, so the plain mean lies lower.
    """
    total = np.cumsum(np.concatenate([np.zeros((1, 2)), values[1:] ** 2]), axis=0)
    ends = np.arange(len(total))
    starts = np.maximum(ends - SMOOTH, 0)
    with np.errstate(all="ignore"):
        found: Array = np.sqrt(np.maximum(total - total[starts], 0.0) / (ends - starts)[:, None])
    return found


def _lines(run: nets.Run, key: str, at: Array, rows: Array) -> Lines:
    return Lines(
        key=key, x=at, y=rows, labels=tuple(v.name for v in run.variants), roles=tuple(v.role for v in run.variants)
    )


def _lasts(run: nets.Run, rows: Array) -> tuple[Readout, ...]:
    return tuple(
        Readout(name=f"last_{v.key}", value=nets.finite(row[-1]), label=v.name, role=v.role)
        for v, row in zip(run.variants, rows, strict=True)
    )


def decades(values: Array, label: str) -> Axis:
    """A log axis of whole decades around the positive ``values``, the same object for the same decades."""
    good = values[np.isfinite(values) & (values > 1e-30)]
    low, high = (float(good.min()), float(good.max())) if good.size else (1e-3, 1e-1)
    return _decades(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high) + 1e-9)), label)


@lru_cache(maxsize=64)
def _decades(low: int, high: int, label: str) -> Axis:
    return Axis(low=10.0**low, high=10.0 ** max(high, low + 1), log=True, label=label)


_HYPERBOLA = Lines(key="law", x=ALPHAS, y=(1.0 / ALPHAS)[None], role="text", dash=True, thin=True, labels=("1/α",))
