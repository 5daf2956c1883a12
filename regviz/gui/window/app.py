"""Starts the application and ends it in the right order: window, hooks, application object."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from regviz.gui.canvas.theme import load_fonts, resources
from regviz.gui.window.autosave import Autosave, Keeper, default_folder
from regviz.gui.window.journal import Hooks, Journal, default_log
from regviz.gui.window.main import MainWindow
from regviz.gui.window.opening import Opened, document
from regviz.gui.window.settings import Settings
from regviz.lab.document import DocumentError
from regviz.lab.lecture import Lecture
from regviz.labs import find, labs, names

_FIRST = "shrinkage"
"""The lab that opens where none is asked for."""


def start(
    lab_name: str | None, state: Any, file: str | os.PathLike[str] | None, lecture: Lecture | None = None
) -> int:
    """Open the window on a lab in ``state`` (None: its defaults), a file or a lecture, and run until it closes."""
    application = _application()
    lab = find(_FIRST if lab_name is None else lab_name)
    journal = Journal(default_log())
    wanted = lab_name is None and state is None and file is None and lecture is None
    keeper = Keeper(default_folder(), wanted=wanted)
    left = _left(keeper)
    if left is not None:
        lab, state = left.lab, left.state
    hooks = Hooks(journal)
    window = MainWindow(
        [lab] if file is None and lecture is None else labs(), lab, lab.State() if state is None else state,
        settings=Settings(), journal=journal, file=None if file is None else Path(file), lecture=lecture,
    )  # fmt: skip
    autosave = Autosave(window.session, keeper, journal, window)
    window.view.painted.connect(autosave.begin, Qt.ConnectionType.SingleShotConnection)
    window.closed.connect(autosave.close)
    if left is not None:
        window.banner.say(window.tr("The last session ended without being closed; here it is again."))
    hooks.said.connect(window.banner.report)
    hooks.install()
    for problem in load_fonts():
        window.banner.say(problem)
    if wanted and left is None and not window.settings.toured and seen():
        window.settings.toured = True
        window.view.painted.connect(lambda _: window.call("tour"), Qt.ConnectionType.SingleShotConnection)
    _Others(window)
    window.show()
    before = signal.signal(signal.SIGINT, lambda *_: window.close())
    pulse = _pulse(application)
    try:
        return application.exec()
    finally:
        pulse.stop()
        signal.signal(signal.SIGINT, before)
        hooks.remove()
        window.close()
        window.deleteLater()
        application.processEvents()


def _left(keeper: Keeper) -> Opened | None:
    """The session that a crash left, if there is one that can be read."""
    if keeper.left is None:
        return None
    try:
        return document(keeper.left, labs())
    except DocumentError:
        return None


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
