"""Laws of the sparse group lasso: certified at every λ, its two extremes, independent solvers, exact entries."""

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import minimize

from regviz.linear import sparse_group_lasso
from regviz.linear.group_block import block_minimiser
from regviz.linear.group_lasso import GroupLassoSolver
from regviz.linear.lasso import lasso_path
from regviz.linear.penalties import Lasso, SparseGroupLasso, duality_gap, kkt, objective
from regviz.linear.problem import Problem
from regviz.linear.proximal import lipschitz, proximal_gradient
from regviz.linear.sparse_group_lasso import SparseGroupLassoSolver
from tests.linear.cases import bundle, sparse


def blocks(p, size):
    return tuple(tuple(range(start, min(start + size, p))) for start in range(0, p, size))


def made(seed, n, p, size, rho=0.5):
    return Problem.of(*sparse(seed, n, p, rho)), blocks(p, size)


def twins():
    X, y = sparse(3, 40, 9)
    X[:, 1], X[:, 7] = X[:, 0], X[:, 0]
    return Problem.of(X, y), blocks(9, 3)


def mixed_up():
    return Problem.of(*sparse(5, 50, 7)), ((4,), (0, 6, 2), (5, 1), (3,))


CASES = {
    "triples": made(0, 60, 12, 3), "one block": made(1, 40, 5, 5), "not in order": mixed_up(), "twins": twins(),
    "more features than rows": made(2, 20, 48, 4), "alike": made(4, 80, 20, 5, 0.95),
    "hitters": (Problem.of(*bundle("hitters")), blocks(19, 4)),
    "wavelengths": (Problem.of(bundle("gasoline")[0][:, ::4], bundle("gasoline")[1]), blocks(101, 5)),
}  # fmt: skip
CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
ALPHAS = (0.05, 0.5, 0.95)


@CASE
@pytest.mark.parametrize("alpha", ALPHAS)
def test_every_point_of_the_path_is_certified(case, alpha):
    problem, groups = case
    solver = SparseGroupLassoSolver(problem, groups, alpha)
    lams, coef = solver.path(1e-3 * solver.lam_max, 25)
    assert not coef[0].any()
    assert coef[1].any()
    for lam, w in zip(lams, coef, strict=True):
        penalty = SparseGroupLasso(lam, alpha, groups)
        assert kkt(problem, penalty, w) <= 1e-9
        assert duality_gap(problem, penalty, w) <= 1e-9 * problem.y_variance


@CASE
def test_zeros_lie_inside_blocks_and_make_whole_blocks(case):
    problem, groups = case
    solver = SparseGroupLassoSolver(problem, groups, 0.6)
    _, coef = solver.path(0.01 * solver.lam_max, 20)
    whole = [np.count_nonzero(w[list(g)]) for w in coef for g in groups if len(g) > 1]
    size = max(map(len, groups))
    assert 0 in whole
    assert any(0 < count < size for count in whole)


@CASE
def test_the_extremes_are_the_group_lasso_and_the_lasso(case):
    problem, groups = case
    for share in (0.5, 0.05):
        as_group = SparseGroupLassoSolver(problem, groups, 0.0)
        lam = share * as_group.lam_max
        assert as_group.at(lam) == pytest.approx(GroupLassoSolver(problem, groups).at(lam), abs=1e-9 * scale(problem))
        as_lasso = SparseGroupLassoSolver(problem, groups, 1.0)
        assert kkt(problem, Lasso(share * problem.lam_max), as_lasso.at(share * problem.lam_max)) <= 1e-9


def scale(problem):
    return max(1.0, problem.lam_max)


def test_near_the_extremes_solutions_tend_to_them():
    problem, groups = CASES["triples"]
    lam = 0.2 * problem.lam_max
    gaps = []
    for small in (1e-2, 1e-4, 1e-6):
        near = SparseGroupLassoSolver(problem, groups, small).at(lam)
        far = SparseGroupLassoSolver(problem, groups, 1.0 - small).at(lam)
        lasso = lasso_path(problem, stop=lam).coef[-1]
        gaps.append((np.abs(near - GroupLassoSolver(problem, groups).at(lam)).max(), np.abs(far - lasso).max()))
    assert all(a > 10.0 * b for first, second in itertools.pairwise(gaps) for a, b in zip(first, second, strict=True))


def test_blocks_of_one_are_the_lasso_whatever_the_mixing():
    problem = Problem.of(*sparse(1, 50, 8))
    for alpha in (0.0, 0.3, 1.0):
        solver = SparseGroupLassoSolver(problem, blocks(8, 1), alpha)
        assert solver.lam_max == pytest.approx(problem.lam_max, rel=1e-14)
        for share in (0.7, 0.1, 0.01):
            lam = share * problem.lam_max
            assert solver.at(lam) == pytest.approx(lasso_path(problem, stop=lam).coef[-1], abs=1e-12)


def test_many_features_are_solved_with_few_blocks_and_can_be_stopped(monkeypatch):
    problem, groups = made(7, 30, 160, 4)
    whole = SparseGroupLassoSolver(problem, groups, 0.5)
    shares = (0.6, 0.2, 0.05)
    expected = [whole.at(share * whole.lam_max) for share in shares]
    monkeypatch.setattr(sparse_group_lasso, "_DENSE", 60)
    few = SparseGroupLassoSolver(Problem.of(*sparse(7, 30, 160)), groups, 0.5)
    for share, w in zip(shares, expected, strict=True):
        lam = share * few.lam_max
        assert few.at(lam) == pytest.approx(w, abs=1e-9)
        assert few.at(lam, np.ones(160)) == pytest.approx(w, abs=1e-9)
        assert few.df(lam, w) == pytest.approx(whole.df(lam, w), abs=1e-9)
        done = list(few.solving(lam))
        assert len(done) >= 4
        assert done == sorted(done)
        assert done[0] >= 0.0
        assert done[-1] <= 1.0
    assert "gram" not in vars(few.problem)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_a_general_minimiser_finds_nothing_lower(alpha):
    problem, groups = CASES["not in order"]
    solver = SparseGroupLassoSolver(problem, groups, alpha)
    for share in (0.6, 0.2, 0.02):
        penalty = solver.penalty(share * solver.lam_max)
        w = solver.at(penalty.lam)
        found = minimize(
            lambda v, penalty=penalty: objective(problem, penalty, v), w + 0.05, method="Powell",
            options={"xtol": 1e-9, "ftol": 1e-14, "maxiter": 20_000},
        )  # fmt: skip
        best = objective(problem, penalty, w)
        assert best <= found.fun + 1e-12
        assert found.fun == pytest.approx(best, rel=1e-6)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_proximal_gradient_ends_at_the_same_point(alpha):
    problem, groups = CASES["triples"]
    solver = SparseGroupLassoSolver(problem, groups, alpha)
    penalty = solver.penalty(0.1 * solver.lam_max)
    run = proximal_gradient(problem, penalty, 1.0 / lipschitz(problem), 2000, np.zeros(12))
    assert solver.at(penalty.lam) == pytest.approx(run.w[-1], abs=1e-12)


@CASE
def test_lam_max_is_where_the_zero_vector_ends(case):
    problem, groups = case
    for alpha in (0.0, *ALPHAS, 1.0):
        solver = SparseGroupLassoSolver(problem, groups, alpha)
        for lam in (solver.lam_max, 2.0 * solver.lam_max, math.inf):
            assert not solver.at(lam).any()
        assert solver.at(solver.lam_max * (1.0 - 1e-6)).any()


@pytest.mark.parametrize("name", ["triples", "not in order", "hitters"])
def test_blocks_change_exactly_where_said(name):
    problem, groups = CASES[name]
    solver = SparseGroupLassoSolver(problem, groups, 0.5)
    lams, coef = solver.path(1e-2 * solver.lam_max, 30)
    changes = solver.changes(lams, coef)
    assert len([g for _, g, comes in changes if comes]) >= 3
    for lam, g, comes in changes:
        members = list(groups[g])
        above, below = solver.at(lam * (1.0 + 1e-7)), solver.at(lam * (1.0 - 1e-7))
        assert bool(above[members].any()) != comes
        assert bool(below[members].any()) == comes


def test_a_warm_start_does_not_matter():
    problem, groups = CASES["alike"]
    solver = SparseGroupLassoSolver(problem, groups, 0.4)
    lam = 0.05 * solver.lam_max
    cold = solver.at(lam)
    rng = np.random.default_rng(0)
    for warm in (np.zeros(20), rng.normal(size=20), 100.0 * cold, np.full(20, np.nan)):
        assert solver.at(lam, warm) == pytest.approx(cold, abs=1e-9)


def test_degrees_of_freedom_are_the_divergence_of_the_fit():
    problem, groups = made(6, 40, 9, 3)
    solver = SparseGroupLassoSolver(problem, groups, 0.4)
    lam = 0.15 * solver.lam_max
    w = solver.at(lam)
    assert 0 < np.count_nonzero(w) < 9
    total, h = 0.0, 1e-5
    for i in range(problem.n):
        fits = []
        for sign in (h, -h):
            y = problem.y.copy()
            y[i] += sign
            moved = Problem(problem.X, y, problem.means, problem.scales, 0.0, True, problem.names)
            fits.append(problem.X[i] @ SparseGroupLassoSolver(moved, groups, 0.4).at(lam, w))
        total += (fits[0] - fits[1]) / (2.0 * h)
    assert solver.df(lam, w) == pytest.approx(total, abs=1e-5)
    assert solver.df(lam, np.zeros(9)) == 0.0


@pytest.mark.parametrize("seed", range(20))
def test_one_block_is_minimised_exactly(seed):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(1, 7))
    root = rng.normal(size=(m + 1, m))
    gram, target = root.T @ root / (m + 1), rng.normal(size=m)
    a, limit = 0.3 * rng.random(), 0.5 * rng.random()
    z = block_minimiser(gram, target, a, limit, rng.normal(size=m) * (seed % 2))
    slope = gram @ z - target
    thin = np.sign(slope) * np.maximum(np.abs(slope) - a, 0.0)
    if not z.any():
        assert np.linalg.norm(thin) <= limit + 1e-12
        return
    pull = slope + limit * z / np.linalg.norm(z) + a * np.sign(z)
    assert np.abs(pull[z != 0.0]).max() <= 1e-10
    assert (np.abs(slope[z == 0.0]) <= a + 1e-10).all()


def test_what_cannot_be_solved_is_said_in_words():
    problem, groups = CASES["triples"]
    with pytest.raises(ValueError, match="λ above 0"):
        SparseGroupLassoSolver(problem, groups, 0.5).at(0.0)
    with pytest.raises(ValueError, match="leave out"):
        SparseGroupLassoSolver(problem, groups[1:], 0.5)
    with pytest.raises(ValueError, match="1\\.5"):
        SparseGroupLassoSolver(problem, groups, 1.5)
    tiny = Problem.of(np.random.default_rng(0).normal(size=(30, 6)) * 1e-160, np.arange(30.0), standardize=False)
    with pytest.raises(ArithmeticError, match="square"):
        SparseGroupLassoSolver(tiny, blocks(6, 2), 0.5)
