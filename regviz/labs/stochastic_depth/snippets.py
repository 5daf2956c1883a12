"""Stochastic depth as PyTorch code, and the mean over all sub-networks as NumPy code."""

from regviz.labs import _nets as nets
from regviz.labs.stochastic_depth.state import TRAINING, StochasticDepthState, survivals

_ACTIVATIONS = {"tanh": "nn.Tanh()", "relu": "nn.ReLU()", "gelu": "nn.GELU()", "linear": "nn.Identity()"}


def net_code(state: StochasticDepthState) -> str:
    """The training on screen: blocks that survive a mini-batch with probability p, all of its samples together."""
    made = nets.task(state)
    if state.convention == TRAINING:
        kept, tested = "self.branch(x) / self.p", "self.branch(x)"
    else:
        kept, tested = "self.branch(x)", "self.p * self.branch(x)"
    block = [
        "", "class Block(nn.Module):",
        f"    # {state.convention}; one draw for the whole mini-batch",
        "    def __init__(self, width, p):",
        "        super().__init__()",
        "        self.p = p",
        "        self.branch = nn.Sequential(",
        f"            nn.Linear(width, width), {_ACTIVATIONS[state.activation]}, nn.Linear(width, width)",
        "        )",
        "    def forward(self, x):",
        "        if not self.training:",
        f"            return x + {tested}",
        f"        return x + {kept} if torch.rand(()) < self.p else x",
    ]  # fmt: skip
    layers = [f"nn.Linear({made.inputs}, {state.width})"]
    layers += [f"Block({state.width}, {round(p, 6)!r})" for p in survivals(state)]
    layers.append(f"nn.Linear({state.width}, {made.outputs})")
    gain = "2 ** 0.5 / " if state.activation in ("relu", "gelu") else ""
    setup = ["with torch.no_grad():", f"    for block in net[1:-1]:  # the stream keeps its size over {state.layers}",
             f"        block.branch[2].weight /= {'(2 * ' if gain else ''}{state.layers}{')' if gain else ''} ** 0.5"]
    if gain:
        setup.append("    net[0].weight /= 2 ** 0.5")
    code = nets.pytorch(
        state, about=f"Stochastic depth, survival {state.rule} to {state.last!r}", imports=block, layers=layers,
        setup=setup,
    )  # fmt: skip
    return code + "\nnet.eval()  # test: every block takes part\n"


def exact_code(state: StochasticDepthState) -> str:
    """Mean over all sets of surviving blocks beside the test pass, for branches of one's own."""
    rescale = state.convention == TRAINING
    return "\n".join([
        f"# branches: {state.layers} functions of a state h (d,); {state.convention}",
        "import itertools",
        "import numpy as np",
        "",
        f"p = np.array({[round(rate, 6) for rate in survivals(state)]!r})",
        "",
        "def mean_and_test(branches, h):",
        "    mean = 0.0",
        f"    for alive in itertools.product((0, 1), repeat={state.layers}):",
        "        x, chance = h, 1.0",
        "        for b, f, q in zip(alive, branches, p):",
        f"            x = x + b * f(x){' / q' if rescale else ''}",
        "            chance *= q if b else 1 - q",
        "        mean = mean + chance * x",
        "    test = h",
        "    for f, q in zip(branches, p):",
        f"        test = test + {'' if rescale else 'q * '}f(test)",
        "    return mean, test",
        "",
    ])  # fmt: skip
