"""The overfitting lab: its facts read off the frames, edits by hand, the split, and the advisor's page."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regviz.data import DataError, bundled
from regviz.lab import Gesture, controls, nearest, replace
from regviz.labs import find
from regviz.labs.overfitting import fits as fitting
from regviz.labs.overfitting.edits import Edits, read_edits, write_edits
from regviz.labs.overfitting.fits import Model
from regviz.labs.overfitting.rows import MOST, TEST, TRAIN, VALIDATION, Source, rows
from regviz.linear.bases import BASES

LAB = find("overfitting")
START = LAB.State()
PENALTIES = ("none", "ridge", "lasso", "elastic-net")
KNOWN = ("bias2", "variance", "noise")


def last(**changes):
    *_, frame = LAB.frames(replace(START, **changes))
    return frame


def place(frame, panel, key):
    return frame.panel(panel).mark(key)


def training(frame):
    points = place(frame, "fit", "train")
    return points.x, points.y


def gestured(state, **words):
    """The state after a gesture on the data."""
    at = {"kind": "drag", "panel": "fit", "mark": "", "index": -1, "from_x": 0.0, "from_y": 0.0}
    return replace(state, **LAB.gesture(state, Gesture(**at | words)))


def points_of(state, role="train"):
    *_, frame = LAB.frames(state)
    mark = place(frame, "fit", role)
    return np.column_stack([mark.x, mark.y])


# The facts.


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize(("penalty", "lam"), [("none", 0.0), ("ridge", 0.01), ("ridge", 1.0)])
def test_the_three_parts_add_up_to_the_error_of_fits_to_new_noise(basis, penalty, lam):
    """Monte Carlo by NumPy on the inputs that the frame shows, truth and noise as drawn."""
    frame = last(basis=basis, penalty=penalty, lam=lam, degree=6, noise=0.5, truth="sine", n=40)
    x, _ = training(frame)
    truth = place(frame, "fit", "truth")
    source = Source("synthetic", "", 0, "sine", 40, 0.5, 0, 0.3, 0.0, 0, "", 2000)
    columns = fitting.system(source, basis, 0, 6)
    Z = columns.problem.X
    inputs = (columns.at_inputs - columns.problem.means) / columns.problem.scales
    solver = np.linalg.solve(Z.T @ Z + len(x) * lam * np.eye(Z.shape[1]), Z.T)
    rng = np.random.default_rng(8)
    errors = np.empty(3000)
    for k in range(len(errors)):
        y = np.sin(2 * np.pi * x) + 0.5 * rng.normal(size=len(x))
        seen = np.ravel(truth.y) + 0.5 * rng.normal(size=truth.x.size)
        errors[k] = np.mean((seen - y.mean() - inputs @ (solver @ (y - y.mean()))) ** 2)
    exact = frame.readout("expected_mse")
    assert abs(errors.mean() - exact) < 5.0 * errors.std() / np.sqrt(len(errors))
    assert exact == pytest.approx(sum(frame.readout(name) for name in KNOWN), rel=1e-14)
    assert sum(part.value for part in frame.parts) == pytest.approx(exact, rel=1e-14)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("truth", ["chirp", "step"])
def test_double_descent_peaks_where_p_plus_one_is_n_and_falls_again(seed, truth):
    frame = last(view="double-descent", seed=seed, truth=truth, degree=5)
    total = place(frame, "parts", "total")
    n = frame.readout("n_train")
    sizes, errors = total.x, total.y[0]
    peak = int(np.argmax(errors))
    assert abs(sizes[peak] - (n - 1)) <= 1
    assert place(frame, "error", "threshold").value == n - 1
    assert errors[-1] < 0.5 * errors[peak]
    norms = place(frame, "norm", "norm").y[0]
    assert norms[-1] < 0.5 * norms.max()
    assert abs(sizes[int(np.argmax(norms))] - (n - 1)) <= 2


def test_past_the_threshold_every_training_row_is_met_and_ridge_takes_the_peak_away():
    for degree in (20, 25, 80):
        frame = last(view="double-descent", degree=degree)
        assert frame.readout("n_train") == 21
        assert frame.readout("train_mse") < 1e-18
        assert frame.readout("rank") == 20
    bare, ridge = (place(last(view="double-descent", **more), "parts", "total").y.max()
                   for more in ({}, {"penalty": "ridge", "lam": 0.01}))  # fmt: skip
    assert ridge < 0.2 * bare


@pytest.mark.parametrize("changes", [{}, {"penalty": "ridge", "lam": 1000.0}, {"penalty": "ridge", "lam": 1e-6},
                                     {"penalty": "lasso", "lam": 0.05}, {"penalty": "ridge", "lam": 0.0},
                                     {"degree": 8}, {"degree": 8, "penalty": "ridge"}], ids=str)  # fmt: skip
def test_the_wide_caption_says_passes_through_where_the_training_error_is_zero_and_nowhere_else(changes):
    frame = last(**{"view": "double-descent", "degree": 100, **changes})
    assert ("passes through all 21 rows" in frame.caption) is (frame.readout("train_mse") == 0.0)
    assert ("cannot pass" in frame.caption) is (frame.readout("rank") < 20)


def test_an_error_that_is_rounding_reads_zero_and_a_small_one_does_not():
    still = last(noise=0.0, truth="line", degree=3)
    for name in ("train_mse", "validation_mse", "test_mse", "bias2"):
        assert still.readout(name) == 0.0
    assert "error 0 on training rows, 0 on validation rows, 0 on new points" in still.caption
    assert all(item.value == 0.0 for item in still.panel("error").readouts)
    wide = last(noise=0.0, degree=25, view="double-descent")
    assert wide.readout("train_mse") == 0.0 < wide.readout("test_mse")
    small = last(noise=1e-9, truth="line", degree=3)
    assert 1e-19 < small.readout("train_mse") < 1e-17


def test_the_learning_curve_says_what_was_drawn():
    def how(**changes):
        (said,) = (item.value for item in last(**changes).panel("learning").readouts if item.name == "how")
        return said

    assert how() == "median of 5 draws of x"
    assert how(penalty="lasso", lam=0.05) == "median of 5 draws of x and y"
    assert how(dataset="mcycle") == "median of 5 draws of rows"


@pytest.mark.parametrize("basis", BASES)
def test_curves_of_the_largest_states_are_thinned_to_a_bounded_work(basis):
    source = Source("synthetic", "", 0, "sine", 20_000, 0.3, 0, 0.3, 0.0, 0, "", MOST)
    n, per = rows(source).n, 2 if basis == "fourier" else 1
    drawn = fitting.sizes(source, basis, 1000, False)
    work = [fitting.decomposition(n, per * size) for size in drawn]
    assert sum(work) < 3.0 * max(fitting.WORK, max(work))
    assert drawn[0] == 1 and drawn[-1] == 1000 and len(drawn) >= fitting.FEWEST_DRAWN
    usual = fitting.sizes(source, basis, 9, False)
    assert usual == tuple(range(1, fitting.LARGEST[basis] + 1))


@pytest.mark.parametrize("basis", BASES)
def test_training_error_never_rises_with_complexity(basis):
    errors = place(last(basis=basis), "error", "train").y[0]
    assert all(b <= a + 1e-9 for a, b in itertools.pairwise(errors))


def test_training_error_and_bias_never_fall_and_variance_never_rises_as_ridge_grows():
    frame = last(penalty="ridge", over="lambda", degree=12)
    train, variance = place(frame, "error", "train").y[0], place(frame, "parts", "variance").y[0]
    assert all(b >= a * (1 - 1e-12) for a, b in itertools.pairwise(train))
    assert all(b <= a * (1 + 1e-12) for a, b in itertools.pairwise(variance))
    assert place(frame, "parts", "bias2").y[0][-1] > place(frame, "parts", "bias2").y[0][0]


def test_learning_curves_close_in_on_the_noise_from_both_sides():
    frame = last(truth="line", degree=3)
    train, test = (place(frame, "learning", key).y[0] for key in ("train", "test"))
    noise = place(frame, "learning", "noise").value
    assert noise == pytest.approx(0.09)
    assert (train < noise).all() and (test > noise).all()
    assert test[-1] - train[-1] < 0.2 * (test[0] - train[0])
    assert test[-1] < 1.1 * noise < 1.2 * train[-1]


@pytest.mark.parametrize("penalty", PENALTIES)
def test_every_mark_of_the_present_fit_reads_the_same_numbers(penalty):
    frame = last(penalty=penalty, lam=0.02, degree=7)
    here = dict(zip(place(frame, "error", "here").roles, place(frame, "error", "here").y, strict=True))
    for name in ("train", "validation", "test"):
        assert here[name] == frame.readout(f"{name}_mse")
        line = place(frame, "error", name)
        assert line.y[0][list(line.x).index(7)] == here[name]
    assert list(place(frame, "parts", "here").y) == [frame.readout("bias2"), frame.readout("variance")]
    curve, truth = (np.ravel(place(frame, "fit", key).y) for key in ("curve", "truth"))
    assert frame.readout("test_mse") == pytest.approx(np.mean((curve - truth) ** 2) + 0.09, rel=1e-9)


def test_parts_of_fits_that_are_not_linear_are_simulated_and_say_so():
    first, *between, second = LAB.frames(replace(START, penalty="lasso", lam=0.0512))
    assert first.readout("variance") is None
    assert len(between) > 5
    assert all(frame.panels is first.panels for frame in between)
    assert second.readout("variance") > 0.0
    assert "simulated" in second.panel("parts").readouts[-1].value
    assert "exact" in last(penalty="ridge").panel("parts").readouts[-1].value


def test_refits_scatter_with_the_exact_variance():
    frame = last(refits=40, degree=5)
    curves = place(frame, "fit", "refits").y
    assert len(curves) == 40
    assert curves.var(axis=0, ddof=1).mean() == pytest.approx(frame.readout("variance"), rel=0.35)
    assert {m.key for m in last(refits=0).panel("fit").marks}.isdisjoint({"refits"})


def test_powers_of_x_are_badly_conditioned_and_the_basis_is_not():
    frame = last(degree=24, n=200, truth="sine")
    x, _ = training(frame)
    assert frame.readout("condition") < 20.0
    assert frame.readout("condition_powers") > 1e14
    small = last(degree=4, n=200, truth="sine")
    powers = np.vander(x, 5, increasing=True)[:, 1:]
    centred = (powers - powers.mean(axis=0)) / powers.std(axis=0)
    assert small.readout("condition_powers") == pytest.approx(np.linalg.cond(centred), rel=1e-6)
    assert last(degree=21).readout("condition_powers") is None
    assert last(basis="fourier").readout("condition_powers") is None


# The traps.


@pytest.mark.parametrize("lam", [0.01, 1.0, 100.0])
def test_ridge_is_not_robust_a_point_pulled_twice_as_far_pulls_the_curve_twice_as_far(lam):
    source = Source("synthetic", "", 0, "chirp", 30, 0.1, 0, 0.3, 0.0, 0, "", 2000)
    row = int(rows(source).row[rows(source).of(TRAIN)[10]])
    model = Model("polynomial", "ridge", lam, 1.0, 0)
    curves = [
        fitting.fit(source._replace(edits=f"m{row}:0.55,{pull}"), model, 9).curve for pull in (0.0, 1000.0, 2000.0)
    ]
    assert curves[2] - curves[0] == pytest.approx(2.0 * (curves[1] - curves[0]), rel=1e-6, abs=1e-6)
    assert np.abs(curves[1] - curves[0]).max() > 10.0


def test_bias_and_variance_are_no_matter_of_one_split_or_one_draw_of_the_noise():
    for dataset in ("mcycle", "diabetes"):
        frame = last(dataset=dataset)
        assert [frame.readout(name) for name in KNOWN] == [None] * 3
        assert not frame.parts
        assert "known truth" in frame.message
        assert "parts" not in {panel.key for panel in frame.panels}
    x, y = training(last())
    moved = gestured(START, mark="train", index=4, x=float(x[4]), y=float(y[4]) + 0.5)
    *_, frame = LAB.frames(moved)
    for name in ("bias2", "variance"):
        assert frame.readout(name) == pytest.approx(last().readout(name), rel=1e-2)
    assert frame.readout("test_mse") != pytest.approx(last().readout("test_mse"), rel=1e-2)


@pytest.mark.parametrize("role", ["validation", "test"])
@pytest.mark.parametrize("penalty", PENALTIES)
def test_neither_validation_nor_test_rows_train(role, penalty):
    state = replace(START, dataset="mcycle", penalty=penalty, lam=0.1)
    *_, before = LAB.frames(state)
    spot = points_of(state, role)[3]
    *_, after = LAB.frames(gestured(state, mark=role, index=3, x=spot[0], y=spot[1] + 70.0))
    for key in ("curve", "refits"):
        assert np.array_equal(place(before, "fit", key).y, place(after, "fit", key).y)
    assert after.readout(f"{role}_mse") != before.readout(f"{role}_mse")
    others = {"train_mse", "validation_mse", "test_mse"} - {f"{role}_mse"}
    assert all(after.readout(name) == before.readout(name) for name in others)


def test_scaling_is_learnt_from_training_rows_only():
    source = Source("mcycle", "", 0, "", 0, 0.0, 0, 0.3, 0.2, 0, "", 2000)
    made, laid = rows(source), fitting.system(source, "polynomial", 0, 5)
    kept = laid.at_rows[made.of(TRAIN)]
    assert laid.problem.means == pytest.approx(kept.mean(axis=0), abs=1e-12)
    assert laid.problem.scales == pytest.approx(kept.std(axis=0), rel=1e-12)


# The split.


@pytest.mark.parametrize("validation", [0.0, 0.2, 0.6])
@pytest.mark.parametrize("test", [0.0, 0.1, 0.35])
def test_shares_of_the_rows_are_as_asked_and_make_up_the_table(validation, test):
    frame = last(dataset="mcycle", validation=validation, test=test)
    n = bundled("mcycle").n
    counts = [frame.readout(f"n_{role}") for role in ("train", "validation", "test")]
    assert counts[1:] == [round(validation * n), round(test * n)]
    assert sum(counts) == n
    shown = [points_of(replace(START, dataset="mcycle", validation=validation, test=test), role)
             for role, count in zip(("train", "validation", "test"), counts, strict=True) if count]  # fmt: skip
    together = np.concatenate(shown)
    table = np.column_stack([bundled("mcycle").X[:, 0], bundled("mcycle").y])
    assert sorted(map(tuple, together)) == sorted(map(tuple, table))


def test_without_validation_or_test_rows_there_is_no_such_error():
    frame = last(dataset="mcycle", validation=0.0, test=0.0)
    assert frame.readout("validation_mse") is None
    assert frame.readout("test_mse") is None
    assert {m.key for m in frame.panel("error").marks} >= {"train"}
    assert {m.key for m in frame.panel("error").marks}.isdisjoint({"validation", "test"})


@pytest.mark.parametrize("seed", range(6))
def test_the_ends_of_the_domain_train(seed):
    made = rows(Source("mcycle", "", 0, "", 0, 0.0, seed, 0.6, 0.35, 0, "", 2000))
    assert {made.x.min(), made.x.max()} <= set(made.train[0])
    assert {VALIDATION, TEST, TRAIN} == set(made.role.tolist())


def test_any_feature_of_any_table_can_be_the_x_axis():
    table = bundled("prostate")
    for column in range(table.p):
        frame = last(dataset="prostate", feature=column)
        assert frame.panel("fit").x.label == table.names[column]
        assert frame.panel("fit").y.label == table.target
        assert frame.panel("fit").x.high >= table.X[:, column].max()
    assert last(dataset="prostate", target="age").panel("fit").y.label == "age"


# Edits.

SPOTS = st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))


@given(
    moved=st.dictionaries(st.integers(0, 99), SPOTS, max_size=5), removed=st.sets(st.integers(100, 199), max_size=5),
    added=st.lists(SPOTS, max_size=5), tag=st.sampled_from(["", "0123abcd"]),
)  # fmt: skip
def test_edits_survive_being_written(moved, removed, added, tag):
    edits = Edits(tag, tuple(sorted((row, *spot) for row, spot in moved.items())), tuple(sorted(removed)), tuple(added))
    text = write_edits(edits)
    again = read_edits(text)
    assert write_edits(again) == text
    assert (bool(again), again.removed, len(again.added)) == (bool(edits), edits.removed, len(added))
    for (row, *spot), (same, *found) in zip(edits.moved, again.moved, strict=True):
        assert row == same
        assert found == pytest.approx(spot, rel=1e-3, abs=1e-300)


@pytest.mark.parametrize("text", ["x", "m1", "m1:2", "a1,2,3", "r-1", "m-1:2,3", "a1e999,0", "ofzz", "anan,1", "a١,2",
                                  "a1_0,2", "r1;;q"])  # fmt: skip
def test_a_line_that_is_no_edit_is_refused_in_a_sentence(text):
    with pytest.raises(DataError, match=r"^edits: .*\.$"):
        last(edits=text)


def test_points_are_moved_added_and_removed_by_a_line():
    before = points_of(START)
    after = points_of(replace(START, edits="a0.25,1.5"))
    assert len(after) == len(before) + 1
    assert list(after[-1]) == [0.25, 1.5]
    frame = last(edits="r0;r1;r2")
    assert frame.readout("n_train") + frame.readout("n_validation") == 27
    assert "moved" in place(last(edits="m3:0.4,1.0"), "fit", "touched").labels


def test_a_drag_moves_the_point_under_the_pointer_and_no_other():
    before = points_of(START)
    state = START
    for y in (0.1, 0.4, 1.2):
        state = gestured(state, mark="train", index=7, x=0.5, y=y, finished=y == 1.2)
    after = points_of(state)
    assert list(after[7]) == pytest.approx([0.5, 1.2])
    assert np.array_equal(np.delete(after, 7, axis=0), np.delete(before, 7, axis=0))
    assert state.edits.count("m") == 1


def test_an_outlier_is_pulled_no_further_than_the_panel():
    frame = last()
    state = gestured(START, mark="train", index=0, x=-9.0, y=1e9)
    spot = points_of(state)[0]
    assert spot[0] == 0.0
    assert spot[1] == pytest.approx(frame.panel("fit").y.high, rel=1e-3)


def test_double_clicks_add_and_remove_while_moving_only():
    more = gestured(START, kind="double-click", x=0.3, y=0.2)
    assert len(points_of(more)) == len(points_of(START)) + 1
    fewer = gestured(more, kind="double-click", mark="train", index=2, x=0.0, y=0.0)
    assert len(points_of(fewer)) == len(points_of(START))
    for mode in ("add", "paint", "remove"):
        state = replace(START, edit=mode)
        assert gestured(state, kind="double-click", x=0.3, y=0.2) == state
    assert gestured(START, kind="click", x=0.3, y=0.2) == START


def test_clicks_add_a_point_on_empty_ground():
    state = gestured(replace(START, edit="add"), kind="click", x=0.3, y=0.2)
    assert list(points_of(state)[-1]) == pytest.approx([0.3, 0.2])
    assert gestured(state, kind="click", mark="train", index=0, x=0.3, y=0.2) == state


def test_a_stroke_paints_points_that_keep_their_distance():
    state = replace(START, edit="paint")
    for x in np.linspace(0.1, 0.9, 200):
        state = gestured(state, x=float(x), y=1.4)
    painted = points_of(state)[len(points_of(START)) :]
    assert 10 <= len(painted) <= 25
    assert np.diff(np.sort(painted[:, 0])).min() >= 0.04
    assert last(edit="paint").panel("fit").brush
    assert not last(edit="move").panel("fit").brush


def test_a_stroke_removes_what_it_meets_but_leaves_enough_to_fit():
    state = replace(START, edit="remove")
    first = points_of(START)[5]
    once = gestured(state, kind="click", mark="train", index=5, x=first[0], y=first[1])
    assert len(points_of(once)) == len(points_of(START)) - 1
    for spot in np.concatenate([points_of(START), points_of(START, "validation")]):
        state = gestured(state, x=float(spot[0]), y=float(spot[1]))
    frame = last(edits=state.edits)
    assert frame.readout("n_train") == 3
    assert frame.readout("n_validation") == 0


def test_painting_ends_before_the_line_is_too_long_for_a_state():
    state = replace(START, edit="add")
    rng = np.random.default_rng(0)
    for x, y in zip(rng.uniform(size=600), rng.normal(size=600), strict=True):
        state = gestured(state, kind="click", x=x, y=y)
    assert 3900 < len(state.edits) <= 4096
    assert last(edits=state.edits).readout("n_train") > 250


def test_edits_of_other_data_are_kept_but_not_shown():
    moved = gestured(START, mark="train", index=0, x=0.5, y=0.5)
    frame = last(edits=moved.edits, dataset="mcycle")
    assert "other data" in frame.message
    assert np.array_equal(frame.panel("fit").mark("curve").y, last(dataset="mcycle").panel("fit").mark("curve").y)
    assert "other data" not in last(edits=moved.edits).message


def test_removing_everything_by_a_line_is_refused_in_a_sentence():
    with pytest.raises(DataError, match="0 training rows are left"):
        last(edits=";".join(f"r{row}" for row in range(30)))


# Seams.


def test_a_move_of_the_cursor_changes_no_axis_and_no_still_mark():
    a, b = last(degree=4), last(degree=9)
    for key in ("fit", "error", "parts"):
        assert a.panel(key).x is b.panel(key).x
        assert a.panel(key).y is b.panel(key).y
    assert place(a, "error", "train") is place(b, "error", "train")
    assert place(a, "parts", "variance") is place(b, "parts", "variance")
    assert place(a, "fit", "train") is place(b, "fit", "train")


def test_dragging_a_point_changes_no_axis():
    state = gestured(START, mark="train", index=3, x=0.2, y=1.0)
    *_, moved = LAB.frames(state)
    for old, new in zip(last().panels, moved.panels, strict=True):
        assert old.x is new.x and old.y is new.y


@pytest.mark.parametrize("view", ["fit", "double-descent"])
def test_the_cursor_is_bound_to_what_the_curves_are_drawn_over(view):
    cases = (("none", "lambda", "degree"), ("ridge", "lambda", "lam"), ("ridge", "complexity", "degree"))
    for penalty, over, bound in cases:
        wanted = "degree" if view == "double-descent" else bound
        frame = last(view=view, penalty=penalty, over=over, lam=0.01)
        assert place(frame, "error", "cursor").bound == wanted
        assert place(frame, "error", "cursor").value == (0.01 if wanted == "lam" else 9)


def test_the_cursor_stops_at_whole_degrees_within_bounds():
    degree, lam = (next(c for c in controls(START) if c.name == name) for name in ("degree", "lam"))
    assert [nearest(degree, value) for value in (7.4, 7.6, -3.0, 1e9)] == [7, 8, 1, 1000]
    assert isinstance(nearest(degree, 7.4), int)
    assert [nearest(lam, value) for value in (0.123, -1.0)] == [0.123, 0.0]


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("flavour", ["scikit-learn", "NumPy"])
def test_the_copied_code_gives_the_same_fit(basis, penalty, flavour):
    state = replace(START, basis=basis, penalty=penalty, lam=0.05, degree=5)
    told: dict[str, object] = {}
    exec(LAB.snippets(state)[flavour], told)
    source = Source("synthetic", "", 0, "chirp", 30, 0.3, 0, 0.3, 0.0, 0, "", 2000)
    laid = fitting.system(source, basis, 0, 5)
    model = Model(basis, penalty, 0.05, 0.5 if penalty == "elastic-net" else 1.0, 0)
    expected = fitting.fit(source, model, 5).curve
    assert told["intercept"] + laid.at_inputs @ told["coef"] == pytest.approx(expected, abs=1e-6)
