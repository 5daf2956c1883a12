"""The joint posterior of two coefficients: regions of highest density, the prior's own, mode and mean."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Lines, Mark, Panel, Points, Readout, Region
from regviz.labs.bayes.along import others
from regviz.labs.bayes.axes import coefficient_axis, holding
from regviz.labs.bayes.posterior import Posterior
from regviz.labs.bayes.scene import Case, path

Array = NDArray[np.float64]

INNER = 0.5
"""Share of the inner region."""


def panel(made: Posterior, chosen: tuple[int, int], level: float, close: bool) -> Panel:
    """The plane of the ``chosen`` coefficients with the region of the share ``level``; ``close`` zooms to it."""
    j, k = chosen
    plane = made.plane(j, k)
    prior_x, prior_y = made.prior.outline(level)
    marks: list[Mark] = [
        *_least_squares(made.case, j, k), *_mode_line(made.case, made.prior.name, j, k),
        Region(key="prior", role="prior", x=prior_x, y=prior_y, fill=False, dash=True, label="prior"),
    ]  # fmt: skip
    half = INNER if level > 1.1 * INNER else 0.5 * level
    outer, inner = plane.region(level), plane.region(half)
    for key, edge, share in (("credible", outer, level), ("inner", inner, half)):
        marks.append(Region(key=key, role="posterior", x=edge[0], y=edge[1], label=f"{share:.0%}"))
    marks += _centres(made, plane.mean, j, k)
    x, y = (
        holding(coefficient_axis(made.case, made.sigma2, i), np.append(edge, (mean, made.mode[i])))
        for i, edge, mean in zip(chosen, outer, plane.mean, strict=True)
    )
    if close:
        x, y = _around(outer[0], x.label), _around(outer[1], y.label)
    readouts = (
        Readout(name="level", value="posterior", role="posterior"),
        Readout(name="others", value=others(made), role="muted"),
    )
    return Panel(
        key="joint", title="Two together", x=x, y=y, marks=tuple(marks), equal=True, origin=True, readouts=readouts
    )


def _around(edge: Array, label: str) -> Axis:
    """An axis with the region in its middle third."""
    low, high = float(edge.min()), float(edge.max())
    margin = 0.9 * (high - low) or 1.0
    return Axis(low=low - margin, high=high + margin, label=label)


def _centres(made: Posterior, mean: tuple[float, float], j: int, k: int) -> list[Mark]:
    at = float(made.mode[j]), float(made.mode[k])
    if made.prior.name == "gaussian":
        return [Points(key="map", role="posterior", x=_one(at[0]), y=_one(at[1]), labels=("MAP = mean",))]
    return [
        Points(key="mean", role="posterior", shape="diamond", x=_one(mean[0]), y=_one(mean[1]), labels=("mean",)),
        Points(key="map", role="text", x=_one(at[0]), y=_one(at[1]), labels=("MAP",)),
    ]


@lru_cache(maxsize=32)
def _least_squares(found: Case, j: int, k: int) -> tuple[Mark, ...]:
    ols = path(found, "gaussian").standardized_at(0.0)
    return (
        Points(key="ols", role="muted", shape="cross", x=_one(ols[j]), y=_one(ols[k]), labels=("least squares",)),
    )


@lru_cache(maxsize=32)
def _mode_line(found: Case, prior: str, j: int, k: int) -> tuple[Mark, ...]:
    """The modes of all λ."""
    modes = path(found, prior)
    line = np.array([modes.standardized_at(float(lam))[[j, k]] for lam in found.lams])
    return (Lines(key="modes", role="faint", x=line[None, :, 0], y=line[None, :, 1], thin=True, dash=True),)


def _one(value: float) -> Array:
    return np.array([value])
