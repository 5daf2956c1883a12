"""What results tell beside their coefficients: counts, ranks, ties, slices, errors between grid points, tables."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regviz.linear import cross_validate, fit, path
from regviz.linear.advise import advise
from regviz.linear.bodies import faces, rim_seen, surface
from regviz.linear.conventions import CONVENTIONS
from regviz.linear.crossings import zero_crossings
from regviz.linear.elastic_net import elastic_net_at
from regviz.linear.grouping import distances, grouping_bound
from regviz.linear.groups import check_groups
from regviz.linear.least_squares import least_squares
from regviz.linear.logistic_newton import descent_to
from regviz.linear.logistic_problem import LogisticProblem, Point, logistic_kkt
from regviz.linear.logistic_slice import logistic_slice
from regviz.linear.notes import tie_note
from regviz.linear.penalties import make_penalty
from regviz.linear.plane import Shape
from regviz.linear.problem import Problem
from regviz.linear.ridge import RidgeSystem
from regviz.linear.smoothers import simulated_parts
from regviz.linear.snippets import Recipe, snippet
from tests.linear.cases import bundle, sparse

GROUPS = {"group-lasso": {"groups": ((0, 2), (1, 3, 4))}, "elastic-net": {"alpha": 0.4}}


def dependent(n=30):
    """Five features of rank 4."""
    X, y = sparse(1, n, 4)
    return np.column_stack([X, X[:, 0] - 2.0 * X[:, 2]]), y


@pytest.mark.parametrize("penalty", ["none", "ridge", "group-lasso"])
def test_without_strength_the_degrees_of_freedom_are_the_rank(penalty):
    X, y = dependent()
    assert path(X, y, penalty, **GROUPS.get(penalty, {})).df_at(0.0) == pytest.approx(4.0)
    single = {"groups": tuple((j,) for j in range(5))} if penalty == "group-lasso" else {}
    assert path(X, y, penalty, **single).df_at(0.0) == pytest.approx(4.0)


@pytest.mark.parametrize("n", [40, 400, 4000])
@pytest.mark.parametrize("p", [5, 30])
def test_the_rank_is_that_of_numpy(n, p):
    X, y = sparse(n + p, n, p)
    for columns in (X, np.column_stack([X, X.sum(axis=1)]), np.column_stack([X, X[:, :3] @ [0.1, 0.7, -0.3], X[:, 0]])):
        problem = Problem.of(columns, y)
        assert least_squares(problem).rank == np.linalg.matrix_rank(problem.X)


def test_only_exact_zeros_are_counted():
    X, y = sparse(0, 40, 6)
    assert fit(X, 1e-9 * y, 0.1, "ridge").zeros == 0
    lasso = fit(X, 1e-9 * y, 1e-10, "lasso")
    assert lasso.zeros == sum(w == 0.0 for w in lasso.coef)


@pytest.mark.parametrize("p", [8, 9, 10, 12])
def test_notes_say_where_least_squares_is_not_unique(p):
    """n centred rows have rank n − 1 at most."""
    X, y = sparse(p, 10, p)
    told = any("many solutions fit equally" in note for note in path(X, y).notes)
    assert told == (np.linalg.matrix_rank(X - X.mean(axis=0)) < p)


@pytest.mark.parametrize(("penalty", "norm"), [("none", "‖w‖₂"), ("ridge", "‖w‖₂"), ("lasso", "‖w‖₁")])
def test_of_many_solutions_the_norm_that_is_smallest_is_named(penalty, norm):
    said = fit(*sparse(0, 8, 12), 0.0, penalty).status.sentence
    assert f"smallest {norm}" in said


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_twins_are_named_whatever_their_signs(sign):
    X, y = sparse(0, 30, 4)
    X[:, 3] = 2.0 * sign * X[:, 1]
    note = tie_note(Problem.of(X, y, names="abcd"))
    assert "b and d" in note
    assert distances(Problem.of(X, y).gram)[1, 3] == pytest.approx(0.0, abs=1e-7)


def test_the_grouping_bound_goes_with_the_units_of_the_target():
    X, y = sparse(0, 60, 6, rho=0.95)
    for unit in (1.0, 1e-3, 1e3):
        problem = Problem.of(X, unit * y)
        lam = 0.3 * problem.lam_max
        w = elastic_net_at(problem, lam, 0.5)
        apart = distances(problem.gram)
        for i, j in np.ndindex(6, 6):
            sign = np.sign(problem.gram[i, j])
            bound = grouping_bound(apart[i, j], problem.y_variance, 0.5 * lam)
            assert abs(w[i] - sign * w[j]) <= bound + 1e-9 * unit
    assert grouping_bound(0.2, 9.0, 0.5) == pytest.approx(3.0 * grouping_bound(0.2, 1.0, 0.5))


@pytest.mark.parametrize("alpha", [0.1, 0.5, 0.9])
def test_at_no_strength_the_elastic_net_is_its_own_limit(alpha):
    problem = Problem.of(*sparse(3, 15, 25))
    near = elastic_net_at(problem, 1e-7 * problem.lam_max, alpha)
    np.testing.assert_allclose(elastic_net_at(problem, 0.0, alpha), near, atol=1e-4 * np.abs(near).max())


def test_ridge_coefficients_are_zero_where_they_cross():
    X, y = bundle("prostate")
    system = RidgeSystem(Problem.of(X, y))
    found = zero_crossings(system, 1e-4, 1e4)
    assert found
    for lam, j in found:
        below, at, above = system.at(lam * np.array([0.99, 1.0, 1.01]))[:, j]
        assert abs(at) < 1e-6 * abs(above - below) and below * above < 0.0


# Held-out errors.


@pytest.mark.parametrize("penalty", ["ridge", "lasso", "elastic-net", "group-lasso"])
def test_an_error_between_grid_points_is_the_one_of_a_fit_there(penalty):
    X, y = sparse(2, 47, 5)
    words = GROUPS.get(penalty, {})
    cv = cross_validate(X, y, penalty, folds=6, **words)
    for k in (20, 50):
        lam = float(np.sqrt(cv.lams[k] * cv.lams[k + 1]))
        alone = cross_validate(X, y, penalty, lams=[lam], folds=6, **words)
        assert cv.at(lam) == pytest.approx(alone.mean[0], rel=1e-7)
        assert cv.at(float(cv.lams[k])) == pytest.approx(cv.mean[k], rel=1e-9)


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("penalty", ["ridge", "lasso", "elastic-net", "group-lasso"])
def test_where_no_strength_matters_the_largest_is_chosen(penalty, loss):
    """As where all are so strong that no feature is left, or the target is constant."""
    X, y = sparse(2, 40, 5)
    y = (y > np.median(y)).astype(float) if loss == "logistic" else y
    targets = [y] * (penalty != "ridge") + [np.full(40, 2.5)] * (loss == "squared")
    for target in targets:
        words = GROUPS.get(penalty, {})
        cv = cross_validate(X, target, penalty, lams=[300.0, 100.0, 200.0], folds=4, loss=loss, **words)
        assert np.ptp(cv.mean) == 0.0
        assert cv.lam_min == cv.lam_1se == 300.0


@given(st.floats(-1e150, 1e150), st.integers(1, 3000))
def test_a_constant_target_is_centred_to_zero_without_a_rest(value, n):
    problem = Problem.of(np.arange(float(n))[:, None], np.full(n, value))
    assert not problem.y.any()


def test_of_equal_errors_the_largest_strength_is_chosen():
    rng = np.random.default_rng(4)
    X, y = rng.normal(size=(60, 4)), rng.normal(size=60)
    for penalty in ("lasso", "elastic-net"):
        cv = cross_validate(X, y, penalty)
        same = cv.lams[cv.mean <= cv.mean.min() * (1 + 1e-12)]
        assert cv.lam_min >= same.max() * (1 - 1e-12) or len(same) == 1
        assert cv.lam_1se >= cv.lam_min


def test_the_bias_of_simulated_fits_is_freed_of_their_noise():
    rng = np.random.default_rng(0)
    truth, off = np.linspace(-1, 1, 12), 0.5
    found = [simulated_parts(truth + off + rng.normal(size=(4, 12)), truth, 1.0).bias2 for _ in range(800)]
    assert np.mean(found) == pytest.approx(off**2, abs=0.03)


# The logistic loss.


@pytest.fixture(scope="module")
def classes():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 4)) + 1.0
    return LogisticProblem.of(X, (X[:, 0] - X[:, 1] + rng.logistic(size=120) > 1.0).astype(float))


def test_an_intercept_that_is_off_is_a_violation(classes):
    penalty = make_penalty("ridge", 0.1)
    best = descent_to(classes, penalty, classes.null_point)
    assert logistic_kkt(classes, penalty, *best) < 1e-9
    assert logistic_kkt(classes, penalty, best.bias + 0.1, best.w) > 1e-3
    null, strong = classes.null_point, make_penalty("lasso", 10.0)
    assert logistic_kkt(classes, strong, *null) < 1e-9 < 1e-3 < logistic_kkt(classes, strong, null.bias + 0.1, null.w)


@pytest.mark.parametrize("pair", [(0, 1), (3, 2)])
def test_a_slice_of_the_logistic_loss_is_the_loss(classes, pair):
    penalty = make_penalty("lasso", 0.05)
    at = descent_to(classes, penalty, classes.null_point)
    seen = logistic_slice(classes, penalty, at, *pair)

    def loss(u):
        w = at.w.copy()
        w[list(pair)] = u
        return classes.loss(*Point(at.bias, w))

    for u in np.random.default_rng(1).normal(size=(20, 2)):
        assert seen.height(u) == pytest.approx(loss(u) - loss(seen.centre), abs=1e-12)
        assert seen.height(u) >= -1e-12
    for level in (0.01, 0.1):
        heights = [seen.height(np.array(u)) for u in zip(*seen.ellipse(level), strict=True)]
        assert heights == pytest.approx([level] * len(heights), rel=1e-5)


# Bodies.


@pytest.mark.parametrize("turn", [0.3, 1.1, 2.5])
@pytest.mark.parametrize("tilt", [0.2, 0.7])
@pytest.mark.parametrize("plane", [(0, 1), (0, 2)])
def test_the_mirrored_body_shows_the_mirrored_rim(turn, tilt, plane):
    for shape in (Shape("l1"), Shape("l2"), Shape("elastic-net")):
        one, two = (rim_seen(shape, plane, way * turn, tilt)[:-1] for way in (1.0, -1.0))
        m = len(one)
        assert (one == two[(m // 2 - np.arange(m)) % m]).all()


def test_a_surface_stands_over_its_own_ticks_and_is_seen_from_both_sides():
    ticks = np.linspace(0.0, 1.0, 5)
    polygons = surface(ticks, np.tile(ticks, (5, 1)) + 3.0 * ticks[:, None], 10.0)
    np.testing.assert_allclose(polygons[..., 2], polygons[..., 0] + 3.0 * polygons[..., 1])
    for tilt in (0.8, -0.8):
        assert len(faces(polygons, 0.4, tilt, closed=False).light) == len(polygons)


# Words, tables and code.


def test_the_advisors_numbers_belong_to_the_features_and_values_that_it_names():
    X, y = sparse(0, 200, 6)
    X[:, 0], X[:, 4] = 1.0, 50.0 * X[:, 4]
    found = {finding.key: finding for finding in advise(X, y, names="abcdef")}
    assert "deviation of e" in found["uneven-scales"].says
    y = (y > np.quantile(y, 0.8)).astype(float)
    found = {finding.key: finding for finding in advise(X, y, names="abcdef")}
    assert found["two-valued"].value == pytest.approx(0.2)


def test_the_first_feature_left_out_is_named():
    with pytest.raises(ValueError, match="leave out feature number 1"):
        check_groups([[0], [2]], 5)


def test_a_table_of_errors_has_its_numbers_under_their_names():
    cv = cross_validate(*sparse(0, 40, 4), lams=[0.1, 0.5, 1.0])
    html = cv._repr_html_()
    rows = [re.findall(r"<t[hd]>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", html)]
    assert rows[0] == ["λ", "mean error", "standard error"]
    for row, numbers in zip(rows[1:], zip(cv.lams, cv.mean, cv.se, strict=True), strict=True):
        assert row == [f"{number:.6g}" for number in numbers]
    assert f"λ_min = {cv.lam_min:.6g}, λ_1SE = {cv.lam_1se:.6g}" in html


def test_a_long_table_shows_its_two_ends():
    cv = cross_validate(*sparse(0, 40, 4))
    shown = re.findall(r"<tr><td>(.*?)</td>", cv._repr_html_())
    written = [f"{lam:.6g}" for lam in cv.lams]
    assert shown == [*written[:20], "…", *written[-20:]]


@pytest.mark.parametrize("penalty", ["ridge", "lasso", "elastic-net"])
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_code_for_glmnet_scales_as_its_convention_does(penalty, loss):
    """Its assignments read as Python, with s given for the square root that they name."""
    recipe = Recipe(penalty, 0.3, alpha=0.4, loss=loss, standardize=penalty == "lasso")
    code = snippet("R glmnet", recipe)
    known = {"s": 2.5}
    for line in re.findall(r"^(lam|alpha|weight) <- (.*)$", code, re.MULTILINE):
        known[line[0]] = eval(line[1], {}, known)
    glmnet = next(convention for convention in CONVENTIONS if convention.name == "R glmnet")
    expected = glmnet.from_ours(0.3, recipe.share, 50, 2.5)
    assert (known["lam"] * known["weight"], known["alpha"] / known["weight"]) == pytest.approx(expected)
    assert ("standardize = TRUE" in code) == recipe.standardize
    assert ("s <- 1\n" in code) == (loss == "logistic")
