"""PAC-Bayes bounds against closed forms, SciPy's root finder, quadrature, printed numbers and many samples."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, special, stats

from regviz.theory import gibbs, pac_bayes
from regviz.theory.gibbs import GaussianClasses

ERRORS = st.floats(1e-6, 1.0 - 1e-6)
BUDGETS = st.floats(1e-9, 20.0)
SIZES = st.integers(1, 100_000)
COMPLEXITIES = st.floats(0.0, 1e4)
DELTAS = st.floats(1e-6, 0.5)


def plain_kl(q, p):
    return sum(a * math.log(a / b) for a, b in ((q, p), (1 - q, 1 - p)) if a > 0)


@given(ERRORS, ERRORS)
def test_binary_kl_is_that_of_bernoulli_distributions(q, p):
    assert float(pac_bayes.binary_kl(q, p)) == pytest.approx(stats.entropy([q, 1 - q], [p, 1 - p]), abs=1e-13)


@given(ERRORS, BUDGETS)
def test_the_inverse_of_kl_is_the_root_that_scipy_finds(q, budget):
    found = float(pac_bayes.inverse_kl(q, budget))
    top = 1.0 - 1e-16
    if plain_kl(q, top) <= budget:
        assert found == pytest.approx(1.0, abs=1e-10)
        return
    root = optimize.brentq(lambda p: plain_kl(q, p) - budget, q, top, xtol=1e-15)
    rounding = 1e-16 / max(root - q, 1e-12)  # of the plain sum, whose terms nearly cancel
    assert found == pytest.approx(root, abs=1e-10 + rounding)


@pytest.mark.parametrize("q", [0.0, 1e-12, 0.01, 0.3, 0.5, 0.97, 1.0])
@pytest.mark.parametrize("budget", [1e-14, 1e-8, 1e-3, 0.1, 1.0, 30.0])
def test_the_inverse_of_kl_gives_the_budget_back(q, budget):
    p = float(pac_bayes.inverse_kl(q, budget))
    below, above = (float(pac_bayes.binary_kl(q, min(max(p + shift, q), 1.0))) for shift in (-1e-10, 1e-10))
    assert below <= budget * (1 + 1e-9) <= above * (1 + 1e-6) or p == 1.0


def test_the_inverse_of_kl_at_its_edges():
    assert pac_bayes.inverse_kl([0.0, 0.3, 1.0], 0.0).tolist() == [0.0, 0.3, 1.0]
    assert pac_bayes.inverse_kl([0.0, 0.3, 1.0], math.inf).tolist() == [1.0, 1.0, 1.0]
    assert pac_bayes.inverse_kl(1.0, 0.5) == 1.0
    assert pac_bayes.inverse_kl(0.0, 0.5) == -math.expm1(-0.5)
    assert pac_bayes.inverse_kl(5e-324, 0.5) == pytest.approx(-math.expm1(-0.5))
    assert pac_bayes.binary_kl([0.0, 1.0, 0.5, 0.5], [0.0, 1.0, 1.0, 0.0]).tolist() == [0.0, 0.0, math.inf, math.inf]
    for q, budget in ((-0.1, 1.0), (1.1, 1.0), (0.5, -1.0), (math.nan, 1.0)):
        with pytest.raises(ValueError, match="inverse of kl"):
            pac_bayes.inverse_kl(q, budget)


PRINTED = ((5144, 0.028, 0.161), (5977, 0.027, 0.179), (5791, 0.027, 0.170), (6534, 0.028, 0.186),
           (8558, 0.029, 0.223), (7861, 0.027, 0.201))  # fmt: skip
"""KL, training error of the stochastic net and bound as Dziugaite and Roy (2017) print them, m = 55,000."""


@pytest.mark.parametrize(("kl", "error", "bound"), PRINTED)
def test_printed_bounds_come_out_within_a_hundredth(kl, error, bound):
    assert float(pac_bayes.kl_bound(error, kl, 55_000, 0.025)) == pytest.approx(bound, abs=0.01)


def test_inverse_kl_and_pinsker_for_the_first_printed_net():
    numbers = (0.028, 5144, 55_000, 0.025)
    assert float(pac_bayes.kl_bound(*numbers)) == pytest.approx(0.1607, abs=1e-4)
    assert float(pac_bayes.pinsker_bound(*numbers)) == pytest.approx(0.2445, abs=1e-4)


@given(ERRORS, COMPLEXITIES, SIZES, DELTAS)
def test_the_inverse_of_kl_is_never_looser_than_pinsker(error, complexity, n, delta):
    tight = float(pac_bayes.kl_bound(error, complexity, n, delta))
    assert error <= tight <= min(float(pac_bayes.pinsker_bound(error, complexity, n, delta)), 1.0) + 1e-12


@given(ERRORS, st.floats(0.0, 100.0), st.integers(50, 100_000), DELTAS, st.floats(0.01, 20.0))
def test_catoni_at_its_best_c_is_an_inverse_of_kl_without_the_root_of_n(error, complexity, n, delta, C):
    reached = float(pac_bayes.inverse_kl(error, (complexity - math.log(delta)) / n))
    assert float(pac_bayes.catoni_bound(error, complexity, n, delta, C)) >= reached - 1e-12
    best = pac_bayes.catoni_optimum(error, complexity, n, delta)
    if 1e-6 < best < 500.0:
        assert float(pac_bayes.catoni_bound(error, complexity, n, delta, best)) == pytest.approx(reached, abs=1e-9)
    assert reached <= float(pac_bayes.kl_bound(error, complexity, n, delta))


def test_catoni_over_a_grid_pays_for_the_grid():
    grid = np.geomspace(0.1, 20.0, 32)
    bound, C = pac_bayes.catoni_grid_bound(0.1, 3.0, 500, 0.05, grid)
    each = [float(pac_bayes.catoni_bound(0.1, 3.0, 500, 0.05 / 32, c)) for c in grid]
    assert float(bound) == pytest.approx(min(each))
    assert float(C) == pytest.approx(grid[int(np.argmin(each))])


@given(st.floats(-3.0, 3.0), st.floats(0.05, 3.0), st.floats(0.3, 3.0))
def test_kl_of_gaussians_is_the_area_of_both_integrands(mean, s, tau):
    exact = float(pac_bayes.gaussian_kl(mean, s, tau))
    v = np.linspace(min(mean - 12 * s, -12 * tau), max(mean + 12 * s, 12 * tau), 20_001)
    q, p = stats.norm(mean, s), stats.norm(0.0, tau)
    usual = q.pdf(v) * (q.logpdf(v) - p.logpdf(v))
    for height in (pac_bayes.kl_integrand(v, mean, s, tau), usual):
        assert integrate.trapezoid(height, v) == pytest.approx(exact, abs=1e-9)
    assert (pac_bayes.kl_integrand(v, mean, s, tau) >= 0.0).all()


@given(st.floats(0.0, 10.0), st.floats(0.01, 5.0), st.floats(0.05, 5.0), st.integers(1, 30))
def test_kl_adds_up_over_coordinates(length, s, tau, d):
    mean = np.full(d, length / math.sqrt(d))
    assert float(gibbs.full_kl(length, s, tau, d)) == pytest.approx(
        float(pac_bayes.gaussian_kl(mean, s, tau).sum()), rel=1e-9, abs=1e-9
    )


@given(st.floats(0.01, 100.0), st.integers(1, 50), st.floats(0.1, 10.0), st.floats(0.01, 10.0))
def test_the_least_kl_at_a_ratio_does_not_depend_on_the_prior_width(ratio, d, tau, s):
    least = float(gibbs.least_kl(ratio, d))
    best = tau * math.sqrt(d / (d + ratio**2))
    assert float(gibbs.full_kl(ratio * best, best, tau, d)) == pytest.approx(least, rel=1e-9, abs=1e-9)
    assert float(gibbs.full_kl(ratio * s, s, tau, d)) >= least - 1e-9


@given(ERRORS, COMPLEXITIES, DELTAS)
def test_bounds_come_down_to_the_training_error_as_the_sample_grows(error, complexity, delta):
    sizes = 10.0 ** np.arange(2, 15)
    for bound in (pac_bayes.kl_bound, pac_bayes.pinsker_bound):
        values = bound(error, complexity, sizes, delta)
        assert (np.diff(values) <= 1e-12).all()
        assert values[-1] == pytest.approx(error, abs=1e-4)


@pytest.mark.parametrize(("largest", "rate"), [(10.0, 5.0), (1e-3, 0.2), (1e3, 50.0)])
def test_the_prices_of_a_grid_share_out_delta_once(largest, rate):
    taus, prices = pac_bayes.prior_grid(largest, rate)
    assert np.exp(-prices).sum() <= 1.0
    assert sum(6.0 / (math.pi * j) ** 2 for j in range(1, 200_000)) == pytest.approx(1.0, abs=1e-5)
    assert prices == pytest.approx([math.log((math.pi * j) ** 2 / 6.0) for j in range(1, len(taus) + 1)])
    assert np.log(taus[:-1] / taus[1:]) == pytest.approx(1.0 / rate)
    assert taus[0] == pytest.approx(largest * math.exp(-1.0 / rate))


@pytest.mark.parametrize("j", [1, 2, 7, 40])
def test_the_price_is_that_of_a_smaller_delta(j):
    price = pac_bayes.prior_grid(1.0, 10.0)[1][j - 1]
    paid = pac_bayes.kl_bound(0.1, 3.0 + price, 500, 0.05)
    assert float(paid) == pytest.approx(float(pac_bayes.kl_bound(0.1, 3.0, 500, 0.05 * 6.0 / (math.pi * j) ** 2)))


@pytest.mark.parametrize("n", [*range(1, 41), 100])
def test_maurers_moment_stays_below_twice_the_root_of_n_and_is_what_samples_give(n):
    assert pac_bayes.moment(n) <= 2.0 * math.sqrt(n)
    k = np.arange(n + 1)
    for p in (0.1, 0.5):
        mean = (stats.binom.pmf(k, n, p) * np.exp(n * pac_bayes.binary_kl(k / n, p))).sum()
        assert mean == pytest.approx(pac_bayes.moment(n), rel=1e-8)


@given(st.integers(1, 400), st.data(), st.floats(1e-4, 0.5))
def test_the_binomial_bound_leaves_delta_and_beats_chernoff_and_hoeffding(n, data, delta):
    errors = data.draw(st.integers(0, n))
    bound = pac_bayes.binomial_bound(errors, n, delta)
    chernoff = float(pac_bayes.chernoff_bound(errors / n, n, delta))
    assert bound <= chernoff + 1e-9
    assert chernoff <= float(pac_bayes.hoeffding_bound(errors / n, n, delta)) + 1e-12
    if errors < n:
        assert stats.binom.cdf(errors, n, bound) == pytest.approx(delta, rel=1e-6)
    else:
        assert bound == 1.0


WORLDS = [(1.5, 1, 2.0, 1.0), (1.5, 1, 2.0, -1.0), (1.0, 2, 2.0, 0.8), (2.0, 5, 10.0, 0.9), (1.5, 50, 30.0, 0.7),
          (0.5, 3, 0.2, -0.4), (0.0, 4, 3.0, 0.5), (3.0, 2, 1e4, 0.99)]  # fmt: skip
"""m, d, ‖w‖/s and the cosine of w and e₁."""


def unit(d, cosine):
    found = np.zeros(d)
    found[0] = cosine
    if d > 1:
        found[1] = math.sqrt(1.0 - cosine**2)
    return found


@pytest.mark.parametrize(("m", "d", "ratio", "cosine"), WORLDS)
def test_the_true_error_is_what_fresh_draws_give(m, d, ratio, cosine):
    world = GaussianClasses(m, d)
    source = np.random.default_rng(7)
    signed = world.signed(source, 100_000)
    drawn = ratio * unit(d, cosine) + source.standard_normal(signed.shape)
    exact = float(world.gibbs_error(ratio, cosine))
    for values in (
        (signed * drawn).sum(axis=1) < 0.0,
        stats.norm.cdf(-ratio * gibbs.margins(signed, unit(d, cosine))),
        stats.norm.cdf(-m * drawn[:, 0] / np.linalg.norm(drawn, axis=1)),
    ):
        assert abs(values.mean() - exact) <= 5.0 * values.std() / math.sqrt(len(values)) + 1e-12


@pytest.mark.parametrize(("m", "d", "ratio", "cosine"), WORLDS)
def test_the_true_error_is_that_of_two_noncentral_chi_squares(m, d, ratio, cosine):
    """vᵀx is ¼(‖v + x‖² − ‖v − x‖²): a Poisson mixture of Beta distributions."""
    exact = float(GaussianClasses(m, d).gibbs_error(ratio, cosine))
    if ratio > 1e3:
        assert exact == pytest.approx(float(GaussianClasses(m, d).error(cosine)), abs=1e-6)
        return
    base, twist = ratio**2 + m**2, 2.0 * ratio * m * cosine
    rates = [max(base + sign * twist, 0.0) / 4.0 for sign in (1, -1)]
    i, j = (np.arange(int(rate + 12 * math.sqrt(rate) + 40)) for rate in rates)
    share = stats.poisson.pmf(i, rates[0])[:, None] * stats.poisson.pmf(j, rates[1])
    value = (share * special.betainc(0.5 * d + i[:, None], 0.5 * d + j, 0.5)).sum()
    assert exact == pytest.approx(value, abs=1e-11)


def test_training_errors_are_what_drawn_classifiers_make():
    world = GaussianClasses(1.0, 3)
    source = np.random.default_rng(1)
    signed = world.signed(source, 40)
    direction = gibbs.direction(signed)
    exact = gibbs.training_error(gibbs.margins(signed, direction), np.array([0.0, 1.0, 4.0]))
    assert exact[0] == 0.5
    for ratio, value in zip((1.0, 4.0), exact[1:], strict=True):
        drawn = ratio * direction + source.standard_normal((50_000, 3))
        each = (drawn @ signed.T < 0.0).mean(axis=1)
        assert abs(each.mean() - value) <= 5.0 * each.std() / math.sqrt(len(each))


def many(n, d, m, delta, draws=1_000, ratios=(2.5,)):
    """Training error, true error and least KL of the Q that the inverse-kl bound likes best, on each sample."""
    world = GaussianClasses(m, d)
    signed = world.signed(np.random.default_rng([n, d]), draws * n).reshape(draws, n, d)
    mean = signed.mean(axis=1)
    direction = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    margin = np.einsum("knd,kd->kn", signed, direction) / np.linalg.norm(signed, axis=2)
    ratios = np.array(ratios)
    train = np.stack([stats.norm.cdf(-r * margin).mean(axis=1) for r in ratios], axis=1)
    best = np.argmin(pac_bayes.kl_bound(train, gibbs.least_kl(ratios, d), n, delta), axis=1)
    true = world.gibbs_error(ratios[best], direction[:, 0])
    return train[np.arange(draws), best], true, gibbs.least_kl(ratios[best], d)


CASES = [(20, 2, 0.5, (2.5,)), (20, 10, 0.3, (30.0,)), (50, 3, 1.0, (0.5, 1.0, 2.0, 4.0, 8.0, 30.0))]


@pytest.mark.parametrize("delta", [0.02, 0.2, 0.5])
@pytest.mark.parametrize(("n", "d", "m", "ratios"), CASES)
def test_bounds_hold_on_at_least_the_promised_share_of_1000_samples(n, d, m, ratios, delta):
    train, true, kl = many(n, d, m, delta, ratios=ratios)
    grid = np.geomspace(0.1, 20.0, 32)
    for bound in (
        pac_bayes.kl_bound(train, kl, n, delta), pac_bayes.pinsker_bound(train, kl, n, delta),
        pac_bayes.catoni_bound(train, kl, n, delta, 1.0), pac_bayes.catoni_grid_bound(train, kl, n, delta, grid)[0],
    ):  # fmt: skip
        assert (true <= bound).mean() >= 1.0 - delta


def test_neither_the_training_error_nor_a_bound_without_kl_holds_that_often():
    train, true, _ = many(20, 10, 0.3, 0.5, ratios=(30.0,))
    assert (true <= train).mean() < 0.1
    assert (true <= pac_bayes.chernoff_bound(train, 20, 0.5)).mean() < 0.5


@pytest.mark.parametrize(("draws", "delta"), [(50, 0.1), (90, 0.3)])
def test_the_bound_on_a_sampled_error_holds_as_often_as_it_says(draws, delta):
    k = np.arange(draws + 1)
    bound = np.array([pac_bayes.sampled_error_bound(i / draws, draws, delta) for i in k])
    for mean in (0.02, 0.4):
        assert stats.binom.pmf(k, draws, mean)[mean <= bound].sum() >= 1.0 - delta
