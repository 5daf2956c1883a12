"""Groups of features: reading them from text and checking that they are a partition.

What is done with groups (penalties, solvers) lives elsewhere.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Groups = tuple[tuple[int, ...], ...]


def parse_groups(text: str, names: Sequence[str]) -> Groups:
    """Read groups written as ``"A,B;C,D"``; every feature that is not named becomes a group of its own.

    Groups are ordered by their first feature. Raises ValueError for text that names no feature, and naming one that is
    unknown or named twice.
    """
    index = {name: j for j, name in enumerate(names)}
    found: list[tuple[int, ...]] = []
    taken: set[int] = set()
    for part in text.split(";"):
        members = [_member(word.strip(), index, taken) for word in part.split(",") if word.strip()]
        if members:
            found.append(tuple(sorted(members)))
    if text.strip() and not found:
        raise ValueError(f"The groups “{text}” name no feature.")
    rest: list[tuple[int, ...]] = [(j,) for j in range(len(names)) if j not in taken]
    return tuple(sorted(found + rest))


def _member(name: str, index: dict[str, int], taken: set[int]) -> int:
    """Position of ``name``, recorded in ``taken``."""
    if name not in index:
        raise ValueError(f"The groups name “{name}”, which is not a feature; the features are {', '.join(index)}.")
    if index[name] in taken:
        raise ValueError(f"The groups name “{name}” more than once.")
    taken.add(index[name])
    return index[name]


def check_groups(groups: Sequence[Sequence[int]], p: int | None = None) -> Groups:
    """``groups`` as a tuple of tuples, when they hold each of 0 … p−1 exactly once (p: by default their total size).

    Raises ValueError with a sentence for an empty group and for features left out, repeated or out of range.
    """
    clean = tuple(tuple(int(j) for j in group) for group in groups)
    count = sum(map(len, clean)) if p is None else p
    if not all(clean):
        raise ValueError("A group of features must not be empty.")
    members = [j for group in clean for j in group]
    for j in members:
        if not 0 <= j < count:
            raise ValueError(f"The groups name feature number {j}, but features are numbered 0 to {count - 1}.")
    if len(set(members)) < len(members):
        twice = next(j for j in members if members.count(j) > 1)
        raise ValueError(f"The groups name feature number {twice} more than once.")
    if len(members) < count:
        missing = min(set(range(count)) - set(members))
        raise ValueError(f"The groups leave out feature number {missing}.")
    return clean


def all_single(groups: Groups) -> bool:
    """Whether every group has one member, so that the group lasso is the lasso."""
    return all(len(group) == 1 for group in groups)


@lru_cache(maxsize=64)
def group_labels(groups: Groups) -> NDArray[np.intp]:
    """Number of the group that each feature belongs to (p,)."""
    labels = np.empty(sum(map(len, groups)), dtype=np.intp)
    for g, group in enumerate(groups):
        labels[list(group)] = g
    labels.setflags(write=False)
    return labels


@lru_cache(maxsize=64)
def group_roots(groups: Groups) -> NDArray[np.float64]:
    """√p_g for each group (G,)."""
    roots = np.sqrt(np.array([len(group) for group in groups], dtype=np.float64))
    roots.setflags(write=False)
    return roots


def group_norms(groups: Groups, w: NDArray[np.float64]) -> NDArray[np.float64]:
    """‖w_g‖₂ for each group (G,), without overflow or underflow."""
    size = float(np.max(np.abs(w), initial=0.0)) or 1.0
    unit = w / size
    norms: NDArray[np.float64] = size * np.sqrt(np.bincount(group_labels(groups), unit * unit, minlength=len(groups)))
    return norms
