"""Fits of the points at any complexity and λ, and refits on redrawn data. No pictures here.

Everything is memoised: a move of the complexity or λ cursor only looks up what is there.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from regviz.labs.overfitting.rows import TEST, TRAIN, VALIDATION, Array, Given, Rows, Source, rows
from regviz.linear.bases import Basis, monomials
from regviz.linear.elastic_net import elastic_net_at
from regviz.linear.problem import Problem
from regviz.linear.smoothers import Parts, Smoother, simulated_parts

LARGEST = {"polynomial": 24, "fourier": 16, "random-features": 48}
"""Complexity up to which curves are drawn outside the double-descent view."""
WIDEST = 10
"""Features per training row up to which the double descent is drawn."""
LAMS = 49
WORK = 1.5e9
"""Multiplications of the decompositions behind one curve, about: a second."""
FEWEST_DRAWN = 6
ROUNDING = 1e-27
"""Squared error, in units of the squared size of targets and coefficients, up to which it is rounding."""
REDRAWS = 40
"""Redrawn training sets behind simulated parts, and the most faint refits."""


class Model(NamedTuple):
    """What is fitted; ``seed`` draws random features."""

    basis: str
    penalty: str
    lam: float
    alpha: float
    seed: int

    @property
    def linear(self) -> bool:
        """Whether the fit is a fixed matrix times y."""
        return self.penalty in ("none", "ridge") or self.lam == 0.0

    @property
    def ridge(self) -> float:
        """λ of a linear fit."""
        return self.lam if self.penalty == "ridge" else 0.0

    @property
    def share(self) -> float:
        """α of the penalty."""
        return {"lasso": 1.0, "elastic-net": self.alpha}.get(self.penalty, 0.0)


@dataclass(frozen=True, eq=False)
class System:
    """One design: the standardised training problem, its decomposition, and the columns at the inputs and all rows."""

    problem: Problem
    smoother: Smoother
    at_inputs: Array
    at_rows: Array


@dataclass(frozen=True, eq=False)
class Fit:
    """One fit. ``curve`` (m,) at the inputs; mean squared errors on each role's rows, None where there are none.

    ``expected`` is the exact expected squared error of this very fit on new points, ``parts`` and
    ``expected_train`` those of redrawn noise, None without a known truth or for a fit that is not linear. ``norm``
    is ‖w‖₂ (standardised), ``scale`` the largest |y| of the training rows.
    """

    size: int
    coef: Array
    curve: Array
    errors: tuple[float | None, float | None, float | None]
    expected: float | None
    parts: Parts | None
    expected_train: float | None
    df: float
    norm: float
    condition: float
    rank: int
    scale: float

    def settled(self, error: float | None) -> float | None:
        """0 for a squared error that is nothing but rounding at the size of the targets and the coefficients."""
        return 0.0 if error is not None and error <= ROUNDING * (self.scale**2 + self.norm**2) else error

    @property
    def test(self) -> float | None:
        """Exact where the truth is known, else the mean over the test rows."""
        return self.errors[TEST] if self.expected is None else self.expected


def basis_of(given: Given, model: Model) -> Basis:
    """The basis over the domain."""
    return Basis(model.basis, given.low, given.high, model.seed)


@lru_cache(maxsize=160)
def system(source: Source, kind: str, seed: int, size: int) -> System:
    """The design of complexity ``size``."""
    made = rows(source)
    basis = Basis(kind, made.given.low, made.given.high, seed)
    at_rows, at_inputs = columns(source, kind, seed, size)
    width = basis.width(size)
    problem = Problem.of(at_rows[made.of(TRAIN), :width], made.train[1])
    return System(problem, Smoother(problem), at_inputs[:, :width], at_rows[:, :width])


def columns(source: Source, kind: str, seed: int, size: int) -> tuple[Array, Array]:
    """The columns at all rows and at the inputs: ``size`` of them or more, shared by all sizes up to a power of two."""
    return _wide_columns(source, kind, seed, max(64, 1 << (size - 1).bit_length()))


@lru_cache(maxsize=16)
def _wide_columns(source: Source, kind: str, seed: int, size: int) -> tuple[Array, Array]:
    made = rows(source)
    basis = Basis(kind, made.given.low, made.given.high, seed)
    return basis.columns(made.x, size), basis.columns(made.given.inputs, size)


def solve(problem: Problem, smoother: Smoother | None, model: Model) -> Array:
    """Standardised coefficients (p,) of ``model`` on ``problem``."""
    if model.linear:
        return (smoother or Smoother(problem)).coef(model.ridge)
    return elastic_net_at(problem, model.lam, model.share)


@lru_cache(maxsize=1024)
def fit(source: Source, model: Model, size: int) -> Fit:
    """The fit of complexity ``size``."""
    made, laid = rows(source), system(source, model.basis, model.seed, size)
    problem, given = laid.problem, made.given
    w = solve(problem, laid.smoother, model)
    intercept, coef = problem.unscale(w)
    residual = made.y - intercept - laid.at_rows @ coef
    errors = tuple(_mean_square(residual[made.of(role)]) for role in (TRAIN, VALIDATION, TEST))
    curve = intercept + laid.at_inputs @ coef
    expected = decomposed = expected_train = None
    if given.truth is not None and given.sigma is not None:
        expected = float(np.mean((curve - given.truth(given.inputs)) ** 2)) + given.sigma**2
        if model.linear:
            decomposed, expected_train = _exact(made, laid, model.ridge)
    df = laid.smoother.df(model.ridge) if model.linear else _active_df(problem, w, model)
    return Fit(
        size, w, curve, (errors[0], errors[1], errors[2]), expected, decomposed, expected_train, df,
        float(np.linalg.norm(w)), laid.smoother.condition, laid.smoother.rank, float(np.abs(made.train[1]).max()),
    )  # fmt: skip


def _mean_square(residual: Array) -> float | None:
    return float(np.mean(residual**2)) if len(residual) else None


def _exact(made: Rows, laid: System, lam: float) -> tuple[Parts, float]:
    """The parts at the inputs, and the expected training error, of redrawn noise at the same training inputs."""
    given = made.given
    assert given.truth is not None
    assert given.sigma is not None
    truth = given.truth(made.train[0])
    found = laid.smoother.parts(laid.at_inputs, truth, given.truth(given.inputs), lam, given.sigma)
    return found, laid.smoother.expected_training_error(truth, lam, given.sigma)


def _active_df(problem: Problem, w: Array, model: Model) -> float:
    """Lasso: the size of the active set; elastic net: tr[X_A(X_AᵀX_A + nλ(1−α)I)⁻¹X_Aᵀ]."""
    active = problem.X[:, w != 0.0]
    values = np.linalg.svd(active, compute_uv=False) ** 2 if active.size else np.zeros(0)
    l2 = problem.n * model.lam * (1.0 - model.share)
    if l2 == 0.0:
        return float(active.shape[1])
    return float((values / (values + l2)).sum())


@lru_cache(maxsize=128)
def powers_condition(source: Source, model: Model, size: int) -> float | None:
    """Condition number of the standardised powers of x on 0 … 1, which span the same fits as the polynomial basis.

    None for other bases and for as many powers as rows; from about 1e16 on it is what rounding leaves of it.
    """
    made = rows(source)
    if model.basis != "polynomial" or size >= made.n:
        return None
    x = (made.train[0] - made.given.low) / (made.given.high - made.given.low)
    values = np.linalg.svd(Problem.of(monomials(x, size), made.train[1]).X, compute_uv=False)
    return float(values[0] / max(values[-1], 1e-300 * values[0]))


def sizes(source: Source, kind: str, size: int, wide: bool) -> tuple[int, ...]:
    """The complexities at which curves are drawn, the current ``size`` among them; fewer where fits take long."""
    if not wide:
        top = max(LARGEST[kind], size)
        most = int(3.0 * WORK / decomposition(rows(source).n, Basis(kind, 0.0, 1.0, 0).width(top)))
        drawn = set(np.rint(np.linspace(1, top, min(top, 48, max(most, FEWEST_DRAWN)))).astype(int).tolist())
        return tuple(sorted(drawn | {size}))
    n = rows(source).n
    per = 2 if kind == "fourier" else 1
    top, peak = max(WIDEST * n // per, size), max((n - 1) // per, 1)
    near = range(max(peak - 8, 1), min(peak + 9, top + 1))
    spread = np.unique(np.rint(np.geomspace(1, top, 36))).astype(int).tolist()
    return tuple(sorted({*spread, *near, size}))


def decomposition(n: int, p: int) -> float:
    """Multiplications, about, that the singular values of n rows and p columns take."""
    return float(n * p * min(n, p))


def lams(model: Model, spread: float) -> Array:
    """The λ (49,) at which curves are drawn, increasing; ``spread`` is the standard deviation of y."""
    low, high = lam_limits(model.penalty, spread)
    return np.geomspace(low, high, LAMS)


def lam_limits(penalty: str, spread: float) -> tuple[float, float]:
    """The shown range of λ: ridge in units of the columns' variance, L1 in units of y."""
    scale = (spread or 1.0) if penalty in ("lasso", "elastic-net") else 1.0
    return (1e-5 * scale, 2.0 * scale) if penalty in ("lasso", "elastic-net") else (1e-7, 10.0)


@lru_cache(maxsize=16)
def over_complexity(source: Source, model: Model, drawn: tuple[int, ...]) -> tuple[Fit, ...]:
    """One fit for each complexity."""
    return tuple(fit(source, model, size) for size in drawn)


@lru_cache(maxsize=16)
def over_lam(source: Source, model: Model, size: int, drawn: tuple[float, ...]) -> tuple[Fit, ...]:
    """One fit for each λ."""
    return tuple(fit(source, model._replace(lam=lam), size) for lam in drawn)


@lru_cache(maxsize=256)
def refits(source: Source, model: Model, size: int, count: int) -> Array:
    """Fitted curves (count, m) on redrawn training sets.

    With a known truth the noise is drawn anew at the same inputs; of a table rows are drawn with replacement.
    """
    made, laid = rows(source), system(source, model.basis, model.seed, size)
    if made.given.truth is None:
        return np.array([_bootstrap(made, laid, model, k, source.seed) for k in range(count)])
    targets = _redrawn(made, source.seed, count)
    if model.linear:
        return laid.smoother.predict(laid.at_inputs, targets, model.ridge)
    train = laid.at_rows[made.of(TRAIN)]
    return np.array([_predict(Problem.of(train, y), laid, model) for y in targets])


def _redrawn(made: Rows, seed: int, count: int) -> Array:
    """Targets (count, n): the truth at the training inputs with new noise."""
    assert made.given.truth is not None
    assert made.given.sigma is not None
    noise = np.random.default_rng([seed, 5]).normal(size=(made.n, REDRAWS))[:, :count].T
    targets: Array = made.given.truth(made.train[0]) + made.given.sigma * noise
    return targets


def _bootstrap(made: Rows, laid: System, model: Model, k: int, seed: int) -> Array:
    picked = np.random.default_rng([seed, 6, k]).integers(0, made.n, made.n)
    train = laid.at_rows[made.of(TRAIN)][picked]
    return _predict(Problem.of(train, made.train[1][picked]), laid, model)


def _predict(problem: Problem, laid: System, model: Model) -> Array:
    intercept, coef = problem.unscale(solve(problem, None, model))
    curve: Array = intercept + laid.at_inputs @ coef
    return curve


@lru_cache(maxsize=256)
def simulated(source: Source, model: Model, size: int) -> Parts | None:
    """The parts of a fit that is not linear, from 40 redraws of the noise; None without a known truth."""
    given = rows(source).given
    if given.truth is None or given.sigma is None:
        return None
    return simulated_parts(refits(source, model, size, REDRAWS), given.truth(given.inputs), given.sigma)
