"""The speaker's window: notes, the next step with its picture, the time, and keys that reach the stage."""

import os
import subprocess
import sys

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.stage.conftest import LECTURE
from tests.gui.window.test_window import shortcut
from tests.gui.window.waiting import until


def test_it_shows_notes_next_step_and_its_picture(stage):
    shortcut(stage.window, "F9")
    presenter = stage.podium.presenter
    assert presenter.isVisible()
    assert presenter.title.text() == "First"
    assert presenter.notes.toPlainText() == "Say hello."
    assert presenter.next_title.text() == "Sweep"
    assert presenter.step.text() == "Step 1 of 4"
    assert until(lambda: presenter.picture.image is not None)
    stage.go(2)
    assert "How many zeros?" in presenter.title.text()
    assert presenter.next_title.text() == "Train"
    stage.next()
    assert presenter.title.text() == "Zero"
    stage.go(3)
    assert presenter.next_title.text() == "The end"
    assert presenter.notes.toPlainText() == "No notes."
    assert presenter.picture.image is None
    shortcut(stage.window, "F9")
    assert stage.podium.presenter is None


def test_without_a_lecture_it_says_how_one_begins(make):
    window = make(lecture=None)
    shortcut(window, "F9")
    presenter = window.stage.podium.presenter
    assert "F5 starts it." in presenter.notes.toPlainText()
    assert presenter.title.text() == presenter.step.text() == ""
    shortcut(window, "F9")


def test_it_tells_the_time(stage):
    stage.podium.open()
    presenter = stage.podium.presenter
    presenter.show_time(LECTURE, 0, 65.0)
    assert presenter.elapsed.text() == "1:05"
    assert presenter.left.text() == "8:55 left of 10:00"
    assert presenter.lag.text() == "this step until 2:00"
    presenter.show_time(LECTURE, 0, 140.0)
    assert presenter.lag.text() == "this step until 2:00, 0:20 behind"
    presenter.show_time(LECTURE, 2, 240.0)
    assert presenter.lag.text() == "this step until 6:00, 1:00 ahead"


def test_its_keys_are_those_of_the_stage(stage):
    stage.podium.open()
    presenter = stage.podium.presenter
    QTest.keyClick(presenter, Qt.Key.Key_PageDown)
    assert stage.at == 1
    QTest.keyClick(presenter, Qt.Key.Key_Period)
    assert stage.dressing.cover.black
    QTest.keyClick(presenter, Qt.Key.Key_F9)
    assert stage.podium.presenter is None


def test_closing_it_leaves_the_lecture_alone(stage):
    stage.podium.open()
    stage.podium.presenter.close()
    assert stage.podium.presenter is None
    assert stage.active


TWO = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
app = QApplication(["regviz", "-platform", "offscreen:configfile=" + sys.argv[1]])
from regviz.gui.window.journal import Journal
from regviz.gui.window.main import MainWindow
from regviz.gui.window.settings import Settings
from tests.gui.stage.conftest import LECTURE
from tests.toy_lab import LABS
folder = Path(sys.argv[2])
settings, journal = Settings(folder / "s.ini"), Journal(folder / "log")
window = MainWindow(LABS, LABS[0], LABS[0].State(), settings=settings, journal=journal, lecture=LECTURE)
window.show()
def where():
    app.processEvents()
    return window.screen().name(), window.stage.podium.presenter.screen().name()
print(window.screen().name())
window.call("present")
print(*where(), window.size().width(), window.stage.podium.presenter.size().width())
window.stage.hands.swap()
print(*where(), window.size().width(), window.stage.podium.presenter.size().width())
window.stage.leave()
app.processEvents()
print(window.stage.podium.presenter)
window.close()
"""
SCREENS = """{"screens": [
{"name": "desk", "x": 0, "y": 0, "width": 1280, "height": 800, "logicalDpi": 96, "dpr": 1},
{"name": "wall", "x": 1280, "y": 0, "width": 1920, "height": 1080, "logicalDpi": 96, "dpr": 1}]}"""


def test_two_screens_are_shared_out_and_can_be_exchanged(tmp_path):
    (tmp_path / "screens.json").write_text(SCREENS)
    words = [sys.executable, "-c", TWO, str(tmp_path / "screens.json"), str(tmp_path)]
    ended = subprocess.run(words, env=os.environ, capture_output=True, text=True, timeout=100, check=False)
    assert ended.stdout.splitlines() == ["desk", "wall desk 1920 1280", "desk wall 1280 1920", "None"], ended.stderr


