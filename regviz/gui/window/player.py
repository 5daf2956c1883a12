"""Play, pause, step and speed: a sweep of the main slider, or a training pulled by the worker."""

import math
from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

from regviz.engine import Session
from regviz.gui.window.bridge import Bridge
from regviz.gui.window.slider import Slider

SWEEP = 8.0
"""Seconds from one end of the slider to the other at speed 1."""
SPEEDS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
_TICK = 16


class Player(QObject):
    """``changed(playing)`` after every start and stop."""

    changed = Signal(object)

    def __init__(
        self, session: Session, bridge: Bridge, slider: Callable[[], Slider | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._slider = session, bridge, slider
        self.playing = False
        self.speed = 1.0
        self._direction = 1.0
        self._share = 0.0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        bridge.rested.connect(self._rest)
        bridge.failed.connect(self._rest)

    @Slot()
    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        elif self._session.lab.trains:
            self._bridge.worker.play()
            self._become(True)
        else:
            self._sweep()

    def pause(self) -> None:
        """Stop playing; a sweep leaves one undo entry."""
        if self.playing:
            self._timer.stop()
            self._bridge.worker.pause()
            self._session.settle()
            self._become(False)

    def step(self, frames: int) -> None:
        """One frame of a training forward or back, or one step of the slider."""
        self.pause()
        slider = self._slider()
        if self._session.lab.trains:
            self._bridge.worker.step(frames)
        elif slider is not None:
            slider.nudge(frames)

    def restart(self) -> None:
        """The same state from its first frame; a sweep from the low end."""
        slider = self._slider()
        if self._session.lab.trains:
            self._bridge.worker.restart()
        elif slider is not None:
            self._share, self._direction = 0.0, 1.0
            slider.go(slider.value_at(0.0), True)

    def change_speed(self, places: int) -> float:
        """Take the next speed up or down; returns it."""
        at = min(len(SPEEDS) - 1, max(0, SPEEDS.index(self.speed) + places))
        self.speed = SPEEDS[at]
        self._bridge.worker.set_speed(self.speed)
        return self.speed

    def take_speed(self, speed: float) -> None:
        """Take the speed nearest to ``speed``."""
        nearest = min(SPEEDS, key=lambda one: abs(math.log(one / speed)))
        self.change_speed(SPEEDS.index(nearest) - SPEEDS.index(self.speed))

    def _sweep(self) -> None:
        slider = self._slider()
        if slider is None or not slider.isEnabled():
            return
        self._session.settle()
        self._share = slider.share
        self._direction = -1.0 if self._share >= 1.0 else 1.0
        self._clock.start()
        self._timer.start()
        self._become(True)

    @Slot()
    def _tick(self) -> None:
        slider = self._slider()
        if slider is None or not slider.isEnabled():
            self.pause()
            return
        self.advance(slider, self._clock.restart() / 1000.0)

    def advance(self, slider: Slider, seconds: float) -> None:
        """Move the sweep on by ``seconds``, turning at the ends."""
        share = self._share + self._direction * self.speed * min(seconds, 0.25) / SWEEP
        if not 0.0 <= share <= 1.0:
            self._direction = -self._direction
            share = min(1.0, max(0.0, share))
        self._share = share
        value = slider.value_at(share)
        control = slider.control
        changed = round(value) if control.kind == "int" else float(f"{value:.6g}")
        self._session.set({control.name: min(control.high, max(control.low, changed))}, finished=False)

    @Slot(object)
    def _rest(self, message: object) -> None:
        """A training that has ended or failed plays no more."""
        if self.playing and self._session.lab.trains:
            self._become(False)

    def _become(self, playing: bool) -> None:
        self.playing = playing
        self.changed.emit(playing)
