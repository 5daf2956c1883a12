"""Laws of every penalty's path: optimal everywhere, zero from λ_max on, monotone, invariant."""

import numpy as np
import pytest

import regviz
from regviz.linear.path import path_of
from regviz.linear.penalties import kkt
from regviz.linear.problem import Problem
from tests.linear.cases import PENALTY_NAMES, SHAPES, pairs, problem, sparse

SMALL = SHAPES[:4]


def made(found, penalty):
    return path_of(found, penalty, 0.4 if penalty == "elastic-net" else None,
                   pairs(found.p) if penalty == "group-lasso" else None)  # fmt: skip


def places(path, seed=0):
    """Knots, points between them and random λ."""
    rng = np.random.default_rng(seed)
    lams = path.lams
    top = lams[0] or 1.0
    return np.concatenate([lams, (lams[1:] + lams[:-1]) / 2.0, top * rng.uniform(0.0, 1.2, 10)])


@pytest.mark.parametrize("penalty", PENALTY_NAMES)
@pytest.mark.parametrize("shape", SHAPES)
def test_optimal_at_every_lambda(shape, penalty):
    path = made(problem(1, *shape), penalty)
    assert max(path.kkt_at(lam) for lam in places(path)) <= 1e-9


@pytest.mark.parametrize("penalty", ["lasso", "elastic-net", "group-lasso"])
@pytest.mark.parametrize("shape", SHAPES)
def test_exactly_zero_from_lam_max_on(shape, penalty):
    path = made(problem(2, *shape), penalty)
    assert path.lam_max is not None
    for lam in (path.lam_max, path.lam_max * 1.001, 1e308, np.inf):
        assert (path.standardized_at(lam) == 0.0).all()
    assert path.standardized_at(path.lam_max * 0.999).any()


@pytest.mark.parametrize("penalty", PENALTY_NAMES)
@pytest.mark.parametrize("shape", SMALL)
def test_knots_hold_the_solution_on_the_own_scale(shape, penalty):
    found = problem(6, *shape)
    path = made(found, penalty)
    assert path.lams[-1] == 0.0
    assert (np.diff(path.lams) < 0.0).all()
    for k in range(0, path.lams.size, 5):
        lam = path.lams[k]
        size = max(1.0, np.abs(path.coef[k]).max())
        assert np.abs(path.at(lam) - path.coef[k]).max() <= 1e-9 * size
        start, coef = found.unscale(path.standardized_at(lam))
        assert path.intercept[k] == pytest.approx(start, abs=1e-8)
        assert np.allclose(coef, path.coef[k], atol=1e-9 * size)


@pytest.mark.parametrize("penalty", PENALTY_NAMES[1:])
@pytest.mark.parametrize("shape", SMALL)
def test_train_error_never_falls_as_lambda_grows(shape, penalty):
    found = problem(7, *shape)
    path = made(found, penalty)
    lams = np.sort(places(path))
    error = [float(np.sum((found.y - found.X @ path.standardized_at(lam)) ** 2)) for lam in lams]
    assert (np.diff(error) >= -1e-9 * max(error)).all()


@pytest.mark.parametrize("penalty", ["ridge", "lasso", "elastic-net"])
def test_standardised_fit_ignores_units_and_shifts_with_y(penalty):
    X, y = sparse(8, 40, 6)
    units = np.array([1.0, 1e3, 1e-3, 7.0, 0.1, 50.0])
    one, two = regviz.path(X, y, penalty), regviz.path(X * units + 5.0, y + 11.0, penalty)
    for lam in np.geomspace(1e-3, 1.0, 6):
        assert np.allclose(one.at(lam), two.at(lam) * units, rtol=1e-9, atol=1e-11)
        shifted = two.intercept_at(lam) + (X * units + 5.0) @ two.at(lam)
        assert np.allclose(shifted, one.intercept_at(lam) + X @ one.at(lam) + 11.0, atol=1e-8)


def test_without_standardising_units_matter():
    X, y = sparse(8, 40, 6)
    one = regviz.fit(X, y, 0.3, standardize=False)
    two = regviz.fit(X * 10.0, y, 0.3, standardize=False)
    assert not np.allclose(one.coef, 10.0 * two.coef, rtol=1e-3)


def test_identical_columns_share_equally_under_ridge_and_elastic_net():
    X, y = sparse(9, 30, 4)
    found = Problem.of(np.column_stack([X, X[:, 0]]), y)
    for penalty in ("ridge", "elastic-net"):
        path = path_of(found, penalty)
        for lam in np.geomspace(1e-4, 1.0, 9):
            w = path.standardized_at(lam)
            assert abs(w[0] - w[4]) <= 1e-10


def test_groups_of_one_are_the_lasso_and_alpha_spans_ridge_to_lasso():
    found = problem(10, 30, 6)
    lasso, single = path_of(found), path_of(found, "group-lasso")
    for lam in np.geomspace(1e-3, 2.0, 7):
        w = lasso.standardized_at(lam)
        assert np.allclose(w, single.standardized_at(lam), atol=1e-9)
        assert np.allclose(w, path_of(found, "elastic-net", 1.0).standardized_at(lam), atol=1e-12)
        ridge = path_of(found, "ridge").standardized_at(lam)
        assert np.allclose(ridge, path_of(found, "elastic-net", 0.0).standardized_at(lam), atol=1e-12)


@pytest.mark.parametrize("penalty", PENALTY_NAMES)
def test_equal_arguments_give_equal_paths(penalty):
    one, two = (made(problem(12, 30, 6), penalty) for _ in range(2))
    assert (one.lams == two.lams).all()
    assert (one.coef == two.coef).all()


def test_degrees_of_freedom():
    found = problem(13, 40, 8)
    lam = 0.1 * found.lam_max
    assert path_of(found, "lasso").df_at(lam) == np.count_nonzero(path_of(found).at(lam))
    hat = found.X @ np.linalg.solve(found.X.T @ found.X + 40 * lam * np.eye(8), found.X.T)
    assert path_of(found, "ridge").df_at(lam) == pytest.approx(np.trace(hat), rel=1e-10)
    assert path_of(found, "none").df_at(lam) == 8.0
    net = path_of(found, "elastic-net", 0.5)
    columns = found.X[:, net.standardized_at(lam) != 0.0]
    inner = columns.T @ columns + 40 * lam * 0.5 * np.eye(columns.shape[1])
    assert net.df_at(lam) == pytest.approx(np.trace(columns @ np.linalg.solve(inner, columns.T)), rel=1e-10)


@pytest.mark.parametrize("penalty", ["lasso", "elastic-net"])
def test_degrees_of_freedom_are_unbiased(penalty):
    """Stein: Σ cov(fit_i, y_i)/σ² equals the mean of the degrees of freedom, within 5 standard errors."""
    rng = np.random.default_rng(3)
    X, _ = sparse(14, 30, 8)
    truth = X[:, :3] @ np.array([2.0, -1.0, 0.5])
    gaps = []
    for _ in range(400):
        noise = rng.standard_normal(30)
        path = path_of(Problem.of(X, truth + noise), penalty)
        fitted = path.problem.X @ path.standardized_at(0.1)
        gaps.append(fitted @ noise - path.df_at(0.1))
    assert abs(np.mean(gaps)) <= 5.0 * np.std(gaps) / np.sqrt(len(gaps))


def test_kkt_at_sees_a_wrong_solution():
    """The certificate is no constant: it is large at the solution of another λ."""
    path = path_of(problem(15, 30, 6))
    assert kkt(path.problem, path.penalty_at(0.1), path.standardized_at(0.2)) > 1e-3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"penalty": "lars"}, "no penalty"),
        ({"penalty": "lasso", "alpha": 0.5}, "alpha is read"),
        ({"penalty": "ridge", "groups": ((0, 1),)}, "groups are read"),
        ({"penalty": "elastic-net", "alpha": 1.5}, "between 0 and 1"),
        ({"loss": "hinge"}, "no loss"),
        ({"names": ("a",)}, "1 names for 3"),
    ],
)
def test_wrong_arguments_are_one_sentence(words, message):
    X, y = sparse(16, 20, 3)
    with pytest.raises(ValueError, match=message):
        regviz.path(X, y, **words)


@pytest.mark.parametrize("lam", [-1.0, np.nan, -np.inf])
def test_negative_lambda_is_refused(lam):
    X, y = sparse(16, 20, 3)
    path = regviz.path(X, y)
    for ask in (path.at, path.df_at, path.standardized_at, lambda value: regviz.fit(X, y, value)):
        with pytest.raises(ValueError, match="λ must be"):
            ask(lam)
