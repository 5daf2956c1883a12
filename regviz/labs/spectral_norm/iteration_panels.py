"""The power-iteration view: v on the circle, σ̂u on the ellipse, the estimate from below, errors beside theory."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import (
    Arrows,
    Axis,
    Certificate,
    Frame,
    Gesture,
    Lines,
    Mark,
    Panel,
    Points,
    Readout,
    Region,
    Rule,
    show,
)
from regviz.labs.spectral_norm.iteration import ROUNDING, Walk, rotation, walk
from regviz.labs.spectral_norm.state import SpectralState

Array = NDArray[Any]

V, U, ANGLE, GAP = "informative:2", "informative:1", "informative:0", "informative:4"
TOLERANCE = 1e-6
TRAIL = 5
"""Earlier iterates that stay in sight."""
_IN = Axis(low=-1.25, high=1.25, label="x₁"), Axis(low=-1.25, high=1.25, label="x₂")
_REACHES = (1.2, 1.8, 2.4, 3.4, 4.6)
_ZERO = np.zeros(1)
_TURN = np.linspace(0.0, 2.0 * np.pi, 181)
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)])


def frames(state: SpectralState) -> Generator[Frame, Any, None]:
    """Two pictures for each iteration: the new v, then the new u. Every control takes effect on the whole way."""
    half = 0
    while True:
        news = yield _frame(state, half)
        if news is not None:
            state = news
            half = min(half, 2 * state.iterations)
        elif half >= 2 * state.iterations:
            return
        else:
            half += 1


def dragged(state: SpectralState, gesture: Gesture) -> dict[str, float]:
    """What dragging the start, v₁, or the end of an axis of the ellipse sets."""
    angle, length = float(np.rad2deg(np.arctan2(gesture.y, gesture.x))), float(np.hypot(gesture.x, gesture.y))
    if gesture.kind != "drag" or length == 0.0:
        return {}
    if gesture.mark == "start":
        return {"start": angle}
    if gesture.mark == "axes_in":
        return {"turn_in": _turned(angle, gesture.index)}
    if gesture.mark != "axes_out":
        return {}
    if gesture.index == 0:
        return {"sigma": min(max(length, 0.1), 4.0), "turn_out": angle}
    return {"ratio": min(length / state.sigma, 1.0), "turn_out": _turned(angle, 1)}


def _turned(angle: float, index: int) -> float:
    """The first axis's angle when axis ``index`` has ``angle``, in −180 … 180."""
    return (angle - 90.0 * index + 180.0) % 360.0 - 180.0


def _frame(state: SpectralState, half: int) -> Frame:
    found = walk(state)
    newest, whole = (half + 1) // 2, half // 2
    status = "running" if half < 2 * state.iterations else "stopped"
    return Frame(
        panels=(
            _circle(state, found, newest), _ellipse(state, found, whole), _estimate(state, found, whole),
            _errors(state, found, whole),
        ),
        readouts=_readouts(found, newest, whole), caption=_caption(found, newest, whole), status=status,
        progress=half / (2 * state.iterations), subtitle=f"a 2×2 matrix, step {whole}",
        equation=_equation(found, half), certificate=_proof(found, whole),
    )  # fmt: skip


def _equation(found: Walk, half: int) -> str:
    now = "v ← Wᵀu/‖Wᵀu‖" if half % 2 else "u ← Wv/‖Wv‖" if half else "v₀, u₀ = Wv₀/‖Wv₀‖"
    return f"{now}      s = uᵀWv ≤ σ₁ = {show(float(found.values[0]))}"


def _proof(found: Walk, k: int) -> Certificate:
    return Certificate(
        name="(σ₁ − s)/σ₁", value=abs(float(found.gap[k])) / float(found.values[0]), tolerance=TOLERANCE
    )


def _circle(state: SpectralState, found: Walk, k: int) -> Panel:
    ends = Points(
        key="axes_in", x=found.right[0], y=found.right[1], roles=("truth", "muted"),
        labels=("v₁", "v₂"), shape="square",
    )  # fmt: skip
    start = Points(key="start", x=found.v[:1, 0], y=found.v[:1, 1], role=V, shape="ring", labels=("start",))
    marks = (_round("circle", 1.0), *_axes("in", state.turn_in, 1.0, 1.0), ends, *_trail(found.v, k, V), start)
    arrow = Arrows(key="v", x=_ZERO, y=_ZERO, dx=found.v[k, :1], dy=found.v[k, 1:], role=V, label="v")
    return Panel(
        key="circle", title="v on the unit circle", x=_IN[0], y=_IN[1], equal=True, marks=(*marks, arrow),
        readouts=(Readout(name="off", value=_degrees(found, k), label="off v₁", unit="°", role=V),),
    )


def _ellipse(state: SpectralState, found: Walk, k: int) -> Panel:
    one, two = found.values
    axes = found.left * found.values
    reach = _reach(state.sigma)
    ends = Points(
        key="axes_out", x=axes[0], y=axes[1],
        roles=("truth", "muted"), labels=("σ₁u₁", "σ₂u₂"), shape="square",
    )  # fmt: skip
    tip = found.estimate[k] * found.u[k]
    inner = Lines(
        key="reached", x=abs(found.estimate[k]) * _CIRCLE[0], y=abs(found.estimate[k]) * _CIRCLE[1:], role=U, thin=True,
        dash=True,
    )
    arrow = Arrows(key="u", x=_ZERO, y=_ZERO, dx=tip[:1], dy=tip[1:], role=U, label="su")
    return Panel(
        key="ellipse", title="W makes an ellipse of it", x=reach, y=reach, equal=True,
        marks=(
            _round("outer", state.sigma), _image(state.sigma, state.ratio, state.turn_out),
            *_axes("out", state.turn_out, float(one), float(two)), ends,
            *_trail(found.estimate[:, None] * found.u, k, U), inner, arrow,
        ),
        readouts=(Readout(name="estimate", value=float(found.estimate[k]), label="s", role=U, digits=5),),
    )  # fmt: skip


def _estimate(state: SpectralState, found: Walk, k: int) -> Panel:
    at = np.arange(k + 1.0)
    lines = Lines(key="estimate", x=at, y=found.estimate[None, : k + 1], role=U, labels=("s = uᵀWv",))
    dots = Points(key="steps", x=at, y=found.estimate[: k + 1], role=U)
    rule = Rule(key="sigma", axis="y", value=float(found.values[0]), role="truth", dash=True,
                label=f"σ₁ = {show(float(found.values[0]))}")  # fmt: skip
    return Panel(
        key="estimate", title="The estimate comes from below", x=_along(state.iterations), y=_height(state.sigma),
        marks=(rule, lines, dots),
    )


def _errors(state: SpectralState, found: Walk, k: int) -> Panel:
    at = np.arange(state.iterations + 1.0)
    with np.errstate(all="ignore"):
        laws = np.stack([found.angle_law(), found.gap_law()])
    seen = np.stack([found.sine, found.gap])[:, : k + 1]
    floor = np.array([[1e-16], [ROUNDING * found.values[0]]])
    theory = Lines(key="laws", x=at, y=_above(laws, 1e-16), dash=True, thin=True, roles=(ANGLE, GAP),
                   labels=("∝ (σ₂/σ₁)²ᵏ", "∝ (σ₂/σ₁)⁴ᵏ"))  # fmt: skip
    shown = _above(seen, floor)
    dots = [
        Points(key=key, x=at[: k + 1], y=row, role=role, shape=shape)
        for key, row, role, shape in zip(("angle", "gap"), shown, (ANGLE, GAP), ("dot", "square"), strict=True)
    ]
    readouts = (
        Readout(name="sine", value=float(found.sine[k]), label="sin ∠(v, v₁)", role=ANGLE),
        Readout(name="gap", value=max(float(found.gap[k]), 0.0), label="σ₁ − s", role=GAP),
    )
    return Panel(
        key="errors", title="Errors beside theory", x=_along(state.iterations), y=_log(_depth(found)),
        marks=(theory, *dots), readouts=readouts,
    )


def _depth(found: Walk) -> int:
    """Decades below 1 that the errors reach, from 2 to 16."""
    low = min(float(found.sine[-1]), max(float(found.gap[-1]), 0.0))
    return int(np.clip(np.ceil(-np.log10(low)) + 1 if low > 0 else 16, 2, 16))


def _above(values: Array, floor: Array | float) -> Array:
    """``values`` above ``floor`` and below 10⁶, NaN elsewhere."""
    return np.where((values > floor) & (values < 1e6), values, np.nan)


def _trail(tips: Array, k: int, role: str) -> tuple[Mark, ...]:
    """Fading spokes to the iterates before ``k``."""
    earlier = tips[max(0, k - TRAIL) : k]
    if not len(earlier):
        return ()
    x, y = (np.stack([np.zeros(len(earlier)), earlier[:, j]], axis=1) for j in (0, 1))
    fade = np.linspace(0.2, 0.7, TRAIL)[-len(earlier) :]
    return (Lines(key="trail", x=x, y=y, role=role, thin=True, fade=fade),)


@lru_cache(maxsize=32)
def _round(key: str, radius: float) -> Mark:
    label = (("",), ("radius σ₁",))[key == "outer"]
    return Lines(key=key, x=radius * _CIRCLE[0], y=radius * _CIRCLE[1:], role="muted", thin=True, labels=label)


@lru_cache(maxsize=32)
def _image(sigma: float, ratio: float, turn: float) -> Mark:
    """The ellipse W·circle; a segment where σ₂ = 0."""
    x, y = rotation(turn) @ (np.array([[sigma], [sigma * ratio]]) * _CIRCLE)
    return Region(key="ellipse", x=x, y=y, role=ANGLE)


@lru_cache(maxsize=32)
def _axes(side: str, turn: float, long: float, short: float) -> tuple[Mark, ...]:
    """Both singular directions as dashed lines through the origin."""
    ends = rotation(turn) * np.array([long, short])
    x, y = (np.stack([-ends[j], ends[j]], axis=1) for j in (0, 1))
    return (Lines(key=f"lines_{side}", x=x, y=y, roles=("truth", "muted"), dash=True),)


@lru_cache(maxsize=8)
def _along(iterations: int) -> Axis:
    return Axis(low=-0.02 * iterations, high=1.18 * iterations, label="iteration k")


@lru_cache(maxsize=64)
def _height(sigma: float) -> Axis:
    return Axis(low=0.0, high=1.2 * sigma, label="estimate s")


@lru_cache(maxsize=8)
def _wide(reach: float) -> Axis:
    return Axis(low=-reach, high=reach)


def _reach(sigma: float) -> Axis:
    return _wide(next(reach for reach in _REACHES if reach >= 1.15 * sigma))


@lru_cache(maxsize=16)
def _log(decades: int) -> Axis:
    return Axis(low=10.0**-decades, high=100.0, log=True, label="error (log scale)")


def _degrees(found: Walk, k: int) -> float:
    return float(np.rad2deg(np.arctan2(found.sine[k], abs(found.v[k] @ found.right[:, 0]))))


def _readouts(found: Walk, newest: int, k: int) -> tuple[Readout, ...]:
    estimate = float(found.estimate[k])
    left = float(found.values[0]) / estimate if estimate > 0 else None
    return (
        Readout(name="k", value=k, label="iteration k"),
        Readout(name="sigma_1", value=float(found.values[0]), label="σ₁", role="truth", digits=6),
        Readout(name="estimate", value=estimate, label="s", role=U, digits=6),
        Readout(name="gap", value=max(float(found.gap[k]), 0.0), label="σ₁ − s", role=GAP),
        Readout(name="angle", value=_degrees(found, newest), label="v off v₁", unit="°", role=V),
        Readout(name="angle_factor", value=found.ratio**2, label="tangent × per iteration", role=ANGLE),
        Readout(name="gap_factor", value=found.ratio**4, label="σ₁ − s × per iteration in the end", role=GAP),
        Readout(name="norm", value=left, label="σ₁(W/s)"),
    )


def _caption(found: Walk, newest: int, k: int) -> str:
    one, two = (show(float(value)) for value in found.values)
    here, gap = show(float(found.estimate[k]), 5), max(float(found.gap[k]), 0.0)
    when = f"After iteration {k}" if k else "At the start"
    if found.values[1] == found.values[0]:
        return f"With σ₁ = σ₂ = {one} W stretches every direction alike: s = {here} at once, and v stays where it is."
    if found.values[1] == 0.0:
        return f"With σ₂ = 0 all images lie on the line of u₁ and one iteration is enough: s = {here} {when.lower()}."
    if not np.isfinite(found.tangent):
        return (
            f"The start is at a right angle to v₁, where power iteration cannot see σ₁ = {one}: "
            f"{when.lower()} s = {here} (σ₂ = {two}); only rounding can turn v."
        )
    off = _degrees(found, newest)
    about = f"{show(off)}° off v₁" if off > 1e-9 else "on the line of v₁ to rounding"
    short = f"{show(gap)} below" if gap > ROUNDING * found.values[0] else "within rounding of"
    return (
        f"{when} s = {here}, {short} σ₁ = {one}, and v is {about}; an iteration multiplies the tangent of that angle "
        f"by (σ₂/σ₁)² = {show(found.ratio**2)} and, in the end, σ₁ − s by {show(found.ratio**4)}."
    )
