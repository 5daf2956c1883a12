"""The controls of the sgd-noise lab, and the landscapes that they stand for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from regviz.lab import choice, integer, slider
from regviz.lab.controls import When
from regviz.labs import _nets as nets
from regviz.theory.sgd_chain import Landscape

PARTICLES, LEAST, NETS, MINIMUM = "particles", "least squares", "nets", "minimum norm"
DOUBLE, SHARP, BOWL = "tilted double well", "sharp and flat", "bowl"
SHALLOW, SPREAD = "in the shallow well", "spread out"
SAME_RATE, SAME_RATIO = "same η", "same η/B"
_PARTICLES: When = ("tab", (PARTICLES,))
_LEAST: When = ("tab", (LEAST,))
_NETS: When = ("tab", (NETS,))
_MINIMUM: When = ("tab", (MINIMUM,))
_NOT_BOWL: When = ("landscape", (DOUBLE, SHARP))


@dataclass(frozen=True)
class SgdNoiseState(nets.NetControls):
    """Particles on a line, a cloud of least-squares estimates, nets of several batch sizes, descent from zero."""

    only_while: ClassVar[Mapping[str, When]] = {
        "net": _NETS, "dataset": _NETS, "train_size": _NETS, "noise": _NETS, "label_noise": _NETS,
        "probe_x": _NETS, "probe_y": _NETS, "optimiser": _NETS, "nets": _NETS, "particles": _PARTICLES,
        "freeze": _NETS, "inside": _NETS, "least squares": _LEAST, "minimum norm": _MINIMUM,
        "batch": ("tab", (PARTICLES, LEAST, MINIMUM)),
    }  # fmt: skip

    tab: str = choice(PARTICLES, (PARTICLES, LEAST, NETS, MINIMUM), place="mode", label="view",
                      help="Particles on a line, least squares in a plane, nets, or p > n.")  # fmt: skip
    rate: float = slider(
        0.1, 1e-3, 10.0, shown=(0.01, 2.0), log=True, place="main", label="learning rate", symbol="η",
        help="Size of a step; may be changed while it runs.",
    )  # fmt: skip
    batch: int = integer(2, 1, 64, place="training", label="batch size", symbol="B",
                         help="Rows in each step: noise falls as 1/B.")  # fmt: skip
    landscape: str = choice(
        DOUBLE, (DOUBLE, SHARP, BOWL), place="particles", help="What the particles move on.",
    )  # fmt: skip
    sigma: float = slider(
        2.5, 0.1, 5.0, place="particles", label="gradient noise", symbol="σ",
        help="Standard deviation of a single row's gradient.",
    )  # fmt: skip
    tilt: float = slider(
        0.08, -0.3, 0.3, place="particles", label="tilt", symbol="t", when=_NOT_BOWL,
        help="Slope that is added: it makes one well deeper.",
    )  # fmt: skip
    curvature: float = slider(
        2.0, 0.2, 10.0, place="particles", label="curvature", symbol="h", when=("landscape", (BOWL,)),
        help="Of the bowl: it is stable for η < 2/h.",
    )  # fmt: skip
    start: str = choice(
        SHALLOW, (SHALLOW, SPREAD), place="particles", label="start", help="Where the particles begin."
    )
    rows: int = integer(40, 4, 400, shown=(4, 200), place="least squares", symbol="n", label="rows",
                        help="Rows of the least-squares problem.")  # fmt: skip
    correlation: float = slider(0.5, -0.95, 0.95, place="least squares", symbol="ρ",
                                help="Correlation of the two features.")  # fmt: skip
    uneven: float = slider(
        0.0, 0.0, 3.0, place="least squares", label="uneven errors", symbol="u",
        help="How much larger the errors are where the first feature is far from 0.",
    )  # fmt: skip
    scaling: str = choice(
        SAME_RATE, (SAME_RATE, SAME_RATIO), place="nets", label="learning rates",
        help="One η for all batch sizes, or η in proportion to B with the control's η at B = 8.",
    )  # fmt: skip
    equations: int = integer(8, 1, 30, place="minimum norm", symbol="n", label="rows",
                             help="Equations: fewer than features, so many w fit exactly.")  # fmt: skip
    features: int = integer(20, 2, 60, place="minimum norm", symbol="p", label="features",
                            help="Unknowns; at least one more than rows.")  # fmt: skip
    away: float = slider(
        1.0, 0.0, 3.0, place="minimum norm", label="other start", help="Size of each coordinate of the other start."
    )
    seed: int = integer(
        0, 0, 2**31 - 1, shown=(0, 99), place="data", help="Draws the data, the noise, the weights and the batches."
    )
    label_noise: float = slider(
        0.1, 0.0, 0.5, place="data", label="label noise", help="Share of labels that are replaced by a wrong one."
    )
    train_size: int = integer(
        100, 2, 400, shown=(10, 400), place="data", label="training points", symbol="n",
        help="Points that training sees; 200 others validate.",
    )  # fmt: skip
    activation: str = choice("relu", ("relu", "tanh"), place="net", help="What each hidden unit does to its sum.")
    optimiser: str = choice("sgd", ("sgd", "momentum"), place="training", help="momentum is sgd with μ = 0.9.")
    layers: int = integer(2, 1, 3, place="net", label="hidden layers", help="Layers between in and out.")
    width: int = integer(16, 1, 32, place="net", help="Units in each hidden layer.")
    steps: int = integer(1_000, 1, 10_000, shown=(10, 5_000), place="training", help="Where it ends.")


def landscape(state: SgdNoiseState) -> Landscape:
    """What the particles move on."""
    if state.landscape == BOWL:
        return Landscape(state.curvature)
    if state.landscape == DOUBLE:
        return Landscape(1.0, state.tilt, ((1.0, 0.0, 0.5),))
    return Landscape(0.5, state.tilt, ((-0.8, 0.9, 0.22), (-0.6, -0.9, 0.6)))
