"""Spectral normalisation (Miyato et al. 2018): dense layers divided by their largest singular value."""

from dataclasses import dataclass

import numpy as np

from regviz.neural.dense import Dense, DenseKernel
from regviz.neural.layer import Array, Block, Kernel, Op, Signal, Site, Slot, by_variant, call
from regviz.neural.net import Net


@dataclass(frozen=True)
class SpectralDense(Dense):
    """z = (W/σ̂)x + b with σ̂ = uᵀWv, which estimates σ₁(W) from below.

    u and v persist. Each training step makes one power iteration, as in PyTorch (15 before the first), evaluation
    none; the gradient takes u and v for constants. Each variant's knob "spectral" is 1 for the normalised layer, 0
    for a plain one and 1/c for the layer cW/σ̂, whose largest singular value is about c.
    """

    def slots(self, inputs: int) -> tuple[Slot, ...]:
        """The matrix of a dense layer, then u (units,) and v (inputs,)."""
        vectors = (Slot("running", (length,), spread=1.0) for length in (self.units, inputs))
        return (*super().slots(inputs), *vectors)

    def bind(self, site: Site, signal: Signal) -> Kernel:
        """The kernel that reads ``signal``."""
        return SpectralKernel(site, signal, self.units)


def normalised(net: Net) -> Net:
    """``net`` with every dense layer spectrally normalised; the trained parameters keep their places."""
    layers = tuple(SpectralDense(x.units, x.bias, x.gain) if type(x) is Dense else x for x in net.layers)
    return Net(net.inputs, layers, net.loss)


def folded(net: Net, params: Array, averages: Array, knob: Array) -> Array:
    """Parameters (R, P), float64, of the plain net that ``net`` is in evaluation.

    ``net`` is the spectral net, all of whose dense layers are `SpectralDense`, ``averages`` (R, S) its u and v, and
    ``knob`` (R,) the value of "spectral". No iteration is made.
    """
    found = params.astype(np.float64)
    for index, parameter in enumerate(net.dense):
        weights = parameter.weights(found)
        left, right = (average.of(averages).astype(np.float64) for average in net.averages[2 * index : 2 * index + 2])
        lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
        estimate = knob * np.einsum("rm,rmn,rn->r", left, weights, right) / lengths
        weights /= np.where(estimate != 0, estimate, 1.0)[:, None, None]
    return found


def power_iteration(matrices: Array, left: Array, right: Array) -> Array:
    """One iteration v ← Wᵀu/‖Wᵀu‖, u ← Wv/‖Wv‖ in place, for ``matrices`` (R, m, n), ``left`` u (R, m) and
    ``right`` v (R, n); returns σ̂ = uᵀWv (R,), which never exceeds σ₁ but by rounding.

    Where a product is zero the vector stays as it is.
    """
    _normalise(np.matmul(left[:, None, :], matrices)[:, 0], right)
    image: Array = np.matmul(matrices, right[:, :, None])[:, :, 0]
    _normalise(image, left)
    result: Array = np.add.reduce(left * image, axis=1)
    return result


class SpectralKernel(Kernel):
    """A dense kernel on W̄ = W/σ. With Ḡ = ∂L/∂W̄ and σ = s·uᵀWv for the knob s:  ∂L/∂W = (Ḡ − ⟨Ḡ, W̄⟩suvᵀ)/σ."""

    def __init__(self, site: Site, signal: Signal, units: int) -> None:
        self.block, self._kept = site.block(), (site.running(), site.running())
        self._left, self._right = (vectors.copy() for vectors in self._kept)
        self.knob = site.knob("spectral", 1.0)
        self._train = site.mode == "train"
        self._inner = Block(*(np.zeros_like(self.block.value) for _ in range(4)))
        self._dense = DenseKernel(self._inner, signal, site.signal(units))
        self.input, self.output = signal, self._dense.output
        self._inputs = signal.width
        self._sigma = np.ones((site.variants, 1, 1), site.dtype)
        self._outer = np.zeros_like(self._weights(self.block.value))  # uvᵀ times the knob

    def forward(self) -> list[Op]:
        """W̄, then the dense product."""
        return [self._scale, *self._dense.forward()]

    def backward(self) -> list[Op]:
        """The dense layer's, then through W̄."""
        return [*self._dense.backward(), self._through]

    def begin(self) -> None:
        """Fifteen power iterations."""
        for _ in range(15):
            power_iteration(self._weights(self.block.value), *self._kept)

    def track(self) -> list[Op]:
        """Keep this step's u and v."""
        return [call(np.copyto, *pair) for pair in zip(self._kept, (self._left, self._right), strict=True)]

    def push(self, dot: Array) -> Array:
        """d(W/σ) = (V − W̄σ̇)/σ with σ̇ = uᵀVv."""
        self._inner.direction[...] = self.block.direction
        moved = self._weights(self._inner.direction)
        moved -= self._weights(self._inner.value) * self._moves()
        moved /= self._sigma
        return self._dense.push(dot)

    def pull(self, delta: Array, dot: Array) -> tuple[Array, Array]:
        """The same formula as `_through`, differentiated by the product rule."""
        back = self._dense.pull(delta, dot)
        np.matmul(by_variant(delta), self._dense.taken.swapaxes(1, 2), out=self._inner.grad)
        value, grad, moved, bent = (
            self._weights(part)
            for part in (self._inner.value, self._inner.grad, self._inner.direction, self._inner.product)
        )
        along = _inner(bent, value) + _inner(grad, moved)
        gradient = (grad - _inner(grad, value) * self._outer) / self._sigma
        self.block.product[...] = self._inner.product
        self._weights(self.block.product)[...] = (bent - along * self._outer - gradient * self._moves()) / self._sigma
        return back

    def _scale(self) -> None:
        weights, on = self._weights(self.block.value), self.knob.reshape(-1, 1, 1)
        for mine, kept in zip((self._left, self._right), self._kept, strict=True):
            _normalise(kept, mine)
        if self._train:
            power_iteration(weights, self._left, self._right)
        np.multiply(self._left[:, :, None] * on, self._right[:, None, :], out=self._outer)
        estimate = _inner(weights, self._outer)
        self._sigma[...] = np.where(estimate != 0, estimate, 1.0)
        self._inner.value[...] = self.block.value
        self._weights(self._inner.value)[...] /= self._sigma

    def _through(self) -> None:
        self.block.grad[...] = self._inner.grad
        grad, value = self._weights(self.block.grad), self._weights(self._inner.value)
        grad -= _inner(grad, value) * self._outer
        grad /= self._sigma

    def _moves(self) -> Array:
        """σ̇ (R, 1, 1)."""
        return _inner(self._weights(self.block.direction), self._outer)

    def _weights(self, matrix: Array) -> Array:
        return matrix[:, :, : self._inputs]


def _inner(a: Array, b: Array) -> Array:
    """⟨A, B⟩ of each variant (R, 1, 1)."""
    result: Array = np.einsum("rmn,rmn->r", a, b)[:, None, None]
    return result


def _normalise(vectors: Array, out: Array) -> None:
    lengths = np.sqrt(np.add.reduce(vectors * vectors, axis=1, keepdims=True))
    np.divide(vectors, lengths, out=out, where=lengths > 0)
