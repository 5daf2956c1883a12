"""Problems that the laws are tested on: the bundled sets, random ones of many shapes, and the degenerate ones."""

from functools import cache

import numpy as np

from regviz.data import bundled, bundled_names
from regviz.linear.problem import Problem


@cache
def bundle(name):
    """X and y of a bundled set with a numeric target."""
    table = bundled(name)
    return np.array(table.X), np.array(table.y)


BUNDLES = bundled_names()


def autoregressive(rng, n, p, rho):
    """Rows of a Gaussian with covariance ρ^|i−j|."""
    noise = rng.standard_normal((n, p))
    X = noise.copy()
    for j in range(1, p):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1.0 - rho * rho) * noise[:, j]
    return X


def sparse(seed, n, p, rho=0.5, informative=4, noise=1.0):
    """X and y of a linear model with few informative features."""
    rng = np.random.default_rng(seed)
    X = autoregressive(rng, n, p, rho)
    w = np.zeros(p)
    w[: min(informative, p)] = rng.standard_normal(min(informative, p)) * 2.0
    return X, X @ w + noise * rng.standard_normal(n) + 3.0


SHAPES = [(60, 12, 0.5), (30, 5, 0.9), (20, 20, 0.3), (12, 30, 0.5), (40, 300, 0.6), (200, 50, 0.95)]


def problem(seed, n, p, rho=0.5, standardize=True):
    return Problem.of(*sparse(seed, n, p, rho), standardize=standardize)


def _degenerate():
    rng = np.random.default_rng(7)
    X, y = sparse(1, 30, 6)
    line = np.linspace(-1.0, 1.0, 40)
    turn = np.linalg.qr(rng.standard_normal((30, 6)))[0] * np.geomspace(1.0, 1e-16, 6)
    other = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    return {
        "one row": (X[:1], y[:1]),
        "two rows": (X[:2], y[:2]),
        "more features than rows": sparse(2, 8, 25),
        "many more features than rows": sparse(3, 10, 260),
        "as many features as rows": sparse(4, 10, 10),
        "one more row than features": sparse(5, 11, 10),
        "one feature": (X[:, :1], y),
        "one feature, one row": (X[:1, :1], y[:1]),
        "duplicated column": (X[:, [0, 1, 0, 2, 3]], y),
        "duplicated with opposite sign": (np.column_stack([X, -X[:, 0]]), y),
        "all columns equal": (np.tile(X[:, :1], 5), y),
        "constant column": (np.column_stack([X, np.full(30, 3.7)]), y),
        "zero column": (np.column_stack([X, np.zeros(30)]), y),
        "all constant": (np.full((30, 3), 2.0), y),
        "nearly constant column": (np.column_stack([X, 1e8 + 1e-9 * rng.standard_normal(30)]), y),
        "constant to rounding": (np.column_stack([X, 0.1 + np.zeros(30)]), y),
        "sum of two others": (np.column_stack([X, X[:, 0] + X[:, 1]]), y),
        "y zero": (X, np.zeros(30)),
        "y constant": (X, np.full(30, 4.2)),
        "y huge": (X, y * 1e140),
        "y tiny": (X, y * 1e-140),
        "X huge": (X * 1e160, y),
        "X tiny": (X * 1e-160, y),
        "one column in other units": (X * np.array([1.0, 1e12, 1e-12, 1.0, 1e6, 1.0]), y),
        "condition number 1e16": (turn @ other, y),
        "nearly equal columns": (np.column_stack([X, X[:, 0] + 1e-7 * rng.standard_normal(30)]), y),
        "very nearly equal columns": (np.column_stack([X, X[:, 0] + 1e-10 * rng.standard_normal(30)]), y),
        "polynomial of degree 24": (line[:, None] ** np.arange(1, 25), np.sin(5.0 * line) + 0.1 * np.cos(40.0 * line)),
        "whole numbers with ties": (rng.integers(0, 2, (24, 8)).astype(float), rng.integers(0, 3, 24).astype(float)),
        "orthogonal with ties": (np.kron(np.eye(8), [[1.0], [-1.0]]), np.tile([1.0, -1.0], 8)),
        "exact fit": (X, X @ np.arange(6.0)),
    }  # fmt: skip


DEGENERATE = _degenerate()
PENALTY_NAMES = ("none", "ridge", "lasso", "elastic-net", "group-lasso")


def pairs(p):
    """Features in groups of two."""
    return tuple(tuple(range(start, min(start + 2, p))) for start in range(0, p, 2))
