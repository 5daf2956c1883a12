"""Axes that the views of this lab share: rounded ends, so that the same object serves while numbers wander."""

from functools import lru_cache

import numpy as np

from regviz.lab import Axis

_ROUND = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)


def rounded(top: float) -> float:
    """The first of a few round numbers that is at least ``top``, within 1e-12 … 1e12."""
    top = min(max(top, 1e-12), 1e12)
    power = 10.0 ** np.floor(np.log10(top))
    return next(float(k * power) for k in _ROUND if k * power >= top * (1 - 1e-12))


@lru_cache(maxsize=256)
def axis(low: float, high: float, label: str = "", log: bool = False) -> Axis:
    """The axis from ``low`` to ``high``: one object for one range."""
    return Axis(low=low, high=high, label=label, log=log)


def upwards(top: float, label: str) -> Axis:
    """From 0 to a rounded end beyond ``top``."""
    return axis(0.0, rounded(top), label)


def around(reach: float, label: str) -> Axis:
    """As far below 0 as above, to a rounded end beyond ``reach``."""
    end = rounded(reach)
    return axis(-end, end, label)
