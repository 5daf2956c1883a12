"""From text to named columns of cells: delimiter, quotation marks, header and the limits on size. Reads no numbers."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from regviz.data.errors import DataError, counted, listed
from regviz.data.numerals import is_numeral
from regviz.data.steps import Steps

MAX_ROWS = 200_000
MAX_COLUMNS = 10_000
MAX_CELLS = 20_000_000

_DELIMITERS = "\t;|,"
_SAMPLE = 20
_BATCH = 30_000
"""Cells read in one step."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


@dataclass(frozen=True, eq=False)
class Records:
    """``columns[j][i]`` is the cell of column ``names[j]`` in row ``rows[i]`` of the file, the header being row 1."""

    names: list[str]
    columns: list[tuple[str, ...]]
    rows: list[int]
    delimiter: str
    notes: tuple[str, ...]


def splitting(text: str, source: str) -> Steps[Records]:
    """Split ``text`` into a header and rows of as many cells; raises DataError naming the row that does not fit."""
    delimiter = sniff(text)
    records = _records(text, delimiter, source)
    _, header = next(records, (0, None))
    if header is None:
        raise DataError(f"{source} is empty.")
    names, notes = title(header, source)
    rows: list[int] = []
    body: list[list[str]] = []
    every, total = max(1, _BATCH // len(names)), text.count("\n") + 1
    for row, cells in records:
        _check_row(row, cells, len(names), len(rows), source)
        rows.append(row)
        body.append(cells)
        if not len(rows) % every:
            yield 0.9 * min(row / total, 1.0)
    if not rows:
        raise DataError(f"{source} has a header in row 1 but no rows below it.")
    columns = []
    for cells_of_column in zip(*body, strict=True):
        columns.append(cells_of_column)
        yield 0.9 + 0.1 * len(columns) / len(names)
    return Records(names, columns, rows, delimiter, notes)


def sniff(text: str) -> str:
    """The delimiter: the only candidate in the first line, else the first that cuts the first rows into equal parts.

    Candidates are tab, semicolon, bar and, last because numbers and names hold it too, comma.
    """
    first = next((line for line in _lines(text) if line.strip()), "")
    found = [mark for mark in _DELIMITERS if mark in first]
    if len(found) < 2:
        return found[0] if found else ","
    widths = {mark: _widths(text, mark) for mark in found}
    even = [mark for mark in found if len(set(widths[mark])) == 1 and widths[mark][0] > 1]
    return even[0] if even else max(found, key=lambda mark: widths[mark][:1])


def _widths(text: str, delimiter: str) -> list[int]:
    """Numbers of cells of the first rows; 0 stands for rows that cannot be cut."""
    widths = []
    try:
        for cells in islice((cells for cells in _reader(text, delimiter) if not _blank(cells)), _SAMPLE):
            widths.append(len(cells))
    except csv.Error:
        widths.append(0)
    return widths


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(_lines(text), delimiter=delimiter, skipinitialspace=True, strict=True)


def _lines(text: str) -> Iterator[str]:
    """The lines of ``text`` with what ends them: a line feed, a carriage return or both."""
    return (found.group() for found in _LINE.finditer(text))


def _records(text: str, delimiter: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with their numbers."""
    row = 0
    try:
        for row, cells in enumerate(_reader(text, delimiter), 1):
            if not _blank(cells):
                yield row, cells
    except csv.Error as error:
        raise DataError(f"{source} cannot be cut into cells in row {row + 1}: {_reason(error)}.") from error


def _blank(cells: list[str]) -> bool:
    return len(cells) <= 1 and not "".join(cells).strip()


def _reason(error: csv.Error) -> str:
    message = str(error)
    if "limit" in message:
        return f"a cell has more than {csv.field_size_limit():,} characters"
    if "unexpected end" in message:
        return "a quotation mark is never closed"
    return "text follows a closing quotation mark"


def _check_row(row: int, cells: list[str], width: int, above: int, source: str) -> None:
    if len(cells) != width:
        raise DataError(f"Row {row} of {source} has {counted(len(cells), 'cell')}, but the header has {width:,}.")
    if above >= MAX_ROWS:
        raise DataError(f"{source} goes beyond the limit of {MAX_ROWS:,} rows in row {row}.")
    if (above + 1) * width > MAX_CELLS:
        raise DataError(f"{source} goes beyond the limit of {MAX_CELLS:,} cells in row {row}.")


def title(header: list[str], source: str) -> tuple[list[str], tuple[str, ...]]:
    """Names that are not empty and differ, and notes on those that were given."""
    given = [" ".join(cell.split()) for cell in header]
    if len(given) > MAX_COLUMNS:
        raise DataError(f"{source} has {len(given):,} columns; the limit is {MAX_COLUMNS:,}.")
    if all(is_numeral(name) for name in given):
        raise DataError(f"Row 1 of {source} holds only numbers, but it must hold the names of the columns.")
    named = [name or f"column {j}" for j, name in enumerate(given, 1)]
    names = _distinct(named)
    renamed = [new for old, new in zip(given, names, strict=True) if old != new]
    return names, (f"Columns without a name of their own were called {listed(renamed, 10)}.",) if renamed else ()


def _distinct(names: list[str]) -> list[str]:
    taken: set[str] = set()
    used: dict[str, int] = {}
    distinct = []
    for name in names:
        new = name
        while new in taken:
            used[name] = used.get(name, 1) + 1
            new = f"{name} ({used[name]})"
        taken.add(new)
        distinct.append(new)
    return distinct
