"""The lasso homotopy on a Gram matrix: one principal pivot of a tableau per knot.

No data matrix here and no working sets (`wide`); what the knots mean is in `lasso`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regviz.linear.problem import Array

PIVOT = 1e-13
"""A feature whose squared distance from the active ones is below this share of its own square is taken as collinear."""
LEAST_PIVOT = 1e-15
"""The same where the arithmetic is more careful."""
_SMALL = 32
_SLOPE = 1e-12
_FLOOR = 1e-15


Visit = tuple[Any, int, float]


class Trace(NamedTuple):
    """What a homotopy visited: at ``lams[k]`` (K,) feature ``features[k]`` entered or left, with sign ``sides[k]``.

    ``entering`` (K,) tells which. ``signs[k]`` (K, p) are the active signs just above ``lams[k]``, ``coef[k]`` (K, p)
    the solution there. The last entry is the end of the path (feature −1). ``cycled`` tells of a run that was given up.
    """

    lams: Array
    coef: Array
    signs: Array
    features: NDArray[np.intp]
    sides: Array
    entering: NDArray[np.bool_]
    cycled: bool


class Tableau:
    """[G | u | v] with the active features pivoted, stored transposed: rows are G, u, −u, v, −v; columns are features.

    With A active, w_A = u_A − λv_A, and the correlations of the others are u_I − λv_I, all along the segment. A feature
    reaches its boundary on side ± at λ = ±u/(``base`` ± v): ``base`` is 1 for inactive features (|correlation| = λ),
    0 for active ones on the side away from their sign (w = 0), and infinite where a boundary does not count.
    """

    def __init__(self, gram: Array, corr: Array) -> None:
        p = corr.size
        self.cells = np.empty((p + 4, p), gram.dtype)
        self.cells[:p] = gram
        self.cells[p] = corr
        np.negative(corr, out=self.cells[p + 1])
        self.cells[p + 2 :] = 0.0
        self.base = np.ones((2, p))
        self.signs = [0.0] * p
        self.least = ((PIVOT if gram.dtype == np.float64 else LEAST_PIVOT) * gram.diagonal()).tolist()
        self.rank_one = _rank_one(gram)
        self.some_blocked = False

    def toggle(self, j: int, pivot: float, side: float) -> None:
        """Let inactive ``j`` enter with sign ``side``, or active ``j`` of that sign leave; the pivot undoes itself."""
        cells, base, p = self.cells, self.base, len(self.signs)
        entering = not self.signs[j]
        if entering:
            cells[p + 2, j] += side
            cells[p + 3, j] -= side
        self._sweep(j, pivot)
        if entering:
            self.signs[j] = side
            base[0, j], base[1, j] = (np.inf, 0.0) if side > 0.0 else (0.0, np.inf)
        else:
            cells[p + 2, j] -= side
            cells[p + 3, j] += side
            self.signs[j] = 0.0
            base[:, j] = 1.0
            if self.some_blocked:
                self._unblock()

    def _sweep(self, j: int, pivot: float) -> None:
        cells = self.cells
        inverse = 1.0 / pivot
        row = cells[:, j] * inverse
        column = cells[j].copy()
        if pivot <= 1.0:
            # With these two entries the rank-one update also writes the pivot's own row and column, exactly enough.
            row[j] = 1.0 + inverse
            column[j] = pivot - 1.0
            self.rank_one(cells, row, column)
            return
        self.rank_one(cells, row, column)
        cells[:, j] = row
        column *= -inverse
        column[j] = inverse
        cells[j] = column

    def block(self) -> None:
        """Put aside, until a feature leaves, all inactive features that lie in the span of the active ones."""
        p = len(self.signs)
        off = (np.array(self.signs) == 0.0) & (self.cells[:p].diagonal() <= self.least)
        self.base[:, off] = np.inf
        self.some_blocked = True

    def _unblock(self) -> None:
        self.base[:, np.array(self.signs) == 0.0] = 1.0
        self.some_blocked = False


def _rank_one(gram: Array) -> Callable[[Array, Array, Array], None]:
    """Take x·yᵀ off an array in place: BLAS for large float64, else NumPy, whose import is free."""
    if gram.dtype == np.float64 and len(gram) > _SMALL:
        from scipy.linalg.blas import dger

        def blas(cells: Array, x: Array, y: Array) -> None:
            dger(-1.0, y, x, a=cells.T, overwrite_a=1)

        return blas
    scratch = np.empty((len(gram) + 4, len(gram)), gram.dtype)
    dot, subtract = np.dot, np.subtract

    def plain(cells: Array, x: Array, y: Array) -> None:
        dot(x[:, None], y[None], out=scratch)
        subtract(cells, scratch, out=cells)

    return plain


def homotopy(gram: Array, corr: Array, stop: float = 0.0) -> Trace:
    """Follow the lasso from λ_max down to ``stop`` for ``gram`` (p, p) and ``corr`` (p,), float64 or longdouble.

    Source: Osborne, Presnell & Turlach 2000.
    """
    p = corr.size
    table, visits = Tableau(gram, corr), list[Visit]()
    cells, base, signs, least = table.cells, table.base, table.signs, table.least
    tops, falls, lines = cells[p : p + 2], cells[p + 2 :], cells[p::2]
    ratios, store = np.empty((2, p), gram.dtype), np.empty((3 * p + 8, 2, p), gram.dtype)
    slope = np.array(_SLOPE, gram.dtype)
    add, maximum, divide = np.add, np.maximum, np.divide
    lam, idle, limit = np.inf, 0, 4 * p + 16
    floor = max(stop, _FLOOR * float(np.abs(corr).max()))
    while idle < limit:
        add(falls, base, out=ratios)
        maximum(ratios, slope, out=ratios)
        divide(tops, ratios, out=ratios)
        place = int(ratios.argmax())
        below = ratios.item(place)
        if below <= floor:
            break
        j = place if place < p else place - p
        pivot, side = cells.item(j, j), signs[j]
        if not side:
            if pivot <= least[j]:
                table.block()
                continue
            side = 1.0 if place < p else -1.0
        if below < lam:
            lam, idle = below, 0
        else:
            idle += 1
        store[len(visits)] = lines
        visits.append((lam, j, side))
        if len(visits) == len(store):
            store = np.concatenate([store, np.empty_like(store)])
        table.toggle(j, pivot, side)
    store[len(visits)] = lines
    visits.append((stop, -1, 0.0))
    return _trace(visits, store[: len(visits)], idle >= limit)


def _trace(visits: list[Visit], pairs: Array, cycled: bool) -> Trace:
    """Coefficients and signs of all knots at once."""
    heights, places, ways = zip(*visits, strict=True)
    signs = np.zeros((len(visits), pairs.shape[2]))
    active: set[int] = set()
    entering = []
    for k, (j, side) in enumerate(zip(places[:-1], ways, strict=False), 1):
        enters = j not in active
        signs[k, j] = side if enters else -side
        active ^= {j}
        entering.append(enters)
    np.add.accumulate(signs, axis=0, out=signs)
    lams, features = np.array(heights), np.array(places)
    coef = pairs[:, 0] - lams[:, None] * pairs[:, 1]
    coef[signs * coef <= 0.0] = 0.0
    coef[np.arange(len(visits) - 1), features[:-1]] = 0.0
    if coef.dtype != np.float64:
        coef, lams = coef.astype(np.float64), lams.astype(np.float64)
    return Trace(lams, coef, signs, features, np.array(ways), np.array([*entering, True]), cycled)
