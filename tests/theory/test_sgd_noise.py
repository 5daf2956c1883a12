"""The laws of SGD's noise against SciPy, closed forms, enumeration of minibatches and plain iteration."""

import itertools

import numpy as np
import pytest
from scipy import integrate, linalg

from regviz.theory.minibatch_noise import LeastSquares
from regviz.theory.minimum_norm import Underdetermined
from regviz.theory.sgd_chain import Landscape, chain, density_after_one, gibbs, quadratic_variance, temperature

WELLS = Landscape(1.0, 0.08, ((1.0, 0.0, 0.5),))
UNEQUAL = Landscape(0.5, 0.1, ((-0.8, 0.9, 0.22), (-0.6, -0.9, 0.6)))


def made(n=12, p=2, seed=0, uneven=1.0):
    source = np.random.default_rng(seed)
    X = source.standard_normal((n, p)) * np.linspace(1.0, 0.6, p)
    return LeastSquares(X, X.sum(axis=1) + source.standard_normal(n) * (1 + uneven * X[:, 0] ** 2))


@pytest.mark.parametrize("kind", [WELLS, UNEQUAL, Landscape(2.0)])
def test_slopes_are_derivatives_and_turns_are_where_they_vanish(kind):
    x, step = np.linspace(-2, 2, 41), 1e-5
    assert kind.slope(x) == pytest.approx((kind.value(x + step) - kind.value(x - step)) / (2 * step), abs=1e-8)
    assert kind.bend(x) == pytest.approx((kind.slope(x + step) - kind.slope(x - step)) / (2 * step), abs=1e-7)
    low, high = kind.turns
    assert len(low) == len(high) + 1
    assert np.abs(kind.slope(np.concatenate([low, high]))).max() <= 1e-10
    assert (kind.bend(low) > 0).all()
    assert (kind.bend(high) < 0).all()


def test_gibbs_is_a_density():
    grid = np.linspace(-5, 5, 4_001)
    found = gibbs(WELLS, 0.15, grid)
    whole = integrate.quad(lambda x: np.exp(-float(WELLS.value(np.array(x))) / 0.15), -5, 5, points=[-0.9, 0.8])[0]
    assert found[1_200] == pytest.approx(np.exp(-float(WELLS.value(grid[1_200])) / 0.15) / whole, rel=1e-8)


@pytest.mark.parametrize("rate", [0.02, 0.3, 1.0, 1.6])
@pytest.mark.parametrize("batch", [1, 8])
def test_on_a_bowl_the_chain_has_the_variance_of_the_formula(rate, batch):
    h, sigma = 1.2, 2.0
    exact = quadratic_variance(rate, sigma, batch, h)
    lyapunov = linalg.solve_discrete_lyapunov(np.array([[1 - rate * h]]), np.array([[rate**2 * sigma**2 / batch]]))
    assert exact == pytest.approx(lyapunov[0, 0], rel=1e-12)
    assert exact == pytest.approx(temperature(rate, sigma, batch) / h * 2 / (2 - rate * h))
    found = chain(Landscape(h), rate, sigma, batch)
    assert found is not None
    mass = found.stationary * found.spacing
    assert mass @ found.grid == pytest.approx(0.0, abs=1e-8)
    assert mass @ found.grid**2 == pytest.approx(exact, rel=1e-6)


def test_beyond_two_over_h_nothing_settles():
    assert quadratic_variance(1.0, 2.0, 1, 2.0) == np.inf
    assert quadratic_variance(0.999, 2.0, 1, 2.0) < np.inf
    assert chain(Landscape(2.0), 1.0, 2.0, 1) is None
    assert chain(WELLS, 0.001, 2.0, 64) is None, "steps too short for the grid"


@pytest.mark.parametrize("kind", [WELLS, UNEQUAL])
def test_the_stationary_law_is_kept_and_is_the_eigenvector(kind):
    found = chain(kind, 0.2, 2.5, 2)
    assert np.abs(found.push(found.stationary) - found.stationary).max() <= 1e-12
    values, vectors = np.linalg.eig(found.kernel)
    top = np.real(vectors[:, np.argmax(np.real(values))])
    assert found.stationary == pytest.approx(top / (top.sum() * found.spacing), abs=1e-8)
    density = density_after_one(found, kind, 0.2, 0.2 * 2.5 / 2**0.5, 0.8)
    for _ in range(4_000):
        density = found.push(density)
    assert density == pytest.approx(found.stationary, abs=1e-6)


def test_the_gap_to_gibbs_closes_with_the_step_at_one_temperature():
    gaps = []
    for rate, batch in ((0.4, 16), (0.2, 8), (0.1, 4), (0.05, 2)):
        found = chain(WELLS, rate, 2.5, batch)
        gaps.append(np.abs(found.stationary - gibbs(WELLS, temperature(rate, 2.5, batch), found.grid)).max())
    assert (np.diff(gaps) < 0).all()
    assert gaps[-1] / gaps[-2] == pytest.approx(0.5, abs=0.15), "first order in η"


@pytest.mark.parametrize("batch", [1, 2])
def test_the_covariance_equation_is_that_of_all_minibatches(batch):
    problem = made(n=5)
    rate, H, C = 0.2, problem.hessian, problem.noise
    sigma = np.array([[0.4, 0.1], [0.1, 0.2]])
    terms = np.mean([np.outer(x, x) @ sigma @ np.outer(x, x) for x in problem.X], axis=0)
    decay = np.eye(2) - rate * H
    by_formula = decay @ sigma @ decay + rate**2 / batch * (terms - H @ sigma @ H + C)
    total = np.zeros((2, 2))
    for rows in itertools.product(range(5), repeat=batch):
        Xb, gb = problem.X[list(rows)], problem.gradients[list(rows)]
        step = np.eye(2) - rate * Xb.T @ Xb / batch
        shift = rate * gb.mean(axis=0)
        total += step @ sigma @ step.T + np.outer(shift, shift)
    total /= 5**batch
    assert by_formula == pytest.approx(problem.step(sigma, rate, batch), rel=1e-12)
    assert total == pytest.approx(by_formula, rel=1e-12), "for independent w of mean zero, over every minibatch"
    assert problem.gradients.mean(axis=0) == pytest.approx(np.zeros(2), abs=1e-12)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_stationary_covariances_solve_their_equations(p):
    problem = made(p=p)
    rate, batch = 0.05, 3
    settled = problem.stationary(rate, batch)
    assert settled == pytest.approx(problem.step(settled, rate, batch), rel=1e-10)
    again = np.zeros((p, p))
    for _ in range(6_000):
        again = problem.step(again, rate, batch)
    assert again == pytest.approx(settled, rel=1e-8)
    decay = np.eye(p) - rate * problem.hessian
    lyapunov = linalg.solve_discrete_lyapunov(decay, rate**2 / batch * problem.noise)
    assert problem.additive(rate, batch) == pytest.approx(lyapunov, rel=1e-10)
    assert np.trace(settled) > np.trace(lyapunov), "noise that grows with w spreads further"
    flow = linalg.solve_continuous_lyapunov(problem.hessian, rate / batch * problem.noise)
    assert problem.small_steps(rate, batch) == pytest.approx(flow, rel=1e-10)
    tiny = problem.stationary(1e-6, batch)
    assert tiny == pytest.approx(problem.small_steps(1e-6, batch), rel=1e-4)


@pytest.mark.parametrize("batch", [1, 4, 64])
def test_second_moments_settle_below_the_limit_alone(batch):
    problem = made()
    limit = problem.limit(batch)
    assert 0 < limit < problem.bound
    assert problem.stationary(0.999 * limit, batch) is not None
    assert problem.stationary(1.001 * limit, batch) is None
    assert problem.additive(1.001 * limit, batch) is not None, "with fixed noise the bound is 2/h₁"
    assert problem.additive(1.001 * problem.bound, batch) is None
    assert problem.limit(2 * batch) > limit
    grows = np.eye(2)
    for _ in range(4_000):
        grows = problem.step(grows, 1.02 * limit, batch)
    assert np.trace(grows) > 1e6


@pytest.mark.parametrize("seed", range(3))
def test_descent_from_zero_ends_at_the_pseudo_inverse_and_others_keep_their_null_space(seed):
    source = np.random.default_rng(seed)
    problem = Underdetermined(source.standard_normal((5, 14)), source.standard_normal(5))
    start = source.standard_normal(14)
    w = np.stack([np.zeros(14), start])
    for _ in range(4_000):
        w = problem.step(w, 0.9 * problem.bound / 2)
    assert w[0] == pytest.approx(np.linalg.lstsq(problem.X, problem.y, rcond=None)[0], abs=1e-8)
    basis = linalg.null_space(problem.X)
    assert w[1] - w[0] == pytest.approx(basis @ basis.T @ start, abs=1e-8)
    assert problem.limit(start) == pytest.approx(w[1], abs=1e-8)
    assert problem.loss(w) == pytest.approx([0, 0], abs=1e-16)
    assert np.linalg.norm(w[0]) < np.linalg.norm(w[1])
    w = w + 0.1 * source.standard_normal((2, 14))
    for _ in range(1_000):
        w = problem.step(w, 1.02 * problem.bound)
    assert (problem.loss(w) > 1e6).all()
