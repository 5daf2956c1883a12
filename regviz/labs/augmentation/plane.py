"""FGSM on a linear logistic model of two inputs: every point walks to the worst corner of its square."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Arrows, Axis, Handle, Lines, Mark, Panel, Points, Readout, Region, show
from regviz.labs.augmentation.linear import attack, margins_under_attack
from regviz.labs.augmentation.state import AugmentationState
from regviz.neural import generator

Array = NDArray[Any]

COUNT = 12
_X, _Y = Axis(low=-1.9, high=1.9, label="x₁"), Axis(low=-1.5, high=1.5, label="x₂")
_FAR = 10.0


def panel(state: AugmentationState) -> Panel:
    """Points, their squares of half side ε, where FGSM sends them, and the strip in which it wins."""
    points, signs = _cloud(state.seed)
    w = np.array([state.w1, state.w2])
    loss = loss_of_margin(state)
    moved = attack(points, signs, w, state.attack)
    left = margins_under_attack(points, signs, w, 0.0, state.attack)
    marks: list[Mark] = [*_squares(state.seed, state.attack), *_boundaries(w, loss)]
    if state.attack and w.any():
        step = moved - points
        marks.append(Arrows(key="attack", x=points[:, 0], y=points[:, 1], dx=step[:, 0], dy=step[:, 1], role="muted"))
    marks += _classes(state.seed)
    taken = left < 0
    if taken.any():
        marks.append(Points(key="wrong", x=points[taken, 0], y=points[taken, 1], role="bad", shape="ring"))
    marks += [
        Arrows(key="w", x=np.zeros(1), y=np.zeros(1), dx=w[:1], dy=w[1:], role="accent", labels=("w",)),
        Handle(key="weights", x=state.w1, y=state.w2, bound_x="w1", bound_y="w2"),
    ]
    notes = (
        Readout(name="loss_of_margin", value=loss, label="ε‖w‖₁", role="accent"),
        Readout(name="ring", value="ring: wrong under attack", role="bad"),
    )
    return Panel(
        key="attack", title=f"FGSM on a linear model, ε = {show(state.attack, 2)}", x=_X, y=_Y, marks=tuple(marks),
        equal=True, readouts=notes,
    )  # fmt: skip


def readouts(state: AugmentationState) -> tuple[Readout, ...]:
    """What FGSM takes off each margin, how many points it wins, and how far the formula is from the moved points."""
    points, signs = _cloud(state.seed)
    w = np.array([state.w1, state.w2])
    formula = margins_under_attack(points, signs, w, 0.0, state.attack)
    direct = signs * (attack(points, signs, w, state.attack) @ w)
    return (
        Readout(name="loss_of_margin", value=loss_of_margin(state), label="ε‖w‖₁"),
        Readout(name="attack_error", value=float(np.abs(formula - direct).max()), label="formula − moved points"),
        Readout(name="robust", value=float((formula > 0).mean()), label="share right under attack"),
    )


def loss_of_margin(state: AugmentationState) -> float:
    """ε‖w‖₁."""
    return state.attack * (abs(state.w1) + abs(state.w2))


@lru_cache(maxsize=32)
def _cloud(seed: int) -> tuple[Array, Array]:
    """Points (n, 2) of two clouds about ±(0.7, 0.5), and their signs (n,)."""
    signs = np.where(np.arange(COUNT) % 2 == 0, 1.0, -1.0)
    source = generator(seed, "augmentation plane")
    return signs[:, None] * np.array([0.7, 0.5]) + 0.4 * source.standard_normal((COUNT, 2)), signs


@lru_cache(maxsize=32)
def _classes(seed: int) -> tuple[Mark, ...]:
    points, signs = _cloud(seed)
    return tuple(
        Points(key=key, x=points[signs == sign, 0], y=points[signs == sign, 1], role=role, shape=form)
        for key, sign, role, form in (("minus", -1.0, "second", "dot"), ("plus", 1.0, "first", "square"))
    )


@lru_cache(maxsize=32)
def _squares(seed: int, epsilon: float) -> tuple[Mark, ...]:
    """The L∞ balls of radius ε."""
    if not epsilon:
        return ()
    points, _ = _cloud(seed)
    corners = epsilon * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    boxes = points[:, None, :] + corners
    return (Region(key="squares", x=boxes[:, :, 0], y=boxes[:, :, 1], role="contour", outline=False,
                   fade=np.full(COUNT, 0.3)),)  # fmt: skip


def _boundaries(w: Array, loss: float) -> list[Mark]:
    """Where w·x = 0, and the lines w·x = ±ε‖w‖₁ between which FGSM wins; nothing for w = 0."""
    size = float(w @ w)
    if size == 0.0:
        return []
    along = np.array([-w[1], w[0]]) / np.sqrt(size)
    ends = np.array([-_FAR, _FAR])[:, None] * along
    found: list[Mark] = [Lines(key="boundary", x=ends[:, 0], y=ends[None, :, 1], role="text")]
    if loss:
        shift = loss * w / size
        rows = np.stack([ends + shift, ends - shift])
        found.append(Lines(key="strip", x=rows[:, :, 0], y=rows[:, :, 1], role="bad", dash=True, thin=True))
    return found
