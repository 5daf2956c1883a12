"""One application object for all canvas tests, and widgets that are gone when their test ends."""

import pytest

from regviz.gui.canvas.export import ensure_application


@pytest.fixture(scope="session", autouse=True)
def application():
    ensure_application()
    from PySide6.QtWidgets import QApplication

    return QApplication.instance()


@pytest.fixture
def show(application):
    """Shows widgets, and destroys them afterwards."""
    shown = []

    def keep(widget, width=900, height=500):
        widget.resize(width, height)
        widget.show()
        application.processEvents()
        shown.append(widget)
        return widget

    yield keep
    for widget in shown:
        widget.hide()
        widget.deleteLater()
