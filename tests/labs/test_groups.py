"""The facts of the groups lab, read off its frames: whole blocks, certificates, the weights, proximal gradient."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regviz.lab import Gesture, replace, show
from regviz.labs import find
from regviz.labs._memo import Gradual
from regviz.labs.groups import descent, design_key, path, scene
from regviz.labs.groups.design import block_name, designed

LAB = find("groups")
START = LAB.State()
METHODS = ("lasso", "sparse-group-lasso", "group-lasso")
SETS = {
    "lags": {}, "single blocks": {"group_size": 1}, "one-hot": {"dataset": "birthwt"},
    "user": {"dataset": "hitters", "groups": "AtBat,Hits,HmRun;CAtBat,CHits,CRuns,CRBI;PutOuts,Assists"},
    "cut across": {"dataset": "synthetic", "group_size": 3},
    "wavelengths": {"dataset": "gasoline", "group_size": 20}, "more features than rows": {"n": 15},
}  # fmt: skip
EVERY = pytest.mark.parametrize("changes", SETS.values(), ids=SETS.keys())


def last(**changes):
    *_, frame = LAB.frames(replace(START, **changes))
    return frame


def at(share, **changes):
    """The frame at a share of the largest λ that matters."""
    top = last(**changes).limits["lam"][1] / 1.3
    return last(lam=share * top, **changes)


def made(**changes):
    return designed(design_key(replace(START, **changes)))


def bars(frame, method):
    return frame.panel(method).mark("coefficients").values


def counts(plan, values):
    """Non-zero features of each block, in the order of the bars."""
    return [np.count_nonzero(values[a:b]) for a, b in itertools.pairwise(plan.starts)]


@EVERY
def test_group_lasso_takes_whole_blocks_and_all_three_are_certified(changes):
    plan = made(**changes)
    sizes = np.diff(plan.starts)
    seen = set()
    for share in (0.9, 0.4, 0.1, 0.02, 1e-3):
        frame = at(share, **changes)
        assert frame.certificate.holds
        assert frame.certificate.tolerance == 1e-9
        for count, size in zip(counts(plan, bars(frame, "group-lasso")), sizes, strict=True):
            assert count in (0, size)
            seen.add(bool(count))
    assert seen == {True, False}


def test_the_lasso_picks_blocks_apart_and_the_sparse_group_lasso_lies_between():
    plan, frame = made(), last(lam=0.6)
    size = plan.starts[1]
    for method in ("lasso", "sparse-group-lasso"):
        assert any(0 < count < size for count in counts(plan, bars(frame, method)))
    kept = [np.count_nonzero(counts(plan, bars(frame, method))) for method in METHODS]
    assert kept[2] < kept[0]
    ends = [bars(last(lam=0.6, alpha=alpha), "sparse-group-lasso") for alpha in (0.0, 1.0)]
    assert ends[0] == pytest.approx(bars(frame, "group-lasso"), abs=1e-9)
    assert ends[1] == pytest.approx(bars(frame, "lasso"), abs=1e-9)


def test_with_blocks_of_one_the_three_are_the_lasso():
    for share in (0.5, 0.05):
        frame = at(share, group_size=1)
        for method in METHODS[1:]:
            assert np.array_equal(bars(frame, method), bars(frame, "lasso"))
        assert "one feature" in frame.caption


@EVERY
def test_lam_max_is_the_largest_block_correlation_over_its_root(changes):
    plan = made(**changes)
    problem = plan.problem
    sizes = [np.linalg.norm(problem.X[:, g].T @ problem.y) / math.sqrt(len(g)) for g in map(list, plan.groups)]
    top = last(**changes).readout("lam_max")
    assert top == pytest.approx(max(sizes) / problem.n, rel=1e-12)
    assert not bars(last(lam=top * (1 + 1e-12), **changes), "group-lasso").any()
    assert bars(last(lam=top * (1 - 1e-6), **changes), "group-lasso").any()


@EVERY
def test_a_block_is_in_exactly_where_its_bar_is_above_the_line(changes):
    plan = made(**changes)
    both = set()
    for share in (0.7, 0.3, 0.05, 2e-3):
        frame = at(share, entry_test=True, **changes)
        panel = frame.panel("entry")
        inside = np.array(counts(plan, bars(frame, "group-lasso"))) > 0
        lam = frame.readout("lam")
        shown = panel.mark("margins").values
        clear = np.abs(shown - lam) > 1e-9 * plan.problem.lam_max
        assert np.array_equal((shown > lam)[clear], inside[clear])
        assert panel.mark("cursor").value == lam
        roots = np.sqrt(np.diff(plan.starts))
        assert panel.mark("margins").ghost == pytest.approx(shown * roots, rel=1e-12)
        both |= set(inside.tolist())
    assert both == {True, False}


@pytest.mark.parametrize("method", METHODS)
def test_the_norms_are_those_of_the_bars_and_rings_stand_where_blocks_come_in(method):
    plan = made()
    frame = last(penalty=method, lam=0.3)
    values = bars(frame, method)
    sizes = [np.linalg.norm(values[a:b]) for a, b in itertools.pairwise(plan.starts)]
    panel = frame.panel("path")
    assert panel.mark("here").y == pytest.approx(sizes, abs=1e-12)
    rings = panel.mark("entries")
    assert len(rings.x) >= 5
    for lam, role in zip(rings.x, rings.roles, strict=True):
        g = plan.roles.index(role)
        above, below = (bars(last(penalty=method, lam=lam * (1 + e)), method) for e in (1e-7, -1e-7))
        block = slice(plan.starts[g], plan.starts[g + 1])
        assert not above[block].any()
        assert below[block].any()
    curves = panel.mark("norms")
    for k in (3, len(curves.x) // 2):
        w = bars(last(penalty=method, lam=float(curves.x[k])), method)
        again = [np.linalg.norm(w[a:b]) for a, b in itertools.pairwise(plan.starts)]
        assert curves.y[:, k] == pytest.approx(again, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_the_objective_never_rises_for_steps_up_to_one_over_l(method):
    for length in (0.05, 0.5, 1.0):
        frames = [last(penalty=method, rate=length, step=step, lam=0.4) for step in range(0, 60, 4)]
        values = [frame.readout("step_objective") for frame in frames]
        assert all(b <= a * (1 + 1e-14) for a, b in itertools.pairwise(values))
        assert values[-1] < values[0]
        assert all(value >= frames[0].readout("objective") * (1 - 1e-13) for value in values)
        curve = frames[0].panel("objective").mark("excess").y[0]
        drawn = curve[np.isfinite(curve)]
        assert (np.diff(drawn) <= 1e-12 * values[0]).all()


@pytest.mark.parametrize("method", METHODS)
def test_it_falls_to_the_certified_optimum(method):
    frame = last(penalty=method, step=descent.STEPS, lam=0.6)
    assert frame.readout("step_objective") == pytest.approx(frame.readout("objective"), rel=1e-8)
    plane = frame.panel("plane")
    now, end = plane.mark("now"), plane.mark("target")
    assert (now.x[0], now.y[0]) == pytest.approx((end.x[0], end.y[0]), abs=1e-3)


def test_steps_that_are_too_long_say_that_they_diverged():
    frame = last(rate=4.0, step=descent.STEPS)
    assert frame.status == "diverged"
    assert "diverged" in frame.message
    assert last(rate=1.0).status == "exact"


@pytest.mark.parametrize("lags", [2, 5])
@pytest.mark.parametrize("step", [1, 2, 10])
def test_the_drawn_prox_is_the_block_threshold_after_the_gradient_step(lags, step):
    changes = {"lags": lags, "step": step, "lam": 0.8, "block": 3}
    plan, frame = made(lags=lags), last(**changes)
    panel = frame.panel("plane")
    arrows = panel.mark("steps")
    assert arrows.labels == ("gradient step", "block threshold")
    start, moved = (np.array([arrows.x[k], arrows.y[k]]) for k in (0, 1))
    end = moved + [arrows.dx[1], arrows.dy[1]]
    assert start + [arrows.dx[0], arrows.dy[0]] == pytest.approx(moved, abs=1e-12)
    problem, members = plan.problem, list(plan.groups[3])
    eta = problem.n / np.linalg.norm(problem.X, 2) ** 2
    w = np.zeros(problem.p)
    for _ in range(step):
        v = w - eta * problem.X.T @ (problem.X @ w - problem.y) / problem.n
        factors = [max(1 - eta * 0.8 * math.sqrt(lags) / np.linalg.norm(v[list(g)]), 0.0) for g in plan.groups]
        w = v * np.repeat(factors, lags)
    assert np.hypot(*moved) == pytest.approx(np.linalg.norm(v[members]), rel=1e-11)
    assert end == pytest.approx(factors[3] * moved, abs=1e-11)
    assert np.hypot(*end) == pytest.approx(np.linalg.norm(w[members]), rel=1e-11)
    zone = panel.mark("zone")
    assert np.hypot(zone.x, zone.y) == pytest.approx(eta * 0.8 * math.sqrt(lags), rel=1e-12)
    assert (zone.y.min() < -1e-6) == (lags == 2)


def test_a_block_is_cut_exactly_inside_the_disc():
    inside = set()
    for block in range(6):
        frame = last(step=1, lam=1.2, block=block)
        panel = frame.panel("plane")
        arrows = panel.mark("steps")
        reach = float(np.hypot(panel.mark("zone").x[0], panel.mark("zone").y[0]))
        cut = bool(np.hypot(arrows.x[1], arrows.y[1]) <= reach)
        now = panel.mark("now")
        assert cut == (now.x[0] == 0.0 and now.y[0] == 0.0)
        assert cut == (panel.readouts[0].value == "whole block → 0")
        inside.add(cut)
    assert inside == {True, False}


def test_the_lasso_has_no_disc_and_the_sparse_group_lasso_two_thresholds():
    assert "zone" not in {mark.key for mark in last(penalty="lasso", lam=0.5).panel("plane").marks}
    arrows = last(penalty="sparse-group-lasso", lam=0.5, step=1).panel("plane").mark("steps")
    assert arrows.labels == ("gradient step", "soft threshold", "block threshold")
    turn = arrows.x[2] * arrows.dy[2] - arrows.y[2] * arrows.dx[2]
    assert turn == pytest.approx(0.0, abs=1e-12)


def test_on_lagged_series_the_group_lasso_is_the_better_tool_and_on_scattered_truth_the_lasso_is():
    def best(**changes):
        frames = [at(float(share), **changes) for share in np.geomspace(0.005, 0.8, 12)]
        return [min(f.readout(f"test_{name}") for f in frames) for name in ("lasso", "group_lasso")]

    wins = [np.subtract(*best(seed=seed)) > 0.0 for seed in range(8)]
    assert sum(wins) >= 6
    scattered = [np.subtract(*best(seed=seed, dataset="synthetic", group_size=3)) < 0.0 for seed in range(8)]
    assert sum(scattered) >= 6


def test_a_slider_move_keeps_axes_and_still_marks():
    one, two = last(lam=0.5), last(lam=0.45)
    for key in ("lasso", "path", "objective", "plane"):
        assert one.panel(key).x is two.panel(key).x or key in ("plane", "objective")
    for key in ("lasso", "group-lasso", "path"):
        assert one.panel(key).y is two.panel(key).y
    assert one.panel("path").mark("norms") is two.panel("path").mark("norms")
    assert one.panel("lasso").mark("blocks") is two.panel("lasso").mark("blocks")
    here, there = last(step=4), last(step=5)
    assert here.panel("objective").mark("excess") is there.panel("objective").mark("excess")
    assert here.panel("plane").x is there.panel("plane").x
    assert here.panel("plane").mark("zone") is there.panel("plane").mark("zone")


def test_every_bar_lies_within_its_axis():
    for changes in SETS.values():
        for share in (1e-3, 0.01, 0.5):
            frame = at(share, **changes)
            for method in METHODS:
                panel = frame.panel(method)
                values = panel.mark("coefficients").values
                assert panel.y.low <= values.min()
                assert values.max() <= panel.y.high


def test_the_first_frame_waits_for_no_path(monkeypatch):
    monkeypatch.setattr("regviz.labs.groups.norms", Gradual(scene.norms.work, 1))
    *early, last = LAB.frames(replace(START, penalty="sparse-group-lasso"))
    assert (last.status, last.progress) == ("exact", None)
    assert {frame.status for frame in early} == {"running"}
    assert "norms" not in {mark.key for mark in early[0].panel("path").marks}
    assert all(frame.panels is early[0].panels for frame in early)
    shares = [frame.progress for frame in early]
    assert shares == sorted(shares)
    assert np.diff([*shares, 1.0]).max() < 0.2


def test_on_a_large_table_pictures_come_on_the_way_down_to_the_strength():
    state = replace(START, dataset="synthetic", n=30, p=1002, group_size=3, lam=0.1)
    frames = LAB.frames(state)
    first = next(frames)
    assert first.status == "running"
    assert first.readout("blocks") == 0
    assert "on the way to" in first.message
    seen = [first]
    while seen[-1].message:
        seen.append(next(frames))
    frames.close()
    strengths = [frame.readout("lam") for frame in seen]
    assert strengths == sorted(strengths, reverse=True)
    assert strengths[-1] == 0.1
    assert strengths[-2] <= 0.3 * (1.0 + 1e-6)
    assert all(frame.certificate.holds for frame in seen)
    again = next(LAB.frames(replace(state, lam=0.099)))
    assert again.readout("lam") == pytest.approx(strengths[-2])


def test_small_strengths_are_held_and_said_so():
    frame = last(lam=1e-9)
    assert frame.readout("lam") == frame.limits["lam"][0]
    assert "held" in frame.message
    assert "held" not in last(lam=0.5).message


def test_a_click_on_a_bar_shows_its_block():
    def click(panel, mark, index):
        return LAB.gesture(START, Gesture(
            kind="click", panel=panel, mark=mark, index=index, x=0.0, y=0.0, from_x=0.0, from_y=0.0
        ))  # fmt: skip

    assert click("lasso", "coefficients", 0) == {"block": 0}
    assert click("lasso", "coefficients", 29) == {"block": 5}
    assert click("entry", "margins", 2) == {"block": 2}
    assert click("path", "norms", 2) == {}
    assert "s4" in last(block=3).panel("plane").title


@settings(max_examples=15)
@given(
    share=st.floats(-3.0, 0.2), alpha=st.floats(0.0, 1.0), size=st.integers(0, 8), n=st.integers(5, 60),
    rho=st.floats(0.0, 0.99), method=st.sampled_from(METHODS), seed=st.integers(0, 30),
)  # fmt: skip
def test_every_picture_is_certified(share, alpha, size, n, rho, method, seed):
    changes = {"alpha": alpha, "group_size": size, "n": n, "rho": rho, "penalty": method, "seed": seed}
    assert at(10.0**share, **changes).certificate.holds


@pytest.mark.parametrize(
    ("members", "name"),
    [
        (["age"], "age"), (["age", "age²", "age³"], "age"), (["race=black", "race=other"], "race"),
        (["s1 t−1", "s1 t−2"], "s1"), (["x1", "x2", "x3"], "x1–x3"), (["900 nm", "902 nm", "938 nm"], "900–938 nm"),
        (["AtBat", "Hits"], "AtBat–Hits"),
    ],
)  # fmt: skip
def test_blocks_are_named_by_what_their_members_share(members, name):
    assert block_name(members) == name


def test_margins_of_the_zero_vector_are_the_correlations():
    plan = made()
    shared, raw = path.margins(plan, np.zeros(30))
    assert raw == pytest.approx([np.linalg.norm(plan.problem.correlation[list(g)]) for g in plan.groups], rel=1e-13)
    assert shared == pytest.approx(raw / math.sqrt(5.0), rel=1e-13)


@pytest.mark.parametrize("lam", [1e-6, 100.0])
def test_blocks_above_the_axis_are_counted(lam):
    groups = find("groups")
    *_, frame = groups.frames(groups.State(dataset="birthwt", lam=lam))
    panel = next(panel for panel in frame.panels if panel.key == "path")
    here = next(mark for mark in panel.marks if mark.key == "here")
    beyond = here.y[here.y > panel.y.high]
    said = [str(readout.value) for readout in panel.readouts if readout.name == "above"]
    assert bool(said) == bool(beyond.size) == (lam < 1.0)
    assert not said or said[0].startswith(f"{beyond.size} block") and said[0].endswith(show(float(beyond.max())))
