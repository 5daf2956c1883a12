"""Two features alike: their weights over the refits, and how far apart the grouping bound lets them be."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs._data import Source
from regviz.labs.stability.alike import SAME
from regviz.labs.stability.scene import (
    Refits,
    Scene,
    apart_over_rho,
    shown,
    sweep,
    without_rho,
)
from regviz.labs.stability.selection import rounded, weight_axis
from regviz.linear.grouping import distance, grouping_bound

Array = NDArray[np.float64]

CLOUD = 300
"""Most refits drawn as points."""
ROUNDING = 1e-13
"""Share of a weight up to which a difference is nothing but rounding."""
LOWEST = 1e-6
"""Smallest difference on the axis, as a share of its top."""


def one_of_two(w: Array, pair: tuple[int, int]) -> float:
    """Share of the refits ``w`` (B, p) that keep exactly one of the two."""
    kept = w[:, list(pair)] != 0.0
    return float(np.mean(kept[:, 0] != kept[:, 1]))


def cloud(made: Scene, found: Refits, pair: tuple[int, int]) -> Panel:
    """Both weights of every refit: a lasso that picks lies on the axes, an elastic net that shares on the diagonal."""
    i, j = pair
    names = made.problem.names
    sign = made.sign(i, j)
    both = np.concatenate([found.lasso[:, pair], found.net[:, pair]])
    low, high = _range(both, sign)
    marks: list[Mark] = [_diagonal(low, high, sign)]
    if abs(made.correlation(i, j)) >= SAME:
        marks.append(_solutions(found.lasso_all[i] + sign * found.lasso_all[j], sign))
    marks += [
        _points("lasso", "l1", "dot", found.lasso, pair),
        _points("elastic-net", "elastic-net", "diamond", found.net, pair),
        Points(
            key="all-rows", shape="ring", role="text", x=np.array([found.lasso_all[i], found.net_all[i]]),
            y=np.array([found.lasso_all[j], found.net_all[j]]), roles=("l1", "elastic-net"), labels=("all rows", ""),
        ),
    ]  # fmt: skip
    return Panel(
        key="twins", title=f"Twins {names[i]} and {names[j]}", x=weight_axis(low, high, names[i]),
        y=weight_axis(min(sign * low, sign * high), max(sign * low, sign * high), names[j]),
        marks=tuple(marks), equal=True, origin=True, readouts=_said(found, pair),
    )  # fmt: skip


def _said(found: Refits, pair: tuple[int, int]) -> tuple[Readout, ...]:
    shares = (one_of_two(found.lasso, pair), one_of_two(found.net, pair))
    return tuple(
        Readout(name=f"one_{role}", value=f"{label} {100 * share:.0f} % one only", role=role)
        for role, label, share in zip(("l1", "elastic-net"), ("●", "◆"), shares, strict=True)
    )


def _range(both: Array, sign: float) -> tuple[float, float]:
    """A range for x, and times ``sign`` for y, that holds all weights and 0."""
    turned = both * np.array([1.0, sign])
    above, below = turned.clip(0.0), (-turned).clip(0.0)
    high = rounded(above) if above.any() else 0.0
    low = rounded(below) if below.any() else 0.0
    widest = max(low, high) or 1.0
    return -max(low, 0.15 * widest), max(high, 0.15 * widest)


def _points(key: str, role: str, shape: str, w: Array, pair: tuple[int, int]) -> Points:
    x, y = w[:CLOUD, list(pair)].T
    return Points(key=key, role=role, shape=shape, x=x, y=y, small=True)


@lru_cache(maxsize=64)
def _diagonal(low: float, high: float, sign: float) -> Lines:
    ends = 4.0 * np.array([low, high])
    return Lines(key="diagonal", role="muted", x=ends, y=sign * ends[None], labels=("equal weights",), dash=True)


def _solutions(total: float, sign: float) -> Lines:
    """All lasso solutions of two equal columns: the weight ``total`` split in any way."""
    return Lines(
        key="solutions", role="l1", x=np.array([total, 0.0]), y=np.array([[0.0, sign * total]]),
        labels=("every point is a lasso solution",), dash=True,
    )  # fmt: skip


def bound_here(made: Scene, found: Refits, pair: tuple[int, int]) -> float | None:
    """The grouping bound of the pair on all rows."""
    apart = distance(made.problem, *pair, made.sign(*pair))
    return grouping_bound(apart, made.problem.y_variance, found.lam * (1.0 - found.alpha))


def gap(made: Scene, w: Array, pair: tuple[int, int]) -> float:
    """|w_i − w_j|, or |w_i + w_j| for features that go against each other; 0 where only rounding is left of it."""
    i, j = pair
    apart = float(abs(w[i] - made.sign(i, j) * w[j]))
    return apart if apart > ROUNDING * float(abs(w[i])) else 0.0


def over_rho(made: Scene, found: Refits, pair: tuple[int, int], key: Source, rho: float, ready: bool) -> Panel:
    """The bound and both differences over the correlation that the data are drawn with; the cursor drags ρ."""
    bound = bound_here(made, found, pair)
    gaps = gap(made, found.lasso_all, pair), gap(made, found.net_all, pair)
    known = [v for v in (bound, *gaps) if v is not None and v > 0.0]
    curves = _swept(without_rho(key), pair, found.lam, found.alpha) if ready else ()
    known += [float(v) for curve in curves for v in np.ravel(curve.y) if v > 0.0]
    here = Points(
        key="here", x=np.full(2, rho), y=np.array([_positive(v) for v in gaps]), roles=("l1", "elastic-net"),
    )  # fmt: skip
    marks = (*curves, Rule(key="cursor", value=rho, bound="rho", role="text"), here)
    return Panel(
        key="grouping", title="Grouping bound over ρ", x=_RHO, y=_gap_axis(*_decades(known)), marks=marks,
        readouts=_numbers(gaps, bound),
    )  # fmt: skip


_RHO = Axis(low=0.0, high=1.0, label="correlation ρ of the twins")
_R = Axis(low=0.0, high=1.02, label="|correlation| of two features")


def _positive(value: float | None) -> float:
    """What a log axis can show: NaN for 0 and for nothing."""
    return value if value is not None and value > 0.0 else np.nan


def _numbers(gaps: tuple[float, float], bound: float | None) -> tuple[Readout, ...]:
    limit = "no bound" if bound is None else f"≤ {show(bound)}"
    texts = (f"lasso {show(gaps[0])}", f"elastic net {show(gaps[1])}", limit)
    roles = ("l1", "elastic-net", "text")
    names = ("lasso", "elastic-net", "bound")
    return tuple(Readout(name=n, value=t, role=r) for n, t, r in zip(names, texts, roles, strict=True))


def _decades(known: list[float]) -> tuple[int, int]:
    """Powers of ten around the known values, no more than ``LOWEST`` apart."""
    if not known:
        return -2, 0
    top = int(np.ceil(np.log10(max(known)) + 1e-9))
    low = int(np.floor(max(np.log10(min(known)), top + np.log10(LOWEST)) - 1e-9))
    return min(low, top - 1), top


@lru_cache(maxsize=64)
def _gap_axis(low: int, high: int) -> Axis:
    return Axis(low=10.0**low, high=10.0**high, log=True, label="|wᵢ − wⱼ| (log scale)")


@lru_cache(maxsize=16)
def _swept(key: Source, pair: tuple[int, int], lam: float, alpha: float) -> tuple[Lines, ...]:
    found = sweep(key, pair)
    lasso, net = apart_over_rho(key, pair, lam, alpha)
    marks: list[Lines] = []
    l2 = lam * (1.0 - alpha)
    if l2 > 0.0:
        bounds = [grouping_bound(float(a), float(v), l2) for a, v in zip(found.apart, found.y_variance, strict=True)]
        marks.append(_curve("bound", "text", "bound", found.rhos, np.array(bounds), dash=True))
    marks.append(_curve("lasso", "l1", "lasso", found.rhos, lasso))
    if alpha < 1.0:
        marks.append(_curve("elastic-net", "elastic-net", "elastic net", found.rhos, net))
    return tuple(marks)


def _curve(key: str, role: str, label: str, x: Array, values: Array, dash: bool = False) -> Lines:
    y = np.where(values > 0.0, values, np.nan)[None]
    return Lines(key=key, role=role, x=x, y=y, labels=(label,), dash=dash)


def pairs(made: Scene, pair: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """The pairs of drawn features."""
    drawn = shown(made, pair)
    return tuple((i, j) for k, i in enumerate(drawn) for j in drawn[k + 1 :])


def of_pairs(made: Scene, found: Refits, pair: tuple[int, int]) -> Panel:
    """Every pair of features at its correlation, under the bound: the picture for data whose ρ is what it is."""
    every = pairs(made, pair)
    x = np.array([abs(made.correlation(*each)) for each in every])
    net = np.array([gap(made, found.net_all, each) for each in every])
    lasso = np.array([gap(made, found.lasso_all, each) for each in every])
    bound, l2 = bound_here(made, found, pair), found.lam * (1.0 - found.alpha)
    curve = _bound_marks(made, every, x, l2) if l2 > 0.0 else []
    known = [v for v in (*net, *lasso, bound or 0.0, *(v for mark in curve for v in np.ravel(mark.y))) if v > 0.0]
    here = (gap(made, found.lasso_all, pair), gap(made, found.net_all, pair))
    marks: list[Mark] = [
        *curve, Points(key="lasso", role="l1", x=x, y=np.where(lasso > 0.0, lasso, np.nan), small=True),
        Points(
            key="elastic-net", role="elastic-net", shape="diamond", x=x, y=np.where(net > 0.0, net, np.nan), small=True
        ),
        Points(
            key="here", shape="ring", x=np.full(2, abs(made.correlation(*pair))),
            y=np.array([_positive(v) for v in here]), roles=("l1", "elastic-net"),
        ),
    ]  # fmt: skip
    which = "all pairs" if len(shown(made, pair)) == made.problem.p else "pairs of those drawn"
    return Panel(
        key="grouping", title=f"Grouping bound, {which}", x=_R, y=_gap_axis(*_decades(known)),
        marks=tuple(marks), readouts=_numbers(here, bound),
    )  # fmt: skip


def _bound_marks(made: Scene, every: tuple[tuple[int, int], ...], x: Array, l2: float) -> list[Lines | Points]:
    """One curve for standardised columns; without, every pair has a bound of its own."""
    variance = made.problem.y_variance
    if made.problem.standardized:
        r = np.append(np.linspace(0.0, 0.95, 60), 1.0 - np.geomspace(0.05, 1e-6, 60))
        return [_curve("bound", "text", "bound", r, np.sqrt(2.0 * (1.0 - r) * variance) / l2, dash=True)]
    apart = [distance(made.problem, *each, made.sign(*each)) for each in every]
    bounds = np.array([_positive(grouping_bound(a, variance, l2)) for a in apart])
    highest = int(np.argmax(np.nan_to_num(bounds)))
    labels = tuple("bound" if k == highest else "" for k in range(len(every)))
    return [Points(key="bound", role="muted", shape="cross", x=x, y=bounds, labels=labels, small=True)]

