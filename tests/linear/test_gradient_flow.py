"""Descent, flow and ridge by singular direction against plain iterations, an ODE solver and direct solves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar

from regviz.data import synthetic
from regviz.linear.gradient_flow import (
    FLOW_BOUND,
    Directions,
    descent_filter,
    equivalent_lam,
    flow_filter,
    ridge_filter,
)
from regviz.linear.problem import Problem


def made(n=40, p=7, seed=0, rho=0.7):
    data = synthetic(n=n, p=p, informative=p, noise=1.0, rho=rho, seed=seed)
    problem = Problem.of(data.X, data.y)
    return problem, Directions.of(problem), data.w * problem.scales


def iterates(problem, rate, steps):
    w = np.zeros(problem.p)
    for _ in range(steps):
        w = w - rate * problem.X.T @ (problem.X @ w - problem.y) / problem.n
    return w


@pytest.mark.parametrize("shape", [(40, 7), (12, 20)])
@pytest.mark.parametrize("share", [0.01, 0.6, 1.0, 1.9])
@pytest.mark.parametrize("steps", [0, 1, 2, 7, 300])
def test_the_closed_form_is_the_iterate(shape, share, steps):
    problem, directions, _ = made(*shape)
    rate = share / directions.curvature[0]
    kept = descent_filter(directions.curvature, rate, steps)
    walked = iterates(problem, rate, steps)
    assert np.abs(directions.coef(kept) - walked).max() <= 1e-10 * max(1.0, np.abs(walked).max())


def test_flow_solves_its_differential_equation():
    problem, directions, _ = made()
    slope = lambda _, w: -problem.X.T @ (problem.X @ w - problem.y) / problem.n  # noqa: E731
    solved = solve_ivp(slope, (0.0, 3.0), np.zeros(problem.p), rtol=1e-11, atol=1e-12).y[:, -1]
    assert directions.coef(flow_filter(directions.curvature, 3.0)) == pytest.approx(solved, abs=1e-8)


def test_ridge_solves_its_normal_equations():
    problem, directions, _ = made(12, 20)
    for lam in (1e-3, 0.3, 10.0):
        solved = np.linalg.solve(problem.gram + lam * np.eye(problem.p), problem.correlation)
        assert directions.coef(ridge_filter(directions.curvature, lam)) == pytest.approx(solved, abs=1e-10)


def test_small_steps_become_the_flow():
    h = np.geomspace(1e-3, 10.0, 9)
    gaps = [np.abs(descent_filter(h, 2.0 / steps, steps) - flow_filter(h, 2.0)).max() for steps in (100, 1000, 10_000)]
    assert gaps[2] < 1e-3
    assert gaps[0] > 9.0 * gaps[1] > 80.0 * gaps[2]


@given(h=st.floats(1e-6, 100.0), share=st.floats(1e-6, 0.999), steps=st.integers(1, 60))
def test_the_equivalent_penalty_gives_the_same_filter(h, share, steps):
    lam = equivalent_lam(np.array([h]), share / h, steps)
    assert ridge_filter(np.array([h]), lam[0]) == pytest.approx(descent_filter(np.array([h]), share / h, steps))


def test_no_single_penalty_does_for_two_directions():
    a, b = equivalent_lam(np.array([1.0, 0.01]), 0.5, 5)
    assert b / a > 4.0
    assert equivalent_lam(np.array([1.0]), 1.5, 1)[0] < 0.0, "past ηh = 1 an odd step overshoots least squares"
    assert equivalent_lam(np.array([1e-9]), 0.5, 5)[0] == pytest.approx(1 / 2.5), "flat directions: 1/(ηt)"


def test_the_constant_is_the_maximum_of_its_function():
    found = minimize_scalar(
        lambda x: -(((1 - np.exp(-x)) * (1 + x) / x) ** 2), bounds=(0.1, 10.0), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    assert pytest.approx(-found.fun, abs=1e-7) == FLOW_BOUND
    assert round(FLOW_BOUND, 5) == 1.68591


@given(seed=st.integers(0, 40), rho=st.floats(0.0, 0.99), noise=st.floats(0.01, 30.0))
def test_risk_of_flow_stays_below_the_bound(seed, rho, noise):
    _, directions, truth = made(30, 6, seed, rho)
    for time in np.geomspace(1e-3, 1e3, 60):
        flow = directions.risk(flow_filter(directions.curvature, time), truth, noise)
        ridge = directions.risk(ridge_filter(directions.curvature, 1.0 / time), truth, noise)
        assert flow <= FLOW_BOUND * ridge


def test_the_bound_is_nearly_reached_by_noise_alone():
    h = np.array([1.0])
    only = Directions(h, np.eye(1), np.zeros(1), 10)
    time = 1.79
    ratio = only.risk(flow_filter(h, time), np.zeros(1), 1.0) / only.risk(ridge_filter(h, 1 / time), np.zeros(1), 1.0)
    assert FLOW_BOUND - 1e-4 < ratio <= FLOW_BOUND


def test_large_steps_break_the_bound_fourfold():
    h = np.array([2.5])
    only = Directions(h, np.eye(1), np.zeros(1), 10)
    rate = 1.0 / h[0]
    descent = only.risk(descent_filter(h, rate, 1), np.zeros(1), 1.0)
    assert descent / only.risk(ridge_filter(h, 1.0 / rate), np.zeros(1), 1.0) == pytest.approx(4.0)


def test_risk_is_the_mean_over_redrawn_noise():
    problem, directions, truth = made(25, 4)
    kept = descent_filter(directions.curvature, 0.3, 6)
    smooth = problem.X @ directions.axes.T @ np.diag(kept) @ np.linalg.pinv(problem.X @ directions.axes.T)
    noise = np.random.default_rng(0).standard_normal((40_000, problem.n)) * 1.3
    fits = (problem.X @ truth + noise) @ smooth.T
    errors = np.mean((fits - problem.X @ truth) ** 2, axis=1)
    spread = errors.std() / np.sqrt(len(errors))
    assert abs(errors.mean() - directions.risk(kept, truth, 1.3)) <= 5.0 * spread


def test_constant_features_are_refused():
    with pytest.raises(ValueError, match="constant"):
        Directions.of(Problem.of(np.ones((5, 2)), np.arange(5.0)))
