"""How numbers are written for people: the same digits on screen, in captions and in exports."""

import math

_MINUS = "\N{MINUS SIGN}"


def show(value: float | int | str | bool | None, digits: int = 3) -> str:
    """Write ``value`` with ``digits`` significant digits, a true minus sign, and words for what is no number.

    Integers are written whole, missing values as "undefined", infinities as "∞"; magnitudes outside
    1e-4 … 1e6 use powers of ten.
    """
    if value is None:
        return "undefined"
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value).replace("-", _MINUS)
    return _real(float(value), digits)


def absent(begun: object) -> str:
    """What people read where there is no number: "not yet" as long as nothing has ``begun``, then nothing."""
    return "" if begun else "not yet"


def _real(value: float, digits: int) -> str:
    if math.isnan(value):
        return "undefined"
    if math.isinf(value):
        return "∞" if value > 0 else _MINUS + "∞"
    if value == 0.0:
        return "0"
    size = abs(value)
    if 1e-4 <= size < 1e6:
        places = max(0, digits - 1 - math.floor(math.log10(size)))
        return f"{value:.{places}f}".replace("-", _MINUS)
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa}e{int(exponent)}".replace("-", _MINUS)
