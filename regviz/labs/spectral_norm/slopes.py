"""What is measured of two trained classifiers: bounds, slopes, certified radii, adversarial points. No pictures."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.labs import _nets as nets
from regviz.labs._nets.task import WIDE
from regviz.labs.spectral_norm.state import SpectralState
from regviz.neural import Hyper, Net, generator, grid
from regviz.neural.lipschitz import (
    Probe,
    certified_radii,
    decisions,
    nearest_other,
    pair_slopes,
    product_bound,
    singular_values,
)
from regviz.neural.spectral import folded, normalised

Array = NDArray[Any]

NAMES = ("plain", "spectral norm")
PAIRS = 10_000
SEARCHED = 60
"""Training points around which adversarial points are searched, the first ones."""
_TRAINED, _COLUMNS, _ROWS = 128, 24, 16
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Look:
    """One moment of both nets: ``radii`` (2, m) certified around the searched points, ``nearest`` (2, m, 2) the
    adversarial points found, NaN for none, ``right`` (2, m) whether the decision is, ``probe`` (2,) the radius there.
    """

    radii: Array
    nearest: Array
    right: Array
    probe: Array
    distances: Array

    @property
    def broken(self) -> Array:
        """How many certified radii (2,) an adversarial point lies inside of."""
        return np.asarray((self.distances < self.radii * (1 - ROUNDING)).sum(axis=1))


class Steepness:
    """Measures the nets of a run of ``state`` as plain nets in float64, with the weights that evaluation uses."""

    def __init__(self, state: SpectralState) -> None:
        self.task = nets.task(state)
        self.plain = nets.net(state)
        self.net: Net = normalised(self.plain)
        searched = min(SEARCHED, len(self.task.train.y))
        self.probe, self._one, self._near = (Probe(self.plain, 2, size) for size in (256, 1, searched))
        tall = self.task.reach
        cells = grid(-WIDE * tall, WIDE * tall, -tall, tall, _COLUMNS, _ROWS)
        self.points = np.concatenate([cells, self.task.train.X[:_TRAINED]])
        source = generator(state.seed, "pairs")
        self.first, self.second = source.integers(len(self.points), size=(2, PAIRS))

    def params(self, run: nets.Run) -> Array:
        """Parameters (2, P) of the plain nets that the run's nets are."""
        return self._folded(run, run.params, run.trainer.averages)

    def _folded(self, run: nets.Run, params: Array, averages: Array) -> Array:
        with np.errstate(all="ignore"):
            return folded(self.net, params, averages, run.trainer.hyper.arrays(2)["spectral"])

    def bound(self, run: nets.Run) -> Array:
        """The product bounds (2,)."""
        return product_bound(self.plain, self.params(run))

    def measured(self, run: nets.Run) -> Array:
        """The largest slope met (2,): local ones on a grid and at training points, and those of 10,000 pairs."""
        self.probe.take(self.params(run))
        outputs = self.probe.outputs(self.points)
        local = self.probe.slopes(self.points).max(axis=1)
        return np.asarray(np.maximum(local, pair_slopes(outputs, self.points, self.first, self.second).max(axis=1)))

    def largest(self, run: nets.Run) -> Array:
        """σ₁ of every layer as it is used (2, layers)."""
        return np.stack([values[:, 0] for values in singular_values(self.plain, self.params(run))], axis=1)

    def spectra(self, run: nets.Run) -> list[Array]:
        """All singular values (2, k) of every layer as it is used."""
        return singular_values(self.plain, self.params(run))

    def look(self, state: SpectralState, run: nets.Run) -> Look:
        """Certified radii and the search around the first training points."""
        params = self._folded(run, run.shown, run.shown_averages)
        bound = product_bound(self.plain, params)
        part = self.task.train
        points = part.X[:SEARCHED]
        self._near.take(params)
        self._one.take(params)
        with np.errstate(all="ignore"):
            outputs = self._near.outputs(points)
            nearest = nearest_other(self._near, points)
            there = certified_radii(self._one.outputs([[state.probe_x, state.probe_y]]), bound)[:, 0]
        return Look(
            radii=certified_radii(outputs, bound), nearest=nearest,
            right=decisions(outputs) == part.y[:SEARCHED], probe=there,
            distances=np.asarray(np.linalg.norm(nearest - points, axis=2)),
        )  # fmt: skip


def hyper(state: SpectralState) -> Hyper:
    """Learning rate and momentum; the first net plain, the layers of the second of norm c."""
    return nets.hyper(state, knobs=(("spectral", (0.0, 1.0 / state.norm)),))
