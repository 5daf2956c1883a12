"""All sub-networks of a small random residual net in the plane: their exact mean beside the one pass used at test."""

from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Certificate, Frame, Handle, Lines, Panel, Points, Readout, show
from regviz.labs.stochastic_depth.state import TEST, TRAINING, StochasticDepthState, survivals
from regviz.neural import activate, depth_distribution, generator
from regviz.neural.sub_networks import (
    Branch,
    endings,
    evaluation_pass,
    expected_states,
    gates,
    survivor_chances,
    survivors,
)

Array = NDArray[Any]

HIDDEN = 6
"""Units inside each branch."""
TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class Cloud:
    """One net under one convention: where its sub-networks end (2^L, 2), their mean and the test pass (L + 1, 2)."""

    ends: Array
    mean: Array
    test: Array

    @property
    def gap(self) -> float:
        """Distance between mean and test."""
        return float(np.linalg.norm(self.mean[-1] - self.test[-1]))

    @property
    def rounding(self) -> float:
        """The gap in units of the farthest end (at least 1)."""
        return self.gap / max(1.0, float(np.abs(self.ends).max()))


@dataclass(frozen=True, eq=False)
class Scene:
    """Clouds by (linear or not, convention), and how far one block's mean is from its test output, worst block."""

    clouds: dict[tuple[bool, str], Cloud]
    single: float

    @property
    def linear_gap(self) -> float:
        """The largest relative gap of the linear branches; exact arithmetic would give 0."""
        return max(cloud.rounding for (linear, _), cloud in self.clouds.items() if linear)


def frames(state: StochasticDepthState) -> Generator[Frame, Any, None]:
    """One frame for each state."""
    while True:
        news = yield _frame(state, scene(state))
        if news is None:
            return
        state = news


def random_branches(state: StochasticDepthState, linear: bool) -> tuple[Branch, ...]:
    """L branches s/√L · W₂φ(W₁h + b) on the plane with W₁ (6, 2), W₂ (2, 6); φ is left out where ``linear``."""
    kind = "linear" if linear else state.activation
    return tuple(_branch(state, block, kind) for block in range(state.layers))


def _branch(state: StochasticDepthState, block: int, kind: str) -> Branch:
    source = generator(state.seed, "small residual net", block)
    one, bias = source.standard_normal((HIDDEN, 2)) / np.sqrt(2), 0.5 * source.standard_normal(HIDDEN)
    two = state.strength / np.sqrt(state.layers * HIDDEN) * source.standard_normal((2, HIDDEN))
    return lambda h: activate(kind, h @ one.T + bias) @ two.T


def scene(state: StochasticDepthState) -> Scene:
    """Everything that is drawn; the same object for the same small net and point."""
    return _scene(
        state.seed, state.layers, state.strength, state.activation, state.rule, state.last, state.probe_x,
        state.probe_y,
    )  # fmt: skip


@lru_cache(maxsize=32)
def _scene(
    seed: int, layers: int, strength: float, activation: str, rule: str, last: float, x: float, y: float
) -> Scene:  # fmt: skip
    state = StochasticDepthState(
        seed=seed, layers=layers, strength=strength, activation=activation, rule=rule, last=last
    )
    start, rates = np.array([[x, y]]), survivals(state)
    clouds = {}
    for linear in (True, False):
        parts = random_branches(state, linear)
        for convention in (TRAINING, TEST):
            rescale = convention == TRAINING
            clouds[linear, convention] = Cloud(
                endings(parts, start, rates, rescale)[:, 0], expected_states(parts, start, rates, rescale)[:, 0],
                evaluation_pass(parts, start, rates, rescale)[:, 0],
            )  # fmt: skip
    return Scene(clouds, _one_block(random_branches(state, False), clouds[False, TRAINING].test, rates))


def _one_block(parts: tuple[Branch, ...], states: Array, rates: tuple[float, ...]) -> float:
    """Largest difference between the mean over a block's two states and its test output, given its input."""
    worst = 0.0
    for branch, h, p in zip(parts, states[:-1], rates, strict=True):
        added = branch(h[None])[0]
        for kept, tested in (gates(p, rescale) for rescale in (True, False)):
            mean = (1.0 - p) * h + p * (h + kept * added)
            worst = max(worst, float(np.abs(mean - (h + tested * added)).max() / max(1.0, np.abs(mean).max())))
    return worst


def _frame(state: StochasticDepthState, made: Scene) -> Frame:
    rates = survivals(state)
    return Frame(
        panels=(
            _cloud(state, made, True, TRAINING), _cloud(state, made, False, TRAINING), _rates(rates),
            _cloud(state, made, True, TEST), _cloud(state, made, False, TEST), _depths(rates),
        ),
        readouts=_readouts(state, made), caption=_caption(state, made), status="exact", progress=1.0,
        subtitle=f"{state.layers} random block{'s' * (state.layers > 1)} in the plane, {2**state.layers} sub-nets",
        equation=f"one block, given x: E[x + b·f(x)/p] = x + f(x), p(L) = {show(state.last)}",
        certificate=Certificate(
            name=f"linear branches: mean of {2**state.layers} − test", value=max(made.linear_gap, made.single),
            tolerance=TOLERANCE,
        ),
    )  # fmt: skip


def _cloud(state: StochasticDepthState, made: Scene, linear: bool, convention: str) -> Panel:
    found = made.clouds[linear, convention]
    x, y = _axes(found)
    marks = (
        Points(key="ends", x=found.ends[:, 0], y=found.ends[:, 1], role="noise", small=True),
        Lines(key="test pass", x=found.test[:, 0], y=found.test[None, :, 1], role="text", thin=True),
        Handle(key="start", x=state.probe_x, y=state.probe_y, bound_x="probe_x", bound_y="probe_y", role="accent"),
        Points(key="mean", x=found.mean[-1:, 0], y=found.mean[-1:, 1], role="good", shape="ring"),
        Points(key="test", x=found.test[-1:, 0], y=found.test[-1:, 1], role="text", shape="cross"),
    )
    where = "training" if convention == TRAINING else "test"
    name = "linear" if linear else state.activation
    readouts = (
        Readout(name="ring", value="○ mean", role="good"), Readout(name="cross", value="× test"),
        Readout(name="gap", value=found.gap, label="apart", digits=2),
    )  # fmt: skip
    title = f"{name.capitalize() if name != 'gelu' else 'GELU'} branches, rescaled {'in ' * (where == 'training')}"
    return Panel(
        key=f"{'linear' if linear else 'bent'}_{where}", title=f"{title}{'at ' * (where == 'test')}{where}", x=x, y=y,
        marks=marks, readouts=readouts,
    )  # fmt: skip


@lru_cache(maxsize=128)
def _axes(found: Cloud) -> tuple[Axis, Axis]:
    """Ranges that hold the cloud and the pass with room around them."""
    points = np.concatenate([found.ends, found.mean, found.test])
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.maximum(0.12 * (high - low), 0.2)
    return (
        Axis(low=float(low[0] - room[0]), high=float(high[0] + room[0]), label="first feature of the stream"),
        Axis(low=float(low[1] - room[1]), high=float(high[1] + room[1]), label="second feature"),
    )


@lru_cache(maxsize=64)
def _rates(rates: tuple[float, ...]) -> Panel:
    bars = Bars(
        key="rates", values=np.array(rates), role="informative:3", labels=tuple(str(k + 1) for k in range(len(rates)))
    )
    total = Readout(name="total", value=float(sum(rates)), label="Σp", role="informative:3")
    return Panel(
        key="rates", title="Survival probability p by block", x=Axis(low=-0.6, high=len(rates) - 0.4, label="block"),
        y=Axis(low=0.0, high=1.15, label="p"), marks=(bars,), readouts=(total,),
    )  # fmt: skip


def by_counting(rates: tuple[float, ...]) -> Array:
    """The distribution of the effective depth by adding up all sets of survivors: (L + 1,)."""
    kept = survivors(len(rates)).sum(axis=1).astype(int)
    found: Array = np.bincount(kept, weights=survivor_chances(rates), minlength=len(rates) + 1)
    return found


@lru_cache(maxsize=64)
def _depths(rates: tuple[float, ...]) -> Panel:
    exact = depth_distribution(np.array(rates))
    bars = Bars(
        key="depths", values=exact, truth=by_counting(rates), role="informative:3",
        labels=tuple(map(str, range(len(exact)))),
    )  # fmt: skip
    readouts = (
        Readout(name="bar", value="bar: Poisson binomial", role="informative:3"),
        Readout(name="tick", value=f"tick: {2**len(rates)} sets counted"),
    )  # fmt: skip
    return Panel(
        key="depths", title="Effective depth", x=Axis(low=-0.6, high=len(rates) + 0.6, label="blocks that survive"),
        y=Axis(low=0.0, high=min(1.08, 1.4 * float(exact.max())), label="probability"), marks=(bars,),
        readouts=readouts,
    )  # fmt: skip


def _readouts(state: StochasticDepthState, made: Scene) -> tuple[Readout, ...]:
    names = {TRAINING: "training", TEST: "test"}
    gaps = tuple(
        Readout(name=f"gap_{'linear' if linear else 'bent'}_{names[convention]}", value=cloud.gap,
                label=f"mean − test, {'linear' if linear else state.activation}, {convention}")
        for (linear, convention), cloud in made.clouds.items()
    )  # fmt: skip
    return (
        Readout(name="expected_depth", value=float(sum(survivals(state))), label="expected depth Σp"),
        Readout(name="one_block", value=made.single, label="one block given its input: mean − test"), *gaps,
    )


def _caption(state: StochasticDepthState, made: Scene) -> str:
    gaps = [made.clouds[False, convention].gap for convention in (TRAINING, TEST)]
    head = f"The mean of all {2**state.layers} sub-nets is the test pass where branches are linear, under either rule"
    if state.activation == "linear":
        return f"{head}, and these branches are."
    if max(gaps) < 1e-9:
        return f"{head}, and here the {state.activation} branches leave no gap to be seen either."
    return (
        f"{head}; with {state.activation} branches they end {show(gaps[0], 2)} apart (rescaled in training) and "
        f"{show(gaps[1], 2)} apart (rescaled at test)."
    )
