"""What the keys of the tools do, one method for each. The tools do the work."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regviz.gui.tools.palette import Palette
    from regviz.gui.window.main import MainWindow


class ToolCommands:
    """Compare, keep, point and draw, find."""

    def __init__(self, window: "MainWindow") -> None:
        self.window = window

    def compare(self) -> None:
        """Freeze the picture on show as A, or take A away."""
        window = self.window
        frozen = window.tools.compare.frozen is None
        window.tools.freeze(frozen)
        window.say(window.tr("This picture is A now (G takes it away).") if frozen else window.tr("A is gone."))

    def keep(self) -> None:
        """Keep the picture on show as a snapshot."""
        self.window.tools.keep()

    def next_kept(self) -> None:
        """The next snapshot."""
        self._kept(1)

    def previous_kept(self) -> None:
        """The snapshot before."""
        self._kept(-1)

    def _kept(self, places: int) -> None:
        if not self.window.tools.snapshots.walk(places):
            self.window.say(self.window.tr("There are no snapshots yet; K keeps the picture on show."))

    def strip(self) -> None:
        """Show or hide the strip of snapshots."""
        tools = self.window.tools
        tools.show_strip(not tools.strip_open)
        if tools.snapshots.isVisible():
            tools.snapshots.strip.setFocus()

    def kept_to_lecture(self) -> None:
        """Make the snapshots steps of the lecture."""
        self.window.tools.to_lecture()

    def spotlight(self) -> None:
        """Light the spotlight or put it out."""
        self.window.tools.pad.toggle_light()

    def pen(self) -> None:
        """Take the pen or lay it down."""
        self.window.tools.pad.toggle_pen()

    def pen_back(self) -> None:
        """Take the last stroke back."""
        self.window.tools.pad.take_back()

    def pen_color(self) -> None:
        """The pen's next colour."""
        window = self.window
        names = {"bad": window.tr("red"), "accent": window.tr("blue"), "good": window.tr("green"),
                 "l1": window.tr("orange"), "text": window.tr("the colour of text")}  # fmt: skip
        window.say(window.tr("Pen: {0}").format(names[window.tools.pad.next_color()]))

    def tour(self) -> None:
        """Show the tour of four steps."""
        self.window.tools.explaining.tour()

    def whats_this(self) -> None:
        """Explain the part with the focus, and then any other."""
        self.window.tools.explaining.whats_this()

    def values(self) -> None:
        """Show the numbers of the pictures as a table."""
        from regviz.gui.tools.table import TableDialog

        if self.window.shown is not None:
            table = TableDialog(self.window.shown.frame, parent=self.window)
            table.finished.connect(table.deleteLater)
            table.open()

    def faders(self) -> None:
        """Let hardware faders move the sliders, or no longer."""
        from regviz.gui.tools.midi import MidiError

        window, faders = self.window, self.window.tools.faders
        if faders.on:
            faders.stop()
            window.say(window.tr("Faders are off."))
            return
        try:
            window.say(window.tr("Faders are on: {0}").format(", ".join(faders.start())))
        except MidiError as error:
            window.banner.say(str(error))

    def fader_page(self) -> None:
        """Show which fader moves which slider, and let it be changed."""
        from regviz.gui.tools.midi import FaderPage

        page = FaderPage(self.window.tools.faders, self.window)
        page.finished.connect(page.deleteLater)
        page.open()

    def palette(self) -> None:
        """Find a command, a lab, a control, a lecture or a file."""
        from regviz.gui.tools.entries import everything
        from regviz.gui.tools.palette import Palette

        self._open(Palette(self.window, everything(self.window)))

    def recent(self) -> None:
        """Open one of the files used last."""
        from regviz.gui.tools.entries import recent
        from regviz.gui.tools.palette import Palette

        found = recent(self.window)
        if found:
            self._open(Palette(self.window, found, self.window.tr("A file used before")))
        else:
            self.window.say(self.window.tr("No file has been opened or saved yet."))

    def _open(self, palette: "Palette") -> None:
        palette.finished.connect(palette.deleteLater)
        palette.open()
        palette.line.setFocus()
