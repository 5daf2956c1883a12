"""Place: what a paint function knows beside its painter and mark: rectangle, ranges, theme, and which spots are taken.

Labels are collected while marks are drawn and settled together at the end, so that none covers another.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPen

from regviz.gui.canvas import ink, naming
from regviz.gui.canvas.naming import Label
from regviz.gui.canvas.theme import Ends, Join, Theme, mix, pen, qcolor

Array = NDArray[np.float64]


class Box(NamedTuple):
    """A rectangle in design pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Horizontal extent."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Vertical extent."""
        return self.bottom - self.top

    def grown(self, by: float) -> "Box":
        """The box with ``by`` more on every side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def moved(self, right: float, down: float) -> "Box":
        """The box shifted by that much."""
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)

    def meets(self, other: "Box") -> bool:
        """Whether the two share an area."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def shared(self, other: "Box") -> "Box":
        """What two that meet have in common."""
        return Box(
            max(self.left, other.left), max(self.top, other.top),
            min(self.right, other.right), min(self.bottom, other.bottom),
        )  # fmt: skip

    def holds(self, other: "Box") -> bool:
        """Whether the other lies inside."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )

    def contains(self, x: float, y: float) -> bool:
        """Whether the point lies inside."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def qt(self) -> QRectF:
        """The box for Qt."""
        return QRectF(self.left, self.top, self.width, self.height)


class Scale(NamedTuple):
    """Maps data in ``low`` … ``high`` (log10 of the data on a log axis) to pixels ``start`` … ``stop``."""

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def px(self, values: ArrayLike) -> Array:
        """Pixels of data values, at most a million away; NaN stays NaN, and so becomes what has no logarithm."""
        data = np.asarray(values, dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if self.log:
                data = np.log10(np.where(data > 0, data, np.nan))
            pixels = np.atleast_1d(data - self.low)
            pixels *= (self.stop - self.start) / (self.high - self.low)
            pixels += self.start
        np.maximum(pixels, -1e6, out=pixels)
        return np.minimum(pixels, 1e6, out=pixels).reshape(data.shape)

    def at(self, view: float) -> float:
        """The pixel of a view coordinate (log10 of the data on a log axis)."""
        return self.start + (view - self.low) * (self.stop - self.start) / (self.high - self.low)

    def view(self, pixel: float) -> float:
        """The view coordinate at a pixel."""
        return self.low + (pixel - self.start) * (self.high - self.low) / (self.stop - self.start)

    def value(self, pixel: float) -> float:
        """The data value at a pixel."""
        view = self.view(pixel)
        return float(10.0 ** min(300.0, max(-300.0, view))) if self.log else view


@dataclass(slots=True)
class Place:
    """A panel on paper, in design pixels: plot rectangle ``rect``, scales, theme, and the boxes already ``taken``.

    ``bounds`` is where labels may stand. ``soft`` are pixels of curves, which labels avoid where they can. ``rules``
    are the boxes of lines across the panel, which make way for the labels that cannot avoid them.
    """

    rect: Box
    bounds: Box
    x: Scale
    y: Scale
    theme: Theme
    taken: list[Box] = field(default_factory=list)
    soft: list[Array] = field(default_factory=list)
    rules: list[Box] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    settled: list[tuple[Label, Box]] = field(default_factory=list)

    def copy(self) -> "Place":
        """A place with the same past that can be drawn on without changing this one."""
        return Place(self.rect, self.bounds, self.x, self.y, self.theme, list(self.taken),
                     list(self.soft), list(self.rules), list(self.labels), [])  # fmt: skip

    def pen(
        self, role: str, width: float, *, fade: float = 1.0, dash: int = 0, join: Join = "round", ends: Ends = "round"
    ) -> QPen:
        """The pen of a role, faded towards the card, as thick as the theme wants it."""
        thin = 1.0 if self.theme.fades else 0.4 + 0.6 * min(1.0, max(0.0, fade))
        return pen(self.color(role, fade), round(width * self.theme.thick * thin, 2), dash, join, ends)

    def color(self, role: str, fade: float = 1.0) -> str:
        """The colour of a role, faded towards the card."""
        color = self.theme.color(role)
        return color if fade >= 1.0 or not self.theme.fades else mix(self.theme.card, color, max(0.0, fade))

    @contextmanager
    def clipped(self, painter: QPainter, margin: float = 0.0) -> Iterator[None]:
        """Cut what is painted at the plot's rectangle."""
        with ink.saved(painter):
            painter.setClipRect(self.rect.grown(margin).qt())
            yield

    def inside(self, x: Array, y: Array, margin: float = 0.5) -> NDArray[np.bool_]:
        """Which pixels lie in the plot's rectangle; NaN lies nowhere."""
        box = self.rect.grown(margin)
        return np.asarray((x >= box.left) & (x <= box.right) & (y >= box.top) & (y <= box.bottom))

    def dot(self, x: float, y: float, radius: float) -> None:
        """Keep labels off a symbol."""
        self.taken.append(Box(x - radius, y - radius, x + radius, y + radius))

    def label(
        self, text: str, style: ink.Style, color: str, spots: Sequence[tuple[float, float]], **more: Any
    ) -> None:
        """Ask for a label; see `Label`."""
        if text:
            self.labels.append(Label(text, style, color, tuple(spots), **more))

    def settle(self) -> None:
        """Give every label its spot; those without a free one are left out."""
        soft = np.ascontiguousarray(np.concatenate(self.soft).T) if self.soft else np.empty((2, 0))
        for label, sides in naming.settle(self.labels, self.taken, soft, self.bounds) if self.labels else ():
            self.settled.append((label, Box(*sides)))

    def write(self, painter: QPainter) -> None:
        """Paint the settled labels."""
        grid = ink.grid(painter)
        for label, box in self.settled:
            halo = self.theme.card if label.halo else ""
            for rule in self.rules if halo else ():
                if rule.meets(box):
                    painter.fillRect(rule.shared(box).qt(), qcolor(halo))
            ink.write(painter, box.left, box.top, label.text, label.style, label.color, halo, grid)


def around(x: float, y: float, text: str, style: ink.Style, gap: float) -> tuple[tuple[float, float], ...]:
    """Spots beside a symbol: right, left, above, below, then the corners."""
    wide, high = ink.width(text, style), ink.height(style)
    right, left, middle = x + gap, x - gap - wide, y - high / 2
    above, below, centre = y - gap - high, y + gap, x - wide / 2
    return (
        (right, middle), (left, middle), (centre, above), (centre, below), (right, above), (right, below),
        (left, above), (left, below),
    )  # fmt: skip


def centred(x: float, y: float, text: str, style: ink.Style) -> tuple[float, float]:
    """The spot with its middle at (x, y)."""
    return x - ink.width(text, style) / 2, y - ink.height(style) / 2
