"""The group lasso at many λ at once: every row is certified and equals the solution at that λ alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regviz.linear.group_grid import along
from regviz.linear.group_lasso import GroupLassoSolver
from regviz.linear.group_penalties import GroupLasso
from regviz.linear.penalties import NoPenalty, kkt
from regviz.linear.problem import Problem
from tests.linear.test_group_lasso import CASE, partition


def agrees(solver, lams, coef):
    """Whether each row is optimal, and zero and non-zero in the same groups as the solution found alone."""
    for lam, w in zip(lams.tolist(), coef, strict=True):
        alone = solver.at(lam)
        penalty = GroupLasso(lam, solver.groups) if lam else NoPenalty()
        assert kkt(solver.problem, penalty, w) <= 1e-9
        assert solver.active(w) == solver.active(alone)
        if solver.problem.n > solver.problem.p:
            assert np.abs(w - alone).max() <= 1e-9 * max(np.abs(alone).max(), 1e-300)


@CASE
def test_rows_equal_the_solutions_one_by_one(case):
    problem, groups = case
    solver = GroupLassoSolver(problem, groups)
    lams = solver.lam_max * np.concatenate([[2.0, 1.0], np.geomspace(0.999, 1e-3, 25), [1e-3, 0.0]])
    agrees(solver, lams, along(GroupLassoSolver(problem, groups), lams))


@given(
    seed=st.integers(0, 10**6), n=st.integers(8, 40), p=st.integers(2, 9), size=st.integers(1, 4),
    shared=st.floats(0.0, 3.0), fall=st.floats(0.5, 4.0), count=st.integers(1, 30),
)  # fmt: skip
def test_any_design_and_any_grid(seed, n, p, size, shared, fall, count):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + shared * rng.normal(size=(n, 1))
    problem = Problem.of(X, X[:, 0] + rng.normal(size=n))
    solver = GroupLassoSolver(problem, partition(p, size))
    lams = solver.lam_max * np.geomspace(1.0, 10.0**-fall, count)
    coef = along(solver, lams)
    for lam, w in zip(lams.tolist(), coef, strict=True):
        assert kkt(problem, GroupLasso(lam, solver.groups), w) <= 1e-9


def test_a_group_that_leaves_and_comes_back_is_followed():
    """The noisy sum of two groups enters with them as a stand-in, and later with the sign of its own effect."""
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=(2, 60, 2))
    X = np.hstack([one + two + 0.4 * rng.normal(size=(60, 2)), one, two])
    solver = GroupLassoSolver(Problem.of(X, X @ np.array([-0.3, -0.3, 1.0, 1.0, 1.0, 1.0])), partition(6, 2))
    lams = solver.lam_max * np.geomspace(1.0, 1e-3, 40)
    coef = along(solver, lams)
    inside = [0 in solver.active(w) for w in coef]
    assert inside.index(True) < inside.index(False, inside.index(True)) < len(inside) - 1
    assert inside[-1]
    agrees(solver, lams, coef)


def test_a_target_that_nothing_explains_has_zero_rows():
    X = np.array([[1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0]]).T
    solver = GroupLassoSolver(Problem.of(X, np.zeros(4)), ((0,), (1,)))
    assert not along(solver, np.array([1.0, 0.1, 0.0])).any()


@pytest.mark.parametrize("copies", [(0, 0), (0, 0, 0, 1)])
def test_equal_columns_in_two_groups_are_certified(copies):
    rng = np.random.default_rng(3)
    base = rng.normal(size=(30, 2))
    X = np.column_stack([base[:, list(copies)], rng.normal(size=(30, 2))])
    problem = Problem.of(X, base[:, 0] + rng.normal(size=30))
    groups = tuple((j,) for j in range(X.shape[1] - 2)) + ((X.shape[1] - 2, X.shape[1] - 1),)
    solver = GroupLassoSolver(problem, groups)
    lams = solver.lam_max * np.geomspace(1.0, 1e-2, 40)
    for lam, w in zip(lams.tolist(), along(solver, lams), strict=True):
        assert kkt(problem, GroupLasso(lam, groups), w) <= 1e-9
