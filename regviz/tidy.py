"""A frame as tidy rows for spreadsheets and R: one row for each bar, point, corner or cell. Writes no files."""

import csv
import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Frame, Mark, Panel

Array = NDArray[np.float64]
Dims = tuple[str, ...]
Row = dict[str, Any]

_NAMES = ("panel", "mark", "kind", "role", "label")
_PLACES = {0: (), 1: ("index",), 2: ("series", "index"), 3: ("series", "row", "index")}
_EXTENT = ("left", "right", "bottom", "top")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t")
_LINE_BREAKS = str.maketrans("\r\n", "  ")


def to_csv(frame: Frame) -> str:
    """The read-outs and marks of ``frame`` as CSV text.

    Columns: panel, mark, kind, role, label, series, row, index (the place in the mark's arrays, outermost first),
    then one column for each array or number that any mark has. Numbers are written so that they read back to the
    bit; what is missing is empty; a text cell that a spreadsheet would take for a formula gets a leading apostrophe.
    """
    rows = [*_readouts(frame), *(row for panel in frame.panels for row in panel_rows(panel))]
    numbers = dict.fromkeys(name for row in rows for name in row)
    fixed = (*_NAMES, "series", "row", "index")
    return csv_text(rows, [*fixed, *(name for name in numbers if name not in fixed)])


def panel_rows(panel: Panel) -> list[Row]:
    """The rows of one panel's marks: {column: text, number or None}."""
    return [row for mark in panel.marks for row in _rows(panel, mark)]


def csv_text(rows: Iterable[Row], columns: list[str]) -> str:
    """CSV text with a header and one line for each row; what a row does not have is empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(map(cell, columns))
    writer.writerows([cell(row.get(name)) for name in columns] for row in rows)
    return stream.getvalue()


def cell(value: Any) -> str:
    """One CSV cell: text on one line and guarded against formulas, floats by their shortest exact digits, "" for None,
    NaN and infinities.
    """
    if isinstance(value, str):
        return "'" * value.startswith(_FORMULA_STARTS) + value.translate(_LINE_BREAKS)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return repr(value)


def _readouts(frame: Frame) -> Iterator[Row]:
    for readout in frame.readouts:
        yield {"mark": readout.name, "kind": "readout", "role": readout.role, "label": readout.label,
               "value": readout.value}  # fmt: skip


def _rows(panel: Panel, mark: Mark) -> Iterator[Row]:
    names: Row = {"panel": panel.key, "mark": mark.key, "kind": mark.kind, "role": mark.role, "label": mark.label}
    names |= _scalars(mark)
    arrays = _arrays(mark)
    blocks = _blocks(arrays)
    if not blocks:
        yield names
    for block in blocks:
        inside = {name: (dims, value) for name, (dims, value) in arrays.items() if set(dims) <= set(block)}
        for place in product(*map(range, block.values())):
            at = dict(zip(block, place, strict=True))
            row: Row = names | dict(zip(_PLACES[len(place)], place, strict=True)) | _words(mark, at)
            for name, (dims, value) in inside.items():
                row[name] = float(value[tuple(at[d] for d in dims)])
            yield row


def _scalars(mark: Mark) -> Row:
    """Numbers that hold for the whole mark; an extent becomes four of them."""
    found: Row = {}
    for spec in fields(mark):
        value = getattr(mark, spec.name)
        if spec.name == "extent":
            found |= zip(_EXTENT, map(float, value), strict=True)
        elif isinstance(value, float):
            found[spec.name] = value
    return found


def _arrays(mark: Mark) -> dict[str, tuple[Dims, Array]]:
    """Name → (dimension letters, array)."""
    found: dict[str, tuple[Dims, Array]] = {}
    for spec in fields(mark):
        value = getattr(mark, spec.name)
        if isinstance(value, np.ndarray):
            shapes = (tuple(text.split()) for text in spec.metadata["shapes"])
            found[spec.name] = (next(dims for dims in shapes if len(dims) == value.ndim), value)
    return found


def _blocks(arrays: dict[str, tuple[Dims, Array]]) -> list[dict[str, int]]:
    """Dimension letters → sizes of each largest set of dimensions: one for most marks, nodes and links for a graph."""
    shapes = {frozenset(dims): dict(zip(dims, value.shape, strict=True)) for dims, value in arrays.values()}
    return [sizes for dims, sizes in shapes.items() if not any(dims < other for other in shapes)]


def _words(mark: Mark, at: dict[str, int]) -> Row:
    """The label and role of the item at a place, where the mark names its items."""
    found: Row = {}
    for spec in fields(mark):
        names = getattr(mark, spec.name)
        if "per" in spec.metadata and names and spec.metadata["per"] in at:
            found["role" if spec.name == "roles" else "label"] = names[at[spec.metadata["per"]]]
    return found
