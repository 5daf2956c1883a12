"""Ridge and lasso as codes: bits of coefficients and data over λ, beside cross-validation."""

from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.data import synthetic
from regviz.lab import Certificate, Frame, Lines, Mark, Panel, Part, Points, Readout, Rule, show
from regviz.labs.mdl import message
from regviz.labs.mdl.axes import axis, rounded, upwards
from regviz.labs.mdl.state import MdlState
from regviz.linear import CrossValidation, Problem, cross_validate
from regviz.linear.path import path_of
from regviz.theory.description_length_penalty import LAM_DIGITS, PRIORS, Sender

Array = NDArray[Any]

LAMS = np.geomspace(1e-4, 1e2, 1 << LAM_DIGITS)
NOISE = 5.0
"""σ is the noise control times this: the true coefficients have sizes 0.8 … 3.2."""
MODEL, DATA = "prior", "likelihood"
_LAM = axis(1e-4, 1e2, "λ", log=True)


@dataclass(frozen=True, eq=False)
class Scene:
    """The data, coefficients (64, p) on the grid of λ, bits of coefficients and data (64,), and cross-validation."""

    problem: Problem
    sender: Sender
    z: NDArray[np.int64]
    w: Array
    model: Array
    data: Array
    mixture: Array | None
    cv: CrossValidation

    @property
    def totals(self) -> Array:
        """Bits (64,) of the whole message before rounding up, λ included."""
        return self.model + self.data + LAM_DIGITS

    @property
    def best(self) -> int:
        """Index of the λ with the shortest message."""
        return int(np.argmin(self.totals))


@lru_cache(maxsize=32)
def scene(
    penalty: str, n: int, features: int, informative: int, noise: float, digits: int, folds: int, seed: int
) -> Scene:
    """Everything but the λ that is looked at."""
    sigma = NOISE * noise
    made = synthetic(n=n, p=features, informative=min(informative, features), noise=sigma, seed=seed, n_validation=0)
    problem = Problem.of(made.X, made.y)
    sender = Sender(np.ascontiguousarray(problem.X), sigma, sigma / 16.0, 2.0**-digits, LAMS, penalty)
    z = np.rint(problem.y / sender.y_cell).astype(np.int64)
    path = path_of(problem, penalty)
    w = np.stack([path.standardized_at(lam) for lam in LAMS.tolist()])
    bits = [sender.lengths(lam, row, z) for lam, row in zip(LAMS.tolist(), w, strict=True)]
    mixture = None
    if penalty == "ridge":
        mixture = np.array([sender.evidence_length(lam, z * sender.y_cell) for lam in LAMS.tolist()])
    return Scene(
        problem, sender, z, w, np.array([model.sum() for model, _ in bits]), np.array([data for _, data in bits]),
        mixture, cross_validate(made.X, made.y, penalty, lams=LAMS, folds=min(folds, n), seed=seed % 2**31),
    )  # fmt: skip


def scene_of(state: MdlState) -> Scene:
    """The scene of ``state``."""
    return scene(
        state.penalty, state.n, state.features, state.informative, state.noise, state.digits, state.folds, state.seed
    )


def index_of(lam: float) -> int:
    """Of the nearest λ on the grid, which is what can be sent."""
    return int(np.argmin(np.abs(np.log(LAMS / lam))))


def frames(state: MdlState) -> Generator[Frame, Any, None]:
    """One frame; all but the chosen λ is remembered."""
    made = scene_of(state)
    at = index_of(state.lam)
    lam_bits, model, data = made.sender.words(at, made.w[at], made.z)
    index, k, z = made.sender.decoded(lam_bits + model + data)
    wrong = int(index != at) + np.count_nonzero(k != made.sender.quantised(made.w[at])) + np.count_nonzero(z != made.z)
    sent = [("index of λ", lam_bits, "muted"), ("coefficients", model, MODEL), ("data", data, DATA)]
    yield Frame(
        panels=(_bits(made, at), _cost(made, at), _validation(made, at),
                message.panel(sent, [(name, len(bits), role) for name, bits, role in sent])),
        readouts=_readouts(made, at, len(model), len(data)), caption=_caption(made, at, state, len(model), len(data)),
        subtitle=f"{state.penalty}, n = {state.n}, p = {state.features}, σ = {show(made.sender.sigma)} known",
        equation=_equation(made, at),
        parts=tuple(Part(label=name, value=len(bits), role=role) for name, bits, role in sent),
        certificate=Certificate(name="values decoded wrongly", value=float(wrong), tolerance=0.0,
                                text="λ, all coefficients and all outputs read back out of the bits"),
        limits={"lam": (1e-4, 1e2)},
    )  # fmt: skip


def _equation(made: Scene, at: int) -> str:
    width = show(made.sender.width(float(LAMS[at])))
    if made.sender.penalty == "ridge":
        return f"bits = w²/(2τ² ln 2) + const., τ² = σ²/(nλ), τ = {width}"
    return f"bits = |w|/(b ln 2) + const., b = σ²/(nλ) = {width}"


def _bits(made: Scene, at: int) -> Panel:
    return Panel(
        key="bits", title="Bits over λ", x=_LAM, y=_bits_axis(made),
        marks=(*_curves(made), *_rules(made, at)), readouts=_legend(made),
    )


def _bits_axis(made: Scene) -> Any:
    return upwards(1.05 * float(made.totals.max()), "bits")


def _legend(made: Scene) -> tuple[Readout, ...]:
    names = [("total", "total", "text"), ("data", "data", DATA), ("model", "coefficients", MODEL)]
    if made.mixture is not None:
        names.append(("mixture", "- - all w mixed", "muted"))
    return tuple(Readout(name=name, value=label, role=role) for name, label, role in names)


@lru_cache(maxsize=32)
def _curves(made: Scene) -> tuple[Mark, ...]:
    marks: list[Mark] = [
        Lines(key="bits", x=LAMS, y=np.stack([made.data, made.model, made.totals]), roles=(DATA, MODEL, "text"))
    ]
    if made.mixture is not None:
        marks.append(Lines(key="mixture", x=LAMS, y=made.mixture[None], role="muted", dash=True, thin=True))
    best = made.best
    marks.append(Points(key="shortest", x=LAMS[best : best + 1], y=made.totals[best : best + 1], role="text",
                        shape="triangle", labels=(f"shortest: {made.totals[best]:.0f}",)))  # fmt: skip
    return tuple(marks)


def _rules(made: Scene, at: int) -> tuple[Mark, ...]:
    return (
        Rule(key="cv", value=_shown(made.cv.lam_min), role="validation", dash=True, label="CV"),
        Rule(key="lam", value=float(LAMS[at]), role="accent", bound="lam"),
    )


def _shown(lam: float) -> float:
    return min(max(lam, 1e-4), 1e2)


def _cost(made: Scene, at: int) -> Panel:
    """What the code charges for a coefficient of any size, and the penalty in bits."""
    sender, lam, w = made.sender, float(LAMS[at]), made.w[at]
    reach = rounded(1.15 * max(float(np.abs(made.w).max()), 4.0 * sender.w_cell))
    grid = np.linspace(-reach, reach, 241)
    k = sender.quantised(grid)
    prior = sender.prior(lam)
    cells = type(prior)(prior.kind, prior.width, np.zeros(len(k)))
    bits, own = cells.ideal(k), prior.ideal(sender.quantised(w))
    zero = float(cells.ideal(0 * k[:1].repeat(len(k)))[0])
    penalty = zero + sender.excess(lam, grid)
    top = rounded(max(1.25 * float(own.max()), 12.0))
    marks: tuple[Mark, ...] = (
        Lines(key="penalty", x=grid, y=np.where(penalty < 2 * top, penalty, np.nan)[None], role="penalty", dash=True),
        Lines(key="code", x=sender.sent(grid), y=np.where(bits < 2 * top, bits, np.nan)[None], role="text", thin=True),
        Points(key="coefficients", x=sender.sent(w), y=own, role=MODEL, small=len(w) > 15),
    )
    kind = "w²" if sender.penalty == "ridge" else "|w|"
    return Panel(
        key="cost", title="What one coefficient costs", y=axis(0.0, top, "bits"), marks=marks,
        x=axis(-reach, reach, f"w, in steps of {show(sender.w_cell, 2)}"),
        readouts=(
            Readout(name="code", value="code"), Readout(name="law", value=f"- - penalty ∝ {kind}", role="penalty"),
            Readout(name="sent", value=f"● the {len(w)} coefficients", role=MODEL),
        ),
    )  # fmt: skip


def _validation(made: Scene, at: int) -> Panel:
    order = np.argsort(made.cv.lams)
    low, high = float(made.cv.mean.min()), float(made.cv.mean.max())
    room = max(0.15 * (high - low), 1e-9 * high, 1e-12)
    return Panel(
        key="validation", title=f"Cross-validation, {len(made.cv.folds)} folds", x=_LAM,
        y=axis(max(low - room, 0.0), high + room, "held-out squared error"),
        marks=(
            Lines(key="cv", x=made.cv.lams[order], y=made.cv.mean[order][None], role="validation"),
            Rule(key="shortest", value=float(LAMS[made.best]), role="text", dash=True, label="shortest message"),
            Rule(key="cv_min", value=_shown(made.cv.lam_min), role="validation", dash=True, label="CV"),
            Rule(key="lam", value=float(LAMS[at]), role="accent", bound="lam"),
        ),
    )  # fmt: skip


def _readouts(made: Scene, at: int, model: int, data: int) -> tuple[Readout, ...]:
    sender, lam = made.sender, float(LAMS[at])
    density = sender.density_length(lam, made.w[at], made.z * sender.y_cell)
    return (
        Readout(name="lam", value=lam, label="λ sent"),
        Readout(name="bits", value=LAM_DIGITS + model + data, label="bits"),
        Readout(name="model_bits", value=model, label="coefficients", role=MODEL),
        Readout(name="data_bits", value=data, label="data", role=DATA),
        Readout(name="density_bits", value=density, label="by densities", digits=4),
        Readout(name="mixture_bits", value=None if made.mixture is None else float(made.mixture[at]),
                label="all w mixed", role="muted", digits=4),
        Readout(name="lam_shortest", value=float(LAMS[made.best]), label="λ of the shortest"),
        Readout(name="shortest_bits", value=float(made.totals[made.best]), label="its bits", digits=4),
        Readout(name="lam_cv", value=made.cv.lam_min, label="λ by CV", role="validation"),
        Readout(name="zeros", value=int(np.count_nonzero(sender.quantised(made.w[at]) == 0)), label="sent as 0"),
    )  # fmt: skip


def _caption(made: Scene, at: int, state: MdlState, model: int, data: int) -> str:
    lam, best = float(LAMS[at]), float(LAMS[made.best])
    edge = " (the end of the grid)" if made.best in (0, len(LAMS) - 1) else ""
    last = "" if LAMS[0] < made.cv.lam_min < LAMS[-1] else " (the end of the grid)"
    kind = PRIORS[state.penalty].capitalize()
    return (
        f"At λ = {show(lam)} the coefficients take {model} bits under their {kind} prior and the data "
        f"{data}; the shortest message is at λ = {show(best)}{edge}, the least "
        f"cross-validation error at λ = {show(made.cv.lam_min)}{last}: two criteria, which need not agree."
    )
