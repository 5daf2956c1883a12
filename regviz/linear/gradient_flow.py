"""Gradient descent on least squares from zero, one singular direction at a time, beside ridge. No iterations here.

With X = USVᵀ and h = s²/n the curvature of 1/(2n)‖y − Xw‖² along a direction, each method multiplies the least-squares
coefficient there by a filter: descent of rate η after t steps 1 − (1 − ηh)ᵗ, gradient flow at time τ 1 − e^{−τh},
ridge h/(h + λ). They are coupled by τ = ηt and λ = 1/τ (Ali, Kolter & Tibshirani 2019).
"""

from dataclasses import dataclass

import numpy as np

from regviz.linear.least_squares import numerical_rank
from regviz.linear.problem import Array, Problem

FLOW_BOUND = 1.6859091
"""max over x of [(1 − e^{−x})(1 + x)/x]²: how far the risk of flow can lie above that of ridge at λ = 1/τ."""


def descent_filter(curvature: Array, rate: float, steps: float | Array) -> Array:
    """1 − (1 − ηh)ᵗ for ``curvature`` h and ``steps`` of shapes that fit; beyond ηh = 2 it grows without bound.

    ``steps`` are whole; others only where ηh < 1.
    """
    left = 1.0 - rate * curvature
    small = np.minimum(rate * curvature, 0.5)
    with np.errstate(over="ignore"):
        exact: Array = np.where(left > 0.5, -np.expm1(steps * np.log1p(-small)), 1.0 - np.power(left, steps))
    return exact


def flow_filter(curvature: Array, time: float | Array) -> Array:
    """1 − e^{−τh}."""
    result: Array = -np.expm1(-time * curvature)
    return result


def ridge_filter(curvature: Array, lam: float | Array) -> Array:
    """h/(h + λ), for λ > 0 or curvatures above zero."""
    result: Array = curvature / (curvature + lam)
    return result


def equivalent_lam(curvature: Array, rate: float, steps: float | Array) -> Array:
    """The λ of ridge that acts along each direction as descent does: h(1 − ηh)ᵗ / (1 − (1 − ηh)ᵗ).

    It differs from direction to direction, and is negative where descent has overshot least squares.
    """
    kept = descent_filter(curvature, rate, steps)
    result: Array = curvature * (1.0 - kept) / kept
    return result


@dataclass(frozen=True, eq=False)
class Directions:
    """The singular directions of a problem with a curvature above rounding, steepest first.

    ``curvature`` h (k,); ``axes`` (k, p) unit vectors; ``ols`` (k,) least squares along them; ``n`` rows.
    """

    curvature: Array
    axes: Array
    ols: Array
    n: int

    @classmethod
    def of(cls, problem: Problem) -> "Directions":
        """Those of ``problem``; raises ValueError when all its features are constant."""
        left, values, right = np.linalg.svd(problem.X, full_matrices=False)
        rank = numerical_rank(values, max(problem.X.shape))
        if not rank:
            raise ValueError("All features are constant: there is no direction to descend along.")
        s = values[:rank]
        return cls(s**2 / problem.n, right[:rank], (left[:, :rank].T @ problem.y) / s, problem.n)

    def coef(self, kept: Array) -> Array:
        """Standardised coefficients (p,) for a filter ``kept`` (k,)."""
        result: Array = (kept * self.ols) @ self.axes
        return result

    def risk(self, kept: Array, truth: Array, noise: float) -> Array:
        """Expected in-sample risk E‖Xŵ − Xw‖²/n of filters ``kept`` (…, k), for true coefficients ``truth`` (p,) and
        noise variance σ² = ``noise``²: bias² Σ h(1 − f)²θ² plus variance Σ σ²f²/n, θ the truth along the directions.
        """
        along = self.axes @ truth
        bias = self.curvature * ((1.0 - kept) * along) ** 2
        result: Array = (bias + (noise * kept) ** 2 / self.n).sum(axis=-1)
        return result
