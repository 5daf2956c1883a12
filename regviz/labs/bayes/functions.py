"""Regression functions drawn from the prior and from the posterior, with a credible band, over one feature."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Band, Lines, Mark, Panel, Points, Readout
from regviz.labs.bayes.posterior import Posterior
from regviz.labs.bayes.scene import Case, bump_values
from regviz.theory.bayes import GaussianPrior

Array = NDArray[np.float64]

PLACES = 121
MOST_ROWS = 400
MOST_CURVES = 1500
"""Posterior functions from which a sampled band is read."""


def panel(made: Posterior, j: int, level: float, count: int, seed: int) -> Panel:
    """Functions over feature ``j``, or over the feature of the bumps."""
    x, y = axes(made.case, j)
    places, design = design_of(made.case, j)
    base = made.case.problem.y_mean
    prior = base + _prior_draws(made, count, seed) @ design.T
    marks: list[Mark] = [
        Points(key="data", role="noise", x=_at(made.case, j), y=_shown(made, j), small=True),
        Lines(key="prior", role="prior", x=places, y=prior, thin=True, fade=np.full(count, 0.5), dash=True),
    ]
    drawn = _posterior_curves(made, design, level, count, seed)
    if drawn is not None:
        curves, low, high = drawn
        marks.append(Band(key="band", role="posterior", x=places, low=base + low, high=base + high))
        marks.append(
            Lines(key="posterior", role="posterior", x=places, y=base + curves, thin=True, fade=np.full(count, 0.6))
        )
    mode = base + design @ made.mode
    marks.append(Lines(key="mode", role="text", x=places, y=mode[None], labels=("MAP",)))
    readouts = (
        Readout(name="prior_draws", value="prior", role="prior"),
        Readout(name="posterior_draws", value=f"posterior, {level:.0%} band", role="posterior"),
    )
    return Panel(key="functions", title="Functions", x=x, y=y, marks=tuple(marks), readouts=readouts)


@lru_cache(maxsize=16)
def design_of(found: Case, j: int) -> tuple[Array, Array]:
    """Places (m,) and the standardised inputs there (m, p): bumps, or feature ``j`` with the others at their means."""
    at = found.along if found.along is not None else found.inputs[:, j]
    low, high = float(at.min()), float(at.max())
    places = np.linspace(low, high, PLACES if high > low else 2)
    problem = found.problem
    if found.along is not None:
        inputs = bump_values(places, found.along, problem.p)
        return places, (inputs - problem.means) / problem.scales
    design = np.zeros((len(places), problem.p))
    design[:, j] = (places - problem.means[j]) / problem.scales[j]
    return places, design


@lru_cache(maxsize=16)
def axes(found: Case, j: int) -> tuple[Axis, Axis]:
    """Axes around the feature's range and the target."""
    at, y = (found.along if found.along is not None else found.inputs[:, j]), found.data.y
    name = found.along_name or found.names[j]
    label = "y" if found.along is not None else "y less the other features' part"
    return _around(at, 0.03, name), _around(y, 0.12, label)


def _around(values: Array, share: float, label: str) -> Axis:
    low, high = float(values.min()), float(values.max())
    margin = share * (high - low) or max(1.0, abs(high))
    return Axis(low=low - margin, high=high + margin, label=label)


@lru_cache(maxsize=16)
def _rows(found: Case) -> NDArray[np.intp]:
    n = found.problem.n
    return np.linspace(0, n - 1, min(n, MOST_ROWS)).astype(np.intp)


def _at(found: Case, j: int) -> Array:
    at = found.along if found.along is not None else found.inputs[:, j]
    return at[_rows(found)]


def _shown(made: Posterior, j: int) -> Array:
    """The target, less what the other features add to it at the mode (partial residuals)."""
    rows = _rows(made.case)
    if made.case.along is not None:
        return made.case.data.y[rows]
    rest = made.mode.copy()
    rest[j] = 0.0
    result: Array = made.case.data.y[rows] - made.case.problem.X[rows] @ rest
    return result


def _prior_draws(made: Posterior, count: int, seed: int) -> Array:
    """The same underlying numbers at every λ, so that a narrower prior pulls the same functions flat."""
    return made.prior.draws(np.random.default_rng((seed, 3)), (count, made.case.problem.p))


def _posterior_curves(
    made: Posterior, design: Array, level: float, count: int, seed: int
) -> tuple[Array, Array, Array] | None:
    """Draws (count, m) and the pointwise credible band (m,), (m,), without the intercept; None before sampling."""
    if isinstance(made.prior, GaussianPrior):
        centre, half = design @ made.exact.mean, GaussianPrior(1.0).interval(level) * made.exact.spread(design)
        draws = made.exact.draws(np.random.default_rng((seed, 4)), count)
        return draws @ design.T, centre - half, centre + half
    if made.draws is None:
        return None
    drawn = made.draws.w.reshape(-1, made.case.problem.p)
    curves = drawn[:: 1 + len(drawn) // MOST_CURVES] @ design.T
    tail = 0.5 - 0.5 * level
    low, high = np.quantile(curves, (tail, 1.0 - tail), axis=0)
    return curves[np.linspace(0, len(curves) - 1, count).astype(np.intp)], low, high
