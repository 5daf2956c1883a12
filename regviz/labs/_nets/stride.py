"""One training step taken apart: the batch, the gradient, the pull of penalties, and what became of the weights."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.neural import LOSSES, Batch, Hyper, Trainer

Array = NDArray[Any]

FORWARD, GRADIENT, PENALTY, UPDATE = "forward", "gradient", "penalty", "step"


@dataclass(frozen=True, eq=False)
class Stride:
    """The step that led to ``step``.

    ``before`` and ``after`` (R, P) are parameters, ``gradient`` (R, P) is of the loss alone, ``pull`` (R, P) what
    penalties or decay pull the weights by: −λw (an L2 penalty, part of the gradient), −ηλw or −λw (decay) and
    −λ₁ sign(w). ``loss`` (R,) is the mean over the batch, as the net was when it stepped; for SAM that and the
    gradient are taken after the climb. ``lit`` are values (R, units) of the nodes at the probe before the step.
    """

    step: int
    hyper: Hyper
    batch: Batch
    loss: Array
    before: Array
    after: Array
    gradient: Array
    pull: Array
    lit: tuple[Array, ...]
    masks: tuple[Array, ...]

    @property
    def phases(self) -> tuple[str, ...]:
        """What happens in this step, one after the other."""
        return (FORWARD, GRADIENT, *([PENALTY] if self.pull.any() else []), UPDATE)

    def links(self, phase: str) -> Array:
        """What the sub-step is about, for every parameter (R, P); descent goes against the gradient."""
        if phase == UPDATE:
            with np.errstate(all="ignore"):  # a net that diverges in this step
                found: Array = self.after - self.before
            return found
        return {FORWARD: self.before, GRADIENT: -self.gradient, PENALTY: self.pull}[phase]

    def size(self, phase: str) -> Array:
        """Length (R,) of `links`; of the forward pass its loss (R,)."""
        if phase == FORWARD:
            return self.loss
        with np.errstate(all="ignore"):
            found: Array = np.sqrt((self.links(phase).astype(np.float64) ** 2).sum(axis=1))
        return found


def taken(trainer: Trainer, before: Array, lit: tuple[Array, ...]) -> Stride:
    """The step that ``trainer`` has just made from ``before`` (R, P)."""
    network, step = trainer.network, trainer.step_count
    batch = trainer.source(step - 1)
    with np.errstate(all="ignore"):
        each = LOSSES[trainer.net.loss].values(network.outputs, batch.targets.transpose(1, 0, 2))
        loss = (each if batch.weights is None else each * batch.weights[0]).mean(axis=1)
    return Stride(
        step, trainer.hyper, batch, loss, before, trainer.params.copy(), trainer.gradient.copy(),
        _pull(trainer, before), lit, tuple(mask[:, :, 0].T.copy() for mask in network.masks),
    )  # fmt: skip


def _pull(trainer: Trainer, before: Array) -> Array:
    rows = trainer.hyper.arrays(trainer.variants)
    weights = before * trainer.net.weight_mask
    decay = rows["decay"].copy()
    for (first, last), update in trainer.updates:
        if update.rule.coupled:
            decay[first:last] *= rows["rate"][first:last]
    found: Array = -(rows["l2"] + decay)[:, None] * weights - rows["l1"][:, None] * np.sign(weights)
    return found
