"""Newton's method for the group lasso on fixed active groups, for many λ at once; and exact block descent.

Everything here works on a Gram matrix; which groups are active is decided elsewhere.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from regviz.linear.groups import Groups
from regviz.linear.problem import Array


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
    def of(cls, groups: Groups, gram: Array, corr: Array) -> "Block":
        """Block of ``groups`` with the Gram (a, a) and correlations (a,) of their members in that order."""
        sizes = np.array([len(group) for group in groups])
        index = np.array([j for group in groups for j in group], dtype=np.intp)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
        labels = np.repeat(np.arange(len(groups)), sizes)
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
    def damping(self) -> float:
        """What is added to the diagonal so that no system is singular; it slows convergence, and moves no solution."""
        return 1e-14 * (float(np.trace(self.gram)) or 1.0)

    @cached_property
    def weights(self) -> Array:
        """√p_g of each feature's group (a,)."""
        result: Array = self.roots[self.labels]
        return result

    @cached_property
    def largest(self) -> float:
        """The largest entry of the Gram."""
        return float(np.max(np.abs(self.gram)))

    @cached_property
    def diagonal(self) -> NDArray[np.intp]:
        """Flat positions of the diagonal of an (a, a) matrix."""
        return np.arange(self.index.size) * (self.index.size + 1)

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


def newton(block: Block, lams: Array, w: Array, tolerance: float, most: int = 12) -> Newton:
    """Solve G w − c + λ√p_g w_g/‖w_g‖ = 0 for each λ of ``lams`` (L,), from starts ``w`` (L, a) with no group at zero.

    A row converges when its largest residual is at most ``tolerance``; one further step is then taken.
    A step that would turn a group round is shortened; rows in which a group shrinks to nothing do not converge.
    """
    w = w.copy()
    slope = np.zeros_like(w)
    strength = lams[:, None] * block.roots
    converged = np.zeros(lams.size, dtype=bool)
    rows: NDArray[np.intp] | slice = slice(None)
    for _ in range(most):
        now = w[rows]
        norms = block.norms(now)
        if not (norms > 0.0).all():
            break
        try:
            solution, worst = _linearised(block, now, norms, strength[rows])
        except np.linalg.LinAlgError:
            break
        step, slope[rows] = solution[..., 0], solution[..., 1]
        w[rows] = now - _shortened(block, now, norms, step)
        # the gradient of a rounded w is known to ε‖G‖·‖w‖₁ only
        noise = 2e-16 * block.largest * np.abs(now).sum(axis=1)
        converged[rows] = done = worst <= np.maximum(tolerance, noise)
        if done.all():
            break
        rows = np.flatnonzero(~converged)
    return Newton(w, slope, converged)


def _linearised(block: Block, w: Array, norms: Array, strength: Array) -> tuple[Array, Array]:
    """Newton step and dw/dλ, stacked as (L, a, 2), and the largest residual of each row (L,)."""
    spread = block.labels
    unit = w / norms[:, spread]
    pull = (strength / norms)[:, spread]
    residual = w @ block.gram - block.corr + pull * w
    hessian = (pull * unit)[:, :, None] * unit[:, None, :]
    hessian *= block.within
    np.subtract(block.gram, hessian, out=hessian)
    hessian.reshape(len(w), -1)[:, block.diagonal] += pull + block.damping
    right = np.empty((*w.shape, 2))
    right[..., 0] = residual
    np.multiply(unit, -block.weights, out=right[..., 1])
    return np.asarray(np.linalg.solve(hessian, right), dtype=np.float64), np.abs(residual).max(axis=1)


def _shortened(block: Block, w: Array, norms: Array, step: Array) -> Array:
    """``step`` (L, a), scaled so that no group loses more than nine tenths of itself along its own direction."""
    along = np.add.reduceat(w * step, block.starts, axis=1) / (norms * norms)
    worst = along.max(axis=1)
    if (worst <= 0.9).all():
        return step
    result: Array = step * np.where(worst > 0.9, 0.9 / np.maximum(worst, 0.9), 1.0)[:, None]
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
