"""Proximal gradient descent step by step: a gradient step on the loss, then the penalty's prox, and the objective.

For pictures of the method; solutions come from the solvers.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from regviz.linear.penalties import Penalty
from regviz.linear.problem import Array, Problem

_TALL = 200
_FAR = 1e12
"""A run whose objective exceeds the start's by this factor has diverged."""


@dataclass(frozen=True, eq=False)
class Descent:
    """Iterates ``w`` (K + 1, p) from the start on, with the point ``moved`` (K, p) after each gradient step.

    ``objective`` (K + 1,) is loss plus penalty, ``rate`` the step length η. ``diverged`` tells that the run was cut
    short because the objective grew beyond all bounds.
    """

    w: Array
    moved: Array
    objective: Array
    rate: float
    diverged: bool

    @property
    def steps(self) -> int:
        """K."""
        return len(self.moved)


@lru_cache(maxsize=4)
def lipschitz(problem: Problem) -> float:
    """L, the largest eigenvalue of XᵀX/n: the gradient of the loss changes by at most L·‖u − v‖."""
    small = problem.gram if problem.p <= problem.n else problem.X @ problem.X.T / problem.n
    return max(float(np.linalg.eigvalsh(small)[-1]), 0.0) if np.isfinite(small).all() else np.inf


def proximal_gradient(problem: Problem, penalty: Penalty, rate: float, steps: int, start: Array) -> Descent:
    """``steps`` rounds of w ← prox(w − η∇loss(w)) with η = ``rate`` > 0, from ``start`` (p,).

    The objective never rises for η ≤ 1/L (nor for η < 2/L; Beck & Teboulle 2009 and Combettes & Wajs 2005).
    Raises ValueError for a rate that is not above 0.
    """
    if not rate > 0.0:
        raise ValueError(f"The step length must be above 0, not {rate}.")
    w, moved = [start], list[Array]()
    loss, gradient = _loss(problem, start)
    values = [loss + penalty.value(start)]
    bound = _FAR * max(values[0], 1e-300)
    while len(moved) < steps and values[-1] <= bound:
        moved.append(w[-1] - rate * gradient)
        w.append(penalty.prox(moved[-1], rate))
        loss, gradient = _loss(problem, w[-1])
        values.append(loss + penalty.value(w[-1]))
    through = np.stack(moved) if moved else np.zeros((0, problem.p))
    return Descent(np.stack(w), through, np.array(values), rate, values[-1] > bound)


def _loss(problem: Problem, w: Array) -> tuple[float, Array]:
    """1/(2n)‖y − Xw‖² and its gradient (p,); of very tall data from the Gram matrix, a small part of the work."""
    if problem.n > _TALL * problem.p and np.isfinite(problem.gram).all():
        left = problem.correlation - problem.gram @ w
        return 0.5 * max(problem.y_variance - float(w @ (problem.correlation + left)), 0.0), -left
    residual = problem.y - problem.X @ w
    return 0.5 * float(residual @ residual) / problem.n, -(problem.X.T @ residual) / problem.n
