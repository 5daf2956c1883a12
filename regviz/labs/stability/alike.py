"""Which features are most alike, found block by block: the Gram matrix of thousands of features is never held whole."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regviz.data.steps import Steps
from regviz.linear.problem import Problem

Array = NDArray[np.float64]

SAME = 1.0 - 1e-12
"""|correlation| from which on two features count as one and the same."""
_ROWS = 256
WHOLE = 1000
"""Up to this many features their Gram matrix is used."""


class Alike(NamedTuple):
    """``pair`` are the two features with the largest r² times the smaller correlation with the target, ``same`` two
    columns that are equal up to scale and sign, or None.
    """

    pair: tuple[int, int]
    same: tuple[int, int] | None


def alike(problem: Problem) -> Steps[Alike]:
    """The features that are most alike; the first of equals."""
    spread = _spread(problem)
    matters = np.abs(problem.correlation) / np.sqrt(np.maximum(spread, 1e-300))
    size = np.where(spread > 0.0, np.sqrt(spread), np.inf)
    pair, most, closest, largest = (0, min(1, problem.p - 1)), 0.0, (0, 0), 0.0
    for start in range(0, problem.p, _ROWS):
        stop = min(start + _ROWS, problem.p)
        block = np.triu(np.abs(_rows(problem, start, stop)) / size[start:stop, None] / size[start:], 1)
        found = _largest(block, start)
        if found[0] > largest:
            largest, closest = found
        weight = block**2 * np.minimum.outer(matters[start:stop], matters[start:])
        found = _largest(weight, start)
        if found[0] > most:
            most, pair = found
        yield stop / problem.p
    return Alike(pair, closest if largest >= SAME else None)


def correlations(problem: Problem, i: int) -> Array:
    """The correlation (p,) of feature ``i`` with every feature, 0 where one is constant."""
    spread = _spread(problem)
    size = np.sqrt(spread[i] * spread)
    row = problem.gram_rows([i])[0]
    result: Array = np.divide(row, size, out=np.zeros(problem.p), where=size > 0.0)
    return result


def _largest(values: Array, start: int) -> tuple[float, tuple[int, int]]:
    """The largest of ``values`` (r, p − start) and its features, row 0 and column 0 being feature ``start``."""
    i, j = divmod(int(np.argmax(values)), values.shape[1])
    return float(values[i, j]), (start + i, start + j)


def _rows(problem: Problem, start: int, stop: int) -> Array:
    """Rows ``start`` … ``stop`` − 1 of XᵀX/n, from column ``start`` on."""
    if problem.p <= WHOLE:
        known: Array = problem.gram[start:stop, start:]
        return known
    rows: Array = problem.X[:, start:stop].T @ problem.X[:, start:] / problem.n
    return rows


def _spread(problem: Problem) -> Array:
    """The mean square (p,) of every feature."""
    if problem.p <= WHOLE:
        return problem.gram.diagonal()
    squares: Array = np.einsum("ij,ij->j", problem.X, problem.X) / problem.n
    return squares
