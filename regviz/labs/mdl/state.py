"""The controls of the mdl lab."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from regviz.lab import choice, integer, slider
from regviz.lab.controls import When
from regviz.theory.description_length_polynomial import CODES

POLYNOMIALS, TREES, PENALTIES = "polynomials", "trees", "penalties"
BOTTLENECK, GAUSSIAN, BINNING = "bottleneck", "gaussian", "binning"
TABS = (POLYNOMIALS, TREES, PENALTIES, BOTTLENECK, GAUSSIAN, BINNING)
CURVES = ("cubic", "line", "sine", "step", "noise only")
SHAPES = ("staircase", "disc", "checkerboard", "noise only")
JOINTS = ("hierarchy", "three groups", "ring", "random")
MOST_DEGREE, MOST_LEAVES = 14, 24


@dataclass(frozen=True)
class MdlState:
    """Codes of polynomials, trees and coefficients; bottlenecks of a finite and of a Gaussian joint; binned neurons."""

    only_while: ClassVar[Mapping[str, When]] = {name: ("tab", (name,)) for name in TABS}

    tab: str = choice(POLYNOMIALS, TABS, place="mode", label="view",
                      help="Codes for polynomials, trees and coefficients, or the information bottleneck.")  # fmt: skip
    beta: float = slider(
        8.0, 1.0, 1e3, shown=(1.0, 200.0), log=True, place="main", symbol="β", label="tradeoff",
        when=("tab", (BOTTLENECK, GAUSSIAN)), help="What a bit about Y is worth, in bits kept of X.",
    )  # fmt: skip
    degree: int = integer(3, 0, MOST_DEGREE, place=POLYNOMIALS, symbol="d", help="Degree of the curve that is shown.")
    curve: str = choice("cubic", CURVES, place=POLYNOMIALS, help="What the data are drawn around.")
    cell: int = integer(
        6, 2, 10, place=POLYNOMIALS, label="digits of y", help="The outputs are multiples of one half to this power."
    )
    code: str = choice(CODES[0], CODES, place=POLYNOMIALS, label="coefficient code",
                       help="How a quantised coefficient is written.")  # fmt: skip
    leaves: int = integer(6, 1, MOST_LEAVES, place=TREES, help="Leaves of the tree that is shown.")
    shape: str = choice("staircase", SHAPES, place=TREES, help="Where the labels are 1.")
    flips: float = slider(0.08, 0.0, 0.5, place=TREES, label="flipped labels", unless=("shape", ("noise only",)),
                          help="Share of labels that are flipped.")  # fmt: skip
    penalty: str = choice("ridge", ("ridge", "lasso"), place=PENALTIES, help="A Gaussian or a Laplace prior.")
    lam: float = slider(
        0.1, 1e-4, 100.0, log=True, place=PENALTIES, label="penalty strength", symbol="λ",
        help="Penalty strength, which is the width of the prior.",
    )  # fmt: skip
    features: int = integer(12, 1, 40, shown=(2, 30), place=PENALTIES, symbol="p", help="Coefficients.")
    informative: int = integer(4, 0, 40, shown=(0, 12), place=PENALTIES, help="True coefficients that are not zero.")
    digits: int = integer(5, 0, 10, place=PENALTIES, label="digits of w",
                          help="Coefficients are sent as multiples of one half to this power.")  # fmt: skip
    folds: int = integer(10, 2, 40, shown=(2, 20), place=PENALTIES, help="Folds of the cross-validation.")
    n: int = integer(
        60, 4, 400, shown=(10, 200), place="data", symbol="n", label="rows",
        when=("tab", (POLYNOMIALS, TREES, PENALTIES)), help="Rows of the data; more of them pay for a larger model.",
    )  # fmt: skip
    noise: float = slider(
        0.3, 0.01, 5.0, shown=(0.02, 2.0), log=True, place="data", symbol="σ",
        when=("tab", (POLYNOMIALS, PENALTIES)), help="Standard deviation of the noise; for penalties times 5.",
    )  # fmt: skip
    joint: str = choice("hierarchy", JOINTS, place=BOTTLENECK, label="joint p(x, y)", help="What X tells of Y.")
    blur: float = slider(
        0.1, 0.0, 1.0, place=BOTTLENECK, help="Share of p(y|x) that is replaced by an even distribution."
    )
    uneven: float = slider(
        0.3, 0.0, 2.0, place=BOTTLENECK, help="Strength of random factors on p(x, y), drawn from the seed."
    )
    starts: int = integer(12, 0, 40, place=BOTTLENECK, label="random starts",
                          help="Iterations from random assignments at the same β.")  # fmt: skip
    dimensions: int = integer(3, 2, 6, place=GAUSSIAN, symbol="p", help="Dimensions of X and of Y.")
    top: float = slider(0.9, 0.05, 0.99, place=GAUSSIAN, symbol="ρ₁", label="largest correlation",
                        help="Largest canonical correlation of X and Y.")  # fmt: skip
    decay: float = slider(0.7, 0.1, 1.0, place=GAUSSIAN, help="Each further canonical correlation over the one before.")
    weight: float = slider(
        3.0, 0.1, 40.0, log=True, place=BINNING, symbol="w", help="Weight of the neuron f(w·x)."
    )
    narrow: float = slider(0.05, 0.005, 1.0, log=True, place=BINNING, label="first bin width",
                           help="Width of the bins of the output.")  # fmt: skip
    wide: float = slider(0.5, 0.005, 1.0, log=True, place=BINNING, label="second bin width",
                         help="Another width for the same outputs.")  # fmt: skip
    seed: int = integer(0, 0, 2**31 - 1, shown=(0, 99), place="data", unless=("tab", (BINNING,)),
                        help="Draws data, joints and random starts.")  # fmt: skip
