"""What the four panels share while λ moves: the path, its curves over λ and cross-validation, computed once each."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.data import DataError
from regviz.data.steps import Steps, part
from regviz.labs._data import Data, Groups, Source, feature_roles, load
from regviz.labs._memo import gradual
from regviz.linear import CrossValidation, Path
from regviz.linear.cross_validation import validating
from regviz.linear.group_lasso import parse_groups
from regviz.linear.logistic import DIVERGES, LogisticPath, following_logistic
from regviz.linear.logistic_newton import exists
from regviz.linear.logistic_problem import LogisticProblem, best_bias
from regviz.linear.path import following
from regviz.linear.problem import Problem

Array = NDArray[np.float64]

POINTS = 240
"""Values of λ at which curves are drawn, besides the knots."""
FEW = 12
"""The same for the logistic loss, whose path is a fine grid already."""
TRIED = 50
"""Values of λ that cross-validation tries where every one has to be solved for."""
_WALK = 0.8
"""Share of a scene's work that its path takes, about."""
LEAST_ALPHA = 0.02
"""Below this α the elastic net's own λ_max would leave the slider's range to the ridge part alone."""


@dataclass(frozen=True, eq=False)
class Scene:
    """One penalty on one data set.

    ``lams`` (L,) increasing are the drawn values of λ, ``coef`` (L, p) the standardised solutions there, ``train`` (L,)
    the training error (mean square or deviance), ``test`` (L,) the exact expected test error or None.
    ``ols`` (p,) is the solution at λ = 0, ``order`` lists the features, those that matter most first. ``limits`` is the
    shown range of λ.
    """

    data: Data
    loss: str
    path: Path
    limits: tuple[float, float]
    lams: Array
    coef: Array
    train: Array
    test: Array | None
    ols: Array
    roles: tuple[str, ...]
    order: tuple[int, ...]
    groups: Groups

    @property
    def problem(self) -> Problem:
        """The standardised problem that the path was solved on."""
        return self.path.problem

    @property
    def target(self) -> Array:
        """What is fitted (n,): the target, or 0 and 1 for the logistic loss."""
        if self.loss == "logistic" and self.data.outcomes is not None:
            return self.data.outcomes
        return self.data.y


def groups_of(found: Data, text: str, size: int) -> Groups:
    """The blocks of the group lasso: those of ``text``, else the data's own, else runs of ``size`` columns."""
    if text.strip():
        return parse_groups(text, found.problem.names)
    if found.truth is None:
        return found.groups
    p = found.problem.p
    return tuple(tuple(range(start, min(start + size, p))) for start in range(0, p, size))


@gradual(8)
def scene(key: Source, loss: str, penalty: str, alpha: float, groups_text: str, group_size: int) -> Steps[Scene]:
    """The scene of one penalty on one source; the same object for the same arguments."""
    found = load(key)
    groups = groups_of(found, groups_text, group_size)
    mixing = alpha if penalty == "elastic-net" else None
    path = yield from _path(found, loss, penalty, mixing, groups if penalty == "group-lasso" else None)
    limits = _limits(path, alpha)
    lams, coef = yield from _drawn(limits, path)
    order = _importance(coef)
    return Scene(
        data=found, loss=loss, path=path, limits=limits, lams=lams, coef=coef, train=_train_error(path, lams, coef),
        test=_test_error(found, coef), ols=_unpenalised(path),
        roles=feature_roles(found, order), order=order, groups=groups,
    )  # fmt: skip


@gradual(8)
def validation(
    key: Source, loss: str, penalty: str, alpha: float, groups_text: str, group_size: int, folds: int, order: str,
    seed: int,
) -> Steps[CrossValidation]:
    """K-fold cross-validation of the scene's penalty, standardising inside the folds."""
    made = scene(key, loss, penalty, alpha, groups_text, group_size)
    found = yield from validating(
        made.data.X, made.target, penalty=penalty, loss=loss, alpha=alpha if penalty == "elastic-net" else None,
        groups=made.groups if penalty == "group-lasso" else None, lams=_tried(made),
        folds=min(folds, made.data.problem.n), order=order, seed=seed,
        standardize=made.data.problem.standardized, problem=made.data.problem,
    )  # fmt: skip
    return found


def _tried(made: Scene) -> Array:
    """The falling λ that cross-validation tries: all that are drawn where an exact path makes that cheap."""
    if made.loss == "logistic" or made.path.penalty in ("elastic-net", "group-lasso"):
        return np.geomspace(*made.limits, TRIED)[::-1]
    return made.lams[::-1]


def chosen(made: Scene, x: int, y: int) -> tuple[int, int]:
    """The two features of the geometry: −1 picks by importance, numbers past the last are brought into range."""
    last = made.data.problem.p - 1
    j = min(x, last) if x >= 0 else next((k for k in made.order if k != min(y, last)), 0)
    k = min(y, last) if y >= 0 else next((k for k in made.order if k != j), 0)
    return (j, k) if j != k or last == 0 else (j, j - 1 if j == last else j + 1)


@lru_cache(maxsize=8)
def degrees(made: Scene) -> Array:
    """Degrees of freedom (L,) at the drawn λ."""
    return np.array([made.path.df_at(float(lam)) for lam in made.lams])


def slow(made: Scene) -> bool:
    """Whether cross-validation takes long enough to show the picture without it first."""
    problem = made.problem
    if made.loss == "logistic":
        return True
    most = 40 if made.path.penalty in ("elastic-net", "group-lasso") else 200
    return problem.p > most or problem.n * problem.p > 50_000


def _limits(path: Path, alpha: float) -> tuple[float, float]:
    top = path.problem.lam_max
    if path.penalty == "elastic-net":
        top /= max(alpha, LEAST_ALPHA)
    elif path.lam_max is not None:
        top = path.lam_max
    return (1e-4 * top, 2.0 * top) if top > 0.0 else (1e-4, 1.0)


def _drawn(limits: tuple[float, float], path: Path) -> Steps[tuple[Array, Array]]:
    """The drawn λ (L,), increasing, and the solutions (L, p) there."""
    low, high = limits
    inside = np.flatnonzero((path.lams > low) & (path.lams < high))
    if len(inside) > POINTS:
        inside = inside[:: len(inside) // POINTS + 1]
    fresh = limits if path.penalty == "group-lasso" else np.geomspace(low, high, POINTS)
    if isinstance(path, LogisticPath):
        fresh = np.geomspace(low, high, FEW)
    lams = np.concatenate([fresh, path.lams[inside]])
    solved = []
    for count, lam in enumerate(fresh):
        solved.append(path.standardized_at(float(lam)))
        yield _WALK + (1.0 - _WALK) * count / len(fresh)
    coef = np.concatenate([solved, path.curve.coef[inside]])
    lams, order = np.unique(lams, return_index=True)
    return lams, coef[order]


def _path(found: Data, loss: str, penalty: str, alpha: float | None, groups: Groups | None) -> Steps[Path]:
    if loss == "squared" or found.outcomes is None:
        path = yield from part(following(found.problem, penalty, alpha, groups), 0.0, _WALK)
        return path
    if penalty == "none" and not exists(LogisticProblem.of(found.X, found.outcomes)):
        raise DataError(DIVERGES)
    problem = found.problem
    steps = following_logistic(found.X, found.outcomes, penalty, alpha, groups, problem.standardized, problem.names)
    logistic = yield from part(steps, 0.0, _WALK)
    return logistic


def _unpenalised(path: Path) -> Array:
    """The solution at λ = 0 (p,), or at the smallest λ with one where two classes are separated."""
    free = path.standardized_at(0.0)
    return free if np.isfinite(free).all() else path.curve.coef[-1]


def _train_error(path: Path, lams: Array, coef: Array) -> Array:
    """Mean squared residual ‖y − Xw‖²/n, or mean deviance, of each solution in ``coef`` (L, p)."""
    if isinstance(path, LogisticPath):
        problem = path.curve.problem
        biases = [best_bias(problem, problem.null_point.bias, problem.X @ w) for w in coef]
        return np.array([2.0 * problem.loss(bias, w) for bias, w in zip(biases, coef, strict=True)])
    return path.problem.squares(coef)


def _test_error(found: Data, coef: Array) -> Array | None:
    if found.test_error is None:
        return None
    return np.array([found.test_error(*found.problem.unscale(w)) for w in coef])


def _importance(coef: Array) -> tuple[int, ...]:
    """Features in the order in which they matter as λ falls: largest summed share of the path first."""
    size = np.abs(coef)
    share = size / np.maximum(size.max(axis=1, keepdims=True), 1e-300)
    return tuple(int(j) for j in np.argsort(-share.sum(axis=0), kind="stable"))
