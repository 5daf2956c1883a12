"""Where zeros come from: the map of optima, the share of random optima, and what a threshold does to one value."""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from regviz.lab import Axis, Band, Handle, Lines, Mark, Panel, Points, Readout, Region, Rule, Text, show
from regviz.labs.geometry.scene import L1, L2, ROLES, SPREAD, Array, Bowl, Budget, Solved, name, turning, zeros_map
from regviz.labs.geometry.touching import ball
from regviz.linear.plane import Shape, penalised
from regviz.linear.plane_powers import smallest_kept
from regviz.linear.sparsity_map import cut

MAP = {"both": ("text", "both 0"), "second": ("l1", "w₂ = 0"), "first": ("validation", "w₁ = 0")}
FEWER = 500
"""Random optima for q < 1, each of which takes a search."""
_FADES = {"both": 0.3, "second": 0.42, "first": 0.42}


def map_panel(key: str, found: Solved, bowl: Bowl, budget: Budget, ready: bool) -> Panel:
    """The plane of optima by which coefficients end at zero; the regions come later unless ``ready``."""
    shape, point = found.shape, found.touch.point
    marks: list[Mark] = [_square(), *(regions(shape, bowl.eccentricity, bowl.angle, budget) if ready else ())]
    if budget.t is not None:
        marks.append(ball(shape, budget.t, ROLES[shape.kind]))
    pull = np.array([[bowl.w1, point[0]], [bowl.w2, point[1]]])
    marks.append(Lines(key="pull", role="muted", x=pull[0], y=pull[1:], thin=True, dash=True))
    marks.append(Points(key="solution", role=ROLES[shape.kind], x=point[:1], y=point[1:], labels=("ŵ",)))
    marks.append(
        Handle(key="optimum", role="text", x=bowl.w1, y=bowl.w2, bound_x="w1", bound_y="w2", label="optimum")
    )
    x, y = map_axes()
    return Panel(
        key=key, title=f"Optima that end with zeros: {name(shape)}", x=x, y=y, marks=tuple(marks), equal=True,
        origin=True,
    )  # fmt: skip


@lru_cache(maxsize=1)
def map_axes() -> tuple[Axis, Axis]:
    """The square of optima that random ones are drawn from."""
    return Axis(low=-1.04 * SPREAD, high=1.04 * SPREAD, label="optimum w₁"), Axis(
        low=-1.04 * SPREAD, high=1.04 * SPREAD, label="optimum w₂"
    )


@lru_cache(maxsize=1)
def _square() -> Mark:
    """Where random optima are drawn from."""
    corners = SPREAD * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    return Region(key="square", role="faint", x=corners[:, 0], y=corners[:, 1], fill=False, dash=True)


@lru_cache(maxsize=16)
def regions(shape: Shape, eccentricity: float, angle: float, budget: Budget) -> tuple[Mark, ...]:
    """Filled regions; where zeros have no area, the lines on which they lie."""
    found = zeros_map(shape, eccentricity, angle, budget)
    marks: list[Mark] = []
    for k, (zeros, part) in enumerate(found.regions):
        role, _ = MAP[zeros]
        marks.append(Region(key=f"{zeros}-{k}", role=role, x=part[:, 0], y=part[:, 1], fade=np.array([_FADES[zeros]]),
                            outline=zeros == "both", dash=zeros == "both"))  # fmt: skip
    for k, (zeros, part) in enumerate(found.lines):
        marks.append(Lines(key=f"{zeros}-line-{k}", role=MAP[zeros][0], x=part[:, 0], y=part[:, 1][None]))
    spots = [(zeros, _spot(part, True)) for zeros, part in found.regions]
    spots += [(zeros, _spot(part, False)) for zeros, part in found.lines]
    where = [(zeros, at) for zeros, at in spots if at is not None]
    if where:
        marks.append(Text(
            key="names", x=np.array([at[0] for _, at in where]), y=np.array([at[1] for _, at in where]),
            labels=tuple(MAP[zeros][1] for zeros, _ in where), roles=tuple(MAP[zeros][0] for zeros, _ in where),
        ))  # fmt: skip
    return tuple(marks)


def _spot(part: Array, area: bool) -> Array | None:
    """The middle of what is seen of a region or of a curve; None where too little is."""
    edge = 0.94 * SPREAD
    if not area:
        inside = part[np.max(np.abs(part), axis=1) <= edge]
        far = edge * part[-1] / np.max(np.abs(part[-1]))
        return np.asarray(far if len(part) == 2 else inside[-1]) if len(inside) else None
    seen = part
    for normal in ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)):
        seen = cut(seen, np.array(normal), -edge) if len(seen) else seen
    if len(seen) < 3:
        return None
    after = np.roll(seen, -1, axis=0)
    cross = seen[:, 0] * after[:, 1] - seen[:, 1] * after[:, 0]
    whole = float(cross.sum())
    return np.asarray((seen + after).T @ cross / (3.0 * whole)) if abs(whole) > 0.1 else None


def turn_panel(found: Solved, bowl: Bowl, budget: Budget, count: int, seed: int, ready: bool) -> Panel:
    """The share of random optima that end with a zero, over the angle of the ellipse."""
    shapes = (L1,) if found.shape.kind in ("l1", "l2") else (L1, found.shape)
    marks: list[Mark] = []
    readouts: list[Readout] = []
    for shape in shapes:
        if shape.convex or ready:
            drawn = count if shape.convex else min(count, FEWER)
            marks += share_marks(shape, bowl.eccentricity, budget, drawn, seed)
            at = float(np.interp(bowl.angle, *turning(shape, bowl.eccentricity, budget, drawn, seed)))
            readouts.append(Readout(name=f"share-{shape.kind}", label=name(shape), value=f"{100 * at:.0f} %",
                                    role=ROLES[shape.kind]))  # fmt: skip
    readouts.append(Readout(name="share-l2", label="L2", value="0 %", role="l2"))
    marks.append(Rule(key="cursor", value=bowl.angle, bound="angle", role="text"))
    x, y = turn_axes()
    title = "Random optima that end at a corner" if budget.t is not None else "Random optima that end with a zero"
    return Panel(key="turn", title=title, x=x, y=y, marks=tuple(marks), readouts=tuple(readouts))


@lru_cache(maxsize=1)
def turn_axes() -> tuple[Axis, Axis]:
    """Half a turn of the ellipse; shares from none to all."""
    ticks = tuple((float(a), f"{a}°".replace("-", "−")) for a in (-90, -45, 0, 45, 90))
    shown = tuple((k / 4, f"{25 * k} %") for k in range(5))
    return (
        Axis(low=-90.0, high=90.0, label="angle of the ellipse's long axis", ticks=ticks),
        Axis(low=-0.03, high=1.0, label="share of optima", ticks=shown),
    )


@lru_cache(maxsize=16)
def share_marks(shape: Shape, eccentricity: float, budget: Budget, count: int, seed: int) -> tuple[Mark, ...]:
    """The share with two standard errors; under L1 the line of L2, which no area of optima reaches."""
    angles, share = turning(shape, eccentricity, budget, count, seed)
    off = 2.0 * np.sqrt(share * (1.0 - share) / count)
    role = ROLES[shape.kind]
    marks: list[Mark] = [
        Band(key=f"band-{shape.kind}", role=role, x=angles, low=share - off, high=share + off),
        Lines(key=f"share-{shape.kind}", role=role, x=angles, y=share[None], labels=(name(shape),)),
    ]
    if shape is L1:
        marks.append(Lines(key="share-l2", role=ROLES[L2.kind], x=angles, y=0.0 * angles[None], labels=("L2: never",)))
    return tuple(marks)


def prox_panel(shape: Shape, alpha: float, lam: float, z: float) -> Panel:
    """What each penalty makes of one unpenalised value, the features being orthonormal."""
    x, y = prox_axes()
    marks = list(prox_marks(shape, alpha, lam))
    shapes = _thresholds(shape, alpha)
    at = [hard(np.array([z]), lam)[0], *(prox(one, np.array([z]), lam)[0] for one in shapes)]
    roles = ["text", *(ROLES[one.kind] for one in shapes)]
    marks.append(Rule(key="cursor", value=z, bound="w1", role="text", dash=True))
    marks.append(Points(key="here", x=np.full(len(at), z), y=np.array(at), roles=tuple(roles)))
    words = ("hard", *(_word(one) for one in shapes))
    readouts = tuple(
        Readout(name=f"prox-{word}", value=f"{word} {show(float(value))}", role=role)
        for word, value, role in zip(words, at, roles, strict=True)
    )
    return Panel(
        key="prox", title="Thresholds", x=x, y=y, marks=tuple(marks), readouts=readouts, origin=True
    )  # fmt: skip


@lru_cache(maxsize=1)
def prox_axes() -> tuple[Axis, Axis]:
    """Unpenalised against penalised value."""
    return (
        Axis(low=-SPREAD, high=SPREAD, label="unpenalised value z"),
        Axis(low=-SPREAD, high=SPREAD, label="penalised value"),
    )


def _thresholds(shape: Shape, alpha: float) -> tuple[Shape, ...]:
    basic = (L1, L2, Shape("elastic-net", alpha=alpha))
    return (*basic, shape) if shape.kind == "lq" else basic


def _word(shape: Shape) -> str:
    return {"l1": "soft", "l2": "ridge", "elastic-net": "elastic net"}.get(shape.kind, f"q = {shape.q:.3g}")


@lru_cache(maxsize=16)
def prox_marks(shape: Shape, alpha: float, lam: float) -> tuple[Mark, ...]:
    """The curves: no penalty, hard at √(2λ), soft at λ, ridge, elastic net, and the chosen power."""
    z = np.linspace(-SPREAD, SPREAD, 321)
    marks: list[Mark] = [
        Lines(key="identity", role="ghost", x=z, y=z[None], labels=("no penalty",), thin=True, dash=True)
    ]
    edge = float(np.sqrt(2.0 * lam))
    marks.append(_curve("hard", "text", *_broken(z, edge, partial(hard, lam=lam)), f"hard, from √(2λ) = {show(edge)}"))
    for one in _thresholds(shape, alpha):
        jump = smallest_kept(one.q, 1.0, lam)[0] if not one.convex and lam > 0.0 else 0.0
        u, w = _broken(z, jump, partial(prox, one, lam=lam))
        label = f"soft, from λ = {show(lam)}" if one is L1 else _word(one)
        marks.append(_curve(_word(one), ROLES[one.kind], u, w, label))
    return tuple(marks)


def _curve(key: str, role: str, x: Array, y: Array, label: str) -> Lines:
    return Lines(key=key, role=role, x=x, y=y[None], labels=(label,))


def _broken(z: Array, edge: float, rule: Callable[[Array], Array]) -> tuple[Array, Array]:
    """``rule`` over ``z`` with both sides of its jumps at ± ``edge``, and NaN between them."""
    if not 0.0 < edge < SPREAD:
        return z, np.asarray(rule(z))
    within, beyond = edge * (1.0 - 1e-9), edge * (1.0 + 1e-9)
    x = np.sort(np.concatenate([z, [-beyond, -within, within, beyond]]))
    y = np.array(rule(x))
    for at in (-edge, edge):
        k = int(np.searchsorted(x, at))
        x, y = np.insert(x, k, at), np.insert(y, k, np.nan)
    return x, y


def hard(z: Array, lam: float) -> Array:
    """The minimiser of ½(w − z)² + λ·[w ≠ 0]: z beyond √(2λ), else 0."""
    return np.where(np.abs(z) > np.sqrt(2.0 * lam), z, 0.0)


def prox(shape: Shape, z: Array, lam: float) -> Array:
    """The minimiser of ½(w − z)² + λΩ(w) for each of ``z`` (m,)."""
    return np.asarray(penalised(shape, np.eye(2), np.stack([z, 0.0 * z], axis=1), lam)[:, 0])
