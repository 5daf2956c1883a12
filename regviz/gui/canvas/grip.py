"""What lies under the pointer: a pure search over the marks of a panel in design pixels. Changes nothing."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.gui.canvas.paint.fields import tile_boxes
from regviz.gui.canvas.paint.graph import node_radius
from regviz.gui.canvas.paint.points import radius
from regviz.gui.canvas.paint.text import boxes as text_boxes
from regviz.gui.canvas.place import Box, Place
from regviz.lab import (
    Arrows,
    Bars,
    Field,
    Graph,
    Handle,
    Lines,
    Mark,
    Panel,
    Points,
    Region,
    Rule,
    Text,
    Tiles,
    show,
)

NEAR = 12.0
"""Pixels from a symbol within which the pointer is on it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """The mark under the pointer, the item in it (−1 for none), and what to say about it."""

    mark: Mark
    index: int
    distance: float
    words: tuple[str, ...] = ()

    @property
    def bound(self) -> bool:
        """Whether a drag sets state fields."""
        mark = self.mark
        if isinstance(mark, Handle):
            return bool(mark.bound_x or mark.bound_y)
        return isinstance(mark, Rule) and bool(mark.bound)

    @property
    def grippable(self) -> bool:
        """Whether a drag is about this item, and not about moving the picture."""
        return self.bound or isinstance(self.mark, (Points, Bars, Arrows, Graph, Text, Handle, Tiles))


def find(panel: Panel, place: Place, x: float, y: float) -> Hit | None:
    """What is at pixel (x, y): what can be dragged first, then symbols, curves and areas; None on empty ground."""
    if not place.rect.grown(14.0).contains(x, y):
        return None
    best: tuple[int, float, Hit] | None = None
    for mark in reversed(panel.marks):
        rank = _RANKS.get(type(mark))
        hit = _FIND[type(mark)](panel, mark, place, x, y) if rank is not None else None
        if hit is not None and rank is not None:
            rank = 0 if hit.bound else rank
            if best is None or (rank, hit.distance) < best[:2]:
                best = rank, hit.distance, hit
    return best[2] if best else None


def items(panel: Panel, place: Place) -> list[tuple[Mark, int, tuple[float, float]]]:
    """(mark, index, pixel) of every item of the panel that stands for itself, mark by mark; not areas, nor cursors."""
    return [
        (mark, index, (float(x), float(y)))
        for mark in panel.marks if type(mark) in _SPOTS
        for index, (x, y) in enumerate(zip(*_SPOTS[type(mark)](mark, place), strict=True))
        if math.isfinite(x) and math.isfinite(y)
    ]  # fmt: skip


def changes(panel: Panel, mark: Mark, place: Place, x: float, y: float) -> Mapping[str, float]:
    """The state fields that dragging a bound mark to pixel (x, y) sets, within the panel's axes."""
    at_x = min(max(place.x.value(x), panel.x.low), panel.x.high)
    at_y = min(max(place.y.value(y), panel.y.low), panel.y.high)
    if isinstance(mark, Rule):
        return {mark.bound: at_x if mark.axis == "x" else at_y} if mark.bound else {}
    if isinstance(mark, Handle):
        return {name: value for name, value in ((mark.bound_x, at_x), (mark.bound_y, at_y)) if name}
    return {}


def _nearest(x: NDArray[Any], y: NDArray[Any], px: float, py: float, reach: float) -> tuple[int, float] | None:
    distance = np.hypot(x - px, y - py)
    distance = np.where(np.isfinite(distance), distance, np.inf)
    if not len(distance):
        return None
    index = int(distance.argmin())
    return (index, float(distance[index])) if distance[index] <= reach else None


def _named(panel: Panel, x: float, y: float) -> tuple[str, str]:
    return f"{panel.x.label or 'x'} = {show(x)}", f"{panel.y.label or 'y'} = {show(y)}"


def _handle(panel: Panel, mark: Handle, place: Place, x: float, y: float) -> Hit | None:
    distance = math.hypot(float(place.x.px(mark.x)) - x, float(place.y.px(mark.y)) - y)
    return Hit(mark, 0, distance, (mark.label, *_named(panel, mark.x, mark.y))) if distance <= 20 else None


def _rule(panel: Panel, mark: Rule, place: Place, x: float, y: float) -> Hit | None:
    axis, pixel, name = (place.x, x, panel.x.label) if mark.axis == "x" else (place.y, y, panel.y.label)
    distance = abs(float(axis.px(mark.value)) - pixel)
    words = (mark.label or f"{name or mark.axis} = {show(mark.value)}",)
    return Hit(mark, 0, distance, words) if distance <= (11 if mark.bound else 5) else None


def _points(panel: Panel, mark: Points, place: Place, x: float, y: float) -> Hit | None:
    near = _nearest(place.x.px(mark.x), place.y.px(mark.y), x, y, max(NEAR, radius(mark) + 3))
    if near is None:
        return None
    index, distance = near
    name = mark.labels[index] if mark.labels else mark.label
    return Hit(mark, index, distance, (name, *_named(panel, float(mark.x[index]), float(mark.y[index]))))


def _bars(panel: Panel, mark: Bars, place: Place, x: float, y: float) -> Hit | None:
    index = round(place.x.view(x))
    if not 0 <= index < len(mark.values) or not place.rect.contains(x, y):
        return None
    words = [f"{mark.labels[index] if mark.labels else index + 1} = {show(float(mark.values[index]), 4)}"]
    if mark.raw is not None:
        words.append(f"in the data's units {show(float(mark.raw[index]), 4)}")
    if mark.ghost is not None:
        words.append(f"unregularised {show(float(mark.ghost[index]), 4)}")
    if mark.truth is not None:
        words.append(f"truth {show(float(mark.truth[index]), 4)}")
    return Hit(mark, index, 0.0, tuple(words))


def _lines(panel: Panel, mark: Lines, place: Place, x: float, y: float) -> Hit | None:
    near = _on_functions(mark, place, x, y) if mark.x.ndim == 1 else _on_curves(mark, place, x, y)
    if near is None or near[1] > 9.0:
        return None
    index, distance, at_x, at_y = near
    name = (mark.labels[index] if mark.labels else "") or mark.label
    return Hit(mark, index, distance, (name, *_named(panel, at_x, at_y)))


def _on_functions(mark: Lines, place: Place, x: float, y: float) -> tuple[int, float, float, float] | None:
    """The nearest of curves over one x, compared at the pointer's x."""
    px = place.x.px(mark.x)
    if len(px) < 2 or not len(mark.y):
        return None
    right = int(np.clip(np.searchsorted(px, x), 1, len(px) - 1))
    ends = place.y.px(mark.y[:, right - 1 : right + 1])
    share = min(1.0, max(0.0, (x - px[right - 1]) / (px[right] - px[right - 1] or 1.0)))
    if mark.steps or share in (0.0, 1.0):  # beside a gap the other end is NaN
        at = ends[:, int(share)]
    else:
        at = ends[:, 0] + share * (ends[:, 1] - ends[:, 0])
    distance = np.abs(at - y)
    if np.isnan(distance).all() or not px[0] - 5 <= x <= px[-1] + 5:
        return None
    index = int(np.nanargmin(distance))
    return index, float(distance[index]), place.x.value(x), place.y.value(float(at[index]))


def _on_curves(mark: Lines, place: Place, x: float, y: float) -> tuple[int, float, float, float] | None:
    """The nearest corner of curves with an x of their own."""
    near = _nearest(place.x.px(mark.x).ravel(), place.y.px(mark.y).ravel(), x, y, 14.0)
    if near is None:
        return None
    index, distance = near
    return index // mark.y.shape[1], distance, float(mark.x.ravel()[index]), float(mark.y.ravel()[index])


def _arrows(panel: Panel, mark: Arrows, place: Place, x: float, y: float) -> Hit | None:
    near = _nearest(place.x.px(mark.x + mark.dx), place.y.px(mark.y + mark.dy), x, y, NEAR)
    return Hit(mark, near[0], near[1], (mark.labels[near[0]] if mark.labels else mark.label,)) if near else None


def _text(panel: Panel, mark: Text, place: Place, x: float, y: float) -> Hit | None:
    return next((Hit(mark, index, 0.0) for index, box in text_boxes(mark, place) if box.contains(x, y)), None)


def _graph(panel: Panel, mark: Graph, place: Place, x: float, y: float) -> Hit | None:
    near = _nearest(place.x.px(mark.x), place.y.px(mark.y), x, y, node_radius(mark, place) + 3)
    if near is None:
        return None
    name = mark.labels[near[0]] if mark.labels else f"unit {near[0] + 1}"
    value = () if mark.values is None else (f"activation {show(float(mark.values[near[0]]))}",)
    return Hit(mark, near[0], near[1], (name, *value))


def _tiles(panel: Panel, mark: Tiles, place: Place, x: float, y: float) -> Hit | None:
    boxes = tile_boxes(mark, place) if mark.images.size else []
    for index, box in enumerate(boxes):
        if box.contains(x, y):
            return Hit(mark, index, 0.0, (mark.labels[index] if mark.labels else "",))
    return None


def _field(panel: Panel, mark: Field, place: Place, x: float, y: float) -> Hit | None:
    left, right, bottom, top = mark.extent
    at_x, at_y = place.x.value(x), place.y.value(y)
    rows, columns = mark.z.shape
    if left == right or bottom == top:
        return None
    row = math.floor((at_y - bottom) / (top - bottom) * rows)
    column = math.floor((at_x - left) / (right - left) * columns)
    if not (0 <= row < rows and 0 <= column < columns and place.rect.contains(x, y)):
        return None
    value = show(float(mark.z[row, column]))
    return Hit(mark, row * columns + column, 0.0, (f"{mark.label} {value}".strip(), *_named(panel, at_x, at_y)))


def _region(panel: Panel, mark: Region, place: Place, x: float, y: float) -> Hit | None:
    """The topmost polygon around the pointer, by the crossings of a ray to the right."""
    xs, ys = place.x.px(np.atleast_2d(mark.x)), place.y.px(np.atleast_2d(mark.y))
    for index in reversed(range(max(len(xs), len(ys)))):
        px, py = xs[min(index, len(xs) - 1)], ys[min(index, len(ys) - 1)]
        qx, qy = np.roll(px, -1), np.roll(py, -1)
        with np.errstate(divide="ignore", invalid="ignore"):
            crossed = ((py > y) != (qy > y)) & (x < px + (y - py) / (qy - py) * (qx - px))
        if np.count_nonzero(crossed) % 2:
            return Hit(mark, index, 0.0, (mark.label,))
    return None


_FIND: dict[type[Mark], Callable[[Panel, Any, Place, float, float], Hit | None]] = {
    Handle: _handle, Rule: _rule, Points: _points, Arrows: _arrows, Graph: _graph, Text: _text, Lines: _lines,
    Bars: _bars, Tiles: _tiles, Region: _region, Field: _field,
}  # fmt: skip


def _middles(boxes: list[Box]) -> tuple[list[float], list[float]]:
    return [(box.left + box.right) / 2 for box in boxes], [(box.top + box.bottom) / 2 for box in boxes]


def _words_at(mark: Text, place: Place) -> tuple[list[float], list[float]]:
    """The middles of the words on show; words beyond the plot are nowhere."""
    found = dict(text_boxes(mark, place))
    nowhere = Box(math.nan, math.nan, math.nan, math.nan)
    return _middles([found.get(index, nowhere) for index in range(len(mark.x))])


def _bars_at(mark: Bars, place: Place) -> tuple[Any, Any]:
    box = place.rect
    ends = np.clip(np.nan_to_num(place.y.px(mark.values), nan=box.bottom), box.top, box.bottom)
    return place.x.px(np.arange(len(mark.values))), ends


_SPOTS: dict[type[Mark], Callable[[Any, Place], tuple[Any, Any]]] = {
    Bars: _bars_at,
    Points: lambda mark, place: (place.x.px(mark.x), place.y.px(mark.y)),
    Arrows: lambda mark, place: (place.x.px(mark.x + mark.dx), place.y.px(mark.y + mark.dy)),
    Graph: lambda mark, place: (place.x.px(mark.x), place.y.px(mark.y)),
    Text: _words_at,
    Tiles: lambda mark, place: _middles(tile_boxes(mark, place) if mark.images.size else []),
}
_RANKS: dict[type[Mark], int] = {
    Handle: 1, Points: 1, Arrows: 2, Graph: 2, Lines: 3, Rule: 4, Bars: 5, Tiles: 5, Text: 5, Region: 6, Field: 7,
}  # fmt: skip
