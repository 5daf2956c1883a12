"""The controls of the augmentation lab, and what they say to the engine. Nothing is computed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from regviz.lab import choice, integer, slider
from regviz.lab.controls import When
from regviz.labs import _nets as nets
from regviz.neural import Hyper, Policy

NETS, SIZES, EXACT = "nets", "over n", "exact identities"
DIGITS = "digits"
VARIANTS = ("plain", "augmented")
_TRAINED: When = ("tab", (NETS, SIZES))
_NETS: When = ("tab", (NETS,))
_EXACT: When = ("tab", (EXACT,))
_PLANE: When = ("dataset", ("moons", "circles", "spiral", "xor", "gaussians"))
_IMAGES: When = ("dataset", (DIGITS,))


@dataclass(frozen=True)
class AugmentationState(nets.NetControls):
    """Nets with and without augmentation, the same over the number of training points, and what is exact."""

    only_while: ClassVar[Mapping[str, When]] = {
        "net": _TRAINED, "training": _TRAINED, "dataset": _TRAINED, "noise": _TRAINED, "label_noise": _TRAINED,
        "train_size": _NETS, "probe_x": _NETS, "probe_y": _NETS, "bins": _TRAINED, "geometry": _TRAINED,
        "exact": _EXACT, "fgsm": _TRAINED, "freeze": _NETS, "inside": _NETS,
    }  # fmt: skip

    tab: str = choice(NETS, (NETS, SIZES, EXACT), place="mode", label="view",
                      help="Two nets side by side, accuracy over training-set size, or the identities.")  # fmt: skip
    input_noise: float = slider(
        0.2, 0.0, 3.0, shown=(0.0, 1.5), place="main", symbol="σ", label="input noise",
        help="Deviation of Gaussian noise added to every input; may be changed while training runs.",
    )  # fmt: skip
    dataset: str = choice(
        DIGITS, (DIGITS, "moons", "circles", "spiral", "xor", "gaussians"), place="data", label="data set",
        help="The problem to learn: 8×8 handwritten digits, or points of the plane.",
    )  # fmt: skip
    shift: float = slider(
        0.25, 0.0, 2.0, shown=(0.0, 0.75), place="geometry",
        help="Largest shift in either direction, of a picture from −1 to 1: 0.25 is one pixel of a digit.",
    )  # fmt: skip
    angle: float = slider(
        15.0, 0.0, 180.0, shown=(0.0, 90.0), place="geometry", label="rotate", unit="°",
        help="Largest turn to either side.",
    )  # fmt: skip
    flip: float = slider(0.0, 0.0, 1.0, place="geometry", help="Probability of mirroring left and right.")
    cutout: int = integer(0, 0, 8, shown=(0, 5), place="geometry", label="cut-out", unit="px", when=_IMAGES,
                          help="Side of a square that is filled with middle ink, at a random place.")  # fmt: skip
    hide: float = slider(0.0, 0.0, 1.0, place="geometry", label="cut-out", when=_PLANE,
                         help="Probability that one of the two inputs is set to 0.")  # fmt: skip
    fgsm: float = slider(
        0.0, 0.0, 2.0, shown=(0.0, 0.5), place="labels and attack", label="FGSM", symbol="εₓ",
        help="Fast gradient sign method: each input moves so far in the direction in which the loss grows.",
    )  # fmt: skip
    mixup: float = slider(
        0.2, 0.0, 10.0, shown=(0.0, 2.0), place="labels and attack", symbol="α",
        help="Samples and labels are mixed in pairs with one λ from Beta(α, α); 0 mixes nothing.",
    )  # fmt: skip
    smoothing: float = slider(
        0.05, 0.0, 1.0, shown=(0.0, 0.5), place="labels and attack", symbol="ε", label="label smoothing",
        help="Share of each label that is spread evenly over all classes.",
    )  # fmt: skip
    bins: int = integer(10, 1, 20, shown=(5, 20), place="view", symbol="M",
                        help="Bins of the reliability diagrams, and of the calibration error.")  # fmt: skip
    features: int = integer(5, 1, 10, place="exact", symbol="p", help="Features of the least-squares problem.")
    correlation: float = slider(0.4, 0.0, 0.95, place="exact", symbol="ρ", help="Correlation between the features.")
    copies: int = integer(
        400, 1, 5_000, shown=(20, 1_000), place="exact", symbol="m", label="noisy copies",
        help="Copies of the data, each with its own noise, that every augmented fit is made on.",
    )  # fmt: skip
    classes: int = integer(10, 2, 100, shown=(2, 20), place="exact", symbol="K",
                           help="Classes over which a smoothed label is spread.")  # fmt: skip
    attack: float = slider(
        0.2, 0.0, 2.0, shown=(0.0, 1.0), place="exact", label="FGSM on the plane", symbol="εₓ",
        help="How far FGSM moves both inputs of the linear logistic model.",
    )  # fmt: skip
    w1: float = slider(0.4, -3.0, 3.0, place="exact", label="first weight", symbol="w₁",
                       help="First weight of the linear logistic model: drag the arrow's tip.")  # fmt: skip
    w2: float = slider(1.0, -3.0, 3.0, place="exact", label="second weight", symbol="w₂",
                       help="Of the linear logistic model.")  # fmt: skip
    train_size: int = integer(
        60, 2, 5_000, shown=(10, 400), place="data", label="training points", symbol="n",
        help="Points that training sees; others validate and test.",
    )  # fmt: skip
    noise: float = slider(
        0.2, 0.0, 2.0, shown=(0.0, 0.6), place="data", label="noise of the data",
        help="How far points stray from their class's curve; for digits, noise in the pixels.",
    )  # fmt: skip
    layers: int = integer(1, 0, 4, shown=(1, 4), place="net", label="hidden layers", help="Layers between in and out.")
    width: int = integer(32, 1, 64, shown=(1, 40), place="net", help="Units in each hidden layer.")
    activation: str = choice(
        "relu", ("tanh", "relu", "gelu", "linear"), place="net", help="What each hidden unit does to its sum."
    )
    probe_x: float = slider(0.4, -3.0, 3.0, place="view", label="probe x", unless=_IMAGES,
                            help="A point to drag in the pictures.")  # fmt: skip
    probe_y: float = slider(0.4, -3.0, 3.0, place="view", label="probe y", unless=_IMAGES,
                            help="Its other coordinate.")  # fmt: skip
    steps: int = integer(600, 1, 10_000, shown=(10, 3_000), place="training", help="Where training ends.")


def policy(state: AugmentationState) -> Policy:
    """What the second net's inputs go through."""
    image = state.dataset == DIGITS
    return Policy(
        shift=state.shift, angle=state.angle, flip=state.flip, cutout=state.cutout if image else 0,
        hide=0.0 if image else state.hide, noise=state.input_noise, mixup=state.mixup, fgsm=state.fgsm,
    )  # fmt: skip


def hyper(state: AugmentationState, pairs: int = 1) -> Hyper:
    """Label smoothing for the later half of the 2·``pairs`` variants."""
    return nets.hyper(state, smoothing=(0.0,) * pairs + (state.smoothing,) * pairs)


def shape(state: AugmentationState) -> tuple[int, ...]:
    """Height and width of an input that is a picture, else ()."""
    return (8, 8) if state.dataset == DIGITS else ()
