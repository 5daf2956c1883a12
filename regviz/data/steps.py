"""Long work in steps: a generator that yields the share that is done, from 0 to 1, and returns the answer."""

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
Steps = Generator[float, None, T]


def finished(steps: Steps[T]) -> T:
    """The answer, all steps being taken at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            answer: T = end.value
            return answer


def part(steps: Steps[T], start: float, end: float) -> Steps[T]:
    """``steps`` as that part of longer work which goes from the share ``start`` to ``end``."""
    while True:
        try:
            share = next(steps)
        except StopIteration as last:
            answer: T = last.value
            return answer
        yield start + (end - start) * share
