"""The triangles under bars that say which features another panel shows. No bars here."""

import numpy as np

from regviz.lab import Axis, Points

LIFT = 0.045
"""How far above the panel's floor they stand, so that their letters have room beside them."""


def pointers(chosen: tuple[int, ...], y: Axis) -> Points:
    """Triangles under the features ``chosen`` for another panel's x and y."""
    return Points(
        key="chosen", role="muted", shape="triangle", labels=("x", "y")[: len(chosen)],
        x=np.array(chosen, dtype=float), y=np.full(len(chosen), y.low + LIFT * (y.high - y.low)),
    )  # fmt: skip
