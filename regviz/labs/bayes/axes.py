"""The axes of coefficients: one object for each coefficient, so that nothing moves but the curves while λ does."""

from functools import lru_cache

import numpy as np

from regviz.lab import Axis
from regviz.labs.bayes.scene import Case, path
from regviz.theory.ridge_posterior import RidgePosterior

SHARE = 0.3
"""Lower share of the slider whose widest posteriors may leave the axes."""


@lru_cache(maxsize=64)
def coefficient_axis(found: Case, sigma2: float, j: int) -> Axis:
    """The axis of coefficient ``j``: 0, its modes under both priors, and three standard deviations around."""
    modes = [path(found, prior).standardized_at(lam)[j] for prior in ("gaussian", "laplace") for lam in _sampled(found)]
    spread = 3.0 * float(np.sqrt(RidgePosterior(found.spectrum, _smallest(found), sigma2).covariance((j,))[0, 0]))
    low, high = min(0.0, *modes) - spread, max(0.0, *modes) + spread
    if not high > low:
        low, high = -1.0, 1.0
    return Axis(low=low, high=high, label=found.names[j])


@lru_cache(maxsize=16)
def lam_axis(found: Case) -> Axis:
    """The axis of λ."""
    return Axis(low=found.limits[0], high=found.limits[1], log=True, label="λ (log scale)")


def _sampled(found: Case) -> tuple[float, ...]:
    return tuple(float(lam) for lam in np.geomspace(_smallest(found), found.limits[1], 9))


def _smallest(found: Case) -> float:
    """The λ from which on everything fits the axes; below it nearly collinear inputs would need far wider ones."""
    low, high = found.limits
    return float(low * (high / low) ** SHARE)
