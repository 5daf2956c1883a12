"""Error, its three parts, the learning curve and the norm of the fit, over complexity, λ or number of rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from regviz.data.steps import Steps
from regviz.lab import Axis, Lines, Mark, Panel, Points, Readout, Rule
from regviz.labs.overfitting.fits import (
    Fit,
    Model,
    lam_limits,
    lams,
    over_complexity,
    over_lam,
    simulated,
    sizes,
)
from regviz.labs.overfitting.learning import ORDERS, Learning, learning
from regviz.labs.overfitting.rows import TRAIN, VALIDATION, Array, Source, rows
from regviz.linear.smoothers import Parts

NOUNS = {"polynomial": "degree", "fourier": "harmonics", "random-features": "random features"}
SIMULATED = 400
"""Columns of all simulated fits together, about."""
PARTS = (("bias2", "bias²", "first"), ("variance", "variance", "second"), ("noise", "noise", "noise"))


@dataclass(frozen=True)
class Setting:
    """What the curves are drawn of: ``over`` is "complexity" or "lambda", ``wide`` the double-descent view.

    ``full`` asks for what takes longer: the simulated parts of fits that are not linear.
    """

    source: Source
    model: Model
    size: int
    over: str
    wide: bool
    full: bool

    @property
    def plain(self) -> "Setting":
        """What axes depend on: neither edits nor the cursor."""
        along = self.over == "lambda"
        model = self.model if along else self.model._replace(penalty="none", lam=0.0)
        top = self.drawn[-1] if not along else self.size
        return Setting(
            self.source._replace(edits=""), model._replace(lam=0.0), int(top), self.over, self.wide, False
        )

    @cached_property
    def drawn(self) -> tuple[float, ...]:
        """Where on the x axis the curves are drawn."""
        if self.over == "lambda":
            return tuple(lams(self.model, _spread(self.source)).tolist())
        return sizes(self.source, self.model.basis, self.size, self.wide)

    @property
    def here(self) -> float:
        """Where the cursor stands."""
        return self.model.lam if self.over == "lambda" else float(self.size)

    @property
    def still(self) -> "Setting":
        """What curves depend on: not the coordinate that the cursor moves along."""
        if self.over == "lambda":
            return Setting(self.source, self.model._replace(lam=1.0), self.size, self.over, self.wide, self.full)
        return Setting(self.source, self.model, int(self.drawn[-1]), self.over, self.wide, self.full)


def _spread(source: Source) -> float:
    return float(rows(source._replace(edits="")).train[1].std())


@lru_cache(maxsize=32)
def fits(setting: Setting) -> tuple[Fit, ...]:
    """One fit at each drawn place."""
    if setting.over == "lambda":
        return over_lam(setting.source, setting.model, setting.size, setting.drawn)
    return over_complexity(setting.source, setting.model, tuple(int(s) for s in setting.drawn))


@lru_cache(maxsize=32)
def decomposed(setting: Setting) -> tuple[Parts, ...] | None:
    """The three parts at each drawn place; None without a known truth or while a simulation was not asked for."""
    if rows(setting.source).given.truth is None:
        return None
    if setting.model.linear:
        exact = [found.parts for found in fits(setting)]
    elif not setting.full:
        return None
    else:
        exact = [simulated(setting.source, *_at(setting, place)) for place in sampled(setting)]
    return tuple(part for part in exact if part is not None)


def simulating(still: Setting) -> Steps[None]:
    """What `decomposed` needs of fits that are not linear, place by place."""
    places = sampled(still) if rows(still.source).given.truth is not None else ()
    for done, place in enumerate(places, 1):
        simulated(still.source, *_at(still, place))
        yield done / len(places)


def sampled(setting: Setting) -> tuple[float, ...]:
    """The drawn places at which fits that are not linear are simulated: fewer where one takes long."""
    work = sum(_at(setting, place)[1] for place in setting.drawn)
    return setting.drawn[:: 1 + int(work // SIMULATED)]


def _at(setting: Setting, place: float) -> tuple[Model, int]:
    if setting.over == "lambda":
        return setting.model._replace(lam=place), setting.size
    return setting.model, int(place)


@lru_cache(maxsize=32)
def x_axis(plain: Setting) -> Axis:
    """The complexity or λ axis."""
    if plain.over == "lambda":
        low, high = lam_limits(plain.model.penalty, _spread(plain.source))
        return Axis(low=low, high=high, log=True, label="λ (log scale)")
    noun = NOUNS[plain.model.basis]
    if plain.wide:
        return Axis(low=0.9, high=1.1 * plain.drawn[-1], log=True, label=f"{noun} (log scale)")
    return Axis(low=0.5, high=plain.drawn[-1] + 0.5, label=noun)


def _judged(found: Fit) -> list[float]:
    """Validation and test error, those that are known."""
    return [value for value in (found.errors[VALIDATION], found.test) if value is not None]


@lru_cache(maxsize=32)
def error_axis(plain: Setting) -> Axis:
    """The error axis of unedited data without a penalty: curves that run off its top are cut there.

    It holds the better of a line and a curve of degree 6, by every error that is known.
    """
    made = rows(plain.source)
    line = over_complexity(plain.source, plain.model._replace(penalty="none", lam=0.0), (1, 6))
    first, later = (found.errors[TRAIN] or 0.0 for found in line)
    judged = [min(errors) for errors in zip(*(_judged(found) for found in line), strict=True)]
    floor = made.given.sigma**2 if made.given.sigma else later
    spread = float(made.train[1].var())
    top = max(1.3 * first, 3.5 * floor, 1.1 * spread if plain.over == "lambda" else 0.0) or 1.0
    if not plain.wide:
        top = max(top, 1.2 * max(judged, default=0.0))
        return Axis(low=0.0, high=top, label="mean squared error")
    floor = floor if floor > 1e-6 * top else 1e-2 * top
    highest = max(_worst(found) for found in fits(plain))
    return Axis(low=floor / 30.0, high=max(2.0 * highest, 10.0 * top), log=True, label="mean squared error (log)")


def _worst(found: Fit) -> float:
    """The largest error that is drawn of a fit."""
    expected = 0.0 if found.parts is None else found.parts.total
    return max(found.test or 0.0, found.errors[VALIDATION] or 0.0, expected)


def cursor(setting: Setting) -> list[Mark]:
    """The rule that can be dragged along the curves and, past least squares, where p + 1 = n."""
    x = x_axis(setting.plain)
    bound = "lam" if setting.over == "lambda" else "degree"
    marks: list[Mark] = []
    if setting.wide:
        marks.append(_threshold(setting.still))
    if x.low <= setting.here <= x.high:
        marks.append(Rule(key="cursor", role="text", value=setting.here, bound=bound))
    return marks


@lru_cache(maxsize=16)
def _threshold(still: Setting) -> Mark:
    per = 2 if still.model.basis == "fourier" else 1
    n = rows(still.source).n
    return Rule(key="threshold", role="muted", dash=True, value=(n - 1) / per, label="p + 1 = n")


def error_panel(setting: Setting, found: Fit) -> Panel:
    """Training, validation and test error, with the present fit marked."""
    x, y = x_axis(setting.plain), error_axis(setting.plain)
    named = (("train", found.errors[TRAIN]), ("validation", found.errors[VALIDATION]), ("test", found.test))
    now = [(name, value) for name, value in named if value is not None]
    here = Points(
        key="here", x=np.full(len(now), setting.here), y=np.array([value for _, value in now]),
        roles=tuple(name for name, _ in now),
    )
    above = [value for _, value in now if value > y.high]
    said = [Readout(name=f"{name}_mse", label=name, value=found.settled(value), role=name) for name, value in now]
    if above:
        said.append(Readout(name="above", value=f"{len(above)} above the picture", role="muted"))
    return Panel(
        key="error", title="Double descent" if setting.wide else "Error", x=x, y=y,
        marks=(*_error_lines(setting.still), *cursor(setting), here), readouts=tuple(said),
    )  # fmt: skip


@lru_cache(maxsize=32)
def _error_lines(still: Setting) -> tuple[Mark, ...]:
    drawn = fits(still)
    marks: list[Mark] = []
    exact = rows(still.source).given.truth is not None
    for name, label, value in (
        ("train", "train", lambda found: found.errors[TRAIN]),
        ("validation", "validation", lambda found: found.errors[VALIDATION]),
        ("test", "test (exact)" if exact else "test rows", lambda found: found.test),
    ):
        marks += _line(name, label, still.drawn, drawn, value)
    return tuple(marks)


def _line(
    name: str, label: str, x: Iterable[float], drawn: Iterable[Fit], value: Callable[[Fit], float | None]
) -> list[Mark]:
    values = [value(found) for found in drawn]
    if any(each is None for each in values):
        return []
    y = np.array([values], dtype=np.float64)
    return [Lines(key=name, role=name, x=np.array(list(x)), y=y, labels=(label,), dash=name == "test")]


def parts_panel(setting: Setting, now: Parts | None) -> Panel:
    """bias², variance and noise, and their sum: the expected test error."""
    x, y = x_axis(setting.plain), error_axis(setting.plain)
    at = () if now is None else (Points(
        key="here", x=np.full(2, setting.here), y=np.array([now.bias2, now.variance]), roles=("first", "second"),
    ),)  # fmt: skip
    how = "exact" if setting.model.linear else "simulated, 40 redraws"
    title = "Bias² + variance + noise"
    readouts = [Readout(name="how", value=how, role="muted")]
    if now is not None:
        readouts = [
            Readout(name=name, label=label, value=getattr(now, name), role=role) for name, label, role in PARTS[:2]
        ] + readouts
    return Panel(
        key="parts", title=title, x=x, y=y, marks=(*_part_lines(setting.still), *cursor(setting), *at),
        readouts=tuple(readouts),
    )  # fmt: skip


@lru_cache(maxsize=32)
def _part_lines(still: Setting) -> tuple[Mark, ...]:
    drawn = decomposed(still)
    if not drawn:
        return ()
    x = np.array(still.drawn if still.model.linear else sampled(still))
    total = np.array([[part.total for part in drawn]])
    marks: list[Mark] = [Lines(key="total", role="test", x=x, y=total, labels=("expected test error",), dash=True)]
    for name, label, role in PARTS:
        y = np.array([[getattr(part, name) for part in drawn]])
        marks.append(Lines(key=name, role=role, x=x, y=y, labels=(label,), thin=name == "noise"))
    return tuple(marks)


def norm_panel(setting: Setting, found: Fit) -> Panel:
    """The length ‖w‖₂ of the coefficients."""
    still = setting.still
    x, y = x_axis(setting.plain), _norm_axis(setting.plain)
    here = Points(key="here", role="penalty", x=np.array([setting.here]), y=np.array([found.norm]))
    return Panel(
        key="norm", title="Length of the coefficients", x=x, y=y, marks=(*_norm_line(still), *cursor(setting), here),
        readouts=(Readout(name="norm", label="‖w‖₂", value=found.norm, role="penalty"),),
    )  # fmt: skip


@lru_cache(maxsize=16)
def _norm_axis(plain: Setting) -> Axis:
    norms = np.array([found.norm for found in fits(plain)])
    positive = norms[norms > 0.0]
    if not positive.size:
        return Axis(low=0.1, high=10.0, log=True, label="‖w‖₂ (log scale)")
    return Axis(low=0.3 * float(positive.min()), high=4.0 * float(positive.max()), log=True, label="‖w‖₂ (log scale)")


@lru_cache(maxsize=16)
def _norm_line(still: Setting) -> tuple[Mark, ...]:
    norms = np.array([[found.norm for found in fits(still)]])
    return (Lines(key="norm", role="penalty", x=np.array(still.drawn), y=norms, labels=("‖w‖₂",)),)


def learning_panel(setting: Setting) -> Panel:
    """Training and test error over the number of training rows at the present complexity and λ."""
    curve = learning(setting.source, setting.model, setting.size)
    n = float(rows(setting.source).n)
    counts = np.array([5.0, 4.0 * n]) if curve is None else curve.counts
    x = _count_axis(min(float(counts[0]), n), max(float(counts[-1]), n))
    how = "too few rows" if curve is None else _how(setting.source, curve)
    marks = () if curve is None else _learning_lines(setting.source, curve)
    now = Rule(key="now", role="text", value=n, label="n now")
    return Panel(
        key="learning", title="Learning curve", x=x, y=error_axis(setting.plain), marks=(*marks, now),
        readouts=(Readout(name="how", value=how, role="muted"),),
    )  # fmt: skip


def _how(source: Source, curve: Learning) -> str:
    """What is drawn of the five draws, and what the draws are of."""
    drawn = ("x" if curve.exact else "x and y") if rows(source).given.truth is not None else "rows"
    return f"median of {ORDERS} draws of {drawn}"


@lru_cache(maxsize=16)
def _count_axis(low: float, high: float) -> Axis:
    return Axis(low=low * 0.95, high=max(high, low + 1.0) * 1.05, log=True, label="training rows (log scale)")


@lru_cache(maxsize=64)
def _learning_lines(source: Source, curve: Learning) -> tuple[Mark, ...]:
    given = rows(source).given
    known = given.truth is not None
    role, label = ("test", "test") if known else ("validation", "validation")
    marks: list[Mark] = []
    if given.sigma:
        marks.append(Rule(key="noise", axis="y", value=given.sigma**2, role="noise", dash=True, label="noise σ²"))
    pairs: tuple[tuple[str, str, Array], ...] = (("train", "train", curve.train), (role, label, curve.test))
    for each, words, values in pairs:
        marks.append(Lines(key=each, role=each, x=curve.counts, y=values[None], labels=(words,), dash=each == "test"))
    return tuple(marks)


