"""Bootstrap refits of lasso and elastic net: rows drawn with replacement, every resample solved exactly.

A resample is its weighted moments, so that no row is copied; only where p is far beyond n the rows themselves are used.
What is made of the refits is decided elsewhere.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regviz.linear.batched import stacked_solutions, stacked_violation
from regviz.linear.lasso import gram_path, lasso_path
from regviz.linear.problem import Array, Problem

_STREAM = 7
_FLAT = 1e-10
"""Share of a column's mean square up to which its variance within a resample is nothing but rounding."""
_CERTIFIED = 1e-10
_ROOM = 1_000_000
_WIDE = 200


class Moments(NamedTuple):
    """Second moments of B resamples, each centred and scaled by itself: XᵀX/n (B, p, p) and Xᵀy/n (B, p).

    ``scales`` (B, p) are what the columns were divided by.
    """

    gram: Array
    corr: Array
    scales: Array


class Path(NamedTuple):
    """An exact path that is linear between its knots: ``lams`` (K,) fall to 0, ``coef`` (K, p)."""

    lams: Array
    coef: Array

    def at(self, lam: float) -> Array:
        """The solution (p,) at ``lam``."""
        k = int(np.searchsorted(-self.lams, -lam))
        if k == 0:
            return np.zeros_like(self.coef[0])
        share = (self.lams[k - 1] - lam) / (self.lams[k - 1] - self.lams[k])
        result: Array = self.coef[k - 1] + share * (self.coef[k] - self.coef[k - 1])
        return result


@dataclass(frozen=True, eq=False)
class Resamples:
    """Resamples of the rows of ``problem``: ``counts`` (B, n) says how often each row was drawn.

    Coefficients of all refits are on the scale of ``problem``.
    """

    problem: Problem
    counts: Array

    @property
    def size(self) -> int:
        """Number of resamples B."""
        return len(self.counts)

    @property
    def wide(self) -> bool:
        """Whether there are so many features that rows are cheaper than Gram matrices."""
        return self.problem.p > max(self.problem.n, _WIDE)

    @cached_property
    def moments(self) -> Moments:
        """The moments of all resamples; not for wide problems."""
        return _moments(self.problem, self.counts)

    @cached_property
    def lasso(self) -> tuple[Path, ...]:
        """The exact lasso path of every resample, on the scale of ``problem``."""
        return tuple(self._path(b) for b in range(self.size))

    def selected(self, lams: Array) -> NDArray[np.intp]:
        """In how many resamples the lasso keeps each feature (L, p), at ``lams`` (L,) > 0."""
        total = np.zeros((lams.size, self.problem.p), dtype=np.intp)
        for path in self.lasso:
            kept = path.coef != 0.0
            segments = np.zeros((len(kept) + 1, self.problem.p), dtype=np.intp)
            segments[1:-1] = kept[:-1] | kept[1:]
            total += segments[np.searchsorted(-path.lams, -lams)]
        return total

    def at(self, lam: float, alpha: float, warm: Array | None = None) -> Array:
        """Elastic-net coefficients (B, p) at ``lam`` and mixing ``alpha``; the lasso for α = 1, ridge for α = 0.

        ``warm`` (p,) is a guess whose signs are tried first, such as the solution on all rows.
        """
        l1, l2 = lam * alpha, lam * (1.0 - alpha)
        if self.wide:
            return np.stack([self._wide_at(b, l1, l2) for b in range(self.size)])
        gram, corr, scales = self.moments
        result: Array = stacked_solutions(gram, corr, l1, l2, warm) / scales
        return result

    def violation(self, w: Array, lam: float, alpha: float) -> float:
        """The largest KKT violation of refits ``w`` (B, p) at ``lam``, over λ_max of the problem."""
        l1, l2 = lam * alpha, lam * (1.0 - alpha)
        if self.wide:
            worst = max(self._wide_violation(b, w[b], l1, l2) for b in range(self.size))
        else:
            gram, corr, scales = self.moments
            worst = float(stacked_violation(gram, corr, w * scales, l1, l2).max())
        return worst / (self.problem.lam_max or 1.0)

    def _wide_violation(self, b: int, w: Array, l1: float, l2: float) -> float:
        problem = weighted_problem(self.problem, self.counts[b])
        return _distance(problem, w * problem.scales, l1, l2)

    def _wide_at(self, b: int, l1: float, l2: float) -> Array:
        """From a path that ends at ``l1``, certified; else from the whole path."""
        problem = weighted_problem(self.problem, self.counts[b])
        w = lasso_path(problem, l2, l1).coef[-1]
        if _distance(problem, w, l1, l2) > _CERTIFIED * problem.lam_max:
            knots = lasso_path(problem, l2)
            w = Path(knots.lams, knots.coef).at(l1)
        result: Array = w / problem.scales
        return result

    def _path(self, b: int) -> Path:
        if self.wide:
            problem = weighted_problem(self.problem, self.counts[b])
            knots = lasso_path(problem)
            return Path(knots.lams, knots.coef / problem.scales)
        gram, corr, scales = (part[b] for part in self.moments)
        knots = gram_path(gram, corr)
        return Path(knots.lams, knots.coef / scales)


def resamples(problem: Problem, seed: int, start: int, stop: int) -> Resamples:
    """Resamples number ``start`` … ``stop`` − 1 of ``seed``: n rows each, drawn with replacement.

    A resample depends on ``seed`` and its number alone, so that more of them keep those there were.
    Source: Efron 1979.
    """
    n = problem.n
    drawn = [np.random.default_rng((seed, _STREAM, b)).integers(0, n, n) for b in range(start, stop)]
    counts = np.array([np.bincount(rows, minlength=n) for rows in drawn], dtype=np.float64)
    return Resamples(problem, counts.reshape(stop - start, n))


def weighted_problem(problem: Problem, counts: Array) -> Problem:
    """The problem on the rows of one resample, row i standing for ``counts[i]`` equal ones.

    Drawn rows (m,) are kept once, multiplied so that XᵀX/m and Xᵀy/m are the moments of the n drawn rows; ``scales``
    lead back to the scale of ``problem``, not of the data.
    """
    rows = np.flatnonzero(counts)
    share = counts[rows] / counts.sum()
    X, y = problem.X[rows], problem.y[rows]
    flat, constant = np.ptp(X, axis=0) == 0.0, np.ptp(y) == 0.0
    means, level = share @ X, float(share @ y)
    X = X - means
    X[:, flat] = 0.0
    y = np.zeros(rows.size) if constant else y - level
    scales = np.ones(problem.p)
    if problem.standardized:
        spread = np.sqrt(share @ (X * X))
        scales = np.where(spread == 0.0, 1.0, spread)
        X /= scales
    root = np.sqrt(share * rows.size)
    return Problem(
        np.asfortranarray(X * root[:, None]), y * root, means, scales, level, problem.standardized, problem.names
    )


def _moments(problem: Problem, counts: Array) -> Moments:
    X, y, n = problem.X, problem.y, problem.n
    share = counts / n
    means, levels = share @ X, share @ y
    gram = _second_moments(X, share)
    square = np.diagonal(gram, axis1=1, axis2=2).copy()
    gram -= means[:, :, None] * means[:, None, :]
    corr = (share * y) @ X - means * levels[:, None]
    variance = np.maximum(np.diagonal(gram, axis1=1, axis2=2), 0.0)
    flat = variance <= _FLAT * square
    still = share @ (y * y) - levels**2 <= _FLAT * (share @ (y * y))
    scales = np.sqrt(np.where(flat, 1.0, variance)) if problem.standardized else np.ones_like(means)
    gram /= scales[:, :, None] * scales[:, None, :]
    corr /= scales
    gram[flat[:, :, None] | flat[:, None, :]] = 0.0
    corr[flat | still[:, None]] = 0.0
    return Moments(gram, corr, scales)


def _second_moments(X: Array, share: Array) -> Array:
    """Σ share·x·xᵀ (B, p, p), a few resamples at a time."""
    n, p = X.shape
    gram = np.zeros((len(share), p, p))
    rows = min(n, max(1, _ROOM // p))
    step = max(1, _ROOM // (rows * p))
    for start, top in product(range(0, len(share), step), range(0, n, rows)):
        some, part = X[top : top + rows], share[start : start + step, None, top : top + rows]
        gram[start : start + step] += (some.T * part) @ some
    return gram


def _distance(problem: Problem, w: Array, l1: float, l2: float) -> float:
    """The largest distance of a correlation that ``w`` (p,) leaves to the set l1·∂|w| + l2·w."""
    left = problem.X.T @ (problem.y - problem.X @ w) / problem.n
    off = np.where(w == 0.0, np.maximum(np.abs(left) - l1, 0.0), np.abs(left - l1 * np.sign(w) - l2 * w))
    return float(off.max())
