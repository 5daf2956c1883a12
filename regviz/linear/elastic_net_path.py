"""The elastic net's path at fixed α: each λ where the active set changes, found by safeguarded Newton steps.

On one active set every condition is a sum of fractions (b − λs)/(d + λ(1−α)) in the eigenbasis of its Gram matrix.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from regviz.data.steps import Steps, finished
from regviz.linear.elastic_net import DENSE, elastic_net_at, limit
from regviz.linear.lasso import check_squares
from regviz.linear.problem import Array, Problem

Index = NDArray[np.intp]

_FLOOR = 1e-10
_CLOSE = 1e-13
_FALL, _NEAR, _AHEAD = 0.8, 0.99, 4
_STEPS = 200


@dataclass(frozen=True, eq=False)
class ElasticNetKnots:
    """``lams`` (K,) fall from λ_max to 0; ``coef`` (K, p) are standardised, ``signs[k]`` (p,) hold just above."""

    lams: Array
    coef: Array
    signs: Array

    def at(self, problem: Problem, lam: float, alpha: float) -> Array:
        """The minimiser (p,) at ``lam``, from the signs of its segment; certified, else solved from the start."""
        order = self._order
        if lam >= -order[0] > 0.0:
            return np.zeros(problem.p)
        if lam == 0.0 or order[0] == 0.0:
            known: Array = self.coef[-1].copy()
            return known
        return elastic_net_at(problem, lam, alpha, warm=self.signs[bisect_left(order, -lam)])

    @cached_property
    def _order(self) -> list[float]:
        """−λ of the knots, rising."""
        falling: list[float] = (-self.lams).tolist()
        return falling


class Segment:
    """One active set with its signs: all conditions as functions of λ.

    ``watched`` (m,) are the inactive features whose correlations are followed.
    """

    def __init__(self, problem: Problem, alpha: float, signs: Array, watched: Index) -> None:
        self.alpha, self.problem = alpha, problem
        self.active = np.flatnonzero(signs)
        self.watched = watched
        self.signs = signs[self.active]
        if problem.p <= DENSE:
            rows = problem.gram[self.active]
            block, self.cross = rows[:, self.active], rows[:, watched].T
        else:
            self.columns, self.beside = problem.X[:, self.active], problem.X[:, watched]
            block = self.columns.T @ self.columns / problem.n
        values, vectors = np.linalg.eigh(block)
        self.values = np.maximum(values, 1e-16 * max(float(values[-1]), 1e-300)) if values.size else values
        self.pull = alpha * (self.signs @ vectors)
        self.level = problem.correlation[self.active] @ vectors
        self.vectors = vectors
        self.corr = problem.correlation[watched]

    def slacks(self, lam: float) -> tuple[Array, Array]:
        """All slacks at ``lam`` and their derivatives; on the segment none is below 0.

        They are sign·w of the active features, then λα − c and λα + c of the correlations c of the watched ones.
        """
        below = self.values + lam * (1.0 - self.alpha)
        parts = (self.level - lam * self.pull) / below
        slopes = (-self.pull - (1.0 - self.alpha) * parts) / below
        w = self.vectors @ np.stack([parts, slopes], axis=1)
        inside = (self.signs[:, None] * w).T
        fall, turn = self._correlations(w).T
        corr, rise = self.corr - fall, self.alpha
        values = np.concatenate([inside[0], lam * rise - corr, lam * rise + corr])
        return values, np.concatenate([inside[1], rise + turn, rise - turn])

    def _correlations(self, w: Array) -> Array:
        """X_watchedᵀX_active w/n (m, k) for ``w`` (a, k)."""
        if self.problem.p <= DENSE:
            dense: Array = self.cross @ w
            return dense
        wide: Array = self.beside.T @ (self.columns @ w) / self.problem.n
        return wide

    def coef(self, lam: float) -> Array:
        """Coefficients (a,) at ``lam``."""
        below = self.values + lam * (1.0 - self.alpha)
        result: Array = self.vectors @ ((self.level - lam * self.pull) / below)
        return result

    def feature(self, place: int) -> tuple[int, float]:
        """Feature whose slack is number ``place``, and its new sign."""
        a, m = self.active.size, self.watched.size
        if place < a:
            return int(self.active[place]), 0.0
        return int(self.watched[(place - a) % m]), 1.0 if place < a + m else -1.0

    def next_event(self, lam: float, floor: float) -> tuple[float, int]:
        """The largest λ below ``lam`` at which a slack falls to zero, and its number; (0, −1) when none does.

        Newton steps from above; a step that goes too far becomes the lower end of a bracket.
        """
        high, above = lam, self.slacks(lam)
        low, below = floor, None
        room = self._room(above[0])
        for _ in range(_STEPS):
            guess, place = _tangent_zero(high, *above)
            if high - guess <= _CLOSE * high:
                return min(guess, lam), place
            if guess <= low:
                guess = floor if below is None else _between(high, low, above[0], below)
            found = self.slacks(guess)
            if not (found[0] < -room).any():
                if guess == floor:
                    return 0.0, -1
                high, above = guess, found
            else:
                low, below = guess, found[0]
            if below is not None and high - low <= _CLOSE * high:
                with np.errstate(over="ignore"):
                    return high, int((below / room).argmin())
        raise ArithmeticError(f"The elastic net path did not settle near λ = {lam}.")

    def _room(self, slacks: Array) -> Array:
        """How far a slack may be below zero from rounding alone."""
        a = self.active.size
        room = np.full(slacks.size, _CLOSE * self.problem.lam_max)
        room[:a] = _CLOSE * float(np.abs(slacks[:a]).max(initial=1e-300))
        return room


def _tangent_zero(lam: float, slacks: Array, slopes: Array) -> tuple[float, int]:
    """The largest zero at or below ``lam`` of the tangents there, among slacks that fall with λ, and its number."""
    lengths = np.divide(slacks, slopes, out=np.full(slacks.size, np.inf), where=slopes * lam > _CLOSE * np.abs(slacks))
    place = int(lengths.argmin())
    return lam - max(float(lengths[place]), 0.0), place


def _between(high: float, low: float, above: Array, below: Array) -> float:
    """Where the first of the slacks that are negative at ``low`` crosses zero on its chord, kept off the ends."""
    crossed = below < 0.0
    share = float((above[crossed] / (above[crossed] - below[crossed])).min())
    return high - (high - low) * min(max(share, 0.1), 0.9)


def elastic_net_path(problem: Problem, alpha: float) -> ElasticNetKnots:
    """Every λ at which the active set changes, for 0 < ``alpha`` < 1, with the solutions there.

    Raises ArithmeticError when columns are too large or too small to square.
    """
    return finished(elastic_net_walk(problem, alpha))


def elastic_net_walk(problem: Problem, alpha: float) -> Steps[ElasticNetKnots]:
    """`elastic_net_path` knot by knot; the share that is done goes with log λ."""
    if problem.p <= DENSE:
        check_squares(problem.gram, problem.correlation)
    walk = _Walk(problem, alpha)
    while walk.advance():
        yield math.log(walk.lam / walk.top) / math.log(_FLOOR)
    walk.add(0.0, limit(problem, alpha, walk.signs))
    return ElasticNetKnots(np.array(walk.lams), np.stack(walk.coef), np.stack(walk.at_signs))


class _Walk:
    """The path so far, and the signs of the segment below it."""

    def __init__(self, problem: Problem, alpha: float) -> None:
        self.problem, self.alpha = problem, alpha
        self.top = self.lam = problem.lam_max / alpha
        self.floor = _FLOOR * self.top
        self.signs = np.zeros(problem.p)
        self.lams: list[float] = []
        self.coef: list[Array] = []
        self.at_signs: list[Array] = []
        self.extra: Index = np.empty(0, np.intp)
        self.idle = 0
        # How far λ falls, as a factor, for the features that are watched next.
        self.fall = _FALL
        # |x_jᵀr|/n (p,) at ``lam``.
        self.size = np.abs(problem.correlation)
        if self.top > 0.0:
            self._start()

    def _start(self) -> None:
        first = int(np.abs(self.problem.correlation).argmax())
        self.add(self.top, np.zeros(self.problem.p))
        self.signs[first] = np.sign(self.problem.correlation[first])

    def add(self, lam: float, w: Array) -> None:
        """Record the solution at ``lam``; a λ that equals the last one replaces it."""
        if self.lams and self.lams[-1] - lam <= _CLOSE * self.top:
            if len(self.lams) > 1:
                self.coef[-1] = w
            return
        self.lams.append(lam)
        self.coef.append(w)
        self.at_signs.append(self.signs.copy())

    def advance(self) -> bool:
        """Go to the next knot; False at the end."""
        if self.lam <= self.floor:
            return False
        least = self.floor if self.problem.p <= DENSE else max(self.floor, self.fall * self.lam)
        segment = Segment(self.problem, self.alpha, self.signs, self._watched(least))
        lam, place = segment.next_event(self.lam, least)
        w = np.zeros(self.problem.p)
        w[segment.active] = segment.coef(lam if place >= 0 else least)
        if self.problem.p > DENSE:
            size = self._size(w)
            if self._missed(size, lam if place >= 0 else least, segment):
                return True
            self.size = size
        if place < 0:
            self.lam, self.fall = least, self.fall * self.fall
            return True
        self.fall = max(_FALL, min((lam / self.lam) ** _AHEAD, _NEAR))
        self._record(segment, lam, place, w)
        return True

    def _record(self, segment: Segment, lam: float, place: int, w: Array) -> None:
        feature, sign = segment.feature(place)
        w[segment.active[w[segment.active] * segment.signs < 0.0]] = 0.0
        if not sign:
            w[feature] = 0.0
        self.idle = self.idle + 1 if self.lam - lam <= _CLOSE * self.top else 0
        self.add(lam, w)
        self.lam = lam
        self.signs[feature] = sign
        self.extra = self.extra[:0]
        if self.idle > 2 * self.problem.p + 8:
            self._leap()

    def _leap(self) -> None:
        """Leave a knot where tied features go round in a circle: solve a little below it."""
        self.lam *= 1.0 - 1e-9
        w = elastic_net_at(self.problem, self.lam, self.alpha)
        self.signs, self.size = np.sign(w), self._size(w)
        self.idle = 0

    def _watched(self, least: float) -> Index:
        """The inactive features to follow: all, or where there are many those that the strong rule leaves."""
        off = self.signs == 0.0
        if self.problem.p > DENSE:
            strong = self.size >= self.alpha * (2.0 * least - self.lam)
            strong[self.extra] = True
            off &= strong
        return np.flatnonzero(off)

    def _size(self, w: Array) -> Array:
        """|x_jᵀ(y − Xw)|/n of all features (p,)."""
        active = np.flatnonzero(w)
        problem = self.problem
        left = problem.y - problem.X[:, active] @ w[active]
        result: Array = np.abs(problem.X.T @ left / problem.n)
        return result

    def _missed(self, size: Array, lam: float, segment: Segment) -> bool:
        """Whether features not watched cross their boundary above ``lam``; if so they are watched next time."""
        over = size > lam * self.alpha + 1e-12 * self.problem.lam_max
        over[segment.active] = False
        over[segment.watched] = False
        self.extra = np.union1d(self.extra, np.flatnonzero(over))
        return bool(over.any())
