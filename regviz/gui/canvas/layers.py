"""Layers: a picture of the marks that did not change, kept for the next frame. Knows identity of marks, no maths."""

from collections.abc import Hashable

from PySide6.QtGui import QPainter, QPixmap

from regviz.gui.canvas.ghost import ground
from regviz.gui.canvas.paint import paint_beginning, paint_paper
from regviz.gui.canvas.paint.frame import Layout, repaint_title
from regviz.gui.canvas.place import Place
from regviz.gui.canvas.theme import Theme, qcolor
from regviz.lab import Mark, Panel

_USUAL = 0.012
"""Seconds that a panel is expected to take before it was painted."""


def shared(one: tuple[Mark, ...], two: tuple[Mark, ...]) -> int:
    """How many marks at the beginning are the same objects."""
    count = 0
    for a, b in zip(one, two, strict=False):
        if a is not b:
            break
        count += 1
    return count


class Layer:
    """The paper and the longest beginning of still marks as a pixmap at device resolution.

    It shrinks as soon as one of its marks changes and grows when a longer beginning stayed the same twice.
    ``efforts`` are the seconds in which a panel was last painted with the pixmap as it was (True) and anew (False).
    """

    def __init__(self) -> None:
        self._key: Hashable = None
        self._title = ""
        self._held: tuple[Mark, ...] = ()
        self._last: tuple[Mark, ...] = ()
        self._promising = 0
        self.efforts = {True: _USUAL, False: _USUAL}
        self._axes: Hashable = None
        self._pixmap = QPixmap()
        self._place: Place | None = None

    def prepare(self, panel: Panel, layout: Layout, theme: Theme, scale: float, ratio: float) -> tuple[QPixmap, Place]:
        """The pixmap for the panel and a place that knows what is on it; `held` marks need no painting."""
        under = (panel.underlay, ground(panel)) if panel.underlay else ()
        key = (panel.x, panel.y, panel.origin, bool(panel.readouts), under, layout, theme, scale, ratio)
        count = self._settled(panel.marks) if key == self._key else 0
        if key != self._key or count != len(self._held) or self._place is None:
            self._paint(panel, count, layout, theme, scale, ratio)
            self._key, self._axes = key, (panel.x, panel.y)
        elif panel.title != self._title:
            self._retitle(panel, layout, theme, scale)
        self._last, self._title = panel.marks, panel.title
        assert self._place is not None
        return self._pixmap, self._place.copy()

    def keeps(self, panel: Panel) -> bool:
        """Whether the pixmap serves a panel as it is, as far as marks and axes tell."""
        held = self._held
        return self._axes == (panel.x, panel.y) and shared(held, panel.marks) == len(held)

    @property
    def held(self) -> int:
        """How many of the panel's first marks are on the pixmap."""
        return len(self._held)

    def forget(self) -> None:
        """Paint everything anew next time."""
        self._key = None

    def _settled(self, marks: tuple[Mark, ...]) -> int:
        valid = shared(self._held, marks)
        still = shared(self._last, marks)
        if valid < len(self._held):
            self._promising = 0
            return valid
        twice = min(still, self._promising)
        self._promising = still
        return max(valid, twice)

    def _paint(self, panel: Panel, count: int, layout: Layout, theme: Theme, scale: float, ratio: float) -> None:
        unit = scale * ratio
        pixmap = QPixmap(*(max(1, int(side * unit + 0.5)) for side in (layout.width, layout.height)))
        pixmap.fill(qcolor(theme.background))
        painter = QPainter(pixmap)
        try:
            painter.scale(unit, unit)
            place = paint_paper(painter, panel, layout, theme)
            paint_beginning(painter, panel, count, place)
        finally:
            painter.end()
        pixmap.setDevicePixelRatio(ratio)
        self._pixmap, self._place, self._held = pixmap, place, panel.marks[:count]

    def _retitle(self, panel: Panel, layout: Layout, theme: Theme, scale: float) -> None:
        """A title that counts is no reason to paint the rest anew."""
        painter = QPainter(self._pixmap)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.scale(scale, scale)
            repaint_title(painter, panel, layout, theme)
        finally:
            painter.end()
