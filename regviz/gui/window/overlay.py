"""The help that lies over the window: every key, from the very table that binds them."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from regviz.gui.stage.keys import STAGE_KEYS
from regviz.gui.window.keys import KEYS, PANEL_KEYS, Key, written

_COLUMNS = (
    ("Play", "Edit", "Labs"), ("Files", "Compare", "Point"), ("View", "Lecture"), ("On stage", "Panels"),
)  # fmt: skip


class Help(QFrame):
    """Shown over its parent; a click or Escape closes it."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._under = parent
        self.setObjectName("overlay")
        self.setAccessibleName(self.tr("Help"))
        inside = QWidget()
        row = QHBoxLayout(inside)
        for groups in _COLUMNS:
            column = QVBoxLayout()
            row.addLayout(column, 1)
            for group in groups:
                self._add(column, group)
            column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setAccessibleName(self.tr("Keys"))
        area.setWidget(inside)
        inside.setAutoFillBackground(False)
        area.viewport().setAutoFillBackground(False)
        QVBoxLayout(self).addWidget(area)
        self.hide()

    def _add(self, column: QVBoxLayout, group: str) -> None:
        heading = QLabel(self.tr(group))
        heading.setObjectName("group")
        column.addWidget(heading)
        grid = QGridLayout()
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        column.addLayout(grid)
        for place, key in enumerate(key for key in (*KEYS, *STAGE_KEYS, *PANEL_KEYS) if key.group == group):
            self._row(grid, place, key)

    def _row(self, grid: QGridLayout, place: int, key: Key) -> None:
        keys, words = QLabel(written(key)), QLabel(self.tr(key.words))
        keys.setObjectName("quiet")
        keys.setWordWrap(True)
        words.setWordWrap(True)
        grid.addWidget(keys, place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(words, place, 1)

    def toggle(self) -> None:
        """Show or hide."""
        if self.isVisible():
            self.hide()
            self.closed.emit()
        else:
            self.show()
            self.fit()
            self.raise_()

    def fit(self) -> None:
        """Lie in the middle of the parent with some margin."""
        wide, high = self._under.width(), self._under.height()
        self.setGeometry(wide // 50, high // 50, wide * 48 // 50, high * 48 // 50)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close."""
        self.toggle()
