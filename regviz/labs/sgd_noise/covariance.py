"""A cloud of least-squares estimates under minibatch noise, beside its exact covariance at every step."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Frame, Lines, Mark, Panel, Points, Readout, Rule, absent, show
from regviz.labs import _nets as nets
from regviz.labs._nets.record import Record
from regviz.labs.sgd_noise.axes import around, axis
from regviz.labs.sgd_noise.state import SgdNoiseState
from regviz.neural import generator
from regviz.theory.minibatch_noise import LeastSquares

Array = NDArray[Any]

COUNT = 1_000
"""Independent runs of SGD."""
DRAWN = 400
GONE = 1e9
_TURN = np.linspace(0.0, 2.0 * np.pi, 121)
_RATES = np.geomspace(1e-3, 10.0, 90)


@lru_cache(maxsize=16)
def problem(rows: int, correlation: float, uneven: float, seed: int) -> LeastSquares:
    """Two correlated features with deviations near 1 and 0.6, and errors that may grow with the first feature."""
    source = generator(seed, "least squares in a plane")
    z = source.standard_normal((rows, 2))
    X = z @ np.linalg.cholesky(np.array([[1.0, correlation], [correlation, 1.0]])).T * np.array([1.0, 0.6])
    errors = source.standard_normal(rows) * (1.0 + uneven * X[:, 0] ** 2) / (1.0 + uneven)
    return LeastSquares(X, X @ np.array([1.0, -0.5]) + errors)


class Cloud:
    """``w`` (M, 2), measured from the minimiser where all begin, and the exact covariance of such runs."""

    def __init__(self, state: SgdNoiseState) -> None:
        self.made = problem(state.rows, state.correlation, state.uneven, state.seed)
        self.seed, self.step = state.seed, 0
        self.w = np.zeros((COUNT, 2))
        self.exact = np.zeros((2, 2))
        self.record = Record()
        self._note()

    def advance(self, count: int, rate: float, batch: int) -> None:
        """Make ``count`` steps; each run draws its own rows, with replacement."""
        for _ in range(count):
            a, b, c, first, second = self._sums(batch)
            with np.errstate(all="ignore"):
                w1, w2 = self.w.T
                gradient = np.stack([a * w1 + b * w2 + first, b * w1 + c * w2 + second], axis=1)
                self.w = self.w - rate / batch * gradient
                self.w[~(np.abs(self.w) < GONE).all(axis=1)] = np.nan
                self.exact = self.made.step(self.exact, rate, batch)
            self.step += 1
            self._note()

    def _sums(self, batch: int) -> Array:
        """Sums over each run's rows of x₁², x₁x₂, x₂² and of the two gradients at the minimiser: (5, M)."""
        x1, x2 = self.made.X.T
        table = np.stack([x1 * x1, x1 * x2, x2 * x2, *self.made.gradients.T])
        rows = generator(self.seed, "minibatches", self.step).integers(len(x1), size=(batch, COUNT))
        result: Array = np.take(table, rows, axis=1).sum(axis=1)
        return result

    @property
    def gone(self) -> int:
        """Runs that have diverged."""
        return int(np.isnan(self.w[:, 0]).sum())

    def measured(self) -> tuple[Array, Array]:
        """Second moments (2, 2) about the minimiser and their standard errors; NaN once a run has diverged."""
        with np.errstate(all="ignore"):
            products = np.einsum("mi,mj->mij", self.w, self.w)
            return products.mean(axis=0), products.std(axis=0) / np.sqrt(COUNT)

    def _note(self) -> None:
        found = self.measured()[0]
        self.record.add(self.step, {"measured": _three(found), "exact": _three(self.exact)})


def _three(matrix: Array) -> Array:
    return np.array([matrix[0, 0], matrix[1, 1], matrix[0, 1]])


def frames(state: SgdNoiseState) -> Generator[Frame, Any, None]:
    """A picture every ``pace`` steps; η and B may change on the way, the exact covariance follows them."""
    cloud = Cloud(state)
    while True:
        news = yield _frame(state, cloud)
        if news is not None:
            before, state = state, news
            if cloud.step > state.steps:
                cloud = Cloud(state)
                cloud.advance(state.steps, state.rate, state.batch)
            elif cloud.step == state.steps and (before.rate, before.batch) != (state.rate, state.batch):
                cloud = Cloud(state)  # what has come to rest begins anew
        elif cloud.step >= state.steps:
            return
        else:
            cloud.advance(min(state.pace, state.steps - cloud.step), state.rate, state.batch)


def _frame(state: SgdNoiseState, cloud: Cloud) -> Frame:
    made = cloud.made
    settled = made.stationary(state.rate, state.batch)
    gone = f"{cloud.gone} of {COUNT} runs have diverged."
    done = cloud.step / state.steps
    return Frame(
        panels=(_plane(state, cloud, settled), _noise(made), _course(state, cloud), _sizes(state, cloud, settled)),
        readouts=_readouts(state, cloud, settled), caption=_caption(state, cloud, settled),
        status="diverged" if settled is None else "running" if done < 1.0 else "stopped",
        message=gone if cloud.gone else "", progress=done,
        subtitle=f"n = {len(made.y)}, {COUNT} runs of SGD",
        equation="Σ = (I−ηH)Σ(I−ηH) + η²/B·[mean(xxᵀΣxxᵀ) − HΣH + mean(r²xxᵀ)]",
        limits={"rate": (0.01, float(min(max(1.2 * made.bound, 0.02), 10.0)))},
    )  # fmt: skip


def ellipse(covariance: Array, size: float = 2.0) -> Array:
    """The curve (2, 121) of ``size`` standard deviations of a covariance (2, 2)."""
    values, vectors = np.linalg.eigh(covariance)
    axes = size * vectors * np.sqrt(np.maximum(values, 0.0))
    result: Array = axes @ np.stack([np.cos(_TURN), np.sin(_TURN)])
    return result


def _plane(state: SgdNoiseState, cloud: Cloud, settled: Array | None) -> Panel:
    at = cloud.w[:DRAWN]
    additive = cloud.made.additive(state.rate, state.batch)
    shown = settled if settled is not None else np.diag([1.0, 1.0])
    reach = 3.6 * np.sqrt(np.diag(shown))
    marks: list[Mark] = [
        _contours(cloud.made, float(reach.max())),
        Points(key="runs", x=at[:, 0], y=at[:, 1], role="noise", small=True),
    ]
    measured = cloud.measured()[0]
    if additive is not None:
        marks.append(_ring("additive", additive, "second", dash=True, thin=True))
    if settled is not None:
        marks.append(_ring("exact", settled, "text", dash=True))
    if np.isfinite(measured).all() and cloud.step:
        marks.append(_ring("measured", measured, "informative:3"))
    readouts = (
        Readout(name="solid", value="line: measured", role="informative:3"),
        Readout(name="dashed", value="dashed: exact"),
        Readout(name="thin", value="thin: noise fixed", role="second"),
    )  # fmt: skip
    return Panel(
        key="plane", title=f"Runs, step {cloud.step}, 2 sd", x=around(float(reach[0]), "w₁ − ŵ₁"),
        y=around(float(reach[1]), "w₂ − ŵ₂"), marks=tuple(marks), readouts=readouts,
    )  # fmt: skip


def _ring(key: str, covariance: Array, role: str, *, dash: bool = False, thin: bool = False) -> Lines:
    x, y = ellipse(covariance)
    return Lines(key=key, x=x, y=y[None], role=role, dash=dash, thin=thin)


@lru_cache(maxsize=32)
def _contours(made: LeastSquares, reach: float) -> Lines:
    """Level lines of the loss: ellipses of H⁻¹."""
    base = ellipse(np.linalg.inv(made.hessian), 1.0)
    longest = float(np.linalg.norm(base, axis=0).max())
    scales = np.linspace(0.25, 1.5, 6) * reach / longest
    return Lines(
        key="loss", x=scales[:, None] * base[0], y=scales[:, None] * base[1], role="contour", thin=True
    )  # fmt: skip


@lru_cache(maxsize=16)
def _noise(made: LeastSquares) -> Panel:
    """Single rows' gradients at the minimiser with two standard deviations; beside it s²H."""
    g = made.gradients
    spread = float((g**2).sum(axis=1).max()) ** 0.5
    guess = float(np.mean((made.y - made.X @ made.solution) ** 2)) * made.hessian
    marks = (
        Points(key="rows", x=g[:, 0], y=g[:, 1], role="noise"),
        _ring("guess", guess, "second", dash=True), _ring("noise", made.noise, "informative:3"),
    )
    readouts = (
        Readout(name="line", value="line: covariance", role="informative:3"),
        Readout(name="dashed", value="dashed: s²H", role="second"),
    )  # fmt: skip
    reach = max(1.05 * spread, 2.2 * float(np.sqrt(max(np.diag(made.noise).max(), np.diag(guess).max()))))
    return Panel(
        key="noise", title="Gradients of single rows at ŵ", x=around(reach, "∂/∂w₁"), y=around(reach, "∂/∂w₂"),
        marks=marks, readouts=readouts,
    )  # fmt: skip


def _course(state: SgdNoiseState, cloud: Cloud) -> Panel:
    keep = np.unique(np.linspace(0, cloud.step, 300).astype(int))
    at = cloud.record.steps[keep]
    with np.errstate(all="ignore"):
        measured, exact = (np.where(np.abs(rows) < GONE, rows, np.nan) for rows in (
            cloud.record["measured"][keep].T, cloud.record["exact"][keep].T))  # fmt: skip
    roles = ("informative:0", "informative:2", "informative:3")
    marks = (
        Lines(key="measured", x=at, y=measured, roles=roles, labels=("Σ₁₁", "Σ₂₂", "Σ₁₂")),
        Lines(key="exact", x=at, y=exact, roles=("text",) * 3, dash=True, thin=True),
    )
    seen = 3.0 * float(np.max(np.abs(measured), where=np.isfinite(measured), initial=1e-12))
    good = np.append(measured.ravel(), exact[np.abs(exact) <= seen])  # beyond the limit the exact curve leaves
    good = good[np.isfinite(good)]
    low = -around(-1.1 * float(good.min()), "").high if (good < 0).any() else 0.0
    top = around(1.15 * float(np.abs(good).max()), "").high
    return Panel(
        key="course", title="Covariance over the steps", x=axis(0.0, 1.12 * max(state.steps, cloud.step), "step"),
        y=axis(low, top, "covariance"), marks=marks,
        readouts=(Readout(name="line", value="line: runs"), Readout(name="dashed", value="dashed: exact")),
    )  # fmt: skip


def _sizes(state: SgdNoiseState, cloud: Cloud, settled: Array | None) -> Panel:
    """The trace of Σ over η at this batch size: exact, with fixed noise, and the limit of small steps."""
    x, y, marks, limit = _curves(cloud.made, state.batch)
    more: list[Mark] = [
        Rule(key="cursor", value=state.rate, bound="rate", role="text", label=f"η = {show(state.rate)}")
    ]
    if settled is not None:
        more.append(Points(key="here", x=np.array([state.rate]), y=np.array([np.trace(settled)]), role="text"))
    readouts = (
        Readout(name="limit", value=limit, label="stable below η", role="bad"),
        Readout(name="bound", value=cloud.made.bound, label="2/h₁"),
    )
    return Panel(
        key="sizes", title="Spread tr Σ over η", x=x, y=y, marks=(*marks, *more), readouts=readouts
    )


@lru_cache(maxsize=32)
def _curves(made: LeastSquares, batch: int) -> tuple[Axis, Axis, tuple[Mark, ...], float]:
    exact, fixed = (
        np.array([np.nan if found is None else np.trace(found) for found in (law(r, batch) for r in _RATES)])
        for law in (made.stationary, made.additive)
    )
    small = np.array([np.trace(made.small_steps(r, batch)) for r in _RATES])
    limit = made.limit(batch)
    lines = (
        Lines(key="curves", x=_RATES, y=np.stack([small, fixed]), labels=("η → 0", "noise fixed"),
              roles=("muted", "second"), dash=True, thin=True),
        Lines(key="exact", x=_RATES, y=exact[None], role="informative:3", labels=("exact",)),
        Rule(key="limit", value=limit, role="bad", dash=True),
    )  # fmt: skip
    top = 10.0 ** np.ceil(np.log10(max(float(np.max(exact, where=np.isfinite(exact), initial=0.0)), 1e-6)))
    low = 10.0 ** np.floor(np.log10(max(float(small[0]), 1e-9)))
    return (
        axis(1e-3, 10.0, "learning rate η (log scale)", True),
        axis(float(low), float(min(max(top, 10 * low), 1e6 * low)), "tr Σ (log scale)", True), lines, limit,
    )  # fmt: skip


def _readouts(state: SgdNoiseState, cloud: Cloud, settled: Array | None) -> tuple[Readout, ...]:
    measured, error = cloud.measured()
    worst = None
    if np.isfinite(measured).all() and (error > 0).all():
        worst = float(np.abs((measured - cloud.exact) / error).max())
    parts = {"11": (0, 0), "22": (1, 1), "12": (0, 1)}
    found = [
        Readout(name=f"{key}_{name}", value=_finite(None if matrix is None else matrix[at]), label=f"Σ{name} {label}")
        for key, label, matrix in (("measured", "measured", measured), ("exact", "exact", cloud.exact),
                                   ("settled", "settled", settled))
        for name, at in parts.items()
    ]  # fmt: skip
    return (
        Readout(name="step", value=cloud.step, label="step"), *found,
        Readout(name="worst", value=worst, label="measured − exact, largest", unit="SE", missing=absent(cloud.step)),
        Readout(name="limit", value=cloud.made.limit(state.batch), label="largest stable η"),
        Readout(name="bound", value=cloud.made.bound, label="2/h₁"),
        Readout(name="diverged", value=cloud.gone, label="diverged runs"),
    )


def _finite(value: Any) -> float | None:
    return float(value) if value is not None and np.isfinite(value) and abs(value) < 1e30 else None


def _caption(state: SgdNoiseState, cloud: Cloud, settled: Array | None) -> str:
    limit, made = cloud.made.limit(state.batch), cloud.made
    if settled is None:
        why = "gradient descent itself diverges"
        if state.rate < made.bound:
            why = "the noise feeds on itself, and second moments grow without end"
        return f"η = {show(state.rate)} is not below {show(limit)}, the limit for B = {state.batch}: {why}."
    total, fixed = float(np.trace(settled)), made.additive(state.rate, state.batch)
    assert fixed is not None
    ratio = total / float(np.trace(fixed)) if np.trace(fixed) > 0.0 else 1.0
    return (
        f"At η = {show(state.rate)}, B = {state.batch} the exact spread tr Σ settles at {show(total)}, "
        f"{show(ratio)} times what noise fixed at the minimum would give; after {nets.steps(cloud.step)} the runs "
        f"show {show(float(np.trace(cloud.measured()[0])))}."
    )
