"""The bottleneck's frames: soft clusters, the information plane with its concave curve, transitions over β."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Field, Frame, Lines, Mark, Panel, Points, Readout, Rule, Text, show
from regviz.labs._memo import meanwhile
from regviz.labs.mdl import joints
from regviz.labs.mdl.axes import axis, rounded
from regviz.labs.mdl.joints import XS, YS, Annealing
from regviz.labs.mdl.state import MdlState
from regviz.theory.bottleneck import Bottleneck, Point, hull

Array = NDArray[Any]

WORSE = 1e-3
"""A random start whose Lagrangian ends higher by more, in bits, is counted as worse."""
FEW = 6
"""Transitions are marked up to this number of clusters."""
KEPT, TOLD = "prior", "likelihood"
_BETA = axis(1.0, 1e3, "β", log=True)
_NAMES = tuple((float(k + 1), str(k + 1)) for k in range(XS))


def frames(state: MdlState) -> Generator[Frame, Any, None]:
    """A short annealing at once, the whole one and the random starts then."""
    asked = joints.key(state)
    if not joints.annealing.knows(asked):
        path = joints.coarse(asked, state.beta)
        first = _frame(state, path, path.points[-1], (), False)
        yield first
        yield from meanwhile(first, joints.annealing.steps(asked))
    path = joints.annealing(asked)
    yield _frame(state, path, joints.at(asked, state.beta), joints.randoms(asked, state.beta, state.starts), True)


def _frame(state: MdlState, path: Annealing, now: Point, ends: tuple[Point, ...], done: bool) -> Frame:
    made = joints.bottleneck(joints.key(state))
    given_t, q = _ordered(made, now.q)
    return Frame(
        panels=(_plane(made, path, now, ends), _clusters(q), _over_beta(made, path, state.beta),
                _conditionals(made, given_t)),
        readouts=_readouts(made, path, now, ends), caption=_caption(made, now, ends, done),
        status="exact" if done else "running", progress=None if done else 0.0,
        subtitle=f"{state.joint}, |X| = {XS}, |Y| = {YS}",
        equation=f"min I(X;T) − β I(T;Y) = {show(now.kept)} − {show(now.beta)} · {show(now.told)} = "
                 f"{show(now.lagrangian)} bits",
    )  # fmt: skip


def _ordered(made: Bottleneck, q: Array) -> tuple[Array, Array]:
    """p(y|t) (c, y) and p(t|x) (x, c) of the different clusters, in the order of the x that they hold."""
    given_t, merged = made.merged(q)
    place = np.arange(XS) @ (merged * made.px[:, None]) / (made.px @ merged)
    order = np.argsort(place, kind="stable")
    return given_t[order], merged[:, order]


@lru_cache(maxsize=32)
def _plane_axes(made: Bottleneck) -> tuple[Axis, Axis]:
    top = rounded(1.12 * made.relevant) if made.relevant > 1e-6 else 1.0
    return axis(-0.04, 1.12 * made.entropy, "I(X;T), bits kept of X"), axis(-0.04 * top, top, "I(T;Y), bits told of Y")


@lru_cache(maxsize=16)
def _curve(made: Bottleneck, path: Annealing) -> tuple[Mark, ...]:
    x, y = hull(np.append(path.kept, 0.0), np.append(path.told, 0.0))
    jumps = [(clusters, point) for _, clusters, point in path.transitions() if clusters <= FEW]
    marks: list[Mark] = [
        Rule(key="relevant", value=made.relevant, axis="y", role="muted", dash=True, label="I(X;Y)"),
        Rule(key="entropy", value=made.entropy, role="muted", dash=True, label="H(X)"),
        Lines(key="curve", x=x, y=y[None], role="accent"),
    ]
    if jumps:
        marks.append(Points(
            key="transitions", x=np.array([p.kept for _, p in jumps]), y=np.array([p.told for _, p in jumps]),
            role="validation", shape="tick", labels=tuple(f"{c} clusters" for c, _ in jumps),
        ))  # fmt: skip
    return tuple(marks)


def _plane(made: Bottleneck, path: Annealing, now: Point, ends: tuple[Point, ...]) -> Panel:
    x, y = _plane_axes(made)
    reach = 0.16 * made.entropy
    span = np.array([now.kept - reach, now.kept + reach])
    marks: list[Mark] = [
        *_curve(made, path),
        Lines(key="slope", x=span, y=(now.told + (span - now.kept) / now.beta)[None], role="text", thin=True,
              dash=True),
    ]
    if ends:
        kept, told = (np.array([getattr(p, name) for p in ends]) for name in ("kept", "told"))
        marks.append(Points(key="random", x=kept, y=told, role="bad", shape="cross"))
    marks.append(Points(key="now", x=np.array([now.kept]), y=np.array([now.told]), role="text"))
    return Panel(
        key="plane", title="Information plane", x=x, y=y, marks=tuple(marks),
        readouts=(
            Readout(name="curve", value="annealed from T = X", role="accent"),
            Readout(name="slope", value="- - slope 1/β"),
            *([Readout(name="random", value=f"× {len(ends)} random starts", role="bad")] if ends else []),
        ),
    )  # fmt: skip


def _sharp(z: Array, times: int = 12) -> Array:
    """Every cell as a block of many, so that a smoothly stretched image keeps its edges."""
    return np.repeat(np.repeat(z, times, axis=0), times, axis=1)


def _clusters(q: Array) -> Panel:
    count = q.shape[1]
    names = tuple((float(k + 1), f"t{k + 1}") for k in range(count))
    return Panel(
        key="clusters", title=f"Soft clusters p(t|x): {'one for all x' if count == 1 else f'{count} differ'}",
        x=_X, y=_cluster_axis(names),
        marks=(Field(key="clusters", z=_sharp(q.T), extent=(0.5, XS + 0.5, 0.5, count + 0.5), low=0.0, high=1.0),),
    )  # fmt: skip


@lru_cache(maxsize=32)
def _cluster_axis(names: tuple[tuple[float, str], ...]) -> Axis:
    return Axis(low=0.5, high=len(names) + 0.5, label="t", ticks=names)


_X = Axis(low=0.5, high=XS + 0.5, label="x", ticks=_NAMES)
_BOTH = Axis(low=0.5, high=2 * XS + 2.5, label="x, then t", ticks=_NAMES[::2])
_Y = Axis(low=0.5, high=YS + 1.3, label="y", ticks=_NAMES[:YS])


def _conditionals(made: Bottleneck, given_t: Array) -> Panel:
    left = XS + 2.5
    return Panel(
        key="conditionals", title="p(y|x), and p(y|t) as T tells it", x=_BOTH, y=_Y,
        marks=(
            _given_x(made),
            Field(key="given_t", z=_sharp(given_t.T), extent=(left, left + len(given_t), 0.5, YS + 0.5), low=0.0,
                  high=_darkest(made)),
            Text(key="names", x=np.array([0.5 + XS / 2, left + len(given_t) / 2]), y=np.array([YS + 0.9] * 2),
                 role="muted", labels=("p(y|x)", "p(y|t)")),
        ),
    )  # fmt: skip


@lru_cache(maxsize=32)
def _given_x(made: Bottleneck) -> Mark:
    return Field(key="given_x", z=_sharp(made.given_x.T), extent=(0.5, XS + 0.5, 0.5, YS + 0.5), low=0.0,
                 high=_darkest(made))  # fmt: skip


def _darkest(made: Bottleneck) -> float:
    """The largest p(y|x), or more where all are about even, so that even is pale."""
    return max(float(made.given_x.max()), 3.0 / YS)


def _over_beta(made: Bottleneck, path: Annealing, beta: float) -> Panel:
    top = rounded(1.1 * max(made.entropy, 1e-6))
    return Panel(
        key="over_beta", title="What is kept and told over β", x=_BETA, y=axis(-0.04 * top, top, "bits"),
        marks=(*_phases(made, path),
               Rule(key="beta", value=beta, role="text", bound="beta")),
        readouts=(
            Readout(name="kept", value="I(X;T)", role=KEPT), Readout(name="told", value="I(T;Y)", role=TOLD),
            Readout(name="splits", value="| clusters split", role="faint"),
        ),
    )  # fmt: skip


@lru_cache(maxsize=16)
def _phases(made: Bottleneck, path: Annealing) -> tuple[Mark, ...]:
    marks: list[Mark] = [
        Rule(key=f"split_{i}", value=beta, role="faint", dash=True)
        for i, (beta, clusters, _) in enumerate(path.transitions()) if clusters <= FEW
    ]  # fmt: skip
    if made.critical is not None and 1.0 < made.critical < 1e3:
        marks.append(Rule(key="critical", value=made.critical, role="validation", dash=True, label="1/σ₂²"))
    marks.append(Lines(key="information", x=path.betas[::-1].copy(), y=np.stack([path.kept, path.told])[:, ::-1],
                       roles=(KEPT, TOLD)))  # fmt: skip
    return tuple(marks)


def _readouts(made: Bottleneck, path: Annealing, now: Point, ends: tuple[Point, ...]) -> tuple[Readout, ...]:
    shares = [p.told / made.relevant for p in ends] if made.relevant > 1e-9 else []
    return (
        Readout(name="beta", value=now.beta, label="β"),
        Readout(name="kept", value=now.kept, label="I(X;T)", unit="bits", role=KEPT),
        Readout(name="told", value=now.told, label="I(T;Y)", unit="bits", role=TOLD),
        Readout(name="clusters", value=now.clusters, label="clusters"),
        Readout(name="lagrangian", value=now.lagrangian, label="I(X;T) − β I(T;Y)", unit="bits"),
        Readout(name="critical", value=made.critical, label="1/σ₂²", role="validation"),
        Readout(name="relevant", value=made.relevant, label="I(X;Y)", unit="bits"),
        Readout(name="share", value=now.told / made.relevant if made.relevant > 1e-9 else None, label="share told"),
        Readout(name="entropy", value=made.entropy, label="H(X)", unit="bits"),
        Readout(name="worse", value=_worse(now, ends), label="random starts that end worse", role="bad"),
        Readout(name="least_share", value=min(shares) if shares else None, label="least share told by one", role="bad"),
        Readout(name="most_share", value=max(shares) if shares else None, label="largest", role="bad"),
    )  # fmt: skip


def _worse(now: Point, ends: tuple[Point, ...]) -> int:
    return sum(p.lagrangian > now.lagrangian + WORSE for p in ends)


def _caption(made: Bottleneck, now: Point, ends: tuple[Point, ...], done: bool) -> str:
    if made.relevant <= 1e-9:
        return "X tells nothing of Y here, so there is nothing to keep at any β."
    share = 100.0 * now.told / made.relevant
    start = (
        f"At β = {show(now.beta)} T keeps {show(now.kept)} of {show(made.entropy)} bits of X in {now.clusters} "
        f"{'cluster' if now.clusters == 1 else 'clusters'} and tells {share:.1f} % of the "
        f"{show(made.relevant)} bits that X tells of Y"
    )
    if made.critical is not None and now.clusters == 1:
        start += f"; keeping nothing is unstable from β = 1/σ₂² = {show(made.critical)} on"
    if not done:
        return f"{start} (a first look)."
    if not ends:
        return f"{start}."
    shares = [100.0 * p.told / made.relevant for p in ends]
    starts = "start" if len(ends) == 1 else "starts"
    told = " to ".join(dict.fromkeys(f"{share:.1f}" for share in (min(shares), max(shares))))
    return (
        f"{start}; of {len(ends)} random {starts} {_worse(now, ends) or 'none'} ended at a worse Lagrangian, "
        f"telling {told} %."
    )
