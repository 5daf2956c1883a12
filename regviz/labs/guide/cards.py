"""The panels of the guide: areas of the map, cards of methods, the advisor's list, and a lab's own picture."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from regviz.lab import Axis, Handle, Mark, Panel, Readout, Rule, Text
from regviz.labs.guide import words
from regviz.labs.guide.method import HEADINGS, ROLES, Method
from regviz.labs.guide.methods import OF_AREA, OF_KEY, rows_of
from regviz.labs.guide.words import Line
from regviz.linear.advise import Finding

_WIDE = Axis(low=0.0, high=1.0, hidden=True)
_GAP = 0.45
"""Height between blocks, in lines."""


@lru_cache(maxsize=64)
def _page(lines: float) -> Axis:
    return Axis(low=-lines, high=0.5, hidden=True)


def _text(key: str, lines: Sequence[Line], at: Sequence[float], x: float = 0.0, prose: bool = False) -> Text:
    """Lines at the heights ``at`` below the top: at the left edge, or at the right one for ``x`` = 1."""
    return Text(
        key=key, x=np.full(len(lines), x), y=-np.array(at, dtype=np.float64), labels=tuple(line for line, _ in lines),
        roles=tuple(role for _, role in lines), prose=prose,
    )  # fmt: skip


def _heights(blocks: Sequence[Sequence[Line]]) -> list[float]:
    """Where the lines of blocks stand, one under the other with a gap between blocks."""
    heights: list[float] = []
    top = 0.0
    for lines in blocks:
        heights += [top + k for k in range(len(lines))]
        top += len(lines) + _GAP
    return heights


def _stacked(
    blocks: Sequence[tuple[str, Sequence[Line]]], least: float, labels: Collection[str] = ()
) -> tuple[tuple[Mark, ...], Axis]:
    """One mark for each block, with an axis that is ``least`` lines high or more. All but ``labels`` are prose."""
    heights = _heights([lines for _, lines in blocks])
    marks, begin = [], 0
    for key, lines in blocks:
        marks.append(_text(key, lines, heights[begin : begin + len(lines)], prose=key not in labels))
        begin += len(lines)
    return tuple(marks), _page(max(least, float(np.ceil(heights[-1] + 0.5))))


NOTHING = "nothing"
"""Key of the mark on a page that has nothing to tell."""
ROWS = "rows"
"""Key of the mark whose lines are, in turn, a method's name and its idea."""


@lru_cache(maxsize=64)
def area(name: str, numbers: tuple[tuple[int, ...], ...]) -> Panel:
    """One area of the map: names with their ideas; ``numbers`` are the findings that point to each row."""
    lines: list[Line] = []
    for method in OF_AREA[name]:
        lines += [(method.name, ROLES[name]), (method.idea, "muted")]
    at = [_ROW * (k // 2) + k % 2 for k in range(len(lines))]
    marks: list[Mark] = [_text(ROWS, lines, at)]
    pointed = [(k, found) for k, found in enumerate(numbers) if found]
    if pointed:
        said = [(words.pointed(found), "text") for _, found in pointed]
        marks.append(_text("found", said, [_ROW * k for k, _ in pointed], x=1.0))
    return Panel(key=name, title=HEADINGS[name], x=_WIDE, y=_page(_ROW * MOST - 0.7), marks=tuple(marks))


_ROW = 2.3
"""Lines from one method to the next on the map."""
MOST = 6
"""Most methods in an area."""
COLUMNS_SMALL = 58
COLUMNS = 74
"""Characters in a line of a card in a grid of six, and of one beside a picture."""


@lru_cache(maxsize=128)
def small(key: str, numbers: tuple[int, ...]) -> Panel:
    """A method in full, as one of the cards of its area."""
    method = OF_KEY[key]
    marks, y = _stacked(list(zip(words.PARTS, words.body(method, COLUMNS_SMALL), strict=True)), 12.5, words.PARTS[:1])
    said = f"→ {method.lab}" + (f"  {words.pointed(numbers)}" if numbers else "")
    return Panel(
        key=key, title=method.name, x=_WIDE, y=y, marks=marks,
        readouts=(Readout(name="lab", value=said, role="muted"),),
    )  # fmt: skip


def large(method: Method, told: str, findings: Sequence[tuple[int, Finding]]) -> Panel:
    """A method in full beside its picture: what that shows, and the findings that point here with their sentences."""
    blocks = list(zip(words.PARTS, words.body(method, COLUMNS), strict=True))
    if told:
        blocks.append(("told", words.wrapped(told, "text", COLUMNS)))
    blocks.append(("go", words.wrapped(words.arrow(method), "accent", COLUMNS)))
    for number, finding in findings:
        text = f"◀ {words.numbered(number, finding)}"
        blocks.append((f"finding-{number - 1}", words.wrapped(text, "text", COLUMNS)))
    marks, y = _stacked(blocks, LINES, words.PARTS[:1])
    return Panel(
        key="card", title=method.name, x=_WIDE, y=y, marks=marks,
        readouts=(Readout(name="area", value=HEADINGS[method.area], role="muted"),),
    )  # fmt: skip


LINES = 22.0
"""Least height of a tall card, in lines."""


def advisor(findings: Sequence[Finding] | None) -> Panel:
    """Every finding with its number, its sentence, and the rows that it points to."""
    blocks = []
    for number, finding in enumerate(findings or (), start=1):
        rows = ", ".join(OF_KEY[key].name for key in rows_of(finding))
        lines = words.wrapped(words.numbered(number, finding), "text", COLUMNS)
        blocks.append((f"finding-{number - 1}", [*lines, *words.wrapped(f"◀ {rows}", "accent", COLUMNS)]))
    if not blocks:
        said = "The advisor is reading the table." if findings is None else "Nothing stands out in this table."
        blocks = [(NOTHING, [(said, "muted")])]
    marks, y = _stacked(blocks, LINES, [NOTHING])
    return Panel(key="advisor", title="What the advisor sees", x=_WIDE, y=y, marks=marks)


def listed(numbers: Mapping[str, tuple[int, ...]]) -> Panel:
    """The rows that findings point to, beside the advisor's list."""
    blocks = [
        (key, [(f"{OF_KEY[key].name}  {words.pointed(found)}", ROLES[OF_KEY[key].area]), (OF_KEY[key].idea, "muted")])
        for key, found in numbers.items()
    ]
    marks, y = _stacked(blocks or [(NOTHING, [("No row is pointed to.", "muted")])], LINES, [NOTHING, *numbers])
    return Panel(key="pointed", title="Methods to reach for, or to think of", x=_WIDE, y=y, marks=marks)


WAITING = Panel(
    key="picture", title="Its picture", x=_WIDE, y=_page(LINES),
    marks=(Text(key="wait", x=np.zeros(1), y=np.zeros(1), labels=("The lab is drawing its picture.",), role="muted"),),
)  # fmt: skip


def borrowed(panel: Panel) -> Panel:
    """A lab's panel as a still picture: nothing in it can be dragged here."""
    marks = tuple(_still(mark) for mark in panel.marks)
    return dataclasses.replace(panel, key="picture", marks=marks, brush=False)


def _still(mark: Mark) -> Mark:
    loose: dict[str, Any] = {}
    if isinstance(mark, Rule):
        loose = {"bound": ""}
    if isinstance(mark, Handle):
        loose = {"bound_x": "", "bound_y": ""}
    return dataclasses.replace(mark, **loose) if loose else mark
