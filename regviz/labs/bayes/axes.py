"""The axes of coefficients: one object for each coefficient, so that nothing moves but the curves while λ does."""

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis
from regviz.labs.bayes.scene import Case, path
from regviz.theory.ridge_posterior import RidgePosterior

Array = NDArray[np.float64]

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


def holding(axis: Axis, values: Array) -> Axis:
    """``axis`` where it holds all ``values``, else one widened in powers of two, so that it moves seldom."""
    span = axis.high - axis.low
    below, above = (_extra(float(gap) / span) * span for gap in (axis.low - values.min(), values.max() - axis.high))
    return _widened(axis, below, above) if below or above else axis


def _extra(gap: float) -> float:
    """0, or the power of two from ⅛ on that holds ``gap`` and a margin."""
    return 0.0 if gap <= 0.0 else max(0.125, 2.0 ** math.ceil(math.log2(1.1 * gap + 1e-3)))


@lru_cache(maxsize=64)
def _widened(axis: Axis, below: float, above: float) -> Axis:
    return replace(axis, low=axis.low - below, high=axis.high + above)


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
