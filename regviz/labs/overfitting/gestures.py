"""Clicks and drags on the points, turned into edits: moving, adding, painting and removing."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from regviz.lab import Gesture
from regviz.labs.overfitting.edits import Edits, erased, fits, read_edits, write_edits
from regviz.labs.overfitting.picture import near, row_at
from regviz.labs.overfitting.rows import FEWEST, TRAIN, Given, Source, given_rows

EDITS = ("move", "add", "paint", "remove")
STROKE = 0.04
"""Distance between painted points, in shares of the panel."""
REACH = 0.02
"""How near a stroke must come to a point to remove it, in shares of the panel."""


def change(source: Source, mode: str, gesture: Gesture) -> Mapping[str, Any]:
    """The new ``edits`` after ``gesture`` in ``mode``, or nothing."""
    given = given_rows(source._replace(edits=""))
    before = read_edits(source.edits)
    if before.tag != given.tag:
        before = Edits(tag=given.tag) if before.tag else Edits(given.tag, before.moved, before.removed, before.added)
    after = _after(source, given, before, mode, gesture)
    if after == before or not fits(after) or not _trainable(given, after):
        return {}
    return {"edits": write_edits(after)}


def _after(source: Source, given: Given, edits: Edits, mode: str, gesture: Gesture) -> Edits:
    x, y = _inside(given, gesture.x, gesture.y)
    row = row_at(source, gesture.mark, gesture.index)
    count = len(given.x)
    if mode == "remove" and gesture.kind != "double-click":
        hit = near(source, gesture.x, gesture.y, REACH)
        return erased(edits, hit or ([] if row is None or gesture.kind == "drag" else [row]), count,
                      lambda fewer: _trainable(given, fewer))  # fmt: skip
    if mode == "paint" and gesture.kind == "drag":
        return edits if near(source, x, y, STROKE) else edits.add(x, y)
    if gesture.kind == "drag":
        return edits if row is None else edits.move(row, count, x, y)
    if gesture.kind == "double-click" and mode == "move":
        return edits.add(x, y) if row is None else edits.remove(row, count)
    if gesture.kind == "click" and mode in ("add", "paint") and row is None:
        return edits.add(x, y)
    return edits


def _inside(given: Given, x: float, y: float) -> tuple[float, float]:
    """The place within the domain and the panel."""
    up = given.axes[1]
    return float(np.clip(x, given.low, given.high)), float(np.clip(y, up.low, up.high))


def _trainable(given: Given, edits: Edits) -> bool:
    """Whether enough training rows are left."""
    gone = sum(1 for row in edits.removed if row < len(given.role) and given.role[row] == TRAIN)
    return int(np.count_nonzero(given.role == TRAIN)) - gone + len(edits.added) >= FEWEST


