"""Round trips between all conventions, and real scikit-learn fits that agree with our definition."""

import itertools
import math

import numpy as np
import pytest
from sklearn import linear_model

from regviz.linear.conventions import CONVENTIONS, conventions_for
from regviz.linear.penalties import PENALTIES, kkt, make_penalty
from regviz.linear.problem import Problem

ALPHA = {"ridge": 0.0, "lasso": 1.0, "elastic-net": 0.35, "group-lasso": 0.0}
BY_NAME = {convention.name: convention for convention in CONVENTIONS}


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(8)
    X = rng.normal(size=(50, 5)) @ np.diag([1.0, 5.0, 0.1, 2.0, 1.0]) + 3.0
    return Problem.of(X, 7.0 * (X[:, 0] - X[:, 3] + rng.normal(size=50)))


def spread(problem):
    return math.sqrt(problem.y_variance)


@pytest.mark.parametrize("penalty", ALPHA)
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_all_pairs_round_trip(penalty, loss):
    n, s, lam, alpha = 37, 2.3, 0.17, ALPHA[penalty]
    found = conventions_for(penalty, loss)
    assert found[0].name == "regviz"
    for one, two in itertools.product(found, found):
        first = one.from_ours(lam, alpha, n, s)
        there = two.from_ours(*one.to_ours(*first, n, s), n, s)
        back = one.from_ours(*two.to_ours(*there, n, s), n, s)
        assert back == pytest.approx(first, rel=1e-13, abs=1e-15)
        assert two.to_ours(*there, n, s) == pytest.approx((lam, alpha), rel=1e-13, abs=1e-15)


def test_every_convention_says_what_it_states():
    for convention in CONVENTIONS:
        assert convention.formula
        assert set(convention.penalties) <= set(PENALTIES)
        assert 1 <= len(convention.symbols) <= 2
        found = [conventions_for(penalty, loss) for penalty in ALPHA for loss in ("squared", "logistic")]
        assert any(convention in part for part in found)
    assert len(BY_NAME) == len(CONVENTIONS)


def objective_of(name, problem, first, second, w):
    """The other convention's objective as its formula says, written anew."""
    n, r = problem.n, problem.y - problem.X @ w
    rss, l1, l2, s = r @ r, np.abs(w).sum(), w @ w, spread(problem)
    lasso = second == 1.0
    return {
        "scikit-learn Ridge": rss + first * l2,
        "scikit-learn Lasso": rss / (2 * n) + first * l1,
        "scikit-learn ElasticNet": rss / (2 * n) + first * (second * l1 + (1 - second) / 2 * l2),
        "R glmnet": rss / s**2 / (2 * n) + first / s * (second * l1 / s + (1 - second) / 2 * l2 / s**2),
        "residual sum of squares": rss + first * (l1 if lasso else l2),
        "Zou–Hastie": rss + first * l1 + second * l2,
        "half residual sum of squares": rss / 2 + first * (l1 if lasso else l2 / 2),
        "mean squared error": rss / n + first * (l1 if lasso else l2),
        "LARS, unit-length columns": rss / 2 + first * math.sqrt(n) * l1,
        "PyTorch SGD, MSELoss": rss / n + first / 2 * l2,
        "Gaussian prior": rss / 2 + first * l2 / 2,
        "Laplace prior": rss / 2 + first * l1,
        "regviz": rss / (2 * n) + first * (second * l1 + (1 - second) / 2 * l2),
    }[name]


@pytest.mark.parametrize("penalty", ["ridge", "lasso", "elastic-net"])
def test_every_objective_is_ours_up_to_a_factor(penalty, problem):
    lam, alpha = 0.4, ALPHA[penalty]
    ours = make_penalty(penalty, lam, alpha if penalty == "elastic-net" else None)
    rng = np.random.default_rng(0)
    points = rng.normal(size=(6, problem.p)) * 4.0
    base = [0.5 * np.sum((problem.y - problem.X @ w) ** 2) / problem.n + ours.value(w) for w in points]
    for convention in conventions_for(penalty):
        numbers = convention.from_ours(lam, alpha, problem.n, spread(problem))
        theirs = [objective_of(convention.name, problem, *numbers, w) for w in points]
        ratio = np.array(theirs) / np.array(base)
        assert ratio == pytest.approx(ratio[0], rel=1e-12)


def test_scikit_learn_fits_are_ours(problem):
    n, lam, alpha = problem.n, 0.7, ALPHA["elastic-net"]
    tight = {"tol": 1e-14, "max_iter": 100000}
    ridge = BY_NAME["scikit-learn Ridge"].from_ours(lam, 0.0, n)[0]
    lasso = BY_NAME["scikit-learn Lasso"].from_ours(lam, 1.0, n)[0]
    share = BY_NAME["scikit-learn ElasticNet"].from_ours(lam, alpha, n)
    models = {
        "ridge": linear_model.Ridge(alpha=ridge),
        "lasso": linear_model.Lasso(alpha=lasso, **tight),
        "elastic-net": linear_model.ElasticNet(alpha=share[0], l1_ratio=share[1], **tight),
    }
    for name, model in models.items():
        penalty = make_penalty(name, lam, alpha if name == "elastic-net" else None)
        assert kkt(problem, penalty, model.fit(problem.X, problem.y).coef_) <= 1e-7


def test_scikit_learn_logistic_strength(problem):
    y = (problem.y > 0.0).astype(float)
    lam = 0.05
    c, share = BY_NAME["scikit-learn LogisticRegression"].from_ours(lam, 0.0, problem.n)
    model = linear_model.LogisticRegression(C=c, l1_ratio=share, tol=1e-12, max_iter=10000).fit(problem.X, y)
    error = model.predict_proba(problem.X)[:, 1] - y
    assert problem.X.T @ error / problem.n + lam * model.coef_[0] == pytest.approx(0.0, abs=1e-7)


def test_lars_strength_on_unit_length_columns():
    rng = np.random.default_rng(0)
    problem = Problem.of(rng.normal(size=(64, 4)), rng.normal(size=64))
    unit = problem.X / np.linalg.norm(problem.X, axis=0)
    knots = linear_model.lars_path(unit, problem.y, method="lasso")[0] * problem.n
    first = BY_NAME["LARS, unit-length columns"].from_ours(problem.lam_max, 1.0, problem.n)[0]
    assert first == pytest.approx(knots[0], rel=1e-12)


def test_zero_strength_and_unusable_numbers():
    assert BY_NAME["scikit-learn LogisticRegression"].from_ours(0.0, 1.0, 10) == (math.inf, 1.0)
    assert BY_NAME["Zou–Hastie"].to_ours(0.0, 0.0, 10)[0] == 0.0
    with pytest.raises(ValueError, match="constant"):
        BY_NAME["R glmnet"].from_ours(1.0, 0.5, 10, 0.0)
    with pytest.raises(ValueError, match="rows"):
        BY_NAME["scikit-learn Ridge"].from_ours(1.0, 0.0, 0)
    with pytest.raises(ValueError, match="lazy"):
        conventions_for("lazy")
