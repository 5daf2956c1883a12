"""Dropout: masks, scale and sub-networks against brute force; the ridge identity and SGD's way to it."""

import ast
import itertools
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from regviz.export import last_frame
from regviz.lab import controls
from regviz.labs import _nets as nets
from regviz.labs.dropout import band, ensemble, lab, linear, masks, members, net
from regviz.labs.dropout.state import ENSEMBLE, LINEAR, TWO, DropoutState, widths
from regviz.neural import Evaluator, mlp

NETS = DropoutState()
SMALL = DropoutState(tab=ENSEMBLE, steps=200, pace=200)
TWIN = DropoutState(tab=LINEAR)


@pytest.fixture(scope="module")
def finished():
    return last_frame(lab, replace(NETS, pace=500))


@pytest.fixture(scope="module")
def small():
    """Readings of the exact view by depth and data set."""
    return {
        (depth, data): last_frame(lab, replace(SMALL, depth=depth, dataset=data))
        for depth in ("one layer", TWO) for data in ("moons", "gaussians", "sine")
    }  # fmt: skip


def random_net(outputs, loss, sizes=(3, 2), activation="tanh", seed=0):
    """A small net, its parameters with biases, and points."""
    source = np.random.default_rng(seed)
    made = mlp(2, sizes, outputs, activation=activation, loss=loss, dropout=True)
    return made, source.standard_normal(made.size), source.standard_normal((5, 2))


def test_dropout_narrows_the_gap(finished):
    assert finished.readout("gap_b") < 0.6 * finished.readout("gap_a")
    assert finished.readout("validation_loss_b") < 0.6 * finished.readout("validation_loss_a")
    assert finished.readout("test_accuracy_b") > finished.readout("test_accuracy_a")


@pytest.mark.parametrize("steps", [1, 7, 65])
def test_the_live_mask_is_that_of_the_training_step(steps):
    state = replace(NETS, steps=steps, pace=3)
    run = nets.Run(state, "a", "b", net=nets.net(state, dropout=True), hyper=net.hyper(state))
    run.advance(steps)
    shown = masks.of_step(state, run)
    assert len(shown) == len(run.trainer.network.masks) == state.layers
    for mask, used in zip(shown, run.trainer.network.masks, strict=True):
        assert np.array_equal(mask, used[:, 1, 0] > 0)
        assert (used[:, 0] == 1).all(), "the net without dropout keeps every unit"
        assert np.unique(used[:, 1]) == pytest.approx([0, 1 / (1 - state.drop)])


def test_the_diagram_strikes_out_the_dropped_units():
    frames = list(lab.frames(replace(NETS, steps=6, pace=1, width=8)))
    seen = {tuple(frame.panel("diagram").mark("net").alive) for frame in frames}
    assert len(seen) >= 5, "a new mask at each step"
    for frame in frames:
        alive = frame.panel("diagram").mark("net").alive
        assert alive[:2].all()
        assert alive[-1] == 1
        assert alive[2:-1].sum() == frame.readout("alive")
    whole = last_frame(lab, replace(NETS, steps=6, pace=1, width=8, drop=0.0))
    assert whole.panel("diagram").mark("net").alive.all()


def test_both_nets_are_one_without_dropout():
    frame = last_frame(lab, replace(NETS, steps=50, pace=50, drop=0.0))
    assert frame.readout("validation_loss_a") == frame.readout("validation_loss_b")


@pytest.mark.parametrize("drop", [0.1, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("units", [1, 4, 9])
def test_inverted_dropout_keeps_the_expected_activation(drop, units):
    share, every = ensemble.chances([units], drop), ensemble.all_masks(units)
    assert share.sum() == pytest.approx(1.0)
    assert share @ every / (1 - drop) == pytest.approx(np.ones(units))
    assert (share @ every).max() == pytest.approx(1 - drop), "unscaled it would be too small"
    h = np.linspace(-1, 2, units)
    drawn = masks.factors(3, (units,), drop, 400)[0] * h
    error = drawn.std(axis=0, ddof=1) / np.sqrt(400)
    assert (np.abs(drawn.mean(axis=0) - h) <= 5 * error + 1e-12).all()


def test_the_scale_panel_shows_it(finished):
    bars = finished.panel("scaling").mark("activations")
    assert bars.values == pytest.approx((1 - NETS.drop) * bars.ghost)
    error = bars.high - bars.ghost
    assert (np.abs(bars.ghost - bars.truth) <= 5 * error + 1e-9).all()
    assert bars.truth.max() > 0.1


@pytest.mark.parametrize(("outputs", "loss"), [(1, "squared"), (1, "logistic"), (3, "softmax")])
@pytest.mark.parametrize("sizes", [(4,), (3, 2), (2, 2, 2)])
@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu", "linear"])
def test_all_sub_networks_are_those_of_the_engine(outputs, loss, sizes, activation):
    made, params, points = random_net(outputs, loss, sizes, activation)
    drop = 0.4
    found = ensemble.every_output(ensemble.matrices(made, params), activation, points, drop)
    judge = Evaluator(made, mode="masked", dtype=np.float64, chunk=len(points))
    share = ensemble.chances(sizes, drop)
    assert len(found) == len(share) == 2 ** sum(sizes)
    for row, bits in enumerate(itertools.product(*(range(2**n) for n in sizes))):
        kept = [(b >> np.arange(n)) & 1 for b, n in zip(bits, sizes, strict=True)]
        for mask, mine in zip(judge.network.masks, kept, strict=True):
            mask[...] = (mine / (1 - drop))[:, None, None]
        assert found[row] == pytest.approx(judge.outputs(points, params)[0], rel=1e-10, abs=1e-12)
        count = sum(mine.sum() for mine in kept)
        assert share[row] == pytest.approx((1 - drop) ** count * drop ** (sum(sizes) - count))


@pytest.mark.parametrize("drop", [0.1, 0.5, 0.8])
@pytest.mark.parametrize(("outputs", "loss"), [(3, "softmax"), (1, "logistic")])
def test_weight_scaling_is_the_geometric_mean_for_one_layer(outputs, loss, drop):
    made, params, points = random_net(outputs, loss, (8,))
    weights = ensemble.matrices(made, params)
    found = ensemble.means(weights, "tanh", loss, points, drop)
    chances = np.exp(ensemble.log_chances(ensemble.every_output(weights, "tanh", points, drop), loss))
    product = np.prod(chances ** ensemble.chances([8], drop)[:, None, None], axis=0)
    by_hand = product[-1] / product.sum(axis=0)
    assert found.geometric == pytest.approx(by_hand, rel=1e-12)
    assert found.scaling == pytest.approx(by_hand, rel=1e-12)
    assert np.abs(found.arithmetic - found.scaling).max() > 1e-3, "the arithmetic mean is another one"
    unweighted = np.prod(chances ** (1 / 256), axis=0)
    if drop != 0.5:
        assert np.abs(unweighted[-1] / unweighted.sum(axis=0) - found.scaling).max() > 1e-3
    judge = Evaluator(made, dtype=np.float64)
    assert found.scaling == pytest.approx(judge.predict(points, params)[0, -1] if outputs > 1 else
                                          judge.predict(points, params)[0, 0], rel=1e-12)  # fmt: skip


def test_two_layers_break_it():
    made, params, points = random_net(1, "logistic", (4, 4))
    found = ensemble.means(ensemble.matrices(made, params), "tanh", "logistic", points, 0.5)
    assert np.abs(found.geometric - found.scaling).max() > 1e-3


def test_for_regression_one_layer_makes_the_arithmetic_mean_exact():
    for sizes, exact in (((6,), True), ((3, 3), False)):
        made, params, points = random_net(1, "squared", sizes)
        found = ensemble.means(ensemble.matrices(made, params), "tanh", "squared", points, 0.4)
        assert found.geometric is None
        assert (np.abs(found.arithmetic - found.scaling).max() < 1e-12) == exact


def test_the_exact_view_certifies_one_layer_only(small):
    for (depth, data), frame in small.items():
        assert frame.readout("members") == 2**SMALL.units
        assert (frame.certificate is None) == (depth == TWO)
        assert (frame.readout("geometric_gap") is None) == (data == "sine")
        if depth == TWO:
            assert frame.readout("arithmetic_gap") > 1e-4
        else:
            assert frame.certificate.holds
            assert frame.certificate.tolerance == 1e-10
        gaps = frame.panel("differences").mark("gaps").y
        assert np.abs(gaps[0]).max() == pytest.approx(frame.readout("arithmetic_gap"), rel=0.3, abs=1e-9)


def test_the_histogram_holds_all_probability(small):
    for frame in small.values():
        assert frame.panel("probe").mark("shares").y[0, :-1].sum() == pytest.approx(1.0)


def test_the_monte_carlo_band_tends_to_the_exact_one():
    state = replace(SMALL, samples=400)
    run = next_run(state)
    exact = members.slice_means(state, run)
    drawn = band.samples(state, run, 0, band.slice_of(state, run)[1])
    error = exact.deviation[:-1] / np.sqrt(400)
    assert (np.abs(drawn.mean(axis=0) - exact.arithmetic[:-1]) <= 5 * error).all()
    assert drawn.std(axis=0) == pytest.approx(exact.deviation[:-1], rel=0.25)
    fewer = band.samples(replace(state, samples=10), run, 0, band.slice_of(state, run)[1])
    assert fewer.shape[0] == 10


def next_run(state):
    made = nets.task(state)
    small = mlp(made.inputs, widths(state), made.outputs, activation=state.activation, loss=made.loss, dropout=True)
    run = nets.Run(state, "net", net=small, hyper=nets.hyper(state, dropout=state.drop))
    run.advance(100)
    return run


@pytest.mark.parametrize("drop", [0.0, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("standardised", [True, False])
def test_the_linear_identity_holds_on_all_masks(drop, standardised):
    source = np.random.default_rng(4)
    X, y, w = source.standard_normal((9, 5)) * [1, 2, 3, 0.1, 5], source.standard_normal(9), source.standard_normal(5)
    if standardised:
        X = (X - X.mean(axis=0)) / X.std(axis=0)
    by_hand = 0.0
    for bits in itertools.product((0, 1), repeat=5):
        m = np.array(bits)
        chance = (1 - drop) ** m.sum() * drop ** (5 - m.sum())
        by_hand += chance * np.sum((y - (X * m) @ w / (1 - drop)) ** 2)
    assert linear.expected_loss(X, y, w, drop) == pytest.approx(by_hand, rel=1e-12)
    assert linear.enumerated_loss(X, y, w, drop) == pytest.approx(by_hand, rel=1e-12)
    if standardised:
        assert linear.penalty(X, w, drop) == pytest.approx(9 * drop / (1 - drop) * w @ w)


@pytest.mark.parametrize("drop", [0.1, 0.3, 0.5, 0.9])
def test_its_minimiser_is_ridge(drop):
    made = linear.problem(6, 0.5, 2)
    found = linear.solution(made.X, made.y, drop)
    alpha = made.n * drop / (1 - drop)
    assert found == pytest.approx(Ridge(alpha=alpha, fit_intercept=False).fit(made.X, made.y).coef_, rel=1e-9)
    least = linear.expected_loss(made.X, made.y, found, drop)
    for step in np.random.default_rng(0).standard_normal((20, 6)):
        assert linear.expected_loss(made.X, made.y, found + 0.01 * step, drop) > least


@pytest.mark.parametrize(("drop", "seed"), [(0.0, 2), (0.3, 2), (0.5, 7), (0.8, 1)])
def test_sgd_under_dropout_averages_to_that_ridge(drop, seed):
    frame = last_frame(lab, replace(TWIN, drop=drop, seed=seed))
    assert frame.readout("steps") == TWIN.draws
    assert frame.readout("worst") <= 5
    assert frame.readout("lam") == pytest.approx(drop / (1 - drop))
    bars = frame.panel("coefficients").mark("coefficients")
    assert bars.values == pytest.approx(bars.truth, abs=0.03)
    if drop >= 0.3:
        assert np.abs(bars.ghost - bars.truth).max() > 5 * np.abs(bars.values - bars.truth).max(), "not OLS"
    assert frame.certificate.holds
    assert sum(part.value for part in frame.parts) == pytest.approx(frame.readout("expected_loss"))


def test_the_linear_twin_takes_in_another_rate():
    playing = lab.frames(TWIN)
    assert next(playing).readout("steps") == 0
    for _ in range(3):
        later = next(playing)
    assert later.readout("steps") == 150
    moved = playing.send(replace(TWIN, drop=0.5))
    assert (moved.readout("steps"), moved.readout("lam")) == (0, 1.0)
    assert lab.key(TWIN) == lab.key(replace(TWIN, drop=0.5, stride=0.1, draws=100))


def test_the_drop_rate_may_change_while_nets_train():
    assert lab.key(NETS) == lab.key(replace(NETS, drop=0.6, samples=9, rate=0.1))
    assert lab.key(SMALL) != lab.key(replace(SMALL, units=5))
    training = lab.frames(replace(NETS, pace=20))
    next(training)
    assert training.send(replace(NETS, drop=0.9)).readout("alive") < 0.4 * 48


@pytest.mark.parametrize("tab", ["nets", ENSEMBLE])
def test_a_diverged_net_is_said(tab):
    state = replace(NETS, tab=tab, dataset="sine", optimiser="sgd", rate=500.0, steps=200)
    frame = last_frame(lab, state)
    assert frame.status == "diverged"
    assert frame.caption.startswith("Training diverged")


@pytest.mark.parametrize("state", [NETS, SMALL, replace(SMALL, dataset="sine")])
def test_the_pytorch_snippet_has_the_numbers(state):
    code = lab.snippets(state)["PyTorch"]
    ast.parse(code)
    assert code.count(f"nn.Dropout({state.drop})") == len(widths(state))


def test_the_numpy_snippet_gives_both():
    made = linear.problem(6, 0.5, 2)
    names = {"X": made.X, "y": made.y}
    exec(lab.snippets(TWIN)["NumPy"], names)  # noqa: S102 - our own text
    assert names["ridge"] == pytest.approx(linear.solution(made.X, made.y, TWIN.drop))
    assert names["average"] == pytest.approx(names["ridge"], abs=0.1)


@pytest.mark.parametrize(("fields", "words"), [
    ({"drop": 0.0}, "nothing is dropped"), ({"dataset": "sine", "activation": "linear"}, "exact here up to rounding"),
    ({}, "neither need be exact"),
])  # fmt: skip
def test_two_layers_are_called_inexact_only_where_they_can_be(fields, words):
    frame = last_frame(lab, replace(SMALL, depth=TWO, steps=20, pace=20, **fields))
    assert words in frame.caption
    assert (frame.readout("arithmetic_gap") > 1e-9) == (not fields)


def test_the_linear_twin_has_no_dead_controls():
    known = {control.name: control for control in controls(DropoutState)}
    assert not known["train_size"].applies(TWIN)
    assert known["train_size"].applies(NETS)
