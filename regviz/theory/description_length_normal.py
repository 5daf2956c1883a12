"""Whole numbers around a centre in bits: cells of a Gaussian or Laplace density, every cell with a word of its own.

The probabilities of the coder are whole multiples of 2⁻³², the same for writer and reader. Values far out in the tails
are named by an escape and follow in a universal code.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.theory.description_length import TOTAL, Reader, decode, delta, encode, folded, read_delta, unfolded

Array = NDArray[Any]
Integers = NDArray[np.int64]

TAILS = {"gaussian": 6.0, "laplace": 24.0}
"""Half-width of the range that is coded without escape, in widths of the density."""
WIDEST = 1 << 30
"""Largest half-width in cells."""


def below(kind: str, z: Array | float) -> Array:
    """The distribution function of the density of width 1: standard deviation (gaussian), scale b (laplace)."""
    if kind == "gaussian":
        from scipy.special import ndtr

        return np.asarray(ndtr(z))
    tail = 0.5 * np.exp(-np.abs(z))
    return np.where(z < 0, tail, 1.0 - tail)


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells [k − ½, k + ½) of a density of ``width`` (in cells) around ``centres`` (n,), one for each value."""

    kind: str
    width: float
    centres: Array

    @property
    def reach(self) -> int:
        """Half the number of cells that have a word without escape."""
        return int(min(math.ceil(TAILS[self.kind] * self.width) + 4, WIDEST))

    @property
    def middle(self) -> Integers:
        """The cell of every centre."""
        return np.rint(self.centres).astype(np.int64)

    def cuts(self, k: Integers) -> Integers:
        """Cumulative counts, of 2³², below the cells ``k`` (n,) counted from ``middle − reach``; the last is escape."""
        count = 2 * self.reach + 2
        edge = k - self.reach + (self.middle - self.centres) - 0.5
        share = below(self.kind, edge / self.width)
        inside = np.floor((TOTAL - count) * share).astype(np.int64) + k
        return np.where(k <= 0, 0, np.where(k >= count, TOTAL, inside))

    def places(self, values: Integers) -> Integers:
        """The cell of every value counted from ``middle − reach``; 2·reach + 1 for escape."""
        k = values - self.middle + self.reach
        return np.where((k < 0) | (k > 2 * self.reach), 2 * self.reach + 1, k)

    def ideal(self, values: Integers) -> Array:
        """Bits (n,) of every value: −log₂ of its count over 2³², and the universal code of what escaped."""
        k = self.places(values)
        bits = -np.log2((self.cuts(k + 1) - self.cuts(k)) / TOTAL)
        for i in np.flatnonzero(k > 2 * self.reach).tolist():
            bits[i] += len(delta(folded(int(values[i] - self.middle[i]))))
        return np.asarray(bits)

    def encode(self, values: Integers) -> str:
        """All values as one word of the arithmetic code, then those that escaped."""
        k = self.places(values)
        start, stop = self.cuts(k).tolist(), self.cuts(k + 1).tolist()
        word = encode(k.tolist(), lambda i, at: start[i] if at == k[i] else stop[i])
        escaped = np.flatnonzero(k > 2 * self.reach).tolist()
        return word + "".join(delta(folded(int(values[i] - self.middle[i]))) for i in escaped)

    def decode(self, reader: Reader) -> Integers:
        """The values that were encoded with the same cells."""
        last, middle = 2 * self.reach + 2, self.middle
        shift, reach, width, kind = (middle - self.centres).tolist(), self.reach, self.width, self.kind

        def cut(i: int, k: int) -> int:
            if k <= 0 or k >= last:
                return 0 if k <= 0 else TOTAL
            edge = k - reach + shift[i] - 0.5
            return math.floor((TOTAL - last) * float(below(kind, edge / width))) + k

        k = np.array(decode(reader, len(middle), cut, lambda _: (0, last)), dtype=np.int64)
        values = k + middle - reach
        for i in np.flatnonzero(k == last - 1).tolist():
            values[i] = middle[i] + unfolded(read_delta(reader))
        return values
