"""The logistic loss seen in two coefficients: its level curves are not ellipses, so each is solved for."""

from dataclasses import dataclass

import numpy as np

from regviz.linear.balls import PenaltyBall, boundary, penalty_ball
from regviz.linear.geometry import Curve, normal_cone
from regviz.linear.logistic_problem import LogisticProblem, Point, probability
from regviz.linear.penalties import Penalty
from regviz.linear.problem import Array

_STEPS = 60
_NEWTON = 25
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class LogisticSlice:
    """The mean negative log-likelihood over u = (w_j, w_k), the intercept and the other coefficients fixed.

    ``pair`` (n, 2) are the two features, ``rest`` (n,) the log-odds that the others give, ``y`` (n,) the classes.
    ``centre`` (2,) is the optimum given the others, or a far point towards it where two classes are separated;
    ``H`` (2, 2) the Hessian there; ``point`` (2,) the current solution; ``shape`` the ball through it.
    """

    pair: Array
    rest: Array
    y: Array
    centre: Array
    H: Array
    point: Array
    shape: PenaltyBall | None

    @property
    def level(self) -> float:
        """Height of the loss at ``point`` over its height at ``centre``."""
        return max(self.height(self.point), 0.0)

    @property
    def gradient(self) -> Array:
        """−∇loss at ``point`` (2,)."""
        return -_slope(self.pair, self.rest, self.y, self.point)

    def height(self, u: Array) -> float:
        """Loss at ``u`` (2,) over its height at ``centre``."""
        return _loss(self.pair, self.rest, self.y, u) - _loss(self.pair, self.rest, self.y, self.centre)

    def ellipse(self, level: float, m: int = 96) -> Curve:
        """The closed level curve (m + 1 points) at ``level`` over the centre; NaN in directions that never reach it.

        Along a ray the loss is convex and rises, so Newton's steps end on the right of the root and fall to it.
        """
        angle = np.linspace(0.0, 2.0 * np.pi, m + 1)
        ray = np.stack([np.cos(angle), np.sin(angle)])
        start = self.rest + self.pair @ self.centre
        along = self.pair @ ray  # (n, m + 1)
        floor = float(np.mean(np.logaddexp(0.0, start) - self.y * start))
        curve = np.einsum("im,ij,jm->m", ray, self.H, ray)
        r = np.sqrt(2.0 * level / np.maximum(curve, _TINY))
        for _ in range(_NEWTON):
            eta = start[:, None] + along * r
            value = np.mean(np.logaddexp(0.0, eta) - self.y[:, None] * eta, axis=0) - floor - level
            slope = np.mean((probability(eta) - self.y[:, None]) * along, axis=0)
            r = np.where(slope > _TINY, np.maximum(r - value / np.maximum(slope, _TINY), 0.1 * r), r)
            if np.all(np.abs(value) <= 1e-10 * level):
                break
        r = np.where(np.abs(value) <= 1e-6 * level, r, np.nan)
        return self.centre[0] + r * ray[0], self.centre[1] + r * ray[1]

    def ball(self, m: int = 200) -> Curve:
        """The closed boundary of the ball through ``point``; empty without penalty."""
        if self.shape is None:
            return np.empty(0), np.empty(0)
        return boundary(self.shape, m, self.point)

    def normal_cone(self) -> Array:
        """Unit vectors (c, 2) along the edges of the ball's normal cone at ``point``."""
        return np.empty((0, 2)) if self.shape is None else normal_cone(self.shape, self.point)


def logistic_slice(problem: LogisticProblem, penalty: Penalty, at: Point, j: int, k: int) -> LogisticSlice:
    """The slice through the solution ``at`` for the features j ≠ k; raises ValueError when they are equal."""
    if j == k:
        raise ValueError("The two features of a slice must differ.")
    pair = problem.X[:, [j, k]]
    point = at.w[[j, k]]
    rest = at.bias + problem.X @ at.w - pair @ point
    centre = _optimum(pair, rest, problem.y, point)
    return LogisticSlice(
        pair, rest, problem.y, centre, _hessian(pair, rest, centre), point, penalty_ball(penalty, at.w, j, k)
    )


def _loss(pair: Array, rest: Array, y: Array, u: Array) -> float:
    eta = rest + pair @ u
    return float(np.mean(np.logaddexp(0.0, eta) - y * eta))


def _slope(pair: Array, rest: Array, y: Array, u: Array) -> Array:
    result: Array = pair.T @ (probability(rest + pair @ u) - y) / len(y)
    return result


def _hessian(pair: Array, rest: Array, u: Array) -> Array:
    mu = probability(rest + pair @ u)
    result: Array = (pair * (mu * (1.0 - mu))[:, None]).T @ pair / len(mu)
    return result


def _optimum(pair: Array, rest: Array, y: Array, u: Array) -> Array:
    """Newton with halved steps; stops where the slope is nothing, or where separated classes let it run on."""
    value = _loss(pair, rest, y, u)
    for _ in range(_STEPS):
        slope = _slope(pair, rest, y, u)
        step = -np.linalg.pinv(_hessian(pair, rest, u), rcond=1e-10, hermitian=True) @ slope
        share = 1.0
        while share > 1e-6 and _loss(pair, rest, y, u + share * step) > value:
            share *= 0.5
        new = _loss(pair, rest, y, u + share * step)
        if new >= value or float(np.abs(u).max()) > 1e3:
            break
        u, value = u + share * step, new
    return u
