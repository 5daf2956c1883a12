"""Sub-networks of a net with dropout, in float64: all of them with their probabilities, or some with given masks.

No pictures and no training: weights come in as matrices (units, inputs + 1) whose last column is the bias.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.neural import Net, activate

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Means:
    """Three answers to "what does the ensemble say": each (n,). ``geometric`` is None for regression.

    ``members`` (S, n) are all sub-networks, ``chances`` (S,) their probabilities, ``deviation`` (n,) the exact
    standard deviation of a sub-network drawn at random.
    """

    arithmetic: Array
    geometric: Array | None
    scaling: Array
    members: Array
    chances: Array
    deviation: Array


def matrices(net: Net, params: Array) -> tuple[Array, ...]:
    """The dense layers' matrices of ``params`` (P,), in float64."""
    flat = params.astype(np.float64)[None]
    return tuple(parameter.of(flat)[0] for parameter in net.dense)


@lru_cache(maxsize=16)
def all_masks(units: int) -> Array:
    """Every mask of ``units`` units as rows of zeros and ones (2^units, units), the first all dropped."""
    found = (np.arange(2**units)[:, None] >> np.arange(units) & 1).astype(np.float64)
    found.setflags(write=False)
    return found


def chances(widths: Sequence[int], drop: float) -> Array:
    """Probability (S,) of each combination of `all_masks` of the layers, the last layer's varying fastest."""
    found = np.ones(1)
    for units in widths:
        kept = all_masks(units).sum(axis=1)
        found = np.multiply.outer(found, (1.0 - drop) ** kept * drop ** (units - kept)).ravel()
    return found


def every_output(weights: Sequence[Array], activation: str, points: Array, drop: float) -> Array:
    """Raw outputs (S, K, n) at ``points`` (n, d) of all S = 2^H sub-networks, kept units scaled by 1/(1 − q)."""
    h = activate(activation, _dense(weights[0], points.T))[None]
    for depth, matrix in enumerate(weights[1:], start=1):
        masks = all_masks(matrix.shape[1] - 1)
        thinned = (matrix[:, :-1] * masks[:, None, :] / (1.0 - drop)).reshape(-1, masks.shape[1])
        z = (thinned @ h).reshape(len(h) * len(masks), len(matrix), -1) + matrix[:, -1:]
        h = activate(activation, z) if depth < len(weights) - 1 else z
    return h


def masked_outputs(weights: Sequence[Array], activation: str, points: Array, factors: Sequence[Array]) -> Array:
    """Raw outputs (M, K, n) with hidden layer k multiplied by ``factors[k]`` (M, units)."""
    return _dense(weights[-1], hidden(weights, activation, points, factors)[-1])


def hidden(weights: Sequence[Array], activation: str, points: Array, factors: Sequence[Array]) -> list[Array]:
    """What each hidden layer hands on under ``factors``: arrays (M, units, n)."""
    found: list[Array] = []
    h = points.T
    for matrix, factor in zip(weights[:-1], factors, strict=True):
        h = activate(activation, _dense(matrix, h)) * factor[:, :, None]
        found.append(h)
    return found


def means(weights: Sequence[Array], activation: str, loss: str, points: Array, drop: float) -> Means:
    """Arithmetic mean, normalised geometric mean and weight scaling at ``points`` (n, d).

    For classes it is the probability of the last class. The geometric mean is Π p_m^{P(m)}, normalised over classes.
    """
    widths = [len(matrix) for matrix in weights[:-1]]
    share = chances(widths, drop)
    whole = masked_outputs(weights, activation, points, [np.ones((1, units)) for units in widths])
    logs = log_chances(every_output(weights, activation, points, drop), loss)
    members = logs[:, -1] if loss == "squared" else np.exp(logs[:, -1])
    arithmetic = share @ members
    spread = np.sqrt(share @ (members - arithmetic) ** 2)
    scaled = log_chances(whole, loss)[0, -1]
    if loss == "squared":
        return Means(arithmetic, None, scaled, members, share, spread)
    mean_log = np.tensordot(share, logs, axes=1)
    geometric = np.exp(mean_log[-1] - np.logaddexp.reduce(mean_log, axis=0))
    return Means(arithmetic, geometric, np.exp(scaled), members, share, spread)


def log_chances(outputs: Array, loss: str) -> Array:
    """Log probabilities (S, C, n) of raw ``outputs`` (S, K, n); for the squared loss the outputs themselves."""
    if loss == "squared":
        return outputs
    logits = np.concatenate([np.zeros_like(outputs), outputs], axis=1) if loss == "logistic" else outputs
    result: Array = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return result


def _dense(matrix: Array, h: Array) -> Array:
    result: Array = matrix[:, :-1] @ h + matrix[:, -1:]
    return result
