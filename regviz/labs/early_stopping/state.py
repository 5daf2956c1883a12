"""The controls of the early-stopping lab."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from regviz.lab import choice, integer, slider
from regviz.lab.controls import When
from regviz.labs import _nets as nets

NETS, TWIN = "net", "linear twin"
_NET: When = ("tab", (NETS,))
_TWIN: When = ("tab", (TWIN,))


@dataclass(frozen=True)
class EarlyStoppingState(nets.NetControls):
    """Nets with patience, and gradient descent on least squares beside ridge."""

    only_while: ClassVar[Mapping[str, When]] = {
        "net": _NET, "training": _NET, "probe_x": _NET, "probe_y": _NET, "dataset": _NET, "noise": _NET,
        "label_noise": _NET, "stopping": _NET, "patience": _NET, "twin": _TWIN, "freeze": _NET,
        "inside": _NET,
    }  # fmt: skip

    tab: str = choice(NETS, (NETS, TWIN), place="mode", label="view",
                      help="A net with patience, or least squares by gradient descent beside ridge.")  # fmt: skip
    patience: int = integer(
        20, 1, 10_000, shown=(1, 60), place="main", label="patience",
        help="Looks at the validation loss without a new best before training stops.",
    )  # fmt: skip
    min_delta: float = slider(
        0.0, 0.0, 10.0, shown=(0.0, 0.1), place="stopping", symbol="δ", label="least gain",
        help="How far the validation loss must fall below the best to count as better.",
    )  # fmt: skip
    check: int = integer(
        10, 5, 1_000, shown=(5, 40), place="stopping", label="steps between looks",
        help="Training steps from one look at the validation loss to the next.",
    )  # fmt: skip
    label_noise: float = slider(
        0.1, 0.0, 0.5, place="data", label="label noise", help="Share of labels that are replaced by a wrong one."
    )
    seed: int = integer(
        2, 0, 2**31 - 1, shown=(0, 99), place="data", help="Draws the data, the initial weights and the batches."
    )
    rate: float = slider(
        0.005, 0.0, 1e3, shown=(1e-4, 1.0), log=True, place="training", label="learning rate", symbol="η",
        help="Size of a step; may be changed while training runs.",
    )  # fmt: skip
    width: int = integer(24, 1, 64, shown=(1, 40), place="net", help="Units in each hidden layer.")
    layers: int = integer(2, 0, 4, shown=(1, 4), place="net", label="hidden layers", help="Layers between in and out.")
    steps: int = integer(1_500, 1, 10_000, shown=(10, 5_000), place="training", help="Where training ends.")
    iterations: int = integer(
        30, 1, 100_000, shown=(1, 400), place="twin", symbol="t", help="Steps of gradient descent from zero."
    )
    stride: float = slider(
        0.2, 0.001, 1.99, place="twin", label="step size", symbol="η·h₁",
        help="Learning rate times the steepest curvature: descent converges below 2.",
    )  # fmt: skip
    features: int = integer(12, 2, 40, place="twin", symbol="p", help="Features of the linear problem.")
    correlation: float = slider(
        0.7, 0.0, 0.999, place="twin", symbol="ρ", help="How alike neighbouring features are: the spread of curvatures."
    )
    spread: float = slider(
        8.0, 0.0, 100.0, shown=(0.0, 20.0), place="twin", label="target noise", symbol="σ",
        help="Standard deviation of the noise in the linear target.",
    )  # fmt: skip
