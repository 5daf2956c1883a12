"""The group lasso at many λ at once: each active set is solved in batches of λ, with the groups that enter guessed.

What the guesses do not settle is solved one λ after another by the solver itself; knots are found in `group_path`.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from regviz.linear.problem import Array

if TYPE_CHECKING:
    from regviz.linear.group_lasso import Active, GroupLassoSolver

_ROOM = 6000
"""A batch has this many systems over the square of their size, as many as a cache holds."""
_FIRST = 8
"""Rows guessed after one that was solved by itself."""
_MORE = 4
"""Times as many rows are guessed as were solved."""
_LEAST = 1e-3
"""The start of a group that should not be in, as a share of what its correlation would make it."""


def along(solver: "GroupLassoSolver", lams: Array) -> Array:
    """Solutions (L, p) at the falling ``lams`` (L,) ≥ 0, each certified as by `GroupLassoSolver.at`."""
    run = Run(solver, lams[lams > 0.0])
    while run.place < run.lams.size:
        run.advance()
    rest = [solver.at(float(lam)) for lam in lams[run.lams.size :]]
    return np.vstack([run.w, *rest])


class Run:
    """Solutions ``w`` (L, p) at the falling ``lams`` (L,) > 0, those before ``place`` being there."""

    def __init__(self, solver: "GroupLassoSolver", lams: Array) -> None:
        self.solver, self.lams = solver, lams
        self.w = np.zeros((lams.size, solver.problem.p))
        self.place = int(np.count_nonzero(lams >= solver.lam_max))
        # What the next rows are expected to be.
        self.active: Active = ()
        self.guess = np.zeros((lams.size - self.place, 0))

    def advance(self) -> None:
        """Solve the rows that are guessed, keep those that hold, and guess further ones."""
        solver, active = self.solver, self.active
        guess = self.guess[: self._window(active)]
        lams = self.lams[self.place : self.place + len(guess)]
        rows, slope, converged = guess, guess, np.ones(len(guess), dtype=bool)
        if active:
            result = solver.restricted(active, lams, guess)
            rows, slope, converged = result.w, result.slope, result.converged
        left = solver.correlations(active, rows)
        over = solver.above(left, lams) > 1e-14 * solver.lam_max
        over[:, active] = False
        good = converged & ~over.any(axis=1)
        count = lams.size if good.all() else int(good.argmin())
        self._keep(rows[:count])
        if count == lams.size:
            self._follow(rows, slope, lams, _MORE * count)
        elif converged[count]:
            end = lams.size if converged.all() else count + int(converged[count:].argmin())
            self._admit(rows[count:end], left[count:end], over[count:end], lams[count:end])
        else:
            self._settle()

    def _window(self, active: "Active") -> int:
        size = self.solver.block(active).index.size if active else 1
        return max(2, _ROOM // size**2)

    def _keep(self, rows: Array) -> None:
        if self.active:
            self.w[self.place : self.place + len(rows), self.solver.block(self.active).index] = rows
        self.place += len(rows)

    def _follow(self, w: Array, slope: Array, lams: Array, most: int) -> None:
        """Guess up to ``most`` rows to come from those solved with the same groups: ``w``, ``slope`` (k, a), ``lams``.

        By the cubic through the first and the last of them; λ falls geometrically, so that it need not reach far.
        """
        last, ahead = float(lams[-1]), self.lams[self.place : self.place + most, None]
        ahead = ahead - last
        self.guess = w[-1] + ahead * slope[-1]
        width = last - float(lams[0])
        if width:
            chord = (w[-1] - w[0]) / width
            bend, twist = slope[-1] - chord, slope[-1] + slope[0] - 2.0 * chord
            self.guess += (ahead / width) ** 2 * (width * bend + (ahead + width) * twist)

    def _settle(self) -> None:
        """Solve the next row by itself, from the one before."""
        solver, k = self.solver, self.place
        lam = float(self.lams[k])
        self.w[k] = solver.settle(lam, self.w[k - 1] if k else self.w[k])
        self.place, self.active = k + 1, solver.active(self.w[k])
        index = solver.block(self.active).index
        start = self.w[k][index][None]
        alone = self.lams[k : k + 1]
        self._follow(start, solver.restricted(self.active, alone, start).slope, alone, _FIRST)

    def _admit(self, rows: Array, left: Array, over: NDArray[np.bool_], lams: Array) -> None:
        """Let in what is ``over`` (m, G) its limit in the first of ``rows`` (m, a), for as long as nothing else is.

        ``left`` (m, p) are the correlations that the rows leave.
        """
        solver = self.solver
        others = (over & ~over[0]).any(axis=1)
        alone = int(others.argmax()) if others.any() else len(rows)
        whole = np.zeros((alone, solver.problem.p))
        if self.active:
            whole[:, solver.block(self.active).index] = rows[:alone]
        entering = np.flatnonzero(over[0]).tolist()
        for g in entering:
            members = solver.members[g]
            whole[:, members] = self._start(g, members, left[:alone, members], lams[:alone])
        self.active = tuple(sorted([*self.active, *entering]))
        self.guess = whole[:, solver.block(self.active).index]

    def _start(self, group: int, members: NDArray[np.intp], left: Array, lams: Array) -> Array:
        """Where ``group`` would be (m, p_g) by its correlations ``left`` (m, p_g), if the others stayed."""
        size = np.sqrt((left * left).sum(axis=1))
        unit = left / size[:, None]
        bend = ((unit @ self.solver.cross_gram(members, members)) * unit).sum(axis=1)
        length = np.maximum(size - lams * self.solver.roots[group], _LEAST * size) / bend
        result: Array = unit * length[:, None]
        return result
