"""`regviz fit`: coefficients of a penalised regression on a table, as JSON, CSV or text. No Qt."""

import argparse
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from regviz import linear
from regviz.commands import CommandError, Parser, remark_idle
from regviz.data import Table, open_table
from regviz.export import strict_json
from regviz.files import write_text
from regviz.lab import show
from regviz.linear.advise import advise
from regviz.linear.arguments import LOSSES
from regviz.linear.groups import parse_groups
from regviz.linear.penalties import PENALTIES
from regviz.linear.problem import Array
from regviz.tidy import csv_text

ORDERS = ("shuffled", "interleaved")
_FOLDS = 10
_INTERCEPT = "(intercept)"
_MIXING = {"lasso": 1.0, "ridge": 0.0}
"""α where the penalty fixes it."""


@dataclass(frozen=True)
class Task:
    """A table and what is to be fitted to it; ``model`` holds the keywords that every solver takes."""

    table: Table
    model: dict[str, Any]
    notes: tuple[str, ...]


def parser() -> Parser:
    """The arguments of `regviz fit`."""
    made = Parser("fit", "Fit a penalised regression to a table; coefficients are on the data's own scale.")
    made.add_argument("table", metavar="FILE.csv", help="a table whose first row names the columns")
    made.add_argument("--target", required=True, metavar="NAME", help="column to predict")
    made.add_argument("--penalty", choices=PENALTIES, default="lasso", help="what large coefficients cost (lasso)")
    made.add_argument("--alpha", metavar="A", help="share of the L1 part of the elastic net, 0 to 1 (0.5)")
    made.add_argument("--groups", default="", metavar="A,B;C,D", help="columns that the group lasso keeps together")
    made.add_argument("--loss", choices=LOSSES, default="squared", help="what errors cost (squared)")
    strength = made.add_mutually_exclusive_group()
    strength.add_argument("--lam", metavar="L", help="penalty strength λ")
    strength.add_argument("--path", action="store_true", help="the whole path, knot by knot")
    strength.add_argument("--cv", metavar="K", help=f"choose λ by K-fold cross-validation (the default, K = {_FOLDS})")
    made.add_argument("--fold-order", choices=ORDERS, default="shuffled", help="how rows are dealt to folds")
    made.add_argument("--seed", default="0", metavar="S", help="shuffles the rows (0)")
    made.add_argument("--no-standardize", action="store_true", help="leave the features on their own scales")
    made.add_argument("--advise", action="store_true", help="say what stands out in the table and what to reach for")
    made.add_argument("-o", "--output", metavar="FILE", help="a .json or .csv file instead of a table on the screen")
    return made


def run(arguments: argparse.Namespace) -> int:
    """Fit and print or write the answer."""
    ending = Path(arguments.output or "").suffix.lower()
    if arguments.output is not None and ending not in (".json", ".csv"):
        raise CommandError(f"Cannot tell the format of {arguments.output}: its name must end in .json or .csv.")
    answer = solve(arguments)
    if arguments.output is None:
        print(as_text(answer))
    else:
        write_text(arguments.output, strict_json(_numbers(answer)) if ending == ".json" else as_csv(answer))
    _remark_idle(arguments)
    if ending == ".csv" and arguments.advise:
        remark_idle(("--advise",), (), arguments.output)
    return 0


def solve(arguments: argparse.Namespace) -> dict[str, Any]:
    """What was asked for, in the shape of the command's JSON.

    Raises ValueError with a sentence for a table or arguments that cannot be used.
    """
    task = _task(arguments)
    table, model = task.table, task.model
    extra: dict[str, Any] = {}
    notes = list(task.notes)
    free = arguments.penalty == "none"
    if free and not arguments.path and arguments.cv is None:
        lam = 0.0
        if arguments.lam is not None:
            number(arguments.lam, "--lam")
            notes.append("Without a penalty λ has no effect.")
    elif arguments.lam is not None:
        lam = number(arguments.lam, "--lam")
    elif arguments.path:
        lam, extra["knots"] = 0.0, _knots(task)
        notes.append("The coefficients outside the knots are those at the path's end, λ = 0.")
    else:
        folds = min(_FOLDS, table.n) if arguments.cv is None else whole(arguments.cv, "--cv")
        if arguments.cv is None:
            notes.append(f"λ was chosen by {folds}-fold cross-validation, as neither --lam, --path nor --cv was given.")
        lam, extra["cv"] = _validated(task, folds, arguments.fold_order, whole(arguments.seed, "--seed"))
    fitted = linear.fit(table.X, table.y, lam, **model)
    said = [] if fitted.status.name == "optimal" else [fitted.status.sentence]
    if arguments.advise:
        extra["advice"] = _advice(table, arguments.loss)
    return _answer(arguments, fitted, [*notes, *fitted.notes, *said]) | extra


def _remark_idle(arguments: argparse.Namespace) -> None:
    """Say of options on folds where there are none, and of a seed that shuffles nothing, that they have no effect."""
    given = [arguments.given[name] for name in ("seed", "fold_order") if name in arguments.given]
    alone = arguments.lam is not None or arguments.path or (arguments.penalty == "none" and arguments.cv is None)
    if alone:
        remark_idle(given, (), "a fit without cross-validation")
    elif arguments.fold_order != "shuffled":
        remark_idle(given, {"--fold-order"}, f"the fold order {arguments.fold_order}")


def _numbers(value: Any) -> Any:
    """``value`` with None for every number that is not finite."""
    if isinstance(value, dict):
        return {name: _numbers(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_numbers(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _advice(table: Table, loss: str) -> list[dict[str, Any]]:
    """The advisor's findings as JSON data."""
    target = table.outcomes if loss == "logistic" else table.y
    return [
        {
            "key": finding.key, "value": finding.value, "says": finding.says, "means": finding.means,
            "lab": finding.lab,
        }
        for finding in advise(table.X, target, names=table.names, groups=table.groups)
    ]  # fmt: skip


def _task(arguments: argparse.Namespace) -> Task:
    table = open_table(arguments.table, arguments.target)
    penalty, logistic = arguments.penalty, arguments.loss == "logistic"
    groups = None
    if penalty == "group-lasso":
        groups = parse_groups(arguments.groups, table.names) if arguments.groups else table.groups
    elif arguments.groups:
        raise CommandError(f"--groups is read by the group lasso only, not by the penalty {penalty}.")
    model = {
        "penalty": penalty, "alpha": None if arguments.alpha is None else number(arguments.alpha, "--alpha"),
        "groups": groups, "standardize": not arguments.no_standardize, "loss": arguments.loss, "names": table.names,
    }  # fmt: skip
    scaling = "left on their own scales" if arguments.no_standardize else "scaled to unit variance"
    notes = [*table.notes, f"The features were centred and {scaling} for the penalty; the intercept is not penalised."]
    if logistic and table.classes is not None:
        notes.append(f"The coefficients are of the log-odds of {table.target} = {table.classes[1]}.")
    return Task(replace(table, y=table.outcomes) if logistic else table, model, tuple(notes))


def _knots(task: Task) -> list[dict[str, Any]]:
    path = linear.path(task.table.X, task.table.y, **task.model)
    rows = zip(path.lams, path.intercept, path.coef, strict=True)
    return [
        {"lam": float(lam), "intercept": float(intercept), "coefficients": _by_name(path.names, coef)}
        for lam, intercept, coef in rows
    ]


def _validated(task: Task, folds: int, order: str, seed: int) -> tuple[float, dict[str, Any]]:
    """λ_min and the cross-validation's curves."""
    model = {name: value for name, value in task.model.items() if name != "names"}
    cv = linear.cross_validate(task.table.X, task.table.y, folds=folds, order=order, seed=seed, **model)
    lam_min = float(cv.lam_min)
    return lam_min, {
        "lam": cv.lams.tolist(), "mean": cv.mean.tolist(), "se": cv.se.tolist(), "lam_min": lam_min,
        "lam_1se": float(cv.lam_1se),
    }  # fmt: skip


def _answer(arguments: argparse.Namespace, fitted: linear.Fit, notes: list[str]) -> dict[str, Any]:
    return {
        "penalty": fitted.penalty, "alpha": _MIXING.get(fitted.penalty, fitted.alpha), "loss": fitted.loss,
        "lam": fitted.lam, "n": fitted.n, "p": fitted.p, "target": arguments.target, "objective": fitted.objective,
        "kkt": fitted.kkt, "intercept": fitted.intercept, "coefficients": _by_name(fitted.names, fitted.coef),
        "notes": notes,
    }  # fmt: skip


def _by_name(names: tuple[str, ...], coef: Array) -> dict[str, float]:
    return dict(zip(names, coef.tolist(), strict=True))


def as_csv(answer: dict[str, Any]) -> str:
    """Rows of λ, name and coefficient: one block for the fit, or one for each knot of the path."""
    rows = [
        {"lam": fit["lam"], "name": name, "coefficient": value}
        for fit in answer.get("knots", [answer])
        for name, value in {_INTERCEPT: fit["intercept"], **fit["coefficients"]}.items()
    ]
    return csv_text(rows, ["lam", "name", "coefficient"])


def as_text(answer: dict[str, Any]) -> str:
    """The fit for people: its numbers, a line for each coefficient, and the notes."""
    head = (
        f"{answer['penalty']}, λ = {show(answer['lam'], 6)}, target {answer['target']}, "
        f"n = {answer['n']}, p = {answer['p']}\n"
        f"objective {show(answer['objective'], 6)}, KKT residual {show(answer['kkt'])}"
    )
    rows = {_INTERCEPT: answer["intercept"], **answer["coefficients"]}
    width = max(map(len, rows))
    lines = [f"  {name:<{width}}  {show(value, 6):>12}" for name, value in rows.items()]
    advice = [f"- {item['says']} {item['means']}" for item in answer.get("advice", [])]
    return "\n".join([head, "", *lines, "", *_curves(answer), *answer["notes"], *advice])


def _curves(answer: dict[str, Any]) -> list[str]:
    """What there is to say of the path or the cross-validation."""
    if "cv" in answer:
        return [f"λ min = {show(answer['cv']['lam_min'], 6)}, λ 1SE = {show(answer['cv']['lam_1se'], 6)}"]
    return [
        f"knot {show(knot['lam'], 6)}: " + (", ".join(n for n, w in knot["coefficients"].items() if w != 0.0) or "none")
        for knot in answer.get("knots", [])
    ]


def number(text: str, name: str) -> float:
    """A finite number from the argument ``name``; raises `CommandError`."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise CommandError(f"{name} must be a finite number, not {text!r}.")
    return value


def whole(text: str, name: str) -> int:
    """A whole number from 0 to 2³¹ − 1 from the argument ``name``; raises `CommandError`."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) < 2**31):
        raise CommandError(f"{name} must be a whole number from 0 to {2**31 - 1}, not {text!r}.")
    return int(text)
