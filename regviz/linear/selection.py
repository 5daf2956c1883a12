"""Choosing λ without refits: C_p, AIC, BIC, generalised cross-validation, and exact leave-one-out for ridge.

Cross-validation by refits is in `cross_validation`. Degrees of freedom count the intercept nowhere.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from regviz.linear.curves import RidgeCurve
from regviz.linear.least_squares import least_squares
from regviz.linear.path import Path
from regviz.linear.problem import Array, Problem
from regviz.linear.ridge import RidgeSystem

_FITTED = 1e-14


@dataclass(frozen=True, eq=False)
class Criteria:
    """Criteria (L,) at ``lams`` (L,), each smallest at the λ it chooses; None where a criterion is not defined.

    ``cp``, ``aic`` and ``bic`` need the noise variance of the full least-squares fit, ``loo`` a ridge path.
    """

    lams: Array
    df: Array
    train_mse: Array
    gcv: Array
    cp: Array | None
    aic: Array | None
    bic: Array | None
    loo: Array | None


def criteria(path: Path, lams: ArrayLike | None = None) -> Criteria:
    """C_p, AIC, BIC, GCV and for ridge exact leave-one-out error along ``path`` at ``lams`` (L,), by default its own.

    C_p = RSS/σ² − n + 2·df, AIC = n·log(2πσ²) + RSS/σ² + 2·df, BIC the same with log(n)·df, GCV = (RSS/n)/(1 − df/n)².
    Source: Mallows 1973; Zou, Hastie & Tibshirani 2007; Golub, Heath & Wahba 1979.
    """
    grid = path.lams if lams is None else np.asarray(lams, dtype=np.float64)
    problem, n = path.problem, path.problem.n
    coef = np.stack([path.standardized_at(lam) for lam in grid.tolist()])
    df = np.array([path.df_at(lam) for lam in grid.tolist()])
    squares = problem.n * problem.squares(coef)
    free = 1.0 - df / n
    gcv = np.divide(squares / n, free * free, out=np.full(df.size, np.nan), where=free > _FITTED)
    loo = None
    if isinstance(path.curve, RidgeCurve):
        loo = leave_one_out(path.curve.system, grid)
    variance = noise_variance(problem)
    if variance is None:
        return Criteria(grid, df, squares / n, gcv, None, None, None, loo)
    deviance = n * np.log(2.0 * np.pi * variance) + squares / variance
    return Criteria(
        grid, df, squares / n, gcv, squares / variance - n + 2.0 * df, deviance + 2.0 * df,
        deviance + np.log(n) * df, loo,
    )  # fmt: skip


def noise_variance(problem: Problem) -> float | None:
    """RSS/(n − p) of the full least-squares fit; None for n ≤ p and for a fit without residuals."""
    if problem.n <= problem.p:
        return None
    left = problem.y - problem.X @ least_squares(problem).coef
    square = float(left @ left)
    if square <= 1e-24 * problem.n * problem.y_variance:
        return None
    return square / (problem.n - problem.p)


def leave_one_out(system: RidgeSystem, lams: Array) -> Array:
    """Mean squared leave-one-out residual (L,) of ridge at ``lams`` (L,); NaN where a row alone decides its fit."""
    result: Array = (leave_one_out_residuals(system, lams) ** 2).mean(axis=1)
    return result


def leave_one_out_residuals(system: RidgeSystem, lams: Array) -> Array:
    """Residuals (L, n) of each row under the fit to the others: r_i/(1 − 1/n − h_i).

    The refits re-centre, and keep the scales and nλ. Source: Allen 1974.
    """
    problem = system.problem
    left = problem.y - system.fitted(lams)
    free = 1.0 - 1.0 / problem.n - system.leverages(lams)
    result: Array = np.divide(left, free, out=np.full(left.shape, np.nan), where=free > _FITTED)
    return result
