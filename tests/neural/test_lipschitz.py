"""Bounds on a net's slope against SVD, central differences, pairs of points, and searches for adversarial points."""

import numpy as np
import pytest

from regviz.neural import Dense, Dropout, Evaluator, Net, mlp
from regviz.neural.activations import KERNELS
from regviz.neural.lipschitz import (
    Probe,
    certified_radii,
    decisions,
    nearest_other,
    pair_slopes,
    product_bound,
    singular_values,
    steepness,
)
from regviz.neural.spectral import folded, normalised

CASES = [(activation, outputs) for activation in KERNELS for outputs in (1, 3)]


def net_of(activation, outputs, hidden=(9, 7)):
    return mlp(2, hidden, outputs, activation=activation, loss="softmax" if outputs > 1 else "logistic")


def points(n, seed=0):
    return 1.5 * np.random.default_rng(seed).standard_normal((n, 2))


def weights_of(net, params, row):
    return [parameter.weights(params)[row] for parameter in net.dense]


@pytest.mark.parametrize("activation", KERNELS)
def test_steepness_is_the_largest_derivative(activation):
    net = Net(1, (Dense(1, bias=False), *mlp(1, (1,), activation=activation).layers[1:2], Dense(1, bias=False)))
    probe = Probe(net, 1, 400)
    probe.take(np.ones((1, net.size)))
    slopes = probe.slopes(np.linspace(-6, 6, 4001)[:, None])
    assert slopes.max() == pytest.approx(steepness(activation), rel=1e-5)
    assert slopes.max() <= steepness(activation) * (1 + 1e-12)


@pytest.mark.parametrize(("activation", "outputs"), CASES)
def test_jacobians_are_central_differences(activation, outputs):
    net = net_of(activation, outputs)
    probe = Probe(net, 2, 32)
    probe.take(net.initial(3, 2, (1.0, 2.0)))
    X = points(50)
    found = probe.jacobians(X)
    for j in (0, 1):
        move = 1e-6 * np.eye(2)[j]
        expected = (probe.outputs(X + move) - probe.outputs(X - move)) / 2e-6
        assert found[:, :, j] == pytest.approx(expected, rel=1e-6, abs=1e-7)
    assert probe.slopes(X) == pytest.approx(np.linalg.norm(np.moveaxis(found, 3, 1), 2, axis=(2, 3)), rel=1e-12)


@pytest.mark.parametrize(("activation", "outputs"), CASES)
def test_no_slope_exceeds_the_product_bound(activation, outputs):
    net = net_of(activation, outputs)
    params = net.initial(1, 2, (1.0, 4.0))
    bound = product_bound(net, params)
    expected = [
        steepness(activation) ** 2 * np.prod([np.linalg.norm(W, 2) for W in weights_of(net, params, row)])
        for row in (0, 1)
    ]
    assert bound == pytest.approx(expected, rel=1e-12)
    probe = Probe(net, 2)
    probe.take(params)
    X = np.concatenate([points(10_000), points(10_000, 1)])
    X[15_000:] = X[5_000:10_000] + 1e-3 * X[15_000:]
    slopes = pair_slopes(probe.outputs(X), X, np.arange(10_000), np.arange(10_000, 20_000))
    assert slopes.shape == (2, 10_000)
    assert (slopes.max(axis=1) <= bound).all()
    assert (slopes.max(axis=1) > 0.05 * bound).all(), "the bound is of the right order"
    assert (probe.slopes(X[:2_000]) <= bound[:, None] * (1 + 1e-12)).all()


def test_one_layer_reaches_its_bound():
    net = mlp(3, (), 4)
    params = net.initial(0, 2)
    probe = Probe(net, 2, 8)
    probe.take(params)
    assert probe.slopes(np.zeros((1, 3)))[:, 0] == pytest.approx(product_bound(net, params), rel=1e-12)


def test_singular_values_are_those_of_the_gram_matrix():
    net = net_of("relu", 3)
    params = net.initial(2, 2)
    for layer, values in enumerate(singular_values(net, params)):
        for row in (0, 1):
            W = weights_of(net, params, row)[layer]
            gram = np.linalg.eigvalsh(W @ W.T)[::-1][: values.shape[1]]
            assert values[row] ** 2 == pytest.approx(gram, rel=1e-9, abs=1e-12)
    params[1, 0] = np.nan
    assert np.isnan(product_bound(net, params)).tolist() == [False, True]


def test_other_layers_are_refused_in_words():
    with pytest.raises(ValueError, match="not Dropout"):
        product_bound(Net(2, (Dense(3), Dropout(), Dense(1))), np.zeros((1, 13)))


@pytest.mark.parametrize(("activation", "outputs"), CASES)
def test_no_adversarial_point_inside_a_certified_radius(activation, outputs):
    net = net_of(activation, outputs)
    params = net.initial(5, 2, (1.0, 3.0))
    probe = Probe(net, 2, 40)
    probe.take(params)
    X = points(40, 2)
    mine = decisions(probe.outputs(X))
    radii = certified_radii(probe.outputs(X), product_bound(net, params))
    assert (radii > 0).all()
    source = np.random.default_rng(0)
    for _ in range(60):  # anywhere in the disc
        angle, length = source.uniform(0, 2 * np.pi, radii.shape), np.sqrt(source.random(radii.shape)) * radii
        there = X + np.stack([length * np.cos(angle), length * np.sin(angle)], axis=-1)
        assert (decisions(probe.outputs(there)) == mine).all()
    at = np.broadcast_to(X, (2, *X.shape)).copy()
    for _ in range(15):  # projected gradient descent on the lead of the decision
        outputs_here = probe.outputs(at)
        delta = np.zeros_like(outputs_here)
        if outputs == 1:
            delta[:, 0] = np.where(mine == 1, -1.0, 1.0)
        else:
            np.put_along_axis(delta, np.argsort(outputs_here, axis=1)[:, -2:-1], 1.0, axis=1)
            np.put_along_axis(delta, mine[:, None], -1.0, axis=1)
        slope = probe.pull(at, delta).transpose(0, 2, 1)
        at = at + 0.3 * radii[..., None] * slope / np.maximum(np.linalg.norm(slope, axis=2, keepdims=True), 1e-300)
        away = np.linalg.norm(at - X, axis=2)
        at = X + (at - X) * np.minimum(1.0, radii / np.maximum(away, 1e-300))[..., None]
        assert (decisions(probe.outputs(at)) == mine).all()
    found = np.linalg.norm(nearest_other(probe, X) - X, axis=2)
    assert np.isfinite(found).mean() > 0.3
    assert (found[np.isfinite(found)] >= radii[np.isfinite(found)] * (1 - 1e-9)).all()


@pytest.mark.parametrize("outputs", [1, 3])
def test_the_radius_of_a_linear_net_is_the_distance_to_the_boundary(outputs):
    """Exact for one logit; for three the radius pays for the worst pair of logits, so it falls short."""
    net = mlp(2, (), outputs, loss="softmax" if outputs > 1 else "logistic")
    params = net.initial(1)
    probe = Probe(net, 1, 30)
    probe.take(params)
    X = points(30, 4)
    z, W = probe.outputs(X)[0], net.dense[0].weights(params)[0]
    if outputs == 1:
        exact = np.abs(z[0]) / np.linalg.norm(W)
    else:
        mine = z.argmax(axis=0)
        gaps = [
            [(z[m, i] - z[k, i]) / np.linalg.norm(W[m] - W[k]) for k in range(3) if k != m] for i, m in enumerate(mine)
        ]
        exact = np.min(gaps, axis=1)
    radii = certified_radii(probe.outputs(X), product_bound(net, params))[0]
    found = np.linalg.norm(nearest_other(probe, X)[0] - X, axis=1)
    assert (radii <= exact * (1 + 1e-12)).all()
    assert (found >= exact * (1 - 1e-9)).all()
    assert (found <= exact * 1.05).all(), "the search comes near the nearest point of another class"
    if outputs == 1:
        assert radii == pytest.approx(exact, rel=1e-12)


def test_the_factor_for_several_logits_is_the_square_root_of_two():
    """f = (x, −x): Jacobian norm √2, the lead 2x vanishes at distance x, and the radius is 2x/(√2·√2) = x."""
    radii = certified_radii(np.array([[[0.7], [-0.7]]]), np.array([np.sqrt(2.0)]))
    assert radii == pytest.approx(0.7)
    assert certified_radii(np.array([[[0.7]]]), np.array([0.0])) == np.inf
    assert certified_radii(np.array([[[0.0]]]), np.array([0.0])) == 0.0


def test_the_folded_net_is_the_evaluated_one():
    plain = net_of("tanh", 3)
    net = normalised(plain)
    assert [type(layer).__name__ for layer in net.layers].count("SpectralDense") == 3
    assert net.size == plain.size
    params, knob = net.initial(0, 3, 2.0), np.array([0.0, 1.0, 0.25])
    assert np.array_equal(params, plain.initial(0, 3, 2.0))
    averages = 3.0 * net.initial_averages(3, 0)
    judge = Evaluator(net, 3, dtype=np.float64)
    judge.network.tune(spectral=knob)
    flat = folded(net, params, averages, knob)
    again = Evaluator(plain, 3, dtype=np.float64).outputs(points(20), flat)
    assert again == pytest.approx(judge.outputs(points(20), params, averages), rel=1e-12, abs=1e-14)
    assert np.array_equal(flat[0], params[0])


def test_a_knob_of_one_over_c_gives_layers_of_norm_c():
    net = normalised(net_of("relu", 1))
    params, averages = net.initial(0), net.initial_averages(1)
    network = Evaluator(net, dtype=np.float64).network
    network.params[...], network.averages[...] = params, averages
    for _ in range(200):
        network.begin()
    flat = folded(net, params, network.averages, np.array([0.2]))
    for values in singular_values(net, flat):
        assert values[0, 0] == pytest.approx(5.0, rel=1e-6)
