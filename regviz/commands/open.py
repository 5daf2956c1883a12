"""`regviz [LAB | FILE]`: opens the window. The file is read and the state checked before any Qt is loaded."""

import argparse
import os
from pathlib import Path
from typing import Any

from regviz import __version__, lectures
from regviz.commands import CommandError, DisplayError, Parser, add_settings, settings, state_of
from regviz.export import ExportError, named
from regviz.lab import Lab, document, replace
from regviz.lab.lecture import Lecture, is_lecture, scenes
from regviz.labs import labs
from regviz.system import no_window_reason

_COMMANDS = """\
commands:
  regviz labs [--json]                    list the labs and their controls
  regviz export LAB [--set …] -o FILE     a picture or the numbers of a lab, without a window
  regviz fit FILE.csv --target NAME       coefficients of a penalised fit
  regviz lectures [--json]                the ready-made lectures
  regviz doctor [--fix]                   versions and missing system packages
  regviz desktop [--remove]               an entry in the desktop's menu
  regviz COMMAND --help                   says more
"""
_DOCUMENTS = (".json", ".regviz")
_FIRST_LAB = "shrinkage"


def parser() -> Parser:
    """The arguments of `regviz` itself."""
    made = Parser("", "Open the window: drag λ and see regularization at work.", epilog=_COMMANDS)
    words = "a lab's name, or a session, lecture, table or exported PNG"
    made.add_argument("what", nargs="?", metavar="LAB|FILE", help=words)
    made.add_argument("--lecture", metavar="NAME", help="open a ready-made lecture; `regviz lectures` lists them")
    add_settings(made)
    made.add_argument("--version", action="version", version=f"regviz {__version__}")
    return made


def run(arguments: argparse.Namespace) -> int:
    """Open the window and return its exit code when it closes."""
    lecture, file = lecture_of(arguments)
    lab, state = (None, None) if lecture else opened(arguments.what, arguments.settings)
    reason = no_window_reason()
    if reason is not None:
        raise DisplayError(reason)
    from regviz.gui.window import run as run_window

    return run_window(lab, state, file, lecture)


def lecture_of(arguments: argparse.Namespace) -> tuple[Lecture | None, Path | None]:
    """The lecture that is asked for by name or is in the file, checked against the labs, and the file; or None.

    Raises `CommandError` or the sentence of a lecture that cannot be used.
    """
    what, name = arguments.what, arguments.lecture
    if name is not None and (what is not None or arguments.settings):
        raise CommandError("--lecture opens a lecture and goes with no lab, file or --set.")
    file = None
    if name is None:
        if what is None or Path(what).suffix.lower() not in _DOCUMENTS or not os.path.isfile(what):
            return None, None
        if not is_lecture(document.read(what)):
            return None, None
        if arguments.settings:
            raise CommandError(f"{what} is a lecture, and --set goes with a lab or a session.")
        file = Path(what)
    lecture = lectures.find(name if file is None else file)
    scenes(lecture, labs())
    return lecture, file


def opened(what: str | None, pairs: list[str]) -> tuple[str | None, Any]:
    """The name and state of the lab that ``what`` names or that the file ``what`` holds, with the settings ``pairs``.

    Both are None where nothing is asked for, so that the window chooses. Raises `CommandError` for what is neither a
    lab nor a file, and the sentence of a file that cannot be used.
    """
    if what is None:
        return (_FIRST_LAB, state_of(named(_FIRST_LAB), pairs)) if pairs else (None, None)
    if _is_lab(what):
        lab = named(what)
        return lab.name, state_of(lab, pairs)
    if not os.path.lexists(what):
        known = ", ".join(lab.name for lab in labs())
        raise CommandError(f"There is no lab and no file {what!r}; the labs are {known}.")
    if not os.path.isfile(what):
        raise CommandError(f"Cannot open {what}: it is no regular file.")
    if Path(what).suffix.lower() in (*_DOCUMENTS, ".png"):
        lab, start = _restored(what, _text(what))
        return lab.name, state_of(lab, pairs, start)
    from regviz.labs._data import table, written

    lab = named(_FIRST_LAB)
    if "dataset" in settings(pairs):
        raise CommandError(f"{what} is a table, and --set dataset would open another.")
    state = state_of(lab, pairs, replace(lab.State(), dataset=os.path.abspath(what)))
    table(state.dataset, state.target, written(state.dataset))
    return lab.name, state


def _is_lab(what: str) -> bool:
    return what.replace("_", "-") in [lab.name for lab in labs()]


def _text(what: str) -> str:
    """The document in a session file or inside an exported PNG."""
    if Path(what).suffix.lower() in _DOCUMENTS:
        return document.read(what)
    from regviz.gui.canvas.png import read_png_state

    text = read_png_state(what)
    if text is None:
        raise CommandError(f"{what} holds no state: it is not a picture that regviz exported as PNG.")
    return text


def _restored(what: str, text: str) -> tuple[Lab, Any]:
    try:
        name, values = document.load(text)
        lab = named(name)
        return lab, document.restore(lab, values)
    except (document.DocumentError, ExportError) as error:
        raise CommandError(f"{what}: {error}") from None
