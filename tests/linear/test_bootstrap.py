"""Bootstrap refits against the same rows copied out and solved one by one, and the grouping bound on any problem."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import ElasticNet, Lasso

from regviz.linear.batched import active_sets, stacked_solutions, stacked_violation
from regviz.linear.bootstrap import resamples, weighted_problem
from regviz.linear.elastic_net import elastic_net_at
from regviz.linear.grouping import distance, distances, grouping_bound
from regviz.linear.lasso import lasso_path
from regviz.linear.problem import Problem
from tests.linear.cases import DEGENERATE, bundle, problem, sparse

SHAPES = [(60, 12, 0.5), (30, 5, 0.99), (20, 20, 0.3), (12, 30, 0.5), (15, 230, 0.6)]


def rows_of(counts):
    return np.repeat(np.arange(counts.size), counts.astype(int))


def copied(found, b):
    """The drawn rows copied out, standardised again where the problem is."""
    rows = rows_of(found.counts[b])
    whole = found.problem
    return Problem.of(whole.X[rows], whole.y[rows], standardize=whole.standardized)


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize(("n", "p", "rho"), SHAPES)
def test_moments_are_those_of_the_drawn_rows(n, p, rho, standardize):
    found = resamples(problem(1, n, p, rho, standardize), 5, 0, 4)
    for b in range(4):
        rows = copied(found, b)
        weighted = weighted_problem(found.problem, found.counts[b])
        gram, corr, scales = (part[b] for part in found.moments)
        np.testing.assert_allclose(gram, rows.gram, atol=1e-12)
        np.testing.assert_allclose(corr, rows.correlation, atol=1e-12)
        np.testing.assert_allclose(scales, rows.scales, rtol=1e-12)
        np.testing.assert_allclose(weighted.gram, rows.gram, atol=1e-12)
        np.testing.assert_allclose(weighted.correlation, rows.correlation, atol=1e-12)
        np.testing.assert_allclose(weighted.scales, rows.scales, rtol=1e-12)


@pytest.mark.parametrize("alpha", [1.0, 0.5, 0.0])
@pytest.mark.parametrize(("n", "p", "rho"), SHAPES)
def test_refits_are_the_solutions_on_the_drawn_rows(n, p, rho, alpha):
    found = resamples(problem(2, n, p, rho), 0, 0, 5)
    lam = 0.2 * found.problem.lam_max
    w = found.at(lam, alpha)
    assert found.violation(w, lam, alpha) <= 1e-12
    for b in range(found.size):
        rows = copied(found, b)
        alone = elastic_net_at(rows, lam, alpha) / rows.scales
        np.testing.assert_allclose(w[b], alone, atol=1e-9 * max(np.abs(alone).max(), 1e-3))
        assert alpha < 1.0 or np.count_nonzero(w[b]) == np.count_nonzero(alone)


@pytest.mark.parametrize("standardize", [True, False])
def test_refits_agree_with_scikit_learn(standardize):
    found = resamples(problem(3, 50, 8, 0.9, standardize), 1, 0, 6)
    lam = 0.1 * found.problem.lam_max
    for alpha, model in (
        (1.0, Lasso(alpha=lam, tol=1e-14, max_iter=200_000)),
        (0.3, ElasticNet(alpha=lam, l1_ratio=0.3, tol=1e-14, max_iter=200_000)),
    ):
        w = found.at(lam, alpha)
        for b in range(found.size):
            rows = copied(found, b)
            np.testing.assert_allclose(w[b], model.fit(rows.X, rows.y).coef_ / rows.scales, atol=1e-7)


@pytest.mark.parametrize(("n", "p", "rho"), SHAPES)
def test_selection_counts_are_those_of_single_solutions(n, p, rho):
    found = resamples(problem(4, n, p, rho), 3, 0, 6)
    top = found.problem.lam_max
    lams = np.geomspace(0.05 * top, 3.0 * top, 7) * 1.0001
    counts = found.selected(lams)
    for lam, row in zip(lams, counts, strict=True):
        paths = [lasso_path(copied(found, b), 0.0, float(lam)).coef[-1] for b in range(found.size)]
        assert row.tolist() == np.count_nonzero(paths, axis=0).tolist()


def test_a_resample_depends_on_its_seed_and_number_alone():
    made = problem(5, 40, 6)
    few, many, later = (resamples(made, 9, a, b).counts for a, b in ((0, 3), (0, 20), (10, 20)))
    assert np.array_equal(many[:3], few)
    assert np.array_equal(many[10:], later)
    assert not np.array_equal(resamples(made, 8, 0, 20).counts, many)
    assert (many.sum(axis=1) == 40).all()


def test_rows_are_drawn_evenly_and_about_63_percent_of_them_at_least_once():
    n, count = 50, 2_000
    drawn = resamples(problem(6, n, 3), 0, 0, count).counts
    # Binomial(n·count, 1/n) for each row.
    assert np.abs(drawn.sum(axis=0) - count).max() < 5.0 * np.sqrt(count * (1.0 - 1.0 / n))
    # Var of the number of distinct rows is below n/4.
    assert abs(np.count_nonzero(drawn) / count - n * (1.0 - (1.0 - 1.0 / n) ** n)) < 5.0 * np.sqrt(n / 4.0 / count)


@pytest.mark.parametrize("name", [name for name in DEGENERATE if name not in ("X huge", "X tiny")])
@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_degenerate_data_are_refitted_exactly(name, alpha):
    whole = Problem.of(*DEGENERATE[name])
    found = resamples(whole, 0, 0, 4)
    for share in (0.5, 1e-3):
        w = found.at(share * whole.lam_max, alpha)
        assert np.isfinite(w).all()
        assert found.violation(w, share * whole.lam_max, alpha) <= 1e-9


def test_a_column_that_a_resample_leaves_constant_gets_exactly_zero():
    X, y = sparse(1, 12, 4)
    X = np.column_stack([X, np.arange(12) == 0])
    found = resamples(Problem.of(X, y), 0, 0, 40)
    absent = found.counts[:, 0] == 0.0
    assert 3 < np.count_nonzero(absent) < 37
    for alpha in (1.0, 0.5, 0.0):
        w = found.at(1e-3, alpha)
        assert (w[absent, 4] == 0.0).all()
        assert (w[~absent, 4] != 0.0).any()


@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_many_more_features_than_rows(alpha):
    X, y = bundle("gasoline")
    found = resamples(Problem.of(X, y), 42, 0, 6)
    assert found.wide
    for lam in (0.6, 0.05):
        assert found.violation(found.at(lam, alpha), lam, alpha) <= 1e-9


@given(
    seed=st.integers(0, 10_000), p=st.integers(1, 12), rho=st.floats(-0.99, 0.999), l1=st.floats(0.0, 2.0),
    l2=st.floats(0.0, 2.0),
)  # fmt: skip
@settings(max_examples=80)
def test_stacked_solutions_are_optimal(seed, p, rho, l1, l2):
    many = [problem(seed + k, 25, p, rho) for k in range(4)]
    gram, corr = np.stack([each.gram for each in many]), np.stack([each.correlation for each in many])
    w = stacked_solutions(gram, corr, l1, l2)
    assert (stacked_violation(gram, corr, w, l1, l2) <= 1e-10 * np.abs(corr).max()).all()
    exchanged, solved = active_sets(gram, corr, l1, l2)
    assert np.array_equal(exchanged[solved], w[solved])


def test_the_violation_sees_a_wrong_answer():
    found = resamples(problem(7, 40, 6), 0, 0, 3)
    lam = 0.2 * found.problem.lam_max
    w = found.at(lam, 0.5)
    w[1, 0] += 1e-3
    assert found.violation(w, lam, 0.5) > 1e-5


@given(
    seed=st.integers(0, 10_000), n=st.integers(2, 40), p=st.integers(2, 10), rho=st.floats(-0.9999, 0.9999),
    share=st.floats(1e-4, 2.0), alpha=st.floats(0.0, 0.999), standardize=st.booleans(), twin=st.floats(0.0, 1.0),
)  # fmt: skip
@settings(max_examples=150)
def test_the_grouping_bound_is_never_violated(seed, n, p, rho, share, alpha, standardize, twin):
    X, y = sparse(seed, n, p, rho)
    X[:, 1] = (1.0 - twin) * X[:, 1] + twin * X[:, 0]
    made = Problem.of(X, y, standardize=standardize)
    lam = share * made.lam_max
    w = elastic_net_at(made, lam, alpha)
    sd = float(np.sqrt(made.y_variance))
    for i in range(p):
        for j in range(i):
            for sign in (1.0, -1.0):
                bound = grouping_bound(distance(made, i, j, sign), made.y_variance, lam * (1.0 - alpha))
                if bound is not None:
                    assert abs(w[i] - sign * w[j]) <= bound * (1.0 + 1e-9) + 1e-9 * sd
                    if standardize and made.gram[i, i] > 0.5 and made.gram[j, j] > 0.5:
                        r = np.corrcoef(X[:, i], X[:, j])[0, 1]
                        closed = np.sqrt(max(2.0 * (1.0 - sign * r), 0.0)) * y.std() / (lam * (1.0 - alpha))
                        assert bound == pytest.approx(closed, rel=1e-6, abs=1e-6 * y.std() / (lam * (1.0 - alpha)))


def test_the_bound_in_the_convention_of_its_authors():
    """Unit columns and ‖y − Xw‖² + λ₂‖w‖² + λ₁‖w‖₁: |w_i − w_j| ≤ √(2(1−ρ))·‖y‖₂/λ₂."""
    X, y = sparse(3, 50, 6, 0.95)
    made = Problem.of(X, y)
    n, lam, alpha = 50, 0.3, 0.4
    unit, second = made.X / np.sqrt(n), n * lam * (1.0 - alpha)
    # On unit columns v = √n·w, the same λ₂ in units of the Gram: λ₂ = λ(1−α), λ₁ = 2√n·λα.
    v = np.sqrt(n) * elastic_net_at(made, lam, alpha)
    theirs = second / n
    gradient = -2.0 * unit.T @ (made.y - unit @ v) + 2.0 * theirs * v
    first = 2.0 * np.sqrt(n) * lam * alpha
    assert np.abs(gradient[v != 0.0] + first * np.sign(v[v != 0.0])).max() < 1e-9
    for i in range(6):
        for j in range(i):
            rho = float(unit[:, i] @ unit[:, j])
            limit = np.sqrt(2.0 * (1.0 - rho)) * np.linalg.norm(made.y) / theirs
            ours = grouping_bound(distance(made, i, j), made.y_variance, lam * (1.0 - alpha))
            assert np.sqrt(n) * ours == pytest.approx(limit, rel=1e-9)
            assert abs(v[i] - v[j]) <= limit


def test_distances_of_all_pairs_are_the_smaller_of_both_signs():
    made = problem(8, 30, 5, -0.8)
    table = distances(made.gram)
    for i in range(5):
        for j in range(5):
            assert table[i, j] == pytest.approx(min(distance(made, i, j), distance(made, i, j, -1.0)), abs=1e-7)


@given(seed=st.integers(0, 10_000), lam=st.floats(1e-3, 2.0), alpha=st.floats(0.0, 0.99))
@settings(max_examples=60)
def test_duplicated_columns_get_equal_elastic_net_weights(seed, lam, alpha):
    X, y = sparse(seed, 30, 5)
    made = Problem.of(np.column_stack([X, X[:, 2], -3.0 * X[:, 2] + 7.0]), y)
    w = elastic_net_at(made, lam, alpha)
    assert abs(w[2] - w[5]) <= 1e-10
    assert abs(w[2] + w[6]) <= 1e-10
    refits = resamples(made, seed, 0, 5).at(lam, alpha)
    assert np.abs(refits[:, 2] - refits[:, 5]).max() <= 1e-10
    assert np.abs(refits[:, 2] + refits[:, 6]).max() <= 1e-10
