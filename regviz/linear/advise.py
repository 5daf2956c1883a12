"""The advisor: reads a table and says what it sees, with the number that shows it and the penalty to reach for.

Every finding is computed from training rows by the solvers of this package; nothing is guessed from names.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from regviz.data.steps import Steps, finished, part
from regviz.linear.cross_validation import CrossValidation, validating
from regviz.linear.elastic_net import elastic_net_at
from regviz.linear.groups import Groups
from regviz.linear.least_squares import LeastSquares, least_squares
from regviz.linear.problem import Array, Problem, checked

CLOSE = 0.9
"""|correlation| of two features from which on they are called alike."""
UNEVEN = 10.0
"""Ratio of largest to smallest standard deviation from which on scales are called uneven."""
COLLINEAR = 30.0
"""Condition number of the standardised features from which on they are called collinear (Belsley, Kuh, Welsch 1980)."""
ROWS_PER_FEATURE = 10.0
OVERFIT = 1.5
"""Ratio of cross-validated to training error of least squares from which on it is called over-fitting."""
UNDERFIT = 0.1
"""Share of the target's variance that the best penalised fit must explain on held-out rows."""
OUTLYING = 4.0
"""Residual in robust standard deviations from which on a row is called an outlier."""
ROUNDING = 1e-12
"""Share of the target's variance up to which an error is nothing but rounding."""
MOST_FEATURES = 1000
"""Pairs of features are compared, and penalties cross-validated, up to this many."""


@dataclass(frozen=True)
class Finding:
    """One thing the advisor saw.

    ``key`` names the kind, ``value`` is the number behind it, ``says`` what was seen, ``means`` what follows from it;
    ``lab`` is the lab that shows why, in the state ``state`` (pairs of field and value).
    """

    key: str
    value: float
    says: str
    means: str
    lab: str
    state: tuple[tuple[str, float | int | str], ...] = ()

    def __str__(self) -> str:
        return f"{self.says} {self.means} (see the lab {self.lab})"


class Pair(NamedTuple):
    """Two features and their correlation."""

    first: int
    second: int
    correlation: float


class Reading:
    """A table with the quantities that several findings need, each computed once and only when asked for."""

    def __init__(
        self, X: Array, y: Array, names: tuple[str, ...], groups: Groups | None, problem: Problem | None = None
    ) -> None:
        self.X, self.y, self.groups = X, y, groups
        self.problem = Problem.of(X, y, names=names) if problem is None else problem
        self.names = self.problem.names
        self.varies = np.ptp(X, axis=0) > 0.0
        self.p = int(np.count_nonzero(self.varies))
        self._validations: dict[str, CrossValidation] = {}

    @cached_property
    def pairs(self) -> list[Pair]:
        """Pairs of features with |correlation| ≥ ``CLOSE``, the closest first."""
        gram = self.problem.gram
        rows, columns = np.nonzero(np.triu(np.abs(gram) >= CLOSE, 1))
        found = [Pair(int(i), int(j), float(gram[i, j])) for i, j in zip(rows, columns, strict=True)]
        return sorted(found, key=lambda pair: -abs(pair.correlation))

    @cached_property
    def condition(self) -> float:
        """Largest over smallest singular value of the features that vary; inf when they are dependent, 1 for none."""
        if not self.p:
            return 1.0
        return self._plain.condition if self._plain.rank == self.p else np.inf

    @cached_property
    def residual(self) -> Array:
        """Residuals (n,) of least squares."""
        fitted: Array = self._varying.X @ self._plain.coef if self.p else np.zeros(self.y.size)
        return self.problem.y - fitted

    @cached_property
    def _varying(self) -> Problem:
        return self.problem if self.varies.all() else self.problem.only(np.flatnonzero(self.varies))

    @cached_property
    def _plain(self) -> LeastSquares:
        return least_squares(self._varying)

    def validation(self, penalty: str) -> CrossValidation:
        """Cross-validation of ``penalty``, at most 10 folds."""
        return finished(self.validating(penalty))

    def validating(self, penalty: str) -> Steps[CrossValidation]:
        """The same fold by fold, nothing of it where it is known."""
        if penalty not in self._validations:
            groups = self.groups if penalty == "group-lasso" else None
            folds = min(10, self.problem.n)
            self._validations[penalty] = yield from validating(
                self.X, self.y, penalty, groups=groups, folds=folds, problem=self.problem
            )
        return self._validations[penalty]

    @property
    def tried(self) -> list[str]:
        """The penalties that are cross-validated."""
        if self.problem.n < 5 or self.p > MOST_FEATURES or self.problem.lam_max == 0.0:
            return []
        blocks = self.groups is not None and any(len(group) > 1 for group in self.groups)
        return ["ridge", "lasso", "elastic-net", *(["group-lasso"] if blocks else [])]

    @property
    def free(self) -> bool:
        """Whether least squares without a penalty is cross-validated."""
        n, p = len(self.X), self.p
        return n >= 5 and p + 2 < n and p <= MOST_FEATURES and self.problem.lam_max != 0.0


def advise(
    X: ArrayLike, y: ArrayLike, *, names: Sequence[str] = (), groups: Groups | None = None
) -> list[Finding]:  # fmt: skip
    """What there is to say about the features ``X`` (n, p) and the target ``y`` (n,), the most pressing first.

    ``names`` (p,) are used in the sentences; ``groups`` are blocks of columns that belong together. A data frame's
    column names are used when ``names`` is empty. Raises ValueError as `Problem.of` does.
    """
    return finished(advising(X, y, names=names, groups=groups))


def advising(
    X: ArrayLike, y: ArrayLike, *, names: Sequence[str] = (), groups: Groups | None = None,
    problem: Problem | None = None,
) -> Steps[list[Finding]]:  # fmt: skip
    """`advise` step by step: yields the share that is done, returns the findings.

    ``problem`` is the table standardised, where it is known.
    """
    labels = tuple(names) or tuple(str(c) for c in getattr(X, "columns", ()))
    raw, target = checked(X, y)
    reading = Reading(raw, target, labels, groups, problem)
    tried = [*reading.tried, *(["none"] if reading.free else [])]
    for k, penalty in enumerate(tried):
        yield from part(reading.validating(penalty), k / (len(tried) + 1), (k + 1) / (len(tried) + 1))
    found: list[Finding] = []
    for k, rule in enumerate(RULES):
        found += rule(reading)
        yield (len(tried) + k / len(RULES)) / (len(tried) + 1)
    return found


def _constant(reading: Reading) -> Iterator[Finding]:
    constant = [reading.names[j] for j in np.flatnonzero(~reading.varies)]
    if constant:
        yield Finding(
            "constant", len(constant), f"{_listed(constant)} never {'varies' if len(constant) == 1 else 'vary'}.",
            "A constant feature carries nothing beyond the intercept; its coefficient is set to exactly zero.",
            "shrinkage",
        )  # fmt: skip


def _flat_target(reading: Reading) -> Iterator[Finding]:
    if reading.problem.lam_max == 0.0:
        yield Finding(
            "flat-target", 0.0, "No feature has any correlation with the target.",
            "Every penalised fit is the mean of the target.", "overfitting",
        )  # fmt: skip


def _two_valued(reading: Reading) -> Iterator[Finding]:
    values = np.unique(reading.y)
    if len(values) == 2:
        yield Finding(
            "two-valued", float(np.mean(reading.y == values[1])), "The target has two values.",
            "The logistic loss fits the probability of the second; squared loss treats the codes as quantities.",
            "shrinkage",
        )  # fmt: skip


def _wide(reading: Reading) -> Iterator[Finding]:
    n, p = len(reading.X), reading.p
    if p >= n:
        yield Finding(
            "wide", p / n, f"There are {_counted(p, 'feature')} for {_counted(n, 'row')}.",
            "Without a penalty infinitely many coefficient vectors fit the rows equally well; ridge and elastic net "
            "choose one.", "overfitting", (("view", "double-descent"), ("degree", 40)),
        )  # fmt: skip
    elif n < ROWS_PER_FEATURE * p:
        yield Finding(
            "few-rows", n / p, f"There are {n / p:.1f} rows for each feature.",
            "Least squares varies a lot from sample to sample here; a penalty trades a little bias for much less "
            "variance.", "overfitting",
        )  # fmt: skip


def _duplicates(reading: Reading) -> Iterator[Finding]:
    if reading.problem.p > MOST_FEATURES:
        return
    same = [pair for pair in reading.pairs if abs(pair.correlation) >= 1.0 - 1e-12]
    if same:
        first = same[0]
        yield Finding(
            "duplicate", len(same), f"{reading.names[first.first]} and {reading.names[first.second]} are the same "
            f"feature up to shift and scale ({_counted(len(same), 'such pair')}).",
            "The lasso solution is not unique; ridge and elastic net share the weight equally.", "stability",
        )  # fmt: skip


def _alike(reading: Reading) -> Iterator[Finding]:
    if reading.problem.p > MOST_FEATURES:
        return
    close = [pair for pair in reading.pairs if abs(pair.correlation) < 1.0 - 1e-12]
    if close:
        top = close[0]
        yield Finding(
            "correlated", abs(top.correlation), f"{_counted(len(close), 'pair')} of features with a correlation "
            f"beyond ±{CLOSE}; "
            f"{reading.names[top.first]} and {reading.names[top.second]} reach {top.correlation:.3f}.",
            "The lasso picks among them almost at random; the elastic net keeps them together.", "stability",
            (("rho", min(abs(top.correlation), 0.999)),),
        )  # fmt: skip


def _collinear(reading: Reading) -> Iterator[Finding]:
    n, p = len(reading.X), reading.p
    if p >= n or p > MOST_FEATURES or reading.condition < COLLINEAR:
        return
    size = "infinite" if np.isinf(reading.condition) else f"{reading.condition:.0f}"
    yield Finding(
        "collinear", reading.condition, f"The condition number of the standardised features is {size}.",
        "Some directions of the coefficients are hardly determined by the data; ridge shrinks exactly those most.",
        "geometry", (("eccentricity", 0.97),),
    )  # fmt: skip


def _uneven(reading: Reading) -> Iterator[Finding]:
    spread = reading.X[:, reading.varies].std(axis=0)
    if spread.size and spread.max() >= UNEVEN * spread.min():
        large, small = (np.flatnonzero(reading.varies)[k] for k in (int(spread.argmax()), int(spread.argmin())))
        yield Finding(
            "uneven-scales", float(spread.max() / spread.min()), f"The standard deviation of {reading.names[large]} is "
            f"{_figure(spread.max() / spread.min())} times that of {reading.names[small]}.",
            "Without standardising, the penalty would depend on the units of measurement; leave it on.", "stability",
            (("tab", "scale"),),
        )  # fmt: skip


def _outliers(reading: Reading) -> Iterator[Finding]:
    n, p = len(reading.X), reading.p
    if n <= p + 2:
        return
    residual = np.abs(reading.residual)
    spread = 1.4826 * float(np.median(residual))
    far = np.flatnonzero(residual > OUTLYING * spread)
    if far.size and spread > 1e-9 * float(reading.y.std()):
        worst = int(np.argmax(residual))
        yield Finding(
            "outliers", far.size, f"{_counted(far.size, 'row')} {'lies' if far.size == 1 else 'lie'} more than "
            f"{OUTLYING:g} robust standard deviations off the least squares fit; row {worst + 1} is the farthest.",
            "A penalty on the coefficients does not protect from outliers; check those rows.", "overfitting",
        )  # fmt: skip


def _fit(reading: Reading) -> Iterator[Finding]:
    if not reading.free:
        return
    train = float(np.mean(reading.residual**2))
    held_out = float(reading.validation("none").mean[-1])
    if held_out > OVERFIT * train and held_out > ROUNDING * float(reading.y.var()):
        ratio = held_out / train if train > 0.0 else np.inf
        ridge = _at_minimum(reading.validation("ridge"))[0]
        helps = f"ridge lowers the second number to {_figure(ridge)}"
        lowers = helps if ridge < held_out else "ridge does not help here"
        yield Finding(
            "over-fitting", ratio, f"Least squares has error {_figure(train)} on its training rows and "
            f"{_figure(held_out)} on held-out rows.", f"It has learnt noise; {lowers}.", "overfitting",
            (("penalty", "ridge"),),
        )  # fmt: skip


def _penalty(reading: Reading) -> Iterator[Finding]:
    tried = reading.tried
    if not tried:
        return
    results = {name: reading.validation(name) for name in tried}
    errors = {name: _at_minimum(cv) for name, cv in results.items()}
    best = min(tried, key=lambda name: errors[name][0])
    explained = 1.0 - errors[best][0] / float(reading.y.var())
    if explained < UNDERFIT:
        yield Finding(
            "under-fitting", explained, f"The best penalised linear fit explains {100 * max(explained, 0.0):.0f} % of "
            "the target's variance on held-out rows.",
            "Either little can be learnt from these features or the relation is not linear.", "overfitting",
        )  # fmt: skip
    chosen = _sparsest(errors, best)
    yield Finding(
        "penalty", errors[chosen][0], f"Cross-validated error: {_table(errors)}.",
        f"Reach for {chosen}: {_REASONS[chosen]}{_kept(reading, results[chosen])}.", "shrinkage",
        (("penalty", chosen), ("lam", results[chosen].lam_1se)),
    )  # fmt: skip


def _figure(value: float) -> str:
    """Three digits, and whole numbers up to a million."""
    mantissa, _, exponent = f"{value:.3g}".partition("e")
    if not exponent:
        return mantissa
    return f"{value:.0f}" if 1.0 <= abs(value) < 1e6 else f"{mantissa}e{int(exponent)}"


def _kept(reading: Reading, cv: CrossValidation) -> str:
    """How many features a sparse penalty keeps at λ 1SE; "" for the others."""
    if cv.penalty not in ("lasso", "elastic-net"):
        return ""
    w = elastic_net_at(reading.problem, cv.lam_1se, 1.0 if cv.alpha is None else cv.alpha)
    return f"; at λ 1SE = {cv.lam_1se:.3g} it keeps {np.count_nonzero(w)} of {_counted(len(w), 'feature')}"


_REASONS = {
    "lasso": "it is as good as the best within one standard error",
    "elastic-net": "it is as good as the best within one standard error, and keeps or drops alike features together",
    "group-lasso": "it has the smallest error and keeps or drops whole blocks",
    "ridge": "it beats the sparse fits by more than one standard error, as when many features carry a little signal",
}


def _at_minimum(cv: CrossValidation) -> tuple[float, float]:
    """Smallest mean error and its standard error."""
    k = int(np.argmin(cv.mean))
    return float(cv.mean[k]), float(cv.se[k])


def _sparsest(errors: dict[str, tuple[float, float]], best: str) -> str:
    """The first of lasso, elastic net, the best one that is within one standard error of the best."""
    limit = sum(errors[best])
    if best == "group-lasso":
        return best
    return next(name for name in ("lasso", "elastic-net", best) if errors[name][0] <= limit)


def _table(errors: dict[str, tuple[float, float]]) -> str:
    return ", ".join(f"{name} {_plain(mean, 4)} ± {_plain(se, 2)}" for name, (mean, se) in errors.items())


def _plain(number: float, digits: int) -> str:
    """``digits`` significant digits, all whole ones from there to 10⁷, where a power of ten would be hard to read."""
    return f"{number:.0f}" if 10.0**digits <= number < 1e7 else f"{number:.{digits}g}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _listed(names: Sequence[str], most: int = 4) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


RULES: tuple[Callable[[Reading], Iterator[Finding]], ...] = (
    _constant, _flat_target, _two_valued, _duplicates, _wide, _fit, _penalty, _alike, _collinear, _uneven, _outliers,
)  # fmt: skip
"""Every rule, in the order in which findings are told."""
