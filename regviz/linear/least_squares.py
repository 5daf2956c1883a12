"""Least squares by the singular value decomposition: the minimum-norm solution and the condition number.

What is penalised lives elsewhere.
"""

from dataclasses import dataclass

import numpy as np

from regviz.linear.problem import Array, Problem

_TALL, _PLAIN = 200, 1e-7


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """``coef`` (p,) of smallest ‖w‖₂ among the minimisers, and the ``rank`` of X.

    ``condition`` is the ratio of the largest singular value to the smallest that does not count as zero.
    """

    coef: Array
    rank: int
    condition: float


def least_squares(problem: Problem) -> LeastSquares:
    """The minimum-norm minimiser of ‖y − Xw‖²; singular values up to max(n, p)·eps·s_max count as zero."""
    if problem.long or problem.n > _TALL * problem.p:
        tall = _tall(problem)
        if tall is not None:
            return tall
    left, values, right = np.linalg.svd(problem.X, full_matrices=False)
    rank = numerical_rank(values, max(problem.X.shape))
    if not rank:
        return LeastSquares(np.zeros(problem.p), 0, 1.0)
    coef = (left[:, :rank].T @ problem.y / values[:rank]) @ right[:rank]
    return LeastSquares(coef, rank, float(values[0] / values[rank - 1]))


def _tall(problem: Problem) -> LeastSquares | None:
    """From the Gram matrix, refined by its residual, where that leaves enough digits: a small part of the work."""
    values, vectors = np.linalg.eigh(problem.gram) if np.isfinite(problem.gram).all() else (np.zeros(1), np.zeros(1))
    if not values[0] > _PLAIN * values[-1]:
        return None
    coef = np.zeros(problem.p)
    for _ in range(3):
        left = problem.X.T @ (problem.y - problem.X @ coef) / problem.n
        coef += vectors @ ((vectors.T @ left) / values)
    return LeastSquares(coef, problem.p, float(np.sqrt(values[-1] / values[0])))


def numerical_rank(values: Array, size: int) -> int:
    """How many of the falling singular ``values`` lie above size·eps·values[0]."""
    if not values.size or values[0] == 0.0:
        return 0
    return int(np.count_nonzero(values > size * np.finfo(np.float64).eps * values[0]))
