"""The L1 rule of many demonstrations, which freezes a weight that crosses zero, as an optimiser: only to compare.

After the step of descent w moves by ηλ towards zero; a weight whose sign this changes becomes 0 and never moves again.
"""

from dataclasses import dataclass

import numpy as np

from regviz.neural import Sgd
from regviz.neural.layer import Array, Op, call
from regviz.neural.optimisers import Rows, SgdUpdate


@dataclass(frozen=True)
class FreezingSgd(Sgd):
    """SGD whose L1 penalty is the sub-gradient step with freezing, in place of the prox."""

    def bind(self, params: Array, grad: Array, weights: Array) -> "FreezingUpdate":
        """The update of ``params`` in place."""
        return FreezingUpdate(self, params, grad, weights)


class FreezingUpdate(SgdUpdate):
    """``memory`` holds the momentum and which weights are dead (1) or alive (0)."""

    def __init__(self, rule: Sgd, params: Array, grad: Array, weights: Array) -> None:
        super().__init__(rule, params, grad, weights)
        self.memory = (*self.memory, np.zeros_like(params))

    def tune(self, rows: Rows) -> None:
        """As for SGD; the prox is taken out."""
        super().tune(rows)
        self._active["l1"] = False

    def ops(self) -> list[Op]:
        """SGD without the prox, then the sub-gradient step and the freezing."""
        return [*super().ops(), call(self._freeze)]

    def _freeze(self) -> None:
        dead, w = self.memory[1], self.params
        moved = w - self._threshold * np.sign(w)
        dead[(w * moved < 0.0) & (self._threshold > 0.0)] = 1.0
        np.copyto(w, np.where(dead > 0.0, 0.0, moved))
