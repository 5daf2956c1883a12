"""The loop of a training lab: a picture, then a fixed number of steps, until the state's last step."""

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any, TypeVar

from regviz.lab import Frame
from regviz.labs._nets.controls import NetControls
from regviz.labs._nets.inside import inside
from regviz.labs._nets.run import Run
from regviz.labs._nets.substeps import advance, between
from regviz.labs._nets.words import over
from regviz.neural import Hyper

S = TypeVar("S", bound=NetControls)


def train(
    state: S, run: Run, hyper: Callable[[S], Hyper], picture: Callable[[S, Run], Frame], *, compares: bool = True
) -> Generator[Frame, Any, None]:
    """Yield pictures of ``run`` every ``state.pace`` steps, the first before any step, the last at ``state.steps``.

    A state that is sent gives a picture of the same moment with it, and its ``hyper`` from the next step on; where
    its ``steps`` lie before that moment, training goes back to them. Ends when all variants have diverged, too.

    Unless ``compares`` is False, the state's ``freeze`` holds the first variant, and `inside` puts the looks into the
    nets that the state asks for in the place of the last panels. A look at one step with a pace of 1 is slow motion:
    a picture for each part of a step.
    """
    while True:
        run.tune(hyper(state))
        run.freeze(state.freeze if compares else 0)
        frame = picture(state, run)
        if compares:
            frame = replace(frame, panels=inside(state, run, frame.panels))
        news = yield frame
        if news is None:
            if over(state, run):
                return
            advance(state, run, min(state.pace, state.steps - run.step))
            for part in between(state, run, frame):
                news = yield part
                if news is not None:
                    break
        if news is not None:
            state = news
            run.turn_back(state.steps)
