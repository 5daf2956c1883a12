"""Keeps session and lecture on disk while they run, so that they are back after a crash. No files that users name."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QStandardPaths, QTimer, Slot

from regviz.engine import Session
from regviz.files import WriteError, write_text
from regviz.gui.window.journal import Journal
from regviz.lab.document import DocumentError, dump, read

DELAY = 1000
"""Milliseconds after which a change is on disk at the latest."""
_STALE = 3600.0
"""Seconds after which a half-written file is nobody's."""
SLOTS = 16
"""Windows that can keep a session at the same time."""


def default_folder() -> Path:
    """Where sessions are kept: the user's own data folder."""
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    return Path(place) / "regviz"


class Keeper:
    """One of a few places for a session, held by a lock that ends with the process.

    A place whose file is still there although nobody holds its lock was left by a crash: with ``wanted`` such a place
    is preferred, and ``left`` is its document, ``left_lecture`` the lecture that was at hand; without, it is left alone
    for another start.
    """

    def __init__(self, folder: Path, *, wanted: bool = True) -> None:
        self.left: str | None = None
        self.left_lecture: str | None = None
        self._file: Path | None = None
        self._lock: QLockFile | None = None
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            _sweep(folder)
        places = [folder / f"session-{number}.regviz" for number in range(SLOTS)]
        crashed = [place for place in places if place.exists() or _lecture(place).exists()]
        free = [place for place in places if place not in crashed]
        for place in [*crashed, *free] if wanted else free:
            if self._take(place):
                break

    def _take(self, place: Path) -> bool:
        lock = QLockFile(str(place.with_suffix(".lock")))
        lock.setStaleLockTime(0)
        if not lock.tryLock(0):
            return False
        self._lock, self._file = lock, place
        if place.exists():
            with contextlib.suppress(DocumentError):
                self.left = read(place)
            place.unlink(missing_ok=True)  # a state that brings the program down must not do so at every start
        if _lecture(place).exists():  # this one stays until there is a newer one: it is work, and it computes nothing
            with contextlib.suppress(DocumentError):
                self.left_lecture = read(_lecture(place))
        return True

    def keep(self, text: str) -> None:
        """Write the document; raises `WriteError`. Nothing where no place could be had."""
        if self._file is not None:
            write_text(self._file, text)

    def keep_lecture(self, text: str) -> None:
        """Write the lecture, or drop it where ``text`` is empty; raises `WriteError`."""
        if self._file is None:
            return
        if text:
            write_text(_lecture(self._file), text)
        else:
            with contextlib.suppress(OSError):
                _lecture(self._file).unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove the documents: there is nothing to bring back."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.unlink(missing_ok=True)
            self.keep_lecture("")

    def close(self) -> None:
        """End in good order: nothing stays behind."""
        self.forget()
        self._file = None
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None


def _lecture(place: Path) -> Path:
    """Where the lecture of the session at ``place`` is kept."""
    return place.with_suffix(".lecture")


def _sweep(folder: Path) -> None:
    """Remove what a process that was killed while it wrote has left; another window's draft is seconds old."""
    for draft in folder.glob(".*.part"):
        if time.time() - draft.stat().st_mtime > _STALE:
            draft.unlink()


class Autosave(QObject):
    """Keeps every change of ``session``, and the text that ``lecture`` gives, from `begin` on, a second after it."""

    def __init__(self, session: Session, keeper: Keeper, journal: Journal, parent: QObject | None = None, *,
                 lecture: Callable[[], str] = str) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._keeper, self._journal = session, keeper, journal
        self._lecture, self._kept = lecture, ""
        self._begun = self._failed = False
        self._timer = QTimer(self, singleShot=True, interval=DELAY)
        self._timer.timeout.connect(self._write)
        session.listen(self.changed)

    @Slot(object)
    def begin(self, shown: object = None) -> None:
        """Keep changes from now on: a first picture has been shown."""
        if not self._begun:
            self._begun = True
            self._timer.start()

    def close(self) -> None:
        """Stop keeping; the session ended in good order."""
        self._begun = False
        self._timer.stop()
        self._keeper.close()

    def changed(self) -> None:
        """There is something new to keep."""
        if self._begun and not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _write(self) -> None:
        try:
            self._keeper.keep(dump(self._session.lab, self._session.state))
            text = self._lecture()
            if text != self._kept:
                self._keeper.keep_lecture(text)
                self._kept = text
        except WriteError as error:
            if not self._failed:
                self._journal.write(str(error))
            self._failed = True
