"""What an animation moves, as a part of the export dialog, and the progress bar over long work, with its cancel."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QGroupBox, QLineEdit, QProgressDialog, QSpinBox, QWidget

from regviz.gui.language import said
from regviz.gui.window.editors import named
from regviz.lab import Control, Frame, Lab, controls
from regviz.sweep import FRAMES, MOST_FRAMES, Progress, Sweep, parse_sweep


class Cancelled(Exception):
    """The user pressed cancel."""


def with_progress(parent: QWidget, words: str, work: Callable[[Progress], object]) -> bool:
    """Do ``work``, telling it where to report, under a bar that appears when it takes long; False when cancelled."""
    bar = QProgressDialog(words, parent.tr("Cancel"), 0, 1000, parent)
    bar.setWindowTitle(parent.tr("Export"))
    bar.setWindowModality(Qt.WindowModality.WindowModal)
    bar.setMinimumDuration(400)
    bar.setAutoClose(False)

    def tell(made: int, total: int) -> None:
        bar.setValue(min(999, 1000 * made // max(1, total)))
        if bar.wasCanceled():
            raise Cancelled

    try:
        work(tell)
    except Cancelled:
        return False
    finally:
        bar.close()
        bar.deleteLater()
    return True


class FilmBox(QGroupBox):
    """Which control an animation moves, from where to where, in how many pictures, and how fast they pass."""

    def __init__(self, lab: Lab, state: Any, frame: Frame, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Animation (.gif, .mp4)"))
        self._lab, self._frame = lab, frame
        self.moves, self.start, self.stop = QComboBox(), QLineEdit(), QLineEdit()
        self.frames, self.fps = _whole(2, MOST_FRAMES, FRAMES), _whole(1, 50, 25)
        if lab.trains:
            self.moves.addItem(self.tr("The training"), None)
        for control in sorted(_numbers(state), key=lambda c: c.place != "main"):
            self.moves.addItem(named(control), control)
        self.moves.currentIndexChanged.connect(self._choose)
        self._lay_out()
        self._choose()

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        parts: tuple[tuple[str, QWidget], ...] = (
            (self.tr("What moves"), self.moves), (self.tr("From"), self.start), (self.tr("To"), self.stop),
            (self.tr("Pictures"), self.frames), (self.tr("Pictures a second"), self.fps),
        )  # fmt: skip
        for words, part in parts:
            form.addRow(words, part)
            part.setAccessibleName(words)

    def _choose(self) -> None:
        """Offer the chosen control's shown range; a training has none."""
        control: Control | None = self.moves.currentData()
        for part in (self.start, self.stop, self.frames):
            part.setEnabled(control is not None)
        if control is not None:
            limits = self._frame.limits.get(control.name) or control.shown or (control.low, control.high)
            for part, value in zip((self.start, self.stop), limits, strict=True):
                part.setText(f"{min(max(value, control.low), control.high):.6g}")

    def sweep(self) -> Sweep | None:
        """The sweep that was asked for, None for the training; raises `SweepError` or `ControlError`."""
        control: Control | None = self.moves.currentData()
        if control is None:
            return None
        return parse_sweep(
            self._lab, f"{control.name}={self.start.text()}:{self.stop.text()}:{self.frames.value()}"
        )


def _numbers(state: Any) -> list[Control]:
    return [said(c) for c in controls(state) if c.kind in ("float", "int") and c.applies(state)]


def _whole(low: int, high: int, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setValue(value)
    return box
