"""Power iteration on a 2×2 matrix made from its singular value decomposition, and its exact rates. No pictures."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.labs.spectral_norm.state import SpectralState
from regviz.neural import power_iteration

Array = NDArray[Any]

ROUNDING = 1e-15
"""Relative size below which a difference to σ₁ is rounding."""


@dataclass(frozen=True, eq=False)
class Walk:
    """Iterates v_k, u_k (K + 1, 2) and σ̂_k (K + 1,) for k = 0 … K on ``matrix`` W (2, 2).

    v₀ is the start, u₀ = Wv₀/‖Wv₀‖ (u₁ of the decomposition where Wv₀ = 0), σ̂_k = u_kᵀWv_k. One iteration is
    v ← Wᵀu/‖Wᵀu‖ followed by u ← Wv/‖Wv‖. ``left`` and ``right`` hold the singular vectors as columns.
    """

    matrix: Array
    left: Array
    right: Array
    values: Array
    v: Array
    u: Array
    estimate: Array

    @property
    def ratio(self) -> float:
        """σ₂/σ₁."""
        return float(self.values[1] / self.values[0])

    @property
    def tangent(self) -> float:
        """The tangent of ∠(v₀, v₁), infinite where the start is at a right angle to v₁."""
        along, across = np.abs(self.v[0] @ self.right)
        return float(across / along) if along > ROUNDING else np.inf

    @property
    def sine(self) -> Array:
        """The sine of ∠(v_k, v₁), an angle between lines, of each iterate (K + 1,)."""
        found: Array = np.abs(self.v @ self.right[:, 1])
        return found

    @property
    def gap(self) -> Array:
        """σ₁ − σ̂_k (K + 1,), as it comes out of the subtraction."""
        found: Array = self.values[0] - self.estimate
        return found

    def angle_law(self) -> Array:
        """(σ₂/σ₁)^{2k}·tan ∠(v₀, v₁), which is tan ∠(v_k, v₁) exactly."""
        found: Array = self.ratio ** (2.0 * np.arange(len(self.v))) * self.tangent
        return found

    def gap_law(self) -> Array:
        """(σ₁² − σ₂²)/(2σ₁)·(σ₂/σ₁)^{4k}·tan² ∠(v₀, v₁): what σ₁ − σ̂_k tends to."""
        first, second = self.values
        return np.asarray((first**2 - second**2) / (2 * first) * self.angle_law() ** 2)


def walk(state: SpectralState) -> Walk:
    """The iteration that ``state`` describes; the same object for the same controls."""
    return _walk(state.sigma, state.ratio, state.turn_in, state.turn_out, state.start, state.iterations)


@lru_cache(maxsize=32)
def _walk(sigma: float, ratio: float, turn_in: float, turn_out: float, start: float, iterations: int) -> Walk:
    left, right, values = rotation(turn_out), rotation(turn_in), np.array([sigma, sigma * ratio])
    matrix = (left * values) @ right.T
    v = rotation(start)[None, :, 0].copy()
    image = matrix @ v[0]
    length = np.linalg.norm(image)
    u = (image / length if length > ROUNDING * sigma else left[:, 0])[None].copy()
    found = [(v[0].copy(), u[0].copy(), float(u[0] @ matrix @ v[0]))]
    for _ in range(iterations):
        estimate = float(power_iteration(matrix[None], u, v)[0])
        found.append((v[0].copy(), u[0].copy(), estimate))
    rights, lefts, estimates = (np.array(part) for part in zip(*found, strict=True))
    return Walk(matrix, left, right, values, rights, lefts, estimates)


def rotation(degrees: float) -> Array:
    """The rotation (2, 2) by an angle in degrees."""
    turn = np.deg2rad(degrees)
    return np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
