"""The tools of one window: compare, snapshots, pen and spotlight, palette, tour and What's this, and faders."""

import dataclasses
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from regviz.engine import Delivery
from regviz.gui.language import framed, words
from regviz.gui.tools.compare import Compare, undressed
from regviz.gui.tools.difference import brief
from regviz.gui.tools.pad import Pad
from regviz.gui.tools.snapshots import PICTURE, Snapshot, Snapshots
from regviz.lab import Frame

if TYPE_CHECKING:
    from regviz.gui.tools.explaining import Explaining
    from regviz.gui.tools.midi import Faders
    from regviz.gui.window.main import MainWindow


class Tools(QObject):
    """Made with the window; parts that are seldom wanted are made when they are wanted first."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self.window = window
        self.compare = Compare(self.tr("the same settings"))
        self._pad: Pad | None = None
        self._snapshots: Snapshots | None = None
        self._explaining: Explaining | None = None
        self._faders: Faders | None = None
        self.strip_open = False
        self._lab = window.session.lab
        window.session.listen(self._session_changed)

    def begin(self) -> None:
        """Listen to what the window makes after its tools."""
        self.window.looks.applied.connect(self._show_looks)
        self.window.stage.walked.connect(self._walked)

    # Compare.

    def dress(self, delivery: Delivery) -> Delivery:
        """The picture as it is shown: with the frozen one under it."""
        return self.compare.dress(delivery)

    def freeze(self, frozen: bool) -> None:
        """Freeze the picture on show as A, or take A away."""
        window, shown = self.window, self.window.shown
        if shown is None:
            return
        self.compare.freeze(shown if frozen else None)
        window.shown = self.dress(dataclasses.replace(shown, frame=undressed(shown.frame)))
        window.view.set_frame(framed(window.shown.frame))

    # Drawing.

    @property
    def pad(self) -> Pad:
        """The pad over the pictures."""
        if self._pad is None:
            self._pad = Pad(self.window.view)
            self._pad.show_theme(self.window.looks.theme)
        return self._pad

    def drawn(self, frame: Frame) -> Frame:
        """The frame with what is drawn over it."""
        strokes = () if self._pad is None else self._pad.strokes
        return dataclasses.replace(frame, strokes=strokes) if strokes else frame

    def filmed(self, state: Any, frame: Frame) -> Frame:
        """A frame of another state of the lab on show as it would be shown: with A under it, and what is drawn."""
        shown = self.window.shown
        return frame if shown is None else self.drawn(
            self.dress(dataclasses.replace(shown, state=state, frame=frame)).frame
        )  # fmt: skip

    @property
    def explaining(self) -> "Explaining":
        """What's this, and the tour."""
        from regviz.gui.tools.explaining import Explaining

        if self._explaining is None:
            self._explaining = Explaining(self.window)
        return self._explaining

    @property
    def faders(self) -> "Faders":
        """The hardware faders."""
        from regviz.gui.tools.midi import Faders

        if self._faders is None:
            self._faders = Faders(self.window)
            self.window.closed.connect(self._faders.stop)
        return self._faders

    def escape(self) -> bool:
        """Close or clear what lies over the pictures; whether there was anything."""
        window = self.window
        if self._explaining is not None and self._explaining.open:
            self._explaining.close()
            return True
        if window.help.isVisible() or window.banner.isVisible():
            return False
        return self._pad is not None and self._pad.clear()

    # Snapshots.

    @property
    def snapshots(self) -> Snapshots:
        """The strip of snapshots."""
        if self._snapshots is None:
            self._snapshots = Snapshots(self.to_lecture)
            self._snapshots.chosen.connect(self._bring_back)
            self.window.column.insertWidget(3, self._snapshots)
            self._snapshots.show_theme(self.window.looks.unit)
        return self._snapshots

    def keep(self) -> None:
        """Keep the picture on show."""
        from regviz.gui.canvas.export import frame_image
        from regviz.gui.picture import heading

        shown = self.window.shown
        if shown is None:
            return
        frame = undressed(shown.frame)
        picture = frame_image(framed(frame), heading(shown.lab, shown.state, frame), self.window.looks.theme, PICTURE)
        self.snapshots.keep(Snapshot(shown.lab, shown.state, frame.caption, brief(shown.state, words), picture))
        self.show_strip(True)

    def show_strip(self, shown: bool) -> None:
        """Show or hide the strip; on stage it stays hidden."""
        self.strip_open = shown
        self.snapshots.setVisible(shown and not self.window.stage.active)

    def to_lecture(self) -> None:
        """Make every snapshot a step of the lecture."""
        window, kept = self.window, self.snapshots.kept
        added = 0
        for snapshot in kept:
            added += window.recording.add_state(snapshot.lab, snapshot.state, snapshot.caption)
        if added:
            window.say(self.tr("{0} steps added to the lecture.").format(added))
            if not window.stage.active:
                window.recording.show_panel()
        elif not kept:
            window.say(self.tr("There are no snapshots yet; K keeps the picture on show."))

    @Slot(object)
    def _bring_back(self, snapshot: Snapshot) -> None:
        self.window.player.pause()
        self.window.session.go(snapshot.lab, snapshot.state)

    # What happens in the window.

    def _session_changed(self) -> None:
        lab = self.window.session.lab
        if lab is not self._lab:
            self._lab = lab
            if self._pad is not None:
                self._pad.wipe()

    @Slot()
    def _walked(self) -> None:
        """Another step is another picture."""
        if self._pad is not None:
            self._pad.wipe()
        if self._snapshots is not None:
            self.show_strip(self.strip_open)

    @Slot()
    def _show_looks(self) -> None:
        if self._pad is not None:
            self._pad.show_theme(self.window.looks.theme)
        if self._snapshots is not None:
            self._snapshots.show_theme(self.window.looks.unit)
