"""One fit at one λ with its certificate: what `regviz.fit` returns.

All λ at once are in `path`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from regviz.linear.arguments import Arguments, check_arguments, check_lam, named_problem
from regviz.linear.elastic_net import elastic_net_at
from regviz.linear.group_lasso import GroupLassoSolver
from regviz.linear.groups import Groups, all_single
from regviz.linear.lasso import lasso_path
from regviz.linear.least_squares import least_squares
from regviz.linear.notes import Status, problem_notes, status_of
from regviz.linear.penalties import duality_gap, kkt, make_penalty, objective
from regviz.linear.problem import Array, Problem
from regviz.linear.ridge import RidgeSystem
from regviz.linear.tables import Shown


@dataclass(frozen=True, eq=False)
class Fit(Shown):
    """A solution: ``coef`` (p,) and ``intercept`` on the data's own scale, ``standardized`` (p,) as it was solved.

    ``objective``, ``kkt`` (largest violation over max_j |x_jᵀy|/n) and ``gap`` (duality gap, an upper bound of the
    distance to the minimum) refer to the standardised problem. ``groups`` is None but for the group lasso.
    """

    coef: Array
    intercept: float
    standardized: Array
    lam: float
    penalty: str
    alpha: float | None
    groups: Groups | None
    loss: str
    n: int
    p: int
    names: tuple[str, ...]
    objective: float
    kkt: float
    gap: float
    status: Status
    notes: tuple[str, ...]

    @cached_property
    def l1_norm(self) -> float:
        """‖w‖₁ of the standardised coefficients."""
        return float(np.abs(self.standardized).sum())

    @cached_property
    def l2_norm(self) -> float:
        """‖w‖₂ of the standardised coefficients."""
        return float(np.linalg.norm(self.standardized))

    @property
    def zeros(self) -> int:
        """How many coefficients are exactly 0.0."""
        return int(np.count_nonzero(self.coef == 0.0))

    def predict(self, X: ArrayLike) -> Array:
        """Predictions (m,) for X (m, p); of the log-odds for the logistic loss."""
        rows = np.asarray(X, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != self.p:
            raise ValueError(f"X must be a table of {self.p} features, not an array of shape {rows.shape}.")
        result: Array = self.intercept + rows @ self.coef
        return result

    def _repr_html_(self) -> str:
        """A table of the coefficients for a notebook."""
        from regviz.linear.tables import fit_table

        return fit_table(self)


def fit(
    X: ArrayLike, y: ArrayLike, lam: float, penalty: str = "lasso", alpha: float | None = None,
    groups: Sequence[Sequence[int]] | None = None, standardize: bool = True, loss: str = "squared",
    names: Sequence[str] = (),
) -> Fit:  # fmt: skip
    """The minimiser at ``lam`` ≥ 0 for X (n, p) and y (n,); arguments as in `path`.

    Raises ValueError with a sentence for unusable data or arguments, ArithmeticError when columns cannot be squared.
    """
    checked = check_arguments(penalty, alpha, groups, loss)
    check_lam(lam)
    problem = named_problem(X, y, standardize, names)
    if loss == "logistic":
        from regviz.linear.logistic import logistic_fit

        return logistic_fit(X, y, lam, penalty, checked.alpha, groups, standardize, problem.names)
    return fit_of(problem, lam, check_arguments(penalty, alpha, groups, loss, problem.p), penalty)


def fit_of(problem: Problem, lam: float, checked: Arguments, penalty: str) -> Fit:
    """The fit of a `Problem` with arguments that have been checked."""
    lam = float(lam)
    w = solve(problem, lam, penalty, checked)
    strength = make_penalty(penalty, lam, checked.alpha, checked.groups)
    intercept, coef = problem.unscale(w)
    if not (np.isfinite(coef).all() and np.isfinite(intercept)):
        raise ArithmeticError("The coefficients are too large for the data's own scale; rescale the columns.")
    value = objective(problem, strength, w)
    if not np.isfinite(value):
        raise ArithmeticError("The objective is too large to represent; rescale y or the columns.")
    return Fit(
        coef, intercept, w, lam, penalty, checked.alpha, checked.groups, "squared", problem.n, problem.p,
        problem.names, value, kkt(problem, strength, w), duality_gap(problem, strength, w),
        status_of(problem, penalty, lam, w), problem_notes(problem),
    )  # fmt: skip


def solve(problem: Problem, lam: float, penalty: str, checked: Arguments) -> Array:
    """The solution (p,) at ``lam``."""
    if penalty == "none":
        return least_squares(problem).coef
    if penalty == "ridge":
        ridge: Array = RidgeSystem(problem).at(np.array([lam]))[0]
        return ridge
    if penalty == "group-lasso":
        assert checked.groups is not None
        if lam == 0.0 or not all_single(checked.groups):
            return GroupLassoSolver(problem, checked.groups).at(lam)
    if penalty == "elastic-net" and checked.alpha != 1.0:
        assert checked.alpha is not None
        return elastic_net_at(problem, lam, checked.alpha)
    if lam >= problem.lam_max:
        return np.zeros(problem.p)
    result: Array = lasso_path(problem, stop=lam).coef[-1].copy()
    return result
