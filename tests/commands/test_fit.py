"""`regviz fit` against scikit-learn, and every way to ask for what cannot be done."""

import csv
import json
import os

import pytest
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

import regviz
from regviz.cli import main
from regviz.linear.arguments import LOSSES
from regviz.linear.penalties import PENALTIES
from tests.sentences import fails

ROWS = 40


def fitted(file, tmp_path, *words):
    """The JSON of `regviz fit` on the columns a … d."""
    lines = [line.rpartition(",")[0] for line in file.read_text(encoding="utf-8").splitlines()]
    numbers, out = tmp_path / "numbers.csv", tmp_path / "fit.json"
    numbers.write_text("\n".join(lines), encoding="utf-8")
    assert main(["fit", str(numbers), "--target", "y", *words, "-o", str(out)]) == 0
    return json.loads(out.read_text(encoding="utf-8"))


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("penalty", ["none", "ridge", "lasso", "elastic-net"])
def test_coefficients_are_those_of_scikit_learn(table, tmp_path, penalty, standardize):
    file, X, y = table
    peers = {
        "none": LinearRegression(), "ridge": Ridge(alpha=0.3 * ROWS, tol=1e-12),
        "lasso": Lasso(alpha=0.3, tol=1e-14, max_iter=10**6),
        "elastic-net": ElasticNet(alpha=0.3, l1_ratio=0.25, tol=1e-14, max_iter=10**6),
    }  # fmt: skip
    words = [] if penalty == "none" else ["--lam", "0.3"]
    words += ["--alpha", "0.25"] if penalty == "elastic-net" else []
    answer = fitted(file, tmp_path, "--penalty", penalty, *words, *([] if standardize else ["--no-standardize"]))
    scaler = StandardScaler(with_std=standardize).fit(X)
    peer = peers[penalty].fit(scaler.transform(X), y)
    coef = peer.coef_ / (scaler.scale_ if standardize else 1.0)
    assert list(answer["coefficients"]) == ["a", "b", "c", "d"]
    assert list(answer["coefficients"].values()) == pytest.approx(coef, rel=1e-6, abs=1e-9)
    assert answer["intercept"] == pytest.approx(y.mean() - X.mean(axis=0) @ coef, rel=1e-6)
    assert answer["kkt"] <= 1e-9
    assert (answer["penalty"], answer["n"], answer["p"], answer["loss"]) == (penalty, ROWS, 4, "squared")
    assert answer["alpha"] == {"none": None, "ridge": 0.0, "lasso": 1.0, "elastic-net": 0.25}[penalty]
    keys = {"penalty", "alpha", "loss", "lam", "n", "p", "objective", "kkt", "intercept", "coefficients", "notes"}
    assert keys <= set(answer)


def test_groups_come_in_whole(table, tmp_path):
    answer = fitted(table[0], tmp_path, "--penalty", "group-lasso", "--groups", "a,c;b", "--lam", "0.5")
    coef = answer["coefficients"]
    assert (coef["a"] == 0.0) == (coef["c"] == 0.0)
    assert any(coef.values())
    assert answer["kkt"] <= 1e-9


@pytest.mark.parametrize("penalty", [name for name in PENALTIES if name != "none"])
def test_a_path_falls_to_zero(table, tmp_path, penalty):
    answer = fitted(table[0], tmp_path, "--penalty", penalty, "--path")
    lams = [knot["lam"] for knot in answer["knots"]]
    assert lams == sorted(lams, reverse=True)
    assert lams[-1] == answer["lam"] == 0.0
    assert all(set(knot) == {"lam", "intercept", "coefficients"} for knot in answer["knots"])
    assert list(answer["knots"][-1]["coefficients"].values()) == pytest.approx(
        list(answer["coefficients"].values()), rel=1e-6
    )


def test_cross_validation_is_what_python_gives_and_the_default(table, tmp_path):
    file, X, y = table
    words = ["--cv", "5", "--seed", "3", "--fold-order", "shuffled"]
    answer = fitted(file, tmp_path, *words)
    cv = regviz.cross_validate(X, y, folds=5, seed=3)
    assert answer["cv"]["mean"] == cv.mean.tolist()
    assert set(answer["cv"]) == {"lam", "mean", "se", "lam_min", "lam_1se"}
    assert answer["lam"] == answer["cv"]["lam_min"] == cv.lam_min
    default = fitted(file, tmp_path)
    assert default["cv"] == fitted(file, tmp_path, "--cv", "10")["cv"]
    assert any("10-fold" in note for note in default["notes"])


def test_logistic_loss_is_that_of_scikit_learn(table, tmp_path, capsys):
    assert "logistic" in LOSSES
    file, X, y = table
    lines = [line.split(",") for line in file.read_text(encoding="utf-8").splitlines()]
    won, out = tmp_path / "won.csv", tmp_path / "fit.json"
    won.write_text("\n".join(",".join(words[:4] + words[5:]) for words in lines), encoding="utf-8")
    words = ["--penalty", "ridge", "--loss", "logistic", "--lam", "0.1", "-o", str(out)]
    assert main(["fit", str(won), "--target", "won", *words]) == 0
    answer = json.loads(out.read_text(encoding="utf-8"))
    scaler = StandardScaler().fit(X)
    peer = LogisticRegression(C=1 / (ROWS * 0.1), tol=1e-12, max_iter=10**5).fit(scaler.transform(X), y > 0)
    assert list(answer["coefficients"].values()) == pytest.approx(peer.coef_[0] / scaler.scale_, rel=1e-5)
    assert "won = y" in " ".join(answer["notes"])
    assert answer["loss"] == "logistic"
    assert "two values" in fails(capsys, "fit", file, "--target", "a", "--loss", "logistic", "--lam", "1")


def test_standard_output_has_every_coefficient_and_nothing_on_error_output(table, capsys):
    assert main(["fit", str(table[0]), "--target", "y", "--lam", "0.5"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for name in ("(intercept)", "a", "b", "c", "d", "won=y"):
        assert any(line.split()[:1] == [name] for line in out.splitlines()), name


def test_csv_has_one_block_a_knot(table, tmp_path):
    out = tmp_path / "a.csv"
    assert main(["fit", str(table[0]), "--target", "y", "--path", "-o", str(out)]) == 0
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert set(rows[0]) == {"lam", "name", "coefficient"}
    assert len(rows) % 6 == 0
    assert [row["name"] for row in rows[:6]] == ["(intercept)", "a", "b", "c", "d", "won=y"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--target"),
        (["--target", "nobody"], "nobody"),
        (["--target", "y", "--lam", "-1"], "-1"),
        (["--target", "y", "--lam", "inf"], "--lam"),
        (["--target", "y", "--lam", "nan"], "--lam"),
        (["--target", "y", "--lam", "x"], "--lam"),
        (["--target", "y", "--lam", ""], "--lam"),
        (["--target", "y", "--cv", "1"], "2"),
        (["--target", "y", "--cv", "41"], "40"),
        (["--target", "y", "--cv", "x"], "--cv"),
        (["--target", "y", "--cv", "5", "--seed", "-1"], "--seed"),
        (["--target", "y", "--cv", "5", "--path"], "--path"),
        (["--target", "y", "--alpha", "0.5", "--lam", "1"], "alpha"),
        (["--target", "y", "--penalty", "elastic-net", "--alpha", "2", "--lam", "1"], "2"),
        (["--target", "y", "--groups", "a,b", "--lam", "1"], "--groups"),
        (["--target", "y", "--penalty", "group-lasso", "--groups", "a,e", "--lam", "1"], "e"),
        (["--target", "y", "--penalty", "l0"], "lasso"),
        (["--target", "y", "--lam", "1", "-o", "a.txt"], ".json or .csv"),
        (["--target", "y", "--lam", "1", "-o", ""], "-o"),
        (["--target", "y", "--target", "a", "--lam", "1"], "--target"),
        (["--target", " ", "--lam", "1"], "--target"),
        (["--target", "y", "--penalty", "group-lasso", "--groups", ";;", "--lam", "1"], "“;;”"),
        (["--target", "y", "--lam", "1", "-o", "missing/a.json"], "missing/a.json"),
    ],
)
def test_bad_words_are_one_sentence(words, said, table, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert said in fails(capsys, "fit", table[0], *words)
    assert os.listdir(tmp_path) == []


def test_without_a_penalty_lam_is_taken_and_said_to_have_no_effect(table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answers = []
    for words in ([], ["--lam", "3"]):
        assert main(["fit", str(table[0]), "--target", "y", "--penalty", "none", *words, "-o", "a.json"]) == 0
        answers.append(json.loads((tmp_path / "a.json").read_text()))
    assert answers[0]["coefficients"] == answers[1]["coefficients"]
    assert any("no effect" in note for note in answers[1]["notes"])


def test_advice_is_printed_with_its_numbers(table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["fit", str(table[0]), "--target", "y", "--advise", "--lam", "0.1", "-o", "a.json"]) == 0
    advice = json.loads((tmp_path / "a.json").read_text())["advice"]
    assert {"key", "value", "says", "means", "lab"} == set(advice[0])
    assert "penalty" in [item["key"] for item in advice]


@pytest.mark.parametrize(("words", "idle"), [
    (["--lam", "1", "--seed", "0"], "--seed"), (["--lam", "1", "--fold-order", "shuffled"], "--fold-order"),
    (["--path", "--seed", "1"], "--seed"), (["--penalty", "none", "--seed", "1"], "--seed"),
    (["--cv", "5", "--fold-order", "interleaved", "--seed", "1"], "--seed"), (["--lam", "1", "--advise"], "--advise"),
    (["--cv", "5", "--seed", "1", "--fold-order", "shuffled"], ""),
])  # fmt: skip
def test_a_line_says_which_options_a_fit_does_not_heed(words, idle, table, tmp_path, capsys):
    assert main(["fit", str(table[0]), "--target", "y", *words, "-o", str(tmp_path / "a.csv")]) == 0
    said = capsys.readouterr().err
    assert said.startswith(f"{idle} has no effect on ") and said.count("\n") == 1 if idle else not said
