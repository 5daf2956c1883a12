"""What a layer is: a frozen description that binds itself to buffers and answers with a kernel.

A kernel writes its forward and backward pass as lists of NumPy calls on fixed buffers. The layers themselves live in
their own modules; a new kind of layer is a new module and nothing else.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Op = Callable[[], object]
Mode = Literal["train", "evaluate", "masked"]
Role = Literal["dense", "bias", "norm", "running"]

call = partial
"""``call(f, a, out)`` is the call f(a, out), to be made later; the arrays are bound now."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One array that a layer keeps for each variant: its shape, role and initial values.

    ``spread`` is the standard deviation of the initial normal values around ``fill``. With ``bias_column`` the last
    column of a dense matrix is the bias: it starts at ``fill``. Slots of role "running" are not trained.
    """

    role: Role
    shape: tuple[int, ...]
    fill: float = 0.0
    spread: float = 0.0
    bias_column: bool = False

    @property
    def length(self) -> int:
        """Number of values."""
        return prod(self.shape)


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """Views (R, *shape) of one slot in the network's flat vectors: parameters, gradient, a direction v and Hv."""

    value: Array
    grad: Array
    direction: Array
    product: Array


@dataclass(frozen=True, eq=False, slots=True)
class Signal:
    """Activations between two kernels, feature-major.

    ``full`` (C+1, R, B) ends in a row of ones, so that a bias rides inside the matrix product; ``values`` (C, R, B) is
    the rest and ``delta`` (C, R, B) the loss's derivative with respect to it, or None where nobody asks for it.
    ``own``: the next kernel may overwrite the values in place; a delta may always be overwritten once it was read.
    ``room`` (C+1, R, B), where there is one, is the delta with a last row of no meaning: a product with a whole matrix,
    bias column included, goes there faster than one with a part of it into the delta.
    """

    full: Array
    delta: Array | None
    own: bool = True
    room: Array | None = None

    @property
    def values(self) -> Array:
        """The activations (C, R, B)."""
        return self.full[:-1]

    @property
    def width(self) -> int:
        """Number of features C."""
        return len(self.full) - 1

    @classmethod
    def fresh(cls, width: int, variants: int, size: int, dtype: Any) -> "Signal":
        """A signal on its own buffers."""
        room = np.zeros((width + 1, variants, size), dtype)
        return cls(np.ones_like(room), room[:-1], room=room)


class Site:
    """Where kernels are bound: sizes, the views of their slots in order, and the sources of shared randomness."""

    def __init__(
        self, variants: int, size: int, dtype: Any, mode: Mode, blocks: Iterator[Block], running: Iterator[Array]
    ) -> None:
        self.variants, self.size, self.dtype, self.mode = variants, size, np.dtype(dtype), mode
        self.uniforms: list[Array] = []
        self.masks: list[Array] = []
        self.gates: list[Array] = []
        self.knobs: dict[str, list[Array]] = {}
        self._blocks, self._running = blocks, running

    def block(self) -> Block:
        """Views of the next trained slot."""
        return next(self._blocks)

    def running(self) -> Array:
        """View (R, *shape) of the next running average."""
        return next(self._running)

    def signal(self, width: int) -> Signal:
        """A new signal for ``width`` features."""
        return Signal.fresh(width, self.variants, self.size, self.dtype)

    def array(self, *shape: int) -> Array:
        """A zero buffer."""
        return np.zeros(shape, self.dtype)

    def scalar(self, value: float) -> Array:
        """``value`` as a 0-d array, which ufuncs take faster than a Python number."""
        return np.array(value, self.dtype)

    def uniform(self, rows: int, columns: int) -> Array:
        """A buffer (rows, 1, columns) that the network fills at every step with numbers in [0, 1), equal for all
        variants.
        """
        self.uniforms.append(np.zeros((rows, 1, columns), np.float32))
        return self.uniforms[-1]

    def knob(self, name: str, value: float) -> Array:
        """A number for each variant (1, R, 1) that can be turned during training under ``name``."""
        self.knobs.setdefault(name, []).append(np.full((1, self.variants, 1), value, self.dtype))
        return self.knobs[name][-1]


class Kernel(ABC):
    """A layer bound to buffers. ``output`` is the signal that it fills.

    `forward` and `backward` are read again whenever a knob turns, so they may leave out calls that have no effect.
    """

    output: Signal

    @abstractmethod
    def forward(self) -> list[Op]:
        """Calls that fill ``output.values`` from the input's values."""

    @abstractmethod
    def backward(self) -> list[Op]:
        """Calls that turn ``output.delta`` into the input's delta and fill the gradient of the kernel's slots."""

    def begin(self) -> None:
        """Prepare what is kept for the initial weights; called once before training."""
        return

    def track(self) -> list[Op]:
        """Calls made once in a training step, after `forward`: running averages."""
        return []

    @abstractmethod
    def push(self, dot: Array) -> Array:
        """Directional derivative of the output: ``dot`` (C, R, B) is that of the input, the slots move along their
        ``direction``. `forward` must have run.
        """

    @abstractmethod
    def pull(self, delta: Array, dot: Array) -> tuple[Array, Array]:
        """Delta at the input and its directional derivative from those at the output; adds nothing, but fills the
        slots' ``product`` with the directional derivative of their gradient. `push` must have run.
        """


class Layer(ABC):
    """A frozen description of a layer; subclasses are frozen dataclasses."""

    def width(self, inputs: int) -> int:
        """Number of features that come out when ``inputs`` go in; raises ValueError where they do not fit."""
        return inputs

    def slots(self, inputs: int) -> tuple[Slot, ...]:
        """What the layer keeps for each variant, in the order in which `bind` takes it."""
        return ()

    @abstractmethod
    def bind(self, site: Site, signal: Signal) -> Kernel:
        """The kernel that reads ``signal``."""


def by_variant(values: Array) -> Array:
    """Feature-major ``values`` (C, R, B) seen as one matrix for each variant (R, C, B)."""
    return values.transpose(1, 0, 2)


def product(a: Array, b: Array, out: Array) -> Op:
    """The call that writes the products of the matrices ``a`` (R, m, k) and ``b`` (R, k, n) to ``out`` (R, m, n)."""
    if len(a) == len(b) == len(out) == 1:
        return call(np.dot, a[0], b[0], out[0])
    if a.shape[2] == 1:  # outer products: matmul would go through BLAS one by one
        return call(np.multiply, a, b, out)
    return call(np.matmul, a, b, out)
