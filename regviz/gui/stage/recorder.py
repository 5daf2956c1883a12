"""The lecture that is being made: steps added, edited, ordered, removed, taken back, written. Plain Python, no Qt."""

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from regviz.files import write_text
from regviz.lab.document import DocumentError
from regviz.lab.lecture import Lecture, Step, dump

_DEPTH = 200
"""Changes that can be taken back."""
EMPTY = Lecture("", ())


class Recorder:
    """A draft ``lecture`` with a chosen step ``at`` (−1 while there is none) and the ``file`` it is kept in.

    Listeners are called after every change of draft, choice or file.
    """

    def __init__(self) -> None:
        self.lecture, self.at = EMPTY, -1
        self.file: Path | None = None
        self._saved = EMPTY
        self._undo: list[tuple[Lecture, int]] = []
        self._burst: tuple[int, str] | None = None
        self._listeners: list[Callable[[], None]] = []

    @property
    def step(self) -> Step | None:
        """The chosen step."""
        return self.lecture.steps[self.at] if self.at >= 0 else None

    @property
    def changed(self) -> bool:
        """Whether there is something that no file has."""
        return self.lecture != self._saved

    @property
    def can_undo(self) -> bool:
        """Whether a change can be taken back."""
        return bool(self._undo)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after every change."""
        self._listeners.append(listener)

    def hand_over(self) -> None:
        """Forget all listeners: others take this over."""
        self._listeners.clear()

    def open(self, lecture: Lecture, file: Path | None) -> None:
        """Take up a lecture; ``file`` is where saving will write it, None for a ready-made one."""
        self.lecture, self.at, self.file = lecture, 0 if lecture.steps else -1, file
        self._saved = lecture
        self._undo.clear()
        self._burst = None
        self._tell()

    def resume(self, lecture: Lecture, at: int, file: Path | None, changed: bool) -> None:
        """Go on with a lecture at that step; ``changed`` where no file has it as it is."""
        self.open(lecture, file)
        self._saved = EMPTY if changed else lecture
        self.choose(at)
        self._tell()

    def choose(self, at: int) -> None:
        """Choose the step of that index, or the nearest there is."""
        at = max(-1 if not self.lecture.steps else 0, min(len(self.lecture.steps) - 1, at))
        if at != self.at:
            self.at, self._burst = at, None
            self._tell()

    def add(self, step: Step) -> None:
        """Put ``step`` after the chosen one and choose it."""
        steps, after = self.lecture.steps, self.at + 1
        self._become((*steps[:after], step, *steps[after:]), after)

    def edit(self, **changes: Any) -> None:
        """Change fields of the chosen step; changes of one field in a row are one entry of the history."""
        if self.step is not None:
            new = dataclasses.replace(self.step, **changes)
            steps = self.lecture.steps
            self._become((*steps[: self.at], new, *steps[self.at + 1 :]), self.at, "+".join(changes))

    def describe(self, **changes: Any) -> None:
        """Change the lecture's own fields: title, summary, language, minutes."""
        self._keep(dataclasses.replace(self.lecture, **changes), self.at, "+".join(changes))

    def shift(self, places: int) -> None:
        """Move the chosen step up (negative) or down; the ends stop it."""
        steps = list(self.lecture.steps)
        to = max(0, min(len(steps) - 1, self.at + places))
        if self.at >= 0 and to != self.at:
            steps.insert(to, steps.pop(self.at))
            self._become(tuple(steps), to)

    def remove(self) -> None:
        """Remove the chosen step; the next one is chosen."""
        if self.at >= 0:
            steps = (*self.lecture.steps[: self.at], *self.lecture.steps[self.at + 1 :])
            self._become(steps, min(self.at, len(steps) - 1))

    def undo(self) -> bool:
        """Take the last change back; whether there was one."""
        if not self._undo:
            return False
        self.lecture, self.at = self._undo.pop()
        self._burst = None
        self._tell()
        return True

    def save(self, file: str | os.PathLike[str]) -> None:
        """Write the lecture; an untitled one gets the file's name.

        Raises `DocumentError` for a lecture without steps and `regviz.files.WriteError` where writing fails.
        """
        if not self.lecture.steps:
            raise DocumentError("A lecture needs at least one step before it can be saved.")
        path = Path(file)
        lecture = self.lecture
        if not lecture.title.strip():
            lecture = dataclasses.replace(lecture, title=path.stem)
        write_text(path, dump(lecture))
        self.lecture = self._saved = lecture
        self.file = path
        self._tell()

    def _become(self, steps: tuple[Step, ...], at: int, burst: str = "") -> None:
        self._keep(dataclasses.replace(self.lecture, steps=steps), at, burst)

    def _keep(self, lecture: Lecture, at: int, burst: str) -> None:
        if lecture == self.lecture:
            return
        if not burst or self._burst != (at, burst):
            self._undo.append((self.lecture, self.at))
            del self._undo[:-_DEPTH]
        self._burst = (at, burst) if burst else None
        self.lecture, self.at = lecture, at
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
