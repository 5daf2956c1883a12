"""One coefficient's posterior along a line, in closed form: prior × Gaussian likelihood, normalised.

Under a Laplace prior it is made of two truncated Gaussians that meet at 0 (Hans 2009). Two coefficients are in
``laplace_plane``.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from regviz.linear.problem import Array

_LOG_ROOT_2PI = 0.5 * math.log(2.0 * math.pi)
_HALVINGS = 56
_FAR = 200.0
_FLAT = 1e-24
"""Least curvature of a likelihood in units of the prior's squared rate, so that a constant column has a likelihood."""


class Along(Protocol):
    """A normalised density over one coefficient."""

    @property
    def mean(self) -> float:
        """Its mean."""

    def log_likelihood(self, w: Array) -> Array:
        """Log likelihood (m,) up to a constant: log density less log prior."""

    def log_density(self, w: Array) -> Array:
        """Log density (m,)."""

    def quantiles(self, shares: Array) -> Array:
        """The values with those shares (k,) of the mass below them."""


@dataclass(frozen=True)
class GaussianAlong:
    """N(0, τ²) times the likelihood exp(−curvature·w²/2 + pull·w): again a Gaussian."""

    curvature: float
    pull: float
    tau: float

    @property
    def variance(self) -> float:
        """1/(curvature + 1/τ²)."""
        return 1.0 / (self.curvature + self.tau**-2)

    @property
    def mean(self) -> float:
        """Mean, median and mode in one."""
        return self.pull * self.variance

    def log_likelihood(self, w: Array) -> Array:
        """−curvature·w²/2 + pull·w."""
        return w * (self.pull - 0.5 * self.curvature * w)

    def log_density(self, w: Array) -> Array:
        """Log density (m,)."""
        result: Array = -0.5 * (w - self.mean) ** 2 / self.variance - 0.5 * math.log(self.variance) - _LOG_ROOT_2PI
        return result

    def quantiles(self, shares: Array) -> Array:
        """The values with those shares (k,) of the mass below them."""
        from scipy.special import ndtri

        result: Array = self.mean + math.sqrt(self.variance) * ndtri(shares)
        return result


@dataclass(frozen=True, eq=False)
class LaplaceAlong:
    """A Laplace prior of scale ``b`` times exp(−curvature·w²/2 + pull·w), averaged over several ``pulls`` (M,).

    One pull is one coefficient with all others held. Pulls, with a curvature each (M,), that come from posterior draws
    give the marginal posterior, smooth where the draws alone would be a histogram (Gelfand & Smith 1990).
    """

    curvature: float | Array
    pulls: Array
    b: float

    @property
    def mean(self) -> float:
        """Posterior mean."""
        return float(np.mean(means(self.curvature, self.pulls, self.b)))

    def log_likelihood(self, w: Array) -> Array:
        """The log of the pulls' likelihoods, each over its own normaliser, averaged; (m,)."""
        lines = self._curves(w) - self.masses[:, None]
        return log_average(lines)

    def log_density(self, w: Array) -> Array:
        """Log density (m,)."""
        result: Array = self.log_likelihood(w) - np.abs(w) / self.b
        return result

    @cached_property
    def masses(self) -> Array:
        """The log of each pull's integral (M,)."""
        return log_mass(self.curvature, self.pulls, self.b)

    def below(self, w: Array) -> Array:
        """Share of the mass below each ``w`` (k,): the tail beyond w is its height there times a Mills ratio."""
        a = np.maximum(self._column, _FLAT / self.b**2)
        side, pulls = np.where(w < 0.0, -1.0, 1.0), self.pulls[:, None]
        height = w * (pulls - 0.5 * a * w) - np.abs(w) / self.b
        x = (side * pulls - 1.0 / self.b) / np.sqrt(a) - np.abs(w) * np.sqrt(a)
        tail = np.mean(np.exp(height + log_mills(x) - 0.5 * np.log(a) - self.masses[:, None]), axis=0)
        result: Array = np.where(side < 0.0, tail, 1.0 - tail)
        return result

    def quantiles(self, shares: Array) -> Array:
        """The values with those shares (k,) of the mass below them, by bisection to the last digits."""
        shares = np.asarray(shares, dtype=np.float64)
        low, high = -self._reach(float(shares.min()), -1.0), self._reach(float(shares.max()), 1.0)
        lows, highs = np.full_like(shares, low), np.full_like(shares, high)
        for _ in range(_HALVINGS):
            middle = 0.5 * (lows + highs)
            short = self.below(middle) < shares
            lows, highs = np.where(short, middle, lows), np.where(short, highs, middle)
        return 0.5 * (lows + highs)

    def _curves(self, w: Array) -> Array:
        result: Array = self.pulls[:, None] * w - 0.5 * self._column * w * w
        return result

    @property
    def _column(self) -> Array:
        return np.reshape(self.curvature, (-1, 1)).astype(np.float64)

    def _reach(self, share: float, side: float) -> float:
        """A distance on that side of 0 beyond which the share certainly lies."""
        reach = self.b
        while (float(self.below(np.array([side * reach]))[0]) - share) * side < 0.0:
            reach *= 2.0
        return reach


def log_mills(x: Array) -> Array:
    """log(Φ(x)/φ(x)), without loss of digits in either tail."""
    from scipy.special import erfcx, log_ndtr

    x = np.asarray(x)
    result, left = np.empty(x.shape), x < 0.0
    low, high = x[left], x[~left]
    result[left] = np.log(math.sqrt(0.5 * math.pi) * erfcx(-low / math.sqrt(2.0)))
    result[~left] = log_ndtr(high) + 0.5 * high**2 + _LOG_ROOT_2PI
    return result


def log_sides(curvature: ArrayLike, pull: ArrayLike, b: ArrayLike) -> tuple[Array, Array]:
    """The log of ∫ exp(−curvature·w²/2 + pull·w − |w|/b) dw over w < 0 and over w > 0."""
    a = np.maximum(np.asarray(curvature, dtype=np.float64), _floor(b))
    z, scale, rate = np.asarray(pull, dtype=np.float64), np.sqrt(a), 1.0 / np.asarray(b)
    below = log_mills(-(z + rate) / scale) - np.log(scale)
    above = log_mills((z - rate) / scale) - np.log(scale)
    return below, above


def log_mass(curvature: ArrayLike, pull: ArrayLike, b: ArrayLike) -> Array:
    """The log of ∫ exp(−curvature·w²/2 + pull·w − |w|/b) dw."""
    result: Array = np.logaddexp(*log_sides(curvature, pull, b))
    return result


def means(curvature: ArrayLike, pull: ArrayLike, b: ArrayLike) -> Array:
    """Mean of each density ∝ exp(−curvature·w²/2 + pull·w − |w|/b)."""
    below, above = side_means(curvature, pull, b)
    result: Array = above - below
    return result


def side_means(curvature: ArrayLike, pull: ArrayLike, b: ArrayLike) -> tuple[Array, Array]:
    """What w < 0 and w > 0 add to the mean of |w| under each of those densities: their mass times their own mean."""
    a = np.maximum(np.asarray(curvature, dtype=np.float64), _floor(b))
    z, scale, rate = np.asarray(pull, dtype=np.float64), np.sqrt(a), 1.0 / np.asarray(b)
    sides = (-z - rate) / scale, (z - rate) / scale
    mills = log_mills(sides[0]), log_mills(sides[1])
    total = np.logaddexp(*mills)
    below, above = (np.exp(m - total) * _one_sided(x, m) / scale for x, m in zip(sides, mills, strict=True))
    return below, above


def log_average(lines: Array) -> Array:
    """The log of the mean of exp(lines) over the first axis."""
    top = lines.max(axis=0)
    result: Array = top + np.log(np.mean(np.exp(lines - top), axis=0))
    return result


def _floor(b: ArrayLike) -> Array:
    result: Array = _FLAT / np.asarray(b, dtype=np.float64) ** 2
    return result


def _one_sided(x: Array, mills: Array) -> Array:
    """Mean x + φ(x)/Φ(x) of N(x, 1) cut to the positive side, given the log of Φ(x)/φ(x).

    Far below 0 by its series, where digits would cancel.
    """
    result: Array = np.asarray(x + np.exp(-mills))
    if (far := x < -_FAR).any():
        away = x[far]
        result[far] = (1.0 - 2.0 / away**2 + 10.0 / away**4) / -away
    return result
