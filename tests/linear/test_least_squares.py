"""Least squares on many rows: the same answer by the short way, and the long way where columns depend on each other."""

import numpy as np
import pytest

from regviz.linear.least_squares import least_squares
from regviz.linear.problem import Problem


def tall(p, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(300 * p, p)) + rng.normal(size=(300 * p, 1))
    return X, X @ rng.normal(size=p) + rng.normal(size=len(X))


@pytest.mark.parametrize("spread", [1.0, 1e3, 1e6])
def test_many_rows_agree_with_lapack(spread):
    X, y = tall(6)
    problem = Problem.of(X * np.geomspace(1.0, spread, 6), y, standardize=False)
    found = least_squares(problem)
    exact, _, rank, values = np.linalg.lstsq(problem.X, problem.y, rcond=None)
    assert found.coef == pytest.approx(exact, rel=1e-9, abs=1e-12)
    assert found.rank == rank
    assert found.condition == pytest.approx(values[0] / values[-1], rel=1e-6)


@pytest.mark.parametrize("extra", [0.0, 1e-9])
def test_columns_that_are_nearly_one_go_the_long_way(extra):
    X, y = tall(3)
    rng = np.random.default_rng(1)
    X = np.column_stack([X, X[:, 0] + extra * rng.normal(size=len(X))])
    problem = Problem.of(X, y)
    exact, _, rank, _ = np.linalg.lstsq(problem.X, problem.y, rcond=len(X) * np.finfo(float).eps)
    found = least_squares(problem)
    assert found.rank == rank
    assert problem.X @ found.coef == pytest.approx(problem.X @ exact, abs=1e-6)
    assert np.linalg.norm(found.coef) == pytest.approx(np.linalg.norm(exact), rel=1e-3)
