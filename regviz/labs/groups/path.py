"""The norm of every block over λ, with a ring where the block comes in; and the test that lets a block in."""

from functools import lru_cache

import numpy as np

from regviz.lab import Axis, Bars, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs.groups.bars import TITLES
from regviz.labs.groups.design import Design
from regviz.labs.groups.scene import HUGE, NEAR, SPAN, Norms, Solution, solution, top
from regviz.linear.groups import group_norms, group_roots
from regviz.linear.problem import Array

SHOWN = 24
"""Most curves drawn: those of the largest blocks."""
NAMED = 8
"""Most curves with a name."""


def panel(made: Design, method: str, alpha: float, lam: float, found: Solution, curves: Norms | None) -> Panel:
    """‖w_g‖ over λ with the cursor at ``lam``; without curves while they are being computed."""
    x, y = axes(made, method, alpha, curves)
    here = min(max(lam, x.low), x.high)
    now = group_norms(made.groups, found.w)
    kept = _largest(now) if curves is None else _largest(curves.values.max(axis=0))
    moving: tuple[Mark, ...] = (
        Rule(key="cursor", value=here, bound="lam", role="text", label=f"λ = {show(lam)}"),
        Points(key="here", x=np.full(len(kept), here), y=now[kept], roles=tuple(made.roles[g] for g in kept)),
    )
    still = () if curves is None else marks(made, curves)
    how = [Readout(name="entries", value="○ block comes in", role="muted")]
    if len(kept) < len(made.groups):
        how.append(Readout(name="thinned", value=f"{len(kept)} largest of {len(made.groups)}", role="muted"))
    title = f"Norm of each block: {TITLES[method].lower()}"
    return Panel(key="path", title=title, x=x, y=y, marks=still + moving, readouts=(*how, *_above(now, y.high)))


def _above(now: Array, high: float) -> tuple[Readout, ...]:
    """How many blocks are beyond the axis at λ, as they may be where it is tiny."""
    beyond = now[now > high]
    if not beyond.size:
        return ()
    largest = show(float(beyond.max()))
    words = f"1 block above, at {largest}" if beyond.size == 1 else f"{beyond.size} blocks above, up to {largest}"
    return (Readout(name="above", value=words, role="muted"),)


@lru_cache(maxsize=16)
def axes(made: Design, method: str, alpha: float, curves: Norms | None) -> tuple[Axis, Axis]:
    """The shown range of λ, and room for the norms where λ is not tiny: there they may be many times larger."""
    least = NEAR * top(made)
    if curves is None and made.problem.p > HUGE:
        high = float(group_norms(made.groups, made.problem.correlation).max(initial=0.0))
    elif curves is None:
        high = float(group_norms(made.groups, solution(made, method, least, alpha).w).max(initial=0.0))
    else:
        high = float(curves.values[curves.lams >= least].max(initial=0.0))
    high = high or 1.0
    return x_axis(made), Axis(low=-0.04 * high, high=1.25 * high, label="norm of the block’s coefficients")


@lru_cache(maxsize=8)
def x_axis(made: Design) -> Axis:
    """The shown range of λ."""
    return Axis(low=SPAN * top(made), high=1.3 * top(made), log=True, label="λ (log scale)")


@lru_cache(maxsize=16)
def marks(made: Design, curves: Norms) -> tuple[Mark, ...]:
    """The curves and the rings at entries."""
    size = curves.values.max(axis=0)
    kept, named = _largest(size), _largest(size, NAMED)
    roles = tuple(made.roles[g] for g in kept)
    found: list[Mark] = [
        Lines(
            key="norms", x=curves.lams, y=curves.values[:, kept].T, roles=roles,
            labels=tuple(made.names[g] if g in named else "" for g in kept),
        )
    ]  # fmt: skip
    rings = [(lam, g) for lam, g in curves.entries if g in kept]
    if rings:
        places = np.array([lam for lam, _ in rings])
        found.append(
            Points(
                key="entries", shape="ring", x=places, y=np.zeros_like(places),
                roles=tuple(made.roles[g] for _, g in rings),
            )
        )  # fmt: skip
    return tuple(found)


def _largest(size: Array, most: int = SHOWN) -> list[int]:
    return sorted(int(g) for g in np.argsort(-size, kind="stable")[:most])


def margins(made: Design, w: Array) -> tuple[Array, Array]:
    """‖X_gᵀr₋g‖/n by block (G,), divided by √p_g and not; r₋g is the residual of ``w`` (p,) without the block."""
    problem = made.problem
    left = problem.y - problem.X @ w
    sizes = []
    for group in made.groups:
        members = list(group)
        without = left + problem.X[:, members] @ w[members]
        sizes.append(float(np.linalg.norm(problem.X[:, members].T @ without)) / problem.n)
    raw = np.array(sizes)
    return raw / group_roots(made.groups), raw


def entry_panel(made: Design, found: Solution, lam: float) -> Panel:
    """Bars of ‖X_gᵀr₋g‖/(n√p_g) with the line at λ: a block is in exactly where its bar is above the line."""
    shared, raw = margins(made, found.w)
    x, y = _entry_axes(made)
    bars = Bars(key="margins", values=shared, ghost=raw, labels=made.names, roles=made.roles)
    here = min(max(lam, y.low), y.high)
    line = Rule(key="cursor", axis="y", value=here, bound="lam", role="text")
    level = Readout(name="level", label="line at λ", value=lam)
    how = Readout(name="ghost", value="outline: without dividing by √p_g", role="muted")
    return Panel(
        key="entry", title="Who may come in: ‖X_gᵀr₋g‖/(n√p_g) > λ", x=x, y=y, marks=(bars, line),
        readouts=(level, how),
    )


@lru_cache(maxsize=8)
def _entry_axes(made: Design) -> tuple[Axis, Axis]:
    at_zero = margins(made, np.zeros(made.problem.p))[1]
    high = float(at_zero.max()) or 1.0
    if made.problem.p <= HUGE:
        low = margins(made, solution(made, "group-lasso", SPAN * top(made), 0.0).w)[1]
        high = max(high, float(low.max()))
    return Axis(low=-0.6, high=len(made.groups) - 0.4), Axis(low=0.0, high=1.15 * high)
