"""Losses: squared, logistic and softmax cross-entropy, with label smoothing, sample weights and soft labels.

The loss of a batch is the mean over its samples of weight·ℓ; penalties are the optimiser's business.
"""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import ArrayLike

from regviz.neural.layer import Array, Op, Signal, Site, by_variant, call


class Loss(ABC):
    """One loss, bound to a network's outputs z (K, R, B).

    ``targets`` (K, R or 1, B) and ``weights`` (1, R, B) are buffers that the network fills; weights hold
    (sample weight)/B. The knob "smoothing" is each variant's ε.
    """

    def __init__(self, site: Site, output: Signal, shared: bool) -> None:
        variants = 1 if shared else site.variants
        self.output = output
        self.targets = site.array(output.width, variants, site.size)
        self.weights = np.full((1, site.variants, site.size), 1 / site.size, site.dtype)
        self.smoothing = site.knob("smoothing", 0.0)
        self._smooth = site.array(output.width, site.variants, site.size)
        self._keep, self._lift = np.ones_like(self.smoothing), np.zeros_like(self.smoothing)
        self._site = site

    @staticmethod
    def encode(targets: ArrayLike, outputs: int) -> Array:
        """``targets`` of n samples as an array (outputs, n): as they are, (n,) or (n, outputs).

        Raises ValueError when the shape does not fit the outputs.
        """
        found = np.asarray(targets, dtype=np.float64)
        found = found[None, :] if found.ndim == 1 else found.T
        if found.ndim != 2 or len(found) != outputs:
            raise ValueError(f"The targets have {len(found)} values for each sample; the net has {outputs} outputs.")
        return found

    @staticmethod
    @abstractmethod
    def classes(outputs: int) -> int:
        """Number K of classes in label smoothing; 0 where labels cannot be smoothed."""

    @abstractmethod
    def gradient(self, goal: Array) -> list[Op]:
        """Calls that fill ``output.delta`` with ∂ℓ/∂z for the targets ``goal``, unweighted."""

    @staticmethod
    @abstractmethod
    def values(outputs: Array, targets: Array) -> Array:
        """ℓ (R, n) in float64 of ``outputs`` (R, K, n) for ``targets`` (K, n) or (R, K, n)."""

    @abstractmethod
    def curve(self, dot: Array) -> Array:
        """(∂²ℓ/∂z²)·ż, unweighted, for ``dot`` = ż (K, R, B)."""

    @staticmethod
    @abstractmethod
    def predict(outputs: Array) -> Array:
        """Predictions from outputs (R, K, n): values or probabilities of the same shape."""

    @staticmethod
    @abstractmethod
    def correct(outputs: Array, targets: Array) -> Array:
        """1 where outputs (R, K, n) decide as ``targets`` (K, n) do, as (R, n); NaN where there is no decision."""

    def backward(self) -> list[Op]:
        """Calls that fill ``output.delta`` with the derivative of the batch's loss."""
        ops, goal = self._smoothed()
        return [*ops, *self.gradient(goal), call(np.multiply, self.output.delta, self.weights, self.output.delta)]

    def _smoothed(self) -> tuple[list[Op], Array]:
        """(1 − ε)·target + ε/K; raises ValueError where there are no classes to smooth over."""
        if not self.smoothing.any():
            return [], self.targets
        count = self.classes(self.output.width)
        if not count:
            raise ValueError("Label smoothing needs classes; the squared loss has none.")
        np.subtract(1.0, self.smoothing, out=self._keep)
        np.divide(self.smoothing, count, out=self._lift)
        return [
            call(np.multiply, self.targets, self._keep, self._smooth),
            call(np.add, self._smooth, self._lift, self._smooth),
        ], self._smooth

    def total(self) -> Array:
        """Loss of the batch for each variant (R,), in float64, smoothing included."""
        ops, goal = self._smoothed()
        for op in ops:
            op()
        losses = self.values(by_variant(self.output.values), by_variant(goal))
        result: Array = (losses * self.weights[0].astype(np.float64)).sum(axis=1)
        return result

    def push(self, dot: Array) -> tuple[Array, Array]:
        """The outputs' delta (as `backward` left it would be) and its directional derivative."""
        ops, goal = self._smoothed()
        for op in (*ops, *self.gradient(goal)):
            op()
        assert self.output.delta is not None
        return self.output.delta * self.weights, self.curve(dot) * self.weights


class Squared(Loss):
    """ℓ = ½ Σ_k (z_k − t_k)², so that weight decay λ is the linear labs' λ."""

    @staticmethod
    def classes(outputs: int) -> int:
        """None to smooth over."""
        return 0

    def gradient(self, goal: Array) -> list[Op]:
        """Residual z − t."""
        return [call(np.subtract, self.output.values, goal, self.output.delta)]

    @staticmethod
    def values(outputs: Array, targets: Array) -> Array:
        """½ Σ (z − t)²."""
        result: Array = 0.5 * ((outputs.astype(np.float64) - targets) ** 2).sum(axis=1)
        return result

    def curve(self, dot: Array) -> Array:
        """ż."""
        return dot

    @staticmethod
    def predict(outputs: Array) -> Array:
        """The outputs."""
        return outputs

    @staticmethod
    def correct(outputs: Array, targets: Array) -> Array:
        """No decisions here."""
        return np.full((len(outputs), outputs.shape[2]), np.nan)


class Logistic(Loss):
    """ℓ = Σ_k log(1 + e^{z_k}) − t_k z_k with t in [0, 1]: each output is a question of its own, of two classes."""

    def __init__(self, site: Site, output: Signal, shared: bool) -> None:
        super().__init__(site, output, shared)
        self._half = site.scalar(0.5)

    @staticmethod
    def classes(outputs: int) -> int:
        """Two."""
        return 2

    def gradient(self, goal: Array) -> list[Op]:
        """σ(z) − t with σ(z) = ½ + ½ tanh(z/2), which cannot overflow."""
        d = self.output.delta
        return [
            call(np.multiply, self.output.values, self._half, d),
            call(np.tanh, d, d),
            call(np.multiply, d, self._half, d),
            call(np.add, d, self._half, d),
            call(np.subtract, d, goal, d),
        ]

    @staticmethod
    def values(outputs: Array, targets: Array) -> Array:
        """log(1 + e^z) − tz."""
        z = outputs.astype(np.float64)
        result: Array = (np.logaddexp(0.0, z) - targets * z).sum(axis=1)
        return result

    def curve(self, dot: Array) -> Array:
        """σ(1 − σ)ż."""
        p = _sigmoid(self.output.values)
        result: Array = p * (1 - p) * dot
        return result

    @staticmethod
    def predict(outputs: Array) -> Array:
        """σ(z)."""
        return _sigmoid(outputs)

    @staticmethod
    def correct(outputs: Array, targets: Array) -> Array:
        """Every output on its target's side of ½."""
        result: Array = ((outputs > 0) == (targets > 0.5)).all(axis=1).astype(np.float64)
        return result


class Softmax(Loss):
    """ℓ = −Σ_k t_k log softmax(z)_k with targets that sum to one."""

    def __init__(self, site: Site, output: Signal, shared: bool) -> None:
        super().__init__(site, output, shared)
        self._row = site.array(1, site.variants, site.size)

    @staticmethod
    def encode(targets: ArrayLike, outputs: int) -> Array:
        """Class numbers (n,) become one-hot columns, probabilities (n, outputs) stay; the result is (outputs, n).

        Raises ValueError for a class that has no output.
        """
        found = np.asarray(targets)
        if found.ndim != 1:
            return Loss.encode(found, outputs)
        if found.size and not (found.min() >= 0 and found.max() < outputs):
            raise ValueError(f"The classes run from {found.min()} to {found.max()}; the net has {outputs} outputs.")
        return np.eye(outputs)[:, found.astype(np.intp)]

    @staticmethod
    def classes(outputs: int) -> int:
        """One for each output."""
        return outputs

    def gradient(self, goal: Array) -> list[Op]:
        """softmax(z) − t."""
        d, row = self.output.delta, self._row
        return [
            call(np.maximum.reduce, self.output.values, 0, None, row, True),
            call(np.subtract, self.output.values, row, d),
            call(np.exp, d, d),
            call(np.add.reduce, d, 0, None, row, True),
            call(np.divide, d, row, d),
            call(np.subtract, d, goal, d),
        ]

    @staticmethod
    def values(outputs: Array, targets: Array) -> Array:
        """−Σ t log softmax(z)."""
        z = outputs.astype(np.float64)
        z -= z.max(axis=1, keepdims=True)
        result: Array = (targets * (np.log(np.exp(z).sum(axis=1, keepdims=True)) - z)).sum(axis=1)
        return result

    def curve(self, dot: Array) -> Array:
        """p∘(ż − Σ pż)."""
        p = _softmax(self.output.values, axis=0)
        result: Array = p * (dot - (p * dot).sum(axis=0, keepdims=True))
        return result

    @staticmethod
    def predict(outputs: Array) -> Array:
        """Probabilities of the classes."""
        return _softmax(outputs, axis=1)

    @staticmethod
    def correct(outputs: Array, targets: Array) -> Array:
        """The largest output is the most probable class."""
        result: Array = (outputs.argmax(axis=1) == targets.argmax(axis=0)).astype(np.float64)
        return result


LOSSES: dict[str, type[Loss]] = {"squared": Squared, "logistic": Logistic, "softmax": Softmax}


def smoothed_gap(smoothing: float, classes: int) -> float:
    """The logit gap log(1 + K(1 − ε)/ε) between the true class and the others at which the smoothed loss is least."""
    return float(np.log1p(classes * (1 - smoothing) / smoothing)) if smoothing > 0 else float("inf")


def _sigmoid(z: Array) -> Array:
    result: Array = 0.5 + 0.5 * np.tanh(0.5 * z)
    return result


def _softmax(z: Array, axis: int) -> Array:
    p: Array = np.exp(z - z.max(axis=axis, keepdims=True))
    p /= p.sum(axis=axis, keepdims=True)
    return p
