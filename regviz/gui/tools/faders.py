"""Which hardware fader moves which slider, and when it takes hold. Numbers in, numbers out: no Qt and no MIDI here."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from regviz.lab import Control, controls, nearest

NEAR = 0.03
"""Share of a slider's range within which a fader takes hold of it."""
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Fader:
    """A MIDI control by its channel and controller number, both from 0."""

    channel: int
    number: int


@dataclass(frozen=True, slots=True)
class Track:
    """A slider: its control and the range that it spans."""

    control: Control
    low: float
    high: float

    def share(self, value: float) -> float:
        """Where ``value`` stands on the slider, 0 … 1."""
        low, high = self._scaled(self.low), self._scaled(self.high)
        return min(1.0, max(0.0, (self._scaled(max(value, self.low)) - low) / (high - low)))

    def value(self, share: float) -> float | int:
        """The control's value at that share, to six digits."""
        low, high = self._scaled(self.low), self._scaled(self.high)
        at = low + share * (high - low)
        return nearest(self.control, float(f"{math.exp(at) if self.control.log else at:.6g}"))

    def _scaled(self, value: float) -> float:
        return math.log(value) if self.control.log else value


def tracks(state: Any, limits: Mapping[str, Range]) -> tuple[Track, ...]:
    """The sliders that have an effect in ``state``, the main one first; ``limits`` are the ranges a frame offers."""
    found = []
    for control in sorted(controls(state), key=lambda c: c.place != "main"):
        if control.kind not in ("float", "int") or not control.applies(state):
            continue
        low, high = limits.get(control.name) or control.shown or (control.low, control.high)
        low, high = max(low, control.low), min(high, control.high)
        if math.isfinite(high - low) and low < high and (low > 0.0 or not control.log):
            found.append(Track(control, low, high))
    return tuple(found)


@dataclass
class Board:
    """The faders that have been moved; ``places`` says the slider of each by its place in `tracks`.

    A fader that is moved for the first time takes the first slider that none has. It takes hold only when it reaches
    or passes the slider, so that nothing jumps, and lets go when the slider is moved by other means.
    """

    places: dict[Fader, int] = field(default_factory=dict)
    _at: dict[Fader, float] = field(default_factory=dict)
    _holds: dict[Fader, float] = field(default_factory=dict)

    def bind(self, fader: Fader, place: int) -> None:
        """Let ``fader`` move the slider at ``place``, which no other moves then."""
        self.places = {each: at for each, at in self.places.items() if at != place}
        self.places[fader] = place
        self._holds.pop(fader, None)

    def move(self, fader: Fader, position: float, state: Any, sliders: Sequence[Track]) -> dict[str, float | int]:
        """What a fader at ``position`` in 0 … 1 changes in ``state``: {field: value}, or nothing."""
        if fader not in self.places:
            free = (place for place in range(len(self.places) + 1) if place not in self.places.values())
            self.places[fader] = next(free)
        before, self._at[fader] = self._at.get(fader), position
        place = self.places[fader]
        if place >= len(sliders):
            return {}
        track = sliders[place]
        share = track.share(getattr(state, track.control.name))
        if not self._takes_hold(fader, before, position, share):
            return {}
        value = track.value(position)
        self._holds[fader] = track.share(value)
        return {track.control.name: value}

    def _takes_hold(self, fader: Fader, before: float | None, position: float, share: float) -> bool:
        held = self._holds.get(fader)
        if held is not None and abs(held - share) < 1e-9:
            return True
        self._holds.pop(fader, None)
        passed = before is not None and min(before, position) <= share <= max(before, position)
        return passed or abs(position - share) <= NEAR
