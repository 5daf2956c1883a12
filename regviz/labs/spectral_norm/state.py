"""The controls of the spectral-norm lab. Nothing is computed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from regviz.lab import choice, integer, slider
from regviz.lab.controls import When
from regviz.labs import _nets as nets

POWER, NETS, GAN = "power iteration", "nets", "adversarial nets"
_POWER: When = ("tab", (POWER,))
_NETS: When = ("tab", (NETS,))
_GAN: When = ("tab", (GAN,))
_TRAINED: When = ("tab", (NETS, GAN))


@dataclass(frozen=True)
class SpectralState(nets.NetControls):
    """A 2×2 matrix under power iteration, two nets with a bound on their slope, and two GANs on a ring."""

    only_while: ClassVar[Mapping[str, When]] = {
        "dataset": _NETS, "train_size": _NETS, "noise": _NETS, "label_noise": _NETS, "net": _NETS,
        "optimiser": _NETS, "rate": _NETS, "probe_x": _NETS, "probe_y": _NETS, "steps": _TRAINED, "pace": _TRAINED,
        "batch": _TRAINED, "seed": _TRAINED, "matrix": _POWER, "ring": _GAN,
        "freeze": _NETS, "inside": _NETS,
    }  # fmt: skip

    tab: str = choice(POWER, (POWER, NETS, GAN), place="mode", label="view",
                      help="One matrix step by step, two classifiers, or two GANs.")  # fmt: skip
    norm: float = slider(
        3.0, 0.1, 100.0, shown=(0.5, 10.0), log=True, symbol="c", place="main", when=_TRAINED, label="norm of a layer",
        help="Each layer becomes c·W/s, s an estimate of σ₁(W): 1 is the original. May change during training.",
    )  # fmt: skip
    sigma: float = slider(
        2.0, 0.1, 4.0, shown=(0.5, 3.0), symbol="σ₁", place="matrix", label="largest singular value",
        help="Length of the ellipse's long half axis: drag its end.",
    )  # fmt: skip
    ratio: float = slider(
        0.7, 0.0, 1.0, symbol="σ₂/σ₁", place="matrix", label="ratio",
        help="Short over long half axis: near 1 power iteration is slow. Drag the end of the short axis.",
    )  # fmt: skip
    turn_in: float = slider(
        20.0, -180.0, 180.0, unit="°", place="matrix", label="angle of v₁",
        help="Direction that W stretches most: drag it on the circle.",
    )  # fmt: skip
    turn_out: float = slider(
        65.0, -180.0, 180.0, unit="°", place="matrix", label="angle of u₁", help="Direction of the ellipse's long axis."
    )  # fmt: skip
    start: float = slider(
        105.0, -180.0, 180.0, unit="°", place="matrix", label="angle of the start",
        help="Where v begins: drag it on the circle.",
    )  # fmt: skip
    iterations: int = integer(
        12, 1, 200, shown=(1, 40), place="matrix", symbol="k", help="Iterations of v ← Wᵀu, u ← Wv, both normalised."
    )
    dataset: str = choice(
        "moons", ("moons", "circles", "spiral", "xor", "gaussians"), place="data", label="data set",
        help="The problem to learn: two classes (one logit) or, gaussians, three (three logits).",
    )  # fmt: skip
    noise: float = slider(
        0.15, 0.0, 2.0, shown=(0.0, 0.6), place="data", symbol="σ",
        help="How far points stray from their class's curve.",
    )  # fmt: skip
    layers: int = integer(2, 0, 6, shown=(1, 4), place="net", label="hidden layers", help="Layers between in and out.")
    width: int = integer(24, 1, 64, shown=(1, 40), place="net", help="Units in each hidden layer.")
    activation: str = choice(
        "relu", ("tanh", "relu", "gelu", "linear"), place="net", help="What each hidden unit does to its sum."
    )
    batch: int = integer(64, 1, 1_000, shown=(1, 200), place="training", label="batch size", symbol="B",
                         help="Points in each step.")  # fmt: skip
    steps: int = integer(2_000, 1, 20_000, shown=(10, 6_000), place="training", help="Where training ends.")
    pace: int = integer(
        20, 1, 10_000, shown=(1, 100), place="training", label="steps per picture",
        help="Training steps between two pictures: 1 is slow motion.",
    )  # fmt: skip
    gan_rate: float = slider(
        0.01, 0.0, 1e3, shown=(1e-4, 0.1), log=True, place="ring", label="learning rate", symbol="η",
        help="Step size of Adam (β₁ = 0.5) for both nets; may be changed while training runs.",
    )  # fmt: skip
    spread: float = slider(
        0.05, 0.005, 0.3, shown=(0.02, 0.15), place="ring", symbol="σ",
        help="Standard deviation of each of the eight Gaussians on a circle of radius 1.",
    )  # fmt: skip
    share: float = slider(
        2.0, 0.1, 12.5, shown=(0.1, 10.0), unit="%", place="ring", label="share that covers",
        help="A mode counts as covered when at least this share of 1,000 samples lies within 3σ of its centre.",
    )  # fmt: skip
    units: int = integer(24, 1, 128, shown=(4, 64), place="ring", label="hidden units",
                         help="Units in each of the two hidden layers of generator and discriminator.")  # fmt: skip
