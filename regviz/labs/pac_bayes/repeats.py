"""Many samples: on each a Q of its own, its bounds and its true error, and how often the bounds hold."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Lines, Mark, Panel, Points, Readout, Region, Rule, show
from regviz.labs._memo import memo
from regviz.labs.pac_bayes.axes import axis, bars, round_up
from regviz.labs.pac_bayes.panels import bound_curves
from regviz.labs.pac_bayes.scene import BOUNDS, ROLES, bound, complexities, grid_of
from regviz.labs.pac_bayes.state import FIXED, PacBayesState
from regviz.theory.gibbs import GaussianClasses, least_kl
from regviz.theory.pac_bayes import binary_kl

Array = NDArray[np.float64]

NUMBERS = 20_000_000
"""Random numbers up to which all samples asked for are drawn."""
_BATCH = 1_000_000
_RATIOS = np.geomspace(0.3, 100.0, 24)


@dataclass(frozen=True, eq=False)
class Samples:
    """For each sample (k,): training error, true error and complexity of its Q; ``bounds`` (k,) by name."""

    train: Array
    true: Array
    complexity: Array
    bounds: dict[str, Array]

    def held(self, name: str) -> Array:
        """On which samples (k,) the bound holds."""
        return np.asarray(self.true <= self.bounds[name])


def count(state: PacBayesState) -> int:
    """How many samples are drawn: those asked for, or as many as can be drawn in a second or so."""
    return max(20, min(state.draws, NUMBERS // (state.n * state.d)))


def simulate(state: PacBayesState, first: int | None = None) -> Samples:
    """The samples of ``state``, or the ``first`` of them."""
    return _simulate(replace(state, tab=PacBayesState.tab), first or count(state))


def known(state: PacBayesState) -> bool:
    """Whether all samples were drawn before."""
    return _simulate.knows(replace(state, tab=PacBayesState.tab), count(state))


@memo(4)
def _simulate(state: PacBayesState, wanted: int) -> Samples:
    world = GaussianClasses(state.m, state.d)
    source = world.stream(state.seed, "samples")
    size = max(1, min(wanted, _BATCH // (state.n * state.d)))
    parts = [_batch(state, world, source, min(size, wanted - at)) for at in range(0, wanted, size)]
    train, cosine, length, s = (np.concatenate(part) for part in zip(*parts, strict=True))
    complexity = complexities(state, length, s)
    bounds = {name: bound(state, name, train, complexity, state.n) for name in BOUNDS}
    return Samples(train, world.gibbs_error(length / s, cosine), complexity, bounds)


def _batch(
    state: PacBayesState, world: GaussianClasses, source: np.random.Generator, size: int
) -> tuple[Array, Array, Array, Array]:
    """Training error, cosine, length and s of each of ``size`` samples."""
    from scipy.special import ndtr

    signed = world.signed(source, size * state.n).reshape(size, state.n, state.d)
    mean = signed.mean(axis=1)
    unit = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    margin = np.einsum("knd,kd->kn", signed, unit) / np.linalg.norm(signed, axis=2)
    if not state.optimise:
        ratio = state.length / state.s
        return ndtr(-ratio * margin).mean(axis=1), unit[:, 0], np.full(size, state.length), np.full(size, state.s)
    train = np.stack([ndtr(-ratio * margin).mean(axis=1) for ratio in _RATIOS], axis=1)
    tau, price = state.tau, 0.0
    if state.prior != FIXED:
        tau, price = (float(values[0]) for values in grid_of(state))
    best = np.argmin(bound(state, state.target, train, least_kl(_RATIOS, state.d) + price, state.n), axis=1)
    s = tau * np.sqrt(state.d / (state.d + _RATIOS[best] ** 2))
    return train[np.arange(size), best], unit[:, 0], _RATIOS[best] * s, s


def scatter(state: PacBayesState, found: Samples) -> Panel:
    """Training error and the bound in view over the true error, one point a sample."""
    values = found.bounds[state.target]
    kept = values <= 1.0
    low, high = _range(found.true)
    top = max(float(found.train.max()), high, float(values[kept].max()) if kept.any() else 1.0)
    x, y = axis(low, high, "true error of Q"), axis(0.0, min(round_up(1.05 * top), 1.0), "error")
    ends = np.array([low, high])
    marks: list[Mark] = [
        Region(key="broken", x=ends[[0, 1, 1, 0]], y=np.array([0.0, 0.0, high, low]), role="bad", outline=False),
        Lines(key="equal", x=ends, y=ends[None], role="text", dash=True, thin=True),
        Points(key="train", x=found.true, y=found.train, role="train", small=True),
    ]
    if kept.any():
        marks.append(
            Points(key="bound", x=found.true[kept], y=values[kept], role=ROLES[state.target], small=True,
                   shape="square")
        )  # fmt: skip
    readouts = (
        Readout(name="bound", value=f"■ {state.target}", role=ROLES[state.target]),
        Readout(name="train", value="● train", role="train"),
        Readout(name="broken", value=f"red: broken, {int((found.true > values).sum())}", role="bad"),
    )
    title = f"{len(found.true)} samples"
    return Panel(key="samples", title=title, x=x, y=y, marks=tuple(marks), readouts=readouts)


def _range(values: Array) -> tuple[float, float]:
    """Round ends around ``values``, inside 0 … 1."""
    low, high = float(values.min()), float(values.max())
    step = round_up(max(high - low, 1e-3) / 4.0)
    return max(0.0, step * np.floor(low / step - 0.2)), min(1.0, step * np.ceil(high / step + 0.2))


def shares(state: PacBayesState, found: Samples) -> Panel:
    """The share of samples on which each bound holds, and on which the training error is no smaller than the truth."""
    values = [float((found.train >= found.true).mean()), *(float(found.held(name).mean()) for name in BOUNDS)]
    mark = Bars(
        key="shares", values=np.array(values), labels=("R̂ ≥ R", *BOUNDS),
        roles=("train", *(ROLES[name] for name in BOUNDS)),
    )  # fmt: skip
    rule = Rule(key="asked", axis="y", value=1.0 - state.delta, role="text", dash=True, label="1 − δ")
    return Panel(key="shares", title="Share of samples on which it holds", x=bars(4), y=_SHARE, marks=(rule, mark))


_SHARE = Axis(low=0.0, high=1.1, label="share")
_RARE = Axis(low=1e-4, high=1.0, log=True, label="share of samples (log scale)")


def nats(state: PacBayesState, found: Samples) -> Panel:
    """How many nats n·kl(R̂‖R) samples need, as the share that needs more, beside what the bound spends in the median.

    Each sample is allowed its own KL, so one that needs more than the median may still be inside its bound.
    """
    need = np.where(found.true > found.train, state.n * binary_kl(found.train, found.true), 0.0)
    spent = float(np.median(found.complexity)) + np.log(2.0 * np.sqrt(state.n) / state.delta)
    x = axis(0.0, round_up(1.15 * min(spent, 200.0)), "nats n·kl(R̂‖R)")
    order = np.sort(need)
    share = 1.0 - np.arange(len(order)) / len(order)
    line = np.linspace(0.0, 9.3, 40)
    marks: list[Mark] = [
        Rule(key="delta", axis="y", value=state.delta, role="muted", dash=True, label="δ"),
        Lines(key="fixed", x=line, y=np.exp(-line)[None], role="text", dash=True, labels=("e⁻ˣ",)),
        Lines(key="need", x=order, y=share[None], role="truth", labels=("needed",)),
    ]
    if spent <= x.high:
        marks.append(Rule(key="spent", value=spent, role=ROLES[BOUNDS[0]]))
    readouts = (
        Readout(name="spent", value=spent, label="spent: KL + ln(2√n/δ), median", role=ROLES[BOUNDS[0]]),
        Readout(name="most", value=float(order[-1]), label="most needed"),
    )
    return Panel(key="nats", title="Nats needed, nats spent", x=x, y=_RARE, marks=tuple(marks), readouts=readouts)


def slack(state: PacBayesState, found: Samples) -> Panel:
    """Each bound minus the true error, samples in order: how loose it is."""
    at = np.linspace(0.0, 1.0, len(found.true))
    curves = np.stack([np.sort(found.bounds[name] - found.true) for name in BOUNDS])
    marks = (
        Rule(key="zero", axis="y", value=0.0, role="bad"),
        *bound_curves(at, curves),
    )
    note = Readout(name="middle", value=float(np.median(curves[0])), label="inverse kl, median", role=ROLES[BOUNDS[0]])
    top = max(0.2, np.ceil(10.0 * min(float(curves.max()), 1.0)) / 10.0)
    low = min(-0.05, np.floor(20.0 * float(curves.min())) / 20.0)
    y = axis(float(low), float(top), "bound − true error")
    return Panel(key="slack", title="How loose", x=_SORTED, y=y, marks=marks, readouts=(note,))


_SORTED = Axis(
    low=0.0, high=1.2, label="share of samples, from the tightest",
    ticks=((0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1")),
)  # fmt: skip


def words(state: PacBayesState, found: Samples) -> str:
    """The caption."""
    total = len(found.true)
    held = ", ".join(f"{int(found.held(name).sum())} ({name})" for name in BOUNDS)
    below = int((found.train < found.true).sum())
    how = f"its own optimised for {state.target}" if state.optimise else "the same ‖w‖ and s along its own mean"
    return (
        f"On {total} fresh samples of {state.n}, with Q on each {how}, the bounds at δ = {show(state.delta)} hold on "
        f"{held} samples; the training error lies below the true error on {below}."
    )
