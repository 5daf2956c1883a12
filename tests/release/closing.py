"""Closing while something is computed: windows over real labs, and whole processes that must end with 0."""

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from regviz.labs import labs
from tests.gui.window.waiting import until
from tests.release import draw
from tests.release.part import Part
from tests.release.screen import screen, threads

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 0.5
"""Seconds that the end of a window may take on an idle machine."""


def windows(seed, first, last):
    """A window over a lab that computes is closed; how long that takes, and that no thread stays."""
    times, late = [], 0
    for index in range(first, last):
        chance = random.Random(f"{seed}/{index}")
        lab = labs()[index % len(labs())]
        before = threads()
        with screen(lab) as made:
            assert until(lambda made=made: made.window.shown is not None, 60.0), f"case {seed}/{index}: no picture"
            made.window.session.set(draw.changes(chance, lab))
            if lab.trains:
                made.window.player.toggle()
            until(lambda: False, chance.uniform(0.0, 0.15))
            start = time.monotonic()
            made.window.close()
            times.append(time.monotonic() - start)
        assert not made.said, f"case {seed}/{index}: {made.said[0]}"
        late += times[-1] > LIMIT
        assert until(lambda before=before: threads() <= before, 20.0), (
            f"case {seed}/{index}, {lab.name}: {[thread.name for thread in threading.enumerate()]} are left"
        )
    return {"longest close, s": max(times), "closes over 0.5 s": late, "closes": last - first}


RUN = """
import sys, time
from PySide6.QtCore import QTimer
from regviz.gui.window import app
class Closed(app.MainWindow):
    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.view.painted.connect(self.begin)
    def begin(self, frame):
        self.view.painted.disconnect(self.begin)
        if self.session.lab.trains:
            self.player.toggle()
        else:
            self.main_slider() and self.main_slider().go(self.main_slider().value_at(0.9), False)
        QTimer.singleShot(int(sys.argv[2]), self.end)
    def end(self):
        print(time.monotonic(), flush=True)
        self.close()
app.MainWindow = Closed
sys.exit(app.start(sys.argv[1], None, None))
"""


def processes(seed, first, last):
    """The whole program on a lab that computes: from the close to the end of the process, with exit code 0."""
    times = []
    for index in range(first, last):
        chance = random.Random(f"{seed}/{index}")
        lab = chance.choice(labs()).name
        with tempfile.TemporaryDirectory() as folder:
            homes = {f"XDG_{name}_HOME": folder for name in ("CONFIG", "STATE", "CACHE", "DATA")}
            process = subprocess.Popen(
                [sys.executable, "-c", RUN, lab, str(chance.randint(0, 200))], cwd=ROOT, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True, env=os.environ | homes | {"QT_QPA_PLATFORM": "offscreen"},
            )  # fmt: skip
            said = process.communicate(timeout=300)
            times.append(time.monotonic() - float(said[0]) if said[0] else 0.0)
        case = f"case {seed}/{index}, {lab}"
        assert said[0] and process.returncode == 0, f"{case}: exit code {process.returncode}, {said[1]}"
        assert "does not support" in said[1] or not said[1], f"{case}: {said[1]}"
    return {"longest end, s": max(times), "ends": last - first}


PARTS = (
    Part(name="closes", words="windows closed while they compute", count=300, work=windows, chunk=20, few=1,
         largest=("longest close, s",), goal="Goal: at most 0.5 s each."),
    Part(name="exits", words="programs closed while they compute", count=60, work=processes, chunk=3, few=0,
         largest=("longest end, s",), goal="Exit code 0 each; goal: at most 0.5 s."),
)  # fmt: skip
