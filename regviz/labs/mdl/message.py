"""A message on screen: every bit a cell, 1 full and 0 pale, coloured by what it says."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from regviz.lab import Panel, Readout, Region
from regviz.labs.mdl.axes import axis

COLUMNS, ROWS = 48, 12
MOST = COLUMNS * ROWS
SHORT = 240
"""Up to this many bits the cells are twice as wide and stand in ten rows."""
"""Bits that are drawn; the header tells how many there are."""
_X = {columns: axis(-0.3, columns + 0.3, hidden=True) for columns in (COLUMNS // 2, COLUMNS)}
_Y = axis(-ROWS - 0.2, 0.2, hidden=True)

Part = tuple[str, str, str]
"""Name, bits, role."""


def panel(parts: Sequence[Part], totals: Sequence[tuple[str, int, str]]) -> Panel:
    """The card of the message made of ``parts`` in order, with the ``totals`` (name, bits, role) in its header."""
    count = sum(len(bits) for _, bits, _ in parts)
    shown = f"first {MOST} of {count}" if count > MOST else "all"
    return Panel(
        key="message", title=f"The message: {count} bits, {shown} shown", x=_X[_columns(count)], y=_Y,
        marks=(_cells(tuple(parts)),),
        readouts=tuple(
            Readout(name=f"part_{i}", value=f"{name} {bits}", role=role) for i, (name, bits, role) in enumerate(totals)
        ),
    )  # fmt: skip


def _columns(count: int) -> int:
    return COLUMNS if count > SHORT else COLUMNS // 2


@lru_cache(maxsize=32)
def _cells(parts: tuple[Part, ...]) -> Region:
    bits = "".join(word for _, word, _ in parts)[:MOST]
    roles = tuple(role for _, word, role in parts for _ in word)[:MOST]
    at, columns = np.arange(len(bits)), _columns(sum(len(word) for _, word, _ in parts))
    left, top = (at % columns).astype(float), -(at // columns).astype(float)
    x = np.stack([left + 0.08, left + 0.92, left + 0.92, left + 0.08], axis=1)
    y = np.stack([top - 0.08, top - 0.08, top - 0.92, top - 0.92], axis=1)
    fade = np.where(np.array(list(bits)) == "1", 1.0, 0.25)
    return Region(key="bits", x=x, y=y, fade=fade, roles=roles, outline=False, label=bits)
