"""Matplotlib drawing the panels of any frame made of bars, lines, bands, regions, points, rules and arrows.

The artists are made once; `tick` gives them the data of another frame and draws the whole figure.
"""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from regviz.lab import Arrows, Band, Bars, Lines, Points, Region, Rule, show


class Rival:
    """A figure of ``size`` pixels with an Axes for each panel of ``frame``."""

    def __init__(self, frame, size):
        self.figure = Figure(figsize=(size[0] / 100, size[1] / 100), dpi=100)
        self.canvas = FigureCanvasAgg(self.figure)
        places = self.figure.subplots(2, 2).ravel()
        self.artists = {}
        for axes, panel in zip(places, frame.panels, strict=True):
            self._furnish(axes, panel)
            for mark in panel.marks:
                self.artists[panel.key, mark.key] = _MAKE[type(mark)](axes, mark)

    def _furnish(self, axes, panel):
        axes.set_title(panel.title, loc="left")
        if panel.x.log:
            axes.set_xscale("log")
        axes.set(xlim=(panel.x.low, panel.x.high), ylim=(panel.y.low, panel.y.high), xlabel=panel.x.label)
        if panel.equal:
            axes.set_aspect("equal")
        words = axes.text(1.0, 1.02, _said(panel), transform=axes.transAxes, ha="right")
        self.artists[panel.key, ""] = words

    def tick(self, frame):
        """New data into the old artists where they moved, then a full draw."""
        for panel in frame.panels:
            self.artists[panel.key, ""].set_text(_said(panel))
            for mark in panel.marks:
                artist = self.artists.get((panel.key, mark.key))
                if artist is not None and type(mark) in _MOVE:
                    _MOVE[type(mark)](artist, mark)
        self.canvas.draw()


def _said(panel):
    return "   ".join(f"{r.label} {show(r.value)}" for r in panel.readouts)


def _bars(axes, mark):
    places = range(len(mark.values))
    if mark.ghost is not None:
        axes.bar(places, mark.ghost, fill=False, edgecolor="0.8")
    axes.set_xticks(list(places), mark.labels)
    return axes.bar(places, mark.values), [axes.text(k, 0.0, "", ha="center") for k in places]


def _move_bars(made, mark):
    for bar, text, value in zip(*made, mark.values.tolist(), strict=True):
        bar.set_height(value)
        text.set_text(f"{value:.2f}" if value else "")
        text.set_y(value)


def _lines(axes, mark):
    x = np.broadcast_to(mark.x, mark.y.shape)
    for k, label in enumerate(mark.labels):
        axes.text(x[k, 0], mark.y[k, 0], label)
    return [axes.plot(x[k], mark.y[k], lw=1.6 if mark.thin else 3, ls="--" if mark.dash else "-")[0]
            for k in range(len(x))]  # fmt: skip


def _move_lines(made, mark):
    if mark.x.ndim == 2:
        for line, x, y in zip(made, mark.x, mark.y, strict=True):
            line.set_data(x, y)


_MAKE = {
    Bars: _bars,
    Lines: _lines,
    Band: lambda axes, mark: axes.fill_between(mark.x, mark.low, mark.high, alpha=0.2),
    Region: lambda axes, mark: axes.fill(mark.x.ravel(), mark.y.ravel(), alpha=0.2, edgecolor="k", lw=3)[0],
    Points: lambda axes, mark: axes.plot(mark.x, mark.y, "o", ms=8)[0],
    Rule: lambda axes, mark: axes.axvline(mark.value, color="k", ls=":" if mark.dash else "-"),
    Arrows: lambda axes, mark: axes.quiver(mark.x, mark.y, mark.dx, mark.dy, angles="xy", scale_units="xy", scale=1),
}
_MOVE = {
    Bars: _move_bars,
    Lines: _move_lines,
    Region: lambda made, mark: made.set_xy(np.column_stack([mark.x.ravel(), mark.y.ravel()])),
    Points: lambda made, mark: made.set_data(mark.x, mark.y),
    Rule: lambda made, mark: made.set_xdata([mark.value] * 2),
}
