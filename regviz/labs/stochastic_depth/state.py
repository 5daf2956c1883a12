"""The controls of the stochastic-depth lab, and the survival probabilities that they stand for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from regviz.lab import choice, integer, slider
from regviz.lab.controls import When
from regviz.labs import _nets as nets
from regviz.neural import survival

NETS, EXACT = "nets", "exact ensemble"
DECAY, CONSTANT = "linear decay", "constant"
TRAINING, TEST = "rescale in training", "rescale at test"
_NETS: When = ("tab", (NETS,))
_EXACT: When = ("tab", (EXACT,))


@dataclass(frozen=True)
class StochasticDepthState(nets.NetControls):
    """Residual nets with and without dropped blocks, and every sub-network of a small one."""

    only_while: ClassVar[Mapping[str, When]] = {
        "training": _NETS, "dataset": _NETS, "train_size": _NETS, "noise": _NETS, "label_noise": _NETS,
        "width": _NETS, "convention": _NETS, "exact ensemble": _EXACT, "freeze": _NETS, "inside": _NETS,
    }  # fmt: skip

    tab: str = choice(NETS, (NETS, EXACT), place="mode", label="view",
                      help="Two residual nets side by side, or all sub-networks of a small one.")  # fmt: skip
    last: float = slider(
        0.5, 0.1, 1.0, place="main", symbol="p(L)", label="survival of the last block",
        help="Probability that the last block takes part in a training step; may be changed while training runs.",
    )  # fmt: skip
    rule: str = choice(
        DECAY, (DECAY, CONSTANT), place="survival", label="survival over depth",
        help="Falling in a straight line from the input to p(L), or p(L) for every block.",
    )  # fmt: skip
    convention: str = choice(
        TRAINING, (TRAINING, TEST), place="survival",
        help="A surviving branch is multiplied by 1/p in training, or every branch by p at test.",
    )  # fmt: skip
    strength: float = slider(
        1.8, 0.0, 3.0, place="exact ensemble", label="branch strength", symbol="s",
        help="Size of the random branches: 0 leaves the identity.",
    )  # fmt: skip
    label_noise: float = slider(
        0.1, 0.0, 0.5, place="data", label="label noise", help="Share of labels that are replaced by a wrong one."
    )
    seed: int = integer(
        1, 0, 2**31 - 1, shown=(0, 99), place="data", help="Draws the data, the initial weights, batches and blocks."
    )
    rate: float = slider(
        0.003, 0.0, 1e3, shown=(1e-4, 1.0), log=True, place="training", label="learning rate", symbol="η",
        help="Size of a step; may be changed while training runs.",
    )  # fmt: skip
    layers: int = integer(8, 1, 10, place="net", symbol="L", label="residual blocks",
                          help="Blocks x + f(x), each with a branch f of two layers.")  # fmt: skip
    width: int = integer(12, 1, 32, place="net", label="width", help="Features of the stream that all blocks write to.")
    steps: int = integer(1_500, 1, 10_000, shown=(10, 5_000), place="training", help="Where training ends.")


def survivals(state: StochasticDepthState) -> tuple[float, ...]:
    """p_1 … p_L: 1 − (l/L)(1 − p_L), or p_L throughout."""
    if state.rule == CONSTANT:
        return (state.last,) * state.layers
    return survival(state.layers, state.last)


def scale_words(convention: str) -> str:
    """The two formulas of a block: one training step, and test."""
    if convention == TRAINING:
        return "training: x + b·f(x)/p, test: x + f(x)"
    return "training: x + b·f(x), test: x + p·f(x)"
