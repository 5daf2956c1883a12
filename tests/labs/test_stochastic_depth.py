"""Stochastic depth: masks, gradients and both conventions against brute force; what is an equality and what is not."""

import ast
import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from regviz.export import last_frame
from regviz.labs import _nets as nets
from regviz.labs.stochastic_depth import blocks, exact, lab, net
from regviz.labs.stochastic_depth.state import (
    CONSTANT,
    DECAY,
    EXACT,
    TEST,
    TRAINING,
    StochasticDepthState,
    survivals,
)
from regviz.neural import Evaluator, Network, batch_of
from regviz.neural.sub_networks import endings, evaluation_pass, expected_states, survivor_chances, survivors

NETS = StochasticDepthState(layers=4, width=5, pace=200)
SMALL = StochasticDepthState(tab=EXACT, layers=5)


def run_of(state):
    return nets.Run(
        state, "all blocks", "dropping", net=blocks.residual_net(state), hyper=blocks.hyper(state),
        watch={"gradients": blocks.gradients},
    )  # fmt: skip


def by_hand(branches, h, rates, rescale):
    """Mean over all sets of survivors, written as one product after another."""
    mean = 0.0
    for alive in itertools.product((0, 1), repeat=len(rates)):
        x, chance = h, 1.0
        for b, f, p in zip(alive, branches, rates, strict=True):
            x = x + b * f(x) / (p if rescale else 1.0)
            chance *= p if b else 1.0 - p
        mean = mean + chance * x
    return mean


def test_survival_falls_in_a_line_or_stays():
    state = StochasticDepthState(layers=5, last=0.4)
    assert survivals(state) == pytest.approx([1 - l / 5 * 0.6 for l in range(1, 6)])
    assert survivals(state)[-1] == pytest.approx(0.4)
    assert survivals(replace(state, rule=CONSTANT)) == (0.4,) * 5


@pytest.mark.parametrize("rule", [DECAY, CONSTANT])
@pytest.mark.parametrize("layers", [1, 3, 10])
def test_the_depth_is_exactly_distributed(rule, layers):
    state = replace(SMALL, rule=rule, layers=layers, last=0.3)
    frame = last_frame(lab, state)
    bars = frame.panel("depths").mark("depths")
    assert bars.values == pytest.approx(bars.truth, abs=1e-14)
    assert bars.values.sum() == pytest.approx(1.0)
    assert bars.values @ np.arange(layers + 1) == pytest.approx(sum(survivals(state)))
    assert frame.readout("expected_depth") == pytest.approx(sum(survivals(state)))
    if rule == CONSTANT:
        assert bars.values == pytest.approx(stats.binom.pmf(np.arange(layers + 1), layers, 0.3), abs=1e-14)


def test_survivors_and_their_chances():
    rates = (0.9, 0.2, 0.6)
    rows, chances = survivors(3), survivor_chances(rates)
    assert {tuple(row) for row in rows} == set(itertools.product((0.0, 1.0), repeat=3))
    assert chances == pytest.approx(np.prod(np.where(rows, rates, 1 - np.array(rates)), axis=1))
    h = np.zeros((1, 3))
    marks = [lambda x, k=k: np.eye(3)[k] + 0.0 * x for k in range(3)]
    assert np.array_equal(endings(marks, h, rates, False)[:, 0], rows), "row and sub-network belong together"


@pytest.mark.parametrize("rescale", [True, False])
@pytest.mark.parametrize("linear", [True, False])
def test_the_expectation_is_the_test_pass_for_linear_branches_alone(rescale, linear):
    parts, h, rates = exact.random_branches(SMALL, linear), np.array([[0.4, -0.7]]), survivals(SMALL)
    mean = expected_states(parts, h, rates, rescale)
    test = evaluation_pass(parts, h, rates, rescale)
    assert mean[-1] == pytest.approx(by_hand(parts, h, rates, rescale), abs=1e-13)
    if linear:
        assert mean == pytest.approx(test, abs=1e-13)
    else:
        assert np.abs(mean[-1] - test[-1]).max() > 1e-3
        assert mean[:2] == pytest.approx(test[:2], abs=1e-14), "the first block's input is no random one"


@pytest.mark.parametrize("changes", [
    {}, {"strength": 3.0, "layers": 10}, {"last": 0.1, "rule": CONSTANT}, {"last": 1.0},
    {"activation": "relu", "seed": 4}, {"activation": "linear"},
])  # fmt: skip
def test_what_is_exact_on_screen_is_certified(changes):
    frame = last_frame(lab, replace(SMALL, **changes))
    assert frame.certificate.holds
    assert frame.readout("one_block") <= 1e-13
    gap = frame.readout("gap_bent_training")
    equal = changes.get("activation") == "linear" or changes.get("last") == 1.0
    assert (gap < 1e-9) == equal
    cloud = frame.panel("bent_training")
    apart = np.hypot(*(getattr(cloud.mark("mean"), a)[0] - getattr(cloud.mark("test"), a)[0] for a in "xy"))
    assert gap == pytest.approx(apart, abs=1e-15)
    assert ("apart" in frame.caption) != equal


def test_the_picture_follows_the_drag():
    training = lab.frames(SMALL)
    next(training)
    moved = training.send(replace(SMALL, probe_x=-1.0, probe_y=2.0))
    handle = moved.panel("linear_training").mark("start")
    assert (handle.x, handle.y, handle.bound_x) == (-1.0, 2.0, "probe_x")
    assert moved.panel("linear_test").mark("test pass").x[0] == -1.0


@pytest.mark.parametrize("convention", [TRAINING, TEST])
def test_blocks_on_screen_are_those_of_the_training_step(convention):
    state = replace(NETS, convention=convention)
    run = run_of(state)
    for steps in (1, 6, 33):
        run.advance(steps)
        gates = np.array([gate[0, :, 0] for gate in run.trainer.network.gates])
        alive = blocks.alive(state, run.step - 1, run.step)[0]
        assert np.array_equal(gates[:, 1] > 0, alive)
        assert (gates[:, 0] == 1).all(), "the other net keeps every block"
        scale = 1 / np.array(survivals(state)) if convention == TRAINING else np.ones(state.layers)
        assert gates[:, 1] == pytest.approx(np.where(alive, scale, 0.0), rel=1e-6)


def test_a_dropped_block_gets_no_gradient_and_the_stream_stays():
    state = replace(NETS, last=0.1, rule=CONSTANT)
    run = run_of(state)
    seen = set()
    for _ in range(30):
        run.advance(1)
        alive, found = blocks.alive(state, run.step - 1, run.step)[0], blocks.gradients(run)
        assert ((found[1] > 0) == alive).all()
        assert (found[0] > 0).all()
        seen.add(int(alive.sum()))
    assert 0 in seen
    head = run.net.dense[0].weights(run.trainer.gradient)[1]
    assert np.abs(head).max() > 0, "what lies before the blocks learns through the identity"


def test_gradients_are_those_of_a_masked_net():
    state = replace(NETS, steps=1, batch=60, last=0.3)
    run = run_of(state)
    begun = run.params.copy()
    run.advance(1)
    network = Network(run.net, 1, 60, mode="masked", dtype=np.float64)
    network.params[...] = begun[1]
    for gate, p, alive in zip(network.gates, survivals(state), blocks.alive(state, 0, 1)[0], strict=True):
        gate[...] = alive / p
    network.load(batch_of(run.net, run.task.train.X, run.task.train.y))
    network.forward()
    grad = network.backward()
    for block, size in enumerate(blocks.gradients(run)[1]):
        parts = [run.net.dense[k].weights(grad)[0] for k in (1 + 2 * block, 2 + 2 * block)]
        assert size == pytest.approx(np.sqrt(sum((part**2).sum() for part in parts)), rel=1e-4, abs=1e-12)


@pytest.mark.parametrize("convention", [TRAINING, TEST])
@pytest.mark.parametrize("activation", ["tanh", "gelu", "linear"])
def test_the_means_of_a_trained_net_are_those_of_all_masked_nets(convention, activation):
    state = replace(NETS, convention=convention, activation=activation, steps=60)
    run = run_of(state)
    run.advance(60)
    point, rates = net.probe(state, run), np.array(survivals(state))
    mean, spread, test = blocks.mean_and_test(state, run, point)
    rows = survivors(state.layers)
    judge = Evaluator(run.net, len(rows), mode="masked", dtype=np.float64)
    for gate, alive, p in zip(judge.network.gates, rows.T, rates, strict=True):
        gate[0, :, 0] = alive / p if convention == TRAINING else alive
    outputs = judge.outputs(point, run.params[1])[:, :, 0]
    chances = survivor_chances(rates)
    assert mean == pytest.approx(chances @ outputs, rel=1e-9)
    assert spread == pytest.approx(np.sqrt(chances @ (outputs - mean) ** 2), rel=1e-6)
    assert test == pytest.approx(run.evaluator.outputs(point, run.params)[1, :, 0], rel=1e-4, abs=1e-5)
    equal = np.abs(mean - test).max() < 1e-9 * max(1.0, np.abs(test).max())
    assert equal == (activation == "linear")


def test_the_test_pass_follows_the_survival_control():
    """Rescaled at test, the same weights say something else under another p: evaluation must hear of it."""
    state = replace(NETS, convention=TEST, steps=40)
    training = lab.frames(replace(state, pace=40))
    first, moved = [next(training) for _ in range(2)][-1], training.send(replace(state, last=0.2))
    assert first.readout("validation_loss_b") != moved.readout("validation_loss_b")
    assert first.readout("validation_loss_a") == moved.readout("validation_loss_a")
    assert moved.panel("depths").mark("depths").truth @ np.arange(5) == pytest.approx(sum(survivals(replace(
        state, last=0.2))))  # fmt: skip
    assert moved.readout("measured_depth") is None, "the count began anew"


def test_the_histogram_counts_the_steps_made():
    state = replace(NETS, steps=300)
    frame = last_frame(lab, state)
    counts = blocks.alive(state, 0, 300).sum(axis=1)
    bars = frame.panel("depths").mark("depths")
    assert bars.values * 300 == pytest.approx(np.bincount(counts, minlength=5))
    assert frame.readout("measured_depth") == pytest.approx(counts.mean())
    rates = np.array(survivals(state))
    error = np.sqrt((rates * (1 - rates)).sum() / 300)
    assert abs(counts.mean() - rates.sum()) <= 5 * error
    playing = lab.frames(replace(state, pace=50))
    halves = [next(playing) for _ in range(4)]
    back = playing.send(replace(state, steps=70))
    assert halves[-1].readout("step") == 150
    assert back.panel("depths").mark("depths").values * 70 == pytest.approx(np.bincount(counts[:70], minlength=5))


def test_both_nets_begin_equal_and_survival_one_changes_nothing():
    frame = last_frame(lab, replace(NETS, last=1.0, steps=50))
    assert frame.readout("validation_loss_a") == frame.readout("validation_loss_b")
    assert frame.readout("alive") == 4
    first = next(lab.frames(NETS))
    assert first.readout("train_loss_a") == first.readout("train_loss_b")
    assert "to come" in first.panel("diagram").title


def test_dropping_helps_on_most_seeds():
    """Training is chaotic: another rounding moves these ratios by up to a third, so the median of three is asked."""
    ratios = []
    for seed in (0, 1, 3):
        frame = last_frame(lab, StochasticDepthState(pace=1_500, seed=seed))
        ratios.append(frame.readout("validation_loss_b") / frame.readout("validation_loss_a"))
    assert np.median(ratios) < 0.85


def test_a_diverged_run_is_said():
    frame = last_frame(lab, replace(NETS, dataset="sine", optimiser="sgd", activation="relu", rate=1e3, steps=400))
    assert frame.status == "diverged"
    assert frame.caption.startswith("Training diverged")
    assert frame.readout("mean_output") is None or np.isfinite(frame.readout("mean_output"))


def test_conventions_are_said_and_need_a_new_net():
    assert lab.key(NETS) != lab.key(replace(NETS, convention=TEST))
    assert lab.key(NETS) == lab.key(replace(NETS, last=0.2, rule=CONSTANT, rate=0.1))
    one, two = (next(lab.frames(replace(NETS, convention=which))) for which in (TRAINING, TEST))
    assert one.equation == "training: x + b·f(x)/p, test: x + f(x), p(L) = 0.500"
    assert two.equation == "training: x + b·f(x), test: x + p·f(x), p(L) = 0.500"


@pytest.mark.parametrize("convention", [TRAINING, TEST])
def test_snippets_carry_the_convention_and_the_mean(convention):
    code = lab.snippets(replace(NETS, convention=convention))["PyTorch"]
    ast.parse(code)
    assert ("self.branch(x) / self.p" in code) == (convention == TRAINING)
    assert ("self.p * self.branch(x)" in code) == (convention == TEST)
    names = {}
    state = replace(SMALL, convention=convention, layers=3)
    exec(lab.snippets(state)["NumPy"], names)  # noqa: S102 - our own text
    parts = exact.random_branches(state, False)
    mean, test = names["mean_and_test"](parts, np.array([0.4, 0.4]))
    cloud = exact.scene(state).clouds[False, convention]
    assert mean == pytest.approx(cloud.mean[-1], abs=1e-5)
    assert test == pytest.approx(cloud.test[-1], abs=1e-5)
