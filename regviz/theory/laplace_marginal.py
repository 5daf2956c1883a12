"""The likelihood of one or two coefficients with all others integrated out, given draws of the others' prior variances.

A Laplace prior is a mixture of Gaussians; given the components of the others, these integrate out in closed form, so
that averages over few draws are smooth however strongly the features are correlated (Rao & Blackwell).
"""

import numpy as np

from regviz.linear.problem import Array, Problem
from regviz.theory.laplace_draws import condensed


def integrated(problem: Problem, sigma2: float, variances: Array, features: tuple[int, ...]) -> tuple[Array, Array]:
    """(curvature (M, k, k), pull (M, k)) of the likelihood of k ``features``, given ``variances`` (M, p) of priors.

    By a QR of (the others, with their priors as further rows; the features; the target): nothing is squared first.
    """
    rows, target = condensed(problem)
    rest = np.delete(np.arange(problem.p), features)
    tall = np.zeros((len(variances), len(rows) + len(rest), problem.p + 1))
    top = tall[:, : len(rows)]
    top[:, :, : len(rest)] = rows[:, rest] * (np.sqrt(variances[:, None, rest]) / np.sqrt(sigma2))
    top[:, :, len(rest) : -1] = rows[:, list(features)] / np.sqrt(sigma2)
    top[:, :, -1] = target / np.sqrt(sigma2)
    tall[:, len(rows) + np.arange(len(rest)), np.arange(len(rest))] = 1.0
    triangle: Array = np.asarray(np.linalg.qr(tall, mode="r"))
    left = triangle[:, len(rest) :, len(rest) :]
    turned = np.swapaxes(left[:, :, :-1], 1, 2)
    return turned @ left[:, :, :-1], (turned @ left[:, :, -1:])[..., 0]
