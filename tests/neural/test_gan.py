"""GAN gradients against central differences, one power iteration a step, and replay to the bit."""

import numpy as np
import pytest

from regviz.neural import Sgd, mlp, power_iteration
from regviz.neural.gan import Gan, Round
from regviz.neural.spectral import normalised

SIZE = 6
KNOB = np.array([0.0, 1.0, 0.4])
MAKER = mlp(3, (5,), 2, activation="tanh")
CRITIC = normalised(mlp(2, (6, 4), 1, activation="tanh", loss="logistic"))
EVALUATED = 6e-6


def rounds(step):
    source = np.random.default_rng(step)
    return Round(source.standard_normal((2, 1, SIZE)), *source.standard_normal((2, 3, 1, SIZE)))


def gan_of(dtype=np.float64, **words):
    gan = Gan(MAKER, CRITIC, rounds, variants=3, seed=4, dtype=dtype, **words)
    gan.tune(0.01, spectral=KNOB)
    return gan


def softplus(z):
    return np.logaddexp(0.0, z)


def made(params, noise):
    """The generator written out: two dense layers with a tanh between."""
    first, second = (p.of(params) for p in MAKER.dense)
    h = np.tanh(first[:, :, :-1] @ noise[:, 0] + first[:, :, -1:])
    return second[:, :, :-1] @ h + second[:, :, -1:]


def logits(params, x, vectors):
    """The discriminator written out, each W divided by s·uᵀWv with ``vectors`` u, v held."""
    h = x
    for index, parameter in enumerate(CRITIC.dense):
        full = parameter.of(params)
        W, (u, v) = full[:, :, :-1], vectors[index]
        sigma = KNOB * np.einsum("rm,rmn,rn->r", u, W, v)
        h = W / np.where(KNOB > 0, sigma, 1.0)[:, None, None] @ h + full[:, :, -1:]
        h = np.tanh(h) if index < 2 else h
    return h[:, 0]


def vectors_of(gan):
    """u and v (R, ·) of each layer, at length one."""
    kept = [a.of(gan.judge.averages) for a in CRITIC.averages]
    unit = [k / np.linalg.norm(k, axis=1, keepdims=True) for k in kept]
    return list(zip(unit[::2], unit[1::2], strict=True))


def play(ops):
    for op in ops:
        op()


def differences(objective, at):
    found = np.empty_like(at)
    for j in range(at.shape[1]):
        move = np.zeros_like(at)
        move[:, j] = EVALUATED
        found[:, j] = (objective(at + move) - objective(at - move)) / (2 * EVALUATED)
    return found


def close(found, expected):
    assert np.abs(expected).max() > 1e-3
    assert np.abs(found - expected).max() <= 1e-6 * np.abs(expected).max()


def test_the_discriminators_gradient_holds_u_and_v():
    gan = gan_of()
    gan.load(0)
    play(gan.first_turn())
    vectors, now = vectors_of(gan), rounds(0)
    fake = made(gan.maker.params, now.first)
    real = np.repeat(now.real.transpose(1, 0, 2), 3, axis=0)

    def objective(params):
        losses = np.concatenate(
            [softplus(-logits(params, real, vectors)), softplus(logits(params, fake, vectors))], axis=1
        )
        return losses.mean(axis=1)

    close(gan.judge.grad, differences(objective, gan.judge.params.copy()))


def test_the_generators_gradient_is_that_of_the_non_saturating_loss():
    gan = gan_of()
    gan.load(1)
    play(gan.second_turn())
    vectors, now = vectors_of(gan), rounds(1)

    def objective(params):
        return softplus(-logits(gan.judge.params, made(params, now.second), vectors)).mean(axis=1)

    close(gan.maker.grad, differences(objective, gan.maker.params.copy()))


def test_one_power_iteration_a_step_of_both_turns():
    gan = gan_of(rule=Sgd())
    gan.tune(0.0, spectral=KNOB)  # weights stay, vectors move
    expected = [(u.copy(), v.copy()) for u, v in vectors_of(gan)]
    gan.step()
    for parameter, (u, v) in zip(CRITIC.dense, expected, strict=True):
        power_iteration(parameter.weights(gan.judge.params), u, v)
    for mine, wanted in zip(vectors_of(gan), expected, strict=True):
        assert mine[0] == pytest.approx(wanted[0], rel=1e-12)
        assert mine[1] == pytest.approx(wanted[1], rel=1e-12)


def test_the_same_seed_gives_the_same_nets_to_the_bit():
    one, other = gan_of(np.float32), gan_of(np.float32)
    one.step(30)
    for _ in range(10):
        other.step(3)
    assert np.array_equal(one.maker.params, other.maker.params)
    assert np.array_equal(one.judge.averages, other.judge.averages)
    assert not np.allclose(one.maker.params[0], one.maker.params[1])


def test_variants_begin_equal_and_a_wild_rate_is_seen():
    gan = gan_of(np.float32)
    assert np.ptp(gan.maker.params, axis=0).max() == np.ptp(gan.judge.params, axis=0).max() == 0.0
    gan.tune(3e38, spectral=KNOB)
    gan.step(20)
    assert not gan.running.all()
