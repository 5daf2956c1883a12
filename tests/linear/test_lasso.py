"""The lasso path against brute force, closed forms and scikit-learn."""

import itertools
import warnings

import numpy as np
import pytest
from sklearn.linear_model import lars_path

from regviz.linear.lasso import gram_path, lasso_path
from regviz.linear.path import path_of
from regviz.linear.penalties import Lasso, kkt
from regviz.linear.problem import Problem
from tests.linear.cases import BUNDLES, SHAPES, bundle, problem, sparse


def brute_force(gram, corr, lam):
    """The lasso by trying every sign pattern: of the solutions that have the signs they were made for, the best."""
    p = corr.size
    best, best_value = np.zeros(p), 0.0
    for size in range(1, p + 1):
        on = np.array(list(itertools.combinations(range(p), size)))  # (supports, size)
        signs = np.array(list(itertools.product((-1.0, 1.0), repeat=size))).T  # (size, patterns)
        blocks, sides = gram[on[:, :, None], on[:, None, :]], corr[on][:, :, None]
        w = np.linalg.solve(blocks, sides - lam * signs)  # (supports, size, patterns)
        value = (0.5 * w * (blocks @ w) - sides * w + lam * np.abs(w)).sum(1)
        value[(w * signs < 0.0).any(1)] = np.inf
        support, pattern = np.unravel_index(value.argmin(), value.shape)
        if value[support, pattern] < best_value:
            best, best_value = np.zeros(p), value[support, pattern]
            best[on[support]] = w[support, :, pattern]
    return best


def against_brute_force(count, most):
    """Largest relative difference over ``count`` random problems of up to ``most`` features."""
    worst = 0.0
    for seed in range(count):
        rng = np.random.default_rng(seed)
        p = int(rng.integers(1, most + 1))
        X, y = sparse(seed, int(rng.integers(p + 2, 30)), p, rho=rng.uniform(0.0, 0.95))
        found = Problem.of(X, y)
        lam = found.lam_max * 10.0 ** rng.uniform(-3.0, 0.05)
        w = path_of(found).standardized_at(lam)
        exact = brute_force(found.gram, found.correlation, lam)
        worst = max(worst, float(np.abs(w - exact).max() / max(1.0, np.abs(exact).max())))
    return worst


def test_equals_the_best_of_all_sign_patterns():
    assert against_brute_force(200, 8) <= 1e-9


@pytest.mark.parametrize("name", BUNDLES)
def test_agrees_with_lars_on_every_bundled_set(name):
    found = Problem.of(*bundle(name))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lams, _, coef = lars_path(found.X, found.y, method="lasso", max_iter=10_000)
    ours = path_of(found)
    grid = np.geomspace(found.lam_max, found.lam_max * 1e-4, 60)
    theirs = np.array([np.interp(-grid, -lams, row) for row in coef]).T
    mine = np.array([ours.standardized_at(lam) for lam in grid])
    assert np.abs(mine - theirs).max() <= 1e-8 * max(1.0, np.abs(theirs).max())


@pytest.mark.parametrize("shape", SHAPES)
def test_knots_fall_to_zero_and_change_the_active_set(shape):
    knots = lasso_path(problem(0, *shape))
    assert (np.diff(knots.lams) < 0.0).all()
    assert knots.lams[-1] == 0.0
    assert not knots.coef[0].any()
    on = [set(np.flatnonzero(row)) for row in (knots.coef[1:] + knots.coef[:-1]) / 2.0]
    for before, after, events in zip([set(), *on], on, knots.events[:-1], strict=False):
        entered = {j for j, way in events if way > 0}
        left = {j for j, way in events if way < 0}
        assert (after - before, before - after) == (entered - left, left - entered)


@pytest.mark.parametrize("shape", SHAPES)
def test_linear_between_knots(shape):
    """Interpolation equals an independent solve that stops at that λ."""
    found = problem(3, *shape)
    path = path_of(found)
    rng = np.random.default_rng(0)
    for k in rng.integers(1, path.lams.size, 12):
        lam = path.lams[k] + rng.uniform(0.1, 0.9) * (path.lams[k - 1] - path.lams[k])
        again = lasso_path(found, stop=lam).coef[-1]
        assert np.abs(path.standardized_at(lam) - again).max() <= 1e-10 * max(1.0, np.abs(again).max())


def test_orthogonal_design_is_soft_thresholding():
    rng = np.random.default_rng(5)
    q = np.linalg.qr(np.column_stack([np.ones(40), rng.standard_normal((40, 6))]))[0][:, 1:]
    y = rng.standard_normal(40)
    found = Problem.of(q, y)
    assert np.allclose(found.gram, np.eye(6), atol=1e-14)
    path = path_of(found)
    for lam in np.linspace(0.0, found.lam_max, 9):
        c = found.correlation
        assert np.allclose(path.standardized_at(lam), np.sign(c) * np.maximum(np.abs(c) - lam, 0.0), atol=1e-14)


def test_working_sets_and_tableau_agree():
    X, y = sparse(11, 60, 240, rho=0.7)
    found = Problem.of(X, y)
    wide, dense = lasso_path(found), gram_path(found.gram, found.correlation)
    grid = np.geomspace(found.lam_max, 1e-3 * found.lam_max, 40)
    for knots in (wide, dense):
        assert knots.residual <= 1e-11 * found.lam_max
    first, second = (
        np.array([np.interp(-grid, -knots.lams, column) for column in knots.coef.T]) for knots in (wide, dense)
    )
    assert np.abs(first - second).max() <= 1e-9


def test_identical_columns_are_reported_and_share_one_solution():
    X, y = sparse(2, 30, 5)
    path = path_of(Problem.of(X[:, [0, 1, 2, 0]], y))
    single = path_of(Problem.of(X[:, [0, 1, 2]], y))
    assert any("w1 and w4" in note for note in path.notes)
    assert not any("unique" in note for note in single.notes)
    for lam in np.linspace(0.0, path.problem.lam_max, 7):
        both = path.standardized_at(lam)
        assert np.allclose([both[0] + both[3], both[1], both[2]], single.standardized_at(lam), atol=1e-12)


def test_more_features_than_rows_ends_at_an_interpolation_of_least_l1_norm():
    from scipy.optimize import linprog

    found = problem(4, 12, 30)
    w = lasso_path(found).coef[-1]
    assert np.abs(found.X @ w - found.y).max() <= 1e-9
    rows = np.hstack([found.X, -found.X])
    least = linprog(np.ones(60), A_eq=rows[:-1], b_eq=found.y[:-1], bounds=(0, None)).fun
    assert np.abs(w).sum() == pytest.approx(least, rel=1e-8)


@pytest.mark.parametrize("seed", range(8))
def test_a_wide_path_that_stops_early_is_optimal_where_it_stops(seed):
    rng = np.random.default_rng(seed)
    problem = Problem.of(rng.standard_normal((6, 250)), rng.standard_normal(6))
    stop = 1e-3 * problem.lam_max
    knots = lasso_path(problem, 0.0, stop)
    assert knots.lams[-1] == stop
    assert kkt(problem, Lasso(stop), knots.coef[-1]) <= 1e-9


def twice(X, rng):
    """Every column a second time, at another place."""
    return np.hstack([X, X])[:, rng.permutation(2 * X.shape[1])]


def drawn_again(X, rng):
    """As many rows, drawn with replacement."""
    return X[rng.integers(0, len(X), len(X))]


def flat(X, rng):
    """Two directions and a share of others, down to 10⁻⁹."""
    n, p = X.shape
    return rng.standard_normal((n, 2)) @ rng.standard_normal((2, p)) + 10.0 ** rng.uniform(-9.0, -1.0) * X


def rounded(X, rng):
    """Whole numbers: many features are equal or opposite, and many events come at once."""
    return np.round(X)


@pytest.mark.parametrize(("change", "least"), [(twice, 1e-9), (drawn_again, 1e-9), (rounded, 1e-9), (flat, 1e-6)])
@pytest.mark.parametrize("seed", range(6))
def test_a_wide_path_of_dependent_features_is_optimal_or_says_how_far_it_is_from_that(change, least, seed):
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(3, 30)), int(rng.integers(201, 400))
    X = change(rng.standard_normal((n, p)), rng)
    found = Problem.of(X, X[:, :3].sum(axis=1) + rng.standard_normal(n))
    knots = lasso_path(found)
    assert knots.residual <= least * found.lam_max
    for lam, w in zip(knots.lams[1:].tolist(), knots.coef[1:], strict=True):
        left = found.X.T @ (found.y - found.X @ w) / n
        violation = kkt(found, Lasso(lam), w) * found.lam_max if lam else np.abs(left).max()
        assert violation <= knots.residual + 1e-12 * found.lam_max


@pytest.mark.parametrize("seed", [5, 17, 35])
def test_the_path_of_an_exact_fit_is_optimal_down_to_zero(seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((30, 6))
    X = X[rng.integers(0, 30, 30)] * 10.0 ** rng.uniform(-3.0, 3.0)
    found = Problem.of(X, X @ np.arange(6.0) * 1000.0)
    path = path_of(found)
    for share in (1e-2, 1e-4, 1e-6, 1e-8, 0.0):
        assert path.kkt_at(share * found.lam_max) <= 1e-12
