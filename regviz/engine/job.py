"""A job: one running generator of frames with the ring of frames it has shown. No thread, no lock, no clock."""

from collections import deque
from collections.abc import Callable, Generator, Hashable
from typing import Any, Protocol

RING = 240
"""Frames kept for stepping back."""


class Source(Protocol):
    """What the engine needs of a lab."""

    @property
    def name(self) -> str:
        """What tells it from other labs."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def trains(self) -> bool:
        """Whether its generator is played and paused, and takes new states by ``send``."""

    def frames(self, state: Any) -> Generator[Any, Any, None]:
        """Yield frames of ``state``."""

    def key(self, state: Any) -> Hashable:
        """The part of ``state`` that a running generator cannot absorb."""


Open = Callable[[Source, Any], Generator[Any, Any, None]]
"""How a job gets its frames; a function that talks to another process can stand here."""


def open_frames(lab: Source, state: Any) -> Generator[Any, Any, None]:
    """The frames of ``state`` computed in this very thread."""
    return lab.frames(state)


class Job:
    """The frames of one lab from one state on; it may raise whatever the lab raises."""

    def __init__(self, lab: Source, state: Any, open_: Open = open_frames) -> None:
        self.lab = lab
        self.state = state
        self.ended = False
        self.complete = False
        """Whether the newest frame says that nothing more comes unless a new state is sent: its progress is 1."""
        self.shown = 0
        """Frames pulled so far."""
        self._key = lab.key(state)
        self._frames = open_(lab, state)
        self._news: Any = None
        self._ring: deque[tuple[Any, Any]] = deque(maxlen=RING)
        self._back = 0

    def absorbs(self, lab: Source, state: Any) -> bool:
        """Whether this job can go on with ``state`` instead of being started anew."""
        return lab is self.lab and lab.trains and not self.ended and lab.key(state) == self._key

    def absorb(self, state: Any) -> None:
        """Take ``state`` in at the next pull."""
        self.state = state
        self._news = state

    def pull(self) -> Any:
        """The next frame, or None at the end."""
        self._back = 0
        try:
            frame = self._frames.send(self._news) if self.shown else next(self._frames)
        except StopIteration:
            self.ended = True
            return None
        self._news = None if self.shown else self._news
        self.shown += 1
        self.complete = self.lab.trains and getattr(frame, "progress", None) == 1.0
        self._ring.append((self.state, frame))
        return frame

    def turn_back(self, steps: int) -> tuple[Any, Any] | None:
        """The (state, frame) ``steps`` before the one on show (negative: after it), or None where none is kept."""
        back = self._back + steps
        if not 0 <= back < len(self._ring):
            return None
        self._back = back
        return self._ring[-1 - back]

    def close(self) -> None:
        """End the generator so that it can tidy up."""
        self.ended = True
        self._frames.close()
