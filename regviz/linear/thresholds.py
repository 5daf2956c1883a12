"""Scalar and vector arithmetic that the penalties share: thresholds, and products that know 0·∞."""

import math

import numpy as np

from regviz.linear.problem import Array


def soft_threshold(v: Array, limit: float) -> Array:
    """sign(v)·max(|v| − limit, 0), with exact zeros."""
    result: Array = v - np.clip(v, -limit, limit)
    return result


def entry_strength(sizes: Array, alpha: float) -> float:
    """The λ at which ‖S(v, λα)‖ = λ(1−α)√p, for |v| = ``sizes`` (p,): a quadratic for each number of survivors."""
    top = float(sizes.max())
    if top == 0.0:
        return 0.0
    a = np.sort(sizes / top)[::-1]
    ball = (1.0 - alpha) ** 2 * a.size
    count = np.arange(1, a.size + 1)
    first, second = np.cumsum(a), np.cumsum(a * a)
    root = np.sqrt(np.maximum((alpha * first) ** 2 - (count * alpha**2 - ball) * second, 0.0))
    lam = second / (alpha * first + root)
    after = np.append(a[1:], 0.0)
    return top * float(lam[np.argmax(alpha * lam >= after)])


def times(a: float, b: float) -> float:
    """a·b, with 0·∞ = 0."""
    return a * b if a and b else 0.0


def ratio(a: float, b: float) -> float:
    """a/b, infinite for b = 0."""
    return a / b if b else math.inf


def check_strength(lam: float) -> None:
    """Raise ValueError unless λ ≥ 0."""
    if not lam >= 0.0:
        raise ValueError(f"λ must be 0 or more, not {lam}.")


def check_share(alpha: float) -> None:
    """Raise ValueError unless 0 ≤ α ≤ 1."""
    if not 0.0 <= alpha <= 1.0:
        raise ValueError(f"α must lie between 0 and 1, not {alpha}.")
