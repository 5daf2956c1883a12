"""Draws from the joint posterior of all coefficients under the Laplace prior, σ² known: many Gibbs chains at once.

Each Laplace coefficient is a Gaussian whose variance is exponential (Park & Casella 2008), so that all coefficients are
drawn together and correlated features do not slow the chains down.
"""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from regviz.data.steps import Steps, finished
from regviz.linear.problem import Array, Problem
from regviz.theory.laplace_slice import side_means
from regviz.theory.ridge_posterior import Spectrum

WORK = 6e9
"""Most multiplications that are spent on sampling."""
_SHORT = 30
_LONG = 120
_BURN = 20
_AT_ONCE = 20_000
"""Draws whose means are found in one go."""


@dataclass(frozen=True, eq=False)
class LaplaceDraws:
    """Posterior draws ``w`` (T, C, p) of C chains.

    ``variances`` (T, C, p) are those of the Gaussian priors that each draw was made under; ``below`` and ``above``
    (C, p) what w < 0 and w > 0 add to the mean of |w|, that of each coefficient given the others, over a chain's draws.
    """

    w: Array
    variances: Array
    below: Array
    above: Array

    @property
    def mean(self) -> Array:
        """Posterior means (p,) of equal chains."""
        result: Array = (self.above - self.below).mean(axis=0)
        return result

    @cached_property
    def effective(self) -> Array:
        """Independent draws (p,) that the means of w are worth, by the spread of equal chains' means; C ≥ 2."""
        chains = self.w.mean(axis=0).var(axis=0, ddof=1)
        whole = self.w.var(axis=(0, 1))
        count = float(self.w.shape[0] * self.w.shape[1])
        result: Array = np.where(chains > 0.0, self.w.shape[1] * whole / np.where(chains > 0.0, chains, 1.0), count)
        return np.minimum(result, count)

    @property
    def sizes(self) -> Array:
        """Posterior mean of ‖w‖₁ by each chain (C,)."""
        result: Array = (self.above + self.below).sum(axis=1)
        return result


def sweeps(problem: Problem, chains: int) -> int:
    """How many sweeps `laplace_draws` makes after its start within `WORK`; 0 when even a short run is too dear."""
    rank = min(problem.n, problem.p)
    each = rank**3 + rank * rank * problem.p + 400.0 * problem.p
    count = int(WORK / (chains * each)) - _BURN
    return min(count, _LONG) if count >= _SHORT else 0


def laplace_draws(problem: Problem, lams: Array, sigma2: float, rng: np.random.Generator) -> LaplaceDraws:
    """Draws from p(w | y) ∝ exp(−(n/σ²)[‖y − Xw‖²/(2n) + λ‖w‖₁]), one chain for each of ``lams`` (C,).

    Raises ValueError when the problem is too large to be sampled (`sweeps` gives 0).
    """
    return finished(drawing(problem, lams, sigma2, rng))


def drawing(problem: Problem, lams: Array, sigma2: float, rng: np.random.Generator) -> Steps[LaplaceDraws]:
    """`laplace_draws` sweep by sweep."""
    count = sweeps(problem, len(lams))
    if not count:
        raise ValueError(f"{problem.p} coefficients on {problem.n} rows are too many to be sampled.")
    lam = np.asarray(lams, dtype=np.float64)[:, None]
    rows, target = condensed(problem)
    v = rng.laplace(size=(len(lam), problem.p))
    w, variances = np.empty((count, *v.shape)), np.empty((count, *v.shape))
    b, done, sides = sigma2 / problem.n / lam, 0, np.zeros((2, *v.shape))
    for turn in range(-_BURN, count):
        s = _variances(np.abs(v), rng)
        v = _step(rows, target, lam, sigma2, problem.n, s, rng)
        if turn >= 0:
            w[turn], variances[turn] = b * v, b * b * s
        if turn + 1 == count or (turn + 1 - done) * v.size > _AT_ONCE:
            sides += _sides(problem, w[done : turn + 1], sigma2, b)
            done = turn + 1
        yield (turn + 1 + _BURN) / (count + _BURN)
    below, above = sides / count
    return LaplaceDraws(w, variances, below, above)


def _sides(problem: Problem, w: Array, sigma2: float, b: Array) -> Array:
    """What w_j < 0 and w_j > 0 add to the mean of |w_j| given the others, summed over ``w`` (T, C, p): (2, C, p)."""
    own, scale = problem.gram.diagonal(), problem.n / sigma2
    pulls = (problem.correlation - w @ problem.gram + w * own) * scale
    return np.stack([side.sum(axis=0) for side in side_means(own * scale, pulls, b)])


def _variances(r: Array, rng: np.random.Generator) -> Array:
    """Draws of s given |v| = ``r`` where v ~ N(0, s) and s ~ Exp(½): 1/s is inverse Gaussian (1/r, 1).

    The transformation of Michael, Schucany & Haas (1976), rewritten without differences so that r = 0 is exact.
    """
    half = 0.5 * rng.standard_normal(r.shape) ** 2
    q = r + half + np.sqrt(half * (half + 2.0 * r))
    first = rng.random(r.shape) * (q + r) <= q
    result: Array = np.maximum(np.where(first, q, r * (r / q)), np.finfo(np.float64).tiny)
    return result


def _step(rows: Array, target: Array, lam: Array, sigma2: float, n: int, s: Array, rng: np.random.Generator) -> Array:
    """Draws v = w/b (C, p) given its variances ``s`` (C, p): Gaussian with precision κG + diag(1/s), κ = σ²/(nλ²).

    From systems as small as the rank (Bhattacharya, Chakraborty & Mallick 2016), with no matrix that can be singular.
    """
    root, sigma = np.sqrt(s), math.sqrt(sigma2)
    design = rows * (root * (sigma / n / lam))[:, None, :]  # (C, r, p)
    u, delta = rng.standard_normal(s.shape), rng.standard_normal((len(s), len(rows)))
    system = design @ np.swapaxes(design, 1, 2)
    system[:, np.arange(len(rows)), np.arange(len(rows))] += 1.0
    gap = target / sigma - (design @ u[..., None])[..., 0] - delta
    solved = np.linalg.solve(system, gap[..., None])
    result: Array = root * (u + (np.swapaxes(design, 1, 2) @ solved)[..., 0])
    return result


@lru_cache(maxsize=8)
def condensed(problem: Problem) -> tuple[Array, Array]:
    """As few rows (r, p) and targets (r,) as have the problem's XᵀX and Xᵀy."""
    spectrum = Spectrum.of(problem)
    root = math.sqrt(problem.n)
    return np.sqrt(spectrum.values)[:, None] * spectrum.vectors.T * root, spectrum.fits * root
