"""Where a panel's words go: each on the best of its spots, names of curves beside them and in their order. No painter.

A spot costs the curves that it covers, and for the name of a curve what makes it look like another's.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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
_ENDS_MEET = 0.7
"""The most of those that count in the column beyond the ends, where the order tells names apart."""
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
    slots, held, settled = _slots(named, bounds), list(taken), Settled()
    for label in asked:
        boxes = _boxes(label, slots.get(label))
        free = np.flatnonzero(_is_free(boxes, held, bounds))
        if not len(free):
            continue
        boxes = boxes[free]
        cost = _crossings(boxes, soft) + _LATER * free
        if label.curve is not None:
            cost += _CROSSED * _crossed(label.curve, boxes, settled)
        if label.curve is not None and len(named) > 1:
            wrong = _mistaken(label.curve, boxes, named)
            cost += _FOREIGN * np.where(slots[label].beyond & (free == 0), np.minimum(wrong, _ENDS_MEET), wrong)
        left, top, right, bottom = boxes[int(np.argmin(cost))].tolist()
        held.append((left - APART, top, right + APART, bottom))
        settled.append((label, (left, top, right, bottom)))
    return settled


def _boxes(label: Label, slot: Slot | None) -> Array:
    """The boxes of a label's spots (k, 4) in the order in which it likes them."""
    size = ink.width(label.text, label.style), ink.height(label.style)
    spots = list(label.spots)
    if slot is not None and label.curve is not None:
        if slot.beyond and label.curve.x[-1] - label.curve.x[0] < SHORT:
            spots = []
        spots.insert(0 if slot.beyond else len(spots), slot[:2])
        spots += [(slot.left, slot.top + row * (size[1] + _GAP)) for row in _ROWS]
    corners = np.array(spots, dtype=np.float64).reshape(-1, 2)
    return np.concatenate([corners, corners + size], axis=1)


def _is_free(boxes: Array, taken: Sequence[Sides], bounds: Sides) -> NDArray[np.bool_]:
    left, top, right, bottom = boxes.T
    inside: NDArray[np.bool_] = (left >= bounds[0]) & (top >= bounds[1]) & (right <= bounds[2]) & (bottom <= bounds[3])
    if not taken:
        return inside
    from_left, from_top, to_right, to_bottom = np.array(taken).T[:, :, None]
    meets = (left < to_right) & (from_left < right) & (top < to_bottom) & (from_top < bottom)
    inside &= ~meets.any(axis=0)
    return inside


def _crossings(boxes: Array, soft: Array) -> Array:
    """How many pixels of curves each box covers."""
    (x, y), (left, top, right, bottom) = soft, boxes.T[:, :, None]
    inside = (x > left) & (x < right) & (y > top) & (y < bottom)
    return np.asarray(inside.sum(axis=1), np.float64)


def _mistaken(own: Curve, boxes: Array, named: Named) -> Array:
    """For each box how many other named curves run along with its own there or pass between the two."""
    at = np.clip((boxes[:, 0] + boxes[:, 2]) / 2.0, own.x[0], own.x[-1])
    here = np.interp(at, own.x, own.y)
    others = [curve for _, curve in named if curve is not own]
    above = np.array([np.interp(at, curve.x, curve.y, left=np.nan, right=np.nan) for curve in others]) - here
    far = (boxes[:, 1] + boxes[:, 3]) / 2.0 - here
    between = (above * np.sign(far) > ALONG) & (np.abs(above) < np.abs(far))
    return np.asarray((between | (np.abs(above) < ALONG)).sum(axis=0), np.float64)


def _crossed(own: Curve, boxes: Array, settled: Settled) -> Array:
    """For each box how many names over or under it would be in another order than the curves are."""
    found = np.zeros(len(boxes))
    for label, (left, top, right, _) in settled:
        if label.curve is None:
            continue
        low, high = np.maximum(boxes[:, 0], left), np.minimum(boxes[:, 2], right)
        at = (low + high) / 2.0
        above = np.interp(at, own.x, own.y) - np.interp(at, label.curve.x, label.curve.y)
        found += (low < high) & (above * (boxes[:, 1] - top) < 0.0) & (np.abs(above) > 0.5)
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
