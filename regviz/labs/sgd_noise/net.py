"""Nets of four batch sizes trained as one run: sharpness over training, and what rescaling does to it."""

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Bars, Frame, Lines, Mark, Panel, Readout, Rule, show
from regviz.labs import _nets as nets
from regviz.labs.sgd_noise.axes import axis, upwards
from regviz.labs.sgd_noise.state import SAME_RATIO, SgdNoiseState
from regviz.neural import Batch, Batches, Hyper, Landscape, Net, Source, batch_of

Array = NDArray[Any]

SIZES = (2, 8, 32, 64)
LOOK = 50
"""Steps between two measurements of the sharpness."""
ALPHAS = np.geomspace(0.25, 4.0, 9)
LANCZOS = 24


def frames(state: SgdNoiseState) -> Generator[Frame, Any, None]:
    """All batch sizes from the same weights; the smaller batches are the first rows of the largest."""
    built = nets.net(state)
    run = nets.Run(
        state, *(f"B = {size}" for size in SIZES), net=built, hyper=hyper(state), source=source(state, built),
        every=LOOK, watch={"sharpness": _Looking(sharpness), "rescaled": _Looking(rescaled)},
    )  # fmt: skip
    return nets.train(state, run, hyper, _frame)


def hyper(state: SgdNoiseState) -> Hyper:
    """One learning rate for all, or one in proportion to B that is the control's at B = 8."""
    return nets.hyper(state, rate=rates(state))


def rates(state: SgdNoiseState) -> tuple[float, ...]:
    """The learning rate of each batch size."""
    return tuple(state.rate * (size / 8 if state.scaling == SAME_RATIO else 1.0) for size in SIZES)


def source(state: SgdNoiseState, built: Net) -> Source:
    """Batches of 64 rows drawn with replacement; a variant of batch size b sees the first b of them."""
    made = nets.task(state)
    whole = batch_of(built, made.train.X, made.train.y)
    drawn = Batches(made.train.X, whole.targets[:, 0, :].T, SIZES[-1], state.seed, scheme="replace")
    weights = np.zeros((1, len(SIZES), SIZES[-1]), np.float32)
    for row, size in enumerate(SIZES):
        weights[0, row, :size] = SIZES[-1] / size

    def pull(step: int) -> Batch:
        return drawn(step)._replace(weights=weights)

    return pull


class _Looking:
    """A curve that is dear: measured at every `LOOK`-th step only, its last value in between."""

    def __init__(self, measure: Callable[[nets.Run], Array]) -> None:
        self._measure = measure
        self._last: Array = np.empty(0)

    def __call__(self, run: nets.Run) -> Array:
        if run.step % LOOK == 0 or not self._last.size:
            self._last = self._measure(run)
        return self._last


def sharpness(run: nets.Run) -> Array:
    """Largest Hessian eigenvalue of the training loss for each variant (R,), NaN where it is no number."""
    return _tops(run, run.params)


def rescaled(run: nets.Run) -> Array:
    """The first variant's sharpness (len(ALPHAS),) with its first layer times α and its second layer's weights
    times 1/α: the same function for ReLU (Dinh et al. 2017). One row for each variant, to keep the shape of curves.
    """
    found = _tops(run, np.stack([scaled(run.net, run.params[0], float(alpha)) for alpha in ALPHAS]))
    return np.repeat(found[None], len(SIZES), axis=0)


def scaled(built: Net, flat: Array, alpha: float) -> Array:
    """Parameters (P,) with the first dense layer, bias included, times α and the next one's weights times 1/α."""
    moved = flat.astype(np.float64)[None].copy()
    first, second = built.dense[:2]
    first.of(moved)[...] *= alpha
    second.weights(moved)[...] /= alpha
    result: Array = moved[0]
    return result


def _tops(run: nets.Run, params: Array) -> Array:
    good = np.isfinite(params).all(axis=1) & (np.abs(params).max(axis=1) < 1e6)
    found = np.full(len(params), np.nan)
    if good.any():
        part = run.task.train
        landscape = Landscape(run.net, part.X, part.y, variants=int(good.sum()))
        with np.errstate(all="ignore"):
            found[good] = landscape.sharpness(params[good].astype(np.float64), steps=LANCZOS).top
    return found


def _frame(state: SgdNoiseState, run: nets.Run) -> Frame:
    if run.task.classes:
        ends = (nets.surface(state, run, 0), nets.surface(state, run, len(SIZES) - 1))
    else:
        ends = (nets.functions(state, run),)  # type: ignore[assignment]
    more = (_rescaled(run),) if state.activation == "relu" else ()
    return Frame(
        panels=(
            *ends, _course(state, run), _by_size(state, run),
            nets.curves(state, run, "train_loss", "Training loss", "mean loss"), *more,
        ),
        readouts=_readouts(run), caption=_caption(state, run), status=nets.status(state, run),
        message=nets.diverged(run), progress=nets.progress(state, run), subtitle=nets.subtitle(state, run),
        equation="η = " + ", ".join(f"{show(rate)}" for rate in rates(state)) + " for B = 2, 8, 32, 64"
        if state.scaling == SAME_RATIO else f"η = {show(state.rate)} for all B; 2/η = {show(2 / state.rate)}",
    )  # fmt: skip


def _course(state: SgdNoiseState, run: nets.Run) -> Panel:
    """Sharpness of each batch size over training, and 2/η where all share η."""
    steps, values = run.looks("sharpness")
    variants = run.variants
    marks: list[Mark] = []
    good = values[np.isfinite(values) & (values < 1e6)]
    top = 1.15 * float(good.max()) if good.size else 1.0
    if state.scaling != SAME_RATIO and 2.0 / state.rate < 2.0 * top:
        marks.append(Rule(key="edge", value=2.0 / state.rate, axis="y", role="bad", dash=True, label="2/η"))
    marks.append(
        Lines(key="sharpness", x=steps, y=nets.shown(values.T), labels=tuple(v.name for v in variants),
              roles=tuple(v.role for v in variants))
    )  # fmt: skip
    return Panel(
        key="sharpness", title="Sharpness over training", x=nets.along(run, state.steps),
        y=upwards(top, "largest Hessian eigenvalue"), marks=tuple(marks),
    )  # fmt: skip


def _by_size(state: SgdNoiseState, run: nets.Run) -> Panel:
    last = nets.shown(run.looks("sharpness")[1][-1])
    bars = Bars(
        key="sizes", values=last, labels=tuple(v.name for v in run.variants), roles=tuple(v.role for v in run.variants)
    )
    good = last[np.isfinite(last)]
    top = 1.25 * float(good.max()) if good.size else 1.0
    look = Readout(name="look", value=f"step {run.record.steps[-1]}", role="muted")
    return Panel(
        key="sizes", title="Sharpness by batch size", x=axis(-0.6, len(SIZES) - 0.4), marks=(bars,),
        y=upwards(max(top, 1e-6), "largest Hessian eigenvalue"), readouts=(look,),
    )  # fmt: skip


def _rescaled(run: nets.Run) -> Panel:
    """One function, many sharpnesses."""
    found = nets.shown(run.looks("rescaled")[1][-1][0])
    good = found[np.isfinite(found) & (found > 0.0)]
    low, high = (float(good.min()), float(good.max())) if good.size else (0.1, 1.0)
    marks = (
        Lines(key="rescaled", x=ALPHAS, y=np.where(found > 0.0, found, np.nan)[None], role=run.variants[0].role),
        Rule(key="now", value=1.0, role="muted", dash=True, label="as trained"),
    )
    y = axis(10.0 ** np.floor(np.log10(low)), 10.0 ** np.ceil(np.log10(high) + 1e-9), "sharpness (log scale)", True)
    return Panel(
        key="rescaled", title="Same function, rescaled", y=y, marks=marks,
        x=axis(0.2, 5.0, "layer 1 × α, layer 2 ÷ α (log scale)", True),
        readouts=(Readout(name="net", value=run.variants[0].name, role=run.variants[0].role),),
    )  # fmt: skip


def _readouts(run: nets.Run) -> tuple[Readout, ...]:
    last = run.looks("sharpness")[1][-1]
    own = tuple(
        Readout(name=f"sharpness_{v.key}", value=nets.finite(value), label=f"{v.name}: sharpness", role=v.role)
        for v, value in zip(run.variants, last, strict=True)
    )
    span = run.looks("rescaled")[1][-1][0]
    change = nets.finite(span.max() / span.min()) if np.isfinite(span).all() and span.min() > 0 else None
    return (
        *nets.readouts(run), *own,
        Readout(name="sharpness_step", value=int(run.record.steps[-1]), label="sharpness measured at step"),
        Readout(name="rescaling", value=change, label="sharpness, largest ÷ smallest under α"),
    )


def _caption(state: SgdNoiseState, run: nets.Run) -> str:
    last = run.looks("sharpness")[1][-1]
    words = [show(float(value)) if np.isfinite(value) else "undefined" for value in last]
    test = run.score("test")
    if run.task.classes:
        right = [show(100.0 * float(v)) if np.isfinite(v) else "undefined" for v in test.accuracy]
        ends = f"right on the test set: {', '.join(right)} %"
    else:
        right = [show(float(v)) if np.isfinite(v) else "undefined" for v in test.loss]
        ends = f"test loss: {', '.join(right)}"
    return (
        f"Step {run.step}: for B = 2, 8, 32, 64 the sharpness (measured at step {run.record.steps[-1]}) is "
        f"{', '.join(words)}; {ends}{nets.frozen(run)}."
    )
