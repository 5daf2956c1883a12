"""The nets view: the same net without and with dropout, from the same weights on the same batches."""

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Frame, Panel, Readout, show
from regviz.labs import _nets as nets
from regviz.labs.dropout import band, ensemble, masks
from regviz.labs.dropout.state import DropoutState, widths
from regviz.neural import Hyper

Array = NDArray[Any]

MOST = 10
"""Units of the last hidden layer that have a bar."""


def frames(state: DropoutState) -> Generator[Frame, Any, None]:
    """Both nets trained as one batch."""
    run = nets.Run(state, "without", "with dropout", net=nets.net(state, dropout=True), hyper=hyper(state))
    return nets.train(state, run, hyper, _frame)


def hyper(state: DropoutState) -> Hyper:
    """Dropout for the second net alone."""
    return nets.hyper(state, dropout=(0.0, state.drop))


def alive(state: DropoutState, run: nets.Run) -> tuple[Array, ...]:
    """The mask on the diagram, layer by layer."""
    return masks.of_step(state, run)


def _frame(state: DropoutState, run: nets.Run) -> Frame:
    kept = alive(state, run)
    return Frame(
        panels=(
            *nets.pictures(state, run), diagram(state, run, 1, kept), nets.losses(state, run),
            band.panel(state, run, 1), _scaling(state, run),
        ),
        readouts=_readouts(state, run, kept), caption=_caption(state, run, kept), status=nets.status(state, run),
        message=nets.diverged(run), progress=nets.progress(state, run), subtitle=nets.subtitle(state, run),
        equation=scale_words(state),
    )  # fmt: skip


def scale_words(state: DropoutState) -> str:
    """Inverted dropout with the present rate."""
    return f"training: h·m/(1 − q), q = {show(state.drop)}; test: h as it is"


def diagram(state: DropoutState, run: nets.Run, index: int, kept: tuple[Array, ...]) -> Panel:
    """The net with the dropped units of ``kept`` struck out."""
    wide = max(map(len, kept))
    rows = np.stack([np.pad(row, (0, wide - len(row))) for row in kept])
    step = run.step if run.step else "1, to come"
    return nets.diagram(state, run, index, alive=rows, key="diagram", title=f"Live masks, step {step}")


def _scaling(state: DropoutState, run: nets.Run) -> Panel:
    """Last hidden layer at the probe: mean over masks (outline), test value, and the mean without 1/(1 − q) (bar)."""
    mean, error, test = activations(state, run)
    bars = Bars(
        key="activations", values=(1.0 - state.drop) * mean, truth=test, ghost=mean, low=mean - error,
        high=mean + error, role="informative:3", labels=tuple(f"h{k + 1}" for k in range(len(mean))),
    )  # fmt: skip
    x = nets.fixed(run, "units", -0.6, len(mean) - 0.4, "unit of the last hidden layer, at the probe")
    shown = np.concatenate([mean + error, mean - error, test])
    notes = (
        Readout(name="outline", value=f"outline: mean of {state.samples} masks ± SE", role="muted"),
        Readout(name="tick", value="tick: test"), Readout(name="bar", value="bar: unscaled", role="informative:3"),
    )  # fmt: skip
    return Panel(key="scaling", title="Training and test scale", x=x, y=_around(run, shown), marks=(bars,),
                 readouts=notes)  # fmt: skip


def activations(state: DropoutState, run: nets.Run) -> tuple[Array, Array, Array]:
    """Mean and its standard error over the masks, and test value, of up to ten units of the last hidden layer (k,).

    Only the last layer is masked here: masks below a nonlinear layer change its mean.
    """
    probe = np.array([[state.probe_x, state.probe_y][: run.task.inputs]])
    weights = ensemble.matrices(run.net, run.params[1])
    sizes = widths(state)
    ones = [np.ones((1, units)) for units in sizes]
    with np.errstate(all="ignore"):
        test = nets.shown(ensemble.hidden(weights, state.activation, probe, ones)[-1][0, :MOST, 0])
    drawn = masks.factors(state.seed, sizes, state.drop, state.samples)[-1][:, :MOST] * test
    return drawn.mean(axis=0), drawn.std(axis=0, ddof=1) / np.sqrt(state.samples), test


def _around(run: nets.Run, values: Array) -> Axis:
    """An axis that holds ``values`` on both sides of zero where they are, and only grows."""
    below = nets.grown(run, "activations below", -values, least=0.25).high if (values < 0).any() else 0.1
    return nets.fixed(
        run, "activations", -below, nets.grown(run, "activations above", values, least=1.0).high, "activation"
    )


def _readouts(state: DropoutState, run: nets.Run, kept: tuple[Array, ...]) -> tuple[Readout, ...]:
    alive_now = int(sum(row.sum() for row in kept))
    return (
        *nets.readouts(run), Readout(name="alive", value=alive_now, label="units alive in the mask"),
        Readout(name="hidden", value=sum(widths(state)), label="hidden units"),
    )  # fmt: skip


def _caption(state: DropoutState, run: nets.Run, kept: tuple[Array, ...]) -> str:
    losses, gaps = run.score("validation").loss, [nets.gap(run, k) for k in (0, 1)]
    if gaps[0] is None or gaps[1] is None:
        return f"Training diverged at drop rate {show(state.drop)}."
    count, total = int(sum(row.sum() for row in kept)), sum(widths(state))
    return (
        f"Step {run.step}: with dropout (q = {show(state.drop)}, {count} of {total} units alive in this mask) the "
        f"validation loss is {show(float(losses[1]))} with a gap of {show(gaps[1])}; without it "
        f"{show(float(losses[0]))} and {show(gaps[0])}{nets.frozen(run)}."
    )
