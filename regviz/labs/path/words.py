"""What the path lab says: captions, and notes on data and limits."""

from collections.abc import Mapping

import numpy as np

from regviz.lab import show
from regviz.labs.path.beside import Apart
from regviz.labs.path.choosing import TITLES, Choice
from regviz.labs.path.papers import agreement
from regviz.labs.path.places import counted
from regviz.labs.path.scene import Scene
from regviz.linear import CrossValidation
from regviz.linear.lars import LarsWalk
from regviz.linear.notes import twin_names

_METHODS = {"lars": "LARS", "lasso": "The lasso", "stagewise": "Forward stagewise"}
_MOST = 4
_COMPARED = 500


def equation(view: str, lam: float, cv: CrossValidation | None) -> str:
    """What holds at the cursor, or how the one-standard-error rule chooses, with the live numbers."""
    if view != "choose":
        return f"max |xⱼᵀr|/n = λ = {show(lam, 4)}"
    return "" if cv is None else f"λ 1SE = largest λ within one SE of the least error = {show(cv.lam_1se, 4)}"


def walking(made: Scene, place: float) -> str:
    """One sentence on what happens at ``place`` and what comes next."""
    walk, step = made.walk, int(place)
    if not walk.steps:
        return "No feature is correlated with the target, so nothing ever enters."
    name = _METHODS[walk.method]
    if step >= walk.steps:
        end = "least squares is reached" if walk.complete else "the walk ends here"
        return f"{name} has made {walk.steps} steps for {walk.problem.p} features, and {end}."
    moving = np.flatnonzero(walk.moving(step)).tolist()
    changes = _changes(walk, step) if place == step else ""
    start = f"{name}, step {step} of {walk.steps}, λ = {show(walk.lam_at(place))}: {changes}"
    verb = "moves until" if len(moving) == 1 else "move with tied correlations until"
    return f"{start}{_listed(walk, moving)} {verb} {_next(walk, step + 1)}."


def _changes(walk: LarsWalk, step: int) -> str:
    group = walk.events[step]
    words = [
        f"{_listed(walk, [j for j, way in group if way == sign])} {verb}"
        for sign, verb in ((1, "in"), (-1, "out")) if any(way == sign for _, way in group)
    ]  # fmt: skip
    return " and ".join(words) + "; " if words else ""


def _next(walk: LarsWalk, knot: int) -> str:
    lam = show(float(walk.lams[knot]))
    group = walk.events[knot]
    if not group:
        return "λ = 0" if walk.complete and knot == walk.steps else f"λ = {lam}"
    entering, leaving = ([j for j, way in group if way == sign] for sign in (1, -1))
    words = [f"{_listed(walk, entering)} ties"] if entering else []
    words += [f"{_listed(walk, leaving)} {'reaches zero' if walk.method == 'lasso' else 'stops'}"] if leaving else []
    return f"{' and '.join(words)} at λ = {lam}"


def _listed(walk: LarsWalk, features: list[int]) -> str:
    names = [walk.problem.names[j] for j in features]
    if len(names) > _MOST:
        return f"{', '.join(names[: _MOST - 1])} and {len(names) - _MOST + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def methods(found: Apart) -> str:
    """One sentence on where LARS and stagewise leave the lasso."""
    lars, stagewise = found.parts["lars"], found.parts["stagewise"]
    first = (
        "LARS and the lasso are one path here, because no coefficient returns to zero" if lars is None
        else f"LARS and the lasso are one path down to λ = {show(lars, 4)}, where the lasso drops a feature"
    )  # fmt: skip
    second = "so is forward stagewise"
    if stagewise is not None:
        second = f"forward stagewise leaves it at λ = {show(stagewise, 4)}"
    return f"{first}; {second}."


def penalties(lam: float, df: Mapping[str, float], crossings: int) -> str:
    """One sentence on the three penalties at one λ."""
    spent = ", ".join(f"{name} {show(counted(value))}" for name, value in df.items())
    crossed = "over the λ shown no ridge coefficient changes sign" if not crossings else (
        f"over the λ shown ridge coefficients change sign {crossings} time{'s' if crossings > 1 else ''}, each at one λ"
    )
    return f"At λ = {show(lam)} the degrees of freedom are {spent}; {crossed}."


def choosing(found: Choice, cv: CrossValidation | None) -> str:
    """One sentence on the λ that the criteria choose."""
    chosen = [] if cv is None else [f"cross-validation {show(cv.lam_min)}"]
    chosen += [f"{_inside(TITLES[name])} {show(found.best(name))}" for name in found.values]
    if not chosen:
        return "No criterion is defined for these rows."
    return f"λ chosen by {', '.join(chosen)}."


def _inside(title: str) -> str:
    short = title.partition(",")[0]
    return short if len(short) < _MOST else short[0].lower() + short[1:]


def preset(name: str) -> str:
    """One sentence on how far the published numbers and ours agree."""
    agreeing, count, worst = agreement(name)
    return (
        f"{agreeing} of {count} published numbers agree with ours to their last printed digit; the largest difference "
        f"is {show(worst, 2)}."
    )


def message(made: Scene, view: str, found: Choice | None, idle_toggle: bool) -> str:
    """Notes on the data, on what was cut short, and on what the errors were computed from."""
    said = list(made.data.notes)
    if idle_toggle:
        said.append("Knots are often joined on the log λ axis; choose it to see what that does.")
    if not made.walk.complete:
        said.append(f"The first {made.walk.steps} steps are walked, down to λ = {show(float(made.walk.lams[-1]))}.")
    if view == "choose" and found is not None:
        said.append("Each fold standardises its own training rows; all other criteria use all rows; none is a test.")
        if "cp" not in found.values:
            said.append("GCV, Cₚ, AIC and BIC need more rows than features and a noise variance above 0.")
    problem = made.data.problem
    twins = twin_names(problem) if problem.p <= _COMPARED else None
    if twins and view != "choose":
        said.append(f"{twins[0]} and {twins[1]} are one column up to sign: the lasso is not unique.")
    return " ".join(said)
