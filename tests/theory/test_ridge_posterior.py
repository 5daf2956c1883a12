"""The Gaussian posterior and its evidence against matrix inverses, SciPy's densities and numerical integration."""

import numpy as np
import pytest
from scipy import integrate, linalg, stats

from regviz.linear.problem import Problem
from regviz.theory.ridge_posterior import RidgePosterior, Spectrum

SHAPES = [(40, 3), (12, 5), (6, 9), (30, 1)]


def made(n, p, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) @ np.linalg.qr(rng.standard_normal((p, p)))[0] + rng.standard_normal((n, 1))
    return Problem.of(X, X @ rng.standard_normal(p) + rng.standard_normal(n))


def contrasts(problem):
    """y and X in an orthonormal basis (n − 1, n) of what is left when the intercept is integrated out."""
    basis = linalg.null_space(np.ones((1, problem.n))).T
    return basis @ problem.y, basis @ problem.X


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("lam", [1e-3, 0.4, 30.0])
def test_posterior_is_the_inverse_of_its_precision(shape, lam):
    problem, sigma2 = made(*shape), 1.7
    found = RidgePosterior(Spectrum.of(problem), lam, sigma2)
    covariance = np.linalg.inv(problem.n / sigma2 * (problem.gram + lam * np.eye(problem.p)))
    whole = found.covariance(tuple(range(problem.p)))
    assert whole == pytest.approx(covariance, rel=1e-9, abs=1e-12 * covariance.max())
    assert found.variances == pytest.approx(np.diag(covariance), rel=1e-9)
    assert found.mean == pytest.approx(covariance @ problem.X.T @ problem.y / sigma2, rel=1e-8, abs=1e-11)
    design = np.random.default_rng(1).standard_normal((4, problem.p))
    assert found.spread(design) == pytest.approx(np.sqrt(np.diag(design @ covariance @ design.T)), rel=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_draws_have_the_posteriors_mean_and_covariance(shape):
    problem = made(*shape)
    found = RidgePosterior(Spectrum.of(problem), 0.2, 0.8)
    draws = found.draws(np.random.default_rng(2), 40_000)
    covariance = found.covariance(tuple(range(problem.p)))
    white = np.linalg.solve(np.linalg.cholesky(covariance), (draws - found.mean).T)
    assert np.abs(white.mean(axis=1)).max() < 5 / np.sqrt(40_000)
    assert np.abs(np.cov(white) - np.eye(problem.p)).max() < 5 * np.sqrt(2 / 40_000)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("lam", [1e-3, 0.4, 30.0])
def test_evidence_is_the_density_of_the_contrasts(shape, lam):
    problem, sigma2 = made(*shape), 1.7
    y, X = contrasts(problem)
    covariance = sigma2 * (np.eye(problem.n - 1) + X @ X.T / (problem.n * lam))
    exact = stats.multivariate_normal(np.zeros(problem.n - 1), covariance).logpdf(y)
    assert Spectrum.of(problem).log_evidence(np.array([lam]), sigma2)[0] == pytest.approx(exact, rel=1e-10)


def test_evidence_and_posterior_equal_numerical_integration_over_the_plane():
    problem, sigma2, lam = made(8, 2), 1.3, 0.5
    y, X = contrasts(problem)
    tau = np.sqrt(sigma2 / (problem.n * lam))
    found = RidgePosterior(Spectrum.of(problem), lam, sigma2)
    top = float(Spectrum.of(problem).log_evidence(np.array([lam]), sigma2)[0])

    def joint(v, u):
        w = np.array([u, v])
        likelihood = stats.norm.logpdf(y - X @ w, scale=np.sqrt(sigma2)).sum()
        return np.exp(likelihood + stats.norm.logpdf(w, scale=tau).sum() - top)

    half = 8 * np.sqrt(found.variances)
    box = [(m - h, m + h) for m, h in zip(found.mean, half, strict=True)]
    nodes, weights = np.polynomial.legendre.leggauss(60)
    u, v = (0.5 * (b - a) * nodes + 0.5 * (a + b) for a, b in box)
    area = np.outer(weights, weights) * np.prod([0.5 * (b - a) for a, b in box])
    heights = np.array([[joint(b, a) for b in v] for a in u]) * area
    assert heights.sum() == pytest.approx(1.0, rel=1e-10)
    assert (heights.sum(axis=1) @ u, heights.sum(axis=0) @ v) == pytest.approx(tuple(found.mean), rel=1e-9)
    second = np.array([heights.sum(axis=1) @ u**2, heights.sum(axis=0) @ v**2]) - found.mean**2
    assert second == pytest.approx(found.variances, rel=1e-8)


def test_evidence_of_one_coefficient_equals_numerical_integration():
    problem, sigma2, lam = made(7, 1), 0.9, 0.3
    y, X = contrasts(problem)
    tau = np.sqrt(sigma2 / (problem.n * lam))

    def joint(w):
        likelihood = stats.norm.logpdf(y - X[:, 0] * w, scale=np.sqrt(sigma2)).sum()
        return np.exp(likelihood + stats.norm.logpdf(w, scale=tau))

    total = integrate.quad(joint, -20, 20, points=[0.0, 1.0], epsabs=0, epsrel=1e-11, limit=500)[0]
    assert Spectrum.of(problem).log_evidence(np.array([lam]), sigma2)[0] == pytest.approx(np.log(total), rel=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_at_the_maximum_degrees_of_freedom_equal_the_squared_norm_over_the_priors_variance(seed):
    problem, sigma2 = made(40, 4, seed), 1.0
    spectrum = Spectrum.of(problem)
    best = spectrum.best_lam(sigma2)
    assert 0.0 < best < np.inf
    mean = RidgePosterior(spectrum, best, sigma2).mean
    df = (spectrum.values / (spectrum.values + best)).sum()
    assert float(mean @ mean) / (sigma2 / (problem.n * best)) == pytest.approx(df, rel=1e-8)
    around = spectrum.log_evidence(np.append(np.geomspace(1e-6, 1e6, 999), best), sigma2)
    assert np.argmax(around) == 999


def test_without_signal_the_evidence_wants_an_infinite_lam():
    problem = Problem.of(np.eye(6)[:, :2], np.array([0.0, 0.0, 1.0, -1.0, 1.0, -1.0]))
    assert Spectrum.of(problem).best_lam(1.0) == np.inf


def test_joint_maximum_over_noise_and_lam_beats_every_neighbour():
    spectrum = Spectrum.of(made(30, 4))
    lam, sigma2 = spectrum.best_noise()
    best = float(spectrum.log_evidence(np.array([lam]), sigma2)[0])
    for factor in (0.8, 1.25):
        assert float(spectrum.log_evidence(np.array([lam]), sigma2 * factor)[0]) < best
        assert float(spectrum.log_evidence(np.array([lam * factor]), sigma2)[0]) < best


def test_residual_variance_is_that_of_least_squares_and_missing_without_rows():
    problem = made(12, 5)
    residual = problem.y - problem.X @ np.linalg.lstsq(problem.X, problem.y, rcond=None)[0]
    assert Spectrum.of(problem).residual_variance() == pytest.approx(residual @ residual / 6, rel=1e-10)
    assert Spectrum.of(made(6, 9)).residual_variance() is None
