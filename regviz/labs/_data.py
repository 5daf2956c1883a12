"""The data controls that all linear labs share, and the memoised problem behind them. No pictures here."""

import os
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regviz.data import Table, bundled_names, opening_table, synthetic
from regviz.data.steps import Steps, part
from regviz.lab import Frame, choice, integer, slider, switch, text
from regviz.labs._memo import gradual, meanwhile
from regviz.linear.problem import Problem

Array = NDArray[np.float64]
Groups = tuple[tuple[int, ...], ...]

SYNTHETIC = ("dataset", ("synthetic",))
"""While there are no data but those that the controls make."""
COLOURED = 5
"""How many features of a real table get a colour of their own."""
_LARGE = 1_000_000
"""Bytes of a file from which on it is said how far the reading is."""
_READ, _SCALED = 0.85, 0.9
"""Shares of the time that a file takes, at which it has been read and at which it is being centred and scaled."""


def draw(**words: Any) -> Any:
    """The seed; labs say by ``words`` when it draws nothing."""
    return integer(42, 0, 2**31 - 1, shown=(0, 99), place="data", help="Draws the data and the folds.", **words)


@dataclass(frozen=True)
class DataControls:
    """The state fields that choose the data of a linear lab."""

    dataset: str = choice(
        "synthetic", ("synthetic", *(n for n in bundled_names() if n != "mcycle")), free=True, place="data",
        label="data set", help="Synthetic data with a known truth, a bundled table, or the path of your own CSV file.",
    )  # fmt: skip
    target: str = text(
        "", place="data", unless=SYNTHETIC, help="Column to predict; empty for the table's usual target."
    )
    n: int = integer(
        60, 5, 20_000, shown=(10, 400), place="data", when=SYNTHETIC, label="rows", symbol="n", help="Training rows."
    )
    p: int = integer(
        12, 2, 2_000, shown=(2, 60), place="data", when=SYNTHETIC, label="features", symbol="p",
        help="Features, informative and noise together.",
    )  # fmt: skip
    informative: int = integer(
        4, 0, 2_000, shown=(0, 20), place="data", when=SYNTHETIC,
        help="Features whose true coefficient is not zero (at most all of them).",
    )  # fmt: skip
    noise: float = slider(
        2.0, 0.0, 1e6, shown=(0.0, 10.0), place="data", when=SYNTHETIC, symbol="σ",
        help="Standard deviation of the noise in the target.",
    )  # fmt: skip
    rho: float = slider(
        0.5, 0.0, 0.999, place="data", when=SYNTHETIC, symbol="ρ", label="correlation", help="How alike features are."
    )
    correlation: str = choice(
        "ar1", ("ar1", "equal"), place="data", when=SYNTHETIC, label="pattern",
        help="ar1: ρ^|i−j|, neighbours are most alike; equal: ρ between every two features.",
    )  # fmt: skip
    scale_spread: float = slider(
        1.0, 1.0, 1e4, log=True, shown=(1.0, 100.0), place="data", when=SYNTHETIC, label="spread of scales",
        help="Ratio of the largest to the smallest standard deviation of the features.",
    )  # fmt: skip
    seed: int = draw()
    standardize: bool = switch(
        True, place="data", help="Scale every feature to unit variance, so that the penalty treats all alike."
    )


class Source(NamedTuple):
    """Everything the data depend on; for a file also when it was written."""

    dataset: str
    target: str
    synthetic: tuple[Any, ...]
    standardize: bool
    written: int


@dataclass(frozen=True, eq=False)
class Data:
    """A problem with what a lab may say about it.

    ``X`` (n, p) and ``y`` (n,) are on their own scale. ``truth`` (p,) are true coefficients on the problem's scale, or
    None; ``test_error(intercept, coef)`` is the exact expected squared error of own-scale coefficients, or None.
    ``outcomes`` (n,) are a two-valued target as 0 and 1, else None, ``classes`` its two labels. ``groups`` are blocks
    of columns that belong together.
    """

    problem: Problem
    X: Array
    y: Array
    outcomes: Array | None
    title: str
    groups: Groups
    truth: Array | None
    test_error: Callable[[float, Array], float] | None
    targets: tuple[str, ...]
    classes: tuple[str, str] | None
    notes: tuple[str, ...]


def source(state: DataControls) -> Source:
    """The part of ``state`` that the data depend on."""
    if state.dataset == "synthetic":
        made = (
            state.n, state.p, min(state.informative, state.p), state.noise, state.rho, state.correlation,
            state.scale_spread, state.seed,
        )  # fmt: skip
        return Source("synthetic", "", made, state.standardize, 0)
    return Source(state.dataset, state.target, (), state.standardize, written(state.dataset))


def data(state: DataControls) -> Data:
    """The data of ``state``; raises DataError with a sentence for a table that cannot be used."""
    return load(source(state))


@gradual(8)
def load(key: Source) -> Steps[Data]:
    """The data of one source; the same object for the same source."""
    if key.dataset == "synthetic":
        return _synthetic(key)
    read = yield from part(table.steps(key.dataset, key.target, key.written), 0.0, _READ)
    yield _SCALED
    found = _of_table(key, read)
    yield 1.0
    return found


@gradual(2)
def table(dataset: str, target: str, written: int) -> Steps[Table]:
    """A bundled table, or that of a file as it was ``written``."""
    read = yield from opening_table(dataset, target)
    return read


def written(dataset: str) -> int:
    """When the file ``dataset`` was written, in nanoseconds; 0 for what is no file."""
    if dataset in ("synthetic", *bundled_names()):
        return 0
    try:
        return os.stat(dataset).st_mtime_ns
    except (OSError, ValueError):
        return 0


def arriving(dataset: str, steps: Steps[Any]) -> Generator[Frame, Any, None]:
    """While ``steps`` read the large file ``dataset``: frames without panels that say how far they are.

    A file that is read soon brings none, nor does one that is known already.
    """
    if dataset not in bundled_names() and _size(dataset) > _LARGE:
        yield from meanwhile(Frame(panels=(), readouts=(), caption=f"Reading {os.path.basename(dataset)}."), steps)


def _size(dataset: str) -> int:
    """Bytes of the file ``dataset``; 0 for what is no file."""
    try:
        return os.stat(dataset).st_size
    except (OSError, ValueError):
        return 0


def _synthetic(key: Source) -> Data:
    n, p, informative, noise, rho, correlation, scale_spread, seed = key.synthetic
    made = synthetic(
        n=n, p=p, informative=informative, noise=noise, rho=rho, correlation=correlation,
        scale_spread=scale_spread, seed=seed,
    )  # fmt: skip
    problem = Problem.of(made.X, made.y, standardize=key.standardize)
    return Data(
        problem=problem, X=made.X, y=made.y, outcomes=None, title=f"synthetic, n = {n}, p = {p}, σ = {noise:g}",
        groups=tuple((j,) for j in range(p)), truth=made.w * problem.scales, test_error=made.test_error, targets=(),
        classes=None, notes=(),
    )  # fmt: skip


def _of_table(key: Source, read: Table) -> Data:
    problem = Problem.of(read.X, read.y, standardize=key.standardize, names=read.names)
    name = key.dataset if key.dataset in bundled_names() else os.path.basename(key.dataset)
    usual = "" if key.target else read.target
    return Data(
        problem=problem, X=read.X, y=read.y, outcomes=read.outcomes if read.classes else None,
        title=f"{name}: {read.target}, n = {problem.n}, p = {problem.p}", groups=read.groups, truth=None,
        test_error=None, targets=_usual_first(read.targets, usual), classes=read.classes, notes=read.notes,
    )  # fmt: skip


def _usual_first(targets: tuple[str, ...], usual: str) -> tuple[str, ...]:
    """``targets`` with the usual one in front: an empty state field stands for the first of a list."""
    return tuple(dict.fromkeys((usual, *targets))) if usual in targets else targets


def feature_roles(found: Data, order: tuple[int, ...]) -> tuple[str, ...]:
    """One role per feature, the same in every panel.

    With a known truth the informative features are coloured in their order and the others are noise; of a real table
    the first few of ``order`` (most important first) are coloured and the rest is muted.
    """
    p = found.problem.p
    if found.truth is not None:
        rest, coloured = "noise", [int(j) for j in np.flatnonzero(found.truth)]
    else:
        rest, coloured = "muted", sorted(order[:COLOURED])
    rank = {j: k for k, j in enumerate(coloured)}
    return tuple(f"informative:{rank[j]}" if j in rank else rest for j in range(p))
