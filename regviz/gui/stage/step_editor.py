"""The editor of one step's words, time and move. Whatever it changes goes through the recording, which checks it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from regviz.gui.window.editors import NumberBox
from regviz.lab import Lab, controls
from regviz.lab.lecture import FASTEST, MAX_LINE, MAX_NOTES, Move, Step

if TYPE_CHECKING:
    from regviz.gui.window.main import MainWindow

_SECONDS = 8.0


class Number(NumberBox):
    """A line for a number in ``low`` … ``high``; ``edited`` (a float) comes from the user."""

    edited = Signal(object)

    def __init__(self, low: float = -1e300, high: float = 1e300) -> None:
        super().__init__()
        self._low, self._high = low, high
        self.entered.connect(self._take)

    @Slot(object)
    def _take(self, text: object) -> None:
        try:
            number = float(str(text).replace(",", "."))
        except ValueError:
            return
        if self._low <= number <= self._high:
            self.edited.emit(number)


class Passage(QPlainTextEdit):
    """Some lines of text, at most ``longest`` characters; Tab leaves it. ``edited`` (the text) comes from the user."""

    edited = Signal(object)

    def __init__(self, lines: int, longest: int, *, one_line: bool = False) -> None:
        super().__init__()
        self._longest, self._lines, self._one_line, self._showing = longest, lines, one_line, False
        self.setTabChangesFocus(True)
        self.textChanged.connect(self._take)

    def show_text(self, text: str) -> None:
        """Show ``text``, leaving the cursor where it is when nothing changes."""
        if text != self._text():
            self._showing = True
            self.setPlainText(text)
            self._showing = False

    def fit(self) -> None:
        """Be as many lines high as was said."""
        self.setFixedHeight(self.fontMetrics().lineSpacing() * self._lines + 16)

    def _text(self) -> str:
        text = self.toPlainText()
        return (" ".join(text.splitlines()) if self._one_line else text)[: self._longest]

    @Slot()
    def _take(self) -> None:
        if not self._showing:
            self.edited.emit(self._text())


class StepEditor(QWidget):
    """Title, caption, question, notes, minutes, play and move of the chosen step."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__()
        self._window = window
        self.title = QLineEdit()
        self.title.setMaxLength(MAX_LINE)
        self.caption, self.question = Passage(3, MAX_LINE, one_line=True), Passage(2, MAX_LINE, one_line=True)
        self.notes = Passage(6, MAX_NOTES)
        self.minutes, self.play = Number(0.0, 1440.0), Number(0.0, FASTEST)
        self.field = QComboBox()
        self.begin, self.end, self.seconds = Number(), Number(), Number(0.1, 600.0)
        self._play_label = QLabel()
        self._lay_out()
        self._connect()
        self.show_step(None)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for words, part in (
            (self.tr("Title of the step"), self.title), (self.tr("Caption for the room"), self.caption),
            (self.tr("Question asked first"), self.question), (self.tr("Notes for the speaker"), self.notes),
            (self.tr("Planned minutes"), self.minutes), (self.tr("Training plays at speed (0: it waits)"), self.play),
            (self.tr("What moves"), self.field),
        ):  # fmt: skip
            label = self._play_label if part is self.play else QLabel()
            label.setText(words)
            label.setObjectName("quiet")
            part.setAccessibleName(words)
            column.addWidget(label)
            column.addWidget(part)
        row = QHBoxLayout()
        ends = (self.tr("from"), self.begin), (self.tr("to"), self.end), (self.tr("seconds"), self.seconds)
        for words, part in ends:
            label = QLabel(words)
            label.setObjectName("quiet")
            part.setAccessibleName(self.tr("Move: {0}").format(words))
            row.addWidget(label)
            row.addWidget(part)
        column.addLayout(row)

    def _connect(self) -> None:
        edit = self._window.recording.edit
        self.title.textEdited.connect(lambda text: edit(title=text))
        for name in ("caption", "question", "notes", "minutes"):
            getattr(self, name).edited.connect(lambda value, name=name: edit(**{name: value}))
        self.play.edited.connect(self._play)
        self.field.activated.connect(self._choose_field)
        for name in ("begin", "end", "seconds"):
            getattr(self, name).edited.connect(lambda value, name=name: self._move(name, value))

    def show_step(self, step: Step | None) -> None:
        """Show the chosen step; None: there is none to edit."""
        self.setVisible(step is not None)
        if step is None:
            return
        if self.title.text() != step.title:
            self.title.setText(step.title)
        for name in ("caption", "question", "notes"):
            passage = getattr(self, name)
            passage.show_text(getattr(step, name))
            passage.fit()
        self.minutes.show_number(step.minutes)
        self.play.show_number(step.play)
        lab = next((lab for lab in self._window.labs if lab.name == step.lab), None)
        for part in (self.play, self._play_label):
            part.setVisible(lab is not None and lab.trains)
        self._show_move(step, lab)

    def _show_move(self, step: Step, lab: Lab | None) -> None:
        names = [] if lab is None else [c.name for c in controls(lab.State) if c.kind in ("float", "int")]
        wanted = [self.tr("nothing"), *names]
        if wanted != [self.field.itemText(k) for k in range(self.field.count())]:
            self.field.clear()
            self.field.addItems(wanted)
        move = step.move
        self.field.setCurrentIndex(1 + names.index(move.field) if move and move.field in names else 0)
        for name in ("begin", "end", "seconds"):
            box = getattr(self, name)
            box.setEnabled(move is not None)
            box.show_number(getattr(move, name) if move else 0.0)

    @Slot(object)
    def _play(self, speed: object) -> None:
        value = float(str(speed))
        self._window.recording.edit(play=value if value == 0.0 else max(0.125, value))

    @Slot(int)
    def _choose_field(self, place: int) -> None:
        """Move a field from where it is in the picture over its slider's range, until ends are typed."""
        if place == 0:
            self._window.recording.edit(move=None)
            return
        step, name = self._window.recording.recorder.step, self.field.itemText(place)
        lab = next((lab for lab in self._window.labs if step is not None and lab.name == step.lab), None)
        if step is None or lab is None:
            return
        control = next(control for control in controls(lab.State) if control.name == name)
        low = (control.shown or (control.low, control.high))[0]
        value = dict(step.fields).get(name, control.default)
        self._window.recording.edit(move=Move(name, float(low), float(value), _SECONDS))

    def _move(self, name: str, value: Any) -> None:
        step = self._window.recording.recorder.step
        if step is not None and step.move is not None:
            self._window.recording.edit(move=replace(step.move, **{name: value}))
