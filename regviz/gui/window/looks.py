"""Theme, text size and folded panels of the main window, taken from its settings."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from regviz.gui.canvas.theme import THEMES, Theme
from regviz.gui.window.style import Unit, palette, sheet

if TYPE_CHECKING:
    from regviz.gui.window.main import MainWindow


class Looks(QObject):
    """``theme`` and ``unit`` are what the window looks like now; ``applied`` comes when they may have changed."""

    applied = Signal()

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.stage_scale: float | None = None
        self.theme: Theme = THEMES["light"]
        self.unit = Unit(1920, 1080)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self.apply)

    @property
    def scale(self) -> float:
        """The text size: the lecture's own while it is on stage."""
        return self._window.settings.scale if self.stage_scale is None else self.stage_scale

    @Slot()
    def apply(self) -> None:
        """Take over the theme, the size of the window and the text size."""
        window, settings = self._window, self._window.settings
        self.theme = THEMES[_chosen(settings.theme)]
        self.unit = unit = Unit(window.width(), window.height(), self.scale)
        QApplication.setPalette(palette(self.theme))
        window.setStyleSheet(sheet(self.theme, unit))
        window.space(unit)
        window.rail.show_wide(settings.is_open("labs"), unit)
        for part in (window.header, window.side, window.footer):
            part.show_theme(self.theme, unit)
        window.notes.show_theme(unit)
        window.view.set_theme(self.theme)
        window.view.set_scale(self.scale)
        self.applied.emit()

    def resized(self) -> None:
        """Follow the window's size when it changes the size of a design pixel."""
        window = self._window
        if Unit(window.width(), window.height(), self.scale).factor != self.unit.factor:
            self.apply()

    def fold(self, panel: str) -> None:
        """Show or hide "controls", "notes" or the names of the "labs", and remember it."""
        self._window.settings.set_open(panel, not self._window.settings.is_open(panel))
        self.show_panels()

    def show_panels(self) -> None:
        """Show the panels that the settings have open."""
        window, is_open = self._window, self._window.settings.is_open
        window.rail.show_wide(is_open("labs"), self.unit)
        window.notes.setVisible(is_open("notes"))
        window.side.setVisible(is_open("controls"))
        window.header.toggle.setChecked(is_open("controls"))


def _chosen(setting: str) -> str:
    """The theme's name; "system" is light or dark as the desktop is."""
    if setting != "system":
        return setting
    return "dark" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"
