"""The small picture of the next step: computed on a worker of its own, which also warms up what that step will need."""

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from regviz.engine import Delivery, Message, Worker
from regviz.gui.canvas.export import frame_image
from regviz.gui.canvas.theme import THEMES, Theme
from regviz.gui.language import framed
from regviz.gui.picture import heading
from regviz.lab.lecture import Scene

SIZE = (960, 540)
"""Pixels of the picture."""
_LATER = 400
"""Milliseconds for which the step on show has the processor to itself."""


class Preview(QObject):
    """``made`` (a QImage, or None where there is no next step) comes in the GUI thread."""

    made = Signal(object)
    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = THEMES["light"]
        self._worker: Worker | None = None
        self._scene: Scene | None = None
        self._arrived.connect(self._receive, Qt.ConnectionType.QueuedConnection)
        self._later = QTimer(self, singleShot=True, interval=_LATER)
        self._later.timeout.connect(self._compute)

    def ask(self, scene: Scene | None) -> None:
        """Make the picture of ``scene`` a little later; whatever was asked for before is dropped."""
        self._scene = scene
        self.made.emit(None)
        if self._worker is not None:
            self._worker.cancel()
        if scene is not None:
            self._later.start()

    def stop(self) -> None:
        """End the worker."""
        self._later.stop()
        self._scene = None
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop()

    @Slot()
    def _compute(self) -> None:
        if self._scene is None:
            return
        if self._worker is None:
            self._worker = Worker(self._arrived.emit)
            self._worker.start()
        self._worker.request(self._scene.lab, self._scene.state)

    @Slot(object)
    def _receive(self, message: Message) -> None:
        scene, worker = self._scene, self._worker
        if worker is None or scene is None or not isinstance(message, Delivery):
            return
        worker.acknowledge()
        if message.lab is scene.lab and message.state == scene.state:
            above = heading(scene.lab, message.state, message.frame)
            self.made.emit(frame_image(framed(message.frame), above, self.theme, SIZE))
