"""Mini-batches: which samples train at which step, the same for all variants. Augmentation composes around it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from regviz.neural.layer import Array
from regviz.neural.streams import generator

_BLOCK = 64
_DECK = 32
Scheme = Literal["shuffle", "replace"]


class Batch(NamedTuple):
    """One mini-batch, feature-major: ``inputs`` (d, R or 1, B), ``targets`` (K, R or 1, B).

    ``weights`` (1, R or 1, B) multiply each sample's loss before the mean over B; None means 1. A variant can have a
    smaller batch of its own by weights B/b on b samples and 0 on the others.
    """

    inputs: Array
    targets: Array
    weights: Array | None = None

    @classmethod
    def of(cls, inputs: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None) -> "Batch":
        """From ``inputs`` (B, d), ``targets`` (B, K) and ``weights`` (B,), each with or without R in front."""
        scales = None if weights is None else _feature_major(np.asarray(weights)[..., None])
        return cls(_feature_major(np.asarray(inputs)), _feature_major(np.asarray(targets)), scales)


Source = Callable[[int], Batch]
"""What a trainer pulls: the batch of a step. It must depend on the step (and, for
adversarial examples, the present weights) alone, so that training can be played again."""


class Batches:
    """Batches of ``size`` from ``inputs`` (n, d) and ``targets`` (n, K).

    "shuffle" deals one random permutation after another, so every sample is used once in each n samples and a batch
    may reach over the end of a permutation; all batches have one size. "replace" draws with replacement. With a size
    of n or more, "shuffle" gives the whole set in its own order at every step.
    """

    def __init__(
        self, inputs: ArrayLike, targets: ArrayLike, size: int, seed: int, *, scheme: Scheme = "shuffle",
        dtype: type = np.float32,
    ) -> None:  # fmt: skip
        rows: Array = np.asarray(inputs, dtype)
        goals: Array = np.asarray(targets, dtype)
        if rows.ndim != 2 or goals.ndim != 2 or len(rows) != len(goals) or not len(rows):
            raise ValueError(f"Inputs {rows.shape} and targets {goals.shape} must be tables with equally many rows.")
        if size < 1:
            raise ValueError(f"The batch size must be at least 1, not {size}.")
        self.samples = len(rows)
        self.whole = scheme == "shuffle" and size >= self.samples
        self.size = self.samples if self.whole else size
        self._seed, self._scheme = seed, scheme
        self._inputs, self._targets = np.ascontiguousarray(rows.T), np.ascontiguousarray(goals.T)
        self._steps = 1 if self.whole else max(1, min(_BLOCK, (1 << 16) // self.size))
        self._block, self._dealt = -1, list[Batch]()
        self._deck = max(1, min(_DECK, (1 << 16) // self.samples))
        self._decks = lru_cache(maxsize=2)(self._shuffled)

    def __call__(self, step: int) -> Batch:
        """The batch of ``step``."""
        block, row = (0, 0) if self.whole else divmod(step, self._steps)
        if block != self._block:
            self._dealt, self._block = self._deal(block), block
        return self._dealt[row]

    def indices(self, step: int) -> Array:
        """The rows (B,) in the batch of ``step``."""
        if self.whole:
            return np.arange(self.samples)
        block, row = divmod(step, self._steps)
        return self._block_indices(block)[row * self.size : (row + 1) * self.size]

    def _deal(self, block: int) -> list[Batch]:
        if self.whole:
            return [Batch(self._inputs[:, None, :], self._targets[:, None, :])]
        chosen = self._block_indices(block)
        parts = (self._cut(values.take(chosen, axis=1)) for values in (self._inputs, self._targets))
        return [Batch(inputs, targets) for inputs, targets in zip(*parts, strict=True)]

    def _cut(self, values: Array) -> Array:
        """``values`` (C, steps · B) as (steps, C, 1, B)."""
        return values.reshape(len(values), self._steps, 1, self.size).swapaxes(0, 1)

    def _block_indices(self, block: int) -> Array:
        count = self._steps * self.size
        if self._scheme == "replace":
            return generator(self._seed, "draws", block).integers(self.samples, size=count)
        first = block * count
        epochs = range(first // self.samples, (first + count - 1) // self.samples + 1)
        stream = np.concatenate([self._permutation(epoch) for epoch in epochs])
        start = first - epochs[0] * self.samples
        return stream[start : start + count]

    def _permutation(self, epoch: int) -> Array:
        deck, row = divmod(epoch, self._deck)
        permutation: Array = self._decks(deck)[row]
        return permutation

    def _shuffled(self, deck: int) -> Array:
        """Several permutations at once (deck, n): a generator costs more to make than to use."""
        ordered = np.tile(np.arange(self.samples), (self._deck, 1))
        return generator(self._seed, "shuffle", deck).permuted(ordered, axis=1)


def _feature_major(values: Array) -> Array:
    """(B, C) or (R, B, C) as (C, 1 or R, B)."""
    stacked = values[None] if values.ndim == 2 else values
    return stacked.transpose(2, 0, 1)
