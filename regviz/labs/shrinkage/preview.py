"""A first picture of a large table whose path is still being followed: the coefficients at one λ, solved alone."""

import numpy as np

from regviz.lab import Axis, Bars, Certificate, Frame, Panel, Readout, show
from regviz.labs._data import Data
from regviz.linear.elastic_net import elastic_net_at
from regviz.linear.penalties import kkt, make_penalty

WIDE = 100
"""Features from which on the elastic net's path takes long enough for a first picture."""


def first(found: Data, lam: float, alpha: float, tolerance: float) -> Frame:
    """The elastic net at ``lam`` > 0, certified, while its path is unknown."""
    problem = found.problem
    w = elastic_net_at(problem, lam, alpha)
    active = int(np.count_nonzero(w))
    high = 1.1 * max(float(np.abs(w).max()), 1e-12)
    violation = kkt(problem, make_penalty("elastic-net", lam, alpha), w)
    bars = Panel(
        key="preview", title="Coefficients", x=Axis(low=-0.6, high=problem.p - 0.4, hidden=True),
        y=Axis(low=-high, high=high), marks=(Bars(key="coefficients", values=w, labels=problem.names, role="noise"),),
        readouts=(Readout(name="active", value=f"{active} of {problem.p} active", role="accent"),),
    )  # fmt: skip
    return Frame(
        panels=(bars,), readouts=(Readout(name="lam", label="λ", value=lam),),
        caption=f"At λ = {show(lam)} the elastic net keeps {active} of {problem.p} coefficients; its path comes next.",
        subtitle=f"elastic-net, {found.title}", formula="elastic-net", status="running", progress=0.0,
        certificate=Certificate(name="KKT residual", value=violation, tolerance=tolerance),
        options={"target": found.targets},
    )  # fmt: skip
