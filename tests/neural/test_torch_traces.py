"""Fifty steps of every optimiser, norm and smoothed loss equal PyTorch's, weight by weight (see make_traces.py)."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

from regviz.neural import (
    LOSSES,
    Activation,
    Adam,
    Batch,
    BatchNorm,
    Dense,
    Dropout,
    Evaluator,
    Hyper,
    LayerNorm,
    Net,
    Optimiser,
    Residual,
    Sgd,
    SpectralDense,
    Trainer,
)
from regviz.neural.activations import KERNELS
from regviz.neural.layer import Layer

TRACES = dict(np.load(Path(__file__).with_name("traces.npz"), allow_pickle=False))
CASES = json.loads(str(TRACES["cases"]))
RULES = {"sgd": Sgd(), "adam": Adam(), "adamw": Adam()}


def net_of(case):
    kinds = {"dense": Dense, "spectral": SpectralDense, "batch": BatchNorm, "layer": LayerNorm, "dropout": Dropout}
    layers, width = [], 2
    for kind, *given in case["layers"]:
        if kind == "residual":
            layers.append(Residual((Dense(*given), Activation("tanh"), Dense(width))))
        else:
            layers.append(kinds[kind](*given) if kind in kinds else Activation(kind))
        width = layers[-1].width(width)
    return Net(2, tuple(layers), case["loss"])


def trainer_of(name, case, net, variants):
    inputs, order = TRACES["inputs"], TRACES["order"]
    goals = LOSSES[case["loss"]].encode(TRACES[f"{name}/targets"][:, 0], net.outputs).T
    words = {key: case[key] for key in ("rate", "momentum", "l2", "decay", "smoothing", "rho") if key in case}
    trainer = Trainer(
        net, lambda step: Batch.of(inputs[order[step]], goals[order[step]]), Hyper(**words), variants=variants,
        optimiser=RULES[case["rule"]], dtype=np.float64, initial=TRACES[f"{name}/weights"][0], decayed="all",
    )  # fmt: skip
    trainer.averages[...] = TRACES[f"{name}/first"]
    return trainer


@pytest.mark.parametrize("variants", [1, 3])
@pytest.mark.parametrize("name", CASES)
def test_training_equals_pytorch(name, variants):
    net = net_of(CASES[name])
    trainer = trainer_of(name, CASES[name], net, variants)
    trace = TRACES[f"{name}/weights"]
    for expected in trace[1:]:
        trainer.step()
        assert np.abs(trainer.params - expected).max() <= 1e-10 * np.abs(expected).max()
    assert np.abs(trace[-1] - trace[0]).max() > 0.05
    if net.averages:
        np.testing.assert_allclose(trainer.averages[-1], TRACES[f"{name}/averages"], rtol=1e-10, atol=1e-12)
    evaluator = Evaluator(net, variants, dtype=np.float64, chunk=16)
    outputs = evaluator.outputs(TRACES["inputs"], trainer.params, trainer.averages)
    np.testing.assert_allclose(outputs[-1].T, TRACES[f"{name}/outputs"], rtol=1e-9, atol=1e-10)


def concrete(kind):
    """All classes below ``kind`` in the engine that are not abstract."""
    for below in kind.__subclasses__():
        yield from concrete(below)
        if below.__module__.startswith("regviz.neural.") and not below.__abstractmethods__:
            yield below


def test_the_traces_cover_every_layer_loss_and_optimiser():
    nets = [net_of(case) for case in CASES.values()]
    layers = [layer for net in nets for layer in net.layers]
    assert {type(layer) for layer in layers} == set(concrete(Layer))
    assert {layer.kind for layer in layers if isinstance(layer, Activation)} == set(KERNELS) - {"linear"}
    assert {case["loss"] for case in CASES.values()} == set(LOSSES)
    assert {type(RULES[case["rule"]]) for case in CASES.values()} == set(concrete(Optimiser))
    assert {key for case in CASES.values() for key in case} >= {"momentum", "l2", "decay", "smoothing", "rho"}
    assert all(len(TRACES[f"{name}/weights"]) == 51 for name in CASES)


def test_the_stored_cases_are_those_of_the_script():
    script = runpy.run_path(str(Path(__file__).with_name("make_traces.py")))
    assert json.loads(json.dumps(script["CASES"])) == CASES
    assert str(TRACES["made_by"]).startswith("PyTorch ")
