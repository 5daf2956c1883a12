"""The panels that compare the bounds: one picture of all three as inverses, Catoni's C, the sample size."""

import math

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs.pac_bayes.axes import ERROR, axis, round_up
from regviz.labs.pac_bayes.panels import bound_curves
from regviz.labs.pac_bayes.scene import BOUNDS, PARAMETERS, ROLES, Scene, bound
from regviz.labs.pac_bayes.state import CATONI, FIXED, GRID, KL, PINSKER, PacBayesState
from regviz.theory import pac_bayes

Array = NDArray[np.float64]

_SIZES = (10.0, 1e6)


def inverses(state: PacBayesState, made: Scene) -> Panel:
    """kl(R̂‖r), Pinsker's parabola and Catoni's curve below it, and the budgets at which they give their bounds."""
    r = np.unique(np.concatenate([np.linspace(made.train, 1.0, 400)[:-1], 1.0 - np.geomspace(1e-9, 0.05, 40)]))
    r = r[r >= made.train]
    budget, other = budgets(state, made)
    curves = {
        KL: pac_bayes.binary_kl(made.train, r), PINSKER: 2.0 * (r - made.train) ** 2,
        CATONI: -np.log1p(r * np.expm1(-made.C)) - made.C * made.train,
    }  # fmt: skip
    y = axis(0.0, round_up(2.2 * max(budget, other)), "nats per example")
    marks: list[Mark] = [
        Rule(key="budget", axis="y", value=budget, role="text"),
        Rule(key="catoni_budget", axis="y", value=other, role=ROLES[CATONI], dash=True),
    ]
    marks += [
        Lines(key=f"curve_{k}", x=r, y=_below(curves[name], y.high)[None], labels=(name,), role=ROLES[name],
              dash=name == CATONI)
        for k, name in enumerate(BOUNDS)
    ]
    crossings = [(name, made.bounds[name], other if name == CATONI else budget) for name in BOUNDS]
    kept = [crossing for crossing in crossings if crossing[1] <= 1.0]
    reach = min(round_up(1.4 * max(made.bounds.values())), 1.0)
    marks += [
        Points(key=f"bound_{name}", x=np.array([at]), y=np.array([height]), role=ROLES[name],
               shape="ring" if name == CATONI else "dot")
        for name, at, height in kept
    ]  # fmt: skip
    marks.append(Rule(key="train", value=made.train, role="train"))
    readouts = (
        Readout(name="budget", value=budget, label="(KL + ln(2√n/δ))/n", role="text"),
        Readout(name="catoni_budget", value=other, label="Catoni's", role=ROLES[CATONI]),
    )
    x = axis(0.0, reach, "r")
    return Panel(key="inverses", title="kl(R̂‖r) ≤ budget", x=x, y=y, marks=tuple(marks), readouts=readouts)


def budgets(state: PacBayesState, made: Scene) -> tuple[float, float]:
    """What the inverse of kl and Pinsker spend, and what Catoni's bound spends."""
    count = len(PARAMETERS) if state.catoni == GRID else 1
    maurer = float(pac_bayes.maurer_budget(made.complexity, made.n, state.delta))
    return maurer, (made.complexity + math.log(count / state.delta)) / made.n


def _below(values: Array, high: float) -> Array:
    return np.where(values <= 1.05 * high, values, np.nan)


def over_parameter(state: PacBayesState, made: Scene) -> Panel:
    """Catoni's bound over C: one C fixed beforehand, the grid with its price, and the least value, which is none."""
    x = axis(0.02, 50.0, "Catoni's C (log scale)", log=True)
    C = np.geomspace(x.low, x.high, 161)
    alone = pac_bayes.catoni_bound(made.train, made.complexity, made.n, state.delta, C)
    paid = pac_bayes.catoni_bound(made.train, made.complexity, made.n, state.delta, PARAMETERS, len(PARAMETERS))
    marks: list[Mark] = [
        Rule(key="kl", axis="y", value=min(made.bounds[KL], 1.0), role=ROLES[KL], dash=True, label=KL),
        Lines(key="alone", x=C, y=np.where(alone <= 1.0, alone, np.nan)[None], role=ROLES[CATONI]),
    ]
    good = paid <= 1.0
    if good.any():
        marks.append(Points(key="grid", x=PARAMETERS[good], y=paid[good], role=ROLES[CATONI], small=True))
    best = pac_bayes.catoni_optimum(made.train, made.complexity, made.n, state.delta)
    reached = float(pac_bayes.inverse_kl(made.train, budget_of_one(state, made)))
    if x.low <= best <= x.high:
        marks.append(Points(key="least", x=np.array([best]), y=np.array([reached]), role="bad", shape="cross"))
    if state.catoni == FIXED:
        value = min(max(state.parameter, x.low), x.high)
        marks.append(Rule(key="cursor", value=value, bound="parameter", role="text"))
    readouts = (
        Readout(name="line", value="line: one C, fixed beforehand", role=ROLES[CATONI]),
        Readout(name="dots", value="dots: best of 32, paid", role=ROLES[CATONI]),
        Readout(name="cross", value=f"✕ {show(reached)}: C seen afterwards, no bound", role="bad"),
    )
    return Panel(key="parameter", title="Catoni's C", x=x, y=ERROR, marks=tuple(marks), readouts=readouts)


def budget_of_one(state: PacBayesState, made: Scene) -> float:
    """(KL + ln(1/δ))/n: what Catoni's bound spends for a single C."""
    return (made.complexity - math.log(state.delta)) / made.n


def over_n(state: PacBayesState, made: Scene) -> Panel:
    """The bounds if this training error and this KL belonged to another sample size."""
    x = axis(*_SIZES, "sample size (log scale)", log=True)
    sizes = np.geomspace(*_SIZES, 121)
    values = np.stack([bound(state, name, made.train, made.complexity, sizes) for name in BOUNDS])
    marks = (
        Rule(key="train", axis="y", value=made.train, role="train", label="R̂"),
        *bound_curves(sizes, np.where(values <= 1.0, values, np.nan)),
        Rule(key="n", value=max(float(made.n), _SIZES[0]), role="text"),
    )  # fmt: skip
    note = Readout(name="held", value="same R̂, same KL", role="muted")
    return Panel(key="over_n", title="If the sample were larger", x=x, y=ERROR, marks=marks, readouts=(note,))
