"""How steep a net can be and how steep it is: singular values, the product bound, local slopes, certified radii.

All in float64 and by the exact singular value decomposition; power iteration, which comes from below, is no bound.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from regviz.neural.activations import Activation
from regviz.neural.dense import Dense
from regviz.neural.layer import Array, by_variant
from regviz.neural.net import Net
from regviz.neural.network import Network


def steepness(activation: str) -> float:
    """The largest |φ′|: 1 for tanh, ReLU and the identity; for GELU Φ(√2) + √2·N(√2) = 1.1289 at z = √2.

    Raises KeyError for a function that is not known.
    """
    gelu = 0.5 * (1.0 + math.erf(1.0)) + math.exp(-1.0) / math.sqrt(math.pi)
    return {"tanh": 1.0, "relu": 1.0, "linear": 1.0, "gelu": gelu}[activation]


def singular_values(net: Net, params: Array) -> list[Array]:
    """Singular values (R, min(m, n)) of each dense layer's W without its bias, in descending order; NaN where a
    variant of ``params`` (R, P) is not finite.
    """
    found = []
    for parameter in net.dense:
        weights = parameter.weights(params.astype(np.float64))
        good = np.isfinite(weights).all(axis=(1, 2))
        values = np.full((len(weights), min(weights.shape[1:])), np.nan)
        values[good] = np.linalg.svd(weights[good], compute_uv=False)
        found.append(values)
    return found


def product_bound(net: Net, params: Array) -> Array:
    """Π σ₁(W_l) times the activations' steepness (R,): no slope of the net in the Euclidean norm exceeds it.

    Raises ValueError for layers that are neither dense nor activations.
    """
    factor = 1.0
    for layer in net.layers:
        if isinstance(layer, Activation):
            factor *= steepness(layer.kind)
        elif not isinstance(layer, Dense):
            raise ValueError(f"The bound covers dense layers and activations, not {type(layer).__name__}.")
    with np.errstate(all="ignore"):  # products of huge norms
        result: Array = factor * np.prod([values[:, 0] for values in singular_values(net, params)], axis=0)
    return result


def certified_radii(outputs: Array, bound: Array) -> Array:
    """Radius (R, n) within which no input changes its class, from logits (R, K, n) and a Lipschitz constant (R,).

    |f|/L for one logit; for K logits (largest − second)/(√2·L) (Tsuzuku, Sato & Sugiyama 2018), since the difference
    of two logits is √2·L-Lipschitz. Infinite where the bound is 0 and the decision is not a tie.
    """
    if outputs.shape[1] == 1:
        margin, scale = np.abs(outputs[:, 0]), 1.0
    else:
        ordered = np.sort(outputs, axis=1)
        margin, scale = ordered[:, -1] - ordered[:, -2], math.sqrt(2.0)
    with np.errstate(all="ignore"):
        radii: Array = margin / (scale * bound[:, None])
    radii[(margin == 0) & np.isfinite(bound)[:, None]] = 0.0
    return radii


def decisions(outputs: Array) -> Array:
    """Class (R, n) of logits (R, K, n): the sign of one, the largest of several."""
    found: Array = (outputs[:, 0] > 0).astype(np.intp) if outputs.shape[1] == 1 else outputs.argmax(axis=1)
    return found


class Probe:
    """Outputs and input derivatives of R variants of ``net`` at up to ``size`` points, which may differ between them.

    ``params`` (R, P) are set by `take`; float64.
    """

    def __init__(self, net: Net, variants: int = 1, size: int = 256) -> None:
        words: dict[str, Any] = {"mode": "evaluate", "dtype": np.float64, "shared": False, "input_gradient": True}
        self.net, self.network = net, Network(net, variants, size, **words)
        self.size = size

    def take(self, params: Array) -> None:
        """Look at ``params`` (R, P) from now on."""
        self.network.params[...] = params

    def outputs(self, points: ArrayLike) -> Array:
        """Outputs (R, K, n) at ``points`` (n, d), or (R, n, d) for points of their own."""
        inputs = self._inputs(points)
        return self._in_parts(inputs, lambda: by_variant(self.network.kernels[-1].output.values))

    def jacobians(self, points: ArrayLike) -> Array:
        """∂f_k/∂x_j as (R, K, d, n) at ``points``; for ReLU nets the derivative of one of the pieces that meet."""
        return self._in_parts(self._inputs(points), self._derivatives)

    def pull(self, points: ArrayLike, delta: Array) -> Array:
        """Σ_k delta_k ∂f_k/∂x (R, d, n) at ``points`` for ``delta`` (R, K, n); n at most the size."""
        inputs = self._inputs(points)
        padded = np.zeros((len(delta), delta.shape[1], self.size))
        padded[:, :, : delta.shape[2]] = delta
        self._load(inputs)
        self.network.backward_from(padded)
        return self.network.input_gradient[:, :, : delta.shape[2]].copy()

    def slopes(self, points: ArrayLike) -> Array:
        """Spectral norm of the Jacobian (R, n) at ``points``."""
        matrices = np.moveaxis(self.jacobians(points), 3, 1)
        if min(matrices.shape[2:]) == 1:
            return np.asarray(np.sqrt((matrices**2).sum(axis=(2, 3))))
        found = np.full(matrices.shape[:2], np.nan)
        good = np.isfinite(matrices).all(axis=(2, 3))
        found[good] = np.linalg.norm(matrices[good], 2, axis=(1, 2))
        return found

    def _inputs(self, points: ArrayLike) -> Array:
        """(d, R or 1, n) from (n, d) or (R, n, d)."""
        given = np.asarray(points, np.float64)
        return given.T[:, None, :] if given.ndim == 2 else given.transpose(2, 0, 1)

    def _load(self, inputs: Array) -> None:
        with np.errstate(all="ignore"):
            self.network.input.values[:, :, : inputs.shape[2]] = inputs
            self.network.forward()

    def _derivatives(self) -> Array:
        count = self.net.outputs
        rows = []
        for k in range(count):
            delta = np.zeros((self.network.variants, count, self.size))
            delta[:, k] = 1.0
            self.network.backward_from(delta)
            rows.append(self.network.input_gradient.copy())
        return np.stack(rows, axis=1)

    def _in_parts(self, inputs: Array, read: Any) -> Array:
        parts = []
        with np.errstate(all="ignore"):
            for start in range(0, inputs.shape[2], self.size):
                part = inputs[:, :, start : start + self.size]
                self._load(part)
                parts.append(np.array(read()[..., : part.shape[2]]))
        return np.concatenate(parts, axis=-1)


def pair_slopes(outputs: Array, points: ArrayLike, first: Array, second: Array) -> Array:
    """‖f(x) − f(y)‖/‖x − y‖ (R, m) for pairs of columns ``first``, ``second`` (m,) of ``outputs`` (R, K, n) at
    ``points`` (n, d); 0 where two points are one.
    """
    places = np.asarray(points, np.float64)
    apart = np.linalg.norm(places[first] - places[second], axis=1)
    with np.errstate(all="ignore"):
        rise = np.linalg.norm(outputs[:, :, first] - outputs[:, :, second], axis=1)
        return np.asarray(np.divide(rise, apart, out=np.zeros_like(rise), where=apart > 0))


def nearest_other(probe: Probe, points: ArrayLike, *, steps: int = 8, halvings: int = 12, rounds: int = 2) -> Array:
    """Adversarial search: points (R, n, d) of another class near ``points`` (n, d), NaN where none was found.

    Newton steps to the nearest linearised boundary (Moosavi-Dezfooli et al. 2016, with a tenth more), then bisection
    towards the start and ``rounds`` slides along the boundary. What is found is an upper bound on the distance.
    """
    start = np.broadcast_to(np.asarray(points, np.float64), (probe.network.variants, *np.shape(points)))
    mine = decisions(probe.outputs(start))
    at, best = start.copy(), np.full(start.shape, np.nan)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            at = at + 1.1 * _newton(probe, at, mine)
            _keep(probe, start, at, mine, best)
        for _ in range(rounds):
            best = _halved(probe, start, best, mine, halvings)
            slid = _slide(probe, start, best, mine)
            _keep(probe, start, slid, mine, best)
        return _halved(probe, start, best, mine, halvings)


def _gaps(outputs: Array, mine: Array) -> tuple[Array, Array]:
    """How far class ``mine`` is ahead (R, n), and the derivative of that by the logits (R, K, n)."""
    delta = np.zeros_like(outputs)
    if outputs.shape[1] == 1:
        delta[:, 0] = np.where(mine == 1, 1.0, -1.0)
        return delta[:, 0] * outputs[:, 0], delta
    own = mine[:, None, :]
    rest = outputs.copy()
    np.put_along_axis(rest, own, -np.inf, axis=1)
    rival = rest.argmax(axis=1)[:, None, :]
    np.put_along_axis(delta, own, 1.0, axis=1)
    np.put_along_axis(delta, rival, -1.0, axis=1)
    return np.asarray((delta * outputs).sum(axis=1)), delta


def _derivative(probe: Probe, at: Array, delta: Array) -> Array:
    """Derivative (R, d, n) of Σ delta·f at as many points ``at`` (R, n, d) as there are."""
    cuts = (slice(k, k + probe.size) for k in range(0, at.shape[1], probe.size))
    return np.concatenate([probe.pull(at[:, cut], delta[:, :, cut]) for cut in cuts], axis=2)


def _newton(probe: Probe, at: Array, mine: Array) -> Array:
    """The step −gap·g/‖g‖² (R, n, d) to the linearised boundary, at most 1 long; none across it or where g = 0."""
    gap, delta = _gaps(probe.outputs(at), mine)
    slope = _derivative(probe, at, delta)
    square = (slope**2).sum(axis=1)
    scale = np.divide(-np.maximum(gap, 0.0) - 1e-9, square, out=np.zeros_like(gap), where=square > 0)
    step = (slope * scale[:, None, :]).transpose(0, 2, 1)
    length = np.linalg.norm(step, axis=2, keepdims=True)
    return np.asarray(step / np.maximum(length, 1.0))


def _keep(probe: Probe, start: Array, at: Array, mine: Array, best: Array) -> None:
    """Write to ``best`` those of ``at`` that have another class and are nearer to ``start``."""
    other = (decisions(probe.outputs(at)) != mine) & np.isfinite(at).all(axis=2)
    near, far = np.linalg.norm(at - start, axis=2), np.linalg.norm(best - start, axis=2)
    better = other & ~(far <= near)
    best[better] = at[better]


def _halved(probe: Probe, start: Array, best: Array, mine: Array, halvings: int) -> Array:
    """``best`` moved towards ``start`` along the segment, the class of the result checked at every halving."""
    low, high = np.zeros(best.shape[:2]), np.ones(best.shape[:2])
    way = best - start
    for _ in range(halvings):
        middle = 0.5 * (low + high)
        other = decisions(probe.outputs(start + middle[..., None] * way)) != mine
        low, high = np.where(other, low, middle), np.where(other, middle, high)
    return np.asarray(start + high[..., None] * way)


def _slide(probe: Probe, start: Array, best: Array, mine: Array) -> Array:
    """Where the normal of the boundary at ``best`` through ``start`` meets it, a hundredth beyond."""
    _, delta = _gaps(probe.outputs(best), mine)
    normal = _derivative(probe, best, delta).transpose(0, 2, 1)
    square = (normal**2).sum(axis=2, keepdims=True)
    along = ((best - start) * normal).sum(axis=2, keepdims=True)
    return np.asarray(start + 1.01 * along / square * normal)
