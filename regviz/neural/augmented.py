"""Batches for pairs of nets: the first of each pair gets samples as they are, the second the same ones augmented."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from regviz.neural.augment import Policy, fgsm
from regviz.neural.batches import Batch, Source
from regviz.neural.layer import Array
from regviz.neural.net import Net
from regviz.neural.network import Network
from regviz.neural.streams import generator
from regviz.neural.trainer import Trainer


class Samples(NamedTuple):
    """One batch for G nets before and after: ``plain`` and ``changed`` hold (d, G, B), ``weights`` (G, B) is mixup's
    λ.
    """

    plain: Batch
    changed: Batch
    weights: Array


class Augmented:
    """A source for 2G variants out of G ``parts``, whose batches have one size: G plain ones, then G augmented.

    ``image`` is the (height, width) of the inputs, () for points. ``policy`` may be replaced at any time. FGSM asks
    the nets that `attack` names; before that it does nothing.
    """

    def __init__(self, parts: Sequence[Source], policy: Policy, seed: int, image: Sequence[int] = ()) -> None:
        self._parts, self.policy, self._seed, self._image = tuple(parts), policy, seed, tuple(image)
        self._adversary: Network | None = None

    def __call__(self, step: int) -> Batch:
        """The batch of ``step``: inputs (d, 2G, B), targets (K, 2G, B)."""
        plain, changed, _ = self.samples(step)
        return Batch(
            np.concatenate([plain.inputs, changed.inputs], axis=1),
            np.concatenate([plain.targets, changed.targets], axis=1),
        )

    def attack(self, trainer: Trainer) -> None:
        """Let FGSM climb the loss of ``trainer``'s later G variants, with their present weights.

        Raises ValueError when it does not train 2G variants.
        """
        count = len(self._parts)
        if trainer.variants != 2 * count:
            raise ValueError(f"{count} parts train {2 * count} variants, not {trainer.variants}.")
        self._adversary = Network(
            trainer.net, count, trainer.network.size, dtype=trainer.network.dtype, shared=False,
            params=trainer.params[count:], input_gradient=True,
        )  # fmt: skip

    def smooth(self, epsilon: float) -> None:
        """Let FGSM climb the loss with labels smoothed by ``epsilon``."""
        if self._adversary is not None:
            self._adversary.tune(smoothing=epsilon)

    def samples(self, step: int, again: int = 0) -> Samples:
        """What ``step`` trains on; with ``again`` > 0 the same samples under other draws."""
        parts = [part(step) for part in self._parts]
        plain = Batch(*(np.concatenate(rows, axis=1) for rows in zip(*(p[:2] for p in parts), strict=True)))
        source = generator(self._seed, "augment", step, again)
        size = plain.inputs.shape[2]
        inputs, targets, weights = self.policy.apply(
            source, _rows(plain.inputs), _rows(plain.targets), image=self._image, group=size
        )
        changed = Batch(_columns(inputs, size), _columns(targets, size))
        return Samples(plain, self._attacked(changed), weights.reshape(-1, size))

    def _attacked(self, batch: Batch) -> Batch:
        network = self._adversary
        if network is None or not self.policy.fgsm:
            return batch
        network.load(batch)
        network.forward()
        network.backward()
        slope = network.input_gradient.transpose(1, 0, 2)
        return Batch(fgsm(batch.inputs, slope, self.policy.fgsm), batch.targets)


def attacked(net: Net, params: Array, inputs: Array, targets: Array, epsilon: float) -> Array:
    """``inputs`` (n, d) after FGSM against each net of ``params`` (R, P) for ``targets`` (K, n): (R, n, d)."""
    network = Network(net, len(params), len(inputs), dtype=params.dtype, params=params.copy(), input_gradient=True)
    network.load(Batch(inputs.T[:, None], targets[:, None]))
    with np.errstate(all="ignore"):  # a diverged net has no finite gradient
        network.forward()
        network.backward()
        return fgsm(inputs[None], network.input_gradient.transpose(0, 2, 1), epsilon)


def _rows(values: Array) -> Array:
    """(d, G, B) as (G·B, d)."""
    return values.transpose(1, 2, 0).reshape(-1, len(values))


def _columns(rows: Array, size: int) -> Array:
    """(G·B, d) as (d, G, B)."""
    return rows.reshape(-1, size, rows.shape[1]).transpose(2, 0, 1)
