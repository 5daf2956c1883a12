"""The posterior and the evidence of linear regression under a Gaussian prior, from one decomposition.

y ~ N(Xw, σ²I), w ~ N(0, τ²I) with τ² = σ²/(nλ), and a flat prior on the intercept, which is integrated out.
"""

import math
from dataclasses import dataclass

import numpy as np

from regviz.linear.problem import Array, Problem
from regviz.linear.ridge import RidgeSystem

_SPAN = 1e8
"""How far beyond the eigenvalues the maximum of the evidence is looked for."""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """X/√n = U·diag(√values)·vectorsᵀ over the directions that are not null.

    ``values`` (r,) are the Gram's eigenvalues above 0, ``vectors`` (p, r), ``fits`` (r,) = Uᵀy/√n, ``rest`` the part of
    ‖y‖²/n that no coefficients explain, ``n`` rows.
    """

    values: Array
    vectors: Array
    fits: Array
    rest: float
    n: int

    @classmethod
    def of(cls, problem: Problem) -> "Spectrum":
        """The spectrum of a problem; raises ArithmeticError for columns too large or too small to square."""
        system = RidgeSystem(problem)
        scaled = problem.y / math.sqrt(problem.n)
        fits = system.scores.T @ scaled
        left = scaled - system.scores @ fits
        return cls(system.values, np.ascontiguousarray(system.axes), fits, float(left @ left), problem.n)

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return len(self.vectors)

    @property
    def rank(self) -> int:
        """Number of directions that are not null."""
        return len(self.values)

    def log_evidence(self, lams: Array, sigma2: float) -> Array:
        """The log of p(y | λ, σ²) for each λ > 0 (L,): the density of y's n − 1 contrasts, intercept integrated out.

        −½[(n−1)·log(2πσ²) + Σ log(1 + γᵢ/λ) + n·q(λ)/σ²], q as in `misfit`; natural logarithms.
        """
        flat = (self.n - 1) * math.log(2.0 * math.pi * sigma2)
        result: Array = -0.5 * (flat + self.log_volume(lams) + self.n * self.misfit(lams) / sigma2)
        return result

    def log_volume(self, lams: Array) -> Array:
        """Σ log(1 + γᵢ/λ), (L,)."""
        result: Array = np.log1p(self.values / lams[:, None]).sum(axis=1)
        return result

    def misfit(self, lams: Array) -> Array:
        """q(λ) = yᵀ(I + XXᵀ/(nλ))⁻¹y/n, (L,): twice the smallest ridge objective."""
        result: Array = self.rest + (self.fits**2 * (lams[:, None] / (self.values + lams[:, None]))).sum(axis=1)
        return result

    def best_lam(self, sigma2: float) -> float:
        """The λ of the largest evidence at noise variance ``sigma2``; ∞ when no coefficients beat any, 0 for the rest.

        There the degrees of freedom equal ‖ŵ‖²/τ² (MacKay 1992).
        """
        from scipy.optimize import brentq

        lams = self._grid(_SPAN)
        heights = self.log_evidence(lams, sigma2)
        best = int(np.argmax(heights))
        slack = 1e-12 * abs(float(heights[best]))
        if heights[-1] >= heights[best] - slack:
            return math.inf
        if heights[0] >= heights[best] - slack:
            return 0.0
        low, high = math.log(lams[best - 1]), math.log(lams[best + 1])
        if not self._rise(low, sigma2) > 0.0 > self._rise(high, sigma2):
            return float(lams[best])
        return math.exp(brentq(self._rise, low, high, args=(sigma2,), xtol=1e-13))

    def best_noise(self) -> tuple[float, float]:
        """(λ, σ²) that together give the largest evidence, λ on a grid within the range of the eigenvalues.

        At fixed λ the best σ² is n·q(λ)/(n−1).
        """
        lams = self._grid(100.0)
        sigma2 = self.n * self.misfit(lams) / max(self.n - 1, 1)
        safe = np.maximum(sigma2, np.finfo(np.float64).tiny)
        k = int(np.argmin((self.n - 1) * np.log(safe) + self.log_volume(lams)))
        return float(lams[k]), float(sigma2[k])

    def residual_variance(self) -> float | None:
        """‖y − Xŵ‖²/(n − 1 − rank) of least squares; None where nothing is left to estimate it from."""
        left = self.n - 1 - self.rank
        return self.n * self.rest / left if left > 0 else None

    def _grid(self, span: float) -> Array:
        known = self.values if self.rank else np.ones(1)
        return np.geomspace(float(known.min()) / span, float(known.max()) * span, 1201)

    def _rise(self, log_lam: float, sigma2: float) -> float:
        """Slope of the log evidence over log λ."""
        lam = math.exp(log_lam)
        share = self.values / (self.values + lam)
        gain = self.fits**2 * lam * share / (self.values + lam)
        return 0.5 * float(share.sum()) - 0.5 * self.n / sigma2 * float(gain.sum())


@dataclass(frozen=True, eq=False)
class RidgePosterior:
    """N(mean, covariance) of the coefficients given y, at penalty ``lam`` > 0 and noise variance ``sigma2`` > 0."""

    spectrum: Spectrum
    lam: float
    sigma2: float

    @property
    def mean(self) -> Array:
        """Posterior mean and mode (p,): the ridge solution."""
        s = self.spectrum
        result: Array = s.vectors @ (s.fits * np.sqrt(s.values) / (s.values + self.lam))
        return result

    @property
    def variances(self) -> Array:
        """Marginal posterior variances (p,)."""
        s = self.spectrum
        inside = (s.vectors**2 / (s.values + self.lam)).sum(axis=1)
        result: Array = self.sigma2 / s.n * (inside + self._null(1.0 - (s.vectors**2).sum(axis=1)))
        return result

    def covariance(self, features: tuple[int, ...]) -> Array:
        """Posterior covariance (k, k) of the coefficients of ``features``, the others integrated out."""
        s = self.spectrum
        rows = s.vectors[list(features)]
        inside = (rows / (s.values + self.lam)) @ rows.T
        result: Array = self.sigma2 / s.n * (inside + self._null(np.eye(len(features)) - rows @ rows.T))
        return result

    def spread(self, design: Array) -> Array:
        """Posterior standard deviation (m,) of ``design`` (m, p) times the coefficients."""
        s = self.spectrum
        inside = design @ s.vectors  # (m, r)
        variance = (inside**2 / (s.values + self.lam)).sum(axis=1)
        outside = self._null((design**2).sum(axis=1) - (inside**2).sum(axis=1))
        result: Array = np.sqrt(self.sigma2 / s.n * (variance + np.maximum(outside, 0.0)))
        return result

    def draws(self, rng: np.random.Generator, count: int) -> Array:
        """``count`` independent draws (count, p)."""
        s = self.spectrum
        noise = rng.standard_normal((count, s.p))
        along = noise @ s.vectors
        scaled = (along / np.sqrt(s.values + self.lam)) @ s.vectors.T
        scaled += self._null(noise - along @ s.vectors.T, root=True)
        result: Array = self.mean + math.sqrt(self.sigma2 / s.n) * scaled
        return result

    def _null(self, part: Array, root: bool = False) -> Array:
        """``part`` lies in null directions, where only the prior speaks: over λ (or √λ), exactly 0 at full rank."""
        if self.spectrum.rank == self.spectrum.p:
            return np.zeros_like(part)
        return part / (math.sqrt(self.lam) if root else self.lam)
