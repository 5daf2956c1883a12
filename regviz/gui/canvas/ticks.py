"""Where tick labels stand and what they say, on linear and logarithmic axes. Pure; no Qt."""

import math
from collections.abc import Iterable

from regviz.lab import Axis

Tick = tuple[float, str]

_MINUS = "\N{MINUS SIGN}"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def ticks(axis: Axis, low: float, high: float, length: float, spacing: float) -> tuple[Tick, ...]:
    """Ticks of ``axis`` for the shown range ``low`` … ``high``, at least ``spacing`` apart on ``length`` pixels.

    Range and tick values are log10 of the data on a log axis. The axis's own ticks win over the choice made here.
    """
    if axis.hidden or not low < high:
        return ()
    if axis.ticks is not None:
        own = ((math.log10(v) if axis.log else v, text) for v, text in axis.ticks if not axis.log or v > 0)
        return tuple((v, text) for v, text in own if low <= v <= high)
    room = max(1.0, length / spacing)
    if axis.log:
        return tuple(_log_ticks(low, high, room))
    return tuple(_linear_ticks(low, high, room))


def _linear_ticks(low: float, high: float, room: float) -> Iterable[Tick]:
    step = _round_step((high - low) / room)
    if step <= abs(high) * 1e-13 or step <= 0:
        return
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    largest = max(abs(first), abs(last)) * step
    for k in range(first, min(last, first + 100) + 1):
        yield k * step, linear_text(k * step, step, largest)


def _round_step(rough: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is at least ``rough``."""
    if not (rough > 0 and math.isfinite(rough)):
        return 0.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next((m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9)), 10 * power)


def linear_text(value: float, step: float, largest: float) -> str:
    """``value`` with as many decimals as the ``step`` needs; very large and small numbers with a power of ten."""
    if value == 0:
        return "0"
    if largest >= 1e5 or largest < 1e-3:
        exponent = math.floor(math.log10(largest) + 1e-12)
        places = max(0, exponent - math.floor(math.log10(step) + 1e-9))
        mantissa = f"{value / 10.0**exponent:.{places}f}"
        return f"{mantissa}·10{str(exponent).translate(_SUPERSCRIPTS)}".replace("-", _MINUS)
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:.{places}f}".replace("-", _MINUS)


def _log_ticks(low: float, high: float, room: float) -> Iterable[Tick]:
    """Decades, thinned when there are many; 1, 2, 5 where those fit; a linear choice for less than a decade."""
    span = high - low
    if span < 0.31:
        yield from _within_decade(low, high, room)
        return
    factors = (1, 2, 5) if 3 * span <= room else (1,)
    stride = max(1, math.ceil((span + 1) / room))
    first, last = math.ceil(max(low, -330) / stride - 1), math.floor(min(high, 330) / stride)
    for decade in range(first * stride, last * stride + 1, stride):
        for factor in factors:
            at = decade + math.log10(factor)
            if low - 1e-9 <= at <= high + 1e-9:
                yield at, log_text(factor, decade)


def _within_decade(low: float, high: float, room: float) -> Iterable[Tick]:
    if not -300 < low < high < 300:
        return
    for value, text in _linear_ticks(10.0**low, 10.0**high, room):
        if value > 0:
            yield math.log10(value), text


def log_text(factor: int, decade: int) -> str:
    """``factor``·10^``decade`` written plainly between 0.001 and 9,999, with a power of ten beyond."""
    if -3 <= decade <= 3:
        return f"{factor * 10.0**decade:.{max(0, -decade)}f}"
    power = "10" + str(decade).translate(_SUPERSCRIPTS)
    return power if factor == 1 else f"{factor}·{power}"
