"""The speaker's time: what is planned, what has passed, and how the two compare. No Qt, and no clock of its own."""

import math
from itertools import accumulate

from regviz.lab.lecture import Lecture


class Schedule:
    """Seconds at which each step of a lecture is planned to begin and to end."""

    def __init__(self, lecture: Lecture) -> None:
        ends = list(accumulate(60.0 * step.minutes for step in lecture.steps))
        self.ends: tuple[float, ...] = tuple(ends)
        self.begins: tuple[float, ...] = (0.0, *ends[:-1])
        self.whole = 60.0 * (lecture.minutes or lecture.planned)

    def left(self, elapsed: float) -> float:
        """Seconds until the lecture's time is over; negative beyond it."""
        return self.whole - elapsed

    def lag(self, index: int, elapsed: float) -> float:
        """Seconds behind the plan at step ``index``, negative ahead of it, 0 while the step has its planned time."""
        if elapsed > self.ends[index]:
            return elapsed - self.ends[index]
        return min(0.0, elapsed - self.begins[index])


def written(seconds: float) -> str:
    """``seconds`` as 4:05 or 1:02:03, with a minus sign where they are negative; parts of a second are cut off."""
    whole = math.floor(abs(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    sign = "−" if seconds < 0 and whole else ""
    return f"{sign}{hours}:{minutes:02}:{rest:02}" if hours else f"{sign}{minutes}:{rest:02}"
