"""The Laplace posterior of two and of all coefficients: quadrature, highest-density regions, draws and evidence."""

import numpy as np
import pytest
from scipy import integrate, stats
from sklearn.linear_model import Lasso

from regviz.linear.problem import Problem
from regviz.theory.laplace_draws import LaplaceDraws, laplace_draws, sweeps
from regviz.theory.laplace_evidence import laplace_evidence
from regviz.theory.laplace_marginal import integrated
from regviz.theory.laplace_plane import GaussianPlane, LaplacePlane
from regviz.theory.laplace_slice import LaplaceAlong

SIGMA2 = 4.0


def pair(n=30, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 2))
    X[:, 1] += X[:, 0]
    return Problem.of(X, X @ [1.0, 0.0] + 2.0 * rng.standard_normal(n))


def plane_of(problem, lam):
    scale = problem.n / SIGMA2
    mode = Lasso(alpha=lam, fit_intercept=False, tol=1e-13, max_iter=100_000).fit(problem.X, problem.y).coef_
    return LaplacePlane(problem.gram * scale, problem.correlation[None] * scale, SIGMA2 / problem.n / lam, tuple(mode))


def by_quadrature(problem, lam, weigh):
    """∫ weigh(u, v)·exp(−‖y − Xw‖²/(2σ²) − (nλ/σ²)‖w‖₁) du dv on a grid that is split at 0."""
    nodes, weights = np.polynomial.legendre.leggauss(200)
    half = np.concatenate([2.5 * nodes - 2.5, 2.5 * nodes + 2.5])
    area = 2.5 * np.concatenate([weights, weights])
    u, v = np.meshgrid(half, half, indexing="ij")
    left = problem.y[:, None, None] - problem.X[:, 0, None, None] * u - problem.X[:, 1, None, None] * v
    heights = -0.5 * (left**2).sum(axis=0) / SIGMA2 - problem.n * lam / SIGMA2 * (np.abs(u) + np.abs(v))
    return float((weigh(u, v) * np.exp(heights) * np.outer(area, area)).sum())


@pytest.mark.parametrize("lam", [0.05, 0.3, 1.5])
def test_the_planes_mass_and_mean_equal_brute_force(lam):
    problem = pair()
    plane = plane_of(problem, lam)
    mass = by_quadrature(problem, lam, lambda u, v: 1.0)
    constant = -0.5 * float(problem.y @ problem.y) / SIGMA2
    assert plane.masses[0] + constant == pytest.approx(np.log(mass), rel=1e-9)
    exact = [by_quadrature(problem, lam, weigh) / mass for weigh in (lambda u, v: u, lambda u, v: v)]
    assert plane.mean == pytest.approx(exact, abs=1e-8)


@pytest.mark.parametrize("lam", [0.05, 0.3, 1.5])
@pytest.mark.parametrize("level", [0.5, 0.9])
def test_the_region_is_a_level_line_and_holds_its_share(lam, level):
    problem = pair()
    plane = plane_of(problem, lam)
    x, y = plane.region(level)
    heights = plane.log_density(x, y)
    assert np.ptp(heights) < 1e-5
    mass = by_quadrature(problem, lam, lambda u, v: 1.0)
    floor = float(heights.mean())
    inside = by_quadrature(problem, lam, lambda u, v: plane.log_density(u, v) >= floor) / mass
    assert inside == pytest.approx(level, abs=0.012)


def test_the_gaussians_region_is_the_chi_square_ellipse():
    covariance = np.array([[2.0, 0.6], [0.6, 0.5]])
    plane = GaussianPlane((1.0, -2.0), covariance)
    x, y = plane.region(0.9)
    away = np.stack([x - 1.0, y + 2.0])
    distance = np.einsum("ik,ij,jk->k", away, np.linalg.inv(covariance), away)
    assert distance == pytest.approx(stats.chi2(2).ppf(0.9), rel=1e-10)


@pytest.mark.parametrize("lam", [0.05, 0.3, 1.5])
def test_draws_of_two_coefficients_agree_with_quadrature(lam):
    problem = pair()
    plane = plane_of(problem, lam)
    drawn = laplace_draws(problem, np.full(400, lam), SIGMA2, np.random.default_rng(0))
    chains = drawn.w.mean(axis=0)
    error = chains.std(axis=0) / np.sqrt(400)
    assert np.all(np.abs(chains.mean(axis=0) - plane.mean) < 5 * error)
    assert drawn.mean == pytest.approx(plane.mean, abs=float(2 * error.max()))
    mass = by_quadrature(problem, lam, lambda u, v: 1.0)
    size = by_quadrature(problem, lam, lambda u, v: np.abs(u) + np.abs(v)) / mass
    spread = drawn.sizes.std() / np.sqrt(400)
    assert drawn.sizes.mean() == pytest.approx(size, abs=5 * float(spread))


@pytest.mark.parametrize("width", [0.02, 1.0])
def test_without_data_in_a_direction_draws_there_follow_the_prior(width):
    """Two equal columns: their difference is seen by the prior alone."""
    rng = np.random.default_rng(3)
    column = rng.standard_normal(20)
    problem = Problem.of(np.stack([column, column, np.ones(20)], axis=1), np.zeros(20))
    lam = SIGMA2 / 20 / width
    drawn = laplace_draws(problem, np.full(300, lam), SIGMA2, rng)
    last = drawn.w[-1, :, 2]
    assert stats.kstest(last, stats.laplace(scale=width).cdf).pvalue > 1e-3


def test_the_posterior_mean_is_not_sparse_where_the_mode_is():
    rng = np.random.default_rng(4)
    X = rng.standard_normal((50, 10))
    problem = Problem.of(X, X[:, 0] * 2.0 + 2.0 * rng.standard_normal(50))
    mode = Lasso(alpha=0.5, fit_intercept=False, tol=1e-12).fit(problem.X, problem.y).coef_
    drawn = laplace_draws(problem, np.full(32, 0.5), SIGMA2, rng)
    assert np.count_nonzero(mode == 0.0) >= 5
    assert np.all(drawn.mean != 0.0)
    assert np.all(np.abs(drawn.mean[mode == 0.0]) > 1e-4)


def test_equal_seeds_give_equal_draws_to_the_bit():
    first, second = (laplace_draws(pair(), np.full(8, 0.3), SIGMA2, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first.w, second.w)


def test_a_problem_too_large_to_sample_says_so():
    problem = Problem.of(np.random.default_rng(0).standard_normal((700, 800)), np.arange(700.0))
    assert sweeps(problem, 32) == 0
    with pytest.raises(ValueError, match="800 coefficients"):
        laplace_draws(problem, np.full(32, 1.0), 1.0, np.random.default_rng(0))
    assert laplace_evidence(problem, 1e-3, 1.0, np.random.default_rng(0)) is None


def test_sampled_evidence_agrees_with_quadrature_over_six_decades():
    problem = pair()
    lams, heights = laplace_evidence(problem, 1e-4 * problem.lam_max, SIGMA2, np.random.default_rng(6))
    flat = -0.5 * (problem.n - 1) * np.log(2 * np.pi * SIGMA2) - 0.5 * float(problem.y @ problem.y) / SIGMA2
    for k in range(0, len(lams), 60):
        b = SIGMA2 / problem.n / lams[k]
        exact = flat + plane_of(problem, lams[k]).masses[0] - 2 * np.log(2 * b)
        assert heights[k] == pytest.approx(exact, abs=0.25)


def test_evidence_of_one_coefficient_equals_numerical_integration():
    rng = np.random.default_rng(7)
    x = rng.standard_normal(15)
    problem = Problem.of(x[:, None], x + rng.standard_normal(15))
    lams, heights = laplace_evidence(problem, 1e-3, 1.0, rng)
    k = int(np.argmin(np.abs(lams - 0.2)))
    b = 1.0 / 15 / lams[k]
    residual = lambda w: problem.y - problem.X[:, 0] * w  # noqa: E731
    total = integrate.quad(
        lambda w: np.exp(-0.5 * float(residual(w) @ residual(w))) * stats.laplace.pdf(w, scale=b), -10, 10, points=[0.0]
    )[0]
    assert heights[k] == pytest.approx(np.log(total) - 7 * np.log(2 * np.pi), abs=0.1)


@pytest.mark.parametrize("features", [(0,), (2, 1)])
def test_integrating_out_equals_the_dense_gaussian_with_the_features_prior_taken_away(features):
    rng = np.random.default_rng(8)
    X = rng.standard_normal((12, 4)) + rng.standard_normal((12, 1))
    problem = Problem.of(X, X[:, 0] + rng.standard_normal(12))
    variances = rng.exponential(1.0, (3, 4))
    curvature, pull = integrated(problem, SIGMA2, variances, features)
    rest, own = [j for j in range(4) if j not in features], list(features)
    for k, variance in enumerate(variances):
        cover = SIGMA2 * np.eye(12) + problem.X[:, rest] * variance[rest] @ problem.X[:, rest].T
        exact = problem.X[:, own].T @ np.linalg.solve(cover, np.column_stack([problem.X[:, own], problem.y]))
        assert np.column_stack([curvature[k], pull[k]]) == pytest.approx(exact, rel=1e-9)


def test_a_mixture_over_draws_has_the_exact_marginal():
    """Of one of two near twins, against quadrature over the other."""
    rng = np.random.default_rng(9)
    X = rng.standard_normal((30, 1)) + 0.1 * rng.standard_normal((30, 2))
    problem = Problem.of(X, X[:, 0] + rng.standard_normal(30))
    lam, b = 0.1, SIGMA2 / 30 / 0.1
    drawn = laplace_draws(problem, np.full(64, lam), SIGMA2, rng)
    curvature, pull = integrated(problem, SIGMA2, drawn.variances[::3].reshape(-1, 2), (0,))
    line = LaplaceAlong(curvature[:, 0, 0], pull[:, 0], b)
    scale = problem.n / SIGMA2
    exact = LaplacePlane(problem.gram * scale, problem.correlation[None] * scale, b, (0.0, 0.0))
    points = np.linspace(-2.0, 2.0, 9)
    whole = exact._side(0, points)[0] - exact.masses[0]
    assert np.exp(line.log_density(points)) == pytest.approx(np.exp(whole), abs=0.03 * np.exp(whole).max())
    assert line.mean == pytest.approx(exact.mean[0], abs=0.1)


@pytest.mark.parametrize("rate", [1.0, 1e2, 1e4])
def test_far_from_zero_regions_are_a_gaussians_however_steep_the_prior_is(rate):
    """There the prior only shifts the Gaussian, as far as ``rate`` pulls against the likelihood."""
    curvature, mean = np.array([[1.0, 0.4], [0.4, 2.0]]), np.array([30.0, 20.0])
    plane = LaplacePlane(curvature, (curvature @ mean + rate)[None], 1.0 / rate, tuple(mean))
    exact = GaussianPlane(tuple(mean), np.linalg.inv(curvature))
    for level in (0.5, 0.9):
        found, expected = (np.stack(one.region(level)) for one in (plane, exact))
        assert found.min(axis=1) == pytest.approx(expected.min(axis=1), abs=0.02)
        assert found.max(axis=1) == pytest.approx(expected.max(axis=1), abs=0.02)


def test_effective_draws_count_what_the_chains_agree_on():
    rng = np.random.default_rng(10)
    free = rng.standard_normal((100, 50, 2))
    stuck = np.broadcast_to(rng.standard_normal((1, 50, 2)), (100, 50, 2))
    counts = [LaplaceDraws(w, w, w[0], w[0]).effective for w in (free, stuck)]
    assert np.all(counts[0] > 2000.0)
    assert counts[1] == pytest.approx([49.0, 49.0])
