"""The evidence of linear regression under a Laplace prior, which has no closed form: sampled at many λ at once."""

import math

import numpy as np

from regviz.data.steps import Steps, finished
from regviz.linear.problem import Array, Problem
from regviz.theory.laplace_draws import drawing, sweeps

CHAINS = 4
"""Chains at each λ."""
_POINTS = 32
_DRAWN = 481
_BEYOND = 100.0
"""Where the curve starts, in units of λ_max: from there up to λ = ∞ two terms of a series are exact enough."""


def laplace_evidence(
    problem: Problem, low: float, sigma2: float, rng: np.random.Generator
) -> tuple[Array, Array] | None:
    """λ (L,) rising from ``low`` and log p(y | λ, σ²) (L,), intercept integrated out; None when too dear to sample.

    d log p/d log λ = p − (nλ/σ²)·E‖w‖₁, integrated down from the null model (thermodynamic integration).
    """
    return finished(integrating(problem, low, sigma2, rng))


def integrating(
    problem: Problem, low: float, sigma2: float, rng: np.random.Generator
) -> Steps[tuple[Array, Array] | None]:
    """`laplace_evidence` sweep by sweep."""
    from scipy.interpolate import CubicSpline

    count = CHAINS * _POINTS
    if not sweeps(problem, count):
        return None
    top = _BEYOND * max(problem.lam_max, low, math.sqrt(sigma2 / problem.n * float(np.trace(problem.gram))))
    lams = np.geomspace(low, top, _POINTS)
    chains = yield from drawing(problem, np.repeat(lams, CHAINS), sigma2, rng)
    sizes = chains.sizes.reshape(_POINTS, CHAINS).mean(axis=1) / (sigma2 / problem.n / lams)
    slope = problem.p - sizes
    rise = CubicSpline(np.log(lams), slope).antiderivative()
    drawn = np.geomspace(low, top, _DRAWN)
    return drawn, _near_null(problem, top, sigma2) + rise(np.log(drawn)) - float(rise(math.log(top)))


def _near_null(problem: Problem, lam: float, sigma2: float) -> float:
    """The log evidence for a λ so large that b = σ²/(nλ) is small: null model + b²[(n/σ²)²‖c‖² − (n/σ²)·tr G]."""
    n = problem.n
    null = -0.5 * ((n - 1) * math.log(2.0 * math.pi * sigma2) + n * problem.y_variance / sigma2)
    correlation = float(problem.correlation @ problem.correlation)
    return null + (correlation - sigma2 / n * float(np.trace(problem.gram))) / lam**2
