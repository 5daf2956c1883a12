"""The nets view: the same residual net with all blocks and with stochastic depth, on the same batches."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Frame, Graph, Mark, Panel, Points, Readout, Text, show
from regviz.labs import _nets as nets
from regviz.labs.stochastic_depth import blocks
from regviz.labs.stochastic_depth.state import StochasticDepthState, scale_words, survivals
from regviz.neural import depth_distribution

Array = NDArray[Any]

LOOKS = 20
"""Looks, ten steps apart, that the gradient bars average over."""


def frames(state: StochasticDepthState) -> Generator[Frame, Any, None]:
    """Both nets trained as one batch."""
    run = nets.Run(
        state, "all blocks", "dropping", net=blocks.residual_net(state), hyper=blocks.hyper(state),
        watch={"gradients": blocks.gradients},
    )  # fmt: skip
    depths = blocks.Depths()

    def picture(state: StochasticDepthState, run: nets.Run) -> Frame:
        return _frame(state, run, depths.follow(state, run.step))

    return nets.train(state, run, blocks.hyper, picture)


def _frame(state: StochasticDepthState, run: nets.Run, depths: Array) -> Frame:
    step = max(run.step - 1, 0)
    alive = blocks.alive(state, step, step + 1)[0]
    means = blocks.mean_and_test(state, run, probe(state, run))
    return Frame(
        panels=(
            *nets.pictures(state, run), diagram(state, run, alive), nets.losses(state, run),
            histogram(state, depths), gradient(run),
        ),
        readouts=_readouts(state, run, alive, depths, means), caption=_caption(state, run, alive, means),
        status=nets.status(state, run), message=nets.diverged(run), progress=nets.progress(state, run),
        subtitle=_subtitle(state, run), equation=f"{scale_words(state.convention)}, p(L) = {show(state.last)}",
    )  # fmt: skip


def probe(state: StochasticDepthState, run: nets.Run) -> Array:
    """The point (1, d) that the diagram and the means are about."""
    return np.array([[state.probe_x, state.probe_y][: run.task.inputs]])


def _subtitle(state: StochasticDepthState, run: nets.Run) -> str:
    count = f"{state.layers} {state.activation} block{'s' * (state.layers > 1)} of width {state.width}"
    return f"{count}, {run.task.name}, n = {len(run.task.train.y)}{nets.frozen(run)}"


def diagram(state: StochasticDepthState, run: nets.Run, alive: Array) -> Panel:
    """The stream below, a branch above each of its links; dropped branches are struck out."""
    x, y, words, nodes = _skeleton(survivals(state))
    share = np.nan_to_num(blocks.shares(state, run, probe(state, run)))
    count = len(share)
    weights = np.concatenate([np.full(count, max(0.5, float(share.max()))), np.repeat(share, 2)])
    graph = Graph(
        key="net", x=nodes[0], y=nodes[1], source=nodes[2], target=nodes[3], weights=weights,
        values=np.concatenate([np.zeros(count + 1), share]),
        alive=np.concatenate([np.ones(count + 1), alive.astype(float)]),
    )  # fmt: skip
    moment = f"step {run.step}" if run.step else "step 1, to come"
    left = Readout(name="alive", value=f"{int(alive.sum())} of {count} blocks", role="text")
    return Panel(
        key="diagram", title=f"Blocks alive, {moment}", x=x, y=y, marks=(words, graph), readouts=(left,)
    )  # fmt: skip


@lru_cache(maxsize=64)
def _skeleton(rates: tuple[float, ...]) -> tuple[Axis, Axis, Text, tuple[Array, ...]]:
    """Axes, words, and places and links of the nodes: stream 0 … L, then the branches."""
    count = len(rates)
    stream, branch = np.arange(count + 1.0), np.arange(count) + 0.5
    at = np.concatenate([stream, branch])
    height = np.concatenate([np.zeros(count + 1), np.ones(count)])
    k = np.arange(count, dtype=float)
    source = np.concatenate([k, np.stack([k, count + 1 + k], axis=1).ravel()])
    target = np.concatenate([k + 1, np.stack([count + 1 + k, k + 1], axis=1).ravel()])
    words = Text(
        key="words", x=np.append(branch, [0.0, float(count), 0.5 * count]),
        y=np.append(np.full(count, 1.42), [-0.45, -0.45, -0.45]), role="muted",
        labels=(*(show(p, 2) for p in rates), "in", "out", "stream" if count > 1 else ""),
    )  # fmt: skip
    x = Axis(low=-0.5, high=count + 0.5, hidden=True)
    return x, Axis(low=-0.9, high=1.9, hidden=True), words, (at, height, source, target)


def histogram(state: StochasticDepthState, depths: Array) -> Panel:
    """Share of the steps with 0 … L surviving blocks, beside the exact distribution."""
    exact, x, y = _distribution(survivals(state))
    seen = np.bincount(depths, minlength=len(exact)) / len(depths) if len(depths) else np.full(len(exact), np.nan)
    bars = Bars(
        key="depths", values=seen, truth=exact, role="informative:3", labels=tuple(map(str, range(len(exact))))
    )
    readouts = (
        Readout(name="bar", value=f"bar: {nets.steps(len(depths))}", role="informative:3"),
        Readout(name="tick", value="tick: exact"),
    )  # fmt: skip
    return Panel(key="depths", title="Effective depth", x=x, y=y, marks=(bars,), readouts=readouts)


@lru_cache(maxsize=64)
def _distribution(rates: tuple[float, ...]) -> tuple[Array, Axis, Axis]:
    exact = depth_distribution(np.array(rates))
    high = min(1.08, 1.5 * float(exact.max()))
    return (
        exact, Axis(low=-0.6, high=len(rates) + 0.6, label="blocks that survive"),
        Axis(low=0.0, high=high, label="share of steps"),
    )  # fmt: skip


def gradient(run: nets.Run) -> Panel:
    """Gradient norm of each block: root mean square over the last looks for both nets, and the last batch's."""
    found = run.curve("gradients")[1][1:][-LOOKS:]
    count = (len(run.net.dense) - 2) // 2
    with np.errstate(all="ignore"):
        mean = np.sqrt((found**2).mean(axis=0)) if len(found) else np.full((2, count), np.nan)
    mean, last = nets.shown(mean), nets.shown(run.measures()["gradients"][1])
    bars = Bars(
        key="gradients", values=mean[1], ghost=mean[0], role="informative:3",
        labels=tuple(str(k + 1) for k in range(count)),
    )  # fmt: skip
    marks: list[Mark] = [bars, Points(key="last", x=np.arange(float(count)), y=last, role="text", shape="diamond")]
    y = _round(run, np.concatenate([mean.ravel(), last]))
    readouts = (
        Readout(name="bar", value="bar: dropping", role="informative:3"),
        Readout(name="outline", value="outline: all blocks", role="muted"),
        Readout(name="diamond", value="◆ this batch"),
    )  # fmt: skip
    x = nets.fixed(run, "blocks", -0.6, count - 0.4, f"block (rms of the last {LOOKS} looks)")
    return Panel(key="gradients", title="Gradient by block", x=x, y=y, marks=tuple(marks), readouts=readouts)


def _round(run: nets.Run, values: Array) -> Axis:
    """An axis from 0 to the first 1, 2 or 5 times a power of ten beyond the largest value."""
    most = float(np.max(values, where=np.isfinite(values), initial=0.0))
    most = min(max(1.15 * most, 1e-6), 1e30)
    power = 10.0 ** np.floor(np.log10(most))
    top = next(float(k * power) for k in (1, 2, 5, 10) if k * power >= most)
    return nets.fixed(run, "gradient", 0.0, top, "‖∂loss/∂W‖")


def _readouts(
    state: StochasticDepthState, run: nets.Run, alive: Array, depths: Array, means: tuple[Array, Array, Array]
) -> tuple[Readout, ...]:  # fmt: skip
    mean, spread, test = (nets.finite(values[0]) for values in means)
    return (
        *nets.readouts(run),
        Readout(name="alive", value=int(alive.sum()), label="blocks alive in this step"),
        Readout(name="expected_depth", value=float(sum(survivals(state))), label="expected depth Σp"),
        Readout(name="measured_depth", value=float(depths.mean()) if len(depths) else None, label="mean depth so far",
                missing="not yet"),
        Readout(name="mean_output", value=mean, label=f"mean of {2**state.layers} sub-nets at the probe"),
        Readout(name="deviation", value=spread, label="their standard deviation"),
        Readout(name="test_output", value=test, label="test pass at the probe"),
    )


def _caption(
    state: StochasticDepthState, run: nets.Run, alive: Array, means: tuple[Array, Array, Array]
) -> str:  # fmt: skip
    losses = run.score("validation").loss
    mean, _, test = (nets.finite(values[0]) for values in means)
    if mean is None or test is None or not np.isfinite(losses).all():
        return "Training diverged: a net on show has no finite loss left."
    used = f"{'uses' if run.step else 'will use'} {int(alive.sum())} of {state.layers} blocks"
    return (
        f"Step {max(run.step, 1)} {used} ({show(float(sum(survivals(state))))} on average); validation loss "
        f"{show(float(losses[1]))} with dropping, {show(float(losses[0]))} without; the raw output at the probe is "
        f"{show(mean)} on average over all {2**state.layers} sub-nets, {show(test)} in the test pass."
    )
