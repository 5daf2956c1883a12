"""Element-wise activations: tanh, ReLU, GELU and the identity."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from regviz.neural.layer import Array, Kernel, Layer, Op, Signal, Site, call


def activate(kind: str, z: Array) -> Array:
    """The activation ``kind`` of ``z``, a new array, in z's own type; for looking at nets outside a `Network`."""
    if kind == "gelu":
        from scipy.special import ndtr

        result: Array = z * ndtr(z)
        return result
    if kind == "tanh":
        return np.tanh(z)
    return np.maximum(z, 0.0) if kind == "relu" else z


@dataclass(frozen=True)
class Activation(Layer):
    """The element-wise function ``kind``: "tanh", "relu", "gelu" (exact, with the normal distribution) or "linear"."""

    kind: str

    def width(self, inputs: int) -> int:
        """The inputs; raises ValueError for a function that is not known."""
        if self.kind not in KERNELS:
            raise ValueError(f"There is no activation {self.kind!r}; the activations are {', '.join(KERNELS)}.")
        return inputs

    def bind(self, site: Site, signal: Signal) -> Kernel:
        """The kernel that reads ``signal``."""
        return KERNELS[self.kind](site, signal)


class _Elementwise(Kernel):
    """φ for each element; subclasses give φ, and φ′ and φ″ from what they kept."""

    def __init__(self, site: Site, signal: Signal) -> None:
        self.input = signal
        place = signal if signal.own else site.signal(signal.width)
        self.output = replace(place, own=False)  # φ′ is read off the values: they must stay
        self._in_place = signal.own
        self.spare = site.array(signal.width, site.variants, site.size)
        self._dot = np.empty(0)

    def push(self, dot: Array) -> Array:
        """ȧ = φ′ż."""
        self._dot = dot
        return self.slope() * dot

    def pull(self, delta: Array, dot: Array) -> tuple[Array, Array]:
        """d(φ′Δ) = φ″żΔ + φ′Δ̇."""
        slope = self.slope()
        return slope * delta, self.bend() * self._dot * delta + slope * dot

    def slope(self) -> Array:
        """φ′ at the current values."""
        raise NotImplementedError

    def bend(self) -> Array:
        """φ″ at the current values."""
        raise NotImplementedError


class _Tanh(_Elementwise):
    """a = tanh z; φ′ = 1 − a², φ″ = −2a(1 − a²)."""

    def forward(self) -> list[Op]:
        return [call(np.tanh, self.input.values, self.output.values)]

    def backward(self) -> list[Op]:
        if self.input.delta is None:
            return []
        a, d, t = self.output.values, self.output.delta, self.spare
        return [  # Δ − a²Δ
            call(np.multiply, a, a, t),
            call(np.multiply, t, d, t),
            call(np.subtract, d, t, self.input.delta),
        ]

    def slope(self) -> Array:
        result: Array = 1 - self.output.values**2
        return result

    def bend(self) -> Array:
        result: Array = -2 * self.output.values * self.slope()
        return result


class _Relu(_Elementwise):
    """a = max(z, 0); φ′ = sign a, with φ′(0) = 0.

    In bits: −a, read as an integer, has its sign bit where a > 0; shifted over the whole word it masks Δ.
    """

    def __init__(self, site: Site, signal: Signal) -> None:
        super().__init__(site, signal)
        self._zero = np.zeros_like(self.spare)  # arrays of equal shape are quicker than one number
        self._word = np.dtype(f"i{site.dtype.itemsize}")
        self._sign = np.full(self.spare.shape, 8 * site.dtype.itemsize - 1, self._word)

    def forward(self) -> list[Op]:
        z, zero, a = self.input.values, self._zero, self.output.values
        return [lambda: np.maximum(z, zero, out=a)]  # maximum takes out by name alone, which slows a partial

    def backward(self) -> list[Op]:
        if self.input.delta is None:
            return []
        assert self.output.delta is not None
        bits, mask = self.output.values.view(self._word), self.spare.view(self._word)
        return [
            call(np.negative, bits, mask),
            call(np.right_shift, mask, self._sign, mask),
            call(np.bitwise_and, self.output.delta.view(self._word), mask, self.input.delta.view(self._word)),
        ]

    def slope(self) -> Array:
        result: Array = np.sign(self.output.values)
        return result

    def bend(self) -> Array:
        return np.zeros_like(self.output.values)


class _Gelu(_Elementwise):
    """a = zΦ(z) (Hendrycks & Gimpel 2016); φ′ = Φ + zN, φ″ = (2 − z²)N with N the normal density."""

    def __init__(self, site: Site, signal: Signal) -> None:
        super().__init__(site, replace(signal, own=False))
        self._below, self._density = np.empty_like(self.spare), np.empty_like(self.spare)
        self._half = site.scalar(-0.5)
        self._unit = site.scalar(1 / np.sqrt(2 * np.pi))

    def forward(self) -> list[Op]:
        z, below = self.input.values, self._below
        return [call(_normal_cdf(), z, below), call(np.multiply, z, below, self.output.values)]

    def backward(self) -> list[Op]:
        if self.input.delta is None:
            return []
        z, density = self.input.values, self._density
        return [
            call(np.multiply, z, z, density),
            call(np.multiply, density, self._half, density),
            call(np.exp, density, density),
            call(np.multiply, density, self._unit, density),
            call(np.multiply, density, z, self.spare),
            call(np.add, self.spare, self._below, self.spare),
            call(np.multiply, self.output.delta, self.spare, self.input.delta),
        ]

    def slope(self) -> Array:
        result: Array = self._below + self.input.values * self._normal()
        return result

    def bend(self) -> Array:
        result: Array = (2 - self.input.values**2) * self._normal()
        return result

    def _normal(self) -> Array:
        result: Array = self._unit * np.exp(-0.5 * self.input.values**2)
        return result


class _Linear(_Elementwise):
    """a = z."""

    def forward(self) -> list[Op]:
        return [] if self._in_place else [call(np.copyto, self.output.values, self.input.values)]

    def backward(self) -> list[Op]:
        if self._in_place or self.input.delta is None:
            return []
        assert self.output.delta is not None
        return [call(np.copyto, self.input.delta, self.output.delta)]

    def slope(self) -> Array:
        return np.ones_like(self.output.values)

    def bend(self) -> Array:
        return np.zeros_like(self.output.values)


KERNELS: dict[str, Callable[[Site, Signal], Kernel]] = {
    "tanh": _Tanh, "relu": _Relu, "gelu": _Gelu, "linear": _Linear,
}  # fmt: skip


@cache
def _normal_cdf() -> Callable[..., Array]:
    from scipy.special import ndtr

    found: Callable[..., Array] = ndtr
    return found
