"""A penalty read as a code length: coefficients in cells of a stated size under a prior, data under the noise.

With y ~ N(Xw, σ²I) and a prior of width τ or b: −log₂ of the density at w, times the cells, is the penalised objective
in bits plus what depends on the widths alone. Ridge is τ² = σ²/(nλ), the lasso b = σ²/(nλ).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.theory.description_length import Reader, fixed
from regviz.theory.description_length_normal import Cells

Array = NDArray[Any]
Integers = NDArray[np.int64]

LAM_DIGITS = 6
"""Bits that name λ on a grid of 64."""
PRIORS = {"ridge": "gaussian", "lasso": "laplace"}


@dataclass(frozen=True, eq=False)
class Sender:
    """What writer and reader share: ``X`` (n, p), noise ``sigma``, cells of y and of w, and a grid of λ (L ≤ 64,)."""

    X: Array
    sigma: float
    y_cell: float
    w_cell: float
    lams: Array
    penalty: str

    @cached_property
    def _singular(self) -> tuple[Array, Array]:
        U, d, _ = np.linalg.svd(self.X, full_matrices=False)
        return U, d

    def width(self, lam: float) -> float:
        """The prior's width: the standard deviation τ for ridge, the scale b for the lasso."""
        ratio = self.sigma**2 / (len(self.X) * lam)
        return float(np.sqrt(ratio)) if self.penalty == "ridge" else ratio

    def quantised(self, w: Array) -> Integers:
        """The cell numbers (p,) of coefficients."""
        return np.rint(w / self.w_cell).astype(np.int64)

    def sent(self, w: Array) -> Array:
        """The coefficients (p,) as the reader gets them."""
        return np.asarray(self.quantised(w) * self.w_cell)

    def prior(self, lam: float) -> Cells:
        """The code of the coefficients."""
        return Cells(PRIORS[self.penalty], self.width(lam) / self.w_cell, np.zeros(self.X.shape[1]))

    def noise(self, k: Integers) -> Cells:
        """The code of the data given the coefficients."""
        return Cells("gaussian", self.sigma / self.y_cell, self.X @ (k * self.w_cell) / self.y_cell)

    def lengths(self, lam: float, w: Array, z: Integers) -> tuple[Array, float]:
        """Bits (p,) of every coefficient, and bits of the data ``z`` (n,), before rounding up to whole bits."""
        k = self.quantised(w)
        return self.prior(lam).ideal(k), float(self.noise(k).ideal(z).sum())

    def words(self, index: int, w: Array, z: Integers) -> tuple[str, str, str]:
        """The message at the λ of that ``index``: λ, coefficients, data."""
        k = self.quantised(w)
        return fixed(index, LAM_DIGITS), self.prior(float(self.lams[index])).encode(k), self.noise(k).encode(z)

    def decoded(self, bits: str) -> tuple[int, Integers, Integers]:
        """λ's index, the coefficients' cells and the data's cells out of the bits."""
        reader = Reader(bits)
        index = reader.number(LAM_DIGITS)
        k = self.prior(float(self.lams[index])).decode(reader)
        return index, k, self.noise(k).decode(reader)

    def density_length(self, lam: float, w: Array, y: Array) -> float:
        """Bits by the densities times the cells, at the unrounded ``w``; may be below 0 where a prior is narrow."""
        n, p = self.X.shape
        residual = y - self.X @ w
        data = 0.5 * n * np.log2(2.0 * np.pi * (self.sigma / self.y_cell) ** 2)
        data += residual @ residual / (2.0 * self.sigma**2 * np.log(2.0))
        return float(data + p * self._level(lam) + self.excess(lam, w).sum())

    def excess(self, lam: float, w: Array) -> Array:
        """Bits by which every coefficient (p,) costs more than a zero, by the density: n·penalty/(σ² ln 2)."""
        width = self.width(lam)
        size = w**2 / (2.0 * width**2) if self.penalty == "ridge" else np.abs(w) / width
        return np.asarray(size / np.log(2.0))

    def _level(self, lam: float) -> float:
        """−log₂(density at 0 × cell)."""
        peak = np.sqrt(2.0 * np.pi) if self.penalty == "ridge" else 2.0
        return float(np.log2(peak * self.width(lam) / self.w_cell))

    def evidence_length(self, lam: float, y: Array) -> float:
        """Bits of the data under the mixture over all w, by densities; Gaussian prior only."""
        n = len(y)
        U, d = self._singular
        inside, noise = (U.T @ y) ** 2, self.sigma**2
        spread = d**2 * self.width(lam) ** 2 + noise
        square = np.sum(inside / spread) + max(float(y @ y - inside.sum()), 0.0) / noise
        nats = 0.5 * (n * np.log(2.0 * np.pi) + np.log(spread).sum() + (n - len(d)) * np.log(noise) + square)
        return float(nats / np.log(2.0) - n * np.log2(self.y_cell))
