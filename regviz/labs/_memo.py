"""Memory for slow pure functions that a lab asks whether the answer is already there, and for those in steps."""

from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from dataclasses import replace
from threading import Lock
from typing import Any, Generic, ParamSpec, TypeVar

from regviz.data.steps import Steps, finished
from regviz.lab import Frame

P = ParamSpec("P")
T = TypeVar("T")


_MISSING: Any = object()


class Memo(Generic[P, T]):
    """A pure function of hashable arguments that remembers its last ``size`` answers.

    Threads may share it: whoever asks gets the same object as the others for as long as it is remembered, also where
    two began to compute it at once.
    """

    def __init__(self, function: Callable[P, T], size: int) -> None:
        self.function, self.size = function, size
        self.answers: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's answer, computed when it is not remembered."""
        found = self.recall(*args, **kwargs)
        return self.keep(self.function(*args, **kwargs), *args, **kwargs) if found is _MISSING else found

    def recall(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """The answer that is remembered, or `_MISSING`."""
        key = (args, tuple(kwargs.items()))
        with self._lock:
            if key in self.answers:
                self.answers.move_to_end(key)
            found: T = self.answers.get(key, _MISSING)
        return found

    def keep(self, answer: T, *args: P.args, **kwargs: P.kwargs) -> T:
        """Remember ``answer`` as that of these arguments, unless there is one by now; returns what is remembered."""
        with self._lock:
            answer = self.answers.setdefault((args, tuple(kwargs.items())), answer)
            while len(self.answers) > self.size:
                self.answers.popitem(last=False)
        return answer

    def knows(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Whether the answer is remembered."""
        with self._lock:
            return (args, tuple(kwargs.items())) in self.answers


def memo(size: int) -> Callable[[Callable[P, T]], Memo[P, T]]:
    """Decorate a pure function to become a `Memo` of ``size`` answers."""
    return lambda function: Memo(function, size)


class Gradual(Memo[P, T]):
    """A `Memo` of work in steps. What was put off when somebody let go of its steps goes on where it stopped, if
    nothing else was begun since: who moves λ while folds are being fitted does not lose those that are.
    """

    def __init__(self, function: Callable[P, Steps[T]], size: int) -> None:
        self.work = function
        self._put_off: tuple[Hashable, Steps[T]] | None = None
        super().__init__(self._drained, size)

    def steps(self, *args: P.args, **kwargs: P.kwargs) -> Steps[T]:
        """The work step by step, nothing of it where the answer is remembered."""
        found = self.recall(*args, **kwargs)
        if found is not _MISSING:
            return found
        work = self._begun(*args, **kwargs)
        while True:
            try:
                share = next(work)
            except StopIteration as end:
                return self.keep(end.value, *args, **kwargs)
            try:
                yield share
            except GeneratorExit:
                self._put_off = (args, tuple(kwargs.items())), work
                raise

    def _begun(self, *args: P.args, **kwargs: P.kwargs) -> Steps[T]:
        """The work that was put off, if it is that of these arguments, else new work."""
        with self._lock:
            kept, self._put_off = self._put_off, None
        same = kept is not None and kept[0] == (args, tuple(kwargs.items()))
        return kept[1] if kept is not None and same else self.work(*args, **kwargs)

    def _drained(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return finished(self._begun(*args, **kwargs))


def gradual(size: int) -> Callable[[Callable[P, Steps[T]]], Gradual[P, T]]:
    """Decorate a pure generator to become a `Gradual` of ``size`` answers."""
    return lambda function: Gradual(function, size)


def meanwhile(frame: Frame, steps: Steps[T], least: float = 0.02) -> Generator[Frame, None, T]:
    """``frame`` again and again with the progress of ``steps`` when it has grown by ``least``; at the end their answer.

    At every yield the worker may drop the job, so that a newer state or Esc need not wait for the answer.
    """
    shown = 0.0
    while True:
        try:
            share = next(steps)
        except StopIteration as end:
            answer: T = end.value
            return answer
        if share >= shown + least:
            shown = share
            yield replace(frame, progress=min(share, 1.0), status="running")
