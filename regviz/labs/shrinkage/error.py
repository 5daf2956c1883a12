"""Training, cross-validated and true test error over λ, with λ_min and λ_1SE."""

from functools import lru_cache

import numpy as np

from regviz.lab import Axis, Band, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs.shrinkage.coefficients import padded
from regviz.labs.shrinkage.scene import Scene
from regviz.linear import CrossValidation


def panel(made: Scene, cv: CrossValidation | None, lam: float, train: float, validation: float | None) -> Panel:
    """The error curves, the two marked values of λ and the cursor at ``lam``."""
    x, y = axes(made, cv)
    readouts = [Readout(name="train_mse", label="train", value=train, role="train")]
    at = [train]
    roles = ["train"]
    if validation is not None:
        readouts.append(Readout(name="validation_mse", label="validation", value=validation, role="validation"))
        at.append(validation)
        roles.append("validation")
    shown = min(max(lam, x.low), x.high)
    moving: tuple[Mark, ...] = (
        Rule(key="cursor", value=shown, bound="lam", role="text"),
        Points(key="here", x=np.full(len(at), shown), y=np.array(at), roles=tuple(roles)),
    )
    return Panel(
        key="error", title="Error", x=x, y=y, marks=still(made, cv) + moving, readouts=tuple(readouts)
    )


@lru_cache(maxsize=8)
def axes(made: Scene, cv: CrossValidation | None) -> tuple[Axis, Axis]:
    """Axes over the shown range of λ and all curves, cut where one curve would squash the others."""
    curves = [made.train] + ([cv.mean] if cv is not None else []) + ([made.test] if made.test is not None else [])
    lowest = min(float(np.min(c)) for c in curves)
    highest = max(float(np.max(made.train)), *(float(np.max(c)) for c in curves))
    spread = float(np.ptp(made.train))
    top = min(highest, lowest + 4.0 * spread) if spread > 1e-9 * highest else highest
    low, high = padded(0.0 if lowest < 0.25 * top else min(lowest, top), top, 0.08)
    x = Axis(low=made.limits[0], high=made.limits[1], log=True, label="λ (log scale)")
    unit = "mean deviance" if made.loss == "logistic" else "mean squared error"
    return x, Axis(low=max(low, 0.0), high=high, label=unit)


@lru_cache(maxsize=8)
def still(made: Scene, cv: CrossValidation | None) -> tuple[Mark, ...]:
    """All that does not move with λ."""
    marks: list[Mark] = []
    if cv is not None:
        marks.append(Band(key="se", role="validation", x=cv.lams, low=cv.mean - cv.se, high=cv.mean + cv.se))
    if made.test is not None:
        marks.append(
            Lines(key="test", role="test", x=made.lams, y=made.test[None], labels=("test (exact)",), dash=True)
        )
    marks.append(Lines(key="train", role="train", x=made.lams, y=made.train[None], labels=("train",)))
    if cv is not None:
        marks.append(Lines(key="validation", role="validation", x=cv.lams, y=cv.mean[None], labels=("validation",)))
        marks += _choices(made, cv) if made.path.penalty != "none" else []
    return tuple(marks)


def _choices(made: Scene, cv: CrossValidation) -> list[Mark]:
    low, high = made.limits
    return [
        Rule(key=key, value=value, role="validation", dash=True, label=f"{name} = {show(value)}")
        for key, name, value in (("lam_min", "λ min", cv.lam_min), ("lam_1se", "λ 1SE", cv.lam_1se))
        if low <= value <= high and not (key == "lam_1se" and value == cv.lam_min)
    ]
