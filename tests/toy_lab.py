"""Small labs with every kind of control, one of them training, for tests of the window and the engine."""

from dataclasses import dataclass

import numpy as np

from regviz.lab import (
    Axis,
    Bars,
    Certificate,
    Frame,
    Lab,
    Lines,
    Panel,
    Part,
    Readout,
    Rule,
    choice,
    integer,
    slider,
    switch,
    text,
)

X = Axis(low=-0.6, high=3.6, label="feature")
Y = Axis(low=-3.2, high=3.2, label="w")
LOG = Axis(low=1e-3, high=10.0, label="λ", log=True)
GRID = np.geomspace(1e-3, 10.0, 120)
TRUE = np.array([3.0, -2.0, 1.0, 0.2])


@dataclass(frozen=True)
class State:
    penalty: str = choice("lasso", ("lasso", "ridge"), place="mode", help="Which penalty.")
    lam: float = slider(
        0.1, 0.0, 1e6, shown=(1e-3, 10.0), log=True, symbol="λ", place="main", help="Penalty strength."
    )
    alpha: float = slider(0.5, 0.0, 1.0, symbol="α", when=("penalty", ("ridge",)), help="Mixing.")
    n: int = integer(60, 2, 500, place="data", help="Rows.")
    feature: int = integer(0, 0, 100_000, place="view", help="Feature by name.")
    seed: int = integer(0, 0, 2**32 - 1, place="data", help="Seed.")
    dataset: str = choice("synthetic", ("synthetic", "diabetes"), free=True, place="data", help="Data.")
    target: str = text("", place="data", help="Target column.")
    note: str = text("", place="view", help="Words.")
    standardize: bool = switch(True, place="data", help="Unit variance.")
    fault: str = choice("none", ("none", "raise", "raise later", "sentence"), place="view", help="What goes wrong.")


def shrunk(state, lam):
    sign, size = np.sign(TRUE), np.abs(TRUE)
    return sign * np.maximum(size - lam, 0.0) if state.penalty == "lasso" else TRUE / (1.0 + lam)


def frame_of(state, step=0):
    w = shrunk(state, state.lam)
    path = np.array([shrunk(state, lam) for lam in GRID]).T
    bars = Bars(key="bars", values=w, ghost=TRUE, labels=("w₁", "w₂", "w₃", "w₄"))
    curves = Lines(key="curves", x=GRID, y=path, labels=("w₁", "w₂", "w₃", "w₄"), role="informative")
    cursor = Rule(key="cursor", value=float(np.clip(state.lam, 1e-3, 10.0)), bound="lam")
    return Frame(
        panels=(
            Panel(key="coefficients", title="Coefficients", x=X, y=Y, marks=(bars,)),
            Panel(key="path", title="Path", x=LOG, y=Y, marks=(curves, cursor)),
        ),
        readouts=(
            Readout(name="lam", value=state.lam, label="λ"),
            Readout(name="zeros", value=int(np.count_nonzero(w == 0.0)), label="exact zeros"),
            Readout(name="step", value=step, label="step"),
        ),
        caption=f"At λ = {state.lam:g} the first coefficient is {w[0]:g}.",
        subtitle=f"{state.penalty}, n = {state.n}", formula=state.penalty, equation="1 + 2 = 3",
        parts=(Part(label="loss", value=1.0, role="loss"), Part(label="penalty", value=2.0, role="penalty")),
        certificate=Certificate(name="KKT residual", value=1e-15, tolerance=1e-9),
        limits={"lam": (1e-3, 10.0), "feature": (0.0, 3.0)},
        options={"feature": ("age", "bmi", "bp", "s1"), "target": ("y", "z")} if state.dataset != "synthetic" else {},
    )  # fmt: skip


class Toy(Lab):
    name, title, group, order, summary = "toy", "Toy", "linear", 1, "A lab for tests."
    State = State

    def frames(self, state):
        if state.fault == "raise":
            raise ZeroDivisionError("division by zero")
        if state.fault == "sentence":
            raise ValueError("The file has no column 'y'.")
        yield frame_of(state)
        if state.fault == "raise later":
            raise ZeroDivisionError("division by zero")

    def gesture(self, state, gesture):
        return {"lam": gesture.x} if gesture.kind == "drag" else {}

    def snippets(self, state):
        return {"Python": f"lam = {state.lam!r}"}


class Drill(Toy):
    """A training: λ is taken in as it runs, the seed is not."""

    name, title, group, order, summary = "drill", "Drill", "neural", 2, "A training for tests."
    trains = True

    def key(self, state):
        return state.seed

    def frames(self, state):
        for step in range(400):
            state = (yield frame_of(state, step)) or state


toy, drill = Toy(), Drill()
LABS = (toy, drill)
