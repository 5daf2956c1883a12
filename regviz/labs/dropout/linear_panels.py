"""The linear twin's frames: SGD under dropout walks to the ridge solution, and the identity checked on all masks."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Certificate, Frame, Lines, Mark, Panel, Part, Points, Readout, Rule, absent, show
from regviz.labs.dropout import linear
from regviz.labs.dropout.linear import BLOCK, CHAINS, Chains, Descent
from regviz.labs.dropout.state import DropoutState

Array = NDArray[Any]

TOLERANCE = 1e-10
_RATES = np.linspace(0.0, 0.95, 77)
_ALONG = np.linspace(-0.25, 1.5, 71)
_CHECKED = np.linspace(-0.25, 1.5, 8)
_Q = Axis(low=0.0, high=1.08, label="drop rate q")
_LAM = Axis(low=0.0, high=20.0, label="λ = q/(1 − q)")


def frames(state: DropoutState) -> Generator[Frame, Any, None]:
    """The solution at once, then SGD block by block; another drop rate or step size sets the chains back to zero."""
    chains = Chains(_descent(state))
    while True:
        last = max(1, state.draws // BLOCK)
        news = yield _frame(state, chains, min(1.0, chains.blocks / last))
        if news is not None:
            state = news
            if _descent(state) != chains.descent or chains.blocks > max(1, state.draws // BLOCK):
                chains = Chains(_descent(state))
        elif chains.blocks >= last:
            return
        else:
            chains.advance()


def _descent(state: DropoutState) -> Descent:
    return Descent(state.features, state.correlation, state.seed, state.drop, state.stride)


def _frame(state: DropoutState, chains: Chains, done: float) -> Frame:
    descent = chains.descent
    made, ridge = descent.problem, linear.solution(descent.problem.X, descent.problem.y, state.drop)
    lam = state.drop / (1.0 - state.drop)
    exact, checked = (f(made.X, made.y, ridge, state.drop) for f in (linear.expected_loss, linear.enumerated_loss))
    return Frame(
        panels=(
            _bars(chains, ridge), _distance(chains, ridge, state.draws), _identity(descent, ridge),
            _path(descent), _strength(state.drop),
        ),
        readouts=_readouts(chains, ridge, lam, exact), caption=_caption(chains, ridge, lam),
        status="running" if done < 1 else "exact", progress=done,
        subtitle=f"least squares, n = {made.n}, p = {made.p}, {CHAINS} chains of SGD",
        equation=f"E‖y − (X∘M)w/(1 − q)‖² = ‖y − Xw‖² + q/(1 − q)·Σ(XᵀX)ⱼⱼwⱼ², λ = q/(1 − q) = {show(lam)}",
        parts=(
            Part(label="‖y − Xw‖²", value=linear.plain_loss(made.X, made.y, ridge), role="loss"),
            Part(label="penalty", value=linear.penalty(made.X, ridge, state.drop), role="penalty"),
        ),
        certificate=Certificate(
            name=f"identity − mean over {2**made.p} masks", value=abs(exact - checked) / exact, tolerance=TOLERANCE
        ),
    )  # fmt: skip


def _bars(chains: Chains, ridge: Array) -> Panel:
    """Mean of the averaged chains ± 2 standard errors, beside ridge (tick) and least squares (outline)."""
    found = chains.average()
    mean, error = found.mean(axis=0), 2.0 * standard_error(found)
    x, y, ols = _bar_things(chains.descent)
    bars = Bars(
        key="coefficients", values=mean, truth=ridge, ghost=ols, low=mean - error, high=mean + error, role="first",
        labels=tuple(f"w{k + 1}" for k in range(len(mean))),
    )  # fmt: skip
    readouts = (
        Readout(name="bar", value="bar: SGD average ± 2 SE", role="first"), Readout(name="tick", value="tick: ridge"),
        Readout(name="outline", value="outline: OLS", role="muted"),
    )  # fmt: skip
    return Panel(key="coefficients", title="SGD under dropout", x=x, y=y, marks=(bars,), readouts=readouts)


def standard_error(found: Array) -> Array:
    """Standard error (p,) of the mean over chains ``found`` (R, p)."""
    result: Array = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    return result


@lru_cache(maxsize=32)
def _bar_things(descent: Descent) -> tuple[Axis, Axis, Array]:
    made = descent.problem
    ols = linear.solution(made.X, made.y, 0.0)
    reach = 1.25 * float(np.abs(ols).max())
    return Axis(low=-0.6, high=made.p - 0.4, label="feature"), Axis(low=-reach, high=reach, label="coefficient"), ols


def _distance(chains: Chains, ridge: Array, draws: int) -> Panel:
    """Distance to the ridge solution of the mean average and, chain by chain, of the last iterates."""
    blocks = np.arange(1, chains.blocks + 1)
    size = float(np.linalg.norm(ridge))
    average = np.array([np.linalg.norm(chains.average(int(k)).mean(axis=0) - ridge) for k in blocks])
    last = np.array([np.linalg.norm(chains.iterates[k] - ridge, axis=1).mean() for k in blocks])
    rows = np.stack([last, average]) / size if len(blocks) else np.full((2, 1), np.nan)
    steps: Array = BLOCK * blocks if len(blocks) else np.zeros(1)
    lines = Lines(key="distance", x=steps, y=rows, labels=("one iterate", "average"), roles=("muted", "first"))
    x, y = _distance_axes(max(draws, BLOCK))
    return Panel(key="distance", title="Distance to ridge", x=x, y=y, marks=(lines,))


@lru_cache(maxsize=32)
def _distance_axes(draws: int) -> tuple[Axis, Axis]:
    return (
        Axis(low=0.0, high=1.25 * draws, label="SGD step"),
        Axis(low=1e-3, high=3.0, log=True, label="‖w − ridge‖ / ‖ridge‖ (log scale)"),
    )


def _identity(descent: Descent, ridge: Array) -> Panel:
    """Losses along the ray through the ridge solution: the formula as lines, the mean over all masks as points."""
    x, y, marks = _ray(descent)
    return Panel(key="identity", title="Expected loss: formula and all masks", x=x, y=y, marks=marks)


@lru_cache(maxsize=32)
def _ray(descent: Descent) -> tuple[Axis, Axis, tuple[Mark, ...]]:
    made, q = descent.problem, descent.drop
    ridge = linear.solution(made.X, made.y, q)
    total, plain, extra = (
        np.array(row) / made.n for row in zip(*(
            (linear.expected_loss(made.X, made.y, t * ridge, q), linear.plain_loss(made.X, made.y, t * ridge),
             linear.penalty(made.X, t * ridge, q)) for t in _ALONG
        ), strict=True)
    )  # fmt: skip
    dots = np.array([linear.enumerated_loss(made.X, made.y, t * ridge, q) for t in _CHECKED]) / made.n
    lines = Lines(
        key="losses", x=_ALONG, y=np.stack([plain, extra, total]), labels=("plain loss", "penalty", "expected"),
        roles=("loss", "penalty", "text"),
    )  # fmt: skip
    points = Points(key="masks", x=_CHECKED, y=dots, role="first", shape="ring")
    least = Rule(key="ridge", value=1.0, role="muted", dash=True, label="ridge")
    x = Axis(low=-0.25, high=1.85, label="w = t × ridge solution")
    return x, Axis(low=0.0, high=1.1 * float(total.max()), label="loss / n"), (lines, points, least)


def _path(descent: Descent) -> Panel:
    """The ridge coefficients over the drop rate, with the cursor."""
    x, y, lines = _path_things(descent.features, descent.correlation, descent.seed)
    cursor = Rule(key="cursor", value=descent.drop, bound="drop", role="text", label=f"q = {show(descent.drop)}")
    return Panel(key="path", title="Ridge path over q", x=x, y=y, marks=(lines, cursor))


@lru_cache(maxsize=16)
def _path_things(features: int, correlation: float, seed: int) -> tuple[Axis, Axis, Lines]:
    made = linear.problem(features, correlation, seed)
    rows = np.stack([linear.solution(made.X, made.y, q) for q in _RATES], axis=1)
    reach = 1.15 * float(np.abs(rows).max())
    lines = Lines(
        key="path", x=_RATES, y=rows, labels=tuple(f"w{k + 1}" for k in range(features)),
        roles=tuple(f"informative:{k}" for k in range(features)),
    )  # fmt: skip
    return _Q, Axis(low=-reach, high=reach, label="coefficient"), lines


def _strength(drop: float) -> Panel:
    """λ over q."""
    here = Points(key="here", x=np.array([drop]), y=np.array([drop / (1.0 - drop)]), role="penalty")
    cursor = Rule(key="cursor", value=drop, bound="drop", role="text")
    lam = Readout(name="lam", value=drop / (1.0 - drop), label="λ", role="penalty")
    return Panel(
        key="strength", title="Drop rate as ridge λ", x=_Q, y=_LAM, marks=(_STRENGTH, cursor, here), readouts=(lam,)
    )


def _readouts(chains: Chains, ridge: Array, lam: float, exact: float) -> tuple[Readout, ...]:
    found = chains.average()
    error = standard_error(found)
    worst = None
    if chains.blocks > 1 and (error > 0).all():
        worst = float(np.abs((found.mean(axis=0) - ridge) / error).max())
    return (
        Readout(name="lam", value=lam, label="λ = q/(1 − q)", role="penalty"),
        Readout(name="steps", value=chains.blocks * BLOCK, label="SGD steps"),
        Readout(name="expected_loss", value=exact, label="expected loss", role="loss"),
        Readout(name="distance", value=float(np.linalg.norm(found.mean(axis=0) - ridge)), label="‖average − ridge‖"),
        Readout(name="worst", value=worst, label="largest difference", unit="SE", missing=absent(chains.blocks > 1)),
        Readout(name="rate", value=chains.descent.rate, label="η"),
    )


def _caption(chains: Chains, ridge: Array, lam: float) -> str:
    head = f"Dropping features at q = {show(chains.descent.drop)} is ridge with λ = {show(lam)}"
    if not chains.blocks:
        return f"{head}; SGD on drawn masks has not begun."
    away = float(np.linalg.norm(chains.average().mean(axis=0) - ridge) / np.linalg.norm(ridge))
    return f"{head}: after {chains.blocks * BLOCK} steps SGD's average is {show(100 * away, 2)} % away from it."


_STRENGTH = Lines(key="lam", x=_RATES, y=(_RATES / (1.0 - _RATES))[None], role="penalty")
