"""The pad over the pictures: a spotlight that follows the pointer, and a pen. It costs nothing while both are off."""

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from regviz.gui.canvas.guarded import Guarded
from regviz.gui.canvas.paint.sketch import WIDTH, outline, paint_strokes
from regviz.gui.canvas.place import Box
from regviz.gui.canvas.theme import THEMES, Theme, qcolor
from regviz.gui.canvas.view import DashboardView
from regviz.lab import Stroke

COLORS = ("bad", "accent", "good", "l1", "text")
"""Roles of the pen, in the order of its key."""
SMALLEST, LARGEST = 40.0, 900.0
"""Radius of the spotlight in design pixels."""
_APART = 2.5
"""Pixels between two points of a stroke."""
_RIM = 12
"""Pixels around a stroke that its pen may touch."""


class Pad(Guarded, QWidget):
    """Lies over ``view`` as its sibling. ``changed`` comes when a stroke, the pen or the spotlight came or went."""

    changed = Signal()

    def __init__(self, view: DashboardView) -> None:
        super().__init__(view.parentWidget())
        self._view, self._theme = view, THEMES["light"]
        self.strokes: tuple[Stroke, ...] = ()
        self.pen = self.light = False
        self.color = COLORS[0]
        self.radius = 170.0
        self._spot = QPointF()
        self._points: list[tuple[float, float]] = []
        self._kept: tuple[object, QPixmap, QPointF] | None = None
        self.setAccessibleName(self.tr("Pen and spotlight"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.hide()
        view.installEventFilter(self)

    # What the keys do.

    def toggle_pen(self) -> None:
        """Take the pen in hand or lay it down; what is drawn stays."""
        self.pen = not self.pen
        self._become()

    def toggle_light(self) -> None:
        """Light the spotlight at the pointer, or put it out."""
        self.light = not self.light
        at = QPointF(self._view.mapFromGlobal(QCursor.pos()))
        self._spot = at if QRectF(self._view.rect()).contains(at) else QPointF(self._view.rect().center())
        self._become()

    def next_color(self) -> str:
        """The pen's next colour, a role."""
        self.color = COLORS[(COLORS.index(self.color) + 1) % len(COLORS)]
        self.changed.emit()
        return self.color

    def take_back(self) -> bool:
        """Take the last stroke back; whether there was one."""
        had = bool(self.strokes)
        self.strokes = self.strokes[:-1]
        self._become()
        return had

    def wipe(self) -> None:
        """Take every stroke away; pen and spotlight stay as they are."""
        self._points = []
        if self.strokes:
            self.strokes = ()
            self._become()

    def clear(self) -> bool:
        """Take everything away; whether there was anything."""
        had = self.pen or self.light or bool(self.strokes)
        self.pen = self.light = False
        self.strokes, self._points = (), []
        if had:
            self._become()
        return had

    def show_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self._theme = theme
        self.update()

    def _become(self) -> None:
        busy = self.pen or self.light
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not busy)
        self.setCursor(Qt.CursorShape.CrossCursor if self.pen else Qt.CursorShape.ArrowCursor)
        self.setGeometry(self._view.geometry())
        self.setVisible(busy or bool(self.strokes))
        self.raise_()
        self.update()
        self.changed.emit()

    # What Qt tells.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Lie over the view wherever it goes."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and not self.isHidden():
            self.setGeometry(self._view.geometry())
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke."""
        if self.pen and event.button() == Qt.MouseButton.LeftButton:
            self._points = [(event.position().x(), event.position().y())]
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the stroke; the spotlight follows."""
        at = event.position()
        if self.light:
            before, self._spot = self._spot, at
            self.update(self._lit(before).united(self._lit(at)))
        if self._points and event.buttons() & Qt.MouseButton.LeftButton:
            x, y = self._points[-1]
            if abs(at.x() - x) + abs(at.y() - y) >= _APART:
                self._points.append((at.x(), at.y()))
                corner = QPointF(min(x, at.x()), min(y, at.y()))
                self.update(_around(QRectF(corner, QPointF(max(x, at.x()), max(y, at.y()))), self._scale()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke."""
        if self._points and event.button() == Qt.MouseButton.LeftButton:
            stroke = self._stroke()
            self._points = []
            if stroke is not None:
                self.strokes = (*self.strokes, stroke)
            self._become()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the size of the spotlight."""
        if self.light:
            self.radius = min(LARGEST, max(SMALLEST, self.radius * 1.1 ** (event.angleDelta().y() / 120.0)))
            self.update()
            event.accept()

    def draw(self, painter: QPainter) -> None:
        """Paint the strokes, and the dark around the spot."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._paint_strokes(painter)
        if self.light:
            self._paint_dark(painter)

    # Where things are.

    def _scale(self) -> float:
        return self._view.design_scale()

    def _plots(self) -> dict[str, Box]:
        """The plots of all panels, in design pixels of the pad."""
        scale, found = self._scale(), {}
        for key, view in self._view.views.items():
            if view.place is not None:
                found[key] = view.place.rect.moved(view.x() / scale, view.y() / scale)
        return found

    def _stroke(self) -> Stroke | None:
        """The stroke that is being drawn, bound to the panel it began on, or to the nearest one."""
        plots, scale = self._plots(), self._scale()
        if not plots or not self._points:
            return None
        points = np.array(self._points) / scale
        key = min(plots, key=lambda key: _distance(plots[key], *points[0].tolist()))
        plot = plots[key]
        shares = (points - (plot.left, plot.top)) / (max(1.0, plot.width), max(1.0, plot.height))
        return Stroke(panel=key, role=self.color, points=shares)

    def _paint_strokes(self, painter: QPainter) -> None:
        plots, scale = self._plots(), self._scale()
        if self.strokes:
            pixmap, corner = self._drawn(plots, scale)
            painter.drawPixmap(corner, pixmap)
        open_stroke = self._stroke()
        if open_stroke is not None:
            painter.save()
            painter.scale(scale, scale)
            paint_strokes(painter, (open_stroke,), plots, self._theme)
            painter.restore()

    def _drawn(self, plots: dict[str, Box], scale: float) -> tuple[QPixmap, QPointF]:
        """The finished strokes as a picture no larger than they are, kept while nothing changes, and its corner."""
        ratio = self.devicePixelRatioF()
        key = self.strokes, tuple(plots.items()), scale, ratio, self._theme.name
        if self._kept is None or self._kept[0] != key:
            self._kept = key, *self._picture(plots, scale, ratio)
        return self._kept[1:]

    def _picture(self, plots: dict[str, Box], scale: float, ratio: float) -> tuple[QPixmap, QPointF]:
        area = QRectF()
        for stroke in self.strokes:
            if stroke.panel in plots:
                area = area.united(outline(stroke, plots[stroke.panel]).boundingRect())
        rim = (WIDTH + _RIM) * self._theme.thick
        area = QTransform.fromScale(scale, scale).mapRect(area.adjusted(-rim, -rim, rim, rim))
        area = area.intersected(QRectF(self.rect()))
        pixmap = QPixmap(max(1, round(area.width() * ratio)), max(1, round(area.height() * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.translate(-area.topLeft())
        painter.scale(scale, scale)
        paint_strokes(painter, self.strokes, plots, self._theme)
        painter.end()
        return pixmap, area.topLeft()

    def _lit(self, spot: QPointF) -> QRect:
        """What the spotlight covers there."""
        r = self.radius * self._scale() + _RIM
        return QRectF(spot.x() - r, spot.y() - r, 2 * r, 2 * r).toAlignedRect()

    def _paint_dark(self, painter: QPainter) -> None:
        r = self.radius * self._scale()
        dark = QPainterPath()
        dark.addRect(QRectF(self.rect()))
        dark.addEllipse(self._spot, r, r)
        shade = QColor("black")
        shade.setAlphaF(0.68 if self._theme.dark else 0.6)
        painter.fillPath(dark, shade)
        painter.setPen(QPen(qcolor(self._theme.palette[0]), max(2.0, 3.0 * self._scale())))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(self._spot, r, r)


def _around(area: QRectF, scale: float) -> QRect:
    rim = (WIDTH + _RIM) * max(1.0, scale)
    return area.adjusted(-rim, -rim, rim, rim).toAlignedRect()


def _distance(plot: Box, x: float, y: float) -> float:
    """How far a point lies outside a plot; 0 inside."""
    return max(plot.left - x, x - plot.right, 0.0) + max(plot.top - y, y - plot.bottom, 0.0)
