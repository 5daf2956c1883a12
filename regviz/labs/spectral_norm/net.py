"""The nets view: two classifiers, certified discs around training points, bounds beside slopes, singular values."""

from collections.abc import Generator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Certificate, Frame, Lines, Mark, Panel, Points, Readout, Region, Rule, Text, show
from regviz.labs import _nets as nets
from regviz.labs.spectral_norm.slopes import NAMES, ROUNDING, Look, Steepness, hyper
from regviz.labs.spectral_norm.state import SpectralState

Array = NDArray[Any]

EVERY = 20
_TURN = np.linspace(0.0, 2.0 * np.pi, 33)
def frames(state: SpectralState) -> Generator[Frame, Any, None]:
    """Both nets trained as one batch."""
    steepness = Steepness(state)
    run = nets.Run(
        state, *NAMES, net=steepness.net, hyper=hyper(state), every=EVERY,
        watch={"bound": steepness.bound, "measured": steepness.measured, "largest": steepness.largest},
    )  # fmt: skip
    return nets.train(state, run, hyper, lambda now, trained: _frame(now, trained, steepness))


def _frame(state: SpectralState, run: nets.Run, steepness: Steepness) -> Frame:
    look = steepness.look(state, run)
    return Frame(
        panels=(
            *(_map(state, run, steepness, look, k) for k in (0, 1)), _search(run, look), _bounds(state, run),
            _spectra(state, run, steepness), nets.losses(state, run),
        ),
        readouts=_readouts(run, look), caption=_caption(run, look), status=nets.status(state, run),
        message=nets.diverged(run), progress=nets.progress(state, run), subtitle=nets.subtitle(state, run),
        equation=_equation(state, run), certificate=_proof(run),
    )  # fmt: skip


def _equation(state: SpectralState, run: nets.Run) -> str:
    radius = "|f|/L" if run.task.outputs == 1 else "(largest − second logit)/(√2·L)"
    return f"L ≤ Π σ₁(Wₗ)·Lip(φ)      radius = {radius}      each layer c·W/s, c = {show(state.norm)}"


def _proof(run: nets.Run) -> Certificate | None:
    """That no slope exceeds its bound."""
    bound, measured = run.measures()["bound"], run.measures()["measured"]
    good = np.isfinite(bound) & np.isfinite(measured) & (bound > 0)
    if not good.any():
        return None
    worst = float((measured[good] / bound[good]).max())
    return Certificate(name="slope ÷ bound − 1", value=max(worst - 1.0, 0.0), tolerance=ROUNDING)


def _map(state: SpectralState, run: nets.Run, steepness: Steepness, look: Look, index: int) -> Panel:
    """The decision surface with the certified disc of each searched training point and of the probe."""
    made = nets.surface(state, run, index)
    below = [mark for mark in made.marks if mark.key == "surface" or mark.key.startswith("boundary")]
    above = [mark for mark in made.marks if mark not in below]
    points = steepness.task.train.X[: look.radii.shape[1]]
    roles = tuple("text" if right else "bad" for right in look.right[index])
    discs = _discs("discs", points, look.radii[index], roles)
    here = _discs("here", np.array([[state.probe_x, state.probe_y]]), look.probe[index : index + 1], ("accent",))
    median = float(np.median(look.radii[index]))
    shown = Readout(name="radius", value=nets.finite(median), label="median radius", role=run.variants[index].role)
    readouts = (*made.readouts, shown) if np.isfinite(median) else made.readouts
    return replace(made, marks=(*below, *discs, *here, *above), equal=True, readouts=readouts)


def _discs(key: str, centres: Array, radii: Array, roles: tuple[str, ...]) -> tuple[Mark, ...]:
    """Circles around ``centres``; none for radii that are no number or so large that they cover everything."""
    kept = np.flatnonzero(np.isfinite(radii) & (radii < 1e3))
    if not len(kept):
        return ()
    x, y = (centres[kept, j, None] + radii[kept, None] * f(_TURN) for j, f in enumerate((np.cos, np.sin)))
    return (Lines(key=key, x=x, y=y, roles=tuple(roles[k] for k in kept), thin=key == "discs"),)


def _search(run: nets.Run, look: Look) -> Panel:
    """Distance of the nearest adversarial point found over the certified radius."""
    x = _decades(run, "radii", np.concatenate([look.radii, look.distances]), "certified radius (log scale)")
    y = _alike(run, x)
    marks: list[Mark] = [*_forbidden(x.low, x.high)]
    for index, variant in enumerate(run.variants):
        radii, distances = look.radii[index], look.distances[index]
        good = np.isfinite(radii) & np.isfinite(distances) & (radii > 0)
        if good.any():
            marks.append(
                Points(key=f"points_{variant.key}", x=radii[good], y=distances[good], role=variant.role,
                       shape=("dot", "square")[index], label=variant.name)
            )  # fmt: skip
    inside = int(look.broken.sum())
    names = (Readout(name=f"name_{v.key}", value="●■"[k] + " " + v.name, role=v.role)
             for k, v in enumerate(run.variants))  # fmt: skip
    broken = Readout(name="inside", value=f"{inside} inside a radius", role="bad" if inside else "good")
    return Panel(key="search", title="Adversarial search", x=x, y=y, marks=tuple(marks), readouts=(broken, *names))


def _alike(run: nets.Run, x: Axis) -> Axis:
    """The axis of distances with the range of ``x``."""
    kept = run.axes.get("distances")
    if kept is None or (kept.low, kept.high) != (x.low, x.high):
        kept = run.axes["distances"] = Axis(low=x.low, high=x.high, log=True, label="nearest found (log scale)")
    return kept


@lru_cache(maxsize=32)
def _forbidden(low: float, high: float) -> tuple[Mark, ...]:
    """Where the nearest adversarial point would lie inside the certified radius."""
    ends = np.array([low, high])
    right, down = (np.array([low ** (1 - share) * high**share]) for share in (0.7, 0.25))
    return (
        Region(key="forbidden", x=np.append(ends, high), y=np.insert(ends, 0, low), role="bad", outline=False),
        Lines(key="equal", x=ends, y=ends[None], role="text", dash=True, thin=True),
        Text(key="word", x=right, y=down, labels=("inside the radius",), role="bad"),
    )  # fmt: skip


def _bounds(state: SpectralState, run: nets.Run) -> Panel:
    """Product bounds (dashed) and the largest slopes met, over the steps."""
    steps, bound = run.curve("bound")
    measured = run.curve("measured")[1]
    roles = tuple(v.role for v in run.variants)
    lines = [
        Lines(key=key, x=steps, y=_positive(values.T), roles=roles, dash=dash,
              labels=tuple(f"{v.name}, {word}" for v in run.variants))
        for key, values, dash, word in (("bound", bound, True, "bound"), ("measured", measured, False, "slope"))
    ]  # fmt: skip
    return Panel(
        key="bounds", title="Lipschitz constant", x=nets.along(run, state.steps),
        y=_decades(run, "slopes", np.stack([bound, measured]), "slope (log scale)"), marks=tuple(lines),
    )  # fmt: skip


def _positive(values: Array) -> Array:
    return np.where(values > 0, nets.shown(values), np.nan)


def _decades(run: nets.Run, name: str, values: Array, label: str) -> Axis:
    """A log axis of whole decades around ``values`` that only ever grows."""
    kept = run.axes.get(name)
    found = values[(values > 1e-30) & (values < 1e30)]
    low, high = (float(found.min()), float(found.max())) if found.size else (0.1, 10.0)
    if kept is not None and kept.low <= low and high <= kept.high:
        return kept
    low, high = (min(low, kept.low), max(high, kept.high)) if kept is not None else (low, high)
    made = Axis(low=10.0 ** np.floor(np.log10(low)), high=10.0 ** (np.floor(np.log10(high)) + 1), log=True, label=label)
    run.axes[name] = made
    return made


def _spectra(state: SpectralState, run: nets.Run, steepness: Steepness) -> Panel:
    """All singular values of every layer as it is used, the two nets side by side."""
    spectra = steepness.spectra(run)
    marks: list[Mark] = [Rule(key="norm", axis="y", value=state.norm, role="muted", dash=True, label="c")]
    for index, variant in enumerate(run.variants):
        x = np.concatenate([np.full(values.shape[1], k + (-0.14, 0.14)[index]) for k, values in enumerate(spectra)])
        y = nets.shown(np.concatenate([values[index] for values in spectra]))
        marks.append(Points(key=f"values_{variant.key}", x=x, y=y, role=variant.role, small=True))
    seen = np.concatenate([np.ravel(values) for values in spectra] + [np.array([1.1 * state.norm])])
    return Panel(
        key="spectra", title="Singular values of each layer", x=_layers(run, len(spectra)),
        y=nets.grown(run, "values", seen, "singular values", least=4.0), marks=tuple(marks),
        readouts=tuple(
            Readout(name=f"largest_{v.key}", value=nets.finite(values.max()), label=f"{v.name}: largest", role=v.role)
            for v, values in zip(run.variants, run.measures()["largest"], strict=True)
        ),
    )  # fmt: skip


def _layers(run: nets.Run, count: int) -> Axis:
    """An axis with a place for each layer, the same object from picture to picture."""
    kept = run.axes.get("layers")
    if kept is None:
        ticks = tuple((float(k), f"layer {k + 1}") for k in range(count))
        kept = run.axes["layers"] = Axis(low=-0.6, high=count - 0.3, ticks=ticks)
    return kept


def _readouts(run: nets.Run, look: Look) -> tuple[Readout, ...]:
    found = list(nets.readouts(run))
    measures = run.measures()
    for index, variant in enumerate(run.variants):
        bound, measured = float(measures["bound"][index]), float(measures["measured"][index])
        loose = bound / measured if measured > 0 else None
        reached = look.distances[index]
        values: dict[str, tuple[str, float | int | None]] = {
            "bound": ("product bound", nets.finite(bound)),
            "slope": ("largest slope met", nets.finite(measured)),
            "loose": ("bound ÷ slope", None if loose is None else nets.finite(loose)),
            "radius": ("median certified radius", nets.finite(np.median(look.radii[index]))),
            "found": ("adversarial points found", int(np.isfinite(reached).sum())),
            "inside": ("of them inside a radius", int(look.broken[index])),
        }
        values |= {
            f"sigma_{k + 1}": (f"σ₁ of layer {k + 1}", nets.finite(value))
            for k, value in enumerate(measures["largest"][index])
        }
        found += [
            Readout(name=f"{name}_{variant.key}", value=value, label=f"{variant.name}: {label}", role=variant.role)
            for name, (label, value) in values.items()
        ]
    return tuple(found)


def _caption(run: nets.Run, look: Look) -> str:
    inside = int(look.broken.sum())
    lies = f"{inside} of the adversarial points found" if inside else "no adversarial point found"
    return (
        f"Step {run.step}: {_of(run, look, 0)}; {_of(run, look, 1)}; {lies} around {look.radii.shape[1]} training "
        f"points {'lie' if inside > 1 else 'lies'} inside a certified radius."
    )


def _of(run: nets.Run, look: Look, index: int) -> str:
    """One net's slopes and radius in words."""
    bound, measured = (run.measures()[name][index] for name in ("bound", "measured"))
    name = run.variants[index].name
    if not (np.isfinite(bound) and np.isfinite(measured)):
        return f"{name} has no finite bound left"
    radius = float(np.median(look.radii[index]))
    about = show(radius) if np.isfinite(radius) else "unlimited"
    return f"{name} has a Lipschitz constant in {show(float(measured))} … {show(float(bound))}, median radius {about}"
