"""Paints networks: links as wide as their weights, nodes as bright as their activations, dropped nodes hollow."""

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from regviz.gui.canvas import strokes
from regviz.gui.canvas.curves import Array
from regviz.gui.canvas.ink import LABEL
from regviz.gui.canvas.paint.lines import MARGIN
from regviz.gui.canvas.place import Place, around
from regviz.gui.canvas.theme import mix, pen, qcolor
from regviz.lab import Graph

WIDEST = 7.0
_STEPS = 12
"""Link widths are rounded to this many, so that pens are shared."""


def paint(painter: QPainter, mark: Graph, place: Place) -> None:
    """Links below, weakest first; nodes above."""
    x, y = place.x.px(mark.x), place.y.px(mark.y)
    alive = np.ones(len(x), dtype=bool) if mark.alive is None else np.nan_to_num(mark.alive) > 0
    _links(painter, mark, x, y, alive, place)
    radius = node_radius(mark, place)
    values = np.full(len(x), 0.5) if mark.values is None else np.clip(np.nan_to_num(mark.values), -1.0, 1.0)
    spots, lit, living = list(zip(x.tolist(), y.tolist(), strict=True)), values.tolist(), alive.tolist()
    for index in np.flatnonzero(place.inside(x, y, 4.0)).tolist():
        name = mark.labels[index] if mark.labels else ""
        _node(painter, (*spots[index], radius), lit[index], living[index], name, place)


def node_radius(mark: Graph, place: Place) -> float:
    """Radius that leaves room between the nodes of the fullest layer."""
    with np.errstate(over="ignore"):
        columns, counts = np.unique(np.round(mark.x[np.isfinite(mark.x)], 9), return_counts=True)
    fullest = int(counts.max()) if len(columns) else 1
    return float(max(4.0, min(16.0, place.rect.height / max(1, fullest) * 0.34)))


def _links(
    painter: QPainter, mark: Graph, x: Array, y: Array, alive: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
    place: Place,
) -> None:  # fmt: skip
    weights = np.nan_to_num(mark.weights)
    largest = float(np.abs(weights).max()) if len(weights) else 0.0
    ends = _ends(mark, len(x))
    seen = place.inside(x, y, MARGIN).tolist()
    spots = [QPointF(px, py) for px, py in zip(x.tolist(), y.tolist(), strict=True)]
    levels = np.round(np.abs(weights) / (largest or 1.0) * _STEPS).astype(int).tolist()
    living, up, pens = alive.tolist(), (weights >= 0).tolist(), dict[tuple[int, bool, bool], QPen]()
    with place.clipped(painter, 4.0):
        for k in np.argsort(np.abs(weights), kind="stable").tolist():
            a, b = ends[k]
            if a < 0:
                continue
            look = levels[k], up[k], living[a] and living[b]
            if look not in pens:
                pens[look] = _pen(*look, place)
            painter.setPen(pens[look])
            if seen[a] and seen[b]:
                painter.drawLine(spots[a], spots[b])
            else:
                strokes.draw(painter, x[[a, b]], y[[a, b]], place.rect.grown(MARGIN))


def _pen(level: int, up: bool, alive: bool, place: Place) -> QPen:
    """The pen of a link: as wide and dark as its weight's ``level`` of `_STEPS`; dashed below zero.

    Its flat ends, under the nodes, make it four times faster than round ones.
    """
    share, role = level / _STEPS, "informative:0" if up else "informative:1"
    color, width = place.color(role, 0.25 + 0.75 * share), 0.8 + share * WIDEST
    if not alive:
        color, width = place.theme.ghost, 1.0
    return pen(color, width, 0 if up else 1, ends="flat")


def _ends(mark: Graph, count: int) -> list[tuple[int, int]]:
    """Node indices of each link; (−1, −1) where one does not exist."""
    pairs = np.nan_to_num(np.stack([mark.source, mark.target], axis=1), nan=-1.0)
    pairs[((pairs < 0) | (pairs >= count)).any(axis=1)] = -1.0
    return [(a, b) for a, b in pairs.astype(int).tolist()]


def _node(
    painter: QPainter, circle: tuple[float, float, float], value: float, alive: bool, name: str, place: Place
) -> None:
    x, y, r = circle
    role = "informative:0" if value >= 0 else "informative:1"
    fill = mix(place.theme.card, place.color(role), 0.15 + 0.75 * abs(value))
    painter.setPen(place.pen("text", 2.2) if alive else place.pen("faint", 2.2, dash=1))
    painter.setBrush(qcolor(fill if alive else place.theme.card))
    painter.drawEllipse(QPointF(x, y), r, r)
    if not alive:
        painter.setPen(place.pen("faint", 2.2))
        half = r * 0.5
        painter.drawLine(QLineF(x - half, y - half, x + half, y + half))
        painter.drawLine(QLineF(x - half, y + half, x + half, y - half))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    place.dot(x, y, r + 1)
    if name:
        place.label(name, LABEL, place.theme.text, around(x, y, name, LABEL, r + 8))
