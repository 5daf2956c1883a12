"""Logistic fits are certified, agree with scikit-learn, and say where no finite answer exists."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from regviz.linear import cross_validate, fit, logistic_newton, path
from regviz.linear.logistic_newton import curvature, descent_to, exists
from regviz.linear.logistic_problem import LogisticProblem, logistic_gap, logistic_kkt, probability
from regviz.linear.penalties import PENALTIES, make_penalty

GROUPS = ((0, 2), (1, 3), (4, 5))
EXTRA = {"elastic-net": {"alpha": 0.4}, "group-lasso": {"groups": GROUPS}}
SHARE = {"ridge": 0.0, "lasso": 1.0, "elastic-net": 0.4}
SPARSE = ("lasso", "elastic-net", "group-lasso")
BIG = {"loss": "logistic"}


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 6)) @ np.diag([1, 2, 0.5, 1, 3, 1.0]) + 2.0
    return X, (X[:, 0] - 0.5 * X[:, 1] + 2.0 * rng.logistic(size=90) > 1.0).astype(float)


def strength(name, lam):
    return make_penalty(name, lam, **EXTRA.get(name, {}))


@pytest.mark.parametrize("name", PENALTIES)
@pytest.mark.parametrize("lam", [0.0, 1e-3, 0.03, 0.2])
def test_fits_are_certified(name, lam, data):
    found = fit(*data, lam, name, **EXTRA.get(name, {}), **BIG)
    assert found.kkt <= 1e-8
    assert 0.0 <= found.gap <= 1e-9
    assert found.status.name in ("optimal", "zero")
    problem = LogisticProblem.of(*data)
    bias = found.intercept + float(problem.base.means @ found.coef)
    eta = found.intercept + data[0] @ found.coef
    loss = float(np.mean(np.log1p(np.exp(eta)) - data[1] * eta))
    assert found.objective == pytest.approx(loss + strength(name, lam).value(found.standardized), rel=1e-12)
    slope, grad = problem.gradient(bias, found.standardized)
    assert abs(slope) <= 1e-10
    distance = strength(name, lam).subgradient_distance(found.standardized, grad)
    assert distance.max() / problem.lam_max <= 1e-8


@pytest.mark.parametrize("name", SHARE)
@pytest.mark.parametrize("lam", [0.02, 0.1])
def test_fits_are_those_of_scikit_learn(name, lam, data):
    problem = LogisticProblem.of(*data)
    solver = "lbfgs" if name == "ridge" else "saga"
    model = LogisticRegression(
        C=1.0 / (problem.n * lam), l1_ratio=SHARE[name], solver=solver, tol=1e-12, max_iter=100000
    ).fit(problem.X, data[1])
    found = fit(*data, lam, name, **EXTRA.get(name, {}), **BIG)
    assert found.standardized == pytest.approx(model.coef_[0], abs=1e-7)


@pytest.mark.parametrize("name", PENALTIES)
def test_gap_bounds_the_distance_to_the_minimum(name, data):
    problem, penalty = LogisticProblem.of(*data), strength(name, 0.05)
    found = fit(*data, 0.05, name, **EXTRA.get(name, {}), **BIG)
    bias = found.intercept + float(problem.base.means @ found.coef)
    rng = np.random.default_rng(1)
    for scale in (1e-4, 1e-2, 0.3, 2.0):
        w, b = found.standardized + scale * rng.normal(size=6), bias + scale
        value = problem.loss(b, w) + penalty.value(w)
        assert logistic_gap(problem, penalty, b, w) >= value - found.objective - 1e-13
        assert logistic_kkt(problem, penalty, b, w) > 1e-6


@pytest.mark.parametrize("name", SPARSE)
def test_lam_max_is_exact(name, data):
    problem = LogisticProblem.of(*data)
    top = strength(name, 1.0).lam_max(problem.base)
    at_top = fit(*data, top, name, **EXTRA.get(name, {}), **BIG)
    assert (at_top.coef == 0.0).all()
    assert at_top.kkt <= 1e-12
    assert at_top.status.name == "zero"
    assert at_top.intercept == pytest.approx(math.log(data[1].mean() / (1.0 - data[1].mean())))
    assert fit(*data, 0.999 * top, name, **EXTRA.get(name, {}), **BIG).coef.any()


def test_groups_are_whole_and_groups_of_one_are_the_lasso(data):
    for lam in (0.02, 0.06, 0.1):
        w = fit(*data, lam, "group-lasso", groups=GROUPS, **BIG).coef
        assert all(w[list(g)].all() or not w[list(g)].any() for g in GROUPS)
        single = fit(*data, lam, "group-lasso", groups=[[j] for j in range(6)], **BIG).coef
        assert single == pytest.approx(fit(*data, lam, **BIG).coef, abs=1e-9)


def test_group_solution_agrees_with_a_general_solver(data):
    problem, penalty = LogisticProblem.of(*data), strength("group-lasso", 0.01)
    found = fit(*data, 0.01, "group-lasso", groups=GROUPS, **BIG)
    assert found.coef.all()
    other = minimize(lambda v: problem.loss(v[0], v[1:]) + penalty.value(v[1:]), np.full(7, 0.1), tol=1e-12)
    assert found.objective == pytest.approx(other.fun, abs=1e-8)
    assert found.standardized == pytest.approx(other.x[1:], abs=1e-3)


@pytest.mark.parametrize("name", PENALTIES)
def test_path_is_certified_at_and_between_its_points(name, data):
    found = path(*data, name, **EXTRA.get(name, {}), **BIG)
    assert found.lams[-1] == 0.0
    assert (np.diff(found.lams) < 0.0).all()
    assert max(found.kkt_at(lam) for lam in found.lams[::7]) <= 1e-8
    for lam in (0.7 * found.lams[0] + 0.3 * found.lams[-1], found.lams[len(found.lams) // 2] * 1.01):
        direct = fit(*data, lam, name, **EXTRA.get(name, {}), **BIG)
        assert found.at(lam) == pytest.approx(direct.coef, abs=1e-7)
        assert found.intercept_at(lam) == pytest.approx(direct.intercept, abs=1e-7)
        assert found.kkt_at(lam) <= 1e-8
    assert found.df_at(0.0) == pytest.approx(6.0, abs=1e-8)
    eta = found.intercept[0] + data[0] @ found.coef[0]
    assert np.mean(probability(eta)) == pytest.approx(data[1].mean())


def test_lasso_degrees_of_freedom_are_its_active_features(data):
    found = path(*data, **BIG)
    for lam in (0.02, 0.06, found.lams[0]):
        assert found.df_at(lam) == pytest.approx(np.count_nonzero(found.at(lam)), abs=1e-9)


@pytest.mark.parametrize("name", PENALTIES)
def test_separable_classes_have_no_unpenalised_fit(name):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 30))
    y = (rng.random(20) < 0.5).astype(float)
    groups = {"group-lasso": {"groups": [range(i, i + 5) for i in range(0, 30, 5)]}}.get(name, EXTRA.get(name, {}))
    found = fit(X, y, 0.0, name, **groups, **BIG)
    assert found.status.name == "diverges"
    assert "undefined" in found.status.sentence
    assert found.status.sentence in found.notes
    assert np.isnan(found.coef).all()
    whole = path(X, y, name, **groups, **BIG)
    assert found.status.sentence in whole.notes
    if name != "none":
        assert whole.lams[-1] > 0.0
        assert np.isfinite(whole.coef).all()
        assert whole.kkt_at(whole.lams[-1]) <= 1e-8
        assert fit(X, y, whole.lams[-1], name, **groups, **BIG).kkt <= 1e-8


def test_separation_is_found_where_it_is():
    x = np.arange(8.0)[:, None]
    assert not exists(LogisticProblem.of(x, x[:, 0] > 3.0))
    assert not exists(LogisticProblem.of(np.append(x, [[3.0], [4.0]], axis=0), [0, 0, 0, 0, 1, 1, 1, 1, 0, 1]))
    touching = np.append(x, [[4.0]], axis=0)
    assert not exists(LogisticProblem.of(touching, [0, 0, 0, 0, 0, 1, 1, 1, 1]))
    assert exists(LogisticProblem.of(np.append(x, [[6.0]], axis=0), [0, 0, 0, 0, 1, 1, 1, 1, 0]))


def test_held_out_deviance_is_that_of_refits(data):
    X, y = data
    lams = np.array([0.15, 0.05, 0.01])
    found = cross_validate(X, y, lams=lams, folds=5, order="interleaved", **BIG)
    held = np.empty((90, 3))
    for k in range(5):
        test = np.arange(90) % 5 == k
        for i, lam in enumerate(lams):
            part = fit(X[~test], y[~test], lam, **BIG)
            chance = probability(part.intercept + X[test] @ part.coef)
            held[test, i] = -2.0 * np.log(np.where(y[test] == 1.0, chance, 1.0 - chance))
    assert found.mean == pytest.approx(held.mean(axis=0), abs=1e-9)
    folds = np.stack([held[np.arange(90) % 5 == k].mean(axis=0) for k in range(5)])
    assert found.se == pytest.approx(folds.std(axis=0, ddof=1) / math.sqrt(5), abs=1e-9)
    assert found.lam_min == lams[np.argmin(found.mean)]
    assert found.lam_1se == lams[found.mean <= found.mean.min() + found.se[np.argmin(found.mean)]].max()


def test_scaling_of_a_column_matters_only_without_standardising(data):
    X, y = data
    wide = X * [1, 10, 1, 1, 1, 1]
    kept = fit(wide, y, 0.05, **BIG).coef * [1, 10, 1, 1, 1, 1]
    assert kept == pytest.approx(fit(X, y, 0.05, **BIG).coef, abs=1e-9)
    raw = fit(wide, y, 0.05, standardize=False, **BIG).coef * [1, 10, 1, 1, 1, 1]
    assert np.abs(raw - fit(X, y, 0.05, standardize=False, **BIG).coef).max() > 1e-2


@pytest.mark.parametrize(
    ("y", "word"), [([0, 1, 2, 1], "0 and 1"), ([1, 1, 1, 1], "classes"), ([-1, 1, 1, -1], "0 and 1")]
)
def test_unusable_targets_get_a_sentence(y, word):
    with pytest.raises(ValueError, match=word):
        fit(np.arange(8.0).reshape(4, 2), y, 0.1, **BIG)


def test_features_that_never_move_stay_at_zero(data):
    X, y = data[0].copy(), data[1]
    X[:, 3] = 4.0
    for name in PENALTIES:
        found = fit(X, y, 0.02, name, **EXTRA.get(name, {}), **BIG)
        assert found.coef[3] == pytest.approx(0.0, abs=1e-12)
        assert found.kkt <= 1e-8
    flat = fit(np.ones((4, 2)), [0, 1, 1, 1], 0.1, **BIG)
    assert flat.coef.tolist() == [0.0, 0.0]
    assert flat.kkt == 0.0


@pytest.mark.parametrize("penalty", ["lasso", "group-lasso"])
def test_more_unnamed_features_than_rows_are_fitted(penalty):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(15, 40))
    y = (X[:, 0] + 0.1 * rng.normal(size=15) > 0).astype(float)
    assert fit(X, y, 0.05, penalty=penalty, loss="logistic").kkt < 1e-10


@pytest.mark.parametrize("name", ["ridge", "lasso", "elastic-net"])
def test_with_many_features_a_fit_is_that_of_all_of_them_at_once(name, monkeypatch):
    rng = np.random.default_rng(2)
    made = LogisticProblem.of(rng.normal(size=(30, 520)), np.arange(30) % 2)
    penalty = strength(name, 0.1 * made.lam_max)
    found = descent_to(made, penalty, made.null_point)
    curved = curvature(made, penalty, found)
    monkeypatch.setattr(logistic_newton, "_WIDE", 1000)
    whole = descent_to(made, penalty, made.null_point)
    assert np.allclose(found.w, whole.w, rtol=0.0, atol=1e-9) and found.bias == pytest.approx(whole.bias, abs=1e-9)
    assert curved == pytest.approx(curvature(made, penalty, whole), rel=1e-6)
    assert logistic_kkt(made, penalty, *found) <= 1e-10
    assert not exists(made), "thirty rows are spanned by 520 features"
