"""The elastic net against scikit-learn and against the lasso on augmented data."""

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet

from regviz.linear.elastic_net import elastic_net_at
from regviz.linear.elastic_net_path import elastic_net_path
from regviz.linear.lasso import lasso_path
from regviz.linear.path import path_of
from regviz.linear.problem import Problem
from tests.linear.cases import BUNDLES, SHAPES, bundle, problem

ALPHAS = (0.05, 0.5, 0.95)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("shape", SHAPES[:4])
def test_agrees_with_coordinate_descent(shape, alpha):
    found = problem(21, *shape)
    path = path_of(found, "elastic-net", alpha)
    for lam in path.lam_max * np.geomspace(0.9, 1e-2, 5):
        peer = ElasticNet(alpha=lam, l1_ratio=alpha, fit_intercept=False, tol=1e-14, max_iter=1_000_000)
        theirs = peer.fit(found.X, found.y).coef_
        assert np.abs(path.standardized_at(lam) - theirs).max() <= 1e-6 * max(1.0, np.abs(theirs).max())


@pytest.mark.parametrize("shape", SHAPES)
def test_equals_the_lasso_on_augmented_data(shape):
    found = problem(22, *shape)
    lam, alpha = 0.1 * found.lam_max, 0.3
    n, p = found.n, found.p
    rows = np.vstack([found.X, np.sqrt(n * lam * (1.0 - alpha)) * np.eye(p)]) * np.sqrt((n + p) / n)
    target = np.append(found.y, np.zeros(p)) * np.sqrt((n + p) / n)
    augmented = Problem(rows, target, np.zeros(p), np.ones(p), 0.0, False, found.names)
    wanted = lasso_path(augmented, stop=lam * alpha).coef[-1]
    assert np.abs(elastic_net_at(found, lam, alpha) - wanted).max() <= 1e-10 * max(1.0, np.abs(wanted).max())


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("name", BUNDLES)
def test_active_set_changes_at_the_knots_only(name, alpha):
    found = Problem.of(*bundle(name))
    knots = elastic_net_path(found, alpha)
    for k in range(1, knots.lams.size, 1 + knots.lams.size // 12):
        high, low = knots.lams[k - 1], knots.lams[k]
        for share in (0.02, 0.5, 0.98):
            w = elastic_net_at(found, low + share * (high - low), alpha)
            assert (np.sign(w) == knots.signs[k]).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_guess_changes_nothing(shape):
    found = problem(23, *shape)
    rng = np.random.default_rng(0)
    for lam in found.lam_max * np.array([1.5, 0.3, 0.03]):
        cold = elastic_net_at(found, lam, 0.5)
        for warm in (cold, np.zeros(found.p), rng.standard_normal(found.p)):
            assert np.abs(elastic_net_at(found, lam, 0.5, warm) - cold).max() <= 1e-10


def test_many_features_are_followed_with_few_watched():
    found = problem(24, 30, 1600, 0.6)
    path = path_of(found, "elastic-net", 0.5)
    lams = np.concatenate([path.lams[::9], (path.lams[1:] + path.lams[:-1])[::9] / 2.0])
    assert max(path.kkt_at(lam) for lam in lams) <= 1e-9
