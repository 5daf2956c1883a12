"""Published numbers with the same numbers computed here: Efron et al. 2004 on diabetes, ESL table 3.3 on prostate.

The recipes follow the papers, also where they are not ours; nothing else in the program uses them.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from regviz.data import bundled, prostate_corrected, prostate_split
from regviz.linear.lars import LarsWalk, lars_walk
from regviz.linear.path import path_of
from regviz.linear.problem import Array, Problem
from regviz.linear.selection import criteria

PRESETS = ("efron-2004", "esl-table-3.3")
ESL_RIDGE = 24.176
"""λ of ‖y − Xw‖² + λ‖w‖² that gives ridge 5 degrees of freedom."""
ESL_LASSO = 0.3748
"""Share of least squares' ‖w‖₁ that gives the lasso of the table."""


@dataclass(frozen=True)
class Row:
    """One published number, as printed with ``decimals`` places, and ours."""

    name: str
    published: float
    ours: float
    decimals: int

    @property
    def difference(self) -> float:
        """Ours less the published number."""
        return self.ours - self.published

    @property
    def agrees(self) -> bool:
        """Whether ours is the published number to its last printed place, rounding either way."""
        return abs(self.difference) <= 0.5000001 * 10.0**-self.decimals


@dataclass(frozen=True)
class Comparison:
    """A column of a published table."""

    key: str
    title: str
    rows: tuple[Row, ...]

    @property
    def agreeing(self) -> int:
        """How many rows agree."""
        return sum(row.agrees for row in self.rows)

    @property
    def worst(self) -> float:
        """Largest absolute difference."""
        return max(abs(row.difference) for row in self.rows)


_ORDER = (3, 9, 4, 7, 2, 10, 5, 8, 6, 1, -7, 7)
_KNOTS = (
    949.4353, 889.3138, 452.8957, 316.0734, 130.1295, 88.7843, 68.9648, 19.9812, 5.4775, 5.0882, 2.1823, 1.3104, 0.0,
)  # fmt: skip
_NORMS = (0.0, 60.1, 663.7, 888.9, 1250.7, 1440.8, 1537.1, 1914.6, 2115.7, 2195.8, 2802.4, 2863.0, 3460.0)
_AT_HUNDRED = (0.0, -54.590, 509.809, 222.516, 0.0, 0.0, -154.623, 0.0, 447.682, 0.0)


@lru_cache(maxsize=1)
def diabetes_walk() -> LarsWalk:
    """The lasso walked on diabetes; times √442 its λ and coefficients are those of columns of unit length."""
    table = bundled("diabetes")
    return lars_walk(Problem.of(table.X, table.y, names=table.names), "lasso")


@lru_cache(maxsize=1)
def efron_2004() -> tuple[Comparison, ...]:
    """Order of entry, knots, ‖w‖₁ at knots, coefficients at λ_½ = 100, and the step of least C_p.

    λ_½ and w belong to ½‖y − Xw‖² + λ_½‖w‖₁ on centred columns of unit length.
    Source: Efron, Hastie, Johnstone & Tibshirani 2004, section 3 and the R package lars.
    """
    walk = diabetes_walk()
    problem = walk.problem
    root = float(np.sqrt(problem.n))
    order = [float((j + 1) * way) for j, way in walk.entries]
    at = path_of(problem).standardized_at(100.0 / root) * root
    prediction_error = criteria(path_of(problem)).cp
    assert prediction_error is not None
    best = int(np.argmin(prediction_error))
    steps = [f"step {k}" for k in range(walk.lams.size)]
    return (
        _compare("order", "Order of entry, − for a drop", steps[1:], _ORDER, order, 0),
        _compare("knots", "Knots λ½", steps, _KNOTS, (walk.lams * root).tolist(), 4),
        _compare("norms", "‖w‖₁ at the knots", steps, _NORMS, (np.abs(walk.coef).sum(axis=1) * root).tolist(), 1),
        _compare("at-100", "Coefficients at λ½ = 100", problem.names, _AT_HUNDRED, at.tolist(), 3),
        _compare("cp", "Step of least Cₚ", ("least Cₚ",), (7.0,), (float(best),), 0),
    )


_LEAST_SQUARES = (2.465, 0.680, 0.263, -0.141, 0.210, 0.305, -0.288, -0.021, 0.267, 0.521, 0.179)
_RIDGE = (2.452, 0.420, 0.238, -0.046, 0.162, 0.227, 0.000, 0.040, 0.133, 0.492, 0.165)
_LASSO = (2.468, 0.533, 0.169, 0.000, 0.002, 0.094, 0.000, 0.000, 0.000, 0.479, 0.164)


@dataclass(frozen=True, eq=False)
class EslProstate:
    """Prostate as the book prepares it: all 97 rows scaled by 1/(n − 1), then split into 67 and 30.

    ``train`` (67, 8), ``test`` (30, 8), ``y`` (67,), ``y_test`` (30,); training columns have no mean of exactly zero.
    """

    names: tuple[str, ...]
    train: Array
    test: Array
    y: Array
    y_test: Array

    def tested(self, intercept: float, coef: Array) -> tuple[float, float]:
        """Mean squared error on the test rows and its standard error."""
        squares = (self.y_test - intercept - self.test @ coef) ** 2
        return float(squares.mean()), float(squares.std(ddof=1) / np.sqrt(squares.size))


@lru_cache(maxsize=1)
def esl_prostate() -> EslProstate:
    """The book's data, with the corrected weight in row 32."""
    table, train = prostate_corrected(), prostate_split()
    scaled = (table.X - table.X.mean(axis=0)) / table.X.std(axis=0, ddof=1)
    return EslProstate(table.names, scaled[train], scaled[~train], table.y[train], table.y[~train])


@lru_cache(maxsize=1)
def esl_table_3_3() -> tuple[Comparison, ...]:
    """Intercept, coefficients, test error and its standard error of least squares, ridge and the lasso.

    Source: Hastie, Tibshirani & Friedman 2009, table 3.3; the subset, PCR and PLS columns are not regularized fits of
    this program.
    """
    found = esl_prostate()
    names = ("intercept", *found.names, "test error", "std error")
    columns = (
        ("least-squares", "Least squares", _LEAST_SQUARES, esl_ridge(0.0, centred=True)),
        ("ridge", f"Ridge, λ = {ESL_RIDGE}", _RIDGE, esl_ridge(ESL_RIDGE)),
        ("lasso", f"Lasso, s = {ESL_LASSO}", _LASSO, _esl_lasso()),
    )
    return tuple(
        _compare(key, title, names, published, [level, *coef.tolist(), *found.tested(level, coef)], 3)
        for key, title, published, (level, coef) in columns
    )


def esl_ridge(lam: float, centred: bool = False) -> tuple[float, Array]:
    """Intercept and coefficients (8,) of ‖y − Xw‖² + ``lam``·‖w‖² on the book's training rows.

    The book takes X as it is after the split, not re-centred, and ȳ as the intercept; ``centred`` re-centres X.
    """
    found = esl_prostate()
    level = float(found.y.mean())
    means = found.train.mean(axis=0) if centred else np.zeros(len(found.names))
    X = found.train - means
    solved = np.linalg.solve(X.T @ X + lam * np.eye(X.shape[1]), X.T @ (found.y - level))
    coef: Array = np.asarray(solved, dtype=np.float64)
    return level - float(means @ coef), coef


@lru_cache(maxsize=1)
def esl_crossing() -> float:
    """The λ at which the book's ridge coefficient of lcp is zero, by bisection."""
    j = esl_prostate().names.index("lcp")
    low, high = 0.0, 50.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if esl_ridge(middle)[1][j] < 0.0 else (low, middle)
    return low


@lru_cache(maxsize=1)
def esl_lasso_walk() -> LarsWalk:
    """The lasso walked on the book's training rows, standardised once more."""
    found = esl_prostate()
    return lars_walk(Problem.of(found.train, found.y, names=found.names), "lasso")


def _esl_lasso() -> tuple[float, Array]:
    """The lasso whose ‖w‖₁ is the book's share of that of least squares."""
    walk = esl_lasso_walk()
    norms = np.abs(walk.coef).sum(axis=1)
    place = float(np.interp(ESL_LASSO * norms[-1], norms, np.arange(norms.size)))
    return walk.problem.unscale(walk.coef_at(place))


def comparisons(preset: str) -> tuple[Comparison, ...]:
    """The columns of one of ``PRESETS``; ValueError for another name."""
    if preset not in PRESETS:
        raise ValueError(f"There is no preset “{preset}”; the presets are {', '.join(PRESETS)}.")
    return efron_2004() if preset == "efron-2004" else esl_table_3_3()


def _compare(
    key: str, title: str, names: "tuple[str, ...] | list[str]", published: tuple[float, ...],
    ours: "tuple[float, ...] | list[float]", decimals: int,
) -> Comparison:  # fmt: skip
    rows = tuple(Row(*row, decimals) for row in zip(names, published, ours, strict=True))
    return Comparison(key, title, rows)
