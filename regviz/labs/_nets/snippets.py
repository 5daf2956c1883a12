"""The training on screen as PyTorch code: the text that "copy as PyTorch" puts on the clipboard.

The code expects X_train, y_train, X_val and y_val as tensors and defines ``net`` and ``optimiser``.
"""

from collections.abc import Sequence

from regviz.labs._nets.controls import NetControls
from regviz.labs._nets.task import MOMENTUM, Task, task

_ACTIVATIONS = {"tanh": "nn.Tanh()", "relu": "nn.ReLU()", "gelu": "nn.GELU()", "linear": "nn.Identity()"}
_LOSSES = {"squared": "nn.MSELoss()", "logistic": "nn.BCEWithLogitsLoss()", "softmax": "nn.CrossEntropyLoss()"}


def pytorch(
    state: NetControls, *, about: str, imports: Sequence[str] = (), norm: str = "", dropout: float = 0.0,
    layers: Sequence[str] = (), loss: str = "", optimiser: str = "", setup: Sequence[str] = (),
    batch: Sequence[str] = (), gradient: Sequence[str] = (), step: Sequence[str] = (), after: Sequence[str] = (),
) -> str:  # fmt: skip
    """Code that trains the net of ``state``; every piece is lines of Python, unindented.

    ``about`` is the comment on top. ``norm`` is a module such as "nn.LayerNorm({width})", ``dropout`` its rate,
    ``layers`` modules in place of all of the net's. ``loss`` and ``optimiser`` replace the usual expressions.
    ``setup`` stands before the loop, ``batch`` after x and y are drawn, ``gradient`` in place of the forward and
    backward pass, ``step`` in place of ``optimiser.step()``, ``after`` at the end of each step, which is ``step``.
    """
    made = task(state)
    forward = ["optimiser.zero_grad()", "loss = loss_of(net(x), y)", "loss.backward()"]
    body = [
        f"rows = torch.randint(len(X_train), ({state.batch},))", "x, y = X_train[rows], y_train[rows]", *batch,
        *(gradient or forward), *(step or ["optimiser.step()"]), *after,
    ]  # fmt: skip
    lines = [
        f"# {about}", "import torch", "from torch import nn", *imports, "",
        f"# Needs {_shapes(made)}.", f"torch.manual_seed({state.seed})", *_net(state, made, norm, dropout, layers), "",
        f"loss_of = {loss or _LOSSES[made.loss]}" + ("  # without the factor 1/2" if made.classes == 0 else ""),
        f"optimiser = {optimiser or rule(state)}", *setup, "",
        f"for step in range({state.steps}):", *(f"    {line}" if line else "" for line in body),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def rule(state: NetControls, *, decay: float = 0.0, decoupled: bool = True) -> str:
    """The optimiser as an expression; ``decay`` is λ of AdamW or of the L2 penalty in the gradient."""
    words = f"net.parameters(), lr={state.rate!r}"
    if state.optimiser == "momentum":
        words += f", momentum={MOMENTUM}"
    if decay:
        words += f", weight_decay={decay!r}"
    name = {"adam": "AdamW" if decay and decoupled else "Adam"}.get(state.optimiser, "SGD")
    return f"torch.optim.{name}({words})"


def _net(state: NetControls, made: Task, norm: str, dropout: float, layers: Sequence[str]) -> list[str]:
    """The modules with our initial weights."""
    modules = list(layers)
    width = made.inputs
    for _ in range(0 if layers else state.layers):
        modules.append(f"nn.Linear({width}, {state.width})")
        modules += [norm.format(width=state.width)] if norm else []
        modules.append(_ACTIVATIONS[state.activation])
        modules += [f"nn.Dropout({dropout!r})"] if dropout else []
        width = state.width
    if not layers:
        modules.append(f"nn.Linear({width}, {made.outputs})")
    gain = "(1 if m is linear[-1] else 2 ** 0.5)" if state.activation in ("relu", "gelu") else "1"
    return [
        "net = nn.Sequential(", *(f"    {module}," for module in modules), ")",
        "linear = [m for m in net.modules() if isinstance(m, nn.Linear)]",
        "for m in linear:",
        f"    nn.init.normal_(m.weight, std={gain} / m.in_features ** 0.5)",
        "    nn.init.zeros_(m.bias)",
    ]  # fmt: skip


def _shapes(made: Task) -> str:
    targets = "class numbers (n,)" if made.classes > 2 else "float targets (n, 1)"
    return f"X_train, X_val: float tensors (n, {made.inputs}); y_train, y_val: {targets}"
