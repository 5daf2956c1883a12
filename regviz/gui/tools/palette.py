"""The command palette: a line to type in and the commands, labs, controls, lectures and files that fit it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from regviz.gui.tools.fuzzy import score

MOST = 60
"""Lines that are shown."""
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """One line: its ``kind`` and ``words`` in the user's language, the ``hint`` at its end, and what it does."""

    kind: str
    words: str
    hint: str
    do: Callable[[], object]

    @property
    def line(self) -> str:
        """The whole line as it is read out."""
        return "   ".join(filter(None, (self.kind, self.words, self.hint)))


def matching(entries: Sequence[Entry], typed: str) -> list[Entry]:
    """The entries that fit, the best first; all of them in their order where nothing is typed."""
    if not typed.strip():
        return list(entries)
    scored = [(found, entry) for entry in entries if (found := _score(typed, entry)) is not None]
    return [entry for _, entry in sorted(scored, key=lambda pair: -pair[0])]


def _score(typed: str, entry: Entry) -> float | None:
    """Words count more than the kind and the hint beside them."""
    own = score(typed, entry.words)
    return own + 5.0 if own is not None else score(typed, f"{entry.words} {entry.kind} {entry.hint}")


class Palette(QDialog):
    """Closes before the chosen entry is done. Arrows choose, Enter does, Esc closes; everything else is typed."""

    def __init__(self, parent: QWidget, entries: Sequence[Entry], hint: str = "") -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setModal(True)
        self.setWindowTitle(self.tr("Commands"))
        self.setAccessibleName(self.tr("Commands"))
        self._entries = tuple(entries)
        self._window = parent
        self.found: list[Entry] = []
        self.line = QLineEdit()
        self.line.setPlaceholderText(hint or self.tr("A command, a lab, a control, a lecture or a file"))
        self.line.setAccessibleName(self.line.placeholderText())
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("What fits"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.none = QLabel(self.tr("Nothing fits."))
        self.none.setObjectName("quiet")
        column = QVBoxLayout(self)
        for part in (self.line, self.list, self.none):
            column.addWidget(part)
        self.line.textChanged.connect(self._fill)
        self.line.installEventFilter(self)
        self.list.itemClicked.connect(lambda _: self.do())
        self._fill("")
        self._place(parent)

    def _place(self, window: QWidget) -> None:
        """Stand under the top of the window, in its middle."""
        wide, high = min(window.width() - 20, max(420, window.width() // 2)), window.height() * 6 // 10
        corner = window.mapToGlobal(window.rect().topLeft())
        self.setGeometry(corner.x() + (window.width() - wide) // 2, corner.y() + window.height() // 10, wide, high)

    def _fill(self, typed: str) -> None:
        self.found = matching(self._entries, typed)[:MOST]
        self.list.clear()
        for entry in self.found:
            item = QListWidgetItem(entry.line)
            item.setToolTip(entry.line)
            self.list.addItem(item)
        self.list.setCurrentRow(0 if self.found else -1)
        self.none.setVisible(not self.found)
        self._tell(self.list.currentRow())

    def _tell(self, row: int) -> None:
        """Name the chosen line for screen readers, as the focus stays in the line that is typed in."""
        self.line.setAccessibleDescription(self.found[row].line if 0 <= row < len(self.found) else self.none.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and pages move the choice, Enter does it."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in _MOVES:
            self._move(Qt.Key(event.key()))
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.do()
            return True
        return False

    def _move(self, key: Qt.Key) -> None:
        page = max(1, self.list.height() // max(1, self.list.sizeHintForRow(0)) - 1)
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page}[key]
        if self.found:
            row = min(len(self.found) - 1, max(0, self.list.currentRow() + steps))
            self.list.setCurrentRow(row)
            self._tell(row)

    def do(self) -> None:
        """Close, then do what is chosen, once no handler of the palette is at work: it may open a dialog of its own."""
        row = self.list.currentRow()
        if 0 <= row < len(self.found):
            entry = self.found[row]
            self.accept()
            QTimer.singleShot(0, self._window, entry.do)
