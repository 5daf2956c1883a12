"""Ghosts: the marks of another picture, made fit to shine through under the marks on show. Painting is elsewhere."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from regviz.gui.canvas.theme import Theme, mix
from regviz.lab import (
    Arrows,
    Axis,
    Band,
    Bars,
    Contours,
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
)

_OPAQUE = (Field, Tiles)
_MOST_SHAPES = 40
"""A region of more polygons is a solid made of facets, whose outline nobody could read."""
_SHARE = 0.55
"""Opacity of a ghost's colours on the card."""


def ghosts(frozen: Panel, live: Panel) -> tuple[Mark, ...]:
    """The marks of ``frozen`` that can be read under those of ``live``: outlines, dashes and rings without words.

    Marks that both have, and level lines, which are background, are left out. None where the two panels do not
    measure the same, or have no axes, as a turnable body and small images.
    """
    if not _comparable(frozen, live):
        return ()
    still = set(map(id, live.marks))
    moved = [mark for mark in frozen.marks if id(mark) not in still and mark.role != "contour"]
    found = [made for mark in moved if (made := _GHOSTS[type(mark)](mark)) is not None]
    return tuple(mark for mark in found if _same_bars(mark, live))


def ground(panel: Panel) -> int:
    """How many of the panel's first marks an underlay must not lie under: up to the last image."""
    return max((place + 1 for place, mark in enumerate(panel.marks) if isinstance(mark, _OPAQUE)), default=0)


@lru_cache(maxsize=8)
def faded(theme: Theme) -> Theme:
    """The theme with every colour half way to the card; where nothing may be pale, all in one grey."""
    if not theme.fades:
        grey = theme.faint
        return replace(theme, palette=(grey,) * 5, text=grey, muted=grey, noise=grey, ghost=grey, contour=grey)
    names = ("text", "muted", "faint", "noise", "ghost", "contour")
    paler: dict[str, Any] = {name: mix(theme.card, getattr(theme, name), _SHARE) for name in names}
    blue, orange, green, plum, red = (mix(theme.card, color, _SHARE) for color in theme.palette)
    return replace(theme, palette=(blue, orange, green, plum, red), **paler)


def _comparable(one: Panel, two: Panel) -> bool:
    bare = two.x.hidden and two.y.hidden and not two.origin
    return one.key == two.key and not bare and _measure(one.x) == _measure(two.x) and _measure(one.y) == _measure(two.y)


def _measure(axis: Axis) -> tuple[str, bool]:
    """What an axis measures: its label without the numbers in it, and whether it is logarithmic."""
    return re.sub(r"[\d.,\u2212-]+", "", axis.label), axis.log


def _same_bars(mark: Mark, live: Panel) -> bool:
    """Bars stand for the same things only where they have the same names."""
    if not isinstance(mark, Bars):
        return True
    return any(isinstance(other, Bars) and other.key == mark.key and other.labels == mark.labels
               and len(other.values) == len(mark.values) for other in live.marks)  # fmt: skip


def _bars(mark: Bars) -> Mark:
    return replace(mark, ghost=None, truth=None, low=None, high=None)


def _lines(mark: Lines) -> Mark:
    return replace(mark, dash=True, thin=True, label="", labels=())


def _band(mark: Band) -> Mark:
    return Lines(key=mark.key, role=mark.role, x=mark.x, y=np.stack([mark.low, mark.high]), dash=True, thin=True)


def _points(mark: Points) -> Mark:
    return replace(mark, shape="ring", label="", labels=())


def _region(mark: Region) -> Mark | None:
    if max(len(np.atleast_2d(mark.x)), len(np.atleast_2d(mark.y))) > _MOST_SHAPES:
        return None
    return replace(mark, fill=False, outline=True, dash=True, label="")


def _rule(mark: Rule) -> Mark:
    return replace(mark, bound="", dash=True, label="")


def _field(mark: Field) -> Mark | None:
    """The level line in the middle, which for two classes is the border between them."""
    if min(mark.z.shape) < 2:
        return None
    middle = (mark.low + mark.high) / 2
    return Contours(key=mark.key, role="text", z=mark.z, levels=np.array([middle]), extent=mark.extent)


def _handle(mark: Handle) -> Mark:
    return Points(key=mark.key, role=mark.role, x=np.array([mark.x]), y=np.array([mark.y]), shape="ring")


def _none(mark: Mark) -> None:
    return None


_GHOSTS: dict[type[Mark], Callable[[Any], Mark | None]] = {
    Bars: _bars, Lines: _lines, Band: _band, Points: _points, Region: _region, Rule: _rule, Field: _field,
    Contours: lambda mark: replace(mark, label=""), Arrows: lambda mark: replace(mark, label="", labels=()),
    Text: _none, Graph: _none, Tiles: _none, Handle: _handle,
}  # fmt: skip
