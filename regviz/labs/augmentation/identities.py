"""The frames of the exact view: noisy copies walk to ridge, and what smoothing, FGSM and mixup do in closed form."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Bars, Certificate, Frame, Lines, Mark, Panel, Part, Points, Readout, Rule, absent, show
from regviz.labs.augmentation import linear, plane
from regviz.labs.augmentation.linear import BLOCK, STREAMS, Fits, Noise, standard_error
from regviz.labs.augmentation.state import AugmentationState
from regviz.neural import generator, smoothed_gap
from regviz.neural.augment import LEAST_ALPHA, mixing_weights

Array = NDArray[Any]

TOLERANCE = 1e-10
ROUNDING = 1e-10
"""Scatter below this share of the largest coefficient is rounding, not noise."""
DRAWN = 2_000
"""Mixing weights behind the histogram."""
_BINS = np.linspace(0.0, 1.0, 21)
_ALONG = np.linspace(-0.25, 1.75, 81)
_CHECKED = np.linspace(-0.25, 1.75, 9)
_GAPS = np.linspace(-3.0, 14.0, 171)
_GAP = Axis(low=-3.0, high=16.5, label="logit gap between the true class and each other")
_LAM = Axis(low=-0.5, high=19.5, label="λ", ticks=((-0.5, "0"), (9.5, "0.5"), (19.5, "1")))


def frames(state: AugmentationState) -> Generator[Frame, Any, None]:
    """The solution at once, then copies block by block; other data or another σ start the copies anew."""
    fits = Fits(_noise(state))
    while True:
        news = yield _frame(state, fits)
        if news is not None:
            state = news
            if _noise(state) != fits.noise or len(fits.fitted) > _blocks(state):
                fits = Fits(_noise(state))
        elif len(fits.fitted) >= _blocks(state):
            return
        else:
            fits.advance()


def _noise(state: AugmentationState) -> Noise:
    return Noise(state.features, state.correlation, state.seed, state.input_noise)


def _blocks(state: AugmentationState) -> int:
    return -(-state.copies // BLOCK)


def _frame(state: AugmentationState, fits: Fits) -> Frame:
    noise, made = fits.noise, fits.noise.problem
    w = linear.ridge(made.X, made.y, noise.sigma)
    exact, checked = (f(made.X, made.y, w, noise.sigma) for f in (linear.noisy_loss, linear.cubature_loss))
    done = len(fits.fitted) / _blocks(state)
    return Frame(
        panels=(
            _coefficients(fits, w), _losses(fits, w), _distance(fits, w, state.copies), _smoothing(state),
            plane.panel(state), _mixing(state),
        ),
        readouts=(*_readouts(state, fits, w, exact), *plane.readouts(state)), caption=_caption(state, fits, w),
        status="running" if done < 1 else "exact", progress=min(done, 1.0),
        subtitle=f"least squares, n = {made.n}, p = {made.p}, {STREAMS} augmented data sets",
        equation=f"E‖y − (X + σE)w‖²/n = ‖y − Xw‖²/n + σ²‖w‖², λ = σ² = {show(noise.sigma**2)}",
        parts=(
            Part(label="‖y − Xw‖²/n", value=linear.plain_loss(made.X, made.y, w), role="loss"),
            Part(label="σ²‖w‖²", value=noise.sigma**2 * float(w @ w), role="penalty"),
        ),
        certificate=Certificate(
            name=f"identity − mean over {2**made.p} corners ±σ", value=abs(exact - checked) / exact,
            tolerance=TOLERANCE,
        ),
    )  # fmt: skip


def _coefficients(fits: Fits, w: Array) -> Panel:
    """Mean of the augmented fits ± 2 standard errors (bars), ridge (tick) and least squares (outline)."""
    x, y, ols = _bar_things(fits.noise)
    names = tuple(f"w{k + 1}" for k in range(len(w)))
    if fits.fitted:
        found = fits.fitted[-1]
        mean, error = found.mean(axis=0), 2.0 * standard_error(found)
    else:
        mean, error = np.full(len(w), np.nan), np.zeros(len(w))
    bars = Bars(
        key="coefficients", values=mean, truth=w, ghost=ols, low=mean - error, high=mean + error, role="first",
        labels=names,
    )  # fmt: skip
    notes = (
        Readout(name="bar", value="bar: noisy copies ± 2 SE", role="first"), Readout(name="tick", value="tick: ridge"),
        Readout(name="outline", value="outline: OLS", role="muted"),
    )  # fmt: skip
    return Panel(key="coefficients", title="Noisy copies", x=x, y=y, marks=(bars,), readouts=notes)


@lru_cache(maxsize=32)
def _bar_things(noise: Noise) -> tuple[Axis, Axis, Array]:
    made = noise.problem
    ols = linear.ridge(made.X, made.y, 0.0)
    reach = 1.3 * float(np.abs(ols).max())
    return Axis(low=-0.6, high=made.p - 0.4, label="feature"), Axis(low=-reach, high=reach, label="coefficient"), ols


def _losses(fits: Fits, w: Array) -> Panel:
    """The loss along the ray through the ridge solution: lines the formula, rings the exact mean over the corners."""
    x, y, marks = _ray(fits.noise)
    return Panel(key="identity", title="Expected loss: formula and ±σ", x=x, y=y, marks=marks)


@lru_cache(maxsize=32)
def _ray(noise: Noise) -> tuple[Axis, Axis, tuple[Mark, ...]]:
    made, sigma = noise.problem, noise.sigma
    w = linear.ridge(made.X, made.y, sigma)
    plain = np.array([linear.plain_loss(made.X, made.y, t * w) for t in _ALONG])
    extra = sigma**2 * float(w @ w) * _ALONG**2
    lines = Lines(
        key="losses", x=_ALONG, y=np.stack([plain, extra, plain + extra]), roles=("loss", "penalty", "text"),
        labels=("plain loss", "penalty", "expected"),
    )  # fmt: skip
    dots = np.array([linear.cubature_loss(made.X, made.y, t * w, sigma) for t in _CHECKED])
    points = Points(key="corners", x=_CHECKED, y=dots, role="first", shape="ring")
    least = Rule(key="ridge", value=1.0, role="muted", dash=True, label="ridge")
    x = Axis(low=-0.25, high=2.2, label="w = t × ridge solution")
    return x, Axis(low=0.0, high=1.1 * float((plain + extra).max()), label="loss"), (lines, points, least)


def _distance(fits: Fits, w: Array, copies: int) -> Panel:
    """Distance from ridge of single augmented fits (mean over data sets) and of their mean, over the copies."""
    size = max(float(np.linalg.norm(w)), 1e-300)
    many = BLOCK * np.arange(1.0, max(len(fits.fitted), 1) + 1)
    rows = np.array([
        (np.linalg.norm(each - w, axis=1).mean(), np.linalg.norm(each.mean(axis=0) - w)) for each in fits.fitted
    ]).T / size if fits.fitted else np.full((2, 1), np.nan)  # fmt: skip
    with np.errstate(invalid="ignore"):
        rows = np.where(rows > 1e-12, rows, np.nan)
    lines = Lines(key="distance", x=many, y=rows, labels=("one data set", "their mean"),
                  roles=("muted", "first"))  # fmt: skip
    x, y = _distance_axes(max(copies, BLOCK))
    return Panel(key="distance", title="Distance from ridge", x=x, y=y, marks=(lines,))


@lru_cache(maxsize=32)
def _distance_axes(copies: int) -> tuple[Axis, Axis]:
    return (
        Axis(low=0.0, high=1.35 * copies, label="noisy copies of the data"),
        Axis(low=1e-4, high=1.0, log=True, label="‖w − ridge‖ / ‖ridge‖ (log scale)"),
    )


def _smoothing(state: AugmentationState) -> Panel:
    """Loss over the logit gap, with its least place; a plain label (dashed) has none."""
    curves, y = _gap_curves(state.smoothing, state.classes)
    marks: tuple[Mark, ...] = curves
    best = smoothed_gap(state.smoothing, state.classes)
    if np.isfinite(best):
        marks = (*curves, Rule(key="best", value=best, role="accent", dash=True, label=f"gap {show(best, 4)}"))
    words = Readout(name="gap", value=best if np.isfinite(best) else "∞", label="optimal gap", role="accent", digits=4)
    title = f"Label smoothing, K = {state.classes}, ε = {show(state.smoothing, 2)}"
    return Panel(key="smoothing", title=title, x=_GAP, y=y, marks=marks, readouts=(words,))


@lru_cache(maxsize=64)
def _gap_curves(epsilon: float, classes: int) -> tuple[tuple[Mark, ...], Axis]:
    plain, smoothed = (linear.smoothed_loss(_GAPS, e, classes) for e in (0.0, epsilon))
    dashed = Lines(key="plain", x=_GAPS, y=plain[None], labels=("ε = 0",), role="muted", dash=True)
    own = Lines(key="smoothed", x=_GAPS, y=smoothed[None], labels=("smoothed",), role="loss")
    marks = (dashed, own) if epsilon else (dashed,)
    top = float(max(plain[0], smoothed.max() if epsilon else 0.0))
    return marks, Axis(low=0.0, high=1.05 * top, label="cross-entropy")


def _mixing(state: AugmentationState) -> Panel:
    """Shares of drawn λ in twentieths (bars) beside the exact chances (ticks)."""
    title = f"mixup: λ ~ Beta(α, α), α = {show(state.mixup, 2)}"
    bars, y, mean = _weights(state.mixup, state.seed)
    notes = (
        Readout(name="larger", value=mean, label="mean share of the larger part"),
        Readout(name="bar", value=f"bar: {DRAWN} draws, tick: exact", role="muted"),
    )
    return Panel(key="mixing", title=title, x=_LAM, y=y, marks=(bars,), readouts=notes)


@lru_cache(maxsize=64)
def _weights(alpha: float, seed: int) -> tuple[Bars, Axis, float]:
    drawn = mixing_weights(generator(seed, "augmentation lambda"), alpha, DRAWN)
    shares = np.histogram(drawn, _BINS)[0] / DRAWN
    exact = chances(alpha)
    bars = Bars(key="weights", values=shares, truth=exact, base=np.zeros(len(shares)), role="informative:3")
    top = 1.15 * float(max(shares.max(), exact.max()))
    return bars, Axis(low=0.0, high=top, label="share"), float(np.maximum(drawn, 1.0 - drawn).mean())


def chances(alpha: float) -> Array:
    """Probability (20,) of λ in each twentieth of [0, 1]; all of it in the last one where nothing is mixed."""
    found: Array = np.eye(len(_BINS) - 1)[-1]
    if alpha >= LEAST_ALPHA:
        lower = np.diff(linear.beta_below(_BINS[: len(_BINS) // 2 + 1], alpha))
        found = np.concatenate([lower, lower[::-1]])
    return found


def _readouts(state: AugmentationState, fits: Fits, w: Array, exact: float) -> tuple[Readout, ...]:
    best = smoothed_gap(state.smoothing, state.classes)
    return (
        Readout(name="lam", value=fits.noise.sigma**2, label="λ = σ²", role="penalty"),
        Readout(name="copies", value=fits.copies, label="noisy copies"),
        Readout(name="expected_loss", value=exact, label="expected loss", role="loss"),
        Readout(name="drawn_loss", value=float(fits.losses.mean()) if fits.fitted else None, label="drawn loss",
                missing=absent(fits.fitted)),
        Readout(name="distance", value=_away(fits, w), label="‖mean fit − ridge‖ / ‖ridge‖",
                missing=absent(fits.fitted)),
        Readout(name="worst", value=worst(fits, w), label="largest difference", unit="SE", missing=absent(fits.fitted)),
        Readout(name="optimal_gap", value=best if np.isfinite(best) else None, label="optimal logit gap", digits=4),
    )


def _away(fits: Fits, w: Array) -> float | None:
    if not fits.fitted:
        return None
    return float(np.linalg.norm(fits.fitted[-1].mean(axis=0) - w) / max(float(np.linalg.norm(w)), 1e-300))


def worst(fits: Fits, w: Array) -> float | None:
    """Largest |mean fit − ridge| in standard errors; None before the first copies, and where nothing scatters."""
    if not fits.fitted or not fits.noise.sigma:
        return None
    error = standard_error(fits.fitted[-1])
    if (error < ROUNDING * np.abs(w).max()).any():
        return None
    return float(np.abs((fits.fitted[-1].mean(axis=0) - w) / error).max())


def _caption(state: AugmentationState, fits: Fits, w: Array) -> str:
    best = smoothed_gap(state.smoothing, state.classes)
    gap = f"an optimal gap of {show(best, 4)}" if np.isfinite(best) else "no finite optimal gap"
    rest = f"smoothing by ε = {show(state.smoothing, 2)} has {gap}, FGSM takes {show(plane.loss_of_margin(state))} off"
    head = f"Noise of σ = {show(fits.noise.sigma)} on the inputs is ridge with λ = {show(fits.noise.sigma**2)}"
    away = _away(fits, w)
    if away is None:
        return f"{head}; {rest} every margin."
    mean = f"the mean fit on {fits.copies} noisy copies is {show(100 * away, 2)} % away from it"
    return f"{head}: {mean}; {rest} every margin."
