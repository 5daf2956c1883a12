"""Least angle regression, the lasso and forward stagewise walked knot by knot: ties, directions, entries and drops.

The fast exact lasso path is in `lasso`; this walk keeps what there is to see at every knot.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from regviz.linear.lasso import Event
from regviz.linear.problem import Array, Problem
from regviz.linear.ties import SLOPE, Mask, solve, tie_keeping

METHODS = ("lars", "lasso", "stagewise")
MOST = 400
"""Steps after which a walk is ended."""
_TIE = 1e-10
_ROUNDING = 1e-13
_FLOOR = 1e-9
_WIDE = 1000
"""Up to this many features the Gram matrix of all is formed."""


@dataclass(frozen=True, eq=False)
class LarsWalk:
    """A path that is linear in λ between its knots, where λ is the common |x_jᵀr|/n of the features that move.

    ``lams`` (K,) fall from λ_max to 0 (higher when ``most`` steps did not suffice), ``coef`` (K, p) are standardised,
    ``corr`` (K, p) are x_jᵀr/n. ``moves[k]`` (K − 1, p) is what w gains for each unit that λ falls after knot k.
    ``events[k]`` are the features (j, +1) that start and (j, −1) that stop moving at knot k.
    """

    method: str
    problem: Problem
    lams: Array
    coef: Array
    corr: Array
    moves: Array
    events: tuple[tuple[Event, ...], ...]

    @property
    def steps(self) -> int:
        """Number of segments."""
        return self.lams.size - 1

    @property
    def complete(self) -> bool:
        """Whether the walk reached λ = 0."""
        return bool(self.lams[-1] == 0.0)

    @cached_property
    def entries(self) -> tuple[Event, ...]:
        """All events in their order."""
        return tuple(event for group in self.events for event in group)

    @cached_property
    def first_drop(self) -> int | None:
        """The first knot at which a feature stops moving; None when none does."""
        return next((k for k, group in enumerate(self.events) if any(way < 0 for _, way in group)), None)

    def lam_at(self, place: float) -> float:
        """λ at ``place`` steps from the start, a fraction being a part of the way to the next knot."""
        return float(np.interp(place, np.arange(self.lams.size), self.lams))

    def coef_at(self, place: float) -> Array:
        """Coefficients (p,) at ``place``; exact zeros stay exact."""
        return _between(self.coef, place)

    def corr_at(self, place: float) -> Array:
        """x_jᵀr/n (p,) at ``place``."""
        return _between(self.corr, place)

    def place_of(self, lam: float) -> float:
        """The place at which the common correlation is ``lam``; the nearest end for λ beyond the walk."""
        return float(np.interp(-lam, -self.lams, np.arange(self.lams.size)))

    def moving(self, step: int) -> Mask:
        """Features (p,) that move after knot ``step``; at the last knot those that moved up to it."""
        if not self.steps:
            return np.zeros(self.problem.p, dtype=np.bool_)
        return np.asarray(self.moves[min(step, self.steps - 1)] != 0.0)

    def direction(self, step: int) -> Array:
        """The unit vector (n,) along which the fit moves after knot ``step``; zero where nothing moves."""
        if not self.steps:
            return np.zeros(self.problem.n)
        fit: Array = self.problem.X @ self.moves[min(step, self.steps - 1)]
        length = float(np.linalg.norm(fit))
        return fit / length if length else fit

    def angles(self, step: int) -> Array:
        """x_jᵀu/√n (p,) for the direction u: the cosine of the angle to each standardised feature."""
        if self.steps and self.problem.long:
            move = self.moves[min(step, self.steps - 1)]
            pulled = self.problem.gram @ move
            length = float(np.sqrt(max(move @ pulled, 0.0)))
            return np.asarray(pulled / length) if length else pulled
        result: Array = self.problem.X.T @ self.direction(step) / np.sqrt(self.problem.n)
        return result

    @cached_property
    def residual(self) -> float:
        """Largest violation, over λ_max, of |x_jᵀr|/n = λ for features that move and ≤ λ for all, at every knot."""
        top = self.problem.lam_max
        if not top:
            return 0.0
        size = np.abs(self.corr)
        over = float((size - self.lams[:, None]).max())
        moving = self.moves != 0.0
        ends = (np.abs(size[k:][: self.steps] - self.lams[k:][: self.steps, None]) for k in (0, 1))
        return max(over, 0.0, *(float((end * moving).max(initial=0.0)) for end in ends)) / top


def lars_walk(problem: Problem, method: str = "lasso", most: int = MOST) -> LarsWalk:
    """Walk ``method`` (lars, lasso or stagewise) from zero, at most ``most`` steps.

    At every knot the features tied at the largest |x_jᵀr|/n move so that their ties hold. LARS lets all of them move
    freely; the lasso lets none at zero move against the sign of its correlation; stagewise lets none at all do so.
    Raises ValueError for an unknown method.
    Source: Efron, Hastie, Johnstone & Tibshirani 2004; Hastie, Tibshirani & Friedman 2009, algorithms 3.2a and 3.2b.
    """
    if method not in METHODS:
        raise ValueError(f"There is no method “{method}”; the methods are {', '.join(METHODS)}.")
    run = _Run(problem, method)
    for _ in range(4 * most + 4):
        if len(run.moves) >= most or not run.advance():
            break
    return run.result()


def _between(rows: Array, place: float) -> Array:
    last = len(rows) - 1
    k = min(max(int(place), 0), last)
    share = min(max(place - k, 0.0), 1.0)
    if k == last or share == 0.0:
        known: Array = rows[k].copy()
        return known
    mixed: Array = rows[k] + share * (rows[k + 1] - rows[k])
    return mixed


class _Run:
    """The walk under way: present λ, coefficients, correlations and direction, and the knots behind it."""

    def __init__(self, problem: Problem, method: str) -> None:
        self.problem, self.method = problem, method
        self.lam = self.top = problem.lam_max
        self.w = np.zeros(problem.p)
        self.move = np.zeros(problem.p)
        self.corr = problem.correlation.copy()
        self.knots: list[tuple[float, Array, Array]] = []
        self.moves: list[Array] = []
        self.events: list[tuple[Event, ...]] = []

    def advance(self) -> bool:
        """Go on to the next event; False at the end."""
        if self.lam <= _FLOOR * self.top:
            return False
        before = self.move
        self.move = self._direction()
        if not self.move.any():
            return False
        events = _changes(before != 0.0, self.move != 0.0)
        if events or not self.knots:
            self._record(events)
            self.moves.append(self.move)
        self._walk()
        return True

    def result(self) -> LarsWalk:
        """All knots, the present place being the last."""
        self._record(())
        lams, coef, corr = zip(*self.knots, strict=True)
        moves = np.array(self.moves).reshape(-1, self.problem.p)
        return LarsWalk(
            self.method, self.problem, np.array(lams), np.array(coef), np.array(corr), moves, tuple(self.events)
        )

    def _record(self, events: tuple[Event, ...]) -> None:
        self.knots.append((self.lam, self.w.copy(), self.corr.copy()))
        self.events.append(events)

    def _direction(self) -> Array:
        """What w gains per unit of λ (p,) so that the tied features stay tied."""
        tied = np.flatnonzero(np.abs(self.corr) >= (1.0 - _TIE) * self.lam - _ROUNDING * self.top)
        signs = np.sign(self.corr[tied])
        held = {
            "lars": np.zeros(tied.size, dtype=np.bool_), "lasso": self.w[tied] == 0.0,
            "stagewise": np.ones(tied.size, dtype=np.bool_),
        }[self.method]  # fmt: skip
        gram = self._gram(tied) * signs * signs[:, None]
        move = np.zeros(self.problem.p)
        move[tied] = signs * tie_keeping(gram, held, np.maximum(signs * self.move[tied], 0.0))
        return move

    def _gram(self, index: NDArray[np.intp]) -> Array:
        """XᵀX/n (a, a) of the features ``index`` (a,)."""
        if self.problem.p <= _WIDE:
            whole: Array = self.problem.gram[np.ix_(index, index)]
            return whole
        X = self.problem.X[:, index]
        block: Array = X.T @ X / self.problem.n
        return block

    def _walk(self) -> None:
        """To the first of: another feature ties, a lasso coefficient reaches zero, λ reaches zero."""
        moving = self.move != 0.0
        rates = self._pulled(moving, self.move)
        length, dropped = min(self.lam, self._until_tie(rates, moving)), -1
        if self.method == "lasso":
            far, j = self._until_zero()
            if far <= length:
                length, dropped = far, j
        if self.lam - length <= _FLOOR * self.top:
            length, dropped = self.lam, -1
        self.lam -= length
        self.w = self.w + length * self.move
        if dropped >= 0:
            self.w[dropped] = 0.0
            moving = moving & (np.arange(moving.size) != dropped)
        self._tighten(np.flatnonzero(moving))
        self.corr = self._left()

    def _until_tie(self, rates: Array, moving: Mask) -> float:
        best = np.inf
        for side in (1.0, -1.0):
            closing = 1.0 - side * rates
            usable = ~moving & (closing > SLOPE)
            gaps = np.maximum(self.lam - side * self.corr, 0.0)
            lengths = np.divide(gaps, closing, out=np.full(gaps.size, np.inf), where=usable)
            best = min(best, float(lengths.min(initial=np.inf)))
        return best

    def _until_zero(self) -> tuple[float, int]:
        back = self.w * self.move < 0.0
        lengths = np.divide(-self.w, self.move, out=np.full(self.w.size, np.inf), where=back)
        j = int(lengths.argmin())
        return float(lengths[j]), j

    def _tighten(self, moving: NDArray[np.intp]) -> None:
        """Take out what rounding did to the ties, by one Newton step."""
        left = self._left(moving)
        self.w[moving] += solve(self._gram(moving), left - self.lam * np.sign(self.corr[moving]))

    def _left(self, index: NDArray[np.intp] | slice = slice(None)) -> Array:
        """x_jᵀ(y − Xw)/n of the features ``index``."""
        problem, some = self.problem, np.flatnonzero(self.w)
        if problem.long:
            return problem.correlation[index] - problem.gram[index][:, some] @ self.w[some]
        left: Array = problem.X[:, index].T @ (problem.y - problem.X[:, some] @ self.w[some]) / problem.n
        return left

    def _pulled(self, moving: Mask, move: Array) -> Array:
        """XᵀX move/n (p,)."""
        problem = self.problem
        if problem.long:
            return problem.gram[:, moving] @ move[moving]
        pulled: Array = problem.X.T @ (problem.X[:, moving] @ move[moving]) / problem.n
        return pulled


def _changes(before: Mask, after: Mask) -> tuple[Event, ...]:
    """Who stops and who starts moving, the leavers first, each by number: what ties differs by rounding alone."""
    leave, enter = np.flatnonzero(before & ~after).tolist(), np.flatnonzero(after & ~before).tolist()
    return (*((j, -1) for j in leave), *((j, 1) for j in enter))
