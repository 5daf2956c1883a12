"""The lesson text of a lab beside its pictures, the frame's own pages, and links that jump to other labs."""

import os
import re
from urllib.parse import parse_qsl

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QFont, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QFrame, QTabBar, QTextBrowser, QVBoxLayout, QWidget

from regviz.gui.canvas.theme import FAMILY, SYMBOLS, resources
from regviz.gui.window.style import Unit
from regviz.lab import Frame, Lab

_LARGEST = 1_000_000
_COLUMNS = re.compile(r"(?<=\S) {3,}(?=\S)")
"""What sets the parts of a formula's line apart in the file; beside the pictures there is no room for columns."""


class Page(QTextBrowser):
    """Text without pictures: a name in a user's table could ask for a file or an address by Markdown."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing, whatever is asked for."""
        return None


class Notes(QFrame):
    """``jumped(lab name, fields)`` for a link `lab:name?field=value`; web links open in the user's browser."""

    jumped = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notes")
        self.setAccessibleName(self.tr("Notes"))
        self.page = Page()
        self.page.setAccessibleName(self.tr("Notes"))
        self.page.setOpenLinks(False)
        self.page.anchorClicked.connect(self._follow)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("Pages of the notes"))
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.addTab(self.tr("Lesson"))
        self.tabs.hide()
        self.tabs.currentChanged.connect(self._turn)
        column = QVBoxLayout(self)
        column.addWidget(self.tabs)
        column.addWidget(self.page)
        self._lab: Lab | None = None
        self._pages: dict[str, str] = {}
        self._shown = ""
        self._size = 18

    def show_lab(self, lab: Lab) -> str:
        """Show the lab's text, or its title and summary; a sentence when a text could not be read, else ""."""
        text, problem = note(lab)
        if lab is not self._lab:
            self._lab = lab
            self.tabs.setCurrentIndex(0)
            self._set(text)
        return problem

    def show_frame(self, frame: Frame) -> None:
        """Offer the frame's pages as tabs beside the lesson; an open page follows the frame."""
        titles = tuple(frame.pages)
        if titles != tuple(self._pages):
            for place in range(self.tabs.count() - 1, 0, -1):
                self.tabs.removeTab(place)
            for title in titles:
                self.tabs.addTab(title)
            self.tabs.setVisible(bool(titles))
        self._pages = dict(frame.pages)
        if self.tabs.currentIndex() > 0 and self._text() != self._shown:
            self._set(self._text())

    def open_page(self, place: int) -> bool:
        """Turn to the lesson (0) or a page of the frame; whether there is such a page."""
        if place >= self.tabs.count():
            return False
        self.tabs.setCurrentIndex(place)
        return True

    @Slot(int)
    def _turn(self, place: int) -> None:
        if self._lab is not None:
            self._set(self._text())

    def _text(self) -> str:
        """The Markdown of the tab in front."""
        place = self.tabs.currentIndex()
        if place > 0:
            return self._pages.get(self.tabs.tabText(place), "")
        return "" if self._lab is None else note(self._lab)[0]

    def show_theme(self, unit: Unit) -> None:
        """A readable column in the theme's colours; colours of links need the text set anew."""
        self._size = unit.text(18)
        self.setFixedWidth(max(unit.px(460), self._size * 24))
        if self._lab is not None:
            self._set(self._text())

    def _set(self, text: str) -> None:
        kept = self.page.verticalScrollBar().value() if self.tabs.currentIndex() > 0 else 0
        self._shown = text
        self.page.setMarkdown(_COLUMNS.sub("\N{EM SPACE}", text))
        document = self.page.document()
        document.setDocumentMargin(self._size / 2)
        block = document.begin()
        while block.isValid():
            _space(QTextCursor(block), self._size)
            block = block.next()
        self.page.moveCursor(QTextCursor.MoveOperation.Start)
        self.page.verticalScrollBar().setValue(kept)

    @Slot(QUrl)
    def _follow(self, url: QUrl) -> None:
        if url.scheme() == "lab":
            name = url.path() or url.host()
            self.jumped.emit(name, dict(parse_qsl(url.query(), keep_blank_values=True)))
        elif url.scheme() in ("http", "https"):
            QDesktopServices.openUrl(url)
        elif url.hasFragment() and not url.scheme():
            self.page.scrollToAnchor(url.fragment())


def _space(cursor: QTextCursor, size: int) -> None:
    """Give the cursor's block open lines, air around it, and our own semi-bold where it is bold.

    What does not fit on a line of formulas stands indented below it.
    """
    block = cursor.block()
    level = block.blockFormat().headingLevel()
    form = QTextBlockFormat()
    form.setLineHeight(128.0, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    form.setTopMargin(size * 0.8 if level > 1 else 0.0)
    form.setBottomMargin(size * 0.45)
    if block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeLanguage):
        form.setLeftMargin(size * 1.5)
        form.setTextIndent(-size * 1.5)
        _in_one_face(cursor, size)
    cursor.mergeBlockFormat(form)
    for piece in block.textFormats():
        if piece.format.fontWeight() > QFont.Weight.DemiBold or level:
            letters = QTextCharFormat()
            letters.setFontWeight(QFont.Weight.DemiBold)
            if level:
                letters.setProperty(QTextFormat.Property.FontSizeAdjustment, 2 if level == 1 else 1)
            cursor.setPosition(block.position() + piece.start)
            cursor.setPosition(block.position() + piece.start + piece.length, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(letters)


def _in_one_face(cursor: QTextCursor, size: int) -> None:
    """Set a formula in the face of the text around it, which has all its symbols."""
    letters = QTextCharFormat()
    letters.setFontFamilies([FAMILY, SYMBOLS])
    letters.setFontFixedPitch(False)
    letters.setProperty(QTextFormat.Property.FontPixelSize, size)
    line = QTextCursor(cursor.block())
    line.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    line.mergeCharFormat(letters)


def note(lab: Lab) -> tuple[str, str]:
    """The Markdown of a lab's note and "", or its title and summary and a sentence on a note that cannot be read."""
    file = resources() / "notes" / f"{lab.name}.md"
    spare = f"# {lab.title}\n\n{lab.summary}\n"
    if not file.exists():
        return spare, ""
    try:
        if os.path.getsize(file) > _LARGEST:
            return spare, f"The note {file} is too long."
        return file.read_text(encoding="utf-8"), ""
    except (OSError, UnicodeDecodeError) as error:
        return spare, f"The note {file} cannot be read: {getattr(error, 'strerror', None) or error}."
