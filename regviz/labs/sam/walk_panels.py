"""The landscape view: descent and SAM side by side with SAM's arrows, loss and sharpness along both walks."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Arrows, Axis, Field, Frame, Handle, Lines, Mark, Panel, Points, Readout, show
from regviz.labs.sam.plane import GD_ROLE, SAM_ROLE, UP_ROLE, X, Y, levels
from regviz.labs.sam.state import SamState
from regviz.labs.sam.surface import EXTENT, SURFACES
from regviz.labs.sam.walk import DESCENT, SAM, Walk, cycle, ends, walk

Array = NDArray[Any]

NAMES = ("gradient descent", "SAM")
ROLES = (GD_ROLE, SAM_ROLE)
STEP, CLIMB, THERE, BACK = range(4)
"""The sub-steps: the step made, the climb, the gradient up there, back again with it."""
PHASES = ("a step made", "1 climb by ρ", "2 gradient up there", "3 back, then step")
_HAIRS = 60


def frames(state: SamState) -> Generator[Frame, Any, None]:
    """Both walks growing by a step, or SAM's by a sub-step; every control takes effect on the whole way."""
    step, phase = 0, STEP
    while True:
        news = yield _frame(state, step, phase)
        if news is not None:
            state = news
            step, phase = min(step, state.walk), phase if state.slow and step < state.walk else STEP
        elif step >= state.walk:
            return
        elif state.slow and phase != BACK:
            phase += 1
        else:
            step, phase = step + 1, STEP


def _frame(state: SamState, step: int, phase: int) -> Frame:
    found = walk(state)
    gone = [NAMES[k] for k, at in enumerate(found.diverged) if 0 <= at <= step]
    status = "diverged" if gone else "running" if step < state.walk else "stopped"
    return Frame(
        panels=(_plane(state, found, step, DESCENT, phase), _plane(state, found, step, SAM, phase),
                _losses(state, found, step), _sharpness(state, found, step)),
        readouts=_readouts(state, found, step), caption=_caption(state, found, step), status=status,
        message=" ".join(f"{_capital(name)} diverged: beyond a million." for name in gone),
        progress=1.0 if step >= state.walk else min((step + phase / 4) / state.walk, 0.999),
        subtitle=f"{state.surface}, step {step}", equation=_equation(state),
    )  # fmt: skip


def _equation(state: SamState) -> str:
    return f"SAM: w ← w − η∇L(w + ρ∇L/‖∇L‖), ρ = {show(state.rho)}, η = {show(state.step_size)}"


def _plane(state: SamState, found: Walk, step: int, method: int, phase: int) -> Panel:
    """The way of one method over the level lines, tinted by where walks from there end."""
    role = ROLES[method]
    way = found.w[: step + 1, method]
    lines = Lines(key="path", x=way[:, 0], y=way[None, :, 1], role=role, thin=True)
    marks: list[Mark] = [*_still(state, method), lines]
    header = [Readout(name="end", value=_place(state, found, step, method), label="now in", role=role)]
    if method == SAM:
        marks += [_hairs(found, step), *_arrows(state, found, step, phase)]
        words = PHASES[phase] if state.slow and step < state.walk else "next step drawn"
        header.insert(0, Readout(name="phase", value=words, role="muted"))
    marks.append(Points(key="here", x=way[-1:, 0], y=way[-1:, 1], role=role))
    marks.append(
        Handle(key="start", x=state.start_x, y=state.start_y, bound_x="start_x", bound_y="start_y", role="text",
               label="start")
    )  # fmt: skip
    return Panel(
        key=("descent", "sam")[method], title=_capital(NAMES[method]), x=X, y=Y, equal=True, marks=tuple(marks),
        readouts=tuple(header),
    )  # fmt: skip


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _still(state: SamState, method: int) -> tuple[Mark, ...]:
    """Basins and level lines."""
    if len(SURFACES[state.surface].minima) == 1:
        return levels(state.surface)
    where = ends(state, method)
    return (_tint(where.tobytes(), where.shape), *levels(state.surface))


@lru_cache(maxsize=16)
def _tint(where: bytes, shape: tuple[int, ...]) -> Field:
    """Starts by the basin in which they end: pale, and blank where it is neither."""
    z = np.frombuffer(where, np.int64).reshape(shape)
    return Field(
        key="basins", z=np.where(z < 0, np.nan, np.where(z == 0, 0.3, 0.7)), extent=EXTENT, low=0.0, high=1.0,
        scale="classes",
    )  # fmt: skip


def _hairs(found: Walk, step: int) -> Lines:
    """The climb of each step so far, the newest ones."""
    steps = np.arange(max(0, step - _HAIRS), step)
    foot, top = found.w[steps, SAM], found.climbed[steps]
    x, y = (np.stack([foot[:, k], top[:, k]], axis=1) for k in (0, 1))
    if not len(steps):
        x = y = np.full((1, 2), np.nan)
    return Lines(key="climbs", x=x, y=y, role=UP_ROLE, thin=True, fade=np.full(len(x), 0.35))


def _arrows(state: SamState, found: Walk, step: int, phase: int) -> tuple[Mark, ...]:
    """Climb and step of the next stride; in slow motion only what belongs to the sub-step."""
    foot, top = found.w[step, SAM], found.climbed[step]
    down = -state.step_size * found.used[step]
    marks: list[Mark] = []
    whole = not state.slow or step >= state.walk
    if phase != STEP or whole:
        marks.append(_arrow("climb", foot, top - foot, UP_ROLE, "ρĝ"))
    if phase == THERE:
        marks.append(_arrow("there", top, down, SAM_ROLE, "−η∇L(w + ρĝ)"))
    if phase == BACK or whole:
        marks.append(_arrow("down", foot, down, SAM_ROLE, "step"))
    return tuple(marks)


def _arrow(key: str, at: Array, along: Array, role: str, label: str) -> Arrows:
    return Arrows(key=key, x=at[:1], y=at[1:], dx=along[:1], dy=along[1:], role=role, labels=(label,))


def _losses(state: SamState, found: Walk, step: int) -> Panel:
    y = _log_axis(*_decades(found.loss[: state.walk + 1]), "loss (log scale)")
    header = tuple(
        Readout(name=name, value=_number(found.loss[step, k]), label=name, role=ROLES[k]) for k, name in _both()
    )
    return Panel(key="loss", title="Loss along the way", x=_steps(state.walk), y=y, readouts=header,
                 marks=(_curves("loss", np.where(found.loss > 0, found.loss, np.nan), step),))  # fmt: skip


def _sharpness(state: SamState, found: Walk, step: int) -> Panel:
    """λ₁ of the exact Hessian where the walks are, and at the minima."""
    surface = SURFACES[state.surface]
    top = found.sharpness[: state.walk + 1]
    y = _linear_axis(float(np.max(top, where=np.isfinite(top), initial=surface.steep)))
    header = tuple(
        Readout(name=name, value=_number(found.sharpness[step, k]), label=name, role=ROLES[k]) for k, name in _both()
    )
    marks = (*_at_minima(state.surface, state.walk), _curves("sharpness", found.sharpness, step))
    return Panel(key="sharpness", title="Sharpness λ₁ along the way", x=_steps(state.walk), y=y, marks=marks,
                 readouts=header)  # fmt: skip


def _curves(key: str, values: Array, step: int) -> Lines:
    at = np.arange(step + 1.0)
    return Lines(key=key, x=at, y=values[: step + 1].T, roles=ROLES, labels=("GD", "SAM"))


def _both() -> Any:
    return enumerate(("GD", "SAM"))


@lru_cache(maxsize=8)
def _at_minima(name: str, steps: int) -> tuple[Mark, ...]:
    surface = SURFACES[name]
    values = surface.sharpness(surface.minima)
    y = np.repeat(values[:, None], 2, axis=1)
    labels = tuple(f"{n} minimum" if len(values) > 1 else "minimum" for n in surface.names)
    return (Lines(key="minima", x=np.array([0.0, 1.02 * steps]), y=y, role="muted", dash=True, thin=True,
                  labels=labels),)  # fmt: skip


@lru_cache(maxsize=16)
def _steps(steps: int) -> Axis:
    return Axis(low=0.0, high=1.14 * steps, label="step")


def _decades(values: Array) -> tuple[int, int]:
    """Whole decades around the finite positive values, at most twelve."""
    found = values[np.isfinite(values) & (values > 0)]
    if not len(found):
        return -3, 0
    high = int(np.ceil(np.log10(found.max()) + 1e-9))
    return max(int(np.floor(np.log10(found.min()))), high - 12), high


@lru_cache(maxsize=32)
def _log_axis(low: int, high: int, label: str) -> Axis:
    return Axis(low=10.0**low, high=10.0 ** max(high, low + 1), log=True, label=label)


def _linear_axis(top: float) -> Axis:
    return _wide_axis(float(np.ceil(1.15 * top / 5) * 5)) if top < 1e6 else _wide_axis(1e6)


@lru_cache(maxsize=32)
def _wide_axis(high: float) -> Axis:
    return Axis(low=0.0, high=high, label="largest eigenvalue of the Hessian")


def _place(state: SamState, found: Walk, step: int, method: int) -> str:
    """In whose basin a walk is."""
    names, index = SURFACES[state.surface].names, int(found.basin[step, method])
    if not np.isfinite(found.w[step, method]).all():
        return "diverged"
    if len(names) == 1:
        return "the bowl"
    return "neither basin yet" if index < 0 else f"the {names[index]} basin"


def _readouts(state: SamState, found: Walk, step: int) -> tuple[Readout, ...]:
    surface = SURFACES[state.surface]
    values: list[Readout] = [Readout(name="step", value=step, label="step")]
    for method, (end, name) in enumerate(zip("ab", ("GD", "SAM"), strict=True)):
        w, role = found.w[step, method], ROLES[method]
        near = np.linalg.norm(surface.minima - w, axis=1).min()
        values += [
            Readout(name=f"basin_{end}", value=_place(state, found, step, method), label=f"{name} is in", role=role),
            Readout(name=f"loss_{end}", value=_number(found.loss[step, method]), label=f"{name}: loss", role=role),
            Readout(name=f"sharpness_{end}", value=_number(found.sharpness[step, method]), label=f"{name}: λ₁",
                    role=role),
            Readout(name=f"away_{end}", value=_number(near), label=f"{name}: distance to a minimum", role=role),
        ]  # fmt: skip
        if len(surface.minima) > 1:
            share = 100.0 * float((ends(state, method) == 1).mean())
            values.append(Readout(name=f"flat_starts_{end}", value=share, label=f"{name}: starts that end flat",
                                  unit="%", role=role))  # fmt: skip
    if len(surface.minima) == 1:
        radius = cycle(surface.steep, state.step_size, state.rho)
        values.append(Readout(name="cycle", value=radius, label="ηhρ/(2 − ηh)"))
    return tuple(values)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _caption(state: SamState, found: Walk, step: int) -> str:
    gone = [NAMES[k] for k, at in enumerate(found.diverged) if 0 <= at <= step]
    if gone:
        who = _capital(" and ".join(gone))
        return f"{who} diverged by step {step} with η = {show(state.step_size)} and ρ = {show(state.rho)}."
    if len(SURFACES[state.surface].minima) == 1:
        return _bowl_words(state, found, step)
    places = [_place(state, found, step, k) for k in (DESCENT, SAM)]
    if state.rho == 0.0:
        return f"Step {step}: with ρ = 0 SAM is gradient descent, step for step; both are in {places[0]}."
    shares = [show(100.0 * float((ends(state, k) == 1).mean())) for k in (DESCENT, SAM)]
    return (
        f"Step {step}: gradient descent is in {places[0]}, SAM with ρ = {show(state.rho)} in {places[1]}; of all "
        f"starts {shares[0]} % and {shares[1]} % end in the flat basin (blue)."
    )


def _bowl_words(state: SamState, found: Walk, step: int) -> str:
    surface = SURFACES[state.surface]
    away = [show(float(np.linalg.norm(found.w[step, k]))) for k in (DESCENT, SAM)]
    head = f"Step {step}: gradient descent is {away[0]} from the minimum, SAM {away[1]}"
    radius = cycle(surface.steep, state.step_size, state.rho)
    if state.rho == 0.0:
        return f"{head}: with ρ = 0 they are one."
    if radius is None:
        return f"{head}; at ηh ≥ 2 neither can settle across the steep axis."
    quiet = "" if state.jitter == 0.0 else "without noise "
    return (
        f"{head}; {quiet}SAM does not settle across the steep axis, where it has a cycle of radius ηhρ/(2 − ηh) = "
        f"{show(radius)}."
    )
