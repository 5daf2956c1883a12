"""The keyboard's pointer over a panel: from item to item or anywhere, hovering, clicking, holding and dragging.

It calls what the mouse calls, so that a lab cannot tell one from the other. Which key does what is in `keyboard`.
"""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from regviz.gui.canvas import grip
from regviz.gui.canvas.grip import Hit
from regviz.gui.canvas.panel import PanelView, click_twice, grips

_SHIFT = Qt.KeyboardModifier.ShiftModifier


class Aim:
    """``at`` is where the pointer is, in design pixels, None while there is none; ``holding`` is a button down."""

    def __init__(self, view: PanelView) -> None:
        self._view = view
        self._panel = ""
        self._item: tuple[str, int] | None = None
        self._held: Hit | None = None
        self._start: QPointF | None = None
        self._modifiers = Qt.KeyboardModifier.NoModifier
        self._shares: tuple[float, float] | None = None

    @property
    def at(self) -> tuple[float, float] | None:
        """The pointer's pixel; it keeps its place in the plot when the card changes its size."""
        place = self._view.place
        if self._shares is None or place is None:
            return None
        box = place.rect
        return box.left + self._shares[0] * box.width, box.top + self._shares[1] * box.height

    @property
    def holding(self) -> bool:
        """Whether the next moves drag."""
        return self._start is not None

    def toggle(self) -> bool:
        """Put the pointer into the middle, or take it away; whether there is a picture to point at."""
        if self.at is not None:
            self.drop()
            return True
        return self._appear()

    def drop(self) -> None:
        """Let go, and take the pointer away."""
        self.release()
        if self._shares is not None:
            self._shares = self._item = None
            self._view.point_at(None)

    def check(self) -> None:
        """Drop a pointer that was put over another panel."""
        panel = self._view.panel
        if self._shares is not None and (panel is None or panel.key != self._panel):
            self._start = self._held = None
            self.drop()

    def next(self, by: int) -> bool:
        """Go to the next item that can be seen, or the one before; whether there is one."""
        panel, place = self._view.panel, self._view.place
        if panel is None or place is None:
            return False
        found = grip.items(panel, place)
        keys = [(mark.key, index) for mark, index, _ in found]
        first = keys.index(self._item) + by if self._item in keys else 0 if by > 0 else -1
        for step in range(len(found)):
            mark, index, spot = found[(first + by * step) % len(found)]
            hit = grip.find(panel, place, *spot)
            if hit is not None and (hit.mark, hit.index) == (mark, index):
                self.release()
                self._panel, self._item = panel.key, (mark.key, index)
                self._go(spot)
                return True
        return False

    def move(self, right: float, up: float) -> bool:
        """Move by shares of the plot, dragging what is held."""
        at, place = self.at, self._view.place
        if at is None or place is None:
            return False
        box, before = place.rect, self._point()
        x, y = at[0] + right * box.width, at[1] - up * box.height
        self._item = None
        self._go((min(max(x, box.left), box.right), min(max(y, box.top), box.bottom)))
        self._drag(before, False)
        return True

    def click(self, modifiers: Qt.KeyboardModifier) -> bool:
        """Click where the pointer is."""
        if self.at is None:
            return False
        self.release()
        at = self._point()
        self._view.tell("click", at, at, self._view.hit_at(at), modifiers & _SHIFT)
        return True

    def twice(self) -> bool:
        """Double click where the pointer is, first bringing it out where there is none."""
        if self.at is None and not self._appear():
            return False
        self.release()
        at = self._point()
        click_twice(self._view, at, Qt.KeyboardModifier.NoModifier)
        return True

    def hold(self, modifiers: Qt.KeyboardModifier) -> bool:
        """Hold what is there, or let it go; on empty ground the picture, where it can be moved."""
        if self.holding:
            self.release()
            return True
        if self.at is None and not self._appear():
            return False
        self._start, self._modifiers = self._point(), modifiers & _SHIFT
        self._held = self._view.hit_at(self._start)
        return True

    def release(self) -> None:
        """End the drag where the pointer is, or without a word on a panel that waits to be painted anew."""
        if self.holding:
            if self.at is not None:
                self._drag(self._point(), True)
            self._start = self._held = None

    def _appear(self) -> bool:
        panel, place = self._view.panel, self._view.place
        if panel is None or place is None:
            return False
        box = place.rect
        self._panel = panel.key
        self._go(((box.left + box.right) / 2, (box.top + box.bottom) / 2))
        return True

    def _go(self, spot: tuple[float, float]) -> None:
        """Hover there, and say what is there."""
        assert self._view.place is not None
        box = self._view.place.rect
        self._shares = (spot[0] - box.left) / (box.width or 1.0), (spot[1] - box.top) / (box.height or 1.0)
        self._view.point_at(self._point())
        hit = self._view.hit_at(self._point())
        words = ", ".join(filter(None, hit.words)) if hit is not None else ""
        if words and not self.holding:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._view, words))

    def _point(self) -> QPointF:
        at = self.at
        assert at is not None
        return QPointF(*at) * self._view.unit

    def _drag(self, before: QPointF, finished: bool) -> None:
        """What the mouse does from ``before`` to here: a cursor follows, a lab hears of it, or the picture moves."""
        view, held, start = self._view, self._held, self._start
        if start is None:
            return
        if held is not None and held.bound:
            view.carry(held, self._point(), finished)
        elif grips(view, held, bool(self._modifiers)):
            view.tell("drag", self._point(), start, held, self._modifiers, finished, before)
        elif not finished:
            _pan(view, self._point() - before)


def _pan(view: PanelView, by: QPointF) -> None:
    """Move the picture by so many pixels of the view, where its axes can be moved."""
    box = view.box
    if any(box.mouseEnabled()):
        shown, wide, high = box.viewRect(), box.width() or 1.0, box.height() or 1.0
        box.translateBy(x=-by.x() * shown.width() / wide, y=by.y() * shown.height() / high)
        box.sigRangeChangedManually.emit(box.mouseEnabled())
