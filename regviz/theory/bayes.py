"""Priors read as penalties: one number behind λ and the width of the prior, densities, draws and likely regions.

Posteriors are in ``ridge_posterior`` (Gaussian prior) and in ``laplace_slice`` and ``laplace_draws`` (Laplace prior).
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from regviz.linear.problem import Array


class Prior(Protocol):
    """Independent prior on every standardised coefficient, symmetric about 0, of scale ``width``."""

    name: ClassVar[str]
    symbol: ClassVar[str]

    @property
    def width(self) -> float:
        """τ or b."""

    @property
    def variance(self) -> float:
        """Variance of one coefficient."""

    def penalty(self, sigma2: float, n: int) -> float:
        """The λ whose penalised solution is the posterior mode, for noise variance ``sigma2`` and ``n`` rows."""

    def log_density(self, w: Array) -> Array:
        """The log density log p(w) of one coefficient, element by element."""

    def draws(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Independent coefficients."""

    def interval(self, level: float) -> float:
        """The c for which one coefficient lies in −c … c with probability ``level``."""

    def outline(self, level: float, points: int = 181) -> tuple[Array, Array]:
        """Closed edge of the highest-density region of two coefficients that holds the share ``level``."""


@dataclass(frozen=True)
class GaussianPrior:
    """N(0, τ²). y ~ N(Xw, σ²I) makes ridge with λ = σ²/(nτ²) both mode and mean (‖y−Xw‖² + σ²/τ²·‖w‖²)."""

    width: float
    name: ClassVar[str] = "gaussian"
    symbol: ClassVar[str] = "τ"

    @classmethod
    def of_penalty(cls, lam: float, sigma2: float, n: int) -> "GaussianPrior":
        """The prior whose mode is ridge at λ: τ² = σ²/(nλ). Raises ValueError unless λ and σ² are above 0."""
        return cls(math.sqrt(_ratio(lam, sigma2, n)))

    @property
    def variance(self) -> float:
        """τ²."""
        return self.width**2

    def penalty(self, sigma2: float, n: int) -> float:
        """λ = σ²/(nτ²)."""
        return sigma2 / n / self.width**2

    def log_density(self, w: Array) -> Array:
        """−w²/(2τ²) − log(τ√(2π))."""
        result: Array = -0.5 * (w / self.width) ** 2 - math.log(self.width * math.sqrt(2.0 * math.pi))
        return result

    def draws(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """τ times standard normal numbers."""
        return self.width * rng.standard_normal(shape)

    def interval(self, level: float) -> float:
        """τ·Φ⁻¹((1 + level)/2)."""
        from scipy.special import ndtri

        return self.width * float(ndtri(0.5 + 0.5 * level))

    def outline(self, level: float, points: int = 181) -> tuple[Array, Array]:
        """The circle of radius τ√(−2 log(1 − level))."""
        angle = np.linspace(0.0, 2.0 * math.pi, points)
        radius = self.width * math.sqrt(-2.0 * math.log1p(-level))
        return radius * np.cos(angle), radius * np.sin(angle)


@dataclass(frozen=True)
class LaplacePrior:
    """exp(−|w|/b)/(2b). y ~ N(Xw, σ²I) makes the lasso with λ = σ²/(nb) the mode, and only the mode."""

    width: float
    name: ClassVar[str] = "laplace"
    symbol: ClassVar[str] = "b"

    @classmethod
    def of_penalty(cls, lam: float, sigma2: float, n: int) -> "LaplacePrior":
        """The prior whose mode is the lasso at λ: b = σ²/(nλ). Raises ValueError unless λ and σ² are above 0."""
        return cls(_ratio(lam, sigma2, n))

    @property
    def variance(self) -> float:
        """2b²."""
        return 2.0 * self.width**2

    def penalty(self, sigma2: float, n: int) -> float:
        """λ = σ²/(nb)."""
        return sigma2 / n / self.width

    def log_density(self, w: Array) -> Array:
        """−|w|/b − log(2b)."""
        result: Array = -np.abs(w) / self.width - math.log(2.0 * self.width)
        return result

    def draws(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Laplace numbers of scale b."""
        return rng.laplace(0.0, self.width, shape)

    def interval(self, level: float) -> float:
        """−b·log(1 − level)."""
        return -self.width * math.log1p(-level)

    def outline(self, level: float, points: int = 181) -> tuple[Array, Array]:
        """The diamond |u| + |v| = t with 1 − e^{−t/b}(1 + t/b) = level."""
        from scipy.special import gammaincinv

        t = self.width * float(gammaincinv(2.0, level))
        return np.array([t, 0.0, -t, 0.0, t]), np.array([0.0, t, 0.0, -t, 0.0])


PRIORS: dict[str, type[GaussianPrior] | type[LaplacePrior]] = {"gaussian": GaussianPrior, "laplace": LaplacePrior}
"""The priors by name."""


def _ratio(lam: float, sigma2: float, n: int) -> float:
    if not (lam > 0.0 and sigma2 > 0.0):
        raise ValueError(f"A prior needs λ and σ² above 0, not {lam} and {sigma2}.")
    return sigma2 / n / lam
