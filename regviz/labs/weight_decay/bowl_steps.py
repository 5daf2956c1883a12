"""Slow motion on the bowl: what the data and what penalty or decay do in the next step of each method."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Arrows, Mark, Readout, show
from regviz.labs.weight_decay.bowl import Paths
from regviz.labs.weight_decay.state import METHODS, WeightDecayState

Array = NDArray[Any]

WHOLE, DATA, PENALTY = range(3)
"""The sub-steps: a step made, then the two parts of the next one."""
LONGEST = 0.42
"""Length in the picture of the longer part of a step."""


def following(state: WeightDecayState, step: int, part: int) -> tuple[int, int]:
    """The step and the sub-step to be shown next."""
    last = PENALTY if state.lam > 0.0 else DATA
    if state.pace == 1 and part < last:
        return step, part + 1
    return min(step + state.pace, state.steps), WHOLE


def parts(found: Paths, step: int) -> tuple[Array, Array]:
    """How far the data and the penalty move each method (4, 2) in the step after ``step``; they add up to it."""
    penalty = -found.taken[step]
    return found.w[step + 1] - found.w[step] - penalty, penalty


def arrows(found: Paths, step: int, part: int) -> tuple[Mark, ...]:
    """The parts up to ``part``, head to tail; each method's are enlarged alike, so that they can be seen."""
    if part == WHOLE:
        return ()
    data, penalty = parts(found, step)
    longest = np.maximum(np.linalg.norm(data, axis=1), np.linalg.norm(penalty, axis=1))[:, None]
    scale = np.divide(LONGEST, longest, out=np.zeros_like(longest), where=longest > 0)
    foot = found.w[step]
    marks = [_arrows("data", foot, scale * data, "loss")]
    if part == PENALTY:
        marks.append(_arrows("penalty", foot + scale * data, scale * penalty, "penalty"))
    return tuple(marks)


def header(step: int, part: int) -> tuple[Readout, ...]:
    """Which sub-step is shown."""
    if part == WHOLE:
        return ()
    words = ("", "1 data, enlarged", "2 penalty or decay, enlarged")[part]
    return (Readout(name="part", value=f"step {step + 1}: {words}", role=("text", "loss", "penalty")[part]),)


def words(found: Paths, step: int, part: int) -> str:
    """The sub-step as a sentence."""
    moved = np.linalg.norm(parts(found, step)[part - 1], axis=1)
    each = ", ".join(
        f"{name} {show(float(far)) if np.isfinite(far) else 'undefined'}"
        for name, far in zip(METHODS, moved, strict=True)
    )
    who = "the data" if part == DATA else "penalty or decay"
    return f"Step {step + 1}, part {part}: how far {who} would move each alone: {each}."


def _arrows(key: str, at: Array, along: Array, role: str) -> Arrows:
    return Arrows(key=key, x=at[:, 0], y=at[:, 1], dx=along[:, 0], dy=along[:, 1], role=role)
