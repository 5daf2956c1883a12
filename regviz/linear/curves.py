"""How each penalty's solution moves with λ: exact coefficients and degrees of freedom at any λ.

What people see of it, on the data's own scale, is in `path`.
"""

from bisect import bisect_left
from functools import lru_cache
from typing import Protocol

import numpy as np

from regviz.data.steps import Steps, finished
from regviz.linear.elastic_net_path import ElasticNetKnots, elastic_net_walk
from regviz.linear.group_lasso import GroupLassoSolver
from regviz.linear.groups import Groups, all_single
from regviz.linear.lasso import Knots, lasso_path
from regviz.linear.least_squares import least_squares
from regviz.linear.problem import Array, Problem
from regviz.linear.ridge import RidgeSystem

POINTS = 100


class Curve(Protocol):
    """Standardised coefficients as a function of λ ≥ 0."""

    @property
    def lams(self) -> Array:
        """λ (K,) falling to 0: where the active set changes, or a grid."""

    @property
    def coef(self) -> Array:
        """Solutions (K, p) at ``lams``."""

    @property
    def lam_max(self) -> float | None:
        """The smallest λ with the zero vector, None when there is none."""

    def at(self, lam: float) -> Array:
        """The solution (p,) at ``lam``, exact; a new array."""

    def df(self, lam: float) -> float:
        """Degrees of freedom at ``lam``, without the intercept."""


@lru_cache(maxsize=4)
def _knots(problem: Problem) -> Knots:
    """The lasso path; several curves of one problem are made of it."""
    return lasso_path(problem)


class LassoCurve:
    """Piecewise linear between knots."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.knots: Knots = _knots(problem)
        self.lams, self.coef = self.knots.lams, self.knots.coef
        self.lam_max: float | None = problem.lam_max
        self._order = (-self.lams).tolist()
        self._down = self.lams.tolist()
        self._steps = np.diff(self.coef, axis=0)

    def at(self, lam: float) -> Array:
        """Interpolation; features that are zero at both ends stay exactly zero."""
        k = bisect_left(self._order, -lam)
        low = self._down[k]
        if k == 0 or low == lam:
            known: Array = self.coef[k].copy()
            return known
        high = self._down[k - 1]
        w: Array = self._steps[k - 1] * ((high - lam) / (high - low))
        w += self.coef[k - 1]
        return w

    def df(self, lam: float) -> float:
        """Size of the active set (Zou, Hastie & Tibshirani 2007)."""
        return float(np.count_nonzero(self.at(lam)))


class SingletonCurve(LassoCurve):
    """The group lasso with one feature in every group: the lasso, with the group lasso's minimum-norm fit at λ = 0."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.plain = least_squares(problem)
        self.coef = np.vstack([self.coef[:-1], self.plain.coef])

    def at(self, lam: float) -> Array:
        """As for the lasso where λ > 0."""
        return super().at(lam) if lam > 0.0 else self.plain.coef.copy()

    def df(self, lam: float) -> float:
        """Size of the active set; the rank of X for λ = 0."""
        return super().df(lam) if lam > 0.0 else float(self.plain.rank)


class RidgeCurve:
    """Closed form at every λ."""

    def __init__(self, problem: Problem) -> None:
        self.system = RidgeSystem(problem)
        self.lam_max: float | None = None
        self.lams = ridge_grid(self.system)
        self.coef = self.system.at(self.lams)

    def at(self, lam: float) -> Array:
        """(XᵀX + nλI)⁻¹Xᵀy."""
        system = self.system
        result: Array = system.axes @ (system.corr / (system.values + lam))
        return result

    def df(self, lam: float) -> float:
        """Trace of the hat matrix."""
        return float(self.system.df(np.array([lam]))[0])


class FlatCurve:
    """No penalty: least squares, whatever λ is."""

    def __init__(self, problem: Problem) -> None:
        self.solution = least_squares(problem)
        self.lam_max: float | None = None
        self.lams = ridge_grid(RidgeSystem(problem))
        self.coef = np.tile(self.solution.coef, (self.lams.size, 1))

    def at(self, lam: float) -> Array:
        """The minimum-norm least-squares solution."""
        return self.solution.coef.copy()

    def df(self, lam: float) -> float:
        """Rank of X."""
        return float(self.solution.rank)


class ElasticNetCurve:
    """Curved between the λ where the active set changes; 0 < α < 1."""

    def __init__(self, problem: Problem, alpha: float, knots: ElasticNetKnots) -> None:
        self.problem, self.alpha, self.knots = problem, alpha, knots
        self.lams, self.coef = self.knots.lams, self.knots.coef
        self.lam_max: float | None = float(self.lams[0])

    def at(self, lam: float) -> Array:
        """The equations of the active set of the segment, certified."""
        return self.knots.at(self.problem, lam, self.alpha)

    def df(self, lam: float) -> float:
        """tr[X_A(X_AᵀX_A + nλ(1−α)I)⁻¹X_Aᵀ]."""
        return elastic_net_df(self.problem, self.at(lam), lam * (1.0 - self.alpha))


class GroupCurve:
    """The group lasso, solved anew at each λ from the nearest solved one above."""

    def __init__(self, problem: Problem, groups: Groups) -> None:
        self.solver = GroupLassoSolver(problem, groups)
        self.lam_max: float | None = self.solver.lam_max
        self._traced: tuple[Array, Array] | None = None

    def tracing(self) -> Steps[None]:
        """Solve the path, unless it is there: yields the share that is done."""
        if self._traced is None:
            self._traced = yield from self.solver.tracing()

    @property
    def _points(self) -> tuple[Array, Array]:
        if self._traced is None:
            self._traced = self.solver.path()
        return self._traced

    @property
    def lams(self) -> Array:
        """λ (K,) falling from λ_max to 0."""
        return self._points[0]

    @property
    def coef(self) -> Array:
        """Solutions (K, p)."""
        return self._points[1]

    def at(self, lam: float) -> Array:
        """Certified Newton from the nearest solved λ; at a solved λ what is known there.

        Where columns repeat each other, several w are optimal and have the same fit.
        """
        place = min(int(np.searchsorted(-self.lams, -lam)), self.lams.size - 1)
        if self.lams[place] == lam:
            known: Array = self.coef[place].copy()
            return known
        warm = self.coef[max(place - 1, 0)] if place else None
        return self.solver.at(lam, warm)

    def df(self, lam: float) -> float:
        """Trace of the derivative of the fit by y."""
        return self.solver.df(lam, self.at(lam))


def elastic_net_df(problem: Problem, w: Array, l2: float) -> float:
    """tr[X_A(X_AᵀX_A + n·l2·I)⁻¹X_Aᵀ] on the non-zero features of ``w`` (p,)."""
    columns = problem.X[:, w != 0.0]
    values = np.linalg.svd(columns, compute_uv=False) ** 2 / problem.n if columns.shape[1] else np.zeros(0)
    if not values.size:
        return 0.0
    values = values[values > 1e-14 * values[0]]
    return float((values / (values + l2)).sum())


def ridge_grid(system: RidgeSystem) -> Array:
    """λ from 1e4 to 1e-4 times the largest eigenvalue of XᵀX/n, then 0."""
    if not system.values.size:
        return np.zeros(1)
    return np.append(float(system.values.max()) * np.geomspace(1e4, 1e-4, POINTS - 1), 0.0)


def curve_of(problem: Problem, penalty: str, alpha: float | None, groups: Groups | None) -> Curve:
    """The curve of ``penalty``, whose arguments have been checked; without ``groups`` each feature is its own."""
    return finished(curving(problem, penalty, alpha, groups))


def curving(problem: Problem, penalty: str, alpha: float | None, groups: Groups | None) -> Steps[Curve]:
    """`curve_of` step by step; a group lasso's is traced by itself."""
    if penalty == "none":
        return FlatCurve(problem)
    if penalty == "group-lasso":
        return SingletonCurve(problem) if groups is None or all_single(groups) else GroupCurve(problem, groups)
    share = {"ridge": 0.0, "lasso": 1.0}.get(penalty, 0.5 if alpha is None else alpha)
    if share == 0.0:
        return RidgeCurve(problem)
    if share == 1.0:
        return LassoCurve(problem)
    knots = yield from elastic_net_walk(problem, share)
    return ElasticNetCurve(problem, share, knots)
