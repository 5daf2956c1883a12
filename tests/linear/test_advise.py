"""The advisor on made tables: each rule where it must and must not speak, with the number it must name."""

import re

import numpy as np
import pytest

from regviz.linear import advise as module
from regviz.linear.advise import Finding, advise, advising

N = 200


def plain(seed=0, n=N, p=6):
    """A table without any fault: independent features of unit scale, two of them informative."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    return X, X[:, 0] * 3.0 + X[:, 1] * 2.0 + rng.normal(size=n)


def changed(**columns):
    """The plain table with some columns replaced, given as c<number>=function of the table."""
    X, y = plain()
    for name, make in columns.items():
        X[:, int(name[1:])] = make(X)
    return X, y


def outlying(rows=1):
    X, y = plain()
    y[7 : 7 + rows] += 40.0
    return X, y


def noise_only():
    return plain()[0], np.random.default_rng(9).normal(size=N)


def overfit():
    X, _ = plain(n=40, p=25)
    return X, X[:, 0] + np.random.default_rng(1).normal(size=40)


KEYS = (
    "constant", "flat-target", "two-valued", "duplicate", "wide", "few-rows", "over-fitting", "under-fitting",
    "penalty", "correlated", "collinear", "uneven-scales", "outliers",
)  # fmt: skip

MADE = {
    "plain": (plain(), {"penalty"}),
    "constant column": (changed(c3=lambda X: 2.5), {"constant", "penalty"}),
    "constant column that no sum gives back": (changed(c3=lambda X: 0.1), {"constant", "penalty"}),
    "target of two values": ((plain()[0], (plain()[1] > 0.0) * 1.0), {"two-valued", "penalty"}),
    "constant target": ((plain()[0], np.full(N, 0.1)), {"flat-target"}),
    "twins": (changed(c3=lambda X: 7.0 - 2.0 * X[:, 1]), {"duplicate", "collinear", "penalty"}),
    "near twins": (changed(c3=lambda X: X[:, 1] + 0.2 * X[:, 3]), {"correlated", "penalty"}),
    "opposite near twins": (changed(c3=lambda X: 0.2 * X[:, 3] - X[:, 1]), {"correlated", "penalty"}),
    "cousins": (changed(c3=lambda X: X[:, 1] + 0.6 * X[:, 3]), {"penalty"}),
    "one is the sum of others": (changed(c3=lambda X: X[:, 0] + X[:, 1] + X[:, 2]), {"collinear", "penalty"}),
    "one in other units": (changed(c2=lambda X: 40.0 * X[:, 2]), {"uneven-scales", "penalty"}),
    "one in nearly the same units": (changed(c2=lambda X: 7.0 * X[:, 2]), {"penalty"}),
    "one outlier": (outlying(), {"outliers", "penalty"}),
    "nothing to learn": (noise_only(), {"under-fitting", "penalty"}),
    "few rows": (overfit(), {"few-rows", "over-fitting", "penalty"}),
    "more features than rows": (plain(n=30, p=60), {"wide", "penalty"}),
    "as many features as rows": (plain(n=20, p=20), {"wide", "penalty"}),
    "enough rows": (plain(n=60, p=6), {"penalty"}),
    "one row too few": (plain(n=59, p=6), {"few-rows", "penalty"}),
    "all constant": ((np.ones((20, 3)), plain(n=20)[1]), {"constant", "flat-target"}),
    "constants are no features": ((np.hstack([plain(n=30, p=2)[0], np.ones((30, 40))]), plain(n=30, p=2)[1]),
                                  {"constant", "penalty"}),
    "perfect fit": ((plain()[0], plain()[0] @ np.arange(6.0)), {"penalty"}),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_each_rule_speaks_where_it_must_and_nowhere_else(name):
    (X, y), expected = MADE[name]
    assert {finding.key for finding in advise(X, y)} == expected


def test_the_made_tables_try_every_rule_both_ways():
    for key in KEYS:
        spoken = [key in expected for _, expected in MADE.values()]
        assert any(spoken) and not all(spoken), key


def found(key, X, y, **words):
    """The one finding of that kind."""
    (one,) = [finding for finding in advise(X, y, **words) if finding.key == key]
    return one


def test_the_constant_columns_are_named_and_counted():
    X, y = changed(c3=lambda X: 1.0, c5=lambda X: -2.0)
    finding = found("constant", X, y, names=tuple("abcdef"))
    assert finding.value == 2
    assert finding.says == "d, f never vary."
    assert found("constant", *changed(c3=lambda X: 1.0)).says == "w4 never varies."


def test_the_closest_pair_is_named_with_its_correlation():
    X, y = changed(c3=lambda X: X[:, 1] + 0.3 * X[:, 3], c4=lambda X: X[:, 2] - 0.1 * X[:, 4])
    finding = found("correlated", X, y)
    r = np.corrcoef(X[:, 2], X[:, 4])[0, 1]
    assert finding.value == pytest.approx(r, rel=1e-12)
    assert f"2 pairs of features with a correlation beyond ±0.9; w3 and w5 reach {r:.3f}" in finding.says
    assert dict(finding.state) == {"rho": pytest.approx(r)}


@pytest.mark.parametrize(("number", "digits", "text"), [
    (4.2812, 4, "4.281"), (0.61, 2, "0.61"), (318.2, 2, "318"), (12_345.6, 4, "12346"), (3e9, 2, "3e+09"), (0.0, 2, "0")
])  # fmt: skip
def test_errors_are_told_without_powers_of_ten(number, digits, text):
    assert module._plain(number, digits) == text


def test_the_ratio_of_scales_is_named():
    X, y = changed(c2=lambda X: 40.0 * X[:, 2])
    spread = X.std(axis=0)
    finding = found("uneven-scales", X, y)
    assert finding.value == pytest.approx(spread.max() / spread.min())
    assert f"w3 is {finding.value:.3g} times that of w{spread.argmin() + 1}" in finding.says


def test_the_condition_number_is_that_of_the_standardised_features():
    X, y = changed(c3=lambda X: X[:, 0] + X[:, 1] + 0.03 * X[:, 3])
    scaled = (X - X.mean(axis=0)) / X.std(axis=0)
    assert found("collinear", X, y).value == pytest.approx(np.linalg.cond(scaled), rel=1e-8)
    assert found("collinear", *MADE["one is the sum of others"][0]).value == np.inf


def test_every_outlier_is_counted_and_the_farthest_named():
    X, y = outlying(3)
    y[8] += 10.0
    finding = found("outliers", X, y)
    assert finding.value == 3
    assert "3 rows lie" in finding.says
    assert "row 9 is the farthest" in finding.says
    assert "1 row lies" in found("outliers", *outlying()).says


def test_over_fitting_compares_the_errors_it_names():
    X, y = overfit()
    finding = found("over-fitting", X, y)
    train, held_out = (float(t) for t in re.findall(r"\d+\.\d+", finding.says))
    residual = y - y.mean() - (Z := X - X.mean(axis=0)) @ np.linalg.lstsq(Z, y - y.mean(), rcond=None)[0]
    assert train == pytest.approx(np.mean(residual**2), rel=1e-2)
    assert held_out > 1.5 * train
    assert finding.value == pytest.approx(held_out / train, rel=2e-2)
    (lowered,) = (float(t) for t in re.findall(r"\d+\.\d+", finding.means))
    assert lowered < held_out


def test_under_fitting_names_the_share_it_explains():
    finding = found("under-fitting", *noise_only())
    assert finding.value < 0.1
    assert "explains 0 % of" in finding.says


@pytest.mark.parametrize(("table", "penalty"), [("sparse", "lasso"), ("dense", "ridge"), ("blocks", "group-lasso")])
def test_the_penalty_fits_the_signal(table, penalty):
    """A few features, all of many features, and whole blocks, with their truth known."""
    rng = np.random.default_rng(5)
    groups = None
    if table == "sparse":
        X = rng.normal(size=(50, 40))
        w = np.zeros(40)
        w[:2] = 3.0
    elif table == "dense":
        X = rng.normal(size=(100, 100))
        w = rng.choice([-1.0, 1.0], 100)
    else:
        X = rng.normal(size=(60, 60))
        w = np.zeros(60)
        w[:6] = 1.0
        groups = tuple(tuple(range(k, k + 6)) for k in range(0, 60, 6))
    y = X @ w + rng.normal(size=len(X))
    finding = found("penalty", X, y, groups=groups)
    state = dict(finding.state)
    assert state["penalty"] == penalty
    assert f"Reach for {penalty}: " in finding.means
    assert state["lam"] > 0.0


def test_the_number_of_features_kept_is_that_of_scikit_learn():
    from sklearn.linear_model import Lasso

    X, y = plain()
    finding = found("penalty", X, y)
    scaled = (X - X.mean(axis=0)) / X.std(axis=0)
    kept = np.count_nonzero(Lasso(alpha=dict(finding.state)["lam"], tol=1e-12).fit(scaled, y).coef_)
    assert f"keeps {kept} of 6 features" in finding.means


def test_groups_are_tried_only_where_there_are_some():
    X, y = plain()
    assert "group-lasso" not in found("penalty", X, y, groups=tuple((j,) for j in range(6))).says
    assert "group-lasso" in found("penalty", X, y, groups=((0, 1), (2, 3), (4, 5))).says


def test_no_finding_depends_on_units_or_on_the_level_of_the_target():
    """Only the rule about scales may change when features or target are measured otherwise."""
    X, y = changed(c3=lambda X: X[:, 1] + 0.2 * X[:, 3])
    before = [f for f in advise(X, y) if f.key != "uneven-scales"]
    after = [f for f in advise(X * [1, 50, 3, 0.2, 9, 1] + 4.0, y + 1000.0) if f.key != "uneven-scales"]
    assert [f.key for f in before] == [f.key for f in after]
    assert [f.value for f in before] == pytest.approx([f.value for f in after], rel=1e-6)


def test_names_of_a_data_frame_are_used_and_given_ones_come_first():
    class Frame:
        columns = ("height", "weight")

        def __array__(self, dtype=None, copy=None):
            return np.column_stack([np.ones(9), np.arange(9.0)])

    y = np.arange(9.0) ** 2
    assert found("constant", Frame(), y).says == "height never varies."
    assert found("constant", Frame(), y, names=("a", "b")).says == "a never varies."


@pytest.mark.parametrize("n", range(1, 8))
@pytest.mark.parametrize("p", range(1, 5))
def test_tiny_tables_are_read_too(n, p):
    rng = np.random.default_rng(n * 10 + p)
    for finding in advise(rng.normal(size=(n, p)), rng.normal(size=n)):
        assert isinstance(finding, Finding)
        assert finding.key in KEYS


def test_unusable_tables_are_refused_with_a_sentence():
    with pytest.raises(ValueError, match="not finite"):
        advise([[1.0], [np.nan]], [1.0, 2.0])
    with pytest.raises(ValueError, match="2 rows"):
        advise([[1.0], [2.0]], [1.0])


def test_every_finding_of_the_made_tables_is_made_of_sentences():
    for (X, y), _ in MADE.values():
        for finding in advise(X, y):
            for words in (finding.says, finding.means):
                assert re.fullmatch(r"[A-Zw0-9].*\.", words), words
                assert not re.search(r"\b(nan|None)\b", words)
            assert str(finding) == f"{finding.says} {finding.means} (see the lab {finding.lab})"


def test_wide_tables_are_not_searched_pair_by_pair(monkeypatch):
    monkeypatch.setattr(module, "MOST_FEATURES", 5)
    X, y = changed(c3=lambda X: X[:, 1] + 0.1 * X[:, 3])
    assert advise(X, y) == []


def test_the_advisor_can_be_stopped_between_folds():
    """Ten folds of three penalties, and each rule, end with a share of the work that grows to the whole."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 5))
    y = X[:, 0] + rng.standard_normal(40)
    shares, steps = [], advising(X, y)
    try:
        while True:
            shares.append(next(steps))
    except StopIteration as end:
        found = end.value
    assert len(shares) >= 30
    assert shares == sorted(shares)
    assert shares[-1] <= 1.0
    assert found == advise(X, y)
