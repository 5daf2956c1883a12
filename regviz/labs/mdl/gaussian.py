"""The Gaussian bottleneck's frames: eigenvectors that enter one by one, the curve, the projections."""

from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Arrows, Frame, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs.mdl.axes import axis, rounded
from regviz.labs.mdl.state import MdlState
from regviz.neural import generator
from regviz.theory.bottleneck_gaussian import GaussianBottleneck

Array = NDArray[Any]

SAMPLES = 300
SHOWN = 1e3
_BETAS = np.geomspace(1.0, SHOWN, 400)
_BETA = axis(1.0, SHOWN, "β", log=True)
_SPAN = axis(-4.4, 4.4, "T₁ = α₁v₁ᵀx + ξ, over its standard deviation")
_ANSWER = axis(-3.6, 3.6, "Y₁, the direction of Y that x tells most of")


@dataclass(frozen=True, eq=False)
class Scene:
    """A bottleneck, its canonical correlations ``rho`` (p,), and samples of x (300, p), of Y₁ and of ξ (300,)."""

    made: GaussianBottleneck
    rho: Array
    x: Array
    y: Array
    xi: Array


@lru_cache(maxsize=32)
def scene(p: int, top: float, decay: float, seed: int) -> Scene:
    """The joint of x = Mu with u ~ N(0, I) and Y_i correlated with u_i by ρ_i = top·decay^(i−1) only."""
    source = generator(seed, "mdl gaussian")
    left, right = (np.linalg.qr(source.standard_normal((p, p)))[0] for _ in range(2))
    M = left @ np.diag(np.geomspace(1.4, 0.6, p)) @ right
    rho = top * decay ** np.arange(p)
    u, xi = source.standard_normal((SAMPLES, p)), source.standard_normal(SAMPLES)
    y = rho[0] * u[:, 0] + np.sqrt(1.0 - rho[0] ** 2) * source.standard_normal(SAMPLES)
    made = GaussianBottleneck(M @ M.T, (M * (1.0 - rho**2)) @ M.T)
    return Scene(made, rho, u @ M.T, y, xi)


def frames(state: MdlState) -> Generator[Frame, Any, None]:
    """One frame, all in closed form."""
    found = scene(state.dimensions, state.top, state.decay, state.seed)
    made, beta = found.made, state.beta
    inside = int(np.count_nonzero(made.critical < beta))
    kept, told = made.information(beta)
    yield Frame(
        panels=(_plane(made, beta), _gains(made, beta), _projections(found, beta), _samples(found, beta)),
        readouts=(
            Readout(name="beta", value=beta, label="β"),
            Readout(name="kept", value=kept, label="I(X;T)", unit="bits", role="prior"),
            Readout(name="told", value=told, label="I(T;Y)", unit="bits", role="likelihood"),
            Readout(name="relevant", value=made.relevant, label="I(X;Y)", unit="bits"),
            Readout(name="entered", value=inside, label="eigenvectors in use"),
            *(Readout(name=f"critical_{i + 1}", value=float(value), label=f"β{_sub(i)} = 1/ρ{_sub(i)}²",
                      role=f"informative:{i}") for i, value in enumerate(made.critical)),
        ),
        caption=_caption(made, beta, inside, kept, told), subtitle=f"Gaussian X and Y in {state.dimensions} dimensions",
        equation="αᵢ² = (β(1 − λᵢ) − 1)/λᵢ from βᵢ = 1/ρᵢ² on",
    )  # fmt: skip


def _sub(i: int) -> str:
    return "₁₂₃₄₅₆"[i]


@lru_cache(maxsize=32)
def _curves(made: GaussianBottleneck) -> tuple[Mark, ...]:
    kept, told = made.curve(_BETAS)
    parts = [made.curve(_BETAS, k) for k in range(1, len(made.values))]
    enter = [(i, made.information(float(b))) for i, b in enumerate(made.critical) if b < SHOWN]
    marks: list[Mark] = [Rule(key="relevant", value=made.relevant, axis="y", role="muted", dash=True, label="I(X;Y)")]
    if parts:
        marks.append(Lines(key="first", x=np.stack([a for a, _ in parts]), y=np.stack([b for _, b in parts]), thin=True,
                           dash=True, role="noise"))  # fmt: skip
    marks.append(Lines(key="curve", x=kept, y=told[None], role="accent"))
    if enter:
        marks.append(Points(
            key="enter", x=np.array([a for _, (a, _) in enter]), y=np.array([b for _, (_, b) in enter]), shape="ring",
            roles=tuple(f"informative:{i}" for i, _ in enter), labels=tuple(f"v{_sub(i)} enters" for i, _ in enter),
        ))  # fmt: skip
    return tuple(marks)


def _plane(made: GaussianBottleneck, beta: float) -> Panel:
    kept, told = made.information(beta)
    most = rounded(max(1.1 * made.curve(_BETAS)[0][-1], 0.5))
    high = rounded(max(1.12 * made.relevant, 0.01))
    reach = 0.12 * most
    span = np.array([kept - reach, kept + reach])
    return Panel(
        key="plane", title="Information plane", x=axis(-0.03 * most, most, "I(X;T), bits kept of X"),
        y=axis(-0.04 * high, high, "I(T;Y), bits told of Y"),
        marks=(
            *_curves(made),
            Lines(key="slope", x=span, y=(told + (span - kept) / beta)[None], role="text", dash=True, thin=True),
            Points(key="now", x=np.array([kept]), y=np.array([told]), role="text"),
        ),
        readouts=(Readout(name="slope", value="- - slope 1/β"),
                  Readout(name="first", value="thin: first eigenvectors only", role="muted")),
    )  # fmt: skip


def _gains(made: GaussianBottleneck, beta: float) -> Panel:
    """Bits that every eigenvector keeps."""
    top = rounded(max(1.1 * 0.5 * np.log2(1.0 + made.gains(SHOWN)).max(), 0.1))
    return Panel(
        key="gains", title="Bits kept along each eigenvector", x=_BETA, y=axis(-0.03 * top, top, "½ log₂(1 + αᵢ²)"),
        marks=(*_entries(made), Rule(key="beta", value=min(max(beta, 1.0), SHOWN), role="text", bound="beta")),
    )  # fmt: skip


@lru_cache(maxsize=32)
def _entries(made: GaussianBottleneck) -> tuple[Mark, ...]:
    roles = tuple(f"informative:{i}" for i in range(len(made.values)))
    bits = 0.5 * np.log2(1.0 + np.stack([made.gains(float(b)) for b in _BETAS], axis=1))
    rules = [Rule(key=f"enter_{i}", value=float(b), role=roles[i], dash=True, label=f"β{_sub(i)}")
             for i, b in enumerate(made.critical) if b < SHOWN]  # fmt: skip
    names = tuple(f"v{_sub(i)}" for i in range(len(bits)))
    return (*rules, Lines(key="bits", x=_BETAS, y=bits, roles=roles, labels=names))


def _projections(found: Scene, beta: float) -> Panel:
    made = found.made
    gains = np.sqrt(made.gains(beta))
    unit = made.vectors[:, :2] / np.maximum(np.linalg.norm(made.vectors, axis=1), 1e-12)[:, None]
    tips = 3.2 * (gains / (1.0 + gains))[:, None] * unit
    use = np.flatnonzero(gains > 0)
    arrows = Arrows(
        key="rows", x=np.zeros(len(use)), y=np.zeros(len(use)), dx=tips[use, 0], dy=tips[use, 1],
        roles=tuple(f"informative:{i}" for i in use), labels=tuple(f"v{_sub(int(i))}" for i in use),
    )  # fmt: skip
    beyond = "" if len(made.values) == 2 else ", x₁ and x₂ of " + str(len(made.values))
    return Panel(
        key="projections", title=f"Projections{beyond}", x=axis(-4.6, 4.6, "x₁"), y=axis(-3.4, 3.4, "x₂"),
        marks=(*_cloud(found), arrows), equal=True, origin=True,
        readouts=(Readout(name="cov", value="○ Σₓ", role="muted"),
                  Readout(name="given", value="○ Σ of x given y", role="likelihood"),
                  Readout(name="rows", value="→ rows of A, longer with α")),
    )  # fmt: skip


@lru_cache(maxsize=32)
def _cloud(found: Scene) -> tuple[Mark, ...]:
    turn = np.linspace(0.0, 2.0 * np.pi, 121)
    circle = 2.0 * np.stack([np.cos(turn), np.sin(turn)])
    whole, given = (np.linalg.cholesky(c[:2, :2]) @ circle for c in (found.made.cov_x, found.made.cov_given))
    return (
        Points(key="samples", x=found.x[:, 0], y=found.x[:, 1], role="noise", small=True),
        Lines(key="cov", x=whole[0], y=whole[1][None], role="muted", thin=True),
        Lines(key="given", x=given[0], y=given[1][None], role="likelihood", thin=True),
    )  # fmt: skip


def _samples(found: Scene, beta: float) -> Panel:
    gain = float(found.made.gains(beta)[0])
    t = np.sqrt(gain) * (found.x @ found.made.vectors[0]) + found.xi
    correlation = float(found.rho[0]) * np.sqrt(gain / (1.0 + gain))
    sign = 1.0 if np.corrcoef(found.x @ found.made.vectors[0], found.y)[0, 1] >= 0 else -1.0
    return Panel(
        key="samples", title="What the first projection tells", x=_SPAN, y=_ANSWER,
        marks=(Points(key="pairs", x=sign * t / np.sqrt(1.0 + gain), y=found.y, role="informative:0", small=True),),
        readouts=(Readout(name="correlation", value=float(correlation), label="correlation ρ₁·α₁/√(1 + α₁²)"),
                  Readout(name="largest", value=float(found.rho[0]), label="at most ρ₁", role="muted")),
    )  # fmt: skip


def _caption(made: GaussianBottleneck, beta: float, inside: int, kept: float, told: float) -> str:
    critical = made.critical
    if inside == 0:
        return (
            f"At β = {show(beta)}, not above β₁ = 1/ρ₁² = {show(float(critical[0]))}, keeping nothing of X is best."
        )
    number = f"{inside} of {len(critical)}" if inside < len(critical) else f"all {len(critical)}"
    start = (
        f"At β = {show(beta)} T keeps {show(kept)} bits along {number} eigenvectors and tells "
        f"{100.0 * told / made.relevant:.1f} % of I(X;Y) = {show(made.relevant)} bits"
    )
    if inside == len(critical):
        return f"{start}."
    return f"{start}; the next enters at β = {show(float(critical[inside]))}, and the curve has no corner there."
