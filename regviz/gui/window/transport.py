"""The buttons that play: one for a sweep; restart, step, play and speed for a training. Commands go by name."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget


class Transport(QWidget):
    """``called(name)`` with the name of a command of the key table."""

    called = Signal(object)

    def __init__(self, trains: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._start = self.tr("Train") if trains else self.tr("Sweep the slider")
        self.buttons: dict[str, QToolButton] = {}
        self.speed = QLabel(self)
        self.speed.setVisible(trains)
        self.speed.setObjectName("quiet")
        self.speed.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        if trains:
            self._add("restart", "↺", self.tr("Start again (F6)"))
            self._add("step_back", "‹", self.tr("One step back (,)"))
        self._add("play", "", "")
        if trains:
            self._add("step_forward", "›", self.tr("One step forward (.)"))
            self._add("slower", "−", self.tr("Slower ([)"))
            self._row.addWidget(self.speed)
            self._add("faster", "+", self.tr("Faster (])"))
        self.show_playing(False)
        self.show_speed(1.0)

    def _add(self, name: str, sign: str, words: str) -> None:
        button = self.buttons[name] = QToolButton()
        button.setObjectName("flat")
        button.setText(sign)
        button.setAccessibleName(words)
        button.setToolTip(words)
        button.clicked.connect(lambda: self.called.emit(name))
        self._row.addWidget(button)

    def show_playing(self, playing: bool) -> None:
        """Show the sign for pausing or playing."""
        button = self.buttons["play"]
        words = self.tr("Pause") if playing else self._start
        button.setText("❚❚" if playing else "▶")
        button.setAccessibleName(words)
        button.setToolTip(self.tr("{0} (Space)").format(words))

    def show_speed(self, speed: float) -> None:
        """Show how fast a training plays."""
        self.speed.setText(f"{speed:g}×" if speed >= 1 else f"1/{1 / speed:g}×")
        self.speed.setAccessibleName(self.tr("Speed {0}").format(self.speed.text()))
        self.speed.setMinimumWidth(self.speed.fontMetrics().horizontalAdvance("1/8×") + 4)
