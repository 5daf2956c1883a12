"""The active features of a wide homotopy: their inverse Gram by bordering, and the walk from one event to the next.

Which features are watched, and whether the rest agrees, is decided in `wide`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regviz.linear.problem import Array

Index = NDArray[np.intp]

FLOOR = 1e-14
_PIVOT = 1e-14
_DOUBT = 1e-6
_SLOPE = 1e-12
_DRIFT = 1e-13
_TIGHT, _LOOSE = 1e-12, 1e-2


class Moment(NamedTuple):
    """The homotopy at ``lam``: active features (a,), signs (a,) above it, coefficients (a,), residual (n,) of the fit.

    ``feature`` enters or leaves here (−1: nothing happens).
    """

    lam: float
    active: Index
    signs: Array
    coef: Array
    left: Array
    feature: int


@dataclass(frozen=True, eq=False)
class Design:
    """Features as ``rows`` (p, n), ``y`` (n,), ``squares`` (p,) = ‖x_j‖²/n + l2, ``top`` = λ_max."""

    rows: Array
    y: Array
    squares: Array
    l2: float
    top: float

    def corr(self, left: Array) -> Array:
        """Xᵀ left / n (p,)."""
        result: Array = self.rows @ left / self.y.size
        return result


class ActiveSet:
    """Features ``index`` (a,) with signs and coefficients, and the inverse of X_AᵀX_A/n + l2·I."""

    def __init__(self, design: Design, moment: Moment) -> None:
        self.design = design
        self.size = size = moment.active.size
        room = 2 * size + 16
        self.index = np.zeros(room, np.intp)
        self.signs, self.coef = np.zeros(room), np.zeros(room)
        self.rows = np.zeros((room, design.y.size))
        self.inverse = np.zeros((room, room))
        self.index[:size], self.signs[:size], self.coef[:size] = moment.active, moment.signs, moment.coef
        self.rows[:size] = design.rows[moment.active]
        self.rebuild()

    def rebuild(self) -> None:
        """The inverse afresh from the features; raises ArithmeticError where rounding makes them dependent."""
        a = self.size
        block = self.rows[:a] @ self.rows[:a].T / self.design.y.size
        block.flat[:: a + 1] += self.design.l2
        try:
            self.inverse[:a, :a] = np.linalg.inv(block)
        except np.linalg.LinAlgError:
            raise ArithmeticError("The active features are dependent to rounding.") from None

    def settle(self, lam: float) -> Array:
        """Refine the coefficients at ``lam`` by Newton steps; the residual (n,) of the fit."""
        a, design = self.size, self.design
        rows, coef = self.rows[:a], self.coef[:a]
        for attempt in range(5):
            left = design.y - coef @ rows
            gradient = rows @ left / design.y.size - lam * self.signs[:a] - design.l2 * coef
            if attempt >= 2:
                if not np.abs(gradient).max(initial=0.0) > _DRIFT * design.top:
                    return left
                self.rebuild()
            coef += self.inverse[:a, :a] @ gradient
        result: Array = design.y - coef @ rows
        return result

    def moment(self, lam: float, left: Array, feature: int) -> Moment:
        """A copy of the present state."""
        a = self.size
        return Moment(lam, self.index[:a].copy(), self.signs[:a].copy(), self.coef[:a].copy(), left.copy(), feature)

    def enter(self, j: int, sign: float) -> bool:
        """Let feature ``j`` in, unless it lies in the span of the active ones: then False."""
        a, design = self.size, self.design
        if a >= design.y.size - 1 and not design.l2:
            return False
        row = design.rows[j]
        cross = self.rows[:a] @ row / row.size
        share = self.inverse[:a, :a] @ cross
        pivot = design.squares[j] - float(share @ cross)
        if pivot <= _DOUBT * design.squares[j]:
            share, pivot = self._refined(row, share)
        if pivot <= _PIVOT * design.squares[j]:
            return False
        if a == self.index.size:
            self._grow()
        inverse = self.inverse[: a + 1, : a + 1]
        inverse[:a, :a] += np.multiply.outer(share, share / pivot)
        inverse[a, :a] = inverse[:a, a] = share / -pivot
        inverse[a, a] = 1.0 / pivot
        self.index[a], self.signs[a], self.coef[a], self.rows[a] = j, sign, 0.0, row
        self.size += 1
        return True

    def _refined(self, row: Array, share: Array) -> tuple[Array, float]:
        """``share`` (a,) after one Newton step, and the pivot from what it leaves of ``row`` (n,): no cancellation."""
        a, l2 = self.size, self.design.l2
        rows = self.rows[:a]
        share = share + self.inverse[:a, :a] @ (rows @ (row - share @ rows) / row.size - l2 * share)
        left = row - share @ rows
        return share, float(left @ left) / row.size + l2 * (1.0 + float(share @ share))

    def leave(self, i: int) -> None:
        """Take the feature at place ``i`` out; the last one moves to its place."""
        a = self.size - 1
        inverse = self.inverse[: a + 1, : a + 1]
        column = inverse[:, i].copy()
        inverse -= np.multiply.outer(column, column / column[i])
        inverse[i] = inverse[a]
        inverse[:, i] = inverse[:, a]
        for part in (self.index, self.signs, self.coef, self.rows):
            part[i] = part[a]
        self.size = a

    def _grow(self) -> None:
        a = self.size
        self.index = np.resize(self.index, 2 * a)
        self.signs, self.coef = np.resize(self.signs, 2 * a), np.resize(self.coef, 2 * a)
        self.rows = np.concatenate([self.rows, np.zeros_like(self.rows)])
        inverse = np.zeros((2 * a, 2 * a))
        inverse[:a, :a] = self.inverse
        self.inverse = inverse


class Walk:
    """From one event to the next with only the features ``watched`` (m,), increasing, which include the active ones."""

    def __init__(self, active: ActiveSet, watched: Index, lam: float, left: Array) -> None:
        self.active, self.watched, self.lam, self.left = active, watched, lam, left
        self.rows = active.design.rows[watched]
        self.corr = self.rows @ left / left.size
        self.closed = np.zeros(watched.size)
        self.closed[self._spots()] = np.inf
        self.drift = _DRIFT * active.design.top
        self.lost = False

    def run(self, target: float, floor: float, most: int) -> list[Moment]:
        """Moments at up to ``most`` events, and at ``target`` if that is reached (at 0 where it is below ``floor``).

        Where rounding stops it on the way it is ``lost``, and the active features are those of no moment.
        """
        moments: list[Moment] = []
        try:
            self._run(target, floor, most, moments)
        except ArithmeticError:
            if not moments:
                raise
            self.lost = True
        return moments

    def _run(self, target: float, floor: float, most: int, moments: list[Moment]) -> None:
        idle, limit = 0, 4 * self.watched.size + 16
        while idle < limit:
            length, feature = self._next()
            below = self.lam - length
            if below <= max(target, floor):
                end = target if target > floor else 0.0
                self._advance(self.lam - end, end)
                moments.append(self.active.moment(self.lam, self.left, -1))
                return
            self._advance(length, below)
            idle = 0 if length > 0.0 else idle + 1
            moment = self._event(feature)
            if moment is not None:
                moments.append(moment)
                if len(moments) == most:
                    return
        raise ArithmeticError("The lasso path runs in a circle because features are tied.")

    def _event(self, feature: int) -> Moment | None:
        """The moment at which ``feature`` enters or leaves, which it does; None when it cannot enter."""
        before = self.active.moment(self.lam, self.left, feature)
        if not self.toggle(feature):
            return None
        leaves = before.active == feature
        if not leaves.any():
            return before
        rest = self.active.moment(self.lam, self.left, feature)
        active, signs = np.append(rest.active, feature), np.append(rest.signs, before.signs[leaves])
        return rest._replace(active=active, signs=signs, coef=np.append(rest.coef, 0.0))

    def toggle(self, feature: int) -> bool:
        """Let ``feature`` enter or leave; False when it cannot enter."""
        active, k = self.active, int(np.searchsorted(self.watched, feature))
        inside = np.flatnonzero(active.index[: active.size] == feature)
        if inside.size:
            rest = abs(float(active.coef[inside[0]])) * float(active.design.squares[feature])
            active.leave(int(inside[0]))
            self.closed[:] = 0.0
            self.closed[self._spots()] = np.inf
            if rest > 0.1 * self.drift:
                # Rounding has left a little of what leaves; the others take it over.
                self.left = active.settle(self.lam)
                self.corr = self.rows @ self.left / self.left.size
            return True
        entered = active.enter(feature, 1.0 if self.corr[k] > 0.0 else -1.0)
        self.closed[k] = np.inf
        return entered

    def _next(self) -> tuple[float, int]:
        """How far λ falls until the next event, and its feature; keeps the direction."""
        self._turn()
        active, a, lam = self.active, self.active.size, self.lam
        # Only on the side of the correlation's value at λ = 0 can an inactive feature reach its boundary.
        side = np.copysign(1.0, self.corr - lam * self.slope)
        lengths = lam - side * self.corr
        lengths += self.closed
        side *= self.slope
        lengths /= np.maximum(1.0 - side, _SLOPE)
        k = int(lengths.argmin())
        best, feature = float(lengths[k]), int(self.watched[k])
        if a:
            usable = active.signs[:a] * self.turn < 0.0
            lengths = np.divide(-active.coef[:a], self.turn, out=np.full(a, np.inf), where=usable)
            k = int(lengths.argmin())
            if lengths[k] < best:
                best, feature = float(lengths[k]), int(active.index[k])
        return max(best, 0.0), feature

    def _turn(self) -> None:
        """The direction for falling λ, refined until it meets the equations of the active features."""
        active, a = self.active, self.active.size
        rows, signs, spots = active.rows[:a], active.signs[:a], self._spots()
        self.turn = active.inverse[:a, :a] @ signs
        for attempt in range(6):
            self.fit = self.turn @ rows
            self.slope = self.rows @ self.fit
            self.slope /= self.fit.size
            off = signs - self.slope[spots] - active.design.l2 * self.turn
            if not np.abs(off).max(initial=0.0) > _TIGHT:
                return
            if attempt == 1:
                active.rebuild()
            if attempt == 5 and not np.abs(off).max() <= _LOOSE:
                raise ArithmeticError("The direction of the path is lost to rounding.")
            self.turn = self.turn + active.inverse[:a, :a] @ off

    def _spots(self) -> Index:
        """Places of the active features among the watched."""
        return np.searchsorted(self.watched, self.active.index[: self.active.size])

    def _advance(self, length: float, lam: float) -> None:
        """Move down to ``lam`` and, where rounding has built up, back onto the equations of the active features."""
        active, a = self.active, self.active.size
        coef = active.coef[:a]
        coef += length * self.turn
        self.left = self.left - length * self.fit
        self.corr -= length * self.slope
        self.lam = lam
        spots = self._spots()
        for _ in range(3):
            off = self.corr[spots] - lam * active.signs[:a] - active.design.l2 * coef
            if not np.abs(off).max(initial=0.0) > self.drift:
                break
            coef += active.inverse[:a, :a] @ off
            self.left = active.design.y - coef @ active.rows[:a]
            self.corr = self.rows @ self.left / self.left.size
