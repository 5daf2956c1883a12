"""`regviz desktop`: puts the program with its icon into the desktop's menu, for the user alone, or takes it out."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from regviz.commands import CommandError, Parser
from regviz.data.resources import resource
from regviz.files import write_text

_MENU = "applications/regviz.desktop"
_KIND = "mime/packages/regviz.xml"
_ICON = "icons/hicolor/scalable/apps/regviz.svg"


def parser() -> Parser:
    """The arguments of `regviz desktop`."""
    made = Parser("desktop", "Put regviz with its icon into a Linux desktop's menu, and open .regviz files with it.")
    made.add_argument("--remove", action="store_true", help="take it out again")
    return made


def run(arguments: argparse.Namespace) -> int:
    """Write or remove the files and say which."""
    if not sys.platform.startswith("linux"):
        raise CommandError("regviz desktop writes the menu entries of Linux desktops; here, make a shortcut to regviz.")
    for file, text in _files().items():
        if arguments.remove:
            file.unlink(missing_ok=True)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_text(file, text)
        print("removed" if arguments.remove else "written", file)
    return 0


def _files() -> dict[Path, str]:
    """Every file with its text, under the user's own data folder."""
    share = Path(os.environ.get("XDG_DATA_HOME", ""))
    if not share.is_absolute():  # the base directory specification has such a path ignored
        share = Path.home() / ".local" / "share"
    entry = resource("install", "regviz.desktop").read_text(encoding="utf-8")
    return {
        share / _MENU: entry.replace("Exec=regviz", f"Exec={_quoted(_program())}"),
        share / _KIND: resource("install", "regviz.xml").read_text(encoding="utf-8"),
        share / _ICON: resource("icons", "regviz.svg").read_text(encoding="utf-8"),
    }


def _program() -> str:
    """The path of the `regviz` command that is running, or of the one on the path."""
    running = Path(sys.argv[0]).absolute()
    return str(running) if running.name == "regviz" and running.is_file() else shutil.which("regviz") or "regviz"


def _quoted(path: str) -> str:
    """The path as the desktop entry format quotes an argument."""
    if not set(path) & set(" \t\n\"'\\><~|&;$*?#()`"):
        return path
    escaped = "".join("\\\\" + letter if letter in '"`$\\' else letter for letter in path)
    return f'"{escaped}"'.replace("%", "%%")
