"""Controls: one declaration in a lab's State gives widget, validation, command line, session file and tests.

A State is a frozen dataclass whose fields are made with `slider`, `integer`, `choice`, `switch` and `text`.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, get_args

Kind = Literal["float", "int", "choice", "bool", "text"]
Value = float | int | str | bool
When = tuple[str, tuple[Value, ...]]


class Except(tuple[Value, ...]):
    """All values but these, for the second place of a condition."""

    __slots__ = ()

    def __contains__(self, value: object) -> bool:
        return not super().__contains__(value)


MAX_TEXT = 4096
"""Longest text a control takes, in characters."""


class ControlError(ValueError):
    """A value that a control cannot take; the message is one sentence naming the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What a state field is: its kind, range, words and place in the window.

    ``low`` … ``high`` are hard bounds; ``shown`` is the range a slider spans (a frame's ``limits`` override it).
    ``when`` = (field, values): the control applies only while that other field has one of these values (or, by
    `Except`, none of them); ``unless`` is the opposite. Both may list several such pairs. ``either`` lists pairs of
    which one is enough; it may hold several such lists, of each of which one is needed.
    ``place`` is "main" (the big slider on top), "mode" (the switch on top) or the name of a group in the side panel.
    ``free`` lets a choice take any text besides its choices (a file's path).
    """

    name: str
    kind: Kind
    default: Value
    low: float = -math.inf
    high: float = math.inf
    shown: tuple[float, float] | None = None
    log: bool = False
    choices: tuple[str, ...] = ()
    free: bool = False
    label: str = ""
    symbol: str = ""
    unit: str = ""
    help: str = ""
    place: str = "model"
    when: tuple[When, ...] = ()
    unless: tuple[When, ...] = ()
    either: tuple[tuple[When, ...], ...] = ()

    def applies(self, state: Any) -> bool:
        """Whether the control has an effect in ``state``."""
        every, never, *some = (
            [getattr(state, name) in values for name, values in pairs]
            for pairs in (self.when, self.unless, *self.either)
        )
        return all(every) and not any(never) and all(any(one) for one in some)

    @property
    def asks(self) -> frozenset[str]:
        """The fields on which it depends whether the control applies."""
        return frozenset(name for pairs in (self.when, self.unless, *self.either) for name, _ in pairs)

    def to_json(self) -> dict[str, Any]:
        """The field as `regviz labs --json` prints it; bounds that are infinite are None."""
        bounded = self.kind in ("float", "int")
        return {
            "name": self.name, "type": self.kind, "default": self.default,
            "min": self.low if bounded and math.isfinite(self.low) else None,
            "max": self.high if bounded and math.isfinite(self.high) else None,
            "choices": list(self.choices) or None, "log": self.log, "symbol": self.symbol, "help": self.help,
        }  # fmt: skip


def _declare(kind: Kind, default: Value, words: Mapping[str, Any], **extra: Any) -> Any:
    conditions: dict[str, Any] = {name: _pairs(words.get(name, ())) for name in ("when", "unless")}
    conditions["either"] = _lists(words.get("either", ()))
    return field(default=default, metadata={"control": {"kind": kind, **extra, **words, **conditions}})


def _pairs(condition: Any) -> tuple[When, ...]:
    return (condition,) if condition and isinstance(condition[0], str) else tuple(condition)


def _lists(condition: Any) -> tuple[tuple[When, ...], ...]:
    """One list of pairs, or several."""
    single = not condition or isinstance(condition[0][0], str)
    return tuple(map(_pairs, (condition,) if single and condition else condition))


def slider(
    default: float, low: float, high: float, *, shown: tuple[float, float] | None = None, log: bool = False,
    **words: Any,
) -> Any:  # fmt: skip
    """A real number in ``low`` … ``high``; with ``log`` the slider is logarithmic over ``shown`` (default the bounds).

    ``words``: ``label``, ``symbol``, ``unit``, ``help``, ``place``, ``when``, ``unless``, ``either``, as in `Control`.
    """
    return _declare("float", float(default), words, low=float(low), high=float(high), shown=shown, log=log)


def integer(default: int, low: int, high: int, *, shown: tuple[int, int] | None = None, **words: Any) -> Any:
    """A whole number in ``low`` … ``high``; where a frame gives ``options``, they name its values from ``low`` on."""
    return _declare("int", default, words, low=low, high=high, shown=shown)


def choice(default: str, choices: tuple[str, ...], *, free: bool = False, **words: Any) -> Any:
    """One of ``choices``; with ``free`` also any other text (a path)."""
    return _declare("choice", default, words, choices=tuple(choices), free=free)


def switch(default: bool, **words: Any) -> Any:
    """On or off."""
    return _declare("bool", default, words)


def text(default: str = "", **words: Any) -> Any:
    """Any one line of text."""
    return _declare("text", default, words)


def controls(state: Any) -> tuple[Control, ...]:
    """The controls of a State class or instance, in the order of its fields.

    A class attribute ``only_while`` = {name of a field or of a place: (field, values)} adds a condition to inherited
    controls, as ``when`` does to a single one.
    """
    return _controls(state if isinstance(state, type) else type(state))


@cache
def _controls(state: type) -> tuple[Control, ...]:
    conditions: Mapping[str, When] = getattr(state, "only_while", {})
    return tuple(_control(spec, conditions) for spec in dataclasses.fields(state))


def _control(spec: "dataclasses.Field[Any]", conditions: Mapping[str, When]) -> Control:
    default: Any = spec.default
    words = dict(spec.metadata["control"])
    more = [conditions[name] for name in (spec.name, words.get("place", "model")) if name in conditions]
    words["when"] = (*words["when"], *more)
    words["label"] = words.get("label") or spec.name.replace("_", " ")
    return Control(name=spec.name, default=default, **words)


def parse(control: Control, value: Any) -> Value:
    """``value`` (text from a command line, JSON or a widget) as the control's type.

    Raises `ControlError` with a sentence that names the field for anything out of range or of another type.
    """
    assert control.kind in get_args(Kind)
    if control.kind == "float":
        return _bounded(control, _number(control, value))
    if control.kind == "int":
        return int(_bounded(control, _whole(control, value)))
    if control.kind == "bool":
        return _truth(control, value)
    return _words(control, value)


def replace(state: Any, /, **changes: Any) -> Any:
    """A copy of ``state`` with the fields in ``changes`` parsed and set; raises `ControlError` for unknown fields."""
    known = {control.name: control for control in controls(state)}
    for name in changes:
        if name not in known:
            raise ControlError(f"There is no control {name!r} here; the controls are {', '.join(known)}.")
    return dataclasses.replace(state, **{name: parse(known[name], value) for name, value in changes.items()})


def nearest(control: Control, number: float) -> float | int:
    """The value of a numeric control nearest to ``number``: within its bounds, and whole where it counts."""
    within = min(max(number, control.low), control.high)
    return round(within) if control.kind == "int" else within


def _number(control: Control, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ControlError(f"{control.name} must be a number, not {_quote(value)}.")
    try:
        if isinstance(value, str) and ("_" in value or not value.isascii()):
            raise ValueError
        number = float(value)
    except (ValueError, OverflowError):
        raise ControlError(f"{control.name} must be a number, not {_quote(value)}.") from None
    if not math.isfinite(number):
        raise ControlError(f"{control.name} must be a finite number, not {_quote(value)}.")
    return number


def _whole(control: Control, value: Any) -> int:
    number = _number(control, value)
    if number != int(number):
        raise ControlError(f"{control.name} must be a whole number, not {_quote(value)}.")
    return int(number)


def _bounded(control: Control, number: float) -> float:
    if not control.low <= number <= control.high:
        raise ControlError(f"{control.name} must lie between {control.low:g} and {control.high:g}, not {number:g}.")
    return number


_TRUTHS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def _truth(control: Control, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = _TRUTHS.get(value.strip().lower()) if isinstance(value, str) else None
    if known is None:
        raise ControlError(f"{control.name} must be on or off, not {_quote(value)}.")
    return known


def _words(control: Control, value: Any) -> str:
    if not isinstance(value, str):
        raise ControlError(f"{control.name} must be text, not {_quote(value)}.")
    if len(value) > MAX_TEXT or any(ord(c) < 32 for c in value) or "\x7f" in value:
        raise ControlError(f"{control.name} must be one line of at most {MAX_TEXT} characters.")
    if control.kind == "choice" and not control.free and value not in control.choices:
        raise ControlError(f"{control.name} must be one of {', '.join(control.choices)}, not {_quote(value)}.")
    if control.kind == "choice" and not value:
        raise ControlError(f"{control.name} must not be empty.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ControlError(f"{control.name} has characters that are no valid text.") from None
    return value


def _quote(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"
