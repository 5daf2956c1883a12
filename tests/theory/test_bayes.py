"""Priors against SciPy's densities, and the posterior along one coefficient against numerical integration."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from regviz.theory.bayes import PRIORS, GaussianPrior, LaplacePrior
from regviz.theory.laplace_slice import GaussianAlong, LaplaceAlong, log_mass, log_mills, means, side_means

KINDS = tuple(PRIORS.values())
ORACLES = {"gaussian": stats.norm, "laplace": stats.laplace}


@pytest.mark.parametrize("kind", KINDS)
@given(lam=st.floats(1e-6, 1e6), sigma2=st.floats(1e-6, 1e6), n=st.integers(1, 10_000))
def test_lam_and_width_are_one_number_both_ways(kind, lam, sigma2, n):
    prior = kind.of_penalty(lam, sigma2, n)
    assert prior.penalty(sigma2, n) == pytest.approx(lam, rel=1e-14)
    back = kind.of_penalty(kind(prior.width).penalty(sigma2, n), sigma2, n)
    assert back.width == pytest.approx(prior.width, rel=1e-13)


@given(lam=st.floats(1e-6, 1e6), sigma2=st.floats(1e-6, 1e6), n=st.integers(1, 10_000))
def test_the_other_conventions(lam, sigma2, n):
    """‖y−Xw‖² + λ_R‖w‖² has λ_R = σ²/τ², ½‖y−Xw‖² + λ_½‖w‖₁ has λ_½ = σ²/b, and both are nλ."""
    tau, b = (kind.of_penalty(lam, sigma2, n).width for kind in KINDS)
    assert sigma2 / tau**2 == pytest.approx(n * lam, rel=1e-13)
    assert sigma2 / b == pytest.approx(n * lam, rel=1e-13)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("lam", "sigma2"), [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0)])
def test_no_prior_without_a_penalty_or_noise(kind, lam, sigma2):
    with pytest.raises(ValueError, match="above 0"):
        kind.of_penalty(lam, sigma2, 5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [0.03, 1.0, 40.0])
def test_densities_intervals_and_draws_are_those_of_scipy(kind, width):
    prior, oracle = kind(width), ORACLES[kind.name](scale=width)
    w = np.linspace(-5, 5, 41) * width
    assert prior.log_density(w) == pytest.approx(oracle.logpdf(w), abs=1e-12)
    assert prior.interval(0.9) == pytest.approx(oracle.ppf(0.95), rel=1e-12)
    assert prior.variance == pytest.approx(oracle.var(), rel=1e-12)
    drawn = prior.draws(np.random.default_rng(0), (20_000,))
    assert stats.kstest(drawn, oracle.cdf).pvalue > 1e-4


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", [0.5, 0.9])
def test_the_priors_region_is_a_level_line_that_holds_its_share(kind, level):
    prior = kind(0.7)
    x, y = prior.outline(level)
    heights = prior.log_density(x) + prior.log_density(y)
    assert np.ptp(heights) < 1e-12
    draws = prior.draws(np.random.default_rng(1), (200_000, 2))
    inside = np.mean(prior.log_density(draws).sum(axis=1) >= heights[0])
    assert inside == pytest.approx(level, abs=5 * np.sqrt(level * (1 - level) / 200_000))


def test_a_laplace_prior_at_a_distance_of_one_has_mode_median_and_mean_apart():
    """One observation 0.8 of one coefficient, σ = b = 1."""
    line = LaplaceAlong(1.0, np.array([0.8]), 1.0)
    w = np.linspace(-3, 3, 600_001)
    assert w[np.argmax(line.log_density(w))] == pytest.approx(0.0, abs=1e-9)
    assert line.quantiles(np.array([0.5]))[0] == pytest.approx(0.326, abs=5e-4)
    assert line.mean == pytest.approx(0.394, abs=5e-4)


def test_a_gaussian_prior_has_mode_median_and_mean_in_one():
    line = GaussianAlong(1.0, 0.8, 1.0)
    w = np.linspace(-3, 3, 600_001)
    assert line.mean == pytest.approx(0.4, rel=1e-15)
    assert line.quantiles(np.array([0.5]))[0] == pytest.approx(0.4, rel=1e-15)
    assert w[np.argmax(line.log_density(w))] == pytest.approx(0.4, abs=1e-5)


def moments(line, low, high):
    def density(w):
        return float(np.exp(line.log_density(np.array([w]))[0]))

    points = [0.0] if low < 0.0 < high else None
    return [integrate.quad(lambda w, k=k: w**k * density(w), low, high, points=points, epsabs=1e-13, limit=400)[0]
            for k in (0, 1)]  # fmt: skip


LINES = [
    *(LaplaceAlong(a, np.array(z), b)
      for a, z, b in ((1.0, [0.8], 1.0), (60.0, [40.0], 0.1), (5.0, [-3.0], 4.0), (1e-9, [0.1], 1.0),
                      (30.0, [-5.0, 0.0, 9.0], 0.3), (1.0, [0.0], 0.01))),
    GaussianAlong(60.0, 40.0, 0.5), GaussianAlong(0.0, 0.0, 2.0),
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_the_closed_forms_equal_numerical_integration(line):
    low, high = line.quantiles(np.array([1e-12, 1 - 1e-12]))
    mass, mean = moments(line, low, high)
    assert mass == pytest.approx(1.0, abs=1e-9)
    assert mean == pytest.approx(line.mean, abs=1e-8 * (high - low))
    for share in (0.05, 0.5, 0.95):
        at = float(line.quantiles(np.array([share]))[0])
        assert moments(line, low, at)[0] == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize("line", LINES)
def test_prior_times_likelihood_is_the_posterior(line):
    prior = GaussianPrior(line.tau) if isinstance(line, GaussianAlong) else LaplacePrior(line.b)
    w = np.linspace(*line.quantiles(np.array([0.01, 0.99])), 50)
    constant = line.log_density(w) - line.log_likelihood(w) - prior.log_density(w)
    assert np.ptp(constant) < 1e-9


@pytest.mark.parametrize(("a", "z", "b"), [(1.0, 0.8, 1.0), (40.0, -30.0, 0.2), (2.0, 0.0, 0.05)])
def test_mean_size_equals_numerical_integration(a, z, b):
    line = LaplaceAlong(a, np.array([z]), b)
    low, high = line.quantiles(np.array([1e-13, 1 - 1e-13]))
    size = integrate.quad(
        lambda w: abs(w) * float(np.exp(line.log_density(np.array([w]))[0])), low, high, points=[0.0], epsabs=1e-13
    )[0]
    assert float(sum(side_means(a, z, b))) == pytest.approx(size, rel=1e-8)


def test_mills_ratio_in_both_tails():
    x = np.array([-1e6, -40.0, -1.0, 0.0, 1.0, 30.0, 1e6])
    near = np.abs(x) < 20
    assert log_mills(x)[near] == pytest.approx(stats.norm.logcdf(x[near]) - stats.norm.logpdf(x[near]), rel=1e-12)
    assert log_mills(x)[0] == pytest.approx(-np.log(1e6), rel=1e-11)
    assert log_mills(x)[-1] == pytest.approx(0.5e12 + 0.5 * np.log(2 * np.pi), rel=1e-15)


@given(z=st.floats(-1e3, 1e3), b=st.floats(1e-4, 1e4), a=st.floats(1e-3, 1e4))
def test_a_posterior_mean_is_never_zero_but_for_symmetry(z, b, a):
    mean = float(means(a, z, b))
    assert np.isfinite(mean)
    assert np.isfinite(log_mass(a, z, b))
    if abs(z) * b > 1e-6 and abs(z) / np.sqrt(a) > 1e-6 and np.sqrt(a) * b > 1e-3:
        assert mean != 0.0
        assert np.sign(mean) == np.sign(z)
