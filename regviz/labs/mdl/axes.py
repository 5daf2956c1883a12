"""Axes that the views of this lab share: rounded ends, so that the same object serves while numbers wander."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis

_ROUND = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


def rounded(top: float) -> float:
    """The first of a few round numbers that is at least ``top``, within 1e-12 … 1e12."""
    top = min(max(top, 1e-12), 1e12)
    power = 10.0 ** np.floor(np.log10(top))
    return next(float(k * power) for k in _ROUND if k * power >= top * (1 - 1e-12))


@lru_cache(maxsize=256)
def axis(low: float, high: float, label: str = "", log: bool = False, hidden: bool = False) -> Axis:
    """The axis from ``low`` to ``high``: one object for one range."""
    return Axis(low=low, high=high, label=label, log=log, hidden=hidden)


@lru_cache(maxsize=64)
def named(names: tuple[str, ...], label: str) -> Axis:
    """An axis whose whole numbers from 0 on have ``names``."""
    ticks = tuple((float(k), name) for k, name in enumerate(names))
    return Axis(low=-0.5, high=len(names) - 0.5, label=label, ticks=ticks)


def places(count: int) -> NDArray[Any]:
    """0 … ``count`` − 1 as real numbers."""
    return np.arange(count, dtype=np.float64)


def upwards(top: float, label: str) -> Axis:
    """From 0 to a rounded end beyond ``top``."""
    return axis(0.0, rounded(top), label)
