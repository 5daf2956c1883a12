"""What the keys of the group "Lecture" do, one method for each. Stage, podium and recording do the work."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regviz.gui.window.main import MainWindow


class LectureCommands:
    """Present and record."""

    def __init__(self, window: "MainWindow") -> None:
        self.window = window

    def present(self) -> None:
        """Start the lecture at its first step."""
        self._start(0, True)

    def present_here(self) -> None:
        """Start or go on at the chosen step; the clock of a lecture that had begun goes on."""
        self._start(max(0, self.window.recording.recorder.at), False)

    def _start(self, index: int, anew: bool) -> None:
        window = self.window
        lecture = window.recording.recorder.lecture
        if window.stage.active:
            return
        if lecture.steps:
            window.stage.start(lecture, index, anew=anew)
        else:
            window.recording.show_panel().ready_made.setFocus()
            window.say(window.tr("Choose a lecture, or add steps to one of your own (F8); F5 starts it."))

    def lecture(self) -> None:
        """Show or hide the lecture."""
        recording = self.window.recording
        if self.window.stage.active:
            return
        if recording.panel_open:
            recording.hide_panel()
        else:
            panel = recording.show_panel()
            (panel.steps if recording.recorder.step else panel.ready_made).setFocus()

    def add_step(self) -> None:
        """Add the picture on show as a step."""
        self.window.recording.add()

    def update_step(self) -> None:
        """Put the picture on show in place of the chosen step's."""
        self.window.recording.update()

    def save_lecture(self) -> None:
        """Save the lecture."""
        self.window.recording.save()

    def presenter(self) -> None:
        """Show or hide the speaker's window."""
        self.window.stage.podium.toggle()
