"""Where a panel's words go: each on the best of its spots, names of curves beside them and in their order. No painter.

A spot costs the curves that it covers, and for the name of a curve what makes it look like another's.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regviz.gui.canvas import ink

Array = NDArray[np.float64]
Sides = tuple[float, float, float, float]
"""Left, top, right, bottom of a box in design pixels."""

APART = 6.0
"""Pixels between labels side by side."""
ALONG = 5.0
"""Pixels up to which two curves count as one line."""
SHORT = 64.0
"""Pixels from end to end below which a name does not stand over a curve."""
_BEYOND = 14.0
"""Pixels from the end of a curve to its name: there may be a symbol."""
_GAP = 0.5
"""Pixels between lines of text, more than rounding takes away."""
_LATER = 0.6
"""What a spot costs more than the one before it, in points of curves covered."""
_FOREIGN = 9.0
"""What another named curve costs that runs along, or between a name and its own."""
_ENDS_MEET = 5.0
"""The most that it costs in the column beyond the ends, where the order tells names apart."""
_ROWS = (-1.0, 1.0, -2.0, 2.0)
"""Lines of text from its slot at which a name may stand where nothing nearer is free."""
_CROSSED = 60.0
"""What it costs to stand above the name of a curve that lies above, or below one that lies below."""


class Curve(NamedTuple):
    """What is seen of a curve, from left to right (m,), and whether names stand better at its left end."""

    x: Array
    y: Array
    left: bool = False


class Slot(NamedTuple):
    """Where a name stands in the column of names at its curve's end, and whether that is ``beyond`` the right end."""

    left: float
    top: float
    beyond: bool


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """A line of text that takes the best free of its ``spots`` (left, top), or none. Higher ``rank`` chooses first.

    The name of a ``curve`` has more spots, in the column of all such names at the curves' ends.
    """

    text: str
    style: ink.Style
    color: str
    spots: tuple[tuple[float, float], ...]
    rank: float = 0.0
    halo: bool = True
    curve: Curve | None = None


Named = Sequence[tuple[Label, Curve]]
Settled = list[tuple[Label, Sides]]


def settle(labels: Iterable[Label], taken: Iterable[Sides], soft: Array, bounds: Sides) -> Settled:
    """Labels with their boxes, clear of those that are ``taken``; labels without a free spot are left out.

    ``soft`` (2, n) are pixels of curves, which labels avoid where they can.
    """
    asked = sorted(labels, key=lambda each: -each.rank)
    named = [(label, label.curve) for label in asked if label.curve is not None]
    boxes = _spots_of(named, _slots(named, bounds))
    wrong = _mistaken(named, boxes) if len(named) > 1 else {}
    held, settled = list(taken), Settled()
    for label in asked:
        own = boxes.get(label)
        found = _best(label, _at_spots(label) if own is None else own, wrong.get(label), held, soft, bounds, settled)
        if found is not None:
            left, top, right, bottom = found
            held.append((left - APART, top, right + APART, bottom))
            settled.append((label, found))
    return settled


def _best(
    label: Label, boxes: Sequence[Sides], wrong: Sequence[float] | None, held: Sequence[Sides], soft: Array,
    bounds: Sides, settled: Settled,
) -> Sides | None:  # fmt: skip
    """The free box that costs least, the first of equals; None where none is free."""
    best, least = None, math.inf
    for order, box in enumerate(boxes):
        cost = _LATER * order
        if cost >= least:
            break
        if not _is_free(box, held, bounds):
            continue
        cost += _crossings(box, soft) + (0.0 if wrong is None else wrong[order])
        if cost < least and label.curve is not None:
            cost += _CROSSED * _crossed(label.curve, box, settled)
        if cost < least:
            best, least = box, cost
    return best


def _at_spots(label: Label, more: Iterable[tuple[float, float]] = ()) -> list[Sides]:
    wide, high = ink.width(label.text, label.style), ink.height(label.style)
    return [(left, top, left + wide, top + high) for left, top in (*label.spots, *more)]


def _spots_of(named: Named, slots: Mapping[Label, Slot]) -> dict[Label, list[Sides]]:
    """For each name the boxes of its spots and of its slot, in the order in which it likes them."""
    found = {}
    for label, curve in named:
        left, top, beyond = slots[label]
        line = ink.height(label.style) + _GAP
        boxes = _at_spots(label, ((left, top + row * line) for row in (0.0, *_ROWS)))
        if beyond:
            over, boxes = boxes[: len(label.spots)], boxes[len(label.spots) :]
            boxes[1:1] = over if curve.x[-1] - curve.x[0] >= SHORT else []
        found[label] = boxes
    return found


def _is_free(box: Sides, taken: Sequence[Sides], bounds: Sides) -> bool:
    left, top, right, bottom = box
    if left < bounds[0] or top < bounds[1] or right > bounds[2] or bottom > bounds[3]:
        return False
    for from_left, from_top, to_right, to_bottom in taken:
        if left < to_right and from_left < right and top < to_bottom and from_top < bottom:
            return False
    return True


def _crossings(box: Sides, soft: Array) -> float:
    """How many pixels of curves a box covers."""
    (x, y), (left, top, right, bottom) = soft, box
    return float(np.count_nonzero((x > left) & (x < right) & (y > top) & (y < bottom)))


def _mistaken(named: Named, boxes: Mapping[Label, Sequence[Sides]]) -> dict[Label, list[float]]:
    """For each box of each name what the other named curves cost that run along with its own or pass between the two.

    Where names stand beyond all ends in their order, that tells them apart: those cost no more than `_ENDS_MEET`.
    """
    counts = [len(boxes[label]) for label, _ in named]
    left, top, right, bottom = np.array([box for label, _ in named for box in boxes[label]]).T
    first, last = (np.repeat([float(curve.x[end]) for _, curve in named], counts) for end in (0, -1))
    at = np.clip((left + right) / 2.0, first, last)
    there = np.array([np.interp(at, curve.x, curve.y, left=np.nan, right=np.nan) for _, curve in named])
    own = np.repeat(np.arange(len(named)), counts)
    above = there - there[own, np.arange(len(own))]
    far = (top + bottom) / 2.0 - there[own, np.arange(len(own))]
    wrong = (above * np.sign(far) > ALONG) & (np.abs(above) < np.abs(far)) | (np.abs(above) < ALONG)
    cost = _FOREIGN * (wrong.sum(axis=0) - 1.0)  # its own runs along with itself
    cost = np.where(left > last + 1.0, np.minimum(cost, _ENDS_MEET), cost)
    ends = np.cumsum(counts)[:-1]
    return {label: part.tolist() for (label, _), part in zip(named, np.split(cost, ends), strict=True)}


def _crossed(own: Curve, box: Sides, settled: Settled) -> int:
    """How many names over or under a box would be in another order than the curves are."""
    found = 0
    for label, (left, top, right, _) in settled:
        low, high = max(box[0], left), min(box[2], right)
        if label.curve is not None and low < high:
            at = (low + high) / 2.0
            above = float(np.interp(at, own.x, own.y) - np.interp(at, label.curve.x, label.curve.y))
            found += abs(above) > 0.5 and above * (box[1] - top) < 0.0
    return found


def _slots(named: Named, bounds: Sides) -> dict[Label, Slot]:
    """A slot for each name: beyond its curve where all names of curves that end there have room, else over its end."""
    ends: dict[int, list[tuple[Label, Curve]]] = defaultdict(list)
    for label, curve in named:
        ends[round(float(curve.x[-1]) / ALONG)].append((label, curve))
    slots: dict[Label, Slot] = {}
    for members in ends.values():
        start = max(float(curve.x[-1]) for _, curve in members) + _BEYOND
        if all(start + ink.width(label.text, label.style) <= bounds[2] for label, _ in members):
            column = _column([(label, float(curve.y[-1])) for label, curve in members], bounds)
            slots |= {label: Slot(start, top, True) for label, top in column.items()}
            continue
        for end in (0, -1):
            column = _column([(m, float(curve.y[end])) for m, curve in members if curve.left is (end == 0)], bounds)
            slots |= {label: Slot(_over(label, curve), column[label], False) for label, curve in members
                      if label in column}  # fmt: skip
    return slots


def _over(label: Label, curve: Curve) -> float:
    """Where a name begins that is to end or to begin with its curve."""
    return float(curve.x[0] + 10.0 if curve.left else curve.x[-1] - ink.width(label.text, label.style) - 10.0)


def _column(ends: Sequence[tuple[Label, float]], bounds: Sides) -> dict[Label, float]:
    """The tops of labels in a column, in the order of these heights and as near to them as all of them can be."""
    order = sorted(ends, key=lambda pair: pair[1])
    high = max((ink.height(label.style) for label, _ in order), default=0.0) + _GAP
    least, most = bounds[1] + high / 2.0, bounds[3] - (len(order) - 0.5) * high
    middles = _spread([end for _, end in order], high)
    return {
        label: max(least + index * high, min(most + index * high, middle)) - high / 2.0
        for index, ((label, _), middle) in enumerate(zip(order, middles, strict=True))
    }


def _spread(heights: Sequence[float], least: float) -> list[float]:
    """Heights at least ``least`` apart, in the order of these, which rise, with the least squared difference."""
    blocks: list[tuple[float, int]] = []
    for index, height in enumerate(heights):
        sum_, count = height - index * least, 1
        while blocks and blocks[-1][0] * count >= sum_ * blocks[-1][1]:  # pool adjacent violators
            before = blocks.pop()
            sum_, count = sum_ + before[0], count + before[1]
        blocks.append((sum_, count))
    flat = [sum_ / count for sum_, count in blocks for _ in range(count)]
    return [height + index * least for index, height in enumerate(flat)]
