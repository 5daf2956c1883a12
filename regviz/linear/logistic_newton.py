"""Proximal Newton for penalised logistic regression: each step is weighted least squares with the same penalty.

The weighted problem goes to the group solver (single features are groups of one); smooth penalties need no search.
"""


import math

import numpy as np

from regviz.linear.group_lasso import GroupLassoSolver
from regviz.linear.groups import Groups
from regviz.linear.logistic_problem import LogisticProblem, Point, logistic_kkt, probability
from regviz.linear.penalties import Penalty, SparseGroupLasso
from regviz.linear.problem import Array, Problem

_STEPS = 60
_GOAL = 1e-11
# Weights μ(1 − μ) below this are raised to it: the model stays convex, the fixed point is the same.
_LEAST = 1e-9


def descent_to(problem: LogisticProblem, penalty: Penalty, start: Point) -> Point:
    """The minimiser under ``penalty``, from ``start``.

    Raises ArithmeticError when the KKT residual does not reach 1e-8, TypeError for the sparse group lasso.
    """
    if isinstance(penalty, SparseGroupLasso):
        raise TypeError("The logistic loss is not offered with the sparse group lasso.")
    top = penalty.lam_max(problem.base)
    if top is not None and penalty.lam >= top and penalty.lam > 0.0:
        return problem.null_point
    point, value = start, math.inf
    for _ in range(_STEPS):
        if logistic_kkt(problem, penalty, *point) <= _GOAL:
            return point
        point, new = _line_search(problem, penalty, point, _model_minimiser(problem, penalty, point))
        if not new < value and logistic_kkt(problem, penalty, *point) <= 1e-9:
            return point
        value = new
    if logistic_kkt(problem, penalty, *point) > 1e-8:
        raise ArithmeticError(f"The logistic fit did not settle at λ = {penalty.lam}.")
    return point


def _line_search(problem: LogisticProblem, penalty: Penalty, old: Point, goal: Point) -> tuple[Point, float]:
    """The first of old + t·(goal − old), t = 1, ½, ¼, …, that lowers the objective, and its objective."""
    start = problem.loss(*old) + penalty.value(old.w)
    share = 1.0
    for _ in range(40):
        w = goal.w if share == 1.0 else old.w + share * (goal.w - old.w)
        trial = Point(old.bias + share * (goal.bias - old.bias), w)
        value = problem.loss(*trial) + penalty.value(w)
        if value <= start + 1e-15 * abs(start):
            return trial, value
        share *= 0.5
    return old, start


def _model_minimiser(problem: LogisticProblem, penalty: Penalty, point: Point) -> Point:
    """The minimiser of the second-order model of the loss at ``point`` plus the penalty."""
    eta = point.bias + problem.X @ point.w
    mu = probability(eta)
    columns, weight, centre = _weighted(problem, mu)
    response = eta + (problem.y - mu) / weight
    level = float(weight @ response) / float(weight.sum())
    w = _least_squares(columns, np.sqrt(weight) * (response - level), penalty, point.w)
    return Point(level - float(centre @ w), w)


def _weighted(problem: LogisticProblem, mu: Array) -> tuple[Array, Array, Array]:
    """√μ(1−μ)·(X − centre) (n, p), the weights μ(1−μ) (n,), and the weighted means (p,)."""
    weight = np.maximum(mu * (1.0 - mu), _LEAST)
    centre: Array = weight @ problem.X / weight.sum()
    return np.asfortranarray(np.sqrt(weight)[:, None] * (problem.X - centre)), weight, centre


def curvature(problem: LogisticProblem, penalty: Penalty, point: Point) -> float:
    """tr[(H + D)⁻¹H] over the non-zero features, H and D the Hessians of loss (intercept profiled out) and penalty."""
    columns, weight, _ = _weighted(problem, probability(point.bias + problem.X @ point.w))
    p = problem.p
    l2 = penalty.lam * (1.0 - getattr(penalty, "alpha", 1.0))
    groups: Groups | None = getattr(penalty, "groups", None)
    weighted = Problem(columns, np.sqrt(weight), np.zeros(p), np.ones(p), 0.0, False, ())
    solver = GroupLassoSolver(weighted, groups or tuple((j,) for j in range(p)), l2)
    return solver.df(penalty.lam - l2, point.w)


def _least_squares(columns: Array, target: Array, penalty: Penalty, warm: Array) -> Array:
    """The minimiser (p,) of 1/(2n)‖target − columns·w‖² + Ω(w)."""
    n, p = columns.shape
    share = getattr(penalty, "alpha", 1.0)
    groups: Groups | None = getattr(penalty, "groups", None)
    if penalty.lam == 0.0 or share == 0.0:
        return _smooth(columns, target, penalty.lam)
    weighted = Problem(columns, target, np.zeros(p), np.ones(p), 0.0, False, ())
    solver = GroupLassoSolver(weighted, groups or tuple((j,) for j in range(p)), penalty.lam * (1.0 - share))
    return solver.settle(penalty.lam * share, warm)


def _smooth(columns: Array, target: Array, lam: float) -> Array:
    """Ridge, or for λ = 0 minimum-norm least squares, by the singular value decomposition."""
    n = columns.shape[0]
    left, values, right = np.linalg.svd(columns, full_matrices=False)
    cut = max(columns.shape) * 2.2e-16 * values[0] if lam == 0.0 else 0.0
    keep = values > cut
    factor = values[keep] / (values[keep] ** 2 + n * lam)
    result: Array = (factor * (left[:, keep].T @ target)) @ right[keep]
    return result


def exists(problem: LogisticProblem) -> bool:
    """Whether the unpenalised maximum of the likelihood is attained: no plane separates the classes.

    Linear programme: the largest Σ(2y−1)η over |b|, |w_j| ≤ 1 with every (2y−1)η ≥ 0 is 0 (Albert & Anderson 1984).
    """
    from scipy.optimize import linprog

    signed = (2.0 * problem.y - 1.0)[:, None] * np.column_stack([np.ones(problem.n), problem.X])
    size = np.maximum(np.abs(signed).max(axis=0), 1e-300)
    signed = signed / size
    answer = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(problem.n), bounds=(-1.0, 1.0), method="highs")
    return bool(-answer.fun <= 1e-7 * problem.n)
