"""The exact lasso path: every λ at which the active set changes, certified by its KKT conditions.

The pivoting on a Gram matrix is in `tableau`, the working sets for many features in `wide`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from regviz.linear.problem import Array, Problem
from regviz.linear.tableau import Trace, homotopy
from regviz.linear.wide import Knotted, wide_homotopy

Event = tuple[int, int]
Found = tuple[Trace, float]

_WIDE = 200
_TIGHT = 1e-12
_ENOUGH = 1e-10
_SAME = 1e-13
_ROUNDING = 64.0 * np.finfo(np.float64).eps


@dataclass(frozen=True, eq=False)
class Knots:
    """A path that is linear between its knots.

    ``lams`` (K,) fall from λ_max to ``stop`` (0), ``coef`` (K, p) are standardised. ``residual`` is the largest KKT
    violation of all segments. Event by event, ``features`` and ``entering`` tell what happened, ``last`` where a knot's
    events end.
    """

    lams: Array
    coef: Array
    residual: float
    features: NDArray[np.intp]
    entering: NDArray[np.bool_]
    last: NDArray[np.bool_]

    @cached_property
    def events(self) -> tuple[tuple[Event, ...], ...]:
        """For each knot the features (j, +1) that enter and (j, −1) that leave."""
        found: list[tuple[Event, ...]] = []
        open_events: list[Event] = []
        for j, enters, last in zip(self.features.tolist(), self.entering, self.last, strict=True):
            if j >= 0:
                open_events.append((j, 1 if enters else -1))
            if last:
                found.append(tuple(open_events))
                open_events = []
        return tuple(found)

    @cached_property
    def entries(self) -> tuple[Event, ...]:
        """All events in their order."""
        return tuple(event for group in self.events for event in group)


def lasso_path(problem: Problem, l2: float = 0.0, stop: float = 0.0) -> Knots:
    """Minimisers of 1/(2n)‖y − Xw‖² + l2/2·‖w‖² + λ‖w‖₁ for all λ ≥ ``stop``.

    For p > n and l2 = 0 the path ends at the least-squares fit of smallest ‖w‖₁ that it reaches.
    Raises ArithmeticError when columns are too large or too small to square.
    Source: Osborne, Presnell & Turlach 2000; Efron, Hastie, Johnstone & Tibshirani 2004.
    """
    if problem.p > max(problem.n, _WIDE):
        return _merged(wide_homotopy(problem, l2, stop))
    gram = problem.gram
    if l2:
        gram = gram + l2 * np.eye(problem.p)
    return _from_gram(gram, problem.correlation, stop, lambda: _extended(problem, l2))


def gram_path(gram: Array, corr: Array, stop: float = 0.0) -> Knots:
    """The same from the Gram matrix XᵀX/n (+ l2·I) and Xᵀy/n."""
    return _from_gram(gram, corr, stop, lambda: (gram.astype(np.longdouble), corr.astype(np.longdouble)))


def _from_gram(gram: Array, corr: Array, stop: float, extended: Callable[[], tuple[Array, Array]]) -> Knots:
    """The path in float64, and where rounding spoils it in the extended precision that ``extended`` gives."""
    trace = homotopy(gram, corr, stop)
    errors = violations(gram, corr, trace)
    worst = float(errors.max())
    if not trace.cycled and worst <= _TIGHT * float(trace.lams[0]):
        return _merged(Knotted(trace.lams, trace.coef, trace.features, trace.entering, max(worst, 0.0)))
    check_squares(gram, corr)
    spare = _cut(trace, _beyond_rounding(gram, trace, errors), stop)
    trace, worst = _mended(gram, corr, stop, spare, *extended())
    return _merged(Knotted(trace.lams, trace.coef, trace.features, trace.entering, worst))


def check_squares(gram: Array, corr: Array) -> None:
    """Raise ArithmeticError when the columns or y were too large or too small to square."""
    size = float(gram.diagonal().max())
    if not (np.isfinite(size) and np.isfinite(corr).all()):
        raise ArithmeticError("The columns are too large to square; standardise them or divide y.")
    if 0.0 < size < 1e-280:
        raise ArithmeticError("The columns are too small to square; standardise them.")


def _extended(problem: Problem, l2: float) -> tuple[Array, Array]:
    """XᵀX/n + l2·I and Xᵀy/n in extended precision."""
    X = problem.X.astype(np.longdouble)
    return X.T @ X / problem.n + l2 * np.eye(problem.p), X.T @ problem.y / problem.n


def _mended(gram: Array, corr: Array, stop: float, found: Found, long_gram: Array, long_corr: Array) -> Found:
    """The best of ``found`` and two runs in extended precision, the second with ties broken by one part in 10¹²."""
    nudge = 1.0 + 1e-12 * np.random.default_rng(0).uniform(-1.0, 1.0, corr.size)
    for target in (long_corr, long_corr * nudge):
        trace = homotopy(long_gram, target, stop)
        errors = _beyond_rounding(gram, trace, violations(gram, corr, trace))
        found = min(found, _cut(trace, errors, stop), key=_second)
        if found[1] <= _ENOUGH * float(trace.lams[0]):
            break
    return found


def _beyond_rounding(gram: Array, trace: Trace, errors: Array) -> Array:
    """``errors`` (K,) less what rounding the coefficients to float64 costs at each knot."""
    size = np.abs(np.asarray(trace.coef, dtype=np.float64)).sum(axis=1)
    rounding = 20.0 * np.finfo(np.float64).eps * float(np.abs(gram).max()) * size
    result: Array = np.maximum(errors - rounding, 0.0)
    return result


def _second(found: Found) -> float:
    return found[1]


def violations(gram: Array, corr: Array, trace: Trace) -> Array:
    """The largest KKT violation (K,) at each knot, of the segments on both sides of it.

    Between two knots every condition is linear in λ, so that nothing is violated more there.
    """
    lams, signs = trace.lams[:, None], trace.signs.copy()
    signs[np.arange(len(signs) - 1), trace.features[:-1]] = trace.sides[:-1]
    # |c − λs| where s is ±1, |c| − λ where it is 0.
    off = trace.coef @ gram
    np.subtract(corr, off, out=off)
    pull = lams * signs
    off -= pull
    np.abs(off, out=off)
    off += np.abs(pull, out=pull)
    off -= lams
    worst: Array = off.max(axis=1)
    return worst


def _cut(trace: Trace, errors: Array, stop: float) -> Found:
    """The path cut where that is best: coefficients that stay from there on violate KKT by at most λ − stop."""
    far = np.maximum.accumulate(np.where(np.isfinite(errors), np.maximum(errors, 0.0), np.inf))
    score = np.maximum(far, trace.lams - stop)
    if trace.cycled:
        score[-1] = np.inf
    k = int(score.argmin())
    if k == trace.lams.size - 1:
        return trace, float(score[k])
    rows = np.append(np.arange(k + 1), k)
    lams, features = trace.lams[rows], trace.features[rows]
    lams[-1], features[-1] = stop, -1
    signs = trace.signs[np.append(np.arange(k + 1), k + 1)]
    kept = Trace(lams, trace.coef[rows], signs, features, trace.sides[rows], trace.entering[rows], False)
    return kept, float(score[k])


def _merged(found: Knotted) -> Knots:
    """Knots with strictly falling λ: events closer than rounding become one knot."""
    lams = found.lams
    apart = np.ones(lams.size, dtype=bool)
    np.greater(lams[:-1] - lams[1:], _SAME * lams[0], out=apart[:-1])
    if apart.all():
        return Knots(lams, found.coef, found.worst, found.features, found.entering, apart)
    coef = found.coef[apart]
    if not apart[0]:
        coef[0] = 0.0
    # What enters at a knot is 0 there, to rounding.
    rows, enters = np.searchsorted(np.flatnonzero(apart), np.arange(lams.size)), found.entering & ~apart
    rows, features = rows[enters], found.features[enters]
    small = np.abs(coef[rows, features]) <= _ROUNDING * np.abs(coef[rows]).max(axis=1, initial=0.0)
    coef[rows[small], features[small]] = 0.0
    return Knots(lams[apart], coef, found.worst, found.features, found.entering, apart)
