"""Calibration: how often a net is right when it is so sure. Counts and means over bins; no pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from regviz.neural.layer import Array


@dataclass(frozen=True, eq=False, slots=True)
class Reliability:
    """M bins of confidence, ((m − 1)/M, m/M]: ``counts``, mean ``confidence`` and ``accuracy`` (M,), NaN where empty.

    ``ece`` = Σ counts/n·|accuracy − confidence|, the expected calibration error (Guo and others 2017); NaN for none.
    """

    counts: Array
    confidence: Array
    accuracy: Array
    ece: float


def decisions(chances: Array) -> tuple[Array, Array]:
    """Confidence and decided class, each (R, n), from predictions (R, K, n); one output is the chance of class 1."""
    if chances.shape[1] == 1:
        p = chances[:, 0].astype(np.float64)
        return np.maximum(p, 1.0 - p), (p > 0.5).astype(np.intp)
    return chances.max(axis=1).astype(np.float64), chances.argmax(axis=1)


def reliability(confidence: ArrayLike, right: ArrayLike, bins: int = 10) -> Reliability:
    """From the ``confidence`` (n,) in [0, 1] of each decision and whether it was ``right`` (n,).

    A confidence of exactly 0 falls in the first bin. Raises ValueError for fewer than one bin, or confidences that are
    no probabilities.
    """
    sure, hit = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    if bins < 1:
        raise ValueError(f"There must be at least one bin, not {bins}.")
    if not ((sure >= 0) & (sure <= 1)).all():
        raise ValueError("Confidences must lie in [0, 1].")
    edges = np.arange(bins + 1) / bins
    index = np.clip(np.searchsorted(edges, sure, side="left") - 1, 0, bins - 1)
    counts = np.bincount(index, minlength=bins)
    sums = np.bincount(index, sure, bins), np.bincount(index, hit, bins)
    with np.errstate(invalid="ignore"):
        means = [total / np.where(counts, counts, np.nan) for total in sums]
    gap = np.abs(sums[0] - sums[1]).sum() / len(sure) if len(sure) else np.nan
    return Reliability(counts, means[0], means[1], float(gap))
