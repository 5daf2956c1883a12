"""The trajectories view: paths over level ellipses, decay by gradient scale, what is left, decay without gradient."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Frame, Handle, Lines, Mark, Panel, Points, Readout, Rule, absent, show
from regviz.labs.weight_decay import bowl_steps
from regviz.labs.weight_decay.bowl import (
    MINIMUM,
    SILENT_RATE,
    SILENT_STEPS,
    Paths,
    hessian,
    paths,
    penalised,
    schedule,
    silent,
)
from regviz.labs.weight_decay.state import METHODS, PAPER, ROLES, WeightDecayState, reading, shrink

Array = NDArray[Any]

LAMS = tuple(float(lam) for lam in np.logspace(-4.0, 1.0, 51))
TOLD = (1e-4, 1e-2, 1.0)
"""The decays of the usual demonstration without data gradient."""
_DRAWN = 1_500
_NEAR = Axis(low=-1.6, high=3.0, label="w₁"), Axis(low=-0.2, high=2.1, label="w₂")
_WIDE = Axis(low=-3.4, high=3.8, label="w₁"), Axis(low=-3.2, high=3.2, label="w₂")
_SILENT_X = Axis(low=LAMS[0], high=LAMS[-1], log=True, label="λ (log scale)")
_SILENT_Y = Axis(low=0.0, high=1.1, label=f"w after {SILENT_STEPS} steps, from 1")
_KEPT_X = Axis(low=-0.6, high=7.6, hidden=True)
_KEPT_Y = Axis(low=0.0, high=1.35, label="share of the best weight kept")


def frames(state: WeightDecayState) -> Generator[Frame, Any, None]:
    """The paths growing by ``pace`` steps, or with a pace of 1 by the parts of a step; every control takes effect on
    the whole way.
    """
    step, part = 0, bowl_steps.WHOLE
    while True:
        news = yield _frame(state, step, part)
        if news is not None:
            state = news
            step, part = min(step, state.steps), bowl_steps.WHOLE
        elif step >= state.steps:
            return
        else:
            step, part = bowl_steps.following(state, step, part)


def _frame(state: WeightDecayState, step: int, part: int) -> Frame:
    found = paths(state)
    words = bowl_steps.words(found, step, part) if part else _caption(state, found, step)
    status = "diverged" if _gone(found, step) else "running" if step < state.steps else "stopped"
    return Frame(
        panels=(_bowl(state, found, step, part), _decay(state, found, step), _kept(state, found, step), _silent(state)),
        readouts=_readouts(state, found, step), caption=words + _lost(found, step), status=status,
        message=_message(found, step), progress=(step + part / 3) / state.steps,
        equation=reading(state, state.rate, schedule(state, step)),
        subtitle=f"decay multiplies by 1 − {'λ' if state.form == PAPER else 'ηλ'}, step {step}",
    )  # fmt: skip


def _bowl(state: WeightDecayState, found: Paths, step: int, part: int) -> Panel:
    at = np.unique(np.linspace(0, step, min(step + 1, _DRAWN)).astype(int))
    way = found.w[at]
    lines = [
        Lines(key=f"path{k}", x=way[:, k, 0], y=way[None, :, k, 1], role=ROLES[k], dash=k == 3, thin=k > 1)
        for k in (2, 3, 0, 1)
    ]
    rest = found.w[step] if part else found.average(step)
    ends = Points(key="ends", x=rest[:, 0], y=rest[:, 1], roles=ROLES, labels=_names(found, step))
    best = penalised(state)
    optimum = Points(
        key="optimum", x=best[:1], y=best[1:], role="penalty", shape="diamond", labels=("penalised optimum",)
    )
    x, y = _NEAR if _inside(state) else _WIDE
    start = Handle(key="start", x=state.start_x, y=state.start_y, bound_x="start_x", bound_y="start_y", label="start")
    return Panel(
        key="bowl", title=f"Paths, and {'their next step' if part else 'the mean of their last quarter'}", x=x, y=y,
        marks=(*_levels(state.ratio, state.angle), *lines, optimum, ends, *bowl_steps.arrows(found, step, part), start),
        readouts=bowl_steps.header(step, part),
    )  # fmt: skip


def _inside(state: WeightDecayState) -> bool:
    x, y = _NEAR
    return x.low < state.start_x < x.high and y.low < state.start_y < y.high


def _names(found: Paths, step: int) -> tuple[str, ...]:
    """Names of the ends; one for both SGD methods where their paths are one."""
    if step == 0:
        return ()
    if np.allclose(found.w[: step + 1, 2], found.w[: step + 1, 3], rtol=0.0, atol=1e-9, equal_nan=True):
        return *METHODS[:2], f"{METHODS[2]} = {METHODS[3]}", ""
    return METHODS


@lru_cache(maxsize=8)
def _levels(ratio: float, angle: float) -> tuple[Mark, ...]:
    """Exact level ellipses of the loss and its minimum."""
    values, axes = np.linalg.eigh(hessian(WeightDecayState(ratio=ratio, angle=angle)))
    turn = np.linspace(0.0, 2.0 * np.pi, 181)
    circle = np.stack([np.cos(turn) / np.sqrt(values[0]), np.sin(turn) / np.sqrt(values[1])])
    radii = np.array([0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0]) * np.sqrt(values[0] * min(4.0, ratio**0.5))
    rings = MINIMUM[:, None, None] + radii[None, :, None] * (axes @ circle)[:, None, :]
    fade = np.linspace(1.0, 0.35, len(radii))
    return (
        Lines(key="levels", x=rings[0], y=rings[1], role="contour", thin=True, fade=fade),
        Points(key="minimum", x=MINIMUM[:1], y=MINIMUM[1:], role="loss", shape="cross", labels=("least loss",)),
    )


def _decay(state: WeightDecayState, found: Paths, step: int) -> Panel:
    """Share of each weight taken by a step over the size of its gradient: level lines mean equal decay for all."""
    scale, share = found.share(step)
    usable = np.isfinite(scale) & np.isfinite(share) & (scale > 0) & (share > 0)
    scale, share = np.where(usable, scale, np.nan), np.where(usable, share, np.nan)
    x = _decades(scale, "size of its gradients so far (log scale)")
    y = _decades(share, "share of a weight taken by a step")
    marks = [
        Lines(
            key=f"share{k}", x=scale[k], y=share[None, k], role=ROLES[k], labels=(METHODS[k],), dash=k == 3,
        )
        for k in range(4)
    ]  # fmt: skip
    points = Points(
        key="weights", x=scale.ravel(), y=share.ravel(), roles=tuple(np.repeat(ROLES, 2).tolist()),
        labels=tuple(f"w{'₁₂'[j]}" if k != 2 else "" for k in range(4) for j in range(2)),
    )  # fmt: skip
    return Panel(
        key="decay", title="Effective decay of each weight", x=x, y=y, marks=(*marks, points),
        readouts=(Readout(name="adamw", value=_now(state, step), label="AdamW takes", role=ROLES[1]),),
    )


def _now(state: WeightDecayState, step: int) -> float:
    """The share of a weight that AdamW takes at this moment of the schedule."""
    return shrink(state, state.rate) * schedule(state, step)


def _decades(values: Array, label: str) -> Axis:
    """A log axis of whole decades around the finite ``values``."""
    found = values[np.isfinite(values)]
    low, high = (float(found.min()), float(found.max())) if len(found) else (0.1, 10.0)
    return _log_axis(int(np.floor(np.log10(low) - 0.1)), int(np.ceil(np.log10(high) + 0.3)), label)


@lru_cache(maxsize=64)
def _log_axis(low: int, high: int, label: str) -> Axis:
    return Axis(low=10.0 ** max(low, -300), high=10.0 ** min(high, 300), log=True, label=label)


def _kept(state: WeightDecayState, found: Paths, step: int) -> Panel:
    """How much of the least-loss weights the last quarter keeps; ticks where the penalised loss is least."""
    rest = found.average(step) / MINIMUM
    theory = penalised(state) / MINIMUM
    truth = np.full((4, 2), np.nan)
    truth[[0, 2]] = theory
    if state.form != PAPER:
        truth[3] = theory
    bars = Bars(
        key="kept", values=rest.ravel(), truth=truth.ravel(), roles=tuple(np.repeat(ROLES, 2).tolist()),
        labels=tuple(f"{name.replace(' + ', '+')} w{'₁₂'[j]}" for name in METHODS for j in range(2)),
    )  # fmt: skip
    return Panel(
        key="kept", title="What is left of w₁ and w₂", x=_KEPT_X, y=_kept_axis(rest), marks=(bars,),
        readouts=(Readout(name="tick", value="tick: least loss + penalty", role="muted"),),
    )


def _kept_axis(rest: Array) -> Axis:
    found = rest[np.isfinite(rest)]
    low, high = (float(found.min()), float(found.max())) if len(found) else (0.0, 1.0)
    if low >= 0.0 and high <= _KEPT_Y.high:
        return _KEPT_Y
    return _wide_axis(float(np.floor(min(low, 0.0))), float(np.ceil(max(high, 1.0))) + 0.5)


@lru_cache(maxsize=16)
def _wide_axis(low: float, high: float) -> Axis:
    return Axis(low=low, high=high, label=_KEPT_Y.label)


def _silent(state: WeightDecayState) -> Panel:
    """Decay when the data say nothing; the cursor is the lab's λ."""
    here = min(max(state.lam, LAMS[0]), LAMS[-1])
    cursor = Rule(key="cursor", value=here, bound="lam", role="text")
    ends = silent((here,), state.form)[:, 0]
    now = Points(key="here", x=np.array([here, here]), y=np.clip(ends, -9.0, 9.0), roles=ROLES[:2])
    return Panel(
        key="silent", title="No data gradient: what λ does", x=_SILENT_X, y=_SILENT_Y,
        marks=(*_silent_curves(state.form), cursor, now),
        readouts=(Readout(name="rate", value=SILENT_RATE, label="η", role="muted"),),
    )  # fmt: skip


@lru_cache(maxsize=2)
def _silent_curves(form: str) -> tuple[Mark, ...]:
    told = silent(TOLD, form)
    curves = Lines(key="curves", x=np.array(LAMS), y=silent(LAMS, form), labels=("", METHODS[1]), roles=ROLES[:2])
    points = Points(
        key="told", x=np.array(TOLD), y=told[0], role=ROLES[0], shape="ring",
        labels=tuple(f"{METHODS[0]} {end:.5f}" if k == 0 else f"{end:.5f}" for k, end in enumerate(told[0])),
    )  # fmt: skip
    return curves, points


def _readouts(state: WeightDecayState, found: Paths, step: int) -> tuple[Readout, ...]:
    share = found.share(step)[1]
    rest = found.average(step)
    values: list[Readout] = [Readout(name="step", value=step, label="step")]
    for k, (end, name) in enumerate(zip("abcd", METHODS, strict=True)):
        for j in (0, 1):
            unit = "₁₂"[j]
            values += [
                Readout(name=f"w{j + 1}_{end}", value=_number(rest[k, j]), label=f"{name}: w{unit}", role=ROLES[k]),
                Readout(
                    name=f"decay{j + 1}_{end}", value=_number(share[k, j]), label=f"{name}: taken of w{unit}",
                    role=ROLES[k], missing=absent(step),
                ),
            ]  # fmt: skip
    ends = silent((state.lam,), state.form)[:, 0]
    values += [
        Readout(name=f"silent_{end}", value=_number(left), label=f"{name}: left of 1 without gradient", role=role,
                digits=5)
        for end, name, role, left in zip("ab", METHODS, ROLES, ends, strict=False)
    ]  # fmt: skip
    return tuple(values)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _message(found: Paths, step: int) -> str:
    return " ".join(
        f"{METHODS[k]} diverged: beyond a million at step {found.diverged[k]}." for k in _gone(found, step)
    )


def _gone(found: Paths, step: int) -> list[int]:
    """The methods that have diverged by ``step``."""
    return [k for k, at in enumerate(found.diverged) if 0 <= at <= step]


def _lost(found: Paths, step: int) -> str:
    gone = [METHODS[k] for k in _gone(found, step)]
    return f" Diverged: {', '.join(gone)}." if gone else ""


def _caption(state: WeightDecayState, found: Paths, step: int) -> str:
    share = found.share(step)[1]
    if step == 0:
        return f"All four start at the same point with λ = {show(state.lam)}; the bowl is {show(state.ratio)} times "\
            "steeper along one axis."
    if state.lam == 0.0:
        return f"Step {step}: with λ = 0 nothing decays, and the SGD paths and the Adam paths are one each."
    adam, adamw = share[0], share[1]
    if not (np.isfinite([*adam, *adamw]).all() and (adam > 0).all()):
        return f"Step {step}: AdamW takes {show(_now(state, step))} of every weight in a step."
    uneven = max(adam) / min(adam)
    even = f"{show(float(adamw[0]))} of both"
    if not np.isclose(adamw[0], adamw[1], rtol=1e-6):  # the weights decayed at different times of the schedule
        even = f"{show(float(adamw[0]))} and {show(float(adamw[1]))}"
    return (
        f"Step {step}: Adam + L2 takes {show(float(adam[0]))} of w₁ but {show(float(adam[1]))} of w₂ in a step "
        f"({show(float(uneven))} times uneven), AdamW {even}."
    )
