"""Fifty steps of every optimiser, norm and smoothed loss equal PyTorch's, weight by weight (see make_traces.py)."""

import json
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
    Evaluator,
    Hyper,
    LayerNorm,
    Net,
    Sgd,
    Trainer,
)

TRACES = dict(np.load(Path(__file__).with_name("traces.npz"), allow_pickle=False))
CASES = json.loads(str(TRACES["cases"]))


def net_of(case):
    kinds = {"dense": Dense, "batch": BatchNorm, "layer": LayerNorm}
    layers = [kinds[kind](*given) if kind in kinds else Activation(kind) for kind, *given in case["layers"]]
    return Net(2, tuple(layers), case["loss"])


def trainer_of(name, case, net, variants):
    inputs, order = TRACES["inputs"], TRACES["order"]
    goals = LOSSES[case["loss"]].encode(TRACES[f"{name}/targets"][:, 0], net.outputs).T
    words = {key: case[key] for key in ("rate", "momentum", "l2", "decay", "smoothing") if key in case}
    return Trainer(
        net, lambda step: Batch.of(inputs[order[step]], goals[order[step]]), Hyper(**words), variants=variants,
        optimiser=Sgd() if case["rule"] == "sgd" else Adam(), dtype=np.float64, initial=TRACES[f"{name}/weights"][0],
        decayed="all",
    )  # fmt: skip


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


def test_the_traces_cover_what_they_should():
    assert {case["rule"] for case in CASES.values()} == {"sgd", "adam", "adamw"}
    assert {case["loss"] for case in CASES.values()} == set(LOSSES)
    kinds = {layer[0] for case in CASES.values() for layer in case["layers"]}
    assert {"batch", "layer", "tanh", "relu", "gelu"} <= kinds
    assert all(len(TRACES[f"{name}/weights"]) == 51 for name in CASES)
