"""The controls that the neural labs share, and what of them a running training cannot take in. No pictures here."""

from collections.abc import Hashable
from dataclasses import dataclass

from regviz.data.planar import PROBLEMS
from regviz.lab import choice, integer, slider

_FIXED = (
    "dataset", "train_size", "noise", "label_noise", "seed", "layers", "width", "activation", "optimiser", "batch",
)  # fmt: skip
LESSON, LOSS, RIGHT, GAP, NORMS, WEIGHTS, MAPS, NET, STEP = LOOKS = (
    "the lesson", "loss", "accuracy", "gap", "weight norms", "weights", "unit maps", "net", "one step",
)  # fmt: skip
"""What the last panels can show in every lab."""
_REGRESSION = ("dataset", ("sine",))


@dataclass(frozen=True)
class NetControls:
    """The state fields of a neural lab; a lab repeats a field to give it another default or range."""

    dataset: str = choice("moons", tuple(PROBLEMS), place="data", label="data set", help="The problem to learn.")
    train_size: int = integer(
        60, 2, 5_000, shown=(10, 400), place="data", label="training points", symbol="n",
        help="Points that training sees; 200 others validate.",
    )  # fmt: skip
    noise: float = slider(
        0.25, 0.0, 2.0, shown=(0.0, 0.6), place="data", symbol="σ",
        help="How far points stray from their class's curve.",
    )  # fmt: skip
    label_noise: float = slider(
        0.0, 0.0, 0.5, place="data", label="label noise", help="Share of labels that are replaced by a wrong one."
    )
    seed: int = integer(
        0, 0, 2**31 - 1, shown=(0, 99), place="data", help="Draws the data, the initial weights, batches and masks."
    )
    layers: int = integer(2, 0, 8, shown=(1, 4), place="net", label="hidden layers", help="Layers between in and out.")
    width: int = integer(16, 1, 256, shown=(1, 40), place="net", help="Units in each hidden layer.")
    activation: str = choice(
        "tanh", ("tanh", "relu", "gelu", "linear"), place="net", help="What each hidden unit does to its sum."
    )
    optimiser: str = choice(
        "adam", ("adam", "sgd", "momentum"), place="training",
        help="adam adapts each weight's step, sgd does not, momentum is sgd with μ = 0.9.",
    )  # fmt: skip
    rate: float = slider(
        0.01, 0.0, 1e3, shown=(1e-4, 1.0), log=True, place="training", label="learning rate", symbol="η",
        help="Size of a step; may be changed while training runs.",
    )  # fmt: skip
    batch: int = integer(32, 1, 5_000, shown=(1, 200), place="training", label="batch size", symbol="B",
                         help="Points in each step; all of them where there are no more.")  # fmt: skip
    steps: int = integer(1_500, 1, 1_000_000, shown=(10, 5_000), place="training", help="Where training ends.")
    pace: int = integer(
        10, 1, 10_000, shown=(1, 100), place="training", label="steps per picture",
        help="Training steps between two pictures: 1 is slow motion; with a look inside at one step it stops at each "
        "part of a step.",
    )  # fmt: skip
    freeze: int = integer(
        0, 0, 1_000_000, shown=(0, 5_000), place="training", label="freeze A at step",
        help="Keep showing the first net as it was at this step while the others go on; 0 lets it train. "
        "A double click on the loss sets it.",
    )  # fmt: skip
    inside: str = choice(
        LESSON, LOOKS, place="view", label="look inside",
        help="What the last places show: the lesson's own pictures, or a look into the nets.",
    )  # fmt: skip
    probe_x: float = slider(0.4, -3.0, 3.0, place="view", label="probe x",
                            help="The point whose activations light the net: drag it in the picture.")  # fmt: skip
    probe_y: float = slider(0.4, -3.0, 3.0, place="view", label="probe y", unless=_REGRESSION,
                            help="Its other coordinate.")  # fmt: skip


def key(state: NetControls, *more: Hashable) -> Hashable:
    """What a running training cannot absorb: data, net, optimiser and batches, then what the lab adds as ``more``."""
    return (*(getattr(state, name) for name in _FIXED), *more)
