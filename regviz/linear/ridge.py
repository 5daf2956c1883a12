"""Ridge regression for all λ at once from one decomposition, with degrees of freedom and leverages.

Choosing λ by them lives in `selection`.
"""

from functools import cached_property

import numpy as np

from regviz.linear.least_squares import numerical_rank
from regviz.linear.problem import Array, Problem

_PLAIN = 1e-7


class RidgeSystem:
    """Minimisers of 1/(2n)‖y − Xw‖² + λ/2·‖w‖² from X = √n·U·diag(√d)·Vᵀ.

    ``values`` (r,) = d are the non-zero eigenvalues of XᵀX/n, ``axes`` (p, r) = V, ``corr`` (r,) = Vᵀ Xᵀy/n.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.values, self.axes, self.corr = _plain(problem) or _singular(problem)

    def at(self, lams: Array) -> Array:
        """Coefficients (L, p) at ``lams`` (L,); λ = 0 gives the least-squares solution of smallest norm."""
        lams = np.asarray(lams, dtype=np.float64)
        result: Array = (self.corr / (self.values + lams[:, None])) @ self.axes.T
        return result

    def df(self, lams: Array) -> Array:
        """Degrees of freedom Σ d/(d + λ) at ``lams`` (L,), without the intercept."""
        lams = np.asarray(lams, dtype=np.float64)
        result: Array = (self.values / (self.values + lams[:, None])).sum(axis=1)
        return result

    @cached_property
    def scores(self) -> Array:
        """U (n, r): orthonormal columns spanning those of X."""
        spread = np.sqrt(self.problem.n * self.values)
        result: Array = (self.problem.X @ self.axes) / spread
        return result

    def fitted(self, lams: Array) -> Array:
        """X w (L, n) at ``lams`` (L,)."""
        lams = np.asarray(lams, dtype=np.float64)
        inner = self.scores.T @ self.problem.y
        result: Array = (inner * self.values / (self.values + lams[:, None])) @ self.scores.T
        return result

    def leverages(self, lams: Array) -> Array:
        """Diagonal (L, n) of X(XᵀX + nλI)⁻¹Xᵀ at ``lams`` (L,), without the 1/n of the intercept."""
        lams = np.asarray(lams, dtype=np.float64)
        result: Array = (self.values / (self.values + lams[:, None])) @ (self.scores**2).T
        return result


def _plain(problem: Problem) -> tuple[Array, Array, Array] | None:
    """From the smaller Gram matrix, when its condition leaves enough digits."""
    n, p = problem.n, problem.p
    count = min(n - 1, p)
    wide = p > n
    gram = problem.X @ problem.X.T / n if wide else problem.gram
    if count < 1 or not np.isfinite(gram).all():
        return None
    values, vectors = np.linalg.eigh(gram)
    if not values[-count] > _PLAIN * values[-1]:
        return None
    if count < values.size:
        values, vectors = values[-count:], vectors[:, -count:]
    if not wide:
        return values, vectors, vectors.T @ problem.correlation
    root = np.sqrt(n * values)
    axes = (problem.X.T @ vectors) / root
    return values, axes, np.sqrt(values / n) * (vectors.T @ problem.y)


def _singular(problem: Problem) -> tuple[Array, Array, Array]:
    if not np.isfinite(problem.correlation).all():
        raise ArithmeticError("The columns are too large to square; standardise them or divide y.")
    left, singular, right = np.linalg.svd(problem.X, full_matrices=False)
    rank = numerical_rank(singular, max(problem.X.shape))
    root = singular[:rank] / np.sqrt(problem.n)
    if not np.isfinite(root * root).all() or (root * root == 0.0).any():
        raise ArithmeticError("The columns are too large or too small to square; standardise them.")
    corr = root * (left[:, :rank].T @ problem.y) / np.sqrt(problem.n)
    return root * root, right[:rank].T, corr
