"""Early stopping as PyTorch code, and descent beside ridge as NumPy code."""

from regviz.labs import _nets as nets
from regviz.labs.early_stopping.state import EarlyStoppingState


def patience_code(state: EarlyStoppingState) -> str:
    """The training on screen with patience, least gain and restored weights."""
    after = [
        f"if (step + 1) % {state.check} == 0:",
        "    with torch.no_grad():",
        "        held_out = loss_of(net(X_val), y_val).item()",
        f"    if held_out < best - {state.min_delta!r}:",
        "        best, waited = held_out, 0",
        "        kept = copy.deepcopy(net.state_dict())",
        "    else:",
        "        waited += 1",
        f"    if waited >= {state.patience}:",
        "        break",
    ]
    code = nets.pytorch(
        state, about=f"Early stopping with patience {state.patience}, a look every {state.check} steps",
        imports=["import copy"], after=after,
        setup=["with torch.no_grad():", "    best = loss_of(net(X_val), y_val).item()",
               "waited, kept = 0, copy.deepcopy(net.state_dict())"],
    )  # fmt: skip
    return code + "\nnet.load_state_dict(kept)  # the best weights, not the last\n"


def descent_code(state: EarlyStoppingState) -> str:
    """Gradient descent from zero, its closed form and ridge at λ = 1/(ηt)."""
    return "\n".join([
        "# X (n, p) standardised, y (n,) centred",
        "import numpy as np",
        "",
        "n, p = X.shape",
        "U, s, Vt = np.linalg.svd(X, full_matrices=False)",
        "h = s**2 / n",
        f"eta, t = {state.stride!r} / h[0], {state.iterations}",
        "w = np.zeros(p)",
        "for step in range(t):",
        "    w -= eta * X.T @ (X @ w - y) / n",
        "descent = Vt.T @ ((1 - (1 - eta * h) ** t) * (U.T @ y) / s)  # equals w",
        "lam = 1 / (eta * t)",
        "ridge = Vt.T @ (h / (h + lam) * (U.T @ y) / s)",
        "",
    ])  # fmt: skip
