"""Curves over training: loss, accuracy, weight norms and distance; and the histogram of the weights."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Lines, Mark, Panel, Readout, Rule
from regviz.labs._nets.axes import along, fixed, grown
from regviz.labs._nets.controls import NetControls
from regviz.labs._nets.run import Run, Variant
from regviz.labs._nets.words import finite, shown
from regviz.neural import histograms

Array = NDArray[Any]

BINS = 40


def losses(state: NetControls, run: Run, *, title: str = "Loss", extra: tuple[Mark, ...] = ()) -> Panel:
    """Training loss (dashed) and validation loss of all variants over the steps, then the marks of ``extra``."""
    held, train = run.curve("validation_loss")[1], run.curve("train_loss")[1]
    y = grown(run, "loss", np.concatenate([held, train]), "mean loss", least=1.15 * float(_first(held, train)))
    return _pair(state, run, "losses", title, "loss", y, extra)


def accuracies(state: NetControls, run: Run, *, title: str = "Accuracy", extra: tuple[Mark, ...] = ()) -> Panel:
    """Share of right decisions on training (dashed) and validation points over the steps; nothing for regression."""
    lowest = 0.4 if run.task.classes == 2 else 0.0
    values = np.concatenate([run.curve("validation_accuracy")[1], run.curve("train_accuracy")[1]])
    low = 0.0 if np.min(values, where=np.isfinite(values), initial=1.0) < lowest else lowest
    return _pair(state, run, "accuracies", title, "accuracy", fixed(run, "accuracy", low, 1.02, "share right"), extra)


def norms(state: NetControls, run: Run, index: int = 0, *, title: str = "") -> Panel:
    """‖W‖ of each layer of variant ``index`` over the steps, biases left out."""
    steps, values = run.curve("norms")
    own = values[:, index].T
    lines = Lines(
        key="norms", x=steps, y=shown(own), labels=tuple(f"layer {k + 1}" for k in range(len(own))),
        roles=tuple(f"informative:{k}" for k in range(len(own))),
    )  # fmt: skip
    variant = run.variants[index]
    name = f"Weight norms, {variant.name}" if variant.key else "Weight norms"
    key = f"norms{'_' * bool(variant.key)}{variant.key}"
    return Panel(
        key=key, title=title or name, x=along(run, state.steps), y=grown(run, "norms", values, "‖W‖"), marks=(lines,)
    )


def curves(state: NetControls, run: Run, name: str, title: str, label: str, *, extra: tuple[Mark, ...] = ()) -> Panel:
    """One curve of the run, such as "distance", for every variant; ``label`` names the y axis."""
    steps, values = run.curve(name)
    lines = Lines(
        key=name, x=steps, y=shown(values.T), labels=_names(run.variants), roles=tuple(v.role for v in run.variants)
    )
    y = grown(run, name, values, label, least=1.2 * max(float(_first(values)), 1e-3))
    return Panel(key=name, title=title, x=along(run, state.steps), y=y, marks=(lines, *extra))


def histogram(
    run: Run, *, layer: int = -1, title: str = "Weights", params: Array | None = None,
    variants: tuple[Variant, ...] = (),
) -> Panel:  # fmt: skip
    """How many weights of each variant have which size: of dense ``layer`` (from 0), or of all (−1), biases left out.

    ``params`` (V, P) with as many ``variants`` take the place of the present ones.
    """
    flat = run.shown if params is None else params
    variants = variants or run.variants
    largest = np.max(np.abs(flat), where=np.isfinite(flat), initial=0.0)
    reach = grown(run, "weights", largest, least=2.0).high
    edges = np.linspace(-reach, reach, BINS + 1)
    counts = _counts(run, flat, edges, layer)
    x = fixed(run, "weights shown", -reach, reach, "weight")
    lines = Lines(
        key="weights", x=edges, y=np.concatenate([counts, counts[:, -1:]], axis=1), steps=True, labels=_names(variants),
        roles=tuple(v.role for v in variants),
    )  # fmt: skip
    return Panel(key="weights", title=title, x=x, y=grown(run, "counts", counts, "weights", least=10.0), marks=(lines,))


def _counts(run: Run, flat: Array, edges: Array, layer: int) -> Array:
    """Counts (R, BINS), NaN for variants without finite weights."""
    good = np.isfinite(flat).all(axis=1)
    counts = np.full((len(flat), BINS), np.nan)
    if good.any():
        found = histograms(run.net, flat[good], edges)
        counts[good] = found.sum(axis=1) if layer < 0 else found[:, layer % found.shape[1]]
    return counts


def _pair(
    state: NetControls, run: Run, key: str, title: str, name: str, y: Axis, extra: tuple[Mark, ...]
) -> Panel:  # fmt: skip
    """Dashed training and solid validation curves; one variant has the colours of the parts, several their own."""
    single = len(run.variants) == 1
    marks: list[Mark] = []
    readouts = []
    for which in ("train", "validation"):
        steps, values = run.curve(f"{which}_{name}")
        roles = (which,) if single else tuple(v.role for v in run.variants)
        labels = (which,) if single else tuple(f"{v.name}, {which}" for v in run.variants)
        marks.append(
            Lines(key=which, x=steps, y=shown(values.T), roles=roles, labels=labels, dash=which == "train")
        )
        if single:
            readouts.append(Readout(name=which, value=_last(values[-1, 0]), label=which, role=which))
    if not single:
        last = run.curve(f"validation_{name}")[1][-1]
        readouts = [
            Readout(name=f"validation_{v.key}", value=_last(value), label=v.name, role=v.role)
            for v, value in zip(run.variants, last, strict=True)
        ]
    return Panel(
        key=key, title=title, x=along(run, state.steps), y=y, marks=(*marks, *_cursor(run), *extra),
        readouts=tuple(readouts),
    )  # fmt: skip


def _cursor(run: Run) -> tuple[Mark, ...]:
    """Where the first variant is frozen, to be dragged."""
    if not run.freezes_at:
        return ()
    first = run.variants[0]
    words = f"{first.name if first.key else ''} {'frozen' if run.frozen else 'freezes here'}".strip()
    return (Rule(key="freeze", value=float(run.freezes_at), bound="freeze", role="muted", label=words),)


def _last(value: Any) -> float | str:
    found = finite(value)
    return "diverged" if found is None else found


def _names(variants: tuple[Variant, ...]) -> tuple[str, ...]:
    return ("",) if len(variants) == 1 else tuple(v.name for v in variants)


def _first(*values: Array) -> float:
    """The largest finite value at the first step."""
    found = np.concatenate([v[0].ravel() for v in values])
    return float(np.max(found, where=np.isfinite(found), initial=0.0))
