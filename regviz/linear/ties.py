"""How tied features move so that their common correlation holds: a small quadratic problem with signs.

The walk that asks for it is in `lars`.
"""

import numpy as np
from numpy.typing import NDArray

from regviz.linear.problem import Array

Mask = NDArray[np.bool_]

SLOPE = 1e-9
"""Rates of correlation that differ by less count as equal."""
_PIVOT = 1e-11


def tie_keeping(gram: Array, held: Mask, warm: Array) -> Array:
    """The minimiser (a,) of ½φᵀGφ − Σφ with φ_j ≥ 0 where ``held`` (a,), for ``gram`` (a, a) of sign-turned features.

    Its gradient says that all features with φ_j ≠ 0 keep their common correlation and the rest fall at least as fast.
    ``warm`` (a,) ≥ 0 is where to start. Source: Lawson & Hanson 1974, non-negative least squares.
    """
    phi = np.where(held, warm, 0.0)
    if not phi.size:
        return phi
    inside = ~held | (phi > 0.0)
    for _ in range(6 * phi.size + 6):
        phi, inside = _feasible(gram, held, phi, inside)
        gradient = np.where(inside, -np.inf, 1.0 - gram @ phi)
        j = int(gradient.argmax())
        if not gradient[j] > SLOPE:
            break
        inside[j] = True
    return phi


def _feasible(gram: Array, held: Mask, phi: Array, inside: Mask) -> tuple[Array, Mask]:
    """Solve on ``inside``, taking out held features that would turn negative one after another."""
    inside = inside.copy()
    while True:
        goal = np.zeros(phi.size)
        index = np.flatnonzero(inside)
        goal[index] = solve(gram[np.ix_(index, index)], np.ones(index.size))
        wrong = inside & held & (goal <= 0.0)
        if not wrong.any():
            return goal, inside
        shares = np.divide(phi, phi - goal, out=np.zeros(phi.size), where=wrong & (phi > 0.0))
        share = float(shares[wrong].min())
        phi = np.where(inside, phi + share * (goal - phi), 0.0)
        inside &= ~(wrong & (shares <= share))


def solve(gram: Array, target: Array) -> Array:
    """G⁻¹ target (a,); where G is singular, of smallest norm for features of unit length."""
    if not target.size:
        return target
    size = np.sqrt(gram.diagonal())
    unit = gram / size / size[:, None]
    goal = target / size
    try:
        if np.linalg.cholesky(unit).diagonal().min() ** 2 > _PIVOT:
            return np.asarray(np.linalg.solve(unit, goal) / size, dtype=np.float64)
    except np.linalg.LinAlgError:
        pass
    return np.asarray(np.linalg.lstsq(unit, goal, rcond=_PIVOT)[0] / size, dtype=np.float64)
