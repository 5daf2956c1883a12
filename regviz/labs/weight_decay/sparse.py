"""The L1 view: freezing weights that cross zero (left) beside the prox (right), on a net and on one needed weight."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Frame, Lines, Panel, Readout, Rule, show
from regviz.labs import _nets as nets
from regviz.labs.weight_decay.freezing import FreezingSgd
from regviz.labs.weight_decay.state import WeightDecayState
from regviz.neural import Hyper, Sgd
from regviz.neural.landscape import Landscape

Array = NDArray[Any]

NAMES = ("freezing rule", "prox")
NEED = 0.2
"""Where the loss ½(w − NEED)² of the one needed weight is least; its gradient at 0 has this size."""
STARTS = np.linspace(-0.4, -0.02, 24)
WAY = 100
_ROLES = ("bad", "good")
_X = Axis(low=0.0, high=float(WAY), label="step")
_Y = Axis(low=-0.45, high=0.3, label="weight")


def frames(state: WeightDecayState) -> Generator[Frame, Any, None]:
    """Both rules trained as one batch."""
    made = nets.task(state)
    view = Landscape(nets.net(state), made.train.X, made.train.y, variants=2)

    def counts(run: nets.Run) -> Array:
        return _counts(run, view)

    run = nets.Run(
        state, *NAMES, optimiser=[FreezingSgd(), Sgd()], hyper=_hyper(state), watch={"counts": counts}
    )
    return nets.train(state, run, _hyper, _frame)


@lru_cache(maxsize=16)
def one_weight(rate: float, l1: float, momentum: float) -> Array:
    """The needed weight from 24 starts on the wrong side, under the freezing rule and the prox: (2, 24, WAY + 1)."""
    found = np.empty((2, len(STARTS), WAY + 1))
    for k, rule in enumerate((FreezingSgd(), Sgd())):
        w = STARTS[:, None].copy()
        grad = np.zeros_like(w)
        update = rule.bind(w, grad, np.ones(1))
        update.tune(Hyper(rate=rate, l1=l1, momentum=momentum).arrays(len(w)))
        program = update.ops()
        found[k, :, 0] = w[:, 0]
        with np.errstate(all="ignore"):  # too large a learning rate
            for step in range(WAY):
                np.subtract(w, NEED, out=grad)
                for op in program:
                    op()
                found[k, :, step + 1] = w[:, 0]
    return found


def _hyper(state: WeightDecayState) -> Hyper:
    return Hyper(rate=state.sgd_rate, momentum=state.momentum, l1=state.l1)


def _counts(run: nets.Run, view: Landscape) -> Array:
    """Weights at exactly 0, and those of them whose gradient exceeds λ₁, so that the loss wants them: (R, 2)."""
    with np.errstate(all="ignore"):
        gradient = np.abs(view.gradient(run.params.astype(np.float64)))
    zero = (run.params == 0.0) & (run.net.weight_mask > 0)
    l1 = run.trainer.hyper.arrays(2)["l1"][:, None]
    found = np.stack([zero.sum(axis=1), (zero & (gradient > l1)).sum(axis=1)], axis=1).astype(np.float64)
    found[~run.running] = np.nan
    return found


def _frame(state: WeightDecayState, run: nets.Run) -> Frame:
    pictures = nets.pictures(state, run)
    return Frame(
        panels=(
            *pictures, nets.losses(state, run), *(_needed(state, k) for k in (0, 1)), _wanted(state, run),
        ),
        readouts=_readouts(state, run), caption=_caption(state, run), status=nets.status(state, run),
        message=nets.diverged(run), progress=nets.progress(state, run), subtitle=nets.subtitle(state, run),
        equation=f"prox: w ← sign(v)·max(|v| − ηλ₁, 0), v = w − ηg, ηλ₁ = {show(state.sgd_rate * state.l1)}",
    )  # fmt: skip


def _needed(state: WeightDecayState, index: int) -> Panel:
    """The paths of one needed weight under one rule."""
    ways = one_weight(state.sgd_rate, state.l1, state.momentum)[index]
    dead = _dead(ways)
    goal = max(NEED - state.l1, 0.0)
    lines = Lines(
        key="ways", x=np.arange(WAY + 1.0), y=nets.shown(ways), thin=True,
        roles=tuple("bad" if gone else _ROLES[1] if index else "muted" for gone in dead),
    )  # fmt: skip
    return Panel(
        key=f"needed_{'ab'[index]}", title=_title(state, ways, index), x=_X, y=_Y,
        marks=(Rule(key="goal", axis="y", value=goal, role="truth", dash=True, label="least loss + penalty"), lines),
        readouts=(
            Readout(
                name="dead", value=f"{int(dead.sum())} of {len(STARTS)} stuck at 0",
                role="bad" if dead.any() else "good",
            ),
        ),
    )  # fmt: skip


def _title(state: WeightDecayState, ways: Array, index: int) -> str:
    """What happened to the weight."""
    if state.l1 >= NEED:
        return f"λ₁ outweighs the loss, {NAMES[index]}"
    if index == 0 and _dead(ways).any():
        return "A needed weight dies"
    arrived = bool((np.abs(ways[:, -1] - (NEED - state.l1)) < 0.25 * NEED).all())
    return "The prox revives it" if index and arrived else f"A needed weight, {NAMES[index]}"


def _dead(ways: Array) -> Array:
    """Which of the starts (24,) ended at exactly 0."""
    found: Array = ways[:, -1] == 0.0
    return found


def _wanted(state: WeightDecayState, run: nets.Run) -> Panel:
    """How many weights at exactly zero the loss wants back."""
    steps, values = run.curve("counts")
    wanted = values[:, :, 1]
    lines = Lines(
        key="wanted", x=steps, y=nets.shown(wanted.T), roles=tuple(v.role for v in run.variants),
        labels=tuple(v.name for v in run.variants),
    )  # fmt: skip
    return Panel(
        key="wanted", title="Zeros the loss wants back", x=nets.along(run, state.steps),
        y=nets.grown(run, "wanted", wanted, "weights", least=5.0), marks=(lines,),
        readouts=tuple(
            Readout(name=f"zeros_{v.key}", value=f"{int(now[1])} / {int(now[0])}", label=v.name, role=v.role)
            if np.isfinite(now[:2]).all() else Readout(name=f"zeros_{v.key}", value=None, label=v.name, role=v.role)
            for v, now in zip(run.variants, values[-1], strict=True)
        ),
    )  # fmt: skip


def _readouts(state: WeightDecayState, run: nets.Run) -> tuple[Readout, ...]:
    counts = run.measures()["counts"]
    found = list(nets.readouts(run))
    ways = one_weight(state.sgd_rate, state.l1, state.momentum)
    for k, variant in enumerate(run.variants):
        for j, (name, words) in enumerate((("zeros", "exact zeros"), ("wanted", "zeros the loss wants"))):
            value = int(counts[k, j]) if np.isfinite(counts[k, j]) else None
            found.append(
                Readout(name=f"{name}_{variant.key}", value=value, label=f"{variant.name}: {words}", role=variant.role)
            )
        found.append(
            Readout(
                name=f"stuck_{variant.key}", value=int(_dead(ways[k]).sum()), label=f"{variant.name}: starts stuck",
                role=variant.role,
            )
        )  # fmt: skip
    return tuple(found)


def _caption(state: WeightDecayState, run: nets.Run) -> str:
    counts = run.measures()["counts"]
    if not np.isfinite(counts).all():
        return f"Training diverged at η = {show(state.sgd_rate)}."
    (held, wanted), (zeros, open_) = counts.astype(int).tolist()
    l1 = float(run.first_hyper.arrays(2)["l1"][0])
    if not held and not zeros:
        return f"Step {run.step}: neither the freezing rule nor the prox holds a weight at 0{nets.frozen(run)}."
    return (
        f"Step {run.step}: the freezing rule holds {held or 'no'} weight{'s' * (held != 1)} at 0, the prox "
        f"{zeros or 'none'}; the whole loss pulls harder than λ₁ = {show(l1)} on {wanted or 'none'} of the former and "
        f"{open_ or 'none'} of the latter{nets.frozen(run)}."
    )
