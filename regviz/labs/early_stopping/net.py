"""The net's frame: one training that keeps going, and the net that early stopping would have kept."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Frame, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs import _nets as nets
from regviz.labs.early_stopping.follow import Stop
from regviz.labs.early_stopping.state import EarlyStoppingState

Array = NDArray[Any]


def _both(run: nets.Run) -> tuple[nets.Variant, ...]:
    return nets.variants("keeps training" if run.frozen is None else "stopped by hand", "early stopping")


def frame(state: EarlyStoppingState, run: nets.Run, stop: Stop) -> Frame:
    """All that is shown of ``run`` at its present step."""
    return Frame(
        panels=_panels(state, run, stop), readouts=_readouts(run, stop), caption=_caption(state, run, stop),
        status=nets.status(state, run), message=nets.diverged(run), progress=nets.progress(state, run),
        subtitle=nets.subtitle(state, run),
        equation=f"patience P = {state.patience} looks without a new best, one every {state.check} steps",
    )  # fmt: skip


def _panels(state: EarlyStoppingState, run: nets.Run, stop: Stop) -> tuple[Panel, ...]:
    curves = nets.losses(state, run, title="Loss: where to stop", extra=_marks(run, stop))
    both = np.stack([run.shown[0], stop.params])
    rest = (_distance(state, run, stop), nets.histogram(run, params=both, variants=_both(run)))
    if run.task.classes == 0:
        net = nets.diagram(state, run, params=stop.params, title="Net, early stopping")
        return (nets.functions(state, run, params=both, variants=_both(run)), curves, *rest, net)
    return (
        nets.surface(state, run, title=_first_title(run), key="surface_a"),
        nets.surface(state, run, params=stop.params, title=_title(stop), key="surface_b"), curves, *rest,
        nets.diagram(state, run, params=stop.params, title="Net, early stopping"),
    )  # fmt: skip


def _first_title(run: nets.Run) -> str:
    return "Keeps training" if run.frozen is None else f"Stopped by hand: step {run.frozen.step}"


def _title(stop: Stop) -> str:
    return f"Kept: step {stop.best_step}" if stop.stopped else "Early stopping"


def _marks(run: nets.Run, stop: Stop) -> tuple[Mark, ...]:
    """The best look, what is to be beaten, and where training stops."""
    marks: list[Mark] = []
    if np.isfinite(stop.best_loss):
        marks.append(
            Points(
                key="best", x=np.array([float(stop.best_step)]), y=np.array([stop.best_loss]), role="validation",
                shape="diamond", labels=("best",),
            )  # fmt: skip
        )
    if stop.stopped:
        words = f"stops, step {stop.stopped_at}"
        marks.append(Rule(key="stop", value=float(stop.stopped_at), role="bad", dash=True, label=words))
    return tuple(marks)


def _distance(state: EarlyStoppingState, run: nets.Run, stop: Stop) -> Panel:
    """‖w_t − w_0‖ of both."""
    steps, values = run.curve("distance")
    far = values[:, 0]
    kept = far.copy()
    if stop.stopped:
        kept[steps >= stop.stopped_at] = far[np.searchsorted(steps, stop.best_step)]
    if run.frozen is not None:
        far = np.where(steps > run.frozen.step, far[np.searchsorted(steps, run.frozen.step)], far)
    lines = Lines(
        key="distance", x=steps, y=nets.shown(np.stack([far, kept])), labels=tuple(v.name for v in _both(run)),
        roles=tuple(v.role for v in _both(run)),
    )  # fmt: skip
    return Panel(
        key="distance", title="How far the weights wandered", x=nets.along(run, state.steps),
        y=nets.grown(run, "distance", values, "‖w − w₀‖", least=4.0), marks=(lines,),
    )  # fmt: skip


def _readouts(run: nets.Run, stop: Stop) -> tuple[Readout, ...]:
    """Steps, then the same numbers of the net that keeps training (_a) and of the one that is kept (_b)."""
    found = [
        Readout(name="step", value=run.step, label="step"),
        Readout(name="best_step", value=stop.best_step, label="best at", role="validation"),
        Readout(name="stopped_at", value=stop.stopped_at if stop.stopped else None, role="bad",
                label="stopped at" if stop.stopped else "early stop", missing="not yet"),
        Readout(name="waited", value=stop.waited, label="looks without a gain"),
    ]
    for variant, params in zip(_both(run), (run.shown[0], stop.params), strict=True):
        found += [
            Readout(name=f"{key}_{variant.key}", value=value, label=f"{variant.name}: {label}", role=variant.role)
            for key, label, value in _numbers(run, params)
        ]
    return tuple(found)


def _numbers(run: nets.Run, params: Array) -> list[tuple[str, str, float | None]]:
    train, held, test = run.score_of("train", params), run.score_of("validation", params), run.score_of("test", params)
    with np.errstate(all="ignore"):
        far = np.linalg.norm(params.astype(np.float64) - run.trainer.initial[0])
    found = [
        ("validation_loss", "validation loss", nets.finite(held.loss[0])),
        ("gap", "gap", nets.finite(held.loss[0] - train.loss[0])),
        ("distance", "‖w − w₀‖", nets.finite(far)),
    ]
    if run.task.classes:
        return [*found, ("test_accuracy", "test accuracy", nets.finite(test.accuracy[0]))]
    return [*found, ("test_loss", "test loss", nets.finite(test.loss[0]))]


def _caption(state: EarlyStoppingState, run: nets.Run, stop: Stop) -> str:
    kept = "the lowest validation loss" if state.min_delta == 0.0 else "the validation loss to beat"
    if (run.diverged_at >= 0).any() and not stop.stopped:
        return f"Training diverged; {kept} before that was {_best(stop)}."
    if not stop.stopped:
        looks = "look" if stop.waited == 1 else "looks"
        least = "" if state.min_delta == 0.0 else f" by more than δ = {show(state.min_delta)}"
        since = f"{stop.waited} {looks} since then did not beat it{least}" if stop.waited else "no look since then"
        return f"Step {run.step}: {kept} is {_best(stop)}; {since}{_by_hand(run)}."
    last = nets.finite(run.score("validation").loss[0])
    later = "" if last is None else f"; without stopping it is {show(last)} at step {run.step}"
    later = later if run.frozen is None else _by_hand(run)
    return f"Early stopping ended at step {stop.stopped_at} and went back to validation loss {_best(stop)}{later}."


def _by_hand(run: nets.Run) -> str:
    if run.frozen is None:
        return ""
    loss = nets.finite(run.score("validation").loss[0])
    return f"; stopped by hand at step {run.frozen.step} it is {'not finite' if loss is None else show(loss)}"


def _best(stop: Stop) -> str:
    return f"{show(stop.best_loss)} at step {stop.best_step}"
