"""The covariance of SGD on least squares with minibatches drawn with replacement: exact second moments, no sampling.

The loss is 1/(2n)‖y − Xw‖²; w is measured from its minimiser. Small p: the equations are solved as p² × p² systems.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """Rows ``X`` (n, p) of full column rank and targets ``y`` (n,)."""

    X: Array
    y: Array

    @cached_property
    def hessian(self) -> Array:
        """H = XᵀX/n (p, p)."""
        result: Array = self.X.T @ self.X / len(self.y)
        return result

    @cached_property
    def solution(self) -> Array:
        """The minimiser (p,)."""
        found: Array = np.linalg.lstsq(self.X, self.y, rcond=None)[0]
        return found

    @cached_property
    def gradients(self) -> Array:
        """Gradients of the single rows' losses at the minimiser, −r_i x_i (n, p): their mean is zero."""
        result: Array = (self.X @ self.solution - self.y)[:, None] * self.X
        return result

    @cached_property
    def noise(self) -> Array:
        """Covariance (p, p) of a single row's gradient at the minimiser, mean(r_i² x_i x_iᵀ)."""
        result: Array = self.gradients.T @ self.gradients / len(self.y)
        return result

    @property
    def bound(self) -> float:
        """2/h₁: where gradient descent on all rows stops converging."""
        return 2.0 / float(np.linalg.eigvalsh(self.hessian)[-1])

    @cached_property
    def _fourth(self) -> Array:
        """mean((x xᵀ) ⊗ (x xᵀ)) − H ⊗ H (p², p²)."""
        pairs = np.einsum("ni,nj->nij", self.X, self.X).reshape(len(self.y), -1)
        mean = pairs.T @ pairs / len(self.y)  # x_i x_j x_k x_l does not mind the order of its indices
        result: Array = mean - np.kron(self.hessian, self.hessian)
        return result

    def operator(self, rate: float, batch: int) -> Array:
        """The matrix (p², p²) that takes vec Σ to vec of (I−ηH)Σ(I−ηH) + η²/B·[mean(x xᵀΣx xᵀ) − HΣH]."""
        decay = np.eye(len(self.hessian)) - rate * self.hessian
        result: Array = np.kron(decay, decay) + rate**2 / batch * self._fourth
        return result

    def stationary(self, rate: float, batch: int) -> Array | None:
        """Stationary covariance Σ (p, p), or None where second moments grow without end."""
        return _fixed_point(self.operator(rate, batch), rate**2 / batch * self.noise)

    def additive(self, rate: float, batch: int) -> Array | None:
        """The same where the gradient's noise is taken to be that at the minimiser wherever w is: discrete Lyapunov."""
        decay = np.eye(len(self.hessian)) - rate * self.hessian
        return _fixed_point(np.kron(decay, decay), rate**2 / batch * self.noise)

    def small_steps(self, rate: float, batch: int) -> Array:
        """The limit of small η (Mandt, Hoffman & Blei 2017): HΣ + ΣH = (η/B)·noise."""
        eye = np.eye(len(self.hessian))
        both = np.kron(self.hessian, eye) + np.kron(eye, self.hessian)
        found: Array = np.linalg.solve(both, rate / batch * self.noise.ravel()).reshape(eye.shape)
        return found

    def step(self, covariance: Array, rate: float, batch: int) -> Array:
        """The covariance (p, p) one step after ``covariance``, for w that is right on average."""
        moved = self.operator(rate, batch) @ covariance.ravel()
        result: Array = moved.reshape(covariance.shape) + rate**2 / batch * self.noise
        return result

    def limit(self, batch: int) -> float:
        """The largest η below which second moments settle; at most `bound`, by bisection to 1e-9."""
        low, high = 0.0, self.bound
        while high - low > 1e-9 * self.bound:
            middle = 0.5 * (low + high)
            if _radius(self.operator(middle, batch)) < 1.0:
                low = middle
            else:
                high = middle
        return low


def _radius(matrix: Array) -> float:
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def _fixed_point(operator: Array, source: Array) -> Array | None:
    """The symmetric S with S = operator·S + source; None unless the operator's spectral radius is below 1."""
    if _radius(operator) >= 1.0:
        return None
    found = np.linalg.solve(np.eye(len(operator)) - operator, source.ravel()).reshape(source.shape)
    result: Array = 0.5 * (found + found.T)
    return result
