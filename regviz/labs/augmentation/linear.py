"""What augmentation is exactly: noise as ridge, smoothed labels as a finite gap, FGSM as a smaller margin. No pictures.

Least squares here has no intercept: X is standardised and y centred, and noise has mean zero.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regviz.linear.problem import Problem
from regviz.neural import generator

Array = NDArray[Any]

ROWS = 60
STREAMS = 24
"""Independent augmented data sets: their spread gives standard errors."""
BLOCK = 20
"""Copies between two moments that are kept."""
_TERMS = 60


def noisy_loss(X: Array, y: Array, w: Array, sigma: float) -> float:
    """E‖y − (X + σE)w‖²/n = ‖y − Xw‖²/n + σ²‖w‖², for X (n, p), y (n,), w (p,), E of independent standard normals."""
    return plain_loss(X, y, w) + sigma**2 * float(w @ w)


def plain_loss(X: Array, y: Array, w: Array) -> float:
    """‖y − Xw‖²/n."""
    residual = y - X @ w
    return float(residual @ residual) / len(y)


def cubature_loss(X: Array, y: Array, w: Array, sigma: float) -> float:
    """The same expectation as the mean over the 2^p corners ±σ: the Gauss–Hermite rule of two nodes in each feature,
    exact up to degree three; the loss has degree two. Rows add up, so all may share their corner.
    """
    corners = np.array(list(product((-sigma, sigma), repeat=X.shape[1])))
    residuals = (y - X @ w)[:, None] - (corners @ w)[None, :]
    return float((residuals**2).mean())


def ridge(X: Array, y: Array, sigma: float) -> Array:
    """The minimiser (p,) of `noisy_loss`: ridge with λ = σ² on 1/(2n)‖y − Xw‖² + λ/2‖w‖²."""
    n, p = X.shape
    found: Array = np.linalg.solve(X.T @ X / n + sigma**2 * np.eye(p), X.T @ y / n)
    return found


def margins_under_attack(points: Array, signs: Array, w: Array, b: float, epsilon: float) -> Array:
    """The least y(w·(x + δ) + b) over ‖δ‖_∞ ≤ ε, which is y(w·x + b) − ε‖w‖₁: for ``points`` (n, d), ``signs`` y = ±1
    (n,).
    """
    found: Array = signs * (points @ w + b) - epsilon * np.abs(w).sum()
    return found


def attack(points: Array, signs: Array, w: Array, epsilon: float) -> Array:
    """FGSM on a linear logistic model: x − ε·y·sign(w), as the loss log(1 + e^{−y(w·x + b)}) grows along −y·w."""
    moved: Array = points - epsilon * signs[:, None] * np.sign(w)
    return moved


def smoothed_loss(gaps: ArrayLike, epsilon: float, classes: int) -> Array:
    """Cross-entropy of a smoothed label over the logit gap between its class and all others, which are alike."""
    g = np.asarray(gaps, np.float64)
    others = classes - 1
    # −log of the true class's probability, without overflow: log(1 + (K − 1)e^{−g})
    lost = np.logaddexp(0.0, np.log(others) - g)
    rest = epsilon / classes
    found: Array = (1.0 - epsilon + rest) * lost + others * rest * (lost + g)
    return found


def beta_below(x: Array, alpha: float) -> Array:
    """P(λ ≤ x) for λ ~ Beta(α, α) and ``x`` (k,) in [0, ½], by its power series, of ratio x.

    I_x(α, α) = x^α/B(α, α) · Σ_m (1 − α)_m/m! · x^m/(α + m).
    """
    m = np.arange(1, _TERMS)
    terms = np.cumprod(np.concatenate([[1.0], (m - alpha) / m])) / (alpha + np.arange(_TERMS))
    inverse = math.exp(math.lgamma(2.0 * alpha) - 2.0 * math.lgamma(alpha))
    found: Array = inverse * x**alpha * (x[:, None] ** np.arange(_TERMS) @ terms)
    return found


@lru_cache(maxsize=16)
def problem(features: int, correlation: float, seed: int) -> Problem:
    """A standardised problem of ``ROWS`` rows whose features have equal pairwise correlations."""
    source = generator(seed, "augmentation least squares")
    shared = source.standard_normal((ROWS, 1))
    X = np.sqrt(correlation) * shared + np.sqrt(1.0 - correlation) * source.standard_normal((ROWS, features))
    w = np.array([1.5, -1.0, 0.5, 0.0])[np.arange(features) % 4]
    return Problem.of(X, X @ w + source.standard_normal(ROWS))


@dataclass(frozen=True)
class Noise:
    """What fixes the augmented fits: the problem and σ."""

    features: int
    correlation: float
    seed: int
    sigma: float

    @property
    def problem(self) -> Problem:
        """The least-squares problem."""
        return problem(self.features, self.correlation, self.seed)


class Fits:
    """``STREAMS`` data sets that grow by noisy copies of the data, and least squares on each.

    After b blocks each holds b·``BLOCK`` copies; ``fitted[b − 1]`` (streams, p) are the fits then, and ``losses``
    (streams,) the mean loss so far at the ridge solution.
    """

    def __init__(self, noise: Noise) -> None:
        self.noise = noise
        made = noise.problem
        self._ridge = ridge(made.X, made.y, noise.sigma)
        self._gram = np.zeros((STREAMS, made.p, made.p))
        self._moment = np.zeros((STREAMS, made.p))
        self._loss = np.zeros(STREAMS)
        self.fitted: list[Array] = []

    @property
    def copies(self) -> int:
        """Copies in each data set."""
        return BLOCK * len(self.fitted)

    @property
    def losses(self) -> Array:
        """Mean of ‖y − X̃w‖²/n over the copies (streams,) at the ridge solution."""
        found: Array = self._loss / max(self.copies, 1)
        return found

    def advance(self) -> None:
        """Add one block of copies; what they draw depends on the seed and the block alone."""
        made, sigma = self.noise.problem, self.noise.sigma
        source = generator(self.noise.seed, "augmented copies", len(self.fitted))
        drawn = source.standard_normal((STREAMS, BLOCK * made.n, made.p))
        X = np.tile(made.X, (BLOCK, 1)) + sigma * drawn
        y = np.tile(made.y, BLOCK)
        turned = X.transpose(0, 2, 1)
        self._gram += turned @ X / made.n
        self._moment += turned @ y / made.n
        self._loss += ((y - X @ self._ridge) ** 2).sum(axis=1) / made.n
        self.fitted.append(np.linalg.solve(self._gram, self._moment[:, :, None])[:, :, 0])


def standard_error(found: Array) -> Array:
    """Standard error of the mean over the first axis."""
    result: Array = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    return result
