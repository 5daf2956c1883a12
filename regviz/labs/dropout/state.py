"""The controls of the dropout lab. Nothing is computed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from regviz.lab import choice, integer, slider
from regviz.lab.controls import When
from regviz.labs import _nets as nets

NETS, ENSEMBLE, LINEAR = "nets", "exact ensemble", "linear twin"
ONE, TWO = "one layer", "two layers"
_NETS: When = ("tab", (NETS,))
_ENSEMBLE: When = ("tab", (ENSEMBLE,))
_TRAINED: When = ("tab", (NETS, ENSEMBLE))
_LINEAR: When = ("tab", (LINEAR,))


@dataclass(frozen=True)
class DropoutState(nets.NetControls):
    """Nets with and without dropout, every sub-network of a small net, and least squares with dropped features."""

    only_while: ClassVar[Mapping[str, When]] = {
        "training": _TRAINED, "dataset": _TRAINED, "train_size": _TRAINED, "noise": _TRAINED,
        "label_noise": _TRAINED, "layers": _NETS, "width": _NETS, "activation": _TRAINED, "probe_x": _TRAINED,
        "probe_y": _TRAINED, "ensemble": _ENSEMBLE, "linear": _LINEAR, "samples": _TRAINED, "freeze": _NETS,
        "inside": _NETS,
    }  # fmt: skip

    tab: str = choice(NETS, (NETS, ENSEMBLE, LINEAR), place="mode", label="view",
                      help="Two nets side by side, all sub-networks of a small one, or least squares.")  # fmt: skip
    drop: float = slider(
        0.4, 0.0, 0.95, shown=(0.0, 0.9), symbol="q", place="main", label="drop rate",
        help="Probability that a unit is dropped; may be changed while training runs.",
    )  # fmt: skip
    samples: int = integer(
        40, 2, 400, shown=(2, 200), place="masks", symbol="M", label="MC masks",
        help="Random masks behind the uncertainty band and the mean activations.",
    )  # fmt: skip
    units: int = integer(
        10, 2, 12, place="ensemble", symbol="H", label="hidden units",
        help="Hidden units in all: they have 2 to the power of H sub-networks.",
    )  # fmt: skip
    depth: str = choice(ONE, (ONE, TWO), place="ensemble",
                        help="All hidden units in one layer, or shared out between two.")  # fmt: skip
    features: int = integer(6, 2, 10, place="linear", symbol="p", help="Features of the linear problem.")
    correlation: float = slider(0.5, 0.0, 0.95, place="linear", symbol="ρ", help="Correlation between the features.")
    stride: float = slider(
        0.2, 0.01, 0.5, place="linear", label="step size",
        help="Step of SGD in units of (1 − q)/p, below which no mask can throw it off.",
    )  # fmt: skip
    draws: int = integer(
        3_000, 50, 10_000, shown=(50, 6_000), place="linear", label="SGD steps", help="Steps of each SGD chain."
    )
    label_noise: float = slider(
        0.1, 0.0, 0.5, place="data", label="label noise", help="Share of labels that are replaced by a wrong one."
    )
    seed: int = integer(
        1, 0, 2**31 - 1, shown=(0, 99), place="data", help="Draws the data, the initial weights, batches and masks."
    )
    layers: int = integer(2, 1, 4, place="net", label="hidden layers", help="Layers between in and out.")
    width: int = integer(24, 1, 64, shown=(1, 40), place="net", help="Units in each hidden layer.")
    activation: str = choice(
        "relu", ("tanh", "relu", "gelu", "linear"), place="net", help="What each hidden unit does to its sum."
    )
    steps: int = integer(1_500, 1, 10_000, shown=(10, 5_000), place="training", help="Where training ends.")


def widths(state: DropoutState) -> tuple[int, ...]:
    """Units of each hidden layer of the net on screen."""
    if state.tab != ENSEMBLE:
        return (state.width,) * state.layers
    return (state.units,) if state.depth == ONE else (state.units - state.units // 2, state.units // 2)
