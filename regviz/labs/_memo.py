"""Memory for slow pure functions that a lab asks whether the answer is already there, and for those in steps."""

from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from dataclasses import replace
from typing import Generic, ParamSpec, TypeVar

from regviz.lab import Frame

P = ParamSpec("P")
T = TypeVar("T")


class Memo(Generic[P, T]):
    """A pure function of hashable arguments that remembers its last ``size`` answers."""

    def __init__(self, function: Callable[P, T], size: int) -> None:
        self.function, self.size = function, size
        self.answers: OrderedDict[Hashable, T] = OrderedDict()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's answer, computed when it is not remembered."""
        key = (args, tuple(kwargs.items()))
        if key not in self.answers:
            return self.keep(self.function(*args, **kwargs), *args, **kwargs)
        self.answers.move_to_end(key)
        return self.answers[key]

    def keep(self, answer: T, *args: P.args, **kwargs: P.kwargs) -> T:
        """Remember ``answer`` as that of these arguments."""
        self.answers[(args, tuple(kwargs.items()))] = answer
        while len(self.answers) > self.size:
            self.answers.popitem(last=False)
        return answer

    def knows(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Whether the answer is remembered."""
        return (args, tuple(kwargs.items())) in self.answers


def memo(size: int) -> Callable[[Callable[P, T]], Memo[P, T]]:
    """Decorate a pure function to become a `Memo` of ``size`` answers."""
    return lambda function: Memo(function, size)


class Gradual(Memo[P, T]):
    """A `Memo` of a generator that yields the share of its work that is done, from 0 to 1, and returns the answer."""

    def __init__(self, function: Callable[P, Generator[float, None, T]], size: int) -> None:
        self.work = function
        super().__init__(self._drained, size)

    def steps(self, *args: P.args, **kwargs: P.kwargs) -> Generator[float, None, T]:
        """The work step by step, nothing of it where the answer is remembered."""
        if self.knows(*args, **kwargs):
            return self(*args, **kwargs)
        answer = yield from self.work(*args, **kwargs)
        self.keep(answer, *args, **kwargs)
        return answer

    def _drained(self, *args: P.args, **kwargs: P.kwargs) -> T:
        steps = self.work(*args, **kwargs)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                answer: T = end.value
                return answer


def gradual(size: int) -> Callable[[Callable[P, Generator[float, None, T]]], Gradual[P, T]]:
    """Decorate a pure generator to become a `Gradual` of ``size`` answers."""
    return lambda function: Gradual(function, size)


def meanwhile(frame: Frame, steps: Generator[float, None, T]) -> Generator[Frame, None, T]:
    """``frame`` again and again with the progress of ``steps``; the answer of these at their end.

    At every yield the worker may drop the job, so that a newer state or Esc need not wait for the answer.
    """
    while True:
        try:
            share = next(steps)
        except StopIteration as end:
            answer: T = end.value
            return answer
        yield replace(frame, progress=min(max(share, 0.0), 1.0), status="running")
