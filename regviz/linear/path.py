"""The regularization path on the data's own scale: what `regviz.path` returns.

How solutions move with λ is in `curves`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from regviz.data.steps import Steps, finished
from regviz.linear.arguments import check_arguments, check_lam, named_problem
from regviz.linear.curves import Curve, GroupCurve, curving
from regviz.linear.groups import Groups
from regviz.linear.notes import path_notes
from regviz.linear.penalties import Penalty, kkt, make_penalty
from regviz.linear.problem import Array, Problem
from regviz.linear.tables import Shown


@dataclass(frozen=True, eq=False)
class Path(Shown):
    """Solutions for every λ ≥ 0 of one penalty on one problem.

    ``lams`` (K,) fall to 0: where the active set changes, for ridge and no penalty a grid of 100. ``coef`` (K, p) and
    ``intercept`` (K,) are on the data's own scale. ``alpha`` is the elastic net's mixing, else None.
    """

    lams: Array
    coef: Array
    intercept: Array
    names: tuple[str, ...]
    penalty: str
    alpha: float | None
    groups: Groups | None
    problem: Problem
    notes: tuple[str, ...]
    curve: Curve = field(repr=False)

    def at(self, lam: float) -> Array:
        """Coefficients (p,) at ``lam`` on the data's own scale; ValueError for λ below 0."""
        return self.standardized_at(lam) / self.problem.scales

    def standardized_at(self, lam: float) -> Array:
        """Coefficients (p,) of the standardised problem at ``lam``; ValueError for λ below 0."""
        if not lam >= 0.0:
            check_lam(lam)
        return self.curve.at(lam)

    def intercept_at(self, lam: float) -> float:
        """Intercept at ``lam`` on the data's own scale."""
        return self.problem.unscale(self.standardized_at(lam))[0]

    @property
    def lam_max(self) -> float | None:
        """The smallest λ with the zero vector; None for ridge and no penalty."""
        return self.curve.lam_max

    def df_at(self, lam: float) -> float:
        """Degrees of freedom at ``lam``; the intercept is not counted."""
        check_lam(lam)
        return self.curve.df(lam)

    def kkt_at(self, lam: float) -> float:
        """Largest violation of the optimality conditions at ``lam``, over max_j |x_jᵀy|/n."""
        return kkt(self.problem, self.penalty_at(lam), self.standardized_at(lam))

    def penalty_at(self, lam: float) -> Penalty:
        """The penalty at strength ``lam``."""
        return make_penalty(self.penalty, lam, self.alpha, self.groups)

    def _repr_html_(self) -> str:
        """A table of the first and last knots for a notebook."""
        from regviz.linear.tables import path_table

        return path_table(self)


def path(
    X: ArrayLike, y: ArrayLike, penalty: str = "lasso", alpha: float | None = None,
    groups: Sequence[Sequence[int]] | None = None, standardize: bool = True, loss: str = "squared",
    names: Sequence[str] = (),
) -> Path:  # fmt: skip
    """The path of ``penalty`` (none, ridge, lasso, elastic-net, group-lasso) for X (n, p) and y (n,).

    ``alpha`` is read by the elastic net only (0.5 when None), ``groups`` by the group lasso. ``loss`` is squared or
    logistic. Raises ValueError with a sentence for unusable data or arguments.
    """
    checked = check_arguments(penalty, alpha, groups, loss)
    problem = named_problem(X, y, standardize, names)
    if loss == "logistic":
        from regviz.linear.logistic import logistic_path

        return logistic_path(X, y, penalty, checked.alpha, groups, standardize, problem.names)
    return path_of(problem, penalty, checked.alpha, checked.groups)


def path_of(problem: Problem, penalty: str = "lasso", alpha: float | None = None, groups: Groups | None = None) -> Path:
    """The same for a `Problem`; equal arguments give equal paths."""
    return finished(following(problem, penalty, alpha, groups))


def following(
    problem: Problem, penalty: str = "lasso", alpha: float | None = None, groups: Groups | None = None
) -> Steps[Path]:
    """`path_of` step by step: knot by knot for the elastic net, λ by λ for groups."""
    checked = check_arguments(penalty, alpha, groups, "squared", problem.p)
    curve = yield from curving(problem, penalty, checked.alpha, checked.groups)
    if isinstance(curve, GroupCurve):
        yield from curve.tracing()
    coef = curve.coef / problem.scales
    intercept = problem.y_mean - coef @ problem.means
    notes = path_notes(problem, penalty, curve)
    return Path(
        np.asarray(curve.lams), coef, intercept, problem.names, penalty, checked.alpha, checked.groups, problem, notes,
        curve,
    )  # fmt: skip
