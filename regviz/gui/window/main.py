"""The main window: puts header, rail, pictures, side panel, notes and footer together around one session."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QAbstractSpinBox, QHBoxLayout, QLineEdit, QMainWindow, QVBoxLayout, QWidget

from regviz.engine import Delivery, Failure, Finished, Session
from regviz.gui.canvas.theme import load_fonts
from regviz.gui.canvas.view import DashboardView
from regviz.gui.language import framed, said, words
from regviz.gui.stage import LectureCommands, Recording, Stage
from regviz.gui.tools import ToolCommands, Tools
from regviz.gui.window.banner import Banner
from regviz.gui.window.bridge import Bridge, Collector
from regviz.gui.window.commands import SMALLEST, FileCommands, StateCommands, ViewCommands
from regviz.gui.window.edits import Edits
from regviz.gui.window.footer import Footer
from regviz.gui.window.header import Header
from regviz.gui.window.journal import Journal
from regviz.gui.window.keys import KEYS, YIELDING, Key, find
from regviz.gui.window.looks import Looks
from regviz.gui.window.notes import Notes
from regviz.gui.window.overlay import Help
from regviz.gui.window.player import Player
from regviz.gui.window.rail import Rail
from regviz.gui.window.settings import Settings
from regviz.gui.window.side import SidePanel
from regviz.gui.window.slider import Slider
from regviz.gui.window.style import Unit
from regviz.lab import Lab, controls, replace
from regviz.lab.lecture import Lecture

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SAYING = 4000
"""Milliseconds for which a passing remark stands in place of the caption."""


def _edited(state: Any, changes: Mapping[str, Any]) -> Any:
    return replace(state, **changes)


class MainWindow(QMainWindow):
    """One session on the screen. ``closed`` comes after the worker has ended, ``reworded`` asks for another window in
    the language of the settings, which takes over session and lecture from this one, ``before``.
    """

    closed = Signal()
    reworded = Signal()

    def __init__(
        self, labs: Sequence[Lab], lab: Lab, state: Any, *, settings: Settings, journal: Journal,
        file: Path | None = None, lecture: Lecture | None = None, before: "MainWindow | None" = None,
    ) -> None:  # fmt: skip
        super().__init__()
        load_fonts()
        self.labs, self.settings, self.journal = tuple(labs), settings, journal
        self.session: Session = before.session if before is not None else Session(lab, state, edit=_edited)
        self.collector = Collector(self)
        self.bridge = Bridge(self.session, self)
        self.shown: Delivery | None = None
        self._built: Lab | None = None
        self._build()
        self.player = Player(self.session, self.bridge, self.main_slider, self)
        self.looks, self.edits = Looks(self), Edits(self)
        self.stand_ins: dict[str, Callable[..., None]] = {}
        self.tools = Tools(self)
        self._connect()
        self._bind()
        self.stage, self.recording = Stage(self), Recording(self)
        self.tools.begin()
        if before is not None:
            self.recording.recorder = before.recording.recorder
            if before.recording.panel_open:
                self.recording.show_panel()
        if not self.restoreGeometry(settings.geometry):
            self.resize(1600, 900)
        self.looks.show_panels()
        self.looks.apply()
        self._session_changed()
        self.bridge.worker.start()
        if lecture is not None:
            self.recording.open(lecture, file)
        elif file is not None:
            self.edits.open_file(file)

    def _build(self) -> None:
        self.setWindowTitle("regviz")
        self.setMinimumSize(SMALLEST)
        self.setAcceptDrops(True)
        self.header, self.footer, self.view = Header(), Footer(), DashboardView()
        self.rail, self.side, self.notes = Rail(self.labs), SidePanel(), Notes()
        self.banner = Banner(self.journal.file)
        middle = QWidget()
        middle.setObjectName("surface")
        self.middle = QHBoxLayout(middle)
        self.middle.setContentsMargins(0, 0, 0, 0)
        self.middle.addWidget(self.view, 1)
        self.middle.addWidget(self.notes)
        self.middle.addWidget(self.side)
        self.column = QVBoxLayout()
        self.column.addWidget(self.header)
        self.column.addWidget(self.banner)
        self.column.addWidget(middle, 1)
        self.column.addWidget(self.footer)
        central = QWidget()
        central.setObjectName("surface")
        self._row = QHBoxLayout(central)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.rail)
        self._row.addLayout(self.column, 1)
        self.central = central
        self.setCentralWidget(central)
        self.help = Help(central)

    def _connect(self) -> None:
        self.session.listen(self._session_changed)
        self.bridge.framed.connect(self._show)
        self.bridge.awaited.connect(self._await)
        self.bridge.failed.connect(self._fail)
        self.bridge.rested.connect(self._rest)
        self.header.changed.connect(self.edits.edit_on_top)
        self.header.called.connect(lambda name: self.commands[name]())
        self.header.controls.connect(lambda: self.looks.fold("controls"))
        self.side.changed.connect(self.edits.edit)
        self.player.changed.connect(self._show_playing)
        self.rail.chosen.connect(self.edits.choose)
        self.rail.unfolded.connect(lambda: self.looks.fold("labs"))
        self.notes.jumped.connect(self.edits.jump)
        self.view.painted.connect(self.bridge.painted)
        self.view.intent.connect(self.edits.drag)
        self.view.gesture.connect(self.edits.gesture)
        self.view.failed.connect(self._paint_failed)

    def _bind(self) -> None:
        """Bind every key of the table to the command of its name."""
        groups = StateCommands(self), FileCommands(self), ViewCommands(self), LectureCommands(self), ToolCommands(self)
        self.commands: dict[str, Callable[..., None]] = {
            key.name: getattr(group, key.name) for key in KEYS for group in groups if hasattr(group, key.name)
        }
        for key in KEYS:
            for text in () if key.yields else key.keys:
                QShortcut(QKeySequence(text), self).activated.connect(lambda name=key.name: self.call(name))

    def call(self, name: str, *numbers: int) -> None:
        """Do the command of that name, or what stands in for it on stage."""
        self.stand_ins.get(name, self.commands[name])(*numbers)

    def offer(self, labs: Sequence[Lab]) -> None:
        """Offer these labs; the one that is shown stays."""
        self.labs = tuple(labs)
        self.rail.offer(self.labs)
        self.rail.show_wide(self.rail.wide, self.looks.unit)
        self.rail.show_lab(self.session.lab)

    def main_slider(self) -> Slider | None:
        """The big slider on top, if this lab has one."""
        return self.header.slider

    # State and frames out.

    def _session_changed(self) -> None:
        lab = self.session.lab
        if lab is not self._built:
            self._rebuild(lab)
        self.show_state()
        self.footer.show_busy(True, None)
        self.edits.due = True
        self.bridge.submit()

    def _rebuild(self, lab: Lab) -> None:
        """Make the controls and notes of another lab."""
        self._built = lab
        self.footer.caption.begin()
        every = tuple(map(said, controls(lab.State)))
        main = next((c for c in every if c.place == "main" and c.kind in ("float", "int")), None)
        mode = next((c for c in every if c.place == "mode"), None)
        self.header.build(lab.title, mode, main, lab.trains)
        self.side.build(tuple(c for c in every if c is not main and c is not mode))
        if self.header.main is not None:
            self.header.main.transport.show_speed(self.player.speed)
        self.rail.show_lab(lab)
        slider = self.main_slider()
        if slider is not None:
            slider.setFocus()
        self.setWindowTitle(f"{words(lab.title)} · regviz")
        self.header.show_theme(self.looks.theme, self.looks.unit)
        self.side.show_theme(self.looks.theme, self.looks.unit)
        problem = self.notes.show_lab(lab)
        if problem:
            self.banner.say(problem)

    def show_state(self) -> None:
        """Show the session's values in every control."""
        self.header.show_state(self.session.state)
        self.side.show_state(self.session.state)

    @Slot(object)
    def _show(self, delivery: Delivery) -> None:
        """Show a frame; it clears the banner of a failure that it has overcome."""
        self.shown = delivery = self.tools.dress(delivery)
        self.edits.arrived(delivery)
        frame = framed(delivery.frame)
        if self.banner.passing:
            self.banner.hide()
        self.header.show_frame(frame)
        self.side.show_frame(frame)
        self.footer.show_frame(frame)
        self.notes.show_frame(frame)
        self.footer.show_busy(frame.progress is not None, frame.progress)
        self.view.set_frame(frame)

    @Slot(object)
    def _await(self, delivery: Delivery) -> None:
        """Say what is being done; the picture that is shown stays."""
        self.edits.waits = True
        self.footer.say_meanwhile(framed(delivery.frame).caption)
        self.footer.show_busy(True, delivery.frame.progress)

    @Slot(object)
    def _fail(self, failure: Failure) -> None:
        """Say what went wrong; the last good picture stays, and a table that cannot be read is given back."""
        self.journal.write(failure.trace)
        self.footer.show_busy(False, None)
        if self.edits.failed(failure.state):
            self.banner.say(failure.sentence)
        else:
            self.banner.say(failure.sentence, logged=True, passing=True)

    @Slot(object)
    def _paint_failed(self, sentence: str) -> None:
        self.journal.write(sentence)
        self.banner.say(sentence, logged=True, passing=True)

    @Slot(object)
    def _rest(self, message: Finished) -> None:
        self.edits.rested(message)
        if not self.edits.due:
            self.footer.show_busy(False, None)

    @Slot(object)
    def _show_playing(self, playing: bool) -> None:
        if self.header.main is not None:
            self.header.main.transport.show_playing(playing)

    def say(self, remark: str) -> None:
        """Show a passing remark at the foot."""
        self.footer.say(remark, _SAYING)

    # What Qt asks.

    def space(self, unit: Unit) -> None:
        """Set the gaps between the parts."""
        self._row.setSpacing(unit.px(8))
        self.middle.setSpacing(unit.px(14))
        self.column.setSpacing(unit.px(3))
        left = 22 if self.rail.isHidden() else 8
        self.column.setContentsMargins(unit.px(left), unit.px(6), unit.px(22), unit.px(6))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that the focused control did not want; Enter in a box has ended the typing and means nothing more."""
        if event.key() in _ENTER and isinstance(self.focusWidget(), (QLineEdit, QAbstractSpinBox)):
            if self.stage.active:
                self.stage.dressing.foot.setFocus()
        elif not self.take_key(event, YIELDING):
            super().keyPressEvent(event)

    def take_key(self, event: QKeyEvent, keys: tuple[Key, ...] = KEYS) -> bool:
        """Do what a key press means, on stage first; whether it means anything."""
        if self.stage.hands.press(event):
            return True
        found = find(event, keys)
        if found is not None:
            self.call(found[0].name, *((found[1],) if found[0].digits else ()))
        return found is not None

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the first file."""
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self.edits.open_file(Path(files[0]))
        else:
            self.banner.say(self.tr("Only files of this computer can be opened."))
        event.acceptProposedAction()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scale text and gaps with the window."""
        super().resizeEvent(event)
        self.looks.resized()
        if self.help.isVisible():
            self.help.fit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the geometry, end the worker, then close; a lecture that is not saved is asked about first."""
        if not self.recording.may_go():
            event.ignore()
            return
        self.leave()
        event.accept()
        self.closed.emit()

    def leave(self) -> None:
        """End what runs and keep the settings; nothing is asked."""
        self.stage.leave()
        self.player.pause()
        self.settings.geometry = self.saveGeometry()
        self.settings.save()
        self.bridge.worker.stop()
        self.collector.stop()
