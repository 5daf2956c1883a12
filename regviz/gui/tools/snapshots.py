"""Snapshots: states kept with a small picture, in a strip under the pictures, to be brought back or made a lecture."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListView, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout

from regviz.gui.window.style import Unit
from regviz.lab import Lab

MOST = 60
"""Snapshots that are kept; the oldest goes first."""
PICTURE = (480, 270)
"""Pixels of a thumbnail as it is kept; the strip shows it smaller."""


@dataclass(frozen=True, eq=False, slots=True)
class Snapshot:
    """A state of a lab with the caption of its picture, a small ``picture`` of it, and ``words`` that tell it apart."""

    lab: Lab
    state: Any
    caption: str
    words: str
    picture: QImage


class _Strip(QListWidget):
    """Pictures side by side. Enter and a click bring one back, Delete removes it."""

    wanted = Signal()
    unwanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Delete; letters stay keys of the window."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.wanted.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.unwanted.emit()
        elif event.text().strip():
            event.ignore()
        else:
            super().keyPressEvent(event)


class Snapshots(QFrame):
    """``chosen`` (a `Snapshot`) when one shall be shown again. ``to_lecture`` is the button's doing."""

    chosen = Signal(object)

    def __init__(self, to_lecture: Callable[[], None]) -> None:
        super().__init__()
        self.kept: list[Snapshot] = []
        self.setObjectName("side")
        self.setAccessibleName(self.tr("Snapshots"))
        self.strip = _Strip()
        self.strip.setObjectName("strip")
        self.strip.setAccessibleName(self.tr("Snapshots"))
        self.strip.setAccessibleDescription(self.tr("Enter shows a snapshot again, Delete removes it."))
        self.strip.setViewMode(QListView.ViewMode.IconMode)
        self.strip.setFlow(QListView.Flow.LeftToRight)
        self.strip.setWrapping(False)
        self.strip.setMovement(QListView.Movement.Static)
        self.strip.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.strip.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.strip.wanted.connect(self.show_current)
        self.strip.unwanted.connect(self.remove)
        self.strip.itemClicked.connect(lambda _: self.show_current())
        self.buttons = {
            "remove": _button(self.tr("Remove"), self.tr("Remove the chosen snapshot (Del)"), self.remove),
            "lecture": _button(self.tr("To lecture"), self.tr("Make the snapshots steps of the lecture"), to_lecture),
        }
        row, column = QHBoxLayout(self), QVBoxLayout()
        row.setContentsMargins(6, 6, 6, 6)
        for button in self.buttons.values():
            column.addWidget(button)
        column.addStretch(1)
        row.addWidget(self.strip, 1)
        row.addLayout(column)
        self._show()

    @property
    def at(self) -> int:
        """Index of the chosen snapshot, −1 for none."""
        return self.strip.currentRow()

    def keep(self, snapshot: Snapshot) -> None:
        """Add a snapshot at the end and choose it."""
        self.kept.append(snapshot)
        item = QListWidgetItem(_icon(QPixmap.fromImage(snapshot.picture)), self._fitting(snapshot.words))
        item.setToolTip(f"{snapshot.lab.title}. {snapshot.caption}")
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{snapshot.lab.title}, {snapshot.words}")
        self.strip.addItem(item)
        if len(self.kept) > MOST:
            del self.kept[0]
            self.strip.takeItem(0)
        self.strip.setCurrentRow(len(self.kept) - 1)
        self._show()

    def remove(self) -> None:
        """Remove the chosen snapshot; its neighbour is chosen, and not shown."""
        at = self.at
        if at >= 0:
            del self.kept[at]
            self.strip.takeItem(at)
            self.strip.setCurrentRow(min(at, len(self.kept) - 1))
            self._show()

    def walk(self, places: int) -> bool:
        """Show the snapshot that many places on, around the ends; whether there is any."""
        if not self.kept:
            return False
        self.strip.setCurrentRow((self.at + places) % len(self.kept))
        self.show_current()
        return True

    def show_current(self) -> None:
        """Ask for the chosen snapshot."""
        if 0 <= self.at < len(self.kept):
            self.chosen.emit(self.kept[self.at])

    def show_theme(self, unit: Unit) -> None:
        """Take over sizes."""
        wide = unit.px(176)
        self.strip.setIconSize(QSize(wide, wide * PICTURE[1] // PICTURE[0]))
        high = wide * PICTURE[1] // PICTURE[0] + round(unit.text(18) * 1.4)
        self.strip.setGridSize(QSize(wide + unit.px(16), high))
        self.strip.setFixedHeight(high + unit.px(12))
        for row, snapshot in enumerate(self.kept):
            self.strip.item(row).setText(self._fitting(snapshot.words))

    def _fitting(self, words: str) -> str:
        """As much of the words as is no wider than the picture, so that neighbours stay apart."""
        wide = self.strip.iconSize().width()
        return self.strip.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, wide)

    def _show(self) -> None:
        for button in self.buttons.values():
            button.setEnabled(bool(self.kept))


def _icon(picture: QPixmap) -> QIcon:
    """The picture in its own colours, also while it is chosen."""
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)
    return icon


def _button(words: str, help_: str, doing: Callable[[], None]) -> QPushButton:
    button = QPushButton(words)
    button.setToolTip(help_)
    button.setAccessibleName(help_)
    button.clicked.connect(lambda _=False: doing())
    return button
