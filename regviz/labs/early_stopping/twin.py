"""The linear twin: gradient descent on least squares beside ridge, direction by direction and in risk."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.data import synthetic
from regviz.labs.early_stopping.state import EarlyStoppingState
from regviz.linear.gradient_flow import (
    Directions,
    descent_filter,
    equivalent_lam,
    flow_filter,
    ridge_filter,
)
from regviz.linear.problem import Problem

Array = NDArray[Any]

POINTS = 220
"""Numbers of iterations at which the curves over training time are drawn, at most."""
LONGEST = 1_000
"""Iterations that the curves reach, or more where the slider is beyond."""


@dataclass(frozen=True, eq=False)
class Scene:
    """One problem and step size.

    ``times`` (T,) iterations, ``descent``, ``flow`` and ``ridge`` (T,) the expected in-sample risks there, coupled by
    τ = ηt and λ = 1/(ηt). ``truth`` (p,) true standardised coefficients, ``noise`` σ.
    """

    problem: Problem
    directions: Directions
    truth: Array
    noise: float
    rate: float
    times: Array
    descent: Array
    flow: Array
    ridge: Array

    def filters(self, steps: float) -> tuple[Array, Array, Array]:
        """Filters (k,) of descent, flow and ridge after ``steps``."""
        h, time = self.directions.curvature, self.rate * steps
        return descent_filter(h, self.rate, steps), flow_filter(h, time), ridge_filter(h, 1.0 / time)

    def equivalent(self, steps: float) -> Array:
        """The ridge λ (k,) that each direction gets from descent."""
        with np.errstate(all="ignore"):  # 0/0 where both have arrived
            return equivalent_lam(self.directions.curvature, self.rate, steps)

    def risks(self, steps: float) -> tuple[float, float, float]:
        """Risks of descent, flow and ridge after ``steps``."""
        found = (float(self.directions.risk(kept, self.truth, self.noise)) for kept in self.filters(steps))
        descent, flow, ridge = found
        return descent, flow, ridge


def scene(state: EarlyStoppingState) -> Scene:
    """The scene of ``state``; the same object while problem and step size stay."""
    made = (state.train_size, state.features, state.spread, state.correlation, state.seed)
    return _scene(*made, state.stride, LONGEST * -(-state.iterations // LONGEST))


@lru_cache(maxsize=8)
def _problem(n: int, p: int, noise: float, rho: float, seed: int) -> tuple[Problem, Directions, Array]:
    data = synthetic(n=n, p=p, informative=p, noise=noise, rho=rho, seed=seed)
    problem = Problem.of(data.X, data.y)
    return problem, Directions.of(problem), data.w * problem.scales


@lru_cache(maxsize=8)
def _scene(n: int, p: int, noise: float, rho: float, seed: int, stride: float, longest: int) -> Scene:
    problem, directions, truth = _problem(n, p, noise, rho, seed)
    h, rate = directions.curvature, stride / float(directions.curvature[0])
    times = np.unique(np.rint(np.geomspace(1.0, longest, POINTS)))
    column = times[:, None]
    kept = descent_filter(h, rate, column), flow_filter(h, rate * column), ridge_filter(h, 1.0 / (rate * column))
    risks = (directions.risk(filters, truth, noise) for filters in kept)
    return Scene(problem, directions, truth, noise, rate, times, *risks)
