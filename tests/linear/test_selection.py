"""Choosing λ without refits: against brute force and against definitions."""

import numpy as np
import pytest

from regviz.linear.path import path_of
from regviz.linear.ridge import RidgeSystem
from regviz.linear.selection import criteria, leave_one_out_residuals, noise_variance
from tests.linear.cases import SHAPES, problem

LAMS = np.array([10.0, 1.0, 0.1, 0.01])


@pytest.mark.parametrize("shape", SHAPES)
def test_leave_one_out_equals_refits(shape):
    """Refits re-centre and keep the scales and nλ."""
    found = problem(61, *shape)
    n = found.n
    ours = leave_one_out_residuals(RidgeSystem(found), LAMS)
    for i in range(0, n, max(1, n // 8)):
        keep = np.arange(n) != i
        X, y = found.X[keep], found.y[keep]
        centre, level = X.mean(axis=0), y.mean()
        for lam, residual in zip(LAMS, ours[:, i], strict=True):
            inner = (X - centre).T @ (X - centre) + n * lam * np.eye(found.p)
            w = np.linalg.solve(inner, (X - centre).T @ (y - level))
            assert residual == pytest.approx(found.y[i] - level - (found.X[i] - centre) @ w, rel=1e-10, abs=1e-10)


def test_criteria_by_their_definitions():
    found = problem(62, 60, 8)
    for penalty in ("ridge", "lasso", "elastic-net"):
        path = path_of(found, penalty)
        ours = criteria(path, LAMS)
        variance = noise_variance(found)
        for k, lam in enumerate(LAMS):
            left = found.y - found.X @ path.standardized_at(lam)
            squares, df = left @ left, path.df_at(lam)
            likelihood = -0.5 * 60 * np.log(2 * np.pi * variance) - 0.5 * squares / variance
            assert ours.cp[k] == pytest.approx(squares / variance - 60 + 2 * df)
            assert ours.aic[k] == pytest.approx(-2 * likelihood + 2 * df)
            assert ours.bic[k] == pytest.approx(-2 * likelihood + np.log(60) * df)
            assert ours.gcv[k] == pytest.approx(squares / 60 / (1 - df / 60) ** 2)
        assert (ours.loo is not None) == (penalty == "ridge")


def test_noise_variance_is_that_of_least_squares():
    found = problem(63, 30, 5)
    left = np.linalg.lstsq(found.X, found.y, rcond=None)[1][0]
    assert noise_variance(found) == pytest.approx(left / 25)


def test_not_shown_without_spare_rows():
    found = criteria(path_of(problem(64, 12, 30), "lasso"))
    assert found.cp is None and found.aic is None and found.bic is None
    assert noise_variance(problem(64, 12, 12)) is None
