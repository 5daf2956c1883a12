"""The facts of the main demonstration, read off its frames as a user or a script sees them."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regviz.data import DataError, bundled_names
from regviz.lab import Gesture, Lines, replace
from regviz.labs import find
from regviz.linear.penalties import PENALTIES

LAB = find("shrinkage")
START = LAB.State()
CHARGED = tuple(name for name in PENALTIES if name != "none")
REAL = tuple(name for name in bundled_names() if name not in ("mcycle", "gasoline"))


def last(**changes):
    *_, frame = LAB.frames(replace(START, **changes))
    return frame


def bars(frame):
    return frame.panel("coefficients").mark("coefficients")


def sweep(count=25, **changes):
    low, high = last(**changes).limits["lam"]
    return [last(lam=float(lam), **changes) for lam in np.geomspace(low, high, count)]


def click(index):
    return Gesture(
        kind="click", panel="coefficients", mark="coefficients", index=index, x=index, y=0.0, from_x=index, from_y=0.0
    )


@settings(max_examples=40)
@given(
    penalty=st.sampled_from(PENALTIES), share=st.floats(-4.0, 0.3), alpha=st.floats(0.0, 1.0), rho=st.floats(0.0, 0.99),
    n=st.integers(8, 80), p=st.integers(2, 20), standardize=st.booleans(), seed=st.integers(0, 50),
)  # fmt: skip
def test_every_picture_is_certified(penalty, share, alpha, rho, n, p, standardize, seed):
    frame = last(penalty=penalty, alpha=alpha, rho=rho, n=n, p=p, standardize=standardize, seed=seed)
    top = frame.limits["lam"][1] / 2.0
    frame = last(
        penalty=penalty, lam=10.0**share * top, alpha=alpha, rho=rho, n=n, p=p, standardize=standardize, seed=seed
    )
    assert frame.readout("kkt") <= 1e-9
    assert frame.certificate.holds


@pytest.mark.parametrize(("dataset", "penalty"), list(itertools.product(REAL, PENALTIES)))
def test_every_bundled_table_is_certified_under_every_penalty(dataset, penalty):
    low, high = last(dataset=dataset, penalty=penalty).limits["lam"]
    for lam in (low, np.sqrt(low * high), high / 3.0):
        assert last(dataset=dataset, penalty=penalty, lam=float(lam)).readout("kkt") <= 1e-9


def test_more_features_than_rows_is_certified():
    for penalty in ("ridge", "lasso"):
        assert last(dataset="gasoline", penalty=penalty, lam=0.05).readout("kkt") <= 1e-9


@pytest.mark.parametrize("penalty", ["lasso", "elastic-net", "group-lasso"])
def test_at_lam_max_everything_is_exactly_zero_and_just_below_it_is_not(penalty):
    top = last(penalty=penalty).readout("lam_max")
    for lam in (top, 1.5 * top, 1e9):
        assert np.all(bars(last(penalty=penalty, lam=lam)).values == 0.0)
    assert np.any(bars(last(penalty=penalty, lam=top * (1 - 1e-6))).values != 0.0)


def test_ridge_shortens_the_vector_all_the_way_and_keeps_every_coefficient():
    frames = sweep(penalty="ridge")
    norms = [frame.readout("l2_norm") for frame in frames]
    assert all(a > b for a, b in itertools.pairwise(norms))
    assert all(frame.readout("zeros") == 0 for frame in frames)


@pytest.mark.parametrize("penalty", CHARGED)
def test_training_error_never_falls_as_lam_grows(penalty):
    errors = [frame.readout("train_mse") for frame in sweep(penalty=penalty, dataset="prostate")]
    assert all(b >= a * (1 - 1e-12) for a, b in itertools.pairwise(errors))


@pytest.mark.parametrize("penalty", CHARGED)
def test_budget_falls_as_lam_rises(penalty):
    def budget(frame):
        return next(part.value for part in frame.parts if part.label == "penalty") / frame.readout("lam")

    budgets = [budget(frame) for frame in sweep(penalty=penalty, dataset="diabetes")]
    assert all(b <= a * (1 + 1e-9) + 1e-12 for a, b in itertools.pairwise(budgets))


@pytest.mark.parametrize("penalty", PENALTIES)
def test_all_panels_read_the_same_coefficients(penalty):
    frame = last(penalty=penalty, lam=0.2, feature_x=0, feature_y=4)
    w = bars(frame).values
    solution = frame.panel("geometry").mark("solution")
    assert (solution.x[0], solution.y[0]) == (w[0], w[4])
    coloured, others = (frame.panel("path").mark(key) for key in ("here", "others-here"))
    assert sorted((*coloured.y, *others.y)) == sorted(w)
    assert frame.readout("l1_norm") == pytest.approx(np.abs(w).sum(), rel=1e-14)
    assert frame.readout("zeros") == np.count_nonzero(w == 0.0)
    assert sum(part.value for part in frame.parts) == pytest.approx(frame.readout("objective"), rel=1e-13)


@pytest.mark.parametrize("penalty", CHARGED)
@pytest.mark.parametrize("lam", [0.02, 0.3, 1.0])
def test_the_drawn_contour_and_the_drawn_ball_both_pass_through_the_solution(penalty, lam):
    plane = last(penalty=penalty, lam=lam).panel("geometry")
    point = plane.mark("solution")
    reach = plane.x.high - plane.x.low
    keys = {mark.key for mark in plane.marks}
    for key in {"tangent", "ball"} & keys:
        mark = plane.mark(key)
        x, y = np.ravel(mark.x), np.ravel(mark.y)
        assert distance_to_curve(x, y, point.x[0], point.y[0]) < 2e-3 * reach, key
    if np.any([point.x[0], point.y[0]]):
        assert {"tangent", "ball"} <= keys


def distance_to_curve(x, y, px, py):
    """Distance of a point to the closed polyline through (x, y)."""
    a = np.stack([x, y], axis=1)
    step = np.roll(a, -1, axis=0) - a
    along = np.clip(np.sum((np.array([px, py]) - a) * step, axis=1) / np.maximum((step**2).sum(axis=1), 1e-300), 0, 1)
    return float(np.min(np.hypot(*(a + along[:, None] * step - [px, py]).T)))


@pytest.mark.parametrize("penalty", CHARGED)
def test_chosen_lams_mark_the_minimum_and_one_standard_error(penalty):
    frame = last(penalty=penalty)
    chosen, wide = frame.readout("lam_min"), frame.readout("lam_1se")
    best = last(penalty=penalty, lam=chosen).readout("validation_mse")
    curve = frame.panel("error").mark("validation")
    assert best <= np.min(curve.y) * (1 + 1e-9)
    assert wide >= chosen
    band = frame.panel("error").mark("se")
    one_se = best + np.interp(np.log(chosen), np.log(band.x[::-1]), (band.high - band.low)[::-1] / 2.0)
    assert last(penalty=penalty, lam=wide).readout("validation_mse") <= one_se * (1 + 1e-3)


def test_a_lam_move_changes_no_axis_and_no_still_mark():
    a, b = last(lam=0.2), last(lam=0.4)
    for old, new in zip(a.panels, b.panels, strict=True):
        assert old.x is new.x and old.y is new.y
    assert a.panel("path").mark("features") is b.panel("path").mark("features")
    assert a.panel("error").mark("train") is b.panel("error").mark("train")


def test_clicking_two_bars_in_turn_makes_them_the_geometry():
    state = START
    for index in (7, 4):
        state = replace(state, **LAB.gesture(state, click(index)))
    assert (state.feature_x, state.feature_y) == (7, 4)
    assert last(feature_x=7, feature_y=4).panel("geometry").x.label == "w8"
    assert LAB.gesture(state, click(4)) == {}


@pytest.mark.parametrize("axis", ["l1-share", "df"])
def test_dragging_the_cursor_on_another_axis_moves_lam_there(axis):
    state = replace(START, path_axis=axis, lam=1.0)
    panel = last(path_axis=axis, lam=1.0).panel("path")
    goal = panel.x.low + 0.5 * (panel.x.high - panel.x.low)
    moved = LAB.gesture(
        state, Gesture(kind="drag", panel="path", mark="cursor", index=0, x=goal, y=0.0, from_x=0.0, from_y=0.0)
    )
    cursor = last(path_axis=axis, **moved).panel("path").mark("cursor")
    assert abs(cursor.value - goal) < 0.05 * (panel.x.high - panel.x.low)


def test_least_squares_beats_nothing_it_should_not():
    """At λ = 0 every penalty is least squares."""
    full = bars(last(penalty="none")).values
    for penalty in CHARGED:
        assert bars(last(penalty=penalty, lam=0.0)).values == pytest.approx(full, abs=1e-9)


def test_a_two_valued_target_switches_the_loss():
    frame = last(dataset="birthwt", target="low", lam=0.03)
    assert frame.readout("kkt") <= 1e-8
    assert frame.readout("train_mse") is None
    assert frame.readout("validation_deviance") > frame.readout("train_deviance") > 0
    squared = last(dataset="birthwt", target="low", lam=0.03, loss="squared")
    assert 0.0 < squared.readout("train_mse") < 0.25


@pytest.mark.parametrize("penalty", CHARGED)
def test_pages_say_lam_in_other_conventions(penalty):
    page = last(penalty=penalty, lam=0.25).pages["λ elsewhere"]
    assert "0.25" in page
    if penalty == "ridge":
        assert f"{60 * 0.25:.3f}" in page


def test_the_logistic_loss_on_other_targets_is_said_to_be_squared():
    frame = last(loss="logistic", lam=0.2)
    assert "squared loss is used" in frame.message
    assert np.array_equal(bars(frame).values, bars(last(lam=0.2)).values)


def test_without_a_penalty_no_lam_is_chosen_and_the_errors_are_in_the_picture():
    frame = last(penalty="none")
    assert frame.readout("lam_min") is None and frame.readout("lam_1se") is None
    panel = frame.panel("error")
    assert not {"lam_min", "lam_1se"} & {mark.key for mark in panel.marks}
    for key in ("train", "validation", "test"):
        curve = panel.mark(key).y
        assert panel.y.low <= curve.min() and curve.max() <= panel.y.high


def test_separated_classes_say_so_where_no_fit_exists(tmp_path):
    table = tmp_path / "separated.csv"
    rows = [f"{x},{(7 * x) % 5},{int(x >= 4)}" for x in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)]
    table.write_text("x,z,y\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert last(dataset=str(table), target="y", lam=0.05, folds=3).readout("kkt") <= 1e-8
    for changes in ({"penalty": "none"}, {"lam": 0.0}):
        with pytest.raises(DataError, match="separates"):
            last(dataset=str(table), target="y", folds=3, **changes)


def test_a_wide_elastic_net_shows_one_solution_while_its_path_is_followed():
    state = replace(START, penalty="elastic-net", n=30, p=120, lam=0.3)
    every = list(LAB.frames(state))
    early = [frame for frame in every if frame.panels[0].key == "preview"]
    assert every[0] is early[0]
    assert early[0].certificate.value < 1e-9
    np.testing.assert_allclose(early[0].panels[0].mark("coefficients").values, bars(every[-1]).values, atol=1e-9)
    shares = [frame.progress for frame in early]
    assert shares == sorted(shares)
    assert len(shares) > 5
    assert all(frame.status == "running" for frame in early)


@pytest.mark.parametrize("share", [1e-4, 0.03, 0.5])
@pytest.mark.parametrize("pair", [(0, 9), (9, 4)])
def test_a_ball_across_blocks_of_different_sizes_lies_within_the_axes(pair, share):
    groups = f"{','.join(f'w{j}' for j in range(1, 10))};w10"
    asked = {"penalty": "group-lasso", "p": 10, "n": 40, "rho": 0.0, "groups": groups}
    shown = last(**asked, lam=share * last(**asked).readout("lam_max"), feature_x=pair[0], feature_y=pair[1])
    geometry = shown.panel("geometry")
    ball = geometry.mark("ball")
    assert geometry.x.low < ball.x.min() and ball.x.max() < geometry.x.high
    assert geometry.y.low < ball.y.min() and ball.y.max() < geometry.y.high


@pytest.mark.parametrize("penalty", ["lasso", "elastic-net"])
def test_over_degrees_of_freedom_curves_go_level_where_features_come_or_go(penalty):
    for mark in last(penalty=penalty, path_axis="df", n=30, p=60).panel("path").marks:
        if isinstance(mark, Lines):
            jumps = np.abs(np.diff(mark.x)) >= 0.5
            assert jumps.any() and not np.diff(mark.y, axis=1)[:, jumps].any()


def test_over_degrees_of_freedom_curves_move_where_as_many_features_are_in():
    marks = [mark for mark in last(dataset="diabetes", path_axis="df").panel("path").marks if isinstance(mark, Lines)]
    w = np.concatenate([mark.y for mark in marks])
    moves = np.diff(w, axis=1).any(axis=0)
    count = np.count_nonzero(w, axis=0)
    assert len(w) == 10 and set(np.sign(np.diff(count))) == {-1, 0, 1}
    assert np.array_equal(np.maximum(count[1:], count[:-1])[moves], marks[0].x[1:][moves])
