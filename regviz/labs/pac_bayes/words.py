"""Captions, read-outs and formulas of the linear views, with the live numbers."""

import math
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from regviz.lab import Certificate, Readout, show
from regviz.labs.pac_bayes.scene import BOUNDS, ROLES, HeldOut, Scene
from regviz.labs.pac_bayes.state import KL, PacBayesState
from regviz.labs.pac_bayes.tuning import Tuned
from regviz.theory.pac_bayes import binary_kl, maurer_budget

TOLERANCE = 1e-10
"""Error of the inverse of kl that is certified."""
VACUOUS = 0.9995
"""From here on a bound is shown as 1 and says nothing."""


def subtitle(state: PacBayesState, made: Scene) -> str:
    """What is classified, and by what."""
    return f"two Gaussian classes in {state.d} dimension{'s' if state.d > 1 else ''}, n = {made.n}"


def caption(state: PacBayesState, made: Scene) -> str:
    """The three bounds and what they are about."""
    bounds = _listed({name: made.bounds[name] for name in BOUNDS})
    broken = [name for name in BOUNDS if made.true > made.bounds[name]]
    tail = f"; on this sample {' and '.join(broken)} failed, as happens with probability at most δ" if broken else ""
    chosen = f"Q, optimised for {state.target}" if state.optimise else "Q"
    start = (
        f"Drawing its weights from {chosen} at KL = {show(made.kl)} nats from P, the classifier errs "
        f"{show(made.train)} on the sample, {show(made.true)} on fresh data"
    )
    if not bounds:
        return f"{start}; the bounds say nothing, being 1 to three digits."
    return f"{start}{bounds}, each with probability at least {sure(state.delta)} over samples{tail}."


def _listed(bounds: dict[str, float]) -> str:
    """Those below 1 with their values, and the names of the others."""
    told = ", ".join(f"{show(bound)} ({name})" for name, bound in bounds.items() if bound < VACUOUS)
    rest = " and ".join(name for name, bound in bounds.items() if bound >= VACUOUS)
    return f", and at most {told}{f', and nothing by {rest}' if rest else ''}" if told else ""


def sure(failure: float) -> str:
    """The probability 1 − ``failure``, rounded down, with as many digits as it takes to tell it from 1."""
    places = 2 - math.floor(math.log10(failure))
    kept = (1 - Decimal(f"{failure:.12g}")).quantize(Decimal(10) ** -places, ROUND_FLOOR)
    return f"{kept.normalize():f}"


def tuning_caption(state: PacBayesState, made: Scene, found: Tuned) -> str:
    """What tuning the prior's width costs."""
    gain = found.fixed - found.paid
    if abs(gain) < 5e-4:
        verdict = "about as much as"
    else:
        verdict = f"{show(abs(gain))} {'less' if gain > 0 else 'more'} than"
    return (
        f"Q lies closest to the prior of width {show(found.closest)}; the grid takes τ = "
        f"{show(float(found.taus[found.best]))} for a price of {show(float(found.price[found.best]))} nats and bounds "
        f"the error by {show(min(found.paid, 1.0))}, {verdict} τ = {show(state.tau)} fixed beforehand "
        f"({show(min(found.fixed, 1.0))}); {show(min(found.unpaid, 1.0))} without paying would be no bound."
    )


def message(state: PacBayesState, made: Scene) -> str:
    """A sentence where the bound in view says nothing."""
    value = made.bounds[state.target]
    if value >= 1.0:
        return f"The bound by {state.target} is vacuous: no error exceeds 1."
    return f"The bound by {state.target} says no more than a coin would." if value >= 0.5 else ""


def equation(state: PacBayesState, made: Scene) -> str:
    """Maurer's inequality with its numbers."""
    price = "" if made.j == 0 else f" + ln(π²·{made.j}²/6)"
    paid = "" if made.j == 0 else f" + {show(made.price)}"
    budget = float(maurer_budget(made.complexity, made.n, state.delta))
    return (
        f"kl(R̂‖R) ≤ (KL{price} + ln(2√n/δ))/n = ({show(made.kl)}{paid} + "
        f"{show(math.log(2.0 * math.sqrt(made.n) / state.delta))})/{made.n} = {show(budget)}"
    )


def certificate(state: PacBayesState, made: Scene) -> Certificate | None:
    """How far the inverse of kl may be off; None where it is 1 to rounding."""
    value = made.bounds[KL]
    if value > 1.0 - 1e-6:
        return None
    budget = float(maurer_budget(made.complexity, made.n, state.delta))
    slope = (value - made.train) / (value * (1.0 - value))
    off = abs(float(binary_kl(made.train, value)) - budget) / slope
    return Certificate(name="error of kl⁻¹", value=off, tolerance=TOLERANCE)


def readouts(state: PacBayesState, made: Scene, tested: HeldOut) -> tuple[Readout, ...]:
    """Every number of the picture."""
    values: dict[str, tuple[str, Any, str]] = {
        "train": ("train error R̂", made.train, "train"), "true": ("true error R", made.true, "truth"),
        "kl": ("KL(Q‖P), nats", made.kl, "informative:0"), "price": ("price of τ, nats", made.price, "text"),
        "bound_kl": ("inverse kl", made.bounds[BOUNDS[0]], ROLES[BOUNDS[0]]),
        "bound_catoni": ("Catoni", made.bounds[BOUNDS[1]], ROLES[BOUNDS[1]]),
        "bound_pinsker": ("Pinsker", made.bounds[BOUNDS[2]], ROLES[BOUNDS[2]]),
        "C": ("Catoni's C", made.C, "text"), "length": ("‖w‖", made.length, "text"), "s": ("s", made.s, "text"),
        "tau": ("τ", made.tau, "text"), "bayes_error": ("least possible error", made.sample.world.bayes_error, "muted"),
        "test_chernoff": (f"Q of ½, tested on {tested.n}: Chernoff", tested.chernoff, "test"),
        "test_hoeffding": ("the same: Hoeffding", tested.hoeffding, "test"),
        "binomial": (f"sign(wᵀx) of ½, {tested.mistakes} of {tested.n} wrong: binomial", tested.binomial, "test"),
    }  # fmt: skip
    return tuple(
        Readout(name=name, label=label, value=value, role=role) for name, (label, value, role) in values.items()
    )


