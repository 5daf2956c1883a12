"""The problem of penalised logistic regression, and what certifies an answer; no solver lives here.

Minimises mean[log(1 + e^η) − yη] + Ω(w) with η = b + Xw, y in {0, 1}, X standardised, the intercept b free;
scikit-learn's C is 1/(nλ).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regviz.linear.penalties import Penalty
from regviz.linear.problem import Array, Problem


class Point(NamedTuple):
    """Intercept and coefficients (p,) on the standardised scale."""

    bias: float
    w: Array


@dataclass(frozen=True, eq=False)
class LogisticProblem:
    """Standardised features and a target of 0 and 1.

    ``base`` is the regression problem of the same X on y − ȳ: its correlations are minus the gradient at w = 0, so that
    its λ_max is the logistic loss's too.
    """

    base: Problem
    y: Array

    @classmethod
    def of(
        cls, X: ArrayLike, y: ArrayLike, *, standardize: bool = True, names: Sequence[str] = ()
    ) -> "LogisticProblem":
        """Centre and scale ``X`` (n, p); raises ValueError unless ``y`` (n,) holds 0 and 1, and both of them."""
        base = Problem.of(X, y, standardize=standardize, names=names)
        target = np.array(y, dtype=np.float64)
        if not np.isin(target, (0.0, 1.0)).all():
            raise ValueError("The logistic loss needs a target of 0 and 1 only.")
        if np.ptp(target) == 0.0:
            raise ValueError("The logistic loss needs rows of both classes; here every target is the same.")
        return cls(base, target)

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.base.n

    @property
    def p(self) -> int:
        """Number of features."""
        return self.base.p

    @property
    def X(self) -> Array:
        """Standardised features (n, p)."""
        return self.base.X

    @property
    def lam_max(self) -> float:
        """max_j |x_jᵀ(y − ȳ)|/n, the unit of KKT residuals."""
        return self.base.lam_max

    def only(self, index: NDArray[np.intp]) -> "LogisticProblem":
        """The problem with no other features than ``index`` (a,), in that order."""
        return LogisticProblem(self.base.only(index), self.y)

    @cached_property
    def turned(self) -> "tuple[LogisticProblem, Array]":
        """The problem in the axes (r, p) of the rows' space, and these: w = axesᵀz has the norm of z (r,)."""
        left, values, axes = np.linalg.svd(self.X, full_matrices=False)
        r = values.size
        base = Problem(left * values, self.base.y, np.zeros(r), np.ones(r), self.base.y_mean, False, ())
        return LogisticProblem(base, self.y), axes

    @property
    def null_point(self) -> Point:
        """The minimiser with w = 0: the intercept is log ȳ/(1 − ȳ)."""
        return Point(math.log(self.base.y_mean / (1.0 - self.base.y_mean)), np.zeros(self.p))

    def loss(self, bias: float, w: Array) -> float:
        """Mean negative log-likelihood."""
        eta = bias + self.X @ w
        return float(np.mean(np.logaddexp(0.0, eta) - self.y * eta))

    def gradient(self, bias: float, w: Array) -> tuple[float, Array]:
        """Of the loss, with respect to the intercept and to w (p,)."""
        error = probability(bias + self.X @ w) - self.y
        return float(error.mean()), self.X.T @ error / self.n

    def unscale(self, bias: float, w: Array) -> tuple[float, Array]:
        """Intercept and coefficients (p,) on the data's own scale."""
        coef = w / self.base.scales
        return bias - float(self.base.means @ coef), coef


def logistic_kkt(problem: LogisticProblem, penalty: Penalty, bias: float, w: Array) -> float:
    """Largest violation of the optimality conditions, the intercept's included, over max_j |x_jᵀ(y − ȳ)|/n."""
    if problem.lam_max == 0.0:
        return 0.0
    slope, grad = problem.gradient(bias, w)
    return max(abs(slope), float(np.max(penalty.subgradient_distance(w, grad)))) / problem.lam_max


def logistic_gap(problem: LogisticProblem, penalty: Penalty, bias: float, w: Array) -> float:
    """An upper bound, ≥ 0, of objective − minimum: mean KL divergence of dual from fitted probabilities, plus Ω's gap.

    The dual probabilities are (1 − s)·y + s·fitted, with s as large as Ω* allows and the intercept at its optimum;
    for λ = 0 the part of the residual along [1, X] is taken off instead; the gap is infinite where that leaves [0, 1].
    """
    best = best_bias(problem, bias, problem.X @ w)
    fitted = probability(best + problem.X @ w)
    residual = problem.y - fitted
    excess = problem.loss(bias, w) - problem.loss(best, w)
    if penalty.lam == 0.0:
        span = np.column_stack([np.ones(problem.n), problem.X])
        return excess + _divergence(fitted + span @ np.linalg.lstsq(span, residual, rcond=None)[0], fitted)
    v = problem.X.T @ residual / problem.n
    scale = min(1.0, penalty.dual_scale(v))
    dual = (1.0 - scale) * problem.y + scale * fitted
    return max(excess, 0.0) + _divergence(dual, fitted) + penalty.fenchel_gap(w, scale * v)


def best_bias(problem: LogisticProblem, bias: float, part: Array) -> float:
    """The intercept that minimises the loss for the given Xw (n,), by Newton with bisection as its guard."""
    low, high = -math.inf, math.inf
    for _ in range(100):
        mu = probability(bias + part)
        slope, curve = float(np.mean(mu - problem.y)), float(np.mean(mu * (1.0 - mu)))
        low, high = (bias, high) if slope < 0.0 else (low, bias)
        new = bias - slope / curve if curve > 0.0 else math.nan
        if not low <= new <= high:
            new = 0.5 * (low + high) if math.isfinite(low + high) else bias - math.copysign(1.0 + abs(bias), slope)
        if abs(new - bias) <= 1e-15 * max(abs(bias), 1.0):
            return new
        bias = new
    return bias


def _divergence(dual: Array, fitted: Array) -> float:
    """Mean KL divergence of Bernoulli(dual) from Bernoulli(fitted), infinite unless 0 ≤ dual ≤ 1."""
    from scipy.special import rel_entr

    return max(float(np.mean(rel_entr(dual, fitted) + rel_entr(1.0 - dual, 1.0 - fitted))), 0.0)


def probability(eta: Array) -> Array:
    """1/(1 + e^−η) without overflow."""
    result: Array = 0.5 * (1.0 + np.tanh(0.5 * eta))
    return result
