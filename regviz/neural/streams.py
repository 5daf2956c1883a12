"""Random numbers by address: the seed, a purpose and an index fix them, so any training step can be played again."""

import zlib

import numpy as np

from regviz.neural.layer import Array

_BLOCK = 32
_LARGEST = 1 << 18


def generator(seed: int, purpose: str, *index: int) -> np.random.Generator:
    """The generator of ``purpose`` at ``index``; independent of every other address.

    Raises ValueError for a negative seed.
    """
    if seed < 0:
        raise ValueError(f"The seed must not be negative, not {seed}.")
    return np.random.default_rng([seed, zlib.crc32(purpose.encode()), *index])


class Uniforms:
    """Uniform numbers in [0, 1), an array of one shape for each step, drawn in blocks and never kept beyond one."""

    def __init__(self, seed: int, index: int, shape: tuple[int, ...]) -> None:
        self._address, self._shape = (seed, index), shape
        self._steps = max(1, min(_BLOCK, _LARGEST // max(1, int(np.prod(shape)))))
        self._block, self._values = -1, np.empty(0, np.float32)

    def at(self, step: int) -> Array:
        """The numbers of ``step``, float32."""
        block, row = divmod(step, self._steps)
        if block != self._block:
            seed, index = self._address
            source = generator(seed, "masks", index, block)
            self._values = source.random((self._steps, *self._shape), dtype=np.float32)
            self._block = block
        result: Array = self._values[row]
        return result
