"""Points moved, added and taken away by hand, as one compact line of text in the state, and what gestures do to it.

The line: ``of<tag>`` names the data the edits were made on, ``m<row>:<x>,<y>`` moves a row, ``a<x>,<y>`` adds a
training row behind the last, ``r<row>`` takes one away; parts are joined by ``;``. No pictures here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from zlib import crc32

from regviz.data import DataError
from regviz.lab.controls import MAX_TEXT

Spot = tuple[float, float]

_NUMBER = r"-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?"
_PARTS = re.compile(
    rf"(?:of(?P<tag>[0-9a-f]{{8}})|m(?P<moved>\d{{1,6}}):(?P<to>{_NUMBER},{_NUMBER})|a(?P<added>{_NUMBER},{_NUMBER})"
    r"|r(?P<removed>\d{1,6}))", re.ASCII,
)  # fmt: skip


@dataclass(frozen=True)
class Edits:
    """``moved`` are (row, x, y) of given rows in their order, ``removed`` given rows, ``added`` (x, y) of new ones.

    Row numbers count from 0; new rows are numbered on from the given ones.
    """

    tag: str = ""
    moved: tuple[tuple[int, float, float], ...] = ()
    removed: tuple[int, ...] = ()
    added: tuple[Spot, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.moved or self.removed or self.added)

    def move(self, row: int, given: int, x: float, y: float) -> "Edits":
        """Put ``row`` at (x, y); ``given`` is the number of rows that were not added."""
        if row >= given:
            at = row - given
            return replace(self, added=(*self.added[:at], (x, y), *self.added[at + 1 :]))
        others = [m for m in self.moved if m[0] != row]
        return replace(self, moved=tuple(sorted([*others, (row, x, y)])))

    def add(self, x: float, y: float) -> "Edits":
        """Add a row at (x, y)."""
        return replace(self, added=(*self.added, (x, y)))

    def remove(self, row: int, given: int) -> "Edits":
        """Take ``row`` away."""
        if row >= given:
            at = row - given
            return replace(self, added=self.added[:at] + self.added[at + 1 :])
        moved = tuple(m for m in self.moved if m[0] != row)
        return replace(self, moved=moved, removed=tuple(sorted({*self.removed, row})))


def tag_of(*names: object) -> str:
    """Eight hex digits for the data that ``names`` identify."""
    return f"{crc32(repr(names).encode()):08x}"


def read_edits(text: str) -> Edits:
    """The edits of a line; raises DataError with a sentence that quotes the part that is none."""
    found = Edits()
    for part in filter(None, (part.strip() for part in text.split(";"))):
        match = _PARTS.fullmatch(part)
        if match is None:
            shown = part if len(part) <= 30 else part[:29] + "…"
            raise DataError(f"edits: {shown!r} is none of m<row>:<x>,<y>, a<x>,<y>, r<row> and of<tag>.")
        found = _with(found, match)
    return found


def _with(found: Edits, match: "re.Match[str]") -> Edits:
    beyond = 10**9  # every row number in a line is that of a given row
    if match["tag"]:
        return replace(found, tag=match["tag"])
    if match["moved"]:
        return found.move(int(match["moved"]), beyond, *_spot(match["to"]))
    if match["added"]:
        return found.add(*_spot(match["added"]))
    return found.remove(int(match["removed"]), beyond)


def _spot(text: str) -> Spot:
    x, y = (float(number) for number in text.split(","))
    if max(abs(x), abs(y)) > 1e300:
        raise DataError(f"edits: {text} lies too far out.")
    return x, y


def write_edits(edits: Edits) -> str:
    """The shortest line that `read_edits` reads as ``edits``; "" when nothing was edited."""
    if not edits:
        return ""
    parts = [f"of{edits.tag}"] if edits.tag else []
    parts += [f"m{row}:{x:.4g},{y:.4g}" for row, x, y in edits.moved]
    parts += [f"r{row}" for row in edits.removed]
    parts += [f"a{x:.4g},{y:.4g}" for x, y in edits.added]
    return ";".join(parts)


def fits(edits: Edits) -> bool:
    """Whether the line is short enough for a state."""
    return len(write_edits(edits)) <= MAX_TEXT


def erased(edits: Edits, rows: list[int], given: int, may_go: Callable[[Edits], bool]) -> Edits:
    """``edits`` without ``rows``, the last first, as long as ``may_go`` lets each go."""
    for row in sorted(rows, reverse=True):
        fewer = edits.remove(row, given)
        if may_go(fewer):
            edits = fewer
    return edits
