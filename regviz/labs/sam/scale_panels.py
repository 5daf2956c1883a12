"""The rescaling view: α moves between two layers. The function stays, λ₁ does not, filter-normalised slices do."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Frame, Lines, Panel, Readout, Rule, show
from regviz.labs import _nets as nets
from regviz.labs.sam import net_panels
from regviz.labs.sam.curvature import COARSE, FINE, Surroundings, rescaled
from regviz.labs.sam.net_panels import BASE, PLAIN, SAM, SLICE_X, STEPS
from regviz.labs.sam.state import SamState

Array = NDArray[Any]

SHOWN = (PLAIN, SAM)
SAME = 1e-4
"""Relative change of the outputs up to which the function counts as the same: that of float32."""


class Scaled:
    """λ₁ over α at the present weights of a run, remembered while they stay."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self._seen: tuple[bytes, int] = b"", 0
        self._curves: Array = np.zeros(0)

    def curves(self, params: Array, alphas: Array) -> Array:
        """λ₁ of nets ``params`` (2, P) at each of ``alphas`` (k,), then that of THT with T = diag |w|: (2, 2, k)."""
        asked = params.tobytes(), len(alphas)
        if asked != self._seen:
            rows = np.stack([rescaled(self.around.net, row, a) for row in params for a in alphas])
            found = [self.around.sharpness(rows, adaptive=adaptive)[0] for adaptive in (False, True)]
            self._seen, self._curves = asked, np.stack(found).reshape(2, len(params), len(alphas))
        return self._curves


def frame(state: SamState, run: nets.Run, scaled: Scaled) -> Frame:
    """The nets at α."""
    around = scaled.around
    now = np.stack([rescaled(run.net, run.shown[k], state.alpha) for k in SHOWN])
    top, _ = around.sharpness(now)
    change = around.outputs_apart(run, run.shown[SAM], now[1])
    return Frame(
        panels=(_function(state, run, now), _curve(state, run, scaled, top), *_slices(run, around, now)),
        readouts=_readouts(run, top, change), caption=_caption(state, run, top, change),
        status=nets.status(state, run), message=nets.diverged(run), progress=nets.progress(state, run),
        subtitle=nets.subtitle(state, run), certificate=net_panels.proof(run),
        equation=f"first layer × α, weights of the second ÷ α, α = {show(state.alpha)}",
    )  # fmt: skip


def _function(state: SamState, run: nets.Run, now: Array) -> Panel:
    title = f"SAM's net at α = {show(state.alpha)}"
    if run.task.classes == 0:
        return nets.functions(state, run, title=title, params=now, variants=run.variants[:2])
    return nets.surface(state, run, SAM, title=title, key="surface", params=now[1])


def _curve(state: SamState, run: nets.Run, scaled: Scaled, top: Array) -> Panel:
    """λ₁ over α, with that of THT dashed."""
    alphas = FINE if nets.over(state, run) else COARSE
    values = scaled.curves(run.shown[list(SHOWN)], alphas)
    values = np.where(values > 0, values, np.nan)
    roles = tuple(run.variants[k].role for k in SHOWN)
    names = tuple(run.variants[k].name for k in SHOWN)
    marks = (
        Lines(key="sharpness", x=alphas, y=nets.shown(values[0]), labels=names, roles=roles),
        Lines(key="adaptive", x=alphas, y=nets.shown(values[1]), labels=tuple(f"{n}, |w|-scaled" for n in names),
              roles=roles, dash=True),
        Rule(key="cursor", value=min(max(state.alpha, _ALPHA.low), _ALPHA.high), bound="alpha", role="text"),
    )  # fmt: skip
    header = tuple(
        Readout(name=f"at_{k}", value=nets.finite(value), label=name, role=role)
        for k, (value, name, role) in enumerate(zip(top, names, roles, strict=True))
    )
    return Panel(key="sharpness", title="Sharpness λ₁ over α", x=_ALPHA, y=_decades(run, values), marks=marks,
                 readouts=header)  # fmt: skip


_ALPHA = Axis(low=0.1, high=10.0, log=True, label="α (log scale)")


def _decades(run: nets.Run, values: Array) -> Axis:
    """A log axis of whole decades around the values, the same object while they stay inside."""
    found = values[np.isfinite(values)]
    low = int(np.floor(np.log10(found.min()))) if len(found) else -1
    high = int(np.ceil(np.log10(found.max()) + 0.2)) if len(found) else 1
    low, high = max(low, high - 10, -300), min(max(high, low + 1), 300)
    kept = run.axes.get("decades")
    if kept is None or (kept.low, kept.high) != (10.0**low, 10.0**high):
        label = "largest eigenvalue (log scale)"
        kept = run.axes["decades"] = Axis(low=10.0**low, high=10.0**high, log=True, label=label)
    return kept


def _slices(run: nets.Run, around: Surroundings, now: Array) -> tuple[Panel, ...]:
    """Filter-normalised at α, and along directions that know nothing of α."""
    normed = np.stack([around.slices(row) for row in now])
    plain = np.stack([
        around.slices(row, directions=around.plain_directions(run.shown[k])) for k, row in zip(SHOWN, now, strict=True)
    ])  # fmt: skip
    titles = ("Slices, filter-normalised", "Slices, directions that stay")
    return tuple(
        Panel(
            key=key, title=title, x=SLICE_X, y=nets.grown(run, key, values, "training loss"),
            marks=(
                Lines(key="slices", x=STEPS, y=nets.shown(values), labels=tuple(run.variants[k].name for k in SHOWN),
                      roles=tuple(run.variants[k].role for k in SHOWN)),
            ),
        )
        for key, title, values in zip(("normed", "plain"), titles, (normed, plain), strict=True)
    )  # fmt: skip


def _readouts(run: nets.Run, top: Array, change: float | None) -> tuple[Readout, ...]:
    base = net_panels.tops(run)
    found = [Readout(name="change", value=change, label="change of SAM's outputs under α")]
    for k in SHOWN:
        variant = run.variants[k]
        found += [
            Readout(name=f"scaled_{variant.key}", value=nets.finite(top[k]), label=f"{variant.name}: λ₁ at α",
                    role=variant.role),
            Readout(name=f"plain_{variant.key}", value=nets.finite(base[k]), label=f"{variant.name}: λ₁ at 1",
                    role=variant.role),
        ]  # fmt: skip
    return (*nets.readouts(run), *found)


def _caption(state: SamState, run: nets.Run, top: Array, change: float | None) -> str:
    if change is None or not np.isfinite(top).all():
        return f"At step {run.step} at least one of the nets has no finite curvature left."
    if len(run.net.dense) < 2:
        return "This net has one layer only, so there is nothing to shift between layers."
    name = BASE[state.optimiser]
    moved = f"moves SAM's outputs by up to {show(100 * change, 2)} %"
    tail = f"behind {state.activation} units this is another function"
    if change < SAME:
        moved = "moves no output of SAM's net by more than 0.01 %"
        tail = "flatness by λ₁ depends on how a function is written down (Dinh et al. 2017)"
    return (
        f"α = {show(state.alpha)} {moved} and makes λ₁ {show(float(top[0]))} for {name}, {show(float(top[1]))} for "
        f"SAM: {tail}."
    )
