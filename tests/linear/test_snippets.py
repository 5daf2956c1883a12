"""The code that people copy runs, and gives our coefficients."""

import numpy as np
import pytest

from regviz.linear import fit
from regviz.linear.penalties import PENALTIES
from regviz.linear.snippets import FLAVOURS, Recipe, snippet

GROUPS = ((0, 2), (1, 3), (4,))
CASES = [
    (flavour, penalty, loss, scaled)
    for flavour in ("scikit-learn", "NumPy")
    for penalty in PENALTIES
    for loss in ("squared", "logistic")
    for scaled in (True, False)
    if not (flavour == "scikit-learn" and penalty == "group-lasso")
]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 5)) * [1.0, 2.0, 0.7, 1.0, 1.5] + 2.0
    return X, X @ [1.0, -1.0, 0.0, 0.5, 0.0] + 2.0 * rng.normal(size=60)


def expected(X, y, recipe):
    alpha = recipe.alpha if recipe.penalty == "elastic-net" else None
    groups = recipe.groups if recipe.penalty == "group-lasso" else None
    return fit(
        X, y, recipe.lam, recipe.penalty, alpha, groups, standardize=recipe.standardize, loss=recipe.loss
    )


@pytest.mark.parametrize(("flavour", "penalty", "loss", "scaled"), CASES)
def test_code_gives_our_coefficients(flavour, penalty, loss, scaled, data):
    X, y = data
    y = y if loss == "squared" else (y > np.median(y)).astype(float)
    recipe = Recipe(penalty, 0.07, 0.4, GROUPS, loss, scaled)
    space = {"X": X.copy(), "y": y.copy()}
    exec(compile(snippet(flavour, recipe), "snippet", "exec"), space)
    ours = expected(X, y, recipe)
    assert space["coef"] == pytest.approx(ours.coef, abs=1e-6)
    assert space["intercept"] == pytest.approx(ours.intercept, abs=1e-5)


def test_code_reads_a_table(tmp_path, data):
    X, y = data
    path = tmp_path / "a table.csv"
    rows = np.column_stack([X, y])
    header = "a,b,c c,d-d,e,y (kg)"
    np.savetxt(path, rows, delimiter=",", header=header, comments="", fmt="%.17g")
    for flavour in ("scikit-learn", "NumPy"):
        recipe = Recipe("lasso", 0.07, csv=str(path), target="y (kg)")
        space = {}
        exec(compile(snippet(flavour, recipe), "snippet", "exec"), space)
        assert space["coef"] == pytest.approx(expected(X, y, recipe).coef, abs=1e-7)


@pytest.mark.parametrize("penalty", [name for name in PENALTIES if name != "group-lasso"])
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_r_code_states_the_fit(penalty, loss):
    text = snippet("R glmnet", Recipe(penalty, 0.125, 0.4, loss=loss, csv="t.csv", target="y"))
    strength = "0.0" if penalty == "none" else "0.125"
    alpha = {"lasso": "1.0", "elastic-net": "0.4"}.get(penalty, "0.0")
    for part in (f"lam <- {strength}\n", f"alpha <- {alpha}\n", "library(glmnet)", 'read.csv("t.csv"', "lam * weight"):
        assert part in text
    assert ("binomial" in text) == (loss == "logistic")
    assert ("sqrt(mean((y - mean(y))^2))" in text) == (loss == "squared")
    assert text.count("(") == text.count(")")


def test_what_cannot_be_copied_says_so():
    for flavour in FLAVOURS:
        if flavour != "NumPy":
            with pytest.raises(ValueError, match="group lasso"):
                snippet(flavour, Recipe("group-lasso", 1.0, groups=GROUPS))
    with pytest.raises(ValueError, match="Julia"):
        snippet("Julia", Recipe("lasso"))
