"""Two coefficients' joint posterior and its regions of highest density, with a Gaussian or a Laplace prior.

The Gaussian's regions are ellipses. The Laplace's are found by quadrature and by walking out along rays: those of a
slice to the grid's accuracy; those of a mixture over draws carry the sampling error of the draws as well.
"""

import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Protocol

import numpy as np

from regviz.linear.problem import Array
from regviz.theory.laplace_slice import log_average, log_mass

RAYS = 180
"""Directions in which the edge of a region is sought."""
_CELLS = 128
_ROWS = 16
"""Rows of cells whose densities are found in one go: they should fit the processor's cache."""
_NODES = 64
_STRIDE = 8
_DEEP = 30.0
"""Log density below the peak at which the plane is cut off."""


class Plane(Protocol):
    """A joint density of two coefficients."""

    @property
    def mean(self) -> tuple[float, float]:
        """Posterior means."""

    def region(self, level: float) -> tuple[Array, Array]:
        """Closed edge of the highest-density region that holds the share ``level``."""


@dataclass(frozen=True, eq=False)
class GaussianPlane:
    """N(mean, covariance) of two coefficients."""

    mean: tuple[float, float]
    covariance: Array

    def region(self, level: float) -> tuple[Array, Array]:
        """The ellipse at Mahalanobis distance √(−2·log(1 − level))."""
        values, vectors = np.linalg.eigh(self.covariance)
        angle = np.linspace(0.0, 2.0 * math.pi, RAYS + 1)
        radius = math.sqrt(-2.0 * math.log1p(-level)) * np.sqrt(np.maximum(values, 0.0))
        edge = vectors @ (radius[:, None] * np.stack([np.cos(angle), np.sin(angle)]))
        return self.mean[0] + edge[0], self.mean[1] + edge[1]


@dataclass(frozen=True, eq=False)
class LaplacePlane:
    """A Laplace prior of scale ``b`` on (u, v) times exp(−½(u, v)·curvature·(u, v) + pull·(u, v)), averaged over pulls.

    ``curvature`` (2, 2) or one for each pull (M, 2, 2), positive semidefinite, ``pulls`` (M, 2): one pair holds the
    other coefficients fixed, pairs from posterior draws integrate them out. ``peak`` is a point of high density.
    """

    curvature: Array
    pulls: Array
    b: float
    peak: tuple[float, float]

    @cached_property
    def mean(self) -> tuple[float, float]:
        """Posterior means, by quadrature over one coefficient of the closed form in the other."""
        return self._mean_of(0), self._mean_of(1)

    @cached_property
    def masses(self) -> Array:
        """The log of each pull's integral over the plane (M,)."""
        nodes, weights = self._nodes(0)
        return _log_sum(self._side(0, nodes), weights)

    def log_density(self, u: Array, v: Array) -> Array:
        """Log density at the points (u, v) of any equal shape."""
        ones = [1] * np.ndim(u)
        a, c, d = (self._entry(i, j).reshape(-1, *ones) for i, j in ((0, 0), (0, 1), (1, 1)))
        pulls = self.pulls.reshape(-1, 2, *ones)
        lines = (pulls[:, 0] - 0.5 * a * u - c * v) * u + (pulls[:, 1] - 0.5 * d * v) * v
        result: Array = log_average(lines - self.masses.reshape(-1, *ones)) - (np.abs(u) + np.abs(v)) / self.b
        return result

    def _entry(self, i: int, j: int) -> Array:
        """One entry of each curvature, (M, 1) or (1, 1)."""
        return self.curvature.reshape(-1, 2, 2)[:, i, j, None]

    def region(self, level: float) -> tuple[Array, Array]:
        """The edge at the density that the share ``level`` of the mass exceeds."""
        return self._edge(self.threshold(level))

    def threshold(self, level: float) -> float:
        """The log density that the share ``level`` of the mass exceeds, from cells none of which lies astride 0."""
        heights, shares = self._ranking
        return float(np.interp(level, shares, heights))

    @cached_property
    def _ranking(self) -> tuple[Array, Array]:
        """Log densities of the cells, falling, and the share of the mass in the cells down to each."""
        heights, areas = self._cells
        order = np.argsort(-heights)
        inside = np.cumsum(areas[order] * np.exp(heights[order] - heights[order[0]]))
        return heights[order], inside / inside[-1]

    @cached_property
    def _cells(self) -> tuple[Array, Array]:
        """Log densities and areas of the grid's cells, (k,)."""
        (u, du), (v, dv) = (self._ruler(axis) for axis in (0, 1))
        heights, powers = np.empty((len(u), len(v))), np.stack([np.ones_like(v), v, v * v, np.abs(v)])
        for start in range(0, len(u), _ROWS):
            part = u[start : start + _ROWS]
            terms = np.insert(self._terms(part), 3, -1.0 / self.b, axis=2)
            terms[..., 0] -= np.abs(part) / self.b  # the prior before the top: it may undo what the likelihood rises by
            lines = (terms.reshape(-1, 4) @ powers).reshape(*terms.shape[:2], -1)
            top = lines.max()
            np.exp(np.subtract(lines, top, out=lines), out=lines)
            with np.errstate(divide="ignore"):
                heights[start : start + _ROWS] = top + np.log(lines.mean(axis=0))
        return heights.ravel(), np.outer(du, dv).ravel()

    def _terms(self, u: Array) -> Array:
        """Each pull's normalised log likelihood on the lines through ``u`` (r,) as 1, v and v² weigh in: (M, r, 3)."""
        result = np.empty((len(self.pulls), len(u), 3))
        result[..., 0] = (self.pulls[:, :1] - 0.5 * self._entry(0, 0) * u) * u - self.masses[:, None]
        result[..., 1] = self.pulls[:, 1:] - self._entry(0, 1) * u
        result[..., 2] = -0.5 * self._entry(1, 1)
        return result

    def _ruler(self, axis: int) -> tuple[Array, Array]:
        """Midpoints and lengths of the cells along one axis, none astride 0."""
        low, high = self._reach[axis]
        knots = np.linspace(low, high, _CELLS + 1)
        if low < 0.0 < high:
            knots[np.argmin(np.abs(knots[1:-1])) + 1] = 0.0
        return 0.5 * (knots[1:] + knots[:-1]), np.diff(knots)

    @cached_property
    def _reach(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Where each coefficient's own marginal has fallen to nothing on either side."""
        return self._falls(0), self._falls(1)

    def _falls(self, axis: int) -> tuple[float, float]:
        start = self.peak[axis]
        unit = 1.0 / (math.sqrt(max(float(self._entry(axis, axis).min()), 0.0)) + 1.0 / self.b)
        floor = float(self._side(axis, np.array([start])).max()) - _DEEP
        return self._fall(axis, start, -unit, floor), self._fall(axis, start, unit, floor)

    def _fall(self, axis: int, start: float, unit: float, floor: float) -> float:
        """Where every pull's marginal, in steps from ``start`` that grow to 10⁹ units, is first below ``floor``."""
        points = start + unit * np.geomspace(1e-3, 1e9, 60 * _STRIDE + 1)
        coarse = self._side(axis, points[::_STRIDE]).max(axis=0) < floor
        last = _STRIDE * int(np.argmax(coarse))
        fine = points[max(last - _STRIDE + 1, 0) : last + 1]
        return float(fine[np.argmax(self._side(axis, fine).max(axis=0) < floor)])

    def _side(self, axis: int, points: Array) -> Array:
        """The log of each pull's density (M, k) at ``points`` (k,) of one coefficient, the other integrated out."""
        own, cross, other = self._entry(axis, axis), self._entry(0, 1), self._entry(1 - axis, 1 - axis)
        mine, theirs = self.pulls[:, axis, None], self.pulls[:, 1 - axis, None]
        line = points * (mine - 0.5 * own * points) - np.abs(points) / self.b
        result: Array = line + log_mass(other, theirs - cross * points, self.b)
        return result

    def _nodes(self, axis: int) -> tuple[Array, Array]:
        """Gauss–Legendre nodes and log weights over pieces that do not straddle 0 or the peak."""
        low, high = self._reach[axis]
        breaks = np.unique([low, high, *(x for x in (0.0, self.peak[axis]) if low < x < high)])
        x, w = _gauss_legendre()
        pieces = [(0.5 * (b - a), 0.5 * (a + b)) for a, b in zip(breaks[:-1], breaks[1:], strict=True)]
        points = np.concatenate([half * x + centre for half, centre in pieces])
        return points, np.log(np.concatenate([half * w for half, _ in pieces]))

    def _mean_of(self, axis: int) -> float:
        nodes, weights = self._nodes(axis)
        share = self._side(axis, nodes) + weights
        share = np.exp(share - share.max(axis=1, keepdims=True))
        return float(np.mean((share @ nodes) / share.sum(axis=1)))

    @cached_property
    def _top(self) -> tuple[float, float]:
        """The densest of ``peak`` and the cells: rays start inside every region."""
        heights, _ = self._cells
        best = int(np.argmax(heights))
        if heights[best] <= float(self.log_density(np.array(self.peak[0]), np.array(self.peak[1]))):
            return self.peak
        row, column = divmod(best, _CELLS)
        return float(self._ruler(0)[0][row]), float(self._ruler(1)[0][column])

    def _edge(self, floor: float) -> tuple[Array, Array]:
        """Where the log density falls to ``floor`` along rays from the peak, by bisection on all rays at once."""
        angle = np.linspace(0.0, 2.0 * math.pi, RAYS + 1)[:-1]
        along = np.stack([np.cos(angle), np.sin(angle)])
        (left, right), (bottom, top) = self._reach
        low, high = np.zeros(RAYS), np.full(RAYS, math.hypot(right - left, top - bottom))
        u, v = self._top
        own, cross, other = self._entry(0, 0), self._entry(0, 1), self._entry(1, 1)
        pull_u, pull_v = self.pulls[:, :1] - own * u - cross * v, self.pulls[:, 1:] - cross * u - other * v
        slope = pull_u * along[0] + pull_v * along[1]
        bend = -0.5 * ((own * along[0] + 2.0 * cross * along[1]) * along[0] + other * along[1] ** 2)
        height = self._terms(np.array([u]))[:, 0] @ np.array([1.0, v, v * v])
        for _ in range(36):
            middle = 0.5 * (low + high)
            size = np.abs(u + middle * along[0]) + np.abs(v + middle * along[1])
            inside = log_average(height[:, None] + (slope + bend * middle) * middle) - size / self.b >= floor
            low, high = np.where(inside, middle, low), np.where(inside, high, middle)
        x, y = u + low * along[0], v + low * along[1]
        return np.append(x, x[0]), np.append(y, y[0])


@cache
def _gauss_legendre() -> tuple[Array, Array]:
    x, w = np.polynomial.legendre.leggauss(_NODES)
    return x, w


def _log_sum(lines: Array, weights: Array) -> Array:
    total = lines + weights
    top = total.max(axis=1)
    result: Array = top + np.log(np.exp(total - top[:, None]).sum(axis=1))
    return result
