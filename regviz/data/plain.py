"""The short way for large tables of plain numbers. What it does not take goes through records and columns."""

import csv

import numpy as np

from regviz.data.columns import Column
from regviz.data.records import MAX_CELLS, MAX_ROWS, sniff, title
from regviz.data.table import Array

_LEAST = 100_000
"""Characters below which a file is read soon enough as it is."""
_BATCH = 30_000
"""Cells read at a time, so that other threads come to their turn."""
_NUMERALS = str.maketrans("", "", "0123456789+-.eE\n")

Numbers = tuple[list[Column], tuple[str, ...]]


def plain_columns(text: str, source: str) -> Numbers | None:
    """The columns of ``text`` and notes on their names, where every cell below the header is a finite plain number.

    None for every other text: it may have to be read with care, or be told what is wrong with it.
    """
    if len(text) < _LEAST or '"' in text:
        return None
    head, _, body = text.replace("\r\n", "\n").strip("\n").partition("\n")
    delimiter = sniff(text)
    lines = body.split("\n")
    width = head.count(delimiter) + 1
    if len(lines) > MAX_ROWS or len(lines) * width > MAX_CELLS:
        return None
    if _long([head, *lines], delimiter) or _strange(lines, delimiter):
        return None
    values = _values(lines, delimiter, width)
    if values is None:
        return None
    names, notes = title(next(csv.reader([head], delimiter=delimiter, skipinitialspace=True)), source)
    return [Column(name, values[:, j].copy()) for j, name in enumerate(names)], notes


def _long(lines: list[str], delimiter: str) -> bool:
    """Whether some cell is longer than cells may be."""
    most = csv.field_size_limit()
    return any(len(line) > most and max(map(len, line.split(delimiter))) > most for line in lines)


def _strange(lines: list[str], delimiter: str) -> bool:
    """Whether some line is empty or has letters other than those of numerals and the delimiter."""
    step = max(1, _BATCH // (1 + len(lines[0])))
    for start in range(0, len(lines), step):
        some = lines[start : start + step]
        if not all(some) or "".join(some).translate(_NUMERALS).replace(delimiter, ""):
            return True
    return False


def _values(lines: list[str], delimiter: str, width: int) -> Array | None:
    """(n, ``width``) numbers; None where a line has other cells."""
    values = np.empty((len(lines), width))
    step = max(1, _BATCH // width)
    for start in range(0, len(lines), step):
        some = lines[start : start + step]
        try:
            part = np.loadtxt(some, delimiter=delimiter, ndmin=2, comments=None)
        except ValueError:
            return None
        if part.shape != (len(some), width) or not np.isfinite(part).all():
            return None
        values[start : start + step] = part
    return values
