"""Training: R variants step together on the same batches, masks and initial weights, all fixed by one seed.

Step t depends on the seed, t and the arrays of a `Snapshot` alone, so any moment can be restored and played on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from regviz.neural.batches import Source
from regviz.neural.hyper import Hyper
from regviz.neural.layer import Array, Op, call
from regviz.neural.net import Net
from regviz.neural.network import Network
from regviz.neural.optimisers import Optimiser, Sgd, Update, ascend

_CHUNK = 64
_SWEEP = 128


class Status(StrEnum):
    """How a variant stands."""

    RUNNING = "running"
    DIVERGED = "diverged"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A variant's status and what it says in words."""

    status: Status
    sentence: str


@dataclass(frozen=True, eq=False, slots=True)
class Snapshot:
    """Everything that training at ``step`` depends on besides the hyper-parameters; arrays are copies."""

    step: int
    params: Array
    averages: Array
    memory: tuple[tuple[Array, ...], ...]
    diverged_at: Array

    @property
    def nbytes(self) -> int:
        """Size of the arrays in bytes."""
        return sum(array.nbytes for array in (self.params, self.averages, *(a for part in self.memory for a in part)))


class Trainer:
    """Trains ``variants`` of ``net`` on the batches of ``source``.

    ``optimiser`` is one rule for all variants or a sequence of R. ``scale`` multiplies initial weights, one number or
    (R,); ``initial`` (P,) or (R, P) replaces them. ``decayed``: L1, L2 and decay reach "weights" (biases, γ and β
    are left alone) or "all" parameters. ``step_count`` steps have been made. ``seen`` is called after each step with
    the number of steps made; steps that are played again to find where a variant diverged are seen again.

    A variant whose parameters stop being finite is reported as diverged and left as it is.
    """

    def __init__(
        self, net: Net, source: Source, hyper: Hyper | None = None, *, variants: int = 1,
        optimiser: Optimiser | Sequence[Optimiser] | None = None, seed: int = 0, dtype: Any = np.float32,
        scale: ArrayLike = 1.0, initial: ArrayLike | None = None, decayed: Literal["weights", "all"] = "weights",
        seen: Callable[[int], object] | None = None,
    ) -> None:  # fmt: skip
        first = source(0)
        shared = first.inputs.shape[1] == first.targets.shape[1] == 1
        self.net, self.variants, self.source, self.seed = net, variants, source, seed
        self._seen = seen
        self.network = Network(net, variants, first.inputs.shape[2], dtype=dtype, shared=shared)
        self.network.seed(seed)
        begin = net.initial(seed, variants, scale) if initial is None else np.asarray(initial)
        self.network.params[...] = begin
        self.initial = self.network.params.copy()
        self.averages[...] = net.initial_averages(variants, seed)
        self.network.begin()
        self.updates = self._bind(optimiser or Sgd(), net.weight_mask if decayed == "weights" else np.ones(net.size))
        self._saved = np.zeros_like(self.params)
        self.step_count = 0
        self.diverged_at = np.full(variants, -1)
        self.tune(hyper or Hyper())
        self._start = self.snapshot()

    @property
    def params(self) -> Array:
        """Parameters (R, P), live."""
        return self.network.params

    @property
    def averages(self) -> Array:
        """Running averages (R, S), live."""
        return self.network.averages

    @property
    def gradient(self) -> Array:
        """The data gradient (R, P) that the last step used, without penalties; for SAM that of the second pass."""
        return self.network.grad

    def tune(self, hyper: Hyper) -> None:
        """Go on with other hyper-parameters from the next step; raises ValueError as `Hyper.arrays` does."""
        rows = hyper.arrays(self.variants)
        others = [name for name, _ in hyper.knobs]
        self.network.tune(**{name: rows[name] for name in ("dropout", "survival", "smoothing", *others)})
        for (first, last), update in self.updates:
            update.tune({name: values[first:last] for name, values in rows.items()})
        self.hyper, self._rho = hyper, rows["rho"]
        self._noisy = bool(others or rows["dropout"].any() or (rows["survival"] < 1).any())
        self._program = self._write_program()

    def step(self, count: int = 1) -> None:
        """Make ``count`` steps."""
        with np.errstate(all="ignore"):  # overflow is reported by `outcomes`
            while count > 0:
                chunk = min(count, _CHUNK)
                self._watch(chunk)
                count -= chunk

    def outcomes(self) -> tuple[Outcome, ...]:
        """The status of each variant with a sentence."""
        return tuple(_outcome(variant, int(at)) for variant, at in enumerate(self.diverged_at))

    def snapshot(self) -> Snapshot:
        """The present moment."""
        memory = tuple(tuple(array.copy() for array in update.memory) for _, update in self.updates)
        return Snapshot(self.step_count, self.params.copy(), self.averages.copy(), memory, self.diverged_at.copy())

    def restore(self, snapshot: Snapshot) -> None:
        """Go back (or on) to a moment of this trainer; hyper-parameters stay as they are."""
        self.step_count = snapshot.step
        np.copyto(self.params, snapshot.params)
        np.copyto(self.averages, snapshot.averages)
        self.diverged_at = snapshot.diverged_at.copy()
        for (_, update), memory in zip(self.updates, snapshot.memory, strict=True):
            update.restore(memory, snapshot.step)

    def rewind(self) -> None:
        """Go back to the initial weights."""
        self.restore(self._start)

    def _bind(
        self, optimiser: Optimiser | Sequence[Optimiser], weights: Array
    ) -> tuple[tuple[tuple[int, int], Update], ...]:
        """One update for each run of neighbours with the same rule."""
        rules = [optimiser] * self.variants if isinstance(optimiser, Optimiser) else list(optimiser)
        if len(rules) != self.variants:
            raise ValueError(f"There are {len(rules)} optimisers for {self.variants} variants.")
        found, first = [], 0
        for rule, members in groupby(rules):
            last = first + len(list(members))
            part = slice(first, last)
            found.append(((first, last), rule.bind(self.network.params[part], self.network.grad[part], weights)))
            first = last
        return tuple(found)

    def _write_program(self) -> list[Op]:
        network = self.network
        passes: list[Op] = [*network.forward_ops, *network.track_ops, *network.backward_ops]
        if self._rho.any():  # the same batch and masks again, at the ascended point; averages move once
            passes += [
                call(np.copyto, self._saved, self.params),
                call(ascend, self._saved, self.gradient, self._rho, self.params),
                *network.forward_ops,
                *network.backward_ops,
                call(np.copyto, self.params, self._saved),
            ]
        return [*passes, *(op for _, update in self.updates for op in update.ops())]

    def _advance(self, count: int) -> None:
        load, draw, source, program = self.network.load, self.network.draw, self.source, self._program
        for step in range(self.step_count, self.step_count + count):
            if not step % _SWEEP:
                self._sweep()
            load(source(step))
            if self._noisy:
                draw(step)
            for op in program:
                op()
            if self._seen is not None:
                self._seen(step + 1)
        self.step_count += count

    def _sweep(self) -> None:
        for _, update in self.updates:
            update.sweep()

    def _watch(self, count: int) -> None:
        """Advance; when a variant diverged on the way, play the steps again one by one to find where."""
        before = self.snapshot()
        self._advance(count)
        if not (self._lost() & (self.diverged_at < 0)).any():
            return
        self.restore(before)
        for _ in range(count):
            self._advance(1)
            self.diverged_at[self._lost() & (self.diverged_at < 0)] = self.step_count

    def _lost(self) -> Array:
        result: Array = np.logical_not(np.isfinite(self.params).all(axis=1))
        return result


def _outcome(variant: int, at: int) -> Outcome:
    if at < 0:
        return Outcome(Status.RUNNING, f"Variant {variant + 1} is running.")
    return Outcome(Status.DIVERGED, f"Variant {variant + 1} diverged at step {at}: its weights are no longer finite.")
