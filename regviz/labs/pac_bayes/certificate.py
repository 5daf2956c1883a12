"""A small stochastic net: its training, the Gaussian Q around its weights, sampled errors, KL and certificate."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.data.planar import planar
from regviz.data.steps import Steps, finished, part
from regviz.labs._memo import gradual, memo
from regviz.labs.pac_bayes.state import HALF, INITIAL, PacBayesState
from regviz.neural import Adam, Batches, Hyper, Net, Trainer, generator, mlp
from regviz.theory import pac_bayes

Array = NDArray[Any]

WIDTHS = np.geomspace(0.003, 3.0, 25)
"""Widths of Q that are tried: all of them are covered by the bound, which holds for every Q."""
TRIED, CERTIFIED = 4_000, 200_000
"""Draws of (weights, example) for each width tried, and for the certificate and the true error."""
PRIOR_TOP, PRIOR_RATE = 10.0, 5.0
"""The grid of prior widths, fixed beforehand: 10·exp(−j/5)."""
RATE, BATCH, CHUNK = 0.03, 64, 100
_PART = 20_000


@dataclass(frozen=True, eq=False)
class Points:
    """Examples drawn independently: ``X`` (n, 2) and ``y`` (n,) of 0 and 1."""

    X: Array
    y: Array


@lru_cache(maxsize=8)
def examples(name: str, n: int, noise: float, seed: int, fresh: bool = False) -> Points:
    """``n`` independent examples; ``fresh`` ones are independent of those for training.

    The generator deals classes in turn, so classes are drawn first and each is served from its own points.
    """
    made = planar(name, train=1 if fresh else 2 * n, validation=1, test=2 * n if fresh else 1, noise=noise, seed=seed)
    part = made.test if fresh else made.train
    if name == "xor":  # classes are drawn already
        return Points(part.X[:n], part.y[:n])
    y = (generator(seed, "fresh classes" if fresh else "classes").random(n) < 0.5).astype(np.float64)
    ones = y == 1.0
    rows = np.where(ones, np.flatnonzero(part.y == 1.0)[np.cumsum(ones) - 1],
                    np.flatnonzero(part.y == 0.0)[np.cumsum(~ones) - 1])  # fmt: skip
    return Points(part.X[rows], y)


def net(width: int) -> Net:
    """Two inputs, one hidden layer of tanh, one logit."""
    return mlp(2, (width,), 1, activation="tanh", loss="logistic")


@dataclass(frozen=True, eq=False)
class Weights:
    """``mean`` (P,) of Q, ``centre`` (P,) of the prior, and weights ``alone`` (P,) that never saw the second half."""

    mean: Array
    centre: Array
    alone: Array
    step: int


def train(state: PacBayesState) -> Iterator[Weights]:
    """The weights while they are trained, in a few moments, the last one at ``state.steps``."""
    kept = _asked(state)
    if _trained.knows(*kept):
        yield _trained(*kept)
        return
    last: Weights | None = None
    for last in _training(*kept):
        yield last
    assert last is not None
    _trained.answers[(kept, ())] = last


def _asked(state: PacBayesState) -> tuple[str, int, float, int, int, int, bool]:
    return (
        state.dataset, state.train_size, state.noise, state.seed, state.width, state.steps, state.prior_from == HALF,
    )  # fmt: skip


@memo(8)
def _trained(*asked: Any) -> Weights:
    *_, last = _training(*asked)
    return last


def _training(
    name: str, n: int, noise: float, seed: int, width: int, steps: int, halved: bool
) -> Iterator[Weights]:
    """Two nets from the same initial weights, on the first half and on all examples.

    With ``halved``, Q's mean goes on from what the first half taught, on all examples, for half as many steps.
    """
    found = examples(name, n, noise, seed)
    half = n // 2
    built = net(width)
    first = _Descent(built, found.X[:half], found.y[:half], seed)
    whole = _Descent(built, found.X, found.y, seed)
    initial = first.params
    yield Weights(whole.params, initial, first.params, 0)
    for step in range(CHUNK, steps + CHUNK, CHUNK):
        count = min(CHUNK, steps - step + CHUNK)
        first.advance(count)
        if not halved:
            whole.advance(count)
        centre = first.params if halved else initial
        yield Weights(first.params if halved else whole.params, centre, first.params, min(step, steps))
    if halved:
        on = _Descent(built, found.X, found.y, seed + 1, first.params)
        on.advance(steps // 2)
        yield Weights(on.params, first.params, first.params, steps)


class _Descent:
    """Adam on one set of examples."""

    def __init__(self, built: Net, X: Array, y: Array, seed: int, start: Array | None = None) -> None:
        batches = Batches(X, y[:, None], BATCH, seed)
        self.trainer = Trainer(built, batches, Hyper(rate=RATE), optimiser=Adam(), seed=seed, initial=start)

    @property
    def params(self) -> Array:
        """The weights (P,) in float64."""
        return np.asarray(self.trainer.params[0], np.float64).copy()

    def advance(self, count: int) -> None:
        """Make ``count`` steps."""
        if count:
            self.trainer.step(count)


@dataclass(frozen=True, eq=False)
class Certificate:
    """What is known of the stochastic net. ``tried`` (k,) are sampled training errors, ``bounds`` (k,) what the bound
    would be at each of `WIDTHS`, ``complexities`` (k,) KL and price there; ``s`` is the width chosen.

    ``sampled`` is the training error of Q by fresh draws, ``train`` its upper bound at δ′, ``bound`` the certificate,
    ``true`` the error of Q by draws on fresh examples, ``plain`` training error of the mean's net. The test-set bound
    ``binomial`` is about the net trained on the first half, with ``mistakes`` among ``tested`` and error ``alone``.
    """

    n: int
    s: float
    tau: float
    j: int
    kl: float
    price: float
    tried: Array
    bounds: Array
    complexities: Array
    per_weight: Array
    sampled: float
    train: float
    bound: float
    true: float
    plain: float
    binomial: float
    mistakes: int
    tested: int
    alone: float


def certified(state: PacBayesState) -> Certificate:
    """The certificate of the net of ``state``, trained to the end."""
    return _certified(*_asked(state), state.delta, state.sampling)


def certifying(state: PacBayesState) -> Steps[Certificate]:
    """`certified` in steps, none where it is remembered."""
    return _certified.steps(*_asked(state), state.delta, state.sampling)


@gradual(8)
def _certified(
    dataset: str, n: int, noise: float, seed: int, width: int, steps: int, halved: bool, delta: float, sampling: float
) -> Steps[Certificate]:
    state = PacBayesState(
        dataset=dataset, train_size=n, noise=noise, seed=seed, width=width, steps=steps, delta=delta,
        sampling=sampling, prior_from=HALF if halved else INITIAL,
    )  # fmt: skip
    found = yield from _certify(state, _trained(*_asked(state)))
    return found


def _certify(state: PacBayesState, weights: Weights) -> Steps[Certificate]:
    """The certificate of Q = N(mean, s²I), s chosen by the bound, on the examples that the prior did not see."""
    found = examples(state.dataset, state.train_size, state.noise, state.seed)
    half = state.train_size // 2
    unseen = Points(found.X[half:], found.y[half:]) if state.prior_from == HALF else found
    n, shift = len(unseen.y), weights.mean - weights.centre
    built = net(state.width)
    source = generator(state.seed, "widths")
    tried = np.empty(len(WIDTHS))
    for k, width in enumerate(WIDTHS):
        tried[k] = gibbs(built, weights.mean, width, unseen, TRIED, source)
        yield 0.3 * (k + 1) / len(WIDTHS)
    pairs = [nearest_prior(shift, float(s)) for s in WIDTHS]
    total = np.array([kl + price for _, _, kl, price in pairs])
    bounds = pac_bayes.kl_bound(tried, total, n, state.delta)
    best = int(np.argmin(bounds))
    s, (tau, j, kl, price) = float(WIDTHS[best]), pairs[best]
    draws = sampling(built, weights.mean, s, unseen, CERTIFIED, generator(state.seed, "certificate"))
    sampled = yield from part(draws, 0.3, 0.6)
    train = pac_bayes.sampled_error_bound(sampled, CERTIFIED, state.sampling)
    fresh = examples(state.dataset, CERTIFIED, state.noise, state.seed, True)
    wrong = mistakes(built, weights.alone, Points(found.X[half:], found.y[half:]))
    tested = state.train_size - half
    yield 0.7
    draws = sampling(built, weights.mean, s, fresh, CERTIFIED, generator(state.seed, "fresh draws"))
    true = yield from part(draws, 0.7, 1.0)
    return Certificate(
        n=n, s=s, tau=tau, j=j, kl=kl, price=price, tried=tried, bounds=bounds, complexities=total,
        per_weight=pac_bayes.gaussian_kl(shift, s, tau), sampled=sampled, train=train,
        bound=float(pac_bayes.kl_bound(train, kl + price, n, state.delta)),
        true=true, plain=mistakes(built, weights.mean, found) / state.train_size,
        binomial=pac_bayes.binomial_bound(wrong, tested, state.delta), mistakes=wrong, tested=tested,
        alone=mistakes(built, weights.alone, fresh) / CERTIFIED,
    )  # fmt: skip


def nearest_prior(shift: Array, s: float) -> tuple[float, int, float, float]:
    """τ, its place j, KL and price of the prior of the grid whose KL and price are least for N(shift, s²I)."""
    taus, prices = pac_bayes.prior_grid(PRIOR_TOP, PRIOR_RATE, 256)
    count, square = len(shift), float(shift @ shift)
    kl = 0.5 * (square / taus**2 + count * (s**2 / taus**2 - 1.0)) - count * np.log(s / taus)
    best = int(np.argmin(kl + prices))
    return float(taus[best]), best + 1, float(kl[best]), float(prices[best])


def gibbs(built: Net, mean: Array, s: float, points: Points, draws: int, source: np.random.Generator) -> float:
    """Share of mistakes over independent draws of weights from N(mean, s²I) and one of ``points`` each."""
    return finished(sampling(built, mean, s, points, draws, source))


def sampling(
    built: Net, mean: Array, s: float, points: Points, draws: int, source: np.random.Generator
) -> Steps[float]:
    """`gibbs` part by part."""
    wrong = 0
    for start in range(0, draws, _PART):
        size = min(_PART, draws - start)
        params = mean + s * source.standard_normal((size, len(mean)), dtype=np.float32)
        rows = source.integers(len(points.y), size=size)
        logit = _logits(built, params, points.X[rows])
        wrong += int(((logit > 0.0) != (points.y[rows] > 0.5)).sum())
        yield (start + size) / draws
    return wrong / draws


def _logits(built: Net, params: Array, X: Array) -> Array:
    """The logit (m,) of each net ``params`` (m, P) at its own point ``X`` (m, 2)."""
    hidden, out = (parameter.of(params) for parameter in built.dense)
    h = np.tanh(hidden[:, :, 0] * X[:, :1] + hidden[:, :, 1] * X[:, 1:] + hidden[:, :, 2])
    found: Array = (out[:, 0, :-1] * h).sum(axis=1) + out[:, 0, -1]
    return found


def mistakes(built: Net, params: Array, points: Points) -> int:
    """How many of ``points`` the net ``params`` (P,) gets wrong."""
    logit = logits(built, params, points.X)
    return int(((logit > 0.0) != (points.y > 0.5)).sum())


def logits(built: Net, params: Array, X: Array) -> Array:
    """The logits (n,) of one net at ``X`` (n, 2)."""
    hidden, out = (parameter.of(params[None])[0] for parameter in built.dense)
    found: Array = np.tanh(X @ hidden[:, :2].T + hidden[:, 2]) @ out[0, :-1] + out[0, -1]
    return found


def votes(built: Net, mean: Array, s: float, X: Array, draws: int, source: np.random.Generator) -> Array:
    """Share of nets drawn from Q that say class 1 at each of ``X`` (n, 2)."""
    params = mean + s * source.standard_normal((draws, len(mean)))
    return np.asarray(np.mean([logits(built, row, X) > 0.0 for row in params], axis=0))


def failure(state: PacBayesState) -> float:
    """Chance that the certificate fails, by a union bound over the sample and the sampling."""
    return min(state.delta + state.sampling, 1.0)


