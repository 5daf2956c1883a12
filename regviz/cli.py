"""The `regviz` command: finds the command in its arguments, runs it, and turns every user's error into one sentence.

What the commands do stands in `regviz.commands`; no Qt is imported here.
"""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import regviz._blas  # noqa: F401, before NumPy is loaded
from regviz.commands import CommandError
from regviz.data.errors import ResourceError

COMMANDS = ("labs", "lectures", "export", "fit", "doctor", "desktop")
"""Modules of `regviz.commands` that are called by name; anything else is opened in the window."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command in ``argv`` (by default the process's arguments) and return its exit code.

    0 is success, 1 what `doctor` found, 2 an error of the user's, 3 no display; errors are one sentence on standard
    error.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    _take_any_character()
    try:
        code = _run(words)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader has seen enough
        _drop_output()
        return 0
    except KeyboardInterrupt:
        return 130
    except (ValueError, ArithmeticError, ResourceError) as error:
        return _complain(str(error), getattr(error, "code", CommandError.code))
    except OSError as error:
        return _complain(_sentence(error), CommandError.code)


def _run(words: list[str]) -> int:
    name, rest = (words[0], words[1:]) if words and words[0] in COMMANDS else ("open", words)
    module = import_module(f"regviz.commands.{name}")
    parser: argparse.ArgumentParser = module.parser()
    try:
        arguments = parser.parse_args(rest)
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    result: int = module.run(arguments)
    return result


def _sentence(error: OSError) -> str:
    """Our own errors are sentences already; the system's have a number."""
    if error.errno is None:
        return str(error)
    if error.filename is None:
        _drop_output()
    return f"Cannot use {error.filename or 'standard output'}: {error.strerror}."


def _complain(sentence: str, code: int) -> int:
    print("regviz:", " ".join(sentence.split()), file=sys.stderr)
    return code


def _take_any_character() -> None:
    """Let output streams of a narrow encoding write λ as an escape rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Point standard output elsewhere, so that Python does not fail again when it flushes at the end."""
    with contextlib.suppress(OSError, ValueError):
        output = sys.stdout.fileno()
        os.dup2(os.open(os.devnull, os.O_WRONLY), output)
