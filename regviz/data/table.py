"""A data set ready for a linear model: numbers, names, groups and an account of how it was made."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regviz.data.errors import DataError, quoted

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Table:
    """Features and a target on their own scales; every number is finite and the arrays are read-only.

    ``X``       (n, p) features
    ``names``   their p names; the columns of a coded text column are called ``column=level``
    ``y``       (n,) target, ``target`` its name
    ``groups``  column indices of ``X`` that belong together: the coded levels of one text column, the powers of one
                variable; every other column is alone. Together they are a partition of 0 … p − 1, in order.
    ``notes``   sentences: what was dropped, coded or left out, which columns are constant or equal
    ``classes`` the two labels of a two-valued target, else None; coded text has y = 0 for the first and 1 for the
                second, numbers stay as they are
    ``source``  file name, or name and citation of a bundled set
    ``targets`` names of all columns that could be the target
    """

    X: Array
    names: tuple[str, ...]
    y: Array
    target: str
    groups: tuple[tuple[int, ...], ...]
    notes: tuple[str, ...]
    classes: tuple[str, str] | None
    source: str
    targets: tuple[str, ...]

    def __post_init__(self) -> None:
        self.X.setflags(write=False)
        self.y.setflags(write=False)

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.X)

    @property
    def p(self) -> int:
        """Number of features."""
        return int(self.X.shape[1])

    @property
    def outcomes(self) -> Array:
        """A two-valued target as 0 for the first class and 1 for the second (n,); raises DataError for others."""
        if self.classes is None:
            raise DataError(f"The target {quoted(self.target)} of {self.source} does not have exactly two values.")
        second: Array = (self.y == self.y.max()).astype(np.float64)
        return second
