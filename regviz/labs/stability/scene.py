"""What the panels share: the data with its twins, the refits on resampled rows, and the same fit over all correlations.

Everything is a memoised pure function; pictures are in the panels' modules.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regviz.data import synthetic
from regviz.data.steps import Steps, part
from regviz.labs._data import Data, Source, feature_roles, load
from regviz.labs._memo import gradual, memo
from regviz.labs.stability.alike import alike, correlations
from regviz.linear import Path, Problem
from regviz.linear.batched import stacked_solutions
from regviz.linear.bootstrap import Resamples, resamples
from regviz.linear.elastic_net import elastic_net_at
from regviz.linear.grouping import distance
from regviz.linear.path import following
from regviz.linear.penalties import ElasticNet, Lasso, kkt

Array = NDArray[np.float64]

SHOWN = 24
"""Most features drawn; those most correlated with the target are kept."""
POINTS = 120
"""Values of λ at which selection frequencies are drawn."""
SWEPT = 200
"""Most features for which the fit is repeated over all correlations."""
SWEPT_SIZE = 1_000_000
"""Most numbers in X for that."""
QUICK_MS = 4.0
"""What the refits of a first picture may take, by a rough count of operations."""
PATH_MS, PATHS_MS = 0.04, 30.0
"""About what a lasso path takes for each feature, and what a batch of paths may take."""
STEP_MS = 80.0
"""What the refits that one picture adds may take."""
RHOS = np.concatenate([np.linspace(0.0, 0.9, 13), 1.0 - np.geomspace(0.09, 0.001, 14)])
"""Correlations at which the fit is repeated, up to ``FINE`` features; beyond, every other one."""
FINE = 24


@dataclass(frozen=True, eq=False)
class Scene:
    """One data set: its lasso path, the shown range of λ, and which features are drawn and paired by default.

    ``order`` lists the features, those that matter most first, ``pair`` two that are alike and matter,
    ``same`` two columns that are equal up to scale and sign, or None.
    """

    data: Data
    path: Path
    limits: tuple[float, float]
    roles: tuple[str, ...]
    order: tuple[int, ...]
    pair: tuple[int, int]
    same: tuple[int, int] | None

    @property
    def problem(self) -> Problem:
        """The problem that all refits are made from."""
        return self.path.problem

    def correlation(self, i: int, j: int) -> float:
        """Correlation of two features, 0 where one is constant."""
        return float(_correlations(self, i)[j])

    def sign(self, i: int, j: int) -> float:
        """+1 for features that rise together, −1 for those that go against each other."""
        return -1.0 if self.data.truth is None and self.correlation(i, j) < 0.0 else 1.0


@lru_cache(maxsize=64)
def _correlations(made: Scene, i: int) -> Array:
    return correlations(made.problem, i)


@gradual(8)
def scene(key: Source) -> Steps[Scene]:
    """The scene of one source; the same object for the same source."""
    found = load(key)
    problem = found.problem
    path = yield from part(following(problem, "lasso"), 0.0, 0.5)
    near = yield from part(alike(problem), 0.5, 1.0)
    order = _importance(found)
    top = problem.lam_max
    limits = (1e-4 * top, 2.0 * top) if top > 0.0 else (1e-4, 1.0)
    return Scene(
        data=found, path=path, limits=limits, roles=feature_roles(found, order), order=order,
        pair=near.pair if found.truth is None else _by_design(found.truth), same=near.same,
    )  # fmt: skip


def _importance(found: Data) -> tuple[int, ...]:
    """Features in order: the truly informative first, then by their correlation with the target."""
    strength = np.abs(found.problem.correlation)
    noise = np.zeros(strength.size) if found.truth is None else found.truth == 0.0
    return tuple(int(j) for j in np.lexsort((-strength, noise)))


def _by_design(truth: Array) -> tuple[int, int]:
    """The twins 2k and 2k + 1 with the largest true effects: the same pair whatever ρ is."""
    pairs = np.abs(truth[: len(truth) // 2 * 2]).reshape(-1, 2).sum(axis=1)
    first = 2 * int(np.argmax(pairs))
    return first, first + 1


def chosen(made: Scene, x: int, y: int) -> tuple[int, int]:
    """The two twins: −1 picks the pair that is most alike; equal or too large numbers are brought into range."""
    last = made.problem.p - 1
    if x < 0 and y < 0:
        return made.pair
    if x < 0 or y < 0:
        one = min(max(x, y), last)
        other = _partner(made, one)
        return (one, other) if y < 0 else (other, one)
    i, j = min(x, last), min(y, last)
    return (i, j) if i != j or last == 0 else (i, _partner(made, i))


def _partner(made: Scene, i: int) -> int:
    """The feature most correlated with ``i``."""
    if made.problem.p == 1:
        return 0
    near = np.abs(_correlations(made, i))
    near[i] = -1.0
    return int(np.argmax(near))


@lru_cache(maxsize=16)
def shown(made: Scene, pair: tuple[int, int]) -> tuple[int, ...]:
    """The features that are drawn, in the order of the columns."""
    rest = [j for j in made.order if j not in pair]
    return tuple(sorted({*pair, *rest[: SHOWN - len(set(pair))]}))


@dataclass(frozen=True, eq=False)
class Refits:
    """Lasso and elastic net at one λ: ``lasso`` and ``net`` (B, p) on resampled rows, ``*_all`` (p,) on all rows.

    ``kkt`` is the largest violation of all of them, over λ_max.
    """

    lam: float
    alpha: float
    lasso: Array
    net: Array
    lasso_all: Array
    net_all: Array
    kkt: float

    @property
    def size(self) -> int:
        """Number of resamples."""
        return len(self.lasso)


@lru_cache(maxsize=256)
def _block(problem: Problem, seed: int, start: int, stop: int) -> Resamples:
    return resamples(problem, seed, start, stop)


@lru_cache(maxsize=64)
def _whole(made: Scene, lam: float, alpha: float) -> Array:
    """The solution (p,) on all rows."""
    lasso = made.path.standardized_at(lam)
    return lasso if alpha == 1.0 else elastic_net_at(made.problem, lam, alpha, lasso)


@lru_cache(maxsize=128)
def _solved(made: Scene, block: Resamples, lam: float, alpha: float) -> tuple[Array, float]:
    w = block.at(lam, alpha, _whole(made, lam, alpha))
    return w, block.violation(w, lam, alpha)


@lru_cache(maxsize=16)
def refits(made: Scene, seed: int, stops: tuple[int, ...], lam: float, alpha: float) -> Refits:
    """The first ``stops[-1]`` refits of ``seed``: those of the stops before, and the piece that ends at the last."""
    *earlier, stop = stops
    before = refits(made, seed, tuple(earlier), lam, alpha) if earlier else _none(made, lam, alpha)
    block = _block(made.problem, seed, earlier[-1] if earlier else 0, stop)
    (lasso, off), (net, net_off) = (_solved(made, block, lam, share) for share in (1.0, alpha))
    return replace(
        before, lasso=np.concatenate([before.lasso, lasso]), net=np.concatenate([before.net, net]),
        kkt=max(before.kkt, off, net_off),
    )  # fmt: skip


def _none(made: Scene, lam: float, alpha: float) -> Refits:
    """The fits on all rows alone."""
    lasso, net, none = _whole(made, lam, 1.0), _whole(made, lam, alpha), np.zeros((0, made.problem.p))
    worst = max(kkt(made.problem, Lasso(lam), lasso), kkt(made.problem, ElasticNet(lam, alpha), net))
    return Refits(lam, alpha, none, none, lasso, net, worst)


def plan(problem: Problem, asked: int) -> tuple[int, ...]:
    """How many refits stand in each picture: as many as are quick, then ever more up to those that are affordable."""
    n, p = problem.n, problem.p
    if p > max(n, SWEPT):
        cost, room = 1e-6 * n * p * min(n, p), 200
    else:
        cost, room = 0.04 + (2.0 * n * p**2 + 12.0 * p**3) / 8e6, int(2e7 / p**2)
    most = max(2, min(asked, room, int(2e4 / cost)))
    stops = [min(most, max(2, int(QUICK_MS / cost)))]
    while stops[-1] < most:
        stops.append(min(most, 3 * stops[-1], stops[-1] + max(1, int(STEP_MS / cost))))
    return tuple(stops)


def few(problem: Problem, most: int) -> int:
    """How many whole lasso paths are quick."""
    return max(2, min(most, int(QUICK_MS / (PATH_MS * problem.p))))


@gradual(16)
def frequency(made: Scene, seed: int, count: int) -> Steps[tuple[Array, Array]]:
    """λ (L,) rising over the shown range, and the share (L, p) of ``count`` refits whose lasso keeps a feature."""
    lams = np.geomspace(*made.limits, POINTS)
    total = np.zeros((POINTS, made.problem.p))
    n, p = made.problem.n, made.problem.p
    step = max(1, int(PATHS_MS / (PATH_MS * p + (0.0 if p > max(n, SWEPT) else n * p**2 / 4e6))))
    for start in range(0, count, step):
        stop = min(start + step, count)
        total += resamples(made.problem, seed, start, stop).selected(lams)
        yield stop / count
    return lams, total / count


class Sweep(NamedTuple):
    """The same synthetic draws at each of ``rhos`` (R,): moments (R, p, p) and (R, p), ‖y‖²/n (R,).

    ``apart`` (R,) is ‖x_i − x_j‖/√n of the twins.
    """

    rhos: Array
    gram: Array
    corr: Array
    y_variance: Array
    apart: Array


def sweeps(key: Source) -> bool:
    """Whether the fit can be repeated over all correlations: synthetic data that are not too large."""
    if key.dataset != "synthetic":
        return False
    n, p = key.synthetic[:2]
    return bool(p <= SWEPT and n * p <= SWEPT_SIZE)


def without_rho(key: Source) -> Source:
    """The key of everything but the correlation."""
    n, p, informative, noise, _, *rest = key.synthetic
    return key._replace(synthetic=(n, p, informative, noise, 0.0, *rest))


@memo(8)
def sweep(key: Source, pair: tuple[int, int]) -> Sweep:
    """The synthetic data of ``key`` (without its ρ) at every ρ."""
    n, p, informative, noise, _, correlation, spread, seed = key.synthetic
    problems = []
    rhos = RHOS if p <= FINE else RHOS[::2]
    for rho in rhos:
        made = synthetic(
            n=n, p=p, informative=informative, noise=noise, rho=float(rho), correlation=correlation,
            scale_spread=spread, seed=seed, n_validation=0,
        )  # fmt: skip
        problems.append(Problem.of(made.X, made.y, standardize=key.standardize))
    return Sweep(
        rhos, np.stack([each.gram for each in problems]), np.stack([each.correlation for each in problems]),
        np.array([each.y_variance for each in problems]), np.array([distance(each, *pair) for each in problems]),
    )  # fmt: skip


@lru_cache(maxsize=16)
def apart_over_rho(key: Source, pair: tuple[int, int], lam: float, alpha: float) -> tuple[Array, Array]:
    """|w_i − w_j| (R,) of the lasso and of the elastic net at every ρ."""
    found = sweep(key, pair)
    i, j = pair
    fits = [stacked_solutions(found.gram, found.corr, lam * share, lam * (1.0 - share)) for share in (1.0, alpha)]
    lasso, net = (np.abs(w[:, i] - w[:, j]) for w in fits)
    return lasso, net
