"""Joint distributions p(x, y) for the bottleneck, and what is computed of them once."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.data.steps import Steps
from regviz.labs._memo import gradual
from regviz.labs.mdl.state import MdlState
from regviz.neural import generator
from regviz.theory.bottleneck import Bottleneck, Point

Array = NDArray[Any]

XS, YS = 12, 8
BETAS = np.geomspace(1_000.0, 0.8, 120)
"""The annealing's β, falling."""

Key = tuple[str, float, float, int]


def key(state: MdlState) -> Key:
    """What the joint hangs on."""
    return state.joint, state.blur, state.uneven, state.seed


@lru_cache(maxsize=32)
def bottleneck(asked: Key) -> Bottleneck:
    """The joint (12, 8): even p(x), p(y|x) by name, times random factors, blurred."""
    name, blur, uneven, seed = asked
    table = _table(name, seed)
    table = table * np.exp(uneven * generator(seed, "mdl uneven").standard_normal(table.shape))
    table /= table.sum(axis=1, keepdims=True)
    return Bottleneck(((1.0 - blur) * table + blur / YS) / XS)


def _table(name: str, seed: int) -> Array:
    x, y = np.arange(XS)[:, None], np.arange(YS)[None, :]
    if name == "ring":
        apart = np.abs(x / XS - y / YS)
        return np.asarray(np.exp(-((np.minimum(apart, 1.0 - apart) / 0.12) ** 2)))
    if name == "random":
        return np.asarray(generator(seed, "mdl table").gamma(0.5, size=(XS, YS)) + 1e-6)
    if name == "three groups":
        return np.where((x * 3 // XS) == (y * 3 // YS), 1.0, 0.02)
    halves, quarters = (x * 2 // XS) == (y * 2 // YS), (x * 4 // XS) == (y * 4 // YS)
    return np.asarray(0.05 + 0.35 * halves + 1.0 * quarters)


@dataclass(frozen=True, eq=False)
class Annealing:
    """The points of an annealing as arrays over ``betas`` (m,), falling."""

    points: tuple[Point, ...]

    @property
    def betas(self) -> Array:
        """β (m,)."""
        return np.array([p.beta for p in self.points])

    @property
    def kept(self) -> Array:
        """I(X;T) (m,) in bits."""
        return np.array([p.kept for p in self.points])

    @property
    def told(self) -> Array:
        """I(T;Y) (m,) in bits."""
        return np.array([p.told for p in self.points])

    @property
    def clusters(self) -> NDArray[np.int64]:
        """Clusters that differ (m,)."""
        return np.array([p.clusters for p in self.points], dtype=np.int64)

    def transitions(self) -> list[tuple[float, int, Point]]:
        """(β between two grid points, clusters above it, the point below) wherever their number changes."""
        pairs = zip(self.points[:-1], self.points[1:], strict=True)
        return [((a.beta * b.beta) ** 0.5, a.clusters, b) for a, b in pairs if a.clusters != b.clusters]


@gradual(32)
def annealing(asked: Key) -> Steps[Annealing]:
    """The whole annealing from T = X."""
    points = yield from bottleneck(asked).annealing(BETAS)
    return Annealing(tuple(points))


@lru_cache(maxsize=64)
def coarse(asked: Key, beta: float) -> Annealing:
    """A short annealing down to ``beta``, for a first look."""
    betas = np.geomspace(max(1_000.0, beta), beta, 10) if beta < 1_000.0 else np.array([beta])
    return Annealing(tuple(bottleneck(asked).annealed(betas, 60)))


@lru_cache(maxsize=64)
def at(asked: Key, beta: float) -> Point:
    """The annealed point at any ``beta``: begun from the nearest point above it, or from T = X."""
    made, path = bottleneck(asked), annealing(asked)
    above = [p for p in path.points if p.beta >= beta]
    return made.settled(above[-1].q if above else np.eye(XS), beta)


@lru_cache(maxsize=64)
def randoms(asked: Key, beta: float, count: int) -> tuple[Point, ...]:
    """Where ``count`` random assignments to as many clusters as there are x end."""
    made = bottleneck(asked)
    starts = [made.random(generator(asked[-1], "mdl start", i), XS) for i in range(count)]
    return tuple(made.settled_all(np.stack(starts), beta)) if count else ()
