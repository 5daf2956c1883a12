"""Frames: one complete immutable picture with its words and numbers. Made by labs, painted by the canvas."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from regviz.lab.marks import Array, Mark, check_role, frozen
from regviz.lab.numbers import show

Value = float | int | str | bool | None

_EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Axis:
    """The range ``low`` … ``high`` of one panel axis. Reuse the same object while the range stays: a new one resets
    the user's zoom. ``ticks`` are (value, text) pairs, None for the canvas's own choice; ``hidden`` paints no ticks.

    Raises ValueError for empty, infinite or (on a log axis) non-positive ranges.
    """

    low: float
    high: float
    label: str = ""
    log: bool = False
    ticks: tuple[tuple[float, str], ...] | None = None
    hidden: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"axis {self.label!r}: no range {self.low} … {self.high}")
        if self.log and self.low <= 0:
            raise ValueError(f"axis {self.label!r}: a log axis cannot start at {self.low}")

    def to_json(self) -> dict[str, Any]:
        """Label, range and scale as JSON data."""
        return {"label": self.label, "low": self.low, "high": self.high, "log": self.log}


@dataclass(frozen=True, slots=True, kw_only=True)
class Readout:
    """A named number: ``name`` for scripts, ``label`` and ``unit`` for people, ``role`` for its colour.

    ``missing`` is what people read where there is no number yet; one without these words has none to wait for.
    """

    name: str
    value: Value
    label: str = ""
    unit: str = ""
    role: str = "text"
    digits: int = 3
    missing: str = ""

    def __post_init__(self) -> None:
        check_role(self.role)

    @property
    def written(self) -> str:
        """The value with its unit for people."""
        if self.value is None:
            return self.missing or show(None)
        return f"{show(self.value, self.digits)} {self.unit}".rstrip()

    @property
    def tells(self) -> bool:
        """Whether there is a number, or one to come."""
        return self.value is not None or bool(self.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a sum that is shown as a thin stacked strip, e.g. loss and penalty of the objective."""

    label: str
    value: float
    role: str

    def __post_init__(self) -> None:
        check_role(self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The proof of exactness that stands in the badge: ``value`` ≤ ``tolerance`` means certified."""

    name: str
    value: float
    tolerance: float
    text: str = ""

    @property
    def holds(self) -> bool:
        """Whether the value is a number within the tolerance."""
        return self.value <= self.tolerance


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Stroke:
    """A line drawn by hand over the panel of that key: ``points`` (k, 2) are shares of its plot's width and height
    from the top left corner, beyond 0 … 1 where the hand left the plot. No lab makes any.
    """

    panel: str
    role: str
    points: Array

    def __post_init__(self) -> None:
        check_role(self.role)
        object.__setattr__(self, "points", frozen(self.points))
        if self.points.ndim != 2 or self.points.shape[1] != 2:
            raise ValueError(f"a stroke has points (k, 2), not {self.points.shape}")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Panel:
    """One card: ``title``, two axes and the marks in painting order, still ones first.

    ``equal`` locks the aspect (one unit is as long on x as on y), ``origin`` draws the axes through (0, 0),
    ``readouts`` stand in the card's header, ``brush`` makes every drag a gesture, so that none pans. ``underlay`` are
    the marks of another picture that shine through under these; no lab sets it. Raises ValueError when two marks share
    a key.
    """

    key: str
    title: str
    x: Axis
    y: Axis
    marks: tuple[Mark, ...]
    equal: bool = False
    origin: bool = False
    brush: bool = False
    readouts: tuple[Readout, ...] = ()
    underlay: tuple[Mark, ...] = ()

    def __post_init__(self) -> None:
        keys = [mark.key for mark in self.marks]
        if len(set(keys)) != len(keys):
            raise ValueError(f"panel {self.key!r}: two marks share a key in {keys}")

    def mark(self, key: str) -> Mark:
        """The mark of that key; KeyError names the panel."""
        for mark in self.marks:
            if mark.key == key:
                return mark
        raise KeyError(f"panel {self.key!r} has no mark {key!r}")

    def to_json(self) -> dict[str, Any]:
        """Key, title, axes and marks as JSON data."""
        return {
            "key": self.key, "title": self.title, "x": self.x.to_json(), "y": self.y.to_json(),
            "marks": [mark.to_json() for mark in self.marks],
        }  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Frame:
    """One picture of a lab; without panels it says what is being done while the picture before it stays.

    ``caption``   one sentence that says in words what the picture shows now
    ``status``    a word for scripts: "exact", "running", "stopped", "diverged", "undefined" …
    ``message``   a sentence where the status needs one, else ""
    ``progress``  0 … 1, or None where there is nothing to wait for
    ``subtitle``  what is fitted on what, beside the lab's title
    ``formula``   stem of a file in resources/formulas, "" for none; ``equation`` the same with the live numbers
    ``parts``     the thin stacked strip
    ``pages``     further text beside the lesson, Markdown by title, e.g. λ in other conventions; may link to labs
    ``limits``    shown range of a slider by field name; ``options`` shown choices of a text or choice field
    ``strokes``   what somebody drew over the panels; no lab sets it
    """

    panels: tuple[Panel, ...]
    readouts: tuple[Readout, ...]
    caption: str
    status: str = "exact"
    message: str = ""
    progress: float | None = None
    subtitle: str = ""
    formula: str = ""
    equation: str = ""
    parts: tuple[Part, ...] = ()
    certificate: Certificate | None = None
    pages: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    limits: Mapping[str, tuple[float, float]] = field(default_factory=lambda: _EMPTY)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _EMPTY)
    strokes: tuple[Stroke, ...] = ()

    def __post_init__(self) -> None:
        keys = [panel.key for panel in self.panels]
        if len(set(keys)) != len(keys):
            raise ValueError(f"two panels share a key in {keys}")

    def panel(self, key: str) -> Panel:
        """The panel of that key; KeyError lists the keys there are."""
        for panel in self.panels:
            if panel.key == key:
                return panel
        raise KeyError(f"no panel {key!r}; the panels are {', '.join(p.key for p in self.panels)}")

    def readout(self, name: str) -> Value:
        """The value of the readout of that name; KeyError when there is none."""
        for readout in self.readouts:
            if readout.name == name:
                return readout.value
        raise KeyError(f"no readout {name!r}")

    def to_json(self) -> dict[str, Any]:
        """Caption, status, readouts and panels as JSON data; what is not a number is None."""
        return {
            "caption": self.caption,
            "status": self.status,
            "message": self.message,
            "readouts": {r.name: _finite(r.value) for r in self.readouts},
            "parts": [{"label": p.label, "value": _finite(p.value), "role": p.role} for p in self.parts],
            "panels": [panel.to_json() for panel in self.panels],
        }


def _finite(value: Value) -> Value:
    return None if isinstance(value, float) and not math.isfinite(value) else value
