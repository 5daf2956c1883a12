"""The panels about one Q: classifiers drawn from it, KL as an area, errors and bounds over s, a map, bars."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Band, Bars, Field, Handle, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs.pac_bayes.axes import ERROR, FULL, axis, bars, decades, round_up
from regviz.labs.pac_bayes.scene import BOUNDS, ROLES, HeldOut, Sample, Scene, around, bound, complexities
from regviz.labs.pac_bayes.state import CATONI, FIXED, PacBayesState
from regviz.theory.gibbs import training_error
from regviz.theory.pac_bayes import gaussian_kl, kl_integrand, normal_log_density

Array = NDArray[np.float64]

SHOWN = 400
"""Examples that are drawn as points."""
DRAWN = 24
"""Classifiers that are drawn as lines."""
_CURVE = 81
_CELLS = 48
_CLASSES = ((-1.0, "first", "dot"), (1.0, "second", "square"))
_LEAST, _MOST = (0.05, 0.02), (20.0, 8.0)
"""The map's ranges of ‖w‖ and s, unless Q lies outside."""


def plane(state: PacBayesState, made: Scene) -> Panel:
    """The sample in the plane of e₁ and w, with the boundaries of classifiers drawn from Q."""
    reach = round_up(state.m + 2.5)
    x, y = axis(-1.4 * reach, 1.4 * reach, "x₁"), axis(-reach, reach, _second(state.d), hidden=state.d == 1)
    count = min(state.n, SHOWN)
    some = () if state.n <= SHOWN else (Readout(name="shown", value=f"first {SHOWN} of {state.n}", role="muted"),)
    marks = (*_points(made.sample, count), _lines(state, made, 2.0 * reach))
    note = Readout(name="drawn", value=f"{DRAWN} classifiers of Q", role="posterior")
    return Panel(key="plane", title="Drawn from Q", x=x, y=y, marks=marks, equal=True, readouts=(note, *some))


def _second(d: int) -> str:
    return {1: "", 2: "x₂"}.get(d, "across e₁, in the plane of w")


@lru_cache(maxsize=16)
def _points(found: Sample, count: int) -> tuple[Mark, ...]:
    at = found.labels[:count, None] * found.signed[:count]
    if found.world.d == 1:
        height = np.random.default_rng(0).uniform(-1.0, 1.0, count)
    else:
        height = at @ _across(found.unit)
    return tuple(
        Points(key=f"class_{name}", x=at[mine, 0], y=height[mine], role=role, shape=shape, small=True)
        for label, role, shape in _CLASSES for name, mine in [(role, found.labels[:count] == label)]
    )  # fmt: skip


def _across(unit: Array) -> Array:
    """The unit vector across e₁ in the plane of e₁ and ``unit``."""
    rest = unit.copy()
    rest[0] = 0.0
    length = float(np.linalg.norm(rest))
    return rest / length if length > 0.0 else np.eye(len(unit))[1]


def _lines(state: PacBayesState, made: Scene, reach: float) -> Mark:
    """Boundaries of ``DRAWN`` draws and of Q's mean unless it is 0; in one dimension all of them are x = 0."""
    cosine = made.sample.cosine
    mean = made.length * np.array([cosine, np.sqrt(max(1.0 - cosine**2, 0.0))])
    noise = made.sample.world.stream(state.seed, "drawn").standard_normal((DRAWN, 2))
    drawn = np.concatenate([mean + made.s * noise, mean[None]]) if made.length > 0.0 else made.s * noise
    if state.d == 1:
        drawn[:, 1] = 0.0
    along = np.stack([-drawn[:, 1], drawn[:, 0]], axis=1)
    along *= reach / np.linalg.norm(along, axis=1, keepdims=True)
    ends = along[:, :, None] * np.array([-1.0, 1.0])
    fade = np.where(np.arange(len(drawn)) < DRAWN, 0.35, 1.0)
    return Lines(key="boundaries", x=ends[:, 0], y=ends[:, 1], role="posterior", fade=fade, thin=True)


def areas(made: Scene, d: int) -> tuple[Panel, ...]:
    """KL along w and, from two dimensions on, across it: densities, and an integrand whose area is the number."""
    along = _area("along", "KL along w", made.length, made, 1)
    if d == 1:
        return (along,)
    title = "KL across w" if d == 2 else f"KL across w, {d - 1} times"
    return along, _area("across", title, 0.0, made, d - 1)


def _area(key: str, title: str, mean: float, made: Scene, count: int) -> Panel:
    at = _places(mean, made.s, made.tau)
    height = kl_integrand(at, mean, made.s, made.tau)
    q, p = (np.exp(normal_log_density(at, *of)) for of in ((mean, made.s), (0.0, made.tau)))
    reach = round_up(max(3.2 * made.tau, mean + 4.0 * made.s))
    x = axis(-reach, reach, "weight along w" if key == "along" else "weight across w")
    y = axis(0.0, round_up(1.05 * float(max(q.max(), p.max(), height.max()))), "density")
    kl = float(gaussian_kl(mean, made.s, made.tau))
    marks = (
        Band(key="area", x=at, low=np.zeros(len(at)), high=height, role="informative:0"),
        Lines(key="integrand", x=at, y=height[None], role="informative:0", thin=True),
        Lines(key="prior", x=at, y=p[None], role="prior", dash=True),
        Lines(key="posterior", x=at, y=q[None], role="posterior"),
    )
    readouts = (
        Readout(name=f"kl_{key}", value=kl, label="area", unit="nats" if count == 1 else f"nats × {count}",
                role="informative:0"),
        Readout(name="q", value="Q", role="posterior"), Readout(name="p", value="P dashed", role="prior"),
    )  # fmt: skip
    return Panel(key=key, title=title, x=x, y=y, marks=marks, readouts=readouts)


def _places(mean: float, s: float, tau: float) -> Array:
    """Where densities are drawn: closely around both."""
    spread = np.linspace(-9.0, 9.0, 241)
    return np.unique(np.concatenate([mean + s * spread, tau * spread]))


def over_s(state: PacBayesState, made: Scene) -> Panel:
    """Errors and bounds over s at Q's length of w."""
    x = decades(made.s, made.s, "posterior width s (log scale)", _LEAST[1], _MOST[1])
    curves, least = _over_widths(around(state), made.sample, made.length, x)
    cursor = Rule(key="cursor", value=made.s, bound="" if state.optimise else "s", role="text")
    return Panel(key="over_s", title=f"Over s, ‖w‖ = {show(made.length)}", x=x, y=ERROR, marks=(*curves, cursor),
                 readouts=(least,))  # fmt: skip


@lru_cache(maxsize=16)
def _over_widths(state: PacBayesState, found: Sample, length: float, x: Axis) -> tuple[tuple[Mark, ...], Readout]:
    """Errors and bounds at every s of the axis, and where the bound in view is least."""
    widths, n = np.geomspace(x.low, x.high, _CURVE), len(found.margin)
    ratio = length / widths
    train = training_error(found.margin, ratio)
    complexity = complexities(state, np.full(_CURVE, length), widths)
    true = found.world.gibbs_error(ratio, found.cosine)
    bounds = np.stack([bound(state, name, train, complexity, n) for name in BOUNDS])
    marks = (
        *bound_curves(widths, _inside(bounds)),
        Lines(key="train", x=widths, y=train[None], labels=("train",), role="train"),
        Lines(key="true", x=widths, y=true[None], labels=("true",), role="truth", dash=True),
    )
    return marks, _best_of(widths, bounds[BOUNDS.index(state.target)], state.target)


def _inside(curves: Array) -> Array:
    """Curves with what lies above 1 left out: there a bound says nothing."""
    return np.where(curves <= 1.0, curves, np.nan)


def bound_curves(x: Array, values: Array) -> tuple[Mark, ...]:
    """``values`` (3, m) of the bounds over ``x`` (m,); Catoni's is dashed, as inverse kl often lies right under it."""
    return tuple(
        Lines(key=f"bound_{k}", x=x, y=values[k : k + 1], labels=(name,), role=ROLES[name], dash=name == CATONI)
        for k, name in enumerate(BOUNDS)
    )


def _best_of(widths: Array, values: Array, name: str) -> Readout:
    best = int(np.argmin(values))
    if values[best] >= 1.0:
        return Readout(name="least", value=f"{name}: vacuous for every s", role=ROLES[name])
    words = f"{name} least {show(float(values[best]))} near s = {show(float(widths[best]), 2)}"
    return Readout(name="least", value=words, role=ROLES[name])


def landscape(state: PacBayesState, made: Scene) -> Panel:
    """The bound in view over ‖w‖ and s."""
    x = decades(max(made.length, _LEAST[0]), max(made.length, _LEAST[0]), "‖w‖ (log scale)", _LEAST[0], _MOST[0])
    y = decades(made.s, made.s, "s (log scale)", _LEAST[1], _MOST[1])
    marks: list[Mark] = [*_map(around(state), made.sample, x, y)]
    here = max(made.length, x.low)
    if state.optimise:
        marks.append(Points(key="q", x=np.array([here]), y=np.array([made.s]), role="text", labels=("least bound",)))
    else:
        marks.append(Handle(key="q", x=here, y=made.s, bound_x="length", bound_y="s", role="text", label="Q"))
    note = () if state.prior != FIXED else (Readout(name="dashed", value="dashed: least KL at each ‖w‖/s"),)
    return Panel(key="landscape", title=f"Bound: {state.target}", x=x, y=y, marks=tuple(marks), readouts=note)


@lru_cache(maxsize=8)
def _map(state: PacBayesState, found: Sample, x: Axis, y: Axis) -> tuple[Mark, ...]:
    """The bound in view at every ‖w‖ and s of the axes, and the line of least KL where the prior is fixed."""
    field = _field(state, found, x, y)
    if state.prior != FIXED:
        return (field,)
    ratios = np.geomspace(x.low / y.high, x.high / y.low, 121)
    s = state.tau * np.sqrt(state.d / (state.d + ratios**2))
    return field, Lines(key="ridge", x=ratios * s, y=s[None], role="text", dash=True, thin=True)


def _field(state: PacBayesState, found: Sample, x: Axis, y: Axis) -> Field:
    lengths, widths = (_centres(a.low, a.high) for a in (x, y))
    ratio = lengths[None] / widths[:, None]
    error = np.interp(np.log(ratio), *_errors(found, float(ratio.min()), float(ratio.max())))
    grid = np.broadcast_arrays(lengths[None], widths[:, None])
    values = np.minimum(bound(state, state.target, error, complexities(state, *grid), len(found.margin)), 1.0)
    return Field(key="bound", z=values, extent=(x.low, x.high, y.low, y.high), low=float(values.min()), high=1.0)


@lru_cache(maxsize=8)
def _errors(found: Sample, low: float, high: float) -> tuple[Array, Array]:
    """Logs of ratios ‖w‖/s from ``low`` to ``high`` and the training error at each."""
    ratios = np.geomspace(low, high, 2 * _CURVE)
    return np.log(ratios), training_error(found.margin, ratios)


def _centres(low: float, high: float) -> Array:
    """Geometric centres of cells on a log axis."""
    edges = np.geomspace(low, high, 2 * _CELLS + 1)
    return edges[1::2]


def errors(made: Scene, tested: HeldOut) -> Panel:
    """Train, true and bounds as bars, each with a tick at the true error of the classifier it is about."""
    names = ("train", "true", *BOUNDS, "½ test", "binomial")
    values = [made.train, made.true, *(made.bounds[name] for name in BOUNDS), tested.chernoff, tested.binomial]
    ticks = np.array([made.true] * 5 + [tested.true, tested.plain])
    roles = ("train", "truth", *(ROLES[name] for name in BOUNDS), "test", "muted")
    marks = (
        Bars(key="errors", values=np.minimum(values, 1.0), truth=ticks, labels=names, roles=roles),
    )  # fmt: skip
    y = axis(0.0, min(round_up(1.25 * max(*values, 1e-3)), FULL), "error")
    over = [name for name in BOUNDS if made.bounds[name] >= 1.0]
    readouts = [Readout(name="tick", value="tick: true error of what is bounded")]
    if over:
        readouts.append(Readout(name="vacuous", value=f"vacuous: {', '.join(over)}", role="bad"))
    return Panel(key="errors", title="Errors and bounds", x=bars(len(names)), y=y, marks=marks,
                 readouts=tuple(readouts))  # fmt: skip
