"""The log evidence over λ with its maximum, beside the λ that cross-validation chooses."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs.bayes.axes import lam_axis
from regviz.labs.bayes.scene import Case, Curve, ridge_evidence
from regviz.linear import CrossValidation

Array = NDArray[np.float64]

DEEPEST = 2.0
LEAST_DEPTH = 20.0
"""How far below the maximum the view goes, in units of the fall from there to the smallest λ, and in nats."""


def panel(
    found: Case, prior: str, lam: float, sigma2: float, cv: CrossValidation | None, sampled: Curve | None,
    value: float | None,
) -> Panel:  # fmt: skip
    """The curve of the Gaussian prior, that of the Laplace prior once ``sampled``, the cursor, and ``value`` there."""
    x, y = lam_axis(found), height(found, sigma2)
    here = min(max(lam, x.low), x.high)
    marks: list[Mark] = [*still(found, prior, sigma2, sampled)]
    if cv is not None and x.low <= cv.lam_min <= x.high:
        marks.append(_cv_rule(found, cv))
    marks.append(Rule(key="cursor", value=here, bound="lam", role="text"))
    readouts = []
    if value is not None and here == lam:
        marks.append(Points(key="here", role="posterior", x=np.array([here]), y=np.array([value])))
    if prior == "gaussian" or sampled is not None:
        known = value if value is not None else "not sampled at this λ"
        readouts.append(Readout(name="log_evidence", label="log evidence", value=known, role="posterior", digits=4))
    if cv is not None and not x.low <= cv.lam_min <= x.high:
        readouts.append(Readout(name="lam_cv", label="validation λ", value=cv.lam_min, role="validation"))
    return Panel(key="evidence", title="Evidence", x=x, y=y, marks=tuple(marks), readouts=tuple(readouts))


@lru_cache(maxsize=16)
def height(found: Case, sigma2: float) -> Axis:
    """The axis of log evidence: the maximum and what lies near it."""
    curve, _ = ridge_evidence(found, sigma2)
    best = float(curve.max())
    fall = max(DEEPEST * (best - float(curve[0])), LEAST_DEPTH)
    low = max(float(curve.min()), best - fall)
    margin = 0.1 * max(best - low, 1.0, 1e-9 * abs(best))
    return Axis(low=low - margin, high=best + 2.0 * margin, label="log evidence (nats)")


@lru_cache(maxsize=16)
def still(found: Case, prior: str, sigma2: float, sampled: Curve | None) -> tuple[Mark, ...]:
    """Curves and their maxima: all that does not move with λ."""
    best, mine = ridge_evidence(found, sigma2)[1], prior == "gaussian"
    marks: list[Mark] = [_ridge(found, sigma2, mine)]
    if sampled is not None and not mine:
        best, shown = sampled.best, sampled.lams <= found.limits[1] * 1.5
        marks.append(
            Lines(key="lasso", role="posterior", x=sampled.lams[shown], y=sampled.heights[shown][None],
                  labels=("Laplace prior (sampled)",))
        )  # fmt: skip
    if (mine or sampled is not None) and best is not None and found.limits[0] <= best <= found.limits[1]:
        label = f"evidence: λ = {show(best)}"
        marks.append(Rule(key="best", role="posterior", dash=True, value=best, label=label))
    return tuple(marks)


@lru_cache(maxsize=16)
def _ridge(found: Case, sigma2: float, mine: bool) -> Mark:
    curve = ridge_evidence(found, sigma2)[0]
    return Lines(key="ridge", role="posterior" if mine else "muted", x=found.lams, y=curve[None], thin=not mine,
                 labels=("Gaussian prior (exact)",))  # fmt: skip


@lru_cache(maxsize=16)
def _cv_rule(found: Case, cv: CrossValidation) -> Mark:
    return Rule(
        key="lam_cv", role="validation", dash=True, value=cv.lam_min, label=f"validation: λ = {show(cv.lam_min)}"
    )
