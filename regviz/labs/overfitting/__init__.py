"""Train ≪ validation: one curve, more and more freedom. Error, its parts, double descent, and an advisor."""

import dataclasses
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from regviz.data import bundled_names
from regviz.lab import Frame, Gesture, Lab, Panel, Part, Readout, choice, integer, show, slider, text
from regviz.labs._data import arriving, table, written
from regviz.labs._memo import meanwhile
from regviz.labs._pages import elsewhere
from regviz.labs.overfitting import advisor, picture
from regviz.labs.overfitting.curves import (
    NOUNS,
    PARTS,
    Setting,
    error_panel,
    learning_panel,
    norm_panel,
    parts_panel,
    simulating,
)
from regviz.labs.overfitting.fits import (
    LARGEST,
    REDRAWS,
    WIDEST,
    Fit,
    Model,
    fit,
    lam_limits,
    powers_condition,
    simulated,
)
from regviz.labs.overfitting.gestures import EDITS, change
from regviz.labs.overfitting.rows import MOST, MOST_WIDE, TRAIN, TRUTHS, VALIDATION, Rows, Source, rows
from regviz.labs.overfitting.words import caption, fitted, message, snippets
from regviz.linear.bases import BASES
from regviz.linear.smoothers import Parts

_DRAWN = ("dataset", ("synthetic",))
_WIDE = ("view", ("double-descent",))
VIEWS = ("fit", "double-descent", "advisor")


@dataclass(frozen=True)
class Controls:
    """The controls of the overfitting lab."""

    view: str = choice("fit", VIEWS, place="mode", help="The classical curves, the fits past p = n, or advice.")
    degree: int = integer(
        9, 1, 1_000, shown=(1, 24), place="main", label="complexity", symbol="d",
        help="Degree of the polynomial, number of harmonics, or number of random features.",
    )  # fmt: skip
    basis: str = choice(
        "polynomial", BASES, unless=_WIDE, help="What the curve is a sum of; double descent uses random features."
    )
    penalty: str = choice(
        "none", ("none", "ridge", "lasso", "elastic-net"), help="What large coefficients are charged."
    )
    lam: float = slider(
        1e-3, 0.0, 1e9, shown=(1e-7, 10.0), log=True, label="penalty strength", symbol="λ",
        unless=("penalty", ("none",)), help="How much the penalty counts beside the loss.",
    )  # fmt: skip
    alpha: float = slider(
        0.5, 0.0, 1.0, symbol="α", label="mixing", when=("penalty", ("elastic-net",)),
        help="1 is the lasso, 0 is ridge.",
    )  # fmt: skip
    dataset: str = choice(
        "synthetic", ("synthetic", *bundled_names()), free=True, place="data", label="data set",
        help="Points around a known curve, a bundled table, or the path of your own CSV file.",
    )  # fmt: skip
    target: str = text(
        "", place="data", unless=_DRAWN, help="Column to predict; empty for the table's usual target."
    )
    feature: int = integer(0, 0, 100_000, shown=(0, 11), place="data", unless=_DRAWN, help="Feature on the x axis.")
    truth: str = choice("chirp", tuple(TRUTHS), place="data", when=_DRAWN, help="The curve behind the points.")
    n: int = integer(
        30, 8, 20_000, shown=(8, 200), place="data", when=_DRAWN, label="rows", symbol="n",
        help="Points, those for validation included.",
    )  # fmt: skip
    noise: float = slider(
        0.3, 0.0, 1e6, shown=(0.0, 1.0), place="data", when=_DRAWN, symbol="σ",
        help="Standard deviation of the noise in y.",
    )  # fmt: skip
    validation: float = slider(
        0.3, 0.0, 0.6, place="data", label="validation share", help="Share of the rows that judge and never train."
    )
    test: float = slider(
        0.2, 0.0, 0.35, place="data", label="test share", unless=_DRAWN,
        help="Share of a table's rows for the last word; drawn points have an exact test error instead.",
    )  # fmt: skip
    seed: int = integer(0, 0, 2**31 - 1, shown=(0, 99), place="data", help="Draws points, noise, split and refits.")
    edit: str = choice(
        "move", EDITS, place="points", label="drag to", help="What clicks and drags on the points do; a double-click "
        "adds or removes a point while moving.",
    )  # fmt: skip
    edits: str = text("", place="points", help="The points changed by hand; empty for none.")
    over: str = choice(
        "complexity", ("complexity", "lambda"), place="view", when=("view", ("fit",)), unless=("penalty", ("none",)),
        label="curves over", help="What error and its parts are drawn over.",
    )  # fmt: skip
    refits: int = integer(20, 0, REDRAWS, place="view", help="Faint fits to redrawn data.")


class Overfitting(Lab):
    """Raise the degree: training error only falls, test error turns back up, and past p = n it falls again."""

    name: ClassVar[str] = "overfitting"
    title: ClassVar[str] = "Train ≪ validation"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "linear"
    order: ClassVar[int] = 7
    summary: ClassVar[str] = "More freedom fits training rows better and new points worse; a penalty trades the two."
    State: ClassVar[type[Any]] = Controls

    def frames(self, state: Controls) -> Generator[Frame, Any, None]:
        """The picture; a second one with simulated parts, or with the findings on a large table."""
        yield from arriving(state.dataset, table.steps(state.dataset, _source(state).target, written(state.dataset)))
        if state.view == "advisor":
            slow = advisor.takes_long(_source(state))
        else:
            slow = state.dataset == "synthetic" and not _model(state).linear
        if slow:
            first = _frame(state, False)
            yield first
            asked = _setting(state, True)
            if state.view == "advisor":
                size = fit(asked.source, asked.model, asked.size).size
                yield from meanwhile(first, advisor.findings.steps(asked.source, asked.model, size), 0.1)
            else:
                yield from meanwhile(first, simulating(asked.still), 0.1)
        yield _frame(state, True)

    def gesture(self, state: Controls, gesture: Gesture) -> Mapping[str, Any]:
        """Move, add, paint and remove points; see `gestures`."""
        return change(_source(state), state.edit, gesture) if gesture.panel == "fit" else {}

    def link(self, state: Controls, gesture: Gesture) -> tuple[str, Mapping[str, str]] | None:
        """A click on one of the advisor's findings leads to its lab."""
        if gesture.panel != "advisor" or gesture.kind != "click":
            return None
        return advisor.target(_source(state), _model(state), state.degree, gesture.mark)

    def snippets(self, state: Controls) -> Mapping[str, str]:
        """The fit as code."""
        return snippets(rows(_source(state)), _model(state), state.degree)


def _source(state: Controls) -> Source:
    drawn = state.dataset == "synthetic"
    return Source(
        dataset=state.dataset, target="" if drawn else state.target, feature=0 if drawn else state.feature,
        truth=state.truth if drawn else "", n=state.n if drawn else 0, noise=state.noise if drawn else 0.0,
        seed=state.seed, validation=state.validation, test=0.0 if drawn else state.test,
        written=written(state.dataset), edits=state.edits.strip(),
        most=MOST_WIDE if state.view == "double-descent" else MOST,
    )  # fmt: skip


def _model(state: Controls) -> Model:
    charged = state.penalty != "none"
    return Model(
        basis="random-features" if state.view == "double-descent" else state.basis, penalty=state.penalty,
        lam=state.lam if charged else 0.0, alpha=state.alpha if state.penalty == "elastic-net" else 1.0,
        seed=state.seed,
    )  # fmt: skip


def _setting(state: Controls, full: bool) -> Setting:
    over = state.over if state.penalty != "none" and state.view == "fit" else "complexity"
    return Setting(_source(state), _model(state), state.degree, over, state.view == "double-descent", full)


def _parts(setting: Setting, found: Fit) -> Parts | None:
    if setting.model.linear or not setting.full:
        parts = found.parts
    else:
        parts = simulated(setting.source, setting.model, setting.size)
    return parts and dataclasses.replace(parts, bias2=found.settled(parts.bias2) or 0.0)


def _frame(state: Controls, full: bool) -> Frame:
    setting = _setting(state, full)
    made, found = rows(setting.source), fit(setting.source, setting.model, setting.size)
    parts = _parts(setting, found)
    top = WIDEST * made.n if setting.wide else LARGEST[setting.model.basis]
    return Frame(
        panels=_panels(state, setting, found, parts), readouts=_readouts(made, setting, found, parts),
        caption=caption(made, setting.model, found, parts, setting.wide), message=message(made, setting.model),
        subtitle=f"{fitted(setting.model, setting.size)}, {made.given.title}, {made.n} training rows",
        formula="" if parts else state.penalty, equation=_equation(parts), parts=_strip(parts),
        pages=elsewhere(made.train[1], state.penalty, state.lam, state.alpha),
        progress=None if full else 0.0, status="exact" if full else "running",
        limits={
            "degree": (1.0, float(top)), "lam": lam_limits(state.penalty, float(made.train[1].std())),
            "feature": (0.0, float(len(_names(made)) - 1) or 1.0),
        },
        options={"feature": _names(made), "target": () if made.given.table is None else made.given.table.targets},
    )  # fmt: skip


def _names(made: Rows) -> tuple[str, ...]:
    return ("x",) if made.given.table is None else made.given.table.names


def _panels(state: Controls, setting: Setting, found: Fit, parts: Parts | None) -> tuple[Panel, ...]:
    brush = state.edit in ("paint", "remove")
    first = picture.panel(setting.source, setting.model, found, state.refits, brush)
    if state.view == "advisor":
        return first, advisor.panel(setting.source, setting.model, found, setting.full)
    known = rows(setting.source).given.truth is not None
    shown = [first, error_panel(setting, found)]
    if known:
        shown.append(parts_panel(setting, parts))
    shown.append(norm_panel(setting, found) if setting.wide else learning_panel(setting))
    return tuple(shown)


def _equation(parts: Parts | None) -> str:
    if parts is None:
        return ""
    return (
        f"bias² {show(parts.bias2)} + variance {show(parts.variance)} + noise {show(parts.noise)} = {show(parts.total)}"
    )


def _strip(parts: Parts | None) -> tuple[Part, ...]:
    if parts is None:
        return ()
    return tuple(Part(label=label, value=getattr(parts, name), role=role) for name, label, role in PARTS)


def _readouts(made: Rows, setting: Setting, found: Fit, parts: Parts | None) -> tuple[Readout, ...]:
    values: dict[str, tuple[str, Any]] = {
        "degree": (NOUNS[setting.model.basis], found.size), "lam": ("λ", setting.model.lam),
        "n_train": ("training rows", made.n), "n_validation": ("validation rows", len(made.of(VALIDATION))),
        "n_test": ("test rows", len(made.x) - made.n - len(made.of(VALIDATION))),
        "train_mse": ("train error", found.settled(found.errors[TRAIN])),
        "validation_mse": ("validation error", found.settled(found.errors[VALIDATION])),
        "test_mse": ("test error", found.settled(found.test)), "bias2": ("bias²", parts and parts.bias2),
        "variance": ("variance", parts and parts.variance), "noise": ("noise", parts and parts.noise),
        "expected_mse": ("expected test error", parts and parts.total),
        "expected_train_mse": ("expected train error", found.expected_train), "df": ("degrees of freedom", found.df),
        "norm": ("‖w‖₂", found.norm), "rank": ("rank", found.rank), "condition": ("condition number", found.condition),
        "condition_powers": (
            "condition number in powers of x", powers_condition(setting.source, setting.model, setting.size)
        ),
    }  # fmt: skip
    return tuple(Readout(name=name, label=label, value=value) for name, (label, value) in values.items())


lab = Overfitting()
