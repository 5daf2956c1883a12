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
def make(tmp_path):
    """Makes windows that remember nothing but this test's folder."""
    made = []

    def window(lab=LABS[0], state=None, size=(1280, 720), **more):
        new = MainWindow(
            LABS, lab, state or lab.State(), settings=Settings(tmp_path / "settings.ini"),
            journal=Journal(tmp_path / "regviz.log"), **more,
        )  # fmt: skip
        made.append(new)
        if size is not None:
            new.resize(*size)
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
