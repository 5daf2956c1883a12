"""The readings view: the ball around a point, three losses over ρ, and their gaps over ρ²."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Arrows, Axis, Frame, Handle, Lines, Mark, Panel, Points, Readout, Region, Rule, show
from regviz.labs.sam.plane import GD_ROLE, HALF_ROLE, SAM_ROLE, UP_ROLE, X, Y, levels
from regviz.labs.sam.readings import Readings, readings
from regviz.labs.sam.state import SamState
from regviz.labs.sam.surface import SURFACES

Array = NDArray[Any]

PENALTY, TRUE, WORST = "L + ρ‖∇L‖", "L(w + ρĝ)", "max over the ball"
ROLES = (GD_ROLE, SAM_ROLE, HALF_ROLE)
SMALL = np.logspace(-3.0, 0.0, 61)
"""Radii of the gaps."""
_GAP_X = Axis(low=1e-3, high=1.6, log=True, label="ρ (log scale)")


def frames(state: SamState) -> Generator[Frame, Any, None]:
    """One exact picture for each state."""
    while True:
        news = yield _frame(state)
        if news is None:
            return
        state = news


def _frame(state: SamState) -> Frame:
    found = _found(state.surface, state.at_x, state.at_y)
    return Frame(
        panels=(_plane(state, found), _losses(state, found), _gaps(state, found)), readouts=_readouts(state, found),
        caption=_caption(state, found), status="exact", progress=1.0, subtitle=state.surface,
        equation="L(w + ρĝ) − (L(w) + ρ‖∇L‖) = ½ρ² ĝᵀHĝ + O(ρ³),  ĝ = ∇L/‖∇L‖",
    )  # fmt: skip


@lru_cache(maxsize=8)
def _found(name: str, x: float, y: float) -> Readings:
    return readings(SURFACES[name], (x, y))


def _plane(state: SamState, found: Readings) -> Panel:
    turn = np.linspace(0.0, 2 * np.pi, 181)
    ring = found.w[:, None] + state.rho * np.stack([np.cos(turn), np.sin(turn)])
    worst = found.worst([state.rho])[1][0]
    climb = state.rho * found.up
    marks: list[Mark] = [
        *levels(state.surface),
        Region(key="ball", x=ring[0], y=ring[1], role="muted"),
        Arrows(key="climb", x=found.w[:1], y=found.w[1:], dx=climb[:1], dy=climb[1:], role=UP_ROLE, labels=("ρĝ",)),
        Points(key="worst", x=worst[:1], y=worst[1:], role=HALF_ROLE, shape="diamond", labels=("worst",)),
        Handle(key="point", x=state.at_x, y=state.at_y, bound_x="at_x", bound_y="at_y", role="text",
               label="w"),
    ]  # fmt: skip
    return Panel(key="plane", title="The ball of radius ρ around w", x=X, y=Y, equal=True, marks=tuple(marks))


def _losses(state: SamState, found: Readings) -> Panel:
    """The three over ρ with the cursor."""
    top = max(0.5, 1.2 * state.rho)
    x, values = _curves(found, top)
    here = _three(found, state.rho)
    lines = Lines(key="readings", x=x, y=values[[0, 2]], roles=ROLES[::2], labels=(PENALTY, WORST))
    climbed = Lines(key="sam", x=x, y=values[1:2], role=SAM_ROLE, labels=(TRUE,), dash=True)
    cursor = Rule(key="cursor", value=state.rho, bound="rho", role="text")
    header = tuple(Readout(name=n, value=v, label=n, role=r) for n, v, r in zip(_NAMES, here, ROLES, strict=True))
    return Panel(
        key="readings", title="Three readings of one loss", x=_rho_axis(top),
        y=_loss_axis(float(values.min()), float(values.max())), marks=(lines, climbed, cursor), readouts=header,
    )  # fmt: skip


_NAMES = ("penalty", "SAM", "worst")


def _three(found: Readings, rho: float) -> tuple[float, float, float]:
    at = np.array([rho])
    return float(found.penalty(at)[0]), float(found.sam(at)[0]), float(found.worst(at)[0][0])


@lru_cache(maxsize=8)
def _curves(found: Readings, top: float) -> tuple[Array, Array]:
    x = np.linspace(0.0, top, 101)
    return x, np.stack([found.penalty(x), found.sam(x), found.worst(x)[0]])


@lru_cache(maxsize=16)
def _rho_axis(top: float) -> Axis:
    return Axis(low=0.0, high=1.25 * top, label="ρ")


@lru_cache(maxsize=16)
def _loss_axis(low: float, high: float) -> Axis:
    room = max(high - low, 1e-6)
    return Axis(low=low - 0.05 * room, high=high + 0.12 * room, label="loss")


@lru_cache(maxsize=8)
def gaps(found: Readings) -> Array:
    """(L(w + ρĝ) − penalty)/ρ² and (max − penalty)/ρ² at the radii `SMALL`: (2, k)."""
    penalty = found.penalty(SMALL)
    return np.asarray((np.stack([found.sam(SMALL), found.worst(SMALL)[0]]) - penalty) / SMALL**2)


def _gaps(state: SamState, found: Readings) -> Panel:
    """How far the penalty is off, over ρ²; both tend to ½ĝᵀHĝ."""
    values, half = gaps(found), found.half
    marks: list[Mark] = [
        Lines(key="gap_worst", x=SMALL, y=values[1:], role=HALF_ROLE, labels=(WORST,)),
        Lines(key="gap_sam", x=SMALL, y=values[:1], role=SAM_ROLE, labels=(TRUE,), dash=True),
    ]
    if half is not None:
        marks.insert(0, Rule(key="limit", value=half, axis="y", role="muted", dash=True, label="½ĝᵀHĝ"))
    if SMALL[0] <= state.rho <= _GAP_X.high:
        marks.append(Rule(key="cursor", value=state.rho, bound="rho", role="text"))
    ends = np.append(values.ravel(), [] if half is None else [half])
    return Panel(
        key="gaps", title="Gap to the penalty, over ρ²", x=_GAP_X, y=_gap_axis(float(ends.min()), float(ends.max())),
        marks=tuple(marks), readouts=(Readout(name="limit", value=half, label="½ĝᵀHĝ", role="muted"),),
    )  # fmt: skip


@lru_cache(maxsize=16)
def _gap_axis(low: float, high: float) -> Axis:
    room = max(high - low, 0.2 * abs(high), 1e-3)
    return Axis(low=low - 0.1 * room, high=high + 0.15 * room, label="gap ÷ ρ²")


def _readouts(state: SamState, found: Readings) -> tuple[Readout, ...]:
    penalty, true, worst = _three(found, state.rho)
    over = state.rho**2
    rows: list[tuple[str, str, float | None]] = [
        ("loss", "L(w)", found.loss), ("gradient", "‖∇L‖", found.norm), ("penalty", PENALTY, penalty),
        ("sam", TRUE, true), ("worst", WORST, worst), ("half", "½ĝᵀHĝ", found.half),
        ("gap", "gap of SAM ÷ ρ²", (true - penalty) / over if over > 1e-8 else None),
        ("gap_worst", "gap of the max ÷ ρ²", (worst - penalty) / over if over > 1e-8 else None),
        ("gradients", "SAM's gradient less that of the penalty", found.gradients_apart(state.rho)),
    ]  # fmt: skip
    return tuple(Readout(name=name, value=value, label=label) for name, label, value in rows)


def _caption(state: SamState, found: Readings) -> str:
    penalty, true, worst = _three(found, state.rho)
    if found.norm == 0.0 and state.rho > 0.0:
        return (
            f"The gradient is zero here: SAM has nowhere to climb and sees {show(true)}, "
            f"though the ball holds a loss of {show(worst)}."
        )
    if state.rho == 0.0:
        return f"With ρ = 0 all three readings are the loss itself, {show(found.loss)}."
    apart = found.gradients_apart(state.rho)
    tail = "the gradients of the first two agree on this quadratic"
    if not found.surface.quadratic:
        tail = f"the gradients of the first two differ by {show(apart)}"
    return (
        f"At ρ = {show(state.rho)} the penalty reads {show(penalty)}, SAM's point {show(true)} and the worst point of "
        f"the ball {show(worst)}; {tail}."
    )
