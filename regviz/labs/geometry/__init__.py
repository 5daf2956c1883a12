"""Why L1 gives exact zeros: two coefficients, a loss with a lowest point to drag, and the ball that it must touch."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from regviz.lab import Certificate, Frame, Gesture, Lab, Panel, Part, Readout, choice, integer, slider
from regviz.labs.geometry import link, solid, touching, words, zeros
from regviz.labs.geometry.scene import L1, L2, LAM, SPREAD, Bowl, Budget, Solved, solved, trace, turning
from regviz.linear.plane import KINDS, Shape

TABS = ("touching", "zeros", "solid")
TOLERANCE = 1e-9
"""KKT residual, in units of the slope at 0, up to which a solution is certified."""


@dataclass(frozen=True)
class GeometryState:
    """The controls of the geometry lab."""

    tab: str = choice("touching", TABS, place="mode", label="view",
                      help="Ellipse and ball; the map of zeros; bodies to turn.")  # fmt: skip
    lam: float = slider(
        0.8, 0.0, 1e6, shown=LAM, log=True, label="penalty strength", symbol="λ", place="main",
        when=("form", ("penalty",)),
        help="Penalty strength, where λ is held and t follows.",
    )  # fmt: skip
    form: str = choice(
        "penalty", ("penalty", "constraint"), place="ball", label="hold",
        help="penalty: λ is held and each ball is as large as its solution; constraint: all balls have radius t.",
    )  # fmt: skip
    t: float = slider(
        1.5, 0.01, 16.0, shown=(0.05, 4.0), symbol="t", label="radius", place="ball", when=("form", ("constraint",)),
        help="How far the balls reach along the axes.",
    )  # fmt: skip
    ball: str = choice("elastic-net", KINDS, place="ball", help="The ball beside L1 and L2.")
    q: float = slider(
        0.5, 0.5, 4.0, symbol="q", label="power", place="ball", either=(("ball", ("lq",)), ("tab", ("solid",))),
        help="Σ|w|^q ≤ t^q: below 1 not convex, 1 is L1, 2 is L2.",
    )  # fmt: skip
    alpha: float = slider(
        0.5, 0.0, 1.0, symbol="α", label="mixing", place="ball",
        either=(("ball", ("elastic-net",)), ("tab", ("solid",))), help="Elastic net: 1 is L1, 0 is L2.",
    )  # fmt: skip
    w1: float = slider(2.8, -SPREAD, SPREAD, symbol="w₁", label="optimum w₁", place="loss",
                       help="First coefficient of the unconstrained optimum; drag it in the picture.")  # fmt: skip
    w2: float = slider(1.2, -SPREAD, SPREAD, symbol="w₂", label="optimum w₂", place="loss",
                       help="Second coefficient of the unconstrained optimum.")  # fmt: skip
    eccentricity: float = slider(0.8, 0.0, 0.99, place="loss", help="Of the loss's ellipses: 0 is a circle.")
    angle: float = slider(30.0, -90.0, 90.0, unit="°", place="loss", help="Direction of the ellipses' long axis.")
    picture: str = choice(
        "exact", ("exact", "often-drawn"), place="view", when=("tab", ("touching",)),
        help="often drawn: adds the mistakes of many figures, dashed, to compare.",
    )  # fmt: skip
    optima: int = integer(4000, 20, 20_000, shown=(20, 8000), place="view", when=("tab", ("zeros",)),
                          label="random optima", help="Drawn evenly from the square of the map.")  # fmt: skip
    seed: int = integer(0, 0, 2**31 - 1, shown=(0, 99), place="view", when=("tab", ("zeros",)),
                        help="Draws the random optima.")  # fmt: skip
    turn: float = slider(-30.0, -180.0, 180.0, unit="°", place="view", when=("tab", ("solid",)),
                         help="How far the bodies are turned; drag them.")  # fmt: skip
    tilt: float = slider(25.0, -90.0, 90.0, unit="°", place="view", when=("tab", ("solid",)),
                         help="How high the viewer stands.")  # fmt: skip


class Geometry(Lab):
    """Drag the optimum: a whole cone of losses ends at each corner of L1, none at the smooth L2."""

    name: ClassVar[str] = "geometry"
    title: ClassVar[str] = "Why L1 gives zeros"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "linear"
    order: ClassVar[int] = 2
    summary: ClassVar[str] = "Two coefficients: where the ellipse touches the ball, and why corners win."
    State: ClassVar[type[Any]] = GeometryState

    def frames(self, state: GeometryState) -> Generator[Frame, Any, None]:
        """The picture at once; the regions for q < 1, which have no closed form, a moment later."""
        if state.tab == "zeros" and not shape_of(state).convex:
            yield _frame(state, ready=False)
        yield _frame(state, ready=True)

    def gesture(self, state: GeometryState, gesture: Gesture) -> Mapping[str, Any]:
        """A drag turns the bodies; a double-click on a map or a plane puts the optimum there."""
        if state.tab == "solid":
            if gesture.kind != "drag":
                return {}
            return solid.turned_by(state.turn, state.tilt, gesture.by_x, gesture.by_y)
        if gesture.kind == "double-click" and gesture.panel in ("l1", "l2", "ball", "map", "map-ball"):
            x, y = (float(np.clip(value, -SPREAD, SPREAD)) for value in (gesture.x, gesture.y))
            return {"w1": x, "w2": y}
        return {}

    def snippets(self, state: GeometryState) -> Mapping[str, str]:
        """Code for the chosen ball's solution."""
        bowl, budget = bowl_of(state), budget_of(state)
        return words.snippets(solved(shape_of(state), bowl, budget), bowl)


def shape_of(state: GeometryState) -> Shape:
    """The chosen ball; fields that it does not read are at their defaults, so that equal balls are equal."""
    if state.ball == "lq":
        return Shape("lq", q=state.q)
    return Shape(state.ball, alpha=state.alpha) if state.ball == "elastic-net" else Shape(state.ball)


def bowl_of(state: GeometryState) -> Bowl:
    """The loss."""
    return Bowl(state.eccentricity, state.angle, state.w1, state.w2)


def budget_of(state: GeometryState) -> Budget:
    """What is held."""
    return Budget(state.lam, None) if state.form == "penalty" else Budget(None, state.t)


def _frame(state: GeometryState, *, ready: bool) -> Frame:
    bowl, budget, shape = bowl_of(state), budget_of(state), shape_of(state)
    first, second, chosen = (solved(one, bowl, budget) for one in (L1, L2, shape))
    area = _area(state, shape, budget) if state.tab == "zeros" and (ready or shape.convex) else None
    return Frame(
        panels=_panels(state, first, second, chosen, ready), readouts=_readouts(state, first, second, chosen, area),
        caption=words.caption(state.tab, first, second, chosen, budget, area),
        message=words.message(chosen, budget, trace(shape, bowl).gaps if state.tab == "touching" else ()),
        subtitle=f"{state.form} form", equation=words.equation(chosen, budget),
        parts=_parts(chosen) if state.form == "penalty" else (),
        certificate=Certificate(
            name="KKT residual", value=max(first.kkt, second.kkt, chosen.kkt), tolerance=TOLERANCE
        ),
        pages=words.pages(chosen),
        status="exact" if ready else "running", progress=None if ready else 0.3,
    )  # fmt: skip


def _panels(state: GeometryState, first: Solved, second: Solved, chosen: Solved, ready: bool) -> tuple[Panel, ...]:
    bowl, budget = bowl_of(state), budget_of(state)
    third = () if chosen.shape in (L1, L2) else (chosen,)
    if state.tab == "solid":
        return solid.panels(chosen, bowl, state.q, state.alpha, (np.radians(state.turn), np.radians(state.tilt)))
    if state.tab == "touching":
        drawn = state.picture == "often-drawn"
        planes = (("l1", first), ("l2", second), *(("ball", one) for one in third))
        shown = (first, second, *third)
        pictures = (touching.panel(key, one, bowl, budget, drawn) for key, one in planes)
        return (*pictures, link.panel(shown, bowl, budget))
    other = chosen if chosen.shape != L1 else second
    strength = state.lam if state.form == "penalty" else chosen.touch.lam or 0.0
    return (
        zeros.map_panel("map", first, bowl, budget, True), zeros.map_panel("map-ball", other, bowl, budget, ready),
        zeros.turn_panel(chosen, bowl, budget, state.optima, state.seed, ready),
        zeros.prox_panel(chosen.shape, state.alpha, strength, state.w1),
    )  # fmt: skip


def _area(state: GeometryState, shape: Shape, budget: Budget) -> float:
    count = state.optima if shape.convex else min(state.optima, zeros.FEWER)
    return float(np.interp(state.angle, *turning(shape, state.eccentricity, budget, count, state.seed)))


def _parts(chosen: Solved) -> tuple[Part, ...]:
    charge = (chosen.touch.lam or 0.0) * chosen.charge
    return Part(label="loss", value=chosen.loss, role="loss"), Part(label="penalty", value=charge, role="penalty")


def _readouts(
    state: GeometryState, first: Solved, second: Solved, chosen: Solved, area: float | None
) -> tuple[Readout, ...]:
    lam = chosen.touch.lam
    charge = lam * chosen.charge if lam is not None and state.form == "penalty" else 0.0
    values: dict[str, tuple[str, Any]] = {
        "lam": ("λ", lam), "t": ("t", chosen.touch.t), "zeros": ("exact zeros", chosen.zeros),
        "w1": ("ŵ₁", float(chosen.touch.point[0])), "w2": ("ŵ₂", float(chosen.touch.point[1])),
        "loss": ("loss", chosen.loss), "penalty": ("penalty", charge), "objective": ("objective", chosen.loss + charge),
        "kkt": ("KKT residual", chosen.kkt),
    }  # fmt: skip
    if len(chosen.minima):
        values["local_minima"] = ("local minima", len(chosen.minima))
    for key, one in (("l1", first), ("l2", second)):
        values |= {
            f"lam_{key}": (f"λ of {key.upper()}", one.touch.lam), f"t_{key}": (f"t of {key.upper()}", one.touch.t),
            f"w1_{key}": (f"ŵ₁ of {key.upper()}", float(one.touch.point[0])),
            f"w2_{key}": (f"ŵ₂ of {key.upper()}", float(one.touch.point[1])),
            f"zeros_{key}": (f"exact zeros of {key.upper()}", one.zeros),
        }  # fmt: skip
    if area is not None:
        values["share"] = ("random optima with a zero", area)
    return tuple(Readout(name=name, label=label, value=value) for name, (label, value) in values.items())


lab = Geometry()
