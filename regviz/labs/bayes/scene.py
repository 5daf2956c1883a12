"""What the panels share: the regression at hand, its noise, the modes along λ, posterior draws and evidence curves."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.data import DataError
from regviz.data.steps import Steps
from regviz.labs._data import Data, Source, feature_roles, load
from regviz.labs._memo import gradual
from regviz.linear import CrossValidation, Path, Problem
from regviz.linear.cross_validation import validating
from regviz.linear.path import path_of
from regviz.theory.laplace_draws import LaplaceDraws, drawing, sweeps
from regviz.theory.laplace_evidence import integrating
from regviz.theory.ridge_posterior import Spectrum

Array = NDArray[np.float64]

PENALTY = {"gaussian": "ridge", "laplace": "lasso"}
"""The penalty that each prior turns into."""
CHAINS = 32
POINTS = 240
LEAST_LAM = 1e-15
HUGE = 1e50
"""Largest magnitude of centred data."""
NOISE_RANGE = (1e-8, 1e2)
"""σ² that is taken at most, in units of the target's variance."""
FLAT = 1e-3
"""λ below this share of the slider's range is taken as that: the prior is flat there."""


@dataclass(frozen=True, eq=False)
class Case:
    """One regression: ``inputs`` (n, p) on their own scale, features of the data or bumps over one of them.

    ``along`` (n,) is the feature over which bumps stand, None for plain features. ``limits`` is the shown range of λ.
    """

    data: Data
    problem: Problem
    inputs: Array
    along: Array | None
    along_name: str
    spectrum: Spectrum
    limits: tuple[float, float]
    roles: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.problem.names

    @property
    def lams(self) -> Array:
        """Values of λ at which curves are drawn."""
        return np.geomspace(*self.limits, POINTS)


@dataclass(frozen=True, eq=False)
class Noise:
    """Estimates of σ²: by least squares and by the joint maximum of the evidence; ``chosen`` is the one in use."""

    least_squares: float | None
    evidence: float
    chosen: float


@dataclass(frozen=True, eq=False)
class Curve:
    """Sampled log evidence ``heights`` (L,) of the Laplace prior over ``lams`` (L,), ``best`` the λ of its maximum."""

    lams: Array
    heights: Array
    best: float | None


@lru_cache(maxsize=8)
def case(key: Source, curve: bool, along: int, bumps: int) -> Case:
    """The regression of one source; raises DataError for values too large to square."""
    found = load(key)
    _check_size(found)
    problem, inputs, place = found.problem, found.X, None
    if curve:
        place = found.X[:, min(along, problem.p - 1)]
        inputs = bump_values(place, place, bumps)
        names = tuple(f"bump {k + 1}" for k in range(bumps))
        problem = Problem.of(inputs, found.y, standardize=problem.standardized, names=names)
    roles = tuple(f"informative:{k % 5}" for k in range(bumps)) if curve else feature_roles(found, _largest(problem))
    return Case(
        data=found, problem=problem, inputs=inputs, along=place,
        along_name=found.problem.names[min(along, found.problem.p - 1)] if curve else "",
        spectrum=Spectrum.of(problem), limits=_limits(problem), roles=roles,
    )  # fmt: skip


def bump_values(at: Array, place: Array, count: int) -> Array:
    """Gaussian bumps (m, count) at ``at`` (m,), centres evenly over ``place``'s range, as wide as their gaps."""
    low, high = float(place.min()), float(place.max())
    centres = np.linspace(low, high, count)
    width = (high - low) / (count - 1) or 1.0
    result: Array = np.exp(-0.5 * ((at[:, None] - centres) / width) ** 2)
    return result


@lru_cache(maxsize=8)
def noise(found: Case) -> Noise:
    """The noise of a case: least squares where rows are left for it, else the evidence; never nothing."""
    spectrum = found.spectrum
    plain = spectrum.residual_variance()
    by_evidence = spectrum.best_noise()[1]
    least = 1e-6 * found.problem.y_variance or 1.0
    usable = [value for value in (plain, by_evidence) if value is not None and value > least]
    return Noise(plain, by_evidence, usable[0] if usable else least)


def usable_noise(found: Case, sigma2: float) -> float:
    """``sigma2``, kept within what the target's variance allows."""
    unit = found.problem.y_variance or 1.0
    return min(max(sigma2, NOISE_RANGE[0] * unit), NOISE_RANGE[1] * unit)


def usable_lam(found: Case, lam: float) -> float:
    """``lam``, kept above the strength at which the prior is flat."""
    return max(lam, FLAT * found.limits[0])


@lru_cache(maxsize=16)
def path(found: Case, prior: str) -> Path:
    """The posterior modes for every λ."""
    return path_of(found.problem, PENALTY[prior])


@gradual(16)
def validation(found: Case, prior: str, folds: int, seed: int) -> Steps[CrossValidation]:
    """Cross-validation of the mode's predictions, with the same inputs standardised inside each fold."""
    answer = yield from validating(
        found.inputs, found.data.y, penalty=PENALTY[prior], folds=min(folds, found.problem.n), seed=seed,
        standardize=found.problem.standardized,
    )  # fmt: skip
    return answer


@gradual(8)
def draws(found: Case, lam: float, sigma2: float, seed: int) -> Steps[LaplaceDraws | None]:
    """Posterior draws under the Laplace prior; None when the problem is too large to sample."""
    if not sweeps(found.problem, CHAINS):
        return None
    rng = np.random.default_rng((seed, 1))
    drawn = yield from drawing(found.problem, np.full(CHAINS, lam), sigma2, rng)
    return drawn


@lru_cache(maxsize=16)
def ridge_evidence(found: Case, sigma2: float) -> tuple[Array, float | None]:
    """The log evidence (L,) of ridge over the case's λ, and the λ of its maximum, None when there is no finite one."""
    best = found.spectrum.best_lam(sigma2)
    return found.spectrum.log_evidence(found.lams, sigma2), best if 0.0 < best < np.inf else None


@gradual(8)
def lasso_evidence(found: Case, sigma2: float, seed: int) -> Steps[Curve | None]:
    """The evidence of the Laplace prior over λ; None when too large to sample."""
    low = found.limits[0]
    sampled = yield from integrating(found.problem, low, sigma2, np.random.default_rng((seed, 2)))
    if sampled is None:
        return None
    lams, heights = sampled
    best = int(np.argmax(heights))
    return Curve(lams, heights, float(lams[best]) if best > 0 and lams[best] <= found.limits[1] else None)


def _check_size(found: Data) -> None:
    """Raise DataError where squares of squares would leave the range of float64."""
    largest = float(np.abs(found.problem.y).max())
    columns = float(np.abs(found.problem.X).max())
    if not (columns < HUGE and (largest == 0.0 or 1.0 / HUGE < largest < HUGE)):
        raise DataError(f"The numbers of {found.title} are too large or too small here; scale them by a common factor.")


def _limits(problem: Problem) -> tuple[float, float]:
    top = problem.lam_max
    if not top > 0.0:
        return 1e-4, 1.0
    low = max(1e-4 * top, LEAST_LAM)
    return low, max(2.0 * top, 10.0 * low)


def _largest(problem: Problem) -> tuple[int, ...]:
    return tuple(int(j) for j in np.argsort(-np.abs(problem.correlation), kind="stable"))
