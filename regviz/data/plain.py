"""The short way for large tables of plain numbers. What it does not take goes through records and columns."""

import csv

import numpy as np

from regviz.data.columns import Column
from regviz.data.records import MAX_CELLS, MAX_ROWS, sniff, title
from regviz.data.steps import Steps
from regviz.data.table import Array

_LEAST = 100_000
"""Characters below which a file is read soon enough as it is."""
_BATCH = 250_000
"""Characters read in one step."""
_NUMERALS = str.maketrans("", "", "0123456789+-.eE\n")

Numbers = tuple[list[Column], tuple[str, ...]]


def reading_plain(text: str, source: str) -> Steps[Numbers | None]:
    """The columns of ``text`` and notes on their names, where every cell below the header is a finite plain number.

    None for every other text: it may have to be read with care, or be told what is wrong with it.
    """
    if len(text) < _LEAST or '"' in text:
        return None
    start, end = _bounds(text)
    turn = text.find("\n", start, end)
    head = text[start : turn if turn >= 0 else end].removesuffix("\r")
    delimiter = sniff(text)
    width, rows = head.count(delimiter) + 1, text.count("\n", start, end)
    if not 0 < rows <= MAX_ROWS or rows * width > MAX_CELLS or _long([head], delimiter):
        return None
    values = np.empty((rows, width), order="F")
    at, done = turn + 1, 0
    while at < end:
        stop = text.find("\n", min(at + _BATCH, end), end) + 1 or end
        lines = text[at:stop].replace("\r\n", "\n").removesuffix("\n").split("\n")
        some = _values(lines, delimiter, width)
        if some is None:
            return None
        values[done : done + len(lines)] = some
        at, done = stop, done + len(lines)
        yield at / end
    names, notes = title(next(csv.reader([head], delimiter=delimiter, skipinitialspace=True)), source)
    return [Column(name, values[:, j]) for j, name in enumerate(names)], notes


def _bounds(text: str) -> tuple[int, int]:
    """Where ``text`` begins and ends without the line ends around it."""
    start, end = 0, len(text)
    while start < end and text[start] in "\r\n":
        start += 1
    while end > start and text[end - 1] in "\r\n":
        end -= 1
    return start, end


def _long(lines: list[str], delimiter: str) -> bool:
    """Whether some cell is longer than cells may be."""
    most = csv.field_size_limit()
    return any(len(line) > most and max(map(len, line.split(delimiter))) > most for line in lines)


def _values(lines: list[str], delimiter: str, width: int) -> Array | None:
    """(n, ``width``) numbers; None where a line is empty, or a cell is no plain number or longer than cells may be."""
    if not all(lines) or "".join(lines).translate(_NUMERALS).replace(delimiter, "") or _long(lines, delimiter):
        return None
    try:
        values = np.loadtxt(lines, delimiter=delimiter, ndmin=2, comments=None)
    except ValueError:
        return None
    return values if values.shape == (len(lines), width) and np.isfinite(values).all() else None
