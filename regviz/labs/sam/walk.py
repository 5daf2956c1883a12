"""Gradient descent and SAM walking down a surface from one start, and from a grid of starts. No pictures here."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.labs.sam.state import SamState
from regviz.labs.sam.surface import EXTENT, SURFACES, Surface
from regviz.neural import ascend, generator, grid

Array = NDArray[Any]

DESCENT, SAM = 0, 1
FAR = 1e6
"""A walk beyond this has diverged."""

COLUMNS, ROWS = 60, 26
"""Starts of the map."""


@dataclass(frozen=True, eq=False)
class Walk:
    """``w`` (T + 2, 2, 2): the weights of gradient descent and of SAM before every step.

    ``climbed`` (T + 1, 2) is SAM's w + ρĝ of every step and ``used`` (T + 1, 2) the gradient taken there; ``loss``,
    ``sharpness`` and ``basin`` (the minimum in whose basin they are, or −1) are (T + 2, 2). ``diverged`` (2,) is the
    step that went beyond 10⁶, or −1; after it all is NaN.
    """

    w: Array
    climbed: Array
    used: Array
    loss: Array
    sharpness: Array
    basin: Array
    diverged: Array


def strides(
    surface: Surface, starts: Array, rho: Array, rate: float, noise: Array
) -> Iterator[tuple[Array, Array, Array]]:
    """The steps from ``starts`` (n, 2) with radii ``rho`` (n,): weights w before the step, w + ρĝ, gradient there.

    ``noise`` (T, 2) is added to the gradient, the same in both passes, as a mini-batch is; w is the same array at
    every step.
    """
    w, climbed = starts.copy(), starts.copy()
    climbs = bool(rho.any())
    for z in noise:
        used = surface.gradient(w) + z
        if climbs:
            ascend(w, used, rho, climbed)
            used = surface.gradient(climbed) + z
        else:
            np.copyto(climbed, w)
        yield w, climbed, used
        w -= rate * used


def walk(state: SamState) -> Walk:
    """Both walks of ``state``; the same object for the same controls."""
    return _walk(
        state.surface, state.rho, state.step_size, state.jitter, state.walk, state.seed, state.start_x, state.start_y
    )


def ends(state: SamState, method: int) -> Array:
    """In which basin walks from a grid of starts end, (ROWS, COLUMNS) from the bottom: index of the minimum, or −1."""
    rho = state.rho if method == SAM else 0.0
    return _ends(state.surface, rho, state.step_size, state.jitter, state.walk, state.seed)


def cycle(curvature: float, rate: float, rho: float) -> float | None:
    """Distance from a quadratic's minimum at which SAM jumps to and fro along an axis of this ``curvature`` for ever.

    ηhρ/(2 − ηh): from r the step leads to (1 − ηh)r − ηhρ = −r. None from ηh = 2 on.
    """
    product = rate * curvature
    return product * rho / (2.0 - product) if product < 2.0 else None


@lru_cache(maxsize=8)
def _walk(
    name: str, rho: float, rate: float, jitter: float, steps: int, seed: int, start_x: float, start_y: float
) -> Walk:
    surface = SURFACES[name]
    w = np.full((steps + 2, 2, 2), np.nan)
    climbed, used = (np.full((steps + 1, 2), np.nan) for _ in range(2))
    starts = np.tile([start_x, start_y], (2, 1))
    with np.errstate(all="ignore"):  # a walk that diverges overflows
        for t, (at, up, gradient) in enumerate(
            strides(surface, starts, np.array([0.0, rho]), rate, _noise(jitter, steps + 1, seed))
        ):
            w[t], climbed[t], used[t] = at, up[SAM], gradient[SAM]
            w[t + 1] = at - rate * gradient
        beyond = ~(np.abs(w) < FAR).all(axis=2)
        diverged = np.where(beyond.any(axis=0), beyond.argmax(axis=0), -1)
        lost = np.maximum.accumulate(beyond, axis=0)
        w[lost] = np.nan
        climbed[lost[:-1, SAM]], used[lost[:-1, SAM]] = np.nan, np.nan
        where = surface.basin(w.reshape(-1, 2)).reshape(w.shape[:2])
        return Walk(w, climbed, used, surface.loss(w), surface.sharpness(w), where, diverged)


@lru_cache(maxsize=16)
def _ends(name: str, rho: float, rate: float, jitter: float, steps: int, seed: int) -> Array:
    surface, starts = SURFACES[name], grid(*EXTENT, COLUMNS, ROWS)
    w = starts
    with np.errstate(all="ignore"):
        for at, _, used in strides(surface, starts, np.full(len(starts), rho), rate, _noise(jitter, steps, seed)):
            w = at - rate * used
        found = np.where((np.abs(w) < FAR).all(axis=1), surface.basin(w), -1).reshape(ROWS, COLUMNS)
    found.setflags(write=False)
    return found


def _noise(jitter: float, steps: int, seed: int) -> Array:
    """σz for standard normal z (T, 2), the same for all walks."""
    if jitter == 0.0:
        return np.zeros((steps, 2))
    return np.asarray(jitter * generator(seed, "steps").standard_normal((steps, 2)))
