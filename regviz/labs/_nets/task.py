"""The problem of a state and the net, rule and hyper-parameters made for it. Nothing is trained here."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.data.digits import digits
from regviz.data.planar import PROBLEMS, Part, planar
from regviz.labs._nets.controls import NetControls
from regviz.neural import Adam, Hyper, Net, Optimiser, Sgd, generator, mlp

Array = NDArray[np.float64]

HELD_OUT = 200
"""Validation points."""
TESTED = 1_000
"""Test points."""
WIDE = 1.4
"""Width of the shown plane over its height."""
MOMENTUM = 0.9


@dataclass(frozen=True, eq=False)
class Task:
    """A problem in three parts. ``classes`` is 0 for regression, else how many there are."""

    name: str
    classes: int
    train: Part
    validation: Part
    test: Part

    @property
    def inputs(self) -> int:
        """Number of input features."""
        return int(self.train.X.shape[1])

    @property
    def loss(self) -> str:
        """The loss that suits the targets."""
        return {0: "squared", 2: "logistic"}.get(self.classes, "softmax")

    @property
    def outputs(self) -> int:
        """Outputs of a net for it."""
        return self.classes if self.classes > 2 else 1

    @property
    def planar(self) -> bool:
        """Whether a plane of inputs can be shown."""
        return self.inputs == 2

    @cached_property
    def reach(self) -> float:
        """Half the height of the shown plane (for regression, half the shown interval): holds all training points."""
        return 1.12 * max(float(np.abs(self.train.X[:, -1]).max()), float(np.abs(self.train.X[:, 0]).max()) / WIDE, 0.5)


def task(state: NetControls) -> Task:
    """The problem of ``state``; the same object for the same data controls."""
    return _task(state.dataset, state.train_size, state.noise, state.label_noise, state.seed)


def net(state: NetControls, **words: Any) -> Net:
    """The multilayer perceptron of ``state``; ``words`` are those of `mlp`: ``norm``, ``dropout``."""
    made = task(state)
    return mlp(
        made.inputs, (state.width,) * state.layers, made.outputs, activation=state.activation, loss=made.loss, **words
    )


def optimiser(state: NetControls) -> Optimiser:
    """The rule of descent; momentum is a matter of `hyper`."""
    return Adam() if state.optimiser == "adam" else Sgd()


def hyper(state: NetControls, **words: Any) -> Hyper:
    """Learning rate and momentum of ``state``, with more of `Hyper`'s fields in ``words``."""
    momentum = MOMENTUM if state.optimiser == "momentum" else 0.0
    return Hyper(**{"rate": state.rate, "momentum": momentum} | words)


@lru_cache(maxsize=8)
def _task(name: str, train: int, noise: float, label_noise: float, seed: int) -> Task:
    if name == "digits":
        return _digits(train, noise, label_noise, seed)
    made = planar(
        name, train=train, validation=HELD_OUT, test=TESTED, noise=noise, label_noise=label_noise, seed=seed
    )
    return Task(name, PROBLEMS[name][0], made.train, made.validation, made.test)


def _digits(train: int, noise: float, label_noise: float, seed: int) -> Task:
    """Images as 64 numbers, ink from −1 to 1; both kinds of noise reach training and validation, not the test."""
    found = digits()
    source = generator(seed, "digits")
    order = source.permutation(len(found.labels))
    train = min(train, len(order) - HELD_OUT - 400)
    parts = []
    for rows, on in zip(np.split(order, [train, train + HELD_OUT, train + HELD_OUT + 400]), (1, 1, 0), strict=False):
        clean = found.labels[rows].astype(np.float64)
        X: Array = found.images[rows].reshape(-1, 64) / 8.0 - 1.0
        X += on * noise * source.standard_normal(X.shape)
        other = (clean + source.integers(1, 10, len(rows))) % 10
        parts.append(Part(X, np.where(source.random(len(rows)) < on * label_noise, other, clean), clean))
    return Task("digits", 10, *parts)
