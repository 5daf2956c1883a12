"""Proximal gradient step by step: one block's plane, where a step is pushed and pulled, and the objective falling."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from regviz.lab import Arrows, Axis, Lines, Mark, Panel, Points, Readout, Region, Rule, show
from regviz.labs.groups.bars import TITLES
from regviz.labs.groups.design import Design
from regviz.labs.groups.scene import Solution, penalty_of, solution
from regviz.linear.group_penalties import GroupLasso, SparseGroupLasso
from regviz.linear.groups import group_norms
from regviz.linear.least_squares import least_squares
from regviz.linear.penalties import soft_threshold
from regviz.linear.problem import Array
from regviz.linear.proximal import Descent, lipschitz, proximal_gradient

STEPS = 100
FLOOR = 1e-14
"""Excess over the optimum, as a share of the largest, below which rounding speaks."""


@dataclass(frozen=True, eq=False)
class Run:
    """A run on one penalty: ``target`` is the certified solution, ``length`` the step length in units of 1/L."""

    made: Design
    method: str
    target: Solution
    descent: Descent
    length: float

    @property
    def excess(self) -> Array:
        """F(w_k) − F(ŵ) (K + 1,), at least 0."""
        found: Array = np.maximum(self.descent.objective - self.target.objective, 0.0)
        return found


@lru_cache(maxsize=16)
def run(made: Design, method: str, lam: float, alpha: float, length: float, start: str) -> Run:
    """``STEPS`` steps of length ``length``/L from zero or from least squares."""
    first = np.zeros(made.problem.p) if start == "zero" else least_squares(made.problem).coef
    rate = length / (lipschitz(made.problem) or 1.0)
    descent = proximal_gradient(made.problem, penalty_of(made, method, lam, alpha), rate, STEPS, first)
    return Run(made, method, solution(made, method, lam, alpha), descent, length)


def chosen(made: Design, found: Solution, block: int) -> int:
    """The block shown: −1 is the one of largest norm, those with several members first; numbers past the last clip."""
    if block >= 0:
        return min(block, len(made.groups) - 1)
    sizes = np.diff(made.starts)
    norms = group_norms(made.groups, found.w) if found.w.any() else group_norms(made.groups, made.problem.correlation)
    return int(np.lexsort((norms, np.minimum(sizes, 2)))[-1])


@dataclass(frozen=True)
class Plane:
    """A block in two numbers: its feature ``j`` and its other members, ``rest``, as one signed entry or their norm.

    Distances from the origin are norms of the block, so that the block's soft threshold moves along rays.
    """

    j: int
    rest: tuple[int, ...]

    def of(self, w: Array) -> Array:
        """Coordinates (…, 2) of vectors (…, p)."""
        others = w[..., list(self.rest)]
        second = others[..., 0] if len(self.rest) == 1 else np.sqrt((others * others).sum(axis=-1))
        return np.stack([w[..., self.j], second], axis=-1)


@lru_cache(maxsize=32)
def plane(made: Design, block: int) -> Plane:
    """The plane of a block, its first axis the member most correlated with y."""
    members = made.groups[block]
    j = max(members, key=lambda i: abs(float(made.problem.correlation[i])))
    return Plane(j, tuple(i for i in members if i != j))


def strengths(done: Run) -> tuple[float, float]:
    """What one prox takes: the soft threshold of every entry, and a block's limit without its √p_g."""
    penalty, rate = done.target.penalty, done.descent.rate
    a, b = penalty.parts() if isinstance(penalty, (GroupLasso, SparseGroupLasso)) else (penalty.lam, 0.0)
    return rate * a, rate * b


def plane_panel(done: Run, step: int, block: int) -> Panel:
    """The last step in the plane of the block: the gradient step, then what the prox makes of it."""
    made, seen = done.made, plane(done.made, block)
    x, y = _plane_axes(done, block)
    marks: list[Mark] = [*_zone(done, block)]
    so_far, end = seen.of(done.descent.w[: step + 1]), seen.of(done.target.w)
    marks += [
        Lines(key="trace", role="faint", thin=True, x=so_far[:, 0], y=so_far[None, :, 1]),
        Points(key="target", role="text", shape="cross", x=end[:1], y=end[1:], labels=("solution ŵ",)),
    ]
    if step:
        marks.append(_arrows(done, step, seen))
    now = so_far[-1]
    marks.append(Points(key="now", role="accent", x=now[:1], y=now[1:], labels=(f"w at step {step}",)))
    readouts = (_factor(done, step, block),) if step else ()
    title = f"Gradient step, then prox: block {made.names[block]}"
    return Panel(key="plane", title=title, x=x, y=y, marks=tuple(marks), equal=True, origin=True, readouts=readouts)


def factor(done: Run, step: int, block: int) -> float:
    """How much of the block's gradient step is left after the prox of ``step``: ‖w_g‖/‖v_g‖; 0 where it is cut."""
    members = list(done.made.groups[block])
    moved = float(np.linalg.norm(done.descent.moved[step - 1][members]))
    return float(np.linalg.norm(done.descent.w[step][members])) / moved if moved else 0.0


def _factor(done: Run, step: int, block: int) -> Readout:
    left = factor(done, step, block)
    words = "whole block → 0" if left == 0.0 else f"block × {show(left)}"
    return Readout(name="factor", value=words, role="penalty")


@lru_cache(maxsize=32)
def _zone(done: Run, block: int) -> tuple[Mark, ...]:
    """The disc ‖v_g‖ ≤ ηb√p_g that becomes zero: half of it where the second axis is a norm."""
    size = len(done.made.groups[block])
    reach = strengths(done)[1] * float(np.sqrt(size))
    if not reach > 0.0:
        return ()
    turn = np.linspace(0.0, (2.0 if size == 2 else 1.0) * np.pi, 97)
    name = "whole block → 0"
    return (Region(key="zone", role="penalty", x=reach * np.cos(turn), y=reach * np.sin(turn), label=name),)


def _arrows(done: Run, step: int, seen: Plane) -> Mark:
    """From w by the gradient step, then by the soft thresholds of entries and block that the penalty has."""
    a, b = strengths(done)
    moved = done.descent.moved[step - 1]
    stops = [done.descent.w[step - 1], moved, done.descent.w[step]]
    words = [("gradient step", "loss"), ("block threshold" if b else "soft threshold", "penalty")]
    if a > 0.0 and b > 0.0:
        stops.insert(2, soft_threshold(moved, a))
        words.insert(1, ("soft threshold", "l1"))
    ends = seen.of(np.array(stops))
    x, y = ends.T
    return Arrows(
        key="steps", x=x[:-1], y=y[:-1], dx=np.diff(x), dy=np.diff(y), labels=tuple(word for word, _ in words),
        roles=tuple(role for _, role in words),
    )  # fmt: skip


@lru_cache(maxsize=32)
def _plane_axes(done: Run, block: int) -> tuple[Axis, Axis]:
    """Axes that hold the run, the solution and the disc; of a run that flies apart only the first steps."""
    made, seen = done.made, plane(done.made, block)
    last = 4 if done.descent.diverged or done.length > 2.0 else len(done.descent.w)
    points = seen.of(np.concatenate([done.descent.w[:last], done.descent.moved[: last - 1], [done.target.w]]))
    reach = strengths(done)[1] * float(np.sqrt(len(made.groups[block])))
    low, high = np.minimum(points.min(axis=0), -reach), np.maximum(points.max(axis=0), reach)
    pad = 0.14 * (float((high - low).max()) or 1.0)
    if len(seen.rest) != 1:
        low[1] = 0.0
    low, high = low - pad, high + pad
    names = made.problem.names
    second = names[seen.rest[0]] if len(seen.rest) == 1 else f"norm of the other {len(seen.rest)}"
    return (
        Axis(low=float(low[0]), high=float(high[0]), label=names[seen.j]),
        Axis(low=float(low[1]), high=float(high[1]), label=second if seen.rest else ""),
    )


def objective_panel(done: Run, step: int) -> Panel:
    """F(w_k) above the certified optimum over the steps, with the cursor at ``step``."""
    x, y = _objective_axes(done)
    now = float(done.excess[step])
    here = min(max(now, y.low), y.high)
    marks = (
        *_curve(done),
        Rule(key="cursor", value=float(step), bound="step", role="text"),
        Points(key="here", role="loss", x=np.array([float(step)]), y=np.array([here])),
    )
    readouts = (
        Readout(name="excess", label="above the optimum", value=now, role="loss"),
        Readout(name="length", label="η", value=f"{show(done.length)}/L", role="muted"),
    )
    return Panel(
        key="objective", title=f"Objective: {TITLES[done.method].lower()}", x=x, y=y, marks=marks, readouts=readouts
    )


@lru_cache(maxsize=32)
def _objective_axes(done: Run) -> tuple[Axis, Axis]:
    high = float(done.excess.max()) or 1.0
    if done.descent.diverged or done.length > 2.0:
        high = min(high, 1e3 * max(float(done.excess[0]), 1e-300))
    floor = max(float(done.excess.min()), max(abs(done.target.objective), high) * FLOOR)
    steps = Axis(low=0.0, high=float(STEPS), label="step")
    return steps, Axis(low=min(floor, 0.1 * high) * 0.5, high=2.0 * high, log=True, label="F(w) − F(ŵ)")


@lru_cache(maxsize=32)
def _curve(done: Run) -> tuple[Mark, ...]:
    _, y = _objective_axes(done)
    values = np.where(done.excess >= y.low, np.minimum(done.excess, 1e3 * y.high), np.nan)
    steps = np.arange(len(values), dtype=float)
    return (Lines(key="excess", role="loss", x=steps, y=values[None]),)
