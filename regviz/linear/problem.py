"""The standardised regression problem that every linear solver works on, and the way back to the data's own scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_MANY = 1000
"""Features up to which the Gram matrix of all is formed for a few of its rows."""
_LARGE = 1_000_000
"""Numbers in a table that are still small enough to be gone through again and again."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Centred and (by default) scaled data; solvers minimise 1/(2n)‖y − Xw‖² + penalty(w) over it.

    ``X`` (n, p) has zero column means and, when ``standardized``, unit population variance (1/n); constant columns are
    zero. ``y`` (n,) has zero mean. ``means`` (p,), ``scales`` (p,) and ``y_mean`` lead back to the data's own scale.
    """

    X: Array
    y: Array
    means: Array
    scales: Array
    y_mean: float
    standardized: bool
    names: tuple[str, ...]

    @classmethod
    def of(cls, X: ArrayLike, y: ArrayLike, *, standardize: bool = True, names: Sequence[str] = ()) -> "Problem":
        """Centre and scale ``X`` (n, p) and ``y`` (n,).

        Raises ValueError with a sentence for other shapes, no rows or columns, and values that are not finite.
        """
        raw, target = checked(X, y)
        means = raw.mean(axis=0)
        centred = raw - means
        centred -= centred.mean(axis=0)
        constant = (raw == raw[0]).all(axis=0)
        centred[:, constant] = 0.0
        scales = np.ones(raw.shape[1])
        if standardize:
            spread = _deviation(centred)
            scales = np.where(constant | (spread == 0.0), 1.0, spread)
            centred /= scales
        y_mean = float(target.mean())
        residual = target - y_mean
        residual -= residual.mean()
        labels = tuple(names) or tuple(f"w{j + 1}" for j in range(raw.shape[1]))
        return cls(np.asfortranarray(centred), residual, means, scales, y_mean, standardize, labels)

    @property
    def n(self) -> int:
        """Number of rows."""
        return int(self.X.shape[0])

    @property
    def p(self) -> int:
        """Number of features."""
        return int(self.X.shape[1])

    @property
    def long(self) -> bool:
        """Whether moments take the place of rows: the table is large and has more rows than features."""
        return self.X.size > _LARGE and self.n > self.p

    @cached_property
    def gram(self) -> Array:
        """XᵀX/n (p, p)."""
        return (self.X.T @ self.X) / self.n

    def gram_rows(self, index: Sequence[int]) -> Array:
        """Rows (k, p) of XᵀX/n; of thousands of features without the others."""
        if self.p <= _MANY:
            known: Array = self.gram[list(index)]
            return known
        rows: Array = self.X[:, list(index)].T @ self.X / self.n
        return rows

    @cached_property
    def correlation(self) -> Array:
        """Xᵀy/n (p,)."""
        return (self.X.T @ self.y) / self.n

    @cached_property
    def y_variance(self) -> float:
        """‖y‖²/n."""
        return float(self.y @ self.y) / self.n

    @cached_property
    def lam_max(self) -> float:
        """max_j |x_jᵀy|/n: the smallest λ at which the lasso is the zero vector, and the unit of KKT residuals."""
        return float(np.max(np.abs(self.correlation), initial=0.0))

    def left(self, w: Array) -> Array:
        """Xᵀ(y − Xw)/n (p,) of coefficients ``w`` (p,); of a long table without a pass over its rows."""
        on = np.flatnonzero(w)
        if self.long:
            short: Array = self.correlation - self.gram[:, on] @ w[on]
            return short
        rest: Array = self.X.T @ (self.y - self.X[:, on] @ w[on])
        return rest / self.n

    def squares(self, coef: Array) -> Array:
        """‖y − Xw‖²/n (L,) of coefficients ``coef`` (L, p); of a long table without a pass over its rows."""
        if self.long:
            short: Array = self.y_variance - 2.0 * coef @ self.correlation + ((coef @ self.gram) * coef).sum(axis=1)
            return np.maximum(short, 0.0)
        left = self.y[:, None] - self.X @ coef.T  # (n, L)
        result: Array = np.mean(left**2, axis=0)
        return result

    def only(self, index: NDArray[np.intp]) -> "Problem":
        """The problem with no other features than ``index`` (a,), in that order."""
        names = tuple(self.names[j] for j in index.tolist()) if self.names else ()
        means, scales = self.means[index], self.scales[index]
        return Problem(self.X[:, index], self.y, means, scales, self.y_mean, self.standardized, names)

    def unscale(self, w: Array) -> tuple[float, Array]:
        """Intercept and coefficients (p,) on the data's own scale of standardised coefficients ``w`` (p,)."""
        coef = w / self.scales
        return self.y_mean - float(self.means @ coef), coef


def checked(X: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """``X`` and ``y`` as float64 arrays (n, p) and (n,); raises ValueError with a sentence for anything unusable."""
    raw = np.asarray(X, dtype=np.float64)
    target = np.asarray(y, dtype=np.float64)
    if raw.ndim != 2 or 0 in raw.shape:
        raise ValueError(f"X must be a table of rows and features, not an array of shape {raw.shape}.")
    if target.shape != raw.shape[:1]:
        raise ValueError(f"y must have one value for each of the {raw.shape[0]} rows of X, not shape {target.shape}.")
    for name, values in (("X", raw), ("y", target)):
        if not np.isfinite(values).all():
            where = np.argwhere(~np.isfinite(values))[0]
            raise ValueError(f"{name} has a value that is not finite at {tuple(int(i) for i in where)}.")
    return raw, target


def _deviation(centred: Array) -> Array:
    """Root mean square of each column, safe for magnitudes near the ends of float64."""
    size = np.maximum(centred.max(axis=0), -centred.min(axis=0))
    unit = np.where(size == 0.0, 1.0, size)
    scaled = centred / unit
    scaled *= scaled
    result: Array = unit * np.sqrt(np.mean(scaled, axis=0))
    return result
