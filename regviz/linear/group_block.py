"""Exact minimisation over one block under the sparse group penalty. Which blocks are visited is decided elsewhere."""

import numpy as np
from numpy.typing import NDArray

from regviz.linear.group_newton import block_scale
from regviz.linear.problem import Array
from regviz.linear.thresholds import soft_threshold

_TURNS = 200


def block_minimiser(gram: Array, target: Array, a: float, limit: float, start: Array) -> Array:
    """The minimiser (m,) of ½zᵀQz − targetᵀz + a‖z‖₁ + limit·‖z‖₂ for Q = ``gram`` (m, m), with exact zeros.

    Zero where ‖S(target, a)‖ ≤ limit. Else the signs are searched (Lee, Battle, Raina & Ng 2007): with signs given it
    is one secular equation, and a move that would turn a sign stops at the best of its zero crossings.
    """
    thin = soft_threshold(target, a)
    size = float(np.linalg.norm(thin))
    if size <= limit:
        return np.zeros_like(target)
    z = start.copy()
    if not z.any():
        z = thin * ((1.0 - limit / size) / max(float(np.linalg.norm(gram, 2)), 1e-300))
    signs = np.sign(z)
    for _ in range(_TURNS):
        on = signs != 0.0
        best = np.zeros_like(z)
        best[on] = _signed(gram[np.ix_(on, on)], (target - a * signs)[on], limit)
        if (np.sign(best)[on] == signs[on]).all():
            z = best
            slack = target - gram @ z
            over = np.where(on, 0.0, np.abs(slack) - a)
            j = int(np.argmax(over))
            if over[j] <= 1e-14 * float(np.abs(target).max()):
                break
            signs[j] = np.sign(slack[j])
            continue
        moved = _best_on_the_way(gram, target, a, limit, z, best)
        if np.array_equal(moved, z):
            break
        z, signs = moved, np.sign(moved)
    return z


def _signed(gram: Array, target: Array, limit: float) -> Array:
    """The minimiser of ½zᵀQz − targetᵀz + limit·‖z‖₂ (m,)."""
    values, vectors = np.linalg.eigh(gram)
    return block_scale(values, vectors, target, limit)


def _best_on_the_way(gram: Array, target: Array, a: float, limit: float, z: Array, end: Array) -> Array:
    """The lowest of the points between ``z`` and ``end`` at which a coordinate crosses zero, and of the end."""
    step = end - z
    turning = np.flatnonzero((z != 0.0) & (z * end <= 0.0))
    shares = np.append(z[turning] / (z[turning] - end[turning]), 1.0)
    points = z + shares[:, None] * step
    points[np.arange(turning.size), turning] = 0.0
    values = [_value(gram, target, a, limit, point) for point in points]
    best: NDArray[np.float64] = points[int(np.argmin(values))]
    return best if min(values) < _value(gram, target, a, limit, z) else z


def _value(gram: Array, target: Array, a: float, limit: float, z: Array) -> float:
    return float(0.5 * z @ gram @ z - target @ z + a * np.abs(z).sum() + limit * np.linalg.norm(z))
