"""Dropout of features in least squares: the exact expected loss, its minimiser, and SGD on drawn masks. No pictures."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.labs.dropout.ensemble import all_masks, chances
from regviz.linear.problem import Problem
from regviz.neural import generator

Array = NDArray[Any]

ROWS = 60
CHAINS = 24
"""Independent runs of SGD: their spread gives the standard error of their mean."""
BATCH = 8
BLOCK = 50
"""Steps between two moments that are kept."""


def expected_loss(X: Array, y: Array, w: Array, drop: float) -> float:
    """E‖y − (X∘M)w/(1 − q)‖² = ‖y − Xw‖² + q/(1 − q)·Σ_j (XᵀX)_jj w_j², for X (n, p), y (n,) and w (p,)."""
    return plain_loss(X, y, w) + penalty(X, w, drop)


def plain_loss(X: Array, y: Array, w: Array) -> float:
    """‖y − Xw‖²."""
    return float(((y - X @ w) ** 2).sum())


def penalty(X: Array, w: Array, drop: float) -> float:
    """q/(1 − q)·Σ_j (XᵀX)_jj w_j²."""
    return drop / (1.0 - drop) * float((X**2).sum(axis=0) @ w**2)


def enumerated_loss(X: Array, y: Array, w: Array, drop: float) -> float:
    """The same expectation as the sum over all 2^p masks of a row: rows add up, so all may share their mask."""
    masks = all_masks(X.shape[1])
    losses = ((y[:, None] - X @ (masks * w).T / (1.0 - drop)) ** 2).sum(axis=0)
    return float(chances([X.shape[1]], drop) @ losses)


def solution(X: Array, y: Array, drop: float) -> Array:
    """The minimiser (p,) of the expected loss."""
    gram = X.T @ X
    found: Array = np.linalg.solve(gram + drop / (1.0 - drop) * np.diag(np.diag(gram)), X.T @ y)
    return found


@lru_cache(maxsize=16)
def problem(features: int, correlation: float, seed: int) -> Problem:
    """A standardised problem of ``ROWS`` rows whose features have equal pairwise correlations."""
    source = generator(seed, "dropout least squares")
    shared = source.standard_normal((ROWS, 1))
    X = np.sqrt(correlation) * shared + np.sqrt(1.0 - correlation) * source.standard_normal((ROWS, features))
    w = np.where(np.arange(features) % 3 == 2, 0.0, np.array([2.0, -1.5, 0.0])[np.arange(features) % 3])
    return Problem.of(X, X @ w + source.standard_normal(ROWS))


@dataclass(frozen=True)
class Descent:
    """What fixes a bundle of SGD chains: the problem, the drop rate and the step in units of (1 − q)/p."""

    features: int
    correlation: float
    seed: int
    drop: float
    stride: float

    @property
    def problem(self) -> Problem:
        """The least-squares problem."""
        return problem(self.features, self.correlation, self.seed)

    @property
    def rate(self) -> float:
        """The learning rate on ½(y − x̃ᵀw)²; E‖x̃‖² = p/(1 − q) on standardised features."""
        return self.stride * (1.0 - self.drop) / self.features


class Chains:
    """``CHAINS`` runs of SGD from zero: each step sees ``BATCH`` rows drawn with replacement, each row its own mask.

    ``w`` (R, p) are the iterates; after k blocks of steps `average` is over the later half of the steps.
    """

    def __init__(self, descent: Descent) -> None:
        self.descent = descent
        self.w = np.zeros((CHAINS, descent.features))
        self._sums = [np.zeros_like(self.w)]
        self.iterates = [self.w.copy()]

    @property
    def blocks(self) -> int:
        """Blocks made."""
        return len(self._sums) - 1

    def advance(self) -> None:
        """Make one block of steps; what they draw depends on the seed and the block alone."""
        made, q = self.descent.problem, self.descent.drop
        source = generator(self.descent.seed, "dropout chains", self.blocks)
        rows = source.integers(made.n, size=(BLOCK, CHAINS, BATCH))
        kept = source.random((BLOCK, CHAINS, BATCH, made.p)) >= q
        masked = made.X[rows] * kept / (1.0 - q)
        targets, scale = made.y[rows], self.descent.rate / BATCH
        total = self._sums[-1].copy()
        for x, y in zip(masked, targets, strict=True):
            residual = y - np.einsum("rbp,rp->rb", x, self.w)
            self.w = self.w + scale * np.einsum("rbp,rb->rp", x, residual)
            total += self.w
        self._sums.append(total)
        self.iterates.append(self.w.copy())

    def average(self, blocks: int = -1) -> Array:
        """Mean of each chain's iterates (R, p) over the later half of its first ``blocks`` blocks (−1: all)."""
        last = self.blocks if blocks < 0 else blocks
        half = last // 2
        found: Array = (self._sums[last] - self._sums[half]) / (BLOCK * max(last - half, 1))
        return found
