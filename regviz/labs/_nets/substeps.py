"""Slow motion: the parts of one training step one after another, in the last places and in the decision surfaces."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Frame, Mark, Panel, Points, Readout, show
from regviz.labs._nets.axes import fixed
from regviz.labs._nets.controls import STEP, NetControls
from regviz.labs._nets.diagram import MOST, mesh
from regviz.labs._nets.planes import node_values
from regviz.labs._nets.run import Run
from regviz.labs._nets.stride import FORWARD, GRADIENT, PENALTY, UPDATE, Stride, taken
from regviz.labs._nets.words import finite, shown
from regviz.neural import Residual

Array = NDArray[Any]

_SIZES = {FORWARD: "loss of the batch", GRADIENT: "‖gradient‖", PENALTY: "‖pull‖", UPDATE: "‖step‖"}
_LINKS = {FORWARD: "links: weights", GRADIENT: "links: −gradient", PENALTY: "links: pull", UPDATE: "links: change"}
_LAYERS = {FORWARD: "‖W‖", GRADIENT: "‖gradient‖", PENALTY: "‖pull‖", UPDATE: "‖change of W‖"}


def advance(state: NetControls, run: Run, count: int) -> None:
    """Make ``count`` steps; where the state looks into single steps, keep what the last of them did."""
    if state.inside != STEP:
        run.advance(count)
        return
    run.advance(count - 1)
    step, before = run.step, run.params.copy()
    probe = np.array([[state.probe_x, state.probe_y, *np.zeros(62)][: run.task.inputs]])
    lit = () if _residual(run) else tuple(value[:, :, 0] for value in node_values(run, probe))
    run.advance(1)
    if run.step > step:
        run.stride = taken(run.trainer, before, lit)


def between(state: NetControls, run: Run, frame: Frame) -> Iterator[Frame]:
    """In slow motion the sub-steps between ``frame`` and the picture after the step that was just made."""
    stride = run.stride
    if state.inside != STEP or state.pace != 1 or stride is None or stride.step != run.step:
        return
    for phase in stride.phases[:-1]:
        drawn = {panel.key: panel for panel in panels(state, run, phase)}
        seen = (drawn.get(panel.key) or _ringed(panel, run, stride) for panel in frame.panels)
        yield replace(frame, panels=tuple(seen), caption=_caption(run, stride, phase))


def panels(state: NetControls, run: Run, phase: str = UPDATE) -> tuple[Panel, ...]:
    """A sub-step of up to two nets that are not frozen: links as wide as what it is about."""
    stride = run.stride if run.stride is not None and run.stride.step == run.step else None
    draw = _bars if _residual(run) else _net
    return tuple(draw(state, run, index, stride, phase) for index in _live(run))


def _live(run: Run) -> list[int]:
    first = int(run.frozen is not None and len(run.variants) > 1)
    return list(range(len(run.variants)))[first : first + 2]


def _residual(run: Run) -> bool:
    return any(isinstance(layer, Residual) for layer in run.net.layers)


def _net(state: NetControls, run: Run, index: int, stride: Stride | None, phase: str) -> Panel:
    flat = run.params if stride is None else stride.links(phase)
    if stride is None:
        probe = np.array([[state.probe_x, state.probe_y, *np.zeros(62)][: run.task.inputs]])
        lit = tuple(value[:, :, 0] for value in node_values(run, probe))
    else:
        lit = stride.lit
    marks, x, y = mesh(run, flat[index][None], [row[index] for row in lit], _alive(run, index, stride))
    return _panel(run, index, stride, phase, x, y, marks, _LINKS)


def _alive(run: Run, index: int, stride: Stride | None) -> Array | None:
    """Units that dropout left in for the first sample, where every hidden layer has a mask."""
    if stride is None or not stride.masks or len(stride.masks) != len(run.net.dense) - 1:
        return None
    return np.stack([np.pad(row[index][:MOST], (0, max(0, MOST - len(row[index])))) for row in stride.masks])


def _bars(state: NetControls, run: Run, index: int, stride: Stride | None, phase: str) -> Panel:
    """The same layer by layer, for nets whose diagram is no chain."""
    flat = run.params if stride is None else stride.links(phase)
    with np.errstate(all="ignore"):
        sizes = shown(np.array([np.sqrt((p.weights(flat)[index] ** 2).sum()) for p in run.net.dense], np.float64))
    bars = Bars(key="layers", values=sizes, role=run.variants[index].role,
                labels=tuple(str(k + 1) for k in range(len(sizes))))  # fmt: skip
    x = fixed(run, "sub-step layers", -0.6, len(sizes) - 0.4, "dense layer")
    top = float(np.max(sizes, where=np.isfinite(sizes), initial=0.0))
    return _panel(run, index, stride, phase, x, Axis(low=0.0, high=1.1 * top or 1.0, label=_LAYERS[phase]), (bars,))


def _panel(
    run: Run, index: int, stride: Stride | None, phase: str, x: Axis, y: Axis, marks: tuple[Mark, ...],
    what: dict[str, str] | None = None,
) -> Panel:  # fmt: skip
    variant = run.variants[index]
    key = f"substep{'_' * bool(variant.key)}{variant.key}"
    whose = f"{variant.name}: " if variant.key else ""
    if stride is None:
        return Panel(key=key, title=_capital(f"{whose}step {run.step + 1}, to come"), x=x, y=y, marks=marks)
    number = stride.phases.index(phase) + 1
    readouts = [Readout(name="size", value=finite(stride.size(phase)[index]), label=_SIZES[phase], role=variant.role)]
    if what:
        readouts.insert(0, Readout(name="links", value=what[phase], role="muted"))
    title = _capital(f"{whose}{number} of {len(stride.phases)}, {phase}")
    return Panel(key=key, title=title, x=x, y=y, marks=marks, readouts=tuple(readouts))


def _ringed(panel: Panel, run: Run, stride: Stride) -> Panel:
    """A decision surface or fitted function with rings about the points of the batch."""
    index = _variant_of(panel, run)
    if index is None:
        return panel
    batch = stride.batch
    inputs = batch.inputs[:, min(index, batch.inputs.shape[1] - 1)]
    goals = batch.targets[0, min(index, batch.targets.shape[1] - 1)]
    if batch.weights is not None:
        used = batch.weights[0, min(index, batch.weights.shape[1] - 1)] > 0
        inputs, goals = inputs[:, used], goals[used]
    ring = Points(key="batch", x=inputs[0], y=inputs[1] if len(inputs) > 1 else goals, role="accent", shape="ring")
    handles = tuple(mark for mark in panel.marks if mark.kind == "handle")
    return replace(panel, marks=(*(m for m in panel.marks if m.kind != "handle"), ring, *handles))


def _variant_of(panel: Panel, run: Run) -> int | None:
    """Whose inputs a panel shows, None where it shows something else."""
    if run.task.inputs == 1:
        return 0 if panel.key == "functions" else None
    keys = {f"surface{'_' * bool(v.key)}{v.key}": index for index, v in enumerate(run.variants)}
    return keys.get(panel.key) if run.task.inputs == 2 else None


def _caption(run: Run, stride: Stride, phase: str) -> str:
    sizes = [stride.size(phase)[index] for index in _live(run)]
    names = [run.variants[index].name for index in _live(run)]
    each = ", ".join(
        f"{'undefined' if finite(size) is None else show(float(size))}{f' ({name})' * (len(run.variants) > 1)}"
        for size, name in zip(sizes, names, strict=True)
    )
    climbed = " after SAM's climb" if np.any(stride.hyper.rho) else ""
    count = stride.batch.inputs.shape[2]
    words = {
        FORWARD: f"forward: the mean loss over the {count} samples of the batch{climbed} is {each}",
        GRADIENT: f"backward: the gradient of that loss has length {each}",
        PENALTY: f"penalty or decay pulls the weights towards 0, with length {each}",
    }
    return f"Step {stride.step}, {words[phase]}."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
