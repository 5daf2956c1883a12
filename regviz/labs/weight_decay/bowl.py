"""Four optimisers on one badly scaled bowl, all with the same noise, and what the penalty took of each weight."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.labs.weight_decay.state import COSINE, PAPER, WeightDecayState
from regviz.neural import Adam, Hyper, Sgd, generator

Array = NDArray[Any]

STEEP = 10.0
"""Curvature of the steep axis."""
MINIMUM = np.array([2.0, 1.0])
FAR = 1e6
"""A path beyond this has diverged."""
SILENT_STEPS = 100
SILENT_RATE = 1e-3
_RULES = 4
_BETA1, _BETA2 = Adam().beta1, Adam().beta2


@dataclass(frozen=True, eq=False)
class Paths:
    """``w`` (T + 1, 4, 2): every weight after every step under Adam + L2, AdamW, SGD + L2 and SGD + decay.

    ``taken`` (T, 4, 2) is the part of each step that comes from penalty or decay, positive towards zero for a positive
    weight; ``grad`` (T, 4, 2) the data gradient. Both split the step exactly, Adam's given its √v̂.
    ``diverged`` (4,) is the step at which a path went beyond 10⁶ or −1; after it all is NaN.
    """

    w: Array
    taken: Array
    grad: Array
    diverged: Array

    def share(self, step: int) -> tuple[Array, Array]:
        """Root mean square of the gradients so far and share of a weight taken by a step of the last half before
        ``step``, (4, 2) each; NaN before the first one.
        """
        late = slice(step // 2, step)
        if step < 1:
            return np.full((_RULES, 2), np.nan), np.full((_RULES, 2), np.nan)
        before = self.w[late]
        with np.errstate(all="ignore"):
            scale = np.sqrt((self.grad[:step] ** 2).mean(axis=0))
            return scale, (self.taken[late] * np.sign(before)).sum(axis=0) / np.abs(before).sum(axis=0)

    def average(self, step: int) -> Array:
        """Mean weights (4, 2) over the last quarter of the way to ``step``."""
        found: Array = self.w[step - step // 4 : step + 1].mean(axis=0)
        return found


def hessian(state: WeightDecayState) -> Array:
    """H (2, 2): curvatures 10/ratio and 10, turned by the angle."""
    turn = np.deg2rad(state.angle)
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.asarray((axes * np.array([STEEP / state.ratio, STEEP])) @ axes.T)


def penalised(state: WeightDecayState) -> Array:
    """Where the loss with λ/2‖w‖² is least: (H + λI)⁻¹Hw*."""
    H = hessian(state)
    return np.asarray(np.linalg.solve(H + state.lam * np.eye(2), H @ MINIMUM))


def paths(state: WeightDecayState) -> Paths:
    """The paths of ``state`` for all its steps; the same object for the same controls of the bowl."""
    return _paths(
        state.lam, state.rate, state.sgd_rate, state.momentum, state.ratio, state.angle, state.jitter, state.form,
        state.schedule, state.start_x, state.start_y, state.steps, state.seed,
    )  # fmt: skip


@lru_cache(maxsize=8)
def silent(lams: tuple[float, ...], form: str) -> Array:
    """What is left of w = 1 after 100 steps of η = 0.001 without data gradient, by Adam + L2 and AdamW: (2, L)."""
    count = len(lams)
    w, zero = np.ones((2 * count, 1)), np.zeros((2 * count, 1))
    update = Adam(coupled=form != PAPER).bind(w, zero, np.ones(1))
    none = (0.0,) * count
    update.tune(Hyper(rate=SILENT_RATE, l2=(*lams, *none), decay=(*none, *lams)).arrays(2 * count))
    program = update.ops()
    with np.errstate(all="ignore"):
        for _ in range(SILENT_STEPS):
            for op in program:
                op()
    return w.reshape(2, count)


@lru_cache(maxsize=4)
def _paths(
    lam: float, rate: float, sgd_rate: float, momentum: float, ratio: float, angle: float, jitter: float, form: str,
    schedule: str, start_x: float, start_y: float, steps: int, seed: int,
) -> Paths:  # fmt: skip
    state = WeightDecayState(
        lam=lam, rate=rate, sgd_rate=sgd_rate, momentum=momentum, ratio=ratio, angle=angle, jitter=jitter, form=form,
        schedule=schedule, start_x=start_x, start_y=start_y, steps=steps, seed=seed,
    )  # fmt: skip
    with np.errstate(all="ignore"):
        walk = _Walk(state)
        walk.go()
        return walk.paths()


class _Walk:
    """The walk of all four: one array of weights, the Adam half and the SGD half each bound to its optimiser."""

    def __init__(self, state: WeightDecayState) -> None:
        self.state = state
        coupled = state.form != PAPER
        self.w = np.tile([state.start_x, state.start_y], (_RULES, 1))
        self.grad, self.penalty = np.zeros((_RULES, 2)), np.zeros((_RULES, 2))
        mask = np.ones(2)
        self.adam = Adam(coupled=coupled).bind(self.w[:2], self.grad[:2], mask)
        self.sgd = Sgd(coupled=coupled).bind(self.w[2:], self.grad[2:], mask)
        self.multiplier = _multiplier(state)
        self.places = np.full((state.steps + 1, _RULES, 2), np.nan)
        self.grads, self.penalties, self.squares = (np.full((state.steps, _RULES, 2), np.nan) for _ in range(3))

    def go(self) -> None:
        """All steps."""
        state, H = self.state, hessian(self.state)
        memory = np.array([_BETA1, 0.0, state.momentum, 0.0])[:, None]
        strength = np.array([state.lam, 0.0, state.lam, 0.0])[:, None]
        noise, pull = _noise(state), H @ MINIMUM
        self.places[0] = self.w
        varies = state.schedule == COSINE
        program = self._tuned(1.0)
        for t in range(state.steps):
            if varies:
                program = self._tuned(float(self.multiplier[t]))
            np.matmul(self.w, H, out=self.grad)
            self.grad -= pull
            self.grad += noise[t]
            self.penalty *= memory
            self.penalty += strength * self.w
            for op in program:
                op()
            self.places[t + 1], self.grads[t], self.penalties[t] = self.w, self.grad, self.penalty
            self.squares[t, :2] = self.adam.memory[1]

    def paths(self) -> Paths:
        """The walk that was made, NaN from where a path diverged."""
        beyond = ~(np.abs(self.places) < FAR).all(axis=2)
        diverged = np.where(beyond.any(axis=0), beyond.argmax(axis=0), -1)
        self.places[np.maximum.accumulate(beyond, axis=0)] = np.nan
        return Paths(self.places, self._taken(), self.grads, diverged)

    def _tuned(self, multiplier: float) -> list[Any]:
        """The calls of one step with η, and in Algorithm 2 the decay too, times ``multiplier``."""
        state = self.state
        decay = state.lam * (multiplier if state.form == PAPER else 1.0)
        for update, rate, momentum in ((self.sgd, state.sgd_rate, state.momentum), (self.adam, state.rate, 0.0)):
            made = Hyper(rate=rate * multiplier, momentum=momentum, l2=(state.lam, 0.0), decay=(0.0, decay))
            update.tune(made.arrays(2))
        return [*self.sgd.ops(), *self.adam.ops()]

    def _taken(self) -> Array:
        """η times the penalty's part of the moving average, over √v̂ + ε for Adam; decay times w where decoupled."""
        state, t = self.state, np.arange(1, self.state.steps + 1)[:, None]
        multiplier = self.multiplier[:, None]
        taken = np.empty_like(self.penalties)
        taken[:, 2] = state.sgd_rate * multiplier * self.penalties[:, 2]
        first, second = (1 - _BETA1) / (1 - _BETA1**t), (1 - _BETA2) / (1 - _BETA2**t)
        size = np.sqrt(second * self.squares[:, 0]) + Adam().eps
        taken[:, 0] = state.rate * multiplier * first * self.penalties[:, 0] / size
        for index, rate in ((1, state.rate), (3, state.sgd_rate)):
            factor = 1.0 if state.form == PAPER else rate
            taken[:, index] = state.lam * factor * multiplier * self.places[:-1, index]
        return taken


def _multiplier(state: WeightDecayState) -> Array:
    """The schedule multiplier of every step: 1, or half a cosine from 1 towards 0."""
    t = np.arange(state.steps)
    return 0.5 + 0.5 * np.cos(np.pi * t / state.steps) if state.schedule == COSINE else np.ones(state.steps)


def schedule(state: WeightDecayState, step: int) -> float:
    """The multiplier of the last step made, of the first one before that."""
    return float(_multiplier(state)[max(step - 1, 0)])


def _noise(state: WeightDecayState) -> Array:
    """σH^{1/2}z for standard normal z (T, 2), the same for all methods."""
    z = generator(state.seed, "bowl").standard_normal((state.steps, 2))
    values, axes = np.linalg.eigh(hessian(state))
    return np.asarray(state.jitter * (z * np.sqrt(np.maximum(values, 0.0))) @ axes.T)
