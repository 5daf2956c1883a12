"""How live the window stays: every control of every lab is dragged while a heartbeat measures the event loop's gaps.

    python -m tests.benchmarks.bench_gaps [--seconds 10] [--where] [lab …]

Goals: no gap above 100 ms; while a training lab trains, 95 of 100 beats within 25 ms. A gap is wall clock from one
beat to the next; "CPU" is how much of the longest gap this process computed: what is missing, others had the machine.
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
LIMIT = 0.100
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
    """What the heartbeat saw of one drag: gaps in seconds, CPU seconds of the process in the longest, states shown."""

    name: str
    gaps: list
    cpu: float
    states: int

    @property
    def worst(self):
        return max(self.gaps)


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
    names = sorted({name for name, _ in (*control.when, *control.unless)})
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
    seen, gaps, cpu, worst = set(), [], 0.0, 0.0
    value = values(drag.control, window)
    keep = window.bridge.framed.connect(lambda delivery: seen.add((delivery.serial, delivery.number)))
    loop, timer = QEventLoop(), QTimer(timerType=Qt.TimerType.PreciseTimer, interval=BEAT)
    start = last = time.perf_counter()
    used = time.process_time()

    def beat():
        nonlocal last, used, cpu, worst
        now, now_used = time.perf_counter(), time.process_time()
        gaps.append(now - last)
        if now - last > worst:
            worst, cpu = now - last, now_used - used
        last, used = now, now_used
        if log is not None:
            faulthandler.dump_traceback_later(LIMIT, file=log)
        if now - start > seconds:
            loop.quit()
            return
        if lab.trains and not window.player.playing:
            window.player.toggle()
        window.edits.edit({drag.control.name: value(now - start)}, False)

    timer.timeout.connect(beat)
    timer.start()
    loop.exec()
    timer.stop()
    faulthandler.cancel_dump_traceback_later()
    window.bridge.framed.disconnect(keep)
    window.player.pause()
    return Beats(drag.name, gaps[1:], cpu, len(seen))


def opened(lab, folder):
    """A window of 1600×900 that shows the lab."""
    window = MainWindow([lab], lab, lab.State(), settings=Settings(folder / "s.ini"), journal=Journal(folder / "log"))
    window.resize(1600, 900)
    window.show()
    shown(window)
    return window


def row(beats):
    """One drag as a row of the table."""
    share = 1000.0 * float(np.percentile(beats.gaps, 95))
    return f"| {beats.name} | {1000 * beats.worst:.0f} | {1000 * beats.cpu:.0f} | {share:.0f} | {beats.states} |"


def study(lab, seconds, log):
    """Measure a lab, print its table, and say whether it holds: a gap counts as far as this process filled it."""
    with tempfile.TemporaryDirectory() as folder:
        window = opened(lab, Path(folder))
        every = []
        for drag in drags(lab):
            if log is not None:
                print(f"# {lab.name}: {drag.name}", file=log, flush=True)
            every.append(measure(window, drag, seconds, log))
        destroy(window)
    every.sort(key=lambda beats: -beats.worst)
    gaps = [gap for beats in every for gap in beats.gaps]
    whole = Beats(f"**all {len(every)}**", gaps, every[0].cpu, sum(beats.states for beats in every))
    print(f"\n### {lab.name}\n\n| dragged | longest gap, ms | of it CPU | 95 % | frames shown |\n|---|---|---|---|---|")
    for beats in [whole, *every[:WORST]]:
        print(row(beats))
    late = sum(gap > LIMIT for gap in gaps)
    print(f"\n{late} of {len(gaps):,} gaps above {1000 * LIMIT:.0f} ms.", flush=True)
    return all(beats.worst <= LIMIT or beats.cpu < LIMIT for beats in every)


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
