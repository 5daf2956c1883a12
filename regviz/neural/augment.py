"""Augmentation: what is done to inputs and labels before a training step. Pure functions of drawn numbers; no nets.

Pictures and points share one geometry: the picture spans −1 … 1 in both directions, x₁ to the right and x₂ up, so on
8×8 images 0.25 is one pixel.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from regviz.neural.layer import Array

BLANK = -1.0
"""Ink of empty paper, which moves in from outside the picture."""
FILL = 0.0
"""Ink of a cut-out square: the middle of the range from −1 to 1."""
LEAST_ALPHA = 1e-6
"""mixup below this α mixes nothing: the limit of Beta(α, α) leaves every pair as one of its two members."""


def turn(angle: ArrayLike, flip: ArrayLike) -> Array:
    """Matrices (n, 2, 2) that mirror x₁ where ``flip`` (n,) is true, then turn left by ``angle`` (n,) radians."""
    c, s = np.cos(angle), np.sin(angle)
    mirror = np.where(flip, -1.0, 1.0)
    return np.stack([np.stack([mirror * c, -s], axis=-1), np.stack([mirror * s, c], axis=-1)], axis=-2)


def move_points(points: Array, matrices: Array, shift: Array) -> Array:
    """Ax + t for each x of ``points`` (n, 2), ``matrices`` (n, 2, 2) and ``shift`` (n, 2)."""
    moved: Array = np.einsum("nij,nj->ni", matrices, points) + shift
    return moved


def move_images(images: Array, matrices: Array, shift: Array, blank: float = BLANK) -> Array:
    """``images`` (n, h, w) moved as `move_points` moves points, bilinear, with ``blank`` outside.

    Each pixel is read at A⁻¹(x − t), where A is orthogonal. Moves by whole pixels, mirroring and no move are exact.
    """
    count, tall, wide = images.shape
    kind = images.dtype
    x = ((2.0 * np.arange(wide) + 1.0) / wide - 1.0 - shift[:, :1]).astype(kind)
    y = (1.0 - (2.0 * np.arange(tall) + 1.0) / tall - shift[:, 1:]).astype(kind)
    a = matrices[:, :, :, None, None].astype(kind)
    from_x = a[:, 0, 0] * x[:, None, :] + a[:, 1, 0] * y[:, :, None]
    from_y = a[:, 0, 1] * x[:, None, :] + a[:, 1, 1] * y[:, :, None]
    columns, across = _cells((from_x + 1.0) * (wide / 2.0) - 0.5, wide)
    rows, down = _cells((1.0 - from_y) * (tall / 2.0) - 0.5, tall)
    room = np.full((count, tall + 3, wide + 3), blank, kind)
    room[:, 1 : tall + 1, 1 : wide + 1] = images
    flat = room.reshape(-1)
    at = (np.arange(count)[:, None, None] * (tall + 3) + rows) * (wide + 3) + columns
    top, bottom = (
        (1.0 - across) * flat.take(first) + across * flat.take(first + 1) for first in (at, at + (wide + 3))
    )
    found: Array = (1.0 - down) * top + down * bottom
    return found


def _cells(position: Array, size: int) -> tuple[Array, Array]:
    """Index into a row with one blank cell in front and two behind, and how far ``position`` lies beyond it."""
    inside = np.minimum(np.maximum(position, -1.0), size)
    first = np.floor(inside)
    return first.astype(np.intp) + 1, inside - first


def cut_out(images: Array, rows: Array, columns: Array, side: int, fill: float = FILL) -> Array:
    """``images`` (n, h, w) with a square of ``side`` pixels about (``rows``, ``columns``) (n,) filled; it may hang over
    the edge (DeVries and Taylor 2017).
    """
    tall = _within(np.arange(images.shape[1]), rows, side)
    wide = _within(np.arange(images.shape[2]), columns, side)
    return np.where(tall[:, :, None] & wide[:, None, :], fill, images)


def _within(cells: Array, centres: Array, side: int) -> Array:
    start = centres[:, None] - side // 2
    inside: Array = (cells >= start) & (cells < start + side)
    return inside


def mix(values: Array, weights: Array, partners: Array) -> Array:
    """λ·v + (1 − λ)·v[partner] for ``values`` (n, d), λ = ``weights`` (n,) (Zhang and others 2018)."""
    lam = weights[:, None].astype(values.dtype)
    mixed: Array = lam * values + (1.0 - lam) * values[partners]
    return mixed


def mixing_weights(source: np.random.Generator, alpha: float, count: int) -> Array:
    """λ ~ Beta(α, α) (count,); ones where α is (nearly) 0."""
    if alpha < LEAST_ALPHA:
        return np.ones(count)
    return source.beta(alpha, alpha, count)


def smooth(targets: Array, epsilon: float) -> Array:
    """(1 − ε)·t + ε/K for ``targets`` (n, K) (Szegedy and others 2016)."""
    smoothed: Array = (1.0 - epsilon) * targets + epsilon / targets.shape[1]
    return smoothed


def fgsm(inputs: Array, gradient: Array, epsilon: float) -> Array:
    """The fast gradient sign method x + ε·sign ∇ℓ(x) (Goodfellow and others 2015); nothing is clipped."""
    attacked: Array = inputs + epsilon * np.sign(gradient)
    return attacked


@dataclass(frozen=True)
class Policy:
    """How strongly inputs are changed; each sample draws for itself.

    ``shift`` t uniform in [−shift, shift]²; ``angle`` turned uniformly by up to so many degrees either way; ``flip``
    probability of mirroring x₁; ``cutout`` side of the square in pixels (images); ``hide`` probability that one of the
    inputs, drawn at random, is set to 0 (points); ``noise`` deviation of Gaussian noise; ``mixup`` α; ``fgsm`` ε, used
    by whoever knows the net.
    """

    shift: float = 0.0
    angle: float = 0.0
    flip: float = 0.0
    cutout: int = 0
    hide: float = 0.0
    noise: float = 0.0
    mixup: float = 0.0
    fgsm: float = 0.0

    def apply(
        self, source: np.random.Generator, inputs: Array, targets: Array, *, image: Sequence[int] = (), group: int = 0,
    ) -> tuple[Array, Array, Array]:  # fmt: skip
        """``inputs`` (n, d) and ``targets`` (n, k) changed, and how far each was mixed: λ (n,).

        ``image`` is (height, width) of what the inputs are, () for points of the plane. Partners of mixup come from
        the same ``group`` consecutive samples (0: all). The order is mirror, turn, shift, cut-out, noise, mixup; the
        numbers drawn for one do not depend on the strength of another.
        """
        uniform = source.random((len(inputs), 8))
        normal = source.standard_normal(inputs.shape, dtype=np.float32)
        moved = self._moved(uniform, inputs, tuple(image))
        if self.noise:
            moved = moved + self.noise * normal
        weights = mixing_weights(source, self.mixup, len(inputs))
        if self.mixup < LEAST_ALPHA:
            return moved, targets, weights
        partners = _partners(uniform[:, 7], group or len(inputs))
        return mix(moved, weights, partners), mix(targets, weights, partners), weights

    def _moved(self, uniform: Array, inputs: Array, image: tuple[int, ...]) -> Array:
        matrices = turn(np.radians(self.angle) * (2.0 * uniform[:, 0] - 1.0), uniform[:, 1] < self.flip)
        shift = self.shift * (2.0 * uniform[:, 2:4] - 1.0)
        still = not (self.shift or self.angle or self.flip)
        if not image:
            found = inputs if still else move_points(inputs, matrices, shift)
            struck = (uniform[:, 4] < self.hide)[:, None] & (_column(uniform[:, 5], inputs.shape[1]))
            return np.where(struck, 0.0, found) if self.hide else found
        images = inputs.reshape(-1, *image)
        moved = images if still else move_images(images, matrices, shift)
        if self.cutout:
            rows, columns = ((uniform[:, 4:6] * image).astype(np.intp)).T
            moved = cut_out(moved, rows, columns, self.cutout)
        return moved.reshape(inputs.shape)


def _column(uniform: Array, width: int) -> Array:
    """One true entry in each row (n, width)."""
    chosen: Array = (uniform * width).astype(np.intp)[:, None] == np.arange(width)
    return chosen


def _partners(uniform: Array, group: int) -> Array:
    """A random permutation (n,) within each run of ``group`` samples."""
    order = np.argsort(uniform.reshape(-1, group), axis=1)
    partners: Array = (order + group * np.arange(len(order))[:, None]).ravel()
    return partners
