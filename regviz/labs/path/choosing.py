"""Choosing λ: one panel for each criterion over λ, its least value marked, and the degrees of freedom."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.data.steps import Steps
from regviz.lab import Axis, Band, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs._data import Source
from regviz.labs._memo import gradual
from regviz.labs.path.places import both_sides, counted, padded
from regviz.labs.path.scene import scene
from regviz.linear import CrossValidation, Path
from regviz.linear.cross_validation import validating
from regviz.linear.path import following
from regviz.linear.selection import criteria

Array = NDArray[np.float64]

PENALTIES = ("lasso", "ridge", "elastic-net")
TITLES = {
    "loo": "Leave-one-out, exact", "gcv": "Generalised cross-validation", "cp": "Cₚ",
    "aic": "AIC", "bic": "BIC",
}  # fmt: skip
_POINTS = 140
_CUT = 0.4
"""Share of a criterion's range that its panel shows, so that the minimum can be seen."""


@dataclass(frozen=True, eq=False)
class Choice:
    """The criteria that are defined, each (m,) at ``lams`` (m,) from 0 up, with ``df`` and training error (m,)."""

    path: Path
    lams: Array
    df: Array
    train: Array
    values: dict[str, Array]

    def best(self, name: str) -> float:
        """The λ of the least value; the largest such λ."""
        values = self.values[name]
        return float(self.lams[np.flatnonzero(values == np.nanmin(values))[-1]])

    @property
    def limits(self) -> tuple[float, float]:
        """The shown range of λ."""
        return float(self.lams[1]), float(self.lams[-1])


@dataclass(frozen=True, slots=True)
class Folds:
    """How rows are dealt into folds."""

    count: int
    order: str
    seed: int


@gradual(16)
def choice(key: Source, penalty: str, alpha: float) -> Steps[Choice]:
    """C_p, AIC, BIC and GCV of one penalty, for ridge exact leave-one-out as well."""
    made = scene(key, "lasso")
    problem = made.data.problem
    path = yield from following(problem, penalty, alpha if penalty == "elastic-net" else None)
    low, high = made.limits
    if penalty == "ridge" and problem.lam_max:
        values = path.lams[path.lams > 0.0]
        low, high = 1e-8 * float(values[0]), 1e-2 * float(values[0])
    elif path.lam_max:
        high = max(high, 1.15 * path.lam_max)
    knots = path.lams[(path.lams > low) & (path.lams < high)] if penalty != "ridge" else np.empty(0)
    if len(knots) > _POINTS:
        knots = knots[:: len(knots) // _POINTS + 1]
    lams = np.unique(np.concatenate([[0.0], np.geomspace(low, high, _POINTS), *both_sides(knots)]))
    found = criteria(path, lams)
    # With n − 1 features or more the fit can be perfect, and generalised cross-validation would then choose λ = 0.
    gcv = found.gcv if problem.n > problem.p + 1 else None
    every = {"loo": found.loo, "gcv": gcv, "cp": found.cp, "aic": found.aic, "bic": found.bic}
    known = {name: values for name, values in every.items() if values is not None and np.isfinite(values).any()}
    return Choice(path, lams, found.df, found.train_mse, known)


@gradual(16)
def validation(
    key: Source, penalty: str, alpha: float, folds: Folds
) -> Steps[CrossValidation | None]:  # fmt: skip
    """K-fold cross-validation over the same λ, every fold standardising its own training rows; None for one row."""
    data, found = scene(key, "lasso").data, choice(key, penalty, alpha)
    if data.problem.n < 2:
        return None
    answer = yield from validating(
        data.X, data.y, penalty=penalty, alpha=alpha if penalty == "elastic-net" else None, lams=found.lams[1:],
        folds=min(folds.count, data.problem.n), order=folds.order, seed=folds.seed,
        standardize=data.problem.standardized, problem=data.problem,
    )  # fmt: skip
    return answer


def panels(key: Source, penalty: str, alpha: float, lam: float, cv: CrossValidation | None) -> tuple[Panel, ...]:
    """Cross-validation where it is known and every criterion; df and training error where there is room."""
    found = choice(key, penalty, alpha)
    made = [] if cv is None else [_cv_panel(found, cv, lam)]
    made += [_criterion_panel(found, name, lam) for name in found.values]
    if len(made) < 6:
        made.append(_df_panel(found, lam))
    if len(made) < 4:
        made.append(_train_panel(found, lam))
    return tuple(made)


def _cv_panel(found: Choice, cv: CrossValidation, lam: float) -> Panel:
    here = _shown(found, lam)
    chosen = Readout(name="chosen", value=f"λ = {show(cv.lam_min)}", role="good")
    return Panel(
        key="cv", title=f"{len(cv.folds)}-fold cross-validation", x=_lam_axis(found), y=_y_axis(found, "cv", cv),
        marks=_cv_marks(found, cv) + _cursor(here, cv.at(here), "validation"), readouts=(chosen,), brush=True,
    )  # fmt: skip


@lru_cache(maxsize=16)
def _cv_marks(found: Choice, cv: CrossValidation) -> tuple[Mark, ...]:
    marks: list[Mark] = [
        Band(key="se", role="validation", x=cv.lams, low=cv.mean - cv.se, high=cv.mean + cv.se),
        Lines(key="curve", role="validation", x=cv.lams, y=cv.mean[None]),
    ]
    low, high = found.limits
    if low <= cv.lam_1se <= high and cv.lam_1se != cv.lam_min:
        marks.append(Rule(key="lam_1se", value=cv.lam_1se, role="validation", dash=True, label="λ 1SE"))
    return (*marks, *_minimum(_shown(found, cv.lam_min), cv.at(cv.lam_min)))


def _criterion_panel(found: Choice, name: str, lam: float) -> Panel:
    here, best = _shown(found, lam), found.best(name)
    chosen = Readout(name="chosen", value=f"λ = {show(best)}", role="good")
    at = float(np.interp(np.log(here), np.log(found.lams[1:]), found.values[name][1:]))
    return Panel(
        key=name, title=TITLES[name], x=_lam_axis(found), y=_y_axis(found, name),
        marks=_criterion_marks(found, name) + _cursor(here, at, "accent"), readouts=(chosen,), brush=True,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _criterion_marks(found: Choice, name: str) -> tuple[Mark, ...]:
    values = found.values[name]
    line = Lines(key="curve", role="accent", x=found.lams[1:], y=values[None, 1:])
    return (line, *_minimum(_shown(found, found.best(name)), float(np.nanmin(values))))


def _minimum(lam: float, value: float) -> tuple[Mark, ...]:
    x, y = np.array([lam]), np.array([value])
    return (Points(key="least", role="good", x=x, y=y, shape="diamond", labels=("least",)),)


def _cursor(here: float, value: float, role: str) -> tuple[Mark, ...]:
    point = Points(key="here", role=role, x=np.array([here]), y=np.array([value]))
    return Rule(key="cursor", value=here, role="text"), point


def _df_panel(found: Choice, lam: float) -> Panel:
    here = _shown(found, lam)
    at = found.path.df_at(here)
    return Panel(
        key="df", title="Degrees of freedom", x=_lam_axis(found), y=_df_axis(found),
        marks=_df_marks(found) + _cursor(here, at, "accent"), brush=True,
        readouts=(Readout(name="df", value=counted(at), label="df", role="accent"),),
    )  # fmt: skip


def _train_panel(found: Choice, lam: float) -> Panel:
    here = _shown(found, lam)
    at = float(np.interp(np.log(here), np.log(found.lams[1:]), found.train[1:]))
    return Panel(
        key="train", title="Training error", x=_lam_axis(found), y=_train_axis(found),
        marks=_train_marks(found) + _cursor(here, at, "train"), brush=True,
        readouts=(Readout(name="chooses", value="always chooses λ = 0", role="bad"),),
    )  # fmt: skip


@lru_cache(maxsize=16)
def _train_axis(found: Choice) -> Axis:
    low, high = padded(0.0, float(found.train.max()), 0.06)
    return Axis(low=low, high=high)


@lru_cache(maxsize=16)
def _train_marks(found: Choice) -> tuple[Mark, ...]:
    return (Lines(key="curve", role="train", x=found.lams[1:], y=found.train[None, 1:]),)


@lru_cache(maxsize=16)
def _df_marks(found: Choice) -> tuple[Mark, ...]:
    return (Lines(key="curve", role="accent", x=found.lams[1:], y=found.df[None, 1:]),)


@lru_cache(maxsize=16)
def _df_axis(found: Choice) -> Axis:
    return Axis(low=0.0, high=1.08 * max(float(found.df.max()), 1.0), label="df")


@lru_cache(maxsize=16)
def _lam_axis(found: Choice) -> Axis:
    low, high = found.limits
    return Axis(low=low, high=high, log=True, label="λ (log scale)")


@lru_cache(maxsize=64)
def _y_axis(found: Choice, name: str, cv: CrossValidation | None = None) -> Axis:
    values = found.values[name] if cv is None else cv.mean
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    bottom, top = padded(low, low + _CUT * (high - low), 0.12)
    return Axis(low=bottom, high=top)


def _shown(found: Choice, lam: float) -> float:
    low, high = found.limits
    return min(max(lam, low), high)
