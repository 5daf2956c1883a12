"""The group lasso by one scale for each group, in the space of the rows: for more features than rows.

Well conditioned where neighbouring columns are nearly equal; certificates are made elsewhere.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regviz.linear.groups import Groups, group_labels, group_norms, group_roots
from regviz.linear.problem import Array, Problem

_STEPS = 80
_TIGHT = 1e-14


class _Point(NamedTuple):
    """Scales c (m,), the value of the smooth problem there, its slope (m,) and its curvature (m, m)."""

    c: Array
    theta: Array
    value: float
    slope: Array
    bend: Array


def row_space(problem: Problem, groups: Groups, lam: float, w: Array) -> Array:
    """A solution (p,) at ``lam`` > 0 from the guess ``w`` (p,), groups that are out exactly 0.0.

    With ‖w_g‖√p_g = min over c_g ≥ 0 of ½(‖w_g‖²/c_g + p_g·c_g) the minimum over w is a ridge fit, and what is left,
    λ/2·[yᵀM⁻¹y + Σp_g·c_g] with M = nλI + Σc_g·X_gX_gᵀ, is convex in c (G,): Newton's method on the scales that are
    free, projected on c ≥ 0. Then w_g = c_g·X_gᵀM⁻¹y. Source: Bach, Jenatton, Mairal & Obozinski 2012, section 5.
    """
    scales = _Scales(problem, groups, lam)
    point = scales.at(group_norms(groups, w) / group_roots(groups))
    for _ in range(_STEPS):
        free = (point.c > 0.0) | (point.slope < 0.0)
        if not free.any() or float(np.abs(point.slope[free] / scales.sizes[free]).max()) <= _TIGHT:
            break
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
        self.sum = np.zeros((problem.p, len(groups)))
        self.sum[np.arange(problem.p), self.labels] = 1.0

    def at(self, c: Array) -> _Point:
        """Value, slope and curvature at ``c`` (m,)."""
        problem, X = self.problem, self.problem.X
        inverse = self._inverse(c)
        theta = inverse @ problem.y
        theta += inverse @ (problem.y - problem.n * self.lam * theta - X @ (c[self.labels] * (X.T @ theta)))
        pull = X.T @ theta
        slope = self.sizes - (pull * pull) @ self.sum
        along = X @ (pull[:, None] * self.sum)
        bend = 2.0 * along.T @ inverse @ along
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
        direction[free] = np.linalg.lstsq(bend, -point.slope[free], rcond=None)[0]
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
