"""The points with the fit, the truth where it is known, and many faint refits on redrawn data."""

from functools import lru_cache

import numpy as np

from regviz.lab import Lines, Mark, Panel, Points, Readout, show
from regviz.labs.overfitting.fits import Fit, Model, powers_condition, refits
from regviz.labs.overfitting.rows import ROLES, Array, Given, Rows, Source, rows

CROWDED = 100
"""Rows from which on the symbols are small."""
NAMED = 6
"""Most changed points that are labelled."""
_SHAPES = ("dot", "diamond", "square")


def panel(source: Source, model: Model, found: Fit, count: int, brush: bool) -> Panel:
    """The fit ``found``, with ``count`` faint refits; with ``brush`` every drag is a stroke and none pans."""
    made = rows(source)
    x, y = made.given.axes
    marks = [*_truth(made.given), *_faint(source, model, found.size, count), *_curve(made, found), *points(source)]
    return Panel(
        key="fit", title="Data and fit", x=x, y=y, marks=tuple(marks), brush=brush,
        readouts=(*_counts(made), _condition(source, model, found)),
    )  # fmt: skip


def _condition(source: Source, model: Model, found: Fit) -> Readout:
    """The condition number, beside that of plain powers of x where the basis spans the same fits."""
    powers = powers_condition(source, model, found.size)
    beside = "" if powers is None else f" (powers of x {show(powers, 2)})"
    return Readout(name="condition", label="condition", value=show(found.condition) + beside, role="muted")


def _counts(made: Rows) -> list[Readout]:
    """How many rows each role has, with its symbol."""
    return [
        Readout(name=f"{name}_rows", label=f"{name} {symbol}", value=len(members), role=name)
        for role, (name, symbol) in enumerate(zip(ROLES, "●◆■", strict=True))
        if len(members := made.of(role))
    ]


@lru_cache(maxsize=16)
def _truth(given: Given) -> tuple[Mark, ...]:
    if given.truth is None:
        return ()
    curve = given.truth(given.inputs)
    return (Lines(key="truth", role="truth", x=given.inputs, y=curve[None], labels=("truth",), dash=True),)


@lru_cache(maxsize=64)
def _faint(source: Source, model: Model, size: int, count: int) -> tuple[Mark, ...]:
    if not count:
        return ()
    curves = refits(source, model, size, count)
    made = rows(source)
    return (
        Lines(
            key="refits", role="contour", label="refit", x=made.given.inputs, y=_cut(made, curves), thin=True,
            fade=np.full(count, 0.35),
        ),
    )  # fmt: skip


def _curve(made: Rows, found: Fit) -> list[Mark]:
    return [Lines(key="curve", role="accent", x=made.given.inputs, y=_cut(made, found.curve[None]), labels=("fit",))]


def _cut(made: Rows, curves: Array) -> Array:
    """Curves (r, m) that leave the panel by no more than its height, so that no pen is drawn to the far away."""
    y = made.given.axes[1]
    height = y.high - y.low
    cut: Array = np.clip(curves, y.low - height, y.high + height)
    return cut


@lru_cache(maxsize=32)
def points(source: Source) -> tuple[Mark, ...]:
    """One mark for each role that has rows, and rings around the rows that were moved or added."""
    made = rows(source)
    small = len(made.x) > CROWDED
    marks: list[Mark] = []
    for role, name in reversed(list(enumerate(ROLES))):
        members = made.of(role)
        if len(members):
            marks.append(
                Points(
                    key=name, role=name, label=f"{name} row", shape=_SHAPES[role], small=small,
                    x=made.x[members], y=made.y[members],
                )
            )  # fmt: skip
    changed = np.flatnonzero(made.touched)
    if len(changed):
        given = len(made.given.x)
        words = tuple("new" if made.row[k] >= given else "moved" for k in changed) if len(changed) <= NAMED else ()
        marks.insert(
            0, Points(key="touched", role="bad", shape="ring", x=made.x[changed], y=made.y[changed], labels=words)
        )
    return tuple(marks)


def row_at(source: Source, mark: str, index: int) -> int | None:
    """The row number of item ``index`` of a mark of points; None for other marks."""
    made = rows(source)
    if mark == "touched":
        members = np.flatnonzero(made.touched)
    elif mark in ROLES:
        members = made.of(ROLES.index(mark))
    else:
        return None
    return int(made.row[members[index]]) if 0 <= index < len(members) else None


def near(source: Source, x: float, y: float, reach: float) -> list[int]:
    """Numbers of the rows within ``reach`` of (x, y), in shares of the panel's width and height."""
    made = rows(source)
    across, up = made.given.axes
    distance = np.hypot((made.x - x) / (across.high - across.low), (made.y - y) / (up.high - up.low))
    return [int(row) for row in made.row[distance <= reach]]
