"""Balls of penalties in two coefficients: their boundary as exact points, their normals and normal cones.

Every ball is {(x, y) : value(x, y) ≤ level} with ``value`` even in each coordinate and rising along every ray.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from regviz.linear.penalties import Penalty
from regviz.linear.problem import Array


class Ball(Protocol):
    """A shape with a level; only the first quadrant needs formulas, the others are its mirror images."""

    @property
    def level(self) -> float:
        """The level of the boundary."""

    def value(self, x: Array, y: Array) -> Array:
        """What is constant on the boundary."""

    def reach(self, x: Array, y: Array) -> Array:
        """The r ≥ 0 at which r·(x, y) lies on the boundary, for directions x, y ≥ 0."""

    def normal(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Gradient of ``value`` at x, y ≥ 0, on an axis its limit from inside the first quadrant."""


@dataclass(frozen=True)
class LqBall:
    """{|x|^q + |y|^q ≤ radius^q}, q > 0; convex for q ≥ 1."""

    q: float
    radius: float

    @property
    def level(self) -> float:
        """radius^q."""
        return float(self.radius**self.q)

    def value(self, x: Array, y: Array) -> Array:
        """|x|^q + |y|^q."""
        result: Array = np.abs(x) ** self.q + np.abs(y) ** self.q
        return result

    def reach(self, x: Array, y: Array) -> Array:
        """radius/‖(x, y)‖_q."""
        top = np.maximum(x, y)
        result: Array = self.radius / (top * self.value(x / top, y / top) ** (1.0 / self.q))
        return result

    def normal(self, x: Array, y: Array) -> tuple[Array, Array]:
        """(x^(q−1), y^(q−1)) up to a positive factor; infinite on an axis for q < 1."""
        with np.errstate(divide="ignore"):
            return np.power(x, self.q - 1.0), np.power(y, self.q - 1.0)


@dataclass(frozen=True)
class PenaltyBall:
    """{a(|x| + |y|) + b/2·(x² + y²) + Σ d·√(‖·‖² + c²) ≤ level}, the ball of the penalties in use.

    ``joint`` (d, c) is a group that holds both coefficients; ``apart`` ((d, c), (d, c)) are groups of x and of y;
    c is the norm of the group's other members.
    """

    a: float
    b: float
    joint: tuple[float, float]
    apart: tuple[tuple[float, float], tuple[float, float]]
    level: float

    def value(self, x: Array, y: Array) -> Array:
        """The penalty, as far as it depends on x and y."""
        (d, c), ((d1, c1), (d2, c2)) = self.joint, self.apart
        result: Array = self.a * (np.abs(x) + np.abs(y)) + 0.5 * self.b * (x * x + y * y)
        return result + d * np.hypot(np.hypot(x, y), c) + d1 * np.hypot(x, c1) + d2 * np.hypot(y, c2)

    def normal(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Gradient of ``value`` at x, y ≥ 0."""
        (d, c), ((d1, c1), (d2, c2)) = self.joint, self.apart
        far = np.hypot(np.hypot(x, y), c)
        both = np.divide(d, far, out=np.zeros_like(far), where=far > 0.0)
        along_x = self.a + self.b * x + both * x + d1 * _share(x, c1)
        along_y = self.a + self.b * y + both * y + d2 * _share(y, c2)
        return along_x, along_y

    def reach(self, x: Array, y: Array) -> Array:
        """By Newton from outside: the value is convex along a ray, so that the steps fall to the root."""
        if self.level <= self._least:
            return np.zeros_like(x)
        r = np.full_like(x, self._outer)
        for _ in range(100):
            grown_x, grown_y = self.normal(r * x, r * y)
            step = (self.value(r * x, r * y) - self.level) / (grown_x * x + grown_y * y)
            r = r - step
            if np.all(np.abs(step) <= 2e-16 * r):
                break
        return r

    @cached_property
    def _least(self) -> float:
        return float(self.value(np.zeros(1), np.zeros(1))[0])

    @cached_property
    def _outer(self) -> float:
        """A radius outside the ball in every direction."""
        r = 1.0
        ends = np.array([1.0, 0.0])
        while np.any(self.value(r * ends, r * ends[::-1]) < self.level):
            r *= 2.0
        while r > 1e-300 and np.all(self.value(0.5 * r * ends, 0.5 * r * ends[::-1]) > self.level):
            r *= 0.5
        return 2.0 * r


def penalty_ball(penalty: Penalty, w: Array, j: int, k: int) -> PenaltyBall | None:
    """The ball {(x, y) : Ω(w with w_j = x, w_k = y) ≤ Ω(w)}; None where nothing is penalised by kind.

    The shape does not depend on λ, so that λ = 0 has one too.
    """
    plain = ((0.0, 0.0), (0.0, 0.0))
    share = getattr(penalty, "alpha", 0.0)
    groups = getattr(penalty, "groups", None)
    if penalty.name == "none":
        return None
    if groups is None:
        shape = PenaltyBall(share, 1.0 - share, (0.0, 0.0), plain, 0.0)
    else:
        first = next(group for group in groups if j in group)
        second = next(group for group in groups if k in group)
        weight = (1.0 - share) * np.sqrt([len(first), len(second)])
        if first == second:
            rest = float(np.linalg.norm(w[[i for i in first if i not in (j, k)]]))
            shape = PenaltyBall(share, 0.0, (float(weight[0]), rest), plain, 0.0)
        else:
            others = [float(np.linalg.norm(w[[i for i in g if i != own]])) for g, own in ((first, j), (second, k))]
            pair = ((float(weight[0]), others[0]), (float(weight[1]), others[1]))
            shape = PenaltyBall(share, 0.0, (0.0, 0.0), pair, 0.0)
    level = float(shape.value(np.array(w[j]), np.array(w[k])))
    return PenaltyBall(shape.a, shape.b, shape.joint, shape.apart, level)


def elastic_net_ball(alpha: float, level: float) -> PenaltyBall:
    """{α(|x| + |y|) + (1−α)/2·(x² + y²) ≤ level}."""
    return PenaltyBall(alpha, 1.0 - alpha, (0.0, 0.0), ((0.0, 0.0), (0.0, 0.0)), level)


def boundary(ball: Ball, m: int = 200, through: Array | None = None) -> tuple[Array, Array]:
    """The boundary as a closed polygon of about ``m`` points x, y, counter-clockwise from the positive x axis.

    The four points on the axes are vertices, so that corners are drawn as corners; so is the boundary point in the
    direction of ``through`` (2,), with its mirror images.
    """
    shares = np.linspace(0.0, 1.0, -(-m // 4) + 1)
    if through is not None:
        shares = np.union1d(shares, np.arctan2(abs(through[1]), abs(through[0])) / (0.5 * np.pi))
    x, y = quarter(ball, shares)
    around_x = np.concatenate([x[:-1], -x[:0:-1], -x[:-1], x[:0:-1], x[:1]])
    around_y = np.concatenate([y[:-1], y[:0:-1], -y[:-1], -y[:0:-1], y[:1]])
    return around_x + 0.0, around_y + 0.0


def quarter(ball: Ball, share: Array) -> tuple[Array, Array]:
    """Boundary points in the first quadrant, from the x axis (share 0) to the y axis (share 1), exact on both."""
    x, y = np.cos(0.5 * np.pi * share), np.sin(0.5 * np.pi * share)
    x = np.where(share >= 1.0, 0.0, x)
    r = ball.reach(x, y)
    return r * x, r * y


def _share(x: Array, c: float) -> Array:
    """x/√(x² + c²), 1 for x = c = 0: the slope of √(x² + c²) from the right."""
    far = np.hypot(x, c)
    if c > 0.0:
        result: Array = x / far
        return result
    return np.ones_like(x)
