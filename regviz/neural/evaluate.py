"""Looking at trained nets: outputs, losses and accuracies on any points, decision surfaces, weight statistics."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from regviz.neural.batches import Batch
from regviz.neural.layer import Array, Mode
from regviz.neural.losses import LOSSES
from regviz.neural.net import Net
from regviz.neural.network import Network

_CHUNK = 256


@dataclass(frozen=True, eq=False, slots=True)
class Score:
    """Mean loss and share of correct decisions, each (R,); accuracy is NaN for regression."""

    loss: Array
    accuracy: Array


class Evaluator:
    """Passes points through ``variants`` nets at once, in chunks that stay in the cache.

    In the mode "evaluate" norms use running averages and nothing is dropped; in "masked" the masks and gates of
    `network` are the caller's, with one column for all points. ``survival`` matters where residual branches are
    scaled at evaluation.
    """

    def __init__(
        self, net: Net, variants: int = 1, *, mode: Mode = "evaluate", dtype: Any = np.float32,
        survival: ArrayLike = 1.0, chunk: int = _CHUNK,
    ) -> None:  # fmt: skip
        self.net, self.variants = net, variants
        self.network = Network(net, variants, chunk, mode=mode, dtype=dtype)
        self.network.tune(survival=survival)

    def outputs(self, inputs: ArrayLike, params: Array, averages: Array | None = None) -> Array:
        """Raw outputs (R, K, n) at ``inputs`` (n, d) for ``params`` (R, P) or (P,) and running ``averages``."""
        self._take(params, averages)
        points = np.asarray(inputs, self.network.dtype).T
        if points.ndim != 2 or len(points) != self.net.inputs:
            raise ValueError(f"The inputs must be a table with {self.net.inputs} columns, not {points.T.shape}.")
        found = np.empty((self.variants, self.net.outputs, points.shape[1]), self.network.dtype)
        with np.errstate(all="ignore"):  # a diverged net has no finite outputs
            for start in range(0, points.shape[1], self.network.size):
                part = points[:, start : start + self.network.size]
                self.network.input.values[:, 0, : part.shape[1]] = part
                found[:, :, start : start + part.shape[1]] = self.network.forward()[:, :, : part.shape[1]]
        return found

    def predict(self, inputs: ArrayLike, params: Array, averages: Array | None = None) -> Array:
        """Predictions (R, K, n): values, or probabilities for the logistic and softmax losses."""
        with np.errstate(all="ignore"):
            return LOSSES[self.net.loss].predict(self.outputs(inputs, params, averages))

    def score(self, inputs: ArrayLike, targets: ArrayLike, params: Array, averages: Array | None = None) -> Score:
        """Loss and accuracy on ``inputs`` (n, d) and ``targets`` as in `Loss.encode`; no smoothing, no penalties."""
        kind = LOSSES[self.net.loss]
        goal = kind.encode(targets, self.net.outputs)
        outputs = self.outputs(inputs, params, averages)
        with np.errstate(all="ignore"):
            losses = kind.values(outputs, goal)
            return Score(losses.mean(axis=1), kind.correct(outputs, goal).mean(axis=1))

    def _take(self, params: Array, averages: Array | None) -> None:
        self.network.params[...] = params
        if averages is not None:
            self.network.averages[...] = averages


def grid(left: float, right: float, bottom: float, top: float, columns: int, rows: int) -> Array:
    """Cell centres (rows·columns, 2) of a grid, row by row from the bottom; reshape values to (rows, columns)."""
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    y = bottom + (np.arange(rows) + 0.5) * (top - bottom) / rows
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def layer_norms(net: Net, flat: Array) -> Array:
    """‖W‖_F of each dense layer without its bias, for ``flat`` (R, P) parameters or gradients: (R, layers)."""
    wide = flat.astype(np.float64)
    return np.stack([np.sqrt((p.weights(wide) ** 2).sum(axis=(1, 2))) for p in net.dense], axis=1)


def histograms(net: Net, flat: Array, edges: Array) -> Array:
    """Counts (R, layers, bins) of the dense layers' weights in the bins between ``edges`` (bins + 1,)."""
    return np.array([[np.histogram(p.weights(row[None]), edges)[0] for p in net.dense] for row in flat])


def batch_of(net: Net, inputs: ArrayLike, targets: ArrayLike) -> Batch:
    """All of ``inputs`` (n, d) and ``targets`` (as in `Loss.encode`) as one batch."""
    return Batch.of(inputs, LOSSES[net.loss].encode(targets, net.outputs).T)
