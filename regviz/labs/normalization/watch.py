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
_AT_ONCE = 64
"""Steps that are measured together."""


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
        self._steps: list[tuple[int, Array, Array]] = []
        self.run = nets.Run(
            state, *VARIANTS, net=made, hyper=hyper(state), optimiser=Sgd(), every=50, dtype=np.float64,
            seen=self._keep,
        )  # fmt: skip
        self.record = Record()
        self._before = self.run.params.copy()
        self._predicted = np.stack([_dot(w, w) for w in self.weights()])
        self._drive = np.zeros_like(self._predicted)
        nothing = np.full_like(self._predicted, np.nan)
        first = {"size": np.sqrt(self._predicted), "predicted": np.sqrt(self._predicted), "drive": self._drive}
        first |= dict.fromkeys(("gradient", "along", "angle"), nothing)
        self._note(np.array([0]), {name: row[None] for name, row in first.items()})

    def weights(self) -> list[Array]:
        """The hidden layers' matrices with their biases, each (2, units · (inputs + 1)), live."""
        return self._hidden(self.run.params)

    def still(self, values: Array) -> Array:
        """``values`` (T, 2), one row for each step, with the first variant's kept from where it is frozen."""
        if self.run.frozen is None:
            return values
        found = values.copy()
        found[self.run.frozen.step :, 0] = values[self.run.frozen.step, 0]
        return found

    def advance(self, state: NormalizationState, count: int) -> None:
        """``count`` steps with the state's learning rate and decay, fewer where both variants diverge."""
        with np.errstate(all="ignore"):  # a net on its way to divergence overflows
            self.run.tune(hyper(state))
            for done in range(0, count, _AT_ONCE):
                nets.advance(state, self.run, min(count - done, _AT_ONCE))
                if self._steps:
                    self._measure(state)

    def _keep(self, step: int) -> None:
        """Keep what led to ``step``; a step that is played again takes the place of what it was."""
        while self._steps and self._steps[-1][0] >= step:
            self._steps.pop()
        self._steps.append((step, self.run.params.copy(), self.run.trainer.gradient.copy()))

    def _measure(self, state: NormalizationState) -> None:
        """Take down the T steps since the last time, layer by layer and all steps at once."""
        steps, path, grads = (np.stack(kept) for kept in zip(*self._steps, strict=True))
        path = np.concatenate([self._before[None], path])  # (T + 1, 2, P)
        self._before = path[-1]
        self._steps.clear()
        ways = list(zip(self._hidden(path), self._hidden(grads), strict=True))
        squares = np.stack([_dot(w, w) for w, _ in ways], axis=1)  # (T + 1, layers, 2)
        power = np.stack([_dot(g, g) for _, g in ways], axis=1)
        dot = np.stack([_dot(g, w[:-1]) for w, g in ways], axis=1)
        units = [w / np.sqrt(_dot(w, w))[..., None] for w, _ in ways]
        apart = np.sqrt(np.stack([_dot(u, u) for u in (np.diff(unit, axis=0) for unit in units)], axis=1))
        rows = {
            "size": np.sqrt(squares[1:]), "gradient": np.sqrt(power), "along": dot / np.sqrt(power * squares[:-1]),
            "angle": 2.0 * np.arcsin(np.minimum(0.5 * apart, 1.0)),
        }  # fmt: skip
        self._note(steps, rows | self._followed(state, steps, power, squares[:-1]))

    def _followed(self, state: NormalizationState, steps: Array, power: Array, size: Array) -> dict[str, Array]:
        """What each step makes of the one before: the size predicted by the law, and the running mean of ‖g̃‖²."""
        kept = (1.0 - state.rate * np.array([0.0, state.lam])) ** 2
        predicted, drive = np.empty_like(power), np.empty_like(power)
        for k, step in enumerate(steps):
            share = min(max(4.0 * state.rate * state.lam, 1.0 / step), 1.0)
            predicted[k] = self._predicted = kept * self._predicted + state.rate**2 * power[k]
            drive[k] = self._drive = self._drive + share * (power[k] * size[k] - self._drive)
        return {"predicted": np.sqrt(predicted), "drive": drive}

    def _note(self, steps: Array, rows: dict[str, Array]) -> None:
        self.record.extend(steps, rows | {"rate": np.full_like(rows["size"], self.run.trainer.hyper.rate)})

    def _hidden(self, flat: Array) -> list[Array]:
        """The hidden layers' matrices with their biases in ``flat`` (…, P), each (…, units · (inputs + 1))."""
        return [flat[..., p.start : p.stop] for p in self.run.net.dense[:-1]]


class Trio:
    """The three nets of a state, all at one step."""

    def __init__(self, state: NormalizationState) -> None:
        self.nets = {norm: Watched(state, norm) for norm in NORMS}
        self.step = 0

    def advance(self, state: NormalizationState, count: int) -> None:
        """``count`` steps of all three."""
        for watched in self.nets.values():
            watched.advance(state, count)
        self.step += count

    @property
    def running(self) -> bool:
        """Whether any net still trains."""
        return any(watched.run.running.any() for watched in self.nets.values())


def hyper(state: NormalizationState) -> Hyper:
    """Plain SGD; the penalty is the second variant's alone."""
    return Hyper(rate=state.rate, l2=(0.0, state.lam))


def _dot(a: Array, b: Array) -> Array:
    """Scalar products along the last axis."""
    found: Array = np.einsum("...p,...p->...", a, b)
    return found
