"""Stability: refits on resampled rows show what a penalty picks by chance, and one feature in other units what it
picks by scale.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np

from regviz.lab import Certificate, Frame, Gesture, Lab, Panel, Readout, choice, integer, show, slider, switch
from regviz.labs._data import SYNTHETIC, DataControls, Source, arriving, draw, load
from regviz.labs._data import source as source_of
from regviz.labs._memo import meanwhile
from regviz.labs._pages import elsewhere, loading
from regviz.labs.stability import scale, selection, twins, words
from regviz.labs.stability.alike import WHOLE
from regviz.labs.stability.scene import (
    Refits,
    Scene,
    chosen,
    few,
    frequency,
    plan,
    refits,
    scene,
    shown,
    sweep,
    sweeps,
    without_rho,
)
from regviz.labs.stability.units import PENALTIES, WAYS, Units, curves, effects_at, over_factor, units

TOLERANCE = 1e-9
"""KKT residual, in units of λ_max, up to which all fits are certified."""
SLOW = 50
"""Features from which on the paths of all refits show their progress in small steps."""
TABS = ("selection", "scale")
_REFITTED, _SCALED = ("tab", ("selection",)), ("tab", ("scale",))


@dataclass(frozen=True)
class StabilityState(DataControls):
    """The controls of the stability lab."""

    n: int = integer(
        100, 5, 20_000, shown=(10, 400), place="data", when=SYNTHETIC, label="rows", symbol="n",
        help="Training rows.",
    )  # fmt: skip
    noise: float = slider(
        5.0, 0.0, 1e6, shown=(0.0, 10.0), place="data", when=SYNTHETIC, symbol="σ",
        help="Standard deviation of the noise in the target.",
    )  # fmt: skip
    rho: float = slider(
        0.99, 0.0, 0.999, place="twins", when=SYNTHETIC, symbol="ρ", label="correlation",
        help="How alike the features are; the cursor over ρ drags it too.",
    )  # fmt: skip
    correlation: str = choice(
        "twins", ("twins", "ar1", "equal"), place="twins", when=SYNTHETIC, label="pattern",
        help="twins: pairs of correlation ρ; ar1: ρ^|i−j|; equal: ρ between every two features.",
    )  # fmt: skip
    seed: int = draw(either=(SYNTHETIC, _REFITTED))
    standardize: bool = switch(
        True, place="data", unless=_SCALED,
        help="Scale every feature to unit variance, in every refit by its own rows.",
    )  # fmt: skip
    tab: str = choice(
        "selection", TABS, place="mode", label="view",
        help="selection: refits on resampled rows; scale: one feature in other units.",
    )  # fmt: skip
    lam: float = slider(
        0.6, 0.0, 1e15, shown=(1e-4, 10.0), log=True, label="penalty strength", symbol="λ", place="main",
        help="How much the penalty counts beside the loss.",
    )  # fmt: skip
    alpha: float = slider(
        0.5, 0.0, 1.0, symbol="α", label="mixing", either=(("tab", ("selection",)), ("penalty", ("elastic-net",))),
        help="Of the elastic net: 1 is the lasso, 0 is ridge.",
    )  # fmt: skip
    refits: int = integer(
        100, 2, 2_000, shown=(10, 500), when=_REFITTED, symbol="B",
        help="Bootstrap refits: n rows drawn with replacement, each time anew.",
    )  # fmt: skip
    feature_x: int = integer(
        -1, -1, 100_000, shown=(-1, 11), place="twins", when=_REFITTED, label="first twin",
        help="Feature on the x axis of the twins, counted from 0; −1 picks the pair that is most alike and matters.",
    )  # fmt: skip
    feature_y: int = integer(
        -1, -1, 100_000, shown=(-1, 11), place="twins", when=_REFITTED, label="second twin",
        help="Feature on their y axis; −1 is the one most correlated with the first.",
    )  # fmt: skip
    penalty: str = choice(
        "lasso", PENALTIES, place="scale", when=_SCALED, help="What is fitted with and without standardising."
    )
    feature: int = integer(
        -1, -1, 100_000, shown=(-1, 11), place="scale", when=_SCALED,
        help="Feature in other units, counted from 0; −1 is the one most correlated with the target.",
    )  # fmt: skip
    factor: float = slider(
        0.1, 1e-6, 1e6, shown=(1e-3, 1e3), log=True, place="scale", when=_SCALED, symbol="×",
        help="What its numbers are multiplied by: metres to millimetres is 1,000.",
    )  # fmt: skip


class Stability(Lab):
    """Refit on resampled rows and see which of two twins the lasso picks this time."""

    name: ClassVar[str] = "stability"
    title: ClassVar[str] = "Picked by chance"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "linear"
    order: ClassVar[int] = 5
    summary: ClassVar[str] = "Among correlated features L1 picks almost at random; the elastic net keeps them together."
    State: ClassVar[type[Any]] = StabilityState

    def frames(self, state: StabilityState) -> Generator[Frame, Any, None]:
        """Few refits at once, then more; the scale tab first without curves where these take a while."""
        yield from arriving(state.dataset, load.steps(source(state)))
        problem = load(source(state)).problem
        if problem.p > WHOLE or problem.long:
            yield from meanwhile(_COMPARING, scene.steps(source(state)), 0.0)
        if state.tab == "scale":
            yield from _scale_frames(state)
            return
        made = scene(source(state))
        stops = plan(made.problem, state.refits)
        pair = chosen(made, state.feature_x, state.feature_y)
        for k in range(1, len(stops) + 1):
            whole = k == len(stops)
            if k == 1 and whole and not _known(state, pair, stops[-1]):
                yield _frame(state, made, pair, stops, stops, False)
            known = _known(state, pair, stops[-1])
            if whole and not known:
                before = _frame(state, made, pair, stops, stops, False)
                least = 0.02 if made.problem.p > SLOW else 0.25
                yield from meanwhile(before, frequency.steps(made, state.seed, stops[-1]), least)
            yield _frame(state, made, pair, stops[:k], stops, whole or known)

    def gesture(self, state: StabilityState, gesture: Gesture) -> Mapping[str, Any]:
        """A click on a feature makes it a twin, on a dot of two features these, on a bar the one in other units."""
        if gesture.kind != "click" or gesture.index < 0:
            return {}
        made = scene(source(state))
        if state.tab == "scale":
            if gesture.panel not in ("with-standardising", "without-standardising") or gesture.mark not in WAYS:
                return {}
            return _named(("feature",), [(j,) for j in scale.drawn(made, _feature(state, made))], gesture.index)
        pair = chosen(made, state.feature_x, state.feature_y)
        if gesture.panel == "grouping" and gesture.mark in ("lasso", "elastic-net") and not sweeps(source(state)):
            return _named(("feature_x", "feature_y"), twins.pairs(made, pair), gesture.index)
        if gesture.panel not in ("selection", "spread") or gesture.mark not in ("lasso", "elastic-net", "all-rows"):
            return {}
        found = _named(("feature_y",), [(j,) for j in shown(made, pair)], gesture.index)
        return {} if found.get("feature_y", pair[0]) in pair else found | {"feature_x": pair[1]}

    def snippets(self, state: StabilityState) -> Mapping[str, str]:
        """The refits, or the two fits in other units, as code."""
        made = scene(source(state))
        if state.tab == "scale":
            now = units(source(state), _feature(state, made), state.factor)
            made_of = words.scale_snippets(
                state.penalty, state.lam, state.alpha, now.feature, now.factor, now.divisor
            )
        else:
            count = plan(made.problem, state.refits)[-1]
            made_of = words.refit_snippets(state.lam, state.alpha, count, state.seed, made.problem.standardized)
        return {flavour: loading(state, flavour) + text for flavour, text in made_of.items()}


_COMPARING = Frame(panels=(), readouts=(), caption="Looking for features that are alike.")


def _named(names: tuple[str, ...], items: Sequence[tuple[int, ...]], index: int) -> dict[str, int]:
    """The item's values by name; nothing where a picture that is still of the data before had more items."""
    return dict(zip(names, items[index], strict=True)) if index < len(items) else {}


def source(state: StabilityState) -> Source:
    """The data; the scale tab shows them with and without standardising, whatever the switch of the other says."""
    return source_of(replace(state, standardize=True) if state.tab == "scale" else state)


def _known(state: StabilityState, pair: tuple[int, int], count: int) -> bool:
    """Whether the curves over λ and ρ are there already."""
    key = source(state)
    made = scene(key)
    return frequency.knows(made, state.seed, count) and (not sweeps(key) or sweep.knows(without_rho(key), pair))


def _frame(
    state: StabilityState, made: Scene, pair: tuple[int, int], done: tuple[int, ...], stops: tuple[int, ...],
    whole: bool,
) -> Frame:  # fmt: skip
    """The picture of the refits up to ``done[-1]`` of ``stops[-1]``; ``whole`` with all curves over λ and ρ."""
    found = refits(made, state.seed, done, state.lam, state.alpha)
    last = max(float(made.problem.p - 1), 1.0)
    complete = whole and done == stops
    names = ("automatic", *made.problem.names)
    return Frame(
        panels=_panels(state, made, found, pair, stops[-1] if whole else few(made.problem, stops[-1]), whole),
        readouts=_readouts(made, found, pair), caption=words.caption(made, found, pair),
        message=words.message(made, found if complete else None, state.refits),
        subtitle=f"{found.size} refits, {made.data.title}", formula="elastic-net",
        equation=words.grouping(twins.bound_here(made, found, pair), made.sign(*pair)) if made.problem.p > 1 else "",
        certificate=Certificate(
            name="KKT residual", value=found.kkt, tolerance=TOLERANCE, text=f"the largest of {2 * found.size + 2} fits"
        ),
        pages=elsewhere(made.problem.y, "elastic-net", found.lam, state.alpha),
        status=_status(made, found) if complete else "running",
        progress=None if complete else 0.5 * found.size / stops[-1],
        limits={"lam": made.limits, "feature_x": (-1.0, last), "feature_y": (-1.0, last)},
        options={"feature_x": names, "feature_y": names, "target": made.data.targets},
    )  # fmt: skip


def _status(made: Scene, found: Refits) -> str:
    tied = made.same is not None and bool(np.any(found.lasso_all[list(made.same)] != 0.0))
    return "not-unique" if tied else "exact"


def _panels(
    state: StabilityState, made: Scene, found: Refits, pair: tuple[int, int], paths: int, whole: bool
) -> tuple[Panel, ...]:  # fmt: skip
    key = source(state)
    panels = [selection.frequencies(made, found, pair), selection.spread(made, found, pair)]
    if made.problem.p > 1:
        panels.append(twins.cloud(made, found, pair))
    panels.append(selection.over_lam(made, found.lam, pair, state.seed, paths))
    if made.problem.p > 1 and sweeps(key):
        ready = whole or sweep.knows(without_rho(key), pair)
        panels.append(twins.over_rho(made, found, pair, key, state.rho, ready))
    elif made.problem.p > 1:
        panels.append(twins.of_pairs(made, found, pair))
    return tuple(panels)


def _readouts(made: Scene, found: Refits, pair: tuple[int, int]) -> tuple[Readout, ...]:
    single = made.problem.p == 1
    kept = [int(np.count_nonzero(w)) for w in (found.lasso_all, found.net_all)]
    values: dict[str, tuple[str, Any]] = {
        "lam": ("λ", found.lam), "lam_max": ("λ max", made.path.lam_max), "refits": ("refits", found.size),
        "correlation": ("correlation of the twins", None if single else made.correlation(*pair)),
        "one_lasso": ("lasso keeps one twin", None if single else twins.one_of_two(found.lasso, pair)),
        "one_elastic_net": ("elastic net keeps one twin", None if single else twins.one_of_two(found.net, pair)),
        "gap_lasso": ("lasso |wᵢ − wⱼ|", None if single else twins.gap(made, found.lasso_all, pair)),
        "gap_elastic_net": ("elastic net |wᵢ − wⱼ|", None if single else twins.gap(made, found.net_all, pair)),
        "bound": ("grouping bound", None if single else twins.bound_here(made, found, pair)),
        "kept_lasso": ("lasso keeps", kept[0]), "kept_elastic_net": ("elastic net keeps", kept[1]),
        "kkt": ("KKT residual", found.kkt),
    }  # fmt: skip
    return tuple(Readout(name=name, label=label, value=value) for name, (label, value) in values.items())


def _feature(state: StabilityState, made: Scene) -> int:
    return made.order[0] if state.feature < 0 else min(state.feature, made.problem.p - 1)


def _scale_frames(state: StabilityState) -> Generator[Frame, Any, None]:
    key = source(state)
    made = scene(key)
    feature = _feature(state, made)
    both = units(key, feature, 1.0), units(key, feature, state.factor)
    if not scale.ready(made, both, state.penalty, state.alpha):
        early = _scale_frame(state, made, both, False)
        yield early
        yield from meanwhile(early, scale.following(made, both, state.penalty, state.alpha, state.lam))
    yield _scale_frame(state, made, both, True)


def _scale_frame(state: StabilityState, made: Scene, both: tuple[Units, Units], ready: bool) -> Frame:
    fits = {way: effects_at(both[1], way, state.penalty, state.alpha, state.lam) for way in WAYS}
    base = {way: effects_at(both[0], way, state.penalty, state.alpha, state.lam) for way in WAYS}
    feature, last = both[1].feature, max(float(made.problem.p - 1), 1.0)
    effects = {way: float(effect[feature]) for way, (effect, _) in fits.items()}
    worst = max(residual for _, residual in (*fits.values(), *base.values()))
    name = made.problem.names[feature]
    values: dict[str, tuple[str, Any]] = {
        "lam": ("λ", state.lam), "factor": ("factor", state.factor), "feature": ("feature", name),
        "effect_with": ("effect, standardised", effects["with"]),
        "effect_without": ("effect, not standardised", effects["without"]),
        "moved_with": ("largest change, standardised", scale.movement(base["with"][0], fits["with"][0])),
        "moved_without": ("largest change, not standardised", scale.movement(base["without"][0], fits["without"][0])),
        "kkt": ("KKT residual", worst),
    }  # fmt: skip
    return Frame(
        panels=_scale_panels(state, made, both, ready),
        readouts=tuple(Readout(name=key, label=label, value=value) for key, (label, value) in values.items()),
        caption=words.scale_caption(name, state.factor, state.penalty, state.lam, effects),
        message=words.message(made, None, 0), formula=state.penalty,
        subtitle=f"{state.penalty.replace('-', ' ')}, {made.data.title}",
        equation=f"w·sd(x) = {show(effects['with'])} standardised, {show(effects['without'])} not",
        certificate=Certificate(name="KKT residual", value=worst, tolerance=TOLERANCE),
        pages=elsewhere(made.problem.y, state.penalty, state.lam, state.alpha),
        status="exact" if ready else "running", progress=None if ready else 0.5,
        limits={"lam": made.limits, "feature": (-1.0, last)},
        options={"feature": ("automatic", *made.problem.names), "target": made.data.targets},
    )  # fmt: skip


def _scale_panels(state: StabilityState, made: Scene, both: tuple[Units, Units], ready: bool) -> tuple[Panel, ...]:
    asked = state.penalty, state.alpha
    every = [effects_at(each, way, *asked, state.lam)[0] for each in both for way in WAYS]
    paths = [curves(both[1], way, *asked, made.limits)[1] for way in WAYS] if ready else []
    whole = scale.effect_axis(made, tuple(every + paths))
    if ready:
        every.append(over_factor(both[0], *asked, state.lam)[1])
    y = scale.effect_axis(made, tuple(every))
    return (
        *(scale.bars(made, both, way, *asked, state.lam, y) for way in WAYS),
        scale.factors(made, both, *asked, state.lam, ready, y),
        *(scale.over_lam(made, both, way, *asked, state.lam, whole, ready) for way in WAYS),
    )


lab = Stability()
