"""One fit: its certificate, its status and its own scale."""

import numpy as np
import pytest
from sklearn.linear_model import Lasso

import regviz
from tests.linear.cases import PENALTY_NAMES, pairs, sparse


@pytest.mark.parametrize("penalty", PENALTY_NAMES)
def test_equals_the_path_and_is_certified(penalty):
    X, y = sparse(41, 40, 7)
    X = X * np.arange(1.0, 8.0) + 3.0
    groups = pairs(7) if penalty == "group-lasso" else None
    path = regviz.path(X, y, penalty, groups=groups)
    for lam in (0.0, 0.05, 0.5, 3.0, 100.0):
        found = regviz.fit(X, y, lam, penalty, groups=groups)
        assert found.kkt <= 1e-9
        assert 0.0 <= found.gap <= 1e-9 * max(1.0, found.objective)
        assert np.allclose(found.coef, path.at(lam), atol=1e-9)
        assert np.allclose(found.predict(X), found.intercept + X @ found.coef)
        residual = y - found.predict(X)
        assert abs(residual.mean()) <= 1e-10
        strength = path.penalty_at(lam).value(found.standardized)
        assert found.objective == pytest.approx(0.5 * np.mean(residual**2) + strength, rel=1e-10)


def test_agrees_with_scikit_learn_without_standardising():
    X, y = sparse(42, 50, 6)
    found = regviz.fit(X, y, 0.2, standardize=False)
    peer = Lasso(alpha=0.2, tol=1e-14, max_iter=1_000_000).fit(X, y)
    assert np.allclose(found.coef, peer.coef_, atol=1e-8)
    assert found.intercept == pytest.approx(peer.intercept_, abs=1e-8)


def test_status_names():
    X, y = sparse(43, 20, 4)
    wide, target = sparse(44, 10, 30)
    assert regviz.fit(X, y, 0.1).status.name == "optimal"
    assert regviz.fit(X, y, 1e6).status.name == "zero"
    assert regviz.fit(np.column_stack([X, X[:, 0]]), y, 0.1).status.name == "not-unique"
    for penalty in PENALTY_NAMES:
        found = regviz.fit(wide, target, 0.0, penalty)
        assert found.status.name == "minimum-norm"
        assert "minimum-norm" in found.status.sentence
        assert np.allclose(found.predict(wide), target, atol=1e-7)


def test_norms_zeros_names_and_table():
    X, y = sparse(45, 30, 5)
    found = regviz.fit(X, y, 0.4, names=("a<b", "b", "c", "d", "e"))
    assert found.l1_norm == pytest.approx(np.abs(found.standardized).sum())
    assert found.l2_norm == pytest.approx(np.sqrt(np.sum(found.standardized**2)))
    assert found.zeros == np.sum(found.coef == 0.0)
    html = found._repr_html_()
    assert "a&lt;b" in html and "a<b" not in html
    for text in (regviz.path(X, y)._repr_html_(), regviz.cross_validate(X, y)._repr_html_()):
        assert text.startswith("<table>")


def test_data_frame_names_are_kept():
    class Frame:
        columns = ("height", "weight")

        def __array__(self, dtype=None, copy=None):
            return np.array(sparse(46, 12, 2)[0], dtype=dtype)

    assert regviz.fit(Frame(), sparse(46, 12, 2)[1], 0.1).names == ("height", "weight")


def test_predict_refuses_other_shapes():
    X, y = sparse(47, 12, 3)
    with pytest.raises(ValueError, match="table of 3 features"):
        regviz.fit(X, y, 0.1).predict(X[:, :2])


def test_text_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="must be numbers"):
        regviz.fit([["a"], ["b"]], [1.0, 2.0], 0.1)
