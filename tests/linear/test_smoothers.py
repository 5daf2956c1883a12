"""Smoothers against the pseudo-inverse, scikit-learn, Monte Carlo and gradient descent; bases against NumPy's own."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, Ridge

from regviz.linear.bases import BASES, OVERHANG, Basis, monomials
from regviz.linear.problem import Problem
from regviz.linear.smoothers import Smoother, simulated_parts

SHAPES = [(20, 4), (20, 19), (20, 20), (20, 60), (7, 3)]
LAMS = [0.0, 1e-6, 0.03, 5.0, 1e6]
EPS = np.finfo(float).eps


def drawn(n, p, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * rng.uniform(0.5, 3.0, p) + rng.normal(size=p)
    return X, rng.normal(size=n) + 5.0, rng.normal(size=(9, p))


def pinv_fit(X, y):
    """Minimum-norm least squares with a free intercept, by the definition of the pseudo-inverse."""
    centred = X - X.mean(axis=0)
    return np.linalg.pinv(centred, rcond=max(X.shape) * EPS) @ (y - y.mean())


@pytest.mark.parametrize(("n", "p"), SHAPES)
@pytest.mark.parametrize("standardize", [True, False])
def test_without_a_penalty_it_is_the_pseudo_inverse_with_a_free_intercept(n, p, standardize):
    X, y, new = drawn(n, p)
    problem = Problem.of(X, y, standardize=standardize)
    smoother = Smoother(problem)
    scaled = X / problem.scales
    w = pinv_fit(scaled, y)
    assert smoother.coef(0.0) == pytest.approx(w, rel=1e-8, abs=1e-10)
    expected = y.mean() + (new / problem.scales - scaled.mean(axis=0)) @ w
    assert smoother.matrix(new, 0.0) @ y == pytest.approx(expected, rel=1e-8)


def test_singular_values_below_the_cut_off_count_as_zero_and_those_above_do_not():
    rng = np.random.default_rng(1)
    n, p = 30, 5
    left = np.linalg.qr(np.column_stack([np.ones(n), rng.normal(size=(n, p))]))[0][:, 1:]
    right = np.linalg.qr(rng.normal(size=(p, p)))[0]
    cut = n * EPS
    for smallest, rank in ((0.2 * cut, p - 1), (50 * cut, p)):
        X = left * [1.0, 0.9, 0.8, 0.7, smallest] @ right
        smoother = Smoother(Problem.of(X, rng.normal(size=n), standardize=False))
        assert smoother.rank == rank
        assert smoother.condition == pytest.approx(1.0 / (0.7 if rank < p else smallest), rel=0.2)


def test_among_perfect_fits_it_is_the_shortest():
    X, y, _ = drawn(10, 30)
    problem = Problem.of(X, y)
    w = Smoother(problem).coef(0.0)
    assert problem.X @ w == pytest.approx(problem.y, abs=1e-10)
    null = np.linalg.svd(problem.X)[2][9:]
    assert null @ w == pytest.approx(np.zeros(len(null)), abs=1e-10)
    for seed in range(20):
        other = w + null.T @ np.random.default_rng(seed).normal(size=len(null))
        assert problem.X @ other == pytest.approx(problem.y, abs=1e-9)
        assert np.linalg.norm(other) > np.linalg.norm(w)


def test_gradient_descent_from_zero_reaches_it_and_another_start_keeps_its_null_space_part():
    X, y, _ = drawn(8, 12)
    problem = Problem.of(X, y)
    goal = Smoother(problem).coef(0.0)
    step = 1.0 / np.linalg.eigvalsh(problem.gram)[-1]
    start = np.random.default_rng(3).normal(size=12)
    null = np.linalg.svd(problem.X)[2][7:]
    for begin, end in ((np.zeros(12), goal), (start, goal + null.T @ (null @ start))):
        w = begin
        for _ in range(20_000):
            w = w + step * problem.X.T @ (problem.y - problem.X @ w) / problem.n
        assert w == pytest.approx(end, abs=1e-8)


@pytest.mark.parametrize(("n", "p"), SHAPES)
@pytest.mark.parametrize("lam", LAMS[1:])
def test_ridge_is_scikit_learns_with_alpha_n_lam(n, p, lam):
    X, y, new = drawn(n, p)
    problem = Problem.of(X, y)
    model = Ridge(alpha=n * lam, solver="svd").fit(X / problem.scales, y)
    smoother = Smoother(problem)
    assert smoother.coef(lam) == pytest.approx(model.coef_, rel=1e-6, abs=1e-9)
    assert smoother.matrix(new, lam) @ y == pytest.approx(model.predict(new / problem.scales), rel=1e-8)


@pytest.mark.parametrize("lam", LAMS)
@pytest.mark.parametrize(("n", "p"), SHAPES)
def test_matrix_prediction_and_degrees_of_freedom_agree(n, p, lam):
    X, y, new = drawn(n, p)
    smoother = Smoother(Problem.of(X, y))
    targets = np.random.default_rng(5).normal(size=(4, n)) + 2.0
    matrix, hat = smoother.matrix(new, lam), smoother.matrix(X, lam)
    assert smoother.predict(new, targets, lam) == pytest.approx(targets @ matrix.T, rel=1e-9, abs=1e-9)
    assert matrix.sum(axis=1) == pytest.approx(np.ones(len(new)), abs=1e-9)
    assert smoother.df(lam) == pytest.approx(np.trace(hat) - 1.0, abs=1e-9)


@pytest.mark.parametrize("lam", LAMS)
@pytest.mark.parametrize(("n", "p"), SHAPES)
def test_the_parts_are_those_of_the_matrix(n, p, lam):
    X, y, new = drawn(n, p)
    smoother = Smoother(Problem.of(X, y))
    truth, there, sigma = np.sin(X[:, 0]), np.sin(new[:, 0]), 0.7
    matrix, rest = smoother.matrix(new, lam), np.eye(n) - smoother.matrix(X, lam)
    found = smoother.parts(new, truth, there, lam, sigma)
    assert found.bias2 == pytest.approx(np.mean((matrix @ truth - there) ** 2), rel=1e-9)
    assert found.variance == pytest.approx(sigma**2 * np.mean((matrix**2).sum(axis=1)), rel=1e-9)
    assert found.noise == sigma**2
    assert found.total == found.bias2 + found.variance + found.noise
    trained = np.mean((rest @ truth) ** 2) + sigma**2 * np.sum(rest**2) / n
    assert smoother.expected_training_error(truth, lam, sigma) == pytest.approx(trained, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("kind", BASES)
@pytest.mark.parametrize(("size", "lam"), [(3, 0.0), (9, 0.0), (9, 0.01), (30, 0.0), (30, 0.1)])
def test_the_parts_add_up_to_the_expected_error_by_monte_carlo(kind, size, lam):
    rng = np.random.default_rng(11)
    n, draws, sigma = 20, 4000, 0.4
    x = (np.arange(n) + rng.uniform(size=n)) / n
    new = rng.uniform(0.05, 0.95, 15)
    basis = Basis(kind, 0.0, 1.0, seed=2)
    X, features = basis.columns(x, size), basis.columns(new, size)
    truth, there = np.cos(7.0 * x) + x, np.cos(7.0 * new) + new
    train_errors, test_errors = np.empty(draws), np.empty(draws)
    scales = X.std(axis=0)
    centred = (X - X.mean(axis=0)) / scales
    inputs = (features - X.mean(axis=0)) / scales
    solver = np.linalg.pinv(centred, rcond=max(X.shape) * EPS)
    if lam:
        solver = np.linalg.solve(centred.T @ centred + n * lam * np.eye(X.shape[1]), centred.T)
    for k in range(draws):
        y = truth + sigma * rng.normal(size=n)
        w = solver @ (y - y.mean())
        train_errors[k] = np.mean((y - y.mean() - centred @ w) ** 2)
        seen = there + sigma * rng.normal(size=len(new))
        test_errors[k] = np.mean((seen - y.mean() - inputs @ w) ** 2)
    smoother = Smoother(Problem.of(X, truth))
    exact = smoother.parts(features, truth, there, lam, sigma)
    assert abs(test_errors.mean() - exact.total) < 5.0 * test_errors.std() / np.sqrt(draws)
    trained = smoother.expected_training_error(truth, lam, sigma)
    assert abs(train_errors.mean() - trained) < 5.0 * train_errors.std() / np.sqrt(draws) + 1e-12


def test_simulated_parts_of_a_linear_fit_are_near_the_exact_ones():
    X, y, new = drawn(20, 6)
    smoother = Smoother(Problem.of(X, y))
    truth, there, sigma = X[:, 0] ** 2, new[:, 0] ** 2, 0.5
    draws = 3000
    targets = truth + sigma * np.random.default_rng(0).normal(size=(draws, 20))
    fits = smoother.predict(new, targets, 0.2)
    exact = smoother.parts(new, truth, there, 0.2, sigma)
    found = simulated_parts(fits, there, sigma)
    spread = 5.0 * np.sqrt(2.0 / draws)
    assert abs(found.variance - exact.variance) < spread * exact.variance
    each = np.mean((fits - there) ** 2, axis=1)
    assert abs(found.bias2 + found.variance - exact.bias2 - exact.variance) < 5.0 * each.std() / np.sqrt(draws)


def test_bias2_of_few_redraws_is_not_inflated_by_the_variance_of_their_mean():
    rng = np.random.default_rng(4)
    bias2 = [simulated_parts(rng.normal(size=(4, 500)), np.zeros(500), 0.0).bias2 for _ in range(50)]
    assert np.mean(bias2) < 0.05  # the mean of 4 unit-variance fits misses by 0.25


@pytest.mark.parametrize("basis", BASES)
def test_training_error_never_rises_with_the_size_of_a_nested_basis(basis):
    rng = np.random.default_rng(0)
    x, y = np.sort(rng.uniform(size=25)), rng.normal(size=25)
    made = Basis(basis, 0.0, 1.0, seed=3)
    whole = made.columns(x, 40)
    errors = []
    for size in range(1, 41):
        part = made.columns(x, size)
        assert np.allclose(part, whole[:, : made.width(size)], rtol=0, atol=1e-12)
        problem = Problem.of(part, y)
        errors.append(np.mean((problem.y - problem.X @ Smoother(problem).coef(0.0)) ** 2))
    assert all(b <= a + 1e-9 for a, b in zip(errors, errors[1:], strict=False))
    assert errors[-1] < 1e-12


def test_legendre_is_numpys_and_orthonormal_over_the_interval():
    basis = Basis("polynomial", 2.0, 6.0)
    x = np.linspace(2.0, 6.0, 50)
    expected = np.polynomial.legendre.legvander((x - 4.0) / 2.0, 24)[:, 1:] * np.sqrt(2.0 * np.arange(1, 25) + 1.0)
    assert basis.columns(x, 24) == pytest.approx(expected, abs=1e-11)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    columns = basis.columns(4.0 + 2.0 * nodes, 24)
    assert columns.T @ (columns * weights[:, None] / 2.0) == pytest.approx(np.eye(24), abs=1e-12)


def test_degree_24_in_powers_is_hopeless_and_in_legendre_polynomials_is_not():
    x = np.linspace(0.0, 1.0, 200)
    y = np.sin(20.0 * x)
    powers = Smoother(Problem.of(monomials(x, 24), y))
    legendre = Smoother(Problem.of(Basis("polynomial", 0.0, 1.0).columns(x, 24), y))
    assert legendre.rank == 24
    assert legendre.condition < 10.0
    values = np.linalg.svd(powers.problem.X, compute_uv=False)
    assert values[0] > 1e15 * values[-1]
    assert powers.rank < 24
    exact = np.polynomial.Legendre.fit(x, y, 24)(x)
    assert legendre.matrix(Basis("polynomial", 0.0, 1.0).columns(x, 24), 0.0) @ y == pytest.approx(exact, abs=1e-9)
    normal = np.linalg.solve(powers.problem.gram + 0.0, powers.problem.correlation)
    wrong = np.abs(y.mean() + powers.problem.X @ normal - exact).max()
    assert wrong > 1e-7


def test_polynomial_fits_do_not_depend_on_the_polynomials():
    rng = np.random.default_rng(2)
    x, y = rng.uniform(size=40), rng.normal(size=40)
    model = LinearRegression().fit(monomials(x, 5), y)
    columns = Basis("polynomial", 0.0, 1.0).columns(x, 5)
    assert Smoother(Problem.of(columns, y)).matrix(columns, 0.0) @ y == pytest.approx(
        model.predict(monomials(x, 5)), abs=1e-8
    )


def test_fourier_columns_are_sines_and_cosines_of_the_overhanging_period():
    x = np.array([1.0, 2.5, 4.0])
    columns = Basis("fourier", 1.0, 4.0).columns(x, 2)
    angle = 2.0 * np.pi * (x - 2.5) / (3.0 * OVERHANG)
    expected = np.sqrt(2.0) * np.column_stack([np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)])
    assert columns == pytest.approx(expected, abs=1e-13)


def test_random_features_depend_on_the_seed_and_nothing_else():
    x = np.linspace(0.0, 1.0, 9)
    same = [Basis("random-features", 0.0, 1.0, seed=s).columns(x, 5) for s in (1, 1, 2)]
    assert np.array_equal(same[0], same[1])
    assert not np.allclose(same[0], same[2])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [12, 20, 31])
def test_the_expected_error_peaks_where_features_and_intercept_are_as_many_as_rows(n, seed):
    rng = np.random.default_rng(seed)
    x = (np.arange(n) + rng.uniform(size=n)) / n
    new = (np.arange(100) + 0.5) / 100
    basis = Basis("random-features", 0.0, 1.0, seed)
    sizes = [*range(1, 2 * n), 5 * n, 20 * n]
    errors = []
    for p in sizes:
        X, features = basis.columns(x, p), basis.columns(new, p)
        smoother = Smoother(Problem.of(X, x))
        errors.append(smoother.parts(features, np.sin(6 * x), np.sin(6 * new), 0.0, 0.3).total)
    assert abs(sizes[int(np.argmax(errors))] - (n - 1)) <= 1
    assert errors[-1] < 0.5 * max(errors)
    assert errors[-1] < errors[-2] * 1.1
    assert min(errors[: n - 4]) < 0.5 * max(errors)


def test_a_basis_says_what_is_wrong_with_it():
    with pytest.raises(ValueError, match="no basis 'splines'"):
        Basis("splines", 0.0, 1.0)
    with pytest.raises(ValueError, match="interval"):
        Basis("fourier", 1.0, 1.0)
