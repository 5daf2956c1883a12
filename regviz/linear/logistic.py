"""Penalised logistic regression for `regviz.fit`, `path` and `cross_validate`: fits, a fine path, held-out deviance.

The problem is in `logistic_problem`, the solver in `logistic_newton`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from regviz.data.steps import Steps, finished, part
from regviz.linear.arguments import Arguments, check_arguments, check_lam
from regviz.linear.cross_validation import CrossValidation, Rows, check_grid, default_grid
from regviz.linear.fit import Fit
from regviz.linear.logistic_newton import curvature, descent_to, exists
from regviz.linear.logistic_problem import LogisticProblem, Point, logistic_gap, logistic_kkt
from regviz.linear.notes import Status, problem_notes
from regviz.linear.path import Path
from regviz.linear.penalties import Penalty, make_penalty
from regviz.linear.problem import Array

GroupList = Sequence[Sequence[int]] | None
DIVERGES = (
    "A plane separates the two classes: without a penalty the coefficients grow without bound and are undefined; "
    "any λ > 0 gives finite ones."
)


class LogisticCurve:
    """Solutions on a warm-started grid of falling λ, and at any λ from the nearest grid point.

    The grid ends at 0 only where a finite solution exists there.
    """

    def __init__(self, problem: LogisticProblem, penalty: str, checked: Arguments) -> None:
        self.problem, self.penalty, self.checked = problem, penalty, checked
        self.finite = exists(problem)
        grid = default_grid(problem.base, penalty, checked)
        grid = grid[grid > 0.0]
        self.lams = np.append(grid, 0.0) if self.finite or not grid.size else grid
        self._last: tuple[float, Point] | None = None
        self.lam_max: float | None = self.at_strength(1.0).lam_max(problem.base)

    def at_strength(self, lam: float) -> Penalty:
        """The penalty at ``lam``."""
        return make_penalty(self.penalty, lam, self.checked.alpha, self.checked.groups)

    @cached_property
    def points(self) -> list[Point]:
        """Intercept and w at each of ``lams``."""
        return finished(self.tracing())

    def tracing(self) -> Steps[list[Point]]:
        """`points` step by step, and keep them: yields the share that is done."""
        start, found = self.problem.null_point, []
        for lam in self.lams.tolist():
            start = self.solved(lam, start)
            found.append(start)
            yield len(found) / self.lams.size
        self.__dict__["points"] = found
        return found

    @cached_property
    def coef(self) -> Array:
        """Solutions (K, p) at ``lams``."""
        return np.stack([point.w for point in self.points])

    def solved(self, lam: float, start: Point) -> Point:
        """The solution at ``lam`` from ``start``; NaN where it diverges."""
        if not self.finite and (lam == 0.0 or self.penalty == "none"):
            return Point(math.nan, np.full(self.problem.p, math.nan))
        return descent_to(self.problem, self.at_strength(lam), start)

    def point_at(self, lam: float) -> Point:
        """Intercept and w (p,) at ``lam``."""
        known = self._last
        if known is not None and known[0] == lam:
            return known[1]
        near = self.points[int(np.argmin(np.abs(self.lams - min(lam, float(self.lams[0])))))]
        found = self.solved(lam, near if np.isfinite(near.bias) else self.problem.null_point)
        self._last = lam, found
        return found

    def at(self, lam: float) -> Array:
        """The solution (p,) at ``lam``; a new array."""
        return self.point_at(lam).w.copy()

    def df(self, lam: float) -> float:
        """tr[(H + D)⁻¹H] over the non-zero features, H the Hessian of the loss and D of the penalty."""
        return curvature(self.problem, self.at_strength(lam), self.point_at(lam))


@dataclass(frozen=True, eq=False)
class LogisticPath(Path):
    """A `Path` of the logistic loss: coefficients of the log-odds; ``curve`` is a `LogisticCurve`."""

    curve: LogisticCurve

    def intercept_at(self, lam: float) -> float:
        """Intercept at ``lam`` on the data's own scale."""
        check_lam(lam)
        return self.curve.problem.unscale(*self.curve.point_at(lam))[0]

    def kkt_at(self, lam: float) -> float:
        """Largest violation of the optimality conditions at ``lam``, over max_j |x_jᵀ(y − ȳ)|/n."""
        return logistic_kkt(self.curve.problem, self.penalty_at(lam), *self.curve.point_at(lam))


def logistic_fit(
    X: ArrayLike, y: ArrayLike, lam: float, penalty: str = "lasso", alpha: float | None = None,
    groups: GroupList = None, standardize: bool = True, names: Sequence[str] = (),
) -> Fit:  # fmt: skip
    """The fit at ``lam``; with status "diverges" and NaN where no finite solution exists.

    Raises ValueError with a sentence for unusable data or arguments.
    """
    problem = LogisticProblem.of(X, y, standardize=standardize, names=names)
    checked = check_arguments(penalty, alpha, groups, "logistic", problem.p)
    check_lam(lam)
    strength = make_penalty(penalty, float(lam), checked.alpha, checked.groups)
    if strength.lam == 0.0 and not exists(problem):
        missing = Point(math.nan, np.full(problem.p, math.nan))
        return _described(problem, strength, missing, float(lam), checked, Status("diverges", DIVERGES))
    point = descent_to(problem, strength, problem.null_point)
    zero = Status("zero", "Every coefficient is exactly 0: λ is at or above λ_max.")
    best = Status("optimal", "This is the minimiser of the objective.")
    return _described(problem, strength, point, float(lam), checked, best if point.w.any() else zero)


def _described(
    problem: LogisticProblem, penalty: Penalty, point: Point, lam: float, checked: Arguments, status: Status
) -> Fit:
    """The fit that ``point`` is, with its certificates; they are NaN where it is."""
    intercept, coef = problem.unscale(*point)
    value = kkt = gap = math.nan
    notes = problem_notes(problem.base)
    if status.name == "diverges":
        notes = (*notes, status.sentence)
    else:
        value = problem.loss(*point) + penalty.value(point.w)
        kkt, gap = logistic_kkt(problem, penalty, *point), logistic_gap(problem, penalty, *point)
    return Fit(
        coef, intercept, point.w, lam, penalty.name, checked.alpha, checked.groups, "logistic", problem.n, problem.p,
        problem.base.names, value, kkt, gap, status, notes,
    )  # fmt: skip


def logistic_path(
    X: ArrayLike, y: ArrayLike, penalty: str = "lasso", alpha: float | None = None, groups: GroupList = None,
    standardize: bool = True, names: Sequence[str] = (),
) -> LogisticPath:  # fmt: skip
    """Solutions on a fine grid of λ; its last λ is 0 unless the fit diverges there, which a note then says.

    Raises ValueError with a sentence for unusable data or arguments.
    """
    return finished(following_logistic(X, y, penalty, alpha, groups, standardize, names))


def following_logistic(
    X: ArrayLike, y: ArrayLike, penalty: str = "lasso", alpha: float | None = None, groups: GroupList = None,
    standardize: bool = True, names: Sequence[str] = (),
) -> Steps[LogisticPath]:  # fmt: skip
    """`logistic_path` λ by λ: yields the share that is done, returns the path."""
    problem = LogisticProblem.of(X, y, standardize=standardize, names=names)
    checked = check_arguments(penalty, alpha, groups, "logistic", problem.p)
    curve = LogisticCurve(problem, penalty, checked)
    yield from curve.tracing()
    coef = curve.coef / problem.base.scales
    intercept = np.array([point.bias for point in curve.points]) - coef @ problem.base.means
    notes = problem_notes(problem.base) + (() if curve.finite else (DIVERGES,))
    return LogisticPath(
        curve.lams, coef, intercept, problem.base.names, penalty, checked.alpha, checked.groups, problem.base, notes,
        curve,
    )  # fmt: skip


def validating_logistic(
    X: ArrayLike, y: ArrayLike, penalty: str, alpha: float | None, groups: GroupList, lams: ArrayLike | None,
    folds: tuple[Rows, ...], standardize: bool = True,
) -> Steps[CrossValidation]:  # fmt: skip
    """Held-out deviance (−2·log-likelihood of a row) over λ; each fold standardises its own rows.

    Yields the share of the fits that are done. Raises ValueError when the rows left for training hold one class only,
    or when a fit diverges at λ = 0.
    """
    whole = LogisticProblem.of(X, y, standardize=standardize)
    checked = check_arguments(penalty, alpha, groups, "logistic", whole.p)
    grid = default_grid(whole.base, penalty, checked) if lams is None else check_grid(lams)
    rows = np.array(X, dtype=np.float64)
    curves = []
    for k, test in enumerate(folds):
        fold = _Fold.fitting(rows, whole.y, test, standardize, penalty, checked, grid)
        curve = yield from part(fold, k / len(folds), (k + 1) / len(folds))
        curves.append(curve)
    sizes = np.array([test.size for test in folds])
    sums = np.stack([curve.at(grid) for curve in curves])
    means = sums / sizes[:, None]
    mean, se = sums.sum(axis=0) / whole.n, means.std(axis=0, ddof=1) / np.sqrt(len(folds))
    best = int(np.argmin(mean))
    latest = float(grid[mean <= mean[best] + se[best]].max())
    return CrossValidation(
        grid, mean, se, means, float(grid[best]), latest, folds, penalty, checked.alpha, tuple(curves)
    )


@dataclass(frozen=True, eq=False)
class _Fold:
    """One left-out fold: its ``rows`` (m, p) and classes ``y`` (m,), and the fits to all other rows along ``grid``."""

    problem: LogisticProblem
    penalty: str
    checked: Arguments
    rows: Array
    y: Array
    grid: Array
    points: tuple[Point, ...]

    @classmethod
    def fitting(
        cls, X: Array, y: Array, test: Rows, standardize: bool, penalty: str, checked: Arguments, grid: Array
    ) -> Steps["_Fold"]:
        """Fit the rows outside ``test`` at each λ of the falling ``grid``, each fit started from the one above."""
        kept = LogisticProblem.of(np.delete(X, test, axis=0), np.delete(y, test), standardize=standardize)
        point, points = kept.null_point, []
        for lam in grid.tolist():
            point = _descended(kept, make_penalty(penalty, lam, checked.alpha, checked.groups), point)
            points.append(point)
            yield len(points) / grid.size
        return cls(kept, penalty, checked, X[test], y[test], grid, tuple(points))

    def at(self, lams: Array) -> Array:
        """Sums (L,) of the deviance over the fold at ``lams`` (L,)."""
        return np.array([self._deviance(self._point(float(lam))) for lam in lams])

    def _point(self, lam: float) -> Point:
        k = int(np.abs(self.grid - lam).argmin())
        if self.grid[k] == lam:
            return self.points[k]
        strength = make_penalty(self.penalty, lam, self.checked.alpha, self.checked.groups)
        return _descended(self.problem, strength, self.points[k])

    def _deviance(self, point: Point) -> float:
        intercept, coef = self.problem.unscale(*point)
        eta = intercept + self.rows @ coef
        return 2.0 * float(np.sum(np.logaddexp(0.0, eta) - self.y * eta))


def _descended(problem: LogisticProblem, penalty: Penalty, start: Point) -> Point:
    """The minimiser, from ``start``; ValueError where it does not exist."""
    if penalty.lam == 0.0 and not exists(problem):
        raise ValueError(f"In a training fold at λ = 0: {DIVERGES}")
    return descent_to(problem, penalty, start)
