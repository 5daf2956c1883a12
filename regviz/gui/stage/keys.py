"""The keys that mean something on stage only. One method of `Hands` for each; the help lists them with the others."""

from regviz.gui.window.keys import Key


def _key(name: str, keys: tuple[str, ...], words: str, digits: bool = False) -> Key:
    return Key(name, keys, words, "On stage", yields=True, digits=digits)


STAGE_KEYS: tuple[Key, ...] = (
    _key("next", ("PgDown", "N", "Return", "Enter"), "Next step; the picture behind a question"),
    _key("previous", ("PgUp", "Backspace", "P"), "Previous step"),
    _key("replay", ("R",), "Play the step again from its beginning"),
    _key("dark", (".", "B"), "Black screen and back"),
    _key("digit", ("0",), "Go to the step of that number", digits=True),
    _key("larger", ("Ctrl+Shift++", "Ctrl++", "Ctrl+Shift+=", "Ctrl+Shift+*", "Ctrl+="), "Larger, on stage alone"),
    _key("smaller", ("Ctrl+Shift+-", "Ctrl+-", "Ctrl+Shift+_"), "Smaller, on stage alone"),
    _key("normal", ("Ctrl+0",), "Normal size, on stage alone"),
    _key("swap", ("S",), "Exchange the screens of room and speaker"),
    _key("escape", ("Esc",), "Leave the stage; the program stays open"),
)

STANDS_FOR = {
    "next_lab": "next", "previous_lab": "previous", "cancel": "escape", "larger": "larger", "smaller": "smaller",
    "normal": "normal", "play": "play", "step_forward": "dark", "controls": "controls", "notes": "notes",
    "labs": "nothing", "fullscreen": "nothing", "present": "nothing", "language": "nothing", "less": "less",
    "more": "more",
    "lab_by_number": "digit",
}  # fmt: skip
"""Command of the window → the method of `Hands` that stands in for it while the stage is on."""
