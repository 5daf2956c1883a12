"""What each key does on stage, one method for each name in `keys`. The stage does the work."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QKeyEvent

from regviz.gui.stage.keys import STAGE_KEYS
from regviz.gui.stage.progress import Typed
from regviz.gui.window.keys import find

if TYPE_CHECKING:
    from regviz.gui.stage.stage import Stage

_DIGITS = 900
"""Milliseconds that a digit waits for another one."""


class Hands(QObject):
    """Keys of the window, of the speaker's window and of clickers end here while the stage is on."""

    def __init__(self, stage: "Stage") -> None:
        super().__init__(stage)
        self._stage, self._window = stage, stage.window
        self._typed: Typed | None = None
        self._digits = QTimer(self, singleShot=True, interval=_DIGITS)
        self._digits.timeout.connect(self.go_typed)

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key means on stage; whether it means anything there."""
        found = find(event, STAGE_KEYS) if self._stage.active else None
        if found is None:
            return False
        key, digit = found
        if key.digits:
            self.digit(digit)
        else:
            getattr(self, key.name)()
        return True

    def next(self) -> None:
        """Light the screen, or lift the question, or show the next step."""
        if self._stage.dressing.cover.black:
            self.dark()
        else:
            self._stage.next()

    def previous(self) -> None:
        """Light the screen, or show the step before."""
        if self._stage.dressing.cover.black:
            self.dark()
        else:
            self._stage.previous()

    def replay(self) -> None:
        """The step again from its beginning."""
        self._stage.replay()

    def dark(self) -> None:
        """Black screen and back."""
        self._stage.darken(not self._stage.dressing.cover.black)

    def digit(self, digit: int) -> None:
        """Type one more digit of a step's number."""
        if self._typed is None:
            self._typed = Typed(len(self._stage.scenes))
        self._typed = self._typed.digit(digit)
        if self._typed.certain or not self._typed.number:
            self.go_typed()
        else:
            self._stage.dressing.count(f"→ {self._typed.number}")
            self._digits.start()

    @Slot()
    def go_typed(self) -> None:
        """Go to the step whose number has been typed."""
        number = self._typed.number if self._typed else 0
        self.forget()
        if number:
            self._stage.go(number - 1)

    def forget(self) -> None:
        """Give up a number that is being typed."""
        self._digits.stop()
        self._typed = None
        self._stage.show_count()

    def escape(self) -> None:
        """Close the help, or light the screen, or give up a number; else leave the stage."""
        if self._window.tools.escape():
            return
        if self._window.help.isVisible():
            self._window.help.toggle()
        elif self._window.banner.isVisible():
            self._window.banner.hide()
        elif self._stage.dressing.cover.black:
            self.dark()
        elif self._typed is not None:
            self.forget()
        else:
            self._stage.leave()

    def play(self) -> None:
        """Lift the question; stop a move and go on with it; else play or pause as everywhere."""
        mover = self._stage.mover
        if self._stage.dressing.cover.isVisible():
            self.next()
        elif mover.moving:
            mover.pause()
        elif mover.paused:
            mover.go_on()
        else:
            self._window.commands["play"]()

    def less(self) -> None:
        """The main slider down."""
        self._nudge("less")

    def more(self) -> None:
        """The main slider up."""
        self._nudge("more")

    def _nudge(self, name: str) -> None:
        if not self._stage.dressing.cover.isVisible():
            self._stage.mover.stop()
            self._window.commands[name]()

    def larger(self) -> None:
        """The next size up."""
        self._stage.dressing.scale(1)

    def smaller(self) -> None:
        """The next size down."""
        self._stage.dressing.scale(-1)

    def normal(self) -> None:
        """Normal size."""
        self._stage.dressing.scale(0)

    def swap(self) -> None:
        """Exchange the screens of room and speaker."""
        self._stage.podium.swap()

    def controls(self) -> None:
        """Show or hide the controls, for this time only."""
        self._window.side.setVisible(self._window.side.isHidden())

    def notes(self) -> None:
        """Show or hide the lesson, for this time only."""
        self._window.notes.setVisible(self._window.notes.isHidden())

    def nothing(self) -> None:
        """What would undress the stage."""
