"""Axes that stay the same objects while what they hold grows little by little, so that zoom and pictures stay."""

import numpy as np
from numpy.typing import ArrayLike

from regviz.lab import Axis
from regviz.labs._nets.run import Run

ROOM = 1.5
"""A range that is outgrown becomes at least this much longer."""
_LARGEST = 1e30


def fixed(run: Run, name: str, low: float, high: float, label: str = "", *, hidden: bool = False) -> Axis:
    """The axis ``name`` of a run from ``low`` to ``high``: the same object as long as both stay."""
    kept = run.axes.get(name)
    if kept is None or (kept.low, kept.high, kept.label) != (low, high, label):
        kept = run.axes[name] = Axis(low=low, high=high, label=label, hidden=hidden)
    return kept


def grown(run: Run, name: str, values: ArrayLike, label: str = "", *, low: float = 0.0, least: float = 1.0) -> Axis:
    """The axis ``name`` of a run from ``low``, to hold all finite ``values``; it starts at ``least`` and never shrinks.

    Values beyond 1e30 are left outside: a net that goes there has diverged, and the words say so.
    """
    kept = run.axes.get(name)
    found = np.asarray(values, np.float64)
    top = float(np.max(found, where=np.isfinite(found) & (found < _LARGEST), initial=low))
    if kept is not None and kept.low == low and kept.label == label and top <= kept.high:
        return kept
    before = low + least if kept is None else low + ROOM * (kept.high - low)
    return fixed(run, name, low, before if top <= before else low + 1.1 * (top - low), label)


def along(run: Run, steps: int) -> Axis:
    """The axis of training steps from 0 to ``steps``, with room for labels at the curves' ends."""
    return fixed(run, "steps", 0.0, 1.12 * max(steps, run.step, 1), "training step")
