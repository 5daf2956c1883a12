"""Batch normalisation (Ioffe & Szegedy 2015) and layer normalisation (Ba, Kiros & Hinton 2016)."""

from dataclasses import dataclass

import numpy as np

from regviz.neural.layer import Array, Block, Kernel, Layer, Op, Signal, Site, Slot, call


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Each feature over the batch: mean 0 and variance 1, then γ and β.

    In training the variance is the biased one of the batch (1/B). Evaluation uses running averages, which move by
    ``momentum`` a step towards the batch's mean and its unbiased variance (1/(B − 1)), as in PyTorch.
    """

    eps: float = 1e-5
    momentum: float = 0.1

    def slots(self, inputs: int) -> tuple[Slot, ...]:
        """γ and β, then the running mean and variance, each (inputs,)."""
        return (*_scale_and_shift(inputs), Slot("running", (inputs,)), Slot("running", (inputs,), fill=1.0))

    def bind(self, site: Site, signal: Signal) -> Kernel:
        """The kernel that reads ``signal``."""
        scale, shift = site.block(), site.block()
        averages = _column(site.running()), _column(site.running())
        if site.mode != "train":
            return _Frozen(site, signal, scale, shift, averages, self.eps)
        return _Batch(site, signal, scale, shift, averages, self)


@dataclass(frozen=True)
class LayerNorm(Layer):
    """Each sample over its features: mean 0 and biased variance 1, then γ and β of each feature."""

    eps: float = 1e-5

    def slots(self, inputs: int) -> tuple[Slot, ...]:
        """γ and β, each (inputs,)."""
        return _scale_and_shift(inputs)

    def bind(self, site: Site, signal: Signal) -> Kernel:
        """The kernel that reads ``signal``."""
        return _Standardise(site, signal, site.block(), site.block(), axis=0, eps=self.eps)


def _scale_and_shift(inputs: int) -> tuple[Slot, Slot]:
    return Slot("norm", (inputs,), fill=1.0), Slot("norm", (inputs,))


def _column(values: Array) -> Array:
    """(R, C) seen as (C, R, 1)."""
    return values.T[:, :, None]


class _Scaled(Kernel):
    """y = γx̂ + β; ∂L/∂γ = Σ Δx̂ and ∂L/∂β = Σ Δ over the batch. Subclasses give x̂ and its derivative."""

    def __init__(self, site: Site, signal: Signal, scale: Block, shift: Block) -> None:
        self.input, self.output = signal, site.signal(signal.width)
        self.scale, self.shift = scale, shift
        self.normal = site.array(signal.width, site.variants, site.size)  # x̂ (C, R, B)
        self.spare = np.empty_like(self.normal)
        self.normal_dot = np.empty(0)

    def forward(self) -> list[Op]:
        """x̂, then γ and β."""
        y = self.output.values
        return [
            *self.normalise(),
            call(np.multiply, self.normal, _column(self.scale.value), y),
            call(np.add, y, _column(self.shift.value), y),
        ]

    def backward(self) -> list[Op]:
        """Gradients of γ and β, then the input's delta through x̂."""
        d, t = self.output.delta, self.spare
        ops: list[Op] = [
            call(np.multiply, d, self.normal, t),
            call(np.add.reduce, t, 2, None, self.scale.grad.T),
            call(np.add.reduce, d, 2, None, self.shift.grad.T),
        ]
        if self.input.delta is not None:
            ops += [call(np.multiply, d, _column(self.scale.value), d), *self.through()]
        return ops

    def push(self, dot: Array) -> Array:
        """ẏ = γ̇x̂ + γx̂̇ + β̇."""
        self.normal_dot = self.push_normal(dot)
        direction = _column(self.scale.direction) * self.normal + _column(self.shift.direction)
        return direction + _column(self.scale.value) * self.normal_dot

    def pull(self, delta: Array, dot: Array) -> tuple[Array, Array]:
        """The same two sums, differentiated; then through x̂ with Δγ in place of Δ."""
        self.scale.product[...] = (dot * self.normal + delta * self.normal_dot).sum(axis=2).T
        self.shift.product[...] = dot.sum(axis=2).T
        scale = _column(self.scale.value)
        return self.pull_normal(delta * scale, delta * _column(self.scale.direction) + dot * scale)

    def normalise(self) -> list[Op]:
        """Calls that fill ``normal``."""
        raise NotImplementedError

    def through(self) -> list[Op]:
        """Calls that turn ``output.delta``, now ∂L/∂x̂, into the input's delta."""
        raise NotImplementedError

    def push_normal(self, dot: Array) -> Array:
        """Directional derivative of x̂."""
        raise NotImplementedError

    def pull_normal(self, delta: Array, dot: Array) -> tuple[Array, Array]:
        """Delta at the input and its directional derivative from those of x̂."""
        raise NotImplementedError


class _Standardise(_Scaled):
    """x̂ = (x − m)/s with m the mean and s² = variance + ε along ``axis``: features (0) or batch (2).

    With v = ∂L/∂x̂:  ∂L/∂x = (v − mean v − x̂·mean(v x̂))/s.
    """

    def __init__(self, site: Site, signal: Signal, scale: Block, shift: Block, *, axis: int, eps: float) -> None:
        super().__init__(site, signal, scale, shift)
        self.axis = axis
        shape = list(self.normal.shape)
        shape[axis] = 1
        self.variance, self.over, self.deviation = (site.array(*shape) for _ in range(3))
        seen = signal.values.shape  # one for all variants where the input is shared
        self.mean = site.array(*(1 if along == axis else length for along, length in enumerate(seen)))
        self._eps, self._share = site.scalar(eps), site.scalar(1 / self.normal.shape[axis])
        self._moves = np.empty(0)

    def normalise(self) -> list[Op]:
        """Mean, variance, deviation, x̂: two passes, so that large means lose no digits."""
        hat, t = self.normal, self.spare
        return [
            *self._average(self.input.values, self.mean),
            call(np.subtract, self.input.values, self.mean, hat),
            call(np.multiply, hat, hat, t),
            *self._average(t, self.variance),
            call(np.add, self.variance, self._eps, self.deviation),
            call(np.sqrt, self.deviation, self.deviation),
            call(np.divide, hat, self.deviation, hat),
        ]

    def through(self) -> list[Op]:
        """Write (v − mean v − x̂·mean(v x̂))/s."""
        v, t = self.output.delta, self.spare
        assert v is not None and self.input.delta is not None
        return [
            call(np.multiply, v, self.normal, t),
            *self._average(t, self.over),
            call(np.multiply, self.normal, self.over, t),
            *self._average(v, self.over),
            call(np.add, t, self.over, t),
            call(np.subtract, v, t, self.input.delta),
            call(np.divide, self.input.delta, self.deviation, self.input.delta),
        ]

    def push_normal(self, dot: Array) -> Array:
        """The Jacobian of x̂ is symmetric: the same formula as `through`. ṡ = mean(x̂ẋ)."""
        hat = self.normal
        self._moves = self._mean(hat * dot)
        result: Array = (dot - self._mean(dot) - hat * self._moves) / self.deviation
        return result

    def pull_normal(self, delta: Array, dot: Array) -> tuple[Array, Array]:
        """With u = v − mean v − x̂·mean(v x̂), ∂L/∂x = u/s, so its derivative is (u̇ − (u/s)ṡ)/s."""
        hat, hat_dot = self.normal, self.normal_dot
        along = self._mean(delta * hat)
        along_dot = self._mean(dot * hat + delta * hat_dot)
        back = (delta - self._mean(delta) - hat * along) / self.deviation
        u_dot = dot - self._mean(dot) - hat_dot * along - hat * along_dot
        return back, (u_dot - back * self._moves) / self.deviation

    def _average(self, values: Array, out: Array) -> list[Op]:
        return [
            call(np.add.reduce, values, self.axis, None, out, True),
            call(np.multiply, out, self._share, out),
        ]

    def _mean(self, values: Array) -> Array:
        result: Array = values.mean(axis=self.axis, keepdims=True)
        return result


class _Batch(_Standardise):
    """Batch normalisation in training, with its running averages."""

    def __init__(
        self, site: Site, signal: Signal, scale: Block, shift: Block, averages: tuple[Array, Array], layer: BatchNorm
    ) -> None:
        if site.size < 2:
            raise ValueError("Batch normalisation needs batches of at least two samples in training.")
        super().__init__(site, signal, scale, shift, axis=2, eps=layer.eps)
        self._averages, self._move = averages, np.empty_like(self.variance)
        unbiased = site.size / (site.size - 1)
        self._shares = site.scalar(layer.momentum), site.scalar(layer.momentum * unbiased)
        self._keep = site.scalar(1 - layer.momentum)

    def track(self) -> list[Op]:
        """Move averages ← (1 − m)·average + m·batch."""
        ops: list[Op] = []
        for average, batch, share in zip(self._averages, (self.mean, self.variance), self._shares, strict=True):
            ops += [
                call(np.multiply, average, self._keep, average),
                call(np.multiply, batch, share, self._move),
                call(np.add, average, self._move, average),
            ]
        return ops


class _Frozen(_Scaled):
    """Batch normalisation in evaluation: x̂ = (x − running mean)/√(running variance + ε), linear in x."""

    def __init__(
        self, site: Site, signal: Signal, scale: Block, shift: Block, averages: tuple[Array, Array], eps: float
    ) -> None:
        super().__init__(site, signal, scale, shift)
        self._mean, self._variance = averages
        self._eps, self._deviation = site.scalar(eps), site.array(signal.width, site.variants, 1)

    def normalise(self) -> list[Op]:
        """x̂ from the averages."""
        hat = self.normal
        return [
            call(np.add, self._variance, self._eps, self._deviation),
            call(np.sqrt, self._deviation, self._deviation),
            call(np.subtract, self.input.values, self._mean, hat),
            call(np.divide, hat, self._deviation, hat),
        ]

    def through(self) -> list[Op]:
        """v/s."""
        return [call(np.divide, self.output.delta, self._deviation, self.input.delta)]

    def push_normal(self, dot: Array) -> Array:
        """ẋ/s."""
        result: Array = dot / self._deviation
        return result

    def pull_normal(self, delta: Array, dot: Array) -> tuple[Array, Array]:
        """v/s and v̇/s."""
        return delta / self._deviation, dot / self._deviation
