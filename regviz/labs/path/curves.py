"""Coefficients and correlations along the walk of one method, with entries, drops and the cursor."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs._data import Source
from regviz.labs.path import places
from regviz.labs.path.scene import Scene, scene
from regviz.linear.lars import METHODS, LarsWalk

Array = NDArray[np.float64]

TITLES = {"lars": "LARS", "lasso": "Lasso", "stagewise": "Forward stagewise"}
_JOINED = 30
_SMALL = 24
FEW, NAMED = 24, 12
"""Up to so many curves all have a name; beyond, so many of the largest."""


def path_panel(made: Scene, place: float, kind: str, drawn: str, key: str = "path", y: Axis | None = None) -> Panel:
    """The coefficients over the axis ``kind`` with the cursor at ``place``; ``drawn`` is exact or often-drawn."""
    here, w = places.position(made, place, kind), made.walk.coef_at(place)
    moving = cursor(made, here, w[list(made.shown)])
    joined = drawn == "often-drawn" and kind == "log-lambda"
    readouts = [Readout(name="length", value=_length(made.walk), role="muted")]
    if joined:
        gap = show(100.0 * joining_gap(made.walk, made.limits[0]), 2)
        readouts = [Readout(name="gap", value=f"joined knots are off by up to {gap} %", role="bad")]
    return Panel(
        key=key, title=TITLES[made.walk.method], x=places.x_axis(made, kind), y=y or y_axis(made),
        marks=_still(made, kind, joined) + moving, readouts=(*readouts, *thinned(made)), brush=True,
    )  # fmt: skip


def cursor(made: Scene, here: float, values: Array) -> tuple[Mark, ...]:
    """The upright line at ``here`` and a point on each shown curve, at ``values`` (c,)."""
    roles = tuple(made.roles[j] for j in made.shown)
    return (
        Rule(key="cursor", value=here, role="text"),
        Points(key="here", x=np.full(len(values), here), y=values, roles=roles, small=len(values) > 12),
    )  # fmt: skip


def thinned(made: Scene) -> tuple[Readout, ...]:
    """How many features are drawn, where that is not all of them."""
    p = made.data.problem.p
    if len(made.shown) == p:
        return ()
    return (Readout(name="thinned", value=f"{len(made.shown)} of {p} features drawn", role="muted"),)


def ties_panel(made: Scene, place: float, kind: str) -> Panel:
    """|x_jᵀr|/n over the same axis: who is tied falls together along λ."""
    here = places.position(made, place, kind)
    values = np.abs(made.walk.corr_at(place))[list(made.shown)]
    tied = int(np.count_nonzero(made.walk.moving(int(place))))
    return Panel(
        key="ties", title="Absolute correlations", x=places.x_axis(made, kind), y=_ties_axis(made),
        marks=_falling(made, kind) + cursor(made, here, values), brush=True,
        readouts=(Readout(name="tied", value=f"{tied} fall together" if tied > 1 else f"{tied} falls", role="accent"),),
    )  # fmt: skip


@lru_cache(maxsize=32)
def y_axis(made: Scene) -> Axis:
    """Room for every coefficient of the walk."""
    low, high = places.padded(min(float(made.walk.coef.min()), 0.0), max(float(made.walk.coef.max()), 0.0), 0.08)
    return Axis(low=low, high=high, label="w (standardised), triangle: enters")


@lru_cache(maxsize=8)
def shared_y_axis(key: Source) -> Axis:
    """One axis for all methods, so that their pictures can be laid on one another."""
    axes = [y_axis(scene(key, method)) for method in METHODS]
    low, high = min(axis.low for axis in axes), max(axis.high for axis in axes)
    return Axis(low=low, high=high, label=axes[0].label)


def joining_gap(walk: LarsWalk, low: float) -> float:
    """Largest distance, over the largest |w_j|, of the path to its knots joined on a log axis from ``low`` on."""
    knots = _joinable(walk, low)
    largest = float(np.abs(walk.coef).max())
    if len(knots) < 2 or not largest:
        return 0.0
    worst = 0.0
    for high, end in zip(knots[:-1], knots[1:], strict=True):
        lams = np.geomspace(walk.lams[high], walk.lams[end], _JOINED)
        t = np.linspace(0.0, 1.0, _JOINED)[:, None]
        exact = np.array([walk.coef_at(walk.place_of(float(lam))) for lam in lams])
        chord = walk.coef[high] + t * (walk.coef[end] - walk.coef[high])
        worst = max(worst, float(np.abs(exact - chord).max()))
    return worst / largest


def _joinable(walk: LarsWalk, low: float) -> list[int]:
    """Knots that a log axis from ``low`` on shows."""
    return np.flatnonzero(walk.lams >= low).tolist()


def _length(walk: LarsWalk) -> str:
    return f"{walk.steps} steps, {walk.problem.p} features" if walk.complete else f"first {walk.steps} steps"


@lru_cache(maxsize=48)
def _still(made: Scene, kind: str, joined: bool) -> tuple[Mark, ...]:
    x, y = places.along(made, kind), made.trace.coef.T
    marks: list[Mark] = _events(made, kind)
    if not joined:
        return (*_lines(made, "", x, y), *marks)
    knots = _joinable(made.walk, made.limits[0])
    ghost = Lines(key="exact", role="muted", x=x, y=y, dash=True, thin=True)
    chords = made.walk.coef[knots][:, list(made.shown)].T
    return (ghost, *_lines(made, "joined-", made.walk.lams[knots], chords), *marks)


def named(made: Scene, y: Array) -> tuple[str, ...]:
    """Names of the shown features for their curves ``y`` (c, m); of many grey ones only the largest have one."""
    count = len(made.shown)
    largest = set(np.argsort(-np.nanmax(np.abs(y), axis=1), kind="stable")[: NAMED if count > FEW else count].tolist())
    return tuple(
        made.names[j] if i in largest or made.roles[j].startswith("informative") else ""
        for i, j in enumerate(made.shown)
    )


def _lines(made: Scene, prefix: str, x: Array, y: Array) -> list[Mark]:
    """Grey curves first, coloured ones above them."""
    roles, names = [made.roles[j] for j in made.shown], named(made, y)
    marks: list[Mark] = []
    for key, coloured in (("others", False), ("features", True)):
        rows = [i for i, role in enumerate(roles) if role.startswith("informative") is coloured]
        if rows:
            labels = tuple(names[i] for i in rows)
            marks.append(
                Lines(key=prefix + key, x=x, y=y[rows], labels=labels, roles=tuple(roles[i] for i in rows),
                      thin=not coloured)
            )  # fmt: skip
    return marks


def _events(made: Scene, kind: str) -> list[Mark]:
    """Triangles where features start to move, crosses where they stop."""
    where, marks = places.knots(made, kind), []
    for key, way, shape in (("entries", 1, "triangle"), ("drops", -1, "cross")):
        found = [(k, j) for k, group in enumerate(made.walk.events) for j, sign in group if sign == way]
        found = [(k, j) for k, j in found if j in made.shown]
        if found:
            steps, features = (list(part) for part in zip(*found, strict=True))
            x, y = where[steps], made.walk.coef[steps, features]
            roles = tuple("bad" if way < 0 else made.roles[j] for _, j in found)
            labels = tuple(f"{made.names[j]} out" for _, j in found) if way < 0 and len(found) <= 3 else ()
            marks.append(Points(key=key, x=x, y=y, roles=roles, labels=labels, shape=shape, small=len(found) > _SMALL))
    return list(marks)


@lru_cache(maxsize=16)
def _ties_axis(made: Scene) -> Axis:
    return Axis(low=0.0, high=1.06 * (float(made.walk.lams[0]) or 1.0), label="|xⱼᵀr|/n")


@lru_cache(maxsize=48)
def _falling(made: Scene, kind: str) -> tuple[Mark, ...]:
    x = places.along(made, kind)
    common = Lines(key="common", role="text", x=x, y=made.trace.lams[None], labels=("λ",), dash=True)
    return (*_lines(made, "", x, np.abs(made.trace.corr).T), common)
