"""The penalties on groups of features: group lasso and sparse group lasso, as one formula."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from regviz.linear.groups import Groups, check_groups, group_labels, group_norms, group_roots
from regviz.linear.problem import Array, Problem
from regviz.linear.thresholds import check_share, check_strength, entry_strength, ratio, soft_threshold, times

# Strengths beyond this act as infinite; √p_g times it still is a number.
_HUGE = 1e300


class _Grouped:
    """a‖w‖₁ + b·Σ_g √p_g‖w_g‖₂ with (a, b) from ``parts``."""

    lam: float
    groups: Groups

    def parts(self) -> tuple[float, float]:
        """Strengths (a, b) of the absolute and of the group part."""
        raise NotImplementedError

    def share(self) -> float:
        """The α of a = λα, b = λ(1−α)."""
        raise NotImplementedError

    def value(self, w: Array) -> float:
        """a‖w‖₁ + b·Σ_g √p_g‖w_g‖₂."""
        a, b = self.parts()
        blocks = float(group_roots(self.groups) @ group_norms(self.groups, w))
        return times(a, float(np.abs(w).sum())) + times(b, blocks)

    def prox(self, v: Array, step: float) -> Array:
        """Soft threshold at step·a, then each block times max(1 − step·b√p_g/‖·‖₂, 0)."""
        a, b = self.parts()
        thin = soft_threshold(v, step * a)
        norms = group_norms(self.groups, thin)
        limits = min(step * b, _HUGE) * group_roots(self.groups)
        kept = norms > limits
        factor = np.where(kept, 1.0 - limits / np.where(kept, norms, np.inf), 0.0)
        result: Array = thin * factor[group_labels(self.groups)]
        result[result == 0.0] = 0.0
        return result

    def subgradient_distance(self, w: Array, grad: Array) -> Array:
        """By group, the distance of -grad_g to [-a, a]^p_g + b√p_g·{‖z‖ ≤ 1} where w_g = 0.

        Elsewhere to a·∂‖w_g‖₁ + {b√p_g·w_g/‖w_g‖}.
        """
        a, b = (min(part, _HUGE) for part in self.parts())
        labels, roots = group_labels(self.groups), group_roots(self.groups)
        norms = group_norms(self.groups, w)
        unit = w / np.where(norms > 0.0, norms, 1.0)[labels]
        miss = grad + np.where(w != 0.0, b * roots[labels] * unit + a * np.sign(w), 0.0)
        miss = np.where(w == 0.0, soft_threshold(miss, a), miss)
        distance = group_norms(self.groups, miss)
        empty = norms == 0.0
        distance[empty] = np.maximum(distance[empty] - b * roots[empty], 0.0)
        result: Array = distance[labels]
        return result

    def dual_norm(self, v: Array) -> float:
        """The smallest λ ≥ 0 with v in λ·∂(penalty at λ = 1)(0)."""
        norms = group_norms(self.groups, v)
        if self.share() == 0.0:
            return float(np.max(norms / group_roots(self.groups), initial=0.0))
        return max(entry_strength(np.abs(v[list(group)]), self.share()) for group in self.groups)

    def lam_max(self, problem: Problem) -> float | None:
        """max_g ‖X_gᵀy‖/(n√p_g) for α = 0; the root of ‖S(X_gᵀy/n, λα)‖ = λ(1−α)√p_g otherwise."""
        return self.dual_norm(problem.correlation)

    def dual_scale(self, v: Array) -> float:
        """The conjugate is 0 where ‖S(v_g, a)‖ ≤ b√p_g for every group, and infinite elsewhere."""
        return ratio(self.lam, self.dual_norm(v))

    def fenchel_gap(self, w: Array, v: Array) -> float:
        """Sum of terms that are each ≥ 0: v split into its part in the box and its part in the balls."""
        a, b = (min(part, _HUGE) for part in self.parts())
        rest = soft_threshold(v, a)
        box = np.abs(w) * np.maximum(a - np.sign(w) * (v - rest), 0.0)
        labels = group_labels(self.groups)
        along = np.bincount(labels, w * rest, minlength=len(self.groups))
        balls = np.maximum(b * group_roots(self.groups) * group_norms(self.groups, w) - along, 0.0)
        return float(box.sum() + balls.sum())


@dataclass(frozen=True)
class GroupLasso(_Grouped):
    """λΣ_g √p_g‖w_g‖₂ (Yuan & Lin 2006); groups need not be orthonormal."""

    lam: float
    groups: Groups
    name: ClassVar[str] = "group-lasso"

    def __post_init__(self) -> None:
        """Raise ValueError for λ < 0 and for groups that are no partition of 0 … p−1."""
        check_strength(self.lam)
        check_groups(self.groups)

    def parts(self) -> tuple[float, float]:
        """(0, λ)."""
        return 0.0, self.lam

    def share(self) -> float:
        """0."""
        return 0.0


@dataclass(frozen=True)
class SparseGroupLasso(_Grouped):
    """λ[α‖w‖₁ + (1−α)Σ_g √p_g‖w_g‖₂] (Simon, Friedman, Hastie & Tibshirani 2013)."""

    lam: float
    alpha: float
    groups: Groups
    name: ClassVar[str] = "sparse-group-lasso"

    def __post_init__(self) -> None:
        """Raise ValueError for λ < 0, α outside [0, 1] and groups that are no partition of 0 … p−1."""
        check_strength(self.lam)
        check_share(self.alpha)
        check_groups(self.groups)

    def parts(self) -> tuple[float, float]:
        """(λα, λ(1−α))."""
        return times(self.lam, self.alpha), times(self.lam, 1.0 - self.alpha)

    def share(self) -> float:
        """α."""
        return self.alpha
