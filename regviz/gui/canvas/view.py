"""Widgets that show a frame: all its panels as cards in a grid, and the strip of parts. One card is in `panel`."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from regviz.gui.canvas.guarded import Guarded
from regviz.gui.canvas.keyboard import Keyboard
from regviz.gui.canvas.paint.dashboard import layout
from regviz.gui.canvas.paint.heading import paint_parts
from regviz.gui.canvas.panel import PanelView, shows
from regviz.gui.canvas.place import Box
from regviz.gui.canvas.spoken import Spoken
from regviz.gui.canvas.theme import THEMES, Theme, qcolor
from regviz.lab import Frame, Panel, Part

__all__ = ["LEAST_SCALE", "DashboardView", "PanelView", "PartsStrip"]

LEAST_SCALE = 0.6
"""Below this nobody could read the labels: small windows keep this size and show fewer of them."""
_SLOWEST = 300
"""Milliseconds after which a frame counts as shown although nothing asked for it, as in a covered window."""
_TURN = 0.008
"""Seconds of painting for one turn of the event loop: what takes longer goes card by card, with input between them."""


class DashboardView(Guarded, QWidget):
    """All panels of a frame as cards in a grid. Signals of the views are passed on.

    ``painted`` (the frame) comes once every card showed it, so that the next may be computed.
    """

    intent = Signal(object, object)
    gesture = Signal(object)
    painted = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._font_scale = THEMES["light"], 1.0
        self._frame: Frame | None = None
        self._views: dict[str, PanelView] = {}
        self.spoken = Spoken(self)
        self.reserved: Callable[[QKeyEvent], bool] = lambda event: False
        """Which key presses belong to somebody else although a panel has the focus."""
        self._spare: list[PanelView] = []
        self._keyboards: list[Keyboard] = []
        self._waiting: set[str] = set()
        self._unasked: list[str] = []
        self._timer, self._next = QTimer(self, singleShot=True), QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._all_painted)
        self._next.timeout.connect(self._ask)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 80)

    @property
    def views(self) -> Mapping[str, PanelView]:
        """The views by panel key, in the order of the panels."""
        return MappingProxyType(self._views)

    @property
    def frame(self) -> Frame | None:
        """The frame that is shown."""
        return self._frame

    @property
    def settled(self) -> bool:
        """Whether every card shows its part of the frame."""
        return not self._waiting

    @property
    def holding(self) -> bool:
        """Whether the keys hold something that the next of them drag."""
        return any(keyboard.aim.holding for keyboard in self._keyboards)

    def set_frame(self, frame: Frame) -> None:
        """Show a frame; panels with known keys keep their views and zoom, those that wait longest are painted first.

        A panel that is the very object on the screen needs no painting.
        """
        self._frame = frame
        keys = [panel.key for panel in frame.panels]
        changed = keys != list(self._views)
        if changed:
            self._rebuild(keys)
        news = [panel for panel in frame.panels if changed or not shows(self._views[panel.key], panel)]
        self._waiting = {panel.key for panel in news}
        for panel in news:
            self._views[panel.key].set_panel(panel, repaint=False)
            self._views[panel.key].held = True
        if changed:
            self._place_views()
            self._chain()
        self.spoken.hear(frame, self._views, changed)
        late = [key for key in self._unasked if key in self._waiting]
        self._unasked = [*late, *(panel.key for panel in news if panel.key not in late)]
        self._next.start(0)
        self._timer.start(_SLOWEST if self._visible() and news else 0)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in another theme."""
        self._theme = theme
        for view in self._views.values():
            view.set_theme(theme)
        self.update()

    def set_scale(self, font_scale: float) -> None:
        """Set the lecturer's font scale; 1 is the design's size for the window."""
        self._font_scale = font_scale
        self._place_views()

    def design_scale(self) -> float:
        """Logical pixels per design pixel: from the window's size and the font scale."""
        window = self.window()
        return max(LEAST_SCALE, min(window.width() / 1920, window.height() / 1080)) * self._font_scale

    def draw(self, painter: QPainter) -> None:
        """Paint the ground between the cards."""
        painter.fillRect(self.rect(), qcolor(self._theme.background))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the cards out anew."""
        self._place_views()

    def _rebuild(self, keys: list[str]) -> None:
        """Views by these keys; those of panels that are gone show others now or wait hidden: a new one costs 2 ms."""
        old = self._views
        self._spare += [view for key, view in old.items() if key not in keys]
        self._views = {key: old[key] if key in old else self._blank() for key in keys}
        for view in self._spare:
            view.hide()

    def _blank(self) -> PanelView:
        if not self._spare:
            return self._made()
        view = self._spare.pop(0)
        view.set_theme(self._theme)
        view.show()
        return view

    def _made(self) -> PanelView:
        view = PanelView(self)
        self._keyboards.append(Keyboard(view, lambda event: self.reserved(event)))
        view.set_theme(self._theme)
        view.intent.connect(self.intent)
        view.gesture.connect(self.gesture)
        view.failed.connect(self.failed)
        view.painted.connect(self._one_painted)
        view.show()
        return view

    def _place_views(self) -> None:
        scale = self.design_scale()
        boxes = layout(len(self._views), self.width(), self.height(), round(18 * scale))
        for view, box in zip(self._views.values(), boxes, strict=True):
            left, top = round(box.left), round(box.top)
            view.setGeometry(left, top, max(1, round(box.right) - left), max(1, round(box.bottom) - top))
            view.set_scale(scale)

    def _chain(self) -> None:
        """Let Tab go through the panels in their order."""
        for one, two in pairwise(self._views.values()):
            self.setTabOrder(one, two)

    def _ask(self) -> None:
        """Ask for the painting of as many cards as one turn may take; the rest have theirs when these are there."""
        spent = 0.0
        for count, key in enumerate(tuple(self._unasked)):
            view = self._views[key]
            spent += view.layer.efforts[view.panel is not None and view.layer.keeps(view.panel)]
            if count and spent > _TURN:
                return
            _release(view)
            self._unasked.remove(key)

    def _visible(self) -> bool:
        return self.isVisible() and not self.window().isMinimized()

    def _one_painted(self, panel: object) -> None:
        if isinstance(panel, Panel):
            self._waiting.discard(panel.key)
        if not self._waiting and self._timer.isActive():
            self._all_painted()
        elif self._unasked and self._waiting <= set(self._unasked):
            self._next.start(0)

    def _all_painted(self) -> None:
        """Nothing is waited for any longer; cards that were not asked for are painted when they can be."""
        self._timer.stop()
        self._waiting.clear()
        for key in self._unasked:
            _release(self._views[key])
        self._unasked = []
        if self._frame is not None:
            self.painted.emit(self._frame)


def _release(view: PanelView) -> None:
    """Let a card be painted at the next turn of the event loop."""
    view.held = False
    view.viewport().update()


class PartsStrip(Guarded, QWidget):
    """The thin strip that shows how a sum is made up of its parts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Part, ...] = ()
        self._theme, self._scale = THEMES["light"], 1.0
        self.setAccessibleName(self.tr("Parts of the objective"))
        self.setFixedHeight(24)

    def set_parts(self, parts: tuple[Part, ...]) -> None:
        """Show these parts."""
        self._parts = parts
        self.setAccessibleDescription(", ".join(f"{part.label} {part.value:.4g}" for part in parts))
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Repaint in another theme."""
        self._theme = theme
        self.update()

    def set_scale(self, scale: float) -> None:
        """Set the logical pixels per design pixel."""
        self._scale = max(0.1, scale)
        self.setFixedHeight(max(12, round(24 * self._scale)))
        self.update()

    def draw(self, painter: QPainter) -> None:
        """Paint the strip."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.scale(self._scale, self._scale)
        box = Box(0.0, 0.0, self.width() / self._scale, self.height() / self._scale)
        paint_parts(painter, self._theme, box, self._parts)
