"""From typed columns to a Table: the target, rows without missing values, coded text, and the notes on all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from regviz.data.columns import Column
from regviz.data.errors import DataError, counted, listed, quoted
from regviz.data.records import MAX_CELLS, MAX_COLUMNS
from regviz.data.steps import Steps, finished, part
from regviz.data.table import Array, Table

MAX_LEVELS = 50
"""Most levels of a text column that are coded."""

_USUAL_TARGETS = ("target", "y", "response", "outcome")


@dataclass(frozen=True, eq=False)
class _Block:
    """The columns of X (n, k) that one column of the file becomes, one group of features."""

    names: tuple[str, ...]
    X: Array
    note: str = ""


def assemble(columns: Sequence[Column], target: str, source: str, notes: Sequence[str] = ()) -> Table:
    """A Table of ``columns`` with the named target, or the usual one when the name is empty.

    Raises DataError when the target is missing or has more than two text levels, no rows or features remain, or a text
    column has too many levels.
    """
    return finished(assembling(columns, target, source, notes))


def assembling(columns: Sequence[Column], target: str, source: str, notes: Sequence[str] = ()) -> Steps[Table]:
    """`assemble` step by step: yields the share that is done, returns the table."""
    outcome = _target(columns, target, source)
    features = [column for column in columns if column is not outcome and not column.empty]
    if not features:
        raise DataError(f"{source} has no column with values besides the target {quoted(outcome.name)}.")
    keep = _complete([outcome, *features], source)
    levels = _levels(features, keep, source)
    X = np.empty((int(keep.sum()), _width(levels)))
    blocks, told, start = [], [], 0
    for column, present in zip(features, levels, strict=True):
        made = _number_block(column, keep) if present is None else _text_block(column, keep, present)
        np.add(made.X, 0.0, out=X[:, start : start + len(made.names)])
        blocks.append(made.names)
        told.append(made.note)
        start += len(made.names)
        yield 0.6 * start / X.shape[1]
    names = tuple(name for block in blocks for name in block)
    y, classes, coded = _outcome(outcome, keep)
    account = [*notes, *_left_out(columns, outcome), _dropped(columns, keep), coded, *told]
    twins = yield from part(_equal_columns(X, names), 0.6, 1.0)
    account += twins
    return Table(
        X,
        names,
        y,
        outcome.name,
        _groups(blocks),
        tuple(filter(None, account)),
        classes,
        source,
        tuple(column.name for column in columns if can_be_target(column)),
    )


def _target(columns: Sequence[Column], name: str, source: str) -> Column:
    names = [column.name for column in columns]
    if name and name not in names:
        raise DataError(f"{source} has no column {quoted(name)}; its columns are {listed(names)}.")
    column = columns[names.index(name)] if name else _usual_target(columns, source)
    if column.empty:
        raise DataError(f"The target column {quoted(column.name)} of {source} has no values.")
    if not can_be_target(column):
        raise DataError(
            f"The target column {quoted(column.name)} of {source} holds text with "
            f"{counted(len(column.levels), 'level')}{_hint(column)}; a target must hold numbers or exactly two levels."
        )
    return column


def _usual_target(columns: Sequence[Column], source: str) -> Column:
    """The column with a usual name, else the last of numbers, else the last that will do."""
    usual = [column for column in columns if column.name.lower() in _USUAL_TARGETS]
    possible = [column for column in columns if can_be_target(column)]
    numbers = [column for column in possible if not column.is_text]
    if not usual and not possible:
        raise DataError(f"{source} has no column of numbers or of two levels that could be the target.")
    return usual[0] if usual else (numbers or possible)[-1]


def can_be_target(column: Column) -> bool:
    """Whether ``column`` holds numbers or exactly two levels."""
    return not column.empty and (not column.is_text or len(column.levels) == 2)


def _complete(used: Sequence[Column], source: str) -> NDArray[np.bool_]:
    """(n,) rows in which all ``used`` columns have a value."""
    keep: NDArray[np.bool_] = ~np.logical_or.reduce([column.missing for column in used])
    if not keep.any():
        raise DataError(f"{source} has no row without a missing value in columns {listed(_gaps(used))}.")
    return keep


def _gaps(columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns if column.missing.any()]


Levels = list[NDArray[np.int_] | None]


def _levels(features: Sequence[Column], keep: NDArray[np.bool_], source: str) -> Levels:
    """The codes of the levels that are there for every column of text, None for one of numbers."""
    levels: Levels = [np.unique(column.values[keep]).astype(int) if column.is_text else None for column in features]
    width = _width(levels)
    for column, present in zip(features, levels, strict=True):
        if present is not None and len(present) > MAX_LEVELS:
            raise DataError(_too_many_levels(column, len(present), source))
    if width > MAX_COLUMNS or width * int(keep.sum()) > MAX_CELLS:
        raise DataError(
            f"{source} has {width:,} columns once its text is coded; the limit is {MAX_COLUMNS:,} columns "
            f"and {MAX_CELLS:,} cells."
        )
    if width == 0:
        raise DataError(f"{source} has no features: its text columns have one level each.")
    return levels


def _width(levels: Levels) -> int:
    """How many columns of X the features become."""
    return sum(1 if present is None else len(present) - 1 for present in levels)


def _too_many_levels(column: Column, number: int, source: str) -> str:
    return (
        f"Column {quoted(column.name)} of {source} holds text with {number:,} levels{_hint(column)}; "
        f"at most {MAX_LEVELS} can be coded."
    )


def _hint(column: Column) -> str:
    return f" ({column.stray})" if column.stray else f", such as {quoted(column.levels[0])}"


def _number_block(column: Column, keep: NDArray[np.bool_]) -> _Block:
    values = column.values[keep][:, None]
    note = f"Column {quoted(column.name)} is constant." if (values == values[0]).all() else ""
    return _Block((column.name,), values, note or _coding(column))


def _text_block(column: Column, keep: NDArray[np.bool_], present: NDArray[np.int_]) -> _Block:
    """Indicators of every present level but the first."""
    labels = [column.levels[code] for code in present]
    names = tuple(f"{column.name}={label}" for label in labels[1:])
    X = np.equal.outer(column.values[keep], present[1:]).astype(np.float64)
    if not names:
        return _Block((), X, f"Column {quoted(column.name)} holds only {quoted(labels[0])} and was left out.")
    note = f"Column {quoted(column.name)} was coded as {listed(labels[1:], 10)} against {quoted(labels[0])}"
    return _Block(names, X, note + (f"; {column.stray}." if column.stray else "."))


def _coding(column: Column) -> str:
    """How yes and no were written as numbers."""
    if column.labels is None:
        return ""
    zero, one = column.labels
    return f"In column {quoted(column.name)} {quoted(zero)} was coded 0 and {quoted(one)} 1."


def _outcome(column: Column, keep: NDArray[np.bool_]) -> tuple[Array, tuple[str, str] | None, str]:
    """The target (n,), its two labels if it has two values, and how they were coded."""
    y = column.values[keep] + 0.0
    labels = column.labels or (column.levels if column.is_text else None)
    distinct = np.unique(y)
    note = ""
    if labels:
        note = f"In the target {quoted(column.name)} {quoted(labels[0])} was coded 0 and {quoted(labels[1])} 1."
    elif len(distinct) == 1:
        note = f"The target {quoted(column.name)} is constant."
    if len(distinct) != 2 or (not labels and len(y) == 2):
        return y, None, note
    low, high = labels or (f"{distinct[0]:g}", f"{distinct[1]:g}")
    return y, (low, high), note


def _left_out(columns: Sequence[Column], outcome: Column) -> list[str]:
    empty = [column.name for column in columns if column is not outcome and column.empty]
    return [f"Columns without any value were left out: {listed(empty, 10)}."] if empty else []


def _dropped(columns: Sequence[Column], keep: NDArray[np.bool_]) -> str:
    number = int((~keep).sum())
    gaps = _gaps([column for column in columns if not column.empty])
    rows = f"{number:,} of {counted(len(keep), 'row')}"
    return f"{rows} had missing values (in {listed(gaps, 10)}) and were dropped." if number else ""


def _equal_columns(X: Array, names: Sequence[str]) -> Steps[list[str]]:
    """A sentence for every column that repeats an earlier one."""
    first: dict[bytes, int] = {}
    twins = []
    for j, name in enumerate(names):
        earlier = first.setdefault(sha256(X[:, j].tobytes()).digest(), j)
        if earlier != j:
            twins.append(f"{quoted(name)} = {quoted(names[earlier])}")
        yield j / len(names)
    rest = f" and {len(twins) - 10:,} more" if len(twins) > 10 else ""
    return [f"Columns that repeat an earlier one: {', '.join(twins[:10])}{rest}."] if twins else []


def _groups(blocks: Sequence[Sequence[str]]) -> tuple[tuple[int, ...], ...]:
    groups, start = [], 0
    for names in blocks:
        if names:
            groups.append(tuple(range(start, start + len(names))))
        start += len(names)
    return tuple(groups)
