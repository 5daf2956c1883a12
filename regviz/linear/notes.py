"""What a reader should know about a fit or a path, in sentences, and the named status of a fit.

Nothing is solved here.
"""

from dataclasses import dataclass

import numpy as np

from regviz.linear.curves import Curve, LassoCurve
from regviz.linear.problem import Array, Problem


@dataclass(frozen=True)
class Status:
    """``name`` is optimal, minimum-norm, not-unique or zero; ``sentence`` says what it means here."""

    name: str
    sentence: str

    def __str__(self) -> str:
        """The sentence."""
        return self.sentence


_ENDS = {
    "lasso": "the path ends at the one of smallest ‖w‖₁ that it reaches",
    "elastic-net": "the path ends at its limit as λ falls to 0",
}


def path_notes(problem: Problem, penalty: str, curve: Curve) -> tuple[str, ...]:
    """Notes on constant columns, ties, and what λ = 0 means where least squares is not unique."""
    notes = list(problem_notes(problem))
    if isinstance(curve, LassoCurve) and tied_somewhere(problem, curve):
        notes.append(tie_note(problem))
    if problem.p > problem.n - 1 and problem.n > 1:
        end = _ENDS.get(penalty, "λ = 0 is the one of smallest norm ‖w‖₂")
        notes.append(f"With {problem.p} features and {problem.n} rows many solutions fit equally at λ = 0; {end}.")
    return tuple(notes)


def problem_notes(problem: Problem) -> tuple[str, ...]:
    """Constant columns and a constant y."""
    notes = []
    moves = np.any(problem.X, axis=0, keepdims=True)[0].tolist()
    flat = [name for name, moving in zip(problem.names, moves, strict=True) if not moving]
    if flat:
        notes.append(f"Constant and left at coefficient 0: {', '.join(flat[:10])}{' …' if len(flat) > 10 else ''}.")
    if not problem.y.any():
        notes.append("y is constant: every coefficient is 0.")
    return tuple(notes)


def tied_somewhere(problem: Problem, curve: LassoCurve) -> bool:
    """Whether the lasso is not unique on some segment, of at most 16 spread over the path."""
    middle = 0.5 * (curve.lams[1:] + curve.lams[:-1])
    middle = middle[middle > 1e-6 * problem.lam_max]
    step = 1 + middle.size // 16
    return any(is_tied(problem, curve.at(lam), lam) for lam in middle[::step].tolist())


def is_tied(problem: Problem, w: Array, lam: float) -> bool:
    """Whether the features that attain the bound |x_jᵀr|/n = λ are dependent: then the lasso may not be unique.

    Source: Tibshirani 2013, “The lasso problem and uniqueness”.
    """
    active = np.flatnonzero(w)
    bound = np.abs(problem.left(w)) >= lam * (1.0 - 1e-9)
    if np.count_nonzero(bound) == active.size:
        return False
    return int(np.linalg.matrix_rank(problem.X[:, bound])) < int(np.count_nonzero(bound))


def tie_note(problem: Problem) -> str:
    """That the lasso is not unique, with the names of identical columns where that is the reason."""
    twins = twin_names(problem)
    if twins:
        return f"The lasso solution is not unique: {twins[0]} and {twins[1]} are the same column up to sign."
    return "The lasso solution is not unique: a feature depends linearly on active ones and ties with them."


def twin_names(problem: Problem) -> tuple[str, str] | None:
    """The names of two columns that are equal up to sign, None when there are none."""
    seen: dict[bytes, int] = {}
    for j in range(problem.p):
        column = problem.X[:, j]
        nonzero = np.flatnonzero(column)
        if not nonzero.size:
            continue
        turned = column * np.sign(column[nonzero[0]]) + 0.0
        first = seen.setdefault(turned.tobytes(), j)
        if first != j:
            return problem.names[first], problem.names[j]
    return None


def status_of(problem: Problem, penalty: str, lam: float, w: Array) -> Status:
    """The status of a certified fit."""
    if (lam == 0.0 or penalty == "none") and problem.p > problem.n - 1:
        norm = {"lasso": "‖w‖₁ (the limit of the path)", "elastic-net": "penalty (the limit of the path)"}
        return Status(
            "minimum-norm",
            f"Nothing is penalised and there are as many features as rows or more: of the solutions that fit best this "
            f"is the minimum-norm one, of smallest {norm.get(penalty, '‖w‖₂')}.",
        )
    if penalty == "lasso" and 0.0 < lam < problem.lam_max and is_tied(problem, w, lam):
        return Status("not-unique", tie_note(problem))
    if not w.any():
        return Status("zero", "Every coefficient is exactly 0: λ is at or above λ_max.")
    return Status("optimal", "This is the minimiser of the objective.")
