"""The particles' frame: landscape, densities, the statistic over steps, and the stationary law as η/B changes."""

from collections.abc import Generator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Frame, Lines, Mark, Panel, Points, Readout, Rule, absent, show
from regviz.labs import _nets as nets
from regviz.labs.sgd_noise import particles
from regviz.labs.sgd_noise.axes import axis, rounded, upwards
from regviz.labs.sgd_noise.particles import BATCHES, COUNT, Particles, Physics
from regviz.labs.sgd_noise.state import SgdNoiseState
from regviz.theory.sgd_chain import Landscape, quadratic_variance

Array = NDArray[Any]

DRAWN = 400
"""Particles that are drawn, the first ones."""
BINS = 56
_TEMPS = np.geomspace(1e-3, 20.0, 90)
_SHARE = Axis(low=0.0, high=1.08, label="share in the left well")


def frames(state: SgdNoiseState) -> Generator[Frame, Any, None]:
    """A picture every ``pace`` steps; everything but landscape, start and seed may change on the way."""
    cloud = Particles(state)
    while True:
        news = yield _frame(state, cloud)
        if news is not None:
            state = news
            if cloud.step > state.steps:
                cloud = Particles(state)
                cloud.advance(state.steps)
            elif cloud.step == state.steps and cloud.physics != Physics.of(state):
                cloud = Particles(state)  # what has come to rest begins anew
            else:
                cloud.tune(state)
        elif cloud.step >= state.steps and cloud.shown == len(BATCHES):
            return
        else:
            cloud.shown = min(cloud.shown + 1, len(BATCHES))
            cloud.advance(min(state.pace, state.steps - cloud.step))


def _frame(state: SgdNoiseState, cloud: Particles) -> Frame:
    kind = cloud.physics
    settled, limit = particles.stationary(kind), particles.settled_gibbs(kind)
    done = min(cloud.step / state.steps, cloud.shown / len(BATCHES))
    gone = f"{cloud.gone} of {COUNT} particles have diverged: η is at least 2/h = {show(2 / kind.landscape.h)}."
    return Frame(
        panels=(
            _hill(cloud), _densities(cloud), _course(state, cloud, settled, limit), _laws(cloud, settled, limit),
        ),
        readouts=_readouts(cloud, settled, limit), caption=_caption(cloud, settled, limit),
        status="diverged" if not kind.stable else "running" if done < 1.0 else "stopped",
        message=gone if cloud.gone else "", progress=done,
        subtitle=f"{COUNT} particles, {state.landscape}",
        equation=f"x ← x − η(U′ + σξ/√B),  T = ησ²/(2B) = {show(kind.temp)}",
    )  # fmt: skip


def _hill(cloud: Particles) -> Panel:
    x, y, line = _landscape(cloud.physics.landscape, *_span(cloud.physics))
    at = cloud.x[:DRAWN]
    with np.errstate(all="ignore"):
        height = cloud.physics.landscape.value(at)
    dots = Points(key="particles", x=at, y=height, role="informative:3", small=True)
    note = Readout(name="drawn", value=f"{DRAWN} of {COUNT} particles", role="informative:3")
    return Panel(key="landscape", title=f"Landscape, step {cloud.step}", x=x, y=y, marks=(line, dots), readouts=(note,))


@lru_cache(maxsize=32)
def _landscape(kind: Landscape, low: float, high: float) -> tuple[Axis, Axis, Lines]:
    at = np.linspace(low, high, 400)
    value = kind.value(at)
    bottom, top = float(value.min()), float(value.max())
    line = Lines(key="loss", x=at, y=value[None], role="loss")
    return (
        axis(low, high, "x"),
        Axis(low=bottom - 0.12 * (top - bottom), high=top, label="U(x)"), line,
    )  # fmt: skip


def _span(kind: Physics) -> tuple[float, float]:
    """The shown interval: the minima, and room on both sides for two and a half deviations of the tails."""
    low = kind.landscape.turns[0]
    spread = quadratic_variance(kind.rate, kind.sigma, kind.batch, kind.landscape.h) ** 0.5
    room = rounded(max(1.4, 2.5 * spread if spread < 1e3 else 4.0))
    return float(low[0]) - room, float(low[-1]) + room


def _densities(cloud: Particles) -> Panel:
    kind = cloud.physics
    low, high = _span(kind)
    edges = np.linspace(low, high, BINS + 1)
    inside = cloud.x[np.isfinite(cloud.x)]
    counts = np.histogram(inside, edges)[0] / (COUNT * (edges[1] - edges[0]))
    grid = np.linspace(low, high, 400)
    marks: list[Mark] = [
        Lines(key="particles", x=edges, y=np.append(counts, counts[-1])[None], steps=True, role="informative:3")
    ]  # fmt: skip
    top = float(np.sort(counts)[-3:].mean()) if cloud.step else 1.0
    if kind.stable:
        law = np.interp(grid, *particles.gibbs_law(kind.landscape, kind.temp), left=0.0, right=0.0)
        marks.append(Lines(key="gibbs", x=grid, y=law[None], role="second", dash=True))
        top = max(top, float(law.max()))
    found = kind.chain
    if found is not None:
        exact = np.interp(grid, found.grid, found.stationary, left=0.0, right=0.0)
        marks.append(Lines(key="chain", x=grid, y=exact[None], role="text", thin=True))
        top = max(top, float(exact.max()))
    words = {"gibbs": ("dashed: Gibbs exp(−U/T)", "second"), "chain": ("line: exact, settled", "text"),
             "particles": ("steps: particles", "informative:3")}  # fmt: skip
    readouts = tuple(Readout(name=m.key, value=words[m.key][0], role=words[m.key][1]) for m in marks)
    return Panel(
        key="densities", title="Where they are", x=axis(low, high, "x"), y=upwards(1.15 * top, "density"),
        marks=tuple(marks), readouts=readouts,
    )  # fmt: skip


def _course(state: SgdNoiseState, cloud: Particles, settled: float | None, limit: float) -> Panel:
    """The statistic over the steps: particles with two standard errors, the exact chain, and both levels."""
    keep = np.unique(np.linspace(0, cloud.step, 300).astype(int))
    measured, exact = cloud.record["measured"][keep, 0], cloud.record["exact"][keep]
    at = cloud.record.steps[keep]
    marks: list[Mark] = []
    if cloud.physics.stable:
        marks.append(Rule(key="gibbs", value=limit, axis="y", role="second", dash=True, label="Gibbs"))
    if settled is not None:
        marks.append(Rule(key="settled", value=settled, axis="y", role="text", dash=True, label="stationary"))
    marks.append(Lines(key="measured", x=at, y=measured[None], role="informative:3", labels=("particles",)))
    marks.append(Lines(key="exact", x=at, y=exact[None], role="text", thin=True, labels=("exact",)))
    values = np.concatenate([measured, exact, [limit, settled or 0.0]])
    return Panel(
        key="course", title=_what(cloud), x=axis(0.0, 1.14 * max(state.steps, cloud.step), "step", False),
        y=_vertical(cloud, values), marks=tuple(marks), readouts=_both(cloud),
    )  # fmt: skip


def _what(cloud: Particles) -> str:
    return "Share in the left well" if cloud.physics.border is not None else "Variance of the particles"


def _both(cloud: Particles) -> tuple[Readout, ...]:
    (measured, error), exact = cloud.measured(), cloud.exact()
    seen = f"{show(measured)} ± {show(error, 2)}" if np.isfinite(measured) else "diverged"
    return (
        Readout(name="measured", value=seen, role="informative:3"),
        Readout(name="exact", value=exact if np.isfinite(exact) else None, label="exact"),
    )


def _vertical(cloud: Particles, values: Array) -> Axis:
    if cloud.physics.border is not None:
        return _SHARE
    good = values[np.isfinite(values)]
    return upwards(1.2 * float(good.max()), "variance") if len(good) else upwards(1.0, "variance")


def _laws(cloud: Particles, settled: float | None, limit: float) -> Panel:
    """The stationary statistic over the temperature: Gibbs as a curve, exact chains of this η as diamonds."""
    kind = cloud.physics
    curve = _gibbs_curve(kind.landscape)
    marks: list[Mark] = [Lines(key="gibbs", x=_TEMPS, y=curve[None], role="second", dash=True, labels=("Gibbs",))]
    found = [
        (other.temp, particles.stationary(other))
        for other in (replace(kind, batch=size) for size in BATCHES[len(BATCHES) - cloud.shown :])
    ]
    known = np.array([pair for pair in found if pair[1] is not None], np.float64).reshape(-1, 2)
    marks.append(
        Points(key="chains", x=known[:, 0], y=known[:, 1], role="text", shape="diamond")
    )
    measured, error = cloud.measured()
    if np.isfinite(measured):
        marks.append(
            Points(key="now", x=np.array([kind.temp]), y=np.array([measured]), low=np.array([measured - 2 * error]),
                   high=np.array([measured + 2 * error]), role="informative:3")
        )  # fmt: skip
    marks.append(Rule(key="here", value=kind.temp, role="muted", dash=True))
    log = kind.border is None
    top = float(max(curve[-1], 1.0)) if log else 1.08
    y = axis(1e-4 if log else 0.0, 10.0 * top if log else top, "variance" if log else "share in the left well", log)
    readouts = (
        Readout(name="diamond", value=f"◆ exact, η = {show(kind.rate)}, B = 1 … 64"),
        Readout(name="dot", value="● particles now", role="informative:3"),
    )  # fmt: skip
    return Panel(
        key="laws", title="Settled, over η/B", x=axis(1e-3, 20.0, "temperature T = ησ²/(2B) (log scale)", True), y=y,
        marks=tuple(marks), readouts=readouts,
    )  # fmt: skip


@lru_cache(maxsize=32)
def _gibbs_curve(kind: Landscape) -> Array:
    # B = 1 and σ² = 2T/η with η = 1 give the temperature T
    return np.array([particles.settled_gibbs(Physics(kind, 1.0, float(np.sqrt(2.0 * t)), 1)) for t in _TEMPS])


def _readouts(cloud: Particles, settled: float | None, limit: float) -> tuple[Readout, ...]:
    kind, (measured, error), exact = cloud.physics, cloud.measured(), cloud.exact()
    ratio = None
    if np.isfinite(measured) and np.isfinite(exact) and error > 0.0:
        ratio = (measured - exact) / error
    return (
        Readout(name="step", value=cloud.step, label="step"),
        Readout(name="temperature", value=kind.temp, label="T = ησ²/(2B)"),
        Readout(name="measured", value=measured if np.isfinite(measured) else None, label="particles",
                role="informative:3"),
        Readout(name="exact", value=exact if np.isfinite(exact) else None, label="exact at this step"),
        Readout(name="off", value=ratio, label="particles − exact", unit="SE", missing=absent(cloud.step)),
        Readout(name="stationary", value=settled, label="exact, settled"),
        Readout(name="gibbs", value=limit if kind.stable else None, label="Gibbs", role="second"),
        Readout(name="diverged", value=cloud.gone, label="diverged particles"),
    )  # fmt: skip


def _caption(cloud: Particles, settled: float | None, limit: float) -> str:
    kind = cloud.physics
    if not kind.stable:
        bound = show(2.0 / kind.landscape.h)
        return f"η = {show(kind.rate)} is not below 2/h = {bound}: there is no stationary law, the particles run away."
    head = f"At T = {show(kind.temp)} Gibbs says {show(limit)} for the variance"
    if kind.border is not None:
        head = f"At T = {show(kind.temp)} Gibbs puts {_percent(limit)} in the left well"
    measured = cloud.measured()[0]
    seen = _percent(measured) if kind.border is not None else show(measured)
    now = f"the particles are at {seen} after {nets.steps(cloud.step)}"
    if not np.isfinite(measured):
        now = "no particle is left"
    if settled is None:
        return f"{head}, the limit of small steps; the exact law is not computed for steps as small as these; {now}."
    exact = _percent(settled) if kind.border is not None else show(settled)
    return f"{head}, the exact law at η = {show(kind.rate)} says {exact}{_sharp(kind)}; {now}."


def _percent(share: float) -> str:
    return f"{show(100.0 * share)} %"



def _sharp(kind: Physics) -> str:
    """Words about minima that plain descent with this η cannot rest in: η > 2/U″."""
    low = kind.landscape.turns[0]
    count = int((kind.rate * kind.landscape.bend(low) > 2.0).sum())
    if not count:
        return ""
    return " (no minimum can hold even noiseless descent)" if count == len(low) else " (one minimum is too sharp for η)"
