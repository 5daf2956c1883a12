"""Published numbers: ours agree to the last printed digit, by recipes checked against scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LassoLars, LinearRegression, Ridge

from regviz.data import bundled, prostate_corrected, prostate_split
from regviz.linear.crossings import zero_crossings
from regviz.linear.presets import (
    ESL_LASSO,
    ESL_RIDGE,
    PRESETS,
    Row,
    comparisons,
    esl_crossing,
    esl_lasso_walk,
    esl_prostate,
    esl_ridge,
)
from regviz.linear.problem import Problem
from regviz.linear.ridge import RidgeSystem

EVERY = [(preset, column) for preset in PRESETS for column in comparisons(preset)]
LEAST_SQUARES = (2.465, 0.680, 0.263, -0.141, 0.210, 0.305, -0.288, -0.021, 0.267)


@pytest.mark.parametrize(("preset", "column"), EVERY, ids=[f"{p}-{c.key}" for p, c in EVERY])
def test_every_published_number_agrees_to_its_last_digit(preset, column):
    wrong = [row for row in column.rows if not row.agrees]
    assert not wrong
    assert column.agreeing == len(column.rows)
    assert column.worst == max(abs(row.ours - row.published) for row in column.rows)


def test_all_published_numbers_are_there():
    assert {p: sum(len(c.rows) for q, c in EVERY if q == p) for p in PRESETS} == {"efron-2004": 49, "esl-table-3.3": 33}


def test_a_number_off_in_the_last_digit_does_not_agree():
    assert Row("w", 0.263, 0.26349, 3).agrees
    assert not Row("w", 0.263, 0.26351, 3).agrees
    assert not Row("w", 0.263, 0.264, 3).agrees
    assert Row("w", 0.263, 0.264, 3).difference == pytest.approx(0.001)


def test_efron_by_scikit_learn_on_unit_length_columns():
    table = bundled("diabetes")
    centred = table.X - table.X.mean(axis=0)
    unit = centred / np.linalg.norm(centred, axis=0)
    y = table.y - table.y.mean()
    fitted = LassoLars(alpha=100.0 / len(y), fit_intercept=False).fit(unit, y)
    ours = next(c for c in comparisons("efron-2004") if c.key == "at-100")
    assert [row.ours for row in ours.rows] == pytest.approx(fitted.coef_.tolist(), abs=1e-6)


def test_the_books_columns_by_scikit_learn():
    found = esl_prostate()
    least = LinearRegression().fit(found.train, found.y)
    ridge = Ridge(alpha=ESL_RIDGE, fit_intercept=False).fit(found.train, found.y - found.y.mean())
    by_key = {c.key: [row.ours for row in c.rows] for c in comparisons("esl-table-3.3")}
    assert by_key["least-squares"][:9] == pytest.approx([least.intercept_, *least.coef_])
    assert by_key["ridge"][:9] == pytest.approx([found.y.mean(), *ridge.coef_])
    squares = (found.y_test - least.predict(found.test)) ** 2
    assert by_key["least-squares"][9:] == pytest.approx([squares.mean(), squares.std(ddof=1) / np.sqrt(30)])


def test_the_books_ridge_has_five_degrees_of_freedom():
    values = np.linalg.svd(esl_prostate().train, compute_uv=False) ** 2
    assert (values / (values + ESL_RIDGE)).sum() == pytest.approx(5.0, abs=5e-5)


def test_centring_changes_the_books_ridge():
    """A solver that centres gives .421 .239 −.048 … and 2.464 on rows scaled by themselves, not the printed column."""
    found = esl_prostate()
    level, coef = esl_ridge(ESL_RIDGE, centred=True)
    peer = Ridge(alpha=ESL_RIDGE).fit(found.train, found.y)
    assert (level, *coef) == pytest.approx((peer.intercept_, *peer.coef_))
    assert level == pytest.approx(2.464, abs=5e-4)
    assert coef[1:3] == pytest.approx((0.239, -0.048), abs=5e-4)
    assert coef[5] != pytest.approx(0.000, abs=5e-4)


def test_the_lasso_column_spends_its_share_of_the_norm():
    walk = esl_lasso_walk()
    column = next(c for c in comparisons("esl-table-3.3") if c.key == "lasso")
    w = np.array([row.ours for row in column.rows[1:9]]) * walk.problem.scales
    assert np.abs(w).sum() / np.abs(walk.coef[-1]).sum() == pytest.approx(ESL_LASSO, abs=1e-12)
    assert np.flatnonzero(w).tolist() == [0, 1, 3, 4]
    assert [row.ours for row in column.rows if row.published == 0.0] == [0.0] * 4


def test_lcp_crosses_zero_where_each_recipe_says():
    """−0.287, 0 at 22.414, +0.063 at 50 as we standardise; −0.290, 24.147, +0.056 by the book's recipe."""
    train = prostate_split()
    table = prostate_corrected()
    ours = RidgeSystem(Problem.of(table.X[train], table.y[train]))
    assert ours.at(np.array([0.0, 50.0]) / 67)[:, 5] == pytest.approx((-0.287, 0.063), abs=6e-4)
    crossing = next(c for c in zero_crossings(ours, 1e-3, 1.0) if c.feature == 5)
    assert crossing.lam * 67 == pytest.approx(22.414, abs=6e-4)
    assert (esl_ridge(0.0)[1][5], esl_ridge(50.0)[1][5]) == pytest.approx((-0.290, 0.056), abs=6e-4)
    assert esl_crossing() == pytest.approx(24.147, abs=6e-4)


def test_the_common_wrong_weight_in_row_32_gives_other_numbers():
    table, train = bundled("prostate"), prostate_split()
    scaled = (table.X - table.X.mean(axis=0)) / table.X.std(axis=0, ddof=1)
    wrong = LinearRegression().fit(scaled[train], table.y[train])
    assert np.abs(np.array([wrong.intercept_, *wrong.coef_]) - LEAST_SQUARES).max() > 5e-3


def test_an_unknown_preset_is_named():
    with pytest.raises(ValueError, match="efron-2004, esl-table-3.3"):
        comparisons("tibshirani")
