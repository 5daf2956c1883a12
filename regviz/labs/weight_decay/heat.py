"""The heat map: nets over learning rate and decay, Adam + L2 and AdamW, all of them trained as one batch."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Field, Frame, Lines, Mark, Panel, Points, Readout, show
from regviz.labs import _nets as nets
from regviz.labs.weight_decay.state import METHODS, PAPER, PYTORCH, ROLES, WeightDecayState
from regviz.neural import Adam, Hyper

Array = NDArray[Any]

RATES = (-3.5, -1.0)
"""Decades of the learning rate."""
LAMS = {"": (-4.0, 0.0), PYTORCH: (-2.5, 1.5), PAPER: (-5.0, -1.0)}
"""Decades of λ for Adam + L2 and for the two readings of AdamW: four each, so that slopes can be compared."""
CLOSE = 1.2
"""A learning rate is good whose best loss is within this factor of the best of all."""
_EVERY = 20
_FINE = 12
"""Pixels a side of one cell, so that cells keep their edges."""


def frames(state: WeightDecayState) -> Generator[Frame, Any, None]:
    """The map filling as its nets train."""
    count = state.cells**2
    run = nets.Run(
        state, *(f"net {k}" for k in range(2 * count)), optimiser=Adam(coupled=state.form != PAPER),
        hyper=_hyper(state), scale=state.initial, every=_EVERY,
    )  # fmt: skip
    return nets.train(state, run, _hyper, _frame, compares=False)


def grid(state: WeightDecayState, method: int) -> tuple[Array, Array]:
    """Learning rates (k,) and decays (k,) of Adam + L2 (0) or AdamW (1)."""
    rates, lams = RATES, LAMS[state.form if method else ""]
    return np.logspace(*rates, state.cells), np.logspace(*lams, state.cells)


def cell(state: WeightDecayState, panel: str, x: float, y: float) -> tuple[float, float]:
    """Learning rate and decay of the cell of ``panel`` at (``x``, ``y``)."""
    rates, lams = grid(state, int(panel == "map_b"))
    nearest = [values[np.argmin(np.abs(np.log(values / max(at, 1e-30))))] for values, at in ((rates, x), (lams, y))]
    return float(nearest[0]), float(nearest[1])


def tilt(losses: Array, rates: Array, lams: Array) -> float | None:
    """By how many decades the best λ moves for each decade of η, by least squares over the good learning rates.

    ``losses`` (λ, η), NaN where a net has diverged. 0 is a basin along the η axis, −1 one along ηλ = constant; None
    with fewer than three good learning rates.
    """
    good, place = _good(losses), _best(losses)[1]
    if good.sum() < 3:
        return None
    return round(float(np.polyfit(np.log10(rates[good]), np.log10(lams[place[good]]), 1)[0]), 6) + 0.0


def _good(losses: Array) -> Array:
    """Which learning rates (k,) have a best loss close to the best of all."""
    best = _best(losses)[0]
    result: Array = np.isfinite(best) & (best <= CLOSE * best.min())
    return result


def _best(losses: Array) -> tuple[Array, Array]:
    """The least loss of each learning rate (∞ where all diverged) and its row."""
    filled = np.where(np.isfinite(losses), losses, np.inf)
    return filled.min(axis=0), filled.argmin(axis=0)


def _hyper(state: WeightDecayState) -> Hyper:
    return _made(state.cells, state.form)


@lru_cache(maxsize=8)
def _made(cells: int, form: str) -> Hyper:
    state = WeightDecayState(cells=cells, form=form)
    count = cells**2
    (rates, l2), (_, decay) = grid(state, 0), grid(state, 1)
    none = (0.0,) * count
    across = tuple(np.tile(rates, 2 * cells).tolist())
    return Hyper(
        rate=across, l2=(*np.repeat(l2, cells).tolist(), *none), decay=(*none, *np.repeat(decay, cells).tolist())
    )


def _frame(state: WeightDecayState, run: nets.Run) -> Frame:
    losses = _losses(state, run)
    gone = int((~run.running).sum())
    lost = f"{gone} of {len(run.running)} nets diverged: their cells stay empty and are crossed." if gone else ""
    return Frame(
        panels=(
            _map(state, run, losses, 0), _map(state, run, losses, 1), _valleys(state, losses), _profile(state, losses)
        ),
        readouts=_readouts(state, run, losses), caption=_caption(state, run, losses),
        status="running" if run.step < state.steps else "stopped", message=lost, progress=nets.progress(state, run),
        equation="AdamW multiplies by " + ("1 − λ (Algorithm 2)" if state.form == PAPER else "1 − ηλ (PyTorch)"),
        subtitle=f"{len(run.running)} nets in one batch, {nets.subtitle(state, run)}",
    )  # fmt: skip


def _losses(state: WeightDecayState, run: nets.Run) -> Array:
    """Validation losses (2, λ, η), NaN where a net has diverged."""
    found = np.where(run.running, run.score("validation").loss, np.nan).reshape(2, state.cells, state.cells)
    return np.where(found < 1e30, found, np.nan)


def _map(state: WeightDecayState, run: nets.Run, losses: Array, method: int) -> Panel:
    rates, lams = grid(state, method)
    z = losses[method]
    low, high = _colours(state, losses)
    x, y = _rate_axis(state.cells), _lam_axis(state.cells, state.form if method else "")
    field = Field(
        key="losses", z=np.kron(z, np.ones((_FINE, _FINE))), extent=(x.low, x.high, y.low, y.high), low=low,
        high=high,
    )
    marks: list[Mark] = [field]
    best, place = _best(z)
    usable = np.isfinite(best)
    marks.append(
        Lines(key="valley", x=rates, y=np.where(_good(z), lams[place], np.nan)[None], role="text")
    )
    rows, columns = np.nonzero(np.isnan(z))
    if len(rows):
        marks.append(Points(key="diverged", x=rates[columns], y=lams[rows], role="bad", shape="cross", small=True))
    readouts: tuple[Readout, ...] = ()
    if usable.any():
        column = int(best.argmin())
        at = rates[column], lams[place[column]]
        marks.append(
            Points(
                key="best", x=np.array(at[:1]), y=np.array(at[1:]), role="text", shape="ring", labels=("best",)
            )
        )
        scale = f"colours {show(low)} … {show(high)}"
        readouts = (
            Readout(name="scale", value=scale, role="muted"),
            Readout(name="best", value=float(best[column]), label="best", role=ROLES[method]),
        )
    return Panel(
        key=f"map_{'ab'[method]}", title=f"{METHODS[method]}: validation loss", x=x, y=y, marks=tuple(marks),
        readouts=readouts,
    )  # fmt: skip


def _valleys(state: WeightDecayState, losses: Array) -> Panel:
    """The best λ of every learning rate, in units of the middle of each map's range."""
    curves, strong, tilts = [], [], []
    rates = grid(state, 0)[0]
    for method in (0, 1):
        lams = grid(state, method)[1]
        best, place = _best(losses[method])
        middle = float(np.sqrt(lams[0] * lams[-1]))
        curves.append(np.where(np.isfinite(best), lams[place] / middle, np.nan))
        strong.append(np.where(_good(losses[method]), curves[-1], np.nan))
        tilts.append(tilt(losses[method], rates, lams))
    lines = Lines(key="valleys", x=rates, y=np.stack(strong), labels=METHODS[:2], roles=ROLES[:2])
    others = Lines(key="others", x=rates, y=np.stack(curves), roles=ROLES[:2], thin=True, dash=True)
    return Panel(
        key="valleys", title="Best λ of each learning rate", x=_wide_rates(state.cells), y=_SPAN, marks=(others, lines),
        readouts=tuple(
            Readout(name=f"tilt_{k}", value=value, label=f"{METHODS[k]} tilt", role=ROLES[k], digits=2)
            for k, value in enumerate(tilts)
        ),
    )  # fmt: skip


def _profile(state: WeightDecayState, losses: Array) -> Panel:
    """The least validation loss of every learning rate: how wide the basin is along η."""
    best = np.stack([_best(losses[method])[0] for method in (0, 1)])
    lines = Lines(key="profile", x=grid(state, 0)[0], y=nets.shown(best), labels=METHODS[:2], roles=ROLES[:2])
    return Panel(
        key="profile", title="Best loss of each learning rate", x=_wide_rates(state.cells),
        y=_loss_axis(_chance(state)), marks=(lines,),
    )  # fmt: skip


def _readouts(state: WeightDecayState, run: nets.Run, losses: Array) -> tuple[Readout, ...]:
    found = [
        Readout(name="step", value=run.step, label="step"),
        Readout(name="nets", value=len(run.running), label="nets in one batch"),
        Readout(name="diverged", value=int((~run.running).sum()), label="diverged", role="bad"),
    ]
    for method, end in enumerate("ab"):
        rates, lams = grid(state, method)
        best, place = _best(losses[method])
        column = int(best.argmin())
        known = bool(np.isfinite(best[column]))
        values = {
            "best_loss": float(best[column]), "best_rate": float(rates[column]),
            "best_lam": float(lams[place[column]]), "tilt": tilt(losses[method], rates, lams),
        }  # fmt: skip
        name = METHODS[method]
        found += [
            Readout(name=f"{key}_{end}", value=value if known else None, label=f"{name}: {_WORDS[key]}",
                    role=ROLES[method])
            for key, value in values.items()
        ]  # fmt: skip
    return tuple(found)


_WORDS = {"best_loss": "best loss", "best_rate": "η there", "best_lam": "λ there", "tilt": "tilt of the basin"}


def _caption(state: WeightDecayState, run: nets.Run, losses: Array) -> str:
    tilts = [tilt(losses[method], *grid(state, method)) for method in (0, 1)]
    words = [
        f"{name} {show(value, 2)}" if value is not None else f"{name} too few good learning rates to say"
        for name, value in zip(METHODS[:2], tilts, strict=True)
    ]
    if run.step == 0:
        return f"{len(run.running)} nets begin from the same weights, one for each learning rate and decay."
    return (
        f"Step {run.step}: decades by which the best λ moves for each decade of η (0 is a basin along the axis): "
        f"{words[0]}, {words[1]}."
    )


def _colours(state: WeightDecayState, losses: Array) -> tuple[float, float]:
    """The range of colours of both maps: from the least loss there is to that of a net that says nothing."""
    high = _chance(state)
    return float(np.min(losses, where=np.isfinite(losses), initial=0.8 * high)), high


def _chance(state: WeightDecayState) -> float:
    """The validation loss of a net that says the same of every point: where colours end."""
    made = nets.task(state)
    if made.classes:
        return float(np.log(made.classes))
    return max(float(0.5 * np.var(made.validation.y)), 1e-12)


def _ends(low: float, high: float, cells: int) -> tuple[float, float]:
    """The range of a log axis whose cells are centred at the grid's values."""
    half = 0.5 * (high - low) / (cells - 1)
    return 10.0 ** (low - half), 10.0 ** (high + half)


@lru_cache(maxsize=16)
def _loss_axis(chance: float) -> Axis:
    return Axis(low=0.0, high=1.2 * chance, label="validation loss")


@lru_cache(maxsize=16)
def _rate_axis(cells: int) -> Axis:
    low, high = _ends(*RATES, cells)
    return Axis(low=low, high=high, log=True, label="learning rate η (log scale)")


@lru_cache(maxsize=16)
def _wide_rates(cells: int) -> Axis:
    low, high = _ends(*RATES, cells)
    return Axis(low=low, high=4.0 * high, log=True, label="learning rate η (log scale)")


@lru_cache(maxsize=16)
def _lam_axis(cells: int, form: str) -> Axis:
    low, high = _ends(*LAMS[form], cells)
    return Axis(low=low, high=high, log=True, label="λ (log scale)")


_SPAN = Axis(low=10.0**-2.2, high=10.0**2.2, log=True, label="best λ ÷ middle of its range")
