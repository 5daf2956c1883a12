"""Laws of nets as a whole: what evaluation leaves out, what layers and purposes do not share, how training starts."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

import regviz
from regviz.neural import (
    Activation,
    Augmented,
    Batch,
    Batches,
    BatchNorm,
    Dense,
    Dropout,
    Evaluator,
    History,
    Hyper,
    LayerNorm,
    Net,
    Network,
    Policy,
    Residual,
    SpectralDense,
    Trainer,
    activate,
    generator,
    gradient_norms,
    mlp,
)
from regviz.neural.activations import KERNELS
from regviz.neural.gan import Gan, Round
from regviz.neural.hyper import _BOUNDS, _OPEN_ABOVE
from regviz.neural.lipschitz import pair_slopes
from regviz.neural.losses import LOSSES
from regviz.neural.spectral import normalised

RNG = np.random.default_rng(5)
X = RNG.standard_normal((40, 3))
Y = RNG.standard_normal((40, 2))
BRANCH = (Dense(6), Activation("tanh"), Dense(6))
EVERY = Net(3, (
    SpectralDense(6), BatchNorm(), Activation("gelu"), Dropout(), Residual(BRANCH), LayerNorm(),
    Residual(BRANCH, rescale=False), Dropout(), Dense(2),
))  # fmt: skip


def trained():
    """A net of every layer after a few steps of training with everything turned on."""
    hyper = Hyper(rate=0.05, dropout=((0.2, 0.4),), survival=((0.9, 0.5),), knobs=(("spectral", 1.0),))
    trainer = Trainer(EVERY, Batches(X, Y, 16, 0, dtype=np.float64), hyper, dtype=np.float64)
    trainer.step(30)
    return trainer


def network_of(trainer, mode, **knobs):
    network = Network(trainer.net, 1, len(X), mode=mode, dtype=np.float64)
    network.params[...], network.averages[...] = trainer.params, trainer.averages
    network.load(Batch.of(X, Y))
    network.seed(1)
    network.tune(**knobs)
    network.draw(0)
    return network


def test_evaluation_drops_nothing_and_draws_nothing_whatever_the_rates():
    trainer = trained()
    plain = network_of(trainer, "evaluate", survival=1.0).forward().copy()
    assert (network_of(trainer, "evaluate", dropout=0.5, survival=1.0).forward() == plain).all()
    before = trainer.averages.copy()
    assert (Evaluator(EVERY, dtype=np.float64).outputs(X, trainer.params, trainer.averages) == plain).all()
    assert (trainer.averages == before).all()


def test_masks_and_gates_of_one_are_evaluation():
    """In the mode "masked" norms use their running averages, and spectral layers make no iteration."""
    trainer = trained()
    masked = network_of(trainer, "masked")
    for factors in (*masked.masks, *masked.gates):
        factors[...] = 1.0
    np.testing.assert_array_equal(masked.forward(), network_of(trainer, "evaluate", survival=1.0).forward())


def test_each_layer_drops_at_its_own_rate_and_by_its_own_draws():
    rates = (0.2, 0.7, 0.5, 0.5)
    net = Net(50, (*(Dense(50), Dropout()) * len(rates), Dense(1)))
    network = Network(net, 1, 200, dtype=np.float64)
    network.seed(0)
    network.tune(dropout=np.array([rates]))
    network.draw(3)
    network.forward()
    kept = [mask != 0 for mask in network.masks]
    for rate, mask, alive in zip(rates, network.masks, kept, strict=True):
        assert alive.mean() == pytest.approx(1 - rate, abs=0.02)
        assert (mask[alive] == 1 / (1 - rate)).all()
        for axis in (0, 2):  # neither units nor samples share a draw
            assert alive.mean(axis=axis).min() > 0 and alive.mean(axis=axis).max() < 1
    for one, two in itertools.combinations(kept, 2):
        assert abs(np.corrcoef(one.ravel(), two.ravel())[0, 1]) < 0.05


def test_every_purpose_has_random_numbers_of_its_own():
    code = "".join(file.read_text(encoding="utf-8") for file in Path(regviz.__file__).parent.rglob("*.py"))
    purposes = set(re.findall(r'generator\([^"()]*"([a-z-]+)"', code))
    assert len(purposes) > 12
    assert len({generator(7, purpose, 0).random() for purpose in purposes}) == len(purposes)


@pytest.mark.parametrize("kind", KERNELS)
def test_an_activation_outside_a_net_is_the_one_inside(kind):
    z = np.linspace(-4.0, 4.0, 81)[:, None]
    net = Net(1, (Dense(1), Activation(kind)))
    outputs = Evaluator(net, dtype=np.float64).outputs(z, np.array([[1.0, 0.0]]))
    np.testing.assert_allclose(outputs[0, 0], activate(kind, z[:, 0]), rtol=0, atol=1e-15)


@pytest.mark.parametrize(("kind", "gain"), [("relu", 2.0), ("gelu", 2.0), ("tanh", 1.0), ("linear", 1.0)])
def test_every_layer_starts_with_the_variance_that_its_inputs_ask_for(kind, gain):
    """gain²/inputs, whatever the widths (Glorot & Bengio 2010; He and others 2015): signals keep their size."""
    net = mlp(200, (300, 150, 300), 100, activation=kind)
    params = net.initial(3)
    for parameter, own in zip(net.dense, (gain, gain, gain, 1.0), strict=True):
        weights = parameter.weights(params)
        assert weights.var() * weights.shape[2] == pytest.approx(own, rel=0.05)
        assert not parameter.of(params)[..., -1].any()


def test_knobs_that_nobody_turned_leave_spectral_layers_normalised():
    net = normalised(Net(3, (Dense(5),)))
    params = 4.0 * net.initial(0)
    network = Network(net, 1, 40, mode="evaluate", dtype=np.float64)
    network.params[...] = params
    u, v = np.linalg.svd(net.dense[0].weights(params)[0])[::2]
    for average, vector in zip(net.averages, (u[:, 0], v[0]), strict=True):
        average.of(network.averages)[0] = vector
    network.load(Batch.of(X, np.zeros((40, 5))))
    slope = np.linalg.lstsq(np.column_stack([X, np.ones(40)]), network.forward()[0].T, rcond=None)[0][:3]
    assert np.linalg.norm(slope, 2) == pytest.approx(1.0)


def test_the_generators_turn_sees_the_discriminator_as_it_evaluates():
    critic = normalised(mlp(2, (6, 4), 1, activation="tanh", loss="logistic"))
    gan = Gan(mlp(3, (5,), 2), critic, lambda step: Round(*(RNG.standard_normal((k, 1, 8)) for k in (2, 3, 3))),
              dtype=np.float64)  # fmt: skip
    gan.tune(0.01, spectral=1.0)
    gan.step(3)
    gan.load(3)
    for op in gan.second_turn():
        op()
    made = gan.maker.outputs[0].T
    seen = Evaluator(critic, dtype=np.float64).outputs(made, gan.judge.params, gan.judge.averages)
    np.testing.assert_allclose(gan.guide.outputs, seen, rtol=1e-12)


def test_the_two_nets_of_a_pair_do_not_begin_alike():
    net = mlp(2, (4,), 1, loss="logistic")
    maker = mlp(2, (4,), 2)
    gan = Gan(maker, net, lambda step: Round(*(RNG.standard_normal((2, 1, 8)) for _ in range(3))))
    first = [n.dense[0].weights(params) for n, params in ((maker, gan.maker.params), (net, gan.judge.params))]
    assert not np.isclose(first[0], first[1]).any()


@pytest.mark.parametrize("name", _BOUNDS)
def test_every_bound_of_a_hyper_parameter_is_kept(name):
    low, high = 0.0, 1.0 if name in ("survival", "smoothing", "dropout", "momentum") else np.inf
    assert name in Hyper.__dataclass_fields__
    Hyper(**{name: low}).arrays(1)
    refused = [low - 1e-9, np.nan, np.inf, *([high + 1e-9] if high < np.inf else [])]
    refused += [high] if name in ("dropout", "momentum") else []
    for value in refused:
        with pytest.raises(ValueError, match=name):
            Hyper(**{name: value}).arrays(1)
    assert (name in _OPEN_ABOVE) == (high in refused)


@pytest.mark.parametrize("loss", ["logistic", "softmax"])
def test_soft_labels_are_met_where_the_more_probable_class_is_decided(loss):
    outputs = RNG.standard_normal((2, 3, 200))
    targets = RNG.dirichlet(np.ones(3), 200).T if loss == "softmax" else RNG.uniform(size=(3, 200))
    found = LOSSES[loss].correct(outputs, targets)
    for row, column in np.ndindex(found.shape):
        z, t = outputs[row, :, column], targets[:, column]
        right = z.argmax() == t.argmax() if loss == "softmax" else all((z > 0) == (t > 0.5))
        assert found[row, column] == right


def test_each_samples_weight_is_the_lambda_that_mixed_it():
    size, source = 8, np.random.default_rng(0)
    rows = source.standard_normal((3, size, 2))
    parts = [Batches(part, np.eye(size), size, 1, dtype=np.float64) for part in rows]
    plain, changed, weights = Augmented(parts, Policy(mixup=1.0), 4).samples(0)
    assert plain.targets.shape == (size, 3, size) and weights.shape == (3, size)
    for part, sample in np.ndindex(weights.shape):
        own = changed.targets[sample, part, sample]
        assert own == pytest.approx(1.0 if changed.targets[:, part, sample].max() == 1.0 else weights[part, sample])


def test_fgsm_climbs_the_loss_with_smoothed_labels_where_it_is_told_so():
    """A net that is surer than smoothed labels want it to be is pushed the other way."""
    net = Net(2, (Dense(2, bias=False),), "softmax")
    inputs, goals = np.array([[1.0, 0.3]]), np.array([[1.0, 0.0]])
    source = Augmented([Batches(inputs, goals, 1, 0, dtype=np.float64)], Policy(fgsm=0.1), 0)
    trainer = Trainer(net, source, variants=2, dtype=np.float64, initial=np.array([[5.0, 1.0, -5.0, -1.0]] * 2))
    source.attack(trainer)
    moves = []
    for epsilon in (0.0, 0.3):
        source.smooth(epsilon)
        plain, changed, _ = source.samples(0)
        moves.append(np.sign(changed.inputs - plain.inputs))
    assert (moves[0] == -moves[1]).all() and moves[0].all()


def test_pairs_of_one_and_the_same_point_have_no_slope():
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    outputs = np.array([[[0.0, 2.0, 5.0]]])
    assert pair_slopes(outputs, points, np.array([0, 0, 1]), np.array([1, 2, 2])).tolist() == [[2.0, 0.0, 3.0]]


@pytest.mark.parametrize("size", [1e-30, 1.0, 1e30])
def test_norms_of_gradients_neither_overflow_nor_vanish(size):
    grad = np.full((2, 400), size, np.float32)
    np.testing.assert_allclose(gradient_norms(grad), 20.0 * np.float64(np.float32(size)), rtol=1e-6)


def test_a_moment_that_is_kept_again_takes_the_place_of_the_old_one():
    trainer, history = Trainer(mlp(3, (4,), 2), Batches(X, Y, 8, 0)), History()
    for _ in range(3):
        history.push(trainer.snapshot())
        trainer.step()
    again = Trainer(mlp(3, (4,), 2), Batches(X, Y, 8, 1))
    again.step()
    history.push(again.snapshot())
    assert len(history) == 2
    assert (history.nearest(1).params == again.params).all()


def test_a_step_is_seen_under_the_number_of_steps_made():
    said = []
    trainer = Trainer(mlp(3, (4,), 2), Batches(X, Y, 8, 0), seen=said.append)
    trainer.step(3)
    trainer.step(2)
    assert said == [1, 2, 3, 4, 5]
