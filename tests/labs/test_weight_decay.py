"""The weight-decay lab: what penalty and decay do to a weight, on the bowl, in nets, in the map, and L1's two rules."""

import dataclasses
from collections import deque

import numpy as np
import pytest

from regviz.lab import Gesture, show
from regviz.labs import _nets as nets
from regviz.labs.weight_decay import bowl, heat, lab, sparse
from regviz.labs.weight_decay.freezing import FreezingSgd
from regviz.labs.weight_decay.state import (
    COSINE,
    FOUR,
    MAP,
    METHODS,
    NETS,
    PAPER,
    PYTORCH,
    SPARSE,
    WeightDecayState,
)
from regviz.neural import Adam, Hyper, Sgd, Trainer

ADAM_L2, ADAMW, SGD_L2, SGD_DECAY = range(4)


def last(**fields):
    state = WeightDecayState(**fields)
    return deque(lab.frames(state), maxlen=1)[0]


def walk(rule, hyper, gradients, start):
    """Weights (T + 1, P) of one variant under ``gradients`` (T, P)."""
    w, grad = np.array([start], float), np.zeros((1, len(start)))
    update = rule.bind(w, grad, np.ones(len(start)))
    update.tune(hyper.arrays(1))
    found = [w[0].copy()]
    for g in gradients:
        grad[0] = g
        update.step()
        found.append(w[0].copy())
    return np.array(found)


GRADIENTS = np.random.default_rng(0).standard_normal((50, 3))
START = (1.0, -2.0, 0.5)


@pytest.mark.parametrize("rate", [0.01, 0.1])
@pytest.mark.parametrize("lam", [0.01, 1.0])
def test_for_plain_sgd_a_penalty_is_a_decay(rate, lam):
    penalty = walk(Sgd(), Hyper(rate=rate, l2=lam), GRADIENTS, START)
    pytorch = walk(Sgd(), Hyper(rate=rate, decay=lam), GRADIENTS, START)
    paper = walk(Sgd(coupled=False), Hyper(rate=rate, decay=rate * lam), GRADIENTS, START)  # λ′ = ηλ
    by_hand = [np.array(START)]
    for g in GRADIENTS:
        by_hand.append((1 - rate * lam) * by_hand[-1] - rate * g)
    for found in (penalty, pytorch, paper):
        np.testing.assert_allclose(found, by_hand, rtol=0, atol=1e-13)


def test_with_momentum_they_part():
    ways = [walk(Sgd(), Hyper(rate=0.05, momentum=0.9, **{kind: 0.3}), GRADIENTS, START) for kind in ("l2", "decay")]
    assert np.abs(ways[0] - ways[1]).max() > 0.1
    found = bowl.paths(WeightDecayState(momentum=0.9)).w
    assert np.abs(found[:, SGD_L2] - found[:, SGD_DECAY]).max() > 0.1
    without = bowl.paths(WeightDecayState()).w
    np.testing.assert_allclose(without[:, SGD_L2], without[:, SGD_DECAY], rtol=0, atol=1e-12)


@pytest.mark.parametrize("lam", [1e-4, 1e-2, 1.0])
def test_adamw_without_gradient_multiplies_by_one_minus_eta_lambda(lam):
    zero = np.zeros((100, 1))
    way = walk(Adam(), Hyper(rate=1e-3, decay=lam), zero, (1.0,))[:, 0]
    np.testing.assert_allclose(way, (1 - 1e-3 * lam) ** np.arange(101), rtol=1e-13)
    paper = walk(Adam(coupled=False), Hyper(rate=1e-3, decay=lam), zero, (1.0,))[:, 0]
    np.testing.assert_allclose(paper, (1 - lam) ** np.arange(101), rtol=1e-12)


@pytest.mark.parametrize(
    ("lam", "l2", "decay"), [(1e-4, 0.90175, 0.99999), (1e-2, 0.90174, 0.99900), (1.0, 0.90174, 0.90479)]
)
def test_the_numbers_without_data_gradient(lam, l2, decay):
    frame = last(lam=lam, steps=1, pace=1)
    assert round(frame.readout("silent_a"), 5) == l2
    assert round(frame.readout("silent_b"), 5) == decay
    told = frame.panel("silent").mark("told")
    assert told.labels == ("Adam + L2 0.90175", "0.90174", "0.90174")
    curve = frame.panel("silent").mark("curves")
    at = np.argmin(np.abs(curve.x - lam))
    np.testing.assert_allclose(curve.y[:, at], [l2, decay], atol=1e-5)


def test_the_first_step_of_adam_is_eta_times_the_sign():
    """Without bias correction it would be (1 − β₁)/√(1 − β₂) = 3.16 times as long."""
    state = WeightDecayState(lam=0.0, jitter=0.0, steps=1, rate=0.01)
    start = np.array([state.start_x, state.start_y])
    g = bowl.hessian(state) @ (start - bowl.MINIMUM)
    for k in (ADAM_L2, ADAMW):
        np.testing.assert_allclose(bowl.paths(state).w[1, k] - start, -0.01 * g / (np.abs(g) + 1e-8), rtol=1e-9)


def test_the_penalty_of_adam_depends_on_the_gradients_scale_and_decay_does_not():
    frame = last()
    uneven = frame.readout("decay1_a") / frame.readout("decay2_a")
    assert uneven > 4
    assert frame.readout("decay1_b") == pytest.approx(0.01 * 0.3, rel=1e-12)
    assert frame.readout("decay2_b") == pytest.approx(0.01 * 0.3, rel=1e-12)
    for end in "cd":
        for j in "12":
            assert frame.readout(f"decay{j}_{end}") == pytest.approx(0.05 * 0.3, rel=1e-12)
    lines = [frame.panel("decay").mark(f"share{k}") for k in (ADAM_L2, ADAMW)]
    assert lines[0].y[0, 0] > 4 * lines[0].y[0, 1]
    assert lines[1].y[0, 0] == pytest.approx(lines[1].y[0, 1], rel=1e-12)


@pytest.mark.parametrize("ratio", [1.0, 10.0, 100.0])
def test_adam_l2_takes_eta_lambda_over_the_gradients_size(ratio):
    marks = [last(ratio=ratio).panel("decay").mark(f"share{k}") for k in range(4)]
    np.testing.assert_allclose(marks[ADAM_L2].x * marks[ADAM_L2].y[0], 0.01 * 0.3, rtol=0.2)
    for k, rate in ((ADAMW, 0.01), (SGD_L2, 0.05), (SGD_DECAY, 0.05)):
        np.testing.assert_allclose(marks[k].y[0], rate * 0.3, rtol=1e-12)


@pytest.mark.parametrize("factor", [1.0, 10.0, 100.0])
def test_scaling_all_gradients_divides_the_share_of_adam_l2(factor):
    """With v̂ ruled by the data, the penalty's share of a weight is ηλ/√v̂."""
    data = factor * np.where(np.arange(4000) % 2, 1.0, -1.0)[:, None]
    with_it = walk(Adam(), Hyper(rate=1e-4, l2=0.1), data, (1.0,))
    without = walk(Adam(), Hyper(rate=1e-4), data, (1.0,))
    assert -np.log(with_it[-1, 0] / without[-1, 0]) / 4000 == pytest.approx(1e-4 * 0.1 / factor, rel=0.05)
    decayed = walk(Adam(), Hyper(rate=1e-4, decay=0.1), data, (1.0,))
    assert -np.log(decayed[-1, 0] / without[-1, 0]) / 4000 == pytest.approx(1e-4 * 0.1, rel=0.05)


@pytest.mark.parametrize("schedule", ["constant", COSINE])
@pytest.mark.parametrize("form", [PYTORCH, PAPER])
def test_a_step_splits_exactly_into_data_and_penalty(form, schedule):
    """What the penalty took, put back, leaves the step that the data's share of the moving average makes."""
    state = WeightDecayState(lam=0.05, steps=60, momentum=0.7, form=form, schedule=schedule)
    found = bowl.paths(state)
    moved = found.w[1:] - found.w[:-1] + found.taken
    eta = 0.5 + 0.5 * np.cos(np.pi * np.arange(60) / 60) if schedule == COSINE else np.ones(60)
    buffers = {k: np.zeros(2) for k in range(4)}
    squares = np.zeros((2, 2))
    for t in range(60):
        for k in (SGD_L2, SGD_DECAY):
            buffers[k] = 0.7 * buffers[k] + found.grad[t, k]
            np.testing.assert_allclose(moved[t, k], -state.sgd_rate * eta[t] * buffers[k], atol=1e-12)
        for k in (ADAM_L2, ADAMW):
            whole = found.grad[t, k] + (state.lam * found.w[t, k] if k == ADAM_L2 else 0.0)
            buffers[k] = 0.9 * buffers[k] + 0.1 * found.grad[t, k]
            squares[k] = 0.999 * squares[k] + 0.001 * whole**2
            step = buffers[k] / (1 - 0.9 ** (t + 1)) / (np.sqrt(squares[k] / (1 - 0.999 ** (t + 1))) + 1e-8)
            np.testing.assert_allclose(moved[t, k], -state.rate * eta[t] * step, atol=1e-12)


def test_penalties_end_at_the_penalised_optimum_and_adamw_elsewhere():
    state = WeightDecayState(jitter=0.0, steps=20_000, angle=30.0, ratio=20.0)
    found = bowl.paths(state)
    best = bowl.penalised(state)
    H = bowl.hessian(state)
    np.testing.assert_allclose(H @ (best - bowl.MINIMUM) + state.lam * best, 0.0, atol=1e-12)
    for k in (SGD_L2, SGD_DECAY, ADAM_L2):
        np.testing.assert_allclose(found.w[-1, k], best, atol=1e-3)
    np.testing.assert_allclose(found.w[-1, ADAMW], bowl.MINIMUM, atol=5e-3)
    assert np.linalg.norm(bowl.MINIMUM - best) > 0.5


@pytest.mark.parametrize(("form", "words"), [(PYTORCH, "ηλ = 0.00300 (PyTorch)"), (PAPER, "λ = 0.300 (Algorithm 2)")])
@pytest.mark.parametrize("tab", ["trajectories", NETS])
def test_the_screen_says_which_decay_is_used(tab, form, words):
    state = WeightDecayState(tab=tab, form=form, steps=10)
    frame = deque(lab.frames(state), maxlen=1)[0]
    assert frame.equation.endswith(words)
    assert "1 − ηλ" in frame.subtitle if form == PYTORCH else "1 − λ" in frame.subtitle


def test_algorithm_2_decays_by_the_schedule_and_not_by_alpha():
    for form, factor in ((PAPER, 1.0), (PYTORCH, 0.01)):
        state = WeightDecayState(lam=0.01, form=form, schedule=COSINE, steps=40)
        found = bowl.paths(state)
        multiplier = 0.5 + 0.5 * np.cos(np.pi * np.arange(40) / 40)
        np.testing.assert_allclose(
            found.taken[:, ADAMW], 0.01 * factor * multiplier[:, None] * found.w[:-1, ADAMW], atol=1e-15
        )


def test_a_bowl_too_steep_is_called_diverged_and_not_clipped():
    frame = last(sgd_rate=1.0)
    assert frame.status == "diverged"
    assert frame.caption.endswith("Diverged: SGD + L2, SGD + decay.")
    assert "SGD + L2 diverged: beyond a million at step" in frame.message
    assert frame.readout("w1_b") is not None
    assert frame.readout("w2_c") is None
    path = frame.panel("bowl").mark("path2").y
    assert np.isnan(path[0, -1])
    assert np.nanmax(np.abs(path)) < 1e6


def test_the_bowl_takes_in_every_control_without_a_restart():
    state = WeightDecayState()
    frames = lab.frames(state)
    for _ in range(5):
        next(frames)
    other = dataclasses.replace(state, lam=1.0, ratio=10.0, form=PAPER)
    assert lab.key(other) == lab.key(state)
    frame = frames.send(other)
    assert frame.readout("step") == 40
    assert frame.panel("silent").mark("cursor").value == 1.0
    assert next(frames).readout("step") == 50
    assert frame.panel("silent").mark("cursor").bound == "lam"


@pytest.mark.parametrize("compare", ["Adam + L2 · AdamW", FOUR])
def test_nets_start_alike_and_part_by_their_method(compare):
    frame = last(tab=NETS, compare=compare, steps=60, lam=0.1)
    count = 4 if compare == FOUR else 2
    ends = "abcd"[:count]
    losses = [frame.readout(f"validation_loss_{end}") for end in ends]
    assert abs(losses[0] - losses[1]) > 1e-4
    assert {f"surface_{end}" for end in ends} <= {panel.key for panel in frame.panels}
    sizes = frame.panel("size").mark("size")
    assert sizes.labels == METHODS[:count]
    assert len(set(sizes.y[:, 0].tolist())) == 1
    if compare == FOUR:
        assert losses[2] == pytest.approx(losses[3], rel=1e-3)  # plain SGD: penalty and decay are one, in float32


def test_lambda_takes_effect_while_nets_train():
    state = WeightDecayState(tab=NETS, steps=40, pace=20, lam=0.0)
    frames = lab.frames(state)
    next(frames), next(frames)
    more = dataclasses.replace(state, lam=5.0)
    assert lab.key(more) == lab.key(state)
    frames.send(more)
    decayed = next(frames).readout("norm_b")
    assert decayed < last(tab=NETS, steps=40, lam=0.0).readout("norm_b") * 0.5
    assert lab.key(dataclasses.replace(state, form=PAPER)) != lab.key(state)


def test_effective_decay_of_the_nets_is_spread_for_adam_l2_alone():
    frame = last(tab=NETS, steps=100)
    spread = frame.panel("spread")
    assert spread.mark("adamw").value == pytest.approx(0.01 * 0.3)
    counts = spread.mark("shares").y[0, :-1]
    assert (counts > 0).sum() >= 10
    assert counts.sum() <= 2 * 16 + 16 * 16 + 16


@pytest.fixture(scope="module")
def filled():
    return last(tab=MAP)


def test_the_map_is_one_batch_of_at_least_128_nets(filled):
    assert filled.readout("nets") == 2 * WeightDecayState().cells ** 2
    assert filled.readout("nets") >= 128
    for method, key in enumerate(("map_a", "map_b")):
        panel = filled.panel(key)
        assert panel.x.log
        assert panel.y.log
        best = panel.mark("best")
        end = "ab"[method]
        assert (best.x[0], best.y[0]) == (filled.readout(f"best_rate_{end}"), filled.readout(f"best_lam_{end}"))
        assert np.nanmin(panel.mark("losses").z) == filled.readout(f"best_loss_{end}")


def test_a_cell_of_the_map_is_the_net_with_its_numbers(filled):
    state = WeightDecayState(tab=MAP)
    for method, end in enumerate("ab"):
        rates, lams = heat.grid(state, method)
        for row, column in ((0, 2), (5, 6), (8, 4)):
            alone = nets.Run(
                state, optimiser=Adam(), scale=state.initial,
                hyper=Hyper(rate=rates[column], **{("l2", "decay")[method]: lams[row]}),
            )  # fmt: skip
            alone.advance(state.steps)
            z = filled.panel(f"map_{end}").mark("losses").z
            found = z.reshape(10, 12, 10, 12)[row, 0, column, 0]
            assert found == pytest.approx(alone.score("validation").loss[0], rel=0.05)


def test_the_map_fills_as_training_goes():
    frames = lab.frames(WeightDecayState(tab=MAP, steps=40, pace=20, cells=8))
    first, second, third = (frame.panel("map_b").mark("losses").z for frame in frames)
    assert np.ptp(first) == 0.0  # all start from the same weights
    assert np.ptp(second) > 0.0
    assert not np.array_equal(second, third)


@pytest.mark.parametrize("seed", range(3))
def test_the_decoupled_basin_is_closer_to_the_axis_here(seed, filled):
    frame = filled if seed == 0 else last(tab=MAP, seed=seed)
    coupled, decoupled = frame.readout("tilt_a"), frame.readout("tilt_b")
    assert abs(decoupled) < 0.4 < abs(coupled)
    assert f"Adam + L2 {show(coupled, 2)}, AdamW {show(decoupled, 2)}" in frame.caption


def test_the_basin_turns_when_decay_is_not_multiplied_by_the_learning_rate():
    assert last(tab=MAP, form=PAPER).readout("tilt_b") > 0.5


def test_tilt_is_the_slope_of_the_valley():
    rates, lams = np.logspace(-4, 0, 9), np.logspace(-4, 4, 17)
    for slope in (-1.0, 0.0, 1.0):
        valley = np.log10(lams)[:, None] - slope * (np.log10(rates) + 2.0)
        assert heat.tilt(1.0 + valley**2, rates, lams) == pytest.approx(slope, abs=1e-6)
    assert heat.tilt(np.full((17, 9), np.nan), rates, lams) is None


def test_diverged_cells_are_empty_and_crossed():
    frame = last(tab=MAP)
    z = frame.panel("map_b").mark("losses").z
    gone = int(np.isnan(z).sum() / 144)
    assert gone == frame.readout("diverged") > 0
    assert len(frame.panel("map_b").mark("diverged").x) == gone
    assert f"{gone} of 200 nets diverged" in frame.message


def test_a_double_click_trains_the_nets_of_a_cell():
    state = WeightDecayState(tab=MAP)
    rates, lams = heat.grid(state, 1)
    gesture = Gesture(
        kind="double-click", panel="map_b", mark="losses", index=-1, x=1.1 * rates[3], y=0.9 * lams[7], from_x=0.0,
        from_y=0.0,
    )  # fmt: skip
    assert lab.gesture(state, gesture) == {"tab": NETS, "rate": rates[3], "lam": lams[7]}
    assert lab.gesture(state, dataclasses.replace(gesture, kind="click")) == {}


@pytest.mark.parametrize("pull", [0.5, 0.9, 1.1, 2.0])
def test_a_weight_at_zero_revives_under_the_prox_when_its_gradient_exceeds_lambda(pull):
    lam = 0.1
    way = walk(Sgd(), Hyper(rate=0.2, l1=lam), np.full((3, 1), -pull * lam), (0.0,))[:, 0]
    if pull > 1:
        np.testing.assert_allclose(way, np.arange(4) * 0.2 * (pull - 1) * lam, atol=1e-15)
    else:
        assert (way == 0.0).all()


def test_the_freezing_rule_never_lets_go():
    push = np.array([[-0.1], *[[-5.0]] * 5])
    start = (-0.005,)
    hyper = Hyper(rate=0.04, l1=0.1)
    frozen, prox = (walk(rule, hyper, push, start)[:, 0] for rule in (FreezingSgd(), Sgd()))
    assert (frozen[1:] == 0.0).all()  # −0.001 after the gradient, then the penalty would carry it across
    assert prox[1] == 0.0
    assert (np.diff(prox[1:]) > 0.0).all()


def test_the_freezing_rule_is_the_prox_until_something_crosses():
    gentle = np.full((5, 2), 0.01)
    hyper = Hyper(rate=0.1, l1=0.02, momentum=0.5)
    frozen, prox = (walk(rule, hyper, gentle, (1.0, -1.0)) for rule in (FreezingSgd(), Sgd()))
    np.testing.assert_allclose(frozen, prox, atol=1e-15)


def test_the_dead_are_remembered_when_training_is_played_again():
    state = WeightDecayState(tab=SPARSE)
    run = nets.Run(state, "a", "b", optimiser=[FreezingSgd(), Sgd()], hyper=Hyper(rate=0.05, l1=0.04))
    assert isinstance(run.trainer, Trainer)
    run.advance(200)
    then = run.params.copy()
    run.advance(100)
    run.turn_back(200)
    np.testing.assert_array_equal(run.params, then)
    dead = run.trainer.updates[0][1].memory[1][0]
    assert dead.sum() > 10
    assert (run.params[0][dead > 0] == 0.0).all()


def test_the_needed_weight_dies_on_the_left_and_lives_on_the_right():
    frame = last(tab=SPARSE)
    keys = [panel.key for panel in frame.panels]
    assert keys.index("surface_a") < keys.index("surface_b")
    assert keys.index("needed_a") < keys.index("needed_b")
    assert frame.panel("needed_a").title == "A needed weight dies"
    assert frame.readout("stuck_a") > 0 == frame.readout("stuck_b")
    assert frame.readout("wanted_a") > 0 == frame.readout("wanted_b")
    assert frame.readout("train_loss_b") < frame.readout("train_loss_a")
    ways = sparse.one_weight(0.05, 0.04, 0.0)
    np.testing.assert_allclose(ways[1, :, -1], sparse.NEED - 0.04, atol=0.01)
    stuck = ways[0, :, -1] == 0.0
    assert stuck.sum() == frame.readout("stuck_a")


def test_a_penalty_beyond_the_need_keeps_the_weight_at_zero_by_both_rules():
    frame = last(tab=SPARSE, l1=0.3, steps=10)
    assert frame.panel("needed_b").title.startswith("λ₁ outweighs the loss")
    assert frame.readout("stuck_b") == len(sparse.STARTS)


def test_snippets_name_the_numbers_on_screen():
    for tab, words in (
        ("trajectories", "weight_decay=lam"), (NETS, "make(torch.optim.AdamW, 0.3)"), (SPARSE, "softshrink"),
    ):  # fmt: skip
        assert words in lab.snippets(WeightDecayState(tab=tab))["PyTorch"]
    assert "torch.optim.AdamW, 30.0" in lab.snippets(WeightDecayState(tab=NETS, form=PAPER))["PyTorch"]


TORCH = {
    PYTORCH: [
        [1.605897870619926, 0.9980039920159097], [1.8330991818621585, 0.9980347101151094],
        [1.6647715288195055, 0.998003992015968], [1.8144458314364371, 0.999000999000999],
    ],
    PAPER: [
        [1.605897870619926, 0.9980039920159097], [0.4534360985762586, 0.5338384407475733],
        [1.6647715288195055, 0.998003992015968], [0.6666666486524322, 0.9803921568627451],
    ],
}  # fmt: skip
"""Where PyTorch's own optimisers end with the bowl's snippet: λ = 0.02, μ = 0.5, no noise."""


@pytest.mark.parametrize("form", [PYTORCH, PAPER])
def test_the_paths_end_where_pytorchs_do(form):
    found = bowl.paths(WeightDecayState(jitter=0.0, momentum=0.5, lam=0.02, form=form))
    np.testing.assert_allclose(found.w[-1], TORCH[form], rtol=1e-12)
