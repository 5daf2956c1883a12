"""The lasso homotopy for more features than rows: a working set that grows, every knot certified against all features.

Problems with a small Gram matrix are solved in `tableau`.
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regviz.linear.problem import Array, Problem
from regviz.linear.wide_active import FLOOR, ActiveSet, Design, Index, Moment, Walk

_WATCHED, _LEAST, _MOST = 300, 4, 16
_SLACK = 1e-12
_ENOUGH = 1e-10
_UNIT = 2.0**-23


class Knotted(NamedTuple):
    """Knots ``lams`` (K,) with solutions ``coef`` (K, p), at which ``features`` (K,) enter or leave (−1 at the end).

    ``entering`` (K,) tells which, ``worst`` is the largest KKT violation found.
    """

    lams: Array
    coef: Array
    features: NDArray[np.intp]
    entering: NDArray[np.bool_]
    worst: float


def wide_homotopy(problem: Problem, l2: float, stop: float) -> Knotted:
    """The lasso path down to ``stop`` without the Gram matrix of all features; ``l2`` as in `lasso_path`.

    Raises ArithmeticError when columns are too large or too small to square.
    """
    rows = np.ascontiguousarray(problem.X.T)
    squares = np.einsum("ij,ij->i", rows, rows) / problem.n + l2
    if not np.isfinite(squares).all() or 0.0 < squares.max(initial=0.0) < 1e-280:
        raise ArithmeticError("The columns are too large or too small to square; standardise them.")
    path = _Certified(Design(rows, problem.y, squares, l2, problem.lam_max), np.abs(problem.correlation), stop)
    try:
        while path.now.lam > stop:
            path.chunk()
    except ArithmeticError:
        # The coefficients stay: what is within λ of its boundary there may be as far from it at the end.
        path.worst += path.now.lam - stop
    return path.knotted()


def _exact(design: Design, moment: Moment) -> tuple[Array, float]:
    """The residual (n,) of the moment's coefficients, and the largest violation of its active features."""
    coef = _kept(moment)
    rows = design.rows[moment.active]
    left: Array = design.y - coef @ rows
    pull = moment.signs * (rows @ left / left.size - design.l2 * coef)
    off = np.where(coef == 0.0, np.abs(pull) - moment.lam, np.abs(pull - moment.lam))
    return left, float(off.max(initial=0.0))


def _kept(moment: Moment) -> Array:
    """The coefficients (a,), zero where they have not the sign that they should."""
    coef: Array = np.where(moment.signs * moment.coef > 0.0, moment.coef, 0.0)
    return coef


class _Screen:
    """Correlations of all features with residuals in single precision, and which of them that leaves in doubt."""

    def __init__(self, design: Design) -> None:
        self.size = np.sqrt(np.maximum(design.squares - design.l2, 0.0))
        self.size[self.size == 0.0] = 1.0
        self.rows = (design.rows / self.size[:, None]).astype(np.float32)
        self.unit = float(np.sqrt(np.mean(design.y * design.y))) or 1.0

    def corr(self, left: Array) -> NDArray[np.float32]:
        """|x_jᵀr|/n (p, m) for residuals (m, n), of features of unit mean square and residuals over ``unit``."""
        found: NDArray[np.float32] = self.rows @ (left / (self.unit * left.shape[1])).astype(np.float32).T
        return np.abs(found, out=found)

    def doubtful(self, corr: NDArray[np.float32], lams: Array, left: Array) -> NDArray[np.bool_]:
        """Features (p,) that may lie over some λ of ``lams`` (m,) given the rounding error of ``corr`` (p, m)."""
        n = left.shape[1]
        spread = np.sqrt((left * left).mean(axis=1)) * (n + 8) * _UNIT / self.unit
        limit = np.multiply.outer(1.0 / self.size, lams * (1.0 - 8.0 * _UNIT) / self.unit) - spread
        result: NDArray[np.bool_] = (corr >= limit).any(axis=1)
        return result


class _Certified:
    """A path in chunks: each watches the features that the sequential strong rule leaves, then is checked against all.

    Source of the rule: Tibshirani et al. 2012.
    """

    def __init__(self, design: Design, corr: Array, stop: float) -> None:
        self.design, self.top, self.stop = design, design.top, stop
        self.now = Moment(design.top, np.empty(0, np.intp), np.empty(0), np.empty(0), design.y, -1)
        self.active = ActiveSet(design, self.now)
        self.corr = corr
        self.most_square = float(design.squares.max(initial=0.0))
        self.knots: list[Moment] = []
        self.extra: Index = np.empty(0, np.intp)
        self.worst = 0.0
        self.most, self.rewound = _MOST, False

    @cached_property
    def screen(self) -> _Screen:
        """All features in single precision."""
        return _Screen(self.design)

    def chunk(self) -> None:
        """Go on to a smaller λ, as far as the watched features suffice."""
        now = self.now
        rewound, self.rewound = self.rewound, False
        left = now.left if rewound else self.active.settle(now.lam)
        watched = np.zeros(self.corr.size, dtype=bool)
        watched[np.argpartition(-self.corr, self._count())[: self._count()]] = True
        watched[self.extra] = True
        watched[self.active.index[: self.active.size]] = True
        if now.feature >= 0:
            watched[now.feature] = True
        walk = Walk(self.active, np.flatnonzero(watched), now.lam, left)
        if rewound and now.feature >= 0:
            walk.toggle(now.feature)
        moments = walk.run(self.stop, FLOOR * self.top, self.most)
        self._accept(moments, watched, walk.lost)

    def _count(self) -> int:
        return min(self.corr.size - 1, _WATCHED + 2 * self.active.size)

    def _accept(self, moments: list[Moment], watched: NDArray[np.bool_], lost: bool) -> None:
        """Keep the moments before the first at which rounding spoils the active features, or at which a feature that
        was not watched crosses its boundary.
        """
        left, off = self._residuals(moments)
        sound = off <= _ENOUGH * self.top
        kept = len(moments) if sound.all() else int(sound.argmin())
        if not kept:
            raise ArithmeticError("The lasso path is lost to rounding.")
        rounded, moments, left = lost or kept < len(moments), moments[:kept], left[:kept]
        lams = np.array([moment.lam for moment in moments])
        corr = self.screen.corr(left)
        doubtful = np.flatnonzero(self.screen.doubtful(corr, lams, left))
        over = np.abs(self.design.rows[doubtful] @ left.T) / left.shape[1] - lams
        bad = (over > _SLACK * self.top) & ~watched[doubtful, None]
        good = int(bad.any(axis=0).argmax()) if bad.any() else len(moments)
        self.worst = max(self.worst, float(over[:, :good].max(initial=0.0)), float(off[:good].max(initial=0.0)))
        self.knots += [moment for moment in moments[:good] if moment.feature >= 0]
        if good:
            self.now = moments[good - 1]._replace(coef=_kept(moments[good - 1]), left=left[good - 1])
            self.corr = corr[:, good - 1] * (self.screen.size * self.screen.unit)
        if good < len(moments):
            self.extra = np.union1d(self.extra, doubtful[bad[:, good]])
        if good < len(moments) or rounded:
            self.most = max(_LEAST, good)
            self.active = ActiveSet(self.design, self.now)
            self.rewound = True
        else:
            self.most = min(2 * self.most, _MOST)
            self.extra = self.extra[:0]

    def _residuals(self, moments: list[Moment]) -> tuple[Array, Array]:
        """The residuals (m, n) of the moments and the violations (m,) of their active features.

        Rounding builds up: where the last moment is exact and no sign is wrong, those before it are taken as exact.
        """
        left, off = np.stack([moment.left for moment in moments]), np.zeros(len(moments))
        left[-1], off[-1] = _exact(self.design, moments[-1])
        wrong = max(float(np.abs(moment.coef - _kept(moment)).max(initial=0.0)) for moment in moments)
        if not (off[-1] <= _SLACK * self.top and wrong * self.most_square <= _SLACK * self.top):
            for k, moment in enumerate(moments):
                left[k], off[k] = _exact(self.design, moment)
        return left, off

    def knotted(self) -> Knotted:
        """The knots as dense arrays."""
        knots = [*self.knots, self.now._replace(lam=self.stop, feature=-1)]
        coef = np.zeros((len(knots), self.design.squares.size))
        entering = np.zeros(len(knots), dtype=bool)
        for k, moment in enumerate(knots):
            coef[k, moment.active] = _kept(moment)
            entering[k] = moment.feature not in moment.active
            if moment.feature >= 0:
                coef[k, moment.feature] = 0.0
        lams = np.array([moment.lam for moment in knots])
        return Knotted(lams, coef, np.array([moment.feature for moment in knots]), entering, self.worst)
