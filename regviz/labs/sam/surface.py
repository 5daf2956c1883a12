"""Surfaces over two weights with their exact gradient and Hessian: a valley with a sharp and a flat end, and a bowl.

No steps and no pictures here.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

TWO, BOWL = "two minima", "quadratic bowl"
SHARP, FLAT = 0, 1
EXTENT = (-2.2, 2.2, -0.9, 0.9)
"""The plane that is shown and searched: left, right, bottom, top."""


@dataclass(frozen=True)
class Surface:
    """L(w) = ½κ(w₁)w₂² + q(w₁), a valley along w₁ whose curvature across is κ(x) = b + (c − b)/(1 + e^{x/s}).

    ``steep`` c on the left, ``wide`` b on the right, ``turn`` s between. q(x) = ``barrier``·((x/a)² − 1)² with minima
    of loss 0 at x = ∓a (``apart`` a); without a barrier q = x²/2 and with b = c the surface is a quadratic.
    """

    name: str
    steep: float
    wide: float
    turn: float = 1.0
    barrier: float = 0.0
    apart: float = 1.0

    def loss(self, w: ArrayLike) -> Array:
        """L at ``w`` (…, 2): (…)."""
        x, y = _split(w)
        floor = self.barrier * self._well(x) ** 2 if self.barrier else 0.5 * x * x
        return np.asarray(0.5 * self._across(x)[0] * y * y + floor)

    def gradient(self, w: ArrayLike) -> Array:
        """∇L at ``w`` (…, 2): (…, 2)."""
        x, y = _split(w)
        across, slope = self._across(x)
        found = np.empty((*x.shape, 2))
        fall = 4 * self.barrier * x * self._well(x) / self.apart**2 if self.barrier else x
        np.add(0.5 * slope * y * y, fall, out=found[..., 0])
        np.multiply(across, y, out=found[..., 1])
        return found

    def hessian(self, w: ArrayLike) -> Array:
        """The Hessian at ``w`` (…, 2): (…, 2, 2)."""
        x, y = _split(w)
        across, slope = self._across(x)
        found = np.empty((*x.shape, 2, 2))
        floor = 4 * self.barrier * (3 * self._well(x) + 2) / self.apart**2 if self.barrier else 1.0
        found[..., 0, 0] = 0.5 * self._bend(x, slope) * y * y + floor
        found[..., 1, 1] = across
        found[..., 0, 1] = found[..., 1, 0] = slope * y
        return found

    def sharpness(self, w: ArrayLike) -> Array:
        """The largest eigenvalue of the Hessian at ``w`` (…, 2): (…)."""
        H = self.hessian(w)
        half = 0.5 * (H[..., 0, 0] - H[..., 1, 1])
        return np.asarray(0.5 * (H[..., 0, 0] + H[..., 1, 1]) + np.hypot(half, H[..., 0, 1]))

    @property
    def minima(self) -> Array:
        """The minima (m, 2), the sharp one first."""
        return np.array([[-self.apart, 0.0], [self.apart, 0.0]] if self.barrier else [[0.0, 0.0]])

    @property
    def names(self) -> tuple[str, ...]:
        """What the minima are called."""
        return ("sharp", "flat") if self.barrier else ("minimum",)

    @property
    def quadratic(self) -> bool:
        """Whether the Hessian is the same everywhere."""
        return not self.barrier and self.steep == self.wide

    def basin(self, w: Array) -> Array:
        """Which minimum small steps of gradient descent reach from ``w`` (n, 2): its index (n,), −1 for none yet."""
        rate, minima = 1.0 / _steepest(self), self.minima
        found, rest, w = np.full(len(w), -1), np.arange(len(w)), w.copy()
        with np.errstate(all="ignore"):
            for steps in (*[_LOOK] * (_POLISH // _LOOK), 0):
                far = np.hypot(w[:, None, 0] - minima[:, 0], w[:, None, 1] - minima[:, 1])
                there = (far < (_SETTLED if steps else _THERE)).any(axis=1)
                found[rest[there]] = far[there].argmin(axis=1)
                going = ~there & np.isfinite(w).all(axis=1)
                rest, w = rest[going], w[going]
                for _ in range(steps if len(w) else 0):
                    w -= rate * self.gradient(w)
        return found

    def _across(self, x: Array) -> tuple[Array, Array]:
        """The curvature κ and its derivative."""
        share = 0.5 - 0.5 * np.tanh(0.5 * x / self.turn)
        gap = self.steep - self.wide
        return self.wide + gap * share, -gap * share * (1 - share) / self.turn

    def _bend(self, x: Array, slope: Array) -> Array:
        """The second derivative of the curvature, whose first one is ``slope``."""
        return np.asarray(-slope * np.tanh(0.5 * x / self.turn) / self.turn)

    def _well(self, x: Array) -> Array:
        """(x/a)² − 1."""
        return np.asarray((x / self.apart) ** 2 - 1)


_POLISH, _THERE = 400, 0.2
_LOOK, _SETTLED = 20, 0.05
"""Steps after which those are done that small steps leave no more: the surfaces are convex so near a minimum."""


def _split(w: ArrayLike) -> tuple[Array, Array]:
    values = np.asarray(w, np.float64)
    return values[..., 0], values[..., 1]


@lru_cache(maxsize=8)
def _steepest(surface: Surface) -> float:
    """The largest curvature on the plane."""
    left, right, bottom, top = EXTENT
    points = np.stack(np.meshgrid(np.linspace(left, right, 120), np.linspace(bottom, top, 60)), axis=-1)
    return float(surface.sharpness(points).max())


SURFACES = {TWO: Surface(TWO, 16.0, 1.0, 0.25, 0.04, 0.6), BOWL: Surface(BOWL, 12.0, 12.0)}
