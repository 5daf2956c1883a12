"""Widgets that paint themselves: whatever fails in them, the last good picture stays and the window lives on."""

import ast
import inspect
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from regviz.gui.canvas.guarded import Guarded
from regviz.gui.canvas.view import PartsStrip
from regviz.gui.window.elided import ElidedLabel
from regviz.gui.window.header import Formula
from regviz.gui.window.journal import Hooks
from regviz.gui.window.slider import Slider

PAINTING = (ElidedLabel, Formula, PartsStrip, Slider)


def pixels(widget):
    """What the screen shows of a widget."""
    QApplication.processEvents()
    return widget.screen().grabWindow(widget.window().winId()).toImage().copy(widget.rect().translated(
        widget.mapTo(widget.window(), widget.rect().topLeft())))  # fmt: skip


@pytest.fixture
def hooks(window):
    made = Hooks(window.journal)
    made.said.connect(window.banner.report)
    made.install()
    yield made
    made.remove()


@pytest.mark.parametrize("kind", PAINTING)
def test_the_last_good_picture_stays_where_painting_fails(window, hooks, monkeypatch, kind):
    widget = next(one for one in window.findChildren(kind) if one.isVisible() and one.width() > 20)
    said, wanted = [], pixels(widget)
    hooks.said.connect(said.append)

    def fail(self, painter):
        painter.translate(3.0, 3.0)
        painter.fillRect(self.rect(), "red")
        painter.setOpacity(0.3)
        raise ZeroDivisionError("brush")

    with monkeypatch.context() as broken:
        broken.setattr(kind, "draw", fail)
        for _ in range(3):
            widget.repaint()
        assert pixels(widget) == wanted
    ours = [one for one in said if "ZeroDivisionError: brush" in one]
    assert 1 <= len(ours) <= sum(one.isVisible() for one in window.findChildren(kind))
    assert "ZeroDivisionError: brush" in window.banner.words.text()
    assert "in fail" in window.journal.file.read_text()
    widget.repaint()
    assert pixels(widget) == wanted


def test_a_failure_without_a_picture_to_put_back_is_told_as_well(hooks):
    class Broken(Guarded, QWidget):
        def draw(self, painter):
            painters.append(painter)
            raise KeyError("never")

    painters, said, widget = [], [], Broken()
    hooks.said.connect(said.append)
    widget.show()
    QApplication.processEvents()
    assert painters and not any(one.isActive() for one in painters)
    assert [one for one in said if "never" in one] == said[:1]
    widget.hide()
    widget.deleteLater()


def test_nothing_paints_without_a_guard():
    found = {}
    for file in Path(inspect.getfile(Guarded)).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(getattr(part, "name", "") == "paintEvent" for part in node.body):
                found[node.name] = file.name
    assert found == {"Guarded": "guarded.py", "PanelView": "panel.py"}


def test_a_picture_of_another_size_is_not_put_back(hooks):
    class Late(Guarded, QWidget):
        def draw(self, painter):
            if self.width() != 100:
                raise KeyError("late")
            painter.fillRect(self.rect(), "#ff0000")

    widget = Late()
    widget.resize(100, 60)
    widget.show()
    red = [pixels(widget).pixelColor(x, y).name() == "#ff0000" for x, y in ((1, 1), (98, 58))]
    assert all(red)
    for size in ((160, 60), (100, 60), (99, 60), (60, 40)):
        widget.resize(*size)
        seen = pixels(widget)
        shown = {seen.pixelColor(x, y).name() for x in range(0, size[0], 3) for y in range(0, size[1], 3)}
        assert ("#ff0000" in shown) == (size[0] == 100)
    widget.hide()
    widget.deleteLater()
