"""The sparse group lasso at any λ, certified, and its path; zeros are exact inside blocks and for whole blocks.

Its extreme mixings are other solvers' work: α = 0 is the group lasso, α = 1 the lasso.
"""

from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from regviz.data.steps import Steps, finished, part
from regviz.linear.curves import Curve, curve_of
from regviz.linear.group_block import block_minimiser
from regviz.linear.group_newton import Block, newton
from regviz.linear.group_penalties import SparseGroupLasso
from regviz.linear.groups import Groups, all_single, check_groups, group_labels, group_norms, group_roots
from regviz.linear.penalties import soft_threshold
from regviz.linear.problem import Array, Problem
from regviz.linear.thresholds import check_share

_ROUNDS = 400
_DROPS = 30
_CERTIFIED = 1e-10
# Up to this many features all are solved for at once; beyond, the blocks that are in and those that want to be.
_DENSE = 1000
Change = tuple[float, int, bool]


class SparseGroupLassoSolver:
    """Minimises 1/(2n)‖y − Xw‖² + λ[α‖w‖₁ + (1−α)Σ_g √p_g‖w_g‖₂] over standardised w (p,).

    Raises ValueError for groups that are no partition of the features and α outside [0, 1], ArithmeticError for
    columns that are too large or too small to square. Source: Simon, Friedman, Hastie & Tibshirani 2013.
    """

    def __init__(self, problem: Problem, groups: Groups, alpha: float) -> None:
        check_share(alpha)
        self.problem, self.alpha = problem, alpha
        self.groups = check_groups(groups, problem.p)
        self.labels, self.roots = group_labels(self.groups), group_roots(self.groups)
        self.members = [np.array(group, dtype=np.intp) for group in self.groups]
        self.lam_max = float(self.penalty(1.0).lam_max(problem) or 0.0)
        squares = np.einsum("ij,ij->j", problem.X, problem.X) / problem.n
        if not np.isfinite(squares).all() or ((squares < 1e-280) & problem.X.any(axis=0)).any():
            raise ArithmeticError("The features are too large or too small to square; standardise them.")
        self._largest = float(np.max(squares))
        self._only = lru_cache(maxsize=4)(self._restricted)

    def penalty(self, lam: float) -> SparseGroupLasso:
        """The penalty at strength ``lam``."""
        return SparseGroupLasso(lam, self.alpha, self.groups)

    @cached_property
    def extreme(self) -> Curve | None:
        """The lasso (α = 1, or one feature in every block) or group lasso (α = 0) that the problem is, else None."""
        if self.alpha == 1.0 or all_single(self.groups):
            return curve_of(self.problem, "lasso", None, None)
        return curve_of(self.problem, "group-lasso", None, self.groups) if self.alpha == 0.0 else None

    def at(self, lam: float, warm: Array | None = None) -> Array:
        """The solution (p,) at ``lam`` > 0; ``warm`` (p,) is a guess.

        KKT residual at most 1e-9·max_j |x_jᵀy|/n (or what rounding w alone makes it), else ArithmeticError.
        """
        return finished(self.solving(lam, warm))

    def solving(self, lam: float, warm: Array | None = None) -> Steps[Array]:
        """`at` step by step: yields the share that is done, returns the solution."""
        w = np.zeros(self.problem.p)
        if lam >= self.lam_max:
            return w
        if self.extreme is not None:
            return self.extreme.at(lam)
        if not lam > 0.0:
            raise ValueError(f"The sparse group lasso needs λ above 0, not {lam}.")
        settle = self._settling if self.problem.p <= _DENSE else self._widening
        if warm is not None:
            found = yield from settle(lam, warm)
            return found
        count = max(1, int(np.ceil(np.log(self.lam_max / lam) / np.log(3.0))))
        for k, step in enumerate([*np.geomspace(self.lam_max, lam, count + 1)[1:-1].tolist(), lam]):
            w = yield from part(settle(step, w), k / count, (k + 1) / count)
        return w

    def path(self, low: float, k: int = 100) -> tuple[Array, Array]:
        """λ (k,) falling geometrically from λ_max to ``low`` and solutions (k, p); λ_max alone where that is lower."""
        return finished(self.tracing(low, k))

    def tracing(self, low: float, k: int = 100) -> Steps[tuple[Array, Array]]:
        """The same step by step: yields the share that is done, returns the path."""
        if not 0.0 < low < self.lam_max:
            return np.array([self.lam_max]), np.zeros((1, self.problem.p))
        lams = np.geomspace(self.lam_max, low, k)
        found = [np.zeros(self.problem.p)]
        for lam in lams[1:].tolist():
            done = len(found) / k
            w = yield from part(self.solving(lam, found[-1]), done, done + 1.0 / k)
            found.append(w)
            yield len(found) / k
        return lams, np.stack(found)

    def changes(self, lams: Array, coef: Array) -> tuple[Change, ...]:
        """(λ, group, enters) for every block that is in at one of two neighbouring points and out at the other.

        λ is found to a relative 1e-10 by false position (Illinois) on the block's margin, between points of ``path``.
        """
        return finished(self.changing(lams, coef))

    def changing(self, lams: Array, coef: Array) -> Steps[tuple[Change, ...]]:
        """The same step by step: yields the share that is done, returns the changes."""
        found = []
        inside = np.stack([group_norms(self.groups, w) > 0.0 for w in coef])
        for k, _ in enumerate(pairwise(lams.tolist())):
            for g in np.flatnonzero(inside[k] != inside[k + 1]).tolist():
                place = yield from part(
                    self._crossing(g, float(lams[k]), float(lams[k + 1]), coef[k]), k / len(lams), (k + 1) / len(lams)
                )
                found.append((place, g, bool(inside[k + 1][g])))
        return tuple(sorted(found, key=lambda change: -change[0]))

    def margin(self, lam: float, w: Array, group: int) -> float:
        """‖w_g‖ where the block is in, else (‖S(X_gᵀr/n, λα)‖ − λ(1−α)√p_g) ≤ 0."""
        members = self.members[group]
        if w[members].any():
            return float(np.linalg.norm(w[members]))
        left = self.problem.X[:, members].T @ (self.problem.y - self.problem.X @ w) / self.problem.n
        size = float(np.linalg.norm(soft_threshold(left, lam * self.alpha)))
        return min(size - lam * (1.0 - self.alpha) * float(self.roots[group]), 0.0)

    def _crossing(self, group: int, high: float, low: float, w: Array) -> Steps[float]:
        """The λ in (low, high) at which the block's margin changes sign."""
        ends, values = [high, low], [self.margin(lam, self.at(lam, w), group) for lam in (high, low)]
        last = -1
        while ends[0] - ends[1] > 1e-10 * high:
            share = values[0] / (values[0] - values[1])
            lam = ends[0] + share * (ends[1] - ends[0])
            if not ends[1] < lam < ends[0]:
                break
            yield (high - ends[0] + ends[1] - low) / (high - low)
            w = self.at(lam, w)
            value = self.margin(lam, w, group)
            side = 0 if (value > 0.0) == (values[0] > 0.0) else 1
            ends[side], values[side] = lam, value
            if side == last:
                values[1 - side] *= 0.5
            last = side
        return ends[0] if abs(values[0]) <= abs(values[1]) else ends[1]

    def df(self, lam: float, w: Array) -> float:
        """Degrees of freedom tr[(G_S + D)⁻¹G_S] on the non-zero features S of ``w`` (p,), D the penalty's Hessian."""
        on = np.flatnonzero(w)
        if not on.size:
            return 0.0
        labels, inside = self.labels[on], w[on]
        norms = group_norms(self.groups, w)[labels]
        pull = lam * (1.0 - self.alpha) * self.roots[labels] / norms
        unit = inside / norms
        bend = np.diag(pull) - (labels[:, None] == labels) * np.outer(pull * unit, unit)
        gram = self._gram(on)
        return float(np.trace(np.linalg.lstsq(gram + bend, gram, rcond=None)[0]))

    def _widening(self, lam: float, w: Array) -> Steps[Array]:
        """The solution from the guess ``w`` (p,), with no other blocks than it takes."""
        w = np.where(np.isfinite(w), w, 0.0)
        working = set(np.unique(self.labels[w != 0.0]).tolist())
        for turn in range(_ROUNDS):
            done = 1.0 - 0.8**turn
            yield done
            if working:
                inside = self._inside(tuple(sorted(working)), lam, w)
                w = yield from part(inside, done, 0.8 * done + 0.2)
            over = self._over(lam, w)
            over[list(working)] = 0.0
            if not over.max() > 0.1 * _CERTIFIED * self.problem.lam_max:
                break
            worst = np.argsort(-over, kind="stable")[: max(10, len(working))]
            working.update(worst[over[worst] > 0.0].tolist())
        if not self._certified(lam, w):
            raise ArithmeticError(f"The sparse group lasso did not settle at λ = {lam}.")
        return w

    def _over(self, lam: float, w: Array) -> Array:
        """‖S(X_gᵀr/n, λα)‖ − λ(1−α)√p_g (G,): above 0 for a block that is out, it wants to be in."""
        left = self.problem.X.T @ (self.problem.y - self.problem.X @ w) / self.problem.n
        thin = soft_threshold(left, lam * self.alpha)
        return np.asarray(group_norms(self.groups, thin) - lam * (1.0 - self.alpha) * self.roots)

    def _inside(self, working: tuple[int, ...], lam: float, w: Array) -> Steps[Array]:
        """The solution (p,) among the vectors with no other blocks than ``working``."""
        index, solver = self._only(working)
        values = yield from solver._settling(lam, w[index])
        return self._whole(index, values)

    def _restricted(self, working: tuple[int, ...]) -> tuple[NDArray[np.intp], "SparseGroupLassoSolver"]:
        """The features of some blocks, and a solver for them alone."""
        sizes = [self.members[g].size for g in working]
        index, ends = np.concatenate([self.members[g] for g in working]), np.cumsum([0, *sizes]).tolist()
        groups = tuple(tuple(range(i, j)) for i, j in pairwise(ends))
        return index, SparseGroupLassoSolver(self.problem.only(index), groups, self.alpha)

    def _gram(self, index: NDArray[np.intp]) -> Array:
        """X_indexᵀX_index/n."""
        problem = self.problem
        if problem.p <= _DENSE:
            return np.asarray(problem.gram[np.ix_(index, index)])
        part = problem.X[:, index]
        return np.asarray(part.T @ part / problem.n)

    def _settling(self, lam: float, w: Array) -> Steps[Array]:
        """Sweeps of exact minimisation over the blocks, and Newton on the support whenever it holds still."""
        w = np.where(np.isfinite(w), w, 0.0)
        for turn in range(_ROUNDS):
            for _ in range(_DROPS):
                yield 1.0 - 0.9**turn
                w, settled, again = self._refined(lam, w)
                if settled and self._certified(lam, w):
                    return w
                if not again:
                    break
            if turn % 10 == 9 and self._certified(lam, w):
                return w
            w = self._swept(lam, w, 2 + turn // 4)
        raise ArithmeticError(f"The sparse group lasso did not settle at λ = {lam}.")

    def _certified(self, lam: float, w: Array) -> bool:
        """Whether the KKT residual is at most 1e-10·λ_max of the lasso, or what the rounding of w makes it."""
        noise = 2e-16 * float(np.abs(w).sum()) * self._largest
        grad = self.problem.X.T @ (self.problem.X @ w - self.problem.y) / self.problem.n
        worst = float(np.max(self.penalty(lam).subgradient_distance(w, grad)))
        return worst <= max(_CERTIFIED * self.problem.lam_max, noise)

    def _swept(self, lam: float, w: Array, sweeps: int) -> Array:
        """``sweeps`` rounds of block descent, the first over all blocks, the rest over those that are in."""
        problem = self.problem
        left = problem.correlation - problem.gram @ w
        for sweep in range(sweeps):
            for g, members in enumerate(self.members):
                old = w[members]
                if sweep and not old.any():
                    continue
                own = problem.gram[np.ix_(members, members)]
                limit = lam * (1.0 - self.alpha) * float(self.roots[g])
                new = block_minimiser(own, left[members] + own @ old, lam * self.alpha, limit, old)
                change = new - old
                if change.any():
                    left -= problem.gram[:, members] @ change
                    w[members] = new
        return w

    def _refined(self, lam: float, w: Array) -> tuple[Array, bool, bool]:
        """Newton on the support of ``w`` (p,): what it gives, whether it settled, and whether to go on from there.

        Where it leaves the signs, features that reach zero on the way are dropped, if that lowers the objective; so
        are blocks that it shrinks towards nothing.
        """
        on = np.flatnonzero(w)
        if not on.size:
            return w, True, False
        block = self._block(on[np.argsort(self.labels[on], kind="stable")], w, lam)
        start, limit = w[block.index], lam * (1.0 - self.alpha)
        result = newton(block, np.array([limit]), start[None], 1e-13 * self.lam_max)
        end = result.w[0]
        kept = np.sign(end) == np.sign(start)
        if result.converged[0] and kept.all():
            return self._whole(block.index, end), True, False
        if result.converged[0]:
            # the objective is convex: the nearest crossing lowers it, later ones only may
            share = np.min(start[~kept] / (start[~kept] - end[~kept]))
            moved = start + share * (end - start)
            moved[~kept & (np.abs(moved) <= 1e-12 * np.abs(start))] = 0.0
        else:
            shrunk = block.norms(end) < 0.05 * block.norms(start)
            moved = np.where(shrunk[block.labels] | ~kept, 0.0, end)
        if np.isfinite(moved).all() and block.objective(moved, limit) < block.objective(start, limit):
            return self._whole(block.index, moved), False, True
        return w, False, False

    def _whole(self, index: NDArray[np.intp], values: Array) -> Array:
        """``values`` at ``index`` of an otherwise zero vector (p,)."""
        whole = np.zeros(self.problem.p)
        whole[index] = values
        return whole

    def _block(self, index: NDArray[np.intp], w: Array, lam: float) -> Block:
        """The support as groups with the weights of their whole blocks, the absolute part moved to the correlations."""
        kept, starts, labels = np.unique(self.labels[index], return_index=True, return_inverse=True)
        gram = self._gram(index)
        corr = self.problem.correlation[index] - lam * self.alpha * np.sign(w[index])
        return Block(index, gram, corr, starts.astype(np.intp), labels.astype(np.intp), self.roots[kept])

