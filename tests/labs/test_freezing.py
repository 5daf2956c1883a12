"""Freezing the first net and looking inside: laws for every lab that trains two nets side by side."""

from dataclasses import replace

import numpy as np
import pytest

from regviz.lab import Gesture, Rule, controls
from regviz.labs import _nets as nets
from regviz.labs import find
from regviz.labs._nets.controls import GAP, LESSON, LOOKS, LOSS, NET, RIGHT
from regviz.labs.dropout.state import DropoutState
from regviz.labs.weight_decay import pairs
from regviz.labs.weight_decay.state import NETS, SPARSE, WeightDecayState

PAIRS = {
    "dropout": {}, "weight-decay": {"tab": "nets"}, "weight-decay, L1": {"tab": "L1"}, "normalization": {},
    "augmentation": {}, "stochastic-depth": {},
}  # fmt: skip
SHORT = {"steps": 120, "pace": 60, "width": 6, "train_size": 20}


def state_of(name, **words):
    lab = find(name.partition(",")[0])
    return lab, lab.State(**(SHORT | PAIRS.get(name, {}) | words))


def frames(lab, state):
    return list(lab.frames(state))


def of(frame, key):
    return {r.name: r.value for r in frame.readouts if r.name.endswith(f"_{key}")}


@pytest.mark.parametrize("name", PAIRS)
def test_a_frozen_net_stays_as_it_was_and_the_other_goes_on(name):
    lab, live = state_of(name, freeze=0)
    every = 50 if name == "normalization" else 10
    at = 73 // every * every
    still = frames(lab, replace(live, freeze=73))[-1]
    free = frames(lab, live)[-1]
    then = frames(lab, replace(live, steps=at, pace=at))[-1]
    assert of(still, "b") == of(free, "b")
    assert of(still, "a") == of(then, "a") != of(free, "a")
    assert f"frozen at step {at}" in still.subtitle
    assert "frozen" not in free.subtitle


def test_the_freeze_may_come_late_move_and_go_again():
    lab, state = state_of("dropout", freeze=0)
    free = frames(lab, state)[-1]
    early = frames(lab, replace(state, freeze=50))[-1]
    run = lab.frames(state)
    for _ in range(3):
        last = next(run)
    assert last.readouts == free.readouts
    for freeze, wanted in ((50, early), (0, free), (50, early)):
        assert run.send(replace(state, freeze=freeze)).readouts == wanted.readouts
    assert lab.key(replace(state, freeze=50)) == lab.key(state)


def test_a_frozen_net_is_drawn_from_its_own_weights():
    state = DropoutState(**SHORT, freeze=60)
    run = nets.Run(state, "a", "b")
    run.freeze(60)
    run.advance(60)
    then = run.params.copy()
    run.advance(60)
    assert np.array_equal(run.shown[0], then[0])
    assert np.array_equal(run.shown[1], run.params[1])
    assert not np.array_equal(run.params[0], then[0])
    for name in ("train_loss", "norms", "distance"):
        steps, values = run.curve(name)
        assert (values[steps >= 60, 0] == values[steps == 60, 0]).all()
        assert not (values[steps >= 60, 1] == values[steps == 60, 1]).all()
    run.turn_back(30)
    assert run.frozen is None
    assert np.array_equal(run.shown, run.params)


def test_without_its_past_the_nearest_moment_is_shown_and_said():
    run = nets.Run(DropoutState(**SHORT), "a", "b")
    run._history._capacity = 2
    run.advance(100)
    run.freeze(20)
    assert run.frozen.step == 90
    assert nets.frozen(run) == ", “a” frozen at step 90"


def test_a_frozen_net_keeps_the_numbers_that_made_it():
    state = WeightDecayState(tab=NETS, **SHORT, lam=0.5)
    gen = find("weight-decay").frames(replace(state, freeze=60))
    next(gen), next(gen)
    frame = gen.send(replace(state, freeze=60, lam=0.01))
    assert "with λ = 0.0100: Adam + L2, frozen at step 60 with λ = 0.500," in next(gen).caption
    assert "frozen at step 60" in frame.caption
    run = nets.Run(state, "a", "b", optimiser=pairs.Adam(), hyper=pairs._hyper(state))
    run.freeze(60)
    run.advance(60)
    then = pairs.effective(run)
    run.tune(pairs._hyper(replace(state, lam=0.01)))
    run.advance(60)
    assert np.array_equal(pairs.effective(run), then)


def test_a_net_frozen_before_it_diverged_has_not():
    run = nets.Run(DropoutState(**SHORT), "a", "b", hyper=nets.hyper(DropoutState(**SHORT)), every=5)
    run.advance(10)
    run.params[0] = np.nan
    run.touch()
    run.advance(10)
    state = DropoutState(**SHORT)
    assert nets.status(state, run) == "diverged"
    run.freeze(5)
    assert nets.status(state, run) == "running"
    assert not nets.diverged(run)


@pytest.mark.parametrize("name", ["early-stopping", *PAIRS])
def test_a_double_click_on_a_curve_freezes_there(name):
    lab, state = state_of(name)
    told = Gesture(kind="double-click", panel="losses", mark="", index=-1, x=57.4, y=0.0, from_x=57.4, from_y=0.0)
    assert lab.gesture(state, told) == {"freeze": 57}
    assert lab.gesture(state, replace(told, x=-3.0)) == {"freeze": 0}
    assert lab.gesture(state, replace(told, kind="click")) == {}


def test_the_cursor_of_the_freeze_can_be_dragged():
    lab, state = state_of("dropout", freeze=50)
    panel = next(p for p in frames(lab, state)[-1].panels if p.key == "losses")
    cursor = next(mark for mark in panel.marks if isinstance(mark, Rule) and mark.bound == "freeze")
    assert (cursor.value, cursor.label) == (50.0, "without frozen")


def test_early_stopping_by_hand_leaves_the_rule_alone():
    lab, state = state_of("early-stopping", patience=3)
    free, still = (frames(lab, replace(state, freeze=freeze))[-1] for freeze in (0, 30))
    then = frames(lab, replace(state, steps=30))[-1]
    assert of(still, "b") == of(free, "b")
    assert of(still, "a") == of(then, "a") != of(free, "a")
    assert still.readout("best_step") == free.readout("best_step")
    assert "stopped by hand at step 30" in still.caption
    lines = next(p for p in still.panels if p.key == "distance").marks[0]
    assert (lines.y[0, lines.x >= 30] == lines.y[0, lines.x == 30]).all()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("dataset", ["moons", "sine"])
def test_every_look_inside_takes_the_last_places(look, dataset):
    lab, state = state_of("dropout", dataset=dataset)
    plain, seen = (frames(lab, replace(state, inside=inside))[-1] for inside in (LESSON, look))
    none = look == LESSON or (look == RIGHT and dataset == "sine")
    assert ({p.key for p in seen.panels} != {p.key for p in plain.panels}) == (not none and look != LOSS)
    assert len(seen.panels) == len(plain.panels)
    assert seen.readouts == plain.readouts


def test_the_gap_is_validation_minus_training_loss():
    lab, state = state_of("dropout", inside=GAP)
    frame = frames(lab, state)[-1]
    panel = frame.panels[-1]
    assert panel.key == "gap"
    lines = panel.marks[-1]
    for row, key in zip(lines.y, "ab", strict=True):
        assert row[-1] == frame.readout(f"validation_loss_{key}") - frame.readout(f"train_loss_{key}")


def test_residual_nets_have_no_plain_diagram():
    lab, state = state_of("stochastic-depth", inside=NET)
    plain = frames(lab, replace(state, inside=LESSON))[-1]
    assert [p.key for p in frames(lab, state)[-1].panels] == [p.key for p in plain.panels]


def test_unit_maps_are_the_units_at_their_cells():
    state = DropoutState(**SHORT, dataset="sine")
    run = nets.Run(state, "a", "b")
    run.advance(20)
    panel = nets.units(state, run, 1)
    lines = panel.marks[0]
    at = lines.x[::40]
    wanted = nets.node_values(run, at[:, None])[-2][1]
    np.testing.assert_allclose(lines.y[:, ::40], wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("tab", [NETS, SPARSE])
def test_both_controls_apply_where_two_nets_train(tab):
    known = {c.name: c for c in controls(WeightDecayState)}
    assert known["freeze"].applies(WeightDecayState(tab=tab))
    assert not known["freeze"].applies(WeightDecayState(tab="heat map"))
    assert not known["inside"].applies(WeightDecayState(tab="trajectories"))
