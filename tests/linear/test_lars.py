"""The walk knot by knot: against scikit-learn, the exact lasso path, non-negative least squares and tiny steps."""

import itertools

import numpy as np
import pytest
from scipy.optimize import nnls
from sklearn.linear_model import lars_path

from regviz.linear import lars, ties
from regviz.linear import problem as problems
from regviz.linear.crossings import zero_crossings
from regviz.linear.lars import METHODS, lars_walk
from regviz.linear.lasso import lasso_path
from regviz.linear.path import path_of
from regviz.linear.problem import Problem
from regviz.linear.ridge import RidgeSystem
from regviz.linear.ties import solve, tie_keeping
from tests.linear.cases import DEGENERATE, SHAPES, bundle, problem

TABLES = ("diabetes", "prostate", "hitters", "concrete", "longley", "cement")
WELL = ("diabetes", "prostate", "cement")


def table(name):
    return Problem.of(*bundle(name))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", [*TABLES, "birthwt", "gasoline"])
def test_ties_hold_at_every_knot_of_every_method(name, method):
    walk = lars_walk(table(name), method, 120)
    assert walk.residual <= 1e-12
    assert all(a > b for a, b in itertools.pairwise(walk.lams))
    left = walk.problem.y[:, None] - walk.problem.X @ walk.coef.T
    assert np.allclose(walk.corr.T, walk.problem.X.T @ left / walk.problem.n, atol=1e-12 * walk.problem.lam_max)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", TABLES)
def test_every_method_ends_at_least_squares(name, method):
    found = table(name)
    walk = lars_walk(found, method)
    assert walk.complete
    fitted = found.X @ np.linalg.lstsq(found.X, found.y, rcond=None)[0]
    assert np.allclose(found.X @ walk.coef[-1], fitted, atol=1e-7 * np.abs(fitted).max())


@pytest.mark.parametrize("name", WELL)
@pytest.mark.parametrize(("ours", "theirs"), [("lars", "lar"), ("lasso", "lasso")])
def test_agrees_with_scikit_learn(name, ours, theirs):
    found = table(name)
    lams, _, coef = lars_path(found.X, found.y, method=theirs)
    walk = lars_walk(found, ours)
    assert np.allclose(walk.lams, lams, atol=1e-9 * lams[0])
    assert np.allclose(walk.coef, coef.T, atol=1e-8 * np.abs(coef).max())


@pytest.mark.parametrize("shape", SHAPES)
def test_the_lasso_walk_is_the_exact_lasso_path(shape):
    found = problem(71, *shape)
    walk, exact = lars_walk(found, "lasso"), path_of(found)
    for lam, w in zip(walk.lams, walk.coef, strict=True):
        if lam > 1e-6 * found.lam_max:
            assert np.allclose(w, exact.standardized_at(float(lam)), atol=1e-8 * np.abs(walk.coef).max())
    knots = lasso_path(found)
    count = min(len(walk.entries), int(np.count_nonzero(knots.lams > 1e-4 * found.lam_max)) - 1)
    assert walk.entries[:count] == knots.entries[:count]


@pytest.mark.parametrize("seed", range(5))
def test_methods_are_one_path_down_to_the_first_drop(seed):
    found = problem(80 + seed, 60, 12, 0.7)
    lars, lasso = (lars_walk(found, method) for method in ("lars", "lasso"))
    assert lars.steps == found.p
    drop = lasso.first_drop
    until = lasso.lams if drop is None else lasso.lams[: drop + 1]
    for lam in np.concatenate([until, np.linspace(until[0], until[-1], 30)]).tolist():
        assert np.allclose(lars.coef_at(lars.place_of(lam)), lasso.coef_at(lasso.place_of(lam)), atol=1e-11)
    if drop is not None:
        lam = 0.5 * float(lasso.lams[drop] + lasso.lams[drop + 1])
        assert np.abs(lars.coef_at(lars.place_of(lam)) - lasso.coef_at(lasso.place_of(lam))).max() > 1e-6


def test_lasso_and_lars_part_on_diabetes_at_the_drop():
    """Below λ_½ = 2.1823 on columns of unit length, and nowhere above."""
    found = table("diabetes")
    root = np.sqrt(found.n)
    lars, lasso = (lars_walk(found, method) for method in ("lars", "lasso"))
    assert lasso.lams[lasso.first_drop] * root == pytest.approx(2.1823, abs=6e-5)
    assert (lars.steps, lasso.steps) == (10, 12)

    def distance(half):
        return np.abs(lars.coef_at(lars.place_of(half / root)) - lasso.coef_at(lasso.place_of(half / root))).max()

    assert all(distance(half) < 1e-12 for half in np.linspace(2.1824, 949.0, 200))
    assert all(distance(half) > 1e-6 for half in np.linspace(1e-3, 2.18, 200))


@pytest.mark.parametrize("name", WELL)
def test_moving_features_make_equal_angles_with_the_direction(name):
    for method in METHODS:
        walk = lars_walk(table(name), method)
        for step in range(walk.steps):
            turned = walk.angles(step) * np.sign(walk.corr[step])
            moving = walk.moving(step)
            assert np.ptp(turned[moving]) <= 1e-12
            assert np.linalg.norm(walk.direction(step)) == pytest.approx(1.0)
            fit = walk.problem.X @ (walk.coef[step + 1] - walk.coef[step])
            assert fit @ walk.direction(step) == pytest.approx(np.linalg.norm(fit), rel=1e-9)


@pytest.mark.parametrize("name", ["diabetes", "hitters", "longley"])
def test_stagewise_never_moves_against_a_correlation_and_the_lasso_never_has_a_wrong_sign(name):
    stagewise, lasso, lars = (lars_walk(table(name), method) for method in ("stagewise", "lasso", "lars"))
    assert (stagewise.moves * np.sign(stagewise.corr[:-1]) >= 0.0).all()
    ahead = lasso.coef[1:] * np.sign(lasso.corr[:-1]) * (lasso.moves != 0.0)
    assert (ahead >= 0.0).all()
    if name != "longley":
        assert (lars.coef[1:] * lars.corr[:-1] < -1e-9).any()


@pytest.mark.parametrize("name", ["diabetes", "hitters"])
def test_stagewise_directions_are_non_negative_least_squares(name):
    walk = lars_walk(table(name), "stagewise")
    X, n = walk.problem.X, walk.problem.n
    for step in range(walk.steps):
        tied = np.flatnonzero(np.abs(walk.corr[step]) >= walk.lams[step] - 1e-10 * walk.problem.lam_max)
        signs = np.sign(walk.corr[step, tied])
        block = X[:, tied] * signs
        factor = np.linalg.cholesky(block.T @ block / n).T
        wanted, _ = nnls(factor, np.linalg.solve(factor.T, np.ones(tied.size)))
        assert np.allclose(signs * walk.moves[step, tied], wanted, atol=1e-8 * wanted.max())


def test_stagewise_is_the_limit_of_tiny_steps():
    found = table("prostate")
    walk = lars_walk(found, "stagewise")
    errors = []
    for size in (4e-3, 1e-3):
        w, left = np.zeros(found.p), found.y.copy()
        while True:
            corr = found.X.T @ left / found.n
            j = int(np.abs(corr).argmax())
            if abs(corr[j]) <= 0.05:
                break
            w[j] += size * np.sign(corr[j])
            left = left - size * np.sign(corr[j]) * found.X[:, j]
        errors.append(np.abs(w - walk.coef_at(walk.place_of(0.05))).max())
    assert errors[1] < 3e-3
    assert errors[1] < 0.6 * errors[0]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", sorted(set(DEGENERATE) - {"X huge", "X tiny"}))
def test_degenerate_problems_give_finite_walks(name, method):
    found = Problem.of(*DEGENERATE[name])
    walk = lars_walk(found, method, 60)
    assert np.isfinite(walk.coef).all() and np.isfinite(walk.lams).all()
    assert len(walk.events) == len(walk.lams) == walk.steps + 1
    loose = {"condition number 1e16": 1e-4, "nearly equal columns": 1e-8, "polynomial of degree 24": 1e-7}
    assert walk.residual <= loose.get(name, 1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_a_walk_ends_where_rounding_leaves_nothing_tied(method, monkeypatch):
    found = Problem.of(*DEGENERATE["condition number 1e16"])
    whole = lars_walk(found, method, 3)
    monkeypatch.setattr(lars, "_TIE", -1.0)  # no correlation is twice the largest
    assert lars_walk(found, method, 3).steps == 0 < whole.steps
    assert tie_keeping(np.empty((0, 0)), np.empty(0, bool), np.empty(0)).size == 0


def test_twins_share_under_lars_and_enter_together():
    X, y = DEGENERATE["duplicated column"]
    walk = lars_walk(Problem.of(X, y), "lars")
    assert np.allclose(walk.coef[:, 0], walk.coef[:, 2], atol=1e-10)
    assert np.abs(walk.coef[:, 0]).max() > 0.1


def test_ties_of_orthogonal_features_enter_at_one_knot():
    walk = lars_walk(Problem.of(*DEGENERATE["orthogonal with ties"]), "lasso")
    assert walk.steps == 1
    assert walk.events[0] == tuple((j, 1) for j in range(8))


def test_a_short_walk_is_the_beginning_of_the_long_one():
    found = table("diabetes")
    short, whole = lars_walk(found, "lasso", 4), lars_walk(found, "lasso")
    assert not short.complete and whole.complete
    assert np.array_equal(short.coef, whole.coef[:5])
    assert np.array_equal(short.lams, whole.lams[:5])


def test_place_and_lam_are_inverse():
    walk = lars_walk(table("diabetes"), "lasso")
    for place in (0.0, 0.25, 3.0, 7.9, 12.0):
        assert walk.place_of(walk.lam_at(place)) == pytest.approx(place, abs=1e-9)
    assert np.array_equal(walk.coef_at(5.0), walk.coef[5])
    assert np.array_equal(walk.coef_at(99.0), walk.coef[-1])
    middle = walk.coef_at(walk.place_of(20.0))
    assert np.allclose(middle, path_of(walk.problem).standardized_at(20.0), atol=1e-11)


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match="lars, lasso, stagewise"):
        lars_walk(table("cement"), "forward")


def test_tie_keeping_meets_its_optimality_conditions():
    rng = np.random.default_rng(3)
    for size in range(1, 9):
        root = rng.standard_normal((20, size))
        gram, held = root.T @ root / 20, rng.random(size) < 0.6
        phi = tie_keeping(gram, held, np.zeros(size))
        gradient = gram @ phi - 1.0
        assert np.abs(gradient[phi != 0.0]).max(initial=0.0) <= 1e-10
        assert (phi[held] >= 0.0).all()
        assert (gradient[held] >= -1e-8).all()


def test_ridge_crossings_are_zeros_with_a_change_of_sign():
    found = table("diabetes")
    system = RidgeSystem(found)
    crossings = zero_crossings(system, 1e-3, 1e3)
    assert crossings
    for lam, j in crossings:
        low, here, high = system.at(np.array([lam * (1 - 1e-6), lam, lam * (1 + 1e-6)]))[:, j]
        assert abs(here) <= 1e-12 * np.abs(system.at([0.0])).max()
        assert low * high < 0.0
    dense = system.at(np.geomspace(1e-3, 1e3, 20000))
    assert len(crossings) == np.count_nonzero(dense[1:] * dense[:-1] < 0.0)


@pytest.mark.parametrize("method", METHODS)
def test_a_long_table_is_walked_by_its_moments(method, monkeypatch):
    made = problem(4, 90, 6)
    expected = lars_walk(made, method)
    angles = [expected.angles(k) for k in range(expected.steps)]
    monkeypatch.setattr(problems, "_LARGE", 0)
    found = lars_walk(made, method)
    assert np.allclose(found.lams, expected.lams, rtol=0.0, atol=1e-10 * found.lams[0])
    assert np.allclose(found.coef, expected.coef, atol=1e-9) and found.events == expected.events
    assert np.allclose([found.angles(k) for k in range(found.steps)], angles, atol=1e-9)


@pytest.mark.parametrize("count", range(1, 8))
def test_a_start_at_the_answer_is_the_answer_after_one_solve(count, monkeypatch):
    """Held features that move stay in, so that a walk of hundreds of them does not begin anew at every knot."""
    rng, calls = np.random.default_rng(count), []
    root = rng.standard_normal((30, 8)) + rng.standard_normal((30, 1))
    gram, held = root.T @ root / 30, np.arange(8) < count
    cold = tie_keeping(gram, held, np.zeros(8))
    assert (cold[held] > 0.0).any()
    monkeypatch.setattr(ties, "solve", lambda *parts: calls.append(1) or solve(*parts))
    assert np.allclose(tie_keeping(gram, held, np.maximum(cold, 0.0)), cold, rtol=0.0, atol=1e-12)
    assert len(calls) == 1


def test_features_that_tie_but_for_rounding_enter_by_number():
    X, y = problem(5, 40, 1).X, problem(5, 40, 1).y
    for seed in range(20):
        units = np.random.default_rng(seed).normal(size=6)
        walk = lars_walk(Problem.of(X * units, y), "lars")
        assert walk.events[0] == tuple((j, 1) for j in range(6))
