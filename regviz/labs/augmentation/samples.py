"""The next training batch as the second net will see it: small images with their labels, or points with arrows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Arrows, Axis, Mark, Panel, Points, Readout, Tiles
from regviz.labs import _nets as nets
from regviz.labs.augmentation.state import AugmentationState, shape
from regviz.neural import Augmented, Samples, smooth

Array = NDArray[Any]

SHOWN = 6
"""Digits of the batch that are drawn, three times each."""
MOVED = 40
"""Most points that have an arrow."""
_HIDDEN = Axis(low=0.0, high=1.0, hidden=True)


def panel(state: AugmentationState, run: nets.Run, source: Augmented) -> Panel:
    """What the next step would train on, with the present weights where FGSM asks them."""
    with np.errstate(all="ignore"):  # a diverged net gives no direction
        batch = source.samples(run.step)
        if run.task.planar:
            return _points(run, batch)
        return _images(state, batch, source.samples(run.step, again=1))


def labels(targets: Array, epsilon: float) -> Array:
    """Labels (n, K) that the loss is taken to: ``targets`` (K or 1, n) over all classes, smoothed by ε."""
    rows = targets.T.astype(np.float64)
    whole = np.concatenate([1.0 - rows, rows], axis=1) if rows.shape[1] == 1 else rows
    return smooth(whole, epsilon)


def written(label: Array) -> str:
    """One label (K,) in short: "4", or with its one or two largest classes in percent "4:60 8:36"."""
    floor = float(label.min()) + 1e-6
    order = [int(k) for k in np.argsort(-label, kind="stable")[:2] if label[k] > floor]
    if not order:
        return "all alike"
    if label[order[0]] > 0.995:
        return str(order[0])
    return " ".join(f"{k}:{100.0 * label[k]:.0f}" for k in order)


def _images(state: AugmentationState, batch: Samples, again: Samples) -> Panel:
    count = min(SHOWN, batch.plain.inputs.shape[2])
    parts = ((batch.plain, 0.0), (batch.changed, state.smoothing), (again.changed, state.smoothing))
    images = np.concatenate([part.inputs[:, 0, :count].T.reshape(-1, *shape(state)) for part, _ in parts])
    words = [
        written(row) for part, epsilon in parts for row in labels(part.targets[:, 0, :count], epsilon)
    ]  # fmt: skip
    tiles = Tiles(
        key="samples", images=nets.shown(images), labels=tuple(words), columns=count, low=-1.0, high=1.0,
        label="top row as drawn, then twice augmented",
    )  # fmt: skip
    notes = (Readout(name="rows", value="top: as drawn; below: augmented, twice, labels in %", role="muted"),)
    return Panel(
        key="samples", title="The next batch", x=_HIDDEN, y=_HIDDEN, marks=(tiles,), readouts=notes
    )


def _points(run: nets.Run, batch: Samples) -> Panel:
    """Arrows from where points were to where they are sent; mixed labels have a ring of their own."""
    plain, changed = batch.plain.inputs[:, 0].T.astype(np.float64), batch.changed.inputs[:, 0].T.astype(np.float64)
    label = labels(batch.changed.targets[:, 0], 0.0)
    best, pure = label.argmax(axis=1), label.max(axis=1) > 0.995
    few = slice(0, MOVED)
    moved = nets.shown(changed)
    marks: list[Mark] = [
        Arrows(key="moves", x=plain[few, 0], y=plain[few, 1], dx=(moved - plain)[few, 0], dy=(moved - plain)[few, 1],
               role="faint"),
    ]  # fmt: skip
    for k, (role, form) in enumerate(nets.class_looks(label.shape[1])):
        own = pure & (best == k)
        if own.any():
            marks.append(Points(key=f"class{k}", x=moved[own, 0], y=moved[own, 1], role=role, shape=form))
    if not pure.all():
        roles = tuple(nets.class_looks(label.shape[1])[k][0] for k in best[~pure])
        marks.append(Points(key="mixed", x=moved[~pure, 0], y=moved[~pure, 1], shape="ring", roles=roles))
    x, y = nets.plane(run.task)
    notes = [Readout(name="arrows", value="arrow: to what is trained on", role="muted")]
    if not pure.all():
        notes.append(Readout(name="rings", value="ring: mixed label", role="muted"))
    return Panel(key="samples", title="The next batch", x=x, y=y, marks=tuple(marks), readouts=tuple(notes))
