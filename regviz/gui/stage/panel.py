"""The lecture panel: which lecture, its steps in order, and the chosen step's words. The recording does the work."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from regviz import lectures
from regviz.gui.stage.clock import written
from regviz.gui.stage.step_editor import Number, StepEditor

if TYPE_CHECKING:
    from regviz.gui.window.main import MainWindow


class LecturePanel(QFrame):
    """A list that is in step with the recorder, buttons with keys of their own, and the editor of the chosen step."""

    chosen = Signal(object)

    def __init__(self, window: "MainWindow") -> None:
        super().__init__()
        self._window = window
        self.recording = window.recording
        self.recorder = window.recording.recorder
        self.setObjectName("side")
        self.setAccessibleName(self.tr("Lecture"))
        self.ready_made = QComboBox()
        self.title, self.minutes = QLineEdit(), Number(0.0, 1440.0)
        self.time = QLabel()
        self.steps = QListWidget()
        self.buttons: dict[str, QPushButton] = {}
        self.editor = StepEditor(window)
        self._showing = False
        self._lay_out()
        self._fill()
        self._connect()
        self.show_lecture()
        self._show_looks()

    def _lay_out(self) -> None:
        inside = self._inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 4, 0)
        for words, part in (
            (self.tr("Lecture"), self.ready_made), (self.tr("Title"), self.title),
            (self.tr("Minutes there are"), self.minutes), (self.tr("Steps"), self.steps),
        ):  # fmt: skip
            label = QLabel(words)
            label.setObjectName("quiet")
            part.setAccessibleName(words)
            self._column.addWidget(label)
            self._column.addWidget(part)
        self.time.setObjectName("quiet")
        self.time.setWordWrap(True)
        self._column.addWidget(self.time)
        self._column.addLayout(self._made_buttons())
        self._column.addWidget(self.editor)
        area = self._area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(self.tr("Lecture"))
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        QVBoxLayout(self).addWidget(area)

    def _made_buttons(self) -> QGridLayout:
        grid = QGridLayout()
        for place, (name, words, keys) in enumerate((
            ("start", self.tr("Start"), "F5"), ("add", self.tr("Add this picture"), "F8"),
            ("update", self.tr("Take this picture"), "Shift+F8"), ("remove", self.tr("Remove"), "Del"),
            ("up", self.tr("Earlier"), "Alt+Up"), ("down", self.tr("Later"), "Alt+Down"),
            ("undo", self.tr("Take back"), "Alt+Z"), ("save", self.tr("Save"), "Ctrl+Shift+S"),
        )):  # fmt: skip
            button = self.buttons[name] = QPushButton(words)
            button.setToolTip(f"{words} ({QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)})")
            button.setAccessibleName(button.toolTip())
            grid.addWidget(button, place // 2, place % 2)
        return grid

    def _fill(self) -> None:
        self.ready_made.addItem(self.tr("Ready-made …"), "")
        for name in lectures.names():
            found = lectures.find(name)
            self.ready_made.addItem(f"{found.title} ({found.minutes or found.planned:g} min)", name)

    def _connect(self) -> None:
        commands, recorder = self._window.commands, self.recorder
        doings = {
            "start": commands["present"], "add": commands["add_step"], "update": commands["update_step"],
            "save": commands["save_lecture"], "remove": recorder.remove, "up": lambda: recorder.shift(-1),
            "down": lambda: recorder.shift(1), "undo": self._undo,
        }  # fmt: skip
        for name, doing in doings.items():
            self.buttons[name].clicked.connect(lambda _=False, doing=doing: doing())
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for name, keys, place in (("up", "Alt+Up", self), ("down", "Alt+Down", self), ("undo", "Alt+Z", self),
                                  ("remove", "Del", self.steps)):  # fmt: skip
            QShortcut(QKeySequence(keys), place, context=within).activated.connect(doings[name])
        self.ready_made.activated.connect(self._open)
        self.steps.currentRowChanged.connect(self._choose)
        self.title.textEdited.connect(lambda text: recorder.describe(title=text))
        self.minutes.edited.connect(lambda value: recorder.describe(minutes=value))
        recorder.listen(self.show_lecture)
        self._window.looks.applied.connect(self._show_looks)
        self._window.stage.walked.connect(self._follow)

    @Slot(int)
    def _open(self, place: int) -> None:
        name = str(self.ready_made.itemData(place))
        if name:
            self.recording.open_named(name)
        self.ready_made.setCurrentIndex(0)

    @Slot(int)
    def _choose(self, row: int) -> None:
        if not self._showing and row >= 0:
            self.recording.choose(row)

    @Slot()
    def _follow(self) -> None:
        """Choose the step on stage, where the stage shows this very lecture."""
        stage = self._window.stage
        if stage.lecture is self.recorder.lecture:
            self.recorder.choose(stage.at)

    def _undo(self) -> None:
        if self.recorder.undo():
            self.recording.rehearse()

    def show_lecture(self) -> None:
        """Show the recorder's draft."""
        self._showing = True
        recorder = self.recorder
        words = [_line(number, step.title or step.lab, step.minutes, step.question)
                 for number, step in enumerate(recorder.lecture.steps, start=1)]  # fmt: skip
        if words != [self.steps.item(row).text() for row in range(self.steps.count())]:
            self.steps.clear()
            self.steps.addItems(words)
        self.steps.setCurrentRow(recorder.at)
        if self.title.text() != recorder.lecture.title:
            self.title.setText(recorder.lecture.title)
        self.minutes.show_number(recorder.lecture.minutes)
        self.time.setText(self.tr("{0} planned for {1} steps").format(
            written(60.0 * recorder.lecture.planned), len(recorder.lecture.steps)))  # fmt: skip
        chosen = recorder.step is not None
        for name in ("start", "update", "remove", "up", "down"):
            self.buttons[name].setEnabled(chosen)
        self.buttons["undo"].setEnabled(recorder.can_undo)
        self.buttons["save"].setEnabled(bool(recorder.lecture.steps))
        self.editor.show_step(recorder.step)
        self._showing = False

    def showEvent(self, event: QShowEvent) -> None:
        """Take the width that the words need; what has not been shown has no font yet."""
        self._show_looks()

    @Slot()
    def _show_looks(self) -> None:
        unit = self._window.looks.unit
        column = self._inside.minimumSizeHint().width() + self._area.verticalScrollBar().sizeHint().width()
        needed = column + self.minimumSizeHint().width() - self._area.minimumSizeHint().width()
        self.setFixedWidth(max(unit.px(420), unit.text(18) * 20, needed))
        self.steps.setFixedHeight(unit.text(18) * 16)
        self._column.setSpacing(unit.px(6))


def _line(number: int, title: str, minutes: float, question: str) -> str:
    asks = " ?" if question else ""
    return f"{number}  {title}{asks}  ({minutes:g} min)"
