"""Curves that grow with training, in arrays that double. Knows nothing of nets."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class _Grown:
    """Rows of one shape, appended."""

    def __init__(self, first: Array) -> None:
        self._rows = np.empty((64, *first.shape), first.dtype)
        self.count = 0

    def extend(self, rows: Array) -> None:
        end = self.count + len(rows)
        while end > len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[self.count : end] = rows
        self.count = end

    @property
    def values(self) -> Array:
        return self._rows[: self.count]


class Record:
    """Curves by name over the steps at which they were measured."""

    def __init__(self) -> None:
        self._steps = _Grown(np.zeros((), np.int64))
        self._curves: dict[str, _Grown] = {}

    def __getitem__(self, name: str) -> Array:
        """The values (T, …) of one curve; KeyError for a curve that nobody measures."""
        return self._curves[name].values

    @property
    def steps(self) -> Array:
        """The steps (T,), rising."""
        return self._steps.values

    def add(self, step: int, rows: dict[str, Array]) -> None:
        """Append one row to each curve."""
        self.extend(np.array([step]), {name: np.asarray(row)[None] for name, row in rows.items()})

    def extend(self, steps: Array, rows: dict[str, Array]) -> None:
        """Append the rows (T, …) of T steps to each curve."""
        self._steps.extend(steps)
        for name, more in rows.items():
            if name not in self._curves:
                self._curves[name] = _Grown(more[0])
            self._curves[name].extend(more)

    def cut(self, step: int) -> None:
        """Forget what was measured after ``step``."""
        count = int(np.searchsorted(self.steps, step, side="right"))
        for grown in (self._steps, *self._curves.values()):
            grown.count = count
