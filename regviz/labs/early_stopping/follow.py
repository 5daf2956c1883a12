"""Early stopping read off a run: replayed from its looks, so that patience can be changed at any time."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.labs._nets import Run
from regviz.neural import EarlyStopping

Array = NDArray[Any]


def weights(run: Run) -> Array:
    """The curve that keeps the weights (R, P) of every look."""
    return run.params.copy()


@dataclass(frozen=True, eq=False)
class Stop:
    """What early stopping says so far.

    ``best_step`` and ``best_loss`` of the lowest validation loss; ``stopped_at`` a step, or −1 while it goes on;
    ``waited`` looks since the best. ``params`` (P,) are those in use: the best ones once it has stopped, before that
    the present ones.
    """

    best_step: int
    best_loss: float
    stopped_at: int
    waited: int
    params: Array

    @property
    def stopped(self) -> bool:
        """Whether training stopped."""
        return self.stopped_at >= 0


class Follower:
    """Feeds the looks of a run to `EarlyStopping`; only new ones, while patience and least gain stay."""

    def __init__(self) -> None:
        self._rule: EarlyStopping | None = None
        self._asked: tuple[int, float] = (0, 0.0)
        self._seen = -1

    def follow(self, run: Run, patience: int, min_delta: float) -> Stop:
        """Early stopping of the run up to its present step."""
        looks = run.record.steps
        if self._rule is None or self._asked != (patience, min_delta) or self._seen > looks[-1]:
            self._rule, self._asked, self._seen = EarlyStopping(1, patience, min_delta), (patience, min_delta), -1
        rule = self._rule
        for row in range(int(np.searchsorted(looks, self._seen, side="right")), len(looks)):
            if rule.stopped[0]:
                break
            rule.observe(int(looks[row]), run.record["validation_loss"][row], run.record["weights"][row])
        self._seen = int(looks[-1])
        assert rule.best_params is not None
        stopped = bool(rule.stopped[0])
        return Stop(
            int(rule.best_step[0]), float(rule.best_loss[0]), int(rule.stopped_at[0]), int(rule.waited[0]),
            (rule.best_params if stopped else run.params)[0].copy(),
        )  # fmt: skip
