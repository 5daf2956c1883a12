"""Where gradient descent ends on least squares with more features than rows: the nearest interpolant to its start."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Underdetermined:
    """Rows ``X`` (n, p) with p > n and targets ``y`` (n,); the loss is 1/(2n)‖y − Xw‖²."""

    X: Array
    y: Array

    @cached_property
    def curvatures(self) -> Array:
        """s²/n of the row space's directions, the largest first."""
        result: Array = np.linalg.svd(self.X, compute_uv=False) ** 2 / len(self.y)
        return result

    @property
    def bound(self) -> float:
        """2/h₁: from there on descent diverges."""
        return 2.0 / float(self.curvatures[0])

    @cached_property
    def pinv(self) -> Array:
        """The minimum-norm solution X⁺y (p,)."""
        result: Array = np.linalg.pinv(self.X) @ self.y
        return result

    def outside(self, w: Array) -> Array:
        """The part of ``w`` (…, p) in the null space of X, which no gradient ever touches."""
        inside = np.linalg.pinv(self.X) @ self.X
        result: Array = w - w @ inside
        return result

    def limit(self, start: Array) -> Array:
        """Where descent from ``start`` (p,) ends: X⁺y plus the start's null-space part."""
        result: Array = self.pinv + self.outside(start)
        return result

    def step(self, w: Array, rate: float) -> Array:
        """One step of gradient descent on all rows from ``w`` (…, p)."""
        result: Array = w - rate / len(self.y) * (w @ self.X.T - self.y) @ self.X
        return result

    def loss(self, w: Array) -> Array:
        """1/(2n)‖y − Xw‖² of ``w`` (…, p)."""
        result: Array = 0.5 * ((w @ self.X.T - self.y) ** 2).mean(axis=-1)
        return result
