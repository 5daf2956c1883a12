"""The start: the first picture waits neither for the labs that are not shown nor for SciPy; then all labs come."""

import os
import subprocess
import sys

from regviz.labs import labs
from tests.gui.window.waiting import until

FIRST = """
import sys
from PySide6.QtCore import QTimer
from regviz.gui.window import app
class Watched(app.MainWindow):
    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.view.painted.connect(self.first)
    def first(self, frame):
        self.view.painted.disconnect(self.first)
        heavy = [name for name in sys.modules if name.partition(".")[0] in ("scipy", "sklearn", "matplotlib")]
        print(len(self.labs), heavy[:3])
        self.until()
    def until(self):
        if len(self.labs) == 1:
            QTimer.singleShot(20, self.until)
            return
        print(*(lab.name for lab in self.labs))
        print(*self.rail.buttons)
        print(self.rail.buttons[self.session.lab.name].isChecked())
        self.close()
app.MainWindow = Watched
sys.exit(app.start(None, None, None))
"""


def ran(code, folder):
    """The program of ``code``, ended, in a process and a home of its own."""
    homes = {f"XDG_{name}_HOME": str(folder) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
    return subprocess.run([sys.executable, "-c", code], env=os.environ | homes | {"QT_QPA_PLATFORM": "offscreen"},
                          capture_output=True, text=True, timeout=100, check=False)  # fmt: skip


def test_the_first_picture_waits_for_nothing_else(tmp_path):
    ended = ran(FIRST, tmp_path)
    names = " ".join(lab.name for lab in labs())
    assert ended.stdout.splitlines() == ["1 []", names, names, "True"], ended.stderr


def test_other_labs_can_be_offered(window):
    before = window.labs
    assert len(before) > 1
    window.offer(before[:1])
    assert (window.labs, list(window.rail.buttons)) == (before[:1], [before[0].name])
    window.offer(before)
    assert list(window.rail.buttons) == [lab.name for lab in before]
    window.rail.buttons[before[1].name].click()
    assert until(lambda: window.session.lab is before[1])


SIZE = """
import sys
from PySide6.QtCore import QTimer
from regviz.gui.window import app
class Told(app.MainWindow):
    def showEvent(self, event):
        super().showEvent(event)
        room = self.screen().availableGeometry()
        print(self.width() <= room.width(), self.height() < room.height())
        QTimer.singleShot(0, self.close)
app.MainWindow = Told
sys.exit(app.start(None, None, None))
"""


def test_the_window_is_no_larger_than_the_screen(tmp_path):
    """Qt's offscreen screen is 800 × 800, smaller than the window's usual size."""
    ended = ran(SIZE, tmp_path)
    assert ended.stdout.splitlines() == ["True True"], ended.stderr


ENDED = """
import atexit, gc, sys
from regviz.gui.window import app
class Closed(app.MainWindow):
    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.view.painted.connect(self.close)
app.MainWindow = Closed
atexit.register(lambda: print(len(gc.get_objects()) < 10_000))
sys.exit(app.start(None, None, None))
"""


def test_the_end_searches_nothing_for_cycles(tmp_path):
    ended = ran(ENDED, tmp_path)
    assert (ended.stdout.split(), ended.returncode) == (["True"], 0), ended.stderr
