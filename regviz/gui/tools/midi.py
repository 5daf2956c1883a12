"""Hardware faders over MIDI: ports opened with mido, whose messages reach the window's sliders. An optional extra."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from regviz.gui.tools.faders import Board, Fader, Track, tracks
from regviz.gui.window.editors import named

if TYPE_CHECKING:
    from regviz.gui.window.main import MainWindow

INSTALL = "python -m pip install '.[midi]'"
"""To be run in the folder of the source."""
Ports = Callable[[], Any]
"""Gives the mido module, or something with its ``get_input_names`` and ``open_input``."""


class MidiError(OSError):
    """Faders that cannot be used; the message is one sentence."""


def _mido() -> Any:
    return import_module("mido")


class Faders(QObject):
    """The open ports of one window. Messages come in a thread of the library's and are handled in the window's."""

    came = Signal(object, object)
    moved = Signal()

    def __init__(self, window: "MainWindow", ports: Ports = _mido) -> None:
        super().__init__(window)
        self._window, self._library = window, ports
        self._open: list[Any] = []
        self.board = Board()
        self.learning: Callable[[], int] | None = None
        self.came.connect(self._move, Qt.ConnectionType.QueuedConnection)

    @property
    def on(self) -> bool:
        """Whether faders move sliders."""
        return bool(self._open)

    def start(self) -> list[str]:
        """Open every input port and return their names; raises `MidiError`."""
        try:
            library = self._library()
            names = list(library.get_input_names())
            self._open = [library.open_input(name, callback=self._hear) for name in names]
        except ImportError:
            words = self.tr("Faders need mido and python-rtmidi; in the folder of regviz's source run {0}.")
            raise MidiError(words.format(INSTALL)) from None
        except Exception as error:  # each backend has errors of its own
            self.stop()
            raise MidiError(self.tr("The MIDI devices cannot be used: {0}.").format(str(error).rstrip("."))) from None
        if not names:
            raise MidiError(self.tr("There is no MIDI device to be found."))
        return names

    def stop(self) -> None:
        """Close every port."""
        for port in self._open:
            port.close()
        self._open = []

    def sliders(self) -> tuple[Track, ...]:
        """The sliders of the current lab in their order."""
        window = self._window
        limits = {} if window.shown is None else dict(window.shown.frame.limits)
        return tracks(window.session.state, limits)

    def _hear(self, message: Any) -> None:
        if message.type == "control_change":
            self.came.emit(Fader(message.channel, message.control), message.value / 127.0)

    @Slot(object, object)
    def _move(self, fader: Fader, position: float) -> None:
        if self.learning is not None:
            self.board.bind(fader, self.learning())
        changes = self.board.move(fader, position, self._window.session.state, self.sliders())
        if changes:
            self._window.edits.edit(changes, False)
        self.moved.emit()


class FaderPage(QDialog):
    """The sliders of the lab with the fader of each; a fader that is moved takes the chosen slider."""

    def __init__(self, faders: Faders, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._faders = faders
        self.setWindowTitle(self.tr("Faders"))
        hint = QLabel(self.tr("Choose a slider, then move the fader that is to move it."))
        hint.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Sliders and their faders"))
        column = QVBoxLayout(self)
        column.addWidget(hint)
        column.addWidget(self.list)
        self.show_faders()
        self.list.setCurrentRow(0)
        faders.learning = self.list.currentRow
        faders.moved.connect(self.show_faders)
        self.finished.connect(self._end)

    @Slot()
    def show_faders(self) -> None:
        """Say for each slider which fader moves it."""
        at = {place: fader for fader, place in self._faders.board.places.items()}
        row = self.list.currentRow()
        self.list.clear()
        for place, track in enumerate(self._faders.sliders()):
            fader = at.get(place)
            said = self.tr("no fader") if fader is None else self.tr("fader {0}, channel {1}").format(
                fader.number, fader.channel + 1
            )  # fmt: skip
            self.list.addItem(QListWidgetItem(f"{named(track.control)}: {said}"))
        self.list.setCurrentRow(max(0, row))

    @Slot()
    def _end(self) -> None:
        self._faders.learning = None
