"""The facts of the stability lab, read off its frames: refits, the grouping bound, twins, and units of measurement."""

from collections import Counter
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regviz.data import bundled, bundled_names, synthetic
from regviz.lab import Gesture, replace
from regviz.labs import find
from regviz.labs.stability import source
from regviz.linear.advise import advise
from regviz.linear.bootstrap import Resamples
from regviz.linear.elastic_net import elastic_net_at
from regviz.linear.problem import Problem

LAB = find("stability")
scene = import_module("regviz.labs.stability.scene")
START = LAB.State()
REAL = tuple(name for name in bundled_names() if name != "mcycle")
WAYS = ("with", "without")


def frames(**changes):
    return list(LAB.frames(replace(START, **changes)))


def last(**changes):
    return frames(**changes)[-1]


def marks(frame, panel):
    return {mark.key: mark for mark in frame.panel(panel).marks}


def drawn(**changes):
    """The synthetic rows of a state."""
    state = replace(START, **changes)
    made = synthetic(
        n=state.n, p=state.p, informative=state.informative, noise=state.noise, rho=state.rho,
        correlation=state.correlation, scale_spread=state.scale_spread, seed=state.seed, n_validation=0,
    )  # fmt: skip
    return made.X, made.y


def click(panel, mark, index):
    return Gesture(kind="click", panel=panel, mark=mark, index=index, x=0.0, y=0.0, from_x=0.0, from_y=0.0)


def run(code, **names):
    """The variables that a snippet leaves."""
    exec(code, names)
    return names


@settings(max_examples=30)
@given(
    n=st.integers(5, 80), p=st.integers(2, 16), share=st.floats(1e-4, 2.0), alpha=st.floats(0.0, 1.0),
    rho=st.floats(0.0, 0.999), correlation=st.sampled_from(["twins", "ar1", "equal"]), standardize=st.booleans(),
    spread=st.floats(1.0, 100.0), tab=st.sampled_from(["selection", "scale"]),
    penalty=st.sampled_from(["ridge", "lasso", "elastic-net"]), factor=st.floats(1e-3, 1e3), seed=st.integers(0, 99),
)  # fmt: skip
def test_every_fit_is_certified_and_no_pair_breaks_the_bound(share, **changes):
    changes["scale_spread"] = changes.pop("spread")
    top = last(refits=2, **changes).limits["lam"][1] / 2.0
    for frame in frames(refits=12, lam=share * top, **changes):
        assert frame.certificate.holds, frame.certificate
        if changes["tab"] == "selection":
            bound, apart = frame.readout("bound"), frame.readout("gap_elastic_net")
            assert (bound is None) == (share * top * (1.0 - changes["alpha"]) == 0.0)
            assert bound is None or apart <= bound * (1.0 + 1e-9) + 1e-12


@pytest.mark.parametrize("dataset", REAL)
def test_every_bundled_table_is_certified_in_both_tabs(dataset):
    low, high = last(dataset=dataset, refits=4).limits["lam"]
    for lam in (np.sqrt(low * high), high / 4.0):
        assert last(dataset=dataset, lam=float(lam), refits=6).readout("kkt") <= 1e-9
        for penalty in ("lasso", "ridge"):
            frame = last(dataset=dataset, lam=float(lam), tab="scale", penalty=penalty, factor=30.0)
            assert frame.readout("kkt") <= 1e-9


def test_the_lasso_picks_one_twin_and_the_elastic_net_keeps_both():
    alone = {rho: last(rho=rho) for rho in (0.5, 0.9, 0.99, 0.999)}
    lasso = [frame.readout("one_lasso") for frame in alone.values()]
    assert lasso == sorted(lasso)
    assert lasso[0] == 0.0
    assert lasso[-1] > 0.8
    assert all(frame.readout("one_elastic_net") <= 0.02 for frame in alone.values())


def test_which_twin_is_picked_changes_from_draw_to_draw():
    cloud = marks(last(rho=0.999), "twins")
    x, y = cloud["lasso"].x, cloud["lasso"].y
    only_x, only_y = np.count_nonzero((y == 0.0) & (x != 0.0)), np.count_nonzero((x == 0.0) & (y != 0.0))
    assert min(only_x, only_y) > 15
    net = cloud["elastic-net"]
    assert np.abs(net.x - net.y).max() < 0.1 * np.abs(net.x + net.y).mean()


def test_readouts_are_those_of_the_drawn_cloud():
    frame = last(lam=1.0)
    cloud = marks(frame, "twins")
    for key, name in (("lasso", "one_lasso"), ("elastic-net", "one_elastic_net")):
        alone = (cloud[key].x == 0.0) != (cloud[key].y == 0.0)
        assert frame.readout(name) == pytest.approx(alone.mean(), abs=1e-12)
    both = cloud["all-rows"]
    assert frame.readout("gap_lasso") == abs(both.x[0] - both.y[0])
    assert frame.readout("gap_elastic_net") == abs(both.x[1] - both.y[1])


@pytest.mark.parametrize("alpha", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("correlation", ["twins", "ar1", "equal"])
def test_the_elastic_net_stays_under_the_bound_at_every_rho(alpha, correlation):
    curves = marks(last(alpha=alpha, correlation=correlation), "grouping")
    bound, net = curves["bound"], curves["elastic-net"]
    assert (bound.x == net.x).all()
    known = np.isfinite(net.y[0])
    assert known.sum() > 5
    assert (net.y[0, known] <= bound.y[0, known]).all()
    assert bound.y[0, -1] < 0.05 * bound.y[0, 0]


def test_the_lasso_breaks_through_the_bound():
    curves = marks(last(), "grouping")
    assert curves["lasso"].y[0, -1] > curves["bound"].y[0, -1]


@pytest.mark.parametrize("rho", [0.3, 0.9, 0.99])
def test_the_bound_is_the_closed_form_of_the_sample(rho):
    frame = last(rho=rho, lam=0.4, alpha=0.25)
    X, y = drawn(rho=rho)
    r = np.corrcoef(X[:, 6], X[:, 7])[0, 1]
    assert frame.panel("twins").title == "Twins w7 and w8"
    assert frame.readout("correlation") == pytest.approx(r, rel=1e-12)
    assert frame.readout("bound") == pytest.approx(np.sqrt(2.0 * (1.0 - r)) * y.std() / (0.4 * 0.75), rel=1e-9)
    made = Problem.of(X, y)
    w = elastic_net_at(made, 0.4, 0.25)
    assert frame.readout("gap_elastic_net") == pytest.approx(abs(w[6] - w[7]), rel=1e-9)


def test_the_curves_over_rho_pass_through_the_fit_on_screen():
    frame = last(rho=0.9)
    curves = marks(frame, "grouping")
    where = int(np.argmin(np.abs(curves["lasso"].x - 0.9)))
    assert curves["lasso"].x[where] == pytest.approx(0.9, abs=1e-12)
    for key, k in (("lasso", 0), ("elastic-net", 1)):
        assert curves[key].y[0, where] == pytest.approx(curves["here"].y[k], rel=1e-9)


@pytest.mark.parametrize("standardize", [True, False])
def test_every_pair_of_a_table_stays_under_its_bound(standardize):
    frame = last(dataset="diabetes", lam=5.0, standardize=standardize)
    dots = marks(frame, "grouping")
    net, bound = dots["elastic-net"], dots["bound"]
    known = np.flatnonzero(np.isfinite(net.y))
    assert known.size > 10
    if standardize:
        order = np.argsort(bound.x)
        limit = np.interp(net.x, bound.x[order], bound.y[0][order])
    else:
        limit = bound.y
    assert (net.y[known] <= limit[known]).all()


def test_without_a_ridge_part_there_is_no_bound_and_the_caption_says_none():
    frame = last(alpha=1.0)
    assert frame.readout("bound") is None
    assert "at most" not in frame.caption
    assert frame.readout("gap_lasso") == frame.readout("gap_elastic_net")


@pytest.fixture
def twins_file(tmp_path):
    """A table whose third column is the first in other units."""
    rng = np.random.default_rng(5)
    a, b = rng.standard_normal((2, 50))
    y = 2.0 * a + b + 0.5 * rng.standard_normal(50)
    file = tmp_path / "doubled.csv"
    lines = [f"{float(p)!r},{float(q)!r},{float(8.0 * p)!r},{float(t)!r}" for p, q, t in zip(a, b, y, strict=True)]
    file.write_text("metres,other,eighths,y\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


def test_identical_columns_share_equally_and_the_lasso_is_said_not_to_be_unique(twins_file):
    frame = last(dataset=twins_file, target="y", lam=0.3)
    assert frame.status == "not-unique"
    assert "the lasso solution is not unique" in frame.message
    assert "metres and eighths" in frame.message
    assert frame.readout("gap_elastic_net") <= 1e-10
    cloud = marks(frame, "twins")
    assert np.abs(cloud["elastic-net"].x - cloud["elastic-net"].y).max() <= 1e-10


def test_the_drawn_segment_holds_lasso_solutions_only(twins_file):
    cloud = marks(last(dataset=twins_file, target="y", lam=0.3), "twins")
    ends = cloud["solutions"]
    made = LAB.State(dataset=twins_file, target="y", lam=0.3)
    table = np.genfromtxt(twins_file, delimiter=",", skip_header=1)
    found = Problem.of(table[:, :3], table[:, 3])
    w = elastic_net_at(found, made.lam, 1.0)
    values = []
    for share in (0.0, 0.3, 1.0):
        split = w.copy()
        split[0] = (1.0 - share) * ends.x[0] + share * ends.x[1]
        split[2] = (1.0 - share) * ends.y[0, 0] + share * ends.y[0, 1]
        left = found.y - found.X @ split
        values.append(left @ left / (2 * found.n) + made.lam * np.abs(split).sum())
    assert np.ptp(values) <= 1e-12 * values[0]
    split[0] += 0.1
    left = found.y - found.X @ split
    assert left @ left / (2 * found.n) + made.lam * np.abs(split).sum() > values[0] + 1e-3


def test_where_both_twins_are_zero_the_solution_is_unique(twins_file):
    frame = last(dataset=twins_file, target="y", lam=10.0)
    assert frame.readout("kept_lasso") == 0
    assert frame.status == "exact"


def test_later_frames_have_more_refits_and_keep_the_earlier_ones():
    every = frames(p=60, n=80, informative=10, refits=60, seed=3)
    counts = [frame.readout("refits") for frame in every]
    assert counts == sorted(counts)
    assert counts[-1] == 60 > counts[0]
    first, final = (marks(frame, "twins")["lasso"] for frame in (every[0], every[-1]))
    assert final.x[: counts[0]].tolist() == first.x.tolist()
    assert [frame.progress is None for frame in every] == [False] * (len(every) - 1) + [True]


def test_equal_states_give_equal_frames_whatever_was_shown_before():
    state = replace(START, lam=0.2, rho=0.7, seed=8)
    first = last(lam=0.2, rho=0.7, seed=8).to_json()
    for lam in (0.05, 0.5, 0.2):
        assert LAB.frames(replace(state, lam=lam)) is not None
        again = list(LAB.frames(replace(state, lam=lam)))[-1].to_json()
    assert again == first


def test_what_does_not_move_with_lam_is_the_same_object():
    one, two = last(lam=0.5), last(lam=0.51)
    for panel, keys in (("stability-path", ("features", "others")), ("twins", ("diagonal",))):
        for key in keys:
            assert one.panel(panel).mark(key) is two.panel(panel).mark(key)
    for a, b in zip(one.panels, two.panels, strict=True):
        assert (a.x is b.x, a.y is b.y) == (True, True), a.key


def test_the_curves_over_lam_agree_with_the_refits_there():
    frame = last()
    curve = frame.panel("stability-path").mark("features")
    lam = float(np.sqrt(curve.x[60] * curve.x[61]))
    bars = marks(last(lam=lam), "selection")["lasso"]
    for label, share in zip(curve.labels, curve.y, strict=True):
        here = bars.values[bars.labels.index(label)]
        assert min(share[60:62]) - 0.05 <= here <= max(share[60:62]) + 0.05


@pytest.mark.parametrize("standardize", [True, False])
def test_the_copied_refits_give_the_bars(standardize):
    changes = {"lam": 0.5, "refits": 12, "standardize": standardize, "p": 8, "n": 50}
    frame = last(**changes)
    X, y = drawn(**changes)
    code = LAB.snippets(replace(START, **changes))["scikit-learn"]
    kept = run(code, X=X, y=y)["kept"]
    found = marks(frame, "selection")
    assert found["lasso"].values == pytest.approx(kept["lasso"], abs=1e-12)
    assert found["elastic-net"].y == pytest.approx(kept["elastic net"], abs=1e-12)


def test_the_scale_tab_of_many_features_can_be_stopped_between_its_curves():
    seen = frames(tab="scale", n=20, p=104)
    shares = [frame.progress for frame in seen[1:-1]]
    assert len(shares) >= 20
    assert shares == sorted(shares)
    assert seen[-1].progress is None
    assert {"without", "cursor"} <= set(marks(seen[-1], "factor"))


def scaled(way, **changes):
    """The bars of one of the two fits in the scale tab."""
    frame = last(tab="scale", **changes)
    return marks(frame, f"{way}-standardising")[way].values


@pytest.mark.parametrize("penalty", ["ridge", "lasso", "elastic-net"])
@pytest.mark.parametrize("dataset", ["synthetic", "prostate"])
def test_units_change_the_fit_without_standardising_only(penalty, dataset):
    changes = {"penalty": penalty, "dataset": dataset, "lam": 0.2, "feature": 0}
    base = {way: scaled(way, factor=1.0, **changes) for way in WAYS}
    moved = []
    for factor in (1e-3, 0.1, 7.0, 1e3):
        frame = last(tab="scale", factor=factor, **changes)
        same, other = (marks(frame, f"{way}-standardising")[way].values for way in WAYS)
        assert same == pytest.approx(base["with"], abs=1e-10)
        assert frame.readout("moved_with") == 0.0
        moved.append(float(np.abs(other - base["without"]).max()))
        assert frame.readout("moved_without") == pytest.approx(moved[-1], rel=1e-9, abs=1e-12)
    assert max(moved) > 0.1


@pytest.mark.parametrize("factor", [0.03, 1.0, 40.0])
def test_ridge_in_other_units_is_ridge_with_one_price_for_each_feature(factor):
    changes = {"dataset": "prostate", "penalty": "ridge", "lam": 0.5, "feature": 1, "factor": factor}
    table = bundled("prostate")
    X, y = np.array(table.X), np.array(table.y)
    spread = X.std(axis=0)
    price = (np.sqrt(np.mean(spread**2)) / (spread * np.where(np.arange(X.shape[1]) == 1, factor, 1.0))) ** 2
    Z = (X - X.mean(axis=0)) / spread
    expected = np.linalg.solve(Z.T @ Z / len(y) + 0.5 * np.diag(price), Z.T @ (y - y.mean()) / len(y))
    assert scaled("without", **changes) == pytest.approx(expected, rel=1e-9)
    even = np.linalg.solve(Z.T @ Z / len(y) + 0.5 * np.eye(X.shape[1]), Z.T @ (y - y.mean()) / len(y))
    assert scaled("with", **changes) == pytest.approx(even, rel=1e-9)


@pytest.mark.parametrize("penalty", ["ridge", "lasso", "elastic-net"])
def test_the_curve_over_the_factor_is_the_fit_at_that_factor(penalty):
    frame = last(tab="scale", penalty=penalty, feature=7)
    curve = marks(frame, "factor")["without"]
    for k in (0, 20, 30, 45, 60):
        there = last(tab="scale", penalty=penalty, feature=7, factor=float(curve.x[k]))
        assert there.readout("effect_without") == pytest.approx(curve.y[0, k], rel=1e-7, abs=1e-9)
    assert curve.y[0, 0] == pytest.approx(0.0, abs=1e-3)


def test_small_numbers_are_thrown_out_by_the_lasso_and_the_twin_takes_over():
    frame = last(tab="scale", factor=0.1)
    assert frame.readout("effect_without") == 0.0
    assert frame.readout("effect_with") > 1.0
    assert "exactly zero" in frame.caption
    old, new = (scaled("without", factor=factor)[7] for factor in (1.0, 0.1))
    assert new > old + 1.0


@pytest.mark.parametrize("penalty", ["ridge", "lasso", "elastic-net"])
def test_the_copied_fits_in_other_units_give_the_readouts(penalty):
    changes = {"tab": "scale", "penalty": penalty, "lam": 0.3, "factor": 25.0}
    X, y = drawn(**changes)
    frame = last(**changes)
    effect = run(LAB.snippets(replace(START, **changes))["scikit-learn"], X=X, y=y)["effect"]
    j = int(frame.readout("feature")[1:]) - 1
    for way in WAYS:
        assert effect[way][j] == pytest.approx(frame.readout(f"effect_{way}"), rel=1e-6)


def test_a_click_makes_a_feature_a_twin_and_the_one_in_other_units():
    changes = LAB.gesture(START, click("selection", "lasso", 2))
    assert changes == {"feature_x": 7, "feature_y": 2}
    assert last(**changes).panel("twins").title == "Twins w8 and w3"
    assert LAB.gesture(START, click("selection", "lasso", 6)) == {}
    scale = replace(START, tab="scale")
    assert LAB.gesture(scale, click("without-standardising", "without", 3)) == {"feature": 3}
    table = replace(START, dataset="diabetes", lam=3.0)
    dots = marks(last(dataset="diabetes", lam=3.0), "grouping")["elastic-net"]
    pair = LAB.gesture(table, click("grouping", "elastic-net", 5))
    frame = last(dataset="diabetes", lam=3.0, **pair)
    assert abs(frame.readout("correlation")) == pytest.approx(dots.x[5], rel=1e-12)


def test_one_chosen_twin_gets_the_feature_most_like_it():
    assert last(feature_x=2).panel("twins").title == "Twins w3 and w4"
    assert last(feature_y=2).panel("twins").title == "Twins w4 and w3"
    assert last(feature_x=99, feature_y=99, p=6).panel("twins").title == "Twins w6 and w5"


def test_one_feature_has_no_twin(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("x,y\n" + "\n".join(f"{k},{k * k % 7}" for k in range(20)) + "\n", encoding="utf-8")
    frame = last(dataset=str(file), target="y", lam=0.01)
    assert [panel.key for panel in frame.panels] == ["selection", "spread", "stability-path"]
    assert frame.readout("bound") is None
    assert frame.certificate.holds
    assert last(dataset=str(file), target="y", lam=0.01, tab="scale").certificate.holds


def test_constant_columns_and_targets_are_shown(tmp_path):
    file = tmp_path / "flat.csv"
    file.write_text("a,b,c,y\n" + "\n".join(f"{k},5,{k % 3},2" for k in range(20)) + "\n", encoding="utf-8")
    for tab in ("selection", "scale"):
        frame = last(dataset=str(file), target="y", tab=tab)
        assert "y is constant" in frame.message
        assert frame.certificate.holds
    file.write_text("a,b,c,y\n" + "\n".join(f"{k},5,{k % 3},{k % 5}" for k in range(20)) + "\n", encoding="utf-8")
    frame = last(dataset=str(file), target="y", lam=0.01)
    assert "b" in frame.message
    assert frame.certificate.holds


def test_the_advisor_links_here():
    X, y = drawn(rho=0.99)
    states = [dict(found.state) for found in advise(X * np.geomspace(1.0, 1e3, 12), y) if found.lab == "stability"]
    assert {"tab": "scale"} in states
    assert any("rho" in state for state in states)
    for state in states:
        assert last(**state).certificate.holds


def test_features_against_each_other_are_compared_by_the_sum(tmp_path):
    rng = np.random.default_rng(1)
    a = rng.standard_normal(60)
    b = -a + 0.05 * rng.standard_normal(60)
    y = a - b + rng.standard_normal(60)
    file = tmp_path / "against.csv"
    rows = [",".join(repr(float(v)) for v in row) for row in zip(a, b, y, strict=True)]
    file.write_text("a,b,y\n" + "\n".join(rows) + "\n", encoding="utf-8")
    frame = last(dataset=str(file), target="y", lam=0.3)
    assert frame.readout("correlation") < -0.99
    assert frame.readout("gap_elastic_net") < 0.1
    both = marks(frame, "twins")["all-rows"]
    assert both.x[1] * both.y[1] < 0.0
    assert frame.readout("gap_elastic_net") == pytest.approx(abs(both.x[1] + both.y[1]), abs=1e-12)


@pytest.mark.parametrize("correlation", ["twins", "ar1", "equal"])
def test_the_pair_stays_while_rho_is_dragged(correlation):
    titles = {last(rho=rho, correlation=correlation, refits=4).panel("twins").title for rho in (0.0, 0.3, 0.9, 0.999)}
    assert titles == {"Twins w7 and w8"} if correlation == "twins" else len(titles) == 1


def test_the_caption_says_when_nothing_is_kept():
    frame = last(lam=50.0)
    assert frame.readout("kept_lasso") == frame.readout("kept_elastic_net") == 0
    assert "neither" in frame.caption


def test_no_refit_is_made_twice_however_many_pictures_show_them(monkeypatch):
    """As many as rows that fill the memory leave time for: one refit more in each."""
    state, stops = replace(START, p=4, lam=0.0789, seed=41), tuple(range(2, 302))
    made, counts = scene.scene(source(state)), Counter()
    for maker in ("resamples", "kkt"):
        monkeypatch.setattr(scene, maker, counted(counts, maker, getattr(scene, maker)))
    monkeypatch.setattr(Resamples, "at", counted(counts, "at", Resamples.at))
    for k in range(1, len(stops) + 1):
        found = scene.refits(made, state.seed, stops[:k], state.lam, state.alpha)
    assert counts == {"resamples": 300, "at": 600, "kkt": 2}
    whole = scene.refits(made, state.seed, stops[-1:], state.lam, state.alpha)
    np.testing.assert_allclose(found.net, whole.net, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found.lasso == 0.0, whole.lasso == 0.0)


def counted(counts, name, function):
    """The function, with its calls counted."""

    def call(*given):
        counts[name] += 1
        return function(*given)

    return call
