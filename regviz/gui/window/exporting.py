"""The export dialog and the text of the command line that gives the same picture."""

import dataclasses
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from regviz.export import FILMS, NUMBERS, ExportError, Picture, save, to_json
from regviz.files import WriteError, write_text
from regviz.gui.canvas.export import MOST_PIXELS
from regviz.gui.canvas.export import ExportError as PaintError
from regviz.gui.canvas.theme import THEMES
from regviz.gui.language import words as translated
from regviz.gui.picture import write_picture
from regviz.gui.tools.compare import undressed
from regviz.gui.window.filming import FilmBox, with_progress
from regviz.lab import ControlError, Frame, Lab, controls
from regviz.sweep import Dress, SweepError, plain
from regviz.tidy import to_csv

SIZES = ((1920, 1080), (1280, 720), (3840, 2160), (1600, 1200), (1200, 1200))
_FILTER = "PNG (*.png);;SVG (*.svg);;PDF (*.pdf);;JSON (*.json);;CSV (*.csv);;GIF (*.gif);;MP4 (*.mp4)"
EACH = "*"
"""Stands for every panel as a file of its own."""
Ask = Callable[[QWidget, str], str]


def ask_file(parent: QWidget, name: str) -> str:
    """Ask where to write; "" when the user thinks better of it."""
    return QFileDialog.getSaveFileName(parent, parent.tr("Export"), name, _FILTER)[0]


class ExportDialog(QDialog):
    """Writes the frame on show. ``written`` is the file, or None; a failure stands in the dialog and it stays open."""

    def __init__(self, lab: Lab, state: Any, frame: Frame, theme: str, parent: QWidget | None = None, *,
                 ask: Ask = ask_file, dress: Dress = plain) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export"))
        self._lab, self._state, self._frame, self._ask, self._dress = lab, state, frame, ask, dress
        self.written: Path | None = None
        self.panel = _list(
            [self.tr("All panels"), *(translated(panel.title) for panel in frame.panels),
             self.tr("Each panel in its own file")],
            ["", *(panel.key for panel in frame.panels), EACH],
        )  # fmt: skip
        self.size_list = _list([f"{w} × {h}" for w, h in SIZES], list(SIZES))
        self.wide, self.high, self.dpi = _pixels(SIZES[0][0]), _pixels(SIZES[0][1]), QDoubleSpinBox()
        self.dpi.setRange(10, 10_000)
        self.dpi.setDecimals(0)
        self.dpi.setValue(96)
        self.theme = _list([self.tr(name.capitalize()) for name in THEMES], list(THEMES))
        self.theme.setCurrentIndex(list(THEMES).index(theme))
        self.transparent = QCheckBox(self.tr("Transparent background"))
        self.stamp = QCheckBox(self.tr("A line that says what made it"))
        self.stamp.setChecked(True)
        self.frozen = QCheckBox(self.tr("With the frozen picture A"))
        self.frozen.setChecked(True)
        self.frozen.setVisible(undressed(frame) is not frame)
        self.drawn = QCheckBox(self.tr("With what is drawn over it"))
        self.drawn.setChecked(True)
        self.drawn.setVisible(bool(frame.strokes))
        self.film = FilmBox(lab, state, frame)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.size_list.activated.connect(self._take_size)
        self._lay_out()

    def _lay_out(self) -> None:
        size = QWidget()
        row = QHBoxLayout(size)
        row.setContentsMargins(0, 0, 0, 0)
        for field in (self.size_list, self.wide, self.high):
            row.addWidget(field)
        form = QFormLayout()
        parts: tuple[tuple[str, QWidget], ...] = (
            (self.tr("Picture"), self.panel), (self.tr("Size in pixels"), size), (self.tr("Dots per inch"), self.dpi),
            (self.tr("Theme"), self.theme), ("", self.transparent), ("", self.stamp),
            ("", self.frozen), ("", self.drawn),
        )  # fmt: skip
        for words, part in parts:
            form.addRow(words, part)
            part.setAccessibleName(words or getattr(part, "text", str)())
        self.size_list.setAccessibleName(self.tr("Common sizes"))
        self.wide.setAccessibleName(self.tr("Width in pixels"))
        self.high.setAccessibleName(self.tr("Height in pixels"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.save)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.film)
        column.addWidget(self.problem)
        column.addWidget(buttons)

    def _take_size(self, index: int) -> None:
        self.wide.setValue(SIZES[index][0])
        self.high.setValue(SIZES[index][1])

    def save(self) -> None:
        """Ask for the file and write it."""
        name = self._ask(self, f"{self._lab.name}.png")
        if not name:
            return
        file = Path(name) if Path(name).suffix else Path(name + ".png")
        try:
            written = self._write(file)
        except (ExportError, PaintError, WriteError, SweepError, ControlError) as error:
            self.problem.setText(str(error))
            self.problem.show()
            return
        if written:
            self.written = file
            self.accept()

    def _write(self, file: Path) -> bool:
        """Write the file; False when the user cancelled."""
        ending, panel = file.suffix.lower(), str(self.panel.currentData())
        if ending in FILMS:
            return self._write_film(file, panel)
        if ending in NUMBERS:
            frame = self._frame
            chosen = frame if panel in ("", EACH) else dataclasses.replace(frame, panels=(frame.panel(panel),))
            write_text(file, to_json(self._lab, self._state, chosen) if ending == ".json" else to_csv(chosen))
            return True
        for key in [each.key for each in self._frame.panels] if panel == EACH else [panel]:
            self._write_picture(file.with_name(f"{file.stem}-{key}{file.suffix}") if panel == EACH else file, key)
        return True

    def _write_film(self, file: Path, panel: str) -> bool:
        if panel == EACH:
            raise ExportError(self.tr("An animation shows all panels or one: choose which one."))
        picture = Picture(
            panel=panel, size=(self.wide.value(), self.high.value()), theme=str(self.theme.currentData()),
            transparent=self.transparent.isChecked(), stamp=self.stamp.isChecked(), sweep=self.film.sweep(),
            fps=self.film.fps.value(),
        )  # fmt: skip
        words = self.tr("Writing {0} …").format(file.name)
        return with_progress(self, words, lambda tell: save(
            self._lab, self._state, file, picture, tell=tell, dress=self._shown,
        ))  # fmt: skip

    def _shown(self, state: Any, frame: Frame) -> Frame:
        return self._chosen(self._dress(state, frame))

    def _chosen(self, frame: Frame) -> Frame:
        """The frame with what is wanted of A and of what is drawn."""
        frame = frame if self.frozen.isChecked() else undressed(frame)
        return frame if self.drawn.isChecked() else dataclasses.replace(frame, strokes=())

    def _write_picture(self, file: Path, panel: str) -> None:
        frame = self._chosen(self._frame)
        write_picture(
            self._lab, self._state, frame, file, size=(self.wide.value(), self.high.value()), panel=panel,
            dpi=self.dpi.value(), theme=str(self.theme.currentData()), transparent=self.transparent.isChecked(),
            stamped=self.stamp.isChecked(),
        )  # fmt: skip


def python_code(lab: Lab, state: Any) -> str:
    """Python that draws this very picture into a file."""
    changed = [(c.name, getattr(state, c.name)) for c in controls(state) if getattr(state, c.name) != c.default]
    words = "".join(f", {name}={value!r}" for name, value in changed)
    return f'import regviz\n\nregviz.render("{lab.name}", "{lab.name}.png"{words})\n'


def command_line(lab: Lab, state: Any) -> str:
    """The command that exports this very picture, quoted for a shell."""
    words = ["regviz", "export", lab.name]
    for control in controls(state):
        value = getattr(state, control.name)
        if value != control.default:
            words += ["--set", f"{control.name}={str(value).lower() if control.kind == 'bool' else value}"]
    return shlex.join([*words, "-o", f"{lab.name}.png"])


def _pixels(value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, MOST_PIXELS)
    box.setValue(value)
    return box


def _list(words: list[str], data: list[Any]) -> QComboBox:
    box = QComboBox()
    for word, item in zip(words, data, strict=True):
        box.addItem(word, item)
    return box
