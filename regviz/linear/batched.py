"""Lasso, elastic net and ridge on many Gram matrices at once: one stacked linear solve per round of exchanges.

Single problems and whole paths are in `elastic_net` and `lasso`.
"""

import numpy as np
from numpy.typing import NDArray

from regviz.linear.lasso import gram_path
from regviz.linear.problem import Array

_ROUNDS = 12
_SLACK = 1e-13


def stacked_solutions(gram: Array, corr: Array, l1: float, l2: float, warm: Array | None = None) -> Array:
    """Minimisers (B, p) of wᵀGw/2 − cᵀw + l1‖w‖₁ + l2/2·‖w‖² for ``gram`` (B, p, p) and ``corr`` (B, p).

    ``warm`` (p,) has the signs to begin with. l1 = l2 = 0 gives the end of each lasso path. Raises ArithmeticError when
    columns are too large or too small to square.
    """
    w, solved = active_sets(gram, corr, l1, l2, warm)
    for b in np.flatnonzero(~solved).tolist():
        ridged = gram[b].copy()
        ridged.flat[:: len(ridged) + 1] += l2
        w[b] = gram_path(ridged, corr[b], l1).coef[-1]
    return w


def stacked_violation(gram: Array, corr: Array, w: Array, l1: float, l2: float) -> Array:
    """The largest distance (B,) of a correlation c − Gw to the set l1·∂|w| + l2·w."""
    left = corr - (gram @ w[:, :, None])[:, :, 0]
    off = np.where(w == 0.0, np.maximum(np.abs(left) - l1, 0.0), np.abs(left - l1 * np.sign(w) - l2 * w))
    worst: Array = off.max(axis=1, initial=0.0)
    return worst


def active_sets(
    gram: Array, corr: Array, l1: float, l2: float, warm: Array | None = None
) -> tuple[Array, NDArray[np.bool_]]:  # fmt: skip
    """The same minimisers (B, p), and (B,) whether the conditions hold to rounding; where not, the row is no solution.

    All problems exchange the features that violate a condition, until none does.
    Source: primal-dual active sets, Hintermüller, Ito & Kunisch 2002.
    """
    w, solved = np.zeros(corr.shape), np.zeros(len(corr), dtype=bool)
    if l1 == 0.0 and l2 == 0.0:
        return w, solved
    slack = _SLACK * np.abs(corr).max(axis=1, initial=0.0)
    # Without better knowledge, the signs of the solution if the features were orthogonal.
    signs = np.sign(corr) * (np.abs(corr) > l1) if warm is None else np.broadcast_to(np.sign(warm), corr.shape)
    rows = np.arange(len(corr))
    for _ in range(_ROUNDS):
        try:
            part, left = _restricted(gram[rows], corr[rows], signs, l1, l2)
        except np.linalg.LinAlgError:
            break
        turned, exact = _exchanged(signs, part, left, slack[rows], l1, l2)
        w[rows[exact]], solved[rows[exact]] = part[exact], True
        again = (turned != signs).any(axis=1)
        signs, rows = turned[again], rows[again]
        if not rows.size:
            break
    return w, solved


def _exchanged(
    signs: Array, part: Array, left: Array, slack: Array, l1: float, l2: float
) -> tuple[Array, NDArray[np.bool_]]:  # fmt: skip
    """The signs (B, p) after one exchange, and (B,) whether nothing was exchanged and all equations hold."""
    active = signs != 0.0
    wrong = active & (part * signs < 0.0) & (l1 > 0.0)
    over = ~active & (np.abs(left) > l1 + slack[:, None])
    turned = np.where(wrong, 0.0, np.where(over, np.sign(left), signs))
    off = np.abs(left - l1 * signs - l2 * part) * active
    return turned, ~(wrong | over).any(axis=1) & (off.max(axis=1, initial=0.0) <= 10.0 * slack)


def _restricted(gram: Array, corr: Array, signs: Array, l1: float, l2: float) -> tuple[Array, Array]:
    """Solutions (B, p) of the equations of the active features, and the correlations (B, p) that they leave."""
    active = signs != 0.0
    block = gram * (active[:, :, None] & active[:, None, :])
    place = np.arange(corr.shape[1])
    block[:, place, place] += np.where(active, l2, 1.0)
    right = (corr - l1 * signs) * active
    part = np.linalg.solve(block, right[:, :, None])[:, :, 0]
    return part, corr - (gram @ part[:, :, None])[:, :, 0]
