"""Ridge against scikit-learn, closed forms and brute-force leave-one-out."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from regviz.linear.least_squares import least_squares
from regviz.linear.problem import Problem
from regviz.linear.ridge import RidgeSystem
from tests.linear.cases import BUNDLES, SHAPES, bundle, problem

LAMS = np.geomspace(1e3, 1e-4, 15)


@pytest.mark.parametrize("shape", SHAPES)
def test_agrees_with_scikit_learn(shape):
    found = problem(31, *shape)
    for lam, w in zip(LAMS, RidgeSystem(found).at(LAMS), strict=True):
        peer = Ridge(alpha=found.n * lam, fit_intercept=False, solver="svd").fit(found.X, found.y)
        assert np.allclose(w, peer.coef_, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", BUNDLES)
def test_norm_falls_strictly_and_no_coefficient_stays_at_zero(name):
    found = Problem.of(*bundle(name))
    w = RidgeSystem(found).at(LAMS)
    assert (np.diff(np.linalg.norm(w, axis=1)) > 0.0).all()
    assert not ((w[1:] == 0.0) & (w[:-1] == 0.0)).any()


@pytest.mark.parametrize("shape", SHAPES)
def test_zero_lambda_is_the_minimum_norm_solution(shape):
    found = problem(32, *shape)
    wanted = np.linalg.pinv(found.X, rcond=max(found.X.shape) * np.finfo(float).eps) @ found.y
    for w in (RidgeSystem(found).at(np.zeros(1))[0], least_squares(found).coef):
        assert np.allclose(w, wanted, rtol=1e-8, atol=1e-8 * np.abs(wanted).max())


def test_orthogonal_design_shrinks_all_alike():
    rng = np.random.default_rng(5)
    q = np.linalg.qr(np.column_stack([np.ones(40), rng.standard_normal((40, 6))]))[0][:, 1:]
    found = Problem.of(q, rng.standard_normal(40))
    for lam in LAMS:
        assert np.allclose(RidgeSystem(found).at([lam])[0], least_squares(found).coef / (1.0 + lam), atol=1e-14)


@pytest.mark.parametrize("shape", SHAPES)
def test_degrees_of_freedom_and_leverages_are_those_of_the_hat_matrix(shape):
    found = problem(33, *shape)
    system = RidgeSystem(found)
    inner = found.X @ found.X.T
    for lam in (1.0, 0.01):
        hat = np.linalg.solve(inner + found.n * lam * np.eye(found.n), inner)
        assert system.df([lam])[0] == pytest.approx(np.trace(hat), rel=1e-9)
        assert np.allclose(system.leverages([lam])[0], np.diag(hat), atol=1e-9)
        assert np.allclose(system.fitted([lam])[0], hat @ found.y, atol=1e-9)


def test_condition_number_of_near_twins():
    rng = np.random.default_rng(6)
    a = rng.standard_normal(50)
    found = Problem.of(np.column_stack([a, a + 1e-5 * rng.standard_normal(50)]), a)
    solution = least_squares(found)
    assert solution.condition == pytest.approx(np.linalg.cond(found.X), rel=1e-6)
    assert solution.rank == 2
    assert least_squares(Problem.of(np.column_stack([a, a]), a)).rank == 1
