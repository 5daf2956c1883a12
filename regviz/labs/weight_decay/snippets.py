"""The methods on screen as PyTorch code."""

from regviz.labs import _nets as nets
from regviz.labs.weight_decay.bowl import MINIMUM, hessian
from regviz.labs.weight_decay.state import BOWL, PAPER, SPARSE, WeightDecayState


def code(state: WeightDecayState) -> str:
    """The bowl, AdamW beside Adam + L2 on the net, or SGD with the prox of L1."""
    if state.tab == BOWL:
        return _bowl(state)
    return _sparse(state) if state.tab == SPARSE else _net(state)


def _decay(state: WeightDecayState) -> float:
    """PyTorch's weight_decay for the reading in use: it multiplies by 1 − lr·weight_decay."""
    return state.lam / state.rate if state.form == PAPER and state.rate > 0 else state.lam


def _net(state: WeightDecayState) -> str:
    groups = (
        '[{"params": [m.weight for m in linear], "weight_decay": decay}, '
        '{"params": [m.bias for m in linear], "weight_decay": 0.0}]'
    )
    squared = " (2λ because MSELoss has no 1/2)" if nets.task(state).classes == 0 else ""
    l2 = 2 * state.lam if squared else state.lam
    return nets.pytorch(
        state, about="AdamW: decoupled decay of the weights, none of the biases",
        optimiser=f"make(torch.optim.AdamW, {_decay(state)!r})",
        imports=["", "def make(kind, decay):", f"    return kind({groups}, lr={state.rate!r})"],
        setup=[
            f"# Adam + L2{squared}: optimiser = make(torch.optim.Adam, {l2!r})",
            "with torch.no_grad():",
            f"    for m in linear: m.weight *= {state.initial!r}",
        ],
    )  # fmt: skip


def _sparse(state: WeightDecayState) -> str:
    half = 0.5 if nets.task(state).classes == 0 else 1.0
    return nets.pytorch(
        state, about="L1 by its prox: a weight at 0 comes back when its gradient exceeds the penalty",
        optimiser=f"torch.optim.SGD(net.parameters(), lr={half * state.sgd_rate!r}, momentum={state.momentum!r})",
        after=[
            "with torch.no_grad():",
            "    for m in linear:",
            f"        m.weight.copy_(nn.functional.softshrink(m.weight, {state.sgd_rate * state.l1!r}))",
        ],
    )  # fmt: skip


def _bowl(state: WeightDecayState) -> str:
    sgd = f"lr={state.sgd_rate!r}, momentum={state.momentum!r}"
    return "\n".join([
        "# Four optimisers on the bowl of the screen, without its gradient noise",
        "import torch",
        "",
        f"H = torch.tensor({hessian(state).tolist()!r}, dtype=torch.float64)",
        f"best = torch.tensor({MINIMUM.tolist()!r}, dtype=torch.float64)",
        f"rate, sgd_rate, lam = {state.rate!r}, {state.sgd_rate!r}, {state.lam!r}",
        "rules = {",
        f'    "SGD + L2": lambda w: (torch.optim.SGD([w], {sgd}, weight_decay=lam), 0.0),',
        f'    "SGD + decay": lambda w: (torch.optim.SGD([w], {sgd}), {_factor(state, "sgd_rate")}),',
        '    "Adam + L2": lambda w: (torch.optim.Adam([w], lr=rate, weight_decay=lam), 0.0),',
        f'    "AdamW": lambda w: (torch.optim.Adam([w], lr=rate), {_factor(state, "rate")}),',
        "}",
        "for name, rule in rules.items():",
        f"    w = torch.tensor([{state.start_x!r}, {state.start_y!r}], dtype=torch.float64, requires_grad=True)",
        "    optimiser, decay = rule(w)",
        f"    for step in range({state.steps}):",
        "        optimiser.zero_grad()",
        "        loss = 0.5 * (w - best) @ H @ (w - best)",
        "        loss.backward()",
        "        with torch.no_grad():",
        "            w *= 1 - decay",
        "        optimiser.step()",
        "    print(name, w.tolist())",
        "",
    ])  # fmt: skip


def _factor(state: WeightDecayState, rate: str) -> str:
    return "lam" if state.form == PAPER else f"{rate} * lam"
