"""Every solver on every degenerate problem: a finite optimal answer or a typed error, never a silent NaN."""

import contextlib

import numpy as np
import pytest

import regviz
from tests.linear.cases import DEGENERATE, PENALTY_NAMES, pairs

REFUSED = {"X huge", "X tiny"}
HARD = {"condition number 1e16", "polynomial of degree 24"}
SLOW = ("polynomial of degree 24", "group-lasso")
"""Takes longer than all others together; the group lasso on such a table is also in `test_group_lasso`."""
EPS = np.finfo(np.float64).eps


def room(problem, w):
    """What KKT residuals may be: 1e-9, and what rounding the coefficients to float64 costs."""
    size = float(np.abs(problem.gram).max()) * float(np.abs(w).sum())
    return 1e-9 + 20.0 * EPS * size / max(problem.lam_max, 1e-300)


def solved(X, y, penalty, standardize):
    """The path, or None where a sentence refuses the data."""
    groups = pairs(X.shape[1]) if penalty == "group-lasso" else None
    return regviz.path(X, y, penalty, groups=groups, standardize=standardize)


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize(("name", "penalty"), [
    pytest.param(name, penalty, marks=[pytest.mark.release] if (name, penalty) == SLOW else [])
    for name in DEGENERATE for penalty in PENALTY_NAMES
])  # fmt: skip
def test_paths_are_finite_and_optimal(name, penalty, standardize):
    X, y = DEGENERATE[name]
    if name in REFUSED and not standardize:
        with pytest.raises(ValueError, match="standardise"):
            solved(X, y, penalty, standardize)
        return
    refusable = (ArithmeticError,) if penalty == "group-lasso" and name in HARD else ()
    with contextlib.suppress(*refusable):
        assert_optimal(solved(X, y, penalty, standardize))


def assert_optimal(path):
    assert np.isfinite(path.coef).all() and np.isfinite(path.intercept).all()
    top = path.problem.lam_max
    for lam in (*path.lams[:: max(1, path.lams.size // 25)], 0.0, *(top * np.geomspace(1e-8, 1.5, 9)), np.inf):
        w = path.standardized_at(lam)
        assert np.isfinite(w).all()
        assert path.kkt_at(lam) <= room(path.problem, w)
        assert np.isfinite(path.df_at(lam))


@pytest.mark.parametrize("penalty", PENALTY_NAMES)
@pytest.mark.parametrize("name", DEGENERATE)
def test_fits_are_finite_and_certified(name, penalty):
    X, y = DEGENERATE[name]
    groups = pairs(X.shape[1]) if penalty == "group-lasso" else None
    top = regviz.Problem.of(X, y).lam_max
    for lam in (0.0, 0.3 * top, top, 1e3 * top + 1.0, np.inf):
        found = regviz.fit(X, y, lam, penalty, groups=groups)
        assert np.isfinite([found.objective, found.gap, found.intercept, found.kkt]).all()
        assert np.isfinite(found.coef).all()
        assert found.status.name in {"optimal", "minimum-norm", "not-unique", "zero"}


@pytest.mark.parametrize("penalty", PENALTY_NAMES)
@pytest.mark.parametrize("name", DEGENERATE)
def test_cross_validation_is_finite(name, penalty):
    X, y = DEGENERATE[name]
    groups = pairs(X.shape[1]) if penalty == "group-lasso" else None
    folds = min(4, y.size)
    if folds < 2:
        with pytest.raises(ValueError, match="folds must be"):
            regviz.cross_validate(X, y, penalty, groups=groups, folds=2)
        return
    found = regviz.cross_validate(X, y, penalty, groups=groups, folds=folds)
    assert np.isfinite(found.mean).all() and np.isfinite(found.se).all()
    assert found.lam_1se >= found.lam_min >= 0.0


def test_huge_lambda_is_no_overflow():
    X, y = DEGENERATE["sum of two others"]
    for penalty in PENALTY_NAMES:
        assert np.isfinite(regviz.path(X, y, penalty).at(1e308)).all()


@pytest.mark.parametrize("name", ["y", "X"])
def test_what_is_not_finite_is_named(name):
    X, y = np.ones((4, 2)), np.arange(4.0)
    if name == "y":
        y = np.array([0.0, np.nan, 1.0, 2.0])
    else:
        X[2, 1] = np.inf
    with pytest.raises(ValueError, match=f"{name} has a value that is not finite"):
        regviz.fit(X, y, 0.1)


def test_y_too_large_to_square_is_refused():
    X, _ = DEGENERATE["exact fit"]
    with pytest.raises(ValueError, match="y is too large"):
        regviz.fit(X, np.linspace(0.0, 1e160, len(X)), 0.1)
