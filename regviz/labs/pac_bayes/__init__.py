"""PAC-Bayes: stay close to a prior, and the training error of a stochastic classifier bounds its true error."""

from collections.abc import Generator, Mapping
from typing import Any, ClassVar, Literal

from regviz.lab import Frame, Lab, Panel, Readout
from regviz.labs.pac_bayes import forms, net_panels, panels, repeats, tuning, words
from regviz.labs.pac_bayes.scene import BOUNDS, Scene, held_out, scene_of
from regviz.labs.pac_bayes.snippets import code
from regviz.labs.pac_bayes.state import NET, PRIOR, REPEAT, THREE, PacBayesState

FIRST = 50
"""Samples in the first picture of many."""


class PacBayes(Lab):
    """Widen Q and it forgets the sample, narrow it and it leaves the prior: the bound weighs both."""

    name: ClassVar[str] = "pac-bayes"
    title: ClassVar[str] = "Stay close to the prior"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "theory"
    order: ClassVar[int] = 17
    summary: ClassVar[str] = "A training error and a distance from the prior bound the error on data never seen."
    State: ClassVar[type[Any]] = PacBayesState

    def frames(self, state: PacBayesState) -> Generator[Frame, Any, None]:
        """At once what has a closed form; many samples and the net's training in later frames."""
        if state.tab == NET:
            yield from net_panels.frames(state)
        elif state.tab == REPEAT:
            yield from _many(state)
        else:
            yield _one(state)

    def snippets(self, state: PacBayesState) -> Mapping[str, str]:
        """The bounds in plain NumPy."""
        return {"NumPy": code(state)}


def _one(state: PacBayesState) -> Frame:
    """One sample, one Q."""
    made = scene_of(state)
    tested = held_out(state, made)
    caption, shown = words.caption(state, made), _panels(state, made)
    if state.tab == PRIOR:
        found = tuning.tuned(state, made)
        caption = words.tuning_caption(state, made, found)
        kl = panels.areas(made, state.d)[0]
        parts = (tuning.complexity, tuning.bounds, tuning.compared)
        shown = (*(part(state, made, found) for part in parts), kl)
    else:
        shown = (*shown, panels.errors(made, tested))
    return Frame(
        panels=shown, readouts=words.readouts(state, made, tested), caption=caption,
        message=words.message(state, made), subtitle=words.subtitle(state, made),
        equation=words.equation(state, made), certificate=words.certificate(state, made),
    )  # fmt: skip


def _panels(state: PacBayesState, made: Scene) -> tuple[Panel, ...]:
    if state.tab == THREE:
        return forms.inverses(state, made), forms.over_parameter(state, made), forms.over_n(state, made)
    if state.tab == PRIOR:
        return ()
    return (
        panels.plane(state, made), *panels.areas(made, state.d), panels.over_s(state, made),
        panels.landscape(state, made),
    )  # fmt: skip


def _many(state: PacBayesState) -> Generator[Frame, Any, None]:
    """A few samples at once, then all of them."""
    total = repeats.count(state)
    if not repeats.known(state) and total > FIRST:
        yield _samples(state, repeats.simulate(state, FIRST), total)
    yield _samples(state, repeats.simulate(state), total)


def _samples(state: PacBayesState, found: repeats.Samples, total: int) -> Frame:
    drawn = len(found.true)
    readouts = [Readout(name="samples", value=drawn, label="samples")]
    for name, key in zip(BOUNDS, ("kl", "catoni", "pinsker"), strict=True):
        readouts.append(Readout(name=f"held_{key}", value=float(found.held(name).mean()), label=f"{name} held"))
    done = drawn == total
    fewer = f"Only {total} samples of this size are drawn." if total < state.draws else ""
    return Frame(
        panels=tuple(part(state, found) for part in (
            repeats.scatter, repeats.shares, repeats.nats, repeats.slack)),
        readouts=tuple(readouts), caption=repeats.words(state, found), status="sampled" if done else "running",
        message=fewer, progress=None if done else 0.1,
        subtitle=f"two Gaussian classes in {state.d} dimension{'s' if state.d > 1 else ''}, n = {state.n}",
    )  # fmt: skip


lab = PacBayes()
