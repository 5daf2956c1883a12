"""Laws of proximal gradient: two halves in the right order, an objective that never rises, and its limits."""

import itertools
import math

import numpy as np
import pytest

from regviz.linear.group_lasso import GroupLassoSolver
from regviz.linear.penalties import ElasticNet, GroupLasso, Lasso, Ridge, SparseGroupLasso, objective
from regviz.linear.problem import Problem
from regviz.linear.proximal import lipschitz, proximal_gradient
from tests.linear.cases import pairs, problem, sparse

GROUPS = pairs(8)
PENALTIES = [
    Lasso(0.3), Ridge(0.5), ElasticNet(0.3, 0.4), GroupLasso(0.3, GROUPS), SparseGroupLasso(0.3, 0.5, GROUPS),
]  # fmt: skip
EVERY = pytest.mark.parametrize("penalty", PENALTIES, ids=lambda penalty: penalty.name)


def data():
    return problem(3, 40, 8)


def test_lipschitz_is_the_largest_eigenvalue():
    made = data()
    assert lipschitz(made) == pytest.approx(np.linalg.eigvalsh(made.gram)[-1], rel=1e-12)


@pytest.mark.parametrize("shape", [(40, 8), (2000, 4), (10, 40)])
def test_all_shapes_take_the_same_steps(shape):
    made = problem(3, *shape)
    assert lipschitz(made) == pytest.approx(np.linalg.norm(made.X, 2) ** 2 / made.n, rel=1e-12)
    run = proximal_gradient(made, Lasso(0.1), 0.9 / lipschitz(made), 10, np.ones(made.p))
    assert run.objective == pytest.approx([objective(made, Lasso(0.1), w) for w in run.w], rel=1e-12)
    for before, after in itertools.pairwise(run.w):
        moved = before - run.rate * made.X.T @ (made.X @ before - made.y) / made.n
        assert after == pytest.approx(Lasso(0.1).prox(moved, run.rate), abs=1e-13)


@EVERY
@pytest.mark.parametrize("length", [0.1, 0.7, 1.0, 1.9])
@pytest.mark.parametrize("start", [0.0, 3.0])
def test_the_objective_never_rises_up_to_two_over_l(penalty, length, start):
    made = data()
    run = proximal_gradient(made, penalty, length / lipschitz(made), 60, np.full(8, start))
    assert run.steps == 60
    assert not run.diverged
    assert (np.diff(run.objective) <= 1e-14 * run.objective[:-1]).all()
    assert run.objective == pytest.approx([objective(made, penalty, w) for w in run.w], rel=1e-14)


@EVERY
def test_each_step_is_a_gradient_step_and_then_the_prox(penalty):
    made = data()
    rate = 0.8 / lipschitz(made)
    run = proximal_gradient(made, penalty, rate, 5, np.ones(8))
    for k in range(5):
        w = run.w[k]
        gradient = np.array([made.X[:, j] @ (made.X @ w - made.y) / made.n for j in range(8)])
        assert run.moved[k] == pytest.approx(w - rate * gradient, abs=1e-13)
        assert run.w[k + 1] == pytest.approx(penalty.prox(run.moved[k], rate), abs=1e-15)


def test_the_block_threshold_is_the_formula():
    made = data()
    rate, lam = 1.0 / lipschitz(made), 0.3
    run = proximal_gradient(made, GroupLasso(lam, GROUPS), rate, 4, np.zeros(8))
    cut = 0
    for moved, after in zip(run.moved, run.w[1:], strict=True):
        for group in map(list, GROUPS):
            factor = max(1.0 - rate * lam * math.sqrt(len(group)) / np.linalg.norm(moved[group]), 0.0)
            cut += factor == 0.0
            assert after[group] == pytest.approx(factor * moved[group], abs=1e-14)
            assert (factor == 0.0) == bool(np.all(after[group] == 0.0))
    assert cut > 0


def test_prox_before_the_gradient_step_goes_elsewhere():
    """The order matters: the other way round the iterates do not even have zeros."""
    made = data()
    penalty, rate = GroupLasso(1.0, GROUPS), 1.0 / lipschitz(made)
    right = proximal_gradient(made, penalty, rate, 3000, np.zeros(8)).w[-1]
    wrong = np.zeros(8)
    for _ in range(3000):
        wrong = penalty.prox(wrong, rate)
        wrong = wrong - rate * (made.gram @ wrong - made.correlation)
    assert right == pytest.approx(GroupLassoSolver(made, GROUPS).at(1.0), abs=1e-10)
    assert np.count_nonzero(right == 0.0) >= 2
    assert not np.any(wrong == 0.0)


def test_without_the_root_in_the_norm_it_is_ridge():
    made = data()
    squared = np.linalg.solve(made.gram + 2.0 * 0.3 * np.eye(8), made.correlation)
    assert np.all(squared != 0.0)
    run = proximal_gradient(made, Ridge(0.6), 1.0 / lipschitz(made), 3000, np.zeros(8))
    assert run.w[-1] == pytest.approx(squared, abs=1e-10)


def test_steps_that_are_too_long_diverge_and_say_so():
    made = data()
    run = proximal_gradient(made, Lasso(0.3), 2.6 / lipschitz(made), 2000, np.zeros(8))
    assert run.diverged
    assert run.steps < 2000
    assert np.isfinite(run.objective).all()
    assert run.objective[-1] > 1e10 * run.objective[0]


def test_a_constant_target_stays_at_zero():
    X, _ = sparse(1, 20, 8)
    run = proximal_gradient(Problem.of(X, np.ones(20)), Lasso(0.1), 0.5, 10, np.zeros(8))
    assert not run.w.any()
    assert not run.diverged


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan")])
def test_a_step_length_must_be_above_zero(rate):
    with pytest.raises(ValueError, match="above 0"):
        proximal_gradient(data(), Lasso(0.1), rate, 3, np.zeros(8))
