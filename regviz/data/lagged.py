"""Lagged time series with a known truth: several series, each with its last values as one block of features."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from regviz.data.errors import DataError
from regviz.data.table import Array

MAX_NUMBERS = 50_000_000
"""Largest number of feature values drawn at once."""

_LARGEST, _SMALLEST, _DECAY = 2.4, 1.2, 0.6
_TRUTH, _NOISE, _SERIES = range(3)


@dataclass(frozen=True, eq=False)
class Lagged:
    """Rows of y_t = Σ_s Σ_l w_sl·z_s(t − l) + ε_t with ε ~ N(0, σ²), for times t one after another.

    ``X`` (n, series·lags) holds the lags of one series side by side, ``y`` (n,), ``w`` the true coefficients, 0 for
    every series that does not matter; the true intercept is 0. ``groups`` are the features of each series. ``noise``
    is σ; every series is autoregressive with coefficient ``rho`` and unit variance. All arrays are read-only.
    """

    X: Array
    y: Array
    w: Array
    groups: tuple[tuple[int, ...], ...]
    noise: float
    rho: float

    @property
    def names(self) -> tuple[str, ...]:
        """s1 t−1, s1 t−2 … for the lags of the first series, and so on."""
        lags = range(1, len(self.groups[0]) + 1)
        return tuple(f"s{s + 1} t\N{MINUS SIGN}{lag}" for s in range(len(self.groups)) for lag in lags)

    @cached_property
    def covariance(self) -> Array:
        """Σ (p, p): ρ^|l−m| between lags l and m of one series, 0 between series."""
        lags = np.arange(len(self.groups[0]))
        own = np.power(self.rho, np.abs(lags[:, None] - lags))
        matrix = np.asarray(np.kron(np.eye(len(self.groups)), own), dtype=np.float64)
        matrix.setflags(write=False)
        return matrix

    def test_error(self, intercept: float, coef: Array) -> float:
        """Expected squared error at a time drawn apart, exactly: σ² + intercept² + (w − coef)ᵀ Σ (w − coef)."""
        off = self.w - coef
        return float(self.noise**2 + intercept**2 + off @ self.covariance @ off)


def lagged(
    *, n: int = 80, series: int = 6, lags: int = 5, informative: int = 2, noise: float = 2.0, rho: float = 0.5,
    seed: int = 0,
) -> Lagged:  # fmt: skip
    """Draw ``n`` rows of ``lags`` lags of each of ``series`` series, ``informative`` of which matter.

    A series that matters acts with decaying weights of one sign on all its lags. Every series has its own random
    stream, so that more rows or series keep the draws there were, and ``noise`` scales the same errors. Equal
    arguments give equal bits. Raises DataError, a sentence naming the argument, for one out of range.
    """
    _check(n=n, series=series, lags=lags, informative=informative, seed=seed)
    if not 0.0 <= noise <= 1e100:
        raise DataError(f"noise must be between 0 and 1e+100, not {noise:g}.")
    if not -1.0 < rho < 1.0:
        raise DataError(f"rho must be between -1 and 1 and neither, not {rho:g}.")
    X = np.concatenate([_lags(_series(seed, s, n + lags, rho), n, lags) for s in range(series)], axis=1)
    w = _truth(series, lags, informative, seed)
    y = X @ w + noise * np.random.default_rng((seed, _NOISE)).standard_normal(n)
    for array in (X, y, w):
        array.setflags(write=False)
    groups = tuple(tuple(range(s * lags, (s + 1) * lags)) for s in range(series))
    return Lagged(X, y, w, groups, noise, rho)


def _check(**counts: int) -> None:
    least = {"n": 1, "series": 1, "lags": 1}
    for name, count in counts.items():
        if count < least.get(name, 0):
            raise DataError(f"{name} must be at least {least.get(name, 0)}, not {count}.")
    if counts["informative"] > counts["series"]:
        raise DataError(f"informative must be at most series = {counts['series']}, not {counts['informative']}.")
    if counts["n"] * counts["series"] * counts["lags"] > MAX_NUMBERS:
        raise DataError(f"n times series times lags must be at most {MAX_NUMBERS:,}.")


def _series(seed: int, number: int, length: int, rho: float) -> Array:
    """A stationary autoregressive series (length,) of unit variance."""
    fresh = np.random.default_rng((seed, _SERIES, number)).standard_normal(length)
    values = np.empty(length)
    values[0] = fresh[0]
    for t in range(1, length):
        values[t] = rho * values[t - 1] + np.sqrt(1.0 - rho * rho) * fresh[t]
    return values


def _lags(values: Array, n: int, lags: int) -> Array:
    """(n, lags): row t holds the values at t−1, …, t−lags."""
    return np.column_stack([values[lags - lag : lags - lag + n] for lag in range(1, lags + 1)])


def _truth(series: int, lags: int, informative: int, seed: int) -> Array:
    stream = np.random.default_rng((seed, _TRUTH))
    sizes = stream.permutation(np.linspace(_LARGEST, _SMALLEST, informative))
    signs = stream.permutation(np.where(np.arange(informative) % 2, -1.0, 1.0))
    w = np.zeros((series, lags))
    places = np.arange(informative) * series // max(informative, 1)
    w[places] = (sizes * signs)[:, None] * _DECAY ** np.arange(lags)
    return w.ravel()
