"""Starts the application and ends it in the right order: window, hooks, application object."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication

from regviz.gui.canvas.theme import load_fonts
from regviz.gui.window.journal import Hooks, Journal, default_log
from regviz.gui.window.main import MainWindow
from regviz.gui.window.settings import Settings
from regviz.labs import find, labs


def start(lab_name: str | None, state: Any, file: str | os.PathLike[str] | None) -> int:
    """Open the window on a lab in ``state`` (None: its defaults) or on a file, and run until it closes."""
    application = _application()
    lab = labs()[0] if lab_name is None else find(lab_name)
    journal = Journal(default_log())
    hooks = Hooks(journal)
    window = MainWindow(
        labs(), lab, lab.State() if state is None else state, settings=Settings(), journal=journal,
        file=None if file is None else Path(file),
    )  # fmt: skip
    hooks.said.connect(window.banner.report)
    hooks.install()
    for problem in load_fonts():
        window.banner.say(problem)
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


def _application() -> QApplication:
    QCoreApplication.setApplicationName("regviz")
    QCoreApplication.setOrganizationName("regviz")
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    return application


def _pulse(application: QApplication) -> QTimer:
    """Lets Python look for Ctrl+C in the terminal now and then: it sees signals only between its own steps."""
    pulse = QTimer(application)
    pulse.timeout.connect(lambda: None)
    pulse.start(300)
    return pulse
