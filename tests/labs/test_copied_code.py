"""What "copy as" puts on the clipboard, run as it is, gives the numbers on screen, for every penalty and loss."""

import functools
import shutil
import subprocess

import numpy as np
import pytest

from regviz.data import synthetic
from regviz.lab import replace
from regviz.labs import _data, find
from regviz.labs.groups import METHODS as BLOCKS
from regviz.labs.groups import design_key
from regviz.labs.groups.design import designed
from regviz.labs.path import beside
from regviz.labs.path.scene import scene
from regviz.linear.lars import METHODS as WALKS
from regviz.linear.penalties import PENALTIES
from regviz.linear.presets import comparisons
from regviz.linear.snippets import FLAVOURS

PYTHON = ("scikit-learn", "NumPy")


def start(lab, **changes):
    return replace(find(lab).State(), **changes)


def first(lab, state):
    return next(find(lab).frames(state))


def last(lab, state):
    *_, frame = find(lab).frames(state)
    return frame


def code(lab, state):
    return find(lab).snippets(state)


@functools.lru_cache(maxsize=4)
def ran(text):
    """The variables that a program leaves."""
    space = {}
    exec(compile(text, "copied", "exec"), space)  # noqa: S102 - our own text
    return space


def same(found, shown, share=1e-7):
    """Both within a share of the largest."""
    assert np.ravel(found) == pytest.approx(np.ravel(shown), abs=share * max(float(np.abs(shown).max()), 1e-3))


def says_so(flavour, text):
    """Whether the program is a comment that there is no such penalty."""
    said = text.startswith("# ") and " has no " in text and len(text.splitlines()) == 1
    assert said == (len([line for line in text.splitlines() if not line.startswith("#")]) == 0), (flavour, text)
    return said


@pytest.fixture(scope="module")
def two_valued(tmp_path_factory):
    """A table with a target of two values, columns of different scales and a text column."""
    file = tmp_path_factory.mktemp("copied") / "two.csv"
    rng = np.random.default_rng(3)
    X = rng.normal(size=(60, 3)) * [1.0, 2.0, 0.7]
    y = np.where(X @ [1.0, -0.5, 0.0] + rng.normal(size=60) > 0.0, "yes", "no")
    rows = (",".join([*map(str, x), "abc"[k % 3], answer]) for k, (x, answer) in enumerate(zip(X, y, strict=True)))
    file.write_text("u,v,w,kind,answer\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("penalty", PENALTIES)
def test_shrinkage(penalty, loss, standardize, two_valued):
    data = {"dataset": two_valued, "target": "answer", "folds": 3} if loss == "logistic" else {"dataset": "prostate"}
    lam = 0.03 if loss == "logistic" else 0.1
    state = start("shrinkage", penalty=penalty, lam=lam, alpha=0.3, standardize=standardize, **data)
    shown = first("shrinkage", state).panel("coefficients").mark("coefficients")
    texts = code("shrinkage", state)
    assert tuple(texts) == FLAVOURS
    for flavour, text in texts.items():
        assert says_so(flavour, text) == (penalty == "group-lasso" and flavour != "NumPy")
        if flavour in PYTHON and not says_so(flavour, text):
            same(ran(text)["coef"] * ran(text)["scale"], shown.raw * ran(text)["scale"])


@pytest.mark.parametrize("changes", [
    {"penalty": "lasso", "lam": 0.0}, {"penalty": "ridge", "lam": 0.0, "n": 9},
    {"penalty": "elastic-net", "alpha": 0.0}, {"penalty": "elastic-net", "alpha": 1.0},
    {"penalty": "group-lasso", "group_size": 5, "scale_spread": 20.0},
    {"penalty": "lasso", "n": 8, "lam": 0.5}, {"penalty": "group-lasso", "lam": 1e3}, {"penalty": "lasso", "lam": 1e3},
], ids=str)  # fmt: skip
def test_shrinkage_at_the_ends_of_its_sliders(changes):
    state = start("shrinkage", **changes)
    shown = first("shrinkage", state).panel("coefficients").mark("coefficients").raw
    for flavour in PYTHON:
        text = code("shrinkage", state)[flavour]
        if not says_so(flavour, text):
            same(ran(text)["coef"], shown)


@pytest.mark.parametrize("changes", [
    {}, {"dataset": "birthwt"}, {"dataset": "synthetic", "group_size": 4, "standardize": False},
], ids=str)  # fmt: skip
@pytest.mark.parametrize("method", BLOCKS)
def test_groups(method, changes):
    state = start("groups", penalty=method, alpha=0.3, **changes)
    state = replace(state, lam=0.3 * first("groups", state).readout("lam_max"))
    shown, order = first("groups", state).panel(method).mark("coefficients").raw, designed(design_key(state)).order
    for flavour, text in code("groups", state).items():
        assert says_so(flavour, text) == (method != "lasso" and flavour != "NumPy")
        if flavour in PYTHON and not says_so(flavour, text):
            same(ran(text)["coef"][order], shown, 1e-5)


@pytest.mark.parametrize("changes", [
    {"step": 5}, {"step": 3, "within": 0.4}, {"step": 0}, {"step": 99}, {"step": 4, "standardize": False},
    {"dataset": "synthetic", "step": 6, "within": 0.5},
], ids=str)  # fmt: skip
@pytest.mark.parametrize("method", WALKS)
def test_walks(method, changes):
    state = start("path", method=method, **changes)
    walk = scene(_data.source(state), method).walk
    shown = walk.problem.unscale(walk.coef_at(min(state.step + state.within, walk.steps)))[1]
    for flavour, text in code("path", state).items():
        assert says_so(flavour, text) == (method == "stagewise" and flavour == "scikit-learn")
        if flavour in PYTHON and not says_so(flavour, text):
            scale = ran(text)["scale"]
            same(ran(text)["coef"] * scale, shown * scale)


@pytest.mark.parametrize("penalty", [*beside.PENALTIES, "all"])
def test_fits_that_the_path_lab_compares_and_chooses(penalty):
    view = "penalties" if penalty == "all" else "choose"
    state = start("path", view=view, step=4, alpha=0.4, penalty="lasso" if penalty == "all" else penalty)
    frame, key = first("path", state), _data.source(state)
    if view == "choose":
        assert f"| regviz | 1/(2n)‖y−Xw‖² + λ[α‖w‖₁ + (1−α)/2‖w‖²] | λ = {frame.readout('lam'):.5g}"[:60] in (
            frame.pages["λ elsewhere"].replace("\\", "")
        )
    for flavour in PYTHON:
        space = ran(code("path", state)[flavour])
        found = space["fits"] if penalty == "all" else {penalty: (space["intercept"], space["coef"])}
        for name in beside.PENALTIES if penalty == "all" else [penalty]:
            path = beside.curves(key, name, 0.4).path
            level, shown = path.problem.unscale(path.standardized_at(frame.readout("lam")))
            same(found[name][1], shown)
            assert found[name][0] == pytest.approx(level, rel=1e-7)


def test_published_numbers():
    space = ran(code("path", start("path", preset="efron-2004"))["scikit-learn"])
    rows = {each.key: [row.ours for row in each.rows] for each in comparisons("efron-2004")}
    same(space["knots"], rows["knots"])
    same(space["norms"], rows["norms"])
    same(space["at_hundred"], rows["at-100"])
    space = ran(code("path", start("path", preset="esl-table-3.3"))["scikit-learn"])
    for column in comparisons("esl-table-3.3"):
        level, coef = space["fits"][column.key]
        same([level, *coef, space["errors"][column.key]], [row.ours for row in column.rows][:-1])


@pytest.mark.parametrize("inputs", ["features", "curve"])
@pytest.mark.parametrize(("prior", "standardize"), [("gaussian", True), ("laplace", True), ("laplace", False)])
def test_bayes(prior, standardize, inputs):
    state = start("bayes", prior=prior, dataset="diabetes", standardize=standardize, inputs=inputs, bumps=6, lam=2.0,
                  along=2, sample=False)  # fmt: skip
    frame = first("bayes", state)
    texts = code("bayes", state)
    mode = frame.panel("coefficients").mark("map").values
    same(ran(texts["scikit-learn"])["coef"] * ran(texts["scikit-learn"])["scale"], mode)
    if prior == "gaussian":
        same(ran(texts["NumPy"])["mean"], mode)
    assert "R glmnet" not in texts or inputs == "features"


@pytest.mark.parametrize(("lab", "states"), [
    ("shrinkage", [{"penalty": each} for each in PENALTIES if each != "none"]),
    ("geometry", [{"ball": each} for each in ("l1", "l2", "elastic-net", "group")]),
    ("path", [{}, {"view": "choose", "penalty": "ridge"}]), ("bayes", [{}, {"prior": "gaussian"}]),
    ("stability", [{}, {"tab": "scale", "penalty": "ridge"}]), ("groups", [{"penalty": each} for each in BLOCKS]),
    ("overfitting", [{"penalty": each} for each in ("ridge", "lasso", "elastic-net")]),
])  # fmt: skip
def test_every_linear_lab_converts_its_lam(lab, states):
    for changes in states:
        frame = first(lab, start(lab, **changes))
        page = frame.pages["λ elsewhere"]
        assert f"λ = {frame.readout('lam'):.5g}"[:7] in page, changes


def test_conversions_without_data_are_those_of_any_number_of_rows():
    page = last("geometry", start("geometry", ball="l2", lam=0.5)).pages["λ elsewhere"]
    for said in ("alpha = 0.50000 · n", "weight_decay = 1.0000 |", "λ = 0.50000 |"):
        assert said in page
    assert "glmnet" not in page
    assert not last("geometry", start("geometry", ball="lq")).pages


R_STATES = [
    *(("shrinkage", {"penalty": each}) for each in PENALTIES if each != "group-lasso"),
    *(("overfitting", {"basis": each, "degree": 4, "penalty": "ridge"}) for each in ("polynomial", "fourier")),
]


@pytest.mark.release
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
@pytest.mark.parametrize(("lab", "changes"), R_STATES, ids=str)
def test_r_gives_the_same(lab, changes, tmp_path):
    state = start(lab, lam=0.2, **changes)
    text = code(lab, state)["R glmnet"]
    if lab == "shrinkage":
        made = synthetic(n=state.n, p=state.p, informative=state.informative, noise=state.noise, rho=state.rho,
                         seed=state.seed)  # fmt: skip
        np.savetxt(tmp_path / "X.txt", made.X, fmt="%.17g")
        np.savetxt(tmp_path / "y.txt", made.y, fmt="%.17g")
        text = "X <- as.matrix(read.table('X.txt'))\ny <- scan('y.txt', quiet = TRUE)\n" + text
    (tmp_path / "copied.R").write_text(text + "cat(format(coef, digits = 17))\n")
    done = subprocess.run(["Rscript", "copied.R"], cwd=tmp_path, capture_output=True, text=True, check=False)
    if "no package called" in done.stderr:
        pytest.skip("glmnet is not installed")
    found = np.array(done.stdout.split(), dtype=float)
    same(found, ran(code(lab, state)["NumPy"])["coef"], 1e-6)
