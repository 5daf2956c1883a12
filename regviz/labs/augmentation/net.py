"""The nets view: one net without and one with augmentation, from the same weights on the same samples."""

from collections.abc import Generator
from typing import Any

import numpy as np

from regviz.lab import Frame, Panel, Readout, show
from regviz.labs import _nets as nets
from regviz.labs.augmentation import images, reliability, samples
from regviz.labs.augmentation.state import VARIANTS, AugmentationState, hyper, policy, shape
from regviz.labs.augmentation.words import doubt, recipe, wrong_labels
from regviz.neural import Augmented, Batches, Hyper, Policy, Reliability, attacked, batch_of, smoothed_gap

_RIGHT = "Accuracy, plain data"


class Pair:
    """A run of both nets with the source that feeds them; ``since`` is the step of the last change of recipe."""

    def __init__(self, state: AugmentationState) -> None:
        built, made = nets.net(state), nets.task(state)
        goals = batch_of(built, made.train.X, made.train.y).targets[:, 0].T
        plain = Batches(made.train.X, goals, state.batch, state.seed)
        self.source = Augmented((plain,), policy(state), state.seed, shape(state))
        self.run = nets.Run(state, *VARIANTS, net=built, source=self.source, hyper=hyper(state))
        self.source.attack(self.run.trainer)
        self.since = 0
        self._recipe = self._of(state)
        self.source.smooth(state.smoothing)

    def tune(self, state: AugmentationState) -> Hyper:
        """Augment as ``state`` says from the next step on."""
        if self._of(state) != self._recipe:
            self._recipe, self.since = self._of(state), self.run.step
            self.source.policy = policy(state)
            self.source.smooth(state.smoothing)
        return hyper(state)

    @staticmethod
    def _of(state: AugmentationState) -> tuple[Policy, float]:
        return policy(state), state.smoothing

    def frame(self, state: AugmentationState, run: nets.Run) -> Frame:
        """The picture of the present moment."""
        test = run.task.test
        chances = run.predict("test", test.X)
        found = reliability.measured(chances, test.y, state.bins)
        diagrams = tuple(reliability.panel(f, v) for f, v in zip(found, run.variants, strict=True))
        batch, right = samples.panel(state, run, self.source), nets.accuracies(state, run, title=_RIGHT)
        panels: tuple[Panel, ...]
        if run.task.planar:
            panels = (*nets.pictures(state, run), batch, *diagrams, right)
        else:
            panels = (batch, images.tested(run, chances), images.filters(run), *diagrams, right)
        return Frame(
            panels=panels, readouts=self._readouts(state, found), caption=self._caption(state, found),
            status=nets.status(state, run), progress=nets.progress(state, run), subtitle=nets.subtitle(state, run),
            message=" ".join(filter(None, (nets.diverged(run), wrong_labels(state)))), equation=equation(state),
        )  # fmt: skip

    def _readouts(self, state: AugmentationState, found: list[Reliability | None]) -> tuple[Readout, ...]:
        run = self.run
        own = [
            Readout(name="since", value=self.since, label="augmented so since step"),
            Readout(name="gap_of_labels", value=nets.finite(smoothed_gap(state.smoothing, max(run.task.classes, 2))),
                    label="optimal logit gap"),
        ]  # fmt: skip
        robust = attacked_accuracy(state, run) if state.fgsm else [None] * len(run.variants)
        for variant, rel, safe in zip(run.variants, found, robust, strict=True):
            name, role = variant.name, variant.role
            own += [
                Readout(name=f"ece_{variant.key}", value=rel.ece if rel else None, label=f"{name}: ECE", role=role),
                Readout(name=f"attacked_accuracy_{variant.key}", value=safe, label=f"{name}: right under FGSM",
                        role=role),
            ]  # fmt: skip
        return (*nets.readouts(run), *own)

    def _caption(self, state: AugmentationState, found: list[Reliability | None]) -> str:
        run = self.run
        since = f" since step {self.since}" if self.since else ""
        head = f"Step {run.step}, {recipe(state)}{since}"
        if found[0] is None or found[1] is None:
            return f"{head}: a net has diverged."
        right = run.score("test").accuracy
        return (
            f"{head}: {show(float(100.0 * right[1]))} % of the test points are right with ECE {show(found[1].ece, 2)}; "
            f"plain training has {show(float(100.0 * right[0]))} % with ECE {show(found[0].ece, 2)}"
            f"{doubt(state)}."
        )


def frames(state: AugmentationState) -> Generator[Frame, Any, None]:
    """Both nets trained as one batch."""
    pair = Pair(state)
    return nets.train(state, pair.run, pair.tune, pair.frame)


def attacked_accuracy(state: AugmentationState, run: nets.Run) -> list[float | None]:
    """Share of test points that each net gets right after FGSM against that very net, labels as they are."""
    test = run.task.test
    goals = batch_of(run.net, test.X, test.y).targets[:, 0]
    moved = attacked(run.net, run.shown, test.X, goals, state.fgsm)
    found: list[float | None] = []
    for index, points in enumerate(moved):
        sound = bool(np.isfinite(points).all())
        score = run.single.score(points, test.y, run.shown[index]) if sound else None
        found.append(nets.finite(score.accuracy[0]) if score and np.isfinite(score.loss[0]) else None)
    return found


def equation(state: AugmentationState) -> str:
    """What a training label becomes, with the present numbers."""
    mixed = f"λ ~ Beta({show(state.mixup, 2)}, {show(state.mixup, 2)}) mixes x and t"
    smoothed = f"t ← {show(1.0 - state.smoothing)}·t + {show(state.smoothing)}/{nets.task(state).classes}"
    parts = [words for strength, words in ((state.mixup, mixed), (state.smoothing, smoothed)) if strength]
    return "; ".join(parts) or "what is done to x must not change what it shows: t stays"
