"""Linear data with a known truth: correlated Gaussian features, a few of them informative. No other generators."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from regviz.data.errors import DataError
from regviz.data.table import Array

Correlation = Literal["ar1", "equal", "twins"]

MAX_NUMBERS = 50_000_000
"""Largest number of feature values drawn at once."""

_LARGEST, _SMALLEST = 3.2, 0.8
_TRAIN, _VALIDATION, _TEST, _TRUTH = range(4)
_FEATURES, _COMMON, _NOISE = range(3)


@dataclass(frozen=True, eq=False)
class Synthetic:
    """Rows of y = Xw + ε with ε ~ N(0, σ²) and X ~ N(0, Σ); all arrays are read-only.

    ``X`` (n, p), ``y`` (n,) train; ``X_validation``, ``y_validation`` and ``X_test``, ``y_test`` are drawn apart.
    ``w`` (p,) true coefficients on the scale of ``X``; the true intercept is 0. ``noise`` is σ, ``scales`` (p,) are the
    standard deviations of the features, ``rho`` and ``correlation`` their correlation.
    """

    X: Array
    y: Array
    X_validation: Array
    y_validation: Array
    X_test: Array
    y_test: Array
    w: Array
    noise: float
    scales: Array
    rho: float
    correlation: Correlation

    @property
    def names(self) -> tuple[str, ...]:
        """x1 … xp."""
        return tuple(f"x{j + 1}" for j in range(len(self.w)))

    @cached_property
    def covariance(self) -> Array:
        """Σ (p, p): scales_i · scales_j · ρ^|i−j|; "equal": · ρ off the diagonal; "twins": · ρ within pairs, else 0."""
        index = np.arange(len(self.w))
        distance = np.abs(index[:, None] - index)
        if self.correlation == "equal":
            distance = np.minimum(distance, 1)
        alike: Array = np.power(self.rho, distance)
        if self.correlation == "twins":
            alike[index[:, None] // 2 != index // 2] = 0.0
        matrix: Array = alike * self.scales[:, None] * self.scales
        matrix.setflags(write=False)
        return matrix

    def test_error(self, intercept: float, coef: Array) -> float:
        """Expected squared error on a new row, exactly: σ² + intercept² + (w − coef)ᵀ Σ (w − coef).

        ``coef`` (p,) is on the scale of ``X``. The training rows are taken as given.
        """
        off = self.w - coef
        return float(self.noise**2 + intercept**2 + off @ self.covariance @ off)


def synthetic(
    *,
    n: int = 60,
    p: int = 12,
    informative: int = 4,
    noise: float = 2.0,
    rho: float = 0.0,
    correlation: Correlation = "ar1",
    scale_spread: float = 1.0,
    seed: int = 0,
    n_validation: int = 200,
    n_test: int = 0,
) -> Synthetic:
    """Draw ``n`` training rows of ``p`` features, ``informative`` of them with a true coefficient that is not zero.

    ``noise``         σ ≥ 0
    ``rho``           correlation: "ar1" ρ^|i−j| for −1 ≤ ρ ≤ 1, "equal" ρ between any two for 0 ≤ ρ ≤ 1,
                      "twins" ρ between features 1 and 2, 3 and 4, … and 0 between pairs, −1 ≤ ρ ≤ 1
    ``scale_spread``  s ≥ 1: the features' standard deviations grow geometrically from 1/√s to √s

    Informative features are spread evenly; times their standard deviation the true coefficients have the sizes 3.2 …
    0.8 in an order, and with signs (as many of either), drawn from ``seed``; of twins both are informative, with one
    size and sign. Every column has its own random stream,
    so more rows or columns keep the draws there were, and ``noise`` scales the same errors. Equal arguments give equal
    bits. Raises DataError, a sentence naming the argument, for one out of range.
    """
    _check(n=n, p=p, informative=informative, seed=seed, n_validation=n_validation, n_test=n_test)
    _check_shape(noise, rho, correlation, scale_spread)
    scales = np.geomspace(scale_spread**-0.5, scale_spread**0.5, p) if p > 1 else np.ones(1)
    w = (_twin_truth if correlation == "twins" else _truth)(p, informative, seed) / scales
    parts = []
    for part, size in ((_TRAIN, n), (_VALIDATION, n_validation), (_TEST, n_test)):
        X = _features(seed, part, size, p, rho, correlation) * scales
        parts.append((X, X @ w + noise * _stream(seed, part, _NOISE).standard_normal(size)))
    train, validation, test = parts
    for array in (*train, *validation, *test, w, scales):
        array.setflags(write=False)
    return Synthetic(*train, *validation, *test, w, noise, scales, rho, correlation)


def _check(**counts: int) -> None:
    least = {"n": 1, "p": 1}
    for name, count in counts.items():
        if count < least.get(name, 0):
            raise DataError(f"{name} must be at least {least.get(name, 0)}, not {count}.")
    if counts["informative"] > counts["p"]:
        raise DataError(f"informative must be at most p = {counts['p']}, not {counts['informative']}.")
    if (counts["n"] + counts["n_validation"] + counts["n_test"]) * counts["p"] > MAX_NUMBERS:
        raise DataError(f"n times p must be at most {MAX_NUMBERS:,}, validation and test rows included.")


def _check_shape(noise: float, rho: float, correlation: str, scale_spread: float) -> None:
    if correlation not in get_args(Correlation):
        raise DataError(f"correlation must be one of {', '.join(get_args(Correlation))}, not {correlation}.")
    lowest = 0.0 if correlation == "equal" else -1.0
    for name, value, low, high in (
        ("noise", noise, 0.0, 1e100),
        ("rho", rho, lowest, 1.0),
        ("scale_spread", scale_spread, 1.0, 1e100),
    ):
        if not low <= value <= high:
            raise DataError(f"{name} must be between {low:g} and {high:g}, not {value:g}.")


def _stream(*key: int) -> np.random.Generator:
    return np.random.default_rng(key)


def _truth(p: int, informative: int, seed: int) -> Array:
    """Coefficients (p,) of features of unit variance."""
    stream = _stream(seed, _TRUTH)
    sizes = stream.permutation(np.linspace(_LARGEST, _SMALLEST, informative))
    signs = stream.permutation(np.where(np.arange(informative) % 2, -1.0, 1.0))
    w = np.zeros(p)
    w[np.arange(informative) * p // max(informative, 1)] = sizes * signs
    return w


def _twin_truth(p: int, informative: int, seed: int) -> Array:
    """The same where features 2k and 2k + 1 are twins: pairs are spread evenly, and twins share one coefficient."""
    pairs, count = (informative + 1) // 2, (p + 1) // 2
    sizes = _truth(pairs, pairs, seed)
    places = [2 * (k * count // pairs) + twin for k in range(pairs) for twin in (0, 1)]
    w = np.zeros(p)
    w[places[:informative]] = np.repeat(sizes, 2)[:informative]
    return w


def _features(seed: int, part: int, n: int, p: int, rho: float, correlation: Correlation) -> Array:
    """(n, p) Gaussian features of unit variance."""
    X = np.empty((n, p), order="F")
    own = np.sqrt(1.0 - rho if correlation == "equal" else 1.0 - rho**2)
    common = np.sqrt(rho) * _stream(seed, part, _COMMON).standard_normal(n) if correlation == "equal" else np.zeros(n)
    for j in range(p):
        fresh = _stream(seed, part, _FEATURES, j).standard_normal(n)
        if correlation == "equal":
            X[:, j] = common + own * fresh
        elif j and (correlation == "ar1" or j % 2):
            X[:, j] = rho * X[:, j - 1] + own * fresh
        else:
            X[:, j] = fresh
    return np.ascontiguousarray(X)
