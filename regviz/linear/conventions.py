"""The same penalty strength in the conventions of other texts and programs; code text lives in ``snippets``.

Ours is F(w) = 1/(2n)‖y − Xw‖² + λ[α‖w‖₁ + (1−α)/2·‖w‖²] on centred X and y, with α = 1 for lasso and 0 for ridge.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from regviz.linear.penalties import PENALTIES

Strength = tuple[float, float]
Rule = Callable[[float, float, int, float], Strength]
_PURE = ("ridge", "lasso")
_MIXED = ("ridge", "lasso", "elastic-net")


@dataclass(frozen=True)
class Convention:
    """One way to state a penalised fit of the same X and y.

    ``symbols`` names its one or two numbers; where it has one number, the second of each pair is our α, carried along.
    """

    name: str
    formula: str
    symbols: tuple[str, ...]
    penalties: tuple[str, ...]
    forward: Rule
    backward: Rule
    loss: str = "squared"

    def applies(self, penalty: str, loss: str = "squared") -> bool:
        """Whether it can state this penalty (one of ``PENALTIES``) with this loss ("squared" or "logistic")."""
        return penalty in self.penalties and loss in self.loss.split()

    def from_ours(self, lam: float, alpha: float, n: int, s: float = 1.0) -> Strength:
        """Its two numbers for our λ and α, with ``n`` rows and ``s`` = √(Σ(y − ȳ)²/n) > 0."""
        return self.forward(lam, alpha, _rows(n), _spread(s))

    def to_ours(self, first: float, second: float, n: int, s: float = 1.0) -> Strength:
        """Our (λ, α) for its two numbers."""
        return self.backward(first, second, _rows(n), _spread(s))


def _rows(n: int) -> int:
    if n < 1:
        raise ValueError(f"The number of rows must be 1 or more, not {n}.")
    return n


def _spread(s: float) -> float:
    if not s > 0.0:
        raise ValueError("y is constant, so that its standard deviation cannot scale a penalty.")
    return s


def _scaled(factor: Callable[[float, int], float]) -> tuple[Rule, Rule]:
    """Rules that multiply λ by factor(α, n) and keep α."""

    def forward(lam: float, alpha: float, n: int, s: float) -> Strength:
        return lam * factor(alpha, n), alpha

    def backward(lam: float, alpha: float, n: int, s: float) -> Strength:
        return lam / factor(alpha, n), alpha

    return forward, backward


def _split(l1: Callable[[int], float], l2: Callable[[int], float]) -> tuple[Rule, Rule]:
    """Rules for conventions with two strengths: λ₁ = l1(n)·λα and λ₂ = l2(n)·λ(1−α)."""

    def forward(lam: float, alpha: float, n: int, s: float) -> Strength:
        return l1(n) * lam * alpha, l2(n) * lam * (1.0 - alpha)

    def backward(first: float, second: float, n: int, s: float) -> Strength:
        absolute, squared = first / l1(n), second / l2(n)
        total = absolute + squared
        return total, absolute / total if total else 1.0

    return forward, backward


def _to_glmnet(lam: float, alpha: float, n: int, s: float) -> Strength:
    """R glmnet scales y to unit variance, so that its ridge part acts as λ/s on y as given."""
    weight = alpha + s * (1.0 - alpha)
    return lam * weight, alpha / weight


def _from_glmnet(lam: float, alpha: float, n: int, s: float) -> Strength:
    weight = alpha + (1.0 - alpha) / s
    return lam * weight, alpha / weight


def _to_inverse(lam: float, alpha: float, n: int, s: float) -> Strength:
    return 1.0 / (n * lam) if lam else math.inf, alpha


def _same(alpha: float, n: int) -> float:
    return 1.0


def _rss(alpha: float, n: int) -> float:
    """‖y − Xw‖² is 2n times our loss, ‖w‖² twice our ridge part."""
    return 2.0 * n if alpha == 1.0 else float(n)


CONVENTIONS: tuple[Convention, ...] = (
    Convention("regviz", "1/(2n)‖y−Xw‖² + λ[α‖w‖₁ + (1−α)/2‖w‖²]", ("λ", "α"), (*_MIXED, "group-lasso"),
               *_scaled(_same), "squared logistic"),
    Convention("scikit-learn Ridge", "‖y−Xw‖² + alpha‖w‖²", ("alpha",), ("ridge",), *_scaled(lambda a, n: n)),
    Convention("scikit-learn Lasso", "1/(2n)‖y−Xw‖² + alpha‖w‖₁", ("alpha",), ("lasso",), *_scaled(_same)),
    Convention("scikit-learn ElasticNet", "1/(2n)‖y−Xw‖² + alpha[l1_ratio‖w‖₁ + (1−l1_ratio)/2‖w‖²]",
               ("alpha", "l1_ratio"), _MIXED, *_scaled(_same)),
    Convention("R glmnet", "1/(2n)‖y−Xw‖² + λ[α‖w‖₁ + (1−α)/(2s)‖w‖²], s = sd_n(y)", ("lambda", "alpha"),
               _MIXED, _to_glmnet, _from_glmnet),
    Convention("residual sum of squares", "‖y−Xw‖² + λ‖w‖² or + λ‖w‖₁", ("λ",), _PURE, *_scaled(_rss)),
    Convention("Zou–Hastie", "‖y−Xw‖² + λ₁‖w‖₁ + λ₂‖w‖²", ("λ₁", "λ₂"), _MIXED,
               *_split(lambda n: 2.0 * n, lambda n: n)),
    Convention("half residual sum of squares", "½‖y−Xw‖² + λ/2‖w‖² or + λ‖w‖₁ or + λΣ√p_g‖w_g‖", ("λ",),
               (*_PURE, "group-lasso"), *_scaled(lambda a, n: n)),
    Convention("mean squared error", "(1/n)‖y−Xw‖² + λ‖w‖² or + λ‖w‖₁", ("λ",), _PURE,
               *_scaled(lambda a, n: 2.0 if a == 1.0 else 1.0)),
    Convention("LARS, unit-length columns", "½‖y−Uv‖² + λ‖v‖₁ with u_j = x_j/√n, v = √n·w", ("λ",), ("lasso",),
               *_scaled(lambda a, n: math.sqrt(n))),
    Convention("PyTorch SGD, MSELoss", "(1/n)‖y−Xw‖² + weight_decay/2‖w‖², bias excluded", ("weight_decay",),
               ("ridge",), *_scaled(lambda a, n: 2.0)),
    Convention("Gaussian prior", "y ~ N(Xw, σ²I), w_j ~ N(0, τ²): mode at σ²/τ²", ("σ²/τ²",), ("ridge",),
               *_scaled(lambda a, n: n)),
    Convention("Laplace prior", "y ~ N(Xw, σ²I), w_j ~ Laplace(b): mode at σ²/b", ("σ²/b",), ("lasso",),
               *_scaled(lambda a, n: n)),
    Convention("scikit-learn LogisticRegression", "C·Σ log(1+e^(−yᵢf(xᵢ))) + l1_ratio‖w‖₁ + (1−l1_ratio)/2‖w‖²",
               ("C", "l1_ratio"), _MIXED, _to_inverse, _to_inverse, "logistic"),
)


def conventions_for(penalty: str, loss: str = "squared") -> tuple[Convention, ...]:
    """The conventions that can state ``penalty`` with ``loss``, ours first.

    Raises ValueError for an unknown penalty.
    """
    if penalty not in PENALTIES:
        raise ValueError(f"There is no penalty “{penalty}”; the penalties are {', '.join(PENALTIES)}.")
    return tuple(convention for convention in CONVENTIONS if convention.applies(penalty, loss))
