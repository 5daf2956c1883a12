"""Slide λ: the main demonstration. One λ drives bars, geometry, path and error curves that all read one solution."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

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
from regviz.labs._data import SYNTHETIC, DataControls, arriving, data, draw, load, source
from regviz.labs._memo import meanwhile
from regviz.labs._pages import ADVISOR, advice, advice_page, code, elsewhere
from regviz.labs.shrinkage import coefficients, error, geometry, path, preview
from regviz.labs.shrinkage.scene import Scene, chosen, scene, slow, validation
from regviz.labs.shrinkage.solution import Solution, cut, solve
from regviz.labs.shrinkage.words import called, caption, message
from regviz.linear import CrossValidation
from regviz.linear.penalties import PENALTIES
from regviz.linear.snippets import Recipe

Array = NDArray[np.float64]

_SOON = 50_000
"""Numbers in a table up to which its logistic path is there at once."""
_FITTING = Frame(panels=(), readouts=(), caption="Following the path of the logistic fit.")
TOLERANCE = {"squared": 1e-9, "logistic": 1e-8}
"""KKT residual, in units of λ_max, up to which a solution is certified."""


@dataclass(frozen=True)
class ShrinkageState(DataControls):
    """The controls of the shrinkage lab."""

    seed: int = draw(either=(SYNTHETIC, ("fold_order", ("shuffled",))))
    penalty: str = choice("lasso", PENALTIES, place="mode", help="What large coefficients are charged.")
    lam: float = slider(
        0.1, 0.0, 1e15, shown=(1e-4, 10.0), log=True, label="penalty strength", symbol="λ", place="main",
        unless=("penalty", ("none",)), help="How much the penalty counts beside the loss.",
    )  # fmt: skip
    loss: str = choice(
        "automatic", ("automatic", "squared", "logistic"), place="data",
        help="automatic is logistic for a target of two values, squared for all others.",
    )  # fmt: skip
    alpha: float = slider(
        0.5, 0.0, 1.0, symbol="α", label="mixing", when=("penalty", ("elastic-net",)),
        help="1 is the lasso, 0 is ridge.",
    )  # fmt: skip
    groups: str = text(
        "", when=("penalty", ("group-lasso",)),
        help="Blocks of columns, as in A,B;C,D; empty for the table's own blocks.",
    )  # fmt: skip
    group_size: int = integer(
        3, 1, 2_000, shown=(1, 12), when=(("penalty", ("group-lasso",)), ("dataset", ("synthetic",))),
        help="Features in each block of the synthetic data.",
    )  # fmt: skip
    folds: int = integer(10, 2, 1_000, shown=(2, 20), place="validation", help="Folds of the cross-validation.")
    fold_order: str = choice(
        "shuffled", ("shuffled", "interleaved"), place="validation",
        help="shuffled: rows are dealt to folds by the seed; interleaved: row i is in fold i mod K.",
    )  # fmt: skip
    feature_x: int = integer(
        -1, -1, 100_000, shown=(-1, 11), place="view", label="geometry x",
        help="Feature on the geometry's x axis, counted from 0; −1 is the one that matters most.",
    )  # fmt: skip
    feature_y: int = integer(
        -1, -1, 100_000, shown=(-1, 11), place="view", label="geometry y",
        help="Feature on the geometry's y axis, counted from 0; −1 is the next that matters.",
    )  # fmt: skip
    path_axis: str = choice("log-lambda", path.AXES, place="view", help="What the path is drawn over.")
    show_ols: bool = switch(True, place="view", label="least squares", help="Outline the unpenalised coefficients.")


class Shrinkage(Lab):
    """Drag λ: L2 shrinks every coefficient, L1 sets the noise to exact zero."""

    name: ClassVar[str] = "shrinkage"
    title: ClassVar[str] = "Slide λ"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "linear"
    order: ClassVar[int] = 1
    summary: ClassVar[str] = "One λ drives coefficients, geometry, path and error: L2 shrinks, L1 selects."
    State: ClassVar[type[Any]] = ShrinkageState

    def frames(self, state: ShrinkageState) -> Generator[Frame, Any, None]:
        """The picture without, then with cross-validation; at once with it where it is already known."""
        yield from arriving(state.dataset, load.steps(source(state)))
        if _walks_far(state) and not scene.knows(*_scene_key(state)):
            early = preview.first(data(state), state.lam, state.alpha, TOLERANCE["squared"])
            yield early
            yield from meanwhile(early, scene.steps(*_scene_key(state)))
        elif _loss(state) == "logistic" and data(state).problem.X.size > _SOON:
            yield from meanwhile(_FITTING, scene.steps(*_scene_key(state)), 0.0)
        made = scene(*_scene_key(state))
        asked = (*_scene_key(state), state.folds, state.fold_order, state.seed)
        if slow(made) and not validation.knows(*asked):
            first = _frame(state, made, None)
            yield first
            yield from meanwhile(first, validation.steps(*asked))
        cv = validation(*asked)
        if not advice_page.knows(source(state)):
            told = _frame(state, made, cv)
            yield told
            yield from meanwhile(told, advice.steps(source(state)), 0.1)
        yield _frame(state, made, cv, advice_page(source(state)))

    def gesture(self, state: ShrinkageState, gesture: Gesture) -> Mapping[str, Any]:
        """A click on a bar brings its feature into the geometry; a drag on the path moves λ."""
        if gesture.panel == "coefficients" and gesture.kind == "click" and gesture.index >= 0:
            old = chosen(scene(*_scene_key(state)), state.feature_x, state.feature_y)[1]
            return {} if gesture.index == old else {"feature_x": old, "feature_y": gesture.index}
        if gesture.panel == "path" and gesture.kind == "drag" and gesture.mark == "cursor":
            return {"lam": path.lam_at(scene(*_scene_key(state)), state.path_axis, gesture.x)}
        return {}


    def snippets(self, state: ShrinkageState) -> Mapping[str, str]:
        """The fit on screen for scikit-learn, NumPy and R."""
        made = scene(*_scene_key(state))
        return code(
            state,
            Recipe(
                penalty=state.penalty, lam=state.lam, alpha=state.alpha, groups=made.groups, loss=made.loss,
                standardize=state.standardize,
            ),
        )  # fmt: skip


def _scene_key(state: ShrinkageState) -> tuple[Any, str, str, float, str, int]:
    mixing = state.alpha if state.penalty == "elastic-net" else 0.0
    groups = (state.groups, state.group_size) if state.penalty == "group-lasso" else ("", 1)
    return source(state), _loss(state), state.penalty, mixing, *groups


def _walks_far(state: ShrinkageState) -> bool:
    """Whether the path takes long enough to show one solution first."""
    mixed = state.penalty == "elastic-net" and 0.0 < state.alpha < 1.0 and state.lam > 0.0
    return mixed and data(state).problem.p >= preview.WIDE and _loss(state) == "squared"


def _loss(state: ShrinkageState) -> str:
    """The loss in use: logistic for a target of two values unless squared is asked for."""
    return "squared" if state.loss == "squared" or data(state).outcomes is None else "logistic"


def _readouts(made: Scene, found: Solution, cv: CrossValidation | None) -> tuple[Readout, ...]:
    w = found.w
    chosen = None if cv is None or made.path.penalty == "none" else cv
    values: dict[str, Any] = {
        "lam": found.lam, "lam_max": made.path.lam_max, "lam_min": None if chosen is None else chosen.lam_min,
        "lam_1se": None if chosen is None else chosen.lam_1se, "zeros": int(np.count_nonzero(w == 0.0)),
        "intercept": _intercept(made, found), "kkt": found.kkt,
        "train_mse": found.train, "validation_mse": found.validation, "l1_norm": float(np.abs(w).sum()),
        "l2_norm": float(np.linalg.norm(w)), "df": found.df, "objective": found.objective,
    }  # fmt: skip
    if made.data.test_error is not None:
        values["test_mse"] = made.data.test_error(*made.problem.unscale(w))
    if made.loss == "logistic":
        values |= {"train_deviance": values["train_mse"], "validation_deviance": values["validation_mse"]}
        values |= {"train_mse": None, "validation_mse": None}
    return tuple(Readout(name=name, value=value, label=_LABELS[name]) for name, value in values.items())


def _intercept(made: Scene, found: Solution) -> float:
    """On the data's own scale."""
    intercept, coef = made.problem.unscale(found.w)
    return float(intercept) if found.point is None else float(found.point.bias - coef @ made.problem.means)


_LABELS = {
    "lam": "λ", "lam_max": "λ max", "lam_min": "λ min", "lam_1se": "λ 1SE", "zeros": "exact zeros",
    "intercept": "intercept (not penalised)", "kkt": "KKT residual", "train_mse": "train error",
    "validation_mse": "validation error", "test_mse": "test error",
    "train_deviance": "train deviance", "validation_deviance": "validation deviance", "l1_norm": "‖w‖₁",
    "l2_norm": "‖w‖₂", "df": "degrees of freedom", "objective": "objective",
}  # fmt: skip


def _frame(state: ShrinkageState, made: Scene, cv: CrossValidation | None, advice: str = "") -> Frame:
    problem = made.problem
    found = solve(made, 0.0 if state.penalty == "none" else state.lam, cv)
    places = (-1.0, float(problem.p - 1))
    names = ("automatic", *problem.names)
    return Frame(
        panels=_panels(state, made, found, cv), readouts=_readouts(made, found, cv),
        caption=caption(made, state.penalty, found.lam, found.w), message=message(made, state.loss),
        subtitle=f"{called(state.penalty)}, {made.data.title}",
        formula=state.penalty + ("-logistic" if made.loss == "logistic" else ""),
        equation=f"{show(found.loss)} + {show(found.charge)} = {show(found.objective)}",
        parts=tuple(
            Part(label=name, value=value, role=name)
            for name, value in (("loss", found.loss), ("penalty", found.charge))
        ),
        certificate=Certificate(name="KKT residual", value=found.kkt, tolerance=TOLERANCE[made.loss]),
        pages=_pages(state, made, found.lam, advice),
        progress=0.5 if cv is None else None, status="running" if cv is None else "exact",
        limits={"lam": made.limits, "feature_x": places, "feature_y": places},
        options={"feature_x": names, "feature_y": names, "target": made.data.targets},
    )  # fmt: skip


def _pages(state: ShrinkageState, made: Scene, lam: float, advice: str) -> dict[str, str]:
    said = advice or "The advisor is reading the table."
    return elsewhere(made.data.y, state.penalty, lam, state.alpha, made.loss) | {ADVISOR: said}


def _panels(state: ShrinkageState, made: Scene, found: Solution, cv: CrossValidation | None) -> tuple[Panel, ...]:
    problem = made.problem
    pair = chosen(made, state.feature_x, state.feature_y)
    bars = coefficients.panel(made, found.w, pair, state.show_ols)
    curves = path.panel(made, found.lam, found.w, found.df, state.path_axis)
    errors = error.panel(made, cv, found.lam, found.train, found.validation)
    if problem.p == 1:
        return bars, curves, errors
    return bars, geometry.panel(made, cut(made, found, *pair), pair), curves, errors


lab = Shrinkage()
