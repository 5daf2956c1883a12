"""Everything that changes the state: controls, gestures on pictures, labs, links and files. All end in the session."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from regviz.engine import Delivery, Finished, own_sentence
from regviz.gui.window.opening import OpenError, lecture_in, of_name, opened, without_columns
from regviz.lab import WHOLE, ControlError, Gesture, Lab, controls, nearest
from regviz.lab.document import DocumentError

if TYPE_CHECKING:
    from regviz.gui.window.main import MainWindow

_QUIET = 700
"""Milliseconds without a change that end a burst of keys."""


class Edits(QObject):
    """``trials`` are the tables, by lab, that were opened and have given no picture there yet. ``due`` is set from a
    change until its picture is there or has failed; ``waits`` while frames say how far that picture is.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.trials: set[tuple[str, str]] = set()
        self.due = self.waits = False
        self._quiet = QTimer(self, singleShot=True, interval=_QUIET)
        self._quiet.timeout.connect(self._settle)

    @Slot(object, object)
    def edit(self, changes: Mapping[str, Any], finished: bool) -> None:
        """Change the state as the user would; a value out of range is a sentence in the banner."""
        window = self._window
        try:
            window.session.set(without_columns(window.session.state, changes), finished)
        except ControlError as error:
            window.banner.say(str(error))
            window.show_state()
            return
        if not finished:
            self._quiet.start()

    @Slot(object, object)
    def edit_on_top(self, changes: Mapping[str, Any], finished: bool) -> None:
        """`edit`; who takes the main slider in hand ends its sweep."""
        slider = self._window.main_slider()
        if slider is not None and slider.control.name in changes and not self._window.session.lab.trains:
            self._window.player.pause()
        self.edit(changes, finished)

    @Slot(object, object)
    def drag(self, changes: Mapping[str, float], finished: bool) -> None:
        """`edit` with the values nearest to where a cursor or a handle was dragged.

        A card may still show the lab before, whose fields are let go.
        """
        if not self._on_this_lab():
            return
        known = {control.name: control for control in controls(self._window.session.state)}
        found = {name: nearest(known[name], value) for name, value in changes.items() if name in known}
        if found:
            self.edit(found, finished)

    @Slot()
    def _settle(self) -> None:
        """End a burst of keys; a drag goes on while the button is down, or while keys hold something."""
        window, free = self._window, QApplication.mouseButtons() == Qt.MouseButton.NoButton
        if free and not window.view.holding and not window.player.playing:
            window.session.settle()

    @Slot(object)
    def gesture(self, gesture: Gesture) -> None:
        """Let the lab say what a gesture changes."""
        session = self._window.session
        if not self.answers(gesture):
            return
        with self.asking():
            target = session.lab.link(session.state, gesture)
            if target is not None:
                self.jump(*target)
                return
            changes = session.lab.gesture(session.state, gesture)
            if changes:
                self.edit(changes, gesture.finished)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While the lab is asked something in the window's own thread: what it says of its data is for the banner."""
        try:
            yield
        except ValueError as error:
            sentence = own_sentence(error)
            if not sentence:
                raise
            self._window.banner.say(sentence)

    def _on_this_lab(self) -> bool:
        """Whether the pictures are the current lab's, and not those of the one before that wait to be replaced."""
        shown = self._window.shown
        return shown is not None and shown.lab is self._window.session.lab

    def answers(self, gesture: Gesture | None = None) -> bool:
        """Whether the picture on the screen is of the current data and, but for a drag, of the whole state; what the
        main control moves and what has failed is not waited for.

        What is asked about another picture means nothing, and to answer, the lab would work on the next one in the
        window's own thread.
        """
        shown, state = self._window.shown, self._window.session.state
        if shown is None or self.waits or not self._on_this_lab():
            return False
        whole = self.due and (gesture is None or gesture.kind != "drag")
        return all(
            getattr(shown.state, control.name) == getattr(state, control.name)
            for control in controls(state) if control.place == "data" or (whole and control.place != "main")
        )  # fmt: skip

    def follow(self) -> None:
        """Go where the picture as a whole leads, if anywhere."""
        with self.asking():
            target = self._window.session.lab.link(self._window.session.state, WHOLE)
            if target is not None:
                self.jump(*target)

    @Slot(object)
    def choose(self, lab: Lab) -> None:
        """Go to a lab in the state it was left in."""
        self._window.player.pause()
        self._window.session.switch(lab, lab.State())

    @Slot(object, object)
    def jump(self, name: str, fields: Mapping[str, str]) -> None:
        """Go to a lab in the state that a link asks for."""
        try:
            lab, state = of_name(self._window.labs, name, dict(fields))
        except DocumentError as error:
            self._window.banner.say(str(error))
            return
        self._window.player.pause()
        self._window.session.go(lab, state)

    def back(self) -> None:
        """Return to the lab and the state on the screen, if those after it have given no picture yet."""
        shown, session = self._window.shown, self._window.session
        self.due = self.waits = False
        if self.give_back() or shown is None:
            return
        if shown.lab is not session.lab:
            session.switch(shown.lab, shown.state)
        elif shown.state != session.state:
            session.go(shown.lab, shown.state)

    def arrived(self, shown: Delivery) -> None:
        """A picture is there; it shows that its table can be read."""
        self._told(shown.state)
        self.trials.discard(_table(shown.lab, shown.state))

    def failed(self, state: Any) -> bool:
        """There is no picture of ``state``; whether its table was given back for what was before."""
        self._told(state)
        session = self._window.session
        return _table(session.lab, state) == _table(session.lab, session.state) and self.give_back()

    def rested(self, message: Finished) -> None:
        """Nothing more comes of a request; what was asked for since is still due."""
        if message.serial >= self._window.bridge.asked:
            self.due = self.waits = False

    def _told(self, state: Any) -> None:
        """A picture of ``state``, or that there is none; of the past, that makes nothing due."""
        self.waits, self.due = False, self.due and state != self._window.session.state

    def give_back(self) -> bool:
        """Leave tables that have given no picture yet for the state before them; whether there were any."""
        session, left = self._window.session, set()
        while (table := _table(session.lab, session.state)) in self.trials and session.undo():
            left.add(table)
        for _, file in left:
            self._window.settings.forget(Path(file))
        self.trials -= left
        return bool(left)

    def open_file(self, file: Path) -> None:
        """Open a table, a session, a lecture or an exported picture; a failure is a sentence in the banner."""
        window = self._window
        try:
            lecture = lecture_in(file)
            if lecture is not None:
                if window.recording.open(lecture, file):
                    window.settings.remember(file)
                return
            found = opened(file, window.labs, window.session.lab, window.session.state)
        except OpenError as error:
            window.banner.say(str(error))
            return
        window.player.pause()
        window.settings.remember(file)
        window.banner.hide()
        moved = window.session.go(found.lab, found.state)
        if found.table and moved:
            self.trials.add(_table(found.lab, found.state))
        if not moved:
            window.bridge.submit()  # the same as before, but the table may have changed since


def _table(lab: Lab, state: Any) -> tuple[str, str]:
    """The names of the lab and of the data set in its state, "" where there is none."""
    return lab.name, str(getattr(state, "dataset", ""))
