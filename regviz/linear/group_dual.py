"""The group lasso by one scale for each group, in the space of the rows: for more features than rows.

Well conditioned where neighbouring columns are nearly equal; certificates are made elsewhere.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regviz.data.steps import Steps
from regviz.linear.groups import Groups, group_labels, group_norms, group_roots
from regviz.linear.problem import Array, Problem

_STEPS = 80
_TIGHT, _ROUNDING = 1e-14, 1e-10


class _Point(NamedTuple):
    """Scales c (m,), the value of the smooth problem there, its slope (m,) and its curvature (m, m)."""

    c: Array
    theta: Array
    value: float
    slope: Array
    bend: Array


def row_space(problem: Problem, groups: Groups, lam: float, w: Array) -> Steps[Array]:
    """A solution (p,) at ``lam`` > 0 from the guess ``w`` (p,), groups that are out exactly 0.0.

    With ‖w_g‖√p_g = min over c_g ≥ 0 of ½(‖w_g‖²/c_g + p_g·c_g) the minimum over w is a ridge fit, and what is left,
    λ/2·[yᵀM⁻¹y + Σp_g·c_g] with M = nλI + Σc_g·X_gX_gᵀ, is convex in c (G,): Newton's method on the scales that are
    free, projected on c ≥ 0. Then w_g = c_g·X_gᵀM⁻¹y. Yields after every step.
    Source: Bach, Jenatton, Mairal & Obozinski 2012, section 5.
    """
    scales = _Scales(problem, groups, lam)
    point = scales.at(group_norms(groups, w) / group_roots(groups))
    before = np.inf
    for turn in range(_STEPS):
        yield turn / _STEPS
        free = (point.c > 0.0) | (point.slope < 0.0)
        steep = float(np.abs(point.slope[free] / scales.sizes[free]).max(initial=0.0))
        if steep <= _TIGHT or 0.5 * before <= steep <= _ROUNDING:
            break
        before = steep
        further = scales.step(point, free)
        if further is None:
            break
        point = further
    return scales.coefficients(point)


class _Scales:
    """The problem in the scales c."""

    def __init__(self, problem: Problem, groups: Groups, lam: float) -> None:
        self.problem, self.lam = problem, lam
        self.labels = group_labels(groups)
        self.sizes = group_roots(groups) ** 2
        self.order = np.array([j for group in groups for j in group], dtype=np.intp)
        self.starts = np.cumsum([0, *map(len, groups[:-1])])

    def at(self, c: Array) -> _Point:
        """Value, slope and curvature at ``c`` (m,)."""
        problem, X = self.problem, self.problem.X
        inverse = self._inverse(c)
        theta = inverse @ problem.y
        theta += inverse @ (problem.y - problem.n * self.lam * theta - X @ (c[self.labels] * (X.T @ theta)))
        pull = X.T @ theta
        slope = self.sizes - np.add.reduceat((pull * pull)[self.order], self.starts)
        along = np.add.reduceat((X * pull)[:, self.order], self.starts, axis=1)
        bend = 2.0 * along.T @ (inverse @ along)
        return _Point(c, theta, float(problem.y @ theta + self.sizes @ c), slope, bend)

    def _inverse(self, c: Array) -> NDArray[np.float64]:
        weighted = self.problem.X * c[self.labels]
        matrix = weighted @ self.problem.X.T
        matrix[np.diag_indices(self.problem.n)] += self.problem.n * self.lam
        return np.asarray(np.linalg.inv(matrix))

    def step(self, point: _Point, free: NDArray[np.bool_]) -> _Point | None:
        """A lower point along the projected Newton direction; None where rounding leaves none."""
        bend = point.bend[np.ix_(free, free)]
        bend[np.diag_indices(len(bend))] *= 1.0 + 1e-13
        direction = np.zeros_like(point.c)
        try:
            direction[free] = _solved(bend, -point.slope[free])
        except np.linalg.LinAlgError:
            return None
        share = 1.0
        while share > 1e-6:
            new = self.at(np.maximum(point.c + share * direction, 0.0))
            gain = float(point.slope @ (new.c - point.c))
            if new.value - point.value <= 1e-4 * min(gain, 0.0) + 1e-15 * abs(point.value):
                return new
            share *= 0.5
        return None

    def coefficients(self, point: _Point) -> Array:
        """Solution (p,) of the scales."""
        result: Array = point.c[self.labels] * (self.problem.X.T @ point.theta)
        result[result == 0.0] = 0.0
        return result


def _solved(matrix: Array, right: Array) -> Array:
    """The solution (m,) of symmetric equations; where they are singular the shortest of the best."""
    try:
        found = np.linalg.solve(matrix, right)
        if np.abs(matrix @ found - right).max() <= 1e-6 * np.abs(right).max():
            return np.asarray(found, dtype=np.float64)
    except np.linalg.LinAlgError:
        pass
    values, vectors = np.linalg.eigh(matrix)
    kept = values > 1e-13 * values[-1]
    result: Array = vectors[:, kept] @ ((right @ vectors[:, kept]) / values[kept])
    return result
