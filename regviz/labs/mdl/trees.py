"""Trees sent over a wire: bits of structure, splits, labels and exceptions over the number of leaves."""

from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Bars, Certificate, Frame, Lines, Mark, Panel, Part, Points, Readout, Region, Rule, Text, show
from regviz.labs.mdl import message
from regviz.labs.mdl.axes import axis, named, upwards
from regviz.labs.mdl.state import MOST_LEAVES, MdlState
from regviz.neural import generator
from regviz.theory.description_length_tree import (
    PARTS,
    Split,
    Tree,
    bits_by_part,
    decoded,
    exceptions,
    grown,
    label,
    predicted,
    prunings,
    words,
)

Array = NDArray[Any]
Integers = NDArray[np.int64]

ROLES = dict(zip(PARTS, ("muted", "prior", "validation", "likelihood"), strict=True))
FRESH = 2_000
_SIDE = axis(-1.04, 1.04, "x₁")
_UP = axis(-1.04, 1.04, "x₂")


def truth(shape: str, X: Array) -> Integers:
    """Labels without flips."""
    a, b = X[:, 0], X[:, 1]
    if shape == "staircase":
        return np.asarray((a > 0.3) & (b > -0.2) | (a > -0.5) & (b > 0.4), dtype=np.int64)
    if shape == "disc":
        return np.asarray(a**2 + b**2 < 0.5, dtype=np.int64)
    return np.asarray((a > 0) ^ (b > 0) if shape == "checkerboard" else 0.0 * a, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Forest:
    """Inputs ``X`` (n, 2), labels ``y`` (n,), the shortest pruning for every number of leaves, its errors."""

    X: Array
    y: Integers
    trees: tuple[Tree, ...]
    parts: tuple[dict[str, int], ...]
    train: Array
    test: Array

    @property
    def totals(self) -> Integers:
        """Bits (L,) of the message with 1, 2, … leaves."""
        return np.array([sum(found.values()) for found in self.parts], dtype=np.int64)

    @property
    def best(self) -> int:
        """Leaves of the shortest message."""
        return int(np.argmin(self.totals)) + 1


@lru_cache(maxsize=32)
def forest(shape: str, n: int, flips: float, seed: int) -> Forest:
    """The data, the tree that is grown, and all its prunings."""
    (X, y), (fresh, answers) = (_drawn(shape, count, flips, seed, part) for part, count in enumerate((n, FRESH)))
    found = prunings(grown(X, y, MOST_LEAVES), X, y)
    trees = tuple(tree for _, tree in found.values())
    return Forest(
        X, y, trees, tuple(bits_by_part(tree, X, y) for tree in trees),
        np.array([exceptions(tree, y) / n for tree in trees]),
        np.array([np.mean(predicted(tree, y, fresh) != answers) for tree in trees]),
    )  # fmt: skip


def _drawn(shape: str, n: int, flips: float, seed: int, part: int) -> tuple[Array, Integers]:
    X = generator(seed, "mdl points", part).uniform(-1.0, 1.0, (n, 2))
    share = 0.5 if shape == "noise only" else flips
    return X, truth(shape, X) ^ (generator(seed, "mdl flips", part).uniform(size=n) < share)


def frames(state: MdlState) -> Generator[Frame, Any, None]:
    """One frame; tree and prunings are remembered."""
    made = forest(state.shape, state.n, state.flips, state.seed)
    count = min(state.leaves, len(made.trees))
    tree, parts = made.trees[count - 1], made.parts[count - 1]
    sent = [(part, word, ROLES[part]) for part, word in words(tree, made.X, made.y)]
    bits = "".join(word for _, word, _ in sent)
    wrong = int(np.count_nonzero(decoded(bits, made.X) != made.y))
    yield Frame(
        panels=(
            _bits(made, count), _partition(made, tree), _errors(made, count),
            message.panel(sent, [(part, parts[part], ROLES[part]) for part in PARTS]),
        ),
        readouts=_readouts(made, count), caption=_caption(made, count, state.leaves),
        subtitle=f"{state.shape}, n = {state.n}, labels are sent, inputs are known",
        equation="L = " + " + ".join(str(parts[part]) for part in PARTS) + f" = {len(bits)} bits",
        parts=tuple(Part(label=part, value=parts[part], role=ROLES[part]) for part in PARTS),
        certificate=Certificate(name="labels decoded wrongly", value=float(wrong), tolerance=0.0,
                                text=f"all {len(made.y)} labels read back out of the {len(bits)} bits"),
        limits={"leaves": (1.0, float(max(2, len(made.trees))))},
    )  # fmt: skip


@lru_cache(maxsize=32)
def _stacks(made: Forest) -> tuple[Mark, ...]:
    base, marks = np.zeros(len(made.parts)), []
    for part in PARTS:
        values = np.array([found[part] for found in made.parts], dtype=float)
        marks.append(Bars(key=part, values=np.where(values == 0.0, np.nan, values), base=base, role=ROLES[part],
                          label=part))  # fmt: skip
        base = base + values
    best = made.best
    around = float(base[max(0, best - 3) : best + 2].max())
    return (
        *marks,
        Points(key="shortest", x=np.array([best - 1.0]), y=base[best - 1 : best], role="text", shape="triangle"),
        Text(key="name", x=np.array([best - 1.0]), y=np.array([around + 0.08 * base.max()]), role="text",
             labels=(f"shortest: {made.totals[best - 1]}",)),
    )  # fmt: skip


def _names(made: Forest, more: int = 0) -> tuple[str, ...]:
    return (*(str(k + 1) for k in range(len(made.trees))), *("" for _ in range(more)))


def _bits(made: Forest, count: int) -> Panel:
    return Panel(
        key="bits", title="Bits to send the labels", x=named(_names(made), "leaves"),
        y=upwards(1.16 * max(float(made.totals.max()), len(made.y)), "bits"),
        marks=(
            *_stacks(made), Rule(key="plain", value=float(len(made.y)), axis="y", role="muted", dash=True),
            Points(key="shown", x=np.array([count - 1.0]), y=np.array([float(made.totals[count - 1])]), role="accent",
                   shape="ring"),
        ),
        readouts=(*(Readout(name=part, value=part, role=ROLES[part]) for part in PARTS),
                  Readout(name="plain", value="- - 1 bit each", role="muted")),
    )  # fmt: skip


def _partition(made: Forest, tree: Tree) -> Panel:
    boxes, kinds = _boxes(tree, made.y, (-1.04, 1.04, -1.04, 1.04))
    x = np.array([[a, b, b, a] for a, b, _, _ in boxes])
    y = np.array([[c, c, d, d] for _, _, c, d in boxes])
    said = predicted(tree, made.y, made.X)
    wrong = said != made.y
    small = len(made.y) > 120
    marks: list[Mark] = [
        Region(key="leaves", x=x, y=y, fade=np.full(len(boxes), 0.22),
               roles=tuple("first" if kind == 0 else "second" for kind in kinds)),
    ]  # fmt: skip
    for kind, role, shape in ((0, "first", "dot"), (1, "second", "square")):
        here = made.y == kind
        marks.append(Points(key=f"label_{kind}", x=made.X[here, 0], y=made.X[here, 1], role=role, shape=shape,
                            small=small))  # fmt: skip
    marks.append(Points(key="exceptions", x=made.X[wrong, 0], y=made.X[wrong, 1], role="bad", shape="cross"))
    return Panel(
        key="partition", title="What the tree says", x=_SIDE, y=_UP, marks=tuple(marks),
        readouts=(
            Readout(name="zero", value="● 0", role="first"), Readout(name="one", value="■ 1", role="second"),
            Readout(name="wrong", value=f"× exceptions {int(wrong.sum())}", role="bad"),
        ),
    )  # fmt: skip


Box = tuple[float, float, float, float]


def _boxes(tree: Tree, y: Integers, box: Box) -> tuple[list[Box], list[int]]:
    if not isinstance(tree, Split):
        return [box], [label(tree.rows, y)]
    a, b, c, d = box
    at = tree.threshold
    low, high = ((a, at, c, d), (at, b, c, d)) if tree.feature == 0 else ((a, b, c, at), (a, b, at, d))
    left, right = _boxes(tree.left, y, low), _boxes(tree.right, y, high)
    return left[0] + right[0], left[1] + right[1]


def _errors(made: Forest, count: int) -> Panel:
    at = np.arange(len(made.trees), dtype=float)
    top = max(float(made.train.max()), float(made.test.max()), 0.02)
    return Panel(
        key="errors", title="Share of wrong labels", x=named(_names(made, 3), "leaves"), y=upwards(1.1 * top, "share"),
        marks=(
            Lines(key="errors", x=at, y=np.stack([made.train, made.test]), labels=("training", "fresh"),
                  roles=("train", "test")),
            Rule(key="shortest", value=made.best - 1.0, role="text", dash=True, label="shortest message"),
            Points(key="shown", x=np.array([count - 1.0] * 2),
                   y=np.array([made.train[count - 1], made.test[count - 1]]), roles=("train", "test"), shape="ring"),
        ),
    )  # fmt: skip


def _readouts(made: Forest, count: int) -> tuple[Readout, ...]:
    parts = made.parts[count - 1]
    return (
        Readout(name="leaves", value=count, label="leaves"),
        Readout(name="bits", value=int(made.totals[count - 1]), label="bits"),
        *(Readout(name=part.replace(" ", "_") + "_bits", value=parts[part], label=part, role=ROLES[part])
          for part in PARTS),
        Readout(name="shortest_leaves", value=made.best, label="shortest with leaves"),
        Readout(name="shortest_bits", value=int(made.totals.min()), label="its bits"),
        Readout(name="train_error", value=float(made.train[count - 1]), label="training error", role="train"),
        Readout(name="test_error", value=float(made.test[count - 1]), label=f"error on {FRESH} fresh", role="test"),
    )  # fmt: skip


def _caption(made: Forest, count: int, asked: int) -> str:
    parts, best = made.parts[count - 1], made.best
    start = f"{count} {'leaf' if count == 1 else 'leaves'}" + ("" if count == asked else " (the tree has no more)")
    model = sum(parts.values()) - parts["exceptions"]
    least = (
        "the shortest of all prunings of the grown tree" if count == best else
        f"the shortest of all prunings has {best} {'leaf' if best == 1 else 'leaves'} and {made.totals.min()} bits"
    )  # fmt: skip
    return (
        f"With {start} the labels take {made.totals[count - 1]} bits, {model} for the tree and {parts['exceptions']} "
        f"for its exceptions: {least}; wrong on fresh points: {show(100 * float(made.test[count - 1]), 2)} %."
    )
