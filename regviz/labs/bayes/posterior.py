"""The posterior that one state shows: its mode, and its slices or marginals along one and two coefficients."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.labs.bayes.scene import PENALTY, Case, path
from regviz.linear.penalties import Penalty, kkt, make_penalty, objective
from regviz.theory.bayes import PRIORS, GaussianPrior, LaplacePrior
from regviz.theory.laplace_draws import LaplaceDraws
from regviz.theory.laplace_marginal import integrated
from regviz.theory.laplace_plane import GaussianPlane, LaplacePlane, Plane
from regviz.theory.laplace_slice import Along, GaussianAlong, LaplaceAlong
from regviz.theory.ridge_posterior import RidgePosterior

Array = NDArray[np.float64]

MIXED_LINE = 200
MIXED_PLANE = 100
"""Most draws of the other coefficients' priors that are averaged along a line and over a plane."""
ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
"""Share of a posterior's width below which a coefficient is rounding error."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """Prior × likelihood on one case at one λ and σ².

    ``held`` keeps the other coefficients at the mode; else they are integrated out, which under the Laplace prior
    needs ``draws``. ``draws`` None means that there are none (Gaussian prior, not yet, or too large).
    """

    case: Case
    prior: GaussianPrior | LaplacePrior
    lam: float
    sigma2: float
    held: bool
    draws: LaplaceDraws | None

    @classmethod
    def of(
        cls, case: Case, kind: str, lam: float, sigma2: float, held: bool, draws: LaplaceDraws | None
    ) -> "Posterior":
        """The posterior whose mode is the penalised solution at ``lam``."""
        prior = PRIORS[kind].of_penalty(lam, sigma2, case.problem.n)
        return cls(case, prior, lam, sigma2, held or (kind == "laplace" and draws is None), draws)

    @cached_property
    def mode(self) -> Array:
        """The joint mode (p,): ridge or lasso."""
        return path(self.case, self.prior.name).standardized_at(self.lam)

    @cached_property
    def penalty(self) -> Penalty:
        """The prior as a penalty."""
        return make_penalty(PENALTY[self.prior.name], self.lam)

    @cached_property
    def kkt(self) -> float:
        """KKT residual of the mode in units of λ_max."""
        return kkt(self.case.problem, self.penalty, self.mode)

    @cached_property
    def objective(self) -> float:
        """Negative log posterior times σ²/n, less a constant: the penalised objective."""
        return objective(self.case.problem, self.penalty, self.mode)

    @cached_property
    def exact(self) -> RidgePosterior:
        """The closed form under the Gaussian prior."""
        return RidgePosterior(self.case.spectrum, self.lam, self.sigma2)

    @cached_property
    def mean(self) -> Array | None:
        """Posterior mean of all coefficients together (p,), None before it is sampled."""
        if isinstance(self.prior, GaussianPrior):
            return self.exact.mean
        return None if self.draws is None else self.draws.mean

    def spans(self, level: float) -> tuple[Array, Array] | None:
        """Lower and upper ends (p,) of the marginal credible intervals, None before they are sampled."""
        if isinstance(self.prior, GaussianPrior):
            half = GaussianPrior(1.0).interval(level) * np.sqrt(self.exact.variances)
            return self.exact.mean - half, self.exact.mean + half
        if self.draws is None:
            return None
        tail = 0.5 - 0.5 * level
        low, high = np.quantile(self.draws.w, (tail, 1.0 - tail), axis=(0, 1))
        return low, high

    def along(self, j: int) -> Along:
        """The density of coefficient ``j``."""
        if isinstance(self.prior, GaussianPrior):
            curvature, pull = self._line(j) if self.held else self._marginal(j)
            return GaussianAlong(curvature, pull, self.prior.width)
        if self.held:
            curvature, pull = self._line(j)
            return LaplaceAlong(curvature, np.array([pull]), self.prior.width)
        curvatures, pulls = self._mixed(MIXED_LINE, (j,))
        return LaplaceAlong(curvatures[:, 0, 0], pulls[:, 0], self.prior.width)

    def plane(self, j: int, k: int) -> Plane:
        """The joint density of coefficients ``j`` and ``k``."""
        pair = (j, k)
        curvature, pull = self._block(pair)
        if isinstance(self.prior, GaussianPrior):
            precision = curvature + np.eye(2) / self.prior.width**2
            inverse = np.linalg.inv(precision).astype(np.float64)
            covariance = inverse if self.held else self.exact.covariance(pair)
            return GaussianPlane((float(self.mode[j]), float(self.mode[k])), covariance)
        if self.held:
            return LaplacePlane(curvature, pull[None], self.prior.width, (float(self.mode[j]), float(self.mode[k])))
        assert self.draws is not None
        mean = self.draws.w[..., list(pair)].mean(axis=(0, 1))
        return LaplacePlane(*self._mixed(MIXED_PLANE, pair), self.prior.width, (float(mean[0]), float(mean[1])))

    def _mixed(self, most: int, features: tuple[int, ...]) -> tuple[Array, Array]:
        """(curvatures (M, k, k), pulls (M, k)) of the likelihood of ``features`` with the others integrated out."""
        assert self.draws is not None
        return integrated(self.case.problem, self.sigma2, _spread(self.draws.variances, most), features)

    def _line(self, j: int) -> tuple[float, float]:
        """(curvature, pull) of the likelihood of ``j`` with the others at the mode."""
        problem, scale = self.case.problem, self.case.problem.n / self.sigma2
        column = problem.gram_rows([j])[0]
        left = float(problem.correlation[j] - column @ self.mode + column[j] * self.mode[j])
        return float(column[j]) * scale, left * scale

    def _marginal(self, j: int) -> tuple[float, float]:
        """(curvature, pull) of the likelihood of ``j`` with the others integrated out over their Gaussian prior."""
        variance = float(self.exact.covariance((j,))[0, 0])
        curvature = max(1.0 / variance - self.prior.width**-2, 0.0)
        return curvature, float(self.exact.mean[j]) / variance

    def _block(self, pair: tuple[int, int]) -> tuple[Array, Array]:
        """(curvature (2, 2), pull (2,)) of the likelihood of a pair with the others at the mode."""
        problem, scale = self.case.problem, self.case.problem.n / self.sigma2
        rows = problem.gram_rows(pair)
        own = rows[:, list(pair)]
        pull = problem.correlation[list(pair)] - rows @ self.mode + own @ self.mode[list(pair)]
        return own * scale, pull * scale


@dataclass(frozen=True, eq=False)
class Line:
    """The posterior along one coefficient with the numbers that several places show; ``mode`` is the joint one.

    ``low`` … ``high`` is the equal-tailed credible interval.
    """

    density: Along
    mode: float
    median: float
    mean: float
    low: float
    high: float


@lru_cache(maxsize=8)
def line(made: Posterior, j: int, level: float) -> Line:
    """The line of coefficient ``j`` with its credible interval of that level."""
    density = made.along(j)
    tail = 0.5 - 0.5 * level
    low, median, high = density.quantiles(np.array([tail, 0.5, 1.0 - tail])).tolist()
    mode, median, mean = without_rounding(np.array([made.mode[j], median, density.mean]), high - low).tolist()
    return Line(density, mode, median, mean, low, high)


def without_rounding(values: Array, width: Array | float) -> Array:
    """``values``, with 0 for those that are rounding error beside the ``width`` of their posterior."""
    return np.where(np.abs(values) <= ROUNDING * np.asarray(width), 0.0, values)


def _spread(values: Array, most: int) -> Array:
    """About ``most`` rows (m, p) of ``values`` (T, C, p), evenly over sweeps and chains."""
    flat = values.reshape(-1, values.shape[-1])
    rows = np.linspace(0, len(flat) - 1, min(most, len(flat))).astype(np.intp)
    return flat[rows]
