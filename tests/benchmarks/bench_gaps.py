"""How live the window stays: every control of every lab is dragged while a heartbeat measures the event loop's gaps.

    python -m tests.benchmarks.bench_gaps [--seconds 10] [--where] [lab …]

Goals: no gap above 100 ms; while a training lab trains, 95 of 100 beats within 25 ms. A gap is wall clock from one
beat to the next. "CPU" is what all threads of this process computed meanwhile, "GUI" what the window's own did: on a
machine that others use, a gap that is longer than either was theirs, and one counts by the shorter of gap and CPU.
"""

import argparse
import dataclasses
import faulthandler
import itertools
import math
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np  # noqa: E402
from PySide6.QtCore import QEventLoop, Qt, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from regviz.gui.window.journal import Journal  # noqa: E402
from regviz.gui.window.main import MainWindow  # noqa: E402
from regviz.gui.window.settings import Settings  # noqa: E402
from regviz.gui.window.slider import Slider  # noqa: E402
from regviz.lab import controls  # noqa: E402
from regviz.labs import find, labs  # noqa: E402
from tests.gui.window.waiting import destroy, shown  # noqa: E402

BEAT = 16
LIMIT, TRAINING = 0.100, 0.025
PERIOD = 2.0
"""Seconds of a drag from one end to the other and back."""
CLICKS = 0.25
"""Seconds between two choices: nobody drags a switch."""
WORST = 6
"""Rows printed for each lab."""


@dataclasses.dataclass(frozen=True)
class Drag:
    """A control to be dragged from a state in which it applies."""

    control: object
    state: object
    name: str


@dataclasses.dataclass(frozen=True)
class Beats:
    """What the heartbeat saw of one drag: seconds (m, 3) of wall clock, of CPU, of the GUI thread's; frames shown."""

    name: str
    gaps: np.ndarray
    frames: int

    @property
    def own(self):
        """Each gap as far as this process filled it."""
        return self.gaps[:, :2].min(axis=1)


def drags(lab):
    """Each control once where it applies, and the main one in every mode: there the pictures differ."""
    every = {control.name: control for control in controls(lab.State)}
    main = next((c for c in every.values() if c.place == "main"), None)
    mode = next((c for c in every.values() if c.place == "mode"), None)
    for control in every.values():
        state = meeting(lab.State(), control, every)
        if state is not None and control.kind != "text":
            yield Drag(control, state, control.name)
    for name in mode.choices if main and mode else ():
        state = dataclasses.replace(lab.State(), **{mode.name: name})
        if main.applies(state):
            yield Drag(main, state, f"{main.name}, {name}")


def meeting(state, control, every):
    """The state, changed until the control applies in it; None where no choice of the fields it names does it."""
    names = sorted(control.asks)
    pools = [dict.fromkeys([getattr(state, name), *choices(every[name])]) for name in names]
    for values in itertools.product(*pools):
        tried = dataclasses.replace(state, **dict(zip(names, values, strict=True)))
        if control.applies(tried):
            return tried
    return None


def choices(control):
    """Some values of a control that is a condition of another."""
    if control.kind == "bool":
        return False, True
    return control.choices


def values(control, window):
    """The control's value as a function of the drag's time."""
    if control.kind == "bool":
        return lambda at: int(at / CLICKS) % 2 == 1
    if control.kind == "choice":
        return lambda at: control.choices[int(at / CLICKS) % len(control.choices)]
    scale = Slider(control)
    scale.show_limits(*window.shown.frame.limits.get(control.name, (scale.value_at(0.0), scale.value_at(1.0))))
    spread = scale.value_at
    return lambda at: (round if control.kind == "int" else float)(spread(1.0 - abs(1.0 - 2.0 * (at / PERIOD % 1.0))))


def measure(window, drag, seconds, log):
    """Drag one control, in a training lab while it trains."""
    lab = window.session.lab
    window.player.pause()
    window.session.go(lab, drag.state)
    shown(window)
    if lab.trains:
        window.player.toggle()
    seen, marks, value = set(), [], values(drag.control, window)
    keep = window.bridge.framed.connect(lambda delivery: seen.add((delivery.serial, delivery.number)))
    loop, timer = QEventLoop(), QTimer(timerType=Qt.TimerType.PreciseTimer, interval=BEAT)

    def beat():
        marks.append((time.perf_counter(), time.process_time(), time.thread_time()))
        if log is not None:
            faulthandler.dump_traceback_later(LIMIT, file=log)
        passed = marks[-1][0] - marks[0][0]
        if passed > seconds:
            loop.quit()
            return
        if lab.trains and not window.player.playing:
            window.player.toggle()
        window.edits.edit({drag.control.name: value(passed)}, False)

    timer.timeout.connect(beat)
    timer.start()
    loop.exec()
    timer.stop()
    faulthandler.cancel_dump_traceback_later()
    window.bridge.framed.disconnect(keep)
    window.player.pause()
    return Beats(drag.name, np.diff(marks, axis=0), len(seen))


def opened(lab, folder):
    """A window of 1600×900 that shows the lab."""
    window = MainWindow([lab], lab, lab.State(), settings=Settings(folder / "s.ini"), journal=Journal(folder / "log"))
    window.resize(1600, 900)
    window.show()
    shown(window)
    return window


def row(name, beats):
    """One drag as a row of the table, in milliseconds."""
    gaps = 1000.0 * beats.gaps
    most = " | ".join(f"{value:.0f}" for value in (*gaps.max(axis=0), *np.percentile(gaps, 95, axis=0)))
    return f"| {name} | {most} | {beats.frames} |"


def study(lab, seconds, log):
    """Measure a lab, print its table, and say whether it holds."""
    with tempfile.TemporaryDirectory() as folder:
        window = opened(lab, Path(folder))
        every = []
        for drag in drags(lab):
            if log is not None:
                print(f"# {lab.name}: {drag.name}", file=log, flush=True)
            every.append(measure(window, drag, seconds, log))
        destroy(window)
    every.sort(key=lambda beats: -beats.own.max())
    whole = Beats("", np.concatenate([beats.gaps for beats in every]), sum(beats.frames for beats in every))
    print(f"\n### {lab.name}\n\n| ms | longest gap | most CPU | most GUI | gap, 95 % | CPU | GUI | frames shown |")
    print("|---|---|---|---|---|---|---|---|")
    print(row(f"**all {len(every)} drags**", whole), *(row(beats.name, beats) for beats in every[:WORST]), sep="\n")
    late = int((whole.own > LIMIT).sum())
    print(f"\n{late} of {len(whole.gaps):,} gaps above {1000 * LIMIT:.0f} ms of our own.", flush=True)
    return not late and (not lab.trains or float(np.percentile(whole.own, 95)) <= TRAINING)


def main():
    """Measure the labs that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("labs", nargs="*", metavar="lab")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each control (default 2)")
    parser.add_argument("--where", action="store_true", help="print what every thread does in a long gap to stderr")
    given = parser.parse_args()
    assert math.isfinite(given.seconds) and given.seconds > 0.0
    application = QApplication.instance() or QApplication([])
    log = sys.stderr if given.where else None
    fine = [study(find(name), given.seconds, log) for name in given.labs or [lab.name for lab in labs()]]
    application.processEvents()
    return 0 if all(fine) else 1


if __name__ == "__main__":
    raise SystemExit(main())
