"""Writes traces.npz beside it: 50 training steps of small nets in PyTorch, float64, weights after every step.

Run in an environment with PyTorch 2.13 and NumPy: python tests/neural/make_traces.py. The tests need only the file.
"""

import json
from pathlib import Path

import numpy as np

STEPS, SAMPLES, BATCH = 50, 40, 8
MLP = [["dense", 6], ["tanh"], ["dense", 5], ["tanh"], ["dense", 1]]
CASES = {
    "sgd": {"layers": MLP, "loss": "squared", "rule": "sgd", "rate": 0.1},
    "sgd_l2": {"layers": MLP, "loss": "squared", "rule": "sgd", "rate": 0.1, "l2": 0.03},
    "momentum": {"layers": MLP, "loss": "squared", "rule": "sgd", "rate": 0.05, "momentum": 0.9, "l2": 0.01},
    "adam": {"layers": MLP, "loss": "logistic", "rule": "adam", "rate": 0.02},
    "adam_l2": {"layers": MLP, "loss": "logistic", "rule": "adam", "rate": 0.02, "l2": 0.1},
    "adamw": {"layers": MLP, "loss": "logistic", "rule": "adamw", "rate": 0.02, "decay": 0.1},
    "relu": {"layers": [["dense", 9], ["relu"], ["dense", 1]], "loss": "squared", "rule": "adamw", "rate": 0.01,
             "decay": 0.01},
    "gelu": {"layers": [["dense", 9], ["gelu"], ["dense", 1]], "loss": "squared", "rule": "sgd", "rate": 0.1},
    "batch_norm": {"layers": [["dense", 6], ["batch"], ["relu"], ["dense", 5], ["batch"], ["tanh"], ["dense", 1]],
                   "loss": "logistic", "rule": "sgd", "rate": 0.1, "momentum": 0.9},
    "layer_norm": {"layers": [["dense", 6], ["layer"], ["tanh"], ["dense", 1]], "loss": "squared", "rule": "adam",
                   "rate": 0.01},
    "smoothing": {"layers": [["dense", 6], ["tanh"], ["dense", 3]], "loss": "softmax", "rule": "sgd", "rate": 0.2,
                  "smoothing": 0.1},
}  # fmt: skip


def model_of(torch, case):
    kinds = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU, "gelu": torch.nn.GELU}
    found, width = [], 2
    for kind, *arguments in case["layers"]:
        if kind == "dense":
            found.append(torch.nn.Linear(width, arguments[0]))
            width = arguments[0]
        elif kind in ("batch", "layer"):
            found.append({"batch": torch.nn.BatchNorm1d, "layer": torch.nn.LayerNorm}[kind](width))
        else:
            found.append(kinds[kind]())
    return torch.nn.Sequential(*found).double()


def flat(torch, model):
    """Dense matrices with the bias as last column, then γ and β, layer by layer."""
    found = []
    for layer in model:
        if isinstance(layer, torch.nn.Linear):
            found.append(torch.cat([layer.weight, layer.bias[:, None]], 1).detach().numpy().ravel())
        elif hasattr(layer, "weight"):
            found += [layer.weight.detach().numpy(), layer.bias.detach().numpy()]
    return np.concatenate(found)


def averages(model):
    found = [a.numpy() for layer in model if hasattr(layer, "running_mean")
             for a in (layer.running_mean, layer.running_var)]  # fmt: skip
    return np.concatenate(found) if found else np.zeros(0)


def loss_of(torch, case, outputs, targets):
    functional = torch.nn.functional
    if case["loss"] == "squared":
        return 0.5 * ((outputs - targets) ** 2).sum(1).mean()
    if case["loss"] == "logistic":
        return functional.binary_cross_entropy_with_logits(outputs, targets)
    return functional.cross_entropy(outputs, targets[:, 0].long(), label_smoothing=case["smoothing"])


def optimiser_of(torch, case, model):
    rules = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
    words = {"lr": case["rate"], "weight_decay": case.get("l2", case.get("decay", 0.0))}
    if case["rule"] == "sgd":
        words["momentum"] = case.get("momentum", 0.0)
    return rules[case["rule"]](model.parameters(), **words)


def targets_of(case, inputs):
    product = inputs[:, :1] * inputs[:, 1:]
    if case["loss"] == "squared":
        return np.sin(2 * inputs[:, :1]) + inputs[:, 1:] ** 2
    return (product > 0).astype(float) + (product > 0.5) * (case["loss"] == "softmax")


def trace(torch, case, inputs, order):
    torch.manual_seed(0)
    model = model_of(torch, case)
    optimiser = optimiser_of(torch, case, model)
    goals = targets_of(case, inputs)
    rows = [flat(torch, model)]
    for chosen in order:
        optimiser.zero_grad()
        loss_of(torch, case, model(torch.tensor(inputs[chosen])), torch.tensor(goals[chosen])).backward()
        optimiser.step()
        rows.append(flat(torch, model))
    model.eval()
    with torch.no_grad():
        outputs = model(torch.tensor(inputs)).numpy()
    return {"weights": np.stack(rows), "averages": averages(model), "outputs": outputs, "targets": goals}


def main():
    import torch

    torch.set_num_threads(1)
    rng = np.random.default_rng(20240)
    inputs = rng.standard_normal((SAMPLES, 2))
    order = np.stack([rng.permutation(SAMPLES)[:BATCH] for _ in range(STEPS)])
    arrays = {"inputs": inputs, "order": order, "cases": np.array(json.dumps(CASES)),
              "made_by": np.array(f"PyTorch {torch.__version__}")}  # fmt: skip
    for name, case in CASES.items():
        arrays |= {f"{name}/{key}": value for key, value in trace(torch, case, inputs, order).items()}
    np.savez_compressed(Path(__file__).with_name("traces.npz"), **arrays)


if __name__ == "__main__":
    main()
