"""Hidden weights times α: what becomes of the function and of the gradient, in float64. No pictures."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.labs import _nets as nets
from regviz.neural import Net, Network, batch_of

Array = NDArray[Any]

ALPHAS = np.logspace(-1.0, 1.0, 13)
ROWS = 100
"""Training points that a probe looks at, the first ones."""


def scaled(net: Net, params: Array, alphas: Array) -> Array:
    """``params`` (P,) with all hidden matrices and biases times each of ``alphas`` (k,): (k, P); γ, β and the output
    layer stay.
    """
    rows = np.repeat(params.astype(np.float64)[None], len(alphas), axis=0)
    for parameter in net.dense[:-1]:
        parameter.of(rows)[...] *= alphas[:, None, None]
    return rows


def scaled_averages(net: Net, averages: Array, alpha: float) -> Array:
    """Running means times α and running variances times α²: what they would be had the weights always been so."""
    rows = averages.astype(np.float64)[None].copy()
    for index, parameter in enumerate(net.averages):
        parameter.of(rows)[...] *= alpha if index % 2 == 0 else alpha**2
    found: Array = rows[0]
    return found


class Probe:
    """Loss gradients on one large batch, in training mode, at several scales of the weights at once."""

    def __init__(self, run: nets.Run) -> None:
        train = run.task.train
        self._net, self._batch = run.net, batch_of(run.net, train.X[:ROWS], train.y[:ROWS])
        self._alphas = np.concatenate([ALPHAS, [1.0, 1.0]])
        self._network = Network(run.net, len(self._alphas), self._batch.inputs.shape[2], dtype=np.float64)
        self._network.load(self._batch)

    def look(self, params: Array, alpha: float) -> tuple[Array, Array, float]:
        """‖g‖ of each hidden layer (layers, 13) at `ALPHAS`, the same (layers, 2) at 1 and ``alpha``, and the largest
        change of an output at ``alpha`` in units of the largest output.
        """
        self._alphas[-1] = alpha
        network = self._network
        with np.errstate(all="ignore"):
            network.params[...] = scaled(self._net, params, self._alphas)
            outputs = network.forward().copy()
            grad = network.backward()
            norms = np.stack([np.sqrt((p.of(grad) ** 2).sum(axis=(1, 2))) for p in self._net.dense[:-1]])
            change = np.abs(outputs[-1] - outputs[-2]).max() / max(float(np.abs(outputs[-2]).max()), 1e-300)
        return norms[:, :-2], norms[:, -2:], float(change)


def slope(norms: Array) -> float | None:
    """The slope of log ‖g‖ over log α, by least squares; None where a gradient vanishes or is not finite."""
    if not (np.isfinite(norms).all() and (norms > 0).all()):
        return None
    return float(np.polyfit(np.log(ALPHAS), np.log(norms), 1)[0])
