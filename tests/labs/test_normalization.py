"""Normalisation: invariance, growth and equilibrium, read off the frames and from brute force in float64."""

import ast
from dataclasses import replace

import numpy as np
import pytest

from regviz.export import last_frame
from regviz.labs import _nets as nets
from regviz.labs.normalization import lab, panels
from regviz.labs.normalization.scaling import ALPHAS, Probe, scaled, scaled_averages
from regviz.labs.normalization.state import BATCH, LAYER, NONE, NORMS, NormalizationState, layer_of
from regviz.labs.normalization.watch import Trio, Watched, equilibrium_norm, rotation
from regviz.neural import Batch, BatchNorm, Evaluator, LayerNorm, Net, Network, batch_of

STATE = NormalizationState()
SHORT = replace(STATE, steps=60, pace=60)
EXACT = replace(SHORT, epsilon="0")
NORMED = (BATCH, LAYER)


@pytest.fixture(scope="module")
def finished():
    return last_frame(lab, replace(STATE, pace=2000))


def trained(state, norm):
    watched = Watched(state, norm)
    watched.advance(state, state.steps)
    return watched


@pytest.mark.parametrize("alpha", [0.1, 0.7, 3.0, 10.0])
@pytest.mark.parametrize("norm", NORMED)
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_scaled_weights_are_the_same_function(norm, alpha, activation):
    state = replace(EXACT, activation=activation, layers=3)
    watched = trained(replace(state, steps=10), norm)
    params = watched.run.params[1]
    both = np.stack([params, scaled(watched.run.net, params, np.array([alpha]))[0]])
    assert np.abs(both[1] - both[0]).max() > 0.01
    network = Network(watched.run.net, 2, 100, dtype=np.float64, params=both.copy())
    network.load(batch_of(watched.run.net, watched.run.task.train.X, watched.run.task.train.y))
    outputs = network.forward().copy()
    assert outputs[1] == pytest.approx(outputs[0], rel=1e-10, abs=1e-12)
    grad = network.backward()
    for parameter in watched.run.net.dense[:-1]:
        one, other = parameter.of(grad)
        assert other * alpha == pytest.approx(one, rel=1e-8, abs=1e-13)
        assert np.linalg.norm(one) > 1e-4
        w = parameter.of(both)[0]
        assert abs((one * w).sum()) <= 1e-12 * np.linalg.norm(one) * np.linalg.norm(w)


@pytest.mark.parametrize("norm", NORMED)
def test_the_evaluated_function_stays_with_its_averages(norm):
    watched = trained(EXACT, norm)
    run = watched.run
    judge = Evaluator(run.net, dtype=np.float64)
    params, averages = run.params[1], run.trainer.averages[1]
    before = judge.outputs(run.task.validation.X, params, averages)
    after = judge.outputs(run.task.validation.X, scaled(run.net, params, np.array([3.0]))[0],
                          scaled_averages(run.net, averages, 3.0))  # fmt: skip
    assert after == pytest.approx(before, rel=1e-9, abs=1e-11)


def test_without_normalisation_nothing_of_it_holds():
    watched = trained(EXACT, NONE)
    curves, _, change = Probe(watched.run).look(watched.run.params[1], 3.0)
    assert change > 0.1
    assert abs(watched.record["along"][-1, 0, 0]) > 1e-3
    size, predicted = watched.record["size"][-1], watched.record["predicted"][-1]
    assert np.abs(size / predicted - 1).max() > 1e-3
    assert curves.shape == (2, len(ALPHAS))


@pytest.mark.parametrize("norm", NORMED)
@pytest.mark.parametrize(("epsilon", "tolerance"), [("0", 1e-10), ("1e-5", 1e-6)])
def test_plain_steps_obey_pythagoras(norm, epsilon, tolerance):
    watched = trained(replace(SHORT, epsilon=epsilon), norm)
    squares, power = watched.record["size"][:, :, 0] ** 2, watched.record["gradient"][1:, :, 0] ** 2
    growth = STATE.rate**2 * power
    assert growth.sum() > 1e-5
    assert squares[1:] == pytest.approx(squares[:-1] + growth, rel=tolerance)
    assert (np.diff(squares, axis=0) > 0).all(), "without decay the weights only grow"
    if epsilon == "0":
        assert np.diff(squares, axis=0) == pytest.approx(growth, rel=1e-6, abs=1e-12)
        assert np.nanmax(np.abs(watched.record["along"])) < 1e-12
    elif norm == BATCH:
        assert np.nanmax(np.abs(watched.record["along"])) > 1e-9, "ε breaks the right angle a little"


def test_with_decay_batch_norm_follows_the_recursion():
    watched = trained(replace(EXACT, steps=200), BATCH)
    size, predicted = watched.record["size"], watched.record["predicted"]
    assert size == pytest.approx(predicted, rel=1e-9)
    assert (size[-1, :, 1] < size[-1, :, 0]).all()


@pytest.mark.parametrize("rate", [0.1, 1e3])
def test_steps_measured_together_are_those_measured_one_by_one(rate):
    state = replace(SHORT, norm=NONE, rate=rate, activation="relu")
    together, single = Watched(state, NONE), Watched(state, NONE)
    together.advance(state, 90)
    for _ in range(90):
        single.advance(state, 1)
    count = len(single.record.steps)
    assert list(single.record.steps) == list(range(count))
    assert list(together.record.steps[:count]) == list(range(count))
    assert single.run.running.all() == (rate < 1)
    for name in ("size", "predicted", "gradient", "along", "angle", "drive", "rate"):
        np.testing.assert_allclose(together.record[name][:count], single.record[name], rtol=1e-9, atol=1e-12)


def test_the_panels_show_the_laws(finished):
    gradient = finished.panel("gradient")
    for norm in NORMED:
        line = gradient.mark(norm)
        assert line.y[0] == pytest.approx(1 / line.x, rel=0.02)
    assert finished.readout("slope") == pytest.approx(-1, abs=0.01)
    assert finished.readout("shrink") == pytest.approx(1 / STATE.alpha, rel=0.01)
    before, after = (finished.panel(key).mark("surface").z for key in ("before", "after"))
    assert after == pytest.approx(before, abs=2e-3)
    assert np.ptp(before) > 0.5
    grown = finished.panel("sizes").mark("size").y[0]
    assert np.diff(grown).min() > -1e-5
    assert finished.readout("size_a") == pytest.approx(finished.readout("predicted_a"), rel=1e-4)
    assert finished.readout("effective_b") > 2 * finished.readout("effective_a")


def test_the_net_reaches_its_equilibrium(finished):
    assert finished.readout("rotation") == pytest.approx(0.0316, abs=5e-5)
    level = finished.panel("sizes").mark("equilibrium").value
    assert level == finished.readout("equilibrium")
    assert finished.readout("size_b") == pytest.approx(level, rel=0.15)
    assert finished.panel("angles").mark("angles").y[1, -80:].mean() == pytest.approx(0.0316, rel=0.15)
    assert finished.panel("angles").mark("angles").y[0, -80:].mean() < 0.025, "without decay it turns ever less"


@pytest.mark.parametrize(("rate", "lam"), [(0.1, 5e-3), (0.05, 0.02)])
def test_equilibrium_of_a_random_walk_on_scale_invariant_weights(rate, lam):
    source = np.random.default_rng(0)
    w = 0.3 * source.standard_normal((200, 30))
    sizes, angles = [], []
    for step in range(int(6 / (4 * rate * lam))):
        size = np.linalg.norm(w, axis=1, keepdims=True)
        drive = source.standard_normal(w.shape)
        drive -= (drive * w).sum(axis=1, keepdims=True) / size**2 * w
        old, w = w / size, w - rate * (drive / size + lam * w)
        if step * 4 * rate * lam > 4:
            sizes.append(np.linalg.norm(w, axis=1).mean())
            cosine = (old * w).sum(axis=1) / np.linalg.norm(w, axis=1)
            angles.append(np.arccos(np.minimum(cosine, 1)).mean())
    expected = equilibrium_norm(rate, lam, np.array(29.0))
    assert np.mean(sizes) == pytest.approx(expected, rel=0.03)
    assert np.mean(angles) == pytest.approx(rotation(rate, lam), rel=0.03)


def test_equilibrium_needs_decay():
    assert np.isnan(equilibrium_norm(0.1, 0.0, np.array(3.0)))
    frame = last_frame(lab, replace(SHORT, lam=0.0))
    assert frame.readout("equilibrium") is None
    assert frame.readout("size_a") == frame.readout("size_b")


def normalised(layer, rows):
    """x̂ of ``rows`` (B, d) in training, and the running averages afterwards."""
    width = np.shape(rows)[1]
    network = Network(Net(width, (layer, _Out())), 1, len(rows), dtype=np.float64)
    network.params[...] = 0.0
    network.params[:, :width] = 1.0
    network.load(Batch.of(rows, np.zeros((len(rows), 1))))
    network.forward()
    for op in network.track_ops:
        op()
    return network.activations[1][0].T, network.averages[0]


def _Out():
    from regviz.neural import Dense

    return Dense(1)


def test_training_uses_the_biased_variance_and_evaluation_running_averages():
    column = np.array([[1.0], [2.0], [3.0], [4.0]])
    hat, averages = normalised(BatchNorm(eps=0.0), column)
    assert hat[:, 0] == pytest.approx((column[:, 0] - 2.5) / np.sqrt(1.25))
    assert averages == pytest.approx([0.1 * 2.5, 0.9 + 0.1 * 5 / 3])
    hat, _ = normalised(LayerNorm(eps=0.0), column.T)
    assert hat[0] == pytest.approx((column[:, 0] - 2.5) / np.sqrt(1.25))


def test_evaluation_reads_the_running_averages():
    watched = trained(SHORT, BATCH)
    judge = Evaluator(watched.run.net, dtype=np.float64)
    params, averages = watched.run.params[1], watched.run.trainer.averages[1]
    points = watched.run.task.validation.X
    alone = judge.outputs(points[:1], params, averages)
    assert alone == pytest.approx(judge.outputs(points, params, averages)[..., :1]), "one point needs no batch"
    other = judge.outputs(points[:1], params, averages * 2)
    assert np.abs(other - alone).max() > 1e-3


def test_the_certificate_is_for_zero_epsilon():
    for norm in NORMS:
        frame = last_frame(lab, replace(EXACT, norm=norm))
        assert (frame.certificate is None) == (norm == NONE)
        if norm != NONE:
            assert frame.certificate.holds
            assert frame.certificate.tolerance == 1e-10
    assert last_frame(lab, SHORT).certificate is None


def test_epsilon_is_felt_by_small_weights():
    changes = {eps: last_frame(lab, replace(SHORT, epsilon=eps, alpha=0.1)).readout("change") for eps in ("0", "1e-5")}
    assert changes["0"] < 1e-10
    assert changes["1e-5"] > 1e-6


def test_all_three_train_on_the_same_batches_from_the_same_weights():
    trio = Trio(SHORT)
    first = [watched.weights() for watched in trio.nets.values()]
    for other in first[1:]:
        for one, two in zip(first[0], other, strict=True):
            assert np.array_equal(one, two)
    trio.advance(SHORT, 5)
    assert {watched.run.step for watched in trio.nets.values()} == {5}
    batches = [watched.run.trainer.source(4).inputs for watched in trio.nets.values()]
    assert all(np.array_equal(batches[0], batch) for batch in batches)
    assert [layer_of(norm, "0") for norm in NORMS] == [BatchNorm(eps=0.0), LayerNorm(eps=0.0), None]


def test_the_shown_net_may_change_while_it_trains():
    training = lab.frames(replace(STATE, pace=10))
    for _ in range(3):
        frame = next(training)
    other = training.send(replace(STATE, norm=LAYER, alpha=2.0, lam=0.01))
    assert frame.readout("step") == other.readout("step") == 20
    assert "layer norm" in other.caption
    assert training.send(replace(STATE, steps=7)).readout("step") == 7
    again = last_frame(lab, replace(STATE, steps=7))
    assert training.send(replace(STATE, steps=7)).readout("size_b") == again.readout("size_b")
    assert lab.key(STATE) == lab.key(replace(STATE, norm=NONE, alpha=1.0, lam=0.1, rate=0.3, watched=2))
    assert lab.key(STATE) != lab.key(replace(STATE, epsilon="0"))


def test_curves_are_thinned_with_their_ends():
    assert panels.pick(1).tolist() == [0]
    for count in (5, 400, 401, 3001):
        rows = panels.pick(count)
        assert rows[0] == 0
        assert rows[-1] == count - 1
        assert len(rows) <= panels.MOST + 1


@pytest.mark.parametrize("dataset", ["sine", "gaussians"])
@pytest.mark.parametrize("norm", NORMS)
def test_other_problems_have_their_pictures(dataset, norm):
    frame = last_frame(lab, replace(SHORT, dataset=dataset, norm=norm, steps=20))
    assert [panel.key for panel in frame.panels] == ["before", "after", "gradient", "sizes", "effective", "angles"]
    if dataset == "sine":
        one, two = (frame.panel(key).mark("functions").y for key in ("before", "after"))
        assert (np.abs(one - two).max() < 0.02) == (norm != NONE)


def test_a_diverged_run_is_said():
    frame = last_frame(lab, replace(SHORT, norm=NONE, dataset="sine", rate=500.0, activation="relu", steps=40))
    assert frame.status == "diverged"
    assert "no longer finite" in frame.caption


@pytest.mark.parametrize("norm", NORMS)
def test_the_snippet_has_the_numbers(norm):
    text = lab.snippets(replace(STATE, norm=norm))["PyTorch"]
    ast.parse(text)
    assert "lam = 0.005" in text
    assert ("nn.BatchNorm1d(16, eps=1e-05)" in text) == (norm == BATCH)
    assert ("nn.LayerNorm(16, eps=1e-05)" in text) == (norm == LAYER)
    assert ("eps=0.0" in lab.snippets(replace(STATE, norm=norm, epsilon="0"))["PyTorch"]) == (norm == LAYER)
    assert "lr=0.05" in lab.snippets(replace(STATE, dataset="sine"))["PyTorch"], "MSELoss has no factor 1/2"
    assert nets.task(STATE).classes == 2


@pytest.mark.parametrize(("fields", "words"), [
    ({"rate": 1e3}, "finds no gradient to multiply"), ({"lam": 0.0}, "multiplies the gradient by 0.333"),
])  # fmt: skip
def test_a_vanished_gradient_is_not_called_infinite(fields, words):
    frame = last_frame(lab, replace(SHORT, **fields))
    assert words in frame.caption
    assert ("never shrink" in frame.equation) == ("lam" in fields)
    assert "small ηλ" in last_frame(lab, replace(SHORT, lam=5.0)).equation
