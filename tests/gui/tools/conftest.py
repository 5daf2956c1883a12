"""A window over the small labs, closed and destroyed at the end of each test."""

import pytest
from PySide6.QtWidgets import QApplication

from regviz.gui.canvas.export import ensure_application
from regviz.gui.window.journal import Journal
from regviz.gui.window.main import MainWindow
from regviz.gui.window.settings import Settings
from tests.gui.window.waiting import destroy, shown
from tests.toy_lab import LABS


@pytest.fixture(autouse=True, scope="session")
def application():
    ensure_application()
    return QApplication.instance()


@pytest.fixture
def window(tmp_path):
    made = MainWindow(
        LABS, LABS[0], LABS[0].State(), settings=Settings(tmp_path / "settings.ini"),
        journal=Journal(tmp_path / "regviz.log"),
    )  # fmt: skip
    made.recording.may_go = lambda: True
    made.resize(1280, 720)
    made.show()
    shown(made)
    yield made
    destroy(made)
