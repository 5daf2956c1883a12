"""Drawing: four panels after a tick of λ, alone and in the real window, beside Matplotlib; start-up; files.

Run with `python -m tests.benchmarks.bench_canvas`; needs Matplotlib and scikit-learn.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np  # noqa: E402

from regviz.gui.canvas.export import Heading, ensure_application, picture_bytes  # noqa: E402
from regviz.gui.window.settings import Settings  # noqa: E402
from regviz.lab import Axis, Bars, Frame, Lines, Panel, Points, Region, Rule, replace  # noqa: E402
from regviz.labs import find  # noqa: E402

if TYPE_CHECKING:
    from regviz.gui.window.main import MainWindow

TICKS = 120
_P = 12
_LAMS = np.geomspace(0.006, 3.4, 160)
_START = np.array([3.3, 1.2, 0.4, 0.3, 2.0, -0.4, 0.2, -1.2, -0.7, 0.2, 0.1, -0.1])
_PATHS = np.sign(_START)[:, None] * np.maximum(np.abs(_START)[:, None] - _LAMS[None, :], 0.0)
_ROLES = tuple(f"informative:{k % 5}" if k in (0, 1, 4, 7, 9) else "noise" for k in range(_P))
_NAMES = tuple(f"w{k + 1}" for k in range(_P))
_TURN = np.linspace(0.0, 2 * np.pi, 121)
_AXES = {
    "bars": (Axis(low=-0.5, high=11.5, hidden=True), Axis(low=-1.7, high=3.9)),
    "geometry": (Axis(low=-2.6, high=4.2, label="w₁", hidden=True), Axis(low=-1.6, high=2.4, label="w₂", hidden=True)),
    "path": (Axis(low=0.006, high=3.4, log=True, label="λ"), Axis(low=-1.6, high=3.8)),
    "error": (Axis(low=0.006, high=3.4, log=True, label="λ"), Axis(low=0.0, high=13.0)),
}
_ERRORS = np.stack([2.4 + _LAMS**2, 5.4 + 1.2 * _LAMS**2 - 0.2 * np.sqrt(_LAMS)])
_STILL = {
    "path": Lines(key="path", x=_LAMS, y=_PATHS, roles=_ROLES,
                  labels=tuple(n if r != "noise" else "" for n, r in zip(_NAMES, _ROLES, strict=True))),
    "error": Lines(key="error", x=_LAMS, y=_ERRORS, roles=("train", "validation"), labels=("train", "validation")),
    "best": Rule(key="best", value=0.19, role="validation", dash=True, label="best λ = 0.19"),
}  # fmt: skip


def frame(lam: float) -> Frame:
    """The first screen at λ."""
    now = np.array([np.interp(lam, _LAMS, path) for path in _PATHS])
    ball = 1.4 / (1 + lam)
    ellipses = np.linspace(0.3, 3.0, 8)[:, None] + 0.02 * lam
    rim = Lines(key="rim", x=1.9 + ellipses * np.cos(_TURN), y=1.0 + 0.6 * ellipses * np.sin(_TURN), role="contour",
                fade=np.linspace(1.0, 0.3, 8))  # fmt: skip
    diamond = Region(key="ball", x=ball * np.array([1, 0, -1, 0]), y=ball * np.array([0, 1, 0, -1]), role="l1")
    circle = Region(key="circle", x=ball * np.cos(_TURN) * 0.7, y=ball * np.sin(_TURN) * 0.7, role="l2", fill=False,
                    dash=True)  # fmt: skip
    dots = [0, 1, 4, 7, 9]
    cursor = Rule(key="cursor", value=lam, bound="lam", role="text")
    marks = {
        "bars": (Bars(key="bars", values=now, ghost=_START, labels=_NAMES, roles=_ROLES),),
        "geometry": (rim, diamond, circle, Points(key="now", x=[ball], y=[0.0], role="l1", labels=("ŵ",))),
        "path": (_STILL["path"], cursor, Points(key="now", x=[lam] * 5, y=now[dots], roles=[_ROLES[k] for k in dots])),
        "error": (_STILL["error"], _STILL["best"], cursor,
                  Points(key="now", x=[lam] * 2, y=[np.interp(lam, _LAMS, e) for e in _ERRORS],
                         roles=("train", "validation"))),
    }  # fmt: skip
    return Frame(panels=tuple(
        Panel(key=key, title=key.title(), x=_AXES[key][0], y=_AXES[key][1], marks=drawn, equal=key == "geometry",
              origin=key == "geometry")
        for key, drawn in marks.items()
    ), readouts=(), caption="")  # fmt: skip


def screen(lams: np.ndarray) -> list[float]:
    """Milliseconds of CPU from a new frame to all four cards painted at 1600×900, offscreen."""
    ensure_application()
    from PySide6.QtWidgets import QApplication

    from regviz.gui.canvas.view import DashboardView

    board, seen, times = DashboardView(), [], []
    board.painted.connect(seen.append)
    board.resize(1600, 900)
    board.show()
    for made in [frame(lam) for lam in lams]:
        count, start = len(seen), time.process_time()
        board.set_frame(made)
        while len(seen) == count:
            QApplication.processEvents()
        times.append(1e3 * (time.process_time() - start))
    board.deleteLater()
    return times[10:]


def matplotlib_draw(lams: np.ndarray) -> list[float]:
    """Milliseconds of CPU of Matplotlib's Agg for the same four panels: new data into old artists, then `draw()`."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 2, figsize=(16, 9), dpi=100)
    bars = axes[0, 0].bar(range(_P), _START)
    rims = [axes[0, 1].plot(_TURN, _TURN, lw=2)[0] for _ in range(8)]
    balls = [axes[0, 1].plot([], [], lw=3, ls=style)[0] for style in ("-", "--")]
    axes[0, 1].set(xlim=(-2.6, 4.2), ylim=(-1.6, 2.4), aspect="equal")
    axes[1, 0].semilogx(_LAMS, _PATHS.T, lw=3)
    axes[1, 1].semilogx(_LAMS, _ERRORS.T, lw=3)
    cursors = [axis.axvline(1.0, color="k") for axis in axes[1]]
    times = []
    for made in [frame(lam) for lam in lams]:
        start = time.process_time()
        for bar, value in zip(bars, made.panel("bars").mark("bars").values, strict=True):
            bar.set_height(value)
        rim = made.panel("geometry").mark("rim")
        for line, x, y in zip(rims, rim.x, rim.y, strict=True):
            line.set_data(x, y)
        for line, key in zip(balls, ("ball", "circle"), strict=True):
            line.set_data(made.panel("geometry").mark(key).x, made.panel("geometry").mark(key).y)
        for cursor in cursors:
            cursor.set_xdata([made.panel("path").mark("cursor").value] * 2)
        figure.canvas.draw()
        times.append(1e3 * (time.process_time() - start))
    pyplot.close(figure)
    return times[3:]


def window_ticks(count: int) -> tuple[list[float], list[float], tuple[int, int]]:
    """Milliseconds of wall clock and of CPU from moving λ's slider to all cards painted, in the real window.

    Also the size of the pictures. The loop sleeps until something comes, so that waiting costs nothing.
    """
    ensure_application()
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QApplication

    from tests.gui.window.waiting import destroy, shown, until

    sleepy = QEventLoop.ProcessEventsFlag.WaitForMoreEvents
    wall, cpu, seen = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        window = _window(Path(folder))
        window.view.painted.connect(seen.append)
        slider = window.header.main.slider
        for tick in range(count):
            before, start, used = len(seen), time.perf_counter(), time.process_time()
            slider.go(slider.value_at(0.3 + 0.5 * (tick + 1) / count), False)
            while len(seen) == before:
                QApplication.processEvents(sleepy)
            wall.append(1e3 * (time.perf_counter() - start))
            cpu.append(1e3 * (time.process_time() - used))
            shown(window)
            until(lambda: not window.footer.progress.isVisible(), 1.0)
        size = window.view.width(), window.view.height()
        destroy(window)
    return wall[10:], cpu[10:], size


def _window(folder: Path) -> "MainWindow":
    from regviz.gui.window.journal import Journal
    from regviz.gui.window.main import MainWindow
    from tests.gui.window.waiting import shown

    lab = find("shrinkage")
    window = MainWindow([lab], lab, lab.State(), settings=Settings(folder / "s.ini"), journal=Journal(folder / "log"))
    window.resize(1600, 900)
    window.show()
    shown(window)
    return window


def rival_ticks(count: int, size: tuple[int, int]) -> list[float]:
    """Milliseconds of CPU of Matplotlib for the panels of the same lab at the same size, λ solved beforehand."""
    from tests.benchmarks.rival import Rival

    lab = find("shrinkage")
    lams = np.geomspace(0.01, 1.0, count)
    frames = [list(lab.frames(replace(lab.State(), lam=float(lam))))[-1] for lam in lams]
    rival, times = Rival(frames[0], size), []
    for made in frames:
        start = time.process_time()
        rival.tick(made)
        times.append(1e3 * (time.process_time() - start))
    return times[3:]


_FIRST_FRAME = """
import os
from regviz.gui.window import app
class Once(app.MainWindow):
    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.view.painted.connect(lambda frame: os._exit(0))
app.MainWindow = Once
app.start(None, None, None)
"""


def starts(rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of CPU from a fresh interpreter to the first picture, and of importing scikit-learn, turn by turn."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        homes = {f"XDG_{name}_HOME": folder for name in ("CONFIG", "STATE", "CACHE", "DATA")}
        for _ in range(rounds):
            for times, code in ((ours, _FIRST_FRAME), (theirs, "import sklearn.linear_model")):
                before = os.times()
                subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | homes)
                after = os.times()
                times.append(after.children_user + after.children_system
                             - before.children_user - before.children_system)  # fmt: skip
    return ours, theirs


def files() -> list[tuple[str, float]]:
    """Milliseconds for one file of each kind."""
    made, rows = frame(0.533), []
    for name, ending, size in (("PNG 1920×1080", ".png", (1920, 1080)), ("PNG 3840×2160", ".png", (3840, 2160)),
                               ("SVG", ".svg", (1920, 1080)), ("PDF", ".pdf", (1920, 1080))):  # fmt: skip
        times = []
        for _ in range(5):
            start = time.perf_counter()
            picture_bytes(made, Heading(title="t"), ending, size=size)
            times.append(1e3 * (time.perf_counter() - start))
        rows.append((name, statistics.median(times)))
    return rows


def _row(name: str, times: list[float]) -> str:
    return f"| {name} | " + " | ".join(f"{np.percentile(times, q):.1f}" for q in (10, 50, 95)) + " |"


def _print_window() -> None:
    wall, cpu, size = window_ticks(200)
    theirs = rival_ticks(30, size)
    print("## The shrinkage lab's window, 1600×900: from moving λ to all four cards painted, solving included, ms\n")
    print("| | 10 % | median | 95 % |\n|---|---|---|---|")
    print(_row("window, CPU of all threads", cpu))
    print(_row("window, wall clock", wall))
    print(_row("Matplotlib `draw()` of the same panels, CPU, without solving", theirs))
    print(f"\nMatplotlib's median is {statistics.median(theirs) / float(np.percentile(cpu, 95)):.1f} times our 95 %.\n")
    ours, sklearn = starts(5)
    print(f"Start to first picture: {statistics.median(ours):.2f} s of CPU; "
          f"`import sklearn.linear_model`: {statistics.median(sklearn):.2f} s.\n")  # fmt: skip


def main() -> None:
    """Print the tables as Markdown."""
    lams = np.geomspace(0.1, 2.0, TICKS)
    ours = screen(lams)
    theirs = matplotlib_draw(lams[:20])
    print("## Drawing: four panels after a λ tick, 1600×900, software rendering, ms of CPU\n")
    print("| | 10 % | median | 95 % |\n|---|---|---|---|")
    print(_row("canvas", ours))
    print(_row("Matplotlib `draw()`", theirs))
    print(f"\nRatio of medians: {statistics.median(theirs) / statistics.median(ours):.0f}\n")
    _print_window()
    print("| file | median ms |\n|---|---|")
    for name, time_taken in files():
        print(f"| {name} | {time_taken:.0f} |")


if __name__ == "__main__":
    main()
