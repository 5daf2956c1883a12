"""Marks of the plane of two weights that several views share: level lines, minima, axes. Nothing is computed twice."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Contours, Mark, Points
from regviz.labs import _nets as nets
from regviz.labs.sam.surface import EXTENT, SURFACES
from regviz.neural import grid

Array = NDArray[Any]

GD_ROLE, SAM_ROLE, HALF_ROLE = (v.role for v in nets.variants("descent", "SAM", "half"))
"""One colour for each method in every view."""
UP_ROLE = "bad"
X = Axis(low=-1.45, high=1.45, label="w₁")
Y = Axis(low=-0.62, high=0.62, label="w₂")
_COLUMNS, _ROWS = 150, 80
_LEVELS = {"valley": (0.01, 0.03, 0.06, 0.12, 0.25, 0.5, 1.0, 2.0), "bowl": (0.02, 0.08, 0.2, 0.4, 0.8, 1.4, 2.2)}


@lru_cache(maxsize=4)
def levels(name: str) -> tuple[Mark, ...]:
    """Level lines of a surface and its minima by name."""
    surface = SURFACES[name]
    left, right, bottom, top = EXTENT
    cells = surface.loss(grid(left, right, bottom, top, _COLUMNS, _ROWS)).reshape(_ROWS, _COLUMNS)
    shown = np.array(_LEVELS["valley" if surface.barrier else "bowl"])
    minima = surface.minima
    return (
        Contours(key="levels", z=cells, levels=shown, extent=EXTENT, role="contour"),
        Points(key="minima", x=minima[:, 0], y=minima[:, 1], role="text", shape="cross", labels=surface.names),
    )
