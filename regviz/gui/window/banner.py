"""The banner: one sentence on what went wrong, above pictures that stay as they were."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget


class Banner(QFrame):
    """Hidden until there is something to say; ``log`` is where the details are. A message that is ``passing`` goes
    when the next frame comes.
    """

    def __init__(self, log: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._log = log
        self.passing = False
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setObjectName("flat")
        close.setText("✕")
        close.setAccessibleName(self.tr("Close the message"))
        close.clicked.connect(lambda: self.hide())
        row = QHBoxLayout(self)
        row.addWidget(self.words, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @Slot(object)
    def report(self, sentence: str) -> None:
        """Say what went wrong inside the program; the log has the details."""
        self.say(sentence, logged=True)

    def say(self, sentence: str, *, logged: bool = False, passing: bool = False) -> None:
        """Show ``sentence``; ``logged`` adds the log's place."""
        self.passing = passing
        if logged and self._log is not None:
            sentence = self.tr("{0} Details are in {1}").format(sentence, self._log)
        self.words.setText(sentence)
        self.words.setAccessibleName(sentence)
        self.show()
