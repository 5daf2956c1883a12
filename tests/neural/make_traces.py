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
    "dropout_off": {"layers": [["dense", 6], ["tanh"], ["dropout"], ["dense", 5], ["relu"], ["dropout"], ["dense", 1]],
                    "loss": "squared", "rule": "adam", "rate": 0.01},
    "residual": {"layers": [["dense", 4], ["residual", 5], ["gelu"], ["residual", 3], ["dense", 1]], "loss": "logistic",
                 "rule": "sgd", "rate": 0.1, "momentum": 0.5},
    "spectral_norm": {"layers": [["spectral", 6], ["relu"], ["spectral", 5], ["tanh"], ["dense", 1]],
                      "loss": "squared", "rule": "sgd", "rate": 0.1},
    "sam": {"layers": MLP, "loss": "logistic", "rule": "sgd", "rate": 0.3, "rho": 0.2, "l2": 0.01},
}  # fmt: skip


def model_of(torch, case):
    class Residual(torch.nn.Sequential):
        def forward(self, x):
            return x + super().forward(x)

    nn = torch.nn
    plain = {"tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU, "dropout": lambda: nn.Dropout(0.0)}
    found, width = [], 2
    for kind, *arguments in case["layers"]:
        if kind in ("dense", "spectral"):
            layer = nn.Linear(width, arguments[0])
            found.append(layer if kind == "dense" else nn.utils.spectral_norm(layer))
            width = arguments[0]
        elif kind in ("batch", "layer"):
            found.append({"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}[kind](width))
        elif kind == "residual":
            found.append(Residual(nn.Linear(width, arguments[0]), nn.Tanh(), nn.Linear(arguments[0], width)))
        else:
            found.append(plain[kind]())
    return nn.Sequential(*found).double()


def leaves(model):
    """The layers in order, those of residual branches in their place."""
    return [layer for layer in model.modules() if not list(layer.children())]


def flat(torch, model):
    """Dense matrices with the bias as last column, then γ and β, layer by layer."""
    found = []
    for layer in leaves(model):
        if isinstance(layer, torch.nn.Linear):
            weight = getattr(layer, "weight_orig", layer.weight)
            found.append(torch.cat([weight, layer.bias[:, None]], 1).detach().numpy().ravel())
        elif hasattr(layer, "weight"):
            found += [layer.weight.detach().numpy(), layer.bias.detach().numpy()]
    return np.concatenate(found)


def averages(model):
    """Running means and variances; u and v of spectral layers."""
    names = (("running_mean", "running_var"), ("weight_u", "weight_v"))
    found = [getattr(layer, name).numpy().copy() for layer in leaves(model) for pair in names for name in pair
             if hasattr(layer, name)]  # fmt: skip
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


def climb(torch, model, rho):
    """Move the weights by ρg/‖g‖, one norm for all; returns what they were."""
    before = [parameter.detach().clone() for parameter in model.parameters()]
    length = torch.sqrt(sum((parameter.grad**2).sum() for parameter in model.parameters()))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += rho * parameter.grad / length
    return before


def step(torch, case, model, optimiser, inputs, goals):
    """One step; for SAM the gradient is that of the same batch after the climb."""
    optimiser.zero_grad()
    loss_of(torch, case, model(inputs), goals).backward()
    if case.get("rho"):
        before = climb(torch, model, case["rho"])
        optimiser.zero_grad()
        loss_of(torch, case, model(inputs), goals).backward()
        with torch.no_grad():
            for parameter, kept in zip(model.parameters(), before, strict=True):
                parameter.copy_(kept)
    optimiser.step()


def trace(torch, case, inputs, order):
    torch.manual_seed(0)
    model = model_of(torch, case)
    optimiser = optimiser_of(torch, case, model)
    goals = targets_of(case, inputs)
    rows, first = [flat(torch, model)], averages(model)
    for chosen in order:
        step(torch, case, model, optimiser, torch.tensor(inputs[chosen]), torch.tensor(goals[chosen]))
        rows.append(flat(torch, model))
    model.eval()
    with torch.no_grad():
        outputs = model(torch.tensor(inputs)).numpy()
    return {"weights": np.stack(rows), "first": first, "averages": averages(model), "outputs": outputs,
            "targets": goals}  # fmt: skip


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
