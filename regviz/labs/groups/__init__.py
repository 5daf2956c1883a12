"""Whole blocks in or out: lasso, sparse group lasso and group lasso on one λ, and proximal gradient step by step."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar, Literal

import numpy as np

from regviz.data import bundled_names
from regviz.lab import (
    Certificate,
    Frame,
    Gesture,
    Lab,
    Panel,
    Part,
    Readout,
    choice,
    integer,
    show,
    slider,
    switch,
    text,
)
from regviz.lab.controls import Except
from regviz.labs._data import DataControls, Source, arriving, draw, load, source
from regviz.labs._memo import meanwhile
from regviz.labs._pages import CONVENTIONS, elsewhere
from regviz.labs.groups import bars, descent, path
from regviz.labs.groups.code import code
from regviz.labs.groups.design import LAGS, Design, Key, designed
from regviz.labs.groups.scene import (
    HUGE,
    LARGE,
    METHODS,
    SPAN,
    Norms,
    Solution,
    held,
    lam_max,
    norms,
    solution,
    solved,
    solving,
    stairs,
    top,
)
from regviz.labs.groups.words import caption, message, sparse_page

TOLERANCE = 1e-9
"""KKT residual, in units of max_j |x_jᵀy|/n, up to which a solution is certified."""
STARTS = ("zero", "least squares")
SINGLE = ("synthetic", *(name for name in bundled_names() if name != "birthwt"))
"""Data without blocks of their own."""
_MADE = ("dataset", (LAGS, "synthetic"))
_LAGS = ("dataset", (LAGS,))
_SYNTHETIC = ("dataset", ("synthetic",))


@dataclass(frozen=True)
class GroupsState(DataControls):
    """The controls of the groups lab."""

    dataset: str = choice(
        LAGS, (LAGS, "synthetic", *(n for n in bundled_names() if n != "mcycle")), free=True, place="data",
        label="data set",
        help="Lagged series, one block each; synthetic features; a bundled table; or the path of your own CSV file.",
    )  # fmt: skip
    target: str = text("", place="data", unless=_MADE, help="Column to predict; empty for the table's usual target.")
    n: int = integer(
        80, 5, 20_000, shown=(10, 400), place="data", when=_MADE, label="rows", symbol="n", help="Training rows."
    )
    noise: float = slider(
        2.0, 0.0, 1e6, shown=(0.0, 10.0), place="data", when=_MADE, symbol="σ",
        help="Standard deviation of the noise in the target.",
    )  # fmt: skip
    rho: float = slider(
        0.5, 0.0, 0.999, place="data", when=_MADE, symbol="ρ", label="correlation",
        help="How alike neighbouring lags, or synthetic features, are.",
    )  # fmt: skip
    seed: int = draw(when=_MADE)
    series: int = integer(
        6, 1, 200, shown=(1, 20), place="data", when=_LAGS, help="Time series; the lags of each are one block."
    )
    lags: int = integer(5, 1, 100, shown=(1, 12), place="data", when=_LAGS, help="Lags of each series.")
    informative_series: int = integer(
        2, 0, 200, shown=(0, 10), place="data", when=_LAGS, label="informative series",
        help="Series whose lags have true coefficients (at most all of them).",
    )  # fmt: skip
    groups: str = text(
        "", place="blocks", label="blocks", help="Blocks of columns, as in A,B;C,D; empty for the block size below."
    )
    group_size: int = integer(
        0, 0, 2_000, shown=(0, 12), place="blocks", label="block size", when=("groups", ("",)),
        help="Neighbouring columns in each block; 0 for the data's own blocks: series, coded categories.",
    )  # fmt: skip
    penalty: str = choice(
        "group-lasso", METHODS, place="mode", help="Whose norms and whose proximal gradient the lower panels show."
    )
    step: int = integer(
        1, 0, descent.STEPS, shown=(0, descent.STEPS), symbol="step", place="main", help="Step of proximal gradient."
    )
    lam: float = slider(
        0.6, 1e-12, 1e15, shown=(1e-3, 10.0), log=True, label="penalty strength", symbol="λ",
        help="How much each of the three penalties counts beside the loss.",
    )  # fmt: skip
    alpha: float = slider(
        0.5, 0.0, 1.0, symbol="α", label="mixing",
        either=(("dataset", Except(SINGLE)), ("groups", Except(("",))), ("group_size", Except((0, 1)))),
        help="Of the sparse group lasso: 1 is the lasso, 0 is the group lasso.",
    )  # fmt: skip
    rate: float = slider(
        1.0, 0.05, 4.0, shown=(0.05, 2.5), symbol="ηL", label="step length", place="steps",
        help="Length η of the gradient step in units of 1/L; the objective never rises up to 1.",
    )  # fmt: skip
    start: str = choice("zero", STARTS, place="steps", help="Where proximal gradient starts.")
    block: int = integer(
        -1, -1, 2_000, shown=(-1, 5), place="view", help="Block whose plane is shown; −1 for the one of largest norm."
    )
    entry_test: bool = switch(
        False, place="view", help="Show the test that lets a block in instead of the norms over λ."
    )


class GroupsLab(Lab):
    """Drag λ: the group lasso takes whole blocks in or out, the lasso single features."""

    name: ClassVar[str] = "groups"
    title: ClassVar[str] = "Whole blocks"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "linear"
    order: ClassVar[int] = 6
    summary: ClassVar[str] = "Group lasso, sparse group lasso and lasso on one λ: whole blocks in or out."
    State: ClassVar[type[Any]] = GroupsState

    def frames(self, state: GroupsState) -> Generator[Frame, Any, None]:
        """The picture without, then with the norms over λ; at once with them where they are known or not shown."""
        yield from arriving(state.dataset, load.steps(design_key(state).source))
        made = designed(design_key(state))
        asked = made, state.penalty, state.alpha
        if made.problem.p > HUGE or (made.problem.p > LARGE and not _near(state, made)):
            yield from _down_to(state, made)
        if state.entry_test:
            yield _frame(state, made, None, True)
            return
        if not norms.knows(*asked) and (state.penalty != "lasso" or made.problem.p > LARGE):
            first = _frame(state, made, None, False)
            yield first
            least = 0.0 if made.problem.p > HUGE else 0.004 if made.problem.p > LARGE else 0.1
            yield from meanwhile(first, norms.steps(*asked), least)
        yield _frame(state, made, norms(*asked), True)

    def gesture(self, state: GroupsState, gesture: Gesture) -> Mapping[str, Any]:
        """A click on a bar shows its block in the plane."""
        if gesture.kind != "click" or gesture.index < 0 or gesture.mark not in ("coefficients", "margins"):
            return {}
        made = designed(design_key(state))
        if gesture.mark == "margins":
            return {"block": gesture.index}
        return {"block": int(np.searchsorted(made.starts, gesture.index, side="right")) - 1}

    def snippets(self, state: GroupsState) -> Mapping[str, str]:
        """The fit of the chosen penalty as code."""
        key = design_key(state)
        made = designed(key)
        return code(state, key, made, state.penalty, held(made, state.lam), state.alpha)


def _near(state: GroupsState, made: Design) -> bool:
    """Whether the solutions at the next λ above are known, so that those asked for are one step away."""
    return solved(made, stairs(made, held(made, state.lam))[-1], state.alpha)


def _down_to(state: GroupsState, made: Design) -> Generator[Frame, Any, None]:
    """On a large table the pictures at larger λ on the way to the one that is asked for, from the last one known."""
    lam = held(made, state.lam)
    way = (*stairs(made, lam), lam)
    for above, below in pairwise(way):
        if solved(made, below, state.alpha):
            continue
        early = _frame(replace(state, lam=above), made, None, False)
        early = replace(early, message=f"Shown at λ = {show(above)}, on the way to λ = {show(lam)}.")
        yield early
        yield from meanwhile(early, solving(made, below, state.alpha), 0.0)


def design_key(state: GroupsState) -> Key:
    """The part of ``state`` that data and blocks depend on."""
    found, series = source(state), (0, 0, 0, 0, 0.0, 0.0, 0)
    if state.dataset == LAGS:
        found = Source(LAGS, "", (), state.standardize, 0)
        series = (
            state.n, state.series, state.lags, min(state.informative_series, state.series), state.noise, state.rho,
            state.seed,
        )  # fmt: skip
    return Key(found, series, state.groups, state.group_size)


def _frame(state: GroupsState, made: Design, curves: Norms | None, whole: bool) -> Frame:
    lam = held(made, state.lam)
    found = {method: solution(made, method, lam, state.alpha) for method in METHODS}
    done = descent.run(made, state.penalty, lam, state.alpha, state.rate, state.start)
    step = min(state.step, done.descent.steps)
    now = found[state.penalty]
    charge = now.penalty.value(now.w)
    last = float(len(made.groups) - 1)
    return Frame(
        panels=_panels(state, made, lam, found, done, step, curves), caption=caption(made, lam, found),
        readouts=_readouts(state, made, lam, found, done, step),
        message=message(made, state.lam, done), subtitle=made.data.title, formula=state.penalty,
        equation=f"{show(now.objective - charge)} + {show(charge)} = {show(now.objective)}",
        parts=(
            Part(label="loss", value=now.objective - charge, role="loss"),
            Part(label="penalty", value=charge, role="penalty"),
        ),
        certificate=Certificate(
            name="KKT residual", value=max(each.kkt for each in found.values()), tolerance=TOLERANCE,
            text="the largest of the three solutions",
        ),
        pages=_elsewhere(state, made, lam),
        status="diverged" if done.descent.diverged else "exact" if whole else "running",
        progress=None if whole else 0.0,
        limits={"lam": (SPAN * top(made), 1.3 * top(made)), "block": (-1.0, max(last, 0.0))},
        options={"block": ("automatic", *made.names), "target": made.data.targets},
    )  # fmt: skip


def _elsewhere(state: GroupsState, made: Design, lam: float) -> dict[str, str]:
    """The strength in other conventions; the sparse group lasso is stated alike wherever there is one."""
    if state.penalty != "sparse-group-lasso":
        return elsewhere(made.data.y, state.penalty, lam)
    return {CONVENTIONS: sparse_page(lam, state.alpha)}


def _panels(
    state: GroupsState, made: Design, lam: float, found: dict[str, Solution], done: descent.Run, step: int,
    curves: Norms | None,
) -> tuple[Panel, ...]:  # fmt: skip
    shown = [bars.panel(made, method, found) for method in METHODS]
    if state.entry_test:
        shown.append(path.entry_panel(made, found["group-lasso"], lam))
    else:
        shown.append(path.panel(made, state.penalty, state.alpha, lam, found[state.penalty], curves))
    block = descent.chosen(made, found[state.penalty], state.block)
    return (*shown, descent.plane_panel(done, step, block), descent.objective_panel(done, step))


def _readouts(
    state: GroupsState, made: Design, lam: float, found: dict[str, Solution], done: descent.Run, step: int
) -> tuple[Readout, ...]:
    now = found[state.penalty]
    own = [
        Readout(name="lam", label="λ", value=lam),
        Readout(name="lam_max", label="λ max", value=lam_max(made, state.penalty, state.alpha)),
        Readout(name="blocks", label="blocks in", value=int(np.count_nonzero(now.inside))),
        Readout(name="zeros", label="exact zeros", value=int(np.count_nonzero(now.w == 0.0))),
        Readout(name="kkt", label="KKT residual", value=now.kkt),
        Readout(name="objective", label="objective", value=now.objective),
        Readout(name="step_objective", label="objective at this step", value=_finite(done.descent.objective[step])),
    ]
    if made.data.test_error is not None:
        for method, each in found.items():
            error = made.data.test_error(*made.problem.unscale(each.w))
            name = "test_" + method.replace("-", "_")
            own.append(Readout(name=name, label=f"test error, {method.replace('-', ' ')}", value=error, role="test"))
    return tuple(own)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


lab = GroupsLab()
