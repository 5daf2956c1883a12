"""The squared error of one left-out fold as a function of λ.

Lasso and ridge read it from moments, without a pass over rows: the fold's training moments are those of all rows less
the held-out block. Which λ is best is decided in `cross_validation`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from regviz.linear.arguments import Arguments
from regviz.linear.elastic_net import elastic_net_at
from regviz.linear.group_grid import along
from regviz.linear.group_lasso import GroupLassoSolver
from regviz.linear.groups import all_single
from regviz.linear.lasso import gram_path, lasso_path
from regviz.linear.least_squares import least_squares
from regviz.linear.problem import Array, Problem
from regviz.linear.ridge import RidgeSystem

_KEPT = 1e-6
_DENSE = 200
_PLAIN = 1e-7


class Held(Protocol):
    """Sum of squared errors over the held-out rows, as a function of λ."""

    def at(self, lams: Array) -> Array:
        """The sums (L,) at ``lams`` (L,)."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """A piecewise quadratic: ``squares`` (K,) at the falling knots ``lams`` (K,), ``cross`` (K − 1,) mixed products."""

    lams: Array
    squares: Array
    cross: Array

    def at(self, lams: Array) -> Array:
        """The sums (L,) at ``lams`` (L,)."""
        if self.lams.size == 1:
            return np.full(lams.shape, self.squares[0])
        # k = 0 … K − 2 numbers the piece between knots k and k + 1.
        k = np.minimum((-self.lams[1:]).searchsorted(-lams), self.lams.size - 2)
        high, width, first, mixed, bent = self._table[:, k]
        t = high - lams
        t /= width
        np.maximum(t, 0.0, out=t)
        total: Array = first + t * (mixed + t * bent)
        return np.maximum(total, 0.0, out=total)

    @cached_property
    def _table(self) -> Array:
        """For each piece its upper λ, its width, and the sum as a polynomial in t, which goes from 0 down to 1."""
        first, last = self.squares[:-1], self.squares[1:]
        mixed = 2.0 * (self.cross - first)
        return np.stack([self.lams[:-1], self.lams[:-1] - self.lams[1:], first, mixed, last + first - 2.0 * self.cross])


@dataclass(frozen=True, eq=False)
class Shrunk:
    """Ridge in the eigenbasis of the training Gram: ``values`` (p,) and, rotated, training and held-out moments."""

    values: Array
    corr: Array
    energy: float
    cross: Array
    spread: Array

    def at(self, lams: Array) -> Array:
        """The sums (L,) at ``lams`` (L,)."""
        parts = self.corr / (self.values + lams[:, None])
        sums = self.energy - 2.0 * parts @ self.cross + ((parts @ self.spread) * parts).sum(axis=1)
        result: Array = np.maximum(sums, 0.0)
        return result


@dataclass(frozen=True, eq=False)
class Solved:
    """Solutions ``w`` (L, p) at the falling ``grid`` (L,); ``solve(lam, start)`` finds those in between."""

    left: "_Left"
    grid: Array
    w: Array
    solve: Callable[[float, Array], Array]

    def at(self, lams: Array) -> Array:
        """The sums (L,) at ``lams`` (L,), solved from the nearest of the grid where they are not on it."""
        if lams is self.grid:
            return self.left.sums(self.w)
        return self.left.sums(np.stack([self._near(float(lam)) for lam in lams]))

    def _near(self, lam: float) -> Array:
        k = int(np.abs(self.grid - lam).argmin())
        found: Array = self.w[k] if self.grid[k] == lam else self.solve(lam, self.w[k])
        return found


class Moments(NamedTuple):
    """A fold's standardised training Gram and correlations, and the held-out second moments about the training means.

    On standardised w the held-out sum of squares is ``energy`` − 2·wᵀ``cross`` + wᵀ``spread``·w. ``variance`` is that
    of the training target, ``left`` the held-out rows themselves.
    """

    gram: Array
    corr: Array
    variance: float
    energy: float
    cross: Array
    spread: Array
    left: "_Left"

    def product(self, first: Array, second: Array) -> Array:
        """Σ residual(first)·residual(second) over the held-out rows, for rows of (L, p)."""
        result: Array = self.energy - (first + second) @ self.cross + ((first @ self.spread) * second).sum(axis=1)
        return result

    def condensed(self) -> Problem | None:
        """A problem of p + 1 rows with these training moments; None where the Gram matrix is all but singular."""
        values = np.linalg.eigvalsh(self.gram)
        if not values[0] > _PLAIN * values[-1]:
            return None
        p = self.corr.size
        root = np.linalg.cholesky(self.gram)
        y = np.linalg.solve(root, self.corr)
        y = np.append(y, np.sqrt(max(self.variance - float(y @ y), 0.0))) * np.sqrt(p + 1.0)
        X = np.asfortranarray(np.vstack([root.T, np.zeros(p)]) * np.sqrt(p + 1.0))
        return Problem(X, y, np.zeros(p), np.ones(p), 0.0, True, ())


@dataclass(frozen=True, eq=False)
class Split:
    """All rows: as they came, and as the `Problem` of the whole."""

    X: Array
    y: Array
    problem: Problem

    @cached_property
    def sums(self) -> tuple[Array, Array]:
        """XᵀX (p, p) and Xᵀy (p,) of the standardised whole."""
        n = self.problem.n
        return self.problem.gram * n, self.problem.correlation * n

    def varied(self) -> "Split":
        """The same without constant columns, which no fold can use; of nothing but those, itself."""
        constant = self.problem.X[0] == 0.0
        constant[constant] = ~self.problem.X[:, constant].any(axis=0)
        if not constant.any() or constant.all():
            return self
        kept = np.flatnonzero(~constant)
        return Split(self.X[:, kept], self.y, self.problem.only(kept))

    def training(self, rows: NDArray[np.intp]) -> Problem:
        """The problem of all other rows."""
        keep = np.ones(self.y.size, dtype=bool)
        keep[rows] = False
        return Problem.of(self.X[keep], self.y[keep], standardize=self.problem.standardized)

    def fold(self, rows: NDArray[np.intp]) -> "tuple[Problem, _Left]":
        """The training problem, of a large table in few rows, and the held-out rows on its scale."""
        whole = self.problem
        if whole.long and whole.n - rows.size > whole.p:
            moments = self.moments(rows)
            few = None if moments is None else moments.condensed()
            if moments is not None and few is not None:
                return few, moments.left
        training = self.training(rows)
        return training, _Left.of(training, self.X[rows], self.y[rows])

    def moments(self, rows: NDArray[np.intp]) -> Moments | None:
        """Moments of the fold; None where the difference of sums would lose too many digits."""
        whole = self.problem
        square, product = self.sums
        Z, t = whole.X[rows], whole.y[rows]
        count = whole.n - rows.size
        total, target = Z.sum(axis=0), float(t.sum())
        mean, level = -total / count, -target / count
        inside = Z.T @ Z
        gram = square - inside
        gram -= np.outer(mean * count, mean)
        diagonal = gram.diagonal().copy()
        left = whole.n * whole.y_variance - float(t @ t) - count * level * level
        if not (diagonal > _KEPT * square.diagonal()).all() or not left > _KEPT * whole.n * whole.y_variance:
            return None
        scale = np.sqrt(diagonal / count) if whole.standardized else np.ones(whole.p)
        corr = (product - Z.T @ t - count * mean * level) / (count * scale)
        gram /= count * np.outer(scale, scale)
        Z = (Z - mean) / scale
        t = t - level
        spread = Z.T @ Z if rows.size > 1 else np.outer(Z[0], Z[0])
        return Moments(gram, corr, left / count, float(t @ t), t @ Z, spread, _Left(Z, t))


def held_out(split: Split, rows: NDArray[np.intp], penalty: str, checked: Arguments, grid: Array) -> Held:
    """The held-out error of the fold ``rows``, exact at every λ for the lasso, else at the λ of ``grid`` (L,)."""
    single = checked.groups is not None and all_single(checked.groups) and grid[-1] > 0.0
    lasso = penalty == "lasso" or checked.alpha == 1.0 or single
    ridge = penalty == "ridge" or checked.alpha == 0.0
    count = split.problem.n - rows.size
    if (lasso or ridge) and split.problem.p <= (max(count, _DENSE) if lasso else count - 1):
        moments = split.moments(rows)
        found = None if moments is None else _lasso_moments(moments) if lasso else _ridge_moments(moments)
        if found is not None:
            return found
    training, left = split.fold(rows)
    if lasso:
        knots = lasso_path(training)
        return left.pieces(knots.lams, knots.coef)
    return _solved(left, training, penalty, checked, grid)


def _lasso_moments(moments: Moments) -> Held:
    knots = gram_path(moments.gram, moments.corr)
    w = knots.coef
    return Pieces(knots.lams, moments.product(w, w), moments.product(w[:-1], w[1:]))


def _ridge_moments(moments: Moments) -> Held | None:
    values, vectors = np.linalg.eigh(moments.gram)
    if not values[0] > _PLAIN * values[-1]:
        return None
    turned = vectors.T @ moments.corr, moments.energy, vectors.T @ moments.cross, vectors.T @ moments.spread @ vectors
    return Shrunk(values, *turned)


@dataclass(frozen=True, eq=False)
class _Left:
    """Held-out rows on the scale of the training problem: ``X`` (m, p) and ``y`` (m,)."""

    X: Array
    y: Array

    @classmethod
    def of(cls, training: Problem, X: Array, y: Array) -> "_Left":
        """Rows as they came."""
        scaled = (X - training.means) / training.scales
        scaled[:, ~training.X.any(axis=0)] = 0.0
        return cls(scaled, y - training.y_mean)

    def residuals(self, w: Array) -> Array:
        """(L, m) for coefficients (L, p)."""
        result: Array = self.y - w @ self.X.T
        return result

    def sums(self, w: Array) -> Array:
        """Sums of squares (L,)."""
        result: Array = (self.residuals(w) ** 2).sum(axis=1)
        return result

    def pieces(self, lams: Array, w: Array) -> Pieces:
        """The piecewise quadratic of a path that is linear between ``lams``."""
        left = self.residuals(w)
        return Pieces(lams, (left * left).sum(axis=1), (left[:-1] * left[1:]).sum(axis=1))


def _solved(left: _Left, training: Problem, penalty: str, checked: Arguments, grid: Array) -> Solved:
    """Solutions along the falling ``grid`` (L,), each started from the one above."""
    if checked.groups is not None:
        solver = GroupLassoSolver(training, checked.groups)
        return Solved(left, grid, along(solver, grid), solver.at)
    solve = _solver(training, penalty, checked)
    found, w = [], np.zeros(training.p)
    for lam in grid.tolist():
        w = solve(lam, w)
        found.append(w)
    return Solved(left, grid, np.stack(found), solve)


def _solver(training: Problem, penalty: str, checked: Arguments) -> Callable[[float, Array], Array]:
    """The function (λ, start) → w (p,) of the penalty."""
    if penalty == "none":
        plain = least_squares(training).coef
        return lambda lam, start: plain
    if penalty == "ridge" or checked.alpha == 0.0:
        system = RidgeSystem(training)
        return lambda lam, start: system.at(np.array([lam]))[0]
    alpha = checked.alpha
    assert alpha is not None
    return lambda lam, start: elastic_net_at(training, lam, alpha, start)
