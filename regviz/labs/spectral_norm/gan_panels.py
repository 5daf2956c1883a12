"""The GAN view: samples over both discriminators, modes covered, precision, slope bounds, and ten seeds as stored."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Contours, Field, Frame, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs import _nets as nets
from regviz.labs.spectral_norm.ring import CENTRES, MODES, NAMES, REACH, SAMPLES, Duel, covered
from regviz.labs.spectral_norm.seeds import NORMED, ORIGINAL, PLAIN, SETTINGS
from regviz.labs.spectral_norm.state import SpectralState
from regviz.neural import grid

Array = NDArray[Any]

ROLES = ("informative:2", "informative:3")
STORED = (PLAIN, NORMED, ORIGINAL)
STORED_ROLES = (*ROLES, "muted")
MEANS = tuple(float(np.mean(row)) for row in STORED)
"""Mean modes over the ten stored seeds."""
DRAWN = 250
_EXTENT = (-2.1, 2.1, -1.5, 1.5)
_COLUMNS, _ROWS = 56, 40
_PLANE = Axis(low=-2.1, high=2.1, label="x₁"), Axis(low=-1.5, high=1.5, label="x₂")
_MODES = Axis(low=0.0, high=8.8, label="modes covered", ticks=tuple((float(k), str(k)) for k in range(0, 9, 2)))
_SHARE = Axis(low=0.0, high=1.05, label="share within 3σ of a mode")
_SEEDS = Axis(low=-0.7, high=9.7, label="seed", ticks=tuple((float(k), str(k)) for k in range(10)))
_POINTS = grid(*_EXTENT, _COLUMNS, _ROWS)


def frames(state: SpectralState) -> Generator[Frame, Any, None]:
    """Both GANs in step, a picture every ``pace`` steps."""
    duel = Duel(state)
    while True:
        duel.tune(state)
        news = yield _frame(state, duel)
        if news is not None:
            state = news
            if duel.step > state.steps:  # the past is made again from the seed
                duel = Duel(state)
                duel.advance(state.steps)
        elif _over(state, duel):
            return
        else:
            duel.advance(min(state.pace, state.steps - duel.step))


def _over(state: SpectralState, duel: Duel) -> bool:
    return duel.step >= state.steps or not duel.running.any()


def _frame(state: SpectralState, duel: Duel) -> Frame:
    chances, samples = duel.chances(_POINTS), duel.samples()
    steps, shares, bounds = duel.curves()
    status = "diverged" if not duel.running.all() else "stopped" if _over(state, duel) else "running"
    return Frame(
        panels=(
            *(_map(duel, chances[k], samples[k], shares[-1, k], state, k) for k in (0, 1)),
            _modes(state, duel, steps, shares), _quality(state, duel, steps, shares),
            _bounds(state, duel, steps, bounds), _seeds(),
        ),
        readouts=_readouts(state, duel, shares[-1], bounds[-1]), caption=_caption(state, duel, shares[-1]),
        status=status, message=_lost(duel), progress=1.0 if _over(state, duel) else duel.step / state.steps,
        subtitle=f"ring of {MODES} Gaussians, 2–{state.units}–{state.units} ReLU nets",
        equation=f"a mode counts with ≥ {show(state.share)} % of {SAMPLES:,} samples within {show(int(REACH))}σ",
    )  # fmt: skip


def _map(duel: Duel, chances: Array, samples: Array, shares: Array, state: SpectralState, index: int) -> Panel:
    """Where D sees real points, what G makes, and the eight circles of radius 3σ."""
    z = nets.shown(chances.reshape(_ROWS, _COLUMNS))
    marks: tuple[Mark, ...] = (
        Field(key="surface", z=z, extent=_EXTENT, low=0.0, high=1.0, scale="classes"),
        Contours(key="boundary", z=z, levels=_HALF, extent=_EXTENT, role="muted"),
        _rings(state.spread),
        Points(key="samples", x=nets.shown(samples[0, :DRAWN]), y=nets.shown(samples[1, :DRAWN]), role="text",
               small=True),
    )  # fmt: skip
    name = NAMES[index][:1].upper() + NAMES[index][1:]
    head = (Readout(name="covered", value=f"{_count(shares, state)} of {MODES}", label="modes", role=ROLES[index]),)
    return Panel(
        key=f"map_{'ab'[index]}", title=f"{name} discriminator", x=_PLANE[0], y=_PLANE[1], marks=marks, equal=True,
        readouts=head if duel.running[index] else (_diverged(),),
    )  # fmt: skip


def _diverged() -> Readout:
    """What a header says of a GAN without finite weights."""
    return Readout(name="diverged", value="diverged", role="bad")


def _count(shares: Array, state: SpectralState) -> int:
    return int(covered(shares, state.share))


@lru_cache(maxsize=16)
def _rings(spread: float) -> Mark:
    turn = np.linspace(0.0, 2.0 * np.pi, 33)
    x, y = (CENTRES[j, :, None] + REACH * spread * f(turn) for j, f in enumerate((np.cos, np.sin)))
    return Lines(key="modes", x=x, y=y, role="truth", thin=True)


def _modes(state: SpectralState, duel: Duel, steps: Array, shares: Array) -> Panel:
    counts = np.where(np.isfinite(shares).all(axis=2), covered(shares, state.share), np.nan)
    lines = Lines(key="modes", x=steps, y=counts.T + np.array([[0.04], [-0.04]]), roles=ROLES, labels=NAMES, steps=True)
    return Panel(
        key="modes", title="Modes covered", x=_along(duel, state), y=_MODES,
        marks=(Rule(key="all", axis="y", value=float(MODES), role="truth", dash=True), lines),
    )  # fmt: skip


def _quality(state: SpectralState, duel: Duel, steps: Array, shares: Array) -> Panel:
    lines = Lines(key="quality", x=steps, y=shares.sum(axis=2).T, roles=ROLES, labels=NAMES)
    return Panel(key="quality", title="Samples that hit a mode", x=_along(duel, state), y=_SHARE, marks=(lines,))


def _bounds(state: SpectralState, duel: Duel, steps: Array, bounds: Array) -> Panel:
    good = np.where((bounds > 1e-30) & (bounds < 1e30), bounds, np.nan)
    lines = Lines(key="bounds", x=steps, y=good.T, roles=ROLES, labels=NAMES)
    found = good[np.isfinite(good)]
    low, high = (float(found.min()), float(found.max())) if found.size else (0.1, 10.0)
    kept = duel.axes.get("bounds")
    if kept is None or low < kept.low or high > kept.high:
        edges = 10.0 ** np.floor(np.log10(low)), 10.0 ** (np.floor(np.log10(high)) + 1)
        kept = duel.axes["bounds"] = Axis(low=edges[0], high=edges[1], log=True, label="Π σ₁(Wₗ) (log scale)")
    return Panel(key="bounds", title="Slope bound of D", x=_along(duel, state), y=kept, marks=(lines,))


def _along(duel: Duel, state: SpectralState) -> Axis:
    high = 1.25 * max(state.steps, duel.step, 1)
    kept = duel.axes.get("steps")
    if kept is None or kept.high != high:
        kept = duel.axes["steps"] = Axis(low=0.0, high=high, label="training step")
    return kept


@lru_cache(maxsize=1)
def _seeds() -> Panel:
    """The stored counts of ten seeds: plain, with the default c, and with c = 1."""
    looks = ("dot", "square", "diamond")
    marks = tuple(
        Points(key=f"seeds_{'abc'[k]}", x=_AT + 0.22 * (k - 1), y=np.array(row), role=STORED_ROLES[k],
               shape=looks[k])
        for k, row in enumerate(STORED)
    )  # fmt: skip
    names = (f"● plain {show(MEANS[0])}", f"■ spectral {show(MEANS[1])}", f"◆ with c = 1: {show(MEANS[2])}")
    return Panel(
        key="seeds", title="Ten stored seeds, late mean", x=_SEEDS, y=_MODES, marks=marks,
        readouts=tuple(
            Readout(name=f"mean_{'abc'[k]}", value=name, role=STORED_ROLES[k]) for k, name in enumerate(names)
        ),
    )  # fmt: skip


def _lost(duel: Duel) -> str:
    return " ".join(
        f"The GAN “{NAMES[k]}” diverged by step {duel.lost[k]}: its weights are no longer finite."
        for k in (0, 1) if duel.lost[k] >= 0
    )  # fmt: skip


def _readouts(state: SpectralState, duel: Duel, shares: Array, bounds: Array) -> tuple[Readout, ...]:
    found = [Readout(name="step", value=duel.step, label="step")]
    for k, name in enumerate(NAMES):
        alive = bool(duel.running[k])
        values = {
            "covered": ("modes covered", _count(shares[k], state) if alive else None),
            "quality": ("share of samples within 3σ of a mode", nets.finite(shares[k].sum())),
            "bound": ("slope bound of D", nets.finite(bounds[k])),
            "seeds": ("mean modes over the ten stored seeds", MEANS[k]),
        }
        found += [
            Readout(name=f"{key}_{'ab'[k]}", value=value, label=f"{name}: {label}", role=ROLES[k])
            for key, (label, value) in values.items()
        ]
    return tuple(found)


def _caption(state: SpectralState, duel: Duel, shares: Array) -> str:
    words = [
        f"{name} covers {_count(shares[k], state)} of {MODES} modes, {show(100 * float(shares[k].sum()))} % of its "
        f"samples hit one" if duel.running[k] else f"{name} diverged"
        for k, name in enumerate(NAMES)
    ]  # fmt: skip
    return (
        f"Step {duel.step}, one seed: {words[0]}; {words[1]}. Ten stored seeds ({SETTINGS}) covered {show(MEANS[0])} "
        f"and {show(MEANS[1])} in the mean."
    )


_HALF, _AT = np.array([0.5]), np.arange(10.0)
