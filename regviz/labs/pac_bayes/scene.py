"""The numbers of one state of the linear classifier: sample, Q, KL, errors and bounds. No pictures here."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regviz.labs.pac_bayes.state import CATONI, FIXED, GRID, KL, PINSKER, PacBayesState
from regviz.theory import pac_bayes
from regviz.theory.gibbs import GaussianClasses, best_ratio, direction, full_kl, least_kl, margins, training_error

Array = NDArray[np.float64]

BOUNDS = (KL, CATONI, PINSKER)
ROLES = {KL: "informative:0", CATONI: "informative:3", PINSKER: "informative:1"}
PARAMETERS = np.geomspace(0.1, 20.0, 32)
"""Catoni's C on a grid that knows nothing of any sample."""


@dataclass(frozen=True, eq=False)
class Sample:
    """``signed`` (n, d) is y·x, ``labels`` (n,) is y = ±1; ``unit`` (d,) where Q's mean points, ``margin`` (n,)."""

    world: GaussianClasses
    signed: Array
    labels: Array
    unit: Array
    margin: Array

    @property
    def cosine(self) -> float:
        """Cosine of the angle between Q's mean and e₁."""
        return float(self.unit[0])


@dataclass(frozen=True, eq=False)
class Scene:
    """One posterior with its numbers. ``price`` is what the choice of ``tau`` costs, ``j`` its place in the grid or 0;
    ``bounds`` are by the names in `BOUNDS`; ``C`` is Catoni's.
    """

    sample: Sample
    length: float
    s: float
    tau: float
    j: int
    kl: float
    price: float
    train: float
    true: float
    bounds: dict[str, float]
    C: float

    @property
    def complexity(self) -> float:
        """KL(Q‖P) and the price of the prior."""
        return self.kl + self.price

    @property
    def ratio(self) -> float:
        """‖w‖/s."""
        return self.length / self.s

    @property
    def n(self) -> int:
        """Sample size."""
        return len(self.sample.margin)


@lru_cache(maxsize=8)
def sample(n: int, d: int, m: float, seed: int) -> Sample:
    """The sample of these controls."""
    world = GaussianClasses(m, d)
    signed = world.signed(world.stream(seed), n)
    labels = np.where(world.stream(seed, "labels").random(n) < 0.5, -1.0, 1.0)
    unit = direction(signed)
    return Sample(world, signed, labels, unit, margins(signed, unit))


def sample_of(state: PacBayesState) -> Sample:
    """The sample of ``state``."""
    return sample(state.n, state.d, state.m, state.seed)


@lru_cache(maxsize=16)
def grid(largest: float, per_e: float) -> tuple[Array, Array]:
    """Prior widths and their prices."""
    return pac_bayes.prior_grid(largest, per_e)


def grid_of(state: PacBayesState) -> tuple[Array, Array]:
    """The grid of prior widths of ``state``."""
    return grid(state.grid_top, state.grid_rate)


def complexities(state: PacBayesState, length: ArrayLike, s: ArrayLike) -> Array:
    """KL(Q‖P) and the price of the prior, for Q of each ``length`` and ``s``."""
    if state.prior == FIXED:
        return full_kl(length, s, state.tau, state.d)
    taus, prices = grid_of(state)
    tilted = np.asarray(length, float)[..., None], np.asarray(s, float)[..., None]
    return np.asarray((full_kl(*tilted, taus, state.d) + prices).min(axis=-1))


def bound(state: PacBayesState, name: str, error: ArrayLike, complexity: ArrayLike, n: ArrayLike) -> Array:
    """The bound ``name`` for each training error and complexity."""
    if name == KL:
        return pac_bayes.kl_bound(error, complexity, n, state.delta)
    if name == PINSKER:
        return pac_bayes.pinsker_bound(error, complexity, n, state.delta)
    if state.catoni == GRID:
        return pac_bayes.catoni_grid_bound(error, complexity, n, state.delta, PARAMETERS)[0]
    return pac_bayes.catoni_bound(error, complexity, n, state.delta, state.parameter)


def around(state: PacBayesState) -> PacBayesState:
    """``state`` without the choice of Q: states that differ in nothing else have equal ones."""
    return replace(state, s=1.0, length=1.0, optimise=False)


def optimum(state: PacBayesState, margin: Array) -> tuple[float, float]:
    """Length of w and s of the Q whose bound in view is least, over both."""
    tau, price = state.tau, 0.0
    if state.prior == GRID:
        taus, prices = grid_of(state)
        tau, price = float(taus[0]), float(prices[0])

    def of(ratio: Array) -> Array:
        return bound(state, state.target, training_error(margin, ratio), least_kl(ratio, state.d) + price, len(margin))

    best = best_ratio(of)
    s = tau * np.sqrt(state.d / (state.d + best**2))
    return float(best * s), float(s)


def scene_of(state: PacBayesState) -> Scene:
    """The numbers of ``state``."""
    return _scene(_asked(state))


def _asked(state: PacBayesState) -> tuple[tuple[str, Any], ...]:
    """The fields that a scene depends on."""
    names = (
        "s", "optimise", "length", "tau", "prior", "grid_top", "grid_rate", "n", "d", "m", "seed", "delta", "catoni",
        "parameter", "target",
    )  # fmt: skip
    return tuple((name, getattr(state, name)) for name in names)


@lru_cache(maxsize=8)
def _scene(asked: tuple[tuple[str, Any], ...]) -> Scene:
    state = PacBayesState(**dict(asked))
    found = sample_of(state)
    length, s = optimum(state, found.margin) if state.optimise else (state.length, state.s)
    return posed(state, found, length, s)


def posed(state: PacBayesState, found: Sample, length: float, s: float) -> Scene:
    """The scene of a given Q on a given sample."""
    tau, price, j = state.tau, 0.0, 0
    if state.prior == GRID:
        taus, prices = grid_of(state)
        j = int(np.argmin(full_kl(length, s, taus, state.d) + prices)) + 1
        tau, price = float(taus[j - 1]), float(prices[j - 1])
    kl = float(full_kl(length, s, tau, state.d))
    train = float(training_error(found.margin, length / s))
    n = len(found.margin)
    best = pac_bayes.catoni_grid_bound(train, kl + price, n, state.delta, PARAMETERS)[1]
    return Scene(
        sample=found, length=length, s=s, tau=tau, j=j, kl=kl, price=price, train=train,
        true=float(found.world.gibbs_error(length / s, found.cosine)),
        bounds={name: float(bound(state, name, train, kl + price, n)) for name in BOUNDS},
        C=float(best) if state.catoni == GRID else state.parameter,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Half of the sample points the classifier, the other half, ``n``, tests it: no prior, no KL.

    ``error`` of the stochastic classifier there, its ``chernoff`` and ``hoeffding`` bounds and its ``true`` error;
    ``mistakes`` of the plain classifier sign(wᵀx), its ``binomial`` bound and its true error ``plain``.
    """

    n: int
    error: float
    chernoff: float
    hoeffding: float
    true: float
    mistakes: int
    binomial: float
    plain: float


@lru_cache(maxsize=8)
def _halves(found: Sample) -> tuple[Array, Array, Array]:
    """The direction (d,) of the first half's mean, and the margins of either half along it."""
    half = len(found.signed) // 2
    unit = direction(found.signed[:half])
    return unit, margins(found.signed[:half], unit), margins(found.signed[half:], unit)


def held_out(state: PacBayesState, made: Scene) -> HeldOut:
    """The test-set bounds with the same ‖w‖/s as in ``made``, chosen on the first half where Q is optimised."""
    world, ratio = made.sample.world, made.ratio
    unit, first, fresh = _halves(made.sample)
    if state.optimise:
        length, s = optimum(state, first)
        ratio = length / s
    n, error = len(fresh), float(training_error(fresh, ratio))
    mistakes = int((fresh <= 0.0).sum())
    return HeldOut(
        n=n, error=error, chernoff=float(pac_bayes.chernoff_bound(error, n, state.delta)),
        hoeffding=float(pac_bayes.hoeffding_bound(error, n, state.delta)),
        true=float(world.gibbs_error(ratio, unit[0])), mistakes=mistakes,
        binomial=pac_bayes.binomial_bound(mistakes, n, state.delta), plain=float(world.error(unit[0])),
    )  # fmt: skip
