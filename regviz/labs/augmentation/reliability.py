"""Reliability diagrams: bars of accuracy over confidence with their gaps to the diagonal, counts, and the ECE."""

from functools import lru_cache

import numpy as np

from regviz.lab import Axis, Bars, Lines, Panel, Readout, Text
from regviz.labs import _nets as nets
from regviz.neural import Reliability, decisions, reliability
from regviz.neural.layer import Array

_Y = Axis(low=0.0, high=1.16, label="share right", ticks=tuple((v, f"{v:g}") for v in (0.0, 0.25, 0.5, 0.75, 1.0)))


def measured(chances: Array, labels: Array, bins: int) -> list[Reliability | None]:
    """The reliability of each net from its predictions (R, K, n) for ``labels`` (n,); None for a diverged one."""
    sure, decided = decisions(chances)
    return [
        reliability(np.clip(row, 0.0, 1.0), choice == labels, bins) if np.isfinite(row).all() else None
        for row, choice in zip(sure, decided, strict=True)
    ]


def panel(found: Reliability | None, variant: nets.Variant) -> Panel:
    """Accuracy in each bin (bar), mean confidence (tick) and how many test points the bin holds (figure on top)."""
    key, title = f"reliability_{variant.key}", f"Reliability, {variant.name}"
    if found is None:
        x, diagonal = _still(10)
        return Panel(key=key, title=title, x=x, y=_Y, marks=(diagonal,), readouts=(nets.DIVERGED,))
    x, diagonal = _still(len(found.counts))
    held = np.flatnonzero(found.counts)
    bars = Bars(
        key="accuracy", values=found.accuracy, truth=found.confidence, base=np.zeros(len(found.counts)),
        role=variant.role, label="share right",
    )  # fmt: skip
    counts = Text(
        key="counts", x=held.astype(np.float64), y=np.full(len(held), 1.08), role="muted",
        labels=tuple(str(n) for n in found.counts[held]),
    )  # fmt: skip
    readouts = (
        Readout(name="ece", value=found.ece, label="ECE", role=variant.role),
        Readout(name="tick", value="tick: mean confidence"), Readout(name="above", value="above: points", role="muted"),
    )  # fmt: skip
    return Panel(key=key, title=title, x=x, y=_Y, marks=(diagonal, bars, counts), readouts=readouts)


@lru_cache(maxsize=32)
def _still(bins: int) -> tuple[Axis, Lines]:
    """The axis of ``bins`` bars, named by confidence, and the diagonal."""
    ticks = tuple((share * bins - 0.5, f"{share:g}") for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    ends = np.array([-0.5, bins - 0.5])
    diagonal = Lines(key="diagonal", x=ends, y=np.array([[0.0, 1.0]]), role="muted", dash=True, thin=True)
    return Axis(low=-0.5, high=bins - 0.5, label="confidence", ticks=ticks), diagonal
