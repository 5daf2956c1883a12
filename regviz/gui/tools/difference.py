"""Says in a few words what one picture has that another has not. No Qt."""

from collections.abc import Callable
from typing import Any

from regviz.lab import Control, Frame, controls, show

Say = Callable[[str], str]

MOST = 3
"""Differences that are told; more are counted."""


def difference(state: Any, other: Any, frame: Frame, live: Frame, say: Say = str) -> str:
    """What ``state`` has that ``other`` of the same lab has not: "λ = 0.1 · lasso". ``say`` translates labs' words.

    Where the states are equal, the first read-out of ``frame`` that has another value in ``live``; "" where nothing
    differs.
    """
    found = [
        _told(control, getattr(state, control.name), say)
        for control in sorted(controls(state), key=lambda control: control.place != "main")
        if getattr(state, control.name) != getattr(other, control.name)
        and (control.applies(state) or control.applies(other))
    ]
    if len(found) > MOST:
        found[MOST - 1 :] = [f"+ {len(found) - MOST + 1}"]
    return " · ".join(found) or _read(frame, live)


def _told(control: Control, value: Any, say: Say) -> str:
    chosen = control.kind == "choice"
    if chosen and control.place == "mode":
        return say(str(value).replace("-", " "))
    if control.kind == "bool":
        return say(control.label if value else f"not {control.label}")
    text = show(value) if isinstance(value, (int, float)) else str(value).replace("\\", "/").rpartition("/")[2]
    return f"{say(control.symbol or control.label)} = {(say(text) if chosen else text) or '–'}"


def _read(frame: Frame, live: Frame) -> str:
    now = {readout.name: readout.value for readout in live.readouts}
    for readout in frame.readouts:
        if readout.name in now and readout.value != now[readout.name]:
            return f"{readout.label or readout.name} {readout.written}"
    return ""


def brief(state: Any, say: Say = str) -> str:
    """The state in a few words: what stands on top of the window."""
    top = [c for c in controls(state) if c.place in ("main", "mode") and c.applies(state)]
    return " · ".join(_told(c, getattr(state, c.name), say) for c in sorted(top, key=lambda c: c.place != "main"))
