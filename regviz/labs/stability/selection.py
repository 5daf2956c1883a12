"""Which features the refits keep, how far their coefficients spread, and how selection goes with λ."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Lines, Mark, Panel, Points, Readout, Rule
from regviz.labs.stability.scene import Refits, Scene, frequency, shown

Array = NDArray[np.float64]

KEY: tuple[Readout, ...] = (
    Readout(name="bars", value="bar: lasso", role="l1"),
    Readout(name="diamonds", value="◆ elastic net", role="elastic-net"),
)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
NAMED = 8
SHIFT = 0.17
"""How far left and right of a feature's place the two methods stand."""


def frequencies(made: Scene, found: Refits, pair: tuple[int, int]) -> Panel:
    """In how many of the refits each feature is kept, by both methods."""
    drawn = list(shown(made, pair))
    x = places_axis(len(drawn))
    lasso, net = (np.mean(w[:, drawn] != 0.0, axis=0) for w in (found.lasso, found.net))
    names = tuple(made.problem.names[j] for j in drawn)
    marks: tuple[Mark, ...] = (
        Bars(key="lasso", role="l1", values=lasso, labels=names),
        Points(key="elastic-net", role="elastic-net", shape="diamond", x=np.arange(len(drawn), dtype=float), y=net),
    )
    if made.problem.p > 1:
        where = np.array([drawn.index(j) for j in pair], dtype=float)
        marks += (Points(key="twins", role="muted", shape="triangle", x=where, y=np.full(2, -0.1)),)
    readouts = KEY
    if len(drawn) < made.problem.p:
        readouts += (Readout(name="thinned", value=f"{len(drawn)} of {made.problem.p} features", role="muted"),)
    return Panel(key="selection", title="How often kept", x=x, y=_SHARE, marks=marks, readouts=readouts)


_TICKS = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))
_SHARE = Axis(low=-0.17, high=1.12, label="share of refits", ticks=_TICKS)
_WHOLE = Axis(low=0.0, high=1.05, label="share of refits", ticks=_TICKS)


@lru_cache(maxsize=64)
def places_axis(count: int) -> Axis:
    """The axis of ``count`` features at 0 … count − 1."""
    return Axis(low=-0.6, high=count - 0.4, hidden=True)


@lru_cache(maxsize=256)
def weight_axis(low: float, high: float, label: str = "") -> Axis:
    """The axis of coefficients; the same object for the same range."""
    return Axis(low=low, high=high, label=label)


def rounded(values: Array) -> float:
    """The largest |value| rounded up to 1, 1.5, 2, 3, 5 or 7 times a power of ten, so that ranges seldom change."""
    size = float(np.abs(values).max(initial=0.0))
    if not size > 0.0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(size))
    return float(next(m * power for m in (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0) if m * power >= size))


def ends(values: Array) -> tuple[float, float]:
    """A round range that holds 0 and all ``values``, with a little room on a side that has none."""
    above, below = values.clip(0.0), (-values).clip(0.0)
    high = rounded(above) if above.any() else 0.1 * rounded(below)
    low = rounded(below) if below.any() else 0.1 * rounded(above)
    return -low, high


def spread(made: Scene, found: Refits, pair: tuple[int, int]) -> Panel:
    """Median, middle half and middle nine tenths of every coefficient over the refits."""
    drawn = list(shown(made, pair))
    at = np.arange(len(drawn), dtype=float)
    lasso, net = (np.quantile(w[:, drawn], QUANTILES, axis=0) for w in (found.lasso, found.net))
    truth = None if made.data.truth is None else made.data.truth[drawn]
    names = tuple(made.problem.names[j] for j in drawn)
    every = [lasso, net, found.lasso_all[drawn], np.zeros(1) if truth is None else truth]
    low, high = ends(np.concatenate([np.ravel(v) for v in every]))
    marks: tuple[Mark, ...] = (
        Bars(
            key="all-rows", role="l1", values=np.full(len(drawn), np.nan), ghost=found.lasso_all[drawn], truth=truth,
            labels=names,
        ),
        *_boxes("lasso", "l1", at - SHIFT, lasso), *_boxes("elastic-net", "elastic-net", at + SHIFT, net),
        Points(key="lasso", role="l1", x=at - SHIFT, y=lasso[2], low=lasso[0], high=lasso[4], small=True),
        Points(
            key="elastic-net", role="elastic-net", shape="diamond", x=at + SHIFT, y=net[2], low=net[0], high=net[4],
            small=True,
        ),
    )  # fmt: skip
    readouts = (
        Readout(name="left", value="● lasso", role="l1"),
        Readout(name="right", value="◆ elastic net", role="elastic-net"),
        Readout(name="range", value="middle 90 %", role="muted"),
    )  # fmt: skip
    return Panel(
        key="spread", title="Spread of coefficients", x=places_axis(len(drawn)),
        y=weight_axis(low, high, "coefficient; outline: all rows" + ", line: truth" * (truth is not None)),
        marks=marks, readouts=readouts,
    )  # fmt: skip


def _boxes(key: str, role: str, at: Array, quantiles: Array) -> tuple[Mark, ...]:
    """Upright thick lines from the lower to the upper quartile of each feature."""
    x, y = np.stack([at, at], axis=1), np.stack([quantiles[1], quantiles[3]], axis=1)
    return tuple(
        Lines(key=f"{key}-quartiles-{side}", role=role, x=x + offset, y=y)
        for side, offset in (("left", -0.02), ("right", 0.02))
    )


def over_lam(made: Scene, lam: float, pair: tuple[int, int], seed: int, count: int) -> Panel:
    """The share of refits in which the lasso keeps each feature, over λ, with the cursor at ``lam``."""
    x = lam_axis(made)
    cursor = Rule(key="cursor", value=min(max(lam, x.low), x.high), bound="lam", role="text")
    paths = Readout(name="paths", value=f"{count} exact paths", role="muted")
    return Panel(
        key="stability-path", title="Lasso: kept, over λ", x=x, y=_WHOLE,
        marks=(*_curves(made, pair, seed, count), cursor), readouts=(paths,),
    )  # fmt: skip


@lru_cache(maxsize=8)
def lam_axis(made: Scene) -> Axis:
    """The axis of λ over its shown range."""
    return Axis(low=made.limits[0], high=made.limits[1], log=True, label="λ (log scale)")


@lru_cache(maxsize=16)
def _curves(made: Scene, pair: tuple[int, int], seed: int, count: int) -> tuple[Mark, ...]:
    """Grey curves below coloured ones; the pair is always named."""
    lams, share = frequency(made, seed, count)
    marks: list[Mark] = []
    named = {*pair, *(made.order[:NAMED] if made.data.truth is None else ())}
    for key, coloured in (("others", False), ("features", True)):
        group = [j for j in shown(made, pair) if (made.roles[j].startswith("informative") or j in pair) is coloured]
        if group:
            labels = tuple(made.problem.names[j] if coloured or j in named else "" for j in group)
            roles = tuple(made.roles[j] for j in group)
            marks.append(Lines(key=key, x=lams, y=share[:, group].T, labels=labels, roles=roles, thin=not coloured))
    return tuple(marks)
