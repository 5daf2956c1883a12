"""Results as HTML tables for notebooks, and the hook by which they become pictures. Nothing is computed here."""

from collections.abc import Callable, Iterable
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regviz.linear.cross_validation import CrossValidation
    from regviz.linear.fit import Fit
    from regviz.linear.path import Path

_MOST = 40
_painters: list[Callable[[Any], bytes]] = []


def show_with(painter: Callable[[Any], bytes]) -> None:
    """Let ``painter`` turn results into PNG bytes in notebooks; the last one given is used."""
    _painters[:] = [painter]


class Shown:
    """A result that a notebook shows as a picture where there is a painter."""

    def _repr_png_(self) -> bytes | None:
        return _painters[0](self) if _painters else None


def fit_table(fit: "Fit") -> str:
    """Coefficients with the certificate underneath."""
    rows: list[tuple[str, ...]] = [("(intercept)", _number(fit.intercept))]
    rows += [(name, _number(value)) for name, value in zip(fit.names, fit.coef.tolist(), strict=True)]
    foot = f"{fit.penalty}, λ = {_number(fit.lam)}, objective {_number(fit.objective)}, KKT residual {fit.kkt:.1e}"
    return _table(("feature", "coefficient"), rows, f"{foot}. {fit.status.sentence}")


def path_table(path: "Path") -> str:
    """One row for each knot."""
    rows = [
        (_number(lam), _number(start), *map(_number, coef[: _MOST // 4].tolist()))
        for lam, start, coef in zip(path.lams.tolist(), path.intercept.tolist(), path.coef, strict=True)
    ]
    return _table(("λ", "intercept", *path.names[: _MOST // 4]), rows, " ".join(path.notes))


def validation_table(cv: "CrossValidation") -> str:
    """Error and its standard error over λ."""
    rows = [tuple(map(_number, row)) for row in zip(cv.lams.tolist(), cv.mean.tolist(), cv.se.tolist(), strict=True)]
    foot = f"λ_min = {_number(cv.lam_min)}, λ_1SE = {_number(cv.lam_1se)}."
    return _table(("λ", "mean error", "standard error"), rows, foot)


def _number(value: float) -> str:
    return f"{value:.6g}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]], foot: str) -> str:
    lines = list(rows)
    shown = lines if len(lines) <= _MOST else [*lines[: _MOST // 2], ("…",), *lines[-_MOST // 2 :]]
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in shown)
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table><p>{escape(foot)}</p>"
