"""The nets of the lab: one run with SGD, SAM and SAM at half the radius, and what is measured on it as it trains."""

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Frame
from regviz.labs import _nets as nets
from regviz.labs.sam import net_panels, scale_panels
from regviz.labs.sam.curvature import Surroundings
from regviz.labs.sam.state import SCALED, SamState
from regviz.neural import Hyper

Array = NDArray[Any]

EVERY = 20
"""Steps between two looks at the sharpness."""


def hyper(state: SamState) -> Hyper:
    """No radius, ρ, and ρ/2."""
    return nets.hyper(state, rho=(0.0, state.rho, 0.5 * state.rho))


def train(state: SamState) -> Generator[Frame, Any, None]:
    """A picture every ``pace`` steps, in either of the views of nets; ρ, η and α may change in between."""
    around: list[Surroundings] = []

    def sharpness(run: nets.Run) -> Array:
        """λ₁ and its residual (R, 2)."""
        if not around:
            around.append(Surroundings(run))
        return np.stack(around[0].sharpness(run.params), axis=1)

    run = nets.Run(
        state, net_panels.BASE[state.optimiser], "SAM", "SAM, ρ/2", hyper=hyper(state), every=EVERY,
        watch={"sharpness": sharpness},
    )  # fmt: skip
    scaled = scale_panels.Scaled(around[0])

    def picture(state: SamState, run: nets.Run) -> Frame:
        if state.tab == SCALED:
            return scale_panels.frame(state, run, scaled)
        return net_panels.frame(state, run, around[0])

    return nets.train(state, run, hyper, picture)
