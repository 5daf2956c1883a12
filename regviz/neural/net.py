"""The description of a net and where its parameters lie in the flat vector. Frozen; trains nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from regviz.neural.activations import Activation
from regviz.neural.dense import Dense
from regviz.neural.dropout import Dropout
from regviz.neural.layer import Array, Layer, Slot
from regviz.neural.losses import LOSSES
from regviz.neural.residual import slots_of
from regviz.neural.streams import generator

_GAINS = {"relu": 2**0.5, "gelu": 2**0.5}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One slot and its place ``start`` … ``stop`` in a flat vector."""

    slot: Slot
    start: int

    @property
    def stop(self) -> int:
        """First place after the slot."""
        return self.start + self.slot.length

    def of(self, flat: Array) -> Array:
        """The slot's values in ``flat`` (R, P) as a view (R, *shape)."""
        return flat[:, self.start : self.stop].reshape(len(flat), *self.slot.shape)

    def weights(self, flat: Array) -> Array:
        """As `of`, without the bias column: (R, units, inputs) of a dense slot."""
        return self.of(flat)[..., :-1] if self.slot.bias_column else self.of(flat)


@dataclass(frozen=True)
class Net:
    """A net with ``inputs`` features, ``layers`` in order and a ``loss``: "squared", "logistic" or "softmax".

    Raises ValueError with a sentence for layers that do not fit together.
    """

    inputs: int
    layers: tuple[Layer, ...]
    loss: str = "squared"

    def __post_init__(self) -> None:
        if self.inputs < 1:
            raise ValueError(f"A net needs at least one input, not {self.inputs}.")
        if self.loss not in LOSSES:
            raise ValueError(f"There is no loss {self.loss!r}; the losses are {', '.join(LOSSES)}.")
        if not self.parameters:
            raise ValueError("A net needs at least one layer with weights.")

    @cached_property
    def outputs(self) -> int:
        """Number of outputs K."""
        width = self.inputs
        for layer in self.layers:
            width = layer.width(width)
        return width

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The trained slots in order."""
        assert self.outputs
        return _laid_out(slot for slot in slots_of(self.layers, self.inputs) if slot.role != "running")

    @cached_property
    def averages(self) -> tuple[Parameter, ...]:
        """The running averages, in a flat vector of their own."""
        return _laid_out(slot for slot in slots_of(self.layers, self.inputs) if slot.role == "running")

    @property
    def dense(self) -> tuple[Parameter, ...]:
        """The dense layers' matrices."""
        return tuple(p for p in self.parameters if p.slot.role == "dense")

    @property
    def size(self) -> int:
        """Number of parameters P."""
        return self.parameters[-1].stop

    @cached_property
    def weight_mask(self) -> Array:
        """1 for the weights of dense layers (P,), 0 for biases and the γ and β of norms."""
        mask: Array = np.zeros((1, self.size))
        for parameter in self.dense:
            parameter.weights(mask)[...] = 1.0
        only: Array = mask[0]
        return only

    def initial(self, seed: int, variants: int = 1, scale: ArrayLike = 1.0) -> Array:
        """Initial parameters (R, P), float64: equal for all variants but for ``scale``, one number or (R,), which
        multiplies the random part.

        The k-th dense layer's weights depend on the seed, k and their shape alone, so nets that differ in norms or
        dropout start equal.
        """
        flat = np.zeros((variants, self.size))
        factor = np.broadcast_to(np.asarray(scale, np.float64), (variants,))
        for index, parameter in enumerate(p for p in self.parameters if p.slot.spread):
            weights = parameter.weights(flat)
            noise = generator(seed, "weights", index).standard_normal(weights.shape[1:])
            weights[...] = parameter.slot.spread * noise * factor.reshape(-1, *(1,) * noise.ndim)
        for parameter in self.parameters:
            parameter.of(flat)[...] += parameter.slot.fill
        return flat

    def initial_averages(self, variants: int = 1, seed: int = 0) -> Array:
        """Running averages (R, S) before training, equal for all variants."""
        flat = np.zeros((variants, self.averages[-1].stop if self.averages else 0))
        for index, average in enumerate(self.averages):
            noise = generator(seed, "averages", index).standard_normal(average.slot.shape)
            average.of(flat)[...] = average.slot.fill + average.slot.spread * noise
        return flat


def mlp(
    inputs: int, hidden: Sequence[int], outputs: int = 1, *, activation: str = "tanh", loss: str = "squared",
    norm: Layer | None = None, dropout: bool = False,
) -> Net:  # fmt: skip
    """A multilayer perceptron: for each width in ``hidden`` a dense layer, ``norm``, ``activation`` and, with
    ``dropout``, dropout; then a dense layer of ``outputs``. Initial gain √2 for ReLU and GELU, else 1.
    """
    layers: list[Layer] = []
    for units in hidden:
        layers.append(Dense(units, gain=_GAINS.get(activation, 1.0)))
        layers += [norm] if norm is not None else []
        layers.append(Activation(activation))
        layers += [Dropout()] if dropout else []
    return Net(inputs, (*layers, Dense(outputs)), loss)


def _laid_out(slots: Iterable[Slot]) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    for slot in slots:
        found.append(Parameter(slot, found[-1].stop if found else 0))
    return tuple(found)
