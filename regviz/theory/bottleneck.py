"""The information bottleneck of a finite joint distribution (Tishby, Pereira and Bialek 1999), in bits.

A soft assignment q (x, t) = p(t|x) of x to clusters t; the Lagrangian I(X;T) − β I(T;Y); annealing from T = X. The
Gaussian case is in bottleneck_gaussian.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.data.steps import Steps, finished

Array = NDArray[Any]

LEAST = 1e-300
"""Floor of probabilities under a logarithm."""
EMPTY = 1e-9
"""Clusters of less weight are not counted."""
ROUNDING = 1e-13
"""Information of so few bits is rounding."""
SAME = 1e-3
"""Two clusters whose p(y|t) differ by less in every y are one."""


def checked(joint: Array) -> Array:
    """``joint`` (x, y) as a distribution; ValueError unless it is finite, not negative and every x has weight."""
    joint = np.asarray(joint, dtype=np.float64)
    if joint.ndim != 2 or not np.isfinite(joint).all() or (joint < 0).any() or not (joint.sum(axis=1) > 0).all():
        raise ValueError("A joint distribution needs finite numbers, none negative, and no row of zeros.")
    return np.asarray(joint / joint.sum())


def mutual_information(joint: Array) -> float:
    """I in bits of a joint distribution (a, b)."""
    outer = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0)
    inside = joint > 0
    found = float(np.sum(joint[inside] * np.log2(joint[inside] / outer[inside])))
    return found if found > ROUNDING else 0.0


def entropy(p: Array) -> float:
    """H in bits of a distribution."""
    inside = p[p > 0]
    return max(0.0, float(-np.sum(inside * np.log2(inside))))


@dataclass(frozen=True, eq=False)
class Point:
    """A soft assignment ``q`` (x, t) at ``beta`` with what it keeps and tells, in bits."""

    beta: float
    q: Array
    kept: float
    told: float
    clusters: int

    @property
    def lagrangian(self) -> float:
        """I(X;T) − β I(T;Y)."""
        return self.kept - self.beta * self.told


class Bottleneck:
    """A joint distribution (x, y), every x with weight, and its iterations."""

    def __init__(self, joint: Array) -> None:
        self.joint = checked(joint)
        self.px, self.py = self.joint.sum(axis=1), self.joint.sum(axis=0)
        self.given_x = self.joint / self.px[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(self.given_x > 0, np.log(self.given_x), 0.0)
        self._minus_h = np.sum(self.given_x * logs, axis=1)  # −H(Y|x) in nats
        self.relevant, self.entropy = mutual_information(self.joint), entropy(self.px)

    @property
    def critical(self) -> float | None:
        """β = 1/σ₂² from which on the trivial solution is unstable, σ₂ of p(x,y)/√(p(x)p(y)); None if σ₂ = 0."""
        used = self.py > 0
        scaled = self.joint[:, used] / np.sqrt(self.px[:, None] * self.py[used])
        values = np.linalg.svd(scaled, compute_uv=False)
        return float(values[1] ** -2) if len(values) > 1 and values[1] > 1e-6 else None

    def sweep(self, q: Array, beta: float) -> Array:
        """One iteration: p(t), p(y|t), then p(t|x) ∝ p(t) exp(−β KL(p(y|x)‖p(y|t))); ``q`` (x, t) or a stack of them.

        No cluster is dropped: one of hardly any weight can grow again.
        """
        weight = np.maximum(self.px @ q, LEAST)
        given_t = np.swapaxes(q, -1, -2) @ self.joint / weight[..., None]
        logs = np.log(np.maximum(given_t, LEAST))
        divergence = self._minus_h[:, None] - self.given_x @ np.swapaxes(logs, -1, -2)
        exponent = np.log(weight)[..., None, :] - beta * divergence
        exponent -= exponent.max(axis=-1, keepdims=True)
        made = np.exp(exponent)
        return np.asarray(made / made.sum(axis=-1, keepdims=True))

    def settled(self, q: Array, beta: float, most: int = 2_000, tolerance: float = 1e-9) -> Point:
        """Iterate until no p(t|x) moves by more than ``tolerance``, or ``most`` times."""
        return self.point(self._limit(q, beta, most, tolerance), beta)

    def _limit(self, q: Array, beta: float, most: int, tolerance: float) -> Array:
        for _ in range(most):
            new = self.sweep(q, beta)
            moved, q = float(np.abs(new - q).max()), new
            if moved <= tolerance:
                break
        return q

    def point(self, q: Array, beta: float) -> Point:
        """What the assignment ``q`` keeps and tells."""
        told, kept = mutual_information(q.T @ self.joint), mutual_information(q * self.px[:, None])
        return Point(beta, q, kept, told, len(self.merged(q)[0]))

    def merged(self, q: Array) -> tuple[Array, Array]:
        """(p(y|t), p(t|x)) with clusters of the same p(y|t) made one: shapes (c, y) and (x, c)."""
        weight = self.px @ q
        q, weight = q[:, weight > EMPTY], weight[weight > EMPTY]
        given_t = (q.T @ self.joint) / weight[:, None]
        groups: list[list[int]] = []
        for t in range(len(weight)):
            for group in groups:
                if np.abs(given_t[group[0]] - given_t[t]).max() < SAME:
                    group.append(t)
                    break
            else:
                groups.append([t])
        made = np.stack([q[:, group].sum(axis=1) for group in groups], axis=1)
        return np.asarray((made.T @ self.joint) / (self.px @ made)[:, None]), made

    def annealed(self, betas: Array, most: int = 400) -> list[Point]:
        """Points at ``betas`` (falling), each begun from the one before, the first from T = X."""
        return finished(self.annealing(betas, most))

    def annealing(self, betas: Array, most: int = 400) -> Steps[list[Point]]:
        """`annealed` point by point."""
        q, found = np.eye(len(self.px)), list[Point]()
        for beta in betas.tolist():
            found.append(self.settled(q, beta, most, 1e-7))
            q = found[-1].q
            yield len(found) / len(betas)
        return found

    def settled_all(self, q: Array, beta: float, most: int = 500, tolerance: float = 1e-6) -> list[Point]:
        """`settled` for a stack of assignments ``q`` (s, x, t) at once."""
        return [self.point(found, beta) for found in self._limit(q, beta, most, tolerance)]

    def random(self, source: np.random.Generator, clusters: int) -> Array:
        """A random soft assignment to ``clusters`` clusters: every row uniform on the simplex."""
        return source.dirichlet(np.ones(clusters), size=len(self.px))


def hull(x: Array, y: Array) -> tuple[Array, Array]:
    """The upper concave hull of the points: (x, y) of its corners, x rising."""
    corners: list[tuple[float, float]] = []
    for a, b in sorted(zip(x.tolist(), y.tolist(), strict=True)):
        while corners and corners[-1][0] == a:
            corners.pop()
        while len(corners) > 1 and _turns_left(corners[-2], corners[-1], (a, b)):
            corners.pop()
        corners.append((a, b))
    found = np.array(corners)
    return found[:, 0], found[:, 1]


def _turns_left(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) >= 0


def binned_information(weight: float, width: float, kind: str) -> float:
    """Bits of a neuron's output f(w·x), x ~ N(0, 1), in bins of ``width``: the entropy of the bin, a function of x.

    ``kind`` is "tanh" or "relu"; bins [k·width, (k + 1)·width). Saxe and others (2018), ICLR, minimal model.
    """
    from scipy.special import ndtr

    scale = max(abs(weight), 1e-12)
    if kind == "tanh":
        last = int(np.ceil(1.0 / width))
        edges = np.clip(np.arange(-last, last + 1) * width, -1.0, 1.0)
        with np.errstate(divide="ignore"):
            z = np.arctanh(edges) / scale
        return entropy(np.diff(ndtr(z)))
    edges = np.arange(1, int(np.ceil(8.0 * scale / width)) + 2) * width
    return entropy(np.diff(np.concatenate([[0.0], ndtr(edges / scale), [1.0]])))
