"""Starts the application and ends it in the right order: window, hooks, application object."""

import atexit
import gc
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from regviz.gui.canvas.theme import load_fonts, resources
from regviz.gui.language import speak, wanted
from regviz.gui.window.autosave import Autosave, Keeper, default_folder
from regviz.gui.window.journal import Hooks, Journal, default_log
from regviz.gui.window.main import MainWindow
from regviz.gui.window.opening import Opened, document
from regviz.gui.window.settings import Settings
from regviz.lab import Lab
from regviz.lab.document import DocumentError
from regviz.lab.lecture import Lecture
from regviz.labs import find, labs, names

_FIRST = "shrinkage"
"""The lab that opens where none is asked for."""
_TITLE_BAR = 40
"""Pixels of a screen's height that are left for the title bar of the window."""


def start(
    lab_name: str | None, state: Any, file: str | os.PathLike[str] | None, lecture: Lecture | None = None
) -> int:
    """Open the window on a lab in ``state`` (None: its defaults), a file or a lecture, and run until it closes."""
    application = _application()
    lab = find(_FIRST if lab_name is None else lab_name)
    journal = Journal(default_log())
    plain = lab_name is None and state is None and file is None and lecture is None
    keeper = Keeper(default_folder(), wanted=plain)
    left = _left(keeper)
    if left is not None:
        lab, state = left.lab, left.state
    hooks = Hooks(journal)
    desk = Desk(keeper, journal, hooks, Settings())
    desk.open(
        [lab] if file is None and lecture is None else labs(), lab, lab.State() if state is None else state,
        file=None if file is None else Path(file), lecture=lecture,
    )  # fmt: skip
    if left is not None or keeper.left_lecture is not None:
        desk.window.banner.say(desk.window.tr("The last session ended without being closed; here it is again."))
    if keeper.left_lecture is not None:
        desk.window.recording.resume(keeper.left_lecture)
    hooks.install()
    for problem in load_fonts():
        desk.window.banner.say(problem)
    if plain and left is None and not desk.window.settings.toured and seen():
        desk.window.settings.toured = True
        desk.window.view.painted.connect(lambda _: desk.window.call("tour"), Qt.ConnectionType.SingleShotConnection)
    before = signal.signal(signal.SIGINT, lambda *_: desk.window.close())
    pulse = _pulse(application)
    atexit.register(gc.freeze)  # nobody looks for cycles in what ends with the process: that would take 0.2 s
    try:
        return application.exec()
    finally:
        pulse.stop()
        signal.signal(signal.SIGINT, before)
        hooks.remove()
        desk.window.close()
        desk.window.deleteLater()
        application.processEvents()


def _left(keeper: Keeper) -> Opened | None:
    """The session that a crash left, if there is one that can be read."""
    if keeper.left is None:
        return None
    try:
        return document(keeper.left, labs())
    except DocumentError:
        return None


class Desk(QObject):
    """Opens the window, and opens it anew in another language, with all that was in it."""

    window: MainWindow

    def __init__(self, keeper: Keeper, journal: Journal, hooks: Hooks, settings: Settings) -> None:
        super().__init__()
        self._keeper, self._journal, self._hooks, self._settings = keeper, journal, hooks, settings

    def open(self, offered: Sequence[Lab], lab: Lab, state: Any, **more: Any) -> None:
        """Open and show a window in the language of the settings; ``more`` goes to the window."""
        problem = speak(wanted(self._settings.language))
        self.window = window = MainWindow(
            offered, lab, state, settings=self._settings, journal=self._journal, **more
        )
        recording = window.recording
        self._autosave = Autosave(window.session, self._keeper, self._journal, window, lecture=recording.draft)
        recording.recorder.listen(self._autosave.changed)
        window.view.painted.connect(self._autosave.begin, Qt.ConnectionType.SingleShotConnection)
        window.closed.connect(self._autosave.close)
        window.reworded.connect(self.again, Qt.ConnectionType.QueuedConnection)
        self._hooks.said.connect(window.banner.report)
        if problem:
            window.banner.say(problem)
        if len(offered) < len(names()):
            _Others(window)
        room = window.screen().availableGeometry().size() - QSize(0, _TITLE_BAR)
        window.resize(window.size().boundedTo(room))
        window.show()

    @Slot()
    def again(self) -> None:
        """Close the window and open another in its place, with its session, its lecture and its history."""
        old, session, recorder = self.window, self.window.session, self.window.recording.recorder
        session.hand_over()
        recorder.hand_over()
        old.closed.disconnect(self._autosave.close)
        self._hooks.said.disconnect(old.banner.report)
        QApplication.setQuitOnLastWindowClosed(False)
        old.leave()
        old.hide()
        self.open(old.labs, session.lab, session.state, before=old)
        QApplication.setQuitOnLastWindowClosed(True)
        old.deleteLater()


class _Others(QObject):
    """Brings in the labs that are not shown, one at a time, once the first picture is on the screen."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._names = window, list(names())
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._bring)
        for first in (window.view.painted, window.bridge.failed):
            first.connect(self._begin, Qt.ConnectionType.SingleShotConnection)

    @Slot(object)
    def _begin(self, shown: object) -> None:
        if self._names:
            self._timer.start()

    @Slot()
    def _bring(self) -> None:
        if self._names:
            find(self._names.pop(0))
            return
        self._timer.stop()
        self._window.offer(labs())


def _application() -> QApplication:
    QCoreApplication.setApplicationName("regviz")
    QCoreApplication.setOrganizationName("regviz")
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    application.setDesktopFileName("regviz")
    application.setWindowIcon(QIcon(str(resources() / "icons" / "regviz.png")))
    return application


def seen() -> bool:
    """Whether somebody can see the window."""
    return QGuiApplication.platformName() not in ("offscreen", "minimal")


def _pulse(application: QApplication) -> QTimer:
    """Lets Python look for Ctrl+C in the terminal now and then: it sees signals only between its own steps."""
    pulse = QTimer(application)
    pulse.timeout.connect(lambda: None)
    pulse.start(300)
    return pulse
