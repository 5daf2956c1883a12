"""Polynomials sent over a wire: bits of model and residuals over the degree, BIC beside, the fit, the message."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Band, Bars, Certificate, Frame, Lines, Mark, Panel, Part, Points, Readout, Rule, Text, show
from regviz.labs.mdl import message
from regviz.labs.mdl.axes import axis, named, places, rounded, upwards
from regviz.labs.mdl.state import MOST_DEGREE, MdlState
from regviz.neural import generator
from regviz.theory.description_length_polynomial import Curve, decoded

Array = NDArray[Any]

MODEL, DATA = "prior", "likelihood"
_GRID = np.linspace(-1.0, 1.0, 201)
_X = axis(-1.1, 1.1, "x")


def truth(kind: str, x: Array) -> Array:
    """What the data are drawn around."""
    if kind == "cubic":
        return np.asarray(5.0 * x**3 - 3.5 * x)
    if kind == "line":
        return np.asarray(1.5 * x)
    if kind == "sine":
        return np.asarray(1.5 * np.sin(1.5 * np.pi * x))
    return np.where(x < 0.2, -1.0, 1.0) if kind == "step" else 0.0 * x


@lru_cache(maxsize=32)
def curve(kind: str, n: int, noise: float, cell: int, code: str, seed: int) -> Curve:
    """The data and their codes."""
    x = np.sort(generator(seed, "mdl inputs").uniform(-1.0, 1.0, n))
    y = truth(kind, x) + noise * generator(seed, "mdl noise").standard_normal(n)
    return Curve(x, np.rint(y * 2.0**cell).astype(np.int64), 2.0**-cell, MOST_DEGREE, code)


def curve_of(state: MdlState) -> Curve:
    """The data of ``state``."""
    return curve(state.curve, state.n, state.noise, state.cell, state.code, state.seed)


def frames(state: MdlState) -> Generator[Frame, Any, None]:
    """One frame; the codes of all degrees are remembered."""
    made = curve_of(state)
    d = min(state.degree, made.degrees[-1])
    sent = made.messages[d]
    wrong = int(np.count_nonzero(decoded(sent.bits, made.x, made.cell, made.code) != made.z))
    words = [(name, word, "muted" if k < len(sent.parts.words()) - d - 1 else MODEL)
             for k, (name, word) in enumerate(sent.parts.words())]  # fmt: skip
    head = sum(len(word) for _, word, role in words if role == "muted")
    totals = (
        ("header", head, "muted"), ("coefficients", len(sent.model) - head, MODEL), ("residuals", len(sent.data), DATA)
    )  # fmt: skip
    yield Frame(
        panels=(
            _bits(made, d), _fit(state, made, d), _above(made),
            message.panel([*words, ("residuals", sent.data, DATA)], totals),
        ),
        readouts=_readouts(made, d), caption=_caption(made, d, state.degree),
        subtitle=f"{state.curve}, n = {state.n}, y in steps of {show(made.cell, 2)}",
        equation=f"L(model) + L(data | model) = {len(sent.model)} + {len(sent.data)} = {len(sent.bits)} bits",
        parts=(
            Part(label="model", value=len(sent.model), role=MODEL),
            Part(label="residuals", value=len(sent.data), role=DATA),
        ),
        certificate=Certificate(name="values decoded wrongly", value=float(wrong), tolerance=0.0,
                                text=f"all {len(made.z)} outputs read back out of the {len(sent.bits)} bits"),
        limits={"degree": (0.0, float(max(1, made.degrees[-1])))},
    )  # fmt: skip


@lru_cache(maxsize=32)
def _stacks(made: Curve) -> tuple[Mark, ...]:
    model = np.array([len(m.model) for m in made.messages], dtype=float)
    data = np.array([len(m.data) for m in made.messages], dtype=float)
    best = made.best
    around = float(made.totals[max(0, best - 3) : best + 4].max())
    return (
        Bars(key="model", values=model, base=0.0 * model, role=MODEL, label="model"),
        Bars(key="residuals", values=data, base=model, role=DATA, label="residuals"),
        Points(key="bic", x=places(len(model)), y=made.bic(), role="validation", shape="diamond", label="BIC"),
        Points(key="shortest", x=np.array([float(best)]), y=np.array([float(made.totals[best])]), role="text",
               shape="triangle"),
        Text(key="name", x=np.array([float(best)]), y=np.array([around + 0.09 * _top(made)]), role="text",
             labels=(f"shortest: {made.totals[best]}",)),
    )  # fmt: skip


def _bits(made: Curve, d: int) -> Panel:
    return Panel(
        key="bits", title="Bits to send the data", x=_degrees(made), y=upwards(1.16 * _top(made), "bits"),
        marks=(*_stacks(made), Rule(key="degree", value=float(d), role="accent", bound="degree")),
        readouts=(
            Readout(name="model", value="model", role=MODEL), Readout(name="data", value="residuals", role=DATA),
            Readout(name="bic", value="◆ BIC", role="validation"),
        ),
    )  # fmt: skip


def _top(made: Curve) -> float:
    return max(float(made.totals.max()), float(np.nan_to_num(made.bic()).max()))


def _degrees(made: Curve) -> Any:
    return named(tuple(str(d) for d in made.degrees), "degree")


def _above(made: Curve) -> Panel:
    """Both criteria above their own smallest values."""
    code, bic = np.asarray(made.totals - made.totals.min(), dtype=np.float64), made.bic()
    bic = bic - (np.nanmin(bic) if np.isfinite(bic).any() else 0.0)
    top = min(float(np.nanmax(np.concatenate([code[made.best :], bic[-3:], [10.0]]))), 120.0)
    lines = Lines(
        key="above", x=np.array(made.degrees, dtype=float), y=np.stack([code, bic]), labels=("code", "BIC"),
        roles=("accent", "validation"),
    )  # fmt: skip
    return Panel(
        key="above", title="Bits above the least", x=named((*(str(d) for d in made.degrees), ""), "degree"),
        y=axis(-0.05 * rounded(top), rounded(1.1 * top), "bits"),
        marks=(lines, Points(key="dots", x=places(len(code)), y=np.asarray(code), role="accent", small=True)),
    )  # fmt: skip


def _fit(state: MdlState, made: Curve, d: int) -> Panel:
    sent = made.messages[d]
    reach = rounded(1.2 * max(float(np.abs(made.y).max()), float(np.abs(truth(state.curve, _GRID)).max()), made.cell))
    line = _drawn(made, d)
    sigma = sent.parts.spread * made.cell
    still: list[Mark] = [
        Lines(key="truth", x=_GRID, y=truth(state.curve, _GRID)[None], role="muted", dash=True, thin=True),
    ]
    marks: list[Mark] = [
        *still,
        Band(key="band", x=_inside(made), low=line - sigma, high=line + sigma, role=DATA),
        *([Lines(key="best", x=_inside(made), y=_drawn(made, made.best)[None], role="text", thin=True)]
          if d != made.best else []),
        Lines(key="fit", x=_inside(made), y=line[None], role=MODEL),
        Points(key="data", x=made.x, y=made.y, role="train", small=len(made.x) > 40),
    ]  # fmt: skip
    readouts = [
        Readout(name="fit", value=f"degree {d}", role=MODEL),
        Readout(name="sigma", value=f"± σ = {show(sigma, 2)}", role=DATA),
        Readout(name="truth", value="- - truth", role="muted"),
    ]
    if d != made.best:
        readouts.append(Readout(name="best", value=f"shortest: degree {made.best}"))
    return Panel(key="fit", title="What the model says", x=_X, y=axis(-reach, reach, "y"), marks=tuple(marks),
                 readouts=tuple(readouts))  # fmt: skip


def _inside(made: Curve) -> Array:
    return np.linspace(float(made.x[0]), float(made.x[-1]), 161)


def _drawn(made: Curve, d: int) -> Array:
    """The quantised curve on a grid, through its values at the inputs."""
    low, high = float(made.x[0]), float(made.x[-1])
    at = (2.0 * made.x - low - high) / (high - low)
    fitted = made.fitted(made.messages[d].parts)
    weights = np.linalg.lstsq(np.polynomial.legendre.legvander(at, d), fitted, rcond=None)[0]
    return np.asarray(np.polynomial.legendre.legval(np.linspace(-1.0, 1.0, 161), weights))


def bic_degree(made: Curve) -> int | None:
    """The degree with the least BIC; None where it is undefined, as for a perfect fit."""
    bic = made.bic()
    return int(np.argmin(bic)) if np.isfinite(bic).all() else None


def _readouts(made: Curve, d: int) -> tuple[Readout, ...]:
    sent, bic = made.messages[d], float(made.bic()[d])
    return (
        Readout(name="degree", value=d, label="degree"),
        Readout(name="bits", value=len(sent.bits), label="bits"),
        Readout(name="model_bits", value=len(sent.model), label="model", role=MODEL),
        Readout(name="data_bits", value=len(sent.data), label="residuals", role=DATA),
        Readout(name="shortest_degree", value=made.best, label="shortest at degree"),
        Readout(name="shortest_bits", value=int(made.totals.min()), label="its bits"),
        Readout(name="bic_degree", value=bic_degree(made), label="BIC's degree", role="validation"),
        Readout(name="bic", value=bic if np.isfinite(bic) else None, label="BIC in bits", role="validation", digits=5),
        Readout(name="precision", value=f"2^−{sent.parts.b}", label="step of coefficients"),
        Readout(name="sigma", value=sent.parts.spread * made.cell, label="σ sent"),
    )


def _caption(made: Curve, d: int, asked: int) -> str:
    sent, best = made.messages[d], made.best
    start = f"Degree {d}" if d == asked else f"Degree {d}, the largest that {len(made.x)} rows determine,"
    least = "the shortest message" if d == best else f"the shortest is degree {best} with {made.totals[best]}"
    schwarz = bic_degree(made)
    beside = "BIC is undefined, as some degree fits exactly" if schwarz is None else f"BIC takes degree {schwarz}"
    return (
        f"{start} takes {len(sent.bits)} bits, {len(sent.model)} for the model and {len(sent.data)} for the residuals: "
        f"{least}; {beside}."
    )
