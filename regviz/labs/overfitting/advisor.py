"""The advisor's findings on the training rows, as a page of text; a click on one leads to the lab that shows why."""

import itertools
import textwrap
from collections.abc import Sequence

import numpy as np

from regviz.data.steps import Steps
from regviz.lab import Axis, Mark, Panel, Readout, Text, show
from regviz.labs._memo import gradual
from regviz.labs.overfitting.curves import NOUNS
from regviz.labs.overfitting.fits import Fit, Model, system
from regviz.labs.overfitting.rows import TRAIN, VALIDATION, Source, rows
from regviz.linear.advise import Finding, advising

LINES = 30
"""Lines of text on the page."""
COLUMNS = 80
"""Characters in a line, so that it fits beside another panel at any text size."""
_GAP = 1.6


PENALTIES = {"none": "no penalty", "ridge": "ridge", "lasso": "lasso", "elastic-net": "elastic net"}
"""How a sentence calls them."""


@gradual(32)
def findings(source: Source, model: Model, size: int) -> Steps[tuple[Finding, ...]]:
    """What the advisor sees in the training rows: of a table in all its features, else in the columns of the basis."""
    made = rows(source)
    table = made.given.table
    if table is None or made.touched.any() or made.given.left_out:
        X = system(source, model.basis, model.seed, size).problem
        names = tuple(f"{NOUNS[model.basis].removesuffix('s')} {j + 1}" for j in range(X.p))
        seen = yield from advising(X.X * X.scales + X.means, made.train[1], names=names)
        return tuple(seen)
    kept = made.row[made.of(TRAIN)]
    seen = yield from advising(table.X[kept], table.y[kept], names=table.names, groups=table.groups)
    return tuple(seen)


def judged(found: Fit, model: Model) -> str:
    """What training and validation error say about the present fit, in one sentence."""
    train, validation = found.errors[TRAIN], found.errors[VALIDATION]
    start = f"The present fit ({NOUNS[model.basis]} {found.size}, {PENALTIES[model.penalty]})"
    if validation is None or train is None:
        return f"{start} has no validation rows to be judged by."
    if train <= 1e-9 * validation:
        return f"{start} passes through every training row; its error on validation rows is {show(validation)}."
    ratio = validation / train
    return f"{start} errs {show(ratio)} times as much on validation rows ({show(validation)}) as on training rows."


def takes_long(source: Source) -> bool:
    """Whether the findings come only after a first picture."""
    table = rows(source).given.table
    return table is not None and rows(source).n * table.p > 5_000


def panel(source: Source, model: Model, found: Fit, ready: bool) -> Panel:
    """The page: the judgement of the present fit, then every finding with where to look.

    Where they do not all fit in full the last ones are told in short. Until ``ready`` the findings are not asked for.
    """
    seen = findings(source, model, found.size) if ready else ()
    told, short = within_page(seen)
    blocks = [("fit", textwrap.wrap(judged(found, model), COLUMNS), 0)]
    blocks += [(f"finding-{k}", lines, links) for k, (lines, links) in enumerate(told)]
    note = f"{len(seen)} findings" + (f", {short} of them in short" if short else "") if ready else "reading the table"
    return Panel(
        key="advisor", title="Advisor", x=_AXES[0], y=_AXES[1], marks=tuple(_page(blocks)),
        readouts=(Readout(name="findings", value=note, role="muted"),),
    )  # fmt: skip


_AXES = (Axis(low=0.0, high=1.0, hidden=True), Axis(low=-LINES, high=0.5, hidden=True))


def within_page(seen: Sequence[Finding]) -> tuple[list[tuple[list[str], int]], int]:
    """Lines of each finding with how many of them say where to look, and how many findings are told in short.

    In short is first without what follows from the finding and then by its kind alone, the last findings first.
    """
    levels = [_FULL] * len(seen)
    for level, k in itertools.product((_SEEN, _KIND), reversed(range(len(seen)))):
        if _height(_told(seen, levels)) <= LINES:
            break
        levels[k] = level
    return _told(seen, levels), sum(level != _FULL for level in levels)


_FULL, _SEEN, _KIND = range(3)
_JUDGED = 3
"""Lines kept for the judgement of the present fit."""


def _height(told: list[tuple[list[str], int]]) -> float:
    return _JUDGED + sum(len(lines) + _GAP - 1.0 for lines, _ in told)


def _told(seen: Sequence[Finding], levels: Sequence[int]) -> list[tuple[list[str], int]]:
    return [_lines(each, level) for each, level in zip(seen, levels, strict=True)]


def _lines(finding: Finding, level: int) -> tuple[list[str], int]:
    if level == _KIND:
        return [f"{finding.key} → {finding.lab}"], 1
    said = textwrap.wrap(f"{finding.says} {finding.means}" if level == _FULL else finding.says, COLUMNS)
    links = textwrap.wrap(arrow(finding), COLUMNS)
    return [*said, *links], len(links)


def arrow(finding: Finding) -> str:
    """Where to look, with the state that shows it."""
    shown = ", ".join(f"{name} = {value:.3g}" if isinstance(value, float) else f"{name} = {value}"
                      for name, value in finding.state)  # fmt: skip
    return f"→ {finding.lab}" + (f" ({shown})" if shown else "")


def _page(blocks: list[tuple[str, list[str], int]]) -> list[Mark]:
    """Text marks from the top down, one for each block of lines, the last of which say where to look."""
    marks: list[Mark] = []
    y = 0.0
    for key, lines, links in blocks:
        roles = ("text",) * (len(lines) - links) + ("accent",) * links
        at = -(y + np.arange(len(lines), dtype=np.float64))
        role = "accent" if links else "text"
        marks.append(
            Text(key=key, role=role, x=np.zeros(len(lines)), y=at, labels=tuple(lines), roles=roles, prose=True)
        )
        y += len(lines) - 1 + _GAP
    return marks


def target(source: Source, model: Model, size: int, mark: str) -> tuple[str, dict[str, str]] | None:
    """The lab and its state behind a finding's mark."""
    seen = findings(source, model, size)
    number = int(mark.removeprefix("finding-")) if mark.startswith("finding-") else len(seen)
    if number >= len(seen):
        return None
    return seen[number].lab, {name: str(value) for name, value in seen[number].state}
