"""Descent on more unknowns than rows: from zero it finds the minimum-norm solution, from elsewhere the nearest one."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Frame, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs import _nets as nets
from regviz.labs.sgd_noise.axes import axis, rounded
from regviz.labs.sgd_noise.state import SgdNoiseState
from regviz.neural import generator
from regviz.theory.minimum_norm import Underdetermined

Array = NDArray[Any]

NAMES = ("from zero", "other start", "SGD from zero")
ROLES = ("informative:2", "informative:3", "informative:0")
STARTS = np.array([[0.0, 0.0], [-1.2, 0.6], [0.4, -1.6], [2.5, 0.2], [-2.4, 0.9]])
"""Starts in the plane of the picture with one equation."""
GONE = 1e9
FLOOR = 1e-12


@lru_cache(maxsize=16)
def problem(rows: int, features: int, seed: int) -> Underdetermined:
    """Gaussian rows with curvatures around 1, and targets of deviation 1."""
    source = generator(seed, "more features than rows")
    p = max(features, rows + 1)
    return Underdetermined(source.standard_normal((rows, p)) * np.sqrt(rows / p), source.standard_normal(rows))


@lru_cache(maxsize=16)
def _other(made: Underdetermined, away: float, seed: int) -> Array:
    found: Array = away * np.asarray(generator(seed, "other start").standard_normal(made.X.shape[1]))
    return found


class Walk:
    """Three iterates ``w`` (3, p), and the record of their "distance" to X⁺y and "loss" (3,)."""

    def __init__(self, state: SgdNoiseState) -> None:
        self.made = problem(state.equations, state.features, state.seed)
        self.start = _other(self.made, state.away, state.seed)
        self.w = np.stack([0.0 * self.start, self.start, 0.0 * self.start])
        self.seed, self.step = state.seed, 0
        self.plane = _plane_problem(float(self.made.curvatures[0]))
        self.trails = [STARTS.copy()]
        self.history: list[tuple[Array, Array]] = []
        self._note()

    def advance(self, count: int, rate: float, batch: int) -> None:
        """Make ``count`` steps; the third iterate sees ``batch`` rows drawn with replacement."""
        made = self.made
        for _ in range(count):
            rows = generator(self.seed, "few rows", self.step).integers(len(made.y), size=batch)
            x, y = made.X[rows], made.y[rows]
            with np.errstate(all="ignore"):
                moved = made.step(self.w, rate)
                moved[2] = self.w[2] - rate / batch * (x @ self.w[2] - y) @ x
                trail = self.plane.step(self.trails[-1], rate)
            moved[~(np.abs(moved) < GONE).all(axis=1)] = np.nan
            trail[~(np.abs(trail) < GONE).all(axis=1)] = np.nan
            self.w = moved
            self.trails.append(trail)
            self.step += 1
            self._note()

    def _note(self) -> None:
        with np.errstate(all="ignore"):
            self.history.append((np.linalg.norm(self.w - self.made.pinv, axis=1), self.made.loss(self.w)))


@lru_cache(maxsize=16)
def _plane_problem(curvature: float) -> Underdetermined:
    """One equation in the plane, as steep as the problem itself."""
    x = np.sqrt(curvature) * np.array([[2.0, 1.0]]) / np.sqrt(5.0)
    return Underdetermined(x, x @ np.array([1.2, 0.6]))


def frames(state: SgdNoiseState) -> Generator[Frame, Any, None]:
    """A picture every ``pace`` steps; η and B may change on the way, another problem or start begins anew."""
    walk = Walk(state)
    while True:
        news = yield _frame(state, walk)
        if news is not None:
            before, state = state, news
            if walk.step > state.steps:
                walk = Walk(state)
                walk.advance(state.steps, state.rate, state.batch)
            elif _rests(state, walk) and (before.rate, before.batch) != (state.rate, state.batch):
                walk = Walk(state)  # what has come to rest begins anew
        elif _rests(state, walk):
            return
        else:
            walk.advance(min(state.pace, state.steps - walk.step), state.rate, state.batch)


def _rests(state: SgdNoiseState, walk: Walk) -> bool:
    return walk.step >= state.steps or bool(np.isnan(walk.w).any(axis=1).all())


def _frame(state: SgdNoiseState, walk: Walk) -> Frame:
    made = walk.made
    lost = np.isnan(walk.w).any(axis=1)
    n, p = made.X.shape
    message = f"Diverged: {', '.join(NAMES[k] for k in np.flatnonzero(lost))}." if lost.any() else ""
    over = _rests(state, walk)
    return Frame(
        panels=(_plane(walk), _bars(walk), _distances(state, walk), _losses(state, walk)),
        readouts=_readouts(walk), caption=_caption(state, walk), message=message,
        status="diverged" if lost.any() else "stopped" if over else "running",
        progress=1.0 if over else walk.step / state.steps,
        subtitle=f"least squares, n = {n}, p = {p}", equation="w(t → ∞) = X⁺y + (I − X⁺X)·w(0),  η < 2/h₁",
        limits={"rate": (0.01, float(min(max(1.2 * made.bound, 0.02), 10.0)))},
    )  # fmt: skip


def _plane(walk: Walk) -> Panel:
    """One equation, two unknowns: every point of the line fits; descent goes straight to the nearest one."""
    trails = np.stack(walk.trails[:: max(1, len(walk.trails) // 200)] + walk.trails[-1:])  # (T, starts, 2)
    inside = np.where(np.abs(trails) < 1e3, trails, np.nan)
    ends = inside[-1]
    marks: list[Mark] = [
        *_plane_marks(walk.plane),
        Lines(key="paths", x=inside[:, :, 0].T, y=inside[:, :, 1].T, role="informative:3", thin=True,
              roles=("informative:2",) + ("informative:3",) * (len(STARTS) - 1)),
        Points(key="starts", x=STARTS[:, 0], y=STARTS[:, 1], role="muted", shape="ring"),
        Points(key="now", x=ends[:, 0], y=ends[:, 1], role="informative:3",
               roles=("informative:2",) + ("informative:3",) * (len(STARTS) - 1)),
    ]  # fmt: skip
    return Panel(
        key="plane", title=f"One equation, two unknowns, step {walk.step}", x=_PLANE_X, y=_PLANE_Y, marks=tuple(marks),
        equal=True, origin=True,
    )  # fmt: skip


@lru_cache(maxsize=16)
def _plane_marks(plane: Underdetermined) -> tuple[Mark, ...]:
    (a, b), = plane.X  # fmt: skip
    x = np.array([-6.0, 6.0])
    turn = np.linspace(0.0, 2.0 * np.pi, 121)
    radius = float(np.linalg.norm(plane.pinv))
    return (
        Lines(key="circle", x=radius * np.cos(turn), y=radius * np.sin(turn)[None], role="l2", thin=True, dash=True),
        Lines(key="fits", x=x, y=((plane.y[0] - a * x) / b)[None], role="loss"),
        Points(key="least", x=plane.pinv[:1], y=plane.pinv[1:], role="text", shape="diamond", labels=("smallest",)),
    )


def _bars(walk: Walk) -> Panel:
    made = walk.made
    limit = made.limit(walk.start)
    bars = Bars(
        key="coefficients", values=_drawn(walk.w[0]), truth=made.pinv, ghost=limit, role="informative:2",
        labels=tuple(str(k + 1) for k in range(len(made.pinv))) if len(made.pinv) <= 24 else (),
    )  # fmt: skip
    readouts = (
        Readout(name="bar", value="bar: from zero", role="informative:2"),
        Readout(name="tick", value="tick: X⁺y"),
        Readout(name="outline", value="outline: other start's end", role="muted"),
    )  # fmt: skip
    reach = rounded(1.15 * max(float(np.abs(made.pinv).max()), float(np.abs(limit).max()), 1e-6))
    return Panel(
        key="coefficients", title="Coefficients", x=axis(-0.6, len(made.pinv) - 0.4, "feature"),
        y=axis(-reach, reach, "w"), marks=(bars,), readouts=readouts,
    )  # fmt: skip


def _drawn(values: Array) -> Array:
    return np.where(np.abs(values) < 1e6, values, np.nan)


def _distances(state: SgdNoiseState, walk: Walk) -> Panel:
    """‖w − X⁺y‖ of all three, and the null-space part that the other start keeps."""
    keeps = float(np.linalg.norm(walk.made.outside(walk.start)))
    marks: list[Mark] = [_lines(walk, "distance", 0)]
    if keeps > FLOOR:
        marks.append(Rule(key="keeps", value=keeps, axis="y", role="informative:3", dash=True,
                          label="null-space part"))  # fmt: skip
    return Panel(
        key="distance", title="Distance to the smallest solution", x=_steps(state, walk),
        y=axis(FLOOR, 1e4, "‖w − X⁺y‖ (log scale)", True), marks=tuple(marks),
    )  # fmt: skip


def _losses(state: SgdNoiseState, walk: Walk) -> Panel:
    return Panel(
        key="losses", title="All of them fit", x=_steps(state, walk), y=axis(1e-24, 1e6, "loss (log scale)", True),
        marks=(_lines(walk, "loss", 1),),
    )


def _lines(walk: Walk, key: str, which: int) -> Lines:
    keep = np.unique(np.linspace(0, walk.step, 300).astype(int))
    values = np.stack([walk.history[k][which] for k in keep], axis=1)
    small = FLOOR if which == 0 else FLOOR**2
    rows = np.where(values < GONE, np.maximum(values, small), np.nan)
    return Lines(key=key, x=keep.astype(float), y=rows, labels=NAMES, roles=ROLES)


def _steps(state: SgdNoiseState, walk: Walk) -> Axis:
    return axis(0.0, 1.3 * max(state.steps, walk.step), "step")


def _readouts(walk: Walk) -> tuple[Readout, ...]:
    made, distance = walk.made, walk.history[-1][0]
    with np.errstate(all="ignore"):
        error = float(np.linalg.norm(walk.w[1] - made.limit(walk.start)))
    sizes = zip(("zero", "other", "sgd"), NAMES, ROLES, distance, strict=True)
    return (
        Readout(name="step", value=walk.step, label="step"),
        *(Readout(name=f"distance_{key}", value=_finite(value), label=f"{name}: ‖w − X⁺y‖", role=role)
          for key, name, role, value in sizes),
        Readout(name="other_error", value=_finite(error), label="other start: distance to X⁺y + (I − X⁺X)w₀"),
        Readout(name="kept", value=float(np.linalg.norm(made.outside(walk.start))), label="its null-space part"),
        Readout(name="norm", value=float(np.linalg.norm(made.pinv)), label="‖X⁺y‖"),
        Readout(name="other_norm", value=float(np.linalg.norm(made.limit(walk.start))), label="‖end of other start‖"),
        Readout(name="bound", value=made.bound, label="2/h₁"),
    )  # fmt: skip


def _finite(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _caption(state: SgdNoiseState, walk: Walk) -> str:
    made, (distance, loss) = walk.made, walk.history[-1]
    if state.rate >= made.bound:
        return f"η = {show(state.rate)} is not below 2/h₁ = {show(made.bound)}: gradient descent diverges."
    if not np.isfinite(distance[:2]).all():
        return f"Gradient descent diverged on the way; η = {show(state.rate)} is below 2/h₁ = {show(made.bound)} now."
    kept = float(np.linalg.norm(made.outside(walk.start)))
    sgd = f"SGD is {show(float(distance[2]), 2)} away" if np.isfinite(distance[2]) else "SGD has diverged"
    return (
        f"After {nets.steps(walk.step)} descent from zero is {show(float(distance[0]), 2)} away from the smallest "
        f"solution (loss {show(float(loss[0]), 2)}), {sgd}; the other start keeps its null-space part {show(kept)}."
    )


_PLANE_X = Axis(low=-3.2, high=4.4, label="w₁")
_PLANE_Y = Axis(low=-2.0, high=2.6, label="w₂")
