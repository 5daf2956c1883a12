"""Plays the move of a step: sets the session's states one after the other, at a steady pace and exact at the end."""

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

from regviz.engine import Session
from regviz.lab.lecture import Scene

_TICK = 16
"""Milliseconds between two states; the worker leaves out those that it cannot follow."""
_LONGEST = 0.25
"""Seconds that one tick may count: a machine that stood still does not jump."""


class Mover(QObject):
    """``share`` of the move is done; ``ended`` comes when it is whole or when someone else changed the state."""

    ended = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._scene: Scene | None = None
        self.share = 1.0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @property
    def moving(self) -> bool:
        """Whether states are being set."""
        return self._timer.isActive()

    def start(self, scene: Scene) -> None:
        """Move from the scene's start, where the session must stand."""
        self.stop()
        self._scene, self.share = scene, 0.0
        self.go_on()

    def go_on(self) -> None:
        """Go on after a pause."""
        if self._scene is not None and self.share < 1.0:
            self._clock.start()
            self._timer.start()

    def pause(self) -> None:
        """Stand still; `go_on` goes on."""
        self._timer.stop()
        self._session.settle()

    def stop(self) -> None:
        """Stand still and forget the move."""
        if self._scene is not None:
            self.pause()
        self._scene, self.share = None, 1.0

    @property
    def paused(self) -> bool:
        """Whether there is a move to go on with."""
        return self._scene is not None and not self.moving and self.share < 1.0

    @Slot()
    def _tick(self) -> None:
        self.advance(self._clock.restart() / 1000.0)

    def advance(self, seconds: float) -> None:
        """Move on by ``seconds``; a state that someone else has set ends the move there."""
        scene = self._scene
        if scene is None or scene.step.move is None:
            return
        if self._session.lab is not scene.lab or self._session.state != scene.at(self.share):
            self._end()
            return
        self.share = min(1.0, self.share + min(seconds, _LONGEST) / scene.step.move.seconds)
        field = scene.step.move.field
        self._session.set({field: getattr(scene.at(self.share), field)}, finished=self.share == 1.0)
        if self.share == 1.0:
            self._end()

    def _end(self) -> None:
        self.stop()
        self.ended.emit()
