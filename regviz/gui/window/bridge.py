"""The bridge from the session to the worker and back into the GUI thread, and the collector of garbage there."""

import ctypes
import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from regviz.engine import Delivery, Failure, Finished, Message, Session, Worker

_PATIENCE = 100
"""Milliseconds after which a frame counts as painted although no paint was seen (a hidden window paints nothing)."""

FULL = 20
"""Rounds of half a second from one collection of everything to the next; the first leaves out what is there."""


class Bridge(QObject):
    """Owns the worker. ``framed``, ``failed`` and ``rested`` bring the current lab's messages, in the GUI thread;
    ``awaited`` brings frames without panels, before there is a picture. ``asked`` is the newest request's serial.
    """

    framed = Signal(object)
    awaited = Signal(object)
    failed = Signal(object)
    rested = Signal(object)
    _arrived = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown = self.asked = 0
        self._arrived.connect(self._receive, Qt.ConnectionType.QueuedConnection)
        self.worker = Worker(self._arrived.emit)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE)
        self._patience.timeout.connect(self.painted)

    @Slot()
    def submit(self) -> None:
        """Ask for the frames of the session's state."""
        self.asked = self.worker.request(self._session.lab, self._session.state)

    @Slot()
    def painted(self) -> None:
        """The frame is on the screen: the worker may go on."""
        self._patience.stop()
        self.worker.acknowledge()

    @Slot(object)
    def _receive(self, message: Message) -> None:
        if isinstance(message, Delivery):
            self._patience.start()
        if message.lab is not self._session.lab or message.serial < self._shown:
            if isinstance(message, Delivery):
                self.painted()
            return
        self._shown = message.serial
        if isinstance(message, Delivery) and not message.frame.panels:
            self.painted()
            self.awaited.emit(message)
            return
        signals = {Delivery: self.framed, Failure: self.failed, Finished: self.rested}
        signals[type(message)].emit(message)


def _trimmer() -> Callable[[int], object]:
    """What gives free memory back, `malloc_trim` of glibc; where the C library is another one, nothing."""
    try:
        trim: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return bool
    return trim


class Collector(QObject):
    """Collects cyclic garbage in the GUI thread only: elsewhere it could destroy Qt objects in the wrong thread.

    What the program is made of, a hundred thousand objects once all labs are there, is left out from then on: to go
    through it takes 90 ms, in which nothing moves. Every `FULL` rounds the system gets back what arrays no longer need:
    left to itself the C library keeps twice the memory that is in use.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        self._rounds = 0
        self._trim = _trimmer()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(500)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        """Collect the young, every twentieth time the old as well, when enough has come together."""
        self._rounds += 1
        if self._rounds == FULL:
            gc.freeze()
        elif gc.get_count()[0] > gc.get_threshold()[0]:
            gc.collect(2 if self._rounds % FULL == 0 else 1)
        if self._rounds % FULL == 0:
            self._trim(0)

    def stop(self) -> None:
        """Leave collection as it was."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()
