"""How far apart the elastic net may hold two features: the grouping effect of Zou and Hastie, in our units.

The weights themselves come from the solvers.
"""

import numpy as np

from regviz.linear.problem import Array, Problem


def distance(problem: Problem, i: int, j: int, sign: float = 1.0) -> float:
    """‖x_i − sign·x_j‖/√n; for standardised columns √(2(1 − sign·ρ))."""
    apart = problem.X[:, i] - sign * problem.X[:, j]
    return float(np.sqrt(np.mean(apart * apart)))


def distances(gram: Array) -> Array:
    """‖x_i ∓ x_j‖/√n (p, p) of columns with ``gram`` = XᵀX/n, the smaller of the two signs."""
    squares = gram.diagonal()
    result: Array = np.sqrt(np.maximum(squares[:, None] + squares - 2.0 * np.abs(gram), 0.0))
    return result


def grouping_bound(apart: float, y_variance: float, l2: float) -> float | None:
    """The largest |w_i − sign·w_j| that an elastic net allows two columns ``apart`` (see `distance`); None for l2 = 0.

    ``y_variance`` is ‖y‖²/n, ``l2`` = λ(1 − α). For standardised columns this is √(2(1 − ρ))·sd(y)/(λ(1 − α)). Weights
    are a soft threshold of the correlations with the residual, over l2, and thresholding brings no two numbers further
    apart; so the bound holds for zero weights and for opposite signs too.
    Source: Zou & Hastie 2005, theorem 1, there for equal signs, unit columns and ‖y − Xw‖² + λ₂‖w‖² + λ₁‖w‖₁.
    """
    if not l2 > 0.0:
        return None
    return apart * float(np.sqrt(y_variance)) / l2
