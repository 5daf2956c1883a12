"""Sweeps: the states or frames that an animation shows one after the other. Encoding and painting live elsewhere."""

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from regviz.lab import Control, Frame, Lab, controls, parse, replace
from regviz.lab.controls import nearest

FRAMES = 120
"""Pictures of an animation where nobody says how many."""
MOST_FRAMES = 2_000

Progress = Callable[[int, int], None]
"""Told (steps made, steps in all); it may raise to stop."""


def quiet(made: int, total: int) -> None:
    """Tell nobody."""


Dress = Callable[[Any, Frame], Frame]
"""What is shown of the frame of a state: the frame with more on it, as with another picture under it."""


def plain(state: Any, frame: Frame) -> Frame:
    """The frame as it is."""
    return frame


class SweepError(ValueError):
    """A sweep that cannot be made; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """``frames`` values of the state field ``name`` from ``start`` to ``stop``, even on the control's own scale."""

    name: str
    start: float
    stop: float
    frames: int = FRAMES


def parse_sweep(lab: Lab, text: str) -> Sweep:
    """The sweep that NAME=FROM:TO or NAME=FROM:TO:FRAMES says; raises `SweepError` or `ControlError`."""
    name, equals, rest = text.partition("=")
    numbers = rest.split(":")
    if not equals or len(numbers) not in (2, 3):
        raise SweepError(f"A sweep is NAME=FROM:TO or NAME=FROM:TO:FRAMES, not {text!r}.")
    control = _numeric(lab, name.strip().replace("-", "_"))
    start, stop = (float(parse(control, number)) for number in numbers[:2])
    return Sweep(control.name, start, stop, _count(numbers[2]) if len(numbers) == 3 else FRAMES)


def _numeric(lab: Lab, name: str) -> Control:
    found = [control for control in controls(lab.State) if control.kind in ("float", "int")]
    for control in found:
        if control.name == name:
            return control
    raise SweepError(f"The lab {lab.name} cannot sweep {name!r}; it has {', '.join(c.name for c in found)}.")


def _count(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text[:9]) <= MOST_FRAMES:
        raise SweepError(f"A sweep has 2 to {MOST_FRAMES} frames, not {text!r}.")
    return int(text)


def usual(lab: Lab, state: Any, count: int = FRAMES) -> Sweep:
    """The sweep of the main slider over the range it shows; `SweepError` for a lab without one."""
    main = next((c for c in controls(state) if c.place == "main" and c.kind in ("float", "int")), None)
    if main is None or not main.applies(state):
        raise SweepError(f"The lab {lab.name} has no main slider to sweep in this state: name a control to sweep.")
    limits: Mapping[str, tuple[float, float]] = {}
    for frame in lab.frames(state):
        limits = frame.limits
        if frame.panels:
            break
    low, high = limits.get(main.name) or main.shown or (main.low, main.high)
    return Sweep(main.name, max(low, main.low), min(high, main.high), count)


def values(control: Control, sweep: Sweep) -> list[float | int]:
    """The values (frames,) of the sweep: in equal ratios for a logarithmic control, whole where it counts."""
    shares = [k / (sweep.frames - 1) for k in range(sweep.frames)]
    if control.log and sweep.start > 0 and sweep.stop > 0:
        low, high = math.log(sweep.start), math.log(sweep.stop)
        inner = [math.exp(low + share * (high - low)) for share in shares]
    else:
        inner = [sweep.start + share * (sweep.stop - sweep.start) for share in shares]
    ends = [sweep.start, *inner[1:-1], sweep.stop]
    return [nearest(control, value) for value in ends]


def swept(lab: Lab, state: Any, sweep: Sweep, tell: Progress = quiet) -> Iterator[tuple[Any, Frame]]:
    """(state, its last frame) along the sweep; equal states are solved once."""
    control = _numeric(lab, sweep.name)
    if not control.applies(state):
        raise SweepError(f"The control {sweep.name} of the lab {lab.name} has no effect in this state.")
    before: tuple[Any, Frame] | None = None
    for index, value in enumerate(values(control, sweep), 1):
        now = replace(state, **{sweep.name: value})
        if before is None or before[0] != now:
            told = _telling(lab.frames(now), partial(tell, index - 1, sweep.frames))
            before = now, deque(told, maxlen=1).pop()
        tell(index, sweep.frames)
        yield before


def _telling(frames: Iterator[Frame], tell: Callable[[], None]) -> Iterator[Frame]:
    """The frames, with ``tell`` told at each, so that a long solution can be stopped in its midst."""
    for frame in frames:
        tell()
        yield frame


def trained(
    lab: Lab, state: Any, count: int = FRAMES, tell: Progress = quiet
) -> list[tuple[Any, Frame]]:
    """At most ``count`` frames of a training, evenly spaced from the first to the last."""
    kept: list[Frame] = []
    every, last = 1, None
    for index, frame in enumerate(lab.frames(state)):
        last = frame
        tell(round(count * (frame.progress or 0.0)), count)
        if index % every == 0:
            kept.append(frame)
        if len(kept) > 2 * count:
            kept, every = kept[::2], 2 * every
    if last is not None and kept[-1] is not last:
        kept.append(last)
    places = [round(k * (len(kept) - 1) / (min(count, len(kept)) - 1 or 1)) for k in range(min(count, len(kept)))]
    return [(state, kept[place]) for place in places]
