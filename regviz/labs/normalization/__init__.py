"""Normalization: weights whose length means nothing to the function, and what decay then does to the step size."""

from collections.abc import Generator, Hashable, Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from regviz.lab import Certificate, Frame, Gesture, Lab, Readout, absent, show
from regviz.labs import _nets as nets
from regviz.labs.normalization import panels
from regviz.labs.normalization.scaling import Probe, slope
from regviz.labs.normalization.snippets import code
from regviz.labs.normalization.state import NONE, NORMS, NormalizationState
from regviz.labs.normalization.watch import Trio, Watched, rotation

Looks = dict[str, tuple[Any, Any, float]]
TOLERANCE = 1e-10
"""Largest relative change of an output under α that counts as none when ε is 0."""
SMALL = 0.1
"""Up to this ηλ the equilibrium and its turn are within a few percent of what the recursion gives."""


class Normalization(Lab):
    """Drag α: the two pictures stay alike while the gradient shrinks. Play: the weights grow, unless they decay."""

    name: ClassVar[str] = "normalization"
    title: ClassVar[str] = "Normalise"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "neural"
    order: ClassVar[int] = 11
    summary: ClassVar[str] = "Behind a normalised layer the length of the weights sets the step size, nothing else."
    State: ClassVar[type[Any]] = NormalizationState
    trains: ClassVar[bool] = True

    def key(self, state: NormalizationState) -> Hashable:
        """The net shown, α, λ and the learning rate may change at any time."""
        return nets.key(state, state.epsilon)

    def frames(self, state: NormalizationState) -> Generator[Frame, Any, None]:
        """Three nets trained in step, a picture every ``pace`` steps."""
        return _frames(state)

    def gesture(self, state: NormalizationState, gesture: Gesture) -> Mapping[str, Any]:
        """A double click on a curve over the steps freezes the net without decay there."""
        return nets.freezing(state, gesture)

    def snippets(self, state: NormalizationState) -> Mapping[str, str]:
        """The net on screen for PyTorch."""
        return {"PyTorch": code(state)}


def _frames(state: NormalizationState) -> Generator[Frame, Any, None]:
    trio = Trio(state)
    probes = {norm: Probe(trio.nets[norm].run) for norm in NORMS}
    while True:
        with np.errstate(all="ignore"):  # a net on its way to divergence overflows
            frame = _frame(state, trio, probes)
        news = yield frame
        if news is None:
            if _over(state, trio):
                return
            trio.advance(state, min(state.pace, state.steps - trio.step))
            for part in nets.between(state, trio.nets[state.norm].run, frame):
                news = yield part
                if news is not None:
                    break
        if news is not None:
            state = news
            if trio.step > state.steps:  # the past is made again: the record holds every step
                trio = Trio(state)
                trio.advance(state, state.steps)


def _over(state: NormalizationState, trio: Trio) -> bool:
    return trio.step >= state.steps or not trio.running


def _frame(state: NormalizationState, trio: Trio, probes: dict[str, Probe]) -> Frame:
    watched = trio.nets[state.norm]
    run = watched.run
    for each in trio.nets.values():
        each.run.freeze(state.freeze)
    looks = {norm: probes[norm].look(trio.nets[norm].run.params[panels.SHOWN], state.alpha) for norm in NORMS}
    lesson = (
        *panels.functions(state, watched), panels.gradient(state, looks), panels.sizes(state, trio),
        panels.effective(state, watched), panels.angles(state, watched),
    )  # fmt: skip
    return Frame(
        panels=nets.inside(state, run, lesson),
        readouts=_readouts(state, watched, looks), caption=_caption(state, watched, looks),
        status=nets.status(state, run), message=nets.diverged(run),
        progress=1.0 if _over(state, trio) else trio.step / state.steps,
        subtitle=f"{nets.subtitle(state, run)}, {state.norm}", certificate=_proof(state, looks),
        equation=_equation(state),
    )  # fmt: skip


def _equation(state: NormalizationState) -> str:
    if state.norm == NONE:
        return "no normalisation: f(αw) is another function, g·w need not be 0"
    if not (state.rate and state.lam):
        return "‖w‖² ← ‖w‖² + η²‖g‖²: without decay the weights never shrink"
    if state.rate * state.lam > SMALL:
        return f"‖w‖⁴ → η·E‖g̃‖²/(2λ) and √(2ηλ) are for small ηλ; here ηλ = {show(state.rate * state.lam)}"
    return f"‖w‖⁴ → η·E‖g̃‖²/(2λ), turning √(2ηλ) = {show(rotation(state.rate, state.lam))} radians a step"


def _proof(state: NormalizationState, looks: Looks) -> Certificate | None:
    """That the function stayed; there is nothing to prove without normalisation."""
    change = looks[state.norm][2]
    if state.norm == NONE or not np.isfinite(change) or state.epsilon != "0":
        return None
    return Certificate(name="f(αw) − f(w)", value=change, tolerance=TOLERANCE)


def _readouts(state: NormalizationState, watched: Watched, looks: Looks) -> tuple[Readout, ...]:
    run, row, record = watched.run, panels.layer(state), watched.record
    (one, here), change = looks[state.norm][1][row], looks[state.norm][2]
    shrunk = nets.finite(here / one) if one > 0 else None
    found = [
        Readout(name="change", value=nets.finite(change), label="change of f under α"),
        Readout(name="shrink", value=shrunk, label="gradient at αw ÷ at w", role="accent"),
        Readout(name="slope", value=slope(looks[state.norm][0][row]), label="slope of log ‖g‖ over log α"),
        Readout(name="equilibrium", value=None if state.norm == NONE else panels.equilibrium(state, watched),
                label="equilibrium ‖w‖", role="penalty", missing=absent(state.norm == NONE or run.step)),
        Readout(name="rotation", value=rotation(state.rate, state.lam), label="√(2ηλ)", unit="rad", role="penalty"),
    ]  # fmt: skip
    turned = watched.still(panels.smooth(record["angle"][:, row]))[-1]
    last = {name: watched.still(record[name][:, row])[-1] for name in ("size", "predicted", "along", "rate")}
    for index, variant in enumerate(run.variants):
        values = {
            "size": ("‖w‖", last["size"][index]),
            "predicted": ("‖w‖ predicted", last["predicted"][index]),
            "along": ("g·w ÷ (‖g‖‖w‖)", last["along"][index]),
            "effective": ("η/‖w‖²", _effective(last["rate"][index], last["size"][index])),
            "angle": ("turn a step", turned[index]),
        }
        found += [
            Readout(name=f"{name}_{variant.key}", value=nets.finite(value), label=f"{variant.name}: {label}",
                    role=variant.role, missing=absent(run.step))
            for name, (label, value) in values.items()
        ]  # fmt: skip
    return (*nets.readouts(run), *found)


def _effective(rate: float, size: float) -> float:
    return float(rate) / float(size) ** 2 if size > 0 else float("nan")


def _caption(state: NormalizationState, watched: Watched, looks: Looks) -> str:
    row = panels.layer(state)
    free, decayed = watched.still(watched.record["size"][:, row])[-1]
    (one, here), change = looks[state.norm][1][row], looks[state.norm][2]
    head = "Without normalisation" if state.norm == NONE else f"With {state.norm}"
    count = nets.steps(watched.run.step)
    if not np.isfinite([free, decayed, change, one, here]).all():
        return f"{head} the weights or gradients are no longer finite after {count}."
    grown = f"multiplies the gradient by {show(float(here / one))}" if one > 0 else "finds no gradient to multiply"
    return (
        f"{head}, scaling the weights by {show(state.alpha)} moves the outputs by up to {show(100 * change, 2)} % and "
        f"{grown}; after {count} ‖w‖ is {show(float(free))} without decay and {show(float(decayed))} with it"
        f"{nets.frozen(watched.run)}."
    )


lab = Normalization()
