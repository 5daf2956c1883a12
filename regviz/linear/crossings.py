"""Where ridge coefficients cross zero as λ changes: isolated λ, found exactly. Ridge itself is in `ridge`."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regviz.linear.problem import Array
from regviz.linear.ridge import RidgeSystem

Index = NDArray[np.intp]

_GRID = 400
_HALVINGS = 60


class Crossing(NamedTuple):
    """Feature ``feature`` is zero at ``lam`` and changes sign there."""

    lam: float
    feature: int


def zero_crossings(system: RidgeSystem, low: float, high: float) -> tuple[Crossing, ...]:
    """Sign changes of ridge coefficients for λ in ``low`` … ``high``, by rising λ.

    Two that lie closer than one part in 400 of the logarithmic range may be missed.
    """
    lams = np.geomspace(low, high, _GRID)
    coef = system.at(lams)
    rows, features = np.nonzero(coef[:-1] * coef[1:] < 0.0)
    if not rows.size:
        return ()
    found = _bisect(system, lams[rows], lams[rows + 1], features)
    return tuple(sorted(Crossing(float(lam), int(j)) for lam, j in zip(found, features, strict=True)))


def _bisect(system: RidgeSystem, low: Array, high: Array, features: Index) -> Array:
    """The zero (m,) of each feature (m,) between ``low`` and ``high`` (m,)."""
    start = np.sign(_one(system, low, features))
    for _ in range(_HALVINGS):
        middle = np.sqrt(low * high)
        before = np.sign(_one(system, middle, features)) == start
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    result: Array = np.sqrt(low * high)
    return result


def _one(system: RidgeSystem, lams: Array, features: Index) -> Array:
    """Coefficient ``features[k]`` at ``lams[k]`` (m,)."""
    result: Array = (system.axes[features] * system.corr / (system.values + lams[:, None])).sum(axis=1)
    return result
