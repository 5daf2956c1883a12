"""A net bound to buffers: R variants of one description, forward, backward and second derivatives, as one batch.

Trainers, evaluators and curvature stand on it; it keeps no optimiser and chooses no samples.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from regviz.neural.batches import Batch
from regviz.neural.layer import Array, Block, Mode, Op, Signal, Site, by_variant
from regviz.neural.losses import LOSSES
from regviz.neural.net import Net
from regviz.neural.residual import chain
from regviz.neural.streams import Uniforms

_COMMON = ("dropout", "survival", "smoothing")


class Network:
    """``variants`` copies of ``net`` on batches of ``size``.

    ``params`` (R, P) and ``averages`` (R, S) are shared with the caller when given (same dtype), else zero.
    ``shared``: all variants see the same inputs and targets. ``mode`` is "train" (batch statistics, drawn masks),
    "evaluate" (running averages, no masks) or "masked" (running averages, ``masks`` and ``gates`` written by the
    caller). ``input_gradient``: also compute the derivative with respect to the inputs.
    """

    def __init__(
        self, net: Net, variants: int = 1, size: int = 32, *, mode: Mode = "train", dtype: Any = np.float32,
        shared: bool = True, params: Array | None = None, averages: Array | None = None, input_gradient: bool = False,
    ) -> None:  # fmt: skip
        if variants < 1 or size < 1:
            raise ValueError(f"A network needs at least one variant and one sample, not {variants} and {size}.")
        self.net, self.variants, self.size, self.shared = net, variants, size, shared
        self.dtype = np.dtype(dtype)
        self.params = _flat(params, (variants, net.size), self.dtype)
        begun = net.initial_averages(variants).astype(self.dtype)
        self.averages = _flat(averages, begun.shape, self.dtype) if averages is not None else begun
        self.grad, self._direction, self._product = (np.zeros_like(self.params) for _ in range(3))
        site = Site(variants, size, self.dtype, mode, self._blocks(), (p.of(self.averages) for p in net.averages))
        self.input = self._input_signal(input_gradient)
        self.kernels = chain(site, self.input, net.layers)
        self.loss = LOSSES[net.loss](site, self.kernels[-1].output, shared)
        self.masks, self.gates = site.masks, site.gates
        self._uniforms, self._knobs = site.uniforms, site.knobs
        self._points, self._goals = self.input.values, self.loss.targets
        self._streams: list[Uniforms] = []
        self._weighted = False
        self._write_program()

    def load(self, batch: Batch) -> None:
        """Take ``batch`` in; shapes must be those the network was made for."""
        self._points[...] = batch.inputs
        self._goals[...] = batch.targets
        if batch.weights is not None:
            np.multiply(batch.weights, 1 / self.size, out=self.loss.weights)
            self._weighted = True
        elif self._weighted:
            self.loss.weights.fill(1 / self.size)
            self._weighted = False

    def seed(self, seed: int) -> None:
        """Draw masks and gates from ``seed`` from now on."""
        self._streams = [Uniforms(seed, index, buffer.shape) for index, buffer in enumerate(self._uniforms)]

    def draw(self, step: int) -> None:
        """Take the uniform numbers of ``step``, from which masks and gates are made; `seed` must have been called."""
        for buffer, stream in zip(self._uniforms, self._streams, strict=True):
            np.copyto(buffer, stream.at(step))

    def begin(self) -> None:
        """Prepare what the layers keep for the weights that ``params`` holds now; called once before training."""
        for kernel in self.kernels:
            kernel.begin()

    def tune(self, **knobs: ArrayLike) -> None:
        """Turn knobs: "dropout", "survival", "smoothing" and those of the net's layers; values are one number, (R,),
        or (R, number of layers).

        Raises ValueError when the layers with that knob are not as many as the values say, or none has it.
        """
        for name, value in knobs.items():
            values, found = np.asarray(value), self._knobs.get(name, ())
            if not found and name not in _COMMON:
                raise ValueError(f"No layer of this net has the knob {name!r}.")
            if values.ndim == 2 and values.shape[1] != len(found):
                raise ValueError(f"{name} has {values.shape[1]} values for each variant; the net has {len(found)} "
                                 f"such layers.")  # fmt: skip
            for index, knob in enumerate(found):
                knob[0, :, 0] = values[:, index] if values.ndim == 2 else values
        self._write_program()

    def forward(self) -> Array:
        """Outputs (R, K, B) for the loaded batch, a view that the next pass overwrites."""
        run(self.forward_ops)
        return self.outputs

    def backward(self) -> Array:
        """Gradient (R, P) of the loaded batch's loss, after `forward`; a view that the next pass overwrites."""
        run(self.backward_ops)
        return self.grad

    def backward_from(self, delta: Array) -> Array:
        """As `backward`, for any loss whose derivative with respect to the outputs is ``delta`` (R, K, B)."""
        last = self.kernels[-1].output.delta
        assert last is not None
        last[...] = delta.transpose(1, 0, 2)
        run(self._chain_ops)
        return self.grad

    @property
    def outputs(self) -> Array:
        """Outputs (R, K, B) of the last pass."""
        return by_variant(self.kernels[-1].output.values)

    @property
    def activations(self) -> list[Array]:
        """Values (R, C, B) of the input and after each layer; where a layer works in place, those after it."""
        signals = (self.input, *(kernel.output for kernel in self.kernels))
        return [by_variant(signal.values) for signal in signals]

    @property
    def input_gradient(self) -> Array:
        """Derivative (R, d, B) of the batch's loss with respect to the inputs, after `backward`.

        Raises ValueError when the network was made without it.
        """
        if self.input.delta is None:
            raise ValueError("This network was made without input_gradient=True.")
        return by_variant(self.input.delta)

    def hessian_product(self, direction: Array) -> Array:
        """Exact Hessian of the loaded batch's loss times ``direction`` (R, P), a new array.

        Forward over reverse (Pearlmutter 1994): the directional derivative of every forward and backward formula,
        with masks, gates and the piece of ReLU held fixed. In the mode "train" batch statistics are differentiated.
        """
        np.copyto(self._direction, direction)
        run(self.forward_ops)
        dot = np.zeros((self.net.inputs, self.variants, self.size), self.dtype)
        for kernel in self.kernels:
            dot = kernel.push(dot)
        delta, dot = self.loss.push(dot)
        for kernel in reversed(self.kernels):
            delta, dot = kernel.pull(delta, dot)
        return self._product.copy()

    def _write_program(self) -> None:
        self.forward_ops = [op for kernel in self.kernels for op in kernel.forward()]
        self.track_ops = [op for kernel in self.kernels for op in kernel.track()]
        self._chain_ops = [op for kernel in reversed(self.kernels) for op in kernel.backward()]
        self.backward_ops = [*self.loss.backward(), *self._chain_ops]

    def _blocks(self) -> Iterator[Block]:
        flats = self.params, self.grad, self._direction, self._product
        return (Block(*(parameter.of(flat) for flat in flats)) for parameter in self.net.parameters)

    def _input_signal(self, gradient: bool) -> Signal:
        width, variants = self.net.inputs, 1 if self.shared else self.variants
        full = np.ones((width + 1, variants, self.size), self.dtype)
        delta = np.zeros((width, self.variants, self.size), self.dtype) if gradient else None
        return Signal(full, delta, own=False)


def run(ops: Sequence[Op]) -> None:
    """Make the calls in order."""
    for op in ops:
        op()


def _flat(given: Array | None, shape: tuple[int, ...], dtype: Any) -> Array:
    if given is None:
        return np.zeros(shape, dtype)
    if given.shape != shape or given.dtype != dtype:
        raise ValueError(f"The flat vector must have shape {shape} and type {dtype}, not {given.shape}, {given.dtype}.")
    return given

