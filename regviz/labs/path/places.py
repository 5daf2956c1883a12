"""The x axes a path is drawn over, and the way between a place on the walk and a value on the axis."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis
from regviz.labs.path.scene import Scene, explained

Array = NDArray[np.float64]

AXES = ("l1-share", "log-lambda", "df", "deviance", "step")


def both_sides(knots: Array) -> tuple[Array, Array, Array]:
    """Knots and the λ on either side of each: degrees of freedom jump there, and may do so above it or below."""
    return knots * (1.0 - 1e-9), knots, knots * (1.0 + 1e-9)


def counted(df: float) -> float | int:
    """Degrees of freedom that are a number of features as that number."""
    return int(df) if df.is_integer() else df


@lru_cache(maxsize=64)
def x_axis(made: Scene, kind: str) -> Axis:
    """The axis of that kind; λ falls from right to left on the logarithmic one."""
    if kind == "log-lambda":
        return Axis(low=made.limits[0], high=made.limits[1], log=True, label="λ (log scale)")
    if kind == "df":
        high = 1.03 * max(float(made.trace.df.max()), 1.0)
        lasso = made.walk.method == "lasso"
        return Axis(low=0.0, high=high, label="active features" + (" = degrees of freedom" if lasso else ""))
    if kind == "deviance":
        # All curves part at the end, where their names stand beside it.
        high = 1.1 * max(float(made.trace.deviance.max()), 1e-3)
        return Axis(low=0.0, high=high, label="share of deviance explained")
    if kind == "step":
        return Axis(low=0.0, high=max(made.walk.steps, 1) * 1.02, label="step")
    end = "λ = 0" if made.walk.complete else "the last step"
    return Axis(low=0.0, high=1.02, label=f"share of ‖w‖₁ at {end}")


def along(made: Scene, kind: str) -> Array:
    """The sampled walk (m,) on that axis."""
    trace = made.trace
    if kind == "log-lambda":
        return trace.lams
    if kind == "l1-share":
        shares: Array = trace.norm / made.total
        return shares
    return {"df": trace.df, "deviance": trace.deviance, "step": trace.places}[kind]


def knots(made: Scene, kind: str) -> Array:
    """The knots (K,) on that axis."""
    return np.array([position(made, float(k), kind) for k in range(made.walk.lams.size)])


def position(made: Scene, place: float, kind: str) -> float:
    """Where ``place`` stands on that axis, at its ends where it lies beyond."""
    walk = made.walk
    if kind == "step":
        return place
    if kind == "df":
        return active(made, place)
    if kind == "log-lambda":
        return min(max(walk.lam_at(place), made.limits[0]), made.limits[1])
    w = walk.coef_at(place)
    return float(np.abs(w).sum()) / made.total if kind == "l1-share" else float(explained(walk, w[None])[0])


def active(made: Scene, place: float) -> float:
    """How many features moved on the way to ``place``; 0 at the start."""
    if place <= 0.0 or not made.walk.steps:
        return 0.0
    return float(np.count_nonzero(made.walk.moving(math.ceil(place) - 1)))


def place_at(made: Scene, value: float, kind: str) -> float:
    """The place whose position on that axis is nearest to ``value``: what dragging there means."""
    where = along(made, kind)
    if kind == "log-lambda":
        with np.errstate(divide="ignore"):
            where, value = np.log(np.maximum(where, made.limits[0])), float(np.log(max(value, made.limits[0])))
    near = int(np.argmin(np.abs(where - value)))
    # The first place with that many active features is a knot, at which one of them has yet to move.
    near = min(near + 1, len(where) - 1) if kind == "df" else near
    return float(made.trace.places[near])


def padded(low: float, high: float, share: float) -> tuple[float, float]:
    """The range ``low`` … ``high`` with a margin of ``share`` of its length, never empty."""
    length = high - low
    if not length > 0.0:
        length = max(abs(high), 1.0)
    return float(low - share * length), float(high + share * length)
