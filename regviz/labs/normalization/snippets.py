"""The training on screen as PyTorch code, with the numbers that the lab draws."""

from regviz.labs import _nets as nets
from regviz.labs.normalization.state import BATCH, NONE, NormalizationState

_MODULES = {BATCH: "nn.BatchNorm1d", NONE: ""}
_LEAST = 1e-30
"""PyTorch's batch norm refuses an ε of 0 in training; this one is lost in any variance."""


def code(state: NormalizationState) -> str:
    """Plain SGD with decay on the weights of the net; a loss without the factor ½ takes half the rate, twice λ."""
    module = _MODULES.get(state.norm, "nn.LayerNorm")
    half = 2.0 if nets.task(state).classes == 0 else 1.0
    groups = '[{"params": [p], "weight_decay": lam * any(p is m.weight for m in linear)} for p in net.parameters()]'
    row = min(state.watched, state.layers) - 1
    eps = max(float(state.epsilon), _LEAST if state.norm == BATCH else 0.0)
    return nets.pytorch(
        state, about=f"Normalisation: {state.norm}; plain SGD with decay on the weights",
        norm=f"{module}({{width}}, eps={eps!r})" if module else "",
        imports=[f"lam = {half * state.lam!r}"], optimiser=f"torch.optim.SGD({groups}, lr={state.rate / half!r})",
        after=[f"size = linear[{row}].weight.norm().item()", f"effective_rate = {state.rate!r} / size**2"],
    )  # fmt: skip
