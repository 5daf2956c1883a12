"""Prior, likelihood and posterior along one coefficient, with mode, median and mean and a handle on the prior."""

import math

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Band, Handle, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs.bayes.axes import coefficient_axis, holding
from regviz.labs.bayes.posterior import Line, Posterior, line

Array = NDArray[np.float64]

POINTS = 401
HEIGHT = Axis(low=0.0, high=1.16, label="density, each over its peak")
_SAMPLED_FROM = math.log(1e-3)
"""Log of the posterior height below which too few draws would speak for the likelihood of a sampled marginal."""
_TOGETHER = 0.012
"""Values closer than this share of the view get one label."""


def panel(made: Posterior, j: int, level: float) -> Panel:
    """The three curves along coefficient ``j``."""
    found = line(made, j, level)
    seen = np.array([found.mode, found.median, found.mean, found.low, found.high])
    x = holding(coefficient_axis(made.case, made.sigma2, j), seen)
    marks: list[Mark] = [_interval(found), *_curves(made, found, x), _centres(found, x), *_width(made, x)]
    centres = (("MAP", found.mode), ("median", found.median), ("mean", found.mean))
    readouts = [Readout(name=name.lower(), label=name, value=value, role="posterior") for name, value in centres]
    readouts.append(Readout(name="others", value=others(made), role="muted"))
    return Panel(
        key="along", title=f"Along {made.case.names[j]}", x=x, y=HEIGHT, marks=tuple(marks), readouts=tuple(readouts)
    )


def others(made: Posterior) -> str:
    """What happens to the coefficients that are not shown, in words."""
    return "others held at the MAP" if made.held else "others integrated out"


def _places(x: Axis, width: float, centres: tuple[float, ...]) -> Array:
    """Where curves are drawn: evenly, and closely around 0 and the centres, where narrow ones turn."""
    even = np.linspace(x.low, x.high, POINTS)
    steps = min(8.0 * width, x.high - x.low) * np.geomspace(1e-4, 1.0, 40)
    close = np.concatenate([[0.0], steps, -steps])
    places = np.concatenate([even, *(centre + close for centre in (0.0, *centres))])
    return np.unique(places[(places >= x.low) & (places <= x.high)])


def _curves(made: Posterior, found: Line, x: Axis) -> list[Mark]:
    places = _places(x, made.prior.width, (found.mode, found.mean))
    posterior = found.density.log_density(places)
    likelihood = found.density.log_likelihood(places)
    if not made.held and made.draws is not None:
        likelihood[posterior < posterior.max() + _SAMPLED_FROM] = np.nan
    curves = (
        ("prior", made.prior.log_density(places)), ("likelihood", likelihood), ("posterior", posterior),
    )  # fmt: skip
    return [
        Lines(key=role, role=role, x=places, y=_over_peak(heights)[None], labels=(role,), dash=role == "prior")
        for role, heights in curves
    ]


def _over_peak(log_heights: Array) -> Array:
    result: Array = np.exp(log_heights - np.nanmax(log_heights))
    return result


def _interval(found: Line) -> Mark:
    """The equal-tailed credible interval, shaded under the posterior."""
    inside = np.unique(np.concatenate([np.linspace(found.low, found.high, 160), np.clip([0.0], found.low, found.high)]))
    heights = np.exp(found.density.log_density(inside) - _peak(found))
    return Band(key="credible", role="posterior", x=inside, low=np.zeros(len(inside)), high=heights)


def _centres(found: Line, x: Axis) -> Mark:
    """MAP, median and mean as points on the posterior, under one label where they coincide."""
    groups: list[tuple[str, float]] = []
    for name, value in (("MAP", found.mode), ("median", found.median), ("mean", found.mean)):
        if groups and abs(value - groups[-1][1]) <= _TOGETHER * (x.high - x.low):
            groups[-1] = (f"{groups[-1][0]}, {name}", groups[-1][1])
        else:
            groups.append((name, value))
    at = np.array([value for _, value in groups])
    heights = np.minimum(np.exp(found.density.log_density(at) - _peak(found)), 1.0)
    return Points(key="centres", role="posterior", x=at, y=heights, labels=tuple(name for name, _ in groups))


def _peak(found: Line) -> float:
    """The largest log density: at 0, at the joint mode, or, with others integrated out, somewhere near the mean."""
    low, high = min(0.0, found.mode, found.low), max(0.0, found.mode, found.high)
    return float(found.density.log_density(np.array([0.0, found.mode, *np.linspace(low, high, 401)])).max())


def _width(made: Posterior, x: Axis) -> list[Mark]:
    """The handle at one prior width from 0, where the prior has fallen to 1/√e (Gaussian) or 1/e (Laplace)."""
    prior = made.prior
    fallen = math.exp(-0.5) if prior.name == "gaussian" else math.exp(-1.0)
    zero = Rule(key="zero", role="faint", value=0.0)
    if not 0.0 < prior.width < x.high:
        return [zero]
    label = f"{prior.symbol} = {show(prior.width)}"
    return [zero, Handle(key="width", role="prior", x=prior.width, y=fallen, label=label)]
