"""The whole path in one pass: LARS, the lasso and stagewise walked knot by knot, and λ chosen on it."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np

from regviz.data.steps import Steps
from regviz.lab import Certificate, Frame, Gesture, Lab, Panel, Readout, choice, integer, show, slider
from regviz.lab.controls import When
from regviz.labs._data import SYNTHETIC, DataControls, arriving, draw, load, source
from regviz.labs._memo import meanwhile
from regviz.labs._pages import elsewhere
from regviz.labs.path import bars, beside, choosing, curves, papers, places, words
from regviz.labs.path.code import fits_code, preset_code, walk_code
from regviz.labs.path.scene import Scene, explained, scene
from regviz.linear import CrossValidation
from regviz.linear.lars import METHODS
from regviz.linear.presets import PRESETS

TOLERANCE = 1e-9
"""Violation of the ties, in units of λ_max, up to which a walk is certified."""
_SLOW = 20_000
"""Numbers in X from which on cross-validation shows its progress."""
VIEWS = ("walk", "methods", "penalties", "choose")
_FOLLOWED = "The walk, while the paths of this view are followed."
_NO_PRESET = ("preset", ("none",))


@dataclass(frozen=True)
class PathState(DataControls):
    """The controls of the path lab."""

    only_while: ClassVar[Mapping[str, When]] = {"data": _NO_PRESET}

    dataset: str = choice(
        "diabetes", DataControls.__dataclass_fields__["dataset"].metadata["control"]["choices"], free=True,
        place="data", label="data set",
        help="Synthetic data with a known truth, a bundled table, or the path of your own CSV file.",
    )  # fmt: skip
    seed: int = draw(either=((SYNTHETIC, ("view", ("choose",))), (SYNTHETIC, ("fold_order", ("shuffled",)))))
    view: str = choice(
        "walk", VIEWS, place="mode", when=_NO_PRESET,
        help="Walk one method, compare methods, compare penalties, or choose λ.",
    )  # fmt: skip
    step: int = integer(
        3, 0, 100_000, shown=(0, 12), symbol="step", place="main", unless=("preset", ("esl-table-3.3",)),
        help="Knot of the path: 0 is the empty model.",
    )  # fmt: skip
    within: float = slider(
        0.0, 0.0, 1.0, label="on the way", when=_NO_PRESET, help="Share of the way to the next knot."
    )
    method: str = choice("lasso", METHODS, when=_NO_PRESET, help="How the tied features may move.")
    penalty: str = choice(
        "lasso", choosing.PENALTIES, when=(("view", ("choose",)), _NO_PRESET), help="Whose λ is chosen."
    )
    alpha: float = slider(
        0.5, 0.05, 0.95, symbol="α", label="mixing", when=(("view", ("penalties", "choose")), _NO_PRESET),
        either=(("view", ("penalties",)), ("penalty", ("elastic-net",))),
        help="The elastic net's mixing: 1 is the lasso, 0 is ridge.",
    )  # fmt: skip
    folds: int = integer(
        10, 2, 1_000, shown=(2, 20), place="validation", when=(("view", ("choose",)), _NO_PRESET),
        help="Folds of the cross-validation.",
    )  # fmt: skip
    fold_order: str = choice(
        "shuffled", ("shuffled", "interleaved"), place="validation", when=(("view", ("choose",)), _NO_PRESET),
        help="shuffled: rows are dealt to folds by the seed; interleaved: row i is in fold i mod K.",
    )  # fmt: skip
    path_axis: str = choice(
        "l1-share", places.AXES, place="view", when=(("view", ("walk", "methods")), _NO_PRESET),
        label="path over", help="What the paths are drawn over.",
    )  # fmt: skip
    drawn: str = choice(
        "exact", ("exact", "often-drawn"), place="view", when=(("view", ("walk", "methods", "penalties")), _NO_PRESET),
        help="often-drawn: knots joined on the log axis, ridge as if it shrank every coefficient alike.",
    )  # fmt: skip
    preset: str = choice(
        "none", ("none", *PRESETS), place="view", label="paper",
        help="Published numbers beside ours, on the paper's own data.",
    )  # fmt: skip


class PathLab(Lab):
    """Walk the path: correlations fall together, features tie, enter and sometimes leave."""

    name: ClassVar[str] = "path"
    title: ClassVar[str] = "The whole path in one pass"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "linear"
    order: ClassVar[int] = 3
    summary: ClassVar[str] = "LARS, the lasso and stagewise knot by knot: ties, entries and drops, and how λ is chosen."
    State: ClassVar[type[Any]] = PathState

    def frames(self, state: PathState) -> Generator[Frame, Any, None]:
        """The picture; when λ is chosen first without, then with cross-validation."""
        yield from arriving(state.dataset, load.steps(source(state)))
        if state.preset != "none":
            yield _paper(state)
            return
        made = scene(source(state), state.method)
        yield from _meanwhile_walking(state, made)
        if state.view != "choose":
            yield _frame(state, made, _panels(state, made), None)
            return
        first = _frame(state, made, _panels(state, made), None, done=False)
        yield first
        folds = choosing.Folds(state.folds, state.fold_order, state.seed)
        asked = source(state), state.penalty, state.alpha, folds
        if made.walk.problem.X.size > _SLOW:
            yield from meanwhile(first, choosing.validation.steps(*asked))
        cv = choosing.validation(*asked)
        yield _frame(state, made, _panels(state, made, cv), cv)

    def gesture(self, state: PathState, gesture: Gesture) -> Mapping[str, Any]:
        """A drag or click on a path moves along it; a click on a criterion's diamond goes to its λ."""
        if state.preset != "none" or gesture.kind == "double-click":
            return {}
        made = scene(source(state), state.method)
        return _moved(made, gesture.x, _axis_of(state, gesture.panel), _dragged(state, made, gesture.panel))

    def snippets(self, state: PathState) -> Mapping[str, str]:
        """The walk, the fits of this view at this λ, or the published numbers, as code."""
        if state.preset != "none":
            return preset_code(state.preset)
        made = scene(source(state), state.method)
        lam = made.walk.lam_at(_place(state, made))
        if state.view in ("penalties", "choose"):
            shown = beside.PENALTIES if state.view == "penalties" else (state.penalty,)
            return fits_code(state, shown, lam, state.alpha)
        return walk_code(state, state.method, lam)


def _meanwhile_walking(state: PathState, made: Scene) -> Generator[Frame, Any, None]:
    """On a large table the walk, until the paths that the view compares or chooses on are there."""
    key = source(state)
    if made.walk.problem.X.size <= _SLOW:
        return
    if state.view == "penalties" and not beside.known(key, state.alpha):
        steps: Steps[Any] = beside.following_all(key, state.alpha)
    elif state.view == "choose" and not choosing.choice.knows(key, state.penalty, state.alpha):
        steps = choosing.choice.steps(key, state.penalty, state.alpha)
    else:
        return
    walking = replace(state, view="walk")
    early = replace(_frame(walking, made, _panels(walking, made), None, done=False), message=_FOLLOWED)
    yield early
    yield from meanwhile(early, steps)


def _place(state: PathState, made: Scene) -> float:
    """Where on the walk the state stands."""
    return min(state.step + state.within, float(made.walk.steps))


def _axis_of(state: PathState, panel: str) -> str:
    """The kind of x axis of a panel; "" for panels that cannot be dragged along."""
    if panel in ("path", "ties") or (state.view == "methods" and panel.startswith("path-")):
        return state.path_axis
    return "" if panel in ("kkt", "direction") else "log-lambda"


def _dragged(state: PathState, made: Scene, panel: str) -> Scene:
    """The walk that a panel shows."""
    method = panel.removeprefix("path-")
    return scene(source(state), method) if state.view == "methods" and method in METHODS else made


def _moved(made: Scene, x: float, kind: str, shown: Scene) -> dict[str, Any]:
    if not kind or not made.walk.steps:
        return {}
    if kind == "log-lambda":
        place = made.walk.place_of(x)
    else:
        place = places.place_at(shown, x, kind)
        place = place if shown is made else made.walk.place_of(shown.walk.lam_at(place))
    step = int(place)
    return {"step": step, "within": min(place - step, 1.0)}


def _panels(state: PathState, made: Scene, cv: CrossValidation | None = None) -> tuple[Panel, ...]:
    place, key = _place(state, made), source(state)
    lam = made.walk.lam_at(place)
    if state.view == "methods":
        return beside.method_panels(key, lam, state.path_axis, state.drawn)
    if state.view == "penalties":
        return beside.penalty_panels(key, lam, state.alpha, state.drawn)
    if state.view == "choose":
        return choosing.panels(key, state.penalty, state.alpha, lam, cv)
    return (
        curves.path_panel(made, place, state.path_axis, state.drawn), curves.ties_panel(made, place, state.path_axis),
        bars.kkt_panel(made, place), bars.direction_panel(made, place),
    )  # fmt: skip


def _caption(state: PathState, made: Scene, lam: float, cv: CrossValidation | None) -> str:
    key = source(state)
    if state.view == "methods":
        return words.methods(beside.apart(key))
    if state.view == "penalties":
        found = {p: beside.curves(key, p, state.alpha).path.df_at(lam) for p in beside.PENALTIES}
        return words.penalties(
            lam, {beside.NAMES[p].lower(): df for p, df in found.items()}, len(beside.ridge_crossings(key, state.alpha))
        )
    if state.view == "choose":
        return words.choosing(choosing.choice(key, state.penalty, state.alpha), cv)
    return words.walking(made, _place(state, made))


def _frame(
    state: PathState, made: Scene, panels: tuple[Panel, ...], cv: CrossValidation | None, done: bool = True
) -> Frame:  # fmt: skip
    lam = made.walk.lam_at(_place(state, made))
    chosen = choosing.choice(source(state), state.penalty, state.alpha) if state.view == "choose" else None
    return Frame(
        panels=panels, readouts=(*_readouts(state, made), *_choices(state, chosen, cv)),
        caption=_caption(state, made, lam, cv), message=words.message(made, state.view, chosen, _idle(state)),
        status="exact" if done else "running", progress=None if done else 0.5,
        subtitle=made.data.title, formula="lasso" if state.method == "lasso" and state.view == "walk" else "",
        equation=words.equation(state.view, lam, cv),
        certificate=Certificate(name="ties", value=made.walk.residual, tolerance=TOLERANCE,
                                text="largest violation of the ties at all knots, in units of λ_max"),
        pages=elsewhere(made.walk.problem.y, state.penalty if state.view == "choose" else "lasso", lam, state.alpha),
        limits={"step": (0.0, float(max(made.walk.steps, 1)))}, options={"target": made.data.targets},
    )  # fmt: skip


def _idle(state: PathState) -> bool:
    """Whether the often-drawn picture is asked for where it looks like the exact one."""
    return state.drawn == "often-drawn" and state.view in ("walk", "methods") and state.path_axis != "log-lambda"


def _readouts(state: PathState, made: Scene) -> tuple[Readout, ...]:
    walk, place = made.walk, _place(state, made)
    lam, w = walk.lam_at(place), walk.coef_at(place)
    root, shares = float(np.sqrt(walk.problem.n)), float(explained(walk, w[None])[0])
    dropped = None if walk.first_drop is None else float(walk.lams[walk.first_drop])
    values: tuple[tuple[str, str, Any], ...] = (
        ("step", "step", min(state.step, walk.steps)), ("steps", "of", walk.steps), ("lam", "λ", lam),
        ("lam_unit", "λ½ on unit-length columns", lam * root), ("active", "active", int(np.count_nonzero(w))),
        ("l1_norm", "‖w‖₁", float(np.abs(w).sum())), ("deviance", "deviance explained", shares),
        ("df", "degrees of freedom", int(places.active(made, place)) if state.method == "lasso" else None),
        ("first_drop", "first drop at λ", dropped), ("kkt", "tie residual", walk.residual),
    )  # fmt: skip
    return tuple(Readout(name=name, label=label, value=value, digits=4) for name, label, value in values)


def _choices(state: PathState, found: choosing.Choice | None, cv: CrossValidation | None) -> tuple[Readout, ...]:
    if found is None:
        return ()
    chosen = {f"lam_{name}": found.best(name) if name in found.values else None for name in choosing.TITLES}
    crossed = {"lam_min": None if cv is None else cv.lam_min, "lam_1se": None if cv is None else cv.lam_1se}
    labels = {"lam_min": "λ min", "lam_1se": "λ 1SE"}
    return tuple(
        Readout(name=name, label=labels.get(name, f"λ {name.removeprefix('lam_').upper()}"), value=value, digits=4)
        for name, value in (crossed | chosen).items()
    )


def _paper(state: PathState) -> Frame:
    agreeing, count, worst = papers.agreement(state.preset)
    return Frame(
        panels=papers.panels(state.preset, state.step), caption=words.preset(state.preset),
        subtitle=papers.TITLES[state.preset],
        readouts=(
            Readout(name="published", label="published numbers", value=count),
            Readout(name="agreeing", label="agreeing", value=agreeing),
            Readout(name="largest_difference", label="largest difference", value=worst, digits=2),
        ),
        message=f"The data set controls do not apply: the numbers belong to {show(_DATA[state.preset])}.",
        limits={"step": (0.0, 12.0)},
    )  # fmt: skip


_DATA = {"efron-2004": "the diabetes data", "esl-table-3.3": "the prostate data with row 32 corrected"}

lab = PathLab()
