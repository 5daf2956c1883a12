"""The penalties, each with its value, prox, subdifferential and conjugate, and what certifies an answer.

Objective, KKT residual and duality gap are defined here for every penalty; no solver lives here.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from regviz.linear.group_penalties import GroupLasso, SparseGroupLasso
from regviz.linear.groups import Groups, check_groups
from regviz.linear.problem import Array, Problem
from regviz.linear.thresholds import check_share, check_strength, ratio, soft_threshold, times

__all__ = [
    "PENALTIES", "ElasticNet", "GroupLasso", "Lasso", "NoPenalty", "Penalty", "Ridge", "SparseGroupLasso",
    "dual_step", "duality_gap", "kkt", "make_penalty", "objective", "soft_threshold",
]

PENALTIES = ("none", "ridge", "lasso", "elastic-net", "group-lasso")


class Penalty(Protocol):
    """A convex penalty Ω on standardised coefficients w (p,), at a fixed strength ``lam`` ≥ 0."""

    @property
    def name(self) -> str:
        """The name that people type."""

    @property
    def lam(self) -> float:
        """Strength λ; 0 means that nothing is penalised."""

    def value(self, w: Array) -> float:
        """Ω(w)."""

    def prox(self, v: Array, step: float) -> Array:
        """The minimiser (p,) of ‖u − v‖²/2 + step·Ω(u)."""

    def subgradient_distance(self, w: Array, grad: Array) -> Array:
        """Distance (p,) of −grad to the subdifferential ∂Ω(w); members of a group all carry their group's distance."""

    def lam_max(self, problem: Problem) -> float | None:
        """The smallest λ whose solution is the zero vector; None when no finite λ gives it."""

    def dual_scale(self, v: Array) -> float:
        """The largest s with s·v in the domain of the conjugate Ω*; infinite when there is no limit."""

    def fenchel_gap(self, w: Array, v: Array) -> float:
        """Ω(w) + Ω*(v) − wᵀv ≥ 0, for v in the domain of Ω*; 0 exactly when v ∈ ∂Ω(w)."""


@dataclass(frozen=True)
class NoPenalty:
    """Ω = 0: least squares."""

    name: ClassVar[str] = "none"
    lam: ClassVar[float] = 0.0

    def value(self, w: Array) -> float:
        """0."""
        return 0.0

    def prox(self, v: Array, step: float) -> Array:
        """``v`` itself."""
        return v.copy()

    def subgradient_distance(self, w: Array, grad: Array) -> Array:
        """Distance of -grad_j to {0}."""
        return np.abs(grad)

    def lam_max(self, problem: Problem) -> float | None:
        """None: there is no λ."""
        return None

    def dual_scale(self, v: Array) -> float:
        """Ω* is finite at 0 only."""
        return 0.0 if np.any(v) else math.inf

    def fenchel_gap(self, w: Array, v: Array) -> float:
        """0, since v = 0."""
        return 0.0


class _Separable:
    """a‖w‖₁ + b/2·‖w‖₂² with (a, b) from ``parts``."""

    lam: float

    def parts(self) -> tuple[float, float]:
        """Strengths (a, b) of the absolute and of the squared part."""
        raise NotImplementedError

    def value(self, w: Array) -> float:
        """a‖w‖₁ + b/2·‖w‖₂²."""
        a, b = self.parts()
        return times(a, float(np.abs(w).sum())) + times(b, 0.5 * float(w @ w))

    def prox(self, v: Array, step: float) -> Array:
        """Soft threshold at step·a, then shrinkage by 1/(1 + step·b)."""
        a, b = self.parts()
        result: Array = soft_threshold(v, step * a) / (1.0 + step * b)
        return result

    def subgradient_distance(self, w: Array, grad: Array) -> Array:
        """Distance of -grad_j to [-a, a] where w_j = 0, to {a·sign(w_j) + b·w_j} elsewhere."""
        a, b = self.parts()
        if math.isinf(self.lam):
            return np.where(w == 0.0, 0.0, math.inf)
        active = w != 0.0
        distance: Array = np.maximum(np.abs(grad) - a, 0.0) if a else np.abs(grad)
        distance[active] = np.abs(grad[active] + a * np.sign(w[active]) + b * w[active])
        return distance

    def dual_scale(self, v: Array) -> float:
        """For b = 0 the conjugate is finite on the box ‖v‖_∞ ≤ a only."""
        a, b = self.parts()
        return math.inf if b > 0.0 else ratio(a, float(np.max(np.abs(v), initial=0.0)))

    def fenchel_gap(self, w: Array, v: Array) -> float:
        """Sum of terms that are each ≥ 0; the conjugate of a coordinate is (|v_j| − a)₊²/(2b)."""
        a, b = self.parts()
        if math.isinf(self.lam):
            return math.inf if np.any(w) else 0.0
        inside = np.abs(w) * np.maximum(a - np.sign(w) * v, 0.0) + 0.5 * b * w * w
        if b == 0.0:
            return float(inside.sum())
        side = np.sign(v)
        over = np.maximum(np.abs(v) - a, 0.0)
        beyond = a * (np.abs(w) - side * w) + (b * w - side * over) ** 2 / (2.0 * b)
        return float(np.where(over > 0.0, beyond, inside).sum())


@dataclass(frozen=True)
class Ridge(_Separable):
    """λ/2·‖w‖₂²."""

    lam: float
    name: ClassVar[str] = "ridge"
    alpha: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        """Raise ValueError for λ < 0."""
        check_strength(self.lam)

    def parts(self) -> tuple[float, float]:
        """(0, λ)."""
        return 0.0, self.lam

    def lam_max(self, problem: Problem) -> float | None:
        """None: no finite λ gives the zero vector."""
        return None


@dataclass(frozen=True)
class Lasso(_Separable):
    """λ‖w‖₁."""

    lam: float
    name: ClassVar[str] = "lasso"
    alpha: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        """Raise ValueError for λ < 0."""
        check_strength(self.lam)

    def parts(self) -> tuple[float, float]:
        """(λ, 0)."""
        return self.lam, 0.0

    def lam_max(self, problem: Problem) -> float | None:
        """max_j |x_jᵀy|/n."""
        return problem.lam_max


@dataclass(frozen=True)
class ElasticNet(_Separable):
    """λ[α‖w‖₁ + (1−α)/2·‖w‖₂²], the naive elastic net of Zou & Hastie (2005): not rescaled afterwards."""

    lam: float
    alpha: float = 0.5
    name: ClassVar[str] = "elastic-net"

    def __post_init__(self) -> None:
        """Raise ValueError for λ < 0 and for α outside [0, 1]."""
        check_strength(self.lam)
        check_share(self.alpha)

    def parts(self) -> tuple[float, float]:
        """(λα, λ(1−α))."""
        return times(self.lam, self.alpha), times(self.lam, 1.0 - self.alpha)

    def lam_max(self, problem: Problem) -> float | None:
        """max_j |x_jᵀy|/(nα), rounded so that λα is never below max_j |x_jᵀy|/n; None for α = 0."""
        if self.alpha == 0.0:
            return None
        lam = problem.lam_max / self.alpha
        return lam if lam * self.alpha >= problem.lam_max else math.nextafter(lam, math.inf)


def make_penalty(name: str, lam: float, alpha: float | None = None, groups: Groups | None = None) -> Penalty:
    """The penalty called ``name`` (one of ``PENALTIES``) at strength ``lam``.

    ``alpha`` is read by the elastic net only (0.5 when None), ``groups`` by the group lasso only.
    Raises ValueError with a sentence for an unknown name, an argument out of range or one that
    the penalty does not read.
    """
    if name not in PENALTIES:
        raise ValueError(f"There is no penalty “{name}”; the penalties are {', '.join(PENALTIES)}.")
    if alpha is not None and name != "elastic-net":
        raise ValueError(f"alpha is read by the elastic net only, not by the penalty “{name}”.")
    if groups is not None and name != "group-lasso":
        raise ValueError(f"groups are read by the group lasso only, not by the penalty “{name}”.")
    if name == "group-lasso":
        if groups is None:
            raise ValueError("The group lasso needs groups of features.")
        return GroupLasso(lam, check_groups(groups))
    if name == "elastic-net":
        return ElasticNet(lam, 0.5 if alpha is None else alpha)
    if name == "lasso":
        return Lasso(lam)
    return Ridge(lam) if name == "ridge" else NoPenalty()


def objective(problem: Problem, penalty: Penalty, w: Array) -> float:
    """1/(2n)‖y − Xw‖² + Ω(w)."""
    residual = problem.y - problem.X @ w
    return 0.5 * float(residual @ residual) / problem.n + penalty.value(w)


def kkt(problem: Problem, penalty: Penalty, w: Array) -> float:
    """Largest distance of −gradient to ∂Ω(w), over max_j |x_jᵀy|/n; 0 where y is constant."""
    if problem.lam_max == 0.0:
        return 0.0
    grad = problem.X.T @ (problem.X @ w - problem.y) / problem.n
    return float(np.max(penalty.subgradient_distance(w, grad))) / problem.lam_max


def duality_gap(problem: Problem, penalty: Penalty, w: Array) -> float:
    """An upper bound, ≥ 0, of objective(w) − minimum, from the dual point s·(y − Xw)/n that is feasible.

    Written as a sum of Fenchel–Young terms that are each ≥ 0, so that no digits are lost near the optimum.
    """
    residual = problem.y - problem.X @ w
    if penalty.lam == 0.0:
        fitted = problem.X @ np.linalg.lstsq(problem.X, residual, rcond=None)[0]
        return 0.5 * float(fitted @ fitted) / problem.n
    energy = float(residual @ residual) / problem.n
    v = problem.X.T @ residual / problem.n
    scale = dual_step(penalty, v, float(w @ v), energy)
    return 0.5 * (1.0 - scale) ** 2 * energy + penalty.fenchel_gap(w, scale * v)


def dual_step(penalty: Penalty, v: Array, inner: float, energy: float) -> float:
    """The s of the dual point: best within the domain of Ω* where that is bounded, else 1.

    ``inner`` is wᵀv and ``energy`` ‖residual‖²/n.
    """
    limit = penalty.dual_scale(v)
    if math.isinf(limit) or energy == 0.0:
        return 1.0
    return min(max(1.0 + inner / energy, 0.0), limit)
