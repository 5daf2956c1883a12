"""How live the window stays while nets train, and how many pictures a second it shows, untouched and at 1600×900.

    python -m tests.benchmarks.bench_training [--seconds 5] [lab …]

Goals: 95 of 100 heartbeats within 25 ms, 60 pictures a second. "Own" is a gap as far as this process filled it, which
tells more than the gap where others use the machine. The rest is CPU time for each picture: making it in the worker's
thread, painting its cards, and all that the window's thread does.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from regviz.engine.job import Job
from regviz.gui.canvas.panel import PanelView
from regviz.lab import replace
from regviz.labs import find, labs
from tests.benchmarks.bench_gaps import BEAT, TRAINING, opened
from tests.gui.window.waiting import destroy, shown, until

WARM = 1.0
"""Seconds of training before the first beat counts."""
LAST = 10_000
"""The step at which trainings end, in labs that have such a control."""


class Spent:
    """Seconds of CPU that calls of a method take while it is watched."""

    def __init__(self, owner, name):
        self.seconds, self._owner, self._name, self._inner = 0.0, owner, name, getattr(owner, name)
        setattr(owner, name, self._timed())

    def _timed(spent):
        def timed(self, *given):
            start = time.thread_time()
            try:
                return spent._inner(self, *given)
            finally:
                spent.seconds += time.thread_time() - start

        return timed

    def restore(self):
        setattr(self._owner, self._name, self._inner)


def beats(window, seconds):
    """Wall clock, CPU of the process and of this thread (m, 3) at each beat while the window trains."""
    marks, loop = [], QEventLoop()
    timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=BEAT)

    def beat():
        marks.append((time.perf_counter(), time.process_time(), time.thread_time()))
        if marks[-1][0] - marks[0][0] > seconds:
            loop.quit()
        if not window.player.playing:
            window.player.toggle()

    timer.timeout.connect(beat)
    timer.start()
    loop.exec()
    timer.stop()
    return np.array(marks)


def measure(window, seconds):
    """(marks, pictures, seconds of making, seconds of painting) of a training that runs."""
    window.player.toggle()
    end = time.monotonic() + WARM
    until(lambda: time.monotonic() > end)
    seen, making, painting = [], Spent(Job, "pull"), Spent(PanelView, "paint")
    keep = window.bridge.framed.connect(seen.append)
    try:
        marks = beats(window, seconds)
    finally:
        window.bridge.framed.disconnect(keep)
        making.restore()
        painting.restore()
        window.player.pause()
    return marks, max(1, len(seen)), making.seconds, painting.seconds


def study(lab, seconds):
    """Measure a lab, print its row, and say whether its beats hold."""
    with tempfile.TemporaryDirectory() as folder:
        window = opened(lab, Path(folder))
        state = lab.State()
        window.session.go(lab, replace(state, steps=LAST) if hasattr(state, "steps") else state)
        shown(window)
        marks, pictures, making, painting = measure(window, seconds)
        destroy(window)
    gaps = 1000.0 * np.diff(marks, axis=0)
    late, own = (float(np.percentile(times, 95)) for times in (gaps[:, 0], gaps[:, :2].min(axis=1)))
    parts = " | ".join(f"{1000.0 * spent / pictures:.1f}" for spent in (making, painting, marks[-1, 2] - marks[0, 2]))
    rate = pictures / (marks[-1, 0] - marks[0, 0])
    print(f"| {lab.name} | {rate:.0f} | {late:.1f} | {own:.1f} | {parts} |", flush=True)
    return own <= 1000.0 * TRAINING


def main():
    """Measure the labs that are named, or all that train."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("labs", nargs="*", metavar="lab")
    parser.add_argument("--seconds", type=float, default=5.0, help="for each lab (default 5)")
    given = parser.parse_args()
    application = QApplication.instance() or QApplication([])
    print("| lab | pictures a second | gap, 95 %, ms | own | making | painting | window's thread |")
    print("|---|---|---|---|---|---|---|")
    wanted = [find(name) for name in given.labs] or [lab for lab in labs() if lab.trains]
    fine = [study(lab, given.seconds) for lab in wanted]
    application.processEvents()
    return 0 if all(fine) else 1


if __name__ == "__main__":
    raise SystemExit(main())
