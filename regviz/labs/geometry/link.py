"""λ and t: two names for one thing. The radius t of the ball through the solution falls as λ rises."""

from functools import lru_cache

import numpy as np

from regviz.lab import Axis, Lines, Mark, Panel, Points, Readout, Region, Rule
from regviz.labs.geometry.scene import LAM, ROLES, Bowl, Budget, Solved, name, trace
from regviz.linear.plane import Shape


def panel(found: tuple[Solved, ...], bowl: Bowl, budget: Budget) -> Panel:
    """Draw t over λ for every ball that is shown, and the cursor on what is held."""
    shapes = tuple(one.shape for one in found)
    top = max(float(one.shape.radius(bowl.centre)) for one in found)
    x, y = axes(max(round(1.08 * top, 2), 0.2))
    marks: list[Mark] = [*curves(shapes, bowl)]
    if budget.lam is not None:
        cursor = Rule(key="cursor", value=min(max(budget.lam, x.low), x.high), bound="lam", role="text")
    else:
        cursor = Rule(key="cursor", value=min(float(budget.t or 0.0), y.high), axis="y", bound="t", role="text")
    known = [one for one in found if one.touch.lam is not None]
    here = Points(
        key="here", x=np.array([min(max(one.touch.lam or 0.0, x.low), x.high) for one in known]),
        y=np.array([one.touch.t for one in known]), roles=tuple(ROLES[one.shape.kind] for one in known),
    )  # fmt: skip
    held = "λ held, t follows" if budget.lam is not None else "t held, λ follows"
    return Panel(
        key="link", title="t falls as λ rises", x=x, y=y, marks=(*marks, cursor, here),
        readouts=(Readout(name="held", value=held, role="muted"),),
    )  # fmt: skip


@lru_cache(maxsize=32)
def axes(top: float) -> tuple[Axis, Axis]:
    """λ over the slider's range, t up to the optimum's."""
    return Axis(low=LAM[0], high=LAM[1], log=True, label="λ (log scale)"), Axis(low=0.0, high=top, label="t")


@lru_cache(maxsize=32)
def curves(shapes: tuple[Shape, ...], bowl: Bowl) -> tuple[Mark, ...]:
    """t(λ) of each ball; where it jumps, the budgets that no λ gives."""
    lines: list[Mark] = []
    gaps: list[Mark] = []
    for shape in shapes:
        path = trace(shape, bowl)
        inside = (path.lams >= LAM[0]) & (path.lams <= LAM[1])
        lines.append(Lines(key=f"t-{shape.kind}", role=ROLES[shape.kind], x=path.lams[inside], y=path.t[inside][None],
                           labels=(name(shape),)))  # fmt: skip
        for k, (_, low, high) in enumerate(path.gaps):
            box = np.array([[LAM[0], low], [LAM[1], low], [LAM[1], high], [LAM[0], high]])
            gaps.append(Region(key=f"gap-{k}", role=ROLES[shape.kind], x=box[:, 0], y=box[:, 1], outline=False,
                               fade=np.array([0.14]), label="no λ gives these t"))  # fmt: skip
    return (*gaps, *lines)
