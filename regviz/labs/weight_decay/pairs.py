"""The nets view: the same net under L2 penalty and under decay, from the same weights on the same batches."""

from collections.abc import Generator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Frame, Lines, Panel, Readout, Rule, show
from regviz.labs import _nets as nets
from regviz.labs.weight_decay.state import FOUR, METHODS, PAPER, WeightDecayState, reading, shrink
from regviz.neural import Adam, Hyper, Optimiser, Sgd
from regviz.neural.optimisers import AdamUpdate

Array = NDArray[Any]

BINS = 48
_LOWEST, _HIGHEST = -7.0, 2.0
"""Decades of the histogram of effective decay."""
_EDGES = np.logspace(_LOWEST, _HIGHEST, BINS + 1)
_SHARE = Axis(
    low=10.0**_LOWEST, high=10.0**_HIGHEST, log=True, label="share of a weight taken by a step (log scale)"
)


def frames(state: WeightDecayState) -> Generator[Frame, Any, None]:
    """Two or four nets trained as one batch."""
    coupled = state.form != PAPER
    adams: list[Optimiser] = [Adam(coupled=coupled)] * 2
    rules = [*adams, *[Sgd(coupled=coupled)] * 2] if state.compare == FOUR else adams
    run = nets.Run(
        state, *METHODS[: len(rules)], optimiser=rules, hyper=_hyper(state), scale=state.initial,
        watch={"size": _size},
    )  # fmt: skip
    return nets.train(state, run, _hyper, _frame)


def effective(run: nets.Run) -> Array:
    """ηλ/(√v̂ + ε) of every weight (P,) of Adam + L2: the share that its penalty takes in a step at rest.

    Biases are left out; NaN before the first step and where the net has diverged.
    """
    rows = run.first_hyper.arrays(len(run.variants))
    rate, l2 = float(rows["rate"][0]), float(rows["l2"][0])
    weights = run.net.weight_mask > 0
    sums, count = _squares(run)
    if count == 0 or run.diverged_at[0] >= 0:
        return np.full(int(weights.sum()), np.nan)
    moment = (1 - Adam().beta2) / (1 - Adam().beta2**count) * sums[weights].astype(np.float64)
    found: Array = rate * l2 / (np.sqrt(moment) + Adam().eps)
    return found


def _squares(run: nets.Run) -> tuple[Array, int]:
    """Adam + L2's sums (P,) of squared gradients and their number of steps, at the moment that is shown."""
    _, update = run.trainer.updates[0]
    assert isinstance(update, AdamUpdate)
    kept = run.frozen
    return (update.memory[1][0], update.count) if kept is None else (kept.memory[0][1][0], kept.step)


def _size(run: nets.Run) -> Array:
    """‖w‖ of all weights, biases left out (R,)."""
    wide = run.params.astype(np.float64) * run.net.weight_mask
    found: Array = np.sqrt((wide**2).sum(axis=1))
    return found


def _hyper(state: WeightDecayState) -> Hyper:
    lam = state.lam
    if state.compare != FOUR:
        return Hyper(rate=state.rate, l2=(lam, 0.0), decay=(0.0, lam))
    rates = (state.rate, state.rate, state.sgd_rate, state.sgd_rate)
    return Hyper(rate=rates, momentum=state.momentum, l2=(lam, 0.0, lam, 0.0), decay=(0.0, lam, 0.0, lam))


def _frame(state: WeightDecayState, run: nets.Run) -> Frame:
    pictures = nets.pictures(state, run)
    four = state.compare == FOUR
    rest = () if four and len(pictures) > 1 else (nets.histogram(run),)
    return Frame(
        panels=(
            *pictures, _losses(state, run), nets.curves(state, run, "size", "Size of the weights", "‖w‖"),
            *(() if four and len(pictures) > 1 else (_spread(state, run),)), *rest,
        ),
        readouts=_readouts(run), caption=_caption(state, run), status=nets.status(state, run),
        message=nets.diverged(run), progress=nets.progress(state, run), equation=reading(state, state.rate),
        subtitle=f"{nets.subtitle(state, run)}, decay × (1 − {'λ' if state.form == PAPER else 'ηλ'})",
    )  # fmt: skip


def _losses(state: WeightDecayState, run: nets.Run) -> Panel:
    """The loss curves on a log axis: large initial weights begin with a huge loss."""
    panel = nets.losses(state, run)
    shown = np.concatenate([mark.y.ravel() for mark in panel.marks if isinstance(mark, Lines)])
    shown = shown[shown > 1e-6]
    low, high = (float(shown.min()), float(shown.max())) if len(shown) else (0.1, 1.0)
    return replace(panel, y=_decades(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high) + 1e-9))))


@lru_cache(maxsize=64)
def _decades(low: int, high: int) -> Axis:
    return Axis(low=10.0**low, high=10.0 ** max(high, low + 1), log=True, label="mean loss (log scale)")


def _spread(state: WeightDecayState, run: nets.Run) -> Panel:
    """How many weights lose which share in a step: many shares under Adam + L2, one under AdamW."""
    variant, other = run.variants[:2]
    found = effective(run)
    counts = np.histogram(found[np.isfinite(found)], _EDGES)[0].astype(np.float64)
    lines = Lines(
        key="shares", x=_EDGES, y=np.append(counts, counts[-1])[None], steps=True, role=variant.role,
        labels=(variant.name,),
    )  # fmt: skip
    marks: tuple[Any, ...] = (lines,)
    taken = shrink(state, state.rate)
    if _SHARE.low <= taken <= _SHARE.high:
        marks += (Rule(key="adamw", value=taken, role=other.role, label=f"{other.name}: every weight"),)
    return Panel(
        key="spread", title="Effective decay, weight by weight", x=_SHARE,
        y=nets.grown(run, "shares", counts, "weights", least=20.0), marks=marks,
    )  # fmt: skip


def _readouts(run: nets.Run) -> tuple[Readout, ...]:
    sizes = run.measures()["size"]
    return (
        *nets.readouts(run),
        *(
            Readout(name=f"norm_{v.key}", value=nets.finite(size), label=f"{v.name}: ‖w‖", role=v.role)
            for v, size in zip(run.variants, sizes, strict=True)
        ),
    )


def _caption(state: WeightDecayState, run: nets.Run) -> str:
    losses, sizes = run.score("validation").loss[:2], run.measures()["size"][:2]
    sound = np.isfinite(losses) & np.isfinite(sizes)
    if not sound.all():
        who = " and ".join(METHODS[k] for k in (0, 1) if not sound[k])
        return f"Step {run.step}: {who} diverged with λ = {show(state.lam)} and η = {show(state.rate)}."
    return (
        f"Step {run.step} with λ = {show(state.lam)}{_still(run)} has ‖w‖ = {show(float(sizes[0]))} and validation "
        f"loss {show(float(losses[0]))}, AdamW ‖w‖ = {show(float(sizes[1]))} and {show(float(losses[1]))}."
    )


def _still(run: nets.Run) -> str:
    """Of whom the caption speaks first; a frozen net keeps the λ that it had."""
    kept = run.frozen
    if kept is None:
        return f" for all: {METHODS[0]}"
    lam = float(run.first_hyper.arrays(len(run.variants))["l2"][0])
    return f": {METHODS[0]}, frozen at step {kept.step} with λ = {show(lam)},"
