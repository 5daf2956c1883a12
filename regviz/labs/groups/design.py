"""Which data and which blocks the groups lab works on: lagged series, tables with coded categories, blocks of the user.

Blocks have one order, one name and one colour in every panel. Nothing is solved here.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regviz.data import lagged
from regviz.labs._data import Data, Groups, Source, load
from regviz.linear.groups import parse_groups
from regviz.linear.problem import Problem

LAGS = "lags"
_BEFORE = " =_.:²³"


class Key(NamedTuple):
    """Everything the data and their blocks depend on. ``series`` are the arguments of the lagged series."""

    source: Source
    series: tuple[int, int, int, int, float, float, int]
    groups: str
    size: int


@dataclass(frozen=True, eq=False)
class Design:
    """Data with blocks.

    ``order`` (p,) lists the features block after block, as bars stand; ``starts`` (G + 1,) says where blocks begin
    there. ``names`` and ``roles`` are by block.
    """

    data: Data
    groups: Groups
    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    names: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def problem(self) -> Problem:
        """The standardised problem."""
        return self.data.problem

    @property
    def single(self) -> bool:
        """Whether no block has two members."""
        return len(self.groups) == self.problem.p


@lru_cache(maxsize=8)
def designed(key: Key) -> Design:
    """The design of one key; the same object for the same key.

    Raises DataError for a table that cannot be used, ValueError for blocks that name no feature.
    """
    found = _lagged(key) if key.source.dataset == LAGS else load(key.source)
    groups = _groups(found, key)
    names = tuple(block_name([found.problem.names[j] for j in group]) for group in groups)
    return Design(
        data=found, groups=groups, order=np.array([j for group in groups for j in group], dtype=np.intp),
        starts=np.cumsum([0, *map(len, groups)]), names=names,
        roles=tuple(f"informative:{g}" for g in range(len(groups))),
    )  # fmt: skip


def block_name(members: list[str]) -> str:
    """What the names of a block's features share, where that is a word of its own, else the first and the last."""
    first, last = members[0], members[-1]
    if len(members) == 1:
        return first
    shared = first[: next((k for k, letters in enumerate(zip(*members, strict=False)) if len(set(letters)) > 1), None)]
    shared = shared[: min(map(len, members))]
    for end in range(len(shared), 0, -1):
        if all(len(name) == end or name[end] in _BEFORE for name in members):
            return shared[:end]
    unit = max((end for end in (first[k:] for k in range(len(first))) if end[0] == " " and last.endswith(end)),
               key=len, default="")  # fmt: skip
    return f"{first.removesuffix(unit)}–{last}"


def _groups(found: Data, key: Key) -> Groups:
    """The blocks of the text, else runs of ``size`` columns, else the data's own."""
    if key.groups.strip():
        return parse_groups(key.groups, found.problem.names)
    if key.size == 0:
        return found.groups
    p = found.problem.p
    return tuple(tuple(range(start, min(start + key.size, p))) for start in range(0, p, key.size))


def _lagged(key: Key) -> Data:
    n, series, lags, informative, noise, rho, seed = key.series
    made = lagged(
        n=n, series=series, lags=lags, informative=min(informative, series), noise=noise, rho=rho, seed=seed
    )
    problem = Problem.of(made.X, made.y, standardize=key.source.standardize, names=made.names)
    return Data(
        problem=problem, X=made.X, y=made.y, outcomes=None,
        title=f"{series} series × {lags} lags, n = {n}, σ = {noise:g}", groups=made.groups,
        truth=made.w * problem.scales, test_error=made.test_error, targets=(), classes=None, notes=(),
    )  # fmt: skip
