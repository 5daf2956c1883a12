"""The paper presets: published numbers, ours and the difference as tables, each with the picture it belongs to."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Lines, Mark, Panel, Points, Readout, Region, Rule, Text, show
from regviz.linear.crossings import zero_crossings
from regviz.linear.path import path_of
from regviz.linear.presets import (
    ESL_LASSO,
    ESL_RIDGE,
    Comparison,
    Row,
    comparisons,
    diabetes_walk,
    esl_crossing,
    esl_lasso_walk,
    esl_ridge,
)
from regviz.linear.ridge import RidgeSystem
from regviz.linear.selection import criteria

Array = NDArray[np.float64]

_MINUS = "\N{MINUS SIGN}"
HEADS = ("published", "ours", "difference")
FIRST = 2.0
"""Width of a table's first column, in widths of the others."""
TITLES = {
    "efron-2004": "Efron and others 2004: lasso on diabetes, columns of unit length",
    "esl-table-3.3": "Elements of Statistical Learning, table 3.3: prostate",
}


def panels(preset: str, step: int) -> tuple[Panel, ...]:
    """The panels of one preset; ``step`` is marked where it has a meaning."""
    if preset == "efron-2004":
        return _at_hundred(), _cp(step), _knots(step)
    return _ridge_recipes(), _lasso_profile(), _table()


def agreement(preset: str) -> tuple[int, int, float]:
    """Published numbers that ours agree with to the last printed digit, all of them, and the largest difference."""
    found = comparisons(preset)
    return sum(c.agreeing for c in found), sum(len(c.rows) for c in found), max(c.worst for c in found)


def _figure(value: float, decimals: int, signed: bool = False) -> str:
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0.0:
        return text
    return (_MINUS if value < 0 else "+" if signed else "") + text


def _cells(row: Row) -> tuple[str, str, str]:
    """Published, ours with one more place, the difference."""
    more = row.decimals + 1 if row.decimals else 0
    return _figure(row.published, row.decimals), _figure(row.ours, more), _figure(row.difference, more, signed=True)


def _by(preset: str, key: str) -> Comparison:
    return next(found for found in comparisons(preset) if found.key == key)


def _grid(columns: list[tuple[str, ...]], roles: tuple[str, ...], first: float) -> tuple[Mark, ...]:
    """Columns of words as one mark each; the first is ``first`` times as wide as the others."""
    marks = []
    for c, (words, role) in enumerate(zip(columns, roles, strict=True)):
        rows = np.arange(len(words), dtype=float)
        x = np.full(len(words), 0.5 * first if c == 0 else first + c - 0.5)
        marks.append(Text(key=f"column-{c}", role=role, x=x, y=-rows, labels=words))
    return tuple(marks)


def _rows_grid(rows: list[tuple[str, ...]], roles: tuple[str, ...], first: float) -> tuple[Mark, ...]:
    """Rows of words as one mark each."""
    marks = []
    for r, (words, role) in enumerate(zip(rows, roles, strict=True)):
        x = np.concatenate([[0.5 * first], first + np.arange(len(words) - 1) + 0.5])
        marks.append(Text(key=f"row-{r}", role=role, x=x, y=np.full(len(words), -float(r)), labels=words))
    return tuple(marks)


def _sheet(key: str, title: str, marks: tuple[Mark, ...], width: float, height: int, found: list[Comparison]) -> Panel:
    agreeing, count = sum(c.agreeing for c in found), sum(len(c.rows) for c in found)
    said = f"{agreeing} of {count} agree, largest difference {show(max(c.worst for c in found), 2)}"
    return Panel(
        key=key, title=title, x=_plain(0.0, width), y=_plain(-(height - 0.5), 0.5), marks=marks,
        readouts=(Readout(name="agree", value=said, role="good" if agreeing == count else "bad"),),
    )  # fmt: skip


@lru_cache(maxsize=32)
def _plain(low: float, high: float) -> Axis:
    return Axis(low=low, high=high, hidden=True)


@lru_cache(maxsize=1)
def _at_hundred() -> Panel:
    found = _by("efron-2004", "at-100")
    cells = [_cells(row) for row in found.rows]
    columns = [("feature", *(row.name for row in found.rows))]
    columns += [(head, *(c[k] for c in cells)) for k, head in enumerate(HEADS)]
    marks = _grid(columns, ("muted", "text", "accent", "good"), 1.0)
    return _sheet("coefficients", "Coefficients at λ½ = 100", marks, 4.0, len(found.rows) + 1, [found])


def _cp(step: int) -> Panel:
    values = _cp_values()
    k = min(max(step, 0), len(values) - 1)
    x = np.array([float(k)])
    chosen, published = int(np.argmin(values)), int(_by("efron-2004", "cp").rows[0].published)
    role = "good" if chosen == published else "bad"
    return Panel(
        key="cp", title="Cₚ at the knots", x=_step_axis(len(values)), y=_cp_axis(),
        marks=(*_cp_marks(), Points(key="here", role="text", x=x, y=values[[k]], shape="ring")),
        readouts=(Readout(name="least", value=f"published step {published}, ours {chosen}", role=role),),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _cp_values() -> Array:
    found = criteria(path_of(diabetes_walk().problem)).cp
    assert found is not None
    return found


@lru_cache(maxsize=1)
def _cp_axis() -> Axis:
    values = _cp_values()
    low, span = float(values.min()), float(values.max() - values.min())
    return Axis(low=low - 0.04 * span, high=low + 0.4 * span)


@lru_cache(maxsize=4)
def _step_axis(count: int) -> Axis:
    return Axis(low=-0.3, high=count - 0.7, label="step")


@lru_cache(maxsize=1)
def _cp_marks() -> tuple[Mark, ...]:
    values = _cp_values()
    x, best = np.arange(len(values), dtype=float), int(np.argmin(values))
    return (
        Lines(key="curve", role="accent", x=x, y=values[None], thin=True),
        Points(key="knots", role="accent", x=x, y=values, small=True),
        Points(key="least", role="good", x=x[[best]], y=values[[best]], shape="diamond",
               labels=(f"least at step {best}",)),
    )  # fmt: skip


def _knots(step: int) -> Panel:
    found = [_by("efron-2004", key) for key in ("order", "knots", "norms")]
    count = len(found[1].rows)
    k = min(max(step, 0), count - 1)
    y = np.array([0.45, 0.45, -8.45, -8.45])
    marks = (*_knot_rows(), Region(key="step", role="accent", x=_column(k), y=y, fill=False))
    return _sheet("knots", "The knots: who enters, λ½ and ‖w‖₁", marks, FIRST + count, 9, found)


def _column(k: int) -> Array:
    left = FIRST + k
    return np.array([left + 0.02, left + 0.98, left + 0.98, left + 0.02])


@lru_cache(maxsize=1)
def _knot_rows() -> tuple[Mark, ...]:
    order, knots, norms = (_by("efron-2004", key) for key in ("order", "knots", "norms"))
    rows = [("step", *(str(k) for k in range(len(knots.rows))))]
    entered = [f"{int(row.published)}".replace("-", _MINUS) for row in order.rows]
    ours = [f"{int(row.ours)}".replace("-", _MINUS) for row in order.rows]
    rows += [("enters, published", *entered, ""), ("enters, ours", *ours, "")]
    for name, found in (("λ½", knots), ("‖w‖₁", norms)):
        cells = [_cells(row) for row in found.rows]
        rows += [(f"{name}, {head}", *(c[k] for c in cells)) for k, head in enumerate(HEADS)]
    return _rows_grid(rows, ("muted", *("text", "accent"), *("text", "accent", "good") * 2), FIRST)


@lru_cache(maxsize=1)
def _table() -> Panel:
    found = list(comparisons("esl-table-3.3"))
    rows, roles = [("", *(row.name for row in found[0].rows))], ["muted"]
    for column in found:
        cells = [_cells(row) for row in column.rows]
        short = column.title.partition(",")[0]
        rows += [(f"{short}, {head}", *(c[k] for c in cells)) for k, head in enumerate(HEADS)]
        roles += ["text", "accent", "good"]
    marks = _rows_grid(rows, tuple(roles), FIRST)
    return _sheet("table", "Table 3.3", marks, FIRST + len(found[0].rows), len(rows), found)


@lru_cache(maxsize=1)
def _ridge_recipes() -> Panel:
    """The coefficient of lcp under the book's recipe, and with X standardised on the training rows as we do."""
    lams = np.linspace(0.0, 50.0, 101)
    problem = esl_lasso_walk().problem
    system, j = RidgeSystem(problem), problem.names.index("lcp")
    book = np.array([esl_ridge(float(lam))[1][j] for lam in lams])
    curves = np.stack([book, system.at(lams / problem.n)[:, j]])
    ours = next(c.lam for c in zero_crossings(system, 1e-2 / problem.n, 50.0 / problem.n) if c.feature == j)
    zeros, names, roles = (esl_crossing(), ours * problem.n), ("the book's recipe", "standardised"), ("first", "second")
    marks = (
        Lines(key="recipes", x=lams, y=curves, labels=names, roles=roles),
        Rule(key="zero", axis="y", value=0.0, role="muted", dash=True),
        Rule(key="table", value=ESL_RIDGE, role="text", dash=True, label=f"λ = {ESL_RIDGE}"),
        Points(key="crossings", x=np.array(zeros), y=np.zeros(2), roles=roles, shape="ring"),
    )  # fmt: skip
    readouts = tuple(
        Readout(name=f"zero-{k}", label=f"{name}: 0 at", value=zeros[k], digits=5, role=roles[k])
        for k, name in enumerate(names)
    )
    return Panel(
        key="ridge", title="lcp under ridge", x=Axis(low=0.0, high=50.0, label="λ of ‖y − Xw‖² + λ‖w‖²"),
        y=Axis(low=float(curves.min()) - 0.05, high=float(curves.max()) + 0.06, label="w of lcp"), marks=marks,
        readouts=readouts,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _lasso_profile() -> Panel:
    walk = esl_lasso_walk()
    coef = walk.coef / walk.problem.scales
    share = np.abs(walk.coef).sum(axis=1)
    low, high = float(coef.min()), float(coef.max())
    return Panel(
        key="lasso", title="Lasso", x=Axis(low=0.0, high=1.02, label="share of ‖w‖₁ at λ = 0"),
        y=Axis(low=low - 0.08, high=high + 0.08, label="w"),
        marks=(
            Lines(key="profiles", x=share / share[-1], y=coef.T, labels=walk.problem.names,
                  roles=tuple(f"informative:{j}" for j in range(walk.problem.p))),
            Rule(key="chosen", value=ESL_LASSO, role="text", dash=True, label=f"s = {ESL_LASSO}"),
        ),
    )  # fmt: skip
