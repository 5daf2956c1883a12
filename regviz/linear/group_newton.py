"""Newton's method for the group lasso on fixed active groups, for many λ at once; and exact block descent.

Everything here works on a Gram matrix; which groups are active is decided elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from regviz.linear.problem import Array

_PATIENT = 4
"""Steps after which rounding is thought of."""


@dataclass(frozen=True, eq=False)
class Block:
    """The features of some groups, laid out group after group.

    ``index`` (a,) are positions among all features, ``gram`` (a, a), ``corr`` (a,); group k of m starts at
    ``starts[k]``, ``labels`` (a,) number the groups, ``roots`` (m,) are √p_g.
    """

    index: NDArray[np.intp]
    gram: Array
    corr: Array
    starts: NDArray[np.intp]
    labels: NDArray[np.intp]
    roots: Array

    @classmethod
    def of(cls, sizes: Sequence[int], index: NDArray[np.intp], gram: Array, corr: Array) -> "Block":
        """Block of groups of ``sizes`` (m,): positions (a,), Gram (a, a) and correlations (a,) of their members."""
        labels = np.repeat(np.arange(len(sizes)), sizes)
        starts = np.array([0, *accumulate(sizes[:-1])], dtype=np.intp)
        return cls(index, gram, corr, starts, labels, np.sqrt(sizes))

    @cached_property
    def within(self) -> Array:
        """1 where two features share a group (a, a)."""
        same: Array = (self.labels[:, None] == self.labels).astype(np.float64)
        return same

    @cached_property
    def eigen(self) -> list[tuple[Array, Array]]:
        """Eigenvalues and vectors of each group's own Gram."""
        ends = np.append(self.starts[1:], self.index.size)
        return [np.linalg.eigh(self.gram[i:j, i:j]) for i, j in zip(self.starts, ends, strict=True)]

    @cached_property
    def damped(self) -> Array:
        """The Gram, its diagonal raised so that no system is singular: that slows convergence and moves no solution."""
        damped = self.gram.copy()
        damped.flat[:: len(damped) + 1] += 1e-14 * (float(damped.trace()) or 1.0)
        return damped

    @cached_property
    def weights(self) -> Array:
        """√p_g of each feature's group (a,)."""
        result: Array = self.roots[self.labels]
        return result

    @cached_property
    def falls(self) -> Array:
        """−√p_g of each feature's group (a,)."""
        return -self.weights

    @cached_property
    def largest(self) -> float:
        """The largest entry of the Gram."""
        return float(np.max(np.abs(self.gram)))

    def norms(self, w: Array) -> Array:
        """Norm of each group, (…, m) for w (…, a)."""
        result: Array = np.sqrt(np.add.reduceat(w * w, self.starts, axis=-1))
        return result

    def objective(self, w: Array, lam: float) -> float:
        """½wᵀGw − cᵀw + λΣ√p_g‖w_g‖ for w (a,); NaN where w is not finite."""
        return float(0.5 * w @ self.gram @ w - self.corr @ w + lam * self.roots @ self.norms(w))


@dataclass(frozen=True, eq=False)
class Newton:
    """Where Newton's method ended: ``w`` (L, a), ``slope`` dw/dλ (L, a) and ``converged`` (L,)."""

    w: Array
    slope: Array
    converged: NDArray[np.bool_]

    def keep(self, rows: NDArray[np.intp], w: Array, slope: Array, converged: NDArray[np.bool_]) -> None:
        """Record how ``rows`` (m,) ended."""
        self.w[rows], self.slope[rows], self.converged[rows] = w, slope, converged


def newton(block: Block, lams: Array, w: Array, tolerance: float, most: int = 12) -> Newton:
    """Solve G w − c + λ√p_g w_g/‖w_g‖ = 0 for each λ of ``lams`` (L,), from starts ``w`` (L, a) with no group at zero.

    All but the last term is linear: after a full step d with ‖d_g‖ ≤ ½‖w_g‖ the residual of group g is at most
    3λ√p_g‖d_g‖²/‖w_g‖². A row converges when that is at most ``tolerance``/1000 everywhere; where rounding prevents it,
    when the largest residual before a further step is at most ``tolerance``.
    A step that would turn a group round is shortened; rows in which a group shrinks to nothing do not converge.
    """
    found = Newton(w.copy(), np.zeros_like(w), np.zeros(lams.size, dtype=bool))
    rows, slope, done = np.arange(lams.size), found.slope, found.converged
    tiny, within = tolerance / 3000.0, block.within
    strength = lams[:, None] * block.weights
    heavy = np.maximum(strength, 4.0 * tiny)
    for turn in range(most):
        squares = (w * w) @ within
        if not squares.min() > 0.0:
            break
        try:
            residual, solution = _linearised(block, w, np.sqrt(squares), strength)
        except np.linalg.LinAlgError:
            break
        step, slope = solution[..., 0], solution[..., 1]
        share = (step * step) @ within
        share /= squares
        done = (share * heavy).max(axis=1) <= tiny
        if turn >= _PATIENT:
            # the gradient of a rounded w is known to ε‖G‖·‖w‖₁ only
            noise = 2e-16 * block.largest * np.abs(w).sum(axis=1)
            done |= np.abs(residual).max(axis=1) <= np.maximum(tolerance, noise)
        if not share.max() <= 0.81:
            step = _shortened(block, w, squares, step)
        w = w - step
        ended = np.count_nonzero(done)
        if ended == done.size:
            break
        if 2 * ended > done.size:
            found.keep(rows, w, slope, done)
            left = ~done
            rows, w, slope, strength, heavy = rows[left], w[left], slope[left], strength[left], heavy[left]
            done = done[left]
    found.keep(rows, w, slope, done)
    return found


def _linearised(block: Block, w: Array, norms: Array, strength: Array) -> tuple[Array, Array]:
    """The residual (L, a), and Newton step and dw/dλ, stacked as (L, a, 2); ``norms`` and ``strength`` by feature."""
    unit = w / norms
    pull = strength / norms
    residual: Array = w @ block.gram
    residual -= block.corr
    residual += strength * unit
    hessian = (pull * unit)[:, :, None] * unit[:, None, :]
    hessian *= block.within
    np.subtract(block.damped, hessian, out=hessian)
    hessian.reshape(len(w), -1)[:, :: w.shape[1] + 1] += pull
    right = np.empty((*w.shape, 2))
    right[..., 0] = residual
    np.multiply(unit, block.falls, out=right[..., 1])
    return residual, np.asarray(np.linalg.solve(hessian, right), dtype=np.float64)


def _shortened(block: Block, w: Array, squares: Array, step: Array) -> Array:
    """``step`` (L, a), scaled so that no group loses more than nine tenths of itself along its own direction."""
    along = (w * step) @ block.within / squares
    result: Array = step * (0.9 / np.maximum(along.max(axis=1), 0.9))[:, None]
    return result


def descend(block: Block, lam: float, w: Array, sweeps: int) -> Array:
    """``sweeps`` rounds of exact minimisation over one group after another, from ``w`` (a,); zeros are exact."""
    w = w.copy()
    left = block.corr - block.gram @ w
    for _ in range(sweeps):
        for g, first in enumerate(block.starts):
            values, vectors = block.eigen[g]
            span = slice(first, first + values.size)
            target = left[span] + block.gram[span, span] @ w[span]
            new = block_scale(values, vectors, target, lam * float(block.roots[g]))
            change = new - w[span]
            if change.any():
                left -= block.gram[:, span] @ change
                w[span] = new
    return w


def block_scale(values: Array, vectors: Array, target: Array, limit: float) -> Array:
    """The minimiser of ½zᵀQz − targetᵀz + limit·‖z‖ for Q = vectors·diag(values)·vectorsᵀ.

    With s = ‖z‖ the coordinates along the vectors are b·s/(values·s + limit); s solves ‖b/(values·s + limit)‖ = 1,
    by Newton on the reciprocal of the left side, which is concave: from s = 0 it rises to the root.
    """
    if float(np.linalg.norm(target)) <= limit:
        return np.zeros_like(target)
    b = vectors.T @ target
    values = np.maximum(values, 1e-15 * max(float(values[-1]), 1e-300))
    s = 0.0
    for _ in range(60):
        lower = values * s + limit
        ratio = b / lower
        size = float(np.sqrt(ratio @ ratio))
        step = size * size * (size - 1.0) / float((ratio * ratio) @ (values / lower))
        s += step
        if step <= 1e-15 * s:
            break
    result: Array = vectors @ (b * s / (values * s + limit))
    return result
