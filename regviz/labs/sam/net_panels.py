"""The view of nets: decisions, sharpness over training, slices and planes along filter-normalised directions."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Certificate, Contours, Field, Frame, Lines, Panel, Points, Readout, show
from regviz.labs import _nets as nets
from regviz.labs.sam.curvature import ALONG, DIRECTIONS, REACH, Surroundings
from regviz.labs.sam.state import SamState

Array = NDArray[Any]

BASE = {"sgd": "SGD", "momentum": "momentum", "adam": "Adam"}
PLAIN, SAM = 0, 1
TOLERANCE = 1e-3
"""Largest residual of Lanczos, in units of λ₁, that certifies the sharpness."""
STEPS = np.linspace(-REACH, REACH, ALONG)
DISPUTED = "that flat minima generalise better is disputed (Dinh et al. 2017), and nets this small only illustrate"
_EXTENT = (-REACH, REACH, -REACH, REACH)
_LEVELS = np.log10(np.array([0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0]))
_PLANE_X = Axis(low=-1.0, high=1.0, label="first direction")
_PLANE_Y = Axis(low=-1.0, high=1.0, label="second direction")
SLICE_X = Axis(
    low=-1.0, high=1.3, label="step along the direction",
    ticks=((-1.0, "−1"), (-0.5, "−0.5"), (0.0, "0"), (0.5, "0.5"), (1.0, "1")),
)  # fmt: skip


def frame(state: SamState, run: nets.Run, around: Surroundings) -> Frame:
    """All that is shown of ``run`` at its present step."""
    seen = run.task.planar and run.task.classes in (2, 3)
    pictures = (nets.surface(state, run, PLAIN), nets.surface(state, run, SAM)) if seen else (
        *nets.pictures(state, run)[:1], nets.losses(state, run))  # fmt: skip
    planes = tuple(plane(run, around, index) for index in (PLAIN, SAM))
    return Frame(
        panels=(*pictures, sharpness(state, run), *planes, slices(run, around)), readouts=readouts(run),
        caption=_caption(state, run), status=nets.status(state, run), message=nets.diverged(run),
        progress=nets.progress(state, run), subtitle=nets.subtitle(state, run), certificate=proof(run),
        equation=f"w ← w − η∇L(w + ρĝ), ĝ = ∇L/‖∇L‖, both on the same batch, ρ = {show(state.rho)}",
    )  # fmt: skip


def sharpness(state: SamState, run: nets.Run) -> Panel:
    """λ₁ of every net over training."""
    steps, values = run.curve("sharpness")
    top = values[:, :, 0]
    lines = Lines(key="sharpness", x=steps, y=nets.shown(top.T), labels=_names(run), roles=_roles(run))
    y = nets.grown(run, "sharpness", top, "largest eigenvalue of the Hessian", least=0.1)
    return Panel(
        key="sharpness", title="Sharpness λ₁", x=nets.along(run, state.steps), y=y, marks=(lines,),
        readouts=tuple(_sharp(run, index) for index in (PLAIN, SAM)),
    )  # fmt: skip


def _sharp(run: nets.Run, index: int) -> Readout:
    variant = run.variants[index]
    value = nets.finite(tops(run)[index])
    return Readout(name=f"sharpness_{variant.key}", value="diverged" if value is None else value, label=variant.name,
                   role=variant.role)  # fmt: skip


def slices(run: nets.Run, around: Surroundings) -> Panel:
    """The training loss along filter-normalised directions, each net's own."""
    values = np.stack([around.slices(row) for row in run.shown])
    lines = Lines(key="slices", x=STEPS, y=nets.shown(values), labels=_names(run), roles=_roles(run))
    return Panel(
        key="slices", title="Loss around the nets", x=SLICE_X, y=nets.grown(run, "slices", values, "training loss"),
        marks=(lines,), readouts=(Readout(name="of", value=f"mean of {DIRECTIONS} directions", role="muted"),),
    )  # fmt: skip


def plane(run: nets.Run, around: Surroundings, index: int) -> Panel:
    """Level lines of the training loss in a filter-normalised plane around one net."""
    variant = run.variants[index]
    with np.errstate(all="ignore"):
        z = nets.shown(np.log10(np.maximum(around.plane(run.shown[index]), 1e-12)))
    name = variant.name[:1].upper() + variant.name[1:]
    inside = nets.finite(np.mean(z < _LEVELS[4])) if np.isfinite(z).all() else None
    marks = (
        Field(key="loss", z=z, extent=_EXTENT, low=-2.0, high=1.2),
        Contours(key="levels", z=z, levels=_LEVELS, extent=_EXTENT, role="text"),
        _centre(variant.role),
    )
    header = Readout(name="diverged", value="diverged", role="bad")
    if inside is not None:
        header = Readout(name="below", value=100.0 * inside, label="loss < 0.3 on", unit="%", role=variant.role)
    return Panel(key=f"plane_{variant.key}", title=f"{name}: loss around it", x=_PLANE_X, y=_PLANE_Y, marks=marks,
                 readouts=(header,))  # fmt: skip


@lru_cache(maxsize=4)
def _centre(role: str) -> Points:
    return Points(key="net", x=np.zeros(1), y=np.zeros(1), role=role)


def tops(run: nets.Run) -> Array:
    """λ₁ of each net (R,), NaN where it has diverged."""
    found: Array = run.measures()["sharpness"][:, 0]
    return found


def proof(run: nets.Run) -> Certificate | None:
    """That Lanczos found an eigenvalue: its residual against λ₁, the worst of all nets that have not diverged."""
    top, residual = run.measures()["sharpness"].T
    known = np.isfinite(top) & (np.abs(top) > 0)
    if not known.any():
        return None
    worst = float((residual[known] / np.abs(top[known])).max())
    return Certificate(name="‖Hv − λ₁v‖ ÷ |λ₁|", value=worst, tolerance=TOLERANCE)


def readouts(run: nets.Run) -> tuple[Readout, ...]:
    """The usual ones and the sharpness of every net."""
    sharp = [
        Readout(name=f"sharpness_{v.key}", value=nets.finite(top), label=f"{v.name}: λ₁", role=v.role)
        for v, top in zip(run.variants, tops(run), strict=True)
    ]
    return (*nets.readouts(run), *sharp)


def _names(run: nets.Run) -> tuple[str, ...]:
    return tuple(v.name for v in run.variants)


def _roles(run: nets.Run) -> tuple[str, ...]:
    return tuple(v.role for v in run.variants)


def _caption(state: SamState, run: nets.Run) -> str:
    top, name = tops(run), BASE[state.optimiser]
    if not np.isfinite(top[:2]).all():
        return f"At step {run.step} at least one of the nets has no finite curvature left."
    if state.rho == 0.0:
        return f"Step {run.step}: λ₁ is {show(float(top[PLAIN]))}; from here on SAM with ρ = 0 takes {name}'s own step."
    held = run.score("validation")
    words = "validation loss", [show(float(v)) for v in held.loss[:2]]
    if run.task.classes:
        words = "validation accuracy", [f"{show(100 * float(v))} %" for v in held.accuracy[:2]]
    return (
        f"Step {run.step}: λ₁ is {show(float(top[PLAIN]))} with {name} and {show(float(top[SAM]))} with SAM, "
        f"{words[0]} {words[1][0]} and {words[1][1]}; {DISPUTED}."
    )
