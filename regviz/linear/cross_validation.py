"""K-fold cross-validation over λ: what `regviz.cross_validate` returns.

The held-out error of one fold as a function of λ is in `held_out`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regviz.data.steps import Steps, finished
from regviz.linear.arguments import Arguments, check_arguments, check_lam, named_problem
from regviz.linear.curves import POINTS
from regviz.linear.group_lasso import GroupLassoSolver
from regviz.linear.held_out import Held, Pieces, Split, held_out
from regviz.linear.problem import Array, Problem
from regviz.linear.ridge import RidgeSystem
from regviz.linear.tables import Shown

ORDERS = ("shuffled", "interleaved")
Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class CrossValidation(Shown):
    """Held-out error over λ.

    ``lams`` (L,) fall; ``mean`` (L,) is the mean over all rows of the squared error of the fold that left the row out
    (logistic: of the deviance), ``fold_means`` (K, L) the mean of each fold, ``se`` (L,) their standard deviation
    (K − 1 in the denominator) over √K. ``lam_min`` is the λ of the smallest mean, the largest where several have it,
    ``lam_1se`` the largest whose mean lies within one ``se`` of it; for the lasso both are exact and need not be among
    ``lams``. ``folds`` are row numbers.
    """

    lams: Array
    mean: Array
    se: Array
    fold_means: Array
    lam_min: float
    lam_1se: float
    folds: tuple[Rows, ...]
    penalty: str
    alpha: float | None
    curves: tuple[Held, ...] = field(default=(), repr=False)

    def at(self, lam: float) -> float:
        """Mean held-out error at any ``lam`` ≥ 0, not only at those of the grid."""
        check_lam(lam)
        rows = sum(part.size for part in self.folds)
        return float(sum(curve.at(np.array([lam]))[0] for curve in self.curves)) / rows

    def _repr_html_(self) -> str:
        """A table of the errors for a notebook."""
        from regviz.linear.tables import validation_table

        return validation_table(self)


def cross_validate(
    X: ArrayLike, y: ArrayLike, penalty: str = "lasso", alpha: float | None = None,
    groups: Sequence[Sequence[int]] | None = None, lams: ArrayLike | None = None, folds: int = 10,
    order: str = "shuffled", seed: int = 0, loss: str = "squared", standardize: bool = True,
) -> CrossValidation:  # fmt: skip
    """Cross-validation of ``penalty`` on X (n, p) and y (n,), standardising inside each fold.

    ``lams`` (L,): by default 100 from λ_max to 1e-3·λ_max (1e-2 for p > n; ridge 1e4 … 1e-4 times the largest
    eigenvalue of XᵀX/n). ``order`` deals rows into folds after a shuffle by ``seed``, or as they stand: row i in fold
    i mod K.
    Raises ValueError with a sentence for unusable data or arguments.
    """
    steps = validating(X, y, penalty, alpha, groups, lams, folds, order, seed, loss, standardize)
    return finished(steps)


def validating(
    X: ArrayLike, y: ArrayLike, penalty: str = "lasso", alpha: float | None = None,
    groups: Sequence[Sequence[int]] | None = None, lams: ArrayLike | None = None, folds: int = 10,
    order: str = "shuffled", seed: int = 0, loss: str = "squared", standardize: bool = True,
    problem: Problem | None = None,
) -> Steps[CrossValidation]:  # fmt: skip
    """`cross_validate` fold by fold: yields the share that is done, returns the answer.

    ``problem`` is the standardised whole, where it is known.
    """
    checked = check_arguments(penalty, alpha, groups, loss)
    problem = named_problem(X, y, standardize) if problem is None else problem
    parts = fold_rows(problem.n, folds, order, seed)
    if loss == "logistic":
        from regviz.linear.logistic import validating_logistic

        answer = yield from validating_logistic(X, y, penalty, checked.alpha, groups, lams, parts, standardize)
        return answer
    checked = check_arguments(penalty, alpha, groups, loss, problem.p)
    grid = check_grid(lams) if lams is not None else default_grid(problem, penalty, checked)
    split = Split(np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64), problem)
    split = split.varied() if checked.groups is None else split
    curves = []
    for rows in parts:
        curves.append(held_out(split, rows, penalty, checked, grid))
        yield len(curves) / len(parts)
    return _summary(curves, grid, parts, penalty, checked.alpha)


def fold_rows(n: int, folds: int, order: str, seed: int) -> tuple[Rows, ...]:
    """Row numbers of each fold, increasing; raises ValueError for impossible numbers of folds and unknown orders."""
    if order not in ORDERS:
        raise ValueError(f"There is no fold order “{order}”; the orders are {' and '.join(ORDERS)}.")
    if isinstance(folds, bool) or not isinstance(folds, (int, np.integer)) or not 2 <= folds <= n:
        raise ValueError(f"folds must be a whole number from 2 to the {n} rows, not {folds}.")
    rows = np.arange(n)
    if order == "shuffled":
        rows = np.random.default_rng(seed).permutation(n)
    return tuple(np.sort(rows[k::folds]) for k in range(folds))


def check_grid(lams: ArrayLike) -> Array:
    """``lams`` as a falling array (L,); raises ValueError unless there is at least one and all are finite and ≥ 0."""
    grid = np.sort(np.atleast_1d(np.asarray(lams, dtype=np.float64)).ravel())[::-1]
    if not grid.size:
        raise ValueError("lams must hold at least one λ.")
    for lam in (grid[0], grid[-1]):
        check_lam(float(lam))
    if not np.isfinite(grid).all():
        raise ValueError("Every λ of lams must be finite.")
    return grid


def default_grid(problem: Problem, penalty: str, checked: Arguments) -> Array:
    """The falling λ (L,) that are tried when none are given."""
    if penalty == "none":
        return np.zeros(1)
    if penalty == "ridge" or checked.alpha == 0.0:
        values = RidgeSystem(problem).values
        top = float(values.max(initial=0.0))
        return top * np.geomspace(1e4, 1e-4, POINTS) if top else np.zeros(1)
    top = problem.lam_max
    if checked.alpha is not None:
        top /= checked.alpha
    if checked.groups is not None:
        top = GroupLassoSolver(problem, checked.groups).lam_max
    if not top:
        return np.zeros(1)
    return top * np.geomspace(1.0, 1e-2 if problem.p > problem.n else 1e-3, POINTS)


def _summary(
    curves: list[Held], grid: Array, folds: tuple[Rows, ...], penalty: str, alpha: float | None
) -> CrossValidation:
    sizes = np.array([rows.size for rows in folds])
    sums = np.stack([curve.at(grid) for curve in curves])
    mean, se = _means(sums, sizes)
    best = int(mean.argmin())
    lam_min, lam_1se = float(grid[best]), float(grid[mean <= mean[best] + se[best]].max())
    pieces = [curve for curve in curves if isinstance(curve, Pieces)]
    if len(pieces) == len(curves) and grid.size > 1:
        lam_min, lam_1se = _refined(pieces, grid, sizes)
    means = sums / sizes[:, None]
    return CrossValidation(grid, mean, se, means, lam_min, lam_1se, folds, penalty, alpha, tuple(curves))


def _means(sums: Array, sizes: NDArray[np.intp]) -> tuple[Array, Array]:
    """Mean over rows, and standard error from the fold means, of the folds' sums (K, L)."""
    parts = sums / sizes[:, None]
    unit = float(parts.max(initial=0.0)) or 1.0
    se: Array = unit * ((parts / unit).std(axis=0, ddof=1) / np.sqrt(sizes.size))
    return sums.sum(axis=0) / sizes.sum(), se


def _refined(curves: list[Pieces], grid: Array, sizes: NDArray[np.intp]) -> tuple[float, float]:
    """Exact λ_min and λ_1SE of the sum of piecewise quadratics, within the range of the grid."""
    low, high = float(grid[-1]), float(grid[0])
    knots = np.unique(np.concatenate([curve.lams for curve in curves]))
    edges = np.concatenate([[low], knots[(knots > low) & (knots < high)], [high]])
    middle = 0.5 * (edges[1:] + edges[:-1])
    both = np.concatenate([edges, middle])
    values = np.sum([curve.at(both) for curve in curves], axis=0)
    ends, centre = values[: edges.size], values[edges.size :]
    # On each piece the sum is a + b·t + c·t² with t from 0 to 1.
    a = ends[:-1]
    c = 2.0 * (ends[1:] + a - 2.0 * centre)
    b = ends[1:] - a - c
    inner = np.divide(-b, 2.0 * c, out=np.zeros_like(b), where=c > 0.0)
    t = np.where((inner > 0.0) & (inner < 1.0), inner, 0.0)
    value = np.append(a + t * (b + c * t), ends[-1])
    lam = np.append(edges[:-1] + t * np.diff(edges), high)
    best = int(value.size - 1 - value[::-1].argmin())
    lam_min = float(lam[best])
    at_min, se = _means(np.stack([curve.at(np.array([lam_min])) for curve in curves]), sizes)
    limit = float((at_min + se)[0]) * float(sizes.sum())
    return lam_min, _largest_within(edges, np.stack([a, b, c]), float(ends[-1]), limit, lam_min)


def _largest_within(edges: Array, pieces: Array, last: float, limit: float, lam_min: float) -> float:
    """The largest λ at which the piecewise quadratic is at most ``limit``; at least ``lam_min``."""
    if last <= limit:
        return float(edges[-1])
    a, b, c = pieces / limit
    limit = 1.0
    # The larger root of a + b·t + c·t² = limit on pieces that end above it.
    root = np.sqrt(np.maximum(b * b - 4.0 * c * (a - limit), 0.0))
    ways = np.stack([np.divide(way * root - b, 2.0 * c, out=np.full_like(b, -1.0), where=c != 0.0) for way in (1, -1)])
    ways = np.concatenate([ways, np.divide(limit - a, b, out=np.full_like(b, -1.0), where=b != 0.0)[None]])
    real = (b * b >= 4.0 * c * (a - limit)) | (np.arange(3) == 2)[:, None]
    exact = np.abs(a + ways * (b + c * ways) - limit) <= 1e-9 * abs(limit)
    fits = real & exact & (ways >= 0.0) & (ways <= 1.0)
    lams = (edges[:-1] + ways * np.diff(edges))[fits]
    return max(lam_min, float(lams.max(initial=lam_min)))
