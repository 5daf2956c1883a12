"""The regularization path with the λ cursor, over log λ, the share of ‖w‖₁ or the degrees of freedom."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Lines, Mark, Panel, Points, Readout, Rule
from regviz.labs.shrinkage.coefficients import axes as bar_axes
from regviz.labs.shrinkage.scene import Scene, degrees

Array = NDArray[np.float64]

AXES = ("log-lambda", "l1-share", "df")
SHOWN = 40
"""Most curves drawn; the largest are kept and the panel says how many there are."""
NAMED = 8


def panel(made: Scene, lam: float, w: Array, df: float, axis: str) -> Panel:
    """The path over ``axis`` with its cursor at ``lam``, where the solution is ``w`` (p,)."""
    x = axes(made, axis)
    here = min(max(position(made, lam, w, df, axis), x.low), x.high)
    drawn = largest(made)
    moving: tuple[Mark, ...] = (
        Rule(key="cursor", value=here, bound="lam" if axis == "log-lambda" else "", role="text"),
        *(_dots(made, key, here, w, coloured) for key, coloured in (("others-here", False), ("here", True))),
    )
    readouts = []
    if any(mark.key == "crossings" for mark in still(made, axis)):
        readouts.append(Readout(name="crossings", value="○ sign change", role="bad"))
    if len(drawn) < len(made.ols):
        readouts.append(Readout(name="thinned", value=f"{len(drawn)} largest of {len(made.ols)}", role="muted"))
    return Panel(
        key="path", title="Regularization path", x=x, y=bar_axes(made)[1], marks=still(made, axis) + moving,
        readouts=tuple(readouts),
    )  # fmt: skip


def _dots(made: Scene, key: str, here: float, w: Array, coloured: bool) -> Points:
    """Where the drawn curves are at the cursor: small dots for the grey ones."""
    group = _drawn(made, coloured)
    roles = tuple(made.roles[j] for j in group)
    return Points(key=key, x=np.full(len(group), here), y=w[group], roles=roles, small=not coloured)


def position(made: Scene, lam: float, w: Array, df: float, axis: str) -> float:
    """Where λ stands on the axis."""
    if axis == "log-lambda":
        return lam
    return df if axis == "df" else _share(made, w)


def lam_at(made: Scene, axis: str, value: float) -> float:
    """The λ whose place on the axis is nearest to ``value``: what dragging the cursor there means."""
    places = degrees(made) if axis == "df" else np.abs(made.coef).sum(axis=1) / _full(made)
    return float(made.lams[int(np.argmin(np.abs(places - value)))])


@lru_cache(maxsize=8)
def largest(made: Scene) -> list[int]:
    """The features whose curves are drawn, grey ones first so that coloured ones lie on top."""
    size = np.abs(made.coef).max(axis=0)
    kept = np.argsort(-size, kind="stable")[:SHOWN]
    return sorted((int(j) for j in kept), key=lambda j: (made.roles[j].startswith("informative"), j))


def _drawn(made: Scene, coloured: bool) -> list[int]:
    """The features drawn in a colour, or those drawn in grey."""
    return [j for j in largest(made) if made.roles[j].startswith("informative") is coloured]


@lru_cache(maxsize=16)
def axes(made: Scene, axis: str) -> Axis:
    """The x axis of that name."""
    if axis == "l1-share":
        return Axis(low=0.0, high=1.02, label="share of ‖w‖₁ at λ = 0")
    if axis == "df":
        return Axis(low=0.0, high=max(float(degrees(made).max()), 1.0) * 1.02, label="degrees of freedom")
    return Axis(low=made.limits[0], high=made.limits[1], log=True, label="λ (log scale)")


@lru_cache(maxsize=16)
def still(made: Scene, axis: str) -> tuple[Mark, ...]:
    """The curves and, for ridge, where they cross zero."""
    x, rows = _places(made, axis), np.arange(len(made.lams))
    if axis == "df" and made.path.penalty in ("lasso", "elastic-net"):
        x, rows = _stairs(made, x)
    named = set(sorted(largest(made), key=lambda j: -np.abs(made.coef[:, j]).max())[:NAMED])
    marks: list[Mark] = []
    for key, coloured in (("others", False), ("features", True)):
        group = _drawn(made, coloured)
        if group:
            names = made.problem.names
            labels = tuple(names[j] if coloured or (j in named and made.data.truth is None) else "" for j in group)
            roles = tuple(made.roles[j] for j in group)
            curves = made.coef[rows][:, group].T
            marks.append(Lines(key=key, x=x, y=curves, labels=labels, roles=roles, thin=not coloured))
    if made.path.penalty == "ridge" and (crossings := _crossings(made, x)):
        places = np.array(crossings)
        marks.append(Points(key="crossings", x=places, y=np.zeros_like(places), shape="ring", role="bad"))
    return tuple(marks)


def _stairs(made: Scene, x: Array) -> tuple[Array, NDArray[np.intp]]:
    """Places (m,) and rows (m,) of ``coef`` of curves that go level where features come or go: degrees of freedom jump
    there while no coefficient moves, however many of the knots are drawn.
    """
    count = np.count_nonzero(made.coef, axis=1)
    turns = np.flatnonzero(count[1:] != count[:-1])
    fuller = turns + (count[turns + 1] > count[turns])  # coefficients move where more of them are not zero
    return np.insert(x, turns + 1, x[fuller]), np.insert(np.arange(len(x)), turns + 1, 2 * turns + 1 - fuller)


def _full(made: Scene) -> float:
    return max(float(np.abs(made.ols).sum()), 1e-300)


def _share(made: Scene, w: Array) -> float:
    return float(np.abs(w).sum()) / _full(made)


def _places(made: Scene, axis: str) -> Array:
    if axis == "l1-share":
        places: Array = np.abs(made.coef).sum(axis=1) / _full(made)
        return places
    return degrees(made) if axis == "df" else made.lams


def _crossings(made: Scene, x: Array) -> list[float]:
    """Where a drawn curve changes sign between two drawn λ, found by linear interpolation."""
    found = []
    for j in largest(made):
        curve = made.coef[:, j]
        for k in np.flatnonzero(curve[:-1] * curve[1:] < 0.0):
            share = curve[k] / (curve[k] - curve[k + 1])
            found.append(float(x[k] + share * (x[k + 1] - x[k])))
    return found
