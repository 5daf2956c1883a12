"""One λ on the scene: the coefficients that all panels read, with every number that several of them show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regviz.data import DataError
from regviz.labs.shrinkage.scene import Scene
from regviz.linear import CrossValidation
from regviz.linear.geometry import Slice, slice_at
from regviz.linear.logistic import DIVERGES, LogisticPath
from regviz.linear.logistic_problem import Point, logistic_kkt
from regviz.linear.logistic_slice import LogisticSlice, logistic_slice
from regviz.linear.penalties import Penalty, kkt, objective

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Solution:
    """The minimiser at ``lam``.

    ``w`` (p,) standardised coefficients, ``loss`` the mean loss without the penalty, ``kkt`` the certificate,
    ``validation`` the cross-validated error or None, ``point`` intercept and w of a logistic fit, else None.
    """

    lam: float
    w: Array
    penalty: Penalty
    df: float
    kkt: float
    loss: float
    validation: float | None
    point: Point | None = None

    @property
    def train(self) -> float:
        """Training error: mean squared residual or, for the logistic loss, mean deviance; both are twice the loss."""
        return 2.0 * self.loss

    @property
    def charge(self) -> float:
        """The penalty's part of the objective."""
        return self.penalty.value(self.w)

    @property
    def objective(self) -> float:
        """Loss and penalty."""
        return self.loss + self.charge


def solve(made: Scene, lam: float, cv: CrossValidation | None) -> Solution:
    """The solution at ``lam`` of the scene's penalty and loss."""
    if lam == 0.0 and isinstance(made.path, LogisticPath) and not made.path.curve.finite:
        raise DataError(DIVERGES)
    penalty = made.path.penalty_at(lam)
    held_out = None if cv is None else cv.at(lam)
    df = made.path.df_at(lam)
    if isinstance(made.path, LogisticPath):
        problem, point = made.path.curve.problem, made.path.curve.point_at(lam)
        residual = logistic_kkt(problem, penalty, *point)
        return Solution(lam, point.w, penalty, df, residual, problem.loss(*point), held_out, point)
    w = made.path.standardized_at(lam)
    total = objective(made.problem, penalty, w)
    return Solution(lam, w, penalty, df, kkt(made.problem, penalty, w), total - penalty.value(w), held_out)


def cut(made: Scene, found: Solution, j: int, k: int) -> Slice | LogisticSlice:
    """The loss and the ball in the plane of features ``j`` and ``k``."""
    if found.point is not None and isinstance(made.path, LogisticPath):
        return logistic_slice(made.path.curve.problem, found.penalty, found.point, j, k)
    return slice_at(made.problem, found.penalty, found.w, j, k)
