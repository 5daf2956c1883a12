"""Recording in a window: turns pictures into steps, opens and saves lectures, and asks before one is lost."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from regviz import lectures
from regviz.files import WriteError
from regviz.gui.language import words
from regviz.gui.stage.draft import draft, resume
from regviz.gui.stage.panel import LecturePanel
from regviz.gui.stage.recorder import Recorder
from regviz.lab import Lab
from regviz.lab.document import DocumentError
from regviz.lab.lecture import MAX_LINE, MAX_STEPS, Lecture, Step, differences, scene, scenes

if TYPE_CHECKING:
    from regviz.gui.window.main import MainWindow

Button = QMessageBox.StandardButton


def ask_file(parent: QWidget, name: str) -> str:
    """Ask where to write; "" when the user thinks better of it."""
    kinds = parent.tr("Lectures (*.regviz *.json)")
    return QFileDialog.getSaveFileName(parent, parent.tr("Save the lecture"), name, kinds)[0]


def ask_loss(parent: QWidget) -> Button:
    """Ask what shall become of a lecture that is not saved."""
    words = parent.tr("The lecture has changes that are not saved.")
    buttons = Button.Save | Button.Discard | Button.Cancel
    return QMessageBox.question(parent, parent.tr("Lecture"), words, buttons, Button.Save)


class Recording(QObject):
    """Owns the `Recorder`. ``ask_file`` and ``ask_loss`` stand for the dialogs."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.recorder = Recorder()
        self.panel: LecturePanel | None = None
        self.ask_file: Callable[[QWidget, str], str] = ask_file
        self.ask_loss: Callable[[QWidget], Button] = ask_loss

    @property
    def panel_open(self) -> bool:
        """Whether the panel is there to be seen."""
        return self.panel is not None and not self.panel.isHidden()

    def show_panel(self) -> LecturePanel:
        """Show the panel, which is made when it is wanted first."""
        if self.panel is None:
            self.panel = LecturePanel(self._window)
            self._window.middle.addWidget(self.panel)
        self.panel.show()
        return self.panel

    def hide_panel(self) -> None:
        """Hide the panel."""
        if self.panel is not None:
            self.panel.hide()

    def open(self, lecture: Lecture, file: Path | None) -> bool:
        """Take up a lecture that fits the labs, show its first picture and the panel; whether that could be done."""
        try:
            fitted = scenes(lecture, self._window.labs)
        except DocumentError as error:
            self._window.banner.say(str(error))
            return False
        if not self.may_go():
            return False
        self.recorder.open(lecture, file)
        self.rehearse()
        self.show_panel()
        remark = self._window.tr("{0}: {1} steps, {2:g} minutes. F5 starts it.")
        self._window.say(remark.format(lecture.title, len(fitted), round(lecture.planned, 1)))
        return True

    def draft(self) -> str:
        """The lecture as text that outlives a crash, on stage with the step on show; "" for none."""
        stage = self._window.stage
        return draft(self.recorder, stage.at if stage.active else self.recorder.at)

    def resume(self, text: str) -> None:
        """Take up what `draft` gave before a crash; the picture on show stays."""
        try:
            resume(self.recorder, text)
        except DocumentError as error:
            self._window.banner.say(str(error))
            return
        self.show_panel()

    def open_named(self, name: str) -> bool:
        """Take up the ready-made lecture of that name; whether that could be done."""
        try:
            return self.open(lectures.find(name), None)
        except DocumentError as error:
            self._window.banner.say(str(error))
            return False

    def rehearse(self) -> None:
        """Show the chosen step's picture, without going on stage."""
        window, step = self._window, self.recorder.step
        if step is None or window.stage.active:
            return
        try:
            found = scene(step, window.labs, self.recorder.at + 1)
        except DocumentError as error:
            window.banner.say(str(error))
            return
        window.player.pause()
        window.session.go(found.lab, found.state)

    def choose(self, at: int) -> None:
        """Choose a step and show its picture."""
        self.recorder.choose(at)
        self.rehearse()

    def add(self) -> None:
        """Make a step of the picture on show."""
        window = self._window
        session, frame = window.session, window.view.frame
        if self.add_state(session.lab, session.state, frame.caption if frame is not None else ""):
            window.say(window.tr("Step {0} added.").format(self.recorder.at + 1))

    def add_state(self, lab: Lab, state: Any, caption: str) -> bool:
        """Make a step of a state of that lab; whether there was room for it."""
        if len(self.recorder.lecture.steps) >= MAX_STEPS:
            self._window.banner.say(self._window.tr("A lecture has at most {0} steps.").format(MAX_STEPS))
            return False
        self.recorder.add(Step(lab.name, differences(state), words(lab.title), caption[:MAX_LINE]))
        return True

    def update(self) -> None:
        """Put the picture on show in place of the chosen step's; its words stay."""
        window, step = self._window, self.recorder.step
        if step is None:
            window.say(window.tr("No step is chosen."))
            return
        session = window.session
        move = step.move if session.lab.name == step.lab else None
        if move is not None:
            move = replace(move, end=float(getattr(session.state, move.field)))
        play = step.play if session.lab.trains else 0.0
        self.edit(lab=session.lab.name, fields=differences(session.state), move=move, play=play)
        window.say(window.tr("Step {0} shows this picture now.").format(self.recorder.at + 1))

    def edit(self, **changes: Any) -> bool:
        """Change the chosen step, unless it would not fit its lab: that is a sentence in the banner."""
        step = self.recorder.step
        if step is None:
            return False
        try:
            scene(replace(step, **changes), self._window.labs, self.recorder.at + 1)
        except DocumentError as error:
            self._window.banner.say(str(error))
            return False
        self.recorder.edit(**changes)
        return True

    def save(self) -> bool:
        """Write the lecture to its file, or ask for one; whether it was written."""
        recorder, window = self.recorder, self._window
        file = recorder.file
        if file is None:
            chosen = self.ask_file(window, "lecture.regviz")
            if not chosen:
                return False
            file = Path(chosen) if Path(chosen).suffix else Path(chosen + ".regviz")
        try:
            recorder.save(file)
        except (DocumentError, WriteError) as error:
            window.banner.say(str(error))
            return False
        window.settings.remember(file)
        window.say(window.tr("Written: {0}").format(file))
        return True

    def may_go(self) -> bool:
        """Whether the lecture may be dropped: nothing is lost, or the user saved it or wants it dropped."""
        if not self.recorder.changed:
            return True
        answer = self.ask_loss(self._window)
        return answer == Button.Discard or (answer == Button.Save and self.save())
