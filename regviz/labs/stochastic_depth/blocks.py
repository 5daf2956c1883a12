"""The residual net of a state, which blocks its training steps used, and its branches as functions. No pictures."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.labs import _nets as nets
from regviz.labs.stochastic_depth.state import TRAINING, StochasticDepthState, survivals
from regviz.neural import Activation, Dense, Hyper, Net, Residual, activate, layer_norms
from regviz.neural.streams import Uniforms
from regviz.neural.sub_networks import Branch, endings, evaluation_pass, survivor_chances

Array = NDArray[Any]


def residual_net(state: StochasticDepthState) -> Net:
    """A dense layer into the stream, L blocks x + W₂φ(W₁x), a dense layer out of it.

    W₂ starts with gain 1/√L, so that the stream keeps its size at any depth.
    """
    made = nets.task(state)
    branch = (
        Dense(state.width, gain=2**0.5 if state.activation in ("relu", "gelu") else 1.0), Activation(state.activation),
        Dense(state.width, gain=1.0 / math.sqrt(state.layers)),
    )  # fmt: skip
    block = Residual(branch, rescale=state.convention == TRAINING)
    return Net(made.inputs, (Dense(state.width), *[block] * state.layers, Dense(made.outputs)), made.loss)


def hyper(state: StochasticDepthState) -> Hyper:
    """Survival 1 for the first net, that of the controls for the second."""
    return nets.hyper(state, survival=((1.0,) * state.layers, survivals(state)))


def alive(state: StochasticDepthState, first: int, last: int) -> Array:
    """Which blocks training steps ``first`` … ``last`` − 1 use, counted from 0: booleans (steps, L)."""
    start = first // _DRAWN
    drawn = [_drawn(state.seed, state.layers, part) for part in range(start, -(-last // _DRAWN))]
    if not drawn:
        return np.empty((0, state.layers), np.bool_)
    rows = np.concatenate(drawn)[first - start * _DRAWN : last - start * _DRAWN]
    found: Array = rows < np.array(survivals(state), np.float32)
    return found


_DRAWN = 32
"""Steps whose draws are kept together."""


@lru_cache(maxsize=64)
def _drawn(seed: int, layers: int, part: int) -> Array:
    """The uniform numbers (32, L) that decide about the blocks in the part-th 32 steps."""
    streams = [Uniforms(seed, block, (1, 1, 1)) for block in range(layers)]
    found = [[stream.at(step)[0, 0, 0] for stream in streams] for step in range(_DRAWN * part, _DRAWN * (part + 1))]
    return np.array(found, np.float32)


class Depths:
    """How many blocks survived in each step since the survival probabilities last changed."""

    def __init__(self) -> None:
        self._survivals: tuple[float, ...] = ()
        self._start = 0
        self._depths = np.empty(0, np.int64)

    def follow(self, state: StochasticDepthState, step: int) -> Array:
        """Effective depths (T,) of the training steps up to ``step``."""
        if survivals(state) != self._survivals or step < self._start:
            self._survivals, self._start, self._depths = survivals(state), step, np.empty(0, np.int64)
        self._depths = self._depths[: step - self._start]
        seen = self._start + len(self._depths)
        self._depths = np.append(self._depths, alive(state, seen, step).sum(axis=1))
        return self._depths


def gradients(run: nets.Run) -> Array:
    """‖gradient‖ (R, L) of each block's two matrices in the last training step; NaN before the first."""
    if not run.step:
        return np.full((len(run.variants), (len(run.net.dense) - 2) // 2), np.nan)
    with np.errstate(all="ignore"):  # a diverged net has no finite gradient
        sizes = layer_norms(run.net, run.trainer.gradient)[:, 1:-1]
        found: Array = np.sqrt(sizes[:, ::2] ** 2 + sizes[:, 1::2] ** 2)
    return found


def branches(state: StochasticDepthState, run: nets.Run, index: int) -> tuple[Branch, Branch, tuple[Branch, ...]]:
    """The layer into the stream, the layer out of it and the L branches of variant ``index``, in float64."""
    flat = run.shown[index].astype(np.float64)[None]
    first, *inner, last = (parameter.of(flat)[0] for parameter in run.net.dense)
    pairs = zip(inner[::2], inner[1::2], strict=True)
    return _affine(first), _affine(last), tuple(_branch(one, two, state.activation) for one, two in pairs)


def _affine(matrix: Array) -> Branch:
    return lambda h: h @ matrix[:, :-1].T + matrix[:, -1]


def _branch(one: Array, two: Array, activation: str) -> Branch:
    first, second = _affine(one), _affine(two)
    return lambda h: second(activate(activation, first(h)))


def shares(state: StochasticDepthState, run: nets.Run, point: Array) -> Array:
    """How much each branch adds to the stream at ``point`` (1, d) at test, ‖branch‖/‖stream‖ (L,)."""
    into, _, parts = branches(state, run, 1)
    with np.errstate(all="ignore"):
        states = evaluation_pass(parts, into(point), survivals(state), state.convention == TRAINING)[:, 0]
        size = np.linalg.norm(states[:-1], axis=1)
        found: Array = np.linalg.norm(np.diff(states, axis=0), axis=1) / np.where(size > 0, size, np.nan)
    result: Array = nets.shown(found)
    return result


def mean_and_test(state: StochasticDepthState, run: nets.Run, point: Array) -> tuple[Array, Array, Array]:
    """Raw outputs (K,) at ``point`` (1, d): mean and deviation over all 2^L sub-networks, and the test pass."""
    into, out, parts = branches(state, run, 1)
    rescale = state.convention == TRAINING
    with np.errstate(all="ignore"):
        members = out(endings(parts, into(point), survivals(state), rescale))[:, 0]
        chances = survivor_chances(survivals(state))
        mean = chances @ members
        spread = np.sqrt(chances @ (members - mean) ** 2)
        test = out(evaluation_pass(parts, into(point), survivals(state), rescale)[-1])[0]
    return mean, spread, test
