"""Memory for slow pure functions that a lab asks whether the answer is already there."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, ParamSpec, TypeVar

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
            self.answers[key] = self.function(*args, **kwargs)
            while len(self.answers) > self.size:
                self.answers.popitem(last=False)
        else:
            self.answers.move_to_end(key)
        return self.answers[key]

    def knows(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Whether the answer is remembered."""
        return (args, tuple(kwargs.items())) in self.answers


def memo(size: int) -> Callable[[Callable[P, T]], Memo[P, T]]:
    """Decorate a pure function to become a `Memo` of ``size`` answers."""
    return lambda function: Memo(function, size)
