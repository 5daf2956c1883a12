"""The log file, and the hooks that lead every stray exception and Qt warning to it and to the banner."""

import contextlib
import logging
import sys
import threading
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QObject, QStandardPaths, QtMsgType, Signal, qInstallMessageHandler

from regviz.engine import brief

LARGEST = 1_000_000
"""Bytes after which the log starts anew, keeping the old one beside it."""
_LOGGER = logging.getLogger("regviz")
_QUIET = (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)


def default_log() -> Path:
    """The log in the user's own data folder."""
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    return Path(place) / "regviz" / "regviz.log"


class Journal:
    """Appends to a file; a file that cannot be written sends the words to standard error instead."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.Lock()

    def write(self, text: str) -> None:
        """Add ``text`` with the time; callable from any thread."""
        entry = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text.rstrip()}\n"
        with self._lock:
            try:
                self._append(entry)
            except OSError:
                with contextlib.suppress(OSError, ValueError, AttributeError):
                    sys.stderr.write(entry)

    def _append(self, entry: str) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        if self.file.exists() and self.file.stat().st_size > LARGEST:
            self.file.replace(self.file.with_suffix(".old.log"))
        with self.file.open("a", encoding="utf-8", errors="replace") as stream:
            stream.write(entry)


class _Entries(logging.Handler):
    """Leads what regviz logs into the journal."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record with its traceback."""
        self._journal.write(self.format(record))


class Hooks(QObject):
    """While installed, ``said(sentence)`` comes in the GUI thread for everything that nobody caught, and the log gets
    what regviz's loggers are told.
    """

    said = Signal(object)

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal
        self._entries = _Entries(journal)
        self._before: tuple[Any, Any, Any] | None = None

    def install(self) -> None:
        """Take over Python's and Qt's last resorts."""
        self._before = sys.excepthook, threading.excepthook, qInstallMessageHandler(self._qt)
        sys.excepthook = self._python
        threading.excepthook = lambda args: self._tell(args.exc_type, args.exc_value, args.exc_traceback)
        _LOGGER.addHandler(self._entries)

    def remove(self) -> None:
        """Put the old ones back."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, handler = self._before
            qInstallMessageHandler(handler)
            _LOGGER.removeHandler(self._entries)
            self._before = None

    def _python(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            self._tell(kind, error, trace)

    def _tell(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        self._journal.write("".join(traceback.format_exception(kind, error, trace)))
        self.said.emit(f"Something failed inside the program: {brief(error, kind)}.")

    def _qt(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        self._journal.write(f"Qt: {text}")
        if kind not in _QUIET and "does not support" not in text:
            self.said.emit(f"Qt reports: {text}")


