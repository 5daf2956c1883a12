"""The group lasso's path: a grid of λ, and between its points each λ where a group enters or leaves, by root finding.

The grid is solved in `group_grid`.
"""

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from regviz.data.steps import Steps, part
from regviz.linear.group_grid import Run
from regviz.linear.groups import group_norms
from regviz.linear.problem import Array

if TYPE_CHECKING:
    from regviz.linear.group_lasso import Active, GroupLassoSolver

# The grid spans these powers of ten below λ_max; then a few more so that late entries are found as well.
_SPAN, _TAIL = 1e-4, (1e-5, 1e-6, 1e-8)
Knot = tuple[float, Array]

DEEPEST = 200
"""Changes of active groups that are located between two solved points."""


def trace(solver: "GroupLassoSolver", k: int) -> Steps[tuple[Array, Array]]:
    """λ (K,) falling to 0 and solutions (K, p) at ``k`` geometrically spaced points, at the knots, and at 0.

    Yields the share of the work that is done.
    """
    top, p = solver.lam_max, solver.problem.p
    if top == 0.0:
        return np.zeros(1), solver.least_squares[None]
    tall = solver.problem.n > p
    grid = top * np.geomspace(1.0, _SPAN if tall else 1e-3, max(k, 2))
    run = Run(solver, grid)
    while run.place < grid.size:
        run.advance()
        yield 0.5 * run.place / grid.size
    points: list[Knot] = [(top, np.zeros(p))]
    for place, lam in enumerate(grid[1:].tolist(), 1):
        ends = (0.5 + 0.5 * at / grid.size for at in (place - 1, place))
        points += yield from part(_reached(solver, points[-1], (lam, run.w[place])), *ends)
        yield 0.5 + 0.5 * place / grid.size
    try:
        for lam in (top * share for share in (_TAIL if tall else ())):
            points += yield from part(_reached(solver, points[-1], (lam, solver.settle(lam, points[-1][1]))), 1.0, 1.0)
    except ArithmeticError:
        # down there an ill-conditioned problem may have no certified answer: the path goes straight to 0
        pass
    points.append((0.0, solver.least_squares))
    kept = [points[0], *(new for old, new in pairwise(points) if new[0] < old[0])]
    return np.array([lam for lam, _ in kept]), np.stack([w for _, w in kept])


def _reached(solver: "GroupLassoSolver", high: Knot, low: Knot) -> Steps[list[Knot]]:
    """``low``, after the knots between the two."""
    knots = yield from changing(solver, high, solver.active(high[1]), low)
    return [*knots, low]


def changing(
    solver: "GroupLassoSolver", high: Knot, before: "Active", low: Knot, most: int = DEEPEST
) -> Steps[list[Knot]]:
    """The λ at which a group enters or leaves, falling, each with its solution, between two solved points.

    ``before`` are the groups that are active just below ``high``. Where several groups change, the one whose crossing
    is predicted first is located and checked; when that fails, the interval is halved. Tied groups can seem to come
    and go at one λ: after ``most`` changes the rest is left to the point ``low``. Yields the share of the interval that
    is behind.
    """
    after = solver.active(low[1])
    different = set(before) ^ set(after)
    if not different:
        return []
    if most == 0:
        return [low]
    group = different.pop() if len(different) == 1 else _next_entry(solver, high, before, low)
    if group is not None:
        around = tuple(g for g in before if g != group)
        knot = _crossing(solver, around, group, high, low)
        if knot is not None and _holds(solver, around, group, knot):
            joined = around if group in before else tuple(sorted({*before, group}))
            share = (high[0] - knot[0]) / (high[0] - low[0])
            yield share
            further = yield from part(changing(solver, knot, joined, low, most - 1), share, 1.0)
            return [knot, *further]
    middle = 0.5 * (high[0] + low[0])
    if high[0] - low[0] <= 1e-15 * high[0] or not low[0] < middle < high[0]:
        return [low]
    between = (middle, solver.settle(middle, high[1]))
    upper = yield from part(changing(solver, high, before, between, most - 1), 0.0, 0.5)
    yield 0.5
    lower = yield from part(changing(solver, between, solver.active(between[1]), low, most - 1), 0.5, 1.0)
    return upper + lower


def _next_entry(solver: "GroupLassoSolver", high: Knot, before: "Active", low: Knot) -> int | None:
    """The group that first violates its condition below ``high``, by linear interpolation with ``before`` active."""
    if not before:
        return int(np.argmax(group_norms(solver.groups, solver.problem.correlation) / solver.roots))
    index = solver.block(before).index
    lams = np.array([high[0], low[0]])
    known = np.stack([high[1][index], low[1][index]])
    if not all(solver.block(before).norms(known).ravel()):
        return None
    result = solver.restricted(before, lams[1:], known[1:])
    if not result.converged[0]:
        return None
    start = solver.excess(before, known[:1], lams[:1])[0]
    end = solver.excess(before, result.w, lams[1:])[0]
    share = np.where(end > 0.0, start / np.minimum(start - end, -1e-300), np.inf)
    share[list(before)] = np.inf
    first = int(np.argmin(share))
    return first if np.isfinite(share[first]) else None


def _holds(solver: "GroupLassoSolver", active: "Active", group: int, knot: Knot) -> bool:
    """Whether no group but ``group`` violates its condition at ``knot``."""
    index = solver.block(active).index if active else np.empty(0, dtype=np.intp)
    over = solver.violations(active, knot[1][index][None], np.array([knot[0]]))[0]
    over[group] = 0.0
    return bool(over.max() <= 1e-13 * solver.lam_max)


def _crossing(solver: "GroupLassoSolver", active: "Active", group: int, high: Knot, low: Knot) -> Knot | None:
    """Where ‖X_gᵀr‖/(n√p_g) = λ for the solution restricted to ``active``, which leaves ``group`` out.

    Newton on λ, kept inside the bracket; None when the restricted solution is lost on the way.
    """
    members = solver.members[group]
    if not active:
        norm = float(np.linalg.norm(solver.problem.correlation[members])) / solver.roots[group]
        return float(norm), np.zeros(solver.problem.p)
    index = solver.block(active).index
    cross = solver.cross_gram(members, index)
    top, bottom = high[0], low[0]
    lam, w = top, high[1][index][None]
    entering = bool(np.any(low[1][members]))
    for _ in range(50):
        result = solver.restricted(active, np.array([lam]), w)
        if not result.converged[0]:
            return None
        w, slope = result.w, result.slope
        left = solver.problem.correlation[members] - cross @ w[0]
        size = float(np.linalg.norm(left))
        excess = size / solver.roots[group] - lam
        if (excess > 0.0) == entering:
            bottom = lam
        else:
            top = lam
        rate = -float(left @ (cross @ slope[0])) / (size * solver.roots[group]) - 1.0 if size else -1.0
        new = lam - excess / rate if rate else np.nan
        if not bottom <= new <= top:
            new = 0.5 * (bottom + top)
        w = w + (new - lam) * slope
        if abs(new - lam) <= 4e-16 * lam:
            break
        lam = new
    whole = np.zeros(solver.problem.p)
    whole[index] = w[0]
    return float(lam), whole
