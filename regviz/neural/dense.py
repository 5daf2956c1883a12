"""The dense layer: one matrix product for each variant, bias included."""

import math
from dataclasses import dataclass

import numpy as np

from regviz.neural.layer import Array, Block, Kernel, Layer, Op, Signal, Site, Slot, by_variant, call, product

_WIDE = 8


@dataclass(frozen=True)
class Dense(Layer):
    """z = Wx + b with ``units`` outputs. Weights start normal with deviation ``gain``/√inputs, biases at zero."""

    units: int
    bias: bool = True
    gain: float = 1.0

    def width(self, inputs: int) -> int:
        """The units; raises ValueError when there are none."""
        if self.units < 1:
            raise ValueError(f"A dense layer needs at least one unit, not {self.units}.")
        return self.units

    def slots(self, inputs: int) -> tuple[Slot, ...]:
        """One matrix (units, inputs + 1) whose last column is the bias, or (units, inputs) without one."""
        shape = (self.units, inputs + self.bias)
        return (Slot("dense", shape, spread=self.gain / math.sqrt(inputs), bias_column=self.bias),)

    def bind(self, site: Site, signal: Signal) -> Kernel:
        """The kernel that reads ``signal``."""
        return DenseKernel(site.block(), signal, site.signal(self.units))


class DenseKernel(Kernel):
    """Z = W H̃, where H̃ (inputs + 1, B) is the input with its row of ones.

    ``taken`` is H̃ for each variant. ∂L/∂W = Δ H̃ᵀ and ∂L/∂H = W_{without bias}ᵀ Δ, each for every variant.
    """

    def __init__(self, block: Block, signal: Signal, output: Signal) -> None:
        self.block, self.input, self.output = block, signal, output
        self.taken = by_variant(signal.full[: block.value.shape[2]])  # (R or 1, inputs [+ 1], B)
        self._inputs = signal.width
        self._transposed = _turned(self.taken)
        if len(block.value) > 1 and min(signal.width, output.width) >= _WIDE:
            self._transposed = np.empty(self._transposed.shape, self.taken.dtype)
        self._dot = np.empty(0)

    def forward(self) -> list[Op]:
        """One product."""
        return [product(self.block.value, self.taken, by_variant(self.output.values))]

    def backward(self) -> list[Op]:
        """One product for the gradient, one for the input where it is asked for."""
        assert self.output.delta is not None
        delta = by_variant(self.output.delta)
        ops = [*self._turn(), product(delta, self._transposed, self.block.grad)]
        if self.input.delta is not None:
            ops.append(self._pass_down(delta, self.input.delta, self.input.room))
        return ops

    def _pass_down(self, delta: Array, below: Array, room: Array | None) -> Op:
        """WᵀΔ into ``below``; for a single net the whole matrix into its ``room``, if that has a row for the bias."""
        matrices = self.block.value
        if room is not None and matrices.shape[0] == 1 and matrices.shape[1] > 1 and matrices.shape[2] == len(room):
            return product(_turned(matrices), delta, by_variant(room))
        return product(_turned(self._weights(matrices)), delta, by_variant(below))

    def push(self, dot: Array) -> Array:
        """Ż = V H̃ + W Ḣ."""
        self._dot = by_variant(dot)
        moved = self.block.direction @ self.taken + self._weights(self.block.value) @ self._dot
        return by_variant(moved)

    def pull(self, delta: Array, dot: Array) -> tuple[Array, Array]:
        """d(ΔH̃ᵀ) = Δ̇H̃ᵀ + ΔḢᵀ (the ones do not move), d(WᵀΔ) = VᵀΔ + WᵀΔ̇."""
        d, moved = by_variant(delta), by_variant(dot)
        np.matmul(moved, _turned(self.taken), out=self.block.product)
        self.block.product[:, :, : self._inputs] += d @ _turned(self._dot)
        weights, direction = self._weights(self.block.value), self._weights(self.block.direction)
        return by_variant(_turned(weights) @ d), by_variant(_turned(direction) @ d + _turned(weights) @ moved)

    def _turn(self) -> list[Op]:
        """A transposed copy of H̃ for several variants: BLAS multiplies small matrices by it twice as fast as by a
        transposed view.
        """
        return [call(np.copyto, self._transposed, _turned(self.taken))] if self._transposed.flags.owndata else []

    def _weights(self, matrix: Array) -> Array:
        return matrix[:, :, : self._inputs]


def _turned(matrices: Array) -> Array:
    return matrices.swapaxes(1, 2)
