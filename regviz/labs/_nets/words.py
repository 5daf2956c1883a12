"""Numbers and words about a run: read-outs, gap, status, messages, progress."""

from typing import Any

import numpy as np

from regviz.lab import Readout
from regviz.labs._nets.controls import NetControls
from regviz.labs._nets.run import Run, Variant

DIVERGED = Readout(name="diverged", value="diverged", role="bad")
"""What a panel's header says of a net without finite weights."""


def finite(value: Any) -> float | None:
    """``value`` as a number, or None where it is none."""
    return float(value) if np.isfinite(value) else None


def shown(values: Any) -> Any:
    """An array with NaN for whatever is too large to be drawn."""
    return np.where(np.abs(values) < 1e30, values, np.nan)


def steps(count: int) -> str:
    """So many steps."""
    return f"{count} step{'s' * (count != 1)}"


def readouts(run: Run) -> tuple[Readout, ...]:
    """Step, epoch and for each variant losses, accuracies, the gap and ‖w − w₀‖.

    The gap is validation minus training loss. With several variants the names end in _a, _b …
    """
    found = [
        Readout(name="step", value=run.step, label="step"),
        Readout(name="epoch", value=run.epoch, label="epoch"),
    ]
    for index, variant in enumerate(run.variants):
        found += _of(run, index, variant)
    return tuple(found)


def gap(run: Run, index: int = 0) -> float | None:
    """Validation minus training loss of variant ``index``; None where it has diverged."""
    with np.errstate(all="ignore"):  # losses that overflowed
        return finite(run.score("validation").loss[index] - run.score("train").loss[index])


def diverged(run: Run) -> str:
    """One sentence for every variant that has diverged, "" where none has."""
    at = run.diverged_at
    several = len(run.variants) > 1
    return " ".join(
        f"{_subject(variant) if several else 'Training'} diverged at step {at[index]}: its weights are no longer "
        f"finite, and it is not trained further."
        for index, variant in enumerate(run.variants) if at[index] >= 0
    )  # fmt: skip


def status(state: NetControls, run: Run) -> str:
    """The frame's status: "diverged" as soon as a variant is, "stopped" at the end, else "running"."""
    if (run.diverged_at >= 0).any():
        return "diverged"
    return "running" if run.step < state.steps else "stopped"


def progress(state: NetControls, run: Run) -> float:
    """Share of the training that is done; exactly 1 when nothing more comes."""
    return 1.0 if over(state, run) else run.step / state.steps


def over(state: NetControls, run: Run) -> bool:
    """Whether training is at its end."""
    return run.step >= state.steps or not run.running.any()


def subtitle(state: NetControls, run: Run) -> str:
    """What is trained on what."""
    widths = [run.task.inputs, *(p.slot.shape[0] for p in run.net.dense)]
    what = f"{'–'.join(map(str, widths))} {state.activation} net, {run.task.name}, n = {len(run.task.train.y)}"
    return what + frozen(run)


def frozen(run: Run) -> str:
    """", … frozen at step …" while the first variant is, to follow other words; "" while all are live."""
    first = f" {_subject(run.variants[0])}" if run.variants[0].key else ""
    return "" if run.frozen is None else f",{first} frozen at step {run.frozen.step}"


def _of(run: Run, index: int, variant: Variant) -> list[Readout]:
    end = f"_{variant.key}" if variant.key else ""
    values: dict[str, tuple[str, float | None]] = {
        "train_loss": ("train loss", finite(run.score("train").loss[index])),
        "validation_loss": ("validation loss", finite(run.score("validation").loss[index])),
        "gap": ("gap", gap(run, index)),
        "distance": ("‖w − w₀‖", finite(run.measures()["distance"][index])),
    }
    if run.task.classes:
        values |= {
            f"{which}_accuracy": (f"{which} accuracy", finite(run.score(which).accuracy[index]))
            for which in ("train", "validation", "test")
        }  # fmt: skip
    else:
        values["test_loss"] = ("test loss", finite(run.score("test").loss[index]))
    name = f"{variant.name}: " if end else ""
    role = variant.role if end else "text"
    return [
        Readout(name=f"{key}{end}", value=value, label=f"{name}{label}", role=role)
        for key, (label, value) in values.items()
    ]


def _subject(variant: Variant) -> str:
    return f"“{variant.name}”"
