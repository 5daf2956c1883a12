"""The lessons beside the pictures: formulas in the face of the text, hanging below their beginning where they wrap."""

import pytest
from PySide6.QtGui import QTextFormat
from PySide6.QtWidgets import QApplication

from regviz.gui.canvas.theme import FAMILY
from regviz.gui.window.notes import Notes
from regviz.gui.window.style import Unit
from regviz.labs import labs


def blocks(notes):
    block = notes.page.document().begin()
    while block.isValid():
        yield block
        block = block.next()


def lines(block):
    return [block.layout().lineAt(k) for k in range(block.layout().lineCount())]


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_formulas_of_every_lesson_fit_beside_the_pictures(size):
    notes = Notes()
    notes.show_theme(Unit(*size))
    notes.show()
    wrapped = 0
    for lab in labs():
        assert notes.show_lab(lab) == ""
        QApplication.processEvents()
        formulas = [b for b in blocks(notes) if b.blockFormat().hasProperty(QTextFormat.Property.BlockCodeLanguage)]
        for block in formulas:
            faces = {piece.format.font().family() for piece in block.textFormats()}
            assert faces <= {FAMILY}, block.text()
            assert "   " not in block.text().strip()
            first, *rest = lines(block)
            wrapped += len(rest)
            assert all(line.x() > first.x() for line in rest), block.text()
            assert all(line.naturalTextWidth() <= line.width() for line in lines(block)), block.text()
    assert wrapped
    notes.deleteLater()
