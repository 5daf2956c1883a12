"""The problem seen in two coefficients: loss contours, the ball they touch, and the constrained optimum.

A slice at a solution holds the other coefficients fixed, so that it inherits the optimality conditions.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from regviz.linear.balls import (
    Ball,
    LqBall,
    PenaltyBall,
    boundary,
    elastic_net_ball,
    penalty_ball,
    quarter,
)
from regviz.linear.penalties import Penalty
from regviz.linear.problem import Array, Problem

__all__ = [
    "Ball", "Constrained", "LqBall", "PenaltyBall", "Slice", "boundary", "contours", "elastic_net_ball", "lq_ball",
    "normal_cone", "project_constraint", "slice_at",
]

_FLAT = 1e-12
Curve = tuple[Array, Array]


@dataclass(frozen=True, eq=False)
class Slice:
    """The loss ½(u − centre)ᵀH(u − centre) + const over u = (w_j, w_k), the other coefficients fixed.

    ``H`` (2, 2); ``centre`` (2,) is the optimum given the others (the one nearest to ``point`` where H is singular);
    ``point`` (2,) is the current solution; ``shape`` is the penalty's ball through it, None without a penalty.
    """

    H: Array
    centre: Array
    point: Array
    shape: PenaltyBall | None

    @property
    def level(self) -> float:
        """Height of the loss at ``point`` over its height at ``centre``."""
        return self.height(self.point)

    @property
    def gradient(self) -> Array:
        """−∇loss at ``point`` (2,)."""
        return -self.H @ (self.point - self.centre)

    @property
    def span(self) -> float:
        """A length that shows centre and point: contours that are lines are drawn this far, on each side."""
        return 4.0 * float(max(np.max(np.abs(self.centre)), np.max(np.abs(self.point)))) or 1.0

    def height(self, u: Array) -> float:
        """Loss at ``u`` (2,) over its height at ``centre``."""
        away = u - self.centre
        return 0.5 * float(away @ self.H @ away)

    def levels(self, count: int = 6) -> Array:
        """Levels (count,) of contours with evenly spaced radii, rising; the third passes through ``point``.

        With ``point`` at the centre the radii are set by ``span``.
        """
        steps = np.arange(1, count + 1)
        unit = self.level or 0.5 * float(np.trace(self.H)) * (0.3 * self.span) ** 2
        result: Array = unit * (steps / 3.0) ** 2
        return result

    def contours(self, level: float, m: int = 200) -> list[Curve]:
        """The contour at ``level``: one closed curve, or two parallel lines where H is singular."""
        return contours(self.H, self.centre, level, m, self.span)

    def ellipse(self, level: float, m: int = 200) -> Curve:
        """The contour at ``level`` as one curve; where it is two lines, NaN stands between them."""
        curves = self.contours(level, m)
        gap = np.array([math.nan])
        parts = [part for x, y in curves for part in ((x, y), (gap, gap))][:-1]
        return np.concatenate([x for x, _ in parts] or [gap]), np.concatenate([y for _, y in parts] or [gap])

    def ball(self, m: int = 200) -> Curve:
        """The closed boundary of {u : Ω(u, others) ≤ Ω(point, others)}; possibly a point; empty without penalty."""
        if self.shape is None:
            return np.empty(0), np.empty(0)
        return boundary(self.shape, m, self.point)

    def normal_cone(self) -> Array:
        """Unit vectors (c, 2) along the edges of the ball's normal cone at ``point``.

        One for a smooth point, two for a corner; none where the ball is a point and its cone is the whole plane,
        and none without a penalty.
        """
        if self.shape is None:
            return np.empty((0, 2))
        return normal_cone(self.shape, self.point)


def lq_ball(q: float, radius: float, m: int = 200) -> Curve:
    """Closed boundary of {|x|^q + |y|^q ≤ radius^q}, q > 0."""
    return boundary(LqBall(q, radius), m)


class Constrained(NamedTuple):
    """A constrained optimum ``point`` (2,), and the ``lam`` at which −∇loss = λ·∇(Σ|w|^q/q), or λ·∇value for a ball."""

    point: Array
    lam: float


def slice_at(problem: Problem, penalty: Penalty, w: Array, j: int, k: int) -> Slice:
    """The slice through the solution ``w`` (p,) for the features j ≠ k.

    Raises ValueError when j and k are equal.
    """
    if j == k:
        raise ValueError("The two features of a slice must differ.")
    pair = problem.X[:, [j, k]]
    H = pair.T @ pair / problem.n
    descent = pair.T @ (problem.y - problem.X @ w) / problem.n
    point = w[[j, k]]
    centre = point + np.linalg.pinv(H, rcond=_FLAT, hermitian=True) @ descent
    return Slice(H, centre, point, penalty_ball(penalty, w, j, k))


def contours(H: Array, centre: Array, level: float, m: int = 200, span: float = 1.0) -> list[Curve]:
    """{u : ½(u − centre)ᵀH(u − centre) = level} for a positive semi-definite ``H`` (2, 2).

    One closed curve of m + 1 points; two lines, ``span`` long to each side, for a singular H; none for H = 0.
    """
    values, vectors = np.linalg.eigh(H)
    if values[1] <= 0.0:
        return []
    if values[0] > _FLAT * values[1]:
        angle = np.linspace(0.0, 2.0 * np.pi, m + 1)
        across, along = (np.sqrt(2.0 * level / value) for value in values)
        x, y = centre[:, None] + vectors @ np.stack([across * np.cos(angle), along * np.sin(angle)])
        x[-1], y[-1] = x[0], y[0]
        return [(x, y)]
    half = math.sqrt(2.0 * level / float(values[1]))
    run = np.linspace(-span, span, max(2, m // 2))
    lines = [centre[:, None] + vectors @ np.stack([run, np.full_like(run, side * half)]) for side in (-1.0, 1.0)]
    return [(x, y) for x, y in lines]


def normal_cone(ball: Ball, point: Array) -> Array:
    """Unit vectors (c, 2) along the edges of the cone of outward normals of a convex ball at its boundary ``point``.

    c is 1 for a smooth point, 2 for a corner, 0 where the ball is that point alone.
    """
    x, y = np.abs(point)
    if x == 0.0 and y == 0.0:
        return np.empty((0, 2))
    along = np.array([float(part) for part in ball.normal(np.array(x), np.array(y))])
    signs = np.where(point < 0.0, -1.0, 1.0)
    # on an axis, the mirror image of the limit from one side is the limit from the other
    edges = [along * signs]
    if 0.0 in (x, y) and along[0 if x == 0.0 else 1] > 0.0:
        edges.append(edges[0] * np.where(point == 0.0, -1.0, 1.0))
    return np.stack([edge / np.hypot(*edge) for edge in edges])


def project_constraint(H: Array, centre: Array, shape: float | Ball, t: float | None = None) -> Constrained:
    """The minimiser of ½(u − centre)ᵀH(u − centre) over a ball: the L_q ball of radius ``t``, or ``shape`` itself.

    Found by bisection on the turn between −∇loss and the ball's normal along the boundary; the global minimum for
    q < 1 too. λ = 0 when the centre lies inside.
    """
    ball: Ball = shape if not isinstance(shape, int | float) else LqBall(float(shape), float(t or 0.0))
    if float(ball.value(centre[0], centre[1])) <= ball.level:
        return Constrained(centre.copy(), 0.0)
    best, lowest = np.zeros(2), math.inf
    for signs in np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]]):
        # the problem mirrored so that this quadrant is the first
        point = _best_in_quarter(H * np.outer(signs, signs), centre * signs, ball)
        height = _height(H * np.outer(signs, signs), centre * signs, point[:, None])[0]
        if height < lowest:
            best, lowest = point * signs + 0.0, height
    return Constrained(best, _multiplier(H @ (centre - best), ball, best))


def constrained_minima(H: Array, centre: Array, ball: Ball) -> Array:
    """Every local minimum (k, 2) of ½(u − centre)ᵀH(u − centre) over an L_q ball with q < 1, the lowest first.

    The centre alone where it lies inside. Else the tips at which −∇loss points outwards, for a tip is a cusp along
    its axis, and dips of the loss along the smooth boundary where −∇loss points out of the ball.
    """
    if float(ball.value(centre[0], centre[1])) <= ball.level:
        return centre[None].copy()
    found = []
    for signs in np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]]):
        found += [point * signs for point in _dips(H * np.outer(signs, signs), centre * signs, ball)]
    reach = float(ball.reach(np.ones(1), np.zeros(1))[0])
    for tip in reach * np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]):
        if float(tip @ H @ (centre - tip)) > 0.0:
            found.append(tip)
    minima = np.array(found).reshape(-1, 2) + 0.0
    return minima[np.argsort(_height(H, centre, minima.T), kind="stable")]


def _dips(H: Array, centre: Array, ball: Ball) -> list[Array]:
    """Local minima along the boundary inside the first quadrant at which −∇loss points outwards."""
    shares = np.linspace(0.0, 1.0, 961)[1:-1]
    turns = _turns(H, centre, ball, shares)
    points = []
    for i in np.flatnonzero((turns[:-1] > 0.0) & (turns[1:] <= 0.0)):
        x, y = quarter(ball, np.array([_falls_no_more(H, centre, ball, float(shares[i]), float(shares[i + 1]))]))
        point = np.array([x[0], y[0]])
        if float(point @ H @ (centre - point)) > 0.0:
            points.append(point)
    return points


def _falls_no_more(H: Array, centre: Array, ball: Ball, low: float, high: float) -> float:
    """The share of the boundary at which the loss stops falling, by bisection."""
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _turn(H, centre, ball, middle) > 0.0 else (low, middle)
    return high


def _best_in_quarter(H: Array, centre: Array, ball: Ball) -> Array:
    """The lowest boundary point with x, y ≥ 0: the best of a grid, then bisection; corners are exact."""
    shares = np.linspace(0.0, 1.0, 241)
    i = int(np.argmin(_height(H, centre, np.stack(quarter(ball, shares)))))
    low, high = float(shares[max(i - 1, 0)]), float(shares[min(i + 1, shares.size - 1)])
    if low == 0.0 and not _turn(H, centre, ball, low) > 0.0:
        high = low
    elif high == 1.0 and not _turn(H, centre, ball, high) < 0.0:
        low = high
    x, y = quarter(ball, np.array([_falls_no_more(H, centre, ball, low, high)]))
    return np.array([x[0], y[0]])


def _turn(H: Array, centre: Array, ball: Ball, share: float) -> float:
    return float(_turns(H, centre, ball, np.array([share]))[0])


def _turns(H: Array, centre: Array, ball: Ball, shares: Array) -> Array:
    """Positive where the loss falls towards the y axis along the boundary, at ``shares`` (k,)."""
    x, y = quarter(ball, shares)
    descent = (centre - np.stack([x, y], axis=1)) @ H
    normal_x, normal_y = ball.normal(x, y)
    return np.asarray(normal_x * descent[:, 1] - normal_y * descent[:, 0])


def _height(H: Array, centre: Array, points: Array) -> Array:
    """Loss at ``points`` (2, m) over its height at the centre."""
    away = points - centre[:, None]
    result: Array = 0.5 * np.einsum("im,ij,jm->m", away, H, away)
    return result


def _multiplier(descent: Array, ball: Ball, point: Array) -> float:
    """λ from uᵀ(−∇loss) = λ·uᵀ∇value, for an L_q ball with value Σ|w|^q/q; 0 at the origin."""
    if isinstance(ball, LqBall):
        size = float(ball.value(point[0], point[1]))
    else:
        x, y = np.abs(point)
        normal = ball.normal(np.array(x), np.array(y))
        size = float(normal[0] * x + normal[1] * y)
    return max(float(point @ descent) / size, 0.0) if size > 0.0 else 0.0
