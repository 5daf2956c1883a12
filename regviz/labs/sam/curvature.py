"""Curvature and slices of the loss around the nets of a run, and nets with two layers rescaled. No pictures here."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.labs import _nets as nets
from regviz.neural import Landscape, Net, Spectrum, filter_directions, generator, lanczos, slice_losses

Array = NDArray[Any]

POINTS = 500
"""Most training points whose loss is looked at."""
LANCZOS = 20
DIRECTIONS = 5
"""Random directions that a slice is the mean of."""
REACH, ALONG = 1.0, 41
SIDE = 25
COARSE, FINE = np.logspace(-1.0, 1.0, 5), np.logspace(-1.0, 1.0, 17)
"""The α of the curves while a run trains and when it rests."""
_LARGEST = 1e100


class Surroundings:
    """The training loss around the nets of a ``run``, in float64, on its first 500 training points."""

    def __init__(self, run: nets.Run) -> None:
        part = run.task.train
        self.net, self.seed = run.net, int(run.trainer.seed)
        self._X, self._y = part.X[:POINTS], part.y[:POINTS]
        self._made: dict[int, Landscape] = {}

    def landscape(self, variants: int) -> Landscape:
        """The loss of that many nets at once."""
        if variants not in self._made:
            self._made[variants] = Landscape(self.net, self._X, self._y, variants=variants)
        return self._made[variants]

    def sharpness(self, params: Array, *, adaptive: bool = False) -> tuple[Array, Array]:
        """The largest Hessian eigenvalue of each row of ``params`` (R, P) by Lanczos, and its residual: (R,), (R,).

        ``adaptive``: of THT with T = diag |w| (Kwon et al. 2021), which rescaling two layers leaves alone. NaN for a
        net that has diverged.
        """
        wide = params.astype(np.float64)
        with np.errstate(all="ignore"):
            good = self._usable(wide)
            safe = np.where(good[:, None], wide, 0.0)
            size = np.abs(safe) if adaptive else np.ones_like(safe)
            found = _top(self.landscape(len(wide)), safe, size, self.seed)
        return np.where(good, found.top, np.nan), np.where(good, found.residual, np.nan)

    def outputs_apart(self, run: nets.Run, params: Array, other: Array) -> float | None:
        """Largest change of an output on the training points between two nets (P,), over the largest output."""
        one, two = (run.single.outputs(self._X, p) for p in (params, other))
        with np.errstate(all="ignore"):
            scale = float(np.abs(one).max())
            return nets.finite(np.abs(two - one).max() / scale) if scale > 0 else 0.0

    def slices(self, params: Array, *, directions: Array | None = None) -> Array:
        """Loss at w + a·d for a in `ALONG` steps from −1 to 1, mean over the ``directions`` d (m, P): (`ALONG`,).

        By default filter-normalised ones (Li et al. 2018).
        """
        return self._mean(params.astype(np.float64), directions)

    def _mean(self, params: Array, directions: Array | None) -> Array:
        if not np.isfinite(params).all():
            return np.full(ALONG, np.nan)
        with np.errstate(all="ignore"):
            d = filter_directions(self.net, params, self.seed, DIRECTIONS) if directions is None else directions
            steps = np.kron(np.eye(len(d)), np.linspace(-REACH, REACH, ALONG)[:, None])
            losses = slice_losses(self.landscape(ALONG), params, d, steps)
        return np.asarray(losses.reshape(len(d), ALONG).mean(axis=0))

    def plane(self, params: Array) -> Array:
        """Loss at w + a·d + b·e for two filter-normalised directions, a over columns and b over rows: (SIDE, SIDE)."""
        wide = params.astype(np.float64)
        if not np.isfinite(wide).all():
            return np.full((SIDE, SIDE), np.nan)
        at = (np.arange(SIDE) + 0.5) * 2 * REACH / SIDE - REACH
        steps = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
        with np.errstate(all="ignore"):
            directions = filter_directions(self.net, wide, self.seed, 2)
            return slice_losses(self.landscape(ALONG), wide, directions, steps).reshape(SIDE, SIDE)

    def plain_directions(self, params: Array) -> Array:
        """Random directions (m, P) over the weights as long as the weights of ``params`` (P,); biases stay."""
        noise = generator(self.seed, "plain").standard_normal((DIRECTIONS, self.net.size)) * self.net.weight_mask
        length = np.linalg.norm(params.astype(np.float64) * self.net.weight_mask)
        return np.asarray(noise * (length / np.linalg.norm(noise, axis=1, keepdims=True)))

    def _usable(self, params: Array) -> Array:
        """Which nets have finite, tame gradients and second derivatives (R,)."""
        finite = np.asarray(np.isfinite(params).all(axis=1))
        safe = np.where(finite[:, None], params, 0.0)
        landscape, probe = self.landscape(len(params)), _start(self.seed, params.shape[1])
        rows = landscape.gradient(safe), landscape.hessian_product(safe, np.repeat(probe, len(params), axis=0))
        tame = [np.isfinite(row).all(axis=1) & (np.abs(row).max(axis=1) < _LARGEST) for row in rows]
        return np.asarray(finite & tame[0] & tame[1])


def rescaled(net: Net, params: Array, alpha: float) -> Array:
    """``params`` (P,) with the first dense layer times ``alpha`` and the second one's weights divided by it.

    Behind ReLU the function stays (Dinh et al. 2017). A net of one layer is left as it is.
    """
    found = params.astype(np.float64)[None]
    if len(net.dense) > 1:
        first, second = net.dense[:2]
        first.of(found)[...] *= alpha
        second.weights(found)[...] /= alpha
    return np.asarray(found[0])


@lru_cache(maxsize=8)
def _start(seed: int, size: int) -> Array:
    return np.asarray(generator(seed, "lanczos").standard_normal((1, size)))


def _top(landscape: Landscape, params: Array, size: Array, seed: int) -> Spectrum:
    """Lanczos on diag(size)·H·diag(size)."""
    start = np.repeat(_start(seed, params.shape[1]), len(params), axis=0)
    return lanczos(lambda v: size * landscape.hessian_product(params, size * v), start, LANCZOS)
