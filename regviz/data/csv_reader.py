"""Reading a table of the user's from a delimited text file. Steps: file_text, records, columns, assemble."""

import os

from regviz.data.assemble import assemble
from regviz.data.columns import Column, read_columns
from regviz.data.errors import quoted
from regviz.data.file_text import decode, read_bytes
from regviz.data.plain import plain_columns
from regviz.data.records import split_records
from regviz.data.table import Table


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
    return parse_table(read_bytes(path), os.path.basename(os.fspath(path)), target)


def parse_table(data: bytes, name: str, target: str = "") -> Table:
    """The Table in the content ``data`` of the file ``name``; see read_table."""
    source = quoted(name, 80)
    columns, notes = parse_columns(data, source)
    return assemble(columns, target, source, notes)


def parse_columns(data: bytes, source: str) -> tuple[list[Column], tuple[str, ...]]:
    """The typed columns in ``data``, and notes on their names; ``source`` stands for the file in sentences."""
    text = decode(data, source)
    plain = plain_columns(text, source)
    if plain is not None:
        return plain
    records = split_records(text, source)
    return read_columns(records, source), records.notes
