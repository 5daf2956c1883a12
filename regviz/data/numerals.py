"""How a cell is read as a number: decimal point or comma, thousands marks, and what stands for a missing value."""

import re

MISSING = frozenset({"", "na", "n/a", "#n/a", "null", "?", ".", "-"}) | {
    sign + word for sign in ("", "+", "-") for word in ("nan", "inf", "infinity")
}
"""Cells without a value, in lower case."""

# Space, no-break space, narrow no-break space and the two apostrophes group digits in either style.
_GROUPING = " \u00a0\u202f'\u2019"


def _pattern(decimal: str, thousands: str, bare_end: str) -> re.Pattern[str]:
    whole = rf"\d+|\d{{1,3}}([{thousands}{_GROUPING}])\d{{3}}(?:\1\d{{3}})*"
    return re.compile(rf"[+-]?(?:(?:{whole})(?:{decimal}\d{bare_end})?|{decimal}\d+)(?:[eE][+-]?\d+)?", re.ASCII)


_POINT = _pattern(r"\.", ",", "*")
_COMMA = _pattern(",", r"\.", "+")
_DROP_FOR_POINT = str.maketrans("", "", "," + _GROUPING)
_DROP_FOR_COMMA = str.maketrans(",", ".", "." + _GROUPING)


def is_missing(cell: str) -> bool:
    """Whether the stripped ``cell`` stands for no value."""
    return cell.lower() in MISSING


def is_point(cell: str) -> bool:
    """Whether the stripped ``cell`` is a number with a decimal point, such as ``-1,234.5e3``."""
    return _POINT.fullmatch(cell) is not None


def is_comma(cell: str) -> bool:
    """Whether the stripped ``cell`` is a number with a decimal comma, such as ``-1.234,5e3``."""
    return _COMMA.fullmatch(cell) is not None


def is_numeral(cell: str) -> bool:
    """Whether the stripped ``cell`` is a number in either style."""
    return is_point(cell) or is_comma(cell)


def value(cell: str, comma: bool) -> float:
    """The number in ``cell``, correctly rounded; infinite when it is beyond float64."""
    return float(cell.translate(_DROP_FOR_COMMA if comma else _DROP_FOR_POINT))
