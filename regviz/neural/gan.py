"""Two nets against each other: a generator and a discriminator, R variants of the pair trained as one batch.

What the pair learns, and what of it is shown, is the caller's business.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from regviz.neural.hyper import Hyper
from regviz.neural.layer import Array, Op, call
from regviz.neural.net import Net
from regviz.neural.network import Network
from regviz.neural.optimisers import Adam, Optimiser

_SWEEP = 128


class Round(NamedTuple):
    """The random numbers of one step, all feature-major: ``real`` samples (d, 1, B) and the noise ``first`` (k, 1, B)
    for the discriminator's turn, ``second`` for the generator's.
    """

    real: Array
    first: Array
    second: Array


class Gan:
    """A generator ``maker`` and a discriminator ``critic`` with one logit (Goodfellow et al. 2014).

    A step is one turn of each. The discriminator descends the mean of −log σ(D(x)) over the real and
    −log(1 − σ(D(G(z)))) over the made samples; then the generator descends the mean of −log σ(D(G(z))), the
    non-saturating loss. Spectral layers of the discriminator make one power iteration in the discriminator's turn and
    none in the generator's. ``rounds(step)`` must depend on the step alone. Variants differ by their knobs only.
    """

    def __init__(
        self, maker: Net, critic: Net, rounds: Callable[[int], Round], *, variants: int = 1, seed: int = 0,
        rule: Optimiser | None = None, dtype: Any = np.float32,
    ) -> None:  # fmt: skip
        size = rounds(0).real.shape[2]
        self.rounds, self.variants, self.size, self.step_count = rounds, variants, size, 0
        self.maker = Network(maker, variants, size, dtype=dtype)
        self.judge = Network(critic, variants, 2 * size, dtype=dtype, shared=False)
        self.guide = Network(
            critic, variants, size, mode="evaluate", dtype=dtype, shared=False, params=self.judge.params,
            averages=self.judge.averages, input_gradient=True,
        )  # fmt: skip
        self.maker.params[...] = maker.initial(seed, variants)
        self.judge.params[...] = critic.initial(seed + 1, variants)
        self.judge.averages[...] = critic.initial_averages(variants, seed)
        self.judge.begin()
        self.judge.loss.targets[:, :, :size] = 1.0
        self.guide.loss.targets[...] = 1.0
        chosen = rule or Adam(beta1=0.5)
        self.updates = tuple(
            chosen.bind(net.params, net.grad, np.ones(net.net.size)) for net in (self.judge, self.maker)
        )
        self._program: list[Op] = []

    @property
    def running(self) -> Array:
        """Which variants have finite parameters (R,)."""
        both = np.concatenate([self.judge.params, self.maker.params], axis=1)
        found: Array = np.asarray(np.isfinite(both).all(axis=1))
        return found

    def tune(self, rate: float, **knobs: ArrayLike) -> None:
        """Learning rate of both nets and knobs of the discriminator's layers, from the next turn on."""
        for network in (self.judge, self.guide):
            network.tune(**knobs)
        for update in self.updates:
            update.tune(Hyper(rate=rate).arrays(self.variants))
        critics, makers = (update.ops() for update in self.updates)
        self._program = [*self.first_turn(), *critics, *self.second_turn(), *makers]

    def first_turn(self) -> list[Op]:
        """Calls that leave the discriminator's gradient in ``judge.grad``."""
        inputs = self.judge.input.values
        made = self.maker.kernels[-1].output.values
        return [
            lambda: np.copyto(self.maker.input.values, self._round.first),
            *self.maker.forward_ops,
            lambda: np.copyto(inputs[:, :, : self.size], self._round.real),
            call(np.copyto, inputs[:, :, self.size :], made),
            *self.judge.forward_ops, *self.judge.track_ops, *self.judge.backward_ops,
        ]  # fmt: skip

    def second_turn(self) -> list[Op]:
        """Calls that leave the generator's gradient in ``maker.grad``."""
        made = self.maker.kernels[-1].output.values
        return [
            lambda: np.copyto(self.maker.input.values, self._round.second),
            *self.maker.forward_ops,
            call(np.copyto, self.guide.input.values, made),
            *self.guide.forward_ops, *self.guide.backward_ops,
            lambda: self.maker.backward_from(self.guide.input_gradient),
        ]  # fmt: skip

    def load(self, step: int) -> None:
        """Take the random numbers of ``step``."""
        self._round = self.rounds(step)

    def step(self, count: int = 1) -> None:
        """Make ``count`` steps; `tune` must have been called. A variant may leave the finite numbers on the way."""
        with np.errstate(all="ignore"):  # what overflows is seen by `running`
            for step in range(self.step_count, self.step_count + count):
                if not step % _SWEEP:
                    for update in self.updates:
                        update.sweep()
                self.load(step)
                for op in self._program:
                    op()
        self.step_count += count
