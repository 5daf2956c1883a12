"""The panels about the prior's width: KL and bound over τ, the grid with its price, and tuning without paying."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs.pac_bayes.axes import ERROR, FULL, axis, bars, decades, round_up
from regviz.labs.pac_bayes.scene import Scene, grid_of
from regviz.labs.pac_bayes.state import FIXED, PacBayesState
from regviz.theory.gibbs import full_kl
from regviz.theory.pac_bayes import kl_bound

Array = NDArray[np.float64]

_SPAN = (0.02, 50.0)


@dataclass(frozen=True, eq=False)
class Tuned:
    """What becomes of Q's bound (inverse kl) with τ fixed, tuned for nothing and taken from the grid.

    ``closest`` is the τ nearest to Q; ``taus``, ``kl`` and ``price`` (k,) are the grid's, ``best`` the place used.
    """

    closest: float
    least: float
    taus: Array
    kl: Array
    price: Array
    best: int
    fixed: float
    unpaid: float
    paid: float


def tuned(state: PacBayesState, made: Scene) -> Tuned:
    """The numbers of ``state``."""
    closest = float(np.sqrt(made.s**2 + made.length**2 / state.d))
    taus, price = grid_of(state)
    kl = full_kl(made.length, made.s, taus, state.d)
    best = int(np.argmin(kl + price))
    least = float(full_kl(made.length, made.s, closest, state.d))
    asked = (float(full_kl(made.length, made.s, state.tau, state.d)), least, float(kl[best] + price[best]))
    fixed, unpaid, paid = kl_bound(made.train, np.array(asked), made.n, state.delta)
    return Tuned(closest, least, taus, kl, price, best, float(fixed), float(unpaid), float(paid))


def complexity(state: PacBayesState, made: Scene, found: Tuned) -> Panel:
    """KL over τ, and KL plus price on the grid."""
    x = _along(state, found)
    at = np.geomspace(x.low, x.high, 161)
    kl = full_kl(made.length, made.s, at, state.d)
    total = found.kl + found.price
    used = float(total[found.best])
    y = axis(0.0, round_up(max(3.0 * used, 3.0 * found.least, 5.0)), "nats")
    seen = (found.taus >= x.low) & (found.taus <= x.high) & (total <= y.high)
    marks: list[Mark] = [
        Lines(key="kl", x=at, y=np.where(kl <= 1.05 * y.high, kl, np.nan)[None], role="informative:0"),
        Points(key="grid", x=found.taus[seen], y=total[seen], role="group", small=True),
        *_chosen(x, found, used, named=False), _cursor(state, x),
    ]  # fmt: skip
    readouts = (
        Readout(name="line", value="line: KL", role="informative:0"),
        Readout(name="dots", value="dots: KL + price", role="group"),
        Readout(name="price", value=float(found.price[found.best]), label=f"ln(π²·{found.best + 1}²/6)", role="group"),
    )
    return Panel(key="complexity", title="Complexity over τ", x=x, y=y, marks=tuple(marks), readouts=readouts)


def bounds(state: PacBayesState, made: Scene, found: Tuned) -> Panel:
    """The bound over τ: with τ fixed beforehand as a line, from the grid as dots."""
    x = _along(state, found)
    at = np.geomspace(x.low, x.high, 161)
    fixed = kl_bound(made.train, full_kl(made.length, made.s, at, state.d), made.n, state.delta)
    seen = (found.taus >= x.low) & (found.taus <= x.high)
    paid = kl_bound(made.train, (found.kl + found.price)[seen], made.n, state.delta)
    marks: list[Mark] = [
        Rule(key="true", axis="y", value=made.true, role="truth", dash=True, label="true"),
        Lines(key="fixed", x=at, y=fixed[None], role="informative:0"),
        Points(key="grid", x=found.taus[seen], y=paid, role="group", small=True),
        *_chosen(x, found, found.paid),
        *([Points(key="unpaid", x=np.array([found.closest]), y=np.array([found.unpaid]), role="bad", shape="cross")]
          if x.low <= found.closest <= x.high else []),
        _cursor(state, x),
    ]  # fmt: skip
    readouts = (
        Readout(name="line", value="line: τ fixed beforehand", role="informative:0"),
        Readout(name="dots", value="dots: grid, paid", role="group"),
        Readout(name="cross", value="✕ tuned unpaid: no bound", role="bad"),
    )
    return Panel(key="over_tau", title="Bound over τ", x=x, y=ERROR, marks=tuple(marks), readouts=readouts)


def _along(state: PacBayesState, found: Tuned) -> Axis:
    values = (state.tau, found.closest)
    return decades(min(values), max(values), "prior width τ (log scale)", *_SPAN)


def _chosen(x: Axis, found: Tuned, height: float, named: bool = True) -> list[Mark]:
    tau = float(found.taus[found.best])
    if not x.low <= tau <= x.high:
        return []
    labels = (f"τ = {show(tau)}",) if named else ()
    return [Points(key="chosen", x=np.array([tau]), y=np.array([height]), role="group", shape="ring", labels=labels)]


def _cursor(state: PacBayesState, x: Axis) -> Mark:
    return Rule(key="cursor", value=state.tau, bound="tau", role="prior" if state.prior == FIXED else "muted")


def compared(state: PacBayesState, made: Scene, found: Tuned) -> Panel:
    """Errors and the three bounds as bars."""
    names = ("train", "true", f"fixed τ = {show(state.tau, 2)}", "grid, paid", "unpaid")
    values = np.array([made.train, made.true, found.fixed, found.paid, found.unpaid])
    mark = Bars(
        key="compared", values=np.minimum(values, 1.0), truth=np.full(5, made.true), labels=names,
        roles=("train", "truth", "informative:0", "group", "bad"),
    )  # fmt: skip
    y = axis(0.0, min(round_up(1.25 * max(float(values.max()), 1e-3)), FULL), "error")
    note = Readout(name="tick", value="tick: true error")
    return Panel(key="compared", title="Inverse-kl bounds", x=bars(5), y=y, marks=(mark,), readouts=(note,))
