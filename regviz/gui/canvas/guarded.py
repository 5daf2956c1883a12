"""The guard of every widget that paints itself: a failure is told, and what was on the screen before stays there.

Panels have a guard of their own, in `panel`.
"""

import sys
from typing import Any

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import getCppPointer

_LARGEST = 500_000
"""Device pixels of a widget whose last picture is kept: larger ones lie over the window and are better left out."""


class Guarded:
    """First among the bases of a widget that paints itself, by `draw`.

    A painter that outlives its paint event, as an exception would make it, ends the process. What `draw` raises goes
    to `sys.excepthook`, once until it succeeds again.
    """

    _good: QImage | None = None
    _told = False

    def draw(self, painter: QPainter) -> None:
        """Paint the widget; may raise anything."""
        raise NotImplementedError

    def paintEvent(self: Any, event: QPaintEvent) -> None:
        """Paint, or put back the last picture of this size."""
        painter, failed = QPainter(self), None
        try:
            self.draw(painter)
        except Exception:
            failed = sys.exc_info()
            painter.setClipping(False)
            painter.resetTransform()
            painter.setOpacity(1.0)
            if self._good is not None and self._good.deviceIndependentSize().toSize() == self.size():
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
                painter.drawImage(QPoint(0, 0), self._good)
        finally:
            painter.end()
        if failed is None:
            self._good, self._told = _seen(self), False
        elif not self._told:
            self._told = True
            sys.excepthook(*failed)


def is_on_screen(painter: QPainter, widget: QWidget) -> bool:
    """Whether a painter paints for the screen: not for a picture of the widget that somebody grabs."""
    store = widget.window().backingStore()
    if store is None:
        return False
    one, two = painter.paintEngine().paintDevice(), store.paintDevice()
    return bool(getCppPointer(one)[0] == getCppPointer(two)[0])


def _seen(widget: QWidget) -> QImage | None:
    """What the window's own store of pixels holds of a small widget, if it is one of pixels."""
    ratio, window = widget.devicePixelRatioF(), widget.window()
    store = window.backingStore()
    pixels = None if store is None else store.paintDevice()
    if not isinstance(pixels, QImage) or widget.width() * widget.height() * ratio * ratio > _LARGEST:
        return None
    at = widget.mapTo(window, QPoint(0, 0))
    kept = pixels.copy(QRect(*(round(side * ratio) for side in (at.x(), at.y(), widget.width(), widget.height()))))
    kept.setDevicePixelRatio(ratio)
    return kept
