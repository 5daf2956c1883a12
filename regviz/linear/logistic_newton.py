"""Proximal Newton for penalised logistic regression: each step is weighted least squares with the same penalty.

The weighted problem goes to the group solver (single features are groups of one); smooth penalties need no search.
"""


import math

import numpy as np

from regviz.linear.group_lasso import GroupLassoSolver
from regviz.linear.group_penalties import GroupLasso
from regviz.linear.groups import Groups, all_single
from regviz.linear.logistic_problem import LogisticProblem, Point, logistic_kkt, probability
from regviz.linear.penalties import ElasticNet, Lasso, Penalty, Ridge, SparseGroupLasso
from regviz.linear.problem import Array, Problem

_STEPS = 60
_GOAL = 1e-11
# Weights μ(1 − μ) below this are raised to it: the model stays convex, the fixed point is the same.
_LEAST = 1e-9
_WIDE = 500
"""Features from which on only some of them are solved for, and the others looked at."""


def descent_to(problem: LogisticProblem, penalty: Penalty, start: Point) -> Point:
    """The minimiser under ``penalty``, from ``start``.

    Raises ArithmeticError when the KKT residual does not reach 1e-8, TypeError for the sparse group lasso.
    """
    if isinstance(penalty, SparseGroupLasso):
        raise TypeError("The logistic loss is not offered with the sparse group lasso.")
    top = penalty.lam_max(problem.base)
    if top is not None and penalty.lam >= top and penalty.lam > 0.0:
        return problem.null_point
    plain = _plain(penalty)
    if problem.p > _WIDE and plain is not None:
        return _screened(problem, plain, start)
    if isinstance(penalty, Ridge) and penalty.lam > 0.0 and problem.p > max(problem.n, _WIDE):
        start = _turned(problem, penalty, start)
    return _descended(problem, penalty, start)


def _turned(problem: LogisticProblem, penalty: Ridge, start: Point) -> Point:
    """The minimiser found in the space of the rows, where it lies: n numbers take the place of p."""
    turned, axes = problem.turned
    found = _descended(turned, penalty, Point(start.bias, axes @ start.w))
    return Point(found.bias, found.w @ axes)


def _plain(penalty: Penalty) -> Lasso | ElasticNet | None:
    """The penalty as lasso or elastic net, for which features can be left out one by one; None where it is neither."""
    if isinstance(penalty, GroupLasso) and all_single(penalty.groups):
        penalty = Lasso(penalty.lam)
    separable = isinstance(penalty, (Lasso, ElasticNet)) and penalty.lam > 0.0 and penalty.alpha > 0.0
    return penalty if isinstance(penalty, (Lasso, ElasticNet)) and separable else None


def _screened(problem: LogisticProblem, penalty: Lasso | ElasticNet, start: Point) -> Point:
    """The minimiser with only the features that are in and those whose condition it takes them for to hold."""
    if logistic_kkt(problem, penalty, *start) <= _GOAL:
        return start
    limit = penalty.parts()[0]
    working = {*np.flatnonzero(start.w).tolist(), int(np.argmax(np.abs(problem.base.correlation)))}
    point = start
    for turn in range(_STEPS):
        over = np.abs(problem.gradient(*point)[1]) - limit
        over[list(working)] = 0.0
        if turn and not over.max() > 1e-12 * problem.lam_max:
            break
        worst = np.argsort(-over, kind="stable")[: max(10, len(working))]
        working.update(worst[over[worst] > 0.0].tolist())
        index = np.array(sorted(working), dtype=np.intp)
        found = _descended(problem.only(index), penalty, Point(point.bias, point.w[index]))
        point = Point(found.bias, np.zeros(problem.p))
        point.w[index] = found.w
    if logistic_kkt(problem, penalty, *point) > 1e-8:
        raise ArithmeticError(f"The logistic fit did not settle at λ = {penalty.lam}.")
    return point


def _descended(problem: LogisticProblem, penalty: Penalty, start: Point) -> Point:
    """The minimiser from ``start``, with all features of ``problem``."""
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
    plain, on = _plain(penalty), np.flatnonzero(point.w)
    if plain is not None and on.size < problem.p:
        eta = point.bias + problem.X @ point.w
        return _curved(problem.only(on), plain, point.w[on], eta) if on.size else 0.0
    return _curved(problem, penalty, point.w, point.bias + problem.X @ point.w)


def _curved(problem: LogisticProblem, penalty: Penalty, w: Array, eta: Array) -> float:
    """`curvature` over the features of ``problem``, at log-odds ``eta`` (n,)."""
    columns, weight, _ = _weighted(problem, probability(eta))
    p = problem.p
    if isinstance(penalty, Ridge) and penalty.lam > 0.0 and p > problem.n:
        values = np.maximum(np.linalg.eigvalsh(columns @ columns.T / problem.n), 0.0)
        return float((values / (values + penalty.lam)).sum())
    l2 = penalty.lam * (1.0 - getattr(penalty, "alpha", 1.0))
    groups: Groups | None = getattr(penalty, "groups", None)
    weighted = Problem(columns, np.sqrt(weight), np.zeros(p), np.ones(p), 0.0, False, ())
    solver = GroupLassoSolver(weighted, groups or tuple((j,) for j in range(p)), l2)
    return solver.df(penalty.lam - l2, w)


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

    if problem.p >= problem.n and _spans(problem.X):
        return False
    signed = (2.0 * problem.y - 1.0)[:, None] * np.column_stack([np.ones(problem.n), problem.X])
    size = np.maximum(np.abs(signed).max(axis=0), 1e-300)
    signed = signed / size
    answer = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(problem.n), bounds=(-1.0, 1.0), method="highs")
    return bool(-answer.fun <= 1e-7 * problem.n)


def _spans(X: Array) -> bool:
    """Whether an intercept and the columns of ``X`` (n, p) span all log-odds, so that any classes can be separated."""
    values = np.linalg.eigvalsh(X @ X.T / X.shape[1] + 1.0)
    return bool(values[0] > 1e-8 * values[-1])
