"""What the nets have learned, drawn over their inputs: decision surfaces, fitted functions, maps of single units."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Contours, Field, Handle, Lines, Mark, Panel, Points, Readout, Rule, Tiles
from regviz.labs._nets.axes import fixed, grown
from regviz.labs._nets.controls import NetControls
from regviz.labs._nets.run import Run, Variant
from regviz.labs._nets.task import WIDE, Task
from regviz.labs._nets.words import DIVERGED, finite, shown
from regviz.neural import LOSSES, grid

Array = NDArray[Any]

COLUMNS, ROWS = 56, 40
"""Cells of a decision surface."""
CURVE = 160
"""Points of a fitted function."""
SMALL = 16
"""Cells a side of a unit's map."""
UNITS = 24
"""Most units that have a map."""

_TWO = (("second", "dot"), ("first", "square"))
_THREE = (("second", "dot"), ("good", "triangle"), ("first", "square"))
"""Roles and shapes of the classes: those of the scale "classes" or "diverging", from low to high."""


def pictures(state: NetControls, run: Run) -> tuple[Panel, ...]:
    """One decision surface for each variant, or for regression one panel with all fitted functions."""
    if run.task.classes == 0:
        return (functions(state, run),)
    return tuple(surface(state, run, index) for index in range(len(run.variants)))


def surface(
    state: NetControls, run: Run, index: int = 0, *, title: str = "", key: str = "", params: Array | None = None
) -> Panel:
    """The decision surface of variant ``index`` with the training points, of its present weights or of ``params`` (P,).

    The probe can be dragged. Only for problems of two inputs and two or three classes.
    """
    made, variant = run.task, run.variants[index]
    extent = _extent(made)
    points = _cells(extent, COLUMNS, ROWS)
    if params is None:
        chances = run.predict("surface", points)[index]
        accuracy = run.score("validation").accuracy[index]
    else:
        chances = run.single.predict(points, params)[0]
        accuracy = run.score_of("validation", params).accuracy[0]
    x, y = _axes(made)
    marks = (*_map(chances, extent, made.classes), *_data(made), _probe(state))
    right = finite(accuracy)
    readouts = (
        DIVERGED if right is None else Readout(name="right", value=100.0 * right, label="validation", unit="% right"),
    )
    return Panel(
        key=key or f"surface{'_' * bool(variant.key)}{variant.key}", x=x, y=y, marks=marks, readouts=readouts,
        title=title or _named(run, index, params is None),
    )  # fmt: skip


def plane(made: Task) -> tuple[Axis, Axis]:
    """The axes of the plane that `surface` shows for a problem of two inputs."""
    return _axes(made)


def class_looks(classes: int) -> tuple[tuple[str, str], ...]:
    """Role and shape of the points of each of two or three classes."""
    return (_TWO if classes == 2 else _THREE)[:classes]


def functions(
    state: NetControls, run: Run, *, title: str = "Fitted functions", params: Array | None = None,
    variants: tuple[Variant, ...] = (),
) -> Panel:  # fmt: skip
    """The fitted function of each variant over the training points, for a problem of one input, and the probe.

    ``params`` (V, P) with as many ``variants`` take the place of the present ones.
    """
    made = run.task
    x, y = _line_axes(made)
    at = np.linspace(x.low, x.high, CURVE)
    if params is None:
        fitted = run.predict("functions", at[:, None])[:, 0]
    else:
        fitted = np.stack([run.single.predict(at[:, None], row)[0, 0] for row in params])
    return Panel(
        key="functions", title=title, x=x, y=y, readouts=() if np.isfinite(fitted).all() else (DIVERGED,),
        marks=(*_curve_data(made), _fits(variants or run.variants, at, fitted), _cursor(state)),
    )  # fmt: skip


def _fits(variants: tuple[Variant, ...], at: Array, fitted: Array) -> Lines:
    return Lines(
        key="functions", x=at, y=shown(fitted), labels=tuple(v.name for v in variants),
        roles=tuple(v.role for v in variants),
    )  # fmt: skip


def units(state: NetControls, run: Run, index: int = 0, *, layer: int = -1, title: str = "") -> Panel:
    """What each unit of a hidden ``layer`` (counted from 0; −1 the last) of variant ``index`` says over the plane, or
    over the one input of a regression; of a net that reads images, the weights of its first layer.
    """
    variant = run.variants[index]
    key = f"units{'_' * bool(variant.key)}{variant.key}"
    name = "Units before the output" if layer < 0 else f"Units of hidden layer {layer + 1}"
    if run.task.inputs > 2:
        name = "Weights into layer 1"
    title = title or (f"{name}, {variant.name}" if variant.key else name)
    if run.task.inputs == 1:
        return _responses(run, index, layer, key, title)
    return Panel(key=key, title=title, x=_HIDDEN, y=_HIDDEN, marks=(_maps(_images(run, index, layer)),))


def _maps(images: Array) -> Tiles:
    reach = float(np.max(np.abs(images), where=np.isfinite(images), initial=1e-6))
    return Tiles(
        key="units", images=shown(images), low=-reach, high=reach, scale="diverging",
        columns=max(1, int(np.ceil(np.sqrt(2.0 * len(images))))),
    )  # fmt: skip


def _images(run: Run, index: int, layer: int) -> Array:
    """Pictures (units, side, side) of variant ``index``."""
    side = SMALL
    if run.task.inputs > 2:
        side = int(np.sqrt(run.task.inputs))
        rows: Array = run.net.dense[0].weights(run.shown)[index, :UNITS]
    else:
        rows = _activations(run, _cells(_extent(run.task), SMALL, SMALL), layer)[index][:UNITS]
    found: Array = rows.reshape(len(rows), side, side)
    return found if run.task.inputs > 2 else found[:, ::-1]


def _responses(run: Run, index: int, layer: int, key: str, title: str) -> Panel:
    """The values of each unit over the one input."""
    x, _ = _line_axes(run.task)
    at = np.linspace(x.low, x.high, CURVE)
    values = shown(_activations(run, at[:, None], layer)[index][:UNITS])
    lines = Lines(key="units", x=at, y=values, role=run.variants[index].role, thin=True)
    reach = grown(run, f"{key} reach", np.abs(values), least=1.1).high
    y = fixed(run, key, -reach, reach, "activation")
    return Panel(key=key, title=title, x=x, y=y, marks=(lines,))


def _activations(run: Run, points: Array, layer: int) -> Array:
    """Values (R, units, n) of a hidden layer at ``points``, or of the outputs where nothing is hidden."""
    columns = node_values(run, points)
    hidden = columns[1:-1] or columns[-1:]
    return hidden[layer % len(hidden)]


def node_values(run: Run, points: Array, params: Array | None = None) -> list[Array]:
    """Values (R, units, n) at up to 256 ``points`` (n, d): inputs, what each later dense layer reads, predictions.

    With ``params`` (P,) those of a single net, R = 1.
    """
    judge = run.evaluator if params is None else run.single
    averages = run.shown_averages if params is None else None
    outputs = judge.outputs(points, run.shown if params is None else params, averages)
    found, kernels = judge.network.activations, run.net.layers
    dense = [k for k, layer in enumerate(kernels) if hasattr(layer, "units")]
    hidden = [found[k][:, :, : len(points)] for k in dense]
    hidden = [np.broadcast_to(v, (judge.variants, *v.shape[1:])).copy() for v in hidden]
    with np.errstate(all="ignore"):
        return [*hidden, LOSSES[run.net.loss].predict(outputs)]


@lru_cache(maxsize=32)
def _extent(made: Task) -> tuple[float, float, float, float]:
    tall, wide = made.reach, WIDE * made.reach
    return -wide, wide, -tall, tall


@lru_cache(maxsize=32)
def _cells(extent: tuple[float, float, float, float], columns: int, rows: int) -> Array:
    return grid(*extent, columns, rows)


@lru_cache(maxsize=8)
def _axes(made: Task) -> tuple[Axis, Axis]:
    left, right, bottom, top = _extent(made)
    return Axis(low=left, high=right, label="x₁"), Axis(low=bottom, high=top, label="x₂")


@lru_cache(maxsize=8)
def _line_axes(made: Task) -> tuple[Axis, Axis]:
    low, high = float(made.train.y.min()), float(made.train.y.max())
    room = 0.25 * max(high - low, 1.0)
    return (
        Axis(low=-1.2 * made.reach, high=1.35 * made.reach, label="x"),
        Axis(low=low - room, high=high + room, label="y"),
    )


def _map(chances: Array, extent: tuple[float, float, float, float], classes: int) -> tuple[Mark, ...]:
    """Confidence as colour, and the lines where the decision changes; ``chances`` (K, cells)."""
    if classes == 2:
        z = shown(chances[0].reshape(ROWS, COLUMNS))
        field = Field(key="surface", z=z, extent=extent, low=0.0, high=1.0, scale="classes")
        return field, Contours(key="boundary", z=z, levels=_HALF, extent=extent, role="text")
    chances = shown(chances.reshape(classes, ROWS, COLUMNS))
    best, sure = np.argmax(chances, axis=0), np.max(chances, axis=0)
    tint = (best / (classes - 1) - 0.5) * (sure - 1 / classes) / (1 - 1 / classes)
    field = Field(key="surface", z=tint, extent=extent, low=-0.8, high=0.8, scale="diverging")
    ahead = [chances[k] - np.max(np.delete(chances, k, axis=0), axis=0) for k in range(classes)]
    lines = (
        Contours(key=f"boundary{k}", z=z, levels=_EVEN, extent=extent, role="text") for k, z in enumerate(ahead[:-1])
    )
    return field, *lines


@lru_cache(maxsize=8)
def _data(made: Task) -> tuple[Mark, ...]:
    """Training points in the colour and shape of their class, rings about those whose label was changed."""
    looks = class_looks(made.classes)
    part = made.train
    marks: list[Mark] = [
        Points(key=f"class{k}", x=part.X[part.y == k, 0], y=part.X[part.y == k, 1], role=role, shape=shape)
        for k, (role, shape) in enumerate(looks) if (part.y == k).any()
    ]  # fmt: skip
    if part.flipped.any():
        wrong = part.X[part.flipped]
        marks.append(Points(key="flipped", x=wrong[:, 0], y=wrong[:, 1], role="bad", shape="ring"))
    return tuple(marks)


@lru_cache(maxsize=8)
def _curve_data(made: Task) -> tuple[Mark, ...]:
    """The points and the true curve."""
    at = np.linspace(-1.0, 1.0, CURVE)
    return (
        Points(key="points", x=made.train.X[:, 0], y=made.train.y, role="text"),
        Lines(key="truth", x=at, y=np.sin(np.pi * at)[None], role="truth", dash=True, thin=True, labels=("truth",)),
    )


def _probe(state: NetControls) -> Handle:
    return Handle(key="probe", x=state.probe_x, y=state.probe_y, bound_x="probe_x", bound_y="probe_y", role="text")


def _cursor(state: NetControls) -> Rule:
    """The probe of a single input."""
    return Rule(key="probe", value=state.probe_x, axis="x", bound="probe_x", role="muted", label="probe")


def _named(run: Run, index: int, present: bool) -> str:
    """The variant's name, with the step where it is frozen."""
    name = _capital(run.variants[index].name)
    kept = run.frozen if present and index == 0 else None
    return name if kept is None else f"{name}, step {kept.step}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


_HALF, _EVEN = np.array([0.5]), np.array([0.0])
_HIDDEN = Axis(low=0.0, high=1.0, hidden=True)
