"""The session: which lab and state are current, what can be undone, and who wants to know. Plain Python."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from regviz.engine.job import Source

DEPTH = 500
"""Undo entries kept for each lab."""

Edit = Callable[[Any, Mapping[str, Any]], Any]


def plain_edit(state: Any, changes: Mapping[str, Any]) -> Any:
    """A copy of ``state`` with ``changes``, unchecked."""
    return dataclasses.replace(state, **changes)


@dataclasses.dataclass
class _Track:
    """One lab's state with what came before and after it; ``burst`` names the fields of an unfinished edit."""

    state: Any
    undo: list[Any] = dataclasses.field(default_factory=list)
    redo: list[Any] = dataclasses.field(default_factory=list)
    burst: frozenset[str] | None = None


class Session:
    """One current lab, one state and one history for each lab.

    ``edit(state, changes)`` makes the new state and may raise; then nothing changes. Listeners are called after every
    change of lab or state.
    """

    def __init__(self, lab: Source, state: Any, *, edit: Edit = plain_edit) -> None:
        self._lab = lab
        self._edit = edit
        self._tracks: dict[str, _Track] = {lab.name: _Track(state)}
        self._listeners: list[Callable[[], None]] = []

    @property
    def lab(self) -> Any:
        """The current lab."""
        return self._lab

    @property
    def state(self) -> Any:
        """The current lab's state."""
        return self._track.state

    @property
    def can_undo(self) -> bool:
        """Whether there is an entry to go back to."""
        return bool(self._track.undo)

    @property
    def can_redo(self) -> bool:
        """Whether an undone entry can come back."""
        return bool(self._track.redo)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after every change."""
        self._listeners.append(listener)

    def hand_over(self) -> None:
        """Forget all listeners: others take this over."""
        self._listeners.clear()

    def set(self, changes: Mapping[str, Any], finished: bool = True) -> bool:
        """Change fields of the state; whether it changed.

        Unfinished changes of the same fields (a drag, a burst of keys) make one undo entry, up to and with the first
        finished one. Raises what ``edit`` raises.
        """
        track = self._track
        state = self._edit(track.state, changes)
        fields = frozenset(changes)
        if track.burst != fields:
            self.settle()
        changed: bool = state != track.state
        if changed:
            if track.burst is None:
                self._remember(track)
            track.burst = fields
            track.redo.clear()
            track.state = state
            self._tell()
        if finished:
            self.settle()
        return changed

    def settle(self) -> None:
        """End an unfinished edit, which leaves no entry when it came back to where it began."""
        track = self._track
        if track.burst is not None and track.undo[-1] == track.state:
            track.undo.pop()
        track.burst = None

    def undo(self) -> bool:
        """Go back one entry; whether there was one."""
        return self._move(self._track.undo, self._track.redo)

    def redo(self) -> bool:
        """Bring one undone entry back; whether there was one."""
        return self._move(self._track.redo, self._track.undo)

    def reset(self, defaults: Any) -> bool:
        """Make ``defaults`` the current lab's state, as one undo entry; whether that changed anything."""
        return self.go(self._lab, defaults)

    def switch(self, lab: Source, defaults: Any) -> None:
        """Make ``lab`` the current one, in the state it was left in, or in ``defaults`` the first time."""
        if lab is not self._lab:
            self.settle()
            self._lab = lab
            self._tracks.setdefault(lab.name, _Track(defaults))
            self._tell()

    def go(self, lab: Source, state: Any) -> bool:
        """Make ``lab`` and ``state`` current, the change of state as one undo entry; whether anything changed."""
        self.settle()
        moved = lab is not self._lab
        self._lab = lab
        track = self._tracks.setdefault(lab.name, _Track(state))
        if track.state != state:
            self._remember(track)
            track.redo.clear()
            track.state = state
            moved = True
        if moved:
            self._tell()
        return moved

    @property
    def _track(self) -> _Track:
        return self._tracks[self._lab.name]

    @staticmethod
    def _remember(track: _Track) -> None:
        track.undo.append(track.state)
        del track.undo[:-DEPTH]

    def _move(self, source: list[Any], target: list[Any]) -> bool:
        self.settle()
        if not source:
            return False
        target.append(self._track.state)
        self._track.state = source.pop()
        self._tell()
        return True

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
