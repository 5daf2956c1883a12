"""Two coefficients under a quadratic loss: the penalised and the constrained solution of every penalty, linked by λ(t).

The loss is ½(w − c)ᵀH(w − c). Powers other than 1 and 2 are solved in `plane_powers`, pictures of balls in `balls`.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regviz.linear.balls import Ball, LqBall, PenaltyBall
from regviz.linear.geometry import project_constraint
from regviz.linear.plane_powers import TINY, concave_minimum, convex_minimum
from regviz.linear.problem import Array
from regviz.linear.thresholds import check_share

KINDS = ("l1", "l2", "elastic-net", "lq", "group")
_APART = ((0.0, 0.0), (0.0, 0.0))


@dataclass(frozen=True)
class Shape:
    """A penalty Ω on w = (w₁, w₂), without its λ, and the balls that it makes.

    l1: ‖w‖₁ · l2: ½‖w‖² · elastic-net: α‖w‖₁ + (1−α)/2·‖w‖² · lq: Σ|w|^q/q · group: √2·‖w‖₂, both in one group.
    The radius t of a ball is where it meets the axes. Raises ValueError for another kind, q ≤ 0 and α outside [0, 1].
    """

    kind: str
    q: float = 2.0
    alpha: float = 0.5

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no ball “{self.kind}”; the balls are {', '.join(KINDS)}.")
        if not self.q > 0.0:
            raise ValueError(f"q must be greater than 0, not {self.q}.")
        check_share(self.alpha)

    @property
    def power(self) -> float | None:
        """The q where the penalty is a power other than 1 and 2, which have closed forms."""
        return self.q if self.kind == "lq" and self.q not in (1.0, 2.0) else None

    @property
    def convex(self) -> bool:
        """Whether ball and penalty are convex."""
        return self.kind != "lq" or self.q >= 1.0

    @property
    def cornered(self) -> bool:
        """Whether the ball has corners on the axes, so that one coefficient is zero for more than a line of optima."""
        return self.parts[0] > 0.0 or not self.convex

    @property
    def parts(self) -> tuple[float, float]:
        """(a, b) of a‖w‖₁ + b/2·‖w‖²; (0, 0) for the others."""
        if self.kind == "elastic-net":
            return self.alpha, 1.0 - self.alpha
        one = self.kind == "l1" or (self.kind == "lq" and self.q == 1.0)
        two = self.kind == "l2" or (self.kind == "lq" and self.q == 2.0)
        return float(one), float(two)

    def value(self, w: ArrayLike) -> Array:
        """Ω of the rows of ``w`` (…, 2)."""
        x, y = np.moveaxis(np.abs(np.asarray(w, dtype=np.float64)), -1, 0)
        if self.kind == "group":
            return np.asarray(math.sqrt(2.0) * np.hypot(x, y))
        if self.power is not None:
            return np.asarray((x**self.power + y**self.power) / self.power)
        a, b = self.parts
        return np.asarray(a * (x + y) + 0.5 * b * (x * x + y * y))

    def radius(self, w: ArrayLike) -> Array:
        """The radius t of the ball through the rows of ``w`` (…, 2)."""
        w = np.asarray(w, dtype=np.float64)
        if self.kind == "group":
            return np.asarray(np.hypot(w[..., 0], w[..., 1]))
        if self.power is not None:
            top = np.max(np.abs(w), axis=-1)
            unit = np.abs(w) / np.where(top > 0.0, top, 1.0)[..., None]
            return np.asarray(top * np.sum(unit**self.power, axis=-1) ** (1.0 / self.power))
        a, b = self.parts
        value = self.value(w)
        below = a + np.sqrt(a * a + 2.0 * b * value)
        return np.asarray(np.divide(2.0 * value, below, out=np.zeros_like(value), where=below > 0.0))

    def ball(self, t: float) -> Ball:
        """The ball that meets the axes at distance ``t``."""
        if self.kind == "group":
            return PenaltyBall(0.0, 0.0, (math.sqrt(2.0), 0.0), _APART, math.sqrt(2.0) * t)
        if self.kind == "elastic-net":
            return PenaltyBall(*self.parts, (0.0, 0.0), _APART, self.alpha * t + 0.5 * (1.0 - self.alpha) * t * t)
        return LqBall({"l1": 1.0, "l2": 2.0}.get(self.kind, self.q), t)


@dataclass(frozen=True, eq=False)
class Touch:
    """A solution ``point`` (2,) with its radius ``t`` and its ``lam``; None where no λ has its global minimum there."""

    point: Array
    t: float
    lam: float | None


def quadratic(eccentricity: float, angle: float) -> Array:
    """H (2, 2) with trace 2 whose level ellipses have this ``eccentricity`` < 1 and a long axis ``angle`` radians up.

    At 45° it is the correlation matrix of two standardised features.
    """
    flat = 1.0 - eccentricity * eccentricity
    high = 2.0 / (1.0 + flat)
    c, s = math.cos(angle), math.sin(angle)
    across = high * (1.0 - flat) * c * s
    return np.array([[high * (flat * c * c + s * s), -across], [-across, high * (flat * s * s + c * c)]])


def penalised(shape: Shape, H: Array, centres: ArrayLike, lam: ArrayLike) -> Array:
    """The global minimisers (m, 2) of loss + λΩ, for ``centres`` (m, 2) or (2,) and ``lam`` ≥ 0, (m,) or one.

    Zeros are exact. Of two equal minima for q < 1 the one with more zeros is given.
    """
    c = np.atleast_2d(np.asarray(centres, dtype=np.float64))
    strength = np.asarray(lam, dtype=np.float64)
    m = np.broadcast_shapes((len(c),), strength.shape)[0]
    strength, g = np.broadcast_to(strength, (m,)), np.broadcast_to(c @ H, (m, 2))
    if shape.kind == "group":
        found = _group(H, g, math.sqrt(2.0) * strength)
    elif shape.power is not None:
        found = (convex_minimum if shape.power > 1.0 else concave_minimum)(H, g, shape.power, strength)
    else:
        a, b = shape.parts
        found = _separable(H, g, a * strength, b * strength)
    return np.where(strength[:, None] > 0.0, found, c)


def touching(shape: Shape, H: Array, centre: Array, *, lam: float | None = None, t: float | None = None) -> Touch:
    """The solution at ``lam``, or the one in the ball of radius ``t``, with both numbers."""
    if lam is not None:
        point = penalised(shape, H, centre, lam)[0]
        return Touch(point, float(shape.radius(point)), lam)
    point, strength = _constrained(shape, H, centre, float(t or 0.0))
    radius = float(shape.radius(point))
    if shape.convex or strength == 0.0:
        return Touch(point, radius, strength)
    again = float(shape.radius(penalised(shape, H, centre, strength)[0]))
    return Touch(point, radius, strength if math.isclose(again, radius, rel_tol=1e-6) else None)


def _constrained(shape: Shape, H: Array, centre: Array, t: float) -> tuple[Array, float]:
    """The minimiser of the loss over the ball of radius ``t``, and the λ at which its slope is one of λΩ."""
    if float(shape.radius(centre)) <= t:
        return centre, 0.0
    if shape.power is not None:
        found = project_constraint(H, centre, shape.ball(t))
        return found.point, found.lam
    if shape.kind == "group":
        point, lam = _constrained(Shape("l2"), H, centre, t)
        return point, lam * t / math.sqrt(2.0)
    return _by_budget(shape, H, centre, t)


def _by_budget(shape: Shape, H: Array, centre: Array, t: float) -> tuple[Array, float]:
    """The radius falls as λ rises: a grid of λ, refined around ``t`` to the last digits."""
    a, b = shape.parts
    slope = H @ centre
    ends = [float(np.max(np.abs(slope))) / a] if a > 0.0 else []
    ends += [float(np.hypot(*slope)) / (b * t)] if b * t > 0.0 else []
    low, high = 0.0, 1.000001 * min(ends, default=0.0)
    for _ in range(11):
        grid = np.linspace(low, high, 48)
        under = int(np.argmax(shape.radius(penalised(shape, H, centre, grid)) <= t))
        low, high = float(grid[max(under - 1, 0)]), float(grid[under])
    return penalised(shape, H, centre, high)[0], high


def loss(H: Array, centre: Array, w: ArrayLike) -> Array:
    """½(w − c)ᵀH(w − c) of the rows of ``w`` (…, 2)."""
    away = np.asarray(w, dtype=np.float64) - centre
    return np.asarray(0.5 * np.einsum("...i,ij,...j->...", away, H, away))


def residual(shape: Shape, H: Array, centre: Array, w: Array, lam: float) -> float:
    """Largest distance of −∇loss at ``w`` (2,) to λ∂Ω(w), over max|∇loss(0)|; 0 where that vanishes.

    For q < 1 every slope is a subgradient at a zero coordinate.
    """
    top = float(np.max(np.abs(H @ centre)))
    descent = H @ (centre - w)
    if top < TINY:
        return 0.0
    if shape.kind == "group":
        size, limit = float(np.hypot(*w)), math.sqrt(2.0) * lam
        off = max(float(np.hypot(*descent)) - limit, 0.0) if size == 0.0 else np.hypot(*(descent - limit * w / size))
        return float(off) / top
    return float(np.max(_distance(shape, descent, w, lam))) / top


def _distance(shape: Shape, descent: Array, w: Array, lam: float) -> Array:
    active = w != 0.0
    q = shape.power
    if q is not None:
        size = np.where(active, np.abs(w), 1.0)
        at_zero = np.where(_vanishes(descent, lam, q), 0.0, np.abs(descent))
        return np.where(active, np.abs(descent - lam * np.sign(w) * size ** (q - 1.0)), at_zero)
    a, b = (lam * part for part in shape.parts)
    at_zero = np.maximum(np.abs(descent) - a, 0.0)
    return np.where(active, np.abs(descent - a * np.sign(w) - b * w), at_zero)


def _vanishes(descent: Array, lam: float, q: float) -> NDArray[np.bool_]:
    """Whether the coefficient whose penalty has this slope is 0, or for q > 1 smaller than what is told from 0."""
    if q < 1.0 or lam == 0.0:
        return np.full(descent.shape, q < 1.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.abs(descent) / lam) < (q - 1.0) * np.log(2.0 * TINY))


def _soft(v: Array, limit: Array) -> Array:
    return np.asarray(v - np.clip(v, -limit, limit))


def _separable(H: Array, g: Array, a: Array, b: Array) -> Array:
    """By cases: the second zero, the first zero, or the four sign patterns, of which one fits."""
    x, y = _soft(g[:, 0], a) / (H[0, 0] + b), _soft(g[:, 1], a) / (H[1, 1] + b)
    first, second, cross = H[0, 0] + b, H[1, 1] + b, H[0, 1]
    area = first * second - cross * cross
    found = np.zeros_like(g)
    for signs in ((1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)):
        u, v = g[:, 0] - a * signs[0], g[:, 1] - a * signs[1]
        w = np.stack([(second * u - cross * v) / area, (first * v - cross * u) / area], axis=1)
        found = np.where(np.all(w * signs >= 0.0, axis=1)[:, None], w, found)
    none = np.zeros_like(x)
    only_y = np.abs(g[:, 0] - cross * y) <= a
    found = np.where(only_y[:, None], np.stack([none, y], axis=1), found)
    only_x = np.abs(g[:, 1] - cross * x) <= a
    return np.where(only_x[:, None], np.stack([x, none], axis=1), found)


def _group(H: Array, g: Array, d: Array) -> Array:
    """The norm r of w solves ‖(Hr + dI)⁻¹g‖ = 1; 1/‖·‖ is concave in r, so that Newton's steps rise to the root."""
    values, vectors = np.linalg.eigh(H)
    turned = g @ vectors
    outside = (np.hypot(g[:, 0], g[:, 1]) > d) & (d > 0.0)
    r = np.zeros(len(g))
    d = np.where(outside, d, 1.0)[:, None]
    for _ in range(60):
        scale = values * r[:, None] + d
        size = np.sqrt(np.sum((turned / scale) ** 2, axis=1))
        slope = np.sum(turned**2 * values / scale**3, axis=1)
        step = np.where(outside, (size - 1.0) * size * size / np.where(slope > 0.0, slope, 1.0), 0.0)
        r = np.maximum(r + step, 0.0)
        if np.all(np.abs(step) <= 4e-16 * r):
            break
    w = (turned * r[:, None] / (values * r[:, None] + d)) @ vectors.T
    return np.asarray(np.where(outside[:, None], w, 0.0))
