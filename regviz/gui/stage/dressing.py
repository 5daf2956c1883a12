"""How the main window looks on stage: full screen, no controls, large words; and how it gets its own looks back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Qt, Slot
from PySide6.QtGui import QScreen

from regviz.gui.stage.keys import STAGE_KEYS
from regviz.gui.stage.words import Cover, Foot
from regviz.gui.window.keys import find
from regviz.gui.window.settings import STAGE_SCALES

if TYPE_CHECKING:
    from regviz.gui.window.main import MainWindow


class Dressing(QObject):
    """Owns the ``foot`` under the pictures and the ``cover`` over everything."""

    def __init__(self, window: "MainWindow", parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self.foot = Foot()
        window.column.addWidget(self.foot)
        self.cover = Cover(window.central)
        self._geometry, self._panel = QRect(), False
        self._state = window.windowState()
        window.looks.applied.connect(self._apply)

    def put_on(self, stand_ins: dict[str, Callable[..., None]], screen: QScreen | None) -> None:
        """Dress the window, full on ``screen`` (None: where it is); ``stand_ins`` take over its commands."""
        window = self._window
        self._geometry, self._state = window.geometry(), window.windowState()
        window.stand_ins = stand_ins
        window.view.reserved = lambda event: find(event, STAGE_KEYS) is not None
        self._panel = window.recording.panel_open
        window.recording.hide_panel()
        for part in (window.rail, window.footer, window.side, window.notes, window.banner):
            part.hide()
        self.foot.show()
        window.looks.stage_scale = window.settings.stage_scale
        self.fill(screen)
        window.looks.apply()
        self.foot.setFocus()

    def fill(self, screen: QScreen | None) -> None:
        """Fill that screen."""
        window = self._window
        if screen is not None and screen is not window.screen():
            window.showNormal()
            window.setScreen(screen)
            window.setGeometry(screen.geometry())
        window.showFullScreen()

    def take_off(self) -> None:
        """Give the window its own looks, place and commands back."""
        window = self._window
        window.stand_ins = {}
        window.view.reserved = lambda event: False
        self.cover.hide()
        self.foot.hide()
        window.header.present(None)
        window.rail.show()
        window.footer.show()
        if self._panel:
            window.recording.show_panel()
        window.looks.stage_scale = None
        window.setWindowState(self._state)
        if self._state == Qt.WindowState.WindowNoState:
            window.setGeometry(self._geometry)
        window.looks.show_panels()
        window.looks.apply()
        slider = window.main_slider()
        if slider is not None:
            slider.setFocus()

    def say(self, title: str, caption: str) -> None:
        """Show these words over and under the pictures."""
        self._window.header.present(title)
        self.foot.caption.say(caption)

    def count(self, words: str) -> None:
        """Show which step this is."""
        self.foot.count.setText(words)

    def scale(self, places: int) -> None:
        """Take the size that many places up or down; 0 is normal size."""
        settings = self._window.settings
        at = STAGE_SCALES.index(settings.stage_scale) + places if places else 0
        settings.stage_scale = STAGE_SCALES[min(len(STAGE_SCALES) - 1, max(0, at))]
        self._window.looks.stage_scale = settings.stage_scale
        self._window.looks.apply()

    def reset_zoom(self) -> None:
        """Show every panel whole."""
        for view in self._window.view.views.values():
            view.reset_zoom()

    @Slot()
    def _apply(self) -> None:
        looks = self._window.looks
        self.foot.show_theme(looks.theme, looks.unit, self._window.height() // 6)
        self.cover.show_theme(looks.theme, looks.unit)
