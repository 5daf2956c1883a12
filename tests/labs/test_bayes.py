"""The facts of the bayes lab, read off its frames: modes against scikit-learn, means against draws, one slider."""

import runpy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.linear_model import Lasso, Ridge

from regviz.data import DataError, bundled_names
from regviz.lab import Gesture, replace, show
from regviz.labs import _data, bayes
from regviz.labs.bayes import lab as LAB

START = LAB.State()
PRIORS = ("gaussian", "laplace")
TABLES = tuple(name for name in bundled_names() if name != "gasoline")


def last(**changes):
    *_, frame = LAB.frames(replace(START, **changes))
    return frame


def bars(frame):
    return frame.panel("coefficients").mark("map").values


def solved(problem, prior, lam):
    """The mode by scikit-learn."""
    if prior == "gaussian":
        return Ridge(alpha=problem.n * lam, fit_intercept=False, solver="svd").fit(problem.X, problem.y).coef_
    return Lasso(alpha=lam, fit_intercept=False, tol=1e-15, max_iter=1_000_000).fit(problem.X, problem.y).coef_


def drag(panel, mark, x, y):
    return Gesture(kind="drag", panel=panel, mark=mark, index=0, x=x, y=y, from_x=0.0, from_y=0.0)


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("dataset", ["synthetic", "prostate", "diabetes"])
@pytest.mark.parametrize("share", [0.003, 0.05, 0.4])
def test_the_mode_is_scikit_learns_solution(prior, dataset, share):
    problem = _data.data(replace(START, dataset=dataset)).problem
    lam = share * problem.lam_max
    frame = last(prior=prior, dataset=dataset, lam=lam, sample=False)
    exact = solved(problem, prior, lam)
    assert np.abs(bars(frame) - exact).max() <= 1e-8 * max(1.0, np.abs(exact).max())
    assert np.array_equal(bars(frame) == 0.0, exact == 0.0)


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("others", ["held", "integrated"])
def test_every_table_is_certified(prior, others):
    for dataset in TABLES:
        frame = last(prior=prior, others=others, dataset=dataset, sample=False)
        assert frame.certificate.holds, dataset


@pytest.mark.parametrize("feature", range(12))
def test_the_slice_peaks_at_the_mode_for_each_coefficient(feature):
    """The line through the joint mode is largest at that mode, where it is 0 and where it is not."""
    frame = last(feature_x=feature, sample=False)
    curve = frame.panel("along").mark("posterior")
    peak = curve.x[int(np.argmax(curve.y[0]))]
    reach = frame.panel("along").x.high - frame.panel("along").x.low
    assert peak == pytest.approx(frame.readout("map"), abs=reach / 400)
    if frame.readout("map") == 0.0:
        assert peak == 0.0


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("others", ["held", "integrated"])
def test_prior_times_likelihood_is_the_posterior_as_drawn(prior, others):
    panel = last(prior=prior, others=others).panel("along")
    curves = {key: panel.mark(key).y[0] for key in ("prior", "likelihood", "posterior")}
    seen = (curves["posterior"] > 0.01) & np.isfinite(curves["likelihood"])
    assert np.count_nonzero(seen) > 20
    ratio = curves["prior"][seen] * curves["likelihood"][seen] / curves["posterior"][seen]
    assert ratio == pytest.approx(ratio[0], rel=1e-8)


def test_mode_median_and_mean_of_one_observation(tmp_path):
    """z = 0.8, σ = b = 1: two rows of ±1 with σ² = 2 carry as much as one observation with σ² = 1."""
    file = tmp_path / "one.csv"
    file.write_text("x,y\n1,0.8\n-1,-0.8\n")
    common = {"dataset": str(file), "sigma_from": "control", "sigma2": 2.0, "lam": 1.0}
    frame = last(prior="laplace", **common)
    assert frame.readout("prior_width") == 1.0
    assert frame.readout("map") == 0.0
    assert frame.readout("median") == pytest.approx(0.326, abs=5e-4)
    assert frame.readout("mean") == pytest.approx(0.394, abs=5e-4)
    frame = last(prior="gaussian", **common)
    assert [frame.readout(name) for name in ("map", "median", "mean")] == pytest.approx([0.4] * 3, rel=1e-14)


def test_under_laplace_the_mean_is_not_sparse_and_the_mode_is():
    frame = last(prior="laplace", lam=0.5)
    assert frame.readout("zeros") >= 5
    assert frame.readout("zeros_mean") == 0
    mean = frame.panel("coefficients").mark("mean")
    assert np.all(mean.y != 0.0)
    assert np.all((mean.low < mean.y) & (mean.y < mean.high))
    assert frame.readout("zeros") == np.count_nonzero(bars(frame) == 0.0)


def test_under_gauss_mean_median_and_mode_are_one():
    frame = last(prior="gaussian", lam=0.5)
    assert frame.readout("mean") == pytest.approx(frame.readout("map"), rel=1e-9)
    assert frame.readout("median") == pytest.approx(frame.readout("map"), rel=1e-9)
    assert frame.panel("coefficients").mark("mean").y == pytest.approx(bars(frame), rel=1e-9)


@given(lam=st.floats(1e-3, 10.0), sigma2=st.floats(0.1, 100.0), prior=st.sampled_from(PRIORS))
@settings(max_examples=15)
def test_both_scales_of_the_slider_show_one_number(lam, sigma2, prior):
    frame = next(LAB.frames(replace(START, prior=prior, lam=lam, sigma_from="control", sigma2=sigma2)))
    width, strength = frame.readout("prior_width"), frame.readout("n_lam")
    assert strength == pytest.approx(START.n * lam, rel=1e-14)
    assert (sigma2 / width**2 if prior == "gaussian" else sigma2 / width) == pytest.approx(strength, rel=1e-12)
    panel = frame.panel("duality")
    assert panel.mark("cursor").value == pytest.approx(min(max(lam, panel.x.low), panel.x.high))
    line = panel.mark(prior)
    drawn = np.interp(np.log(panel.mark("cursor").value), np.log(line.x), np.log(line.y[0]))
    assert np.log(panel.mark("slider").y) == pytest.approx(drawn, abs=1e-9)


@pytest.mark.parametrize("prior", PRIORS)
def test_dragging_the_priors_handle_moves_lam_and_back(prior):
    state = replace(START, prior=prior, lam=0.7, sample=False)
    goal = 0.31
    moved = LAB.gesture(state, drag("along", "width", goal, 0.4))
    frame = last(prior=prior, sample=False, **moved)
    assert frame.readout("prior_width") == pytest.approx(goal, rel=1e-12)
    assert frame.panel("along").mark("width").x == pytest.approx(goal, rel=1e-12)
    before = last(prior=prior, lam=0.7).readout("prior_width")
    back = LAB.gesture(replace(state, **moved), drag("along", "width", before, 0.0))
    assert back["lam"] == pytest.approx(0.7, rel=1e-12)


@pytest.mark.parametrize("prior", PRIORS)
def test_dragging_along_the_line_of_the_duality_lands_on_that_point(prior):
    panel = last(prior=prior, lam=0.05, sample=False).panel("duality")
    x, y = panel.mark("slider").x, panel.mark("slider").y
    moved = LAB.gesture(replace(START, prior=prior, lam=2.0), drag("duality", "slider", x, y))
    assert moved["lam"] == pytest.approx(0.05)


def test_a_drag_far_outside_stays_in_the_sliders_range():
    low, high = last(sample=False).limits["lam"]
    for x in (-5.0, 0.0, 1e9):
        assert low <= LAB.gesture(START, drag("along", "width", x, 0.0))["lam"] <= high


def test_clicking_a_bar_chooses_its_coefficient():
    click = Gesture(kind="click", panel="coefficients", mark="map", index=4, x=4, y=0, from_x=4, from_y=0)
    state = replace(START, **LAB.gesture(START, click))
    assert (state.feature_x, state.feature_y) == (4, START.feature_x)
    assert LAB.gesture(state, click) == {}
    assert last(feature_x=4, sample=False).panel("along").title == "Along w5"


def test_the_evidence_is_marked_at_its_maximum_beside_cross_validation():
    frame = last(prior="gaussian")
    panel = frame.panel("evidence")
    curve, best = panel.mark("ridge"), panel.mark("best")
    assert best.value == frame.readout("lam_evidence")
    top = last(prior="gaussian", lam=best.value).readout("log_evidence")
    assert top >= curve.y.max() - 1e-9
    assert abs(np.log(curve.x[int(np.argmax(curve.y[0]))] / best.value)) < np.log(curve.x[1] / curve.x[0])
    assert panel.mark("lam_cv").value == frame.readout("lam_cv")


def test_the_evidence_is_that_of_a_normal_density():
    frame = last(prior="gaussian", lam=0.2)
    problem, sigma2 = _data.data(START).problem, frame.readout("sigma2")
    basis = np.linalg.qr(np.column_stack([np.ones(problem.n), np.eye(problem.n)[:, 1:]]))[0][:, 1:]
    X, y = basis.T @ problem.X, basis.T @ problem.y
    covariance = sigma2 * (np.eye(len(y)) + X @ X.T / (problem.n * 0.2))
    exact = stats.multivariate_normal(None, covariance).logpdf(y)
    assert frame.readout("log_evidence") == pytest.approx(exact, rel=1e-10)


def test_sampled_evidence_meets_the_gaussians_where_both_priors_are_narrow():
    panel = last(prior="laplace").panel("evidence")
    null = last(prior="gaussian", lam=1e9).readout("log_evidence")
    assert last(prior="laplace", lam=50.0).readout("log_evidence") == pytest.approx(null, abs=0.5)
    assert panel.mark("lasso").y.max() > null + 3.0


def test_noise_by_least_squares_by_evidence_and_by_hand():
    problem = _data.data(START).problem
    residual = problem.y - problem.X @ np.linalg.lstsq(problem.X, problem.y, rcond=None)[0]
    frame = last(sample=False)
    assert frame.readout("sigma2_residual") == pytest.approx(residual @ residual / (60 - 1 - 12), rel=1e-10)
    assert frame.readout("sigma2") == frame.readout("sigma2_residual")
    assert frame.readout("sigma2_evidence") == pytest.approx(4.0, rel=0.5)
    assert last(sigma_from="control", sigma2=9.0, sample=False).readout("sigma2") == 9.0
    few = last(n=8, sample=False)
    assert few.readout("sigma2_residual") is None
    assert few.readout("sigma2") == few.readout("sigma2_evidence")
    assert "no rows to estimate" in few.message


@pytest.mark.parametrize("others", ["held", "integrated"])
@pytest.mark.parametrize("prior", PRIORS)
def test_the_outer_region_lies_around_the_inner_one_and_the_mean(prior, others):
    panel = last(prior=prior, others=others).panel("joint")
    outer, inner = panel.mark("credible"), panel.mark("inner")
    centre = panel.mark("map" if prior == "gaussian" else "mean")
    for region in (outer, inner):
        assert winding(region, float(centre.x[0]), float(centre.y[0]))
    assert all(winding(outer, x, y) for x, y in zip(inner.x[::9], inner.y[::9], strict=True))


def test_a_close_up_follows_the_posterior_and_the_plain_view_does_not():
    def planes(**changes):
        return [last(prior="gaussian", lam=lam, **changes).panel("joint") for lam in (0.1, 3.0)]

    plain, close = planes(), planes(close_up=True)
    assert plain[0].x is plain[1].x
    for panel in close:
        region = panel.mark("credible")
        assert panel.x.low < region.x.min() < region.x.max() < panel.x.high
        assert np.ptp(region.x) > 0.3 * (panel.x.high - panel.x.low)


def winding(region, x, y):
    """Whether a point lies inside the closed polygon."""
    angle = np.unwrap(np.arctan2(region.y - y, region.x - x))
    return abs(angle[-1] - angle[0]) > np.pi


def test_integrating_the_others_out_widens_the_posterior():
    def length(others):
        band = last(prior="gaussian", others=others, rho=0.9).panel("along").mark("credible")
        return band.x[-1] - band.x[0]

    assert length("integrated") > 1.3 * length("held")


def test_the_marginal_of_the_laplace_posterior_agrees_with_its_draws():
    frame = last(others="integrated", level=0.9)
    mean = frame.panel("coefficients").mark("mean")
    assert frame.readout("mean") == pytest.approx(mean.y[START.feature_x], abs=0.03)
    band = frame.panel("along").mark("credible")
    assert (band.x[0], band.x[-1]) == pytest.approx((mean.low[START.feature_x], mean.high[START.feature_x]), abs=0.06)


@pytest.mark.parametrize("prior", PRIORS)
def test_function_draws_fill_their_band_and_the_mode_is_the_fit(prior):
    frame = last(prior=prior, functions=200, level=0.8)
    panel = frame.panel("functions")
    band, curves = panel.mark("band"), panel.mark("posterior").y
    inside = np.mean((curves[:, 0] >= band.low[0]) & (curves[:, 0] <= band.high[0]))
    assert inside == pytest.approx(0.8, abs=5 * np.sqrt(0.16 / 200))
    found = _data.data(START)
    rise = bars(frame)[START.feature_x] / found.problem.scales[START.feature_x]
    mode = panel.mark("mode")
    assert (mode.y[0, -1] - mode.y[0, 0]) / (mode.x[-1] - mode.x[0]) == pytest.approx(rise, rel=1e-9)


def test_a_narrower_prior_pulls_the_same_functions_flat():
    wide, narrow = (last(lam=lam, sample=False).panel("functions").mark("prior").y for lam in (0.1, 0.2))
    middle = _data.data(START).problem.y_mean
    assert narrow - middle == pytest.approx(0.5 * (wide - middle), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("prior", PRIORS)
def test_curve_fitting_uses_the_same_prior_on_bumps(prior):
    frame = last(prior=prior, dataset="mcycle", inputs="curve", bumps=15, lam=0.5)
    assert len(bars(frame)) == 15
    panel = frame.panel("functions")
    assert panel.mark("data").x.size == 133
    curve = panel.mark("mode")
    assert np.ptp(np.interp(panel.mark("data").x, curve.x, curve.y[0])) > 80.0
    assert frame.certificate.holds


def test_a_single_coefficient_has_no_plane():
    frame = last(dataset="mcycle")
    assert [panel.key for panel in frame.panels] == ["along", "coefficients", "evidence", "functions", "duality"]


def test_a_lam_move_changes_no_axis_and_no_still_mark():
    a, b = (last(prior="gaussian", lam=lam) for lam in (0.2, 0.4))
    for old, new in zip(a.panels, b.panels, strict=True):
        assert old.x is new.x
        assert old.y is new.y
    assert a.panel("evidence").mark("ridge") is b.panel("evidence").mark("ridge")
    assert a.panel("joint").mark("modes") is b.panel("joint").mark("modes")


def test_sampling_comes_second_and_is_remembered():
    state = replace(START, lam=0.123)
    first = list(LAB.frames(state))
    assert {frame.status for frame in first[:-1]} == {"running"}
    assert first[-1].status == "sampled"
    assert all(frame.panels is first[0].panels for frame in first[:-1])
    assert {mark.key for mark in first[0].panel("functions").marks} == {"data", "prior", "mode"}
    assert len(list(LAB.frames(state))) == 1


def test_a_marginal_never_shows_a_slice_in_between():
    frames = list(LAB.frames(replace(START, others="integrated", lam=0.234, folds=9)))
    titles = [{r.value for r in frame.panel("along").readouts if r.name == "others"} for frame in frames]
    assert len(titles) > 1
    assert all(title == {"others integrated out"} for title in titles)


def test_too_large_to_sample_is_said():
    frame = last(n=400, p=300, noise=1.0)
    assert "too many to sample" in frame.message
    assert frame.readout("zeros_mean") is None
    assert frame.readout("log_evidence") is None


@pytest.mark.parametrize("text", ["x,y\n1,1e200\n2,3e200\n3,2e200\n", "x,y\n1e60,1\n2e61,3\n5e60,2\n"])
def test_numbers_too_large_to_square_are_refused_in_a_sentence(tmp_path, text):
    file = tmp_path / "big.csv"
    file.write_text(text)
    with pytest.raises(DataError, match="scale them by a common factor"):
        last(dataset=str(file), standardize=False)


@pytest.mark.parametrize(
    "text",
    ["a,b,y\n1,5,3\n2,4,3\n4,9,3\n", "a,b,y\n5,1,3\n5,4,1\n5,2,2\n", "a,b,y\n1,1,3\n2,2,1\n5,5,9\n7,7,0\n",
     "a,b,y\n1,5,2\n2,4,4\n3,9,6\n4,1,8\n"],
)  # fmt: skip
@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("others", ["held", "integrated"])
@pytest.mark.parametrize("extreme", [{}, {"lam": 1e-15}, {"lam": 1e15}, {"sigma_from": "control", "sigma2": 1e-12},
                                     {"sigma_from": "control", "sigma2": 1e15}])  # fmt: skip
def test_constant_equal_and_exact_tables_at_the_ends_of_the_sliders(tmp_path, text, prior, others, extreme):
    file = tmp_path / "table.csv"
    file.write_text(text)
    frame = last(dataset=str(file), prior=prior, others=others, **extreme)
    assert all(r.value is None or not isinstance(r.value, float) or np.isfinite(r.value) for r in frame.readouts)
    assert frame.certificate.holds


@pytest.mark.parametrize("prior", PRIORS)
def test_the_numpy_snippet_gives_the_posterior_on_screen(prior, tmp_path):
    file = tmp_path / "snippet.py"
    file.write_text(LAB.snippets(replace(START, prior=prior))["NumPy"])
    problem = _data.data(START).problem
    names = runpy.run_path(str(file), {"X": problem.X, "y": problem.y})
    mean = last(prior=prior).panel("coefficients").mark("mean").y
    tolerance = 1e-9 if prior == "gaussian" else 0.05
    assert names["mean"] == pytest.approx(mean, abs=tolerance)


def peaks(heights):
    """Local maxima above a twentieth of the largest."""
    inner = heights[1:-1]
    return np.count_nonzero((inner > heights[:-2]) & (inner >= heights[2:]) & (inner > 0.05 * heights.max()))


@pytest.mark.parametrize(("dataset", "share"), [("longley", 1e-3), ("longley", 0.01), ("prostate", 0.01)])
def test_a_sampled_marginal_of_correlated_features_has_no_spikes(dataset, share):
    lam = share * _data.data(replace(START, dataset=dataset)).problem.lam_max
    for feature in (0, 5):
        frame = last(dataset=dataset, lam=lam, others="integrated", feature_x=feature, feature_y=1)
        assert peaks(frame.panel("along").mark("posterior").y[0]) <= 2, feature
        edge = frame.panel("joint").mark("credible")
        u, v = (edge.x - edge.x.mean()) / np.ptp(edge.x), (edge.y - edge.y.mean()) / np.ptp(edge.y)
        area = 0.5 * abs(np.sum(u[:-1] * v[1:] - u[1:] * v[:-1]))
        length = np.hypot(np.diff(u), np.diff(v)).sum()
        assert length**2 / area < 4.0 * 4.0 * np.pi, feature


def test_the_status_says_what_is_sampled_and_what_is_exact():
    assert last(prior="gaussian").status == "exact"
    assert last(sample=False).status == "exact"
    assert last().status == "sampled"
    assert last(n=400, p=300, noise=1.0).status == "undetermined"


@pytest.mark.parametrize("others", ["held", "integrated"])
def test_with_too_few_effective_draws_nothing_sampled_is_drawn(others, monkeypatch):
    monkeypatch.setattr(bayes, "ENOUGH", 1e9)
    monkeypatch.setattr(bayes, "lasso_evidence", None)  # what is not shown is not computed
    frame = last(others=others)
    assert frame.status == "undetermined"
    assert "Not enough draws" in frame.message
    for key in ("coefficients", "evidence", "functions"):
        assert shown(frame.panel(key), "draws") == "not enough draws"
    assert {mark.key for mark in frame.panel("functions").marks} == {"data", "prior", "mode"}
    assert {mark.key for mark in frame.panel("coefficients").marks} == {"map", "chosen"}
    assert frame.panel("along").readouts[-1].value == "others held at the MAP"
    assert frame.readout("log_evidence") is None


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("others", ["held", "integrated"])
@pytest.mark.parametrize("changes", [
    {"dataset": "longley", "lam": 1e-15}, {"dataset": "mcycle", "inputs": "curve", "bumps": 20, "lam": 1e-6},
    {"dataset": "longley", "lam": 1e15}, {"sigma_from": "control", "sigma2": 100.0, "lam": 1e-3},
])  # fmt: skip
def test_the_axes_hold_mode_mean_intervals_and_regions(prior, others, changes):
    frame = last(prior=prior, others=others, **changes)
    along, joint, bar = (frame.panel(key) for key in ("along", "joint", "coefficients"))
    assert inside(along.x, along.mark("centres").x, along.mark("credible").x)
    assert inside(joint.x, joint.mark("map").x, joint.mark("credible").x)
    assert inside(joint.y, joint.mark("map").y, joint.mark("credible").y)
    mean = bar.mark("mean")
    assert inside(bar.y, bars(frame), mean.y, mean.low, mean.high)


def inside(axis, *values):
    return all(axis.low <= part.min() and part.max() <= axis.high for part in values)


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("lam", [1e-15, 1e-4, 0.3, 1e15])
def test_the_header_and_the_readout_say_one_evidence(prior, lam):
    frame = last(prior=prior, dataset="longley", lam=lam)
    here = frame.readout("log_evidence")
    assert ("not sampled at this λ" if here is None else here) == shown(frame.panel("evidence"), "log_evidence")


def shown(panel, name):
    return next((readout.value for readout in panel.readouts if readout.name == name), None)


def test_a_lam_that_is_raised_is_said_with_both_numbers():
    frame = last(dataset="longley", lam=1e-15, sample=False)
    taken = show(frame.readout("lam"))
    assert frame.readout("lam") > 1e-15
    assert f"asks for λ = {show(1e-15)}; all that is shown is at λ = {taken}" in frame.message
    assert f"At λ = {taken} (below it, as at {show(1e-15)}, the prior is flat)" in frame.caption


@pytest.mark.parametrize("prior", PRIORS)
def test_the_parts_are_negative_logs_times_noise_over_n_less_constants(prior):
    """Differences between two λ's modes leave the constants out."""
    problem = _data.data(START).problem
    logs = []
    for lam in (0.1, 0.4):
        frame = last(prior=prior, lam=lam, sample=False)
        w, sigma2 = bars(frame), frame.readout("sigma2")
        likelihood = stats.norm(scale=np.sqrt(sigma2)).logpdf(problem.y - problem.X @ w).sum()
        width = frame.readout("prior_width")
        kind = stats.norm(scale=width) if prior == "gaussian" else stats.laplace(scale=width)
        density = kind.logpdf(w).sum() - kind.logpdf(0.0) * problem.p
        assert frame.parts[1].value == pytest.approx(-sigma2 / problem.n * density, rel=1e-9)
        logs.append((frame.parts[0].value, -sigma2 / problem.n * likelihood))
        assert [part.label for part in frame.parts] == ["loss (log likelihood)", "penalty (log prior)"]
    assert logs[1][0] - logs[0][0] == pytest.approx(logs[1][1] - logs[0][1], rel=1e-9)


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("others", ["held", "integrated"])
def test_rounding_errors_are_shown_as_zero(prior, others, tmp_path):
    file = tmp_path / "table.csv"
    file.write_text("a,b,y\n1,5,3.1\n2,5,3.7\n4,5,3.2\n7,5,9.3\n9,5,8.1\n")
    flat = last(dataset=str(file), prior=prior, others=others, feature_x=1, lam=0.1)
    far = last(prior="laplace", others=others, lam=1e15)
    for frame in (flat, far):
        for name in ("map", "median", "mean"):
            value, band = frame.readout(name), frame.panel("along").mark("credible").x
            assert value == 0.0 or abs(value) > 1e-16 * (band[-1] - band[0]), name
    assert far.readout("mean") == far.readout("median") == 0.0
