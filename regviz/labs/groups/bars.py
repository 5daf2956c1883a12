"""Three bar panels on one λ: what each penalty does to the same blocks."""

import math
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from regviz.lab import Axis, Bars, Mark, Panel, Readout, Region
from regviz.labs.groups.design import Design
from regviz.labs.groups.scene import HUGE, NEAR, Solution, solution, top
from regviz.linear.problem import Array

TITLES = {"lasso": "Lasso", "sparse-group-lasso": "Sparse group lasso", "group-lasso": "Group lasso"}
_ROOM = 46
"""Letters that stand side by side under a panel."""


def panel(made: Design, method: str, every: Mapping[str, Solution]) -> Panel:
    """Bars of the standardised coefficients in the order of the blocks; every second block stands on a shade.

    ``every`` solution has a say in the range, so that bars can be compared across panels.
    """
    x, y = x_axis(made), y_axis(*_range(made, every))
    order, found = made.order, every[method]
    names, truth = made.problem.names, made.data.truth
    bars = Bars(
        key="coefficients", values=found.w[order], truth=None if truth is None else truth[order],
        raw=made.problem.unscale(found.w)[1][order], labels=tuple(names[j] for j in order),
        roles=tuple(made.roles[g] for g, group in enumerate(made.groups) for _ in group),
    )  # fmt: skip
    blocks, features = int(np.count_nonzero(found.inside)), int(np.count_nonzero(found.w))
    kept = Readout(
        name="kept", role="muted",
        value=f"{blocks}/{len(made.groups)} blocks · {features}/{len(order)} features",
    )  # fmt: skip
    line = (Readout(name="line", value="line: truth", role="truth"),) if truth is not None and method == "lasso" else ()
    return Panel(key=method, title=TITLES[method], x=x, y=y, marks=(*shades(made, y), bars), readouts=(*line, kept))


@lru_cache(maxsize=8)
def x_axis(made: Design) -> Axis:
    """The features, block after block."""
    return Axis(low=-0.6, high=len(made.order) - 0.4, ticks=block_ticks(made))


@lru_cache(maxsize=32)
def y_axis(low: float, high: float) -> Axis:
    """The range of coefficients with room for figures."""
    room = 0.14 * ((high - low) or 1.0)
    return Axis(low=low - room, high=high + room)


@lru_cache(maxsize=8)
def _usual(made: Design) -> tuple[float, float]:
    """The range of the lasso's and the group lasso's coefficients at a small λ, and of the truth.

    Of many features instead what they have alone, which needs no solution.
    """
    if made.problem.p > HUGE:
        return -top(made), top(made)
    ends = [solution(made, method, NEAR * top(made), 0.0).w for method in ("lasso", "group-lasso")]
    if made.data.truth is not None:
        ends.append(made.data.truth)
    return min(0.0, *(float(w.min()) for w in ends)), max(0.0, *(float(w.max()) for w in ends))


def _range(made: Design, every: Mapping[str, Solution]) -> tuple[float, float]:
    """The usual range, doubled until it holds what is there: it changes rarely as λ moves."""
    low, high = _usual(made)
    size = max(high, -low) or 1.0
    lowest = min(float(each.w.min()) for each in every.values())
    highest = max(float(each.w.max()) for each in every.values())
    return _grown(low, lowest, -size), _grown(high, highest, size)


def _grown(end: float, needed: float, size: float) -> float:
    """``end``, or where ``needed`` lies beyond, ``size`` times a power of two that holds it."""
    if abs(needed) <= abs(end) or needed * size <= 0.0:
        return end
    return size * 2.0 ** max(0, math.ceil(math.log2(needed / size)))


def block_ticks(made: Design) -> tuple[tuple[float, str], ...]:
    """Names under the middles of blocks, as many as there is room for; blocks with several members come first."""
    found: list[tuple[float, float, str]] = []
    letter = len(made.order) / _ROOM
    sizes = np.diff(made.starts)
    for g in np.argsort(-np.minimum(sizes, 2), kind="stable").tolist():
        name = made.names[g] if len(made.names[g]) <= 16 else made.names[g][:15].rstrip() + "…"
        middle, half = float(made.starts[g] + made.starts[g + 1] - 1) / 2.0, 0.5 * letter * (len(name) + 1)
        if all(abs(middle - other) >= half + reach for other, reach, _ in found):
            found.append((middle, half, name))
    return tuple((middle, name) for middle, _, name in sorted(found))


@lru_cache(maxsize=8)
def shades(made: Design, y: Axis) -> tuple[Mark, ...]:
    """A shade behind every second block."""
    if made.single or len(made.groups) < 2:
        return ()
    left, right = made.starts[1:-1:2] - 0.5, made.starts[2::2] - 0.5
    x = np.stack([left, right, right, left], axis=1)
    heights: Array = np.tile([y.low, y.low, y.high, y.high], (len(left), 1))
    return (Region(key="blocks", role="faint", x=x, y=heights, outline=False),)
