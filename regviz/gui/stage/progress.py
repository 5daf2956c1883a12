"""Where a lecture stands: which step, whether its question still covers the picture, what is typed. No Qt, no clock."""

import dataclasses
from dataclasses import dataclass

from regviz.lab.lecture import Lecture


@dataclass(frozen=True, slots=True)
class Place:
    """Step ``index`` (from 0) of ``lecture``; ``covered`` while its question stands in place of the picture."""

    lecture: Lecture
    index: int = 0
    covered: bool = False

    def at(self, index: int) -> "Place":
        """The step of that index, or the nearest there is, with its question first."""
        index = max(0, min(len(self.lecture.steps) - 1, index))
        return Place(self.lecture, index, bool(self.lecture.steps[index].question))

    def next(self) -> "Place":
        """The picture behind the question, else the next step; the last picture is the end."""
        if self.covered:
            return dataclasses.replace(self, covered=False)
        return self if self.index == len(self.lecture.steps) - 1 else self.at(self.index + 1)

    def previous(self) -> "Place":
        """The picture of the step before; the first step is the beginning."""
        return self if self.index == 0 else Place(self.lecture, self.index - 1)


@dataclass(frozen=True, slots=True)
class Typed:
    """The number of a step as far as its digits have been typed; ``last`` is the number of the last step."""

    last: int
    number: int = 0

    def digit(self, digit: int) -> "Typed":
        """One more digit; what leads beyond the last step begins anew with this digit."""
        longer = 10 * self.number + digit
        return Typed(self.last, longer if longer <= self.last else digit if digit <= self.last else 0)

    @property
    def certain(self) -> bool:
        """Whether no further digit could follow."""
        return self.number > 0 and 10 * self.number > self.last
