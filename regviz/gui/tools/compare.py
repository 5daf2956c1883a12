"""Compare: a frozen picture A that shines through under the live picture B, and what is said of it."""

import dataclasses
from typing import Any

from regviz.engine import Delivery
from regviz.gui.canvas.ghost import ghosts
from regviz.gui.language import words
from regviz.gui.tools.difference import difference
from regviz.lab import Bars, Frame, Mark, Panel, Readout

_NAME = "frozen picture"


class Compare:
    """``frozen`` is A, or None. `dress` lays it under a frame of the same lab; elsewhere it waits.

    ``same`` is said where nothing tells the two apart.
    """

    def __init__(self, same: str = "the same settings") -> None:
        self.same = same
        self.frozen: Delivery | None = None
        self._made: dict[str, tuple[Any, tuple[Mark, ...]]] = {}

    def freeze(self, delivery: Delivery | None) -> None:
        """Take a picture as A; None takes A away."""
        self.frozen = None if delivery is None else dataclasses.replace(delivery, frame=undressed(delivery.frame))
        self._made = {}

    def dress(self, delivery: Delivery) -> Delivery:
        """The picture with A under it, or as it was where there is no A for its lab."""
        frozen = self.frozen
        if frozen is None or frozen.lab is not delivery.lab:
            return delivery
        frame = undressed(delivery.frame)
        under = {panel.key: self._under(panel, frozen.frame) for panel in frame.panels}
        said = difference(frozen.state, delivery.state, frozen.frame, frame, words) or self.same
        keys = [key for key, marks in under.items() if marks] or _shared(frame, frozen.frame)
        panels = [
            dataclasses.replace(
                panel, underlay=under[panel.key],
                readouts=(_label(said), *panel.readouts) if panel.key in keys[:1] else panel.readouts,
            )
            for panel in frame.panels
        ]  # fmt: skip
        return dataclasses.replace(delivery, frame=dataclasses.replace(frame, panels=tuple(panels)))

    def _under(self, panel: Panel, frozen: Frame) -> tuple[Mark, ...]:
        """The ghosts under a panel, the same objects while what they lie under measures the same."""
        other = next((each for each in frozen.panels if each.key == panel.key), None)
        if other is None:
            return ()
        bars = tuple((mark.key, mark.labels, len(mark.values)) for mark in panel.marks if isinstance(mark, Bars))
        shared = frozenset(map(id, panel.marks)) & frozenset(map(id, other.marks))
        key = shared, panel.x.label, panel.x.log, panel.x.hidden, panel.y.label, panel.y.log, panel.y.hidden, bars
        kept = self._made.get(panel.key)
        if kept is None or kept[0] != key:
            kept = self._made[panel.key] = key, ghosts(other, panel)
        return kept[1]


def undressed(frame: Frame) -> Frame:
    """The frame without anything under it."""
    if not any(panel.underlay or _NAME in {r.name for r in panel.readouts} for panel in frame.panels):
        return frame
    bare = tuple(
        dataclasses.replace(panel, underlay=(), readouts=tuple(r for r in panel.readouts if r.name != _NAME))
        for panel in frame.panels
    )
    return dataclasses.replace(frame, panels=bare)


def _shared(one: Frame, two: Frame) -> list[str]:
    """The keys of panels that both frames have."""
    return [panel.key for panel in one.panels if panel.key in {other.key for other in two.panels}]


def _label(said: str) -> Readout:
    return Readout(name=_NAME, value=said, label="A:", role="muted")
