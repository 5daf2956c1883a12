"""A message on screen: every bit a cell, 1 full and 0 pale, coloured by what it says."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from regviz.lab import Panel, Readout, Region
from regviz.labs.mdl.axes import axis

SIZES = ((16, 6), (24, 10), (48, 12))
"""Columns and rows of cells: the first size that holds the message, or the last one for its beginning."""
MOST = SIZES[-1][0] * SIZES[-1][1]
"""Bits that are drawn; the title tells how many there are."""

Part = tuple[str, str, str]
"""Name, bits, role."""


def panel(parts: Sequence[Part], totals: Sequence[tuple[str, int, str]]) -> Panel:
    """The card of the message made of ``parts`` in order, with the ``totals`` (name, bits, role) in its header."""
    count = sum(len(bits) for _, bits, _ in parts)
    shown = f"the first {MOST}" if count > MOST else "all"
    columns, rows = _size(count)
    return Panel(
        key="message", title=f"The message: {count} bits, {shown} shown", x=axis(-0.3, columns + 0.3, hidden=True),
        y=axis(-rows - 0.2, 0.2, hidden=True), marks=(_cells(tuple(parts)),),
        readouts=tuple(
            Readout(name=f"part_{i}", value=f"{name} {bits}", role=role) for i, (name, bits, role) in enumerate(totals)
        ),
    )  # fmt: skip


def _size(count: int) -> tuple[int, int]:
    return next((size for size in SIZES if size[0] * size[1] >= count), SIZES[-1])


@lru_cache(maxsize=32)
def _cells(parts: tuple[Part, ...]) -> Region:
    whole = "".join(word for _, word, _ in parts)
    bits = whole[:MOST]
    roles = tuple(role for _, word, role in parts for _ in word)[:MOST]
    at, columns = np.arange(len(bits)), _size(len(whole))[0]
    left, top = (at % columns).astype(float), -(at // columns).astype(float)
    x = np.stack([left + 0.08, left + 0.92, left + 0.92, left + 0.08], axis=1)
    y = np.stack([top - 0.08, top - 0.08, top - 0.92, top - 0.92], axis=1)
    fade = np.where(np.array(list(bits)) == "1", 1.0, 0.25)
    return Region(key="bits", x=x, y=y, fade=fade, roles=roles, outline=False)
