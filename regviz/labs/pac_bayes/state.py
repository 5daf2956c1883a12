"""The controls of the pac-bayes lab. Nothing is computed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from regviz.lab import choice, integer, slider, switch
from regviz.lab.controls import When

POSTERIOR, THREE, PRIOR, REPEAT, NET = "posterior", "three bounds", "tuning the prior", "many samples", "net"
FIXED, GRID = "fixed", "grid"
KL, CATONI, PINSKER = "inverse kl", "Catoni", "Pinsker"
INITIAL, HALF = "initial weights", "half of the data"

_LINEAR: When = ("tab", (POSTERIOR, THREE, PRIOR, REPEAT))
_NET: When = ("tab", (NET,))
_HELD: When = ("optimise", (True,))
_GRID: tuple[When, ...] = (("prior", (GRID,)), ("tab", (PRIOR,)))
_FIXED: tuple[When, ...] = (("prior", (FIXED,)), ("tab", (PRIOR,)))
"""The prior that is used, and both where they are compared."""


@dataclass(frozen=True)
class PacBayesState:
    """A Gaussian prior and posterior over a linear classifier of two Gaussian classes, and a small stochastic net."""

    only_while: ClassVar[Mapping[str, When]] = {
        "posterior": _LINEAR, "prior": _LINEAR, "classes": _LINEAR, "bound": _LINEAR, "net": _NET, "training": _NET,
    }  # fmt: skip

    tab: str = choice(POSTERIOR, (POSTERIOR, THREE, PRIOR, REPEAT, NET), place="mode", label="view",
                      help="Q and its bound, bounds compared, the prior's price, many samples, a net.")  # fmt: skip
    s: float = slider(
        0.4, 1e-3, 1e3, shown=(0.02, 5.0), log=True, symbol="s", place="main", label="posterior width",
        when=_LINEAR, unless=_HELD, help="Standard deviation of every weight under Q = N(w, s²I).",
    )  # fmt: skip
    optimise: bool = switch(
        False, place="posterior", label="optimise Q", help="Length of w and s by the least bound: still a bound."
    )
    length: float = slider(
        1.0, 0.0, 100.0, shown=(0.0, 5.0), symbol="‖w‖", place="posterior", label="length of w", unless=_HELD,
        help="Q's mean points along the mean of y·x and has this length.",
    )  # fmt: skip
    tau: float = slider(
        1.0, 1e-3, 1e3, shown=(0.05, 20.0), log=True, symbol="τ", place="prior", label="prior width", either=_FIXED,
        help="Standard deviation of every weight under P = N(0, τ²I), chosen before seeing the sample.",
    )  # fmt: skip
    prior: str = choice(
        FIXED, (FIXED, GRID), place="prior", label="prior width is",
        help="fixed: τ above; grid: the best of τⱼ = c·exp(−j/b), each with its price ln(π²j²/6).",
    )  # fmt: skip
    grid_top: float = slider(
        20.0, 1e-3, 1e3, shown=(0.5, 100.0), log=True, symbol="c", place="prior", label="grid begins at", either=_GRID,
        help="The widest prior of the grid, chosen beforehand.",
    )  # fmt: skip
    grid_rate: float = slider(
        2.0, 0.2, 50.0, shown=(0.5, 20.0), log=True, symbol="b", place="prior", label="grid steps per factor e",
        either=_GRID, help="A finer grid hits τ better and pays more.",
    )  # fmt: skip
    n: int = integer(200, 2, 20_000, shown=(20, 2_000), place="classes", label="sample size", symbol="n",
                     help="Training examples, drawn independently.")  # fmt: skip
    d: int = integer(2, 1, 200, shown=(1, 50), place="classes", label="dimensions", symbol="d",
                     help="Inputs; classes differ along the first one only.")  # fmt: skip
    m: float = slider(1.5, 0.0, 5.0, shown=(0.0, 4.0), place="classes", symbol="m", label="distance of the classes ÷ 2",
                      help="x ~ N(y·m·e₁, I): no classifier errs less than Φ(−m).")  # fmt: skip
    seed: int = integer(0, 0, 2**31 - 1, shown=(0, 99), place="data", help="Draws samples, classifiers and nets.")
    delta: float = slider(
        0.05, 1e-6, 0.5, shown=(0.001, 0.5), log=True, symbol="δ", place="confidence", label="failure probability",
        help="Each bound may fail on this share of samples.",
    )  # fmt: skip
    catoni: str = choice(
        GRID, (GRID, FIXED), place="bound", label="Catoni's C is",
        help="grid: the best of 32 values fixed beforehand, at the price ln 32; fixed: the value below.",
    )  # fmt: skip
    parameter: float = slider(
        1.0, 1e-3, 50.0, shown=(0.05, 10.0), log=True, symbol="C", place="bound", label="Catoni's C",
        when=("catoni", (FIXED,)), help="Chosen before seeing the sample.",
    )  # fmt: skip
    target: str = choice(
        KL, (KL, CATONI, PINSKER), place="bound", label="bound in view",
        either=(("tab", (POSTERIOR, REPEAT)), _HELD),
        help="The bound that Q is optimised for and that is drawn over ‖w‖ and s.",
    )  # fmt: skip
    draws: int = integer(1_000, 100, 10_000, shown=(100, 2_000), place="posterior", label="samples",
                         when=("tab", (REPEAT,)), help="Fresh samples, each with a Q of its own.")  # fmt: skip
    dataset: str = choice("moons", ("moons", "circles", "xor"), place="net", label="data set",
                          help="The problem that the net learns.")  # fmt: skip
    noise: float = slider(0.15, 0.0, 2.0, shown=(0.0, 0.6), place="net", symbol="σ",
                          help="How far points stray from their class's curve.")  # fmt: skip
    train_size: int = integer(2_000, 20, 20_000, shown=(100, 5_000), place="net", label="training points", symbol="n",
                              help="Drawn independently from the two classes.")  # fmt: skip
    width: int = integer(8, 1, 64, shown=(1, 24), place="net", help="Units in the one hidden layer.")
    steps: int = integer(1_000, 0, 50_000, shown=(0, 5_000), place="training",
                         help="Steps of Adam on the logistic loss; more move the mean of Q further.")  # fmt: skip
    prior_from: str = choice(
        INITIAL, (INITIAL, HALF), place="training", label="prior around",
        help="The initial weights, or weights learned on one half while the bound uses the other half only.",
    )  # fmt: skip
    sampling: float = slider(
        0.01, 1e-6, 0.5, shown=(1e-3, 0.1), log=True, symbol="δ′", place="training", label="failure of sampling",
        help="Chance that the sampled training error of the stochastic net misleads.",
    )  # fmt: skip
