"""Learning curves: error over the number of training rows, at one complexity and λ. No pictures here."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from regviz.labs.overfitting.fits import WORK, Model, System, basis_of, columns, decomposition, solve, system
from regviz.labs.overfitting.rows import TRAIN, VALIDATION, Array, Index, Rows, Source, rows, scattered
from regviz.linear.problem import Problem
from regviz.linear.smoothers import Smoother

KEPT = 10_000
"""Numbers in the columns of new rows up to which their smoother is kept for other λ."""
ORDERS = 5
"""Draws of the training inputs, or orders of a table's rows, behind each median."""


@dataclass(frozen=True, eq=False)
class Learning:
    """A learning curve: median errors (k,) at ``counts`` (k,) training rows; ``exact`` if the noise is not sampled."""

    counts: Array
    train: Array
    test: Array
    exact: bool


@lru_cache(maxsize=64)
def learning(source: Source, model: Model, size: int) -> Learning | None:
    """Median over draws of the training inputs of the error at growing numbers of rows.

    With a known truth up to four times the present rows (fewer where many features make that slow), drawn anew; of
    a table subsets of its training rows, judged on its validation rows. None for a table without validation rows.
    """
    made = rows(source._replace(edits=""))
    if made.given.truth is None:
        return _subsets(source, model, size)
    counts = np.unique(np.rint(np.geomspace(5, _most(made, model, size), 9)).astype(int))
    table = np.array([[_at_count(source, model, size, int(n), k) for k in range(ORDERS)] for n in counts])
    middle = np.median(table, axis=1)
    return Learning(counts.astype(float), middle[:, 0], middle[:, 1], model.linear)


def _most(made: Rows, model: Model, size: int) -> int:
    """Four times the present rows, halved as often as it takes until the curve is drawn in a second."""
    most, width = 4 * max(made.n, 10), basis_of(made.given, model).width(size)
    while most > 40 and 2 * ORDERS * decomposition(most, width) > WORK:
        most //= 2
    return most


def _at_count(source: Source, model: Model, size: int, n: int, draw: int) -> tuple[float, float]:
    """Training and test error with ``n`` new rows; expected over the noise where the fit is linear."""
    given = rows(source._replace(edits="")).given
    assert given.truth is not None
    assert given.sigma is not None
    at_inputs = given.truth(given.inputs)
    if model.linear:
        kept = n * basis_of(given, model).width(size) <= KEPT
        made = _smoother if kept else _smoother.__wrapped__
        smoother, truth, inputs = made(source._replace(edits=""), _plain(model), size, n, draw)
        expected = smoother.parts(inputs, truth, at_inputs, model.ridge, given.sigma)
        return smoother.expected_training_error(truth, model.ridge, given.sigma), expected.total
    train, truth, inputs, rng = _new(source, model, size, n, draw)
    y = truth + given.sigma * rng.normal(size=n)
    problem = Problem.of(train, y)
    intercept, coef = problem.unscale(solve(problem, None, model))
    error = float(np.mean((intercept + inputs @ coef - at_inputs) ** 2)) + given.sigma**2
    return float(np.mean((y - intercept - train @ coef) ** 2)), error


def _new(
    source: Source, model: Model, size: int, n: int, draw: int
) -> tuple[Array, Array, Array, np.random.Generator]:
    """Columns (n, p) and truth (n,) at ``n`` new inputs, columns (m, p) where curves are drawn, and what draws next."""
    made = rows(source._replace(edits=""))
    assert made.given.truth is not None
    rng = np.random.default_rng([source.seed, 8, n, draw])
    x = scattered(n, rng)
    train = basis_of(made.given, model).columns(x, size)
    inputs = columns(source._replace(edits=""), model.basis, model.seed, size)[1]
    return train, made.given.truth(x), inputs[:, : train.shape[1]], rng


@lru_cache(maxsize=64)
def _smoother(source: Source, plain: Model, size: int, n: int, draw: int) -> tuple[Smoother, Array, Array]:
    """The smoother at ``n`` new inputs, for every λ, the truth there, and the columns where curves are drawn."""
    train, truth, inputs, _ = _new(source, plain, size, n, draw)
    return Smoother(Problem.of(train, truth)), truth, inputs


def _plain(model: Model) -> Model:
    """The same columns without a penalty."""
    return model._replace(penalty="none", lam=0.0, alpha=1.0)


def _subsets(source: Source, model: Model, size: int) -> Learning | None:
    made, laid = rows(source), system(source, model.basis, model.seed, size)
    judged = made.of(VALIDATION)
    if not len(judged) or made.n < 8:
        return None
    counts = np.unique(np.rint(np.geomspace(5, made.n, 9)).astype(int))
    orders = [np.random.default_rng([source.seed, 9, k]).permutation(made.of(TRAIN)) for k in range(ORDERS)]
    table = np.array([[_on_subset(made, laid, model, order[:n], judged) for order in orders] for n in counts])
    middle = np.median(table, axis=1)
    return Learning(counts.astype(float), middle[:, 0], middle[:, 1], False)


def _on_subset(
    made: Rows, laid: System, model: Model, picked: Index, judged: Index
) -> tuple[float, float]:  # fmt: skip
    problem = Problem.of(laid.at_rows[picked], made.y[picked])
    intercept, coef = problem.unscale(solve(problem, None, model))
    residual = made.y - intercept - laid.at_rows @ coef
    return float(np.mean(residual[picked] ** 2)), float(np.mean(residual[judged] ** 2))
