"""A classification tree and its exceptions in bits, after Quinlan and Rivest (1989), Information and Computation 80.

Writer and reader share the inputs; the labels 0 and 1 are sent: in preorder a bit for leaf or split, the split's
feature and place, the leaf's label, and which of its rows are exceptions. Every word has a whole number of bits.
"""

from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.theory.description_length import Reader, digits, fixed

Array = NDArray[Any]
Integers = NDArray[np.int64]
Rows = tuple[int, ...]

PARTS = ("structure", "splits", "leaf labels", "exceptions")


@dataclass(frozen=True, slots=True)
class Leaf:
    """The rows of the inputs that end here."""

    rows: Rows


@dataclass(frozen=True, slots=True)
class Split:
    """Rows whose ``feature`` is at most the value number ``place`` of its different values here go ``left``."""

    rows: Rows
    feature: int
    place: int
    threshold: float
    left: "Tree"
    right: "Tree"


Tree = Leaf | Split
Word = tuple[str, str]


def leaves(tree: Tree) -> int:
    """The number of leaves."""
    return 1 if isinstance(tree, Leaf) else leaves(tree.left) + leaves(tree.right)


def label(rows: Rows, y: Integers) -> int:
    """The label of most ``rows``; 0 in a tie."""
    return int(2 * sum(int(y[i]) for i in rows) > len(rows))


def words(tree: Tree, X: Array, y: Integers) -> list[Word]:
    """The message: (part, bits) in the order in which they are sent."""
    if isinstance(tree, Leaf):
        return [("structure", "0"), *leaf_words(tree.rows, y)]
    return [
        ("structure", "1"), *split_words(tree, X), *words(tree.left, X, y), *words(tree.right, X, y),
    ]  # fmt: skip


def split_words(split: Split, X: Array) -> list[Word]:
    """The feature, then the place among its different values here."""
    places = len(np.unique(X[list(split.rows), split.feature])) - 1
    return [("splits", fixed(split.feature, digits(X.shape[1])) + fixed(split.place, digits(places)))]


def leaf_words(rows: Rows, y: Integers) -> list[Word]:
    """The label, then the number of exceptions and which subset of the rows they are."""
    kind = label(rows, y)
    wrong = [position for position, i in enumerate(rows) if y[i] != kind]
    count = fixed(len(wrong), digits(len(rows) // 2 + 1))
    subset = fixed(rank(wrong), digits(comb(len(rows), len(wrong))))
    return [("leaf labels", str(kind)), ("exceptions", count + subset)]


def rank(members: list[int]) -> int:
    """The number of a subset, given in rising order, among those of its size: Σ C(member, position)."""
    return sum(comb(member, position) for position, member in enumerate(members, 1))


def unrank(number: int, size: int, count: int) -> list[int]:
    """The subset of 0 … ``size`` − 1 with ``count`` members that has this number."""
    members = []
    for position in range(count, 0, -1):
        member = size - 1
        while comb(member, position) > number:
            member -= 1
        number -= comb(member, position)
        size = member
        members.append(member)
    return members[::-1]


def decoded(bits: str, X: Array) -> Integers:
    """The labels (n,) out of the bits of a message about the inputs ``X`` (n, p)."""
    y = np.zeros(len(X), dtype=np.int64)
    _read(Reader(bits), tuple(range(len(X))), X, y)
    return y


def _read(reader: Reader, rows: Rows, X: Array, y: Integers) -> None:
    if reader.take(1) == "0":
        kind, count = reader.number(1), reader.number(digits(len(rows) // 2 + 1))
        wrong = set(unrank(reader.number(digits(comb(len(rows), count))), len(rows), count))
        for position, i in enumerate(rows):
            y[i] = 1 - kind if position in wrong else kind
        return
    feature = reader.number(digits(X.shape[1]))
    values = np.unique(X[list(rows), feature])
    for side in _sides(rows, X, feature, reader.number(digits(len(values) - 1))):
        _read(reader, side, X, y)


def _sides(rows: Rows, X: Array, feature: int, place: int) -> tuple[Rows, Rows]:
    column = X[list(rows), feature]
    low = column <= np.unique(column)[place]
    return (
        tuple(i for i, at in zip(rows, low, strict=True) if at),
        tuple(i for i, at in zip(rows, low, strict=True) if not at),
    )


def bits_by_part(tree: Tree, X: Array, y: Integers) -> dict[str, int]:
    """Bits of every part of the message."""
    found = dict.fromkeys(PARTS, 0)
    for part, word in words(tree, X, y):
        found[part] += len(word)
    return found


def exceptions(tree: Tree, y: Integers) -> int:
    """Rows whose label is not their leaf's."""
    if isinstance(tree, Split):
        return exceptions(tree.left, y) + exceptions(tree.right, y)
    ones = sum(int(y[i]) for i in tree.rows)
    return min(ones, len(tree.rows) - ones)


def predicted(tree: Tree, y: Integers, X: Array) -> Integers:
    """Labels (m,) of new inputs ``X`` (m, p) by a tree for the labels ``y``."""
    if isinstance(tree, Leaf):
        return np.full(len(X), label(tree.rows, y), dtype=np.int64)
    low = X[:, tree.feature] <= tree.threshold
    return np.where(low, predicted(tree.left, y, X), predicted(tree.right, y, X))


def grown(X: Array, y: Integers, most: int) -> Tree:
    """A tree of at most ``most`` leaves: again and again the split that gains most information, until all are pure."""
    whole = tuple(range(len(X)))
    made: dict[Rows, tuple[int, int]] = {}
    open_leaves = {whole: _best_split(whole, X, y)}
    while len(made) + 1 < most:
        gains = [(found[0], rows) for rows, found in open_leaves.items() if found is not None]
        if not gains:
            break
        _, rows = max(gains, key=lambda pair: (pair[0], -pair[1][0]))
        found = open_leaves.pop(rows)
        assert found is not None
        made[rows] = found[1:]
        for side in _sides(rows, X, *found[1:]):
            open_leaves[side] = _best_split(side, X, y)
    return _assembled(whole, X, made)


def _assembled(rows: Rows, X: Array, made: dict[Rows, tuple[int, int]]) -> Tree:
    if rows not in made:
        return Leaf(rows)
    feature, place = made[rows]
    values = np.unique(X[list(rows), feature])
    left, right = (_assembled(side, X, made) for side in _sides(rows, X, feature, place))
    return Split(rows, feature, place, float(values[place] + values[place + 1]) / 2.0, left, right)


def _best_split(rows: Rows, X: Array, y: Integers) -> tuple[float, int, int] | None:
    """(gain in bits, feature, place) of the split that leaves least entropy; None for pure or inseparable rows."""
    target = y[list(rows)]
    if target.min() == target.max():
        return None
    best = None
    for feature in range(X.shape[1]):
        values, inverse = np.unique(X[list(rows), feature], return_inverse=True)
        if len(values) < 2:
            continue
        count = np.cumsum(np.bincount(inverse))[:-1]
        ones = np.cumsum(np.bincount(inverse, weights=target))[:-1]
        after = _entropy(ones, count) + _entropy(target.sum() - ones, len(rows) - count)
        gain = float(_entropy(np.array([target.sum()]), np.array([len(rows)]))[0] - after.min())
        if best is None or gain > best[0] + 1e-12:
            best = (gain, feature, int(np.argmin(after)))
    return best


def _entropy(ones: Array | Integers, count: Array | Integers) -> Array:
    """Bits of ``count`` labels of which ``ones`` are 1, at their own frequency."""
    share = ones / count
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = -share * np.log2(share) - (1.0 - share) * np.log2(1.0 - share)
    return np.asarray(count * np.nan_to_num(bits))


def prunings(tree: Tree, X: Array, y: Integers) -> dict[int, tuple[int, Tree]]:
    """For every number of leaves the shortest message among all prunings of ``tree``: (bits, pruned tree)."""
    leaf = Leaf(tree.rows)
    found: dict[int, tuple[int, Tree]] = {1: (1 + _length(leaf_words(tree.rows, y)), leaf)}
    if isinstance(tree, Leaf):
        return found
    own = 1 + _length(split_words(tree, X))
    left, right = prunings(tree.left, X, y), prunings(tree.right, X, y)
    for i, (a, small) in left.items():
        for j, (b, large) in right.items():
            if i + j not in found or own + a + b < found[i + j][0]:
                made = Split(tree.rows, tree.feature, tree.place, tree.threshold, small, large)
                found[i + j] = (own + a + b, made)
    return dict(sorted(found.items()))


def _length(found: list[Word]) -> int:
    return sum(len(word) for _, word in found)
