"""Code lengths with real bits: strings of "0" and "1", codes of whole numbers, and an exact arithmetic coder.

Every code here is prefix-free, so that a reader knows where each word ends. What is coded (polynomials, trees,
coefficients) lives in the modules named description_length_….
"""

from collections.abc import Callable
from dataclasses import dataclass

PRECISION = 32
"""Binary digits of the probabilities that the arithmetic coder is given."""
TOTAL = 1 << PRECISION


class Reader:
    """Reads a bit string from the left; beyond its end it reads zeros and counts them."""

    def __init__(self, bits: str) -> None:
        self.bits, self.at = bits, 0

    def take(self, count: int) -> str:
        """The next ``count`` bits."""
        found = self.bits[self.at : self.at + count]
        self.at += count
        return found.ljust(count, "0")

    def number(self, count: int) -> int:
        """The next ``count`` bits as a binary number."""
        return int(self.take(count) or "0", 2)

    @property
    def exhausted(self) -> bool:
        """Whether all bits have been read, and none beyond."""
        return self.at == len(self.bits)


def fixed(value: int, count: int) -> str:
    """``value`` in exactly ``count`` binary digits; raises ValueError where it does not fit."""
    if not 0 <= value < 1 << count:
        raise ValueError(f"{value} does not fit into {count} bits.")
    return format(value, "b").zfill(count) if count else ""


def digits(choices: int) -> int:
    """Bits of a word that names one of ``choices`` ≥ 1 things: ⌈log₂ choices⌉."""
    return (choices - 1).bit_length()


def gamma(value: int) -> str:
    """Elias's γ code of ``value`` ≥ 1: 2⌊log₂ value⌋ + 1 bits (Elias 1975, IEEE Trans. Inform. Theory 21)."""
    if value < 1:
        raise ValueError(f"The code begins at 1, not {value}.")
    binary = format(value, "b")
    return "0" * (len(binary) - 1) + binary


def read_gamma(reader: Reader) -> int:
    """The next word of the γ code; raises ValueError where none begins."""
    zeros = 0
    while reader.take(1) == "0":
        zeros += 1
        if reader.at > len(reader.bits):
            raise ValueError("The bits end inside a word.")
    return (1 << zeros) + reader.number(zeros)


def delta(value: int) -> str:
    """Elias's δ code of ``value`` ≥ 1: the γ code of its length, then its digits after the first."""
    binary = format(value, "b")
    return gamma(len(binary)) + binary[1:] if value >= 1 else gamma(value)


def read_delta(reader: Reader) -> int:
    """The next word of the δ code."""
    count = read_gamma(reader) - 1
    return (1 << count) + reader.number(count)


def folded(value: int) -> int:
    """Whole numbers 0, −1, 1, −2, … as 2·value + 1 or −2·value: 1, 2, 3, 4, … in turn."""
    return 2 * value + 1 if value >= 0 else -2 * value


def unfolded(value: int) -> int:
    """The inverse of `folded`."""
    return (value - 1) // 2 if value % 2 else -(value // 2)


@dataclass(slots=True)
class Interval:
    """The half-open interval [low, low + width)/scale that an arithmetic coder narrows, in exact integers."""

    low: int = 0
    width: int = 1
    scale: int = 1

    def narrow(self, start: int, count: int, total: int) -> None:
        """Keep the part from ``start``/``total`` on that is ``count``/``total`` wide."""
        self.low = self.low * total + self.width * start
        self.width *= count
        self.scale *= total

    def word(self) -> str:
        """The shortest bits whose every continuation stays inside: at most 2 more than −log₂(width/scale)."""
        length = max(0, (self.scale // self.width).bit_length() - 1)
        while True:
            first = -((-self.low << length) // self.scale)
            if (first + 1) * self.scale <= (self.low + self.width) << length:
                return fixed(first, length)
            length += 1


Cut = Callable[[int, int], int]
"""``cut(i, k)``: the cumulative count, of `TOTAL`, of the values below ``k`` of symbol ``i``; it rises with k."""


def encode(values: list[int], cut: Cut) -> str:
    """The whole sequence as one word, the arithmetic code without rounding (Shannon–Fano–Elias on sequences)."""
    interval = Interval()
    for i, value in enumerate(values):
        start = cut(i, value)
        interval.narrow(start, cut(i, value + 1) - start, TOTAL)
    return interval.word()


def decode(reader: Reader, count: int, cut: Cut, span: Callable[[int], tuple[int, int]]) -> list[int]:
    """The ``count`` values that begin the rest of ``reader``, which then stands behind their word.

    ``span(i)`` is the first value of symbol ``i`` and the first beyond its last.
    """
    rest = reader.bits[reader.at :]
    code, length = int(rest or "0", 2), len(rest)
    interval, values = Interval(), []
    for i in range(count):
        # where the code lies in the interval, in units of 1/TOTAL of its width
        offset = code * interval.scale - (interval.low << length)
        target = (offset * TOTAL) // (interval.width << length)
        value = _find(i, target, cut, *span(i))
        start = cut(i, value)
        interval.narrow(start, cut(i, value + 1) - start, TOTAL)
        values.append(value)
    reader.take(len(interval.word()))
    return values


def _find(i: int, target: int, cut: Cut, low: int, high: int) -> int:
    """The value in low … high − 1 whose part holds ``target``, by bisection."""
    while high - low > 1:
        middle = (low + high) // 2
        if cut(i, middle) <= target:
            low = middle
        else:
            high = middle
    return low
