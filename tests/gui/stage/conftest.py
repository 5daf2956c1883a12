"""A window over the small labs with a small lecture, closed and destroyed at the end of each test."""

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from regviz.gui.canvas.export import ensure_application
from regviz.gui.window.journal import Journal
from regviz.gui.window.main import MainWindow
from regviz.gui.window.settings import Settings
from regviz.lab.lecture import Lecture, Move, Step
from tests.gui.window.waiting import destroy, shown
from tests.toy_lab import LABS

LECTURE = Lecture("Small", (
    Step("toy", (("lam", 0.5),), "First", "The first caption.", "Say hello.", 2.0),
    Step("toy", (("penalty", "ridge"), ("lam", 0.02)), "Sweep", "It shrinks.", "Watch.", 3.0,
         move=Move("lam", 0.01, 10.0, 8.0)),
    Step("toy", (("lam", 3.0),), "Zero", "All are zero.", "They guess.", 1.0, question="How many zeros?"),
    Step("drill", (("seed", 5),), "Train", "It learns.", play=2.0),
), minutes=10.0)  # fmt: skip


@pytest.fixture(autouse=True, scope="session")
def application():
    ensure_application()
    return QApplication.instance()


@pytest.fixture
def make(tmp_path):
    """Makes windows that remember nothing but this test's folder, and whose dialogs drop what is not saved."""
    made = []

    def window(lecture=LECTURE, file=None):
        new = MainWindow(
            LABS, LABS[0], LABS[0].State(), settings=Settings(tmp_path / "settings.ini"),
            journal=Journal(tmp_path / "regviz.log"), lecture=lecture, file=file,
        )  # fmt: skip
        new.recording.ask_loss = lambda parent: QMessageBox.StandardButton.Discard
        new.recording.ask_file = lambda parent, name: ""
        made.append(new)
        new.resize(1280, 720)
        new.show()
        return new

    yield window
    for old in made:
        destroy(old)


@pytest.fixture
def window(make):
    opened = make()
    shown(opened)
    return opened


@pytest.fixture
def stage(window):
    window.call("present")
    shown(window)
    return window.stage
