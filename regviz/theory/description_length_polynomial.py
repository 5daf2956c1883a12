"""A curve and its data in bits: degree, precisions, quantised coefficients, then residuals under a Gaussian.

Writer and reader share the inputs x, the number of rows and the grid of the outputs; only the outputs are sent.
Two-part codes: Rissanen (1978), Automatica 14; Wallace and Boulton (1968), Computer Journal 11.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.theory.description_length import Reader, delta, fixed, folded, gamma, read_delta, read_gamma, unfolded
from regviz.theory.description_length_normal import Cells

Array = NDArray[Any]
Integers = NDArray[np.int64]

CODES = ("fixed range", "Elias δ", "Elias γ")
"""How a quantised coefficient is written."""
FINEST = 15
"""Coefficients are multiples of 2⁻ᵇ with b = 0 … 15."""
SPREAD_DIGITS = 7
"""The deviation is 2^(i/2^q) cells with q = 0 … 7."""
LEAST_SPREAD, OCTAVES_DIGITS = -2, 4
"""The least deviation is 2⁻² cells, the largest is below 2¹⁴."""
COMPARED = 6
"""Pairs of precisions whose exact lengths are compared, the most promising ones."""
RANGE_DIGITS = 4
"""Coefficients of the fixed range lie in −2ᵐ … 2ᵐ, m = 0 … 15."""


def basis(x: Array, degree: int) -> Array:
    """Orthogonal polynomials of degree 0 … ``degree`` on the points ``x`` (n,), every column of length √n.

    Raises ValueError where there are too few different points.
    """
    if len(np.unique(x)) <= degree:
        raise ValueError(f"{len(np.unique(x))} different points do not determine a polynomial of degree {degree}.")
    low, high = float(x.min()), float(x.max())
    t = (2.0 * x - low - high) / (high - low) if high > low else 0.0 * x
    Q, R = np.linalg.qr(np.polynomial.legendre.legvander(t, degree))
    return np.asarray(Q * np.sign(np.diag(R)) * np.sqrt(len(x)))


@dataclass(frozen=True)
class Model:
    """What is sent before the data: coefficients ``k``·2⁻ᵇ (d + 1,) and the deviation 2^(−2 + i/2^q) cells."""

    k: tuple[int, ...]
    b: int
    q: int
    i: int
    code: str

    @property
    def coefficients(self) -> Array:
        """The coefficients on the orthogonal basis, in units of y."""
        return np.array(self.k, dtype=np.float64) * 2.0**-self.b

    @property
    def spread(self) -> float:
        """The deviation of the residuals in cells of the grid of y."""
        return float(spreads(self.q)[self.i])

    def words(self) -> tuple[tuple[str, str], ...]:
        """The bits by name: degree, precision, deviation, range where there is one, and every coefficient."""
        head = [
            ("degree", gamma(len(self.k))), ("precision", fixed(self.b, 4)),
            ("deviation", fixed(self.q, 3) + fixed(self.i, OCTAVES_DIGITS + self.q)),
        ]  # fmt: skip
        m = least_range(self.k, self.b)
        if self.code == CODES[0]:
            head.append(("range", fixed(m, RANGE_DIGITS)))
        return (*head, *((f"θ{j}", _coefficient(k, self.b + m, self.code)) for j, k in enumerate(self.k)))

    @property
    def bits(self) -> str:
        """All of it as one string."""
        return "".join(word for _, word in self.words())


def least_range(k: tuple[int, ...], b: int) -> int:
    """The least m ≥ 0 for which every coefficient k·2⁻ᵇ lies in −2ᵐ … 2ᵐ, the upper end left out."""
    needed = max((-v - 1 if v < 0 else v).bit_length() for v in k)
    return max(0, needed - b)


def _coefficient(k: int, m: int, code: str) -> str:
    if code == CODES[0]:
        return fixed(k + (1 << m), m + 1)
    return delta(folded(k)) if code == CODES[1] else gamma(folded(k))


def read_model(reader: Reader, code: str) -> Model:
    """The inverse of `Model.bits`."""
    count, b, q = read_gamma(reader), reader.number(4), reader.number(3)
    i = reader.number(OCTAVES_DIGITS + q)
    if code == CODES[0]:
        m = reader.number(RANGE_DIGITS) + b
        k = tuple(reader.number(m + 1) - (1 << m) for _ in range(count))
    else:
        read = read_delta if code == CODES[1] else read_gamma
        k = tuple(unfolded(read(reader)) for _ in range(count))
    return Model(k, b, q, i, code)


@lru_cache(maxsize=SPREAD_DIGITS + 1)
def spreads(q: int) -> Array:
    """The deviations (2^(4+q),) that precision ``q`` can name, in cells."""
    return np.asarray(2.0 ** (LEAST_SPREAD + np.arange(1 << (OCTAVES_DIGITS + q)) / 2.0**q))


@dataclass(frozen=True, eq=False)
class Message:
    """One degree in bits: ``model`` and ``data`` are strings, ``rss`` is that of the quantised curve."""

    parts: Model
    model: str
    data: str
    rss: float

    @property
    def bits(self) -> str:
        """The whole message."""
        return self.model + self.data


class Curve:
    """Outputs ``z`` (n,) in whole cells of size ``cell`` at inputs ``x`` (n,), and their codes for every degree."""

    def __init__(self, x: Array, z: Integers, cell: float, most: int, code: str = CODES[0]) -> None:
        self.x, self.z, self.cell, self.code = x, z, cell, code
        self.degrees = range(min(most, len(np.unique(x)) - 1) + 1)
        self.basis = basis(x, self.degrees[-1])
        self.theta = self.basis.T @ self.y / len(x)
        self._bases = [basis(x, d) for d in self.degrees]  # those that the reader makes, to the bit
        self.messages = [self._message(d) for d in self.degrees]

    @property
    def y(self) -> Array:
        """The outputs (n,) as they are sent, in their own units."""
        return np.asarray(self.z * self.cell)

    def fitted(self, model: Model) -> Array:
        """The quantised curve (n,) at the inputs, in units of y."""
        return np.asarray(self._bases[len(model.k) - 1] @ model.coefficients)

    def cells(self, model: Model) -> Cells:
        """The code of the outputs given the curve."""
        return Cells("gaussian", model.spread, self.fitted(model) / self.cell)

    def models(self, degree: int, most: int) -> list[Model]:
        """The ``most`` promising models of all pairs of precisions (b, q), the shortest by the length of the density.

        The density is that of N(0, s² + 1/12), the deviation s and the cell together (Sheppard's correction).
        """
        n, steps = len(self.z), 2.0 ** np.arange(FINEST + 1)[:, None]
        K = np.rint(self.theta[: degree + 1] * steps)
        miss = self.z - (K / steps) @ self.basis[:, : degree + 1].T / self.cell
        rss = np.einsum("bn,bn->b", miss, miss)[:, None]
        rows = [tuple(int(v) for v in row) for row in K]
        words = np.array([[len(Model(row, b, 0, 0, self.code).bits)] for b, row in enumerate(rows)])
        at = 0.5 * np.log2(np.maximum(rss / n - 1.0 / 12.0, 4.0**LEAST_SPREAD)) - LEAST_SPREAD
        q = np.arange(SPREAD_DIGITS + 1)
        i = np.minimum(np.rint(at * 2.0**q), 2.0 ** (OCTAVES_DIGITS + q) - 1)
        square = 4.0 ** (LEAST_SPREAD + i / 2.0**q) + 1.0 / 12.0
        data = 0.5 * n * np.log2(2.0 * np.pi * square) + rss / (2.0 * square * np.log(2.0))
        order = np.argsort((words + q + data).ravel(), kind="stable")[:most]
        return [
            Model(rows[b], b, p, int(i[b, p]), self.code) for b, p in (divmod(int(at), len(q)) for at in order)
        ]  # fmt: skip

    def length(self, model: Model) -> float:
        """Bits of the whole message, those of the data before they are rounded up to whole ones."""
        return len(model.bits) + float(self.cells(model).ideal(self.z).sum())

    def _message(self, degree: int) -> Message:
        model = min(self.models(degree, COMPARED), key=self.length)
        residual = self.y - self.fitted(model)
        return Message(model, model.bits, self.cells(model).encode(self.z), float(residual @ residual))

    @property
    def totals(self) -> Integers:
        """Bits (D,) of the whole message for every degree."""
        return np.array([len(message.bits) for message in self.messages], dtype=np.int64)

    @property
    def best(self) -> int:
        """The degree of the shortest message, the lowest of several."""
        return int(np.argmin(self.totals))

    def bic(self) -> Array:
        """Schwarz's (1978) criterion for every degree as bits, on the same scale as the code; NaN for a perfect fit.

        (n/2) log₂(2πe RSS/n) − n log₂(cell) + (d + 2)/2 · log₂ n with the d + 1 coefficients and the deviation.
        """
        n, y = len(self.z), self.y
        rss = np.array([np.sum((y - self.basis[:, : d + 1] @ self.theta[: d + 1]) ** 2) for d in self.degrees])
        rss[rss < 1e-9 * self.cell**2 * n] = np.nan
        rate = 0.5 * np.log2(2.0 * np.pi * np.e * rss / n) - np.log2(self.cell)
        return np.asarray(n * rate + 0.5 * (np.arange(len(rss)) + 2.0) * np.log2(n))


def decoded(bits: str, x: Array, cell: float, code: str) -> Integers:
    """The outputs, in whole cells, out of the bits of a message about the inputs ``x``."""
    reader = Reader(bits)
    model = read_model(reader, code)
    centres = basis(x, len(model.k) - 1) @ model.coefficients / cell
    return Cells("gaussian", model.spread, centres).decode(reader)
