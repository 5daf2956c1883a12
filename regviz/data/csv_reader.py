"""Reading a table of the user's from a delimited text file. Steps: file_text, records, columns, assemble."""

import os

from regviz.data.assemble import assembling
from regviz.data.columns import Column, reading_columns
from regviz.data.errors import quoted
from regviz.data.file_text import decode, read_bytes
from regviz.data.plain import reading_plain
from regviz.data.records import splitting
from regviz.data.steps import Steps, finished, part
from regviz.data.table import Table

_CELLS, _TYPES = 0.8, 0.9
"""Shares of the work that have been done when all cells are read, and when all columns have a type."""


def read_table(path: str | os.PathLike[str], target: str = "") -> Table:
    """Read a text table whose first row names the columns.

    Delimiters are comma, semicolon, tab or bar; encodings UTF-8, UTF-16 with its mark, Windows-1252. Numbers have a
    decimal point or comma and may have thousands marks; a column that fits both is read in the style of the rest of the
    file. Empty cells, NA, nan, inf and the like are missing, and rows with one are dropped. Columns of yes and no (or
    true and false) become 0 and 1; other text becomes indicators of all levels but the first, at most 50 levels.

    ``target`` names the column to predict; empty takes a column called target, y, response or outcome, else the last
    column of numbers. Limits: 256 MB, 200,000 rows, 10,000 columns, 20 million cells, 131,072 characters a cell.

    Raises DataError, a sentence naming the file and the row or column, for everything that is not such a table.
    """
    return finished(reading_table(path, target))


def reading_table(path: str | os.PathLike[str], target: str = "") -> Steps[Table]:
    """`read_table` step by step: yields the share that is done, returns the table."""
    source = quoted(os.path.basename(os.fspath(path)), 80)
    columns, notes = yield from part(reading(decode(read_bytes(path), source), source), 0.0, _TYPES)
    table = yield from part(assembling(columns, target, source, notes), _TYPES, 1.0)
    return table


def parse_table(data: bytes, name: str, target: str = "") -> Table:
    """The Table in the content ``data`` of the file ``name``; see read_table."""
    source = quoted(name, 80)
    columns, notes = parse_columns(data, source)
    return finished(assembling(columns, target, source, notes))


def parse_columns(data: bytes, source: str) -> tuple[list[Column], tuple[str, ...]]:
    """The typed columns in ``data``, and notes on their names; ``source`` stands for the file in sentences."""
    return finished(reading(decode(data, source), source))


def reading(text: str, source: str) -> Steps[tuple[list[Column], tuple[str, ...]]]:
    """The typed columns in ``text`` and notes on their names, by the short way or, where it does not do, the long."""
    plain = yield from reading_plain(text, source)
    if plain is not None:
        return plain
    records = yield from part(splitting(text, source), 0.0, _CELLS)
    columns = yield from part(reading_columns(records, source), _CELLS, 1.0)
    return columns, records.notes
