"""The table of a panel's numbers: all of them, exact when copied, and walked by keyboard."""

import csv
import io

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from regviz.gui.tools.table import Numbers, TableDialog
from regviz.labs import labs
from regviz.tidy import cell, panel_rows


@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.name)
def test_every_number_of_every_panel_is_in_its_table(lab):
    frame = next(lab.frames(lab.State()))
    for panel in frame.panels:
        numbers = Numbers(panel)
        if not numbers.rows:
            continue
        read = list(csv.DictReader(io.StringIO(numbers.text(list(range(len(numbers.rows))))), delimiter="\t"))
        rows = panel_rows(panel)
        assert len(read) == len(rows) == numbers.rowCount()
        for line, row in list(zip(read, rows, strict=True))[:: max(1, len(rows) // 50)]:
            assert {name: value for name, value in line.items() if value} == {
                name: cell(value) for name, value in row.items() if name in numbers.columns and cell(value)
            }


def test_cells_are_read_as_people_write_numbers(window):
    numbers = Numbers(window.shown.frame.panels[0])
    said = [numbers.data(numbers.index(row, column)) for row in range(numbers.rowCount())
            for column in range(numbers.columnCount())]  # fmt: skip
    assert any(said) and not any("nan" in text or "None" in text for text in said)
    assert [numbers.headerData(k, Qt.Orientation.Horizontal) for k in range(numbers.columnCount())] == numbers.columns
    assert numbers.headerData(0, Qt.Orientation.Vertical) == 1


def test_the_dialog_is_walked_by_keyboard_and_copies(window):
    dialog = TableDialog(window.shown.frame, window.shown.frame.panels[-1].key, window)
    dialog.open()
    assert dialog.choice.currentData() == window.shown.frame.panels[-1].key
    assert dialog.table.accessibleName() == window.shown.frame.panels[-1].title
    QTest.keyClick(dialog, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    whole = QGuiApplication.clipboard().text()
    assert len(whole.splitlines()) == dialog.numbers.rowCount() + 1
    dialog.table.selectRow(0)
    QTest.keyClick(dialog, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines() == whole.splitlines()[:2]
    dialog.choice.setCurrentIndex(0)
    assert dialog.table.accessibleName() == window.shown.frame.panels[0].title
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    dialog.deleteLater()


def test_the_key_opens_it(window):
    window.commands["values"]()
    opened = window.findChild(TableDialog)
    assert opened is not None and opened.isVisible()
    opened.reject()
