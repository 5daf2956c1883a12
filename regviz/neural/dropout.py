"""Dropout (Srivastava et al. 2014), inverted: kept units are scaled up in training, nothing is done in evaluation."""

from dataclasses import dataclass

import numpy as np

from regviz.neural.layer import Array, Kernel, Layer, Op, Signal, Site, call


@dataclass(frozen=True)
class Dropout(Layer):
    """h ← h·m/(1 − q) in training, with m = 1 where a uniform number is at least the drop rate q, else 0.

    The uniform numbers are equal for all variants; q is the knob "dropout" of each variant. In the mode "masked" the
    factors m/(1 − q), or any others, are written by the caller into the network's ``masks``.
    """

    def bind(self, site: Site, signal: Signal) -> "DropoutKernel":
        """The kernel that reads ``signal``."""
        return DropoutKernel(site, signal)


class DropoutKernel(Kernel):
    """y = x∘mask, with the mask a constant of the step."""

    def __init__(self, site: Site, signal: Signal) -> None:
        self.input = signal
        self.output = signal if signal.own else site.signal(signal.width)
        self._mode = site.mode
        self._rate = site.knob("dropout", 0.0)
        self._scale = np.ones_like(self._rate)
        self._uniform = site.uniform(signal.width, site.size)
        self._kept = np.empty((signal.width, site.variants, site.size), np.bool_)
        self.mask = np.ones(self._kept.shape, site.dtype)
        site.masks.append(self.mask)

    @property
    def _idle(self) -> bool:
        return self._mode == "evaluate" or (self._mode == "train" and not self._rate.any())

    def forward(self) -> list[Op]:
        """Draw the mask and apply it; nothing where no variant drops units."""
        if self._idle:
            self.mask.fill(1.0)
            same = self.output is self.input
            return [] if same else [call(np.copyto, self.output.values, self.input.values)]
        apply = call(np.multiply, self.input.values, self.mask, self.output.values)
        return [apply] if self._mode == "masked" else [*self._draw(), apply]

    def backward(self) -> list[Op]:
        """Δ∘mask."""
        if self.input.delta is None or (self._idle and self.output is self.input):
            return []
        return [call(np.multiply, self.output.delta, self.mask, self.input.delta)]

    def push(self, dot: Array) -> Array:
        """ẋ∘mask."""
        result: Array = dot * self.mask
        return result

    def pull(self, delta: Array, dot: Array) -> tuple[Array, Array]:
        """Δ∘mask, Δ̇∘mask."""
        return delta * self.mask, dot * self.mask

    def _draw(self) -> list[Op]:
        np.divide(1.0, 1.0 - self._rate, out=self._scale)
        return [
            call(np.greater_equal, self._uniform, self._rate, self._kept),
            call(np.multiply, self._kept, self._scale, self.mask),
        ]
