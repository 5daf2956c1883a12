"""What SAM's loss stands for: L(w) + ρ‖∇L‖, L(w + ρĝ) and the largest L in the ball of radius ρ, on a surface."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regviz.labs.sam.surface import Surface
from regviz.neural import gradient_norms

Array = NDArray[Any]

_ANGLES, _NEWTON = 360, 12


@dataclass(frozen=True, eq=False)
class Readings:
    """At one point ``w`` (2,): its ``loss``, the gradient's ``norm``, its unit vector ``up`` (2,) and the ``hessian``.

    Where the gradient is zero ``up`` is zero too, and SAM takes its gradient at w itself.
    """

    surface: Surface
    w: Array
    loss: float
    norm: float
    up: Array
    hessian: Array

    @property
    def half(self) -> float | None:
        """½ĝᵀHĝ, what both gaps over ρ² tend to as ρ falls; None where there is no gradient."""
        return 0.5 * float(self.up @ self.hessian @ self.up) if self.norm > 0 else None

    def penalty(self, rho: ArrayLike) -> Array:
        """L(w) + ρ‖∇L(w)‖, the first-order reading (Zhao, Zhang & Hu 2022)."""
        return np.asarray(self.loss + np.asarray(rho) * self.norm)

    def sam(self, rho: ArrayLike) -> Array:
        """L(w + ρĝ), where SAM takes its gradient."""
        return self.surface.loss(self.w + np.asarray(rho)[..., None] * self.up)

    def worst(self, rho: ArrayLike) -> tuple[Array, Array]:
        """The largest L in the ball of each ``rho`` (k,) and where it is: (k,), (k, 2).

        These surfaces have no local maximum, so it lies on the circle: the best of 360 angles, then Newton's method.
        """
        radii = np.asarray(rho, np.float64)
        turn = np.linspace(0.0, 2 * np.pi, _ANGLES, endpoint=False)
        losses = self.surface.loss(self._around(radii[:, None], turn))
        best = turn[np.argmax(losses, axis=1)]
        for _ in range(_NEWTON):
            best = self._climbed(radii, best)
        places = self._around(radii, best)
        return self.surface.loss(places), places

    def gradients_apart(self, rho: float) -> float:
        """‖∇L(w + ρĝ) − (∇L + ρHĝ)‖: SAM's gradient less that of L + ρ‖∇L‖; zero on a quadratic."""
        apart = self.surface.gradient(self.w + rho * self.up) - self.norm * self.up - rho * self.hessian @ self.up
        return float(np.linalg.norm(apart))

    def _around(self, radii: Array, turn: Array) -> Array:
        return np.asarray(self.w + radii[..., None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1))

    def _climbed(self, radii: Array, turn: Array) -> Array:
        """Angles after a step of Newton's method for the largest L on each circle, where that is higher."""
        places = self._around(radii, turn)
        out = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        along = np.stack([-out[:, 1], out[:, 0]], axis=-1)
        gradient, H = self.surface.gradient(places), self.surface.hessian(places)
        first = (gradient * along).sum(axis=1)
        second = radii * np.einsum("ki,kij,kj->k", along, H, along) - (gradient * out).sum(axis=1)
        step = np.divide(-first, second, out=np.zeros_like(first), where=second < 0)
        moved = turn + np.clip(step, -0.02, 0.02)
        higher = self.surface.loss(self._around(radii, moved)) >= self.surface.loss(places)
        return np.where(higher, moved, turn)


def readings(surface: Surface, w: ArrayLike) -> Readings:
    """The readings of ``surface`` at ``w`` (2,)."""
    at = np.asarray(w, np.float64)
    gradient = surface.gradient(at)
    norm = float(gradient_norms(gradient[None])[0])
    up = gradient / norm if norm > 0 else np.zeros(2)
    return Readings(surface, at, float(surface.loss(at)), norm, up, surface.hessian(at))
