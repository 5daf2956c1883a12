"""Numbers: the lasso against all sign patterns, and every solver on problems made to be hard."""

import contextlib

import numpy as np

import regviz
from regviz.linear.path import path_of
from regviz.linear.problem import Problem
from tests.linear.cases import DEGENERATE, PENALTY_NAMES, pairs, sparse
from tests.linear.test_lasso import brute_force
from tests.linear.test_numbers import HARD, room
from tests.release.part import Part, check_sentence

FEATURES = 8
"""Most features for which all sign patterns are tried."""


def sign_patterns(seed, first, last):
    """Largest relative difference of the lasso from the best of all sign patterns."""
    worst = 0.0
    for index in range(first, last):
        rng = np.random.default_rng([seed, index])
        p = int(rng.integers(1, FEATURES + 1))
        X, y = sparse(int(rng.integers(2**31)), int(rng.integers(p + 2, 30)), p, rho=rng.uniform(0.0, 0.95))
        found = Problem.of(X, y)
        lam = found.lam_max * 10.0 ** rng.uniform(-3.0, 0.05)
        exact = brute_force(found.gram, found.correlation, lam)
        error = np.abs(path_of(found).standardized_at(lam) - exact).max() / max(1.0, np.abs(exact).max())
        assert error <= 1e-9, f"case {seed}/{index}: {error:.1e}"
        worst = max(worst, float(error))
    return {"largest difference": worst}


def hard_problems(seed, first, last):
    """A degenerate problem turned, scaled and cut at random: certified at random λ, or refused with a sentence."""
    names, worst, refused = list(DEGENERATE), 0.0, 0
    for index in range(first, last):
        rng = np.random.default_rng([seed, index])
        name, penalty = names[index % len(names)], PENALTY_NAMES[rng.integers(len(PENALTY_NAMES))]
        X, y = _varied(*DEGENERATE[name], rng)
        case = f"case {seed}/{index}, {name}, {penalty}"
        try:
            path = regviz.path(X, y, penalty, groups=pairs(X.shape[1]) if penalty == "group-lasso" else None)
        except (ValueError, ArithmeticError) as error:
            check_sentence(error, case)
            refused += 1
            continue
        worst = max(worst, _residual(path, rng, case, penalty == "group-lasso" and name in HARD))
    return {"largest residual over what rounding allows": worst, "refused": refused}


def _varied(X, y, rng):
    """Rows in another order, some of them twice, columns permuted, both sides scaled."""
    n, p = X.shape
    rows = rng.integers(0, n, n) if n > 3 and rng.random() < 0.5 else rng.permutation(n)
    scale = 10.0 ** rng.uniform(-3.0, 3.0, 2)
    return X[np.ix_(rows, rng.permutation(p))] * scale[0], y[rows] * scale[1]


def _residual(path, rng, case, may_refuse):
    top, worst = path.problem.lam_max, 0.0
    for lam in (0.0, *(top * 10.0 ** rng.uniform(-8.0, 0.3, 4)), np.inf):
        with contextlib.suppress(*(ArithmeticError,) if may_refuse else ()):
            w = path.standardized_at(lam)
            assert np.isfinite(w).all(), f"{case}, λ = {lam!r}"
            share = path.kkt_at(lam) / room(path.problem, w)
            assert share <= 1.0, f"{case}, λ = {lam!r}: residual {path.kkt_at(lam):.1e}"
            worst = max(worst, float(share))
    return worst


PARTS = (
    Part(name="sign-patterns", words="the lasso against all sign patterns, up to 8 features", count=10_000,
         work=sign_patterns, chunk=50, few=5, largest=("largest difference",)),
    Part(name="hard-problems", words="every penalty on degenerate data, varied", count=4_000, work=hard_problems,
         chunk=50, few=20, largest=("largest residual over what rounding allows",)),
)  # fmt: skip
