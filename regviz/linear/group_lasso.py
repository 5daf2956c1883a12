"""The group lasso at any λ, certified, and its path; groups need not be orthonormal.

Newton's method and block descent on fixed groups live in ``group_newton``, the way through the rows for more features
than rows in ``group_dual``; reading groups from text in ``groups``.
"""

from collections.abc import Iterable
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from regviz.data.steps import Steps, finished, part
from regviz.linear.group_dual import row_space
from regviz.linear.group_newton import Block, Newton, descend, newton
from regviz.linear.group_penalties import GroupLasso
from regviz.linear.groups import Groups, check_groups, group_labels, group_norms, group_roots, parse_groups
from regviz.linear.least_squares import least_squares
from regviz.linear.problem import Array, Problem

__all__ = ["GroupLassoSolver", "check_groups", "parse_groups"]

# Up to this many features the whole Gram is kept; beyond, only the blocks that are visited.
_DENSE = 1500
_ROUNDS = 150
# Numbers in the Gram matrices of the active groups that are kept.
_BLOCKS = 20_000_000
# More rows or groups than this are no work for the row space.
_ROWS = 500
Active = tuple[int, ...]


class GroupLassoSolver:
    """Minimises 1/(2n)‖y − Xw‖² + λΣ_g √p_g‖w_g‖₂ + ``ridge``/2·‖w‖² over standardised w, for one set of groups.

    Raises ValueError for groups that are no partition of the features, ArithmeticError for columns that are too large
    or too small to square.
    """

    def __init__(self, problem: Problem, groups: Groups, ridge: float = 0.0):
        self.problem = problem
        self.ridge = ridge
        self.groups = check_groups(groups, problem.p)
        self.roots = group_roots(self.groups)
        self.labels = group_labels(self.groups)
        self.lam_max = float(np.max(group_norms(self.groups, problem.correlation) / self.roots))
        self.members = [np.array(group, dtype=np.intp) for group in self.groups]
        self._order = np.concatenate(self.members)
        self._starts = np.cumsum([0, *(len(group) for group in self.groups[:-1])])
        self.block = lru_cache(maxsize=max(8, min(256, _BLOCKS // problem.p**2)))(self._block)
        squares = np.einsum("ij,ij->j", problem.X, problem.X)
        self._largest = float(np.max(squares)) / problem.n + ridge
        self._by_rows = problem.n < problem.p and problem.n <= _ROWS and ridge == 0.0
        if not np.isfinite(squares).all() or ((squares < 1e-280) & problem.X.any(axis=0)).any():
            raise ArithmeticError("The features are too large or too small to square; standardise them.")

    def at(self, lam: float, warm: Array | None = None) -> Array:
        """The solution (p,) at ``lam``, groups that are out exactly 0.0; ``warm`` (p,) is a guess.

        KKT residual at most 1e-9·max_j |x_jᵀy|/n (or what rounding w alone makes it), else ArithmeticError.
        λ = 0 without a ridge part gives the minimum-norm least squares.
        """
        return finished(self.solving(lam, warm))

    def solving(self, lam: float, warm: Array | None = None) -> Steps[Array]:
        """`at` step by step: yields the share that is done, returns the solution."""
        if lam >= self.lam_max:
            return np.zeros(self.problem.p)
        if lam == 0.0 and self.ridge == 0.0:
            return self.least_squares.copy()
        if warm is not None:
            found = yield from self.settling(lam, warm)
            return found
        w, stairs = np.zeros(self.problem.p), list(_stairs(self.lam_max, lam))
        for k, step in enumerate(stairs):
            w = yield from part(self.settling(step, w), k / len(stairs), (k + 1) / len(stairs))
        return w

    @cached_property
    def least_squares(self) -> Array:
        """The minimum-norm least-squares solution (p,)."""
        return least_squares(self.problem).coef

    def path(self, k: int = 100) -> tuple[Array, Array]:
        """λ (K,) falling from λ_max to 0 and solutions (K, p): ``k`` points, and λ where a group enters or leaves."""
        return finished(self.tracing(k))

    def tracing(self, k: int = 100) -> Steps[tuple[Array, Array]]:
        """The same step by step: yields the share that is done, returns the path."""
        from regviz.linear.group_path import trace

        return trace(self, k)

    def df(self, lam: float, w: Array) -> float:
        """Degrees of freedom tr[(G_A + D)⁻¹G_A] of the solution ``w`` (p,), D the Hessian of the penalty at w.

        Unbiased under Gaussian noise (Vaiter, Deledalle, Peyré, Fadili & Dossal 2012); the rank of X for λ = 0.
        """
        active = self.active(w)
        if not active:
            return 0.0
        if lam == 0.0 and self.ridge == 0.0:
            return float(least_squares(self.problem).rank)
        block = self.block(active)
        inside = w[block.index]
        norms = block.norms(inside)[block.labels]
        unit = inside / norms
        pull = lam * block.roots[block.labels] / norms
        bend = np.diag(pull) - block.within * np.outer(pull * unit, unit)
        gram = block.gram - self.ridge * np.eye(block.index.size)
        return float(np.trace(np.linalg.lstsq(block.gram + bend, gram, rcond=None)[0]))

    def active(self, w: Array) -> Active:
        """Numbers of the groups that are not entirely zero in ``w`` (p,)."""
        return tuple(int(g) for g in np.unique(self.labels[w != 0.0]))

    def correlations(self, active: Active, w: Array) -> Array:
        """Xᵀ(y − Xw)/n − ridge·w (L, p) for rows of ``w`` (L, a) laid out as the block of ``active``."""
        index = self.block(active).index if active else np.empty(0, dtype=np.intp)
        problem = self.problem
        result: Array
        if problem.p <= _DENSE:
            result = problem.correlation - w @ problem.gram[index]
        else:
            residual = problem.y[:, None] - problem.X[:, index] @ w.T
            result = (problem.X.T @ residual).T / problem.n
        if self.ridge:
            result[:, index] -= self.ridge * w
        return result

    def excess(self, active: Active, w: Array, lams: Array) -> Array:
        """‖X_gᵀr‖/(n√p_g) − λ, (L, G), for rows of ``w`` (L, a) laid out as the block of ``active``."""
        return self.above(self.correlations(active, w), lams)

    def above(self, left: Array, lams: Array) -> Array:
        """‖left_g‖/√p_g − λ, (L, G), for rows of ``left`` (L, p)."""
        squares = (left * left)[:, self._order]
        result: Array = np.sqrt(np.add.reduceat(squares, self._starts, axis=1))
        result /= self.roots
        result -= lams[:, None]
        return result

    def violations(self, active: Active, w: Array, lams: Array) -> Array:
        """The excess of inactive groups where it is positive, else 0 (L, G)."""
        over: Array = np.maximum(self.excess(active, w, lams), 0.0)
        over[:, list(active)] = 0.0
        return over

    def cross_gram(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Array:
        """X_rowsᵀX_columns/n."""
        problem = self.problem
        result: Array
        if problem.p <= _DENSE:
            result = problem.gram[rows[:, None], columns]
        else:
            result = problem.X[:, rows].T @ problem.X[:, columns] / problem.n
        return result

    def restricted(self, active: Active, lams: Array, w: Array) -> Newton:
        """Newton's method with only the groups of ``active``, from ``w`` (L, a)."""
        return newton(self.block(active), lams, w, 1e-11 * self.lam_max)

    def settle(self, lam: float, w: Array) -> Array:
        """The solution from the guess ``w`` (p,): Newton on the active groups, block descent whenever they change."""
        return finished(self.settling(lam, w))

    def settling(self, lam: float, w: Array) -> Steps[Array]:
        """The same turn by turn."""
        w = np.where(np.isfinite(w), w, 0.0)
        for turn in range(_ROUNDS):
            yield 1.0 - 0.9**turn
            if turn == 1 or np.count_nonzero(w) > self.problem.n:
                found = yield from self._through_rows(lam, w)
                if found is not None:
                    return found
            w, converged = self._refined(self.active(w), lam, w)
            over = self._over(lam, w)
            worst = float(over.max()) / self.lam_max
            if converged and worst <= (1e-14 if turn < 5 else 1e-11):
                return w
            if turn % 10 == 9 and self._certified(lam, w):
                return w
            w = self._descended(self._working(self.active(w), over), lam, w, 2 + turn // 4)
        raise ArithmeticError(f"The group lasso did not settle at λ = {lam}.")

    def _over(self, lam: float, w: Array) -> Array:
        """The excess (G,) of the groups that are out of ``w`` (p,) where it is positive, else 0."""
        active = self.active(w)
        inside = w[self.block(active).index] if active else w[:0]
        over: Array = self.violations(active, inside[None], np.array([lam]))[0]
        return over

    def _through_rows(self, lam: float, w: Array) -> Steps[Array | None]:
        """The solution by the space of the rows, with only as many groups as it takes; None where that is no way."""
        working: set[int] = set()
        while self._by_rows:
            over = self._over(lam, w)
            fresh = {*self.active(w), *np.flatnonzero(over > 1e-14 * self.lam_max).tolist()} - working
            if not fresh:
                return w if self._certified(lam, w) else None
            working |= fresh
            if len(working) > _ROWS:
                return None
            index = self.block(tuple(sorted(working))).index
            w_inside = yield from row_space(*self._part(tuple(sorted(working))), lam, w[index])
            w = np.zeros_like(w)
            w[index] = w_inside
        return None

    def _part(self, active: Active) -> tuple[Problem, Groups]:
        """The problem with no other groups than ``active``, laid out as their block."""
        block = self.block(active)
        ends = np.append(block.starts, block.index.size).tolist()
        return self.problem.only(block.index), tuple(tuple(range(i, j)) for i, j in pairwise(ends))

    def _certified(self, lam: float, w: Array) -> bool:
        """Whether the KKT residual of ``w`` is at most 1e-10, or what the rounding of w alone makes it."""
        grad = self.problem.X.T @ (self.problem.X @ w - self.problem.y) / self.problem.n + self.ridge * w
        worst = float(np.max(GroupLasso(lam, self.groups).subgradient_distance(w, grad)))
        return worst <= max(1e-10 * self.problem.lam_max, 2e-16 * float(np.abs(w).sum()) * self._largest)

    def _refined(self, active: Active, lam: float, w: Array) -> tuple[Array, bool]:
        """``w`` after Newton on its active groups, and whether that converged.

        Where it did not, groups that it shrank towards nothing are dropped, if that lowers the objective.
        """
        if not active:
            return np.zeros_like(w), True
        block = self.block(active)
        start = w[block.index]
        result = self.restricted(active, np.array([lam]), start[None])
        end = result.w[0]
        if not result.converged[0]:
            shrunk = block.norms(end) < 0.05 * block.norms(start)
            end = np.where(shrunk[block.labels], 0.0, end)
            if not block.objective(end, lam) < block.objective(start, lam):
                return w, False
        refined = np.zeros_like(w)
        refined[block.index] = end
        return refined, bool(result.converged[0])

    def _working(self, active: Active, over: Array) -> Active:
        """Groups to descend over: the active ones and the worst violators (as many as are active, at least 10)."""
        most = max(10, len(active))
        worst = [int(g) for g in np.argsort(-over)[:most] if over[g] > 0.0]
        return tuple(sorted({*active, *worst}))

    def _descended(self, working: Active, lam: float, w: Array, sweeps: int) -> Array:
        block = self.block(working)
        result = np.zeros_like(w)
        result[block.index] = descend(block, lam, w[block.index], sweeps)
        return result

    def _block(self, active: Active) -> Block:
        members = [self.members[g] for g in active]
        index = np.concatenate(members)
        gram = self.cross_gram(index, index)
        if self.ridge:
            gram = gram + self.ridge * np.eye(index.size)
        return Block.of([part.size for part in members], index, gram, self.problem.correlation[index])


def _stairs(top: float, lam: float) -> Iterable[float]:
    """λ falling from ``top`` to ``lam`` by a factor of about 3 each."""
    count = max(1, int(np.ceil(np.log(top / lam) / np.log(3.0)))) if lam > 0.0 else 1
    return (float(value) for value in np.geomspace(top, lam, count + 1)[1:-1].tolist() + [lam])
