"""Trap: the information that a deterministic neuron "keeps" is a number of the bins (Saxe and others 2018)."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Frame, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs.mdl.axes import axis, rounded
from regviz.labs.mdl.state import MdlState
from regviz.theory.bottleneck import binned_information

Array = NDArray[Any]

KINDS = ("tanh", "relu")
NAMES = {"tanh": "tanh", "relu": "ReLU"}
_WEIGHTS = np.geomspace(0.1, 40.0, 90)
_W = axis(0.1, 40.0, "weight w", log=True)
_X = np.linspace(-3.0, 3.0, 241)
_ROLES = ("informative:0", "informative:1")


@lru_cache(maxsize=64)
def curve(kind: str, width: float) -> Array:
    """Bits (90,) over the weights."""
    return np.array([binned_information(w, width, kind) for w in _WEIGHTS.tolist()])


def frames(state: MdlState) -> Generator[Frame, Any, None]:
    """One frame, exact sums over bins."""
    widths = (state.narrow, state.wide)
    now = {(kind, i): binned_information(state.weight, width, kind) for kind in KINDS for i, width in enumerate(widths)}
    yield Frame(
        panels=(*(_information(state, kind, now) for kind in KINDS), *(_outputs(state, kind) for kind in KINDS)),
        readouts=(
            Readout(name="weight", value=state.weight, label="w"),
            *(Readout(name=f"{kind}_{('first', 'second')[i]}", value=value, unit="bits", role=_ROLES[i],
                      label=f"{NAMES[kind]} in bins of {show(widths[i])}") for (kind, i), value in now.items()),
            *(Readout(name=f"peak_{('first', 'second')[i]}", value=_peak(width), role=_ROLES[i],
                      label=f"tanh: most at w, bins of {show(width)}") for i, width in enumerate(widths)),
        ),
        caption=_caption(state, now), subtitle="one neuron T = f(w·x), x ~ N(0, 1), no noise",
        equation="I(X; bin(T)) = H(bin(T));  I(X;T) = ∞",
    )  # fmt: skip


def _peak(width: float) -> float:
    return float(_WEIGHTS[int(np.argmax(curve("tanh", width)))])


def _information(state: MdlState, kind: str, now: dict[tuple[str, int], float]) -> Panel:
    widths = (state.narrow, state.wide)
    rows = np.stack([curve(kind, width) for width in widths])
    top = rounded(1.1 * max(float(rows.max()), 1.0))
    return Panel(
        key=kind, title=f"{NAMES[kind]}: bits “kept” over the weight", x=_W, y=axis(0.0, top, "I(X; bin(T)), bits"),
        marks=(
            _lines(kind, widths), Rule(key="weight", value=state.weight, role="text", bound="weight"),
            Points(key="now", x=np.array([state.weight] * 2), y=np.array([now[kind, i] for i in range(2)]),
                   roles=_ROLES),
        ),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _lines(kind: str, widths: tuple[float, float]) -> Mark:
    return Lines(
        key="bits", x=_WEIGHTS, y=np.stack([curve(kind, width) for width in widths]), roles=_ROLES,
        labels=tuple(f"bins {show(width, 2)}" for width in widths),
    )  # fmt: skip


def _outputs(state: MdlState, kind: str) -> Panel:
    """The neuron and the edges of the second bins."""
    t = np.tanh(state.weight * _X) if kind == "tanh" else np.maximum(state.weight * _X, 0.0)
    low, high = (-1.15, 1.15) if kind == "tanh" else (-0.1, 3.0)
    edges = np.arange(np.ceil(low / state.wide), np.floor(high / state.wide) + 1) * state.wide
    return Panel(
        key=f"{kind}_output", title=f"The neuron {NAMES[kind]}(w·x), and bins of {show(state.wide, 2)}",
        x=axis(-3.0, 3.0, "x"), y=axis(low, high, "T"),
        marks=(
            Lines(key="edges", x=np.array([-3.0, 3.0]), y=np.stack([edges, edges], axis=1), role="faint", thin=True),
            Lines(key="output", x=_X, y=t[None], role="accent"),
        ),
    )  # fmt: skip


def _caption(state: MdlState, now: dict[tuple[str, int], float]) -> str:
    tanh = [show(now["tanh", i]) for i in range(2)]
    return (
        f"The same tanh neuron “keeps” {tanh[0]} bits in bins of {show(state.narrow, 2)} and {tanh[1]} in bins of "
        f"{show(state.wide, 2)}; its true I(X;T) is infinite, and “compression” as w grows is saturation "
        "seen through bins, no general law (Saxe and others 2018)."
    )
