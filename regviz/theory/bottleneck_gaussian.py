"""The Gaussian information bottleneck in closed form: Chechik, Globerson, Tishby and Weiss (2005), JMLR 6.

X (p,) and Y jointly Gaussian; T = AX + ξ with ξ ~ N(0, I); min I(X;T) − β I(T;Y), in bits.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class GaussianBottleneck:
    """``cov_x`` (p, p) and ``cov_given`` (p, p), the covariance of X and of X given Y."""

    cov_x: Array
    cov_given: Array

    def __post_init__(self) -> None:
        # vᵀ Σ_{x|y} Σ_x⁻¹ = λ vᵀ with v = L⁻ᵀu: the symmetric problem L⁻¹ Σ_{x|y} L⁻ᵀ u = λu, Σ_x = LLᵀ
        L = np.linalg.cholesky(self.cov_x)
        inner = np.linalg.solve(L, np.linalg.solve(L, self.cov_given).T)
        values, vectors = np.linalg.eigh((inner + inner.T) / 2.0)
        object.__setattr__(self, "_values", np.clip(values, 1e-12, 1.0))
        object.__setattr__(self, "_vectors", np.linalg.solve(L.T, vectors).T)

    @property
    def values(self) -> Array:
        """λ (p,), rising: eigenvalues of Σ_{x|y}Σ_x⁻¹, one minus the squared canonical correlations."""
        return np.asarray(self.__dict__["_values"])

    @property
    def vectors(self) -> Array:
        """Left eigenvectors (p, p) as rows, of variance vᵀΣ_x v = 1."""
        return np.asarray(self.__dict__["_vectors"])

    @property
    def critical(self) -> Array:
        """β_i = 1/(1 − λ_i) = 1/ρ_i² (p,) at which the i-th eigenvector enters; infinite where λ_i = 1."""
        with np.errstate(divide="ignore"):
            return np.asarray(1.0 / (1.0 - self.values))

    def gains(self, beta: float) -> Array:
        """α² (p,): what every eigenvector is multiplied with, squared; 0 before it enters."""
        lam = self.values
        return np.maximum(0.0, (beta * (1.0 - lam) - 1.0) / lam)

    def projection(self, beta: float) -> Array:
        """The best A (p, p), its i-th row α_i v_i."""
        return np.asarray(np.sqrt(self.gains(beta))[:, None] * self.vectors)

    def information(self, beta: float) -> tuple[float, float]:
        """(I(X;T), I(T;Y)) in bits at the optimum."""
        return informations(self.projection(beta), self.cov_x, self.cov_given)

    def curve(self, betas: Array, first: int | None = None) -> tuple[Array, Array]:
        """(I(X;T), I(T;Y)) at all ``betas`` (m,), with the ``first`` eigenvectors only where given."""
        lam = self.values[:first]
        gains = np.maximum(0.0, (betas[:, None] * (1.0 - lam) - 1.0) / lam)
        kept = 0.5 * np.log2(1.0 + gains).sum(axis=1)
        return kept, kept - 0.5 * np.log2(1.0 + lam * gains).sum(axis=1)

    @property
    def relevant(self) -> float:
        """I(X;Y) in bits."""
        return float(-0.5 * np.log2(self.values).sum())


def informations(A: Array, cov_x: Array, cov_given: Array) -> tuple[float, float]:
    """(I(X;T), I(T;Y)) in bits of T = AX + ξ for any A (k, p)."""
    eye = np.eye(len(A))
    kept = 0.5 * np.linalg.slogdet(A @ cov_x @ A.T + eye)[1] / np.log(2.0)
    left = 0.5 * np.linalg.slogdet(A @ cov_given @ A.T + eye)[1] / np.log(2.0)
    return float(kept), float(kept - left)


def lagrangian(A: Array, cov_x: Array, cov_given: Array, beta: float) -> float:
    """I(X;T) − β I(T;Y) of any A (k, p), in bits."""
    kept, told = informations(A, cov_x, cov_given)
    return kept - beta * told
