"""The controls of the sam lab. Nothing is computed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from regviz.lab import choice, integer, slider, switch
from regviz.lab.controls import Except, When
from regviz.labs import _nets as nets
from regviz.labs.sam.surface import BOWL, TWO

LAND, NETS, SCALED, READ = "landscape", "nets", "rescaling", "two readings"

_PLANE: When = ("tab", (LAND, READ))
_WALK: When = ("tab", (LAND,))
_NET: When = ("tab", (NETS, SCALED))


@dataclass(frozen=True)
class SamState(nets.NetControls):
    """Descent and SAM on a surface, nets trained by both, rescaled nets, and what SAM's loss stands for."""

    only_while: ClassVar[Mapping[str, When]] = {
        "freeze": _NET, "inside": _NET,
        "net": _NET, "training": _NET, "probe_x": _NET, "probe_y": _NET, "dataset": _NET, "train_size": _NET,
        "noise": _NET, "label_noise": _NET, "walk": _WALK,
    }  # fmt: skip

    tab: str = choice(LAND, (LAND, NETS, SCALED, READ), place="mode", label="view",
                      help="Two weights, nets, the same nets rescaled, or what SAM's loss stands for.")  # fmt: skip
    rho: float = slider(
        0.2, 0.0, 5.0, shown=(0.0, 0.5), symbol="ρ", place="main", label="radius",
        help="How far SAM climbs before it takes its gradient; may be changed while training runs.",
    )  # fmt: skip
    surface: str = choice(TWO, (TWO, BOWL), place="surface", label="surface", when=_PLANE,
                          help="A sharp and a flat minimum, or a bowl on which everything is exact.")  # fmt: skip
    start_x: float = slider(-0.9, -1.5, 1.5, place="surface", label="start w₁", when=_WALK,
                            help="Drag the start in the picture.")  # fmt: skip
    start_y: float = slider(0.45, -0.75, 0.75, place="surface", label="start w₂", when=_WALK,
                            help="Its other coordinate.")  # fmt: skip
    at_x: float = slider(-0.9, -1.5, 1.5, place="surface", label="point w₁", when=("tab", (READ,)),
                         help="Drag the point in the picture.")  # fmt: skip
    at_y: float = slider(0.02, -0.75, 0.75, place="surface", label="point w₂", when=("tab", (READ,)),
                         help="Its other coordinate.")  # fmt: skip
    step_size: float = slider(
        0.06, 1e-4, 10.0, shown=(0.005, 0.2), log=True, place="walk", symbol="η", label="step size",
        help="Learning rate of both walks.",
    )  # fmt: skip
    jitter: float = slider(
        0.0, 0.0, 10.0, shown=(0.0, 1.0), place="walk", symbol="σ", label="gradient noise",
        help="Noise of every step's gradient, as of a mini-batch: the same in both of SAM's passes.",
    )  # fmt: skip
    walk: int = integer(120, 1, 2_000, shown=(10, 400), place="walk", label="steps", help="Where the walks end.")
    slow: bool = switch(
        False, place="walk", label="sub-steps",
        help="Four pictures for each step of SAM: climb, take the gradient there, go back, step.",
    )  # fmt: skip
    alpha: float = slider(
        1.0, 0.01, 100.0, shown=(0.1, 10.0), log=True, place="scale", symbol="α", label="rescaling",
        when=("tab", (SCALED,)), help="The first layer times α, the weights of the second divided by α.",
    )  # fmt: skip
    seed: int = integer(
        0, 0, 2**31 - 1, shown=(0, 99), place="data", when=("tab", (LAND, NETS, SCALED)),
        either=(("tab", (NETS, SCALED)), ("jitter", Except((0.0,)))),
        help="Draws the data, the initial weights, the batches and the noise of the walks.",
    )  # fmt: skip
    activation: str = choice(
        "relu", ("tanh", "relu", "gelu", "linear"), place="net", help="What each hidden unit does to its sum."
    )
    optimiser: str = choice(
        "sgd", ("sgd", "momentum", "adam"), place="training",
        help="The rule that takes SAM's gradient and the plain one alike; momentum is sgd with μ = 0.9.",
    )  # fmt: skip
    rate: float = slider(
        0.1, 0.0, 1e3, shown=(1e-3, 1.0), log=True, place="training", label="learning rate", symbol="η",
        help="Size of a step; may be changed while training runs.",
    )  # fmt: skip
    batch: int = integer(16, 1, 5_000, shown=(1, 200), place="training", label="batch size", symbol="B",
                         help="Points in each step; SAM uses the same ones twice.")  # fmt: skip
    pace: int = integer(
        20, 1, 10_000, shown=(1, 100), place="training", label="steps per picture",
        help="Training steps between two pictures: 1 is slow motion.",
    )  # fmt: skip
