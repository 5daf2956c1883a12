"""Linear smoothers: fits that are a fixed matrix times y, and their exact bias², variance and noise without sampling.

Least squares (the fit of smallest norm where it is not unique) and ridge, with an intercept that is never penalised.
"""

from dataclasses import dataclass

import numpy as np

from regviz.linear.least_squares import numerical_rank
from regviz.linear.problem import Array, Problem


@dataclass(frozen=True, slots=True)
class Parts:
    """The expected squared error at fixed inputs, in three parts, for training targets with redrawn noise.

    ``bias2`` is the mean squared distance of the average fit to the truth, ``variance`` the mean variance of the fit,
    ``noise`` the variance σ² of a new target.
    """

    bias2: float
    variance: float
    noise: float

    @property
    def total(self) -> float:
        """bias² + variance + noise."""
        return self.bias2 + self.variance + self.noise


class Smoother:
    """All fits of 1/(2n)‖y − Xw‖² + λ/2·‖w‖² on one set of rows, from one singular value decomposition.

    Singular values up to max(n, p)·eps of the largest count as zero, at every λ. ``rank`` is the number of others and
    ``condition`` the ratio of the largest to the smallest of them (1 for rank 0).
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        left, values, right = np.linalg.svd(problem.X, full_matrices=False)
        self.rank = numerical_rank(values, max(problem.X.shape))
        self.left, self.values, self.right = left[:, : self.rank], values[: self.rank], right[: self.rank]
        self.condition = float(self.values[0] / self.values[-1]) if self.rank else 1.0

    def coef(self, lam: float) -> Array:
        """Standardised coefficients (p,) at ``lam`` ≥ 0; λ = 0 is the pseudo-inverse, of smallest ‖w‖₂."""
        found: Array = (self._filter(lam) * (self.left.T @ self.problem.y)) @ self.right
        return found

    def matrix(self, features: Array, lam: float) -> Array:
        """S (m, n) with predictions S·y at ``features`` (m, p) on their own scale, y on its own; its rows sum to 1."""
        smooth: Array = self._reach(features, lam) @ self.left.T
        smooth += 1.0 / self.problem.n - smooth.mean(axis=1, keepdims=True)
        return smooth

    def predict(self, features: Array, targets: Array, lam: float) -> Array:
        """Predictions (r, m) at ``features`` (m, p) of the fits to each row of ``targets`` (r, n)."""
        inner: Array = targets @ self.left @ self._reach(features, lam).T
        inner += targets.mean(axis=1, keepdims=True)
        return inner

    def df(self, lam: float) -> float:
        """Degrees of freedom Σ s²/(s² + nλ), without the intercept."""
        return float(self._shares(lam).sum())

    def parts(self, features: Array, truth: Array, at_features: Array, lam: float, sigma: float) -> Parts:
        """The exact parts at ``features`` (m, p) when y = ``truth`` (n,) + noise of standard deviation ``sigma``.

        ``at_features`` (m,) is the truth there. Rows, λ and features are fixed; only the noise is random.
        """
        reach = self._reach(features, lam)
        mean = truth.mean() + reach @ (self.left.T @ truth)
        spread = float((reach**2).sum()) / len(features) + 1.0 / self.problem.n
        return Parts(float(np.mean((mean - at_features) ** 2)), sigma**2 * spread, sigma**2)

    def expected_training_error(self, truth: Array, lam: float, sigma: float) -> float:
        """Expected mean squared residual on the rows themselves: (‖(I−S)f‖² + σ²‖I−S‖²)/n."""
        n, left = self.problem.n, 1.0 - self._shares(lam)
        along = self.left.T @ truth
        beyond = truth - truth.mean() - self.left @ along
        missed = float(beyond @ beyond) + float(((left * along) ** 2).sum())
        return (missed + sigma**2 * (n - 1 - self.rank + float((left**2).sum()))) / n

    def _reach(self, features: Array, lam: float) -> Array:
        """(m, r): how the predictions, less the mean of y, depend on Uᵀy."""
        inputs = (features - self.problem.means) / self.problem.scales
        reach: Array = inputs @ self.right.T * self._filter(lam)
        return reach

    def _shares(self, lam: float) -> Array:
        """s²/(s² + nλ) for each singular value s."""
        shares: Array = self._filter(lam) * self.values
        return shares

    def _filter(self, lam: float) -> Array:
        """s/(s² + nλ) for each singular value s."""
        gains: Array = self.values / (self.values**2 + self.problem.n * lam)
        return gains


def simulated_parts(fits: Array, at_inputs: Array, sigma: float) -> Parts:
    """The parts estimated from ``fits`` (r ≥ 2, m), predictions of fits to r data sets that differ in their noise.

    For fits that are no fixed matrix times y. The estimate of bias² is freed of the variance of the mean fit, and
    cut at 0.
    """
    variance = float(fits.var(axis=0, ddof=1).mean())
    bias2 = float(np.mean((fits.mean(axis=0) - at_inputs) ** 2)) - variance / len(fits)
    return Parts(max(bias2, 0.0), variance, sigma**2)
