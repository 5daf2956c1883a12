"""From cells to typed columns: numbers, yes and no, text with levels, or empty. Drops no rows, chooses no target."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from regviz.data.errors import DataError, quoted
from regviz.data.numerals import is_comma, is_missing, is_numeral, is_point, value
from regviz.data.records import Records
from regviz.data.steps import Steps
from regviz.data.table import Array

S = TypeVar("S")
T = TypeVar("T")

_BOOLEANS = (("false", "true"), ("no", "yes"))


@dataclass(frozen=True, eq=False)
class Column:
    """``values`` (n,) numbers, or for text the index of the level of each row; NaN where there is no value.

    ``levels`` are the labels of text in the order of their codes, ``labels`` those of 0 and 1 in a column of yes and
    no. ``stray`` tells where a column with some numbers has its first cell that is none.
    """

    name: str
    values: Array
    levels: tuple[str, ...] = ()
    labels: tuple[str, str] | None = None
    stray: str = ""

    @property
    def is_text(self) -> bool:
        """Whether ``values`` are codes of levels."""
        return bool(self.levels)

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """(n,) whether a row has no value."""
        return np.isnan(self.values)

    @cached_property
    def empty(self) -> bool:
        """Whether no row has a value."""
        return bool(self.missing.all())


@dataclass(frozen=True, eq=False)
class _Survey:
    """Stripped cells of a column and which readings fit all that hold a value."""

    cells: list[str]
    known: list[str]
    point: bool
    comma: bool

    @classmethod
    def of(cls, cells: Sequence[str]) -> "_Survey":
        stripped = [cell.strip() for cell in cells]
        known = [cell for cell in stripped if not is_missing(cell)]
        return cls(stripped, known, all(map(is_point, known)), all(map(is_comma, known)))

    @property
    def is_number(self) -> bool:
        return bool(self.known) and (self.point or self.comma)

    @property
    def has_comma(self) -> bool:
        """Whether these numbers have a decimal comma, or a comma that may be one."""
        return self.is_number and self.comma and (not self.point or any("," in cell for cell in self.known))

    @property
    def boolean(self) -> tuple[str, str] | None:
        lower = {cell.lower() for cell in set(self.known)}
        return next((pair for pair in _BOOLEANS if lower and lower.issubset(pair)), None)


def reading_columns(records: Records, source: str) -> Steps[list[Column]]:
    """Type every column of ``records``; raises DataError naming the row and column of a number that cannot be read."""
    cells = records.columns
    quick = yield from _each(_quick, cells, range(len(cells)), 0.0)
    surveys = yield from _each(_Survey.of, cells, [j for j, known in quick.items() if known is None], 0.3)
    style = None
    if any(survey.has_comma for survey in surveys.values()):
        surveys = yield from _each(_Survey.of, cells, range(len(cells)), 0.3)
        style = _file_style(surveys.values(), records.delimiter)

    def typed(j: int) -> Column:
        known, name = quick[j], records.names[j]
        if known is not None and style is None:
            return Column(name, known)
        return _typed(name, surveys[j], style, records.rows, source)

    columns = yield from _each(typed, range(len(cells)), range(len(cells)), 0.7)
    return list(columns.values())


def _each(work: Callable[[S], T], items: Sequence[S], which: Sequence[int], start: float) -> Steps[dict[int, T]]:
    """``work`` on those of the columns' ``items`` that are asked for, from the share ``start`` on."""
    done: dict[int, T] = {}
    for place, j in enumerate(which):
        done[j] = work(items[j])
        yield start + 0.3 * place / len(which)
    return done


def _quick(cells: Sequence[str]) -> Array | None:
    """Values of a column of plain finite numbers, by the shortest way; None for every other column."""
    joined = "".join(cells)
    if "_" in joined or not joined.isascii():
        return None
    try:
        values = np.array(list(map(float, cells)))
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def _file_style(surveys: Iterable[_Survey], delimiter: str) -> str:
    """What columns that fit both styles are read as: "point", "comma" or, with no hint in the file, "unclear"."""
    fits = {(survey.point, survey.comma) for survey in surveys if survey.is_number}
    if ((True, False) in fits) != ((False, True) in fits):
        return "point" if (True, False) in fits else "comma"
    return "point" if delimiter == "," else "unclear"


def _typed(name: str, survey: _Survey, style: str | None, rows: Sequence[int], source: str) -> Column:
    if not survey.known:
        return Column(name, np.full(len(rows), np.nan))
    if survey.boolean:
        codes = {label: float(code) for code, label in enumerate(survey.boolean)}
        return Column(name, _looked_up([cell.lower() for cell in survey.cells], codes), labels=survey.boolean)
    if not survey.is_number:
        return _text(name, survey, rows)
    return Column(name, _numbers(name, survey, _is_comma(name, survey, style, rows, source), rows, source))


def _is_comma(name: str, survey: _Survey, style: str | None, rows: Sequence[int], source: str) -> bool:
    """Whether the numbers of a column have decimal commas."""
    if survey.point != survey.comma:
        return survey.comma
    if style != "unclear":
        return style == "comma"
    for row, cell in zip(rows, survey.cells, strict=True):
        if "," in cell:
            raise DataError(
                f"In column {quoted(name)} of {source} the comma of {quoted(cell)} in row {row} may be a decimal comma "
                "or a thousands mark; write the numbers without it."
            )
    return False


def _numbers(name: str, survey: _Survey, comma: bool, rows: Sequence[int], source: str) -> Array:
    values = np.array([np.nan if is_missing(cell) else value(cell, comma) for cell in survey.cells])
    beyond = np.flatnonzero(np.isinf(values))
    if beyond.size:
        at = int(beyond[0])
        raise DataError(
            f"The number {quoted(survey.cells[at])} in row {rows[at]}, column {quoted(name)} of {source} is too large."
        )
    return values


def _text(name: str, survey: _Survey, rows: Sequence[int]) -> Column:
    levels = tuple(sorted(set(survey.known)))
    values = _looked_up(survey.cells, {level: float(code) for code, level in enumerate(levels)})
    return Column(name, values, levels, stray=_stray(survey, rows) if any(map(is_numeral, levels)) else "")


def _stray(survey: _Survey, rows: Sequence[int]) -> str:
    """Where the first cell is that is no number."""
    for row, cell in zip(rows, survey.cells, strict=True):
        if not is_missing(cell) and not is_numeral(cell):
            return f"{quoted(cell)} in row {row} is no number"
    return "its numbers mix decimal points and decimal commas"


def _looked_up(cells: Sequence[str], codes: dict[str, float]) -> Array:
    """Codes of ``cells``, NaN for those without one."""
    return np.array([codes.get(cell, np.nan) for cell in cells])
