"""SAM as PyTorch code: on the surface of the screen, and as a training loop."""

import dataclasses

from regviz.labs import _nets as nets
from regviz.labs.sam.state import LAND, READ, SCALED, SamState
from regviz.labs.sam.surface import SURFACES, Surface

_BOTH_PASSES = [
    "parameters = list(net.parameters())",
    "loss = loss_of(net(x), y)",
    "gradient = torch.autograd.grad(loss, parameters)",
    "norm = torch.sqrt(sum((g ** 2).sum() for g in gradient))  # over all layers together",
    "climb = [g * (rho / norm) if norm > 0 else torch.zeros_like(g) for g in gradient]",
    "with torch.no_grad():",
    "    before = [p.clone() for p in parameters]",
    "    for p, e in zip(parameters, climb): p.add_(e)",
    "optimiser.zero_grad()",
    "loss_of(net(x), y).backward()  # the same batch; freeze batch-norm averages in this pass",
    "with torch.no_grad():",
    "    for p, kept in zip(parameters, before): p.copy_(kept)  # back to w, to the bit",
]


def code(state: SamState) -> str:
    """The view on screen."""
    if state.tab == READ:
        return _readings(state)
    if state.tab == LAND:
        return _walk(state)
    return _train(state)


def _train(state: SamState) -> str:
    halved = nets.task(state).classes == 0 and state.optimiser != "adam"  # MSELoss lacks the factor 1/2
    rule = nets.rule(dataclasses.replace(state, rate=state.rate * (0.5 if halved else 1.0)))
    text = nets.pytorch(
        state, about=f"SAM with radius rho = {state.rho!r}", setup=[f"rho = {state.rho!r}"], gradient=_BOTH_PASSES,
        optimiser=rule,
    )  # fmt: skip
    if state.tab != SCALED or state.layers < 1:
        return text
    return text + "\n".join([
        "",
        "# The same function behind ReLU, with another sharpness",
        f"alpha = {state.alpha!r}",
        "with torch.no_grad():",
        "    linear[0].weight *= alpha",
        "    linear[0].bias *= alpha",
        "    linear[1].weight /= alpha",
        "",
    ])  # fmt: skip


def _surface(surface: Surface) -> list[str]:
    low = f"{surface.barrier!r} * ((x / {surface.apart!r}) ** 2 - 1) ** 2" if surface.barrier else "x ** 2 / 2"
    return [
        "import torch",
        "",
        "def loss_of(w):",
        "    x, y = w",
        f"    across = {surface.wide!r} + {surface.steep - surface.wide!r} * torch.sigmoid(-x / {surface.turn!r})",
        f"    return across * y ** 2 / 2 + {low}",
        "",
        "def gradient(w):",
        "    w = w.detach().requires_grad_()",
        "    return torch.autograd.grad(loss_of(w), w)[0]",
        "",
    ]


def _walk(state: SamState) -> str:
    """Both walks, without the gradient noise."""
    return "\n".join([
        f"# Gradient descent and SAM on the {state.surface} of the screen, without gradient noise",
        *_surface(SURFACES[state.surface]),
        f"rate = {state.step_size!r}",
        f"for name, rho in (('gradient descent', 0.0), ('SAM', {state.rho!r})):",
        f"    w = torch.tensor([{state.start_x!r}, {state.start_y!r}], dtype=torch.float64)",
        f"    for step in range({state.walk}):",
        "        g = gradient(w)",
        "        norm = g.norm()",
        "        climbed = w + rho * g / norm if norm > 0 else w",
        "        w = w - rate * gradient(climbed)",
        "    print(name, w.tolist(), loss_of(w).item())",
        "",
    ])  # fmt: skip


def _readings(state: SamState) -> str:
    return "\n".join([
        "# The three readings at one point",
        *_surface(SURFACES[state.surface]),
        f"w, rho = torch.tensor([{state.at_x!r}, {state.at_y!r}], dtype=torch.float64), {state.rho!r}",
        "g = gradient(w)",
        "up = g / g.norm() if g.norm() > 0 else g",
        "turn = torch.linspace(0, 2 * torch.pi, 3601, dtype=torch.float64)",
        "print('penalty', (loss_of(w) + rho * g.norm()).item())",
        "print('SAM', loss_of(w + rho * up).item())",
        "print('worst', loss_of(w[:, None] + rho * torch.stack([turn.cos(), turn.sin()])).max().item())",
        "H = torch.autograd.functional.hessian(loss_of, w)",
        "print('gap / rho^2 tends to', (up @ H @ up / 2).item())",
        "",
    ])  # fmt: skip
