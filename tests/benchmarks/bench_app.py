"""What a user waits for, lab by lab: first frame, whole frame, painting it, panning, hovering, and files. CPU time.

No peer has these labs; the figures are there to be compared from version to version on one machine.
"""

import os
import tempfile
import time
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np  # noqa: E402
from PySide6.QtCore import QEvent, QPointF, Qt  # noqa: E402
from PySide6.QtGui import QMouseEvent  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from regviz.export import Picture, save  # noqa: E402
from regviz.gui.canvas.export import ensure_application  # noqa: E402
from regviz.gui.canvas.view import DashboardView  # noqa: E402
from regviz.labs import labs  # noqa: E402
from regviz.sweep import Sweep  # noqa: E402

SIZE = (1600, 800)
ROUNDS = 25


def timed(work):
    """Milliseconds of CPU."""
    start = time.process_time()
    work()
    return 1e3 * (time.process_time() - start)


def solved(lab):
    """Milliseconds to the first and to the last frame of the lab's first state, and the last frame."""
    start = time.process_time()
    frames = lab.frames(lab.State())
    frame = next(frames)
    first = 1e3 * (time.process_time() - start)
    for later in frames:
        frame = later
    return first, 1e3 * (time.process_time() - start), frame


def handled(frame):
    """95 % points of milliseconds: painting the whole dashboard anew, one step of a pan, one hover."""
    view = DashboardView()
    view.resize(*SIZE)
    view.show()
    view.set_frame(frame)
    QApplication.processEvents()
    panel = next(iter(view.views.values()))
    painted = [timed(lambda: view.grab()) for _ in range(ROUNDS)]
    panned = _moved(panel, Qt.MouseButton.LeftButton)
    hovered = _moved(panel, Qt.MouseButton.NoButton)
    view.close()
    view.deleteLater()
    QApplication.processEvents()
    return [float(np.percentile(times, 95)) for times in (painted, panned, hovered)]


def _moved(panel, button):
    """Milliseconds of each move of the mouse over a panel, with the button down or up."""
    port = panel.viewport()
    if button != Qt.MouseButton.NoButton:
        _mouse(port, QEvent.Type.MouseButtonPress, 60.0, button)
    times = []
    for step in range(ROUNDS):
        times.append(timed(lambda step=step: _mouse(port, QEvent.Type.MouseMove, 60.0 + 4.0 * step, button)))
    if button != Qt.MouseButton.NoButton:
        _mouse(port, QEvent.Type.MouseButtonRelease, 160.0, button)
    return times


def _mouse(port, kind, x, button):
    at = QPointF(x, port.height() / 2)
    pressed = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
    cause = button if kind != QEvent.Type.MouseMove else Qt.MouseButton.NoButton
    event = QMouseEvent(kind, at, port.mapToGlobal(at), cause, pressed, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(port, event)
    QApplication.processEvents()


def files():
    """(name, seconds of CPU, kilobytes) of one file of each kind, of the first lab."""
    lab = labs()[0]
    with tempfile.TemporaryDirectory() as folder:
        for name, picture in (
            ("a.png", Picture()), ("b.png", Picture(size=(3840, 2160))), ("a.svg", Picture()), ("a.pdf", Picture()),
            ("a.gif", Picture(size=(1280, 720), sweep=Sweep("lam", 0.001, 1.0, 120))),
            ("a.mp4", Picture(size=(1280, 720), sweep=Sweep("lam", 0.001, 1.0, 120))),
        ):  # fmt: skip
            file = Path(folder, name)
            start = time.process_time()
            save(lab, lab.State(), file, picture)
            size = f"{picture.size[0]} × {picture.size[1]}" + (", 120 frames" if picture.sweep else "")
            yield f"{file.suffix[1:].upper()} {size}", time.process_time() - start, file.stat().st_size / 1e3


def main():
    """Print the tables as Markdown."""
    ensure_application()
    print(f"Every lab in its first state at {SIZE[0]} × {SIZE[1]}, ms of CPU; of painting, pan and hover 95 %.\n")
    print("| lab | first frame | last frame | paint anew | pan | hover |\n|---|---|---|---|---|---|")
    for lab in labs():
        first, last, frame = solved(lab)
        print(f"| {lab.name} | {first:.0f} | {last:.0f} | " + " | ".join(f"{t:.1f}" for t in handled(frame)) + " |",
              flush=True)  # fmt: skip
    print("\n| file | s of CPU | kB |\n|---|---|---|")
    for name, taken, size in files():
        print(f"| {name} | {taken:.2f} | {size:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
