"""The controls of the normalization lab and the layers they name. Nothing is computed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from regviz.lab import choice, integer, slider
from regviz.lab.controls import When
from regviz.labs import _nets as nets
from regviz.neural import BatchNorm, LayerNorm
from regviz.neural.layer import Layer

BATCH, LAYER, NONE = "batch norm", "layer norm", "none"
NORMS = (BATCH, LAYER, NONE)
_NEVER: When = ("norm", ("",))


@dataclass(frozen=True)
class NormalizationState(nets.NetControls):
    """Nets with batch norm, layer norm and none, each without and with weight decay."""

    only_while: ClassVar[Mapping[str, When]] = {"optimiser": _NEVER}

    norm: str = choice(BATCH, NORMS, place="mode", label="normalisation",
                       help="Which of the three nets is shown; all of them train.")  # fmt: skip
    alpha: float = slider(
        3.0, 0.1, 10.0, log=True, place="main", symbol="α", label="scale the weights",
        help="Factor on the weights and biases of all hidden layers.",
    )  # fmt: skip
    lam: float = slider(
        5e-3, 0.0, 10.0, shown=(1e-4, 0.1), log=True, place="training", symbol="λ", label="decay",
        help="Strength of the penalty λ/2‖w‖² of the nets with decay; may be changed while training runs.",
    )  # fmt: skip
    watched: int = integer(1, 1, 4, place="view", label="watched layer", help="The hidden layer whose size is drawn.")
    epsilon: str = choice("1e-5", ("0", "1e-5"), place="net", label="added variance", symbol="ε",
                          help="What the layers add to the variance; with 0 the laws hold to rounding.")  # fmt: skip
    rate: float = slider(
        0.1, 0.0, 1e3, shown=(1e-3, 1.0), log=True, place="training", label="learning rate", symbol="η",
        help="Size of a step of plain SGD; may be changed while training runs.",
    )  # fmt: skip
    batch: int = integer(8, 2, 5_000, shown=(2, 200), place="training", label="batch size", symbol="B",
                         help="Points in each step; all of them where there are no more.")  # fmt: skip
    steps: int = integer(4_000, 1, 20_000, shown=(10, 5_000), place="training", help="Where training ends.")
    pace: int = integer(
        20, 1, 10_000, shown=(1, 100), place="training", label="steps per picture",
        help="Training steps between two pictures: 1 is slow motion.",
    )  # fmt: skip
    layers: int = integer(2, 1, 4, place="net", label="hidden layers", help="Layers between in and out.")
    width: int = integer(16, 2, 64, shown=(2, 40), place="net", help="Units in each hidden layer.")
    train_size: int = integer(
        100, 2, 5_000, shown=(10, 400), place="data", label="training points", symbol="n",
        help="Points that training sees; 200 others validate.",
    )  # fmt: skip
    label_noise: float = slider(
        0.15, 0.0, 0.5, place="data", label="label noise", help="Share of labels that are replaced by a wrong one."
    )


def layer_of(norm: str, epsilon: str) -> Layer | None:
    """The layer that ``norm`` names, None for no normalisation."""
    eps = float(epsilon)
    return {BATCH: BatchNorm(eps=eps), LAYER: LayerNorm(eps=eps)}.get(norm)
