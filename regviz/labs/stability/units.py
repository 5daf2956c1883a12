"""One feature in other units: the same fit with and without standardising, at every factor and λ.

What is drawn of it is in `scale`. An effect is a coefficient on the data's own scale times its feature's standard
deviation: a change of units leaves it as it is, unless the penalty does not.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.data.steps import Steps
from regviz.labs._data import Source
from regviz.labs._memo import gradual
from regviz.labs.stability.scene import FINE, scene
from regviz.linear import Path, Problem
from regviz.linear.batched import stacked_solutions
from regviz.linear.elastic_net import elastic_net_at
from regviz.linear.path import path_of
from regviz.linear.penalties import kkt, make_penalty

Array = NDArray[np.float64]

PENALTIES = ("ridge", "lasso", "elastic-net")
POINTS = 120
"""Values of λ at which effects are drawn."""
FACTORS = (1e-3, 1e3)
ALONE = 100
"""More features than this are solved one factor at a time."""
WAYS = ("with", "without")


@dataclass(frozen=True, eq=False)
class Units:
    """The data with one column times ``factor``: standardised, and as they are but for one divisor of all columns.

    ``divisor`` is the root mean square of the standard deviations before the change, which makes one λ about as strong
    in both. ``sd`` (p,) are the standard deviations of ``raw``'s columns.
    """

    feature: int
    factor: float
    divisor: float
    standard: Problem
    raw: Problem
    sd: Array

    def effects(self, way: str, w: Array) -> Array:
        """Effects (…, p) of one standard deviation of solutions ``w`` (…, p) of ``standard`` or ``raw``."""
        return w if way == "with" else w * self.sd


@lru_cache(maxsize=16)
def units(key: Source, feature: int, factor: float) -> Units:
    """Both problems of one source with column ``feature`` in units that make its numbers ``factor`` times as large."""
    found = scene(key).data
    spread = found.X.std(axis=0)
    varying = spread[np.ptp(found.X, axis=0) > 0.0]
    divisor = float(np.sqrt(np.mean(varying**2))) if varying.size else 1.0
    X = found.X.copy()
    X[:, feature] *= factor
    names = found.problem.names
    raw = Problem.of(X / divisor, found.y, standardize=False, names=names)
    return Units(
        feature, factor, divisor, Problem.of(X, found.y, names=names), raw, np.sqrt(np.mean(raw.X * raw.X, axis=0))
    )


@lru_cache(maxsize=32)
def path(made: Units, way: str, penalty: str, alpha: float) -> Path:
    """The path of one of the two problems."""
    problem = made.standard if way == "with" else made.raw
    return path_of(problem, penalty, alpha if penalty == "elastic-net" else None)


@lru_cache(maxsize=64)
def effects_at(made: Units, way: str, penalty: str, alpha: float, lam: float) -> tuple[Array, float]:
    """Effects (p,) at ``lam`` and their KKT residual; the elastic net does not wait for its path."""
    problem = made.standard if way == "with" else made.raw
    if penalty == "elastic-net" and 0.0 < alpha < 1.0:
        w = elastic_net_at(problem, lam, alpha)
    else:
        w = path(made, way, penalty, alpha).standardized_at(lam)
    charged = make_penalty(penalty, lam, alpha if penalty == "elastic-net" else None)
    return made.effects(way, w), kkt(problem, charged, w)


@gradual(32)
def curves(
    made: Units, way: str, penalty: str, alpha: float, limits: tuple[float, float]
) -> Steps[tuple[Array, Array]]:
    """λ (L,) rising over ``limits`` and the effects (L, p) there."""
    lams = np.geomspace(*limits, POINTS)
    found = path(made, way, penalty, alpha)
    solved = list[Array]()
    for lam in lams.tolist():
        yield len(solved) / len(lams)
        solved.append(found.standardized_at(lam))
    return lams, made.effects(way, np.stack(solved))


@gradual(16)
def over_factor(base: Units, penalty: str, alpha: float, lam: float) -> Steps[tuple[Array, Array]]:
    """Factors (F,) and the effects (F, p) without standardising at ``lam``; ``base`` has the factor 1."""
    j, problem = base.feature, base.raw
    alone = problem.p > ALONE
    factors = np.geomspace(*FACTORS, 13 if alone else 61 if problem.p <= FINE else 37)
    stretch = np.ones((len(factors), problem.p))
    stretch[:, j] = factors
    if alone:
        found = yield from _one_by_one(problem, stretch, penalty, alpha, lam)
    else:
        found = _stacked(problem, stretch, penalty, alpha, lam)
    return factors, found * stretch * base.sd


def _stacked(problem: Problem, stretch: Array, penalty: str, alpha: float, lam: float) -> Array:
    """Solutions (F, p) with the columns times each row of ``stretch`` (F, p), from the Gram matrix."""
    share = {"ridge": 0.0, "lasso": 1.0}.get(penalty, alpha)
    gram = problem.gram * stretch[:, :, None] * stretch[:, None, :]
    return stacked_solutions(gram, problem.correlation * stretch, lam * share, lam * (1.0 - share))


def _one_by_one(problem: Problem, stretch: Array, penalty: str, alpha: float, lam: float) -> Steps[Array]:
    """The same for many features, from the rows, one factor after another."""
    every = list[Array]()
    for row in stretch:
        yield len(every) / len(stretch)
        stretched = _stretched(problem, tuple(row.tolist()))
        if penalty == "elastic-net" and 0.0 < alpha < 1.0:
            every.append(elastic_net_at(stretched, lam, alpha))
        else:
            every.append(_stretched_path(stretched, penalty, alpha).standardized_at(lam))
    return np.stack(every)


@lru_cache(maxsize=64)
def _stretched(problem: Problem, row: tuple[float, ...]) -> Problem:
    return Problem.of(problem.X * np.array(row), problem.y, standardize=False)


@lru_cache(maxsize=32)
def _stretched_path(problem: Problem, penalty: str, alpha: float) -> Path:
    return path_of(problem, penalty, alpha if penalty == "elastic-net" else None)
