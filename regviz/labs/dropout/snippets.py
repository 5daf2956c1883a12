"""Dropout as PyTorch code, and the linear identity as NumPy code."""

from regviz.labs import _nets as nets
from regviz.labs.dropout.state import DropoutState, widths


def net_code(state: DropoutState) -> str:
    """The training on screen with dropout, then the Monte-Carlo band."""
    made = nets.task(state)
    modules, width = [], made.inputs
    act = {"tanh": "nn.Tanh()", "relu": "nn.ReLU()", "gelu": "nn.GELU()", "linear": "nn.Identity()"}[state.activation]
    for units in widths(state):
        modules += [f"nn.Linear({width}, {units})", act, f"nn.Dropout({state.drop!r})"]
        width = units
    code = nets.pytorch(
        state, about=f"Dropout, drop rate q = {state.drop!r} (inverted: kept units are scaled by 1/(1 - q))",
        layers=[*modules, f"nn.Linear({width}, {made.outputs})"],
    )  # fmt: skip
    return code + "\n".join([
        "",
        "net.eval()  # test: nothing dropped, nothing scaled",
        "with torch.no_grad():",
        "    test = net(X_val)",
        "net.train()  # masks on again for the Monte-Carlo band",
        "with torch.no_grad():",
        f"    copies = torch.stack([net(X_val) for _ in range({state.samples})])",
        "mean, deviation = copies.mean(0), copies.std(0)",
        "",
    ])  # fmt: skip


def linear_code(state: DropoutState) -> str:
    """The ridge solution that dropout of features leads to, and SGD under dropout."""
    return "\n".join([
        "# X (n, p) standardised, y (n,) centred",
        "import numpy as np",
        "",
        "n, p = X.shape",
        f"q = {state.drop!r}  # drop rate",
        "lam = q / (1 - q)",
        "ridge = np.linalg.solve(X.T @ X / n + lam * np.eye(p), X.T @ y / n)",
        "",
        f"source, eta = np.random.default_rng({state.seed}), {state.stride!r} * (1 - q) / p",
        f"w, total, steps = np.zeros(p), np.zeros(p), {state.draws}",
        "for step in range(steps):",
        "    rows = source.integers(n, size=8)",
        "    x = X[rows] * (source.random((8, p)) >= q) / (1 - q)",
        "    w = w + eta * x.T @ (y[rows] - x @ w) / 8",
        "    total += w * (step >= steps // 2)",
        "average = total / (steps - steps // 2)  # tends to ridge",
        "",
    ])  # fmt: skip
