"""PAC-Bayes bounds as numbers: binary kl and its inverse, KL of Gaussians, three bounds, the price of a grid.

Which classifier is bounded, on which data, is elsewhere (``gibbs``). Every bound here is on the error of the
*stochastic* classifier, which draws its weights from Q anew for each prediction.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_HALVINGS = 60
_NONE = 1e-300
"""A probability below which q ln q is nothing."""


def binary_kl(q: ArrayLike, p: ArrayLike) -> Array:
    """The divergence kl(q‖p) of Bernoulli distributions, element by element; ∞ where p is 0 or 1 and q is not."""
    first, second = np.broadcast_arrays(np.asarray(q, float), np.asarray(p, float))
    return _kl(first, 1.0 - first, second - first, second, 1.0 - second)


def _kl(q: Array, rest: Array, gap: Array, p: Array, other: Array) -> Array:
    """kl(q‖p) with ``rest`` = 1 − q, ``gap`` = p − q and ``other`` = 1 − p.

    By the gap where it is small, so that it is right to relative rounding although the two terms nearly cancel.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        success = np.where(np.abs(gap) <= 0.5 * q, np.log1p(gap / q), np.log(p / q))
        failure = np.where(np.abs(gap) <= 0.5 * rest, np.log1p(-gap / rest), np.log(other / rest))
        found: Array = -np.where(q > _NONE, q * success, 0.0) - np.where(rest > _NONE, rest * failure, 0.0)
    return np.maximum(found, 0.0)


def inverse_kl(q: ArrayLike, budget: ArrayLike) -> Array:
    """The largest p with kl(q‖p) ≤ ``budget``: q at budget 0, 1 at budget ∞, 1 − e^{−budget} at q = 0.

    Bisection on p − q, rounded upwards so that a bound never falls below the exact one by more than rounding.
    Raises ValueError for q outside 0 … 1 or a negative budget.
    """
    first, spent = np.broadcast_arrays(np.asarray(q, float), np.asarray(budget, float))
    if not ((first >= 0.0) & (first <= 1.0)).all() or not (spent >= 0.0).all():
        raise ValueError("The inverse of kl needs q in 0 … 1 and a budget of at least 0.")
    rest = 1.0 - first
    low, high = np.zeros(first.shape), rest.copy()
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        inside = _kl(first, rest, middle, first + middle, rest - middle) <= spent
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    found: Array = np.minimum(first + high, 1.0)
    found = np.where(first == 0.0, -np.expm1(-spent), found)
    return np.where(spent == 0.0, first, found)


def gaussian_kl(mean: ArrayLike, posterior: ArrayLike, prior: ArrayLike) -> Array:
    """KL(N(mean, s²)‖N(0, τ²)) of each coordinate: (mean²/τ² + s²/τ² − 1 − ln s²/τ²)/2, widths s and τ above 0."""
    ratio = np.asarray(posterior, float) / np.asarray(prior, float)
    shift = np.asarray(mean, float) / np.asarray(prior, float)
    found: Array = 0.5 * (shift**2 + ratio**2 - 1.0) - np.log(ratio)
    return np.maximum(found, 0.0)


def kl_integrand(values: ArrayLike, mean: float, posterior: float, prior: float) -> Array:
    """The integrand q ln(q/p) − q + p at ``values``, for q = N(mean, s²) and p = N(0, τ²).

    It is nowhere negative and its integral is KL(q‖p), since −q + p integrates to 0.
    """
    at = np.asarray(values, float)
    log_q, log_p = normal_log_density(at, mean, posterior), normal_log_density(at, 0.0, prior)
    q, p = np.exp(log_q), np.exp(log_p)
    return np.maximum(q * (log_q - log_p) - q + p, 0.0)


def normal_log_density(values: ArrayLike, mean: float, width: float) -> Array:
    """The log density of N(mean, width²)."""
    at: Array = (np.asarray(values, float) - mean) / width
    return np.asarray(-0.5 * at**2 - math.log(width) - 0.5 * math.log(2.0 * math.pi))


def maurer_budget(complexity: ArrayLike, n: ArrayLike, delta: float) -> Array:
    """(KL + ln(2√n/δ))/n, what kl(R̂‖R) stays below for all Q at once, with probability 1 − δ (Maurer 2004)."""
    size = np.asarray(n, float)
    return np.asarray((np.asarray(complexity, float) + np.log(2.0 * np.sqrt(size) / delta)) / size)


def kl_bound(error: ArrayLike, complexity: ArrayLike, n: ArrayLike, delta: float) -> Array:
    """Upper bound on R by the inverse of kl (Langford & Seeger 2001; the constant is Maurer's).

    ``error`` is the training error R̂ of the stochastic classifier, ``complexity`` is KL(Q‖P) plus any price.
    """
    return inverse_kl(error, maurer_budget(complexity, n, delta))


def pinsker_bound(error: ArrayLike, complexity: ArrayLike, n: ArrayLike, delta: float) -> Array:
    """R̂ + √(budget/2), the square-root form of McAllester (1999) with Maurer's budget; may exceed 1."""
    return np.asarray(np.asarray(error, float) + np.sqrt(0.5 * maurer_budget(complexity, n, delta)))


def catoni_bound(
    error: ArrayLike, complexity: ArrayLike, n: ArrayLike, delta: float, parameter: ArrayLike, count: int = 1
) -> Array:
    """(1 − exp(−C·R̂ − (KL + ln(count/δ))/n))/(1 − e^{−C}) for all Q at once (Catoni 2007; Germain et al. 2009).

    It holds for one ``parameter`` C > 0 chosen without the data; for the best of ``count`` of them, by a union bound,
    with ln(count/δ). May exceed 1.
    """
    C = np.asarray(parameter, float)
    budget = (np.asarray(complexity, float) + math.log(count / delta)) / np.asarray(n, float)
    return np.asarray(np.expm1(-C * np.asarray(error, float) - budget) / np.expm1(-C))


def catoni_optimum(error: float, complexity: float, n: int, delta: float) -> float:
    """The C at which Catoni's bound is least: ln(R(1 − R̂)/(R̂(1 − R))), R = kl⁻¹(R̂, (KL + ln(1/δ))/n).

    The bound there equals that R. C depends on the data, so neither is a bound by itself. ∞ where R̂ is 0 or R is 1.
    """
    reached = float(inverse_kl(error, (complexity + math.log(1.0 / delta)) / n))
    if error <= 0.0 or reached >= 1.0:
        return math.inf
    return math.log(reached / (1.0 - reached)) - math.log(error / (1.0 - error))


def catoni_grid_bound(
    error: ArrayLike, complexity: ArrayLike, n: ArrayLike, delta: float, parameters: Array
) -> tuple[Array, Array]:
    """The least of Catoni's bounds over a grid ``parameters`` (k,) fixed beforehand, price ln k paid; and its C."""
    shown = np.broadcast_arrays(*(np.asarray(part, float) for part in (error, complexity, n)))
    first, second, size = (part[..., None] for part in shown)
    every = catoni_bound(first, second, size, delta, parameters, len(parameters))
    best = np.argmin(every, axis=-1)
    return np.take_along_axis(every, best[..., None], axis=-1)[..., 0], np.asarray(parameters[best])


def prior_grid(largest: float, per_e: float, count: int = 4096) -> tuple[Array, Array]:
    """Prior widths τ_j = c·e^{−j/b}, j = 1, 2, …, and the price ln(π²j²/6) of using the j-th.

    The first ``count`` of them that are not below c·10⁻⁹ are given, of which any may be used.
    δ is divided as δ·6/(π²j²), which sums to δ over all j (Langford & Caruana 2002; Dziugaite & Roy 2017).
    """
    last = max(1, min(count, math.floor(per_e * math.log(1e9))))
    j = np.arange(1, last + 1, dtype=float)
    return largest * np.exp(-j / per_e), np.log(math.pi**2 * j**2 / 6.0)


def hoeffding_bound(error: ArrayLike, n: ArrayLike, delta: float) -> Array:
    """Upper bound on a mean of [0, 1] from ``n`` fresh values with mean ``error``: R̂ + √(ln(1/δ)/(2n))."""
    return np.asarray(np.asarray(error, float) + np.sqrt(math.log(1.0 / delta) / (2.0 * np.asarray(n, float))))


def chernoff_bound(error: ArrayLike, n: ArrayLike, delta: float) -> Array:
    """As `hoeffding_bound`, by the inverse of kl: kl⁻¹(R̂, ln(1/δ)/n)."""
    return inverse_kl(error, math.log(1.0 / delta) / np.asarray(n, float))


def binomial_bound(errors: int, n: int, delta: float) -> float:
    """The largest p at which ``errors`` or fewer among ``n`` still have probability δ (Langford 2005)."""
    from scipy.special import betaincinv

    return 1.0 if errors >= n else float(betaincinv(errors + 1.0, float(n - errors), 1.0 - delta))


def sampled_error_bound(mean: float, draws: int, delta: float) -> float:
    """Upper bound kl⁻¹(mean, ln(2/δ′)/draws) on the mean of a distribution on [0, 1], from independent ``draws``.

    It holds with probability 1 − δ′ over the draws (Langford & Caruana 2002). What is drawn here is weights.
    """
    return float(inverse_kl(mean, math.log(2.0 / delta) / draws))


def moment(n: int) -> float:
    """The largest E exp(n·kl(R̂‖R)) over R, R̂ the mean of n Bernoulli: Σ C(n,k)(k/n)^k(1−k/n)^{n−k} ≤ 2√n."""
    k = np.arange(1, n, dtype=float)
    log_choose: Any = [math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in range(1, n)]
    inner = np.asarray(log_choose) + k * np.log(k / n) + (n - k) * np.log1p(-k / n)
    return 2.0 + float(np.exp(inner).sum())
