"""Spectral normalisation: power iteration from below, one iteration a training step, constants in the gradient."""

import numpy as np
import pytest

from regviz.neural import (
    Activation,
    Batches,
    Dense,
    Evaluator,
    Hyper,
    Net,
    Network,
    SpectralDense,
    Trainer,
    power_iteration,
)

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((20, 3)), RNG.standard_normal((20, 1))
NET = Net(3, (SpectralDense(6), Activation("tanh"), SpectralDense(1)))


def matrices(net, params):
    return [parameter.weights(params.astype(np.float64)) for parameter in net.dense]


def test_power_iteration_rises_to_the_largest_singular_value_at_its_rate():
    W = RNG.standard_normal((4, 7, 5))
    u, v = RNG.standard_normal((4, 7)), RNG.standard_normal((4, 5))
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    s = np.linalg.svd(W, compute_uv=False)
    found = np.array([power_iteration(W, u, v) for _ in range(400)])
    assert (found <= s[:, 0] * (1 + 1e-12)).all()
    assert (np.diff(found, axis=0) >= -1e-12).all()
    np.testing.assert_allclose(found[-1], s[:, 0], rtol=1e-6)
    gap = s[:, 0] - found
    for row in range(4):
        steps = np.flatnonzero((gap[:, row] > 1e-9) & (gap[:, row] < 1e-3))
        rate = np.exp(np.diff(np.log(gap[steps, row])))
        assert rate[-1] == pytest.approx((s[row, 1] / s[row, 0]) ** 4, rel=0.05)


def test_a_matrix_of_zeros_is_survived():
    u, v = np.ones((1, 3)), np.ones((1, 2))
    assert power_iteration(np.zeros((1, 3, 2)), u, v)[0] == 0.0
    assert np.isfinite(u).all() and np.isfinite(v).all()
    trainer = Trainer(NET, Batches(X, Y, 8, 0), Hyper(), scale=0.0)
    trainer.step(20)
    assert np.isfinite(trainer.params).all()


def test_training_keeps_the_layers_at_norm_one_where_the_knob_is_on():
    trainer = Trainer(NET, Batches(X, Y, 8, 0, dtype=np.float64), Hyper(rate=0.02, knobs=(("spectral", (1.0, 0.0)),)),
                      variants=2, dtype=np.float64)  # fmt: skip
    trainer.step(200)
    evaluator = Evaluator(NET, 2, dtype=np.float64)
    evaluator.network.tune(spectral=(1.0, 0.0))
    outputs = evaluator.outputs(X, trainer.params, trainer.averages)
    (first, last), (b, c) = matrices(NET, trainer.params), (p.of(trainer.params)[..., -1] for p in NET.dense)
    for row, on in enumerate((True, False)):
        sigma = [np.linalg.norm(W[row], 2) if on else 1.0 for W in (first, last)]
        h = np.tanh(X @ first[row].T / sigma[0] + b[row])
        np.testing.assert_allclose(outputs[row, 0], (h @ last[row].T / sigma[1] + c[row])[:, 0], rtol=0.01, atol=1e-3)
    assert not np.allclose(trainer.params[0], trainer.params[1])


def test_a_plain_knob_is_a_dense_layer():
    plain = Net(3, (Dense(6), Activation("tanh"), Dense(1)))
    words = {"variants": 2, "dtype": np.float64}
    spectral = Trainer(NET, Batches(X, Y, 8, 0, dtype=np.float64), Hyper(knobs=(("spectral", 0.0),)), **words)
    dense = Trainer(plain, Batches(X, Y, 8, 0, dtype=np.float64), **words)
    for trainer in (spectral, dense):
        trainer.step(50)
    np.testing.assert_allclose(spectral.params, dense.params, rtol=1e-12)


def test_fifteen_iterations_come_before_the_first_step():
    """From the drawn vectors, as many as PyTorch makes: one less or more would give others."""
    trainer = Trainer(NET, Batches(X, Y, 20, 0, dtype=np.float64), Hyper(), dtype=np.float64, seed=3)
    drawn = NET.initial_averages(1, 3)
    for layer, W in enumerate(matrices(NET, trainer.params)):
        u, v = (average.of(drawn).astype(np.float64) for average in NET.averages[2 * layer : 2 * layer + 2])
        for _ in range(15):
            power_iteration(W, u, v)
        for average, expected in zip(NET.averages[2 * layer :], (u, v), strict=False):
            np.testing.assert_allclose(average.of(trainer.averages), expected, rtol=0.0, atol=1e-14)


def test_one_iteration_a_training_step_and_none_in_evaluation():
    trainer = Trainer(NET, Batches(X, Y, 20, 0, dtype=np.float64), Hyper(rate=0.0, rho=0.1), dtype=np.float64)
    (W, _), u, v = matrices(NET, trainer.params), *(a.of(trainer.averages).copy() for a in NET.averages[:2])
    trainer.step()
    power_iteration(W, u, v)
    for average, expected in zip(NET.averages, (u, v), strict=False):
        np.testing.assert_allclose(average.of(trainer.averages), expected, rtol=1e-12)
    before = trainer.averages.copy()
    evaluator = Evaluator(NET, dtype=np.float64)
    outputs = [evaluator.outputs(X, trainer.params, trainer.averages) for _ in range(2)]
    assert np.array_equal(*outputs)
    assert np.array_equal(evaluator.network.averages, before)


def test_the_training_gradient_holds_the_vectors_of_its_own_step_fixed():
    """Equal to the evaluation gradient, which the central differences confirm, at the iterated vectors."""
    batch = Batches(X, Y, 20, 0, dtype=np.float64)(0)
    train, frozen = (Network(NET, 1, 20, mode=mode, dtype=np.float64) for mode in ("train", "evaluate"))
    for network in (train, frozen):
        network.params[...] = NET.initial(1)
        network.load(batch)
    train.forward()
    gradient = train.backward().copy()
    for op in train.track_ops:
        op()
    frozen.averages[...] = train.averages
    frozen.forward()
    np.testing.assert_allclose(gradient, frozen.backward(), rtol=1e-10, atol=1e-14)


def test_a_knob_that_no_layer_has_is_refused_in_words():
    with pytest.raises(ValueError, match="No layer of this net has the knob 'spectral'"):
        Trainer(Net(3, (Dense(1),)), Batches(X, Y, 8, 0), Hyper(knobs=(("spectral", 1.0),)))


def test_any_loss_can_be_pulled_back_through_a_network():
    """A generator trains on the gradient that a critic passes to its inputs."""
    critic = Network(NET, 2, 5, mode="evaluate", dtype=np.float64, shared=False, input_gradient=True)
    maker = Network(Net(2, (Dense(4), Activation("tanh"), Dense(3))), 2, 5, dtype=np.float64)
    critic.params[...] = NET.initial(0, 2, (1.0, 2.0))
    maker.params[...] = maker.net.initial(1, 2, (1.0, 0.5))
    noise = RNG.standard_normal((2, 1, 5))

    def objective(params):
        maker.params[...] = params
        maker.input.values[...] = noise
        critic.input.values[...] = maker.forward().transpose(1, 0, 2)
        return critic.forward().sum(axis=(1, 2))

    at = maker.params.copy()
    objective(at)
    critic.backward_from(np.ones((2, 1, 5)))
    found = maker.backward_from(critic.input_gradient).copy()
    for j in range(0, maker.net.size, 3):
        move = np.zeros_like(at)
        move[:, j] = 6e-6
        expected = (objective(at + move) - objective(at - move)) / 1.2e-5
        np.testing.assert_allclose(found[:, j], expected, rtol=1e-6, atol=1e-9)
