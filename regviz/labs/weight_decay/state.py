"""The controls of the weight-decay lab and the words for how decoupled decay is read. Nothing is computed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from regviz.lab import choice, integer, show, slider
from regviz.lab.controls import When
from regviz.labs import _nets as nets

BOWL, NETS, MAP, SPARSE = "trajectories", "nets", "heat map", "L1"
PYTORCH, PAPER = "ηλ (PyTorch)", "λ (Algorithm 2)"
CONSTANT, COSINE = "constant", "cosine"
PAIR, FOUR = "Adam + L2 · AdamW", "all four"
METHODS = ("Adam + L2", "AdamW", "SGD + L2", "SGD + decay")
ROLES = ("informative:2", "informative:3", "informative:4", "informative:0")
"""One colour for each method in every view."""

_BOWL: When = ("tab", (BOWL,))
_TRAINED: When = ("tab", (NETS, MAP, SPARSE))
_DRAWN: When = ("tab", (NETS, SPARSE))
_NEVER: When = ("tab", ("",))
_SGD: tuple[When, ...] = (("tab", (BOWL, SPARSE)), ("compare", (FOUR,)))
"""Where there is SGD: in these views always, among the nets beside the two Adams."""


@dataclass(frozen=True)
class WeightDecayState(nets.NetControls):
    """A bowl, nets side by side, a heat map over learning rate and decay, and two ways to L1."""

    only_while: ClassVar[Mapping[str, When]] = {
        "net": _TRAINED, "dataset": _TRAINED, "train_size": _TRAINED, "noise": _TRAINED, "label_noise": _TRAINED,
        "batch": _TRAINED, "bowl": _BOWL, "optimiser": _NEVER, "probe_x": _DRAWN, "probe_y": _DRAWN,
        "freeze": _DRAWN, "inside": _DRAWN,
    }  # fmt: skip

    tab: str = choice(BOWL, (BOWL, NETS, MAP, SPARSE), place="mode", label="view",
                      help="Paths on a bowl, nets side by side, many nets at once, or the two L1 rules.")  # fmt: skip
    lam: float = slider(
        0.3, 0.0, 1e3, shown=(1e-4, 10.0), log=True, symbol="λ", place="main", when=("tab", (BOWL, NETS)),
        label="decay", help="Strength of the L2 penalty and of the decay; may be changed while training runs.",
    )  # fmt: skip
    form: str = choice(
        PYTORCH, (PYTORCH, PAPER), place="training", label="a step of decay", when=("tab", (BOWL, NETS, MAP)),
        help="Decoupled decay multiplies by 1 − ηλ in PyTorch, by 1 − λ in Algorithm 2 of Loshchilov & Hutter.",
    )  # fmt: skip
    rate: float = slider(
        0.01, 0.0, 1e3, shown=(1e-4, 1.0), log=True, place="training", label="Adam's learning rate", symbol="η",
        when=("tab", (BOWL, NETS)), help="η of Adam + L2 and AdamW; may be changed while training runs.",
    )  # fmt: skip
    sgd_rate: float = slider(
        0.05, 0.0, 1e3, shown=(1e-3, 1.0), log=True, place="training", label="SGD's learning rate", symbol="η",
        when=("tab", (BOWL, NETS, SPARSE)), either=_SGD, help="η of both SGD methods and of the L1 view.",
    )  # fmt: skip
    momentum: float = slider(
        0.0, 0.0, 0.99, place="training", symbol="μ", when=("tab", (BOWL, NETS, SPARSE)), either=_SGD,
        help="Momentum of SGD: above 0 its L2 penalty and its decay part ways.",
    )  # fmt: skip
    steps: int = integer(600, 1, 20_000, shown=(10, 3_000), place="training", help="Where training ends.")
    l1: float = slider(
        0.04, 0.0, 1e3, shown=(1e-4, 1.0), log=True, place="training", symbol="λ₁", label="L1 penalty",
        when=("tab", (SPARSE,)), help="Strength of the L1 penalty; may be changed while training runs.",
    )  # fmt: skip
    compare: str = choice(PAIR, (PAIR, FOUR), place="net", label="methods", when=("tab", (NETS,)),
                          help="The two Adams, or SGD beside them.")  # fmt: skip
    initial: float = slider(
        4.0, 0.1, 10.0, shown=(0.5, 6.0), place="net", label="initial weights ×", when=("tab", (NETS, MAP)),
        help="How much larger than usual the initial weights are: large ones need decay.",
    )  # fmt: skip
    activation: str = choice(
        "relu", ("tanh", "relu", "gelu", "linear"), place="net", help="What each hidden unit does to its sum."
    )
    label_noise: float = slider(
        0.1, 0.0, 0.5, place="data", label="label noise", help="Share of labels that are replaced by a wrong one."
    )
    cells: int = integer(
        10, 8, 16, place="map", label="cells a side", when=("tab", (MAP,)),
        help="Learning rates and decays of the map: their square is the number of nets for each method.",
    )  # fmt: skip
    ratio: float = slider(
        100.0, 1.0, 1e4, shown=(1.0, 1e3), log=True, place="bowl", symbol="h₂/h₁", label="curvature ratio",
        help="How much steeper the bowl is along its steep axis.",
    )  # fmt: skip
    angle: float = slider(0.0, 0.0, 90.0, place="bowl", unit="°", help="How far the bowl is turned.")
    jitter: float = slider(
        0.5, 0.0, 5.0, place="bowl", symbol="σ", label="gradient noise",
        help="Noise of the gradient: σ√h along an axis of curvature h, as mini-batches of least squares have.",
    )  # fmt: skip
    schedule: str = choice(
        CONSTANT, (CONSTANT, COSINE), place="bowl", label="schedule",
        help="The multiplier of the paper: it scales η and, in Algorithm 2, the decay too.",
    )  # fmt: skip
    start_x: float = slider(-1.2, -3.0, 3.0, place="bowl", label="start w₁", help="Drag the start in the picture.")
    start_y: float = slider(1.6, -3.0, 3.0, place="bowl", label="start w₂", help="Its other coordinate.")


def shrink(state: WeightDecayState, rate: float) -> float:
    """The share of a weight that one step of decoupled decay takes away at learning rate ``rate``."""
    return state.lam * (rate if state.form == PYTORCH else 1.0)


def reading(state: WeightDecayState, rate: float, multiplier: float = 1.0) -> str:
    """AdamW's rule with the numbers of ``state``: which of the two decays is in use; a schedule multiplies both."""
    factor = "ηλ" if state.form == PYTORCH else "λ"
    whose = "PyTorch" if state.form == PYTORCH else "Algorithm 2"
    return f"AdamW: w ← (1 − {factor})w − η m̂/(√v̂ + ε), {factor} = {show(multiplier * shrink(state, rate))} ({whose})"
