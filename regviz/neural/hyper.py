"""Hyper-parameters, one number for all variants or one for each. Frozen; may change between any two steps."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from regviz.neural.layer import Array

Number = float | Sequence[float]
PerLayer = float | Sequence[float] | Sequence[Sequence[float]]

_BOUNDS = {
    "rate": (0.0, np.inf), "momentum": (0.0, 1.0), "l1": (0.0, np.inf), "l2": (0.0, np.inf), "decay": (0.0, np.inf),
    "rho": (0.0, np.inf), "smoothing": (0.0, 1.0), "dropout": (0.0, 1.0), "survival": (0.0, 1.0),
}  # fmt: skip
_SINGLE = ("rate", "momentum", "l1", "l2", "decay", "rho", "smoothing")
_OPEN_ABOVE = ("rate", "momentum", "l1", "l2", "decay", "rho", "dropout")


@dataclass(frozen=True, kw_only=True)
class Hyper:
    """What a trainer obeys. Each field is one number for all variants or a sequence of R.

    ``rate`` η; ``momentum`` μ (SGD alone); ``l2`` λ of the penalty λ/2‖w‖², added to the gradient; ``decay`` λ of
    decoupled weight decay; ``l1`` λ of the penalty λ‖w‖₁, by its prox after each step; ``rho`` ρ of
    sharpness-aware minimisation; ``smoothing`` ε of the labels; ``dropout`` the drop rate q and ``survival`` the
    probability p of residual blocks, these two also (R, number of layers). ``knobs`` are (name, value) pairs for
    what other layers can turn, such as ("spectral", (0, 1)).
    """

    rate: Number = 0.1
    momentum: Number = 0.0
    l1: Number = 0.0
    l2: Number = 0.0
    decay: Number = 0.0
    rho: Number = 0.0
    smoothing: Number = 0.0
    dropout: PerLayer = 0.0
    survival: PerLayer = 1.0
    knobs: tuple[tuple[str, PerLayer], ...] = ()

    def arrays(self, variants: int) -> dict[str, Array]:
        """Every field as an array (R,), or (R, layers) where it was given so; float64.

        Raises ValueError naming the field for another number of values, or values out of range.
        """
        given = {spec.name: getattr(self, spec.name) for spec in fields(self) if spec.name != "knobs"}
        return {name: _rows(name, value, variants) for name, value in (given | dict(self.knobs)).items()}


def _rows(name: str, value: PerLayer, variants: int) -> Array:
    found = np.asarray(value, np.float64)
    if found.ndim == 0:
        found = np.full(variants, found)
    if len(found) != variants or found.ndim > (1 if name in _SINGLE else 2):
        raise ValueError(f"{name} must be one number or one for each of the {variants} variants, not {found.shape}.")
    low, high = _BOUNDS.get(name, (-np.inf, np.inf))
    inside = (found >= low) & ((found < high) if name in _OPEN_ABOVE else (found <= high))
    if not inside.all():
        bracket = ")" if name in _OPEN_ABOVE else "]"
        raise ValueError(f"{name} must lie in [{low:g}, {high:g}{bracket}, not {found[~inside].flat[0]:g}.")
    return found
