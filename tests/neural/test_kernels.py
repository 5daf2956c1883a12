"""Every layer and loss: gradients, input gradients and Hessian products against central differences in float64."""

import numpy as np
import pytest

from regviz.neural import (
    LOSSES,
    Activation,
    Batch,
    BatchNorm,
    Dense,
    Dropout,
    LayerNorm,
    Net,
    Network,
    Residual,
    SpectralDense,
)
from regviz.neural.activations import KERNELS
from regviz.neural.layer import Layer

VARIANTS, SIZE, INPUTS = 3, 7, 3
STEP = 6e-6

LAYERS: dict[str, tuple[Layer, ...]] = {
    **{kind: (Dense(5), Activation(kind)) for kind in KERNELS},
    **{f"{kind} first": (Activation(kind), Dense(5)) for kind in KERNELS},
    "no bias": (Dense(5, bias=False), Activation("tanh")),
    "dropout": (Dense(6), Activation("tanh"), Dropout()),
    "dropout first": (Dropout(), Dense(5), Activation("tanh")),
    "batch norm": (Dense(5), BatchNorm(), Activation("tanh")),
    "batch norm first": (BatchNorm(eps=0.1), Dense(5), Activation("tanh")),
    "layer norm": (Dense(5), LayerNorm(), Activation("tanh")),
    "layer norm without ε": (Dense(5), LayerNorm(eps=0.0), Activation("tanh")),
    "residual": (Dense(4), Residual((Dense(5), Activation("tanh"), Dense(4)))),
    "residual first": (Residual((Dense(3), Activation("tanh"))),),
    "residual of normed": (Dense(4), Residual((BatchNorm(), Activation("relu"), Dense(4))), Activation("tanh")),
    "nested residual": (Dense(4), Residual((Residual((Activation("tanh"), Dense(4)), rescale=False), Dense(4)))),
    "spectral": (SpectralDense(5), Activation("tanh"), SpectralDense(4, bias=False)),
    "spectral residual": (SpectralDense(4), Residual((Activation("gelu"), SpectralDense(4)))),
    "deep": (Dense(6), Activation("gelu"), Dense(5), LayerNorm(), Activation("tanh"), Dropout(), Dense(4)),
}
OUTPUTS = {"squared": 2, "logistic": 2, "softmax": 4}


def networks():
    for name, layers in LAYERS.items():
        for mode in ("train", "evaluate"):
            if "spectral" in name and mode == "train":
                continue  # its gradient takes vectors for constants that move in training: see the test of its own
            yield pytest.param(layers, "squared", mode, 0.0, id=f"{name}-{mode}")
    for loss in LOSSES:
        for smoothing in (0.0, 0.2) if LOSSES[loss].classes(2) else (0.0,):
            yield pytest.param(LAYERS["tanh"], loss, "train", smoothing, id=f"{loss}-{smoothing}")


def network_of(layers, loss, mode, smoothing, shared=True):
    net = Net(INPUTS, (*layers, Dense(OUTPUTS[loss])), loss)
    network = Network(net, VARIANTS, SIZE, mode=mode, dtype=np.float64, shared=shared, input_gradient=True)
    rng = np.random.default_rng(7)
    network.params[...] = net.initial(5, VARIANTS, (0.7, 1.0, 1.6)) + 0.1 * rng.standard_normal((VARIANTS, net.size))
    network.averages[...] = rng.uniform(0.5, 1.5, network.averages.shape)
    network.tune(dropout=(0.0, 0.3, 0.6), survival=(1.0, 0.7, 0.4), smoothing=smoothing)
    if any("Spectral" in repr(layer) for layer in layers):
        network.tune(spectral=(0.0, 1.0, 1.0))
    network.seed(11)
    network.draw(3)
    network.load(batch_for(loss, shared))
    return network


def batch_for(loss, shared):
    rng = np.random.default_rng(2)
    front = () if shared else (VARIANTS,)
    inputs = rng.standard_normal((*front, SIZE, INPUTS))
    targets = rng.uniform(0.1, 1.0, (*front, SIZE, OUTPUTS[loss]))
    if loss == "softmax":
        targets /= targets.sum(axis=-1, keepdims=True)
    return Batch.of(inputs, targets, rng.uniform(0.2, 2.0, (*front, SIZE)))


def pieces(network):
    return [np.sign(kernel.output.values).copy() for kernel in network.kernels]


def loss_at(network, params):
    network.params[...] = params
    network.forward()
    return network.loss.total()


def gradient_at(network, params):
    network.params[...] = params
    network.forward()
    return network.backward().copy()


def relative(found, expected):
    return np.linalg.norm(found - expected) / max(np.linalg.norm(expected), 1e-12)


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "own"])
@pytest.mark.parametrize(("layers", "loss", "mode", "smoothing"), list(networks()))
def test_gradients_equal_central_differences(layers, loss, mode, smoothing, shared):
    network = network_of(layers, loss, mode, smoothing, shared)
    at = network.params.copy()
    found = gradient_at(network, at)
    here = pieces(network)
    expected = np.zeros_like(found)
    for j in range(network.net.size):
        move = np.zeros_like(at)
        move[:, j] = STEP
        expected[:, j] = (loss_at(network, at + move) - loss_at(network, at - move)) / (2 * STEP)
    loss_at(network, at)
    assert all(np.array_equal(a, b) for a, b in zip(here, pieces(network), strict=True))
    for row in range(VARIANTS):
        assert relative(found[row], expected[row]) <= 1e-6


@pytest.mark.parametrize(("layers", "loss", "mode", "smoothing"), list(networks()))
def test_input_gradients_equal_central_differences(layers, loss, mode, smoothing):
    network = network_of(layers, loss, mode, smoothing)
    at = network.params.copy()
    gradient_at(network, at)
    found = network.input_gradient.copy()
    values = network.input.values
    for row, column in np.ndindex(INPUTS, SIZE):
        kept = values[row, 0, column]
        values[row, 0, column] = kept + STEP
        above = loss_at(network, at)
        values[row, 0, column] = kept - STEP
        expected = (above - loss_at(network, at)) / (2 * STEP)
        values[row, 0, column] = kept
        np.testing.assert_allclose(found[:, row, column], expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "own"])
@pytest.mark.parametrize(("layers", "loss", "mode", "smoothing"), list(networks()))
def test_hessian_products_equal_central_differences_of_gradients(layers, loss, mode, smoothing, shared):
    network = network_of(layers, loss, mode, smoothing, shared)
    at = network.params.copy()
    direction = np.random.default_rng(3).standard_normal(at.shape)
    found = network.hessian_product(direction)
    expected = (gradient_at(network, at + STEP * direction) - gradient_at(network, at - STEP * direction)) / (2 * STEP)
    for row in range(VARIANTS):
        assert relative(found[row], expected[row]) <= 1e-6


def _concrete(kind):
    for below in kind.__subclasses__():
        yield from _concrete(below)
        if below.__module__.startswith("regviz."):
            yield below


def test_the_list_above_has_every_layer():
    used = {type(layer) for layers in LAYERS.values() for layer in layers}
    ours = set(_concrete(Layer))
    assert used == ours
    assert set(OUTPUTS) == set(LOSSES)


def test_central_differences_are_taken_away_from_kinks():
    """The smallest pre-activation of the ReLU nets is far above what a step can move it."""
    network = network_of((Dense(5), Activation("linear")), "squared", "train", 0.0)
    network.forward()
    assert np.abs(network.kernels[0].output.values).min() > 100 * STEP


def test_a_wrong_gradient_would_be_seen():
    network = network_of(LAYERS["tanh"], "squared", "train", 0.0)
    found = gradient_at(network, network.params.copy())
    assert relative(found * (1 + 1e-5), found) > 1e-6


@pytest.mark.parametrize(("layers", "sentence"), [
    ((Activation("swish"), Dense(1)), "There is no activation 'swish'"),
    ((Dense(0),), "at least one unit, not 0"),
    ((Dense(3), Residual((Dense(4),))), "must keep its 3 features; this one gives 4"),
    ((Dense(3), Residual(())), "must keep its 3 features"),
    ((Activation("tanh"),), "at least one layer with weights"),
])  # fmt: skip
def test_layers_that_do_not_fit_are_refused_in_words(layers, sentence):
    with pytest.raises(ValueError, match=sentence):
        Net(3, layers)


def test_other_misfits_are_refused_in_words():
    with pytest.raises(ValueError, match="There is no loss 'hinge'"):
        Net(3, (Dense(1),), "hinge")
    with pytest.raises(ValueError, match="at least one input, not 0"):
        Net(0, (Dense(1),))
    with pytest.raises(ValueError, match="at least two samples"):
        Network(Net(1, (BatchNorm(), Dense(1))), size=1)
    with pytest.raises(ValueError, match="dropout has 2 values for each variant; the net has 1"):
        Network(Net(1, (Dropout(), Dense(1)))).tune(dropout=np.zeros((1, 2)))
    with pytest.raises(ValueError, match="squared loss has none"):
        Network(Net(1, (Dense(1),))).tune(smoothing=0.1)
    with pytest.raises(ValueError, match="without input_gradient=True"):
        _ = Network(Net(1, (Dense(1),))).input_gradient
    with pytest.raises(ValueError, match="The classes run from 0 to 3; the net has 3 outputs"):
        LOSSES["softmax"].encode([0, 3], 3)
    with pytest.raises(ValueError, match="targets have 1 values for each sample; the net has 2"):
        LOSSES["squared"].encode([0.0, 3.0], 2)
