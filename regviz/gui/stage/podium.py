"""The speaker's place: which screen is whose, and the speaker's window on its own screen or beside the pictures."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QScreen

from regviz.gui.stage.presenter import Presenter
from regviz.gui.stage.preview import Preview

if TYPE_CHECKING:
    from regviz.gui.stage.stage import Stage

_TICK = 250
"""Milliseconds between two looks at the clock."""


def screens() -> tuple[QScreen | None, QScreen | None]:
    """The screens of room and speaker; both None where there is one screen, or where two show the same."""
    first = QGuiApplication.primaryScreen()
    others = [screen for screen in QGuiApplication.screens() if screen.geometry() != first.geometry()]
    return (others[0], first) if others else (None, None)


class Podium(QObject):
    """Opens the speaker's window, keeps it up to date, and closes it."""

    def __init__(self, stage: "Stage") -> None:
        super().__init__(stage)
        self._stage = stage
        self.presenter: Presenter | None = None
        self._room: QScreen | None = None
        self._own: QScreen | None = None
        self._preview = Preview(self)
        self._preview.made.connect(self._show_picture)
        self._timer = QTimer(self, interval=_TICK)
        self._timer.timeout.connect(self.tick)
        stage.walked.connect(self._walked)
        stage.window.looks.applied.connect(self._apply)

    def take_screens(self) -> QScreen | None:
        """The room's screen, None for the one that the window is on; with two screens the speaker's window opens."""
        self._room, self._own = screens()
        if self._own is not None:
            self.open()
        return self._room

    def swap(self) -> None:
        """Exchange the screens of room and speaker."""
        if self._own is None:
            self._room, self._own = screens()
        if self._own is not None:
            self._room, self._own = self._own, self._room
            self._stage.dressing.fill(self._room)
            if self.presenter is not None:
                self.presenter.fill(self._own)

    def toggle(self) -> None:
        """Open or close the speaker's window."""
        if self.presenter is None:
            self.open()
        else:
            self.close()

    def open(self) -> None:
        """Open the speaker's window, filling its own screen where there is one."""
        if self.presenter is None:
            self.presenter = Presenter()
            self.presenter.pressed.connect(self._press)
            self.presenter.closed.connect(self.close)
            self._apply()
            if self._own is not None:
                self.presenter.fill(self._own)
            else:
                self.presenter.show()
            self._timer.start()
            self._walked()

    @Slot()
    def close(self) -> None:
        """Close the speaker's window."""
        presenter, self.presenter = self.presenter, None
        if presenter is not None:
            self._timer.stop()
            self._preview.stop()
            presenter.hide()
            presenter.deleteLater()

    @Slot(object)
    def _press(self, event: QKeyEvent) -> None:
        self._stage.window.take_key(event)

    @Slot()
    def _walked(self) -> None:
        stage, presenter = self._stage, self.presenter
        if presenter is None:
            return
        if not stage.scenes:
            presenter.show_nothing()
            return
        following = stage.scenes[stage.at + 1] if stage.at + 1 < len(stage.scenes) else None
        presenter.show_step(stage.scenes, stage.at, stage.covered)
        self._preview.ask(following)
        self.tick()

    @Slot()
    def tick(self) -> None:
        """Show the time."""
        if self.presenter is not None and self._stage.lecture is not None:
            self.presenter.show_time(self._stage.lecture, self._stage.at, self._stage.elapsed)

    @Slot(object)
    def _show_picture(self, image: object) -> None:
        if self.presenter is not None:
            self.presenter.show_picture(image)

    @Slot()
    def _apply(self) -> None:
        looks = self._stage.window.looks
        self._preview.theme = looks.theme
        if self.presenter is not None:
            self.presenter.show_theme(looks.theme)
