"""The table of keys: what binds them, what the help lists, and which of them a focused control may take first."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence


@dataclass(frozen=True, slots=True)
class Key:
    """One command: its ``name``, the ``keys`` that call it, what it does in ``words`` and the ``group`` in the help.

    ``yields`` keys go to the control with the focus first; the others are shortcuts of the window. ``digits`` stands
    for the digit keys from that one on to 9, which pass their number on.
    """

    name: str
    keys: tuple[str, ...]
    words: str
    group: str
    yields: bool = False
    digits: bool = False


KEYS: tuple[Key, ...] = (
    Key("play", ("Space",), "Play or pause: sweep the main slider, or train", "Play", yields=True),
    Key("step_forward", (".",), "One step forward", "Play", yields=True),
    Key("step_back", (",",), "One step back", "Play", yields=True),
    Key("restart", ("F6",), "Start again from the same beginning", "Play"),
    Key("faster", ("]",), "Play faster", "Play", yields=True),
    Key("slower", ("[",), "Play slower", "Play", yields=True),
    Key("less", ("Left", "Shift+Left", "Ctrl+Left"), "Main slider down; Shift a tenth, Ctrl tenfold", "Play",
        yields=True),
    Key("more", ("Right", "Shift+Right", "Ctrl+Right"), "Main slider up; Shift a tenth, Ctrl tenfold", "Play",
        yields=True),
    Key("least", ("Home",), "Main slider to its low end", "Play", yields=True),
    Key("most", ("End",), "Main slider to its high end", "Play", yields=True),
    Key("undo", ("Ctrl+Z",), "Undo", "Edit"),
    Key("redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Redo", "Edit"),
    Key("reset", ("Ctrl+R",), "Set all controls of this lab back", "Edit"),
    Key("cancel", ("Esc",), "Close what is open, or stop computing", "Edit"),
    Key("lab_by_number", ("1",), "Go to one of the first nine labs", "Labs", yields=True, digits=True),
    Key("previous_lab", ("PgUp",), "Previous lab", "Labs"),
    Key("next_lab", ("PgDown",), "Next lab", "Labs"),
    Key("follow", ("Return", "Enter"), "Go to the lab that the guide's method leads to", "Labs", yields=True),
    Key("open", ("Ctrl+O",), "Open a table, a session or an exported picture", "Files"),
    Key("recent", ("Ctrl+Shift+O",), "Open a file used before", "Files"),
    Key("save", ("Ctrl+S",), "Save the session", "Files"),
    Key("export", ("Ctrl+E",), "Export a picture or its numbers", "Files"),
    Key("copy_picture", ("Ctrl+C",), "Copy the picture", "Files"),
    Key("copy_command", ("Ctrl+Shift+C",), "Copy the command line that gives this picture", "Files"),
    Key("copy_python", ("Ctrl+Alt+P",), "Copy Python that draws this picture", "Files"),
    Key("copy_code", ("Ctrl+Alt+C",), "Copy code that gives these numbers elsewhere", "Files"),
    Key("quit", ("Ctrl+Q",), "Quit", "Files"),
    Key("compare", ("G",), "Freeze this picture as A under the next ones, or take A away", "Compare", yields=True),
    Key("keep", ("K",), "Keep this picture as a snapshot", "Compare", yields=True),
    Key("next_kept", ("J",), "Show the next snapshot", "Compare", yields=True),
    Key("previous_kept", ("Shift+J",), "Show the snapshot before", "Compare", yields=True),
    Key("strip", ("Ctrl+J",), "Show or hide the snapshots", "Compare"),
    Key("kept_to_lecture", ("Ctrl+Shift+J",), "Make the snapshots steps of the lecture", "Compare"),
    Key("spotlight", ("L",), "Spotlight; the wheel changes its size, Esc ends it", "Point", yields=True),
    Key("pen", ("D",), "Pen over the pictures; Esc clears what is drawn", "Point", yields=True),
    Key("pen_back", ("U",), "Take the last stroke back", "Point", yields=True),
    Key("pen_color", ("C",), "Next colour of the pen", "Point", yields=True),
    Key("faders", ("M",), "Hardware faders (MIDI) move the sliders, or no longer", "Point", yields=True),
    Key("fader_page", ("Shift+M",), "Which fader moves which slider", "Point", yields=True),
    Key("present", ("F5",), "Start the lecture at its first step", "Lecture"),
    Key("present_here", ("Shift+F5",), "Go on with the lecture at the chosen step", "Lecture"),
    Key("lecture", ("F7",), "Show or hide the lecture: choose, rehearse, edit", "Lecture"),
    Key("add_step", ("F8",), "Add this picture to the lecture as a step", "Lecture"),
    Key("update_step", ("Shift+F8",), "Put this picture in place of the chosen step's", "Lecture"),
    Key("save_lecture", ("Ctrl+Shift+S",), "Save the lecture", "Lecture"),
    Key("presenter", ("F9",), "Show or hide the speaker's notes, clock and next step", "Lecture"),
    Key("palette", ("Ctrl+Shift+P",), "Find a command, a lab, a control, a lecture or a file", "View"),
    Key("values", ("W",), "The numbers of the pictures as a table", "View", yields=True),
    Key("help", ("F1",), "Show or hide this help", "View"),
    Key("whats_this", ("Shift+F1",), "What is this? Explain controls and panels", "View"),
    Key("tour", ("Ctrl+F1",), "Show the tour", "View"),
    Key("notes", ("F2",), "Show or hide the notes", "View"),
    Key("next_page", ("Shift+F2",), "Next page of the notes: λ in other software, the advisor", "View"),
    Key("controls", ("F3",), "Show or hide the controls", "View"),
    Key("labs", ("F4",), "Show or hide the names of the labs", "View"),
    Key("theme", ("Ctrl+T",), "Next theme: system, light, dark, projector", "View"),
    Key("language", ("Ctrl+Shift+L",), "Next language: system, English, German, Chinese", "View"),
    Key("larger", ("Ctrl++", "Ctrl+="), "Larger text and lines", "View"),
    Key("smaller", ("Ctrl+-",), "Smaller text and lines", "View"),
    Key("normal", ("Ctrl+0",), "Text and lines of normal size", "View"),
    Key("fullscreen", ("F11",), "Full screen", "View"),
)  # fmt: skip

PANEL_KEYS: tuple[Key, ...] = (
    Key("panel_focus", ("Tab", "Shift+Tab"), "Next control or panel; back", "Panels", yields=True),
    Key("panel_move", ("Left", "Right", "Up", "Down"), "Move the chosen cursor or handle", "Panels", yields=True),
    Key("panel_choose", ("M", "Shift+M"), "Choose the next or previous one", "Panels", yields=True),
    Key("panel_item", ("I", "Shift+I"), "Point at the next bar, dot or word; back", "Panels", yields=True),
    Key("panel_aim", ("A",), "A pointer that the arrows move, or none", "Panels", yields=True),
    Key("panel_click", ("Return", "X"), "Click there", "Panels", yields=True),
    Key("panel_twice", ("Ctrl+Return",), "Double click there", "Panels", yields=True),
    Key("panel_hold", ("H", "Shift+H"), "Hold what is there for the arrows to drag, or let go", "Panels", yields=True),
    Key("panel_zoom", ("+", "-"), "Zoom in or out", "Panels", yields=True),
    Key("panel_whole", ("0",), "Show the whole panel again", "Panels", yields=True),
)  # fmt: skip
"""What the panel with the focus takes first, for the help alone: the canvas itself hears these."""

YIELDING = tuple(key for key in KEYS if key.yields)
"""The keys that no shortcut brings: the window hears of them when no control wanted them."""


def find(event: QKeyEvent, keys: tuple[Key, ...] = YIELDING) -> tuple[Key, int] | None:
    """The command among ``keys`` of a key press, with the digit pressed (0 for none)."""
    plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    pressed = QKeySequence(plain.value | event.key())
    if not plain and event.text() in tuple("0123456789"):
        digits = (key for key in keys if key.digits and key.keys[0] <= event.text())
        return next(((key, int(event.text())) for key in digits), None)
    for key in keys:
        if not key.digits and any(QKeySequence(text) == pressed for text in key.keys):
            return key, 0
    return None


def written(key: Key) -> str:
    """The keys as the help shows them; the first two of them."""
    if key.digits:
        return f"{key.keys[0]} … 9"
    names = (QKeySequence(text).toString(QKeySequence.SequenceFormat.NativeText) for text in key.keys[:2])
    return " · ".join(names)
