"""A drag of 250 ticks at 60 Hz over a lab that needs 40 ms for a frame: states shown, and how soon it settles.

    python -m tests.benchmarks.drag

in a real window (offscreen unless a platform is set). Goals: at least 40 states, at most 200 ms after the last tick.
"""

import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from regviz.gui.window.journal import Journal
from regviz.gui.window.main import MainWindow
from regviz.gui.window.settings import Settings
from tests.gui.window.waiting import destroy, shown
from tests.toy_lab import Toy, frame_of

TICKS, COST, RATE = 250, 0.040, 60.0


class Slow(Toy):
    """Needs 40 ms of computing for each frame."""

    def frames(self, state):
        end = time.perf_counter() + COST
        while time.perf_counter() < end:
            sum(range(1000))
        yield frame_of(state)


def drag(window):
    """States shown, and milliseconds from the last tick to its picture."""
    slider, seen = window.header.main.slider, set()
    window.bridge.framed.connect(lambda delivery: seen.add(delivery.state.lam))
    start = time.perf_counter()
    for tick in range(TICKS):
        while time.perf_counter() < start + tick / RATE:
            QApplication.processEvents()
            time.sleep(0.001)
        slider.go(slider.value_at((tick + 1) / TICKS), tick == TICKS - 1)
    last = time.perf_counter()
    shown(window)
    return len(seen), 1000.0 * (time.perf_counter() - last)


def main():
    """Measure and print."""
    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        lab = Slow()
        window = MainWindow([lab], lab, lab.State(), settings=Settings(Path(folder, "s.ini")),
                            journal=Journal(Path(folder, "log")))  # fmt: skip
        window.resize(1920, 1080)
        window.show()
        shown(window)
        states, settled = drag(window)
        destroy(window)
    application.processEvents()
    print(f"{TICKS} ticks over a {1000 * COST:.0f} ms job: {states} states shown, settled {settled:.0f} ms after")
    return 0 if states >= 40 and settled <= 200.0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
