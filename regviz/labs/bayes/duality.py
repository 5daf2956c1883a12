"""One slider with two scales: prior width over λ, a straight line on log axes for either prior."""

import math
from functools import lru_cache

import numpy as np

from regviz.lab import Axis, Handle, Lines, Mark, Panel, Readout, Rule, show
from regviz.labs.bayes.axes import lam_axis
from regviz.labs.bayes.posterior import Posterior
from regviz.labs.bayes.scene import Case
from regviz.theory.bayes import PRIORS

SLOPES = {"gaussian": -0.5, "laplace": -1.0}
"""Slope of log width over log λ."""


def panel(made: Posterior) -> Panel:
    """Both lines, the cursor at λ, and the handle on the line of the prior in use."""
    x, y = lam_axis(made.case), width_axis(made.case, made.sigma2)
    prior = made.prior
    lam = min(max(made.lam, x.low), x.high)
    width = PRIORS[prior.name].of_penalty(lam, made.sigma2, made.case.problem.n).width
    marks: list[Mark] = [*still(made.case, made.sigma2, prior.name)]
    marks.append(Rule(key="cursor", value=lam, bound="lam", role="text", label=f"λ = {show(made.lam)}"))
    marks.append(Rule(key="level", axis="y", value=width, role="prior", dash=True))
    label = f"{prior.symbol} = {show(prior.width)}"
    marks.append(Handle(key="slider", x=lam, y=width, role="prior", label=label))
    formula = "τ² = σ²/(nλ)" if prior.name == "gaussian" else "b = σ²/(nλ)"
    readouts = (Readout(name="rule", value=formula, role="prior"),)
    return Panel(key="duality", title="One slider, two scales", x=x, y=y, marks=tuple(marks), readouts=readouts)


@lru_cache(maxsize=16)
def width_axis(found: Case, sigma2: float) -> Axis:
    """The widths of both priors over the shown λ."""
    widths = [kind.of_penalty(lam, sigma2, found.problem.n).width for kind in PRIORS.values() for lam in found.limits]
    return Axis(low=min(widths), high=max(widths), log=True, label="prior width (log scale)")


@lru_cache(maxsize=16)
def still(found: Case, sigma2: float, prior: str) -> tuple[Mark, ...]:
    """The two lines, the one in use thick."""
    n = found.problem.n
    marks = []
    for name, kind in PRIORS.items():
        widths = np.array([[kind.of_penalty(float(lam), sigma2, n).width for lam in found.limits]])
        mine = name == prior
        label = f"{'Gaussian' if name == 'gaussian' else 'Laplace'} {kind.symbol}, slope {show(SLOPES[name], 1)}"
        marks.append(
            Lines(key=name, role="prior" if mine else "muted", x=np.array(found.limits), y=widths, thin=not mine,
                  dash=not mine, labels=(label,))
        )  # fmt: skip
    return tuple(marks)


def lam_near(found: Case, sigma2: float, prior: str, lam: float, width: float) -> float:
    """The λ of the point on the prior's line that is nearest to (λ, width), as seen on the panel."""
    x, y = lam_axis(found), width_axis(found, sigma2)
    along, up = math.log(x.high / x.low), math.log(y.high / y.low)
    wanted = math.log(PRIORS[prior](width).penalty(sigma2, found.problem.n))
    slope = SLOPES[prior] * along / up
    share = slope * slope / (1.0 + slope * slope)
    return math.exp((1.0 - share) * math.log(lam) + share * wanted)
