"""The coefficient bars: what the penalty left of least squares."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Panel, Readout
from regviz.labs._pointers import pointers
from regviz.labs.shrinkage.scene import Scene

Array = NDArray[np.float64]


def panel(made: Scene, w: Array, chosen: tuple[int, int], show_ghost: bool) -> Panel:
    """Bars of the standardised coefficients ``w`` (p,) with least squares as ghosts and the truth as ticks."""
    x, y = axes(made)
    p = len(w)
    bars = Bars(
        key="coefficients", values=w, ghost=made.ols if show_ghost else None, truth=made.data.truth,
        raw=made.problem.unscale(w)[1], labels=made.problem.names, roles=made.roles,
    )  # fmt: skip
    active = int(np.count_nonzero(w))
    kept = Readout(name="active", value=f"{active} of {p} active", role="accent")
    return Panel(
        key="coefficients", title="Coefficients", x=x, y=y, marks=(bars, pointers(chosen, y)),
        readouts=(*_legend(made, show_ghost), kept),
    )  # fmt: skip


def _legend(made: Scene, show_ghost: bool) -> list[Readout]:
    """What stands on the bars beside them."""
    full = "least squares" if made.loss == "squared" else "no penalty"
    found = [Readout(name="outline", value=f"outline: {full}", role="muted")] if show_ghost else []
    if made.data.truth is not None:
        found.append(Readout(name="line", value="line: truth", role="truth"))
    return found


@lru_cache(maxsize=8)
def axes(made: Scene) -> tuple[Axis, Axis]:
    """Axes that hold the whole path, so that nothing moves but the bars."""
    values = [made.coef.min(), made.coef.max(), made.ols.min(), made.ols.max(), 0.0]
    if made.data.truth is not None:
        values += [made.data.truth.min(), made.data.truth.max()]
    low, high = padded(min(values), max(values), 0.14)
    below = 0.1 * (high - low)  # for the pointers
    return Axis(low=-0.6, high=len(made.ols) - 0.4, hidden=True), Axis(low=low - below, high=high)


def padded(low: float, high: float, share: float) -> tuple[float, float]:
    """The range ``low`` … ``high`` with a margin of ``share`` of its length, never empty."""
    length = high - low
    if not length > 0.0:
        length = max(abs(high), 1.0)
    return float(low - share * length), float(high + share * length)
