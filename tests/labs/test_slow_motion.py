"""Slow motion: the parts of a training step add up to it, belong to its batch, and cost the training nothing."""

from dataclasses import replace

import numpy as np
import pytest

from regviz.labs import _nets as nets
from regviz.labs import find
from regviz.labs._nets.controls import STEP
from regviz.labs.weight_decay.state import FOUR, WeightDecayState
from regviz.neural import Network, batch_of

LABS = ("early-stopping", "dropout", "normalization", "augmentation", "stochastic-depth", "weight-decay", "sam",
        "spectral-norm", "sgd-noise")  # fmt: skip
PARTS = ("forward", "gradient", "penalty", "step")


def slow(name, **changes):
    """A lab and its nets in slow motion."""
    lab = find(name)
    tab = {} if name == "normalization" else {"tab": "net" if name == "early-stopping" else "nets"}
    return lab, lab.State(**{**tab, "inside": STEP, "pace": 1, "steps": 3} | changes)


def part(frame):
    """Which part of a step the frame shows."""
    panel = next(panel for panel in frame.panels if panel.key.startswith("substep"))
    return panel.title.rpartition(", ")[2]


@pytest.mark.parametrize("name", LABS)
def test_each_step_is_shown_in_its_parts(name):
    lab, state = slow(name)
    seen = list(lab.frames(state))
    penalised = name in ("normalization", "weight-decay")
    parts = [word for word in PARTS if penalised or word != "penalty"]
    assert [part(frame) for frame in seen] == ["to come", *parts * 3]
    assert len({len(frame.panels) for frame in seen}) == 1
    assert seen[-1].progress == 1.0
    assert all(frame.progress < 1.0 for frame in seen[:-1])
    assert "forward" in seen[1].caption


@pytest.mark.parametrize("name", LABS)
def test_looking_changes_nothing(name):
    lab, state = slow(name)
    plain = list(lab.frames(replace(state, inside="the lesson", pace=3)))[-1]
    slowly = list(lab.frames(state))[-1]
    assert slowly.readouts == plain.readouts
    fast = list(lab.frames(replace(state, pace=3)))
    assert len(fast) == 2, "only a pace of 1 is slow motion"
    assert part(fast[-1]) == "step"


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
@pytest.mark.parametrize("dataset", ["moons", "gaussians", "sine"])
def test_the_parts_are_those_of_the_step(dataset, optimiser):
    state = nets.NetControls(dataset=dataset, optimiser=optimiser, inside=STEP, batch=8, rate=0.05)
    run = nets.Run(state, "a", "b", hyper=nets.hyper(state, l2=(0.0, 0.3)))
    for count in (1, 4):
        nets.advance(state, run, count)
    stride = run.stride
    assert stride.step == run.step == 5
    alone = Network(run.net, 2, 8, dtype=np.float64)
    alone.params[...] = stride.before
    alone.load(stride.batch)
    outputs = alone.forward().copy()
    np.testing.assert_allclose(stride.gradient, alone.backward(), rtol=1e-4, atol=1e-5)
    rows = stride.batch.inputs[:, 0].T
    for row in rows:
        assert (np.abs(run.task.train.X - row).max(axis=1) < 1e-6).any(), "the batch is of the training points"
    judged = nets.Run(state, "a", "b").evaluator.outputs(rows, stride.before)
    np.testing.assert_allclose(outputs, judged, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(stride.after, run.params)
    weights = stride.before * run.net.weight_mask
    np.testing.assert_allclose(stride.pull, [[0.0], [-0.3]] * weights, rtol=1e-6, atol=1e-9)
    if optimiser == "sgd":
        np.testing.assert_allclose(
            stride.links("step"), 0.05 * (stride.links("gradient") + stride.pull), rtol=1e-3, atol=1e-6
        )


def test_the_loss_is_that_of_the_batch():
    state = nets.NetControls(inside=STEP, batch=5_000)
    run = nets.Run(state)
    before = run.score("train").loss
    nets.advance(state, run, 1)
    np.testing.assert_allclose(run.stride.loss, before, rtol=1e-5)
    part_of = batch_of(run.net, run.task.train.X, run.task.train.y)
    np.testing.assert_array_equal(run.stride.batch.inputs, part_of.inputs.astype(np.float32))


@pytest.mark.parametrize("form", ["ηλ (PyTorch)", "λ (Algorithm 2)"])
def test_decay_pulls_by_its_reading(form):
    lab = find("weight-decay")
    state = WeightDecayState(tab="nets", inside=STEP, pace=1, steps=1, compare=FOUR, form=form, lam=0.1)
    forward, gradient, penalty, step = list(lab.frames(state))[1:]
    sizes = [panel.readouts[-1].value for panel in penalty.panels if panel.key.startswith("substep")]
    norm = forward.readout("norm_a")
    assert sizes == pytest.approx([0.1 * norm, (0.001 if form.startswith("η") else 0.1) * norm], rel=1e-5)
    assert step.readout("step") == 1
    assert gradient.readout("step") == 0


def test_rings_are_about_the_batch_and_masks_are_those_of_the_step():
    lab, state = slow("dropout", batch=4, width=6, drop=0.5)
    seen = list(lab.frames(state))
    ring = next(p for p in seen[1].panels if p.key == "surface_a").mark("batch")
    assert len(ring.x) == 4
    drawn = next(p for p in seen[-1].panels if p.key == "substep_b").mark("net").alive
    live = next(p for p in seen[-1].panels if p.key == "diagram").mark("net").alive
    np.testing.assert_array_equal(drawn, live)


def test_a_change_in_the_middle_of_a_step_is_taken_in():
    lab, state = slow("dropout")
    frames = lab.frames(state)
    next(frames), next(frames)
    moved = frames.send(replace(state, drop=0.1))
    assert (part(moved), moved.readout("step")) == ("step", 1)
    assert "q = 0.100" in moved.equation
    back = frames.send(replace(state, steps=1))
    assert back.progress == 1.0


def test_a_frozen_net_makes_no_steps():
    lab, state = slow("dropout", steps=12, freeze=10)
    keys = [panel.key for panel in list(lab.frames(state))[-1].panels]
    assert "substep_b" in keys
    assert "substep_a" not in keys


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_on_the_bowl_the_two_parts_add_up_to_the_step(schedule):
    lab, state = find("weight-decay"), WeightDecayState(pace=1, steps=3, schedule=schedule, momentum=0.5)
    seen = list(lab.frames(state))
    drawn = [{mark.key: mark for mark in frame.panel("bowl").marks if mark.kind == "arrows"} for frame in seen]
    assert [set(marks) for marks in drawn] == [set(), {"data"}, {"data", "penalty"}] * 3 + [set()]
    assert [frame.readout("step") for frame in seen] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]
    for step in range(3):
        marks, after = drawn[3 * step + 2], seen[3 * (step + 1)]
        moved = _paths(after)[:, -1] - _paths(after)[:, -2]
        whole = np.stack([marks["data"].dx + marks["penalty"].dx, marks["data"].dy + marks["penalty"].dy], axis=1)
        ratio = whole / moved
        np.testing.assert_allclose(ratio[:, 0], ratio[:, 1], rtol=1e-6, err_msg="enlarged, not bent")
        assert (ratio > 1).all()


def test_without_a_penalty_the_bowl_has_one_part():
    lab = find("weight-decay")
    seen = list(lab.frames(WeightDecayState(pace=1, steps=2, lam=0.0)))
    assert [frame.readout("step") for frame in seen] == [0, 0, 1, 1, 2]
    assert all(frame.progress < 1 for frame in seen[:-1])


def _paths(frame):
    """(4, T, 2) in the order of the methods."""
    found = [frame.panel("bowl").mark(f"path{k}") for k in range(4)]
    return np.stack([np.stack([line.x, line.y[0]], axis=1) for line in found])
