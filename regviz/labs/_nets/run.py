"""A run: R variants of one net trained as one batch, with the curves they leave behind. No pictures here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regviz.lab import Axis
from regviz.labs._nets.controls import NetControls
from regviz.labs._nets.record import Record
from regviz.labs._nets.task import Task, hyper, net, optimiser, task
from regviz.neural import (
    Batches,
    Evaluator,
    History,
    Hyper,
    Net,
    Optimiser,
    Score,
    Source,
    Trainer,
    batch_of,
    layer_norms,
)

Array = NDArray[Any]
Watch = Callable[["Run"], Array]
Which = Literal["train", "validation", "test"]

ROLES = ("informative:2", "informative:3", "informative:4", "informative:0", "informative:1")
"""Colours of variants: first those that no class and no sign of a weight has."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What one of the nets is called: ``key`` ends the names of its readouts, "" where there is only one."""

    name: str
    key: str
    role: str


def variants(*names: str) -> tuple[Variant, ...]:
    """Variants a, b, c … by their names for people; a single one has no key."""
    if len(names) == 1:
        return (Variant(names[0], "", ROLES[0]),)
    return tuple(Variant(name, chr(97 + k), ROLES[k % len(ROLES)]) for k, name in enumerate(names))


class Run:
    """Training of ``names`` variants of a state's net on its task.

    ``net``, ``hyper``, ``optimiser``, ``source`` and ``initial`` take the place of what the state's controls say;
    ``words`` go to `Trainer`. Every ``every`` steps the curves get a point and the moment is kept. ``watch`` are more
    curves: name → function of the run that gives (R,) or (R, k).
    """

    def __init__(
        self, state: NetControls, *names: str, net: Net | None = None, hyper: Hyper | None = None,
        optimiser: Optimiser | Sequence[Optimiser] | None = None, source: Source | None = None, every: int = 10,
        watch: Mapping[str, Watch] | None = None, **words: Any,
    ) -> None:  # fmt: skip
        self.variants = variants(*(names or ("net",)))
        self.task: Task = task(state)
        self.net = net or _net(state)
        self.every = every
        count = len(self.variants)
        self.trainer = Trainer(
            self.net, source or _batches(state, self.task, self.net), hyper or _hyper(state), variants=count,
            optimiser=optimiser or _optimiser(state), seed=state.seed, **words,
        )  # fmt: skip
        self.evaluator = Evaluator(self.net, count)
        self.single = self.evaluator if count == 1 else Evaluator(self.net)
        self.record = Record()
        self.axes: dict[str, Axis] = {}
        self._watch = dict(watch or {})
        self._history = History(capacity=4096)
        self._seen: dict[Any, Any] = {}
        self._judge_alike()
        self._note()

    @property
    def step(self) -> int:
        """Training steps made."""
        return self.trainer.step_count

    @property
    def params(self) -> Array:
        """Parameters (R, P), live."""
        return self.trainer.params

    @property
    def running(self) -> Array:
        """Which variants have not diverged (R,)."""
        result: Array = self.trainer.diverged_at < 0
        return result

    @property
    def epoch(self) -> float:
        """Passes over the training points, for batches of the usual kind."""
        return self.step * self.trainer.network.size / len(self.task.train.y)

    def tune(self, hyper: Hyper) -> None:
        """Go on with other hyper-parameters; free where they are the same."""
        if hyper != self.trainer.hyper:
            before = self.trainer.hyper
            self.trainer.tune(hyper)
            if (hyper.survival, hyper.knobs) != (before.survival, before.knobs):
                self._judge_alike()

    def _judge_alike(self) -> None:
        """Judge with the survival probabilities and the knobs of training: they shape the nets at test, too."""
        hyper = self.trainer.hyper
        rows = hyper.arrays(len(self.variants))
        self.evaluator.network.tune(**{name: rows[name] for name in ("survival", *dict(hyper.knobs))})
        self.touch()

    def advance(self, count: int) -> None:
        """Make ``count`` steps, or fewer where every variant diverges."""
        goal = self.step + count
        while self.step < goal and self.running.any():
            stop = min(goal, (self.step // self.every + 1) * self.every)
            self.trainer.step(stop - self.step)
            self._seen.clear()
            if self.step % self.every == 0:
                self._note()

    def turn_back(self, step: int) -> None:
        """Go back to ``step``, from the last moment kept before it; nothing where training is not past it."""
        if self.step <= step:
            return
        kept = self._history.before(step + 1)
        if kept is None:
            self.trainer.rewind()
        else:
            self.trainer.restore(kept)
        self._seen.clear()
        self.record.cut(self.step)
        self.advance(step - self.step)

    def touch(self) -> None:
        """Forget what was measured at this step: somebody wrote to the parameters."""
        self._seen.clear()

    def score(self, which: Which) -> Score:
        """Loss and accuracy (R,) on a part of the data as the nets are now, without noise or penalties."""
        found: Score = self._once(("score", which), lambda: self.score_of(which, self.params, self.trainer.averages))
        return found

    def score_of(self, which: Which, params: Array, averages: Array | None = None) -> Score:
        """The same for other ``params``: (R, P), or (P,) for a single net's; a diverged net has no accuracy."""
        part = getattr(self.task, which)
        judge = self.evaluator if params.ndim == 2 else self.single
        found = judge.score(part.X, part.y, params, averages)
        return Score(found.loss, np.where(np.isfinite(found.loss), found.accuracy, np.nan))

    def predict(self, name: str, points: ArrayLike) -> Array:
        """Predictions (R, K, n) at ``points`` (n, d); asked again at this step under the same name they are free."""
        params, averages = self.params, self.trainer.averages
        found: Array = self._once(("predict", name), lambda: self.evaluator.predict(points, params, averages))
        return found

    def curve(self, name: str) -> tuple[Array, Array]:
        """Steps (T,) and values (T, R) or (T, R, k) of a curve up to this very step.

        Names: train_loss, validation_loss, train_accuracy, validation_accuracy, norms (of layers), distance (from the
        initial weights) and those of ``watch``.
        """
        steps, values = self.record.steps, self.record[name]
        if steps[-1] == self.step:
            return steps, values
        return np.append(steps, self.step), np.concatenate([values, self.measures()[name][None]])

    def measures(self) -> dict[str, Array]:
        """The newest point of every curve, each (R,) or (R, k)."""
        found: dict[str, Array] = self._once("measures", self._measure)
        return found

    def gradient_batch(self) -> Any:
        """All training points as one batch, for curvature."""
        return batch_of(self.net, self.task.train.X, self.task.train.y)

    def _measure(self) -> dict[str, Array]:
        train, held = self.score("train"), self.score("validation")
        with np.errstate(all="ignore"):  # a diverged net has no finite weights
            away = self.params.astype(np.float64) - self.trainer.initial
            found = {
                "train_loss": train.loss, "validation_loss": held.loss, "train_accuracy": train.accuracy,
                "validation_accuracy": held.accuracy, "norms": layer_norms(self.net, self.params),
                "distance": np.sqrt((away**2).sum(axis=1)),
            }  # fmt: skip
            return found | {name: np.asarray(watch(self), np.float64) for name, watch in self._watch.items()}

    def _note(self) -> None:
        self.record.add(self.step, self.measures())
        self._history.push(self.trainer.snapshot())

    def _once(self, name: Any, compute: Callable[[], Any]) -> Any:
        if name not in self._seen:
            self._seen[name] = compute()
        return self._seen[name]


def _batches(state: NetControls, made: Task, built: Net) -> Batches:
    batch = batch_of(built, made.train.X, made.train.y)
    return Batches(made.train.X, batch.targets[:, 0, :].T, state.batch, state.seed)


_net, _hyper, _optimiser = net, hyper, optimiser  # the controls' own, where the words of Run hide them
