"""The net view: votes of the stochastic net, its bound over s, KL weight by weight, the certificate beside others."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.data.steps import part
from regviz.lab import Bars, Contours, Field, Frame, Lines, Mark, Panel, Points, Readout, Rule, show
from regviz.labs import _nets as nets
from regviz.labs._memo import meanwhile
from regviz.labs.pac_bayes import certificate
from regviz.labs.pac_bayes.axes import ERROR, FULL, axis, bars, decades, round_up
from regviz.labs.pac_bayes.certificate import WIDTHS, Certificate, Weights, examples, logits, net, votes
from regviz.labs.pac_bayes.state import HALF, PacBayesState
from regviz.labs.pac_bayes.words import sure
from regviz.neural import generator, grid

Array = NDArray[Any]

SHOWN = 400
"""Examples that are drawn."""
VOTERS = 100
"""Nets drawn from Q for the map of votes; the boundaries of the first few are drawn."""
_LINED = 6
_ROWS, _WIDE, _FIELD = 44, 1.4, 3.0
"""Cells of the map from bottom to top; half-widths, over half the height, of what must be seen and of what is filled.
"""
_NAMES = ("mean, train", "Q, train", "certificate", "Q, true", "½ test")


def frames(state: PacBayesState) -> Generator[Frame, Any, None]:
    """Pictures of the mean's net while it is trained, then the certificate."""
    last: Weights | None = None
    for last in certificate.train(state):
        yield _training(state, last)
    assert last is not None
    found = yield from meanwhile(_training(state, last), part(certificate.certifying(state), 0.8, 1.0))
    yield _frame(state, last, found)


def _training(state: PacBayesState, weights: Weights) -> Frame:
    found = examples(state.dataset, state.train_size, state.noise, state.seed)
    wrong = certificate.mistakes(net(state.width), weights.mean, found) / len(found.y)
    share = weights.step / max(state.steps, 1)
    return Frame(
        panels=(_plane(state, weights, 0.0),), readouts=(Readout(name="plain", value=wrong, label="train error"),),
        caption=f"Step {weights.step} of {state.steps}: the net in the middle of Q errs on {show(100 * wrong)} % of "
                f"the {len(found.y)} training points.",
        status="running", progress=min(0.8 * share, 0.8), subtitle=_subtitle(state),
    )  # fmt: skip


def _subtitle(state: PacBayesState) -> str:
    return f"2-{state.width}-1 tanh net on {state.dataset}, n = {state.train_size}"


def _frame(state: PacBayesState, weights: Weights, found: Certificate) -> Frame:
    return Frame(
        panels=(_plane(state, weights, found.s), _over_s(found), _bars(found), _weights(found)),
        readouts=_readouts(state, found), caption=caption(state, found), status="sampled",
        message=_message(found), subtitle=_subtitle(state), equation=_equation(state, found),
    )  # fmt: skip


def _plane(state: PacBayesState, weights: Weights, s: float) -> Panel:
    """Share of drawn nets that say class 1; boundaries of a few of them and of the mean's net."""
    found, built = examples(state.dataset, state.train_size, state.noise, state.seed), net(state.width)
    far = np.abs(found.X[:SHOWN]).max(axis=0)
    reach = round_up(1.05 * max(float(far[0]) / _WIDE, float(far[1])))
    columns = int(_ROWS * _FIELD)
    extent = (-_FIELD * reach, _FIELD * reach, -reach, reach)
    cells = grid(*extent, columns, _ROWS)
    share = votes(built, weights.mean, s, cells, VOTERS if s else 1, generator(state.seed, "votes"))
    marks: list[Mark] = [
        Field(key="votes", z=share.reshape(_ROWS, columns), extent=extent, low=0.0, high=1.0, scale="classes")
    ]
    source = generator(state.seed, "votes")
    some = weights.mean + s * source.standard_normal((_LINED, len(weights.mean)))
    for k, row in enumerate([*(some if s else []), weights.mean]):
        level = np.clip(logits(built, row, cells).reshape(_ROWS, columns), -10.0, 10.0)
        role = "text" if k == _LINED or not s else "muted"
        marks.append(Contours(key=f"boundary_{k}", z=level, levels=np.zeros(1), extent=extent, role=role))
    marks += _points(state.dataset, state.train_size, state.noise, state.seed)
    note = Readout(name="lines", value=f"{_LINED} nets of Q and their mean", role="muted")
    title = f"Votes of {VOTERS} nets" if s else "The mean of Q"
    return Panel(key="votes", title=title, x=axis(-_WIDE * reach, _WIDE * reach, "x₁"), y=axis(-reach, reach, "x₂"),
                 marks=tuple(marks), equal=True, readouts=(note,) if s else ())  # fmt: skip


@lru_cache(maxsize=8)
def _points(name: str, n: int, noise: float, seed: int) -> tuple[Mark, ...]:
    found = examples(name, n, noise, seed)
    X, y = found.X[:SHOWN], found.y[:SHOWN]
    return tuple(
        Points(key=f"class_{k}", x=X[y == k, 0], y=X[y == k, 1], role=role, shape=shape, small=True)
        for k, (role, shape) in enumerate(nets.class_looks(2))
    )


def _over_s(found: Certificate) -> Panel:
    """Sampled training error and the bound over the width of Q, the best prior of the grid at each."""
    x = decades(found.s, found.s, "width s of Q (log scale)", float(WIDTHS[0]) / 1.05, float(WIDTHS[-1]) * 2.2)
    marks = (
        Lines(key="curves", x=WIDTHS, y=np.stack([found.tried, found.bounds]),
              labels=("train", "bound"), roles=("train", "informative:0")),
        Rule(key="s", value=found.s, role="text", dash=True),
        Points(key="chosen", x=np.array([found.s]), y=np.array([found.bound]), role="informative:0"),
    )  # fmt: skip
    note = Readout(name="s", value=found.s, label="least at s", role="informative:0")
    return Panel(key="over_s", title="Bound over s", x=x, y=ERROR, marks=marks, readouts=(note,))


def _bars(found: Certificate) -> Panel:
    values = 100.0 * np.array([found.plain, found.sampled, found.bound, found.true, found.binomial])
    ticks = 100.0 * np.array([np.nan, np.nan, found.true, np.nan, found.alone])
    mark = Bars(key="errors", values=values, truth=ticks, labels=_NAMES,
                roles=("muted", "train", "informative:0", "truth", "test"))  # fmt: skip
    y = axis(0.0, min(round_up(1.2 * float(values.max())), 100.0 * FULL), "error in %")
    note = Readout(name="tick", value="tick: true error of what is bounded")
    return Panel(key="errors", title="Certificate", x=bars(len(values)), y=y, marks=(mark,), readouts=(note,))


def _weights(found: Certificate) -> Panel:
    """KL of each weight: a closed form, and KL is their sum."""
    count = len(found.per_weight)
    at = np.repeat(np.arange(count, dtype=float)[:, None], 2, axis=1)
    mark = Lines(key="kl", x=at, y=np.stack([np.zeros(count), found.per_weight], axis=1), role="informative:0",
                 thin=count > 60)  # fmt: skip
    y = axis(0.0, round_up(1.15 * max(float(found.per_weight.max()), 1e-9)), "nats")
    readouts = (
        Readout(name="kl_sum", value=found.kl, label="KL, their sum", unit="nats", role="informative:0"),
        Readout(name="tau", value=found.tau, label=f"τ (j = {found.j})", role="prior"),
    )
    return Panel(key="weights", title=f"KL of each of {count} weights", x=axis(-1.0, float(count), "weight"), y=y,
                 marks=(mark,), readouts=readouts)  # fmt: skip


def _readouts(state: PacBayesState, found: Certificate) -> tuple[Readout, ...]:
    values: dict[str, tuple[str, Any]] = {
        "certificate": ("certificate", found.bound), "train": ("Q: train error, bound at δ′", found.train),
        "sampled": ("Q: train error, sampled", found.sampled), "true": ("Q: true error, sampled", found.true),
        "plain": ("mean of Q: train error", found.plain), "kl": ("KL", found.kl), "price": ("price of τ", found.price),
        "s": ("s", found.s), "tau": ("τ", found.tau), "n": ("examples in the bound", found.n),
        "weights": ("weights", len(found.per_weight)), "binomial": ("test-set bound", found.binomial),
        "mistakes": (f"mistakes of {found.tested}", found.mistakes), "confidence": ("confidence", _confidence(state)),
    }  # fmt: skip
    return tuple(Readout(name=name, label=label, value=value) for name, (label, value) in values.items())


def _confidence(state: PacBayesState) -> float:
    return 1.0 - certificate.failure(state)


def caption(state: PacBayesState, found: Certificate) -> str:
    """What is certified, for which net, with which prior."""
    where = "weights learned on the other half" if state.prior_from == HALF else "the initial weights"
    return (
        f"Drawn from N(w, {show(found.s)}²·I) at each prediction, the net errs at most {show(100 * found.bound)} % "
        f"with probability at least {sure(certificate.failure(state))} (prior around {where}, KL {show(found.kl)}, "
        f"n = {found.n}); it errs about {show(100 * found.sampled)} % on these and {show(100 * found.true)} % on "
        f"fresh ones; testing a net trained on half certifies {show(100 * found.binomial)} %."
    )


def _message(found: Certificate) -> str:
    if found.bound >= 0.5:
        return "This certificate says no more than a coin would."
    return ""


def _equation(state: PacBayesState, found: Certificate) -> str:
    return (
        f"kl(R̂‖R) ≤ (KL + price + ln(2√n/δ))/n = ({show(found.kl)} + {show(found.price)} + "
        f"{show(float(np.log(2.0 * np.sqrt(found.n) / state.delta)))})/{found.n}"
    )
