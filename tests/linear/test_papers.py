"""Published numbers: Efron et al. 2004 on diabetes, and the sign change of a ridge coefficient on prostate."""

import numpy as np
import pytest

from regviz.data import prostate_split
from regviz.linear.lasso import lasso_path
from regviz.linear.path import path_of
from regviz.linear.problem import Problem
from regviz.linear.ridge import RidgeSystem
from regviz.linear.selection import criteria
from tests.linear.cases import bundle

KNOTS = (
    949.4353, 889.3138, 452.8957, 316.0734, 130.1295, 88.7843, 68.9648, 19.9812, 5.4775, 5.0882, 2.1823, 1.3104, 0.0,
)  # fmt: skip
NORMS = (0, 60.1, 663.7, 888.9, 1250.7, 1440.8, 1537.1, 1914.6, 2115.7, 2195.8, 2802.4, 2863.0, 3460.0)
ENTRIES = (3, 9, 4, 7, 2, 10, 5, 8, 6, 1, -7, 7)


def diabetes():
    return Problem.of(*bundle("diabetes"))


def test_diabetes_knots_norms_and_order():
    """Efron's columns have unit length: λ_½ = λ·√n and coefficients are ours times √n."""
    found = diabetes()
    knots = lasso_path(found)
    root = np.sqrt(found.n)
    assert np.allclose(knots.lams * root, KNOTS, atol=6e-5)
    assert np.allclose(np.abs(knots.coef).sum(axis=1) * root, NORMS, atol=0.06)
    assert tuple((j + 1) * way for j, way in knots.entries) == ENTRIES
    assert found.lam_max == pytest.approx(45.160, abs=5e-4)


def test_diabetes_coefficients_at_one_hundred():
    found = diabetes()
    root = np.sqrt(found.n)
    w = path_of(found).standardized_at(100.0 / root) * root
    wanted = np.zeros(10)
    wanted[[1, 2, 3, 6, 8]] = (-54.590, 509.809, 222.516, -154.623, 447.682)
    assert np.allclose(w, wanted, atol=6e-4)
    assert ((w == 0.0) == (wanted == 0.0)).all()


def test_diabetes_least_cp_is_at_step_seven():
    found = criteria(path_of(diabetes()))
    assert int(np.argmin(found.cp)) == 7


def test_prostate_lcp_crosses_zero_under_ridge():
    """λ_R = nλ: −0.287 without penalty, 0 at 22.414, +0.063 at 50 on the training rows."""
    train = prostate_split()
    X, y = bundle("prostate")
    found = Problem.of(X[train], y[train])
    lcp = RidgeSystem(found).at(np.array([0.0, 22.414, 50.0]) / found.n)[:, 5]
    assert np.allclose(lcp, (-0.287, 0.0, 0.063), atol=6e-4)
    edges = RidgeSystem(found).at(np.array([22.4135, 22.4145]) / found.n)[:, 5]
    assert edges[0] < 0.0 < edges[1]
