"""The elastic net at fixed α: exact at any λ, and the λ at which its active set changes.

On one active set the solution is a sum of fractions in λ (`Segment`), so the path is curved; the walk along λ is in
`elastic_net_path`.
"""

import numpy as np
from numpy.typing import NDArray

from regviz.linear.lasso import lasso_path
from regviz.linear.least_squares import least_squares, numerical_rank
from regviz.linear.problem import Array, Problem
from regviz.linear.ridge import RidgeSystem

DENSE = 1500
"""Up to this many features the whole Gram matrix is used."""
_ROUNDS = 12
_TINY = 1e-7


def elastic_net_at(problem: Problem, lam: float, alpha: float, warm: Array | None = None) -> Array:
    """The minimiser (p,) of 1/(2n)‖y − Xw‖² + λ[α‖w‖₁ + (1−α)/2·‖w‖²].

    ``warm`` (p,) is a guess whose signs are tried first. λ = 0 with dependent columns gives a limit of λ → 0.
    Raises ArithmeticError when columns are too large or too small to square.
    """
    if lam * alpha >= problem.lam_max:
        return np.zeros(problem.p)
    if alpha == 0.0:
        result: Array = RidgeSystem(problem).at(np.array([lam]))[0]
        return result
    if warm is not None:
        guess = signs_at(problem, lam, alpha, np.sign(warm))
        if guess is not None:
            return guess
    if lam == 0.0 and alpha < 1.0:
        return limit(problem, alpha)
    return np.array(lasso_path(problem, lam * (1.0 - alpha), lam * alpha).coef[-1])


def signs_at(problem: Problem, lam: float, alpha: float, signs: Array) -> Array | None:
    """The solution found by exchanging the features that violate a condition, from ``signs`` (p,); None if it fails.

    A primal-dual active set iteration: what it returns meets every condition to rounding.
    """
    l1, l2 = lam * alpha, lam * (1.0 - alpha)
    slack = 1e-13 * problem.lam_max
    for _ in range(_ROUNDS):
        active = signs.nonzero()[0]
        sides = signs[active]
        part, corr = restricted(problem, active, sides, l1, l2)
        if part is None:
            return None
        wrong = part * sides < 0.0
        over = np.abs(corr) > l1 + slack
        over[active] = False
        if not wrong.any() and not over.any():
            off = corr[active] - l2 * part - l1 * sides
            if off.size and max(off.max(), -off.min()) > 10.0 * slack:
                return None
            w = np.zeros(problem.p)
            w[active] = part
            return w
        signs = signs.copy()
        signs[active[wrong]] = 0.0
        signs[over] = np.sign(corr[over])
    return None


def restricted(
    problem: Problem, active: NDArray[np.intp], signs: Array, l1: float, l2: float
) -> tuple[Array | None, Array]:  # fmt: skip
    """Solution (a,) of the equations on ``active`` with given signs, and Xᵀ(y − Xw)/n (p,); None when singular."""
    if problem.p <= DENSE:
        rows = problem.gram[active]
        block = rows.take(active, axis=1)
    else:
        columns = problem.X[:, active]
        block = columns.T @ columns / problem.n
    right = problem.correlation[active]
    right -= l1 * signs
    if l2:
        block.reshape(-1)[:: active.size + 1] += l2
    try:
        part = np.asarray(np.linalg.solve(block, right), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None, right
    if problem.p <= DENSE:
        return part, problem.correlation - part @ rows
    return part, problem.X.T @ (problem.y - columns @ part) / problem.n


def limit(problem: Problem, alpha: float, signs: Array | None = None) -> Array:
    """λ → 0: least squares where it is unique, else the solution at a tiny λ moved onto the least-squares solutions.

    ``signs`` (p,) are those at a tiny λ, where they are known.
    """
    exact = least_squares(problem)
    if exact.rank == problem.p:
        return exact.coef
    w = elastic_net_at(problem, _TINY * problem.lam_max, alpha, signs)
    active = np.flatnonzero(w)
    columns = problem.X[:, active]
    left, values, right = np.linalg.svd(columns, full_matrices=False)
    rank = numerical_rank(values, max(problem.X.shape))
    w[active] += (left[:, :rank].T @ (problem.y - columns @ w[active]) / values[:rank]) @ right[:rank]
    return w
