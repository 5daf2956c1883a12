"""Cross-validation against naive refits, and its conventions."""

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, Ridge
from sklearn.preprocessing import StandardScaler

import regviz
from regviz.linear import held_out, problem
from tests.linear.cases import PENALTY_NAMES, bundle, pairs, sparse


def peer(penalty, lam, n):
    if penalty == "none":
        return LinearRegression()
    if penalty == "ridge":
        return Ridge(alpha=n * lam)
    if penalty == "lasso":
        return Lasso(alpha=lam, tol=1e-13, max_iter=1_000_000)
    return ElasticNet(alpha=lam, l1_ratio=0.5, tol=1e-13, max_iter=1_000_000)


def naive(X, y, penalty, lam, rows):
    """Squared errors of the rows left out, with a scaler fitted on the others."""
    keep = np.setdiff1d(np.arange(y.size), rows)
    scaler = StandardScaler().fit(X[keep])
    model = peer(penalty, lam, keep.size).fit(scaler.transform(X[keep]), y[keep])
    return (y[rows] - model.predict(scaler.transform(X[rows]))) ** 2


@pytest.mark.parametrize("penalty", ["none", "ridge", "lasso", "elastic-net"])
@pytest.mark.parametrize("order", ["shuffled", "interleaved"])
def test_agrees_with_naive_refits(penalty, order):
    X, y = sparse(51, 47, 6)
    X = X * np.array([1.0, 100.0, 0.01, 3.0, 1.0, 1.0]) + 20.0
    found = regviz.cross_validate(X, y, penalty, folds=5, order=order, seed=3)
    for k in range(0, found.lams.size, 25):
        errors = [naive(X, y, penalty, found.lams[k], rows) for rows in found.folds]
        means = np.array([part.mean() for part in errors])
        assert found.mean[k] == pytest.approx(np.concatenate(errors).mean(), rel=1e-6)
        assert np.allclose(found.fold_means[:, k], means, rtol=1e-6)
        assert found.se[k] == pytest.approx(means.std(ddof=1) / np.sqrt(5), rel=1e-6)


@pytest.mark.parametrize("penalty", PENALTY_NAMES)
def test_equals_our_own_fits_also_for_more_features_than_rows(penalty):
    X, y = sparse(52, 24, 36)
    groups = pairs(36) if penalty == "group-lasso" else None
    found = regviz.cross_validate(X, y, penalty, folds=4, groups=groups)
    for k in range(0, found.lams.size, 33):
        for rows, mean in zip(found.folds, found.fold_means[:, k], strict=True):
            keep = np.setdiff1d(np.arange(24), rows)
            model = regviz.fit(X[keep], y[keep], found.lams[k], penalty, groups=groups)
            assert mean == pytest.approx(np.mean((y[rows] - model.predict(X[rows])) ** 2), rel=1e-7)


def test_default_grids():
    X, y = sparse(53, 30, 5)
    wide, target = sparse(54, 12, 20)
    for A, b, least in ((X, y, 1e-3), (wide, target, 1e-2)):
        path = regviz.path(A, b)
        lams = regviz.cross_validate(A, b, folds=3).lams
        assert lams.size == 100
        assert lams[[0, -1]] == pytest.approx([path.lam_max, least * path.lam_max])
    top = np.linalg.eigvalsh(regviz.Problem.of(X, y).gram)[-1]
    assert regviz.cross_validate(X, y, "ridge").lams[[0, -1]] == pytest.approx([1e4 * top, 1e-4 * top])


def exact_mean(X, y, lam, folds, order):
    found = regviz.cross_validate(X, y, lams=[lam], folds=folds, order=order)
    return found.mean[0], found.se[0]


@pytest.mark.parametrize("name", ["diabetes", "prostate", "hitters", "longley"])
def test_lasso_minimum_and_one_standard_error_are_exact(name):
    X, y = bundle(name)
    found = regviz.cross_validate(X, y, folds=5, order="interleaved")
    least, se = exact_mean(X, y, found.lam_min, 5, "interleaved")
    assert least <= found.mean.min() * (1.0 + 1e-12)
    near = found.lam_min * (1.0 + np.linspace(-1e-3, 1e-3, 21))
    near = near[(near <= found.lams[0]) & (near >= found.lams[-1])]
    assert least <= regviz.cross_validate(X, y, lams=near, folds=5, order="interleaved").mean.min() * (1.0 + 1e-12)
    assert found.lam_1se >= found.lam_min
    assert exact_mean(X, y, found.lam_1se, 5, "interleaved")[0] <= (least + se) * (1.0 + 1e-9)
    if found.lam_1se < found.lams[0]:
        above = np.geomspace(found.lam_1se * 1.001, found.lams[0], 200)
        assert regviz.cross_validate(X, y, lams=above, folds=5, order="interleaved").mean.min() > least + se


def test_one_standard_error_on_a_grid():
    X, y = sparse(55, 40, 6)
    found = regviz.cross_validate(X, y, "ridge", folds=5)
    best = found.mean.argmin()
    assert found.lam_min == found.lams[best]
    assert found.lam_1se == found.lams[found.mean <= found.mean[best] + found.se[best]].max()


def test_folds_are_a_partition_and_hang_on_the_seed():
    X, y = sparse(56, 23, 3)
    one, two, other = (regviz.cross_validate(X, y, folds=5, seed=seed) for seed in (1, 1, 2))
    assert (np.sort(np.concatenate(one.folds)) == np.arange(23)).all()
    assert max(map(len, one.folds)) - min(map(len, one.folds)) <= 1
    assert (one.mean == two.mean).all() and (one.mean != other.mean).any()
    interleaved = regviz.cross_validate(X, y, folds=5, order="interleaved").folds
    assert all((rows % 5 == k).all() for k, rows in enumerate(interleaved))


def test_a_column_constant_in_training_rows_is_left_out():
    X, y = sparse(57, 20, 3)
    X[:, 2] = 0.0
    X[4, 2] = 1.0
    found = regviz.cross_validate(X, y, folds=20, order="interleaved")
    keep = np.setdiff1d(np.arange(20), [4])
    model = regviz.fit(X[keep], y[keep], found.lams[40])
    assert model.coef[2] == 0.0
    assert found.fold_means[4, 40] == pytest.approx((y[4] - model.predict(X[4:5])[0]) ** 2, rel=1e-8)


@pytest.mark.parametrize("penalty", PENALTY_NAMES)
def test_a_constant_column_changes_nothing_and_costs_no_pass_over_rows(penalty, monkeypatch):
    X, y = sparse(59, 120, 4)
    more = {"groups": pairs(4)} if penalty == "group-lasso" else {}
    expected = regviz.cross_validate(X, y, penalty, folds=4, **more)
    monkeypatch.setattr(problem, "_LARGE", 0)
    X = np.insert(X, 2, 7.0, axis=1)
    if penalty == "group-lasso":
        more = {"groups": tuple(tuple(j + (j > 1) for j in group) for group in pairs(4)) + ((2,),)}
    else:
        monkeypatch.setattr(held_out.Split, "training", None)
    found = regviz.cross_validate(X, y, penalty, folds=4, **more)
    assert np.allclose(found.lams, expected.lams, rtol=1e-10, atol=0.0)
    assert np.allclose(found.mean, expected.mean, rtol=1e-9, atol=0.0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"folds": 1}, "folds must be"),
        ({"folds": 21}, "folds must be"),
        ({"folds": 2.5}, "folds must be"),
        ({"order": "random"}, "no fold order"),
        ({"lams": []}, "at least one"),
        ({"lams": [-1.0]}, "λ must be"),
        ({"lams": [np.nan]}, "λ must be"),
        ({"lams": [np.inf]}, "finite"),
    ],
)
def test_wrong_arguments_are_one_sentence(words, message):
    X, y = sparse(58, 20, 3)
    with pytest.raises(ValueError, match=message):
        regviz.cross_validate(X, y, **words)


@pytest.mark.parametrize("penalty", PENALTY_NAMES)
def test_a_long_table_gives_the_same_from_its_moments_as_from_its_rows(penalty, monkeypatch):
    X, y = sparse(3, 120, 5)
    X, y = X + 0.3 * X[:, [1, 2, 3, 4, 0]], y + 1.0
    more = {"groups": ((0, 1), (2,), (3, 4))} if penalty == "group-lasso" else {}
    expected = regviz.cross_validate(X, y, penalty, folds=4, **more)
    findings = regviz.advise(X, y)
    monkeypatch.setattr(problem, "_LARGE", 0)
    found = regviz.cross_validate(X, y, penalty, folds=4, **more)
    assert np.allclose(found.mean, expected.mean, rtol=1e-10, atol=0.0)
    assert np.allclose(found.se, expected.se, rtol=1e-9, atol=0.0)
    assert [each.says for each in regviz.advise(X, y)] == [each.says for each in findings]
