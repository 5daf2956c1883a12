"""The worker: one plain thread that turns states into frames, newest first, and never runs ahead of the painter.

Five rules: the mailbox keeps the newest request only; a running job always delivers its first frame; after that it is
dropped as soon as a request waits; so is a job of another key, while a training job of the same key goes on with the
new state; every delivery carries its request's serial. At most one delivery waits for `acknowledge`.
"""

import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from regviz.engine.job import Job, Open, Source, open_frames

INTERVAL = 1 / 60
"""Seconds between frames of a training at speed 1."""
_POLL = 0.25
_LONGEST = 240


@dataclass(frozen=True, slots=True)
class Delivery:
    """A frame of ``state``; ``serial`` is its request's, ``number`` counts the job's frames from 1."""

    serial: int
    lab: Any
    state: Any
    frame: Any
    number: int


@dataclass(frozen=True, slots=True)
class Failure:
    """What a lab raised, as one ``sentence`` for people and the ``trace`` for the log."""

    serial: int
    lab: Source
    state: Any
    sentence: str
    trace: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The job of that request has no more frames, or was cancelled."""

    serial: int
    lab: Source


Message = Delivery | Failure | Finished


@dataclass(frozen=True, slots=True)
class _Request:
    serial: int
    lab: Source
    state: Any
    fresh: bool = False


class Worker:
    """One thread with a mailbox of one place.

    ``deliver`` is called in the worker's thread with a `Message`; after a `Delivery` nothing more is computed until
    `acknowledge`. All public methods may be called from any other thread and return at once.
    """

    def __init__(
        self, deliver: Callable[[Message], None], *, open_: Open = open_frames,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._deliver = deliver
        self._open = open_
        self._clock = clock
        self._lock = threading.Lock()
        self._sending = threading.RLock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="regviz-worker", daemon=True)
        self._mail: _Request | None = None
        self._last: _Request | None = None
        self._taken: _Request
        self._job: Job | None = None
        self._serial = 0
        self._unseen = False
        self._cancelled = False
        self._playing = False
        self._steps = 0
        self._speed = 1.0
        self._due = 0.0

    # What the window calls.

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout: float = 0.35) -> bool:
        """End the thread and wait at most ``timeout`` seconds; whether it ended. Nothing is delivered afterwards."""
        with self._sending:
            self._stopping.set()
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def request(self, lab: Source, state: Any) -> int:
        """Ask for the frames of ``state``; replaces whatever waits. Returns the request's serial."""
        return self._post(lab, state, fresh=False)

    def restart(self) -> None:
        """Begin the newest request anew, from its first frame."""
        if self._last is not None:
            self._post(self._last.lab, self._last.state, fresh=True)

    def acknowledge(self) -> None:
        """Say that the delivered frame is on the screen."""
        with self._lock:
            self._unseen = False
        self._wake.set()

    def play(self) -> None:
        """Pull a training job until `pause`; one that has ended begins anew."""
        with self._lock:
            self._playing = True
            self._cancelled = False
            over = self._mail is None and (self._job is None or self._job.ended or self._job.complete)
        if over:
            self.restart()
        else:
            self._wake.set()

    def pause(self) -> None:
        """Stop pulling a training job."""
        with self._lock:
            self._playing = False

    def step(self, frames: int) -> None:
        """Pause, then go ``frames`` forward or, where negative, back through the frames that are kept."""
        with self._lock:
            self._playing = False
            self._steps += frames
        self._wake.set()

    def set_speed(self, speed: float) -> None:
        """Pull ``speed`` frames for each one delivered; below 1, wait longer between them."""
        with self._lock:
            self._speed = speed

    def cancel(self) -> None:
        """Drop what waits and what runs; a training only pauses."""
        with self._lock:
            self._mail = None
            self._steps = 0
            self._cancelled = True
            self._playing = False
        self._wake.set()

    @property
    def playing(self) -> bool:
        """Whether a training job is being pulled."""
        return self._playing

    def _post(self, lab: Source, state: Any, fresh: bool) -> int:
        with self._lock:
            self._serial += 1
            fresh = fresh or (self._mail is not None and self._mail.fresh and self._mail.lab is lab)
            self._mail = self._last = _Request(self._serial, lab, state, fresh)
            self._steps = 0  # those asked for before are not to follow the newer state's frame
            self._cancelled = False
        self._wake.set()
        return self._serial

    # What the thread does.

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            delay = self.turn()
            if delay != 0.0:
                self._wake.wait(_POLL if delay is None else delay)
        self._drop()

    def turn(self) -> float | None:
        """Do one piece of work: at most one delivery. Seconds until the next is due, None when there is nothing."""
        with self._lock:
            if self._unseen or self._stopping.is_set():
                return None
            request, self._mail = self._mail, None
            if request is None:
                steps, self._steps = self._steps, 0
        if request is not None:
            return self._begin(request)
        job = self._job
        if job is None or (job.ended and not steps):
            return None
        if not job.lab.trains:
            return self._end(job) if self._cancelled else self._pull(job, 1)
        return self._walk(job, steps) if steps else self._train(job)

    def _begin(self, request: _Request) -> float:
        """Go on with the job that runs when it takes the request in, else start another; show its first frame."""
        self._taken = request
        try:
            if not request.fresh and self._job is not None and self._job.absorbs(request.lab, request.state):
                self._job.absorb(request.state)
                return self._pull(self._job, 2 if self._playing else 1)  # a lab may show the same moment first
            else:
                self._drop()
                self._job = Job(request.lab, request.state, self._open)
        except BaseException as error:  # noqa: B036 - whatever a lab raises, the thread lives on
            return self._fail(error)
        return self._pull(self._job, 1)

    def _train(self, job: Job) -> float | None:
        if not self._playing:
            return None
        wait = self._due - self._clock()
        if wait > 0.0:
            return wait
        return self._pull(job, max(1, round(self._speed)))

    def _walk(self, job: Job, steps: int) -> float:
        """Step through the ring; beyond its newest frame, pull."""
        kept = job.turn_back(-steps)
        if kept is not None:
            self._show(job, *kept, self._clock())
        elif steps > 0 and not job.ended and not job.complete:
            return self._pull(job, 1)
        return 0.0

    def _pull(self, job: Job, frames: int) -> float:
        """Pull up to ``frames`` frames and show the last, unless a request or a stop has overtaken it."""
        first, start = job.shown == 0, self._clock()
        last = None
        try:
            for _ in range(frames):
                frame = job.pull()
                last = frame if frame is not None else last
                if job.ended or job.complete or self._mail is not None or self._overtaken(job, first):
                    break
        except BaseException as error:  # noqa: B036 - whatever a lab raises, the thread lives on
            return self._fail(error)
        if last is not None and not self._overtaken(job, first):
            self._show(job, job.state, last, start)
        return self._end(job) if job.ended or job.complete else 0.0

    def _overtaken(self, job: Job, first: bool) -> bool:
        """Whether the frame just computed is not wanted any more; a first frame always is, but for cancel and stop."""
        if self._stopping.is_set() or (self._cancelled and (first or not job.lab.trains)):
            return True
        return self._mail is not None and not first and not job.lab.trains

    def _show(self, job: Job, state: Any, frame: Any, start: float) -> None:
        """Deliver a frame whose making began at ``start``, from where the time to the next one counts."""
        with self._lock:
            self._unseen = True
            self._due = start + INTERVAL / min(1.0, self._speed)
        self._send(Delivery(self._taken.serial, job.lab, state, frame, job.shown))

    def _end(self, job: Job) -> float:
        if not job.lab.trains:
            self._drop()
        with self._lock:
            self._playing = False
        self._send(Finished(self._taken.serial, job.lab))
        return 0.0

    def _fail(self, error: BaseException) -> float:
        self._job = None
        with self._lock:
            self._playing = False
        request = self._taken
        trace = "".join(traceback.format_exception(error))
        self._send(Failure(request.serial, request.lab, request.state, _sentence(request.lab, error), trace))
        return 0.0

    def _drop(self) -> None:
        """Close the job; one that raises even then is let go."""
        job, self._job = self._job, None
        if job is not None:
            try:
                job.close()
            except BaseException:  # noqa: B036 - it is being thrown away
                return

    def _send(self, message: Message) -> None:
        with self._sending:
            if not self._stopping.is_set():
                self._deliver(message)


def _sentence(lab: Source, error: BaseException) -> str:
    return own_sentence(error) or f"{lab.title} could not compute this: {brief(error)}."


def own_sentence(error: BaseException) -> str:
    """What a ValueError says of the state or its data where that is a sentence for people, else ""."""
    text = str(error).strip()
    return text if isinstance(error, ValueError) and text.endswith(".") and "\n" not in text else ""


def brief(error: BaseException | None, kind: type[BaseException] | None = None) -> str:
    """The error's kind and the first line of what it says, at most `_LONGEST` characters, without a full stop."""
    name = (kind or type(error)).__name__
    lines = str(error).strip().splitlines() if error is not None else []
    said = f"{name}: {lines[0]}" if lines else name
    return (said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…").rstrip(".")
