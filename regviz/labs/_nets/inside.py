"""A look into the nets in the last places of any lab: unit maps, norms, weights, accuracy, gap, net, one step."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Gesture, Lines, Panel, Readout, Rule
from regviz.labs._nets.axes import along, fixed, grown
from regviz.labs._nets.controls import GAP, LESSON, LOSS, MAPS, NET, NORMS, RIGHT, STEP, WEIGHTS, NetControls
from regviz.labs._nets.curves import accuracies, histogram, losses, norms
from regviz.labs._nets.diagram import diagram
from regviz.labs._nets.planes import units
from regviz.labs._nets.run import Run
from regviz.labs._nets.substeps import panels as one_step
from regviz.labs._nets.words import finite, shown
from regviz.neural import Residual

Array = NDArray[Any]

CURVES = ("losses", "accuracies", "gap")
"""Panels over training steps on which a double click freezes the first net."""


def inside(state: NetControls, run: Run, panels: tuple[Panel, ...]) -> tuple[Panel, ...]:
    """``panels`` with what ``state.inside`` asks for in the place of the last ones: of the first two variants.

    Nothing changes where there is no such look: no accuracy in regression, no diagram of residual blocks.
    """
    if state.inside == LESSON:
        return panels
    looks = _looks(state, run)
    keys = {panel.key for panel in looks}
    kept = [panel for panel in panels if panel.key not in keys]
    return (*kept[: max(len(panels) - len(looks), 0)], *looks)


def gap_curves(state: NetControls, run: Run) -> Panel:
    """Validation minus training loss of all variants over the steps."""
    steps, held = run.curve("validation_loss")
    with np.errstate(all="ignore"):  # losses that overflowed
        values = held - run.curve("train_loss")[1]
    lines = Lines(
        key="gap", x=steps, y=shown(values.T), roles=tuple(v.role for v in run.variants),
        labels=tuple(v.name for v in run.variants) if len(run.variants) > 1 else ("validation − train",),
    )  # fmt: skip
    readouts = tuple(
        Readout(name=f"gap_{v.key or 'net'}", value=finite(last), label=v.name, role=v.role)
        for v, last in zip(run.variants, values[-1], strict=True)
    )
    return Panel(
        key="gap", title="Gap", x=along(run, state.steps), y=_both_sides(run, values), readouts=readouts,
        marks=(_ZERO, lines),
    )  # fmt: skip


def freezing(state: NetControls, gesture: Gesture) -> dict[str, int]:
    """For a lab's ``gesture``: a double click on a curve over the steps freezes the first net there, left of 0 it
    sets it free.
    """
    if gesture.kind != "double-click" or gesture.panel not in CURVES:
        return {}
    return {"freeze": min(max(round(gesture.x), 0), state.steps)}


def _looks(state: NetControls, run: Run) -> tuple[Panel, ...]:
    two = range(min(2, len(run.variants)))
    if state.inside == MAPS:
        return tuple(units(state, run, index) for index in two)
    if state.inside == NORMS:
        return tuple(norms(state, run, index) for index in two)
    if state.inside == NET and not any(isinstance(layer, Residual) for layer in run.net.layers):
        return tuple(diagram(state, run, index) for index in two)
    if state.inside == STEP:
        return one_step(state, run)
    if state.inside == WEIGHTS:
        return (histogram(run),)
    if state.inside == LOSS:
        return (losses(state, run),)
    if state.inside == RIGHT and run.task.classes:
        return (accuracies(state, run),)
    return (gap_curves(state, run),) if state.inside == GAP else ()


def _both_sides(run: Run, values: Array) -> Axis:
    """An axis around zero that holds ``values`` and only grows."""
    below = grown(run, "gap below", -values, least=0.1).high
    return fixed(run, "gap", -below, grown(run, "gap above", values, least=0.5).high, "validation − training loss")


_ZERO = Rule(key="level", value=0.0, axis="y", role="muted")
