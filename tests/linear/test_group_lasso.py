"""Laws of the group lasso: certified at every λ, groups whole, exact knots, and equal to other solvers."""

import math

import numpy as np
import pytest
from sklearn.linear_model import lars_path

from regviz.data.steps import finished
from regviz.linear import cross_validate, fit, path
from regviz.linear.group_dual import row_space
from regviz.linear.group_lasso import GroupLassoSolver, check_groups, parse_groups
from regviz.linear.path import path_of
from regviz.linear.penalties import GroupLasso, NoPenalty, duality_gap, kkt
from regviz.linear.problem import Problem
from tests.linear.cases import bundle, sparse


def partition(p, size):
    return tuple(tuple(range(i, min(i + size, p))) for i in range(0, p, size))


def made(n, p, size, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.4 * rng.normal(size=(n, 1))
    w = np.where(np.arange(p) < max(1, p // 3), rng.normal(size=p), 0.0)
    return Problem.of(X, X @ w + rng.normal(size=n)), partition(p, size)


def shuffled():
    problem, _ = made(50, 7, 1, seed=5)
    return problem, ((4,), (0, 6, 2), (5, 1), (3,))


def twins():
    X, y = sparse(2, 30, 6)
    return X[:, [0, 1, 0, 2, 3]], y


CASES = {
    "pairs": made(60, 12, 2),
    "triples": made(60, 12, 3),
    "one group": made(40, 4, 4),
    "not in order": shuffled(),
    "as many features as rows": made(30, 30, 3),
    "more features than rows": made(20, 48, 4),
}
CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


@CASE
def test_every_point_of_the_path_is_certified_and_whole(case):
    problem, groups = case
    solver = GroupLassoSolver(problem, groups)
    lams, coef = solver.path()
    assert (np.diff(lams) < 0.0).all()
    assert lams[0] == solver.lam_max
    assert lams[-1] == 0.0
    assert len(lams) >= 100
    for lam, w in zip(lams, coef, strict=True):
        penalty = GroupLasso(lam, groups) if lam else NoPenalty()
        assert kkt(problem, penalty, w) <= 1e-9
        assert duality_gap(problem, penalty, w) <= 1e-10 * problem.y_variance
        if lam:
            assert all(np.all(w[list(g)] == 0.0) or np.all(w[list(g)] != 0.0) for g in groups)


@CASE
def test_groups_change_only_at_points_of_the_path(case):
    problem, groups = case
    solver = GroupLassoSolver(problem, groups)
    lams, coef = solver.path(40)
    active = [set(solver.active(w)) for w in coef[:-1]]
    for k in range(len(active) - 1):
        low, high = coef[k + 1], coef[k]
        middle = solver.at(0.5 * (lams[k] + lams[k + 1]), high)
        inside = set(solver.active(middle))
        assert inside >= active[k] & active[k + 1]
        assert inside <= active[k] | active[k + 1]
        # strictly between two points nothing enters or leaves, so that one λ near each end agrees with the middle
        for near in (lams[k] - 1e-6 * (lams[k] - lams[k + 1]), lams[k + 1] + 1e-6 * (lams[k] - lams[k + 1])):
            assert set(solver.active(solver.at(near, high if near > 0.5 * (lams[k] + lams[k + 1]) else low))) == inside


@CASE
def test_the_change_happens_at_the_knot_to_rounding(case):
    problem, groups = case
    solver = GroupLassoSolver(problem, groups)
    lams, coef = solver.path()
    changes = 0
    for k in range(1, len(lams) - 2):
        if lams[k] < 1e-3 * solver.lam_max:
            break
        before, after = set(solver.active(coef[k])), set(solver.active(coef[k + 1]))
        if before < after:
            changes += 1
            for g in after - before:
                members = list(groups[g])
                left = problem.X[:, members].T @ (problem.y - problem.X @ coef[k]) / problem.n
                assert np.linalg.norm(left) / math.sqrt(len(members)) == pytest.approx(lams[k], rel=1e-11)
    assert changes >= 1 or len(groups) == 1


@CASE
def test_lam_max_is_exact(case):
    problem, groups = case
    solver = GroupLassoSolver(problem, groups)
    sizes = [np.linalg.norm(problem.X[:, g].T @ problem.y) / math.sqrt(len(g)) for g in map(list, groups)]
    assert solver.lam_max == pytest.approx(max(sizes) / problem.n, rel=1e-14)
    assert (solver.at(solver.lam_max) == 0.0).all()
    assert (solver.at(math.inf) == 0.0).all()
    assert solver.at(solver.lam_max * (1.0 - 1e-9)).any()


@CASE
def test_cold_and_warm_starts_agree(case):
    problem, groups = case
    solver = GroupLassoSolver(problem, groups)
    rng = np.random.default_rng(0)
    for share in (0.9, 0.3, 0.02):
        lam = share * solver.lam_max
        cold = solver.at(lam)
        for warm in (np.zeros(problem.p), rng.normal(size=problem.p), solver.at(0.5 * lam)):
            assert solver.at(lam, warm) == pytest.approx(cold, abs=1e-9)
        assert kkt(problem, GroupLasso(lam, groups), cold) <= 1e-9


def test_groups_of_one_are_the_lasso():
    problem, groups = made(60, 8, 1)
    lams, _, coef = lars_path(problem.X, problem.y, method="lasso")
    solver = GroupLassoSolver(problem, groups)
    for lam, w in zip(lams[1:-1], coef.T[1:-1], strict=True):
        assert solver.at(lam) == pytest.approx(w, abs=1e-11)
    knots = solver.path()[0]
    for lam in lams[lams > 1e-3 * lams[0]]:
        assert np.min(np.abs(knots - lam)) <= 1e-12 * lams[0]


def test_zero_strength_is_minimum_norm_least_squares():
    for problem, groups in (made(40, 6, 2), made(10, 24, 3)):
        expected = np.linalg.pinv(problem.X) @ problem.y
        assert GroupLassoSolver(problem, groups).at(0.0) == pytest.approx(expected, abs=1e-10)


def test_orthonormal_groups_have_the_closed_form():
    rng = np.random.default_rng(1)
    q = np.linalg.qr(np.column_stack([np.ones(30), rng.normal(size=(30, 6))]))[0][:, 1:] * math.sqrt(30)
    problem = Problem.of(q, q @ [1.0, -0.5, 0.1, 0.0, 2.0, 0.3] + rng.normal(size=30))
    groups = partition(6, 3)
    w = GroupLassoSolver(problem, groups).at(0.25)
    for group in map(list, groups):
        v = problem.correlation[group]
        shrink = max(1.0 - 0.25 * math.sqrt(3.0) / np.linalg.norm(v), 0.0)
        assert w[group] == pytest.approx(shrink * v, abs=1e-12)


def test_many_more_features_than_rows():
    problem, groups = made(40, 1600, 4, seed=2)
    solver = GroupLassoSolver(problem, groups)
    assert solver.problem.p > 1500
    for share in (0.8, 0.4, 0.2):
        w = solver.at(share * solver.lam_max)
        assert kkt(problem, GroupLasso(share * solver.lam_max, groups), w) <= 1e-9
        assert w.any()


def test_a_ridge_part_is_the_same_as_extra_rows():
    problem, groups = made(40, 6, 2)
    l2, n, p = 0.3, problem.n, problem.p
    grow = math.sqrt((n + p) / n)
    rows = grow * np.vstack([problem.X, math.sqrt(n * l2) * np.eye(p)])
    longer = Problem(rows, grow * np.append(problem.y, np.zeros(p)), np.zeros(p), np.ones(p), 0.0, False, ())
    for lam in (0.5, 0.1, 0.01):
        expected = GroupLassoSolver(longer, groups).at(lam)
        assert GroupLassoSolver(problem, groups, l2).at(lam) == pytest.approx(expected, abs=1e-11)


def test_degrees_of_freedom_are_the_divergence_of_the_fit():
    problem, groups = made(40, 9, 3)
    solver = GroupLassoSolver(problem, groups)
    lam = 0.2 * solver.lam_max
    w = solver.at(lam)
    assert 0 < len(solver.active(w)) < len(groups)
    trace, h = 0.0, 1e-5
    for i in range(problem.n):
        fits = []
        for sign in (h, -h):
            y = problem.y.copy()
            y[i] += sign
            moved = Problem(problem.X, y, problem.means, problem.scales, 0.0, True, problem.names)
            fits.append(problem.X[i] @ GroupLassoSolver(moved, groups).at(lam, w))
        trace += (fits[0] - fits[1]) / (2.0 * h)
    assert solver.df(lam, w) == pytest.approx(trace, abs=1e-6)
    assert solver.df(0.0, solver.at(0.0)) == 9.0
    assert solver.df(solver.lam_max, np.zeros(9)) == 0.0


def hard_cases():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(30, 6))
    y = X @ [1.0, 2.0, 0.0, 0.0, -1.0, 0.0] + rng.normal(size=30)
    constant, loud = X.copy(), X.copy()
    constant[:, 1], constant[:, 4] = 3.0, 0.0
    loud[:, 2] = 1e8 + 1e-9 * rng.normal(size=30)
    u, _, v = np.linalg.svd(X, full_matrices=False)
    grid = np.linspace(-1.0, 1.0, 40)
    return {
        "one row": (X[:1], y[:1]), "one feature": (X[:, :1], y), "twins apart": (np.hstack([X, X]), y),
        "twins together": (X[:, [0, 0, 1, 1, 2, 3]], y), "constant": (constant, y), "loud": (loud, y),
        "all constant": (np.ones((30, 4)), y), "y zero": (X, 0.0 * y), "y constant": (X, 0.0 * y + 5.0),
        "tiny": (X * 1e-160, y), "huge": (X * 1e160, y), "small y": (X, y * 1e-150), "large y": (X, y * 1e150),
        "ill-conditioned": (u * np.logspace(0, -16, 6) @ v, y),
        "polynomial": (np.vander(grid, 25)[:, :-1], np.sin(3.0 * grid) + 0.1 * rng.normal(size=40)),
    }  # fmt: skip


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("name", hard_cases())
def test_hard_data_gives_certified_answers_or_a_typed_error(name, standardize):
    problem = Problem.of(*hard_cases()[name], standardize=standardize)
    groups = partition(problem.p, 2)
    if name in ("tiny", "huge") and not standardize:
        with pytest.raises(ArithmeticError, match="square"):
            GroupLassoSolver(problem, groups)
        return
    solver = GroupLassoSolver(problem, groups)
    for lam in (math.inf, 1e308, 0.5 * solver.lam_max, 0.05 * solver.lam_max, 1e-3 * solver.lam_max):
        w = solver.at(lam)
        assert np.isfinite(w).all()
        noise = 1e-15 * problem.p * np.abs(w).sum() * np.max(np.diag(problem.gram)) / (problem.lam_max or 1.0)
        assert kkt(problem, GroupLasso(lam, groups), w) <= 1e-9 + noise
    lams, coef = solver.path(12)
    assert np.isfinite(coef).all()
    assert (np.diff(lams) < 0.0).all()


@pytest.mark.parametrize("size", [5, 20, 100])
def test_neighbouring_wavelengths_are_certified_down_to_small_strengths(size):
    """Hundreds of nearly equal columns and 60 rows: block descent alone does not settle there."""
    problem = Problem.of(*bundle("gasoline"))
    groups = partition(problem.p, size)
    solver = GroupLassoSolver(problem, groups)
    for share in (0.3, 0.03, 3e-3, 1e-3, 1e-4):
        w = solver.at(share * solver.lam_max)
        assert kkt(problem, GroupLasso(share * solver.lam_max, groups), w) <= 1e-9
    lams, coef = solver.path()
    for lam, w in zip(lams[:-1], coef, strict=False):
        assert kkt(problem, GroupLasso(lam, groups), w) <= 1e-9
    assert lams[-2] <= 1.0001e-3 * solver.lam_max


@CASE
def test_the_way_through_the_rows_ends_at_the_same_solution(case):
    problem, groups = case
    solver = GroupLassoSolver(problem, groups)
    for share in (0.8, 0.2, 0.02):
        lam = share * solver.lam_max
        for start in (np.zeros(problem.p), np.ones(problem.p)):
            w = finished(row_space(problem, groups, lam, start))
            assert kkt(problem, GroupLasso(lam, groups), w) <= 1e-9
            assert w == pytest.approx(solver.at(lam), abs=1e-7)
            assert all(np.all(w[list(g)] == 0.0) or np.all(w[list(g)] != 0.0) for g in groups)


WIDE = sparse(3, 10, 25)


SINGLES = {"tall": sparse(0, 40, 8), "wide": WIDE, "twins": twins(), "gasoline": bundle("gasoline")}


@pytest.mark.parametrize("name", SINGLES)
def test_one_feature_in_each_group_is_handed_to_the_lasso(name):
    X, y = SINGLES[name]
    as_group, as_lasso = path(X, y, "group-lasso"), path(X, y, "lasso")
    assert as_group.penalty == "group-lasso"
    assert as_group.groups == tuple((j,) for j in range(X.shape[1]))
    assert np.array_equal(as_group.lams, as_lasso.lams)
    assert as_group.lam_max == as_lasso.lam_max
    for share in (1.0, 0.3, 0.01, 1e-3, 1e-4):
        lam = share * as_group.lam_max
        assert np.array_equal(as_group.at(lam), as_lasso.at(lam))
        assert as_group.df_at(lam) == as_lasso.df_at(lam)
        assert as_group.kkt_at(lam) <= 1e-9
        one = fit(X, y, lam, "group-lasso")
        assert one.kkt <= 1e-9
        assert one.standardized == pytest.approx(as_group.standardized_at(lam), abs=1e-9 * (1.0 + np.abs(y).max()))


@pytest.mark.parametrize("name", ["tall", "wide", "twins"])
def test_at_zero_strength_it_stays_the_minimum_norm_fit(name):
    X, y = SINGLES[name]
    problem = Problem.of(X, y)
    expected = np.linalg.pinv(problem.X) @ problem.y
    made = path(X, y, "group-lasso")
    assert made.standardized_at(0.0) == pytest.approx(expected, abs=1e-9)
    assert made.coef[-1] == pytest.approx(expected / problem.scales, abs=1e-9)
    assert fit(X, y, 0.0, "group-lasso").standardized == pytest.approx(expected, abs=1e-9)
    assert made.df_at(0.0) == np.linalg.matrix_rank(problem.X)
    assert made.kkt_at(0.0) <= 1e-9


def test_cross_validation_of_single_features_is_the_lasso_to_the_bit():
    for X, y in (sparse(0, 40, 8), WIDE):
        ours, theirs = (cross_validate(X, y, penalty, folds=5) for penalty in ("group-lasso", "lasso"))
        assert np.array_equal(ours.mean, theirs.mean)
        assert (ours.lam_min, ours.lam_1se) == (theirs.lam_min, theirs.lam_1se)
        assert ours.penalty == "group-lasso"


def test_without_the_roots_large_groups_win_unfairly():
    """Groups of 1 and 20 features and a target of pure noise: weighted, each comes in first about as often."""
    rng = np.random.default_rng(0)
    groups = ((0,), tuple(range(1, 21)))
    first = {"weighted": 0, "plain": 0}
    for _ in range(200):
        problem = Problem.of(rng.normal(size=(100, 21)), rng.normal(size=100))
        sizes = np.array([np.linalg.norm(problem.correlation[list(g)]) for g in groups])
        first["plain"] += int(np.argmax(sizes) == 1)
        solver = GroupLassoSolver(problem, groups)
        first["weighted"] += int(solver.active(solver.at(0.9999 * solver.lam_max)) == (1,))
    assert first["plain"] >= 195
    assert 100 <= first["weighted"] <= 160


def test_groups_are_read_from_text():
    names = ("age", "sex", "bmi", "bp")
    assert parse_groups("age, bmi", names) == ((0, 2), (1,), (3,))
    assert parse_groups("bp,sex;bmi", names) == ((0,), (1, 3), (2,))
    assert parse_groups("", names) == ((0,), (1,), (2,), (3,))


@pytest.mark.parametrize(
    ("text", "named"), [("age;weight", "weight"), ("age,sex;age", "age"), ("age,age", "age"), (" ;, ", ";")]
)
def test_unusable_group_text_names_the_feature(text, named):
    with pytest.raises(ValueError, match=named):
        parse_groups(text, ("age", "sex"))


@pytest.mark.parametrize(
    ("groups", "word"),
    [(((0,), ()), "empty"), (((0, 1), (1,)), "more than once"), (((0,),), "leave"), (((0, 5),), "5")],
)
def test_groups_must_be_a_partition(groups, word):
    with pytest.raises(ValueError, match=word):
        check_groups(groups, 2)


def test_many_groups_are_solved_in_steps_between_which_a_caller_may_stop():
    """600 groups, more than go into the space of the rows at once, and more active features than rows."""
    X, y = sparse(5, 24, 1200)
    problem, groups = Problem.of(X, y), partition(1200, 2)
    solver = GroupLassoSolver(problem, groups)
    lam = 1e-3 * solver.lam_max
    shares, steps = [], solver.solving(lam)
    try:
        while True:
            shares.append(next(steps))
    except StopIteration as end:
        w = end.value
    assert len(shares) > 20
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert np.count_nonzero(w) > problem.n
    assert kkt(problem, GroupLasso(lam, groups), w) <= 1e-9
    assert np.array_equal(w, solver.at(lam))


def test_a_row_of_newton_that_converged_has_no_residual_left():
    """The bound by which steps are ended holds: what is left is rounding, without a further step."""
    problem, groups = Problem.of(*sparse(1, 60, 12)), partition(12, 3)
    solver = GroupLassoSolver(problem, groups)
    lams = solver.lam_max * np.geomspace(0.2, 1e-3, 40)
    active = (0, 1, 2, 3)
    result = solver.restricted(active, lams, np.tile(solver.least_squares, (40, 1)))
    assert result.converged.any()
    for lam, w in zip(lams[result.converged], result.w[result.converged], strict=True):
        norms = np.repeat(np.linalg.norm(w.reshape(4, 3), axis=1), 3)
        left = problem.gram @ w - problem.correlation + lam * np.sqrt(3.0) * w / norms
        assert np.abs(left).max() <= 2e-14 * solver.lam_max


@pytest.mark.parametrize("seed", range(4))
def test_where_several_solutions_are_optimal_the_path_and_its_points_give_the_same(seed):
    rng = np.random.default_rng(seed)
    made = Problem.of(rng.standard_normal((2, 5)), rng.standard_normal(2))
    path = path_of(made, "group-lasso", None, ((0, 1, 2), (3, 4)))
    assert np.array_equal(path.curve.coef, [path.standardized_at(lam) for lam in path.lams])
    between = np.sqrt(path.lams[5] * path.lams[6])
    assert kkt(made, path.penalty_at(between), path.standardized_at(between)) <= 1e-9
