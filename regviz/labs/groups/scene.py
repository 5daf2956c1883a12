"""The three penalties on one design: their solutions at one λ, and how each block's norm moves with λ."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from regviz.data.steps import Steps, part
from regviz.labs._memo import gradual
from regviz.labs.groups.design import Design
from regviz.linear.curves import Curve, GroupCurve, curve_of
from regviz.linear.group_penalties import GroupLasso, SparseGroupLasso
from regviz.linear.groups import group_norms
from regviz.linear.penalties import Lasso, Penalty, kkt, objective
from regviz.linear.problem import Array
from regviz.linear.sparse_group_lasso import SparseGroupLassoSolver

METHODS = ("lasso", "sparse-group-lasso", "group-lasso")
SPAN = 1e-3
"""The smallest λ that is shown and solved for, as a share of the largest λ_max."""
NEAR = 0.03
"""The share of the largest λ_max down to which axes hold everything; below they grow in steps or cut."""
POINTS = 160
LARGE = 100
"""Features from which on paths show their progress in small steps."""
HUGE = 1000
"""Features from which on they show every step of it."""
Entry = tuple[float, int]
Followed = tuple[Array, Array, tuple[Entry, ...]]


@dataclass(frozen=True, eq=False)
class Solution:
    """The minimiser ``w`` (p,) of one penalty at one λ; ``inside`` (G,) tells which blocks are not entirely zero."""

    penalty: Penalty
    w: Array
    kkt: float
    objective: float
    inside: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Norms:
    """Norms (L, G) of the blocks at the rising ``lams`` (L,), and the (λ, block) at which blocks come in."""

    lams: Array
    values: Array
    entries: tuple[Entry, ...]


def top(made: Design) -> float:
    """max_j |x_jᵀy|/n, which no λ_max of the three penalties exceeds; 1 where y is constant."""
    return made.problem.lam_max or 1.0


def held(made: Design, lam: float) -> float:
    """``lam``, but at least the smallest λ that is solved for."""
    return max(lam, SPAN * top(made))


def penalty_of(made: Design, method: str, lam: float, alpha: float) -> Penalty:
    """The penalty of that name at strength ``lam``."""
    if method == "lasso":
        return Lasso(lam)
    return GroupLasso(lam, made.groups) if method == "group-lasso" else SparseGroupLasso(lam, alpha, made.groups)


def lam_max(made: Design, method: str, alpha: float) -> float:
    """The smallest λ with the zero vector."""
    return float(penalty_of(made, method, 1.0, alpha).lam_max(made.problem) or 0.0)


@lru_cache(maxsize=16)
def _curve(made: Design, method: str) -> Curve:
    return curve_of(made.problem, method, None, made.groups if method == "group-lasso" else None)


@lru_cache(maxsize=16)
def _solver(made: Design, alpha: float) -> SparseGroupLassoSolver:
    return SparseGroupLassoSolver(made.problem, made.groups, alpha)


@gradual(96)
def solution(made: Design, method: str, lam: float, alpha: float) -> Steps[Solution]:
    """The certified solution of one penalty."""
    penalty = penalty_of(made, method, lam, alpha)
    w = yield from _minimiser(made, method, lam, alpha)
    norms = group_norms(made.groups, w)
    return Solution(penalty, w, kkt(made.problem, penalty, w), objective(made.problem, penalty, w), norms > 0.0)


def _minimiser(made: Design, method: str, lam: float, alpha: float) -> Steps[Array]:
    """From the path, or where that takes a while alone: the picture at one λ need not wait for all of them."""
    if lam >= top(made):
        return np.zeros(made.problem.p)
    curve = _solver(made, alpha).extreme if method == "sparse-group-lasso" else _curve(made, method)
    if curve is not None and (made.problem.p <= LARGE or not isinstance(curve, GroupCurve)):
        return curve.at(lam)
    solver = curve.solver if isinstance(curve, GroupCurve) else _solver(made, alpha)
    if made.problem.p <= LARGE:
        return solver.at(lam)
    above = stairs(made, lam)[-1]
    start = yield from part(solution.steps(made, method, above, alpha), 0.0, 0.5)
    found = yield from part(solver.solving(lam, start.w), 0.5, 1.0)
    return found


def stairs(made: Design, lam: float) -> tuple[float, ...]:
    """λ above ``lam``, falling by a factor of 3 each from the largest λ_max, where every solution is zero."""
    found = [top(made)]
    while found[-1] > 3.0 * lam * (1.0 + 1e-9):
        found.append(found[-1] / 3.0)
    return tuple(found)


def solving(made: Design, lam: float, alpha: float) -> Steps[None]:
    """The solutions of all three penalties, to be remembered."""
    for k, method in enumerate(METHODS):
        yield from part(solution.steps(made, method, lam, alpha), k / len(METHODS), (k + 1) / len(METHODS))


def solved(made: Design, lam: float, alpha: float) -> bool:
    """Whether these are remembered."""
    return all(solution.knows(made, method, lam, alpha) for method in METHODS)


@gradual(8)
def norms(made: Design, method: str, alpha: float) -> Steps[Norms]:
    """The blocks' norms over the shown range of λ."""
    low, high = SPAN * top(made), 1.3 * top(made)
    follow = _sparse if method == "sparse-group-lasso" else _exact
    lams, coef, entries = yield from follow(made, method, alpha, low)
    lams, coef = np.append(high, lams), np.vstack([np.zeros(made.problem.p), coef])
    lams, first = np.unique(lams, return_index=True)
    return Norms(lams, np.stack([group_norms(made.groups, w) for w in coef[first]]), entries)


def _exact(made: Design, method: str, alpha: float, low: float) -> Steps[Followed]:
    """From a path that knows its knots: blocks come in at knots."""
    curve = _curve(made, method)
    if isinstance(curve, GroupCurve):
        yield from curve.tracing()
    inside = curve.lams >= low
    knots, coef = curve.lams[inside], curve.coef[inside]
    fresh = np.geomspace(low, max(float(knots.max(initial=low)), low * 1.001), POINTS)
    if method == "group-lasso" and not made.single:
        fresh = fresh[:1]
    everywhere = np.concatenate([knots, fresh])
    lams, first = np.unique(everywhere, return_index=True)
    solved = np.vstack([coef, [curve.at(float(lam)) for lam in fresh]])[first][::-1]
    sizes = np.stack([group_norms(made.groups, w) for w in solved]) > 0.0
    lams = lams[::-1]
    came = [(float(lams[k]), int(g)) for k, (a, b) in enumerate(pairwise(sizes)) for g in np.flatnonzero(b & ~a)]
    return lams, solved, tuple(came)


def _sparse(made: Design, method: str, alpha: float, low: float) -> Steps[Followed]:
    solver = _solver(made, alpha)
    if solver.extreme is not None:
        found = yield from _exact(made, "lasso" if alpha or made.single else "group-lasso", alpha, low)
        return found
    lams, coef = yield from part(solver.tracing(low), 0.0, 0.5)
    came: list[Entry] = []
    for k in range(len(lams) - 1):
        ends = (0.5 + 0.5 * at / len(lams) for at in (k, k + 1))
        changes = yield from part(solver.changing(lams[k : k + 2], coef[k : k + 2]), *ends)
        came += [(lam, group) for lam, group, comes in changes if comes]
        yield 0.5 + 0.5 * (k + 1) / len(lams)
    return lams, coef, tuple(came)
