"""Masks of dropout: those that a training step used, and seeded ones for Monte-Carlo averages. No pictures."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.labs import _nets as nets
from regviz.labs.dropout.state import DropoutState, widths
from regviz.neural import generator
from regviz.neural.streams import Uniforms

Array = NDArray[Any]


def of_step(state: DropoutState, run: nets.Run) -> tuple[Array, ...]:
    """For each hidden layer 1 for kept units (units,): the first sample's mask in the last step made.

    Before training it is the mask that the first step will use.
    """
    step, size = max(run.step - 1, 0), run.trainer.network.size
    found = []
    for index, units in enumerate(widths(state)):
        uniform = Uniforms(state.seed, index, (units, 1, size)).at(step)[:, 0, 0]
        found.append((uniform >= np.float32(state.drop)).astype(np.float64))
    return tuple(found)


@lru_cache(maxsize=32)
def factors(seed: int, sizes: Sequence[int], drop: float, count: int) -> tuple[Array, ...]:
    """m/(1 − q) for each hidden layer (count, units): the first masks stay as they are when more are asked for."""
    found = []
    for index, units in enumerate(sizes):
        uniform = generator(seed, "Monte-Carlo dropout", index).random((count, units))
        factor = (uniform >= drop) / (1.0 - drop)
        factor.setflags(write=False)
        found.append(factor)
    return tuple(found)
