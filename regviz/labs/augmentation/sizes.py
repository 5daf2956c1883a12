"""The view over n: nets on more and more training points, each without and with augmentation, all in one batch."""

import math
from collections.abc import Generator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Band, Frame, Lines, Mark, Panel, Points, Readout, show
from regviz.labs import _nets as nets
from regviz.labs.augmentation import reliability
from regviz.labs.augmentation.net import equation
from regviz.labs.augmentation.state import VARIANTS, AugmentationState, hyper, policy, shape
from regviz.labs.augmentation.words import doubt, recipe, wrong_labels
from regviz.neural import LOSSES, Augmented, Batches, Evaluator, Trainer, batch_of

Array = NDArray[Any]

SIZES_OF = (10, 20, 40, 80, 160, 320)
"""Training points."""
DRAWS = 3
"""Draws of training points for each size; a smaller set is the beginning of the larger one of its draw."""
GROUPS = len(SIZES_OF) * DRAWS
_X = Axis(low=8.5, high=430.0, log=True, label="training points n (log scale)",
          ticks=tuple((float(n), str(n)) for n in SIZES_OF))  # fmt: skip


class Grid:
    """36 nets: `GROUPS` training sets, first all without, then all with augmentation, from the same weights.

    Results of `measure` have the shape (2, sizes, draws).
    """

    def __init__(self, state: AugmentationState) -> None:
        self.task = nets.task(replace(state, train_size=SIZES_OF[-1] * DRAWS))
        built = nets.net(state)
        goals = batch_of(built, self.task.train.X, self.task.train.y).targets[:, 0].T
        starts = [(draw * SIZES_OF[-1], n) for n in SIZES_OF for draw in range(DRAWS)]
        parts = [
            Batches(self.task.train.X[at : at + n], goals[at : at + n], state.batch, state.seed, scheme="replace")
            for at, n in starts
        ]
        self.source = Augmented(parts, policy(state), state.seed, shape(state))
        self.trainer = Trainer(
            built, self.source, hyper(state, GROUPS), variants=2 * GROUPS, optimiser=nets.optimiser(state),
            seed=state.seed,
        )  # fmt: skip
        self.source.attack(self.trainer)
        self._judge = Evaluator(built, 2 * GROUPS)
        self._axes: dict[str, Axis] = {}
        self.since = 0
        self._recipe = (policy(state), state.smoothing)
        self.source.smooth(state.smoothing)

    @property
    def step(self) -> int:
        """Training steps made."""
        return self.trainer.step_count

    @property
    def running(self) -> bool:
        """Whether any net has not diverged."""
        return bool((self.trainer.diverged_at < 0).any())

    def tune(self, state: AugmentationState) -> None:
        """Train as ``state`` says from the next step on."""
        if (policy(state), state.smoothing) != self._recipe:
            self._recipe, self.since = (policy(state), state.smoothing), self.step
            self.source.policy = policy(state)
            self.source.smooth(state.smoothing)
        wanted = hyper(state, GROUPS)
        if wanted != self.trainer.hyper:
            self.trainer.tune(wanted)

    def measure(self, bins: int) -> tuple[Array, Array, Array]:
        """Share right, mean loss and ECE on the test points, each (2, sizes, draws); NaN for diverged nets."""
        test, kind = self.task.test, LOSSES[self.trainer.net.loss]
        goal = kind.encode(test.y, self.trainer.net.outputs)
        outputs = self._judge.outputs(test.X, self.trainer.params)
        loss, right = kind.values(outputs, goal).mean(axis=1), kind.correct(outputs, goal).mean(axis=1)
        found = reliability.measured(kind.predict(outputs), test.y, bins)
        ece = np.array([np.nan if row is None else row.ece for row in found])
        rows = np.where(np.isfinite(loss), np.stack([right, loss, ece]), np.nan).reshape(3, 2, len(SIZES_OF), DRAWS)
        return rows[0], rows[1], rows[2]

    def axis(self, label: str, values: Array, least: float = 1e-2) -> Axis:
        """An axis from 0 that holds the finite ``values`` and never shrinks."""
        found = float(np.max(values, where=np.isfinite(values) & (values < 1e30), initial=least))
        kept = self._axes.get(label)
        if kept is None or found > kept.high:
            kept = self._axes[label] = Axis(low=0.0, high=_round(1.1 * found), label=label)
        return kept

    def around(self, values: Array) -> Axis:
        """An axis about 0 that holds the finite ``values`` and never shrinks."""
        reach = self.axis("reach", np.abs(values), least=4.5).high
        kept = self._axes.get("gain")
        if kept is None or kept.high != reach:
            kept = self._axes["gain"] = Axis(low=-reach, high=reach, label="points of accuracy, %")
        return kept


def frames(state: AugmentationState) -> Generator[Frame, Any, None]:
    """All curves as they stand every few steps; a state sent in is obeyed from the next step on."""
    grid = Grid(state)
    while True:
        with np.errstate(all="ignore"):  # a net on its way to divergence overflows
            grid.tune(state)
            frame = _frame(state, grid)
        news = yield frame
        if news is not None:
            state = news
            if grid.step > state.steps:
                grid = Grid(state)
                grid.trainer.step(state.steps)
        elif _over(state, grid):
            return
        else:
            grid.trainer.step(min(state.pace, state.steps - grid.step))


def _over(state: AugmentationState, grid: Grid) -> bool:
    return grid.step >= state.steps or not grid.running


def _frame(state: AugmentationState, grid: Grid) -> Frame:
    right, loss, error = grid.measure(state.bins)
    lost = int((grid.trainer.diverged_at >= 0).sum())
    words = f"{lost} of {2 * GROUPS} nets have diverged." if lost else ""
    looks = nets.variants(*VARIANTS)
    return Frame(
        panels=(
            _curves("accuracy", "Accuracy on the test points", 100.0 * right, looks, _percent(grid.task.classes)),
            _gain(grid, right), _curves("loss", "Loss on the test points", loss, looks, grid.axis("mean loss", loss)),
            _curves("ece", f"ECE on the test points, {state.bins} bins", error, looks,
                    grid.axis("expected calibration error", error)),
        ),
        readouts=_readouts(grid, right, error), caption=_caption(state, grid, right),
        status="diverged" if lost else "stopped" if _over(state, grid) else "running",
        progress=1.0 if _over(state, grid) else grid.step / state.steps,
        subtitle=f"{len(SIZES_OF)} sizes × {DRAWS} draws × 2 nets on {grid.task.name}, trained as one batch",
        message=" ".join(filter(None, (words, wrong_labels(state)))), equation=equation(state),
    )  # fmt: skip


def _curves(key: str, title: str, values: Array, looks: tuple[nets.Variant, ...], y: Axis) -> Panel:
    """Means over the draws (2, sizes) with bands from the least to the largest draw."""
    sizes = np.array(SIZES_OF)
    values = nets.shown(values)
    bands: list[Mark] = [
        Band(key=f"range_{v.key}", x=sizes, low=rows.min(axis=1), high=rows.max(axis=1), role=v.role)
        for v, rows in zip(looks, values, strict=True)
    ]  # fmt: skip
    means = values.mean(axis=2)
    lines = Lines(
        key=key, x=sizes, y=means, labels=tuple(v.name for v in looks),
        roles=tuple(v.role for v in looks),
    )  # fmt: skip
    dots = [
        Points(key=f"dots_{v.key}", x=sizes, y=row, role=v.role, shape=form)
        for v, row, form in zip(looks, means, ("dot", "square"), strict=True)
    ]
    note = Readout(name="band", value=f"band: {DRAWS} draws of the points", role="muted")
    return Panel(key=key, title=title, x=_X, y=y, marks=(*bands, lines, *dots), readouts=(note,))


def _gain(grid: Grid, right: Array) -> Panel:
    """With minus without augmentation in points of accuracy: the mean, and each draw."""
    sizes, gains = np.array(SIZES_OF), 100.0 * (right[1] - right[0])
    mean = Lines(key="gain", x=sizes, y=gains.mean(axis=1)[None], labels=("mean",), role="informative:3")
    dots = Points(
        key="draws", x=np.repeat(sizes, DRAWS), y=gains.ravel(), role="informative:3", shape="ring"
    )
    return Panel(
        key="gain", title="What augmentation adds", x=_X, y=grid.around(gains),
        marks=(_ZERO, mean, dots),
        readouts=(Readout(name="ring", value="ring: one draw of the points", role="muted"),),
    )  # fmt: skip


def _readouts(grid: Grid, right: Array, error: Array) -> tuple[Readout, ...]:
    found = [
        Readout(name="step", value=grid.step, label="step"),
        Readout(name="since", value=grid.since, label="augmented so since step"),
    ]  # fmt: skip
    for index, variant in enumerate(nets.variants(*VARIANTS)):
        for place, n in enumerate(SIZES_OF):
            words = f"{variant.name}, n = {n}"
            values = {"accuracy": ("right", right), "ece": ("ECE", error)}
            found += [
                Readout(name=f"{name}_{variant.key}_{n}", value=nets.finite(rows[index, place].mean()),
                        label=f"{words}: {label}", role=variant.role)
                for name, (label, rows) in values.items()
            ]  # fmt: skip
    return tuple(found)


def _caption(state: AugmentationState, grid: Grid, right: Array) -> str:
    since = f" since step {grid.since}" if grid.since else ""
    head = f"Step {grid.step}, {recipe(state)}{since}"
    small, large = (100.0 * right[:, k].mean(axis=1) for k in (0, -1))
    if not (np.isfinite(small).all() and np.isfinite(large).all()):
        return f"{head}: nets have diverged."
    return (
        f"{head}: with {SIZES_OF[0]} training points {show(float(small[1]))} % of the test points are right against "
        f"{show(float(small[0]))} % for plain training; with {SIZES_OF[-1]} it is {show(float(large[1]))} % against "
        f"{show(float(large[0]))} %{doubt(state)}."
    )


def _round(value: float) -> float:
    """The next number above ``value`` with one digit."""
    unit = 10.0 ** math.floor(math.log10(value))
    return float(unit * math.ceil(value / unit))


@lru_cache(maxsize=4)
def _percent(classes: int) -> Axis:
    return Axis(low={2: 40.0, 3: 20.0}.get(classes, 0.0), high=102.0, label="right, %")


_ZERO = Lines(key="zero", x=np.array([8.5, 430.0]), y=np.zeros((1, 2)), role="muted", dash=True, thin=True)
