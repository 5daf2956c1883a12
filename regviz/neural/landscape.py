"""The loss landscape around a net: exact gradients and Hessian products on a data set, Lanczos, random slices."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from regviz.neural.evaluate import batch_of
from regviz.neural.layer import Array, Mode
from regviz.neural.net import Net
from regviz.neural.network import Network
from regviz.neural.streams import generator


class Landscape:
    """Loss, gradient and Hessian of R variants of ``net`` on all of ``inputs`` (n, d) and ``targets``.

    Penalties, dropout and smoothing are left out. ``mode`` "train" uses the statistics of the whole set in batch
    norms and differentiates them; "evaluate" uses ``averages``. float64 by default.
    """

    def __init__(
        self, net: Net, inputs: ArrayLike, targets: ArrayLike, *, variants: int = 1, mode: Mode = "evaluate",
        averages: Array | None = None, dtype: Any = np.float64,
    ) -> None:  # fmt: skip
        batch = batch_of(net, inputs, targets)
        self.net, self.variants = net, variants
        self.network = Network(net, variants, batch.inputs.shape[2], mode=mode, dtype=dtype)
        self.network.load(batch)
        if averages is not None:
            self.network.averages[...] = averages

    def loss(self, params: Array) -> Array:
        """Mean loss (R,) at ``params`` (R, P)."""
        self.network.params[...] = params
        self.network.forward()
        return self.network.loss.total()

    def gradient(self, params: Array) -> Array:
        """Gradient (R, P) at ``params`` (R, P), a new array."""
        self.network.params[...] = params
        self.network.forward()
        return self.network.backward().copy()

    def hessian_product(self, params: Array, direction: Array) -> Array:
        """Hessian at ``params`` times ``direction``, all (R, P); see `Network.hessian_product`."""
        self.network.params[...] = params
        return self.network.hessian_product(direction)

    def sharpness(self, params: Array, *, steps: int = 40, seed: int = 0) -> "Spectrum":
        """The largest Hessian eigenvalue of each variant at ``params`` (R, P)."""
        start: Array = generator(seed, "lanczos").standard_normal((1, params.shape[1]))
        return lanczos(lambda v: self.hessian_product(params, v), np.repeat(start, len(params), axis=0), steps)


@dataclass(frozen=True, eq=False, slots=True)
class Spectrum:
    """Largest eigenvalue ``top`` (R,) with its unit ``vector`` (R, P), all Ritz values (R, k) in ascending order
    (NaN in front where the Krylov space has fewer), and ``residual`` (R,) = ‖Av − top·v‖, within which an eigenvalue
    lies for certain.
    """

    top: Array
    vector: Array
    ritz: Array
    residual: Array


def lanczos(product: Callable[[Array], Array], start: Array, steps: int) -> Spectrum:
    """The largest eigenvalues of R symmetric matrices given by ``product`` (R, P) → (R, P), from ``start`` (R, P).

    Lanczos with full reorthogonalisation, at most P steps; a variant whose Krylov space is used up stops by itself.
    """
    rows, size = start.shape
    steps = min(steps, size)
    basis = np.zeros((steps, rows, size))
    diagonal, off = np.zeros((steps, rows)), np.zeros((steps, rows))
    basis[0] = _unit(np.asarray(start, np.float64), 0.0)[0]
    for k in range(steps):
        image = np.asarray(product(basis[k]), np.float64)
        diagonal[k] = np.einsum("rp,rp->r", basis[k], image)
        for _ in range(2):  # twice is enough (Parlett 1980)
            image -= np.einsum("kr,krp->rp", np.einsum("krp,rp->kr", basis[: k + 1], image), basis[: k + 1])
        following, off[k] = _unit(image, 1e-10 * np.abs(diagonal[: k + 1]).max(axis=0))
        if k + 1 < steps:
            basis[k + 1] = following
    return _spectrum(basis, diagonal, off)


def _unit(vectors: Array, least: Array | float) -> tuple[Array, Array]:
    """Rows at length one, and their lengths; rows of length ``least`` or less become zero, and so does the length."""
    lengths = np.linalg.norm(vectors, axis=1)
    kept = lengths > least
    scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=kept)
    return vectors * scale[:, None], np.where(kept, lengths, 0.0)


def _spectrum(basis: Array, diagonal: Array, off: Array) -> Spectrum:
    steps, rows = diagonal.shape
    spent = ~basis.any(axis=2)  # (k, R): zero vectors past the end of the Krylov space
    floor = -1 - 3 * (np.abs(diagonal) + off).max(axis=0)  # below every Ritz value (Gershgorin)
    matrices = np.zeros((rows, steps, steps))
    index = np.arange(steps)
    matrices[:, index, index] = np.where(spent, floor, diagonal).T
    matrices[:, index[1:], index[:-1]] = off[:-1].T
    values, vectors = np.linalg.eigh(matrices)  # reads the lower triangle
    values[index < spent.sum(axis=0)[:, None]] = np.nan
    last = vectors[:, :, -1]
    return Spectrum(
        top=values[:, -1],
        vector=np.einsum("krp,rk->rp", basis, last),
        ritz=values,
        residual=np.abs(off[-1] * last[:, -1]),
    )


def filter_directions(net: Net, params: Array, seed: int, count: int = 2) -> Array:
    """Random directions (count, P) around ``params`` (P,), scaled filter by filter (Li et al. 2018).

    Each unit's incoming weights get a direction of the same norm as the weights; biases, γ and β stay.
    """
    noise = generator(seed, "directions").standard_normal((count, net.size))
    found = np.zeros_like(noise)
    for parameter in net.dense:
        weights = parameter.weights(params[None].astype(np.float64))
        raw = parameter.weights(noise)
        scale = np.linalg.norm(weights, axis=2, keepdims=True) / np.linalg.norm(raw, axis=2, keepdims=True)
        parameter.weights(found)[...] = raw * scale
    return found


def slice_losses(landscape: Landscape, params: Array, directions: Array, steps: Array) -> Array:
    """Losses at w + Σ_i a_i d_i for ``params`` w (P,), ``directions`` d (m, P) and ``steps`` a (s, m): (s,).

    The landscape's variants take that many points at a time.
    """
    points = params + steps @ directions
    found = np.empty(len(points))
    for start in range(0, len(points), landscape.variants):
        part = points[start : start + landscape.variants]
        padded = np.broadcast_to(part[-1], (landscape.variants, part.shape[1])).copy()
        padded[: len(part)] = part
        found[start : start + len(part)] = landscape.loss(padded)[: len(part)]
    return found
