"""The panels of the scale tab: effects with and without standardising, over the factor and over λ."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.data.steps import Steps, part
from regviz.lab import Axis, Bars, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs.stability.scene import SHOWN, Scene
from regviz.labs.stability.selection import ends, lam_axis, places_axis, weight_axis
from regviz.labs.stability.units import FACTORS, Units, curves, effects_at, over_factor

Array = NDArray[np.float64]

TITLES = {"with": "Standardised", "without": "Not standardised"}
ROLES = {"ridge": "l2", "lasso": "l1", "elastic-net": "elastic-net"}
EFFECT = "effect of one standard deviation"


@lru_cache(maxsize=16)
def drawn(made: Scene, feature: int) -> tuple[int, ...]:
    """The features that are drawn, in the order of the columns."""
    rest = [j for j in made.order if j != feature]
    return tuple(sorted((feature, *rest[: SHOWN - 1])))


def effect_axis(made: Scene, every: tuple[Array, ...]) -> Axis:
    """One axis for all effects, with the truth."""
    values = [np.ravel(v) for v in every]
    if made.data.truth is not None:
        values.append(made.data.truth)
    low, high = ends(np.concatenate(values))
    return weight_axis(1.1 * low, 1.1 * high, EFFECT)


def bars(
    made: Scene, both: tuple[Units, Units], way: str, penalty: str, alpha: float, lam: float, y: Axis
) -> Panel:  # fmt: skip
    """Effects in the new units, outlined what they were in the old ones: ``both`` are old and new."""
    before, after = (effects_at(each, way, penalty, alpha, lam)[0] for each in both)
    feature = both[1].feature
    features = list(drawn(made, feature))
    names = tuple(made.problem.names[j] for j in features)
    roles = tuple(ROLES[penalty] if j == feature else "noise" for j in features)
    truth = None if made.data.truth is None else made.data.truth[features]
    place = np.array([features.index(feature)], dtype=float)
    marks = (
        Bars(key=way, values=after[features], ghost=before[features], truth=truth, labels=names, roles=roles),
        Points(
            key="feature", role="muted", shape="triangle", x=place, y=np.array([y.low + 0.03 * (y.high - y.low)])
        ),
    )  # fmt: skip
    said = f"bars × {show(both[1].factor)}" if way == "with" else "outline × 1"
    moved = Readout(name="moved", value=f"moved by {show(movement(before, after))}", role="text")
    return Panel(
        key=f"{way}-standardising", title=TITLES[way], x=places_axis(len(features)),
        y=y if truth is None else weight_axis(y.low, y.high, f"{EFFECT}, line: truth"), marks=marks,
        readouts=(moved, Readout(name="key", value=said, role="muted")),
    )  # fmt: skip


def movement(before: Array, after: Array) -> float:
    """The largest change of an effect; what is nothing but rounding is 0."""
    moved = float(np.abs(after - before).max(initial=0.0))
    return moved if moved > 1e-9 * float(np.abs(before).max(initial=0.0)) else 0.0


def factors(
    made: Scene, both: tuple[Units, Units], penalty: str, alpha: float, lam: float, ready: bool, y: Axis
) -> Panel:  # fmt: skip
    """The effects over the factor: flat with standardising, from nothing to unpenalised without."""
    base, now = both
    names, j = made.problem.names, base.feature
    flat = effects_at(now, "with", penalty, alpha, lam)[0][j]
    here = effects_at(now, "without", penalty, alpha, lam)[0][j]
    value = min(max(now.factor, FACTORS[0]), FACTORS[1])
    marks: tuple[Mark, ...] = _over_factor(made, base, penalty, alpha, lam) if ready else ()
    marks += (
        Lines(
            key="with", role="text", x=np.array(FACTORS), y=np.full((1, 2), flat), labels=("standardised",), dash=True
        ),
        Rule(key="cursor", value=value, bound="factor", role="text"),
        Points(key="here", x=np.array([value]), y=np.array([here]), role=ROLES[penalty]),
    )  # fmt: skip
    return Panel(
        key="factor", title=f"{names[j]} in other units", x=_FACTOR, y=y, marks=marks,
        readouts=(Readout(name="effect", value=f"{names[j]} {show(here)}", role=ROLES[penalty]),),
    )  # fmt: skip


_FACTOR = Axis(low=FACTORS[0], high=FACTORS[1], log=True, label="the feature's numbers times (log scale)")


@lru_cache(maxsize=16)
def _over_factor(made: Scene, base: Units, penalty: str, alpha: float, lam: float) -> tuple[Mark, ...]:
    places, effects = over_factor(base, penalty, alpha, lam)
    j = base.feature
    others = [k for k in drawn(made, j) if k != j]
    marks: list[Mark] = []
    if others:
        marks.append(_others(made, others, places, effects[:, others]))
    marks.append(
        Lines(key="without", role=ROLES[penalty], x=places, y=effects[:, j][None], labels=("not standardised",))
    )
    return tuple(marks)


def over_lam(
    made: Scene, both: tuple[Units, Units], way: str, penalty: str, alpha: float, lam: float, y: Axis, ready: bool
) -> Panel:  # fmt: skip
    """The path of the effects in the new units, dashed the feature's own in the old ones."""
    x = lam_axis(made)
    marks = _paths(made, both, way, penalty, alpha) if ready else ()
    cursor = Rule(key="cursor", value=min(max(lam, x.low), x.high), bound="lam", role="text")
    return Panel(
        key=f"path-{way}", title=f"Path, {TITLES[way].lower()}", x=x, y=y, marks=(*marks, cursor),
        readouts=(Readout(name="dashed", value="dashed: × 1", role="muted"),) if way == "without" else (),
    )  # fmt: skip


@lru_cache(maxsize=32)
def _paths(made: Scene, both: tuple[Units, Units], way: str, penalty: str, alpha: float) -> tuple[Mark, ...]:
    lams, effects = curves(both[1], way, penalty, alpha, made.limits)
    j = both[1].feature
    others = [k for k in drawn(made, j) if k != j]
    marks: list[Mark] = []
    if others:
        marks.append(_others(made, others, lams, effects[:, others]))
    if way == "without":
        before = curves(both[0], way, penalty, alpha, made.limits)[1][:, j]
        marks.append(Lines(key="before", role=ROLES[penalty], x=lams, y=before[None], dash=True, thin=True))
    name = made.problem.names[j]
    marks.append(Lines(key="feature", role=ROLES[penalty], x=lams, y=effects[:, j][None], labels=(name,)))
    return tuple(marks)


def _others(made: Scene, others: list[int], x: Array, effects: Array) -> Lines:
    """Thin grey curves, the two that move most with their names."""
    named = np.argsort(-np.ptp(effects, axis=0), kind="stable")[:2].tolist()
    labels = tuple(made.problem.names[j] if k in named else "" for k, j in enumerate(others))
    return Lines(key="others", role="noise", x=x, y=effects.T, labels=labels, thin=True)


def ready(made: Scene, both: tuple[Units, Units], penalty: str, alpha: float) -> bool:
    """Whether all curves are known or quick."""
    if made.problem.p <= 24 and penalty != "elastic-net":
        return True
    return all(curves.knows(each, way, penalty, alpha, made.limits) for each, way in _drawn_curves(both))


def _drawn_curves(both: tuple[Units, Units]) -> tuple[tuple[Units, str], ...]:
    return (both[0], "without"), (both[1], "with"), (both[1], "without")


def following(made: Scene, both: tuple[Units, Units], penalty: str, alpha: float, lam: float) -> Steps[None]:
    """All curves step by step, to be remembered."""
    for k, (each, way) in enumerate(_drawn_curves(both)):
        yield from part(curves.steps(each, way, penalty, alpha, made.limits), k / 6.0, (k + 1) / 6.0)
    yield from part(over_factor.steps(both[0], penalty, alpha, lam), 0.5, 1.0)
