"""Optimisers on a flat matrix of parameters (R, P): SGD with momentum, Adam, and weight decay in all its readings.

They know nothing of nets: any parameters and gradients will do. Adam with ``l2`` is Adam + L2, with ``decay`` AdamW.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from regviz.neural.layer import Array, Op, call

Rows = dict[str, Array]
_SWEPT = 1e8  # in units of the smallest normal number


@dataclass(frozen=True)
class Optimiser(ABC):
    """A rule of descent. ``coupled``: decoupled decay multiplies the weights by 1 − ηλ, as PyTorch does; otherwise by
    1 − λ, as in Algorithms 1 and 2 of Loshchilov & Hutter (2019) with schedule multiplier 1.
    """

    coupled: bool = True

    @abstractmethod
    def bind(self, params: Array, grad: Array, weights: Array) -> "Update":
        """The update of ``params`` (R, P) from ``grad`` (R, P), in place; ``weights`` (P,) is 1 where penalties
        apply, else 0.
        """


@dataclass(frozen=True)
class Sgd(Optimiser):
    """w ← w − ηb with b ← μb + g, PyTorch's convention (no dampening, no Nesterov)."""

    def bind(self, params: Array, grad: Array, weights: Array) -> "Update":
        """The update of ``params`` in place."""
        return SgdUpdate(self, params, grad, weights)


@dataclass(frozen=True)
class Adam(Optimiser):
    """Adam (Kingma & Ba 2015) with bias correction: w ← w − η m̂/(√v̂ + ε)."""

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def bind(self, params: Array, grad: Array, weights: Array) -> "Update":
        """The update of ``params`` in place."""
        return AdamUpdate(self, params, grad, weights)


class Update(ABC):
    """An optimiser bound to its arrays: `tune` it, then `step`. For speed, make the calls of `ops` yourself and ask
    for them anew after each `tune`.

    ``memory`` holds what the rule remembers (momentum, moments), each (R, P), and ``count`` the steps made.
    """

    def __init__(self, rule: Optimiser, params: Array, grad: Array, weights: Array) -> None:
        self.rule, self.params, self.grad = rule, params, grad
        self._weights = weights.astype(params.dtype)
        self.memory: tuple[Array, ...] = ()
        self.count = 0
        self._spare = np.zeros_like(params)
        self._rate = _per_variant(params)
        self._l2, self._keep, self._threshold, self._floor = (np.zeros_like(params) for _ in range(4))
        self._active = dict.fromkeys(("l1", "l2", "decay"), False)

    def tune(self, rows: Rows) -> None:
        """Take over hyper-parameters from `Hyper.arrays`: "rate", "momentum", "l1", "l2", "decay", each (R,)."""
        rate = rows["rate"][:, None]
        self._rate[...] = rate.reshape(self._rate.shape)
        self._l2[...] = rows["l2"][:, None] * self._weights
        decay = rows["decay"][:, None] * (rate if self.rule.coupled else 1.0)
        self._keep[...] = 1.0 - decay * self._weights
        self._threshold[...] = rate * rows["l1"][:, None] * self._weights
        np.negative(self._threshold, out=self._floor)
        self._active = {name: bool(rows[name].any()) for name in self._active}

    def ops(self) -> list[Op]:
        """Calls of one step: penalty into the gradient, decay, the rule itself, the prox of L1.

        ``grad`` is left as it is.
        """
        p, t = self.params, self._spare
        ops: list[Op] = []
        source = self.grad
        if self._active["l2"]:  # g + λw
            ops += [call(np.multiply, self._l2, p, t), call(np.add, t, self.grad, t)]
            source = t
        step = self.descend(source)
        if self._active["decay"]:  # before w moves and after the penalty has read it
            step.insert(len(step) - 1, call(np.multiply, p, self._keep, p))
        ops += step
        if self._active["l1"]:  # w − clip(w, ±ηλ): exactly 0 inside the threshold
            ops += [
                call(np.maximum, p, self._floor, out=t),
                call(np.minimum, t, self._threshold, out=t),
                call(np.subtract, p, t, p),
            ]
        return ops

    def step(self) -> None:
        """Make one step with the gradient that ``grad`` holds now."""
        for op in self.ops():
            op()

    @abstractmethod
    def descend(self, source: Array) -> list[Op]:
        """Calls of the rule for the gradient ``source``, which may be the spare array; the last one moves w."""

    def sweep(self) -> None:
        """Forget what is too small to matter: gradients that stay zero (dead units) would leave subnormal numbers in
        the memory, on which processors are a hundred times slower.
        """
        for kept in self.memory:
            kept[np.abs(kept) < _SWEPT * np.finfo(kept.dtype).tiny] = 0.0

    def restore(self, memory: tuple[Array, ...], count: int) -> None:
        """Take back the memory and step count of an earlier time."""
        for mine, then in zip(self.memory, memory, strict=True):
            np.copyto(mine, then)
        self.count = count


class SgdUpdate(Update):
    """SGD; without momentum the buffer is left alone."""

    def __init__(self, rule: Sgd, params: Array, grad: Array, weights: Array) -> None:
        super().__init__(rule, params, grad, weights)
        self.memory = (np.zeros_like(params),)
        self._momentum = _per_variant(params)
        self._pace = np.zeros_like(params)  # η for each parameter: equal shapes multiply twice as fast

    def tune(self, rows: Rows) -> None:
        """As for every rule; momentum that starts now starts from rest."""
        super().tune(rows)
        self.memory[0][self._momentum.ravel() == 0.0] = 0.0
        self._momentum[...] = rows["momentum"].reshape(self._momentum.shape)
        self._pace[...] = self._rate

    def descend(self, source: Array) -> list[Op]:
        """Momentum b ← μb + g, then w ← w − ηb."""
        ops: list[Op] = []
        if self._momentum.any():
            b = self.memory[0]
            ops = [call(np.multiply, b, self._momentum, b), call(np.add, b, source, b)]
            source = b
        t = self._spare
        return [*ops, call(np.multiply, source, self._pace, t), call(np.subtract, self.params, t, self.params)]


class AdamUpdate(Update):
    """Adam with the sums M = Σ β₁^(t−i) g_i and V = Σ β₂^(t−i) g_i², which lack the factors 1 − β.

    m̂ = aM with a = (1 − β₁)/(1 − β₁ᵗ), √v̂ = b√V with b² = (1 − β₂)/(1 − β₂ᵗ), so that
    η m̂/(√v̂ + ε) = (ηa/b)·M/(√V + ε/b).
    """

    def __init__(self, rule: Adam, params: Array, grad: Array, weights: Array) -> None:
        super().__init__(rule, params, grad, weights)
        self.memory = np.zeros_like(params), np.zeros_like(params)
        self._adam = rule
        self._betas = np.array(rule.beta1, params.dtype), np.array(rule.beta2, params.dtype)
        self._size, self._eps = _per_variant(params), np.zeros((), params.dtype)

    def descend(self, source: Array) -> list[Op]:
        """Both sums, then the step."""
        (m, v), (beta1, beta2), t = self.memory, self._betas, self._spare
        return [
            self._correct,
            call(np.multiply, m, beta1, m),
            call(np.add, m, source, m),
            call(np.multiply, v, beta2, v),
            call(np.multiply, source, source, t),
            call(np.add, v, t, v),
            call(np.sqrt, v, t),
            call(np.add, t, self._eps, t),
            call(np.divide, m, t, t),
            call(np.multiply, t, self._size, t),
            call(np.subtract, self.params, t, self.params),
        ]

    def moments(self) -> tuple[Array, Array]:
        """The bias-corrected moments m̂ and v̂ (R, P), float64; zero before the first step."""
        a, b = self._factors(max(self.count, 1))
        m, v = (np.asarray(sums, np.float64) for sums in self.memory)
        return a * m, b * b * v

    def _correct(self) -> None:
        """Bias correction of this step."""
        self.count += 1
        a, b = self._factors(self.count)
        if self._rate.ndim:
            np.multiply(self._rate, a / b, out=self._size)
        else:  # the same to the bit, without a call whose overhead a small net feels
            self._size.fill(self._rate.item() * self._rate.dtype.type(a / b).item())
        self._eps.fill(self._adam.eps / b)

    def _factors(self, count: int) -> tuple[float, float]:
        beta1, beta2 = self._adam.beta1, self._adam.beta2
        return (1 - beta1) / (1 - beta1**count), ((1 - beta2) / (1 - beta2**count)) ** 0.5


def _per_variant(params: Array) -> Array:
    """Room for one number a variant (R, 1), or () for a single one, which multiplies faster."""
    return np.zeros((len(params), 1) if len(params) > 1 else (), params.dtype)


def ascend(params: Array, grad: Array, rho: Array, out: Array) -> None:
    """Write w + ρ_r g/‖g‖ to ``out`` (R, P), the point where SAM takes its gradient (Foret et al. 2021).

    ‖g‖ is the norm over all parameters of a variant; where it is zero, or ρ is, the point is w itself.
    """
    norms = gradient_norms(grad)
    scale = np.divide(rho, norms, out=np.zeros_like(norms), where=(norms > 0) & (rho > 0))
    np.multiply(grad, scale[:, None].astype(grad.dtype), out=out)
    np.add(params, out, out=out)


def gradient_norms(grad: Array) -> Array:
    """‖g‖₂ of each variant (R,), in float64."""
    wide = grad.astype(np.float64)
    result: Array = np.sqrt(np.einsum("rp,rp->r", wide, wide))
    return result
