"""The numbers of one panel as a table: the rows of the CSV export, in a dialog that keyboard and screen reader walk."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QPushButton, QTableView, QVBoxLayout, QWidget

from regviz.gui.language import framed
from regviz.lab import Frame, Panel, show
from regviz.tidy import cell, panel_rows

Index = QModelIndex | QPersistentModelIndex
_LEFT_OUT = ("panel", "kind", "role")
"""Columns that say nothing beside the table's own title."""


class Numbers(QAbstractTableModel):
    """Rows of a panel's marks; empty columns are left out."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self.rows = panel_rows(panel)
        names = dict.fromkeys(name for row in self.rows for name in row if name not in _LEFT_OUT)
        self.columns = [name for name in names if any(cell(row.get(name)) for row in self.rows)]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, as Qt declares it
        """How many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell as people read it; what is missing is empty."""
        value = self.rows[index.row()].get(self.columns[index.column()])
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if not cell(value) else show(value, 6)
        if role == Qt.ItemDataRole.TextAlignmentRole and not isinstance(value, str):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The column's name, or the row's number."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.columns[section] if orientation == Qt.Orientation.Horizontal else section + 1

    def text(self, rows: list[int]) -> str:
        """Those rows with the header, tabs between exact numbers, as spreadsheets take them."""
        lines = [self.columns, *([cell(self.rows[row].get(name)) for name in self.columns] for row in rows)]
        return "\n".join("\t".join(line) for line in lines) + "\n"


class TableDialog(QDialog):
    """The panels of one picture, as they were when it was opened. Ctrl+C copies what is chosen, else everything."""

    def __init__(self, frame: Frame, panel: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Values"))
        self._frame = framed(frame)
        self.choice, self.table = QComboBox(), QTableView()
        self.choice.setAccessibleName(self.tr("Picture"))
        self.table.setAlternatingRowColors(True)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        for each in self._frame.panels:
            self.choice.addItem(each.title, each.key)
        copy = QPushButton(self.tr("Copy"))
        copy.setAutoDefault(False)
        copy.clicked.connect(self.copy)
        top = QHBoxLayout()
        top.addWidget(self.choice, 1)
        top.addWidget(copy)
        column = QVBoxLayout(self)
        column.addLayout(top)
        column.addWidget(self.table)
        self.choice.currentIndexChanged.connect(self._fill)
        self.choice.setCurrentIndex(max(0, self.choice.findData(panel)))
        self._fill()
        self.resize(760, 520)
        self.table.setFocus()

    @Slot()
    def _fill(self) -> None:
        panel = self._frame.panel(self.choice.currentData())
        self.numbers = Numbers(panel)
        self.table.setModel(self.numbers)
        self.table.resizeColumnsToContents()
        self.table.setAccessibleName(panel.title)
        if self.numbers.rows:
            self.table.setCurrentIndex(self.numbers.index(0, 0))
            self.table.clearSelection()

    @Slot()
    def copy(self) -> None:
        """Copy the chosen rows, or all where none is chosen."""
        chosen = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        QGuiApplication.clipboard().setText(self.numbers.text(chosen or list(range(len(self.numbers.rows)))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies, Esc closes."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)
