"""What the panels share while the step moves: the walk of one method, sampled densely enough to draw it exactly."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.labs._data import Data, Source, feature_roles, load
from regviz.linear.lars import LarsWalk, lars_walk

Array = NDArray[np.float64]

STEPS = 400
WIDE_STEPS = 120
"""Most steps walked where there are more features than rows: beyond them λ has fallen to almost nothing."""
CURVES = 40
"""Most features drawn as curves or bars; the first to enter are kept."""
_SAMPLES = 160


@dataclass(frozen=True, eq=False)
class Trace:
    """The walk at ``places`` (m,), every knot from both sides.

    ``lams`` (m,), ``coef`` and ``corr`` (m, c) of the shown features, ``norm`` (m,) = ‖w‖₁, ``df`` (m,) the number of
    features that move, ``deviance`` (m,) = 1 − RSS/TSS.
    """

    places: Array
    lams: Array
    coef: Array
    corr: Array
    norm: Array
    df: Array
    deviance: Array


@dataclass(frozen=True, eq=False)
class Scene:
    """One method on one data set. ``shown`` are the features drawn, ``limits`` the shown range of λ."""

    data: Data
    walk: LarsWalk
    roles: tuple[str, ...]
    shown: tuple[int, ...]
    limits: tuple[float, float]
    trace: Trace

    @property
    def names(self) -> tuple[str, ...]:
        """Feature names."""
        return self.data.problem.names

    @property
    def total(self) -> float:
        """‖w‖₁ at the end of the walk; never zero."""
        return max(float(self.trace.norm[-1]), 1e-300)


@lru_cache(maxsize=12)
def scene(key: Source, method: str) -> Scene:
    """The scene of one method on one source; the same object for the same arguments."""
    found = load(key)
    walk = walk_of(key, method)
    order = entry_order(walk_of(key, "lasso"))
    shown = tuple(sorted(order[:CURVES]))
    return Scene(found, walk, feature_roles(found, order), shown, _limits(walk), _trace(walk, shown))


@lru_cache(maxsize=12)
def walk_of(key: Source, method: str) -> LarsWalk:
    """The walk of one method on one source."""
    problem = load(key).problem
    return lars_walk(problem, method, STEPS if problem.n > problem.p else WIDE_STEPS)


def entry_order(walk: LarsWalk) -> tuple[int, ...]:
    """All features, those that enter first in the order of their first entry."""
    entered = dict.fromkeys(j for j, way in walk.entries if way > 0)
    return (*entered, *(j for j in range(walk.problem.p) if j not in entered))


def explained(walk: LarsWalk, coef: Array) -> Array:
    """1 − RSS/TSS (m,) of coefficients ``coef`` (m, p); 0 where y is constant."""
    problem = walk.problem
    shares: Array = 1.0 - problem.squares(coef) / problem.y_variance if problem.y.any() else np.zeros(len(coef))
    return shares


def _limits(walk: LarsWalk) -> tuple[float, float]:
    top = float(walk.lams[0])
    if not top:
        return 1e-4, 1.0
    positive = walk.lams[walk.lams > 0.0]
    return max(0.5 * float(positive[-1]), 1e-4 * top), 1.15 * top


def _trace(walk: LarsWalk, shown: tuple[int, ...]) -> Trace:
    places = _places(walk)
    steps = np.minimum(np.floor(places).astype(np.intp), max(walk.steps - 1, 0))
    share = (places - steps)[:, None]
    features = list(shown)
    after = np.minimum(steps + 1, walk.steps)

    def between(rows: Array) -> Array:
        mixed: Array = rows[steps] + share * (rows[after] - rows[steps])
        return mixed

    whole = between(walk.coef)
    df = np.array([np.count_nonzero(walk.moving(k)) for k in range(max(walk.steps, 1))], dtype=np.float64)
    return Trace(
        places=places, lams=between(walk.lams[:, None])[:, 0], coef=whole[:, features],
        corr=between(walk.corr[:, features]), norm=np.abs(whole).sum(axis=1), df=df[_segments(walk, places)],
        deviance=explained(walk, whole),
    )  # fmt: skip


def _places(walk: LarsWalk) -> Array:
    """Places evenly in λ and in log λ within every segment; knots stand twice, as an end and as a start."""
    if not walk.steps:
        return np.zeros(1)
    count = max(2, _SAMPLES // walk.steps)
    low = max(1e-6 * float(walk.lams[0]), 1e-300)
    found = []
    for k, (high, end) in enumerate(zip(walk.lams[:-1].tolist(), walk.lams[1:].tolist(), strict=True)):
        lams = np.concatenate([np.linspace(high, end, count), np.geomspace(high, max(end, min(low, high)), count)])
        shares = np.clip((high - lams) / (high - end), 0.0, 1.0)
        found.append(k + np.append(np.unique(shares[shares < 1.0]), 1.0))
    return np.concatenate(found)


def _segments(walk: LarsWalk, places: Array) -> NDArray[np.intp]:
    """The segment of each place: the second of two equal neighbours begins the next one."""
    repeated = np.append(False, places[1:] == places[:-1])
    ends = (places == np.floor(places)) & ~repeated & (places > 0.0)
    index: NDArray[np.intp] = np.floor(places).astype(np.intp) - ends
    return np.minimum(index, max(walk.steps - 1, 0))
