"""Three nets that differ in their normalisation train in step, each without and with decay; every step is measured.

Norms, gradients, angles and the law ‖w‖² ← (1 − ηλ)²‖w‖² + η²‖g‖² that holds where g·w = 0. No pictures.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.labs import _nets as nets
from regviz.labs._nets.record import Record
from regviz.labs.normalization.state import NORMS, NormalizationState, layer_of
from regviz.neural import Hyper, Sgd

Array = NDArray[Any]

VARIANTS = ("no decay", "with decay")


def equilibrium_norm(rate: float, lam: float, squared: Array) -> Array:
    """‖w‖ where growth and decay balance: ‖w‖⁴ = η·E‖g̃‖²/(2λ), with ``squared`` = E‖g̃‖² and g̃ = ‖w‖g.

    van Laarhoven (2017), whose λ is half of ours. NaN where nothing balances: λ or η is 0.
    """
    if rate <= 0.0 or lam <= 0.0:
        return np.full_like(squared, np.nan)
    found: Array = (rate * squared / (2.0 * lam)) ** 0.25
    return found


def rotation(rate: float, lam: float) -> float:
    """Radians that the weights turn in a step at equilibrium, √(2ηλ) for small ηλ."""
    return float(np.sqrt(2.0 * rate * lam))


class Watched:
    """One run with the record of every step: "size", "predicted", "gradient", "along", "angle", "drive", "rate", each
    (T, layers, 2).

    "size" is ‖w‖ of a hidden layer's whole matrix, biases included; "along" is g·w/(‖g‖‖w‖) of the step that led
    here; "drive" a running mean of ‖g̃‖² over about 1/(4ηλ) steps, the time that ‖w‖⁴ takes to forget.
    """

    def __init__(self, state: NormalizationState, norm: str) -> None:
        made = nets.net(state, norm=layer_of(norm, state.epsilon))
        self.run = nets.Run(
            state, *VARIANTS, net=made, hyper=hyper(state), optimiser=Sgd(), every=50, dtype=np.float64
        )
        self.record = Record()
        self._before = self.weights()
        self._predicted = _squares(self._before)
        self._drive = np.zeros_like(self._predicted)
        nothing = np.full_like(self._predicted, np.nan)
        self._note(nothing, nothing, nothing)

    def weights(self) -> list[Array]:
        """Copies of the hidden layers' matrices with their biases, each (2, units · (inputs + 1))."""
        return _hidden(self.run, self.run.params)

    def still(self, values: Array) -> Array:
        """``values`` (T, 2), one row for each step, with the first variant's kept from where it is frozen."""
        if self.run.frozen is None:
            return values
        found = values.copy()
        found[self.run.frozen.step :, 0] = values[self.run.frozen.step, 0]
        return found

    def advance(self, state: NormalizationState) -> None:
        """One step with the state's learning rate and decay; nothing where both variants have diverged."""
        step = self.run.step
        with np.errstate(all="ignore"):  # a net on its way to divergence overflows
            self.run.tune(hyper(state))
            nets.advance(state, self.run, 1)
            if self.run.step > step:
                self._measure(state)

    def _measure(self, state: NormalizationState) -> None:
        before, after = self._before, self.weights()
        grads = _hidden(self.run, self.run.trainer.gradient)
        power, size, moved = _squares(grads), _squares(before), _squares(after)
        dot = np.stack([np.einsum("rp,rp->r", g, w) for g, w in zip(grads, before, strict=True)])
        lam = np.array([0.0, state.lam])
        self._predicted = (1.0 - state.rate * lam) ** 2 * self._predicted + state.rate**2 * power
        share = max(4.0 * state.rate * state.lam, 1.0 / self.run.step)
        self._drive = self._drive + min(share, 1.0) * (power * size - self._drive)
        lengths = zip(before, after, np.sqrt(size)[:, :, None], np.sqrt(moved)[:, :, None], strict=True)
        apart = np.sqrt(_squares([b / long_b - a / long_a for a, b, long_a, long_b in lengths]))
        self._before = after
        self._note(np.sqrt(power), dot / np.sqrt(power * size), 2.0 * np.arcsin(np.minimum(0.5 * apart, 1.0)), moved)

    def _note(self, gradient: Array, along: Array, angle: Array, squares: Array | None = None) -> None:
        size = np.sqrt(_squares(self._before) if squares is None else squares)
        rows = {
            "size": size, "predicted": np.sqrt(self._predicted), "gradient": gradient, "along": along, "angle": angle,
            "drive": self._drive, "rate": np.full(size.shape, self.run.trainer.hyper.rate),
        }  # fmt: skip
        self.record.add(self.run.step, rows)


class Trio:
    """The three nets of a state, all at one step."""

    def __init__(self, state: NormalizationState) -> None:
        self.nets = {norm: Watched(state, norm) for norm in NORMS}
        self.step = 0

    def advance(self, state: NormalizationState, count: int) -> None:
        """``count`` steps of all three."""
        for _ in range(count):
            for watched in self.nets.values():
                watched.advance(state)
            self.step += 1

    @property
    def running(self) -> bool:
        """Whether any net still trains."""
        return any(watched.run.running.any() for watched in self.nets.values())


def hyper(state: NormalizationState) -> Hyper:
    """Plain SGD; the penalty is the second variant's alone."""
    return Hyper(rate=state.rate, l2=(0.0, state.lam))


def _hidden(run: nets.Run, flat: Array) -> list[Array]:
    return [p.of(flat).reshape(len(flat), -1).copy() for p in run.net.dense[:-1]]


def _squares(parts: list[Array]) -> Array:
    """Squared norms (layers, 2)."""
    return np.stack([np.einsum("rp,rp->r", part, part) for part in parts])
