"""What the keys do, one method for each command of the table in `keys`. The window does the work."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from regviz.files import WriteError, write_text
from regviz.gui.canvas.export import frame_image
from regviz.gui.language import framed
from regviz.gui.picture import heading
from regviz.gui.window.exporting import ExportDialog, command_line, python_code
from regviz.gui.window.opening import DOCUMENTS, TABLES
from regviz.gui.window.settings import SCALES, THEME_CHOICES
from regviz.gui.window.slider import key_scale
from regviz.lab.document import dump
from regviz.translation import languages

if TYPE_CHECKING:
    from regviz.gui.window.main import MainWindow


class StateCommands:
    """Play, edit and labs."""

    def __init__(self, window: "MainWindow") -> None:
        self.window = window

    def play(self) -> None:
        """Play or pause."""
        self.window.player.toggle()

    def step_forward(self) -> None:
        """One step forward."""
        self.window.player.step(1)

    def step_back(self) -> None:
        """One step back."""
        self.window.player.step(-1)

    def restart(self) -> None:
        """From the beginning."""
        self.window.player.restart()

    def faster(self) -> None:
        """The next speed up."""
        self._speed(1)

    def slower(self) -> None:
        """The next speed down."""
        self._speed(-1)

    def _speed(self, places: int) -> None:
        speed = self.window.player.change_speed(places)
        self.window.say(self.window.tr("Speed {0:g}").format(speed))
        if self.window.header.main is not None:
            self.window.header.main.transport.show_speed(speed)

    def less(self) -> None:
        """The main slider down."""
        self._nudge(-1)

    def more(self) -> None:
        """The main slider up."""
        self._nudge(1)

    def _nudge(self, steps: int) -> None:
        slider = self.window.main_slider()
        if slider is not None and slider.isEnabled():
            steps = -steps if slider.isRightToLeft() else steps
            slider.nudge(steps * key_scale(QGuiApplication.keyboardModifiers()))

    def least(self) -> None:
        """The main slider to its low end."""
        self._end(0.0)

    def most(self) -> None:
        """The main slider to its high end."""
        self._end(1.0)

    def _end(self, share: float) -> None:
        slider = self.window.main_slider()
        if slider is not None and slider.isEnabled():
            slider.go(slider.value_at(share), False)

    def undo(self) -> None:
        """Back one entry."""
        self.window.session.undo()

    def redo(self) -> None:
        """Forward one entry."""
        self.window.session.redo()

    def reset(self) -> None:
        """The lab's defaults."""
        self.window.player.pause()
        self.window.session.reset(self.window.session.lab.State())

    def cancel(self) -> None:
        """Close the help or the message, leave the full screen, else stop computing: what has given no picture yet is
        left for what is on the screen.
        """
        window = self.window
        if window.tools.escape():
            return
        if window.help.isVisible():
            window.help.toggle()
        elif window.banner.isVisible():
            window.banner.hide()
        elif window.isFullScreen():
            window.showNormal()
        else:
            window.player.pause()
            window.bridge.worker.cancel()
            window.footer.show_busy(False, None)
            window.edits.back()

    def lab_by_number(self, number: int) -> None:
        """The lab at that place of the rail."""
        if number <= len(self.window.labs):
            self.window.edits.choose(self.window.labs[number - 1])

    def follow(self) -> None:
        """Where the lab's picture as a whole leads."""
        self.window.edits.follow()

    def previous_lab(self) -> None:
        """The lab above."""
        self._move(-1)

    def next_lab(self) -> None:
        """The lab below."""
        self._move(1)

    def _move(self, places: int) -> None:
        labs = self.window.labs
        self.window.edits.choose(labs[(labs.index(self.window.session.lab) + places) % len(labs)])


class FileCommands:
    """Open, save, export, copy."""

    def __init__(self, window: "MainWindow") -> None:
        self.window = window

    def open(self) -> None:
        """Ask for a file and open it."""
        kinds = " ".join(f"*{ending}" for ending in (*TABLES, *DOCUMENTS, ".png"))
        window = self.window
        file, _ = QFileDialog.getOpenFileName(window, window.tr("Open"), "", window.tr("All kinds ({0})").format(kinds))
        if file:
            window.edits.open_file(Path(file))

    def save(self) -> None:
        """Ask for a file and write the session."""
        window = self.window
        name = f"{window.session.lab.name}.regviz"
        kinds = window.tr("Sessions (*.regviz *.json)")
        file, _ = QFileDialog.getSaveFileName(window, window.tr("Save the session"), name, kinds)
        if file:
            self.save_to(Path(file))

    def save_to(self, file: Path) -> None:
        """Write the session; a failure is a sentence in the banner."""
        session = self.window.session
        try:
            file = file if file.suffix else file.with_suffix(".regviz")
            write_text(file, dump(session.lab, session.state))
            self.window.settings.remember(file)
        except WriteError as error:
            self.window.banner.say(str(error))

    def export(self) -> None:
        """Ask how and where, and write the frame on show."""
        shown = self.window.shown
        if shown is not None:
            frame = self.window.tools.drawn(shown.frame)
            dialog = ExportDialog(shown.lab, shown.state, frame, self.window.looks.theme.name, self.window,
                                  dress=self.window.tools.filmed)  # fmt: skip
            dialog.exec()
            if dialog.written is not None:
                self.window.say(self.window.tr("Written: {0}").format(dialog.written))
            dialog.deleteLater()

    def copy_picture(self) -> None:
        """The frame on show, as large as a slide, to the clipboard."""
        window, shown = self.window, self.window.shown
        if shown is not None:
            frame, above = window.tools.drawn(framed(shown.frame)), heading(shown.lab, shown.state, shown.frame)
            QGuiApplication.clipboard().setImage(frame_image(frame, above, window.looks.theme, (1920, 1080)))
            window.say(window.tr("The picture is in the clipboard."))

    def copy_command(self) -> None:
        """The command line that exports this picture."""
        self._copy(command_line(self.window.session.lab, self.window.session.state))

    def copy_python(self) -> None:
        """Python that draws this picture."""
        self._copy(python_code(self.window.session.lab, self.window.session.state))

    def copy_code(self) -> None:
        """The lab's code snippets for this state."""
        session = self.window.session
        if not self.window.edits.answers():
            self.window.say(self.window.tr("There is no picture of this state yet, and so no code to copy."))
            return
        with self.window.edits.asking():
            snippets = session.lab.snippets(session.state)
            if snippets:
                self._copy("\n\n".join(f"# {name}\n{code.rstrip()}" for name, code in snippets.items()) + "\n")
            else:
                self.window.say(self.window.tr("This lab has no code to copy."))

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.window.say(self.window.tr("Copied: {0}").format(text.splitlines()[0]))

    def quit(self) -> None:
        """Close the window."""
        self.window.close()


class ViewCommands:
    """Panels, theme and size."""

    def __init__(self, window: "MainWindow") -> None:
        self.window = window

    def help(self) -> None:
        """Show or hide the keys."""
        self.window.help.toggle()

    def notes(self) -> None:
        """Show or hide the notes."""
        self.window.looks.fold("notes")

    def next_page(self) -> None:
        """Open the notes at their next page."""
        window = self.window
        if not window.settings.is_open("notes"):
            window.looks.fold("notes")
        if not window.notes.open_page(window.notes.tabs.currentIndex() + 1):
            window.notes.open_page(0)

    def controls(self) -> None:
        """Show or hide the controls."""
        self.window.looks.fold("controls")

    def labs(self) -> None:
        """Show or hide the names of the labs."""
        self.window.looks.fold("labs")

    def theme(self) -> None:
        """The next theme."""
        choices = THEME_CHOICES
        chosen = choices[(choices.index(self.window.settings.theme) + 1) % len(choices)]
        self.window.settings.theme = chosen
        self.window.looks.apply()
        self.window.say(self.window.tr("Theme: {0}").format(self.window.tr(chosen)))

    def language(self) -> None:
        """The next language, in a window opened anew."""
        choices = ("system", *languages())
        settings = self.window.settings
        at = choices.index(settings.language) if settings.language in choices else -1
        settings.language = choices[(at + 1) % len(choices)]
        self.window.reworded.emit()

    def larger(self) -> None:
        """The next size up."""
        self._scale(1)

    def smaller(self) -> None:
        """The next size down."""
        self._scale(-1)

    def normal(self) -> None:
        """Normal size."""
        self.window.settings.scale = 1.0
        self.window.looks.apply()

    def _scale(self, places: int) -> None:
        at = SCALES.index(self.window.settings.scale) + places
        self.window.settings.scale = SCALES[min(len(SCALES) - 1, max(0, at))]
        self.window.looks.apply()

    def fullscreen(self) -> None:
        """Full screen and back."""
        if self.window.isFullScreen():
            self.window.showNormal()
        else:
            self.window.showFullScreen()


SMALLEST = QSize(640, 400)
"""The window is never smaller."""
