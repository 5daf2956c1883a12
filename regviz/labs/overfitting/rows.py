"""The points to fit: drawn around a known curve, or one feature of a table against its target; split, then edited.

Models and pictures live elsewhere.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regviz.data import DataError, Table, bundled_names
from regviz.lab import Axis
from regviz.labs._data import table as read_table
from regviz.labs.overfitting.edits import Edits, read_edits, tag_of

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Curve = Callable[[Array], Array]

TRAIN, VALIDATION, TEST = 0, 1, 2
ROLES = ("train", "validation", "test")
FEWEST = 3
"""Training rows that are always left."""
MOST = 1000
"""Rows of each role that are used; a larger table is thinned at random."""
MOST_WIDE = 60
"""Training rows of the double-descent view, whose fits have up to ten times as many features."""
INPUTS = 200
"""Places at which curves are drawn and the expected test error is averaged."""


def _sine(x: Array) -> Array:
    return np.asarray(np.sin(2.0 * np.pi * x))


def _chirp(x: Array) -> Array:
    return np.asarray(np.sin(2.0 * np.pi * (0.5 + 2.0 * x) * x))


def _step(x: Array) -> Array:
    return np.where(x < 0.5, -0.8, 0.8)


def _peak(x: Array) -> Array:
    return np.asarray(2.0 / (1.0 + 25.0 * (2.0 * x - 1.0) ** 2) - 1.0)


def _line(x: Array) -> Array:
    return np.asarray(1.6 * x - 0.8)


TRUTHS: dict[str, Curve] = {"sine": _sine, "chirp": _chirp, "step": _step, "peak": _peak, "line": _line}
"""The known curves on 0 … 1."""


class Source(NamedTuple):
    """Everything the points depend on; for a file also when it was written. ``most`` caps the training rows."""

    dataset: str
    target: str
    feature: int
    truth: str
    n: int
    noise: float
    seed: int
    validation: float
    test: float
    written: int
    edits: str
    most: int


@dataclass(frozen=True, eq=False)
class Given:
    """The points before any edit: ``x``, ``y`` and ``role`` (N,), on the domain ``low`` … ``high``.

    ``truth`` and ``sigma`` are the known curve and noise, or None for a table, which is then in ``table``.
    ``left_out`` counts rows that were thinned away.
    """

    x: Array
    y: Array
    role: Index
    low: float
    high: float
    truth: Curve | None
    sigma: float | None
    table: Table | None
    column: int
    title: str
    tag: str
    left_out: int

    @cached_property
    def inputs(self) -> Array:
        """(200,) middles of equal cells of the domain."""
        return self.low + (self.high - self.low) * (np.arange(INPUTS) + 0.5) / INPUTS

    @cached_property
    def axes(self) -> tuple[Axis, Axis]:
        """Axes with room for points pulled out."""
        shown = self.y if self.truth is None else np.append(self.y, self.truth(self.inputs))
        low, high = float(shown.min()), float(shown.max())
        room = 0.3 * ((high - low) or max(abs(high), 1.0))
        margin = 0.02 * (self.high - self.low)
        names = ("x", "y") if self.table is None else (self.table.names[self.column], self.table.target)
        x = Axis(low=self.low - margin, high=self.high + margin, label=names[0])
        return x, Axis(low=low - room, high=high + room, label=names[1])


@dataclass(frozen=True, eq=False)
class Rows:
    """The points after the edits: ``x``, ``y``, ``role``, row number ``row`` and ``touched`` (moved or added), (N,).

    ``stale`` says that there are edits, but of other data, so that none was made.
    """

    given: Given
    x: Array
    y: Array
    role: Index
    row: Index
    touched: NDArray[np.bool_]
    stale: bool

    def of(self, role: int) -> Index:
        """Positions of the rows of one role, in the order of their row numbers."""
        return np.flatnonzero(self.role == role)

    @cached_property
    def train(self) -> tuple[Array, Array]:
        """Inputs and targets of the training rows."""
        kept = self.of(TRAIN)
        return self.x[kept], self.y[kept]

    @property
    def n(self) -> int:
        """Number of training rows."""
        return len(self.train[0])


@lru_cache(maxsize=64)
def rows(source: Source) -> Rows:
    """The points of ``source``; raises DataError with a sentence for unusable tables and edits."""
    given = given_rows(source._replace(edits=""))
    edits = read_edits(source.edits)
    if edits.tag and edits.tag != given.tag:
        return edited(given, Edits(), stale=True)
    return edited(given, edits)


def edited(given: Given, edits: Edits, stale: bool = False) -> Rows:
    """``given`` with ``edits``; those of rows that do not exist are passed over, places outside the domain drawn in."""
    count = len(given.x)
    x = np.append(given.x, [spot[0] for spot in edits.added])
    y = np.append(given.y, [spot[1] for spot in edits.added])
    touched = np.arange(len(x)) >= count
    for row, to_x, to_y in edits.moved:
        if row < count:
            x[row], y[row], touched[row] = to_x, to_y, True
    role = np.append(given.role, np.full(len(edits.added), TRAIN)).astype(np.intp)
    keep = np.setdiff1d(np.arange(len(x)), np.array(edits.removed, dtype=np.intp))
    made = Rows(given, np.clip(x, given.low, given.high)[keep], y[keep], role[keep], keep, touched[keep], stale)
    if made.n < FEWEST:
        raise DataError(f"edits: {made.n} training rows are left, and a fit needs at least {FEWEST}.")
    return made


@lru_cache(maxsize=16)
def given_rows(source: Source) -> Given:
    """The points of ``source`` before its edits."""
    return _drawn(source) if source.dataset == "synthetic" else _measured(source)


def _drawn(source: Source) -> Given:
    """One x in each of n equal cells of 0 … 1, and y with Gaussian noise."""
    truth = TRUTHS[source.truth]
    x = scattered(source.n, np.random.default_rng([source.seed, 1]))
    y = truth(x) + source.noise * np.random.default_rng([source.seed, 2]).normal(size=source.n)
    role = _dealt(x, source.seed, source.validation, 0.0)
    kept = _thinned(role, source)
    return Given(
        x[kept], y[kept], role[kept], 0.0, 1.0, truth, source.noise, None, 0, f"{source.truth}, σ = {source.noise:g}",
        tag_of("synthetic", *_thinning(source, x, kept)), len(x) - len(kept),
    )  # fmt: skip


def scattered(n: int, rng: np.random.Generator) -> Array:
    """One uniform place in each of ``n`` equal cells of 0 … 1, increasing."""
    places: Array = (np.arange(n) + rng.uniform(size=n)) / n
    return places


def _measured(source: Source) -> Given:
    table = read_table(source.dataset, source.target, source.written)
    column = min(source.feature, table.p - 1)
    x, y = np.array(table.X[:, column]), np.array(table.y)
    if len(x) < 2 * FEWEST:
        raise DataError(f"{table.source} has {len(x)} rows; curve fitting needs at least {2 * FEWEST}.")
    low, high = float(x.min()), float(x.max())
    if not low < high:
        raise DataError(f"Column {table.names[column]!r} never varies; choose another feature.")
    role = _dealt(x, source.seed, source.validation, source.test)
    kept = _thinned(role, source)
    name = source.dataset if source.dataset in bundled_names() else os.path.basename(source.dataset)
    tag = tag_of(name, table.target, table.names[column], *_thinning(source, x, kept))
    return Given(
        x[kept], y[kept], role[kept], low, high, None, None, table, column,
        f"{name}: {table.target} over {table.names[column]}", tag, len(x) - len(kept),
    )  # fmt: skip


def _thinning(source: Source, x: Array, kept: Index) -> tuple[object, ...]:
    """What decides which rows a number stands for; nothing while all rows are used."""
    return (source[4:9], source.most) if len(kept) < len(x) else ()


def _dealt(x: Array, seed: int, validation: float, test: float) -> Index:
    """The role (n,) of each row. The rows with the smallest and the largest x train, so that no fit is extrapolated."""
    n = len(x)
    role = np.full(n, TRAIN, dtype=np.intp)
    order = np.random.default_rng([seed, 3]).permutation(n)
    order = order[~np.isin(order, (x.argmin(), x.argmax()))]
    tested = min(round(test * n), max(n - 2 * FEWEST, 0))
    validated = min(round(validation * n), n - FEWEST - tested)
    role[order[:tested]] = TEST
    role[order[tested : tested + validated]] = VALIDATION
    return role


def _thinned(role: Index, source: Source) -> Index:
    """Row numbers that are used, at most ``MOST`` of a role and ``source.most`` training rows."""
    rng = np.random.default_rng([source.seed, 4])
    kept = []
    for each in (TRAIN, VALIDATION, TEST):
        members = np.flatnonzero(role == each)
        most = min(MOST, source.most) if each == TRAIN else MOST
        kept.append(members if len(members) <= most else rng.choice(members, most, replace=False))
    return np.sort(np.concatenate(kept))
