"""`regviz doctor`: versions, platform, the program's own files, and what the system lacks; `--fix` installs it.

The only place in regviz that starts other programs: apt-get, by an argument list, never through a shell.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata

from regviz import __version__
from regviz.commands import Parser
from regviz.data.errors import ResourceError
from regviz.data.resources import resource
from regviz.system import missing_libraries, no_display_reason

_PACKAGES = ("numpy", "scipy", "PySide6_Essentials", "pyqtgraph")
_FOLDERS = (("datasets", "*.csv"), ("notes", "*.md"), ("fonts", "*.woff2"))
Start = Callable[[list[str]], int]


def parser() -> Parser:
    """The arguments of `regviz doctor`."""
    made = Parser("doctor", "Say which versions run, on what platform, and which system packages are missing.")
    made.add_argument("--fix", action="store_true", help="install the missing packages on Debian and its relatives")
    return made


def run(arguments: argparse.Namespace) -> int:
    """Print the report; 0 when all that is needed here is there, else 1."""
    lines = [*versions(), ("Platform", platform.platform()), ("Display", no_display_reason() or "there is one")]
    lines += [(name, text) for name, text, _ in own_files()]
    for name, text in lines:
        print(f"{name + ':':<22}{text}")
    packages = missing_packages()
    if packages and arguments.fix:
        install(packages)
        packages = missing_packages()
    needed = [name for name in packages if name in needed_packages()]
    for sentence in [*troubles(), *_wanting(packages, needed)]:
        print(sentence)
    healthy = not needed and not any(troubles())
    print("All is well." if healthy else "Something is missing.")
    return 0 if healthy else 1


def versions() -> list[tuple[str, str]]:
    """(name, version) of regviz, Python and the libraries; a library that is missing says so."""
    found = [("regviz", __version__), ("Python", f"{platform.python_version()} ({sys.executable})")]
    return found + [(name, _version(name) or "not installed") for name in _PACKAGES]


def own_files() -> list[tuple[str, str, bool]]:
    """(folder, what it holds, whether that is anything) of the files that regviz brings along."""
    found = []
    for folder, pattern in _FOLDERS:
        try:
            count = len(list(resource(folder).glob(pattern)))
            found.append((folder.capitalize(), f"{count} files", count > 0))
        except ResourceError as error:
            found.append((folder.capitalize(), str(error), False))
    return found


def troubles() -> Iterator[str]:
    """A sentence for each thing that no system package mends."""
    for name in _PACKAGES:
        if _version(name) is None:
            yield f"The Python package {name} is missing: pip install {name.replace('_', '-')}"
    for name, text, there in own_files():
        if not there:
            yield f"{name}: {text}"


def missing_packages() -> list[str]:
    """Debian packages whose libraries are missing, for pictures and for a window."""
    return list(dict.fromkeys(package for _, package in missing_libraries(window=True)))


def needed_packages() -> list[str]:
    """Those that are needed here and now: without a display, only what pictures need."""
    return [package for _, package in missing_libraries(window=no_display_reason() is None)]


def install(packages: list[str], start: Start | None = None) -> bool:
    """Install Debian ``packages`` with apt-get, as root or through sudo; whether apt-get could be run and succeeded.

    ``start`` runs a command and returns its exit code; tests give their own.
    """
    prefix = _rights()
    if prefix is None or shutil.which("apt-get") is None:
        return False
    run_one = start or _start
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    run_one([*command, "update"])
    return run_one([*command, "install", "-y", "--no-install-recommends", *packages]) == 0


def _rights() -> list[str] | None:
    """The words before a command that make it run as root; None when there is no way."""
    if not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    return ["sudo"] if sys.stdin is not None and sys.stdin.isatty() else ["sudo", "-n"]


def _start(command: list[str]) -> int:
    print("$", *command, flush=True)
    return subprocess.run(command, check=False).returncode


def _wanting(packages: list[str], needed: list[str]) -> Iterator[str]:
    if packages:
        use = "needs" if needed else "with a display would need"
        yield f"Qt {use} system packages that are missing here; on Debian: sudo apt install {' '.join(packages)}"


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
