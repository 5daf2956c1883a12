"""The advisor's findings on the training rows, as a page of text; a click on one leads to the lab that shows why."""

import textwrap
from functools import lru_cache

import numpy as np

from regviz.lab import Axis, Mark, Panel, Readout, Text
from regviz.labs.overfitting.curves import NOUNS
from regviz.labs.overfitting.fits import Fit, Model, system
from regviz.labs.overfitting.rows import TRAIN, VALIDATION, Source, rows
from regviz.linear.advise import Finding, advise

LINES = 27
"""Lines of text on the page."""
COLUMNS = 66
"""Characters in a line, so that it fits beside another panel at any text size."""
_GAP = 1.6


@lru_cache(maxsize=32)
def findings(source: Source, model: Model, size: int) -> tuple[Finding, ...]:
    """What the advisor sees in the training rows: of a table in all its features, else in the columns of the basis."""
    made = rows(source)
    table = made.given.table
    if table is None or made.touched.any() or made.given.left_out:
        X = system(source, model.basis, model.seed, size).problem
        names = tuple(f"{NOUNS[model.basis].removesuffix('s')} {j + 1}" for j in range(X.p))
        return tuple(advise(X.X * X.scales + X.means, made.train[1], names=names))
    kept = made.row[made.of(TRAIN)]
    return tuple(advise(table.X[kept], table.y[kept], names=table.names, groups=table.groups))


def judged(found: Fit, model: Model) -> str:
    """What training and validation error say about the present fit, in one sentence."""
    train, validation = found.errors[TRAIN], found.errors[VALIDATION]
    start = f"The present fit ({NOUNS[model.basis]} {found.size}, {model.penalty})"
    if validation is None or train is None:
        return f"{start} has no validation rows to be judged by."
    if train <= 1e-9 * validation:
        return f"{start} passes through every training row; its error on validation rows is {validation:.3g}."
    ratio = validation / train
    return f"{start} errs {ratio:.3g} times as much on validation rows ({validation:.3g}) as on training rows."


def takes_long(source: Source) -> bool:
    """Whether the findings come only after a first picture."""
    table = rows(source).given.table
    return table is not None and rows(source).n * table.p > 20_000


def panel(source: Source, model: Model, found: Fit, ready: bool) -> Panel:
    """The page: the judgement of the present fit, then every finding with where to look, as many as fit.

    Until ``ready`` the findings are not asked for.
    """
    seen = findings(source, model, found.size) if ready else ()
    blocks = [("fit", "text", judged(found, model), "")]
    blocks += [(f"finding-{k}", "accent", str_of(each), arrow(each)) for k, each in enumerate(seen)]
    marks, left = _page(blocks)
    note = f"{len(seen)} findings" + (f", the last {left} not shown" if left else "") if ready else "reading the table"
    return Panel(
        key="advisor", title="Advisor", x=_AXES[0], y=_AXES[1], marks=tuple(marks),
        readouts=(Readout(name="findings", value=note, role="muted"),),
    )  # fmt: skip


_AXES = (Axis(low=0.0, high=1.0, hidden=True), Axis(low=-LINES, high=0.5, hidden=True))


def str_of(finding: Finding) -> str:
    """What was seen and what follows."""
    return f"{finding.says} {finding.means}"


def arrow(finding: Finding) -> str:
    """Where to look, with the state that shows it."""
    shown = ", ".join(f"{name} = {value:.3g}" if isinstance(value, float) else f"{name} = {value}"
                      for name, value in finding.state)  # fmt: skip
    return f"→ {finding.lab}" + (f" ({shown})" if shown else "")


def _page(blocks: list[tuple[str, str, str, str]]) -> tuple[list[Mark], int]:
    """Text marks from the top down, one for each block, and how many blocks found no room."""
    marks: list[Mark] = []
    y = 0.0
    for number, (key, role, words, link) in enumerate(blocks):
        lines = textwrap.wrap(words, COLUMNS)
        roles = ["text"] * len(lines)
        if link:
            lines += textwrap.wrap(link, COLUMNS)
            roles += [role] * (len(lines) - len(roles))
        if y + len(lines) > LINES:
            return marks, len(blocks) - number
        at = -(y + np.arange(len(lines), dtype=np.float64))
        marks.append(Text(key=key, role=role, x=np.zeros(len(lines)), y=at, labels=tuple(lines), roles=tuple(roles)))
        y += len(lines) - 1 + _GAP
    return marks, 0


def target(source: Source, model: Model, size: int, mark: str) -> tuple[str, dict[str, str]] | None:
    """The lab and its state behind a finding's mark."""
    seen = findings(source, model, size)
    number = int(mark.removeprefix("finding-")) if mark.startswith("finding-") else len(seen)
    if number >= len(seen):
        return None
    return seen[number].lab, {name: str(value) for name, value in seen[number].state}
