"""Early stopping with patience: when to stop, and the best weights so far. It stops no training itself."""

import numpy as np

from regviz.neural.layer import Array


class EarlyStopping:
    """Watches the validation loss of R variants.

    A loss counts as better when it is below the best by more than ``min_delta``; a variant is ``stopped`` (R,) once
    ``patience`` observations in a row were no better. ``best_loss``, ``best_step`` (R,) and ``best_params`` (R, P)
    are those to restore; observations of a stopped variant change nothing. Losses that are not finite are no better.
    """

    def __init__(self, variants: int, patience: int, min_delta: float = 0.0) -> None:
        if patience < 1:
            raise ValueError(f"The patience must be at least 1, not {patience}.")
        self.patience, self.min_delta = patience, min_delta
        self.best_loss = np.full(variants, np.inf)
        self.best_step = np.zeros(variants, np.intp)
        self.stopped_at = np.full(variants, -1)
        self.waited = np.zeros(variants, np.intp)
        self.best_params: Array | None = None

    @property
    def stopped(self) -> Array:
        """Which variants have stopped (R,)."""
        result: Array = self.stopped_at >= 0
        return result

    def observe(self, step: int, losses: Array, params: Array) -> None:
        """Take in the validation ``losses`` (R,) of ``params`` (R, P) after ``step`` steps."""
        if self.best_params is None:
            self.best_params = params.copy()
        running = ~self.stopped
        better = running & (losses < self.best_loss - self.min_delta)
        self.best_loss[better], self.best_step[better] = losses[better], step
        self.best_params[better] = params[better]
        self.waited = np.where(better, 0, self.waited + running)
        self.stopped_at[running & (self.waited >= self.patience)] = step
