"""A window as the parts use it: in a folder of its own, with the hooks that hear whatever fails; and what it costs."""

import contextlib
import os
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from regviz.gui.canvas.export import ensure_application
from regviz.gui.window.journal import Hooks, Journal
from regviz.gui.window.main import MainWindow
from regviz.gui.window.settings import Settings
from regviz.labs import labs
from tests.gui.window.waiting import destroy, on_screen, until


@dataclass
class Screen:
    """``said`` gets every sentence that must never come: stray exceptions, Qt's complaints, failures of labs."""

    window: MainWindow
    folder: Path
    said: list[str] = field(default_factory=list)

    def is_shown(self):
        """Whether the session's state is on the screen."""
        window, shown = self.window, self.window.shown
        return (shown is not None and shown.lab is window.session.lab and shown.state == window.session.state
                and on_screen(window))  # fmt: skip

    def wait(self, seconds=60.0):
        """Wait until the state is on the screen or has failed; whether it is there."""
        return until(lambda: self.is_shown() or self.window.banner.isVisible(), seconds) and self.is_shown()

    def hear(self, sentence):
        """Keep a sentence with what the log says of it."""
        log = self.window.journal.file
        self.said.append(f"{sentence}\n{log.read_text(encoding='utf-8')[-3000:] if log.exists() else ''}")

    def failed(self, failure):
        """Hear of a failure; a sentence about the user's data is none."""
        if "could not compute this" in failure.sentence:
            self.said.append(failure.trace)


@contextlib.contextmanager
def screen(lab=None, state=None, offered=None, size=(1280, 720)):
    """A `Screen` over all labs, or those ``offered``, that is gone at the end."""
    ensure_application()
    application = QApplication.instance()
    offered = labs() if offered is None else offered
    lab = offered[0] if lab is None else lab
    with tempfile.TemporaryDirectory(prefix="regviz-release-") as name:
        folder = Path(name)
        journal = Journal(folder / "regviz.log")
        hooks = Hooks(journal)
        window = MainWindow(offered, lab, lab.State() if state is None else state,
                            settings=Settings(folder / "settings.ini"), journal=journal)  # fmt: skip
        made = Screen(window, folder)
        window.recording.ask_loss = lambda parent: QMessageBox.StandardButton.Discard
        hooks.said.connect(made.hear)
        hooks.said.connect(window.banner.report)
        window.bridge.failed.connect(made.failed)
        window.view.failed.connect(made.hear)
        hooks.install()
        window.resize(*size)
        window.show()
        try:
            yield made
        finally:
            destroy(window)
            hooks.remove()
            application.processEvents()


def turn():
    """One turn of the event loop that also deletes what is to be deleted, as the program's own loop does."""
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def resident():
    """Megabytes of memory that this process holds."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024.0
    return 0.0


def handles():
    """File handles that are open."""
    return len(os.listdir("/proc/self/fd"))


def threads():
    """Threads that run."""
    return threading.active_count()


def has_proc():
    """A sentence where the system does not tell what a process holds."""
    return "" if Path("/proc/self/status").exists() else "there is no /proc here"
