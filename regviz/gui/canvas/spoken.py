"""What assistive technology is told of the panels: names and descriptions, once the pictures have come to rest.

Never on every frame: a screen reader could not follow, and a drag must not pay for it. The words are `summary`'s.
"""

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from regviz.gui.canvas.panel import PanelView
from regviz.lab import Frame, summary

QUIET = 500
"""Milliseconds without a new frame after which the panels are described anew."""


class Spoken(QObject):
    """Describes the views of one dashboard; Qt tells assistive technology of every name that changed.

    The panel with the focus also speaks: its caption is announced when it is another one.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._views: Mapping[str, PanelView] = {}
        self._frame: Frame | None = None
        self._said = ""
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.describe)

    def hear(self, frame: Frame, views: Mapping[str, PanelView], soon: bool) -> None:
        """A frame is shown; ``soon`` where panels are new and have no words yet."""
        self._frame, self._views = frame, views
        self._timer.start(0 if soon else QUIET)

    def describe(self) -> None:
        """Give every panel the name and description of the frame that is shown last."""
        self._timer.stop()
        if self._frame is None:
            return
        for key, view in self._views.items():
            panel = self._frame.panel(key)
            view.setAccessibleName(panel.title)
            view.setAccessibleDescription(summary(panel, self._frame, self.tr))
            if view.hasFocus() and self._said != self._frame.caption:
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(view, self._frame.caption))
        self._said = self._frame.caption
