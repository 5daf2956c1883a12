"""Axes that stay the same objects while their range does, with ranges that grow in steps."""

import math
from functools import lru_cache

from regviz.lab import Axis

_STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0)

ERROR = Axis(low=0.0, high=1.0, label="error")
FULL = 1.12
"""Upper end of bars that may reach 1: room for their numbers."""


@lru_cache(maxsize=256)
def axis(low: float, high: float, label: str = "", log: bool = False, hidden: bool = False) -> Axis:
    """The axis of these words, the same object each time."""
    return Axis(low=low, high=high, label=label, log=log, hidden=hidden)


def round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 4, 5, 7, 10 times a power of ten that is at least ``value`` > 0."""
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in _STEPS if step * power >= value), 10.0 * power)


def decades(low: float, high: float, label: str, least: float, most: float) -> Axis:
    """A log axis that holds ``least`` … ``most`` and, in whole decades, ``low`` … ``high`` where these lie outside."""
    below = least if low >= least else 10.0 ** math.floor(math.log10(low))
    above = most if high <= most else 10.0 ** math.ceil(math.log10(high))
    return axis(below, above, label, log=True)


@lru_cache(maxsize=32)
def bars(count: int) -> Axis:
    """The axis under ``count`` bars."""
    return Axis(low=-0.6, high=count - 0.4, hidden=False)
