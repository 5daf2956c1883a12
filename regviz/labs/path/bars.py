"""The optimality conditions as bars under λ, and the equiangular direction as equal angles."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Panel, Points, Readout, Rule, show
from regviz.labs.path.curves import thinned
from regviz.labs.path.scene import Scene

Array = NDArray[np.float64]

TOUCHING = 1e-9
"""Distance to λ, in units of λ_max, up to which a bar touches it."""
ROUNDING = 1e-13
"""Correlations below this share of λ_max are rounding and stand as 0."""


def kkt_panel(made: Scene, place: float) -> Panel:
    """Every |x_jᵀr|/n under the line λ, with rings on those that touch it."""
    lam = made.walk.lam_at(place)
    top, octave = float(made.walk.lams[0]), _octave(made, float(made.walk.lams[int(place)]))
    heights = np.abs(made.walk.corr_at(place))[list(made.shown)]
    heights = np.where(heights > ROUNDING * top, heights, 0.0)
    touching = np.flatnonzero(heights >= lam - TOUCHING * top)
    moving = np.flatnonzero(made.walk.moving(int(place))[list(made.shown)])
    touching = np.union1d(touching, moving) if made.walk.steps and lam > 0.0 else touching
    word = "Optimality" if made.walk.method == "lasso" else "Ties"
    bars = Bars(key="correlations", values=heights, labels=_names(made), roles=_roles(made))
    return Panel(
        key="kkt", title=f"{word}: bars under λ", x=_bar_axis(made), y=_height_axis(made, octave),
        marks=(
            bars, Rule(key="lam", axis="y", value=lam, role="penalty", label=f"λ = {show(lam)}"),
            _rings("touching", touching, heights),
        ),
        readouts=(Readout(name="touch", value=f"{len(touching)} of {made.data.problem.p} touch λ", role="penalty"),
                  *thinned(made)),
    )  # fmt: skip


def direction_panel(made: Scene, place: float) -> Panel:
    """The cosine of each feature, turned to its sign, with the direction in which the fit moves next."""
    step = min(int(place), max(made.walk.steps - 1, 0))
    turned = made.walk.angles(step) * np.sign(made.walk.corr[step])
    moving = np.flatnonzero(made.walk.moving(step))
    level = float(turned[moving].mean()) if moving.size else 0.0
    shown = list(made.shown)
    places = np.flatnonzero(np.isin(shown, moving))
    return Panel(
        key="direction", title="Equiangular direction", x=_bar_axis(made), y=_cosine_axis(made),
        marks=(
            Bars(key="cosines", values=turned[shown], labels=_names(made), roles=_roles(made)),
            Rule(key="equal", axis="y", value=level, role="accent", dash=True),
            _rings("moving", places, turned[shown]),
        ),
        readouts=(Readout(name="angle", value=_angle(made, level, moving.size), role="accent"),),
    )  # fmt: skip


def _rings(key: str, places: NDArray[np.intp], heights: Array) -> Points:
    """Rings on the tips of the bars at ``places``."""
    return Points(key=key, x=places.astype(float), y=heights[places], role="text", shape="ring", small=True)


def _angle(made: Scene, level: float, count: int) -> str:
    if not count:
        return "nothing moves"
    if not made.data.problem.standardized:
        return f"{count} at {show(level)}"
    # Near 1 the arc cosine turns rounding into millionths of a degree.
    angle = 0.0 if level > 1.0 - 1e-12 else math.degrees(math.acos(level))
    return f"{count} at {show(angle)}°"


def _names(made: Scene) -> tuple[str, ...]:
    return tuple(made.names[j] for j in made.shown)


def _roles(made: Scene) -> tuple[str, ...]:
    return tuple(made.roles[j] for j in made.shown)


@lru_cache(maxsize=16)
def _bar_axis(made: Scene) -> Axis:
    return Axis(low=-0.6, high=len(made.shown) - 0.4, hidden=True)


def _octave(made: Scene, lam: float) -> int:
    """How often the axis is cut to a quarter so that the knot's λ stands above a quarter of it, down to 4⁻¹²."""
    top = float(made.walk.lams[0])
    return min(12, int(math.log(top / lam, 4.0))) if 0.0 < lam < top else 12 if top and not lam else 0


@lru_cache(maxsize=64)
def _height_axis(made: Scene, octave: int) -> Axis:
    top = float(made.walk.lams[0]) or 1.0
    if octave == 12 and made.walk.complete:
        positive = made.walk.lams[made.walk.lams > 0.0]
        top, octave = float(positive[-1]) if positive.size else 1.0, 0
    return Axis(low=0.0, high=1.15 * top * 4.0**-octave, label="|xⱼᵀr|/n")


@lru_cache(maxsize=16)
def _cosine_axis(made: Scene) -> Axis:
    walk = made.walk
    if walk.problem.long:
        turned = np.stack([walk.angles(k) for k in range(max(walk.steps, 1))], axis=1)
    else:
        fits = walk.problem.X @ walk.moves.T
        lengths = np.linalg.norm(fits, axis=0)
        turned = (walk.problem.X.T @ (fits / np.where(lengths, lengths, 1.0))) / np.sqrt(walk.problem.n)
    turned = turned * np.sign(walk.corr[:-1].T)
    low, high = float(turned.min(initial=0.0)), float(turned.max(initial=0.0))
    label = "cosine with the direction" if walk.problem.standardized else "xⱼᵀu/√n"
    room = 0.12 * (high - low)
    return Axis(low=low - room if low < 0.0 else -0.02, high=high + room if high > 0.0 else 0.02, label=label)
