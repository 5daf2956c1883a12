"""One card on screen: a view with pan and zoom, and its one item that paints the panel and hears the mouse.

Neither holds a lab's state: drags become intents and gestures, which someone else turns into a new frame.
"""

import logging
import time
from contextlib import suppress
from types import MappingProxyType
from typing import Any, Literal

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QStyleOptionGraphicsItem, QWidget

from regviz.gui.canvas import grip, ink
from regviz.gui.canvas.grip import Hit
from regviz.gui.canvas.guarded import is_on_screen
from regviz.gui.canvas.layers import Layer
from regviz.gui.canvas.paint import finish, paint_rest
from regviz.gui.canvas.paint.frame import Layout, Ranges, arrange, paint_card
from regviz.gui.canvas.paint.hover import paint_hover
from regviz.gui.canvas.place import Box, Place
from regviz.gui.canvas.theme import THEMES, Theme, load_fonts, qcolor
from regviz.lab import Gesture, Panel

log = logging.getLogger(__name__)
pg.setConfigOption("mouseRateLimit", 0)

_BOUNDS = QRectF(0.0, 0.0, 16_384.0, 16_384.0)
_LEFT = Qt.MouseButton.LeftButton
_CURSORS = {True: Qt.CursorShape.PointingHandCursor, False: Qt.CursorShape.ArrowCursor}


class PanelItem(pg.GraphicsObject):  # type: ignore[misc]
    """The one item of a view, without a look of its own: the first to hear of the mouse.

    What it leaves alone (drags on empty ground, the wheel) reaches the view box below, which pans and zooms.
    """

    def __init__(self, view: "PanelView") -> None:
        super().__init__()
        self._view = view
        self._held: Hit | None = None
        self._dragging = False
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self.setZValue(10)

    def boundingRect(self) -> QRectF:
        """More than any window; never changes."""
        return _BOUNDS

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Nothing: the view paints the panel, past the scene."""

    def mouseDragEvent(self, event: Any) -> None:
        """Turn a drag of the left button on a mark into intents or gestures; leave others to the view box."""
        if event.button() != _LEFT or self._view.place is None:
            event.ignore()
            return
        if event.isStart():
            self._held = self._view.hit_at(event.buttonDownScenePos())
            self._dragging = self._gripped(event)
        if not self._dragging:
            event.ignore()
            return
        event.accept()
        self._send(event)
        if event.isFinish():
            self._held = None

    def _gripped(self, event: Any) -> bool:
        return grips(self._view, self._held, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def _send(self, event: Any) -> None:
        view, finished = self._view, bool(event.isFinish())
        if self._held is not None and self._held.bound:
            view.carry(self._held, event.scenePos(), finished)
            return
        start, last = event.buttonDownScenePos(), event.lastScenePos()
        view.tell("drag", event.scenePos(), start, self._held, event.modifiers(), finished, last)

    def mouseClickEvent(self, event: Any) -> None:
        """Tell of a click of the left button."""
        if event.button() != _LEFT or self._view.place is None:
            event.ignore()
            return
        event.accept()
        at = event.scenePos()
        self._view.tell("click", at, at, self._view.hit_at(at), event.modifiers())

    def release(self) -> None:
        """Let go of the mark that is dragged; the rest of the drag does nothing."""
        self._held, self._dragging = None, False

    def hoverEvent(self, event: Any) -> None:
        """Move the read-out to the pointer."""
        self._view.point_at(None if event.isExit() else event.scenePos())


class PanelView(pg.GraphicsView):  # type: ignore[misc]
    """One panel on its card, with pan, zoom, hover and drags.

    Signals: ``intent`` ({field: value}, finished) from dragging cursors and handles, ``gesture`` (a `Gesture`) from
    clicks, double-clicks and drags elsewhere, ``painted`` (the panel) after each painting, ``failed`` (a sentence)
    when a panel could not be painted; the last good one stays.
    """

    intent = Signal(object, object)
    gesture = Signal(object)
    painted = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._panel: Panel | None = None
        self._good: Panel | None = None
        self.theme, self._unit = THEMES["light"], 1.0
        self.layer = Layer()
        self._zoom: Ranges | None = None
        self._place: Place | None = None
        self._pointer: tuple[float, float] | None = None
        self.held = False
        """Whether the screen keeps what it shows here, whatever Qt asks for."""
        self.box: Any = None
        super().__init__(parent, useOpenGL=False, background=None)
        load_fonts()
        self.setCentralItem(None)
        self.setCacheMode(QGraphicsView.CacheModeFlag(0))
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumSize(1, 1)
        self._populate()

    def _populate(self) -> None:
        self._item = PanelItem(self)
        self.box = pg.ViewBox(enableMenu=False, defaultPadding=0.0)
        self.box.disableAutoRange()
        self.box.sigRangeChangedManually.connect(self._zoomed)
        self.scene().setMoveDistance(3)
        self.scene().addItem(self.box)
        self.scene().addItem(self._item)

    @property
    def panel(self) -> Panel | None:
        """The panel that is shown."""
        return self._panel

    @property
    def place(self) -> Place | None:
        """Where things were painted last, in design pixels; None before the first painting."""
        return self._place

    @property
    def unit(self) -> float:
        """Logical pixels per design pixel."""
        return self._unit

    def is_no_map(self) -> bool:
        """Whether drags never pan: a panel to brush on, or one without axes, like a turnable body or small images."""
        panel = self._panel
        return panel is not None and (panel.brush or (panel.x.hidden and panel.y.hidden and not panel.origin))

    def set_panel(self, panel: Panel, *, repaint: bool = True) -> None:
        """Show a panel, when its viewport is next updated; the user's zoom stays while the axes' ranges stay.

        For a panel of another key the view is as new.
        """
        old, self._panel = self._panel, panel
        if old is not None and old.key != panel.key:
            self._good = self._place = self._pointer = None
            self.layer = Layer()
            self._item.release()
        if old is None or old.key != panel.key or _ranges(old) != _ranges(panel):
            self._zoom = None
            self._arrange()
        if repaint:
            self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Repaint in another theme."""
        self.theme = theme
        self.viewport().update()

    def set_scale(self, scale: float) -> None:
        """Set the logical pixels per design pixel."""
        self._unit = max(0.1, scale)
        self._arrange()
        self.viewport().update()

    def reset_zoom(self) -> None:
        """Show the axes' own ranges again."""
        self._zoom = None
        self._arrange()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Lay the panel out anew."""
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the panel past the scene, which would ask every item first; the view box still learns its ranges."""
        painter = QPainter(self.viewport())
        try:
            if not (self.held and is_on_screen(painter, self)):
                self.scene().prepareForPaint()
                self.paint(painter)
        finally:
            painter.end()

    def viewportEvent(self, event: QEvent) -> bool:
        """Keep presses from what lies below the card."""
        done = bool(super().viewportEvent(event))
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            event.accept()
            return True
        return done

    def _arrange(self) -> None:
        """Give the view box the plot's rectangle and ranges, so that pan and zoom start from what is shown."""
        if self._panel is None or self.box is None:
            return
        made = self._made(self._panel)
        left, top, right, bottom = (side * self._unit for side in made.plot)
        self.box.setAspectLocked(False)
        self.box.setGeometry(QRectF(left, top, right - left, bottom - top))
        ranges = {"xRange": (made.x.low, made.x.high), "yRange": (made.y.low, made.y.high)}
        self.box.setRange(**ranges, padding=0.0, disableAutoRange=True)
        if self._panel.equal:
            self.box.setAspectLocked(True)
        wheel = not self.is_no_map() or self._panel.brush
        self.box.setMouseEnabled(wheel, wheel)

    def _made(self, panel: Panel) -> Layout:
        return arrange(panel, self.width() / self._unit, self.height() / self._unit, self._zoom)

    def _zoomed(self, *_: object) -> None:
        x, y = self.box.viewRange()
        self._zoom = ((float(x[0]), float(x[1])), (float(y[0]), float(y[1])))
        self.viewport().update()

    def paint(self, painter: QPainter) -> None:
        """Paint the panel, or the last good one where it fails; never raises."""
        if self._panel is None:
            painter.fillRect(self.viewport().rect(), qcolor(self.theme.background))
            return
        shown, kept, start = self._panel, self.layer.keeps(self._panel), time.perf_counter()
        try:
            self._paint(painter, shown)
            self._good = shown
            self.layer.efforts[kept] = time.perf_counter() - start
        except Exception:
            log.exception("painting panel %r failed", shown.key)
            self._fall_back(painter)
            self.failed.emit(f"The panel “{shown.title}” could not be painted; the last good picture stays.")
        self.painted.emit(shown)

    def _paint(self, painter: QPainter, panel: Panel) -> None:
        made = self._made(panel)
        pixmap, place = self.layer.prepare(panel, made, self.theme, self._unit, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(0.0, 0.0), pixmap)
        with ink.saved(painter):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.scale(self._unit, self._unit)
            paint_rest(painter, panel, self.layer.held, place)
            finish(painter, panel, made, place)
            self._place = place
            if self._pointer is not None and (hit := grip.find(panel, place, *self._pointer)):
                paint_hover(painter, hit, self._pointer, Box(0, 0, made.width, made.height), self.theme)

    def _fall_back(self, painter: QPainter) -> None:
        self.layer = Layer()
        painter.fillRect(self.viewport().rect(), qcolor(self.theme.background))
        if self._good is None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            paint_card(painter, self.width(), self.height(), self.theme)
            return
        self._panel = self._good
        with suppress(Exception):
            self._paint(painter, self._good)

    def pixel(self, point: QPointF) -> tuple[float, float]:
        """A point of the view in design pixels."""
        return point.x() / self._unit, point.y() / self._unit

    def hit_at(self, point: QPointF) -> Hit | None:
        """What lies at a point of the view."""
        if self._panel is None or self._place is None:
            return None
        return grip.find(self._panel, self._place, *self.pixel(point))

    def point_at(self, point: QPointF | None) -> None:
        """Put the read-out beside a point of the view, or take it away."""
        self._pointer = None if point is None else self.pixel(point)
        hit = None if point is None else self.hit_at(point)
        self.viewport().setCursor(_CURSORS[hit is not None and hit.bound])
        self.viewport().update()

    def carry(self, hit: Hit, at: QPointF, finished: bool) -> None:
        """Emit the intent to bring a bound mark to a point of the view."""
        assert self._panel is not None
        assert self._place is not None
        found = grip.changes(self._panel, hit.mark, self._place, *self.pixel(at))
        self.intent.emit(MappingProxyType(dict(found)), finished)

    def tell(
        self, kind: Literal["click", "double-click", "drag"], at: QPointF, start: QPointF, hit: Hit | None,
        modifiers: Qt.KeyboardModifier, finished: bool = True, last: QPointF | None = None,
    ) -> None:  # fmt: skip
        """Emit a gesture in data units; ``last`` is where a drag was told of before."""
        assert self._panel is not None
        assert self._place is not None
        x, y, (x0, y0), (x1, y1) = self._place.x, self._place.y, self.pixel(start), self.pixel(at)
        before_x, before_y = (x1, y1) if last is None else self.pixel(last)
        told = Gesture(
            kind=kind, panel=self._panel.key, mark=hit.mark.key if hit else "", index=hit.index if hit else -1,
            x=x.value(x1), y=y.value(y1), from_x=x.value(x0), from_y=y.value(y0),
            by_x=x.value(x1) - x.value(before_x), by_y=y.value(y1) - y.value(before_y),
            shift=bool(modifiers & Qt.KeyboardModifier.ShiftModifier), finished=finished,
        )  # fmt: skip
        self.gesture.emit(told)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Tell of a double click of the left button."""
        if event.button() == _LEFT and self._place is not None:
            click_twice(self, self.mapToScene(event.position().toPoint()), event.modifiers())


def click_twice(view: PanelView, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
    """Tell of a double click; on empty ground also show the axes' own ranges again."""
    hit = view.hit_at(at)
    if hit is None:
        view.reset_zoom()
    view.tell("double-click", at, at, hit, modifiers)


def shows(view: PanelView, panel: Panel) -> bool:
    """Whether this very object is what the view painted last, and nothing else waits to be."""
    return view._good is panel and view._panel is panel and not view.held


def grips(view: PanelView, hit: Hit | None, shift: bool) -> bool:
    """Whether a drag is about a mark. Shift, a brush, or a panel that is no map, makes every drag a gesture."""
    brush = view.panel is not None and view.panel.brush
    return shift or brush or view.is_no_map() or (hit is not None and hit.grippable)


def _ranges(panel: Panel) -> tuple[object, ...]:
    return (*((axis.low, axis.high, axis.log) for axis in (panel.x, panel.y)), panel.equal)
