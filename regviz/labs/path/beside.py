"""Pictures beside each other: the three methods and where they part; lasso, elastic net and ridge with their df."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.data.steps import Steps, part
from regviz.lab import Axis, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs._data import Source
from regviz.labs._memo import gradual
from regviz.labs.path import places
from regviz.labs.path.curves import TITLES, cursor, named, path_panel, shared_y_axis, thinned
from regviz.labs.path.places import both_sides, counted
from regviz.labs.path.scene import scene
from regviz.linear import Path
from regviz.linear.crossings import Crossing, zero_crossings
from regviz.linear.curves import RidgeCurve
from regviz.linear.lars import METHODS
from regviz.linear.least_squares import least_squares
from regviz.linear.path import following

Array = NDArray[np.float64]

PENALTIES = ("lasso", "elastic-net", "ridge")
NAMES = {"lasso": "Lasso", "elastic-net": "Elastic net", "ridge": "Ridge"}
ROLES = {"lasso": "l1", "elastic-net": "elastic-net", "ridge": "l2"}
_METHOD_ROLES = {"lars": "first", "stagewise": "second"}
_POINTS = 160
_FEW = 40
"""Up to this many features the paths are drawn at `_POINTS` values of λ, beyond at a third of them."""
_SAME = 1e-9
"""Paths closer than this share of the largest coefficient count as one."""


def method_panels(key: Source, lam: float, kind: str, drawn: str) -> tuple[Panel, ...]:
    """LARS, lasso and forward stagewise on one scale, each at ``lam``, and how far they are from the lasso."""
    panels = []
    for method in METHODS:
        made = scene(key, method)
        panel = path_panel(made, made.walk.place_of(lam), kind, drawn, key=f"path-{method}", y=shared_y_axis(key))
        panels.append(panel)
    return (*panels, _apart_panel(key, lam))


@dataclass(frozen=True, eq=False)
class Apart:
    """Largest |w − w_lasso| over the largest |w_lasso| (m,) at ``lams`` (m,), and the λ where each method parts."""

    lams: Array
    distance: dict[str, Array]
    parts: dict[str, float | None]


@lru_cache(maxsize=8)
def apart(key: Source) -> Apart:
    """How far LARS and stagewise are from the lasso at equal λ, at all their knots and densely between."""
    walks = {method: scene(key, method).walk for method in METHODS}
    low, high = scene(key, "lasso").limits
    lams = np.unique(np.concatenate([walk.lams[walk.lams >= low] for walk in walks.values()] + [[low, high]]))
    lams = np.unique(np.concatenate([lams, np.geomspace(low, high, _POINTS)]))[::-1]
    coef = {name: np.array([w.coef_at(w.place_of(float(lam))) for lam in lams]) for name, w in walks.items()}
    size = float(np.abs(walks["lasso"].coef).max()) or 1.0
    distance = {m: np.abs(coef[m] - coef["lasso"]).max(axis=1) / size for m in _METHOD_ROLES}
    parts: dict[str, float | None] = {}
    for method, values in distance.items():
        beyond = np.flatnonzero(values > _SAME)
        parts[method] = float(lams[max(int(beyond[0]) - 1, 0)]) if beyond.size else None
    return Apart(lams, distance, parts)


def _apart_panel(key: Source, lam: float) -> Panel:
    made, found = scene(key, "lasso"), apart(key)
    here = min(max(lam, made.limits[0]), made.limits[1])
    values = [float(np.interp(here, found.lams[::-1], found.distance[m][::-1])) for m in _METHOD_ROLES]
    readouts = tuple(
        Readout(name=m, label=TITLES[m].rpartition(" ")[2], value=_parting(found.parts[m]), role=role)
        for m, role in _METHOD_ROLES.items()
    )
    roles = tuple(_METHOD_ROLES.values())
    points = Points(key="here", x=np.full(len(values), here), y=np.array(values), roles=roles)
    return Panel(
        key="apart", title="Distance from the lasso", x=places.x_axis(made, "log-lambda"), y=_apart_axis(key),
        marks=(*_apart_lines(key), Rule(key="cursor", value=here, role="text"), points),
        readouts=readouts, brush=True,
    )  # fmt: skip


def _parting(lam: float | None) -> str:
    return "never parts" if lam is None else f"parts at λ = {show(lam, 4)}"


@lru_cache(maxsize=8)
def _apart_axis(key: Source) -> Axis:
    high = max(float(values.max()) for values in apart(key).distance.values())
    return Axis(low=-0.02 * (high or 1.0), high=1.1 * (high or 1.0), label="largest |w − w lasso| / largest |w lasso|")


@lru_cache(maxsize=8)
def _apart_lines(key: Source) -> tuple[Mark, ...]:
    found = apart(key)
    return tuple(
        Lines(key=m, role=role, x=found.lams, y=found.distance[m][None], labels=(TITLES[m],), dash=m == "stagewise")
        for m, role in _METHOD_ROLES.items()
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Curves:
    """One penalty's path at ``lams`` (m,), rising: ``coef`` (m, c) of the shown features and ``df`` (m,)."""

    path: Path
    lams: Array
    coef: Array
    df: Array


@gradual(16)
def curves(key: Source, penalty: str, alpha: float) -> Steps[Curves]:
    """The path of ``penalty`` over the range that all three panels share."""
    made = scene(key, "lasso")
    mixing = alpha if penalty == "elastic-net" else None
    path = yield from part(following(made.data.problem, penalty, mixing), 0.0, 0.6)
    low, high = _range(key, alpha)
    points = _POINTS if path.problem.p <= _FEW else _POINTS // 3
    knots = path.lams[(path.lams > low) & (path.lams < high)]
    # Degrees of freedom of the lasso jump at every knot and are flat between; each costs next to nothing.
    if len(knots) > points and penalty != "lasso":
        knots = knots[:: len(knots) // points + 1]
    lams = np.unique(np.concatenate([np.geomspace(low, high, points), *both_sides(knots)]))
    coef, df = [], []
    for count, lam in enumerate(lams.tolist()):
        coef.append(path.standardized_at(lam)[list(made.shown)])
        df.append(path.df_at(lam))
        yield 0.6 + 0.4 * count / len(lams)
    return Curves(path, lams, np.array(coef), np.array(df))


def following_all(key: Source, alpha: float) -> Steps[None]:
    """The curves of all penalties."""
    for count, penalty in enumerate(PENALTIES):
        yield from part(curves.steps(key, penalty, alpha), count / len(PENALTIES), (count + 1) / len(PENALTIES))


def known(key: Source, alpha: float) -> bool:
    """Whether the curves of all penalties are there."""
    return all(curves.knows(key, penalty, alpha) for penalty in PENALTIES)


def _range(key: Source, alpha: float) -> tuple[float, float]:
    low, high = scene(key, "lasso").limits
    return low, high / max(alpha, 0.25)


def penalty_panels(key: Source, lam: float, alpha: float, drawn: str) -> tuple[Panel, ...]:
    """Lasso, elastic net and ridge over λ at the same ``lam``, and their degrees of freedom."""
    panels = [_penalty_panel(key, penalty, lam, alpha, drawn) for penalty in PENALTIES]
    return (*panels, _df_panel(key, lam, alpha))


def _penalty_panel(key: Source, penalty: str, lam: float, alpha: float, drawn: str) -> Panel:
    made, found = scene(key, "lasso"), curves(key, penalty, alpha)
    axis = lam_axis(key, alpha)
    here = min(max(lam, axis.low), axis.high)
    w = found.path.standardized_at(here)
    words = f"{np.count_nonzero(w)} of {len(w)} not zero"
    crossings = ridge_crossings(key, alpha) if penalty == "ridge" else ()
    if penalty == "ridge":
        words = f"{len(crossings)} sign changes" if len(crossings) != 1 else "1 sign change"
        words = f"each shrunk alone, as often drawn; exact: {words}" if drawn == "often-drawn" else words
    title = f"Elastic net, α = {show(alpha, 2)}" if penalty == "elastic-net" else NAMES[penalty]
    return Panel(
        key=f"path-{penalty}", title=title, x=axis, y=_penalty_axis(key, alpha),
        marks=_penalty_marks(key, penalty, alpha, drawn) + cursor(made, here, w[list(made.shown)]),
        readouts=(Readout(name="count", value=words, role=ROLES[penalty]), *thinned(made)), brush=True,
    )  # fmt: skip


@lru_cache(maxsize=16)
def ridge_crossings(key: Source, alpha: float) -> tuple[Crossing, ...]:
    """Where ridge coefficients cross zero within the shown range of λ."""
    curve = curves(key, "ridge", alpha).path.curve
    assert isinstance(curve, RidgeCurve)
    return zero_crossings(curve.system, *_range(key, alpha)) if curve.system.values.size else ()


@lru_cache(maxsize=16)
def lam_axis(key: Source, alpha: float) -> Axis:
    """The λ axis that the three penalties share."""
    low, high = _range(key, alpha)
    return Axis(low=low, high=high, log=True, label="λ (log scale)")


@lru_cache(maxsize=16)
def _penalty_axis(key: Source, alpha: float) -> Axis:
    found = [curves(key, penalty, alpha).coef for penalty in PENALTIES]
    low, high = min(float(c.min()) for c in found), max(float(c.max()) for c in found)
    low, high = places.padded(min(low, 0.0), max(high, 0.0), 0.08)
    return Axis(low=low, high=high, label="w (standardised)")


@lru_cache(maxsize=32)
def _penalty_marks(key: Source, penalty: str, alpha: float, drawn: str) -> tuple[Mark, ...]:
    made, found = scene(key, "lasso"), curves(key, penalty, alpha)
    roles, names = tuple(made.roles[j] for j in made.shown), named(made, found.coef.T)
    if penalty == "ridge" and drawn == "often-drawn":
        alone = least_squares(made.data.problem).coef[list(made.shown)] / (1.0 + found.lams[:, None])
        return (
            Lines(key="exact", role="muted", x=found.lams, y=found.coef.T, dash=True, thin=True),
            Lines(key="alone", x=found.lams, y=alone.T, labels=names, roles=roles),
        )
    marks: list[Mark] = [Lines(key="features", x=found.lams, y=found.coef.T, labels=names, roles=roles)]
    crossings = [c for c in ridge_crossings(key, alpha) if c.feature in made.shown] if penalty == "ridge" else []
    if crossings:
        labels = tuple(made.names[c.feature] for c in crossings) if len(crossings) <= 6 else ()
        marks.append(
            Points(key="crossings", role="bad", x=np.array([c.lam for c in crossings]),
                   y=np.zeros(len(crossings)), shape="ring", labels=labels)
        )  # fmt: skip
    return tuple(marks)


def _df_panel(key: Source, lam: float, alpha: float) -> Panel:
    axis = lam_axis(key, alpha)
    here = min(max(lam, axis.low), axis.high)
    values = [curves(key, penalty, alpha).path.df_at(here) for penalty in PENALTIES]
    return Panel(
        key="df", title="Degrees of freedom", x=axis, y=_df_axis(key),
        marks=(*_df_lines(key, alpha), Rule(key="cursor", value=here, role="text"),
               Points(key="here", x=np.full(len(values), here), y=np.array(values), roles=tuple(ROLES.values()))),
        readouts=tuple(
            Readout(name=f"df-{p}", label=NAMES[p], value=counted(value), role=ROLES[p])
            for p, value in zip(PENALTIES, values, strict=True)
        ), brush=True,
    )  # fmt: skip


@lru_cache(maxsize=8)
def _df_axis(key: Source) -> Axis:
    problem = scene(key, "lasso").data.problem
    return Axis(low=0.0, high=1.08 * min(problem.p, max(problem.n - 1, 1)), label="df")


@lru_cache(maxsize=16)
def _df_lines(key: Source, alpha: float) -> tuple[Mark, ...]:
    found = {penalty: curves(key, penalty, alpha) for penalty in PENALTIES}
    return tuple(
        Lines(key=p, role=ROLES[p], x=c.lams, y=c.df[None], labels=(NAMES[p],), dash=p == "elastic-net")
        for p, c in found.items()
    )
