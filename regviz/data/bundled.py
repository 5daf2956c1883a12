"""The data sets that come with the program, each with its usual target, and the one door to any table."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from regviz.data.assemble import assemble, can_be_target
from regviz.data.columns import Column
from regviz.data.csv_reader import parse_columns, reading_table
from regviz.data.errors import DataError, listed, quoted
from regviz.data.resources import damaged, resource_bytes
from regviz.data.steps import Steps, finished
from regviz.data.table import Array, Table


@dataclass(frozen=True)
class _Bundle:
    """``checksum`` is the CRC-32 of the file with line feeds; ``left_out`` maps a column that is left out to its twin.

    A twin says the same thing and takes its place outside when the column is the target; "" is for no twin.
    """

    target: str
    citation: str
    checksum: int
    left_out: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    note: str = ""


_BUNDLES = MappingProxyType(
    {
        "diabetes": _Bundle("target", "Efron, Hastie, Johnstone, Tibshirani 2004", 0xE9CCEDF5),
        "prostate": _Bundle(
            "lpsa",
            "Stamey and others 1989",
            0xE11E293C,
            MappingProxyType({"lweight_esl": "lweight", "train": ""}),
            "Column 'lweight' has the wrong value 6.108 in row 32 that many copies carry; 'lweight_esl' is corrected.",
        ),
        "hitters": _Bundle("Salary", "American Statistical Association data exposition 1988", 0x1C1C6DAB),
        "birthwt": _Bundle(
            "bwt",
            "Hosmer and Lemeshow 1989",
            0x2E3552B5,
            MappingProxyType({"low": "bwt"}),
            "Columns 'low' and 'bwt' say the same: low is bwt < 2500 g.",
        ),
        "gasoline": _Bundle("octane", "Kalivas 1997", 0x2CBE33B3),
        "concrete": _Bundle("compressive_strength", "Yeh 1998", 0x1052927E),
        "longley": _Bundle("Employed", "Longley 1967", 0x53DB2720),
        "cement": _Bundle("y", "Hald 1952", 0x8D078D0F),
        "mcycle": _Bundle("accel", "Silverman 1985", 0xD1FD26FB),
    }
)

_RACES = ("white", "black", "other")
_POWERS = ("", "²", "³")


def bundled_names() -> tuple[str, ...]:
    """Names of the bundled data sets."""
    return tuple(_BUNDLES)


def bundled(name: str, target: str = "") -> Table:
    """The bundled data set ``name`` with its usual or the named target; the same object every time.

    Raises DataError for an unknown name or target, ResourceError when the file is missing or not whole.
    """
    if name not in _BUNDLES:
        raise DataError(f"There is no data set {quoted(name)}; the data sets are {listed(bundled_names())}.")
    return _table(name, target or _BUNDLES[name].target)


def open_table(dataset: str, target: str = "") -> Table:
    """A bundled data set by its name, or else the table in the file at the path ``dataset``.

    Raises DataError or ResourceError as bundled and read_table do.
    """
    return finished(opening_table(dataset, target))


def opening_table(dataset: str, target: str = "") -> Steps[Table]:
    """`open_table` step by step: yields the share that is done, returns the table."""
    if dataset in _BUNDLES:
        return bundled(dataset, target)
    if not os.path.lexists(dataset):
        raise DataError(
            f"There is no file {quoted(dataset, 200)} and no data set of that name; "
            f"the data sets are {listed(bundled_names())}."
        )
    table = yield from reading_table(dataset, target)
    return table


def prostate_split() -> NDArray[np.bool_]:
    """(97,) which rows of prostate are the 67 training rows of The Elements of Statistical Learning; read-only."""
    column = next(column for column in _columns("prostate") if column.name == "train")
    train: NDArray[np.bool_] = column.values == 1.0
    train.setflags(write=False)
    return train


@lru_cache(maxsize=1)
def prostate_corrected() -> Table:
    """Prostate with the corrected log weight of row 32, as The Elements of Statistical Learning uses it."""
    columns = {column.name: column for column in _columns("prostate")}
    columns["lweight"] = replace(columns.pop("lweight_esl"), name="lweight")
    del columns["train"]
    note = "Column 'lweight' has the corrected value 3.804 in row 32."
    table = assemble(tuple(columns.values()), "lpsa", "The data set 'prostate'", (note,))
    return replace(table, source=f"prostate ({_BUNDLES['prostate'].citation})")


@lru_cache(maxsize=32)
def _table(name: str, target: str) -> Table:
    bundle = _BUNDLES[name]
    columns = _columns(name)
    outside = _outside(bundle, target)
    inside = [column for column in columns if column.name not in outside]
    table = assemble(inside, target, f"The data set {quoted(name)}", _notes(bundle, outside))
    if name == "birthwt":
        table = _with_powers(table, ("age", "lwt"))
    targets = tuple(c.name for c in columns if can_be_target(c) and bundle.left_out.get(c.name) != "")
    return replace(table, source=f"{name} ({bundle.citation})", targets=targets)


@lru_cache(maxsize=16)
def _columns(name: str) -> tuple[Column, ...]:
    file = ("datasets", f"{name}.csv")
    data = resource_bytes(*file)
    if crc32(data.replace(b"\r\n", b"\n")) != _BUNDLES[name].checksum:
        raise damaged(*file)
    columns, _ = parse_columns(data, "/".join(file))
    return tuple(_race(column) if column.name == "race" else column for column in columns)


def _outside(bundle: _Bundle, target: str) -> set[str]:
    """Columns that are no features beside ``target``."""
    twin = bundle.left_out.get(target)
    return set(bundle.left_out) - {target} | {twin} if twin else set(bundle.left_out)


def _notes(bundle: _Bundle, outside: Collection[str]) -> tuple[str, ...]:
    left_out = f"Left out as features: {listed(sorted(outside))}." if outside else ""
    return bundle.note, left_out


def _race(column: Column) -> Column:
    """The codes 1, 2, 3 of birthwt as text, white first."""
    return replace(column, values=column.values - 1.0, levels=_RACES)


def _with_powers(table: Table, names: Sequence[str]) -> Table:
    """Put the square and cube of the named features behind them, the three being one group."""
    columns: list[Array] = []
    labels: list[str] = []
    groups: list[tuple[int, ...]] = []
    for group in table.groups:
        start = len(labels)
        for j in group:
            powers = _POWERS if table.names[j] in names else ("",)
            columns += [table.X[:, j] ** k for k in range(1, len(powers) + 1)]
            labels += [table.names[j] + power for power in powers]
        groups.append(tuple(range(start, len(labels))))
    expanded = [name for name in names if name in table.names]
    note = f"Squares and cubes were added of {listed(expanded)}, each variable with its powers as one group."
    return replace(
        table, X=np.column_stack(columns), names=tuple(labels), groups=tuple(groups), notes=(*table.notes, note)
    )
