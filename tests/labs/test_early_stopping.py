"""Early stopping: patience judged on the curves of one run, and the linear twin's facts read off its frames."""

import ast
from dataclasses import replace

import numpy as np
import pytest

from regviz.export import last_frame
from regviz.lab import Gesture, Readout
from regviz.labs.early_stopping import lab
from regviz.labs.early_stopping.state import TWIN, EarlyStoppingState
from regviz.labs.early_stopping.twin import scene
from regviz.neural import EarlyStopping

NET = EarlyStoppingState()
LINEAR = EarlyStoppingState(tab=TWIN)


@pytest.fixture(scope="module")
def finished():
    return last_frame(lab, NET)


def looks(frame):
    """Steps and validation losses of the looks."""
    curve = frame.panel("losses").mark("validation")
    return curve.x, curve.y[0]


def stop_by_hand(steps, losses, patience, min_delta):
    """(best step, stopping step or None) by the words of the rule."""
    best, best_step, waited = np.inf, 0, 0
    for step, loss in zip(steps, losses, strict=True):
        if loss < best - min_delta:
            best, best_step, waited = loss, step, 0
        else:
            waited += 1
            if waited == patience:
                return best_step, step
    return best_step, None


@pytest.mark.parametrize("patience", [1, 20, 10_000])
@pytest.mark.parametrize("min_delta", [0.0, 0.02])
def test_patience_and_least_gain_decide_as_they_say(finished, patience, min_delta):
    state = replace(NET, patience=patience, min_delta=min_delta)
    frame = last_frame(lab, state)
    steps, losses = looks(frame)
    assert np.array_equal(losses, looks(finished)[1]), "judging does not change the training"
    best, stopped = stop_by_hand(steps, losses, patience, min_delta)
    assert frame.readout("best_step") == best
    assert frame.readout("stopped_at") == stopped


def test_a_loss_to_beat_is_not_called_the_lowest():
    frame = last_frame(lab, replace(NET, min_delta=5.0, steps=100))
    lowest = looks(frame)[1].min()
    assert lowest < looks(frame)[1][0], "something lower was seen"
    assert "lowest" not in frame.caption
    assert "δ = 5.00" in frame.caption
    assert "lowest validation loss" in last_frame(lab, replace(NET, steps=100)).caption


def test_stopping_helps_where_labels_are_noisy(finished):
    assert finished.readout("stopped_at") < NET.steps
    assert finished.readout("validation_loss_b") < 0.5 * finished.readout("validation_loss_a")
    assert finished.readout("test_accuracy_b") > finished.readout("test_accuracy_a") + 0.05
    assert finished.readout("gap_b") < finished.readout("gap_a")
    assert 0 < finished.readout("distance_b") < finished.readout("distance_a")


def test_the_best_weights_are_restored_not_the_last(finished):
    best = finished.readout("best_step")
    then = last_frame(lab, replace(NET, steps=best))
    for name in ("validation_loss", "gap", "distance", "test_accuracy"):
        assert finished.readout(f"{name}_b") == then.readout(f"{name}_a"), name
    surface = then.panel("surface_a").mark("surface").z
    assert np.array_equal(finished.panel("surface_b").mark("surface").z, surface)
    assert not np.array_equal(finished.panel("surface_a").mark("surface").z, surface)
    at_stop = last_frame(lab, replace(NET, steps=finished.readout("stopped_at")))
    assert at_stop.readout("validation_loss_a") > finished.readout("validation_loss_b")


def test_until_it_stops_both_are_the_same_net():
    for frame in lab.frames(replace(NET, steps=300, pace=50)):
        same = frame.readout("stopped_at") is None
        assert (frame.readout("distance_a") == frame.readout("distance_b")) == same
        far, kept = frame.panel("distance").mark("distance").y
        assert np.array_equal(far, kept) == same


def test_distance_is_that_of_the_weights():
    frame = last_frame(lab, replace(NET, steps=40, check=10))
    steps, far = frame.panel("distance").mark("distance").x, frame.panel("distance").mark("distance").y[0]
    assert steps.tolist() == [0, 10, 20, 30, 40]
    assert far[0] == 0.0
    assert (np.diff(far) > 0).all()
    assert far[-1] == frame.readout("distance_a")


def test_patience_may_change_while_it_runs_and_after():
    training = lab.frames(replace(NET, pace=500))
    frames = [next(training) for _ in range(4)]
    assert frames[-1].progress == 1.0
    for patience in (5, 200, 20):
        again = training.send(replace(NET, patience=patience))
        assert again.readout("step") == NET.steps
        assert again.readout("stopped_at") == last_frame(lab, replace(NET, patience=patience)).readout("stopped_at")
    earlier = training.send(replace(NET, steps=100))
    assert earlier.readout("step") == 100
    assert earlier.readout("stopped_at") is None
    assert lab.key(NET) == lab.key(replace(NET, patience=3, min_delta=0.1, rate=0.1, steps=9, pace=2))
    assert lab.key(NET) != lab.key(replace(NET, check=20))


def test_it_is_the_engines_own_rule(finished):
    steps, losses = looks(finished)
    rule = EarlyStopping(1, NET.patience, NET.min_delta)
    for step, loss in zip(steps, losses, strict=True):
        rule.observe(int(step), np.array([loss]), np.zeros((1, 1)))
    assert finished.readout("stopped_at") == rule.stopped_at[0]


def test_a_diverged_run_is_said():
    state = replace(NET, dataset="sine", optimiser="sgd", activation="relu", rate=300.0)
    frame = last_frame(lab, state)
    assert frame.status == "diverged"
    assert "diverged" in frame.message
    assert frame.caption.startswith("Training diverged")
    assert frame.readout("validation_loss_a") is None
    assert frame.panel("losses").readouts[0].value == "diverged"


@pytest.mark.parametrize("dataset", ["sine", "gaussians"])
def test_other_problems_have_their_pictures(dataset):
    frame = last_frame(lab, replace(NET, dataset=dataset, steps=30))
    shown = {panel.key for panel in frame.panels}
    assert ("functions" in shown) == (dataset == "sine")
    assert ("surface_b" in shown) == (dataset != "sine")


def twin(**changes):
    return last_frame(lab, replace(LINEAR, **changes))


@pytest.mark.parametrize("stride", [0.05, 0.2, 1.0, 1.9])
@pytest.mark.parametrize("iterations", [1, 2, 30, 400])
def test_the_closed_form_is_certified_by_the_iterates(stride, iterations):
    frame = twin(stride=stride, iterations=iterations)
    assert frame.certificate.tolerance == 1e-10
    assert frame.certificate.holds
    made = scene(replace(LINEAR, stride=stride, iterations=iterations))
    w = np.zeros(made.problem.p)
    for _ in range(iterations):
        w -= frame.readout("rate") * made.problem.X.T @ (made.problem.X @ w - made.problem.y) / made.problem.n
    along = made.directions.axes @ w
    assert frame.panel("filters").mark("filters").values == pytest.approx(along / made.directions.ols, rel=1e-9)


def test_ridge_beside_it_is_ridge():
    frame = twin()
    made = scene(LINEAR)
    lam = frame.readout("lam")
    assert lam == pytest.approx(1.0 / (frame.readout("rate") * 30))
    gram = made.problem.X.T @ made.problem.X / made.problem.n
    w = np.linalg.solve(gram + lam * np.eye(made.problem.p), made.problem.correlation)
    kept = made.directions.axes @ w / made.directions.ols
    assert frame.panel("filters").mark("filters").truth == pytest.approx(kept)
    assert frame.readout("ridge_norm") == pytest.approx(np.linalg.norm(w))


def test_each_direction_gets_its_own_penalty():
    frame = twin()
    made = scene(LINEAR)
    h, own = made.directions.curvature, frame.panel("penalties").mark("equivalent").y
    left = (1.0 - frame.readout("rate") * h) ** 30
    seen = np.isfinite(own)
    assert seen.sum() >= 11
    assert own[seen] == pytest.approx((h * left / (1.0 - left))[seen])
    assert own[seen][-1] > 50 * own[seen][0]
    assert own[seen].max() < frame.readout("lam"), "descent lets more through than ridge at 1/(ηt)"


@pytest.mark.parametrize("state", [{}, {"spread": 20.0}, {"spread": 0.5, "correlation": 0.95}, {"seed": 5}])
def test_flow_stays_below_the_bound(state):
    ratio = twin(**state).panel("ratios")
    flow = ratio.mark("ratio").y[0]
    assert flow.max() <= 1.6860
    assert ratio.mark("bound").value == pytest.approx(1.68591, abs=1e-5)


def test_large_steps_let_four_times_the_noise_through():
    frame = twin(stride=1.0, iterations=1)
    assert frame.readout("steepest") == pytest.approx(4.0)
    assert frame.panel("filters").mark("filters").values[0] == pytest.approx(1.0)
    assert frame.panel("filters").mark("filters").truth[0] == pytest.approx(0.5)
    assert frame.panel("penalties").mark("below").x.tolist() == [0.0]


def test_large_steps_can_break_the_bound_on_screen():
    frame = twin(stride=1.9, iterations=1, spread=100.0)
    assert frame.readout("ratio_descent") > 1.6860
    assert "above the bound" in frame.caption
    assert frame.readout("ratio_flow") <= 1.6860
    assert "above the bound" not in twin(stride=0.05, iterations=40, spread=100.0).caption


def test_playing_sweeps_to_the_iterations_asked_for():
    frames = list(lab.frames(replace(LINEAR, iterations=50)))
    steps = [frame.readout("iterations") for frame in frames]
    assert steps[0] == 50
    assert steps[1] == 1
    assert (np.diff(steps[1:]) > 0).all()
    assert steps[-1] == 50
    assert frames[-1].progress == 1.0
    assert frames[0].to_json()["readouts"] == frames[-1].to_json()["readouts"]
    playing = lab.frames(LINEAR)
    next(playing)
    next(playing)
    assert playing.send(replace(LINEAR, iterations=7)).readout("iterations") == 7


def test_the_cursor_sets_the_iterations():
    cursor = twin().panel("risks").mark("cursor")
    assert (cursor.bound, cursor.value) == ("iterations", 30.0)
    moved = Gesture(kind="drag", panel="risks", mark="cursor", index=-1, x=3.0, y=0.0, from_x=30.0, from_y=0.0)
    assert lab.gesture(LINEAR, moved) == {}, "a bound mark sets its field itself"


def test_still_marks_and_axes_stay_while_the_cursor_moves():
    one, two = twin(iterations=20), twin(iterations=21)
    for key in ("filters", "curves", "plane", "risks", "ratios"):
        assert one.panel(key).x is two.panel(key).x, key
        assert one.panel(key).y is two.panel(key).y, key
    assert one.panel("risks").marks[0] is two.panel("risks").marks[0]


def test_snippets_carry_the_numbers():
    code = lab.snippets(replace(NET, patience=13, min_delta=0.004))["PyTorch"]
    ast.parse(code)
    assert "waited >= 13" in code
    assert "best - 0.004" in code
    assert "load_state_dict(kept)" in code


def test_the_numpy_snippet_gives_both_solutions():
    code = lab.snippets(LINEAR)["NumPy"]
    made = scene(LINEAR)
    names = {"X": made.problem.X, "y": made.problem.y}
    exec(code, names)  # noqa: S102 - our own text
    assert names["descent"] == pytest.approx(names["w"])
    frame = twin()
    assert np.linalg.norm(names["w"]) == pytest.approx(frame.readout("distance"))
    assert np.linalg.norm(names["ridge"]) == pytest.approx(frame.readout("ridge_norm"))


def test_a_stop_that_has_not_come_is_said_to_come():
    first, *_, last = lab.frames(replace(lab.State(), patience=1, steps=200))
    for frame, words in ((first, "not yet"), (last, str(last.readout("stopped_at")))):
        stop = next(readout for readout in frame.readouts if readout.name == "stopped_at")
        assert stop.tells and stop.written == words and frame.to_json()["readouts"]["stopped_at"] == stop.value
    assert not Readout(name="nothing", value=None).tells
    assert first.readout("stopped_at") is None and last.readout("stopped_at") is not None
