"""What users pass to `path`, `fit` and `cross_validate`, checked once, with a sentence for everything unusable.

Solvers trust what comes from here.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from regviz.linear.groups import Groups, check_groups
from regviz.linear.penalties import PENALTIES
from regviz.linear.problem import Problem
from regviz.linear.thresholds import check_share

_LARGE = 1e145
LOSSES = ("squared", "logistic")


class Arguments(NamedTuple):
    """``alpha`` is a number for the elastic net only, ``groups`` may still be None for the group lasso."""

    alpha: float | None
    groups: Groups | None


def check_arguments(
    penalty: str, alpha: float | None, groups: Sequence[Sequence[int]] | None, loss: str, p: int | None = None
) -> Arguments:
    """Penalty, α, groups and loss that fit together; raises ValueError with a sentence otherwise.

    With ``p`` given, the group lasso without groups gets one group for each feature.
    """
    if penalty not in PENALTIES:
        raise ValueError(f"There is no penalty “{penalty}”; the penalties are {', '.join(PENALTIES)}.")
    if loss not in LOSSES:
        raise ValueError(f"There is no loss “{loss}”; the losses are {', '.join(LOSSES)}.")
    if alpha is not None and penalty != "elastic-net":
        raise ValueError(f"alpha is read by the elastic net only, not by the penalty “{penalty}”.")
    if groups is not None and penalty != "group-lasso":
        raise ValueError(f"groups are read by the group lasso only, not by the penalty “{penalty}”.")
    if penalty == "elastic-net":
        alpha = 0.5 if alpha is None else float(alpha)
        check_share(alpha)
    if penalty != "group-lasso":
        return Arguments(alpha, None)
    if groups is None:
        return Arguments(None, None if p is None else tuple((j,) for j in range(p)))
    return Arguments(None, check_groups(groups, p))


def check_lam(lam: float) -> None:
    """Raise ValueError unless λ is a number ≥ 0."""
    if not lam >= 0.0:
        raise ValueError(f"λ must be a number, 0 or more, not {lam}.")


def named_problem(X: ArrayLike, y: ArrayLike, standardize: bool, names: Sequence[str] = ()) -> Problem:
    """The `Problem` of X and y; names are those given, else the columns of a data frame.

    Raises ValueError with a sentence for anything unusable, and when y is too large to square.
    """
    columns: Any = getattr(X, "columns", ())
    labels = tuple(str(name) for name in (names if len(names) else columns))
    problem = Problem.of(_table(X), _table(y), standardize=standardize, names=labels)
    if labels and len(labels) != problem.p:
        raise ValueError(f"There are {len(labels)} names for {problem.p} features.")
    if float(np.abs(problem.y).max()) > _LARGE:
        raise ValueError("y is too large to square; divide it by a constant.")
    size = float(np.abs(problem.X).max())
    if size and not 1.0 / _LARGE < size < _LARGE:
        raise ValueError("The features are too large or too small to square; standardise them.")
    return problem


def _table(values: ArrayLike) -> ArrayLike:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError("X and y must be numbers; code text columns as numbers first.") from None
