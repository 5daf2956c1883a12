"""What the command palette offers in a window now: commands, labs, controls, ready-made lectures, recent files."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from regviz import lectures
from regviz.gui.language import words
from regviz.gui.tools.palette import Entry
from regviz.gui.window.editors import named
from regviz.gui.window.keys import KEYS, written
from regviz.lab import Control

if TYPE_CHECKING:
    from regviz.gui.window.main import MainWindow

_HIDDEN = ("palette", "recent", "lab_by_number")
"""Commands that make no sense in the palette: itself, its own half, and what needs a digit."""


def everything(window: "MainWindow") -> list[Entry]:
    """All entries; on stage only commands, as all else would undress it."""
    if window.stage.active:
        return commands(window)
    return [*labs(window), *fields(window), *commands(window), *ready_made(window), *recent(window)]


def commands(window: "MainWindow") -> list[Entry]:
    """Every command of the table of keys."""
    kind = window.tr("Command")
    return [
        Entry(kind, window.help.tr(key.words), written(key), partial(window.call, key.name))
        for key in KEYS if key.name not in _HIDDEN
    ]  # fmt: skip


def labs(window: "MainWindow") -> list[Entry]:
    """Every lab there is."""
    kind = window.tr("Lab")
    return [
        Entry(kind, words(lab.title), words(lab.group), partial(window.edits.choose, lab)) for lab in window.labs
    ]


def fields(window: "MainWindow") -> list[Entry]:
    """Every control of the lab on show that has an effect."""
    kind, state = window.tr("Control"), window.session.state
    found = []
    for control, _ in editors(window):
        if control.applies(state):
            found.append(Entry(kind, named(control), control.help, partial(focus, window, control)))
    return found


def editors(window: "MainWindow") -> list[tuple[Control, QWidget]]:
    """Every control of the lab with the widget that edits it, the main slider first."""
    found: list[tuple[Control, QWidget]] = []
    slider, mode = window.main_slider(), window.header.mode
    if slider is not None:
        found.append((slider.control, slider))
    if mode is not None:
        found.append((mode.control, mode))
    return found + [(field.control, field.editor) for field in window.side.fields.values()]


def focus(window: "MainWindow", control: Control) -> None:
    """Bring a control into view and give it the keyboard, if the lab on show has it."""
    part = next((part for known, part in editors(window) if known.name == control.name), None)
    if part is None:
        return
    if window.side.isAncestorOf(part) and window.side.isHidden():
        window.looks.fold("controls")
    inside = [part, *part.findChildren(QWidget)]
    able = [each for each in inside if each.focusPolicy() & Qt.FocusPolicy.TabFocus and not each.isHidden()]
    if able:
        able[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
        window.side.reveal(able[0])


def ready_made(window: "MainWindow") -> list[Entry]:
    """The ready-made lectures."""
    kind, found = window.tr("Lecture"), []
    for name in lectures.names():
        lecture = lectures.find(name)
        minutes = window.tr("{0:g} min").format(lecture.minutes or lecture.planned)
        found.append(Entry(kind, lecture.title, minutes, partial(window.recording.open_named, name)))
    return found


def recent(window: "MainWindow") -> list[Entry]:
    """The files that were opened or saved last."""
    kind = window.tr("File")
    return [
        Entry(kind, file.name, _folder(file), partial(window.edits.open_file, file))
        for file in window.settings.recent
    ]


def _folder(file: Path) -> str:
    home, folder = Path.home(), file.parent
    return f"~/{folder.relative_to(home).as_posix()}" if folder.is_relative_to(home) else str(folder)
