"""Residual blocks (He et al. 2016) and stochastic depth (Huang et al. 2016): y = x + gate·branch(x)."""

from dataclasses import dataclass

import numpy as np

from regviz.neural.layer import Array, Kernel, Layer, Op, Signal, Site, Slot, call


@dataclass(frozen=True)
class Residual(Layer):
    """A block whose ``layers`` form the branch, which must keep the width.

    Each variant's knob "survival" is the probability p that the branch takes part in a training step; one uniform
    number for each block and step decides for all variants. With ``rescale`` a surviving branch is multiplied by 1/p
    in training; otherwise it is multiplied by p in evaluation, as in the paper. In the mode "masked" the gates are
    written by the caller into the network's ``gates``.
    """

    layers: tuple[Layer, ...]
    rescale: bool = True

    def width(self, inputs: int) -> int:
        """The inputs; raises ValueError when the branch is empty or changes the width."""
        width = inputs
        for layer in self.layers:
            width = layer.width(width)
        if not self.layers or width != inputs:
            raise ValueError(f"A residual branch must keep its {inputs} features; this one gives {width}.")
        return inputs

    def slots(self, inputs: int) -> tuple[Slot, ...]:
        """Those of the branch."""
        return slots_of(self.layers, inputs)

    def bind(self, site: Site, signal: Signal) -> "ResidualKernel":
        """The kernel that reads ``signal``."""
        return ResidualKernel(site, signal, self)


def slots_of(layers: tuple[Layer, ...], inputs: int) -> tuple[Slot, ...]:
    """The slots of ``layers`` one after the other."""
    found: list[Slot] = []
    for layer in layers:
        found += layer.slots(inputs)
        inputs = layer.width(inputs)
    return tuple(found)


def survival(blocks: int, last: float) -> tuple[float, ...]:
    """Survival probabilities p_l = 1 − (l/L)(1 − p_L) for l = 1 … L = ``blocks``, ending at ``last``."""
    return tuple(1 - l / blocks * (1 - last) for l in range(1, blocks + 1))


def depth_distribution(survivals: Array) -> Array:
    """Probabilities (L + 1,) that 0 … L blocks survive, for independent ``survivals`` (L,): Poisson-binomial."""
    chances = np.ones(1)
    for p in survivals:
        chances = np.convolve(chances, [1 - p, p])
    return chances


class ResidualKernel(Kernel):
    """Δ reaches the input by two ways: straight, and through the branch times the gate."""

    def __init__(self, site: Site, signal: Signal, layer: Residual) -> None:
        self.input, self.output = signal, site.signal(signal.width)
        self._mode, self._rescale = site.mode, layer.rescale
        self._survival = site.knob("survival", 1.0)
        self._uniform = site.uniform(1, 1)
        self._alive = np.empty(self._survival.shape, np.bool_)
        self._scale = np.ones_like(self._survival)
        self.gate = np.ones_like(self._survival)
        site.gates.append(self.gate)
        delta = None if signal.delta is None else np.zeros_like(signal.delta)
        self._entry = Signal(signal.full, delta, own=False)
        self.branch = chain(site, self._entry, layer.layers)

    def forward(self) -> list[Op]:
        """The branch, its gate, the sum."""
        y, x = self.output.values, self.input.values
        last = self.branch[-1].output.values
        ops = [*self._gates(), *(op for kernel in self.branch for op in kernel.forward())]
        return [*ops, call(np.multiply, last, self.gate, y), call(np.add, y, x, y)]

    def backward(self) -> list[Op]:
        """Δ·gate through the branch, plus Δ."""
        ops: list[Op] = [call(np.multiply, self.output.delta, self.gate, self.branch[-1].output.delta)]
        ops += [op for kernel in reversed(self.branch) for op in kernel.backward()]
        if self.input.delta is not None:
            ops.append(call(np.add, self.output.delta, self._entry.delta, self.input.delta))
        return ops

    def begin(self) -> None:
        """Those of the branch."""
        for kernel in self.branch:
            kernel.begin()

    def track(self) -> list[Op]:
        """Those of the branch."""
        return [op for kernel in self.branch for op in kernel.track()]

    def push(self, dot: Array) -> Array:
        """ẋ + gate·branch derivative."""
        moved = dot
        for kernel in self.branch:
            moved = kernel.push(moved)
        result: Array = dot + self.gate * moved
        return result

    def pull(self, delta: Array, dot: Array) -> tuple[Array, Array]:
        """Both ways, differentiated."""
        back, back_dot = self.gate * delta, self.gate * dot
        for kernel in reversed(self.branch):
            back, back_dot = kernel.pull(back, back_dot)
        return delta + back, dot + back_dot

    def _gates(self) -> list[Op]:
        p = self._survival
        if self._mode == "masked":
            return []
        if self._mode == "evaluate" or (p == 1.0).all():
            self.gate[...] = 1.0 if self._rescale else p
            return []
        self._scale[...] = np.divide(1.0, p, out=np.zeros_like(p), where=p > 0) if self._rescale else 1.0
        return [
            call(np.less, self._uniform, p, self._alive),
            call(np.multiply, self._alive, self._scale, self.gate),
        ]


def chain(site: Site, signal: Signal, layers: tuple[Layer, ...]) -> tuple[Kernel, ...]:
    """Kernels of ``layers``, each reading the output of the one before, the first reading ``signal``."""
    kernels: list[Kernel] = []
    for layer in layers:
        kernels.append(layer.bind(site, signal))
        signal = kernels[-1].output
    return tuple(kernels)
