"""The facts of the path lab, read off its frames: ties, knots, methods, penalties, chosen λ and published numbers."""

import itertools

import numpy as np
import pytest
from sklearn.linear_model import Lasso, Ridge
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from regviz.data import bundled, bundled_names, prostate_corrected, prostate_split
from regviz.lab import Gesture, document, replace
from regviz.labs import _data, find
from regviz.labs.path.places import AXES
from regviz.linear.curves import elastic_net_df
from regviz.linear.lars import METHODS
from regviz.linear.path import path_of
from regviz.linear.presets import PRESETS, comparisons
from regviz.linear.problem import Problem
from tests.linear.cases import problem

LAB = find("path")
START = LAB.State()
TABLES = tuple(name for name in bundled_names() if name != "mcycle")
VIEWS = ("walk", "methods", "penalties", "choose")
KNOTS = (
    949.4353, 889.3138, 452.8957, 316.0734, 130.1295, 88.7843, 68.9648, 19.9812, 5.4775, 5.0882, 2.1823, 1.3104, 0.0,
)  # fmt: skip


def last(**changes):
    *_, frame = LAB.frames(replace(START, **changes))
    return frame


def curves(panel):
    """Name → curve of all named lines of a panel over its x."""
    found = {}
    for mark in panel.marks:
        if mark.kind == "lines" and any(mark.labels):
            found |= {name: (mark.x, y) for name, y in zip(mark.labels, mark.y, strict=True)}
    return found


def drag(panel, x, finished=True):
    return Gesture(kind="drag", panel=panel, mark="", index=-1, x=x, y=0.0, from_x=x, from_y=0.0, finished=finished)


def choice_lam(frame, name):
    return float(frame.panel(name).mark("least").x[0])


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("dataset", ["synthetic", *TABLES])
def test_every_table_is_certified_in_every_view(dataset, view):
    frame = last(dataset=dataset, view=view)
    assert frame.certificate.holds
    assert frame.readout("kkt") <= 1e-9
    assert frame.status == "exact"
    assert 3 <= len(frame.panels) <= 6


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("step", range(13))
def test_bars_stay_under_lam_and_touch_it_exactly_for_those_that_move(method, step):
    frame = last(method=method, step=step, within=0.5)
    lam, top = frame.readout("lam"), KNOTS[0] / np.sqrt(442)
    panel = frame.panel("kkt")
    heights, touching = panel.mark("correlations").values, panel.mark("touching").x.astype(int)
    assert panel.mark("lam").value == lam
    assert (heights <= lam + 1e-12 * top).all()
    assert np.allclose(heights[touching], lam, atol=1e-12 * top)
    others = np.delete(heights, touching)
    assert (others < lam * (1.0 - 1e-6)).all()
    if method == "lasso":
        assert len(touching) == frame.readout("active") or step == 12


def test_bars_are_the_correlations_of_the_residual_at_a_lam_of_scikit_learn():
    frame = last(step=4, within=0.3)
    table = bundled("diabetes")
    X = (table.X - table.X.mean(axis=0)) / table.X.std(axis=0)
    peer = Lasso(alpha=frame.readout("lam"), fit_intercept=False, tol=1e-14, max_iter=200000)
    y = table.y - table.y.mean()
    w = peer.fit(X, y).coef_
    assert np.allclose(frame.panel("kkt").mark("correlations").values, np.abs(X.T @ (y - X @ w)) / 442, atol=1e-6)
    assert sorted(frame.panel("path").mark("here").y) == pytest.approx(sorted(w), abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_those_that_move_make_equal_angles_with_the_direction(method):
    for step in range(10):
        panel = last(method=method, step=step).panel("direction")
        moving = panel.mark("moving").x.astype(int)
        cosines = panel.mark("cosines").values
        assert np.allclose(cosines[moving], panel.mark("equal").value, atol=1e-12)
        assert moving.size


def test_diabetes_takes_twelve_steps_for_ten_features_and_drops_one():
    frames = [last(step=k) for k in range(13)]
    assert [f.readout("lam_unit") for f in frames] == pytest.approx(KNOTS, abs=6e-5)
    assert [f.readout("active") for f in frames] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 10]
    path = frames[0].panel("path")
    assert len(path.mark("entries").x) == 11
    assert path.mark("drops").labels == ("s3 out",)
    assert frames[0].readout("first_drop") * np.sqrt(442) == pytest.approx(2.1823, abs=6e-5)
    assert frames[0].readout("steps") == 12


def test_the_norm_grows_as_lam_falls_and_only_lam_zero_reaches_least_squares():
    frames = [last(step=k, within=w) for k in range(12) for w in (0.0, 0.5)] + [last(step=12)]
    norms, lams = ([f.readout(name) for f in frames] for name in ("l1_norm", "lam"))
    assert all(b > a for a, b in itertools.pairwise(norms))
    assert all(b < a for a, b in itertools.pairwise(lams))
    assert lams[-1] == 0.0 and min(lams[:-1]) > 0.0
    assert norms[-1] * np.sqrt(442) == pytest.approx(3460.0, abs=0.06)


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("method", METHODS)
def test_the_cursor_stands_on_the_curves(method, axis):
    for step, within in ((0, 0.6), (3, 0.0), (5, 0.4)):
        panel = last(method=method, path_axis=axis, step=step, within=within).panel("path")
        drawn, here = curves(panel), panel.mark("here")
        values = dict(zip(sorted(drawn, key=bundled("diabetes").names.index), here.y, strict=True))
        where = panel.mark("cursor").value
        for name, (x, y) in drawn.items():
            near = np.abs(x - where) < 0.03 * (panel.x.high - panel.x.low)
            spread = panel.y.high - panel.y.low
            assert np.abs(y[near] - values[name]).min() < 0.05 * spread


@pytest.mark.parametrize("axis", AXES)
def test_dragging_along_a_path_moves_there(axis):
    state = replace(START, path_axis=axis)
    panel = last(path_axis=axis).panel("path")
    goal = float(np.sqrt(panel.x.low * panel.x.high)) if panel.x.log else 0.5 * (panel.x.low + panel.x.high)
    moved = LAB.gesture(state, drag("path", goal))
    where = last(path_axis=axis, **moved).panel("path").mark("cursor").value
    assert abs(where - goal) < 0.06 * (panel.x.high - panel.x.low) if not panel.x.log else abs(where / goal - 1) < 1e-6
    assert document.restore(LAB, dict(moved))


def test_dragging_in_other_views_moves_lam():
    for view, panel in (("penalties", "path-ridge"), ("choose", "cp"), ("methods", "apart")):
        state = replace(START, view=view)
        moved = LAB.gesture(state, drag(panel, 4.0))
        assert last(view=view, **moved).readout("lam") == pytest.approx(4.0, rel=1e-9)
    assert LAB.gesture(START, drag("kkt", 4.0)) == {}
    moved = LAB.gesture(replace(START, view="methods"), drag("path-lars", 0.6))
    panel = last(view="methods", **moved).panel("path-lars")
    assert panel.mark("cursor").value == pytest.approx(0.6, abs=0.02)


def test_a_step_changes_no_axis_and_no_still_mark():
    for view in VIEWS:
        a, b = last(view=view, step=3), last(view=view, step=3, within=0.5)
        for old, new in zip(a.panels, b.panels, strict=True):
            assert old.x is new.x and old.y is new.y, (view, old.key)
    a, b = last(step=3), last(step=5)
    assert a.panel("path").mark("features") is b.panel("path").mark("features")
    assert a.panel("ties").mark("common") is b.panel("ties").mark("common")
    assert a.panel("path").y is b.panel("path").y


def test_methods_are_drawn_as_one_path_until_the_drop():
    frame = last(view="methods", path_axis="log-lambda")
    drop = 2.1823 / np.sqrt(442)
    lars, lasso = (curves(frame.panel(f"path-{m}")) for m in ("lars", "lasso"))
    grid = np.geomspace(drop * 1.001, 45.0, 300)
    below = np.geomspace(0.035, drop * 0.98, 50)
    gaps = {name: [] for name in ("above", "below")}
    for name in lars:
        for where, lams in (("above", grid), ("below", below)):
            a, b = (np.interp(-lams, -x, y) for x, y in (lars[name], lasso[name]))
            gaps[where].append(np.abs(a - b).max())
    assert max(gaps["above"]) < 0.02
    assert max(gaps["below"]) > 1.0
    assert {m: frame.panel(f"path-{m}").readouts[0].value for m in METHODS} == {
        "lars": "10 steps, 10 features", "lasso": "12 steps, 10 features", "stagewise": "13 steps, 10 features",
    }  # fmt: skip
    apart = frame.panel("apart")
    assert apart.mark("lars").y[0][apart.mark("lars").x >= drop * (1 + 1e-4)].max() < 1e-12
    assert "0.1038" in frame.caption and "0.9504" in frame.caption


def test_knots_joined_on_a_log_axis_are_off_by_four_percent():
    frame = last(path_axis="log-lambda", drawn="often-drawn")
    panel = frame.panel("path")
    exact = panel.mark("exact")
    joined = np.concatenate([panel.mark(key).y for key in ("joined-others", "joined-features")])
    names = [name for key in ("joined-others", "joined-features") for name in panel.mark(key).labels]
    order = [names.index(name) for name in bundled("diabetes").names]
    knots = panel.mark("joined-features").x
    inside = exact.x >= knots.min()
    chords = np.array([
        np.interp(np.log(exact.x[inside]), np.log(knots[::-1]), row[::-1]) for row in joined[order]
    ])  # fmt: skip
    gap = np.abs(chords - exact.y[:, inside]).max() / np.abs(exact.y).max()
    assert 0.03 < gap < 0.045
    assert panel.readouts[0].value == "joined knots are off by up to 4.2 %"
    assert last(path_axis="log-lambda").panel("path").mark("features").x.size > 5 * knots.size


def test_knots_joined_over_the_norm_are_exact():
    panel = last(path_axis="l1-share").panel("path")
    for x, y in curves(panel).values():
        knots = [0, *(np.flatnonzero(np.diff(x) == 0.0)).tolist(), len(x) - 1]
        assert np.allclose(np.interp(x, x[knots], y[knots]), y, atol=1e-9 * np.abs(y).max() + 1e-12)


def test_the_often_drawn_message_says_where_it_differs():
    assert "log λ axis" in last(drawn="often-drawn").message
    assert "log λ axis" not in last(drawn="often-drawn", path_axis="log-lambda").message


@pytest.fixture(scope="module")
def training(tmp_path_factory):
    """The 67 training rows of prostate as a table of the user's."""
    table, train = prostate_corrected(), prostate_split()
    rows = np.column_stack([table.X, table.y])[train]
    lines = [",".join((*table.names, "lpsa")), *(",".join(repr(float(v)) for v in row) for row in rows)]
    file = tmp_path_factory.mktemp("prostate") / "train.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("dataset", ["diabetes", "prostate", "longley"])
def test_the_caption_counts_sign_changes_over_the_shown_lams_only(dataset):
    """On diabetes s3 changes its sign once more, at λ = 0.0037, left of what is drawn."""
    frame = last(view="penalties", dataset=dataset)
    axis, problem = frame.panel("path-ridge").x, _data.data(replace(START, dataset=dataset)).problem
    left, d, right = np.linalg.svd(problem.X, full_matrices=False)
    lams = np.geomspace(axis.low, axis.high, 20_001)
    w = right.T @ ((d[:, None] / (d[:, None] ** 2 + problem.n * lams)) * (left.T @ problem.y)[:, None])
    changes = int(np.count_nonzero(np.diff(np.sign(w), axis=1)))
    said = f"over the λ shown ridge coefficients change sign {changes} time" if changes else "no ridge coefficient"
    assert said in frame.caption


def test_ridge_of_lcp_is_flagged_where_it_crosses_zero(training):
    """22.414 = nλ on the training rows; between the signs the coefficient grows past zero."""
    frame = last(view="penalties", dataset=training, target="lpsa")
    panel = frame.panel("path-ridge")
    rings = panel.mark("crossings")
    at = dict(zip(rings.labels, rings.x, strict=True))
    assert at["lcp"] * 67 == pytest.approx(22.414, abs=6e-4)
    x, y = curves(panel)["lcp"]
    assert np.interp(at["lcp"] / 2, x, y) < 0.0 < np.interp(at["lcp"] * 2, x, y)
    drawn = last(view="penalties", dataset=training, target="lpsa", drawn="often-drawn").panel("path-ridge")
    alone = drawn.mark("alone").y[drawn.mark("alone").labels.index("lcp")]
    assert (alone < 0.0).all() and (np.diff(alone) > 0.0).all()
    norms = np.linalg.norm(drawn.mark("exact").y, axis=0)
    assert (np.diff(norms) < 0.0).all()


def test_penalty_paths_and_df_agree_with_scikit_learn(training):
    frame = last(view="penalties", dataset=training, target="lpsa", step=3)
    lam = frame.readout("lam")
    table, train = prostate_corrected(), prostate_split()
    X, y = StandardScaler().fit_transform(table.X[train]), table.y[train] - table.y[train].mean()
    ridge = Ridge(alpha=67 * lam, fit_intercept=False).fit(X, y).coef_
    assert np.allclose(frame.panel("path-ridge").mark("here").y, ridge, atol=1e-9)
    hat = X @ np.linalg.solve(X.T @ X + 67 * lam * np.eye(8), X.T)
    values = {r.name: r.value for r in frame.panel("df").readouts}
    assert values["df-ridge"] == pytest.approx(np.trace(hat), rel=1e-9)
    assert values["df-lasso"] == np.count_nonzero(frame.panel("path-lasso").mark("here").y) == 3


def test_cp_is_least_at_the_seventh_knot():
    frame = last(view="choose")
    lam = frame.readout("lam_cp")
    assert lam * np.sqrt(442) == pytest.approx(KNOTS[7], abs=6e-5)
    assert choice_lam(frame, "cp") == lam


@pytest.mark.parametrize("penalty", ["lasso", "ridge", "elastic-net"])
@pytest.mark.parametrize("dataset", ["diabetes", "prostate", "hitters"])
def test_marked_minima_are_the_least_values(dataset, penalty):
    frame = last(view="choose", dataset=dataset, penalty=penalty)
    names = [p.key for p in frame.panels if p.key != "df"]
    assert set(names) == {"cv", "gcv", "cp", "aic", "bic"} | ({"loo"} if penalty == "ridge" else set())
    for name in names:
        panel = frame.panel(name)
        least, curve = panel.mark("least"), panel.mark("curve")
        assert least.y[0] <= curve.y.min() * (1 + 1e-9) + 1e-9, name
        value = np.interp(np.log(least.x[0]), *_rising(curve))
        assert value == pytest.approx(least.y[0], abs=0.02 * (panel.y.high - panel.y.low)), name
    assert frame.readout("lam_1se") >= frame.readout("lam_min")


def _rising(curve):
    order = np.argsort(curve.x)
    return np.log(curve.x[order]), curve.y[0][order]


def test_leave_one_out_equals_refits():
    """Refits re-centre, and keep the scales and nλ."""
    frame = last(view="choose", dataset="prostate", penalty="ridge")
    curve = frame.panel("loo").mark("curve")
    table = bundled("prostate")
    X = (table.X - table.X.mean(axis=0)) / table.X.std(axis=0)
    for k in (0, 60, 139):
        left = []
        for i in range(97):
            keep = np.arange(97) != i
            fit = Ridge(alpha=97 * curve.x[k]).fit(X[keep], table.y[keep])
            left.append(table.y[i] - fit.predict(X[i : i + 1])[0])
        assert curve.y[0, k] == pytest.approx(np.mean(np.square(left)), rel=1e-10)


def test_folds_standardise_their_own_training_rows():
    frame = last(view="choose", dataset="prostate", folds=5, fold_order="interleaved")
    curve = frame.panel("cv").mark("curve")
    table = bundled("prostate")
    k = int(np.argmin(np.abs(curve.x - 0.1)))
    inside, outside = [], []
    rows = np.arange(97)
    for fold in range(5):
        test = rows % 5 == fold
        model = make_pipeline(StandardScaler(), Lasso(alpha=curve.x[k], tol=1e-12, max_iter=100000))
        left = table.y[test] - model.fit(table.X[~test], table.y[~test]).predict(table.X[test])
        inside += np.square(left).tolist()
        scaled = StandardScaler().fit_transform(table.X)
        model = Lasso(alpha=curve.x[k], tol=1e-12, max_iter=100000).fit(scaled[~test], table.y[~test])
        outside += np.square(table.y[test] - model.predict(scaled[test])).tolist()
    assert curve.y[0, k] == pytest.approx(np.mean(inside), rel=1e-7)
    assert curve.y[0, k] != pytest.approx(np.mean(outside), rel=1e-7)
    assert "own training rows" in frame.message and "none is a test" in frame.message
    assert KFold(5).get_n_splits() == len(np.unique(rows % 5))


def test_more_features_than_rows_is_thinned_and_says_so():
    frame = last(dataset="gasoline", step=30)
    assert frame.readout("steps") == 120
    assert "first 120 steps" in frame.message
    assert "40 of 401 features drawn" in [r.value for r in frame.panel("path").readouts]
    assert len(frame.panel("kkt").mark("correlations").values) == 40
    chosen = last(dataset="gasoline", view="choose")
    assert {p.key for p in chosen.panels} == {"cv", "df", "train"}
    assert (np.diff(chosen.panel("train").mark("curve").y[0]) >= -1e-12).all()
    assert chosen.readout("lam_cp") is None
    assert "more rows than features" in chosen.message
    assert "loo" in {p.key for p in last(dataset="gasoline", view="choose", penalty="ridge").panels}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_shows_published_numbers_ours_and_differences(preset):
    frame = last(preset=preset)
    words = {label for panel in frame.panels for mark in panel.marks if mark.kind == "text" for label in mark.labels}
    for column in comparisons(preset):
        for row in column.rows:
            if column.key != "cp":
                assert f"{row.published:.{row.decimals}f}".replace("-", "−") in words
                more = row.decimals + (1 if row.decimals else 0)
                assert f"{row.ours:.{more}f}".replace("-", "−") in words | {f"−{0:.{more}f}"}
    assert frame.readout("agreeing") == frame.readout("published") == {"efron-2004": 49, "esl-table-3.3": 33}[preset]
    assert "difference" in " ".join(words)
    assert all(r.role == "good" for p in frame.panels for r in p.readouts if r.name == "agree")


def test_a_preset_does_not_depend_on_the_data_controls():
    a, b = (last(preset="esl-table-3.3", dataset=d) for d in ("diabetes", "gasoline"))
    assert a.to_json() == b.to_json()


def test_lasso_df_is_the_size_of_the_active_set_without_bias():
    """Stein: Σ cov(fit, y)/σ² = E|A|, within 5 standard errors that are themselves small."""
    check_stein("lasso", None, 0.15, 1500)


def test_elastic_net_df_is_without_bias():
    check_stein("elastic-net", 0.5, 0.2, 600)


def check_stein(penalty, alpha, lam, draws):
    base = problem(91, 50, 10, 0.6)
    rng = np.random.default_rng(92)
    truth = base.X @ np.r_[1.5, -1.0, 0.5, np.zeros(7)]
    gaps, sizes = [], []
    for _ in range(draws):
        noise = rng.standard_normal(50)
        path = path_of(Problem.of(base.X, truth + noise, standardize=False), penalty, alpha)
        fit = base.X @ path.standardized_at(lam)
        sizes.append(path.df_at(lam))
        gaps.append(noise @ (fit - truth) - sizes[-1])
    error = np.std(gaps, ddof=1) / np.sqrt(len(gaps))
    assert abs(np.mean(gaps)) <= 5 * error
    assert 5 * error < 1.0
    assert np.std(sizes) > 0.5
    assert 2.0 < np.mean(sizes) < 9.0


def test_elastic_net_df_is_the_trace_of_its_hat_matrix():
    found = problem(93, 40, 9)
    path = path_of(found, "elastic-net", 0.4)
    for lam in (0.5, 0.1, 0.01):
        w = path.standardized_at(lam)
        active = found.X[:, w != 0.0]
        inner = active.T @ active + found.n * lam * 0.6 * np.eye(active.shape[1])
        wanted = np.trace(active @ np.linalg.solve(inner, active.T))
        assert path.df_at(lam) == pytest.approx(wanted, rel=1e-10)
        assert elastic_net_df(found, w, lam * 0.6) == pytest.approx(wanted, rel=1e-10)
        step = 1e-6
        rates = []
        for i in range(found.n):
            ends = []
            for way in (1.0, -1.0):
                y = found.y.copy()
                y[i] += way * step
                moved = Problem.of(found.X, y, standardize=False)
                ends.append((found.X @ path_of(moved, "elastic-net", 0.4).standardized_at(lam))[i])
            rates.append((ends[0] - ends[1]) / (2.0 * step))
        assert np.sum(rates) == pytest.approx(wanted, rel=1e-5)


def test_lasso_df_is_drawn_as_steps_where_knots_abound():
    """Gasoline has more knots than the curve has points of its own; the lasso's df is flat between any two."""
    line = last(view="penalties", dataset="gasoline").panel("df").mark("lasso")
    table = bundled("gasoline")
    knots = path_of(Problem.of(table.X, table.y), "lasso").lams
    jumps = np.flatnonzero(np.diff(line.y[0]))
    assert len(jumps) > 50
    for k in jumps:
        low, high = line.x[k : k + 2]
        assert high / low - 1.0 < 1e-6
        assert np.abs(knots / low - 1.0).min() < 1e-6
