"""A run: R variants of one net trained as one batch, with the curves they leave behind. No pictures here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regviz.lab import Axis
from regviz.labs._nets.controls import NetControls
from regviz.labs._nets.record import Record
from regviz.labs._nets.stride import Stride
from regviz.labs._nets.task import Task, hyper, net, optimiser, task
from regviz.neural import (
    Batches,
    Evaluator,
    History,
    Hyper,
    Net,
    Optimiser,
    Score,
    Snapshot,
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


class Still(NamedTuple):
    """The moment at which variant a is frozen, the nearest one kept to ``wanted``."""

    wanted: int
    moment: Snapshot | None


class Run:
    """Training of ``names`` variants of a state's net on its task.

    ``net``, ``hyper``, ``optimiser``, ``source`` and ``initial`` take the place of what the state's controls say;
    ``words`` go to `Trainer`. Every ``every`` steps the curves get a point and the moment is kept. ``watch`` are more
    curves: name → function of the run that gives (R,) or (R, k).

    `freeze` shows variant a as it was at an earlier step. It trains on out of sight, so that it can be set free again:
    ``params`` stays live, and ``shown``, `score`, `predict` and, where there are several variants, `curve`, `looks`
    and `measures` give what is to be seen. ``freezes_at`` is the step it was last told, 0 for none, ``stride`` the last
    step that was kept for slow motion.
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
        self.stride: Stride | None = None
        self._watch = dict(watch or {})
        self._history = History(capacity=4096)
        self._hypers = [(0, self.trainer.hyper)]
        self.freezes_at, self._still = 0, Still(-1, None)
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
    def diverged_at(self) -> Array:
        """The steps (R,) at which what is shown diverged, or −1: a variant frozen before it diverged has not."""
        found: Array = self.trainer.diverged_at.copy()
        if self.frozen is not None and found[0] > self.frozen.step:
            found[0] = -1
        return found

    @property
    def frozen(self) -> Snapshot | None:
        """The moment that variant a shows, or None while it is live."""
        wanted = self.freezes_at // self.every * self.every
        if not self.freezes_at or wanted > self.step:
            return None
        if self._still.wanted != wanted:
            self._still = Still(wanted, self._history.nearest(wanted))
        return self._still.moment

    @property
    def shown(self) -> Array:
        """Parameters (R, P) with those of a frozen variant in place of its live ones; not to be written to."""
        kept = self.frozen
        return self.params if kept is None else self._once("shown", lambda: _first(kept.params, self.params))

    @property
    def shown_averages(self) -> Array:
        """Running averages (R, S), likewise."""
        live, kept = self.trainer.averages, self.frozen
        return live if kept is None else self._once("averages", lambda: _first(kept.averages, live))

    @property
    def first_hyper(self) -> Hyper:
        """The hyper-parameters that made what variant a shows."""
        kept = self.frozen
        if kept is None:
            return self.trainer.hyper
        return [hyper for step, hyper in self._hypers if step < max(kept.step, 1)][-1]

    def freeze(self, step: int) -> None:
        """Show variant a as it was at the last look at or before ``step``, once training is there; 0 shows it live."""
        if step != self.freezes_at:
            self.freezes_at = step
            self.touch()

    @property
    def epoch(self) -> float:
        """Passes over the training points, for batches of the usual kind."""
        return self.step * self.trainer.network.size / len(self.task.train.y)

    def tune(self, hyper: Hyper) -> None:
        """Go on with other hyper-parameters; free where they are the same."""
        if hyper != self.trainer.hyper:
            before = self.trainer.hyper
            self.trainer.tune(hyper)
            self._hypers.append((self.step, hyper))
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
        self._still = Still(-1, None)
        self._hypers = [(0, self._hypers[0][1]), *(h for h in self._hypers[1:] if h[0] < self.step)]
        self._hypers.append((self.step, self.trainer.hyper))
        self.record.cut(self.step)
        self.advance(step - self.step)

    def touch(self) -> None:
        """Forget what was measured at this step: somebody wrote to the parameters."""
        self._seen.clear()

    def score(self, which: Which) -> Score:
        """Loss and accuracy (R,) on a part of the data as the nets are now, without noise or penalties."""
        found: Score = self._once(("score", which), lambda: self.score_of(which, self.shown, self.shown_averages))
        return found

    def score_of(self, which: Which, params: Array, averages: Array | None = None) -> Score:
        """The same for other ``params``: (R, P), or (P,) for a single net's; a diverged net has no accuracy."""
        part = getattr(self.task, which)
        judge = self.evaluator if params.ndim == 2 else self.single
        found = judge.score(part.X, part.y, params, averages)
        return Score(found.loss, np.where(np.isfinite(found.loss), found.accuracy, np.nan))

    def predict(self, name: str, points: ArrayLike) -> Array:
        """Predictions (R, K, n) at ``points`` (n, d); asked again at this step under the same name they are free."""
        params, averages = self.shown, self.shown_averages
        found: Array = self._once(("predict", name), lambda: self.evaluator.predict(points, params, averages))
        return found

    def curve(self, name: str) -> tuple[Array, Array]:
        """Steps (T,) and values (T, R) or (T, R, k) of a curve up to this very step.

        Names: train_loss, validation_loss, train_accuracy, validation_accuracy, norms (of layers), distance (from the
        initial weights) and those of ``watch``.
        """
        steps, values = self.record.steps, self.record[name]
        if steps[-1] != self.step:
            steps, values = np.append(steps, self.step), np.concatenate([values, self.measures()[name][None]])
        return steps, _held(self, steps, values)

    def looks(self, name: str) -> tuple[Array, Array]:
        """As `curve`, without the present moment between two looks: for what is too dear to be measured at once."""
        return self.record.steps, _held(self, self.record.steps, self.record[name])

    def measures(self) -> dict[str, Array]:
        """The newest point of every curve, each (R,) or (R, k)."""
        found: dict[str, Array] = self._once("measures", self._measure)
        if self.frozen is None or len(self.variants) == 1:
            return found
        row = int(np.searchsorted(self.record.steps, self.frozen.step))
        return {name: _first(self.record[name][row], value) for name, value in found.items()}

    def _measure(self) -> dict[str, Array]:
        params, averages = self.params, self.trainer.averages
        parts: tuple[Which, Which] = ("train", "validation")
        if self.frozen is None:
            train, held = map(self.score, parts)
        else:
            train, held = (self.score_of(which, params, averages) for which in parts)
        with np.errstate(all="ignore"):  # a diverged net has no finite weights
            away = params.astype(np.float64) - self.trainer.initial
            found = {
                "train_loss": train.loss, "validation_loss": held.loss, "train_accuracy": train.accuracy,
                "validation_accuracy": held.accuracy, "norms": layer_norms(self.net, params),
                "distance": np.sqrt((away**2).sum(axis=1)),
            }  # fmt: skip
            return found | {name: np.asarray(watch(self), np.float64) for name, watch in self._watch.items()}

    def _note(self) -> None:
        self.record.add(self.step, self._once("measures", self._measure))
        self._history.push(self.trainer.snapshot())
        if self.freezes_at // self.every * self.every == self.step:
            self._still = Still(self.step, self._history.nearest(self.step))

    def _once(self, name: Any, compute: Callable[[], Any]) -> Any:
        if name not in self._seen:
            self._seen[name] = compute()
        return self._seen[name]


def _batches(state: NetControls, made: Task, built: Net) -> Batches:
    batch = batch_of(built, made.train.X, made.train.y)
    return Batches(made.train.X, batch.targets[:, 0, :].T, state.batch, state.seed)


def _first(still: Array, live: Array) -> Array:
    """``live`` (R, …) with its first row as it was."""
    found = live.copy()
    found[0] = still[0]
    return found


def _held(run: Run, steps: Array, values: Array) -> Array:
    """``values`` (T, R, …) with those of a frozen variant kept from where it is frozen."""
    if run.frozen is None or len(run.variants) == 1:
        return values
    at = int(np.searchsorted(steps, run.frozen.step))
    still = values.copy()
    still[at:, 0] = values[at, 0]
    return still


_net, _hyper, _optimiser = net, hyper, optimiser  # the controls' own, where the words of Run hide them
