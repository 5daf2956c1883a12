"""The two errors of this package, and how names and cells are quoted in their sentences."""

from collections.abc import Sequence


class DataError(ValueError):
    """A table that cannot be used; the message is one sentence naming the file and the row or column."""


class ResourceError(RuntimeError):
    """A file that belongs to the program is missing or damaged; the message is one sentence naming it."""


def quoted(text: str, limit: int = 40) -> str:
    """``text`` in quotation marks, cut to ``limit`` characters, what cannot be printed replaced."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "'" + "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short) + "'"


def listed(names: Sequence[str], limit: int = 60) -> str:
    """``names`` quoted and joined by commas, those past ``limit`` counted."""
    shown = ", ".join(quoted(name) for name in names[:limit])
    rest = len(names) - limit
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def counted(number: int, noun: str) -> str:
    """``number`` and ``noun`` in the singular or plural."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
