"""Lectures: an ordered list of prepared states with captions and notes, as a strict JSON text beside the session's.

Reading trusts nothing: every fault is one `DocumentError` sentence that names the step. No Qt, no labs, no files.

`load` and `dump` turn text into a `Lecture` and back. `scenes` fits it to the labs there are: a `Scene` has the lab,
the state that the step is about, the one it starts from where something moves, and all between.
"""

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from regviz.lab.controls import Control, ControlError, Value, controls, nearest, parse
from regviz.lab.document import FORMAT, DocumentError, parse_json, restore

MAX_STEPS = 500
"""Most steps of one lecture."""
MAX_LINE = 600
"""Longest title, caption or question, in characters."""
MAX_NOTES = 8000
"""Longest speaker notes of a step, in characters."""
SLOWEST, FASTEST = 0.125, 32.0
"""Speeds at which a training can play."""


@dataclass(frozen=True, slots=True)
class Move:
    """A slide of the numeric ``field`` from ``begin`` to ``end`` that takes ``seconds``, steady on its slider."""

    field: str
    begin: float
    end: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Step:
    """One prepared picture.

    ``fields``    (name, value) pairs of the lab's state that differ from its defaults; others may be named too
    ``caption``   what the room reads under the picture; ``notes`` what the speaker reads, with line breaks
    ``minutes``   planned time
    ``play``      speed at which a training lab starts playing by itself; 0: it waits
    ``move``      what moves when the step comes; its field in ``fields`` does not count
    ``question``  stands in place of the picture until the next key, "" for none
    """

    lab: str
    fields: tuple[tuple[str, Value], ...] = ()
    title: str = ""
    caption: str = ""
    notes: str = ""
    minutes: float = 1.0
    play: float = 0.0
    move: Move | None = None
    question: str = ""


@dataclass(frozen=True, slots=True)
class Lecture:
    """``minutes`` is the time there is, 0 where nobody said; ``language`` a tag such as "en" or "zh-CN"."""

    title: str
    steps: tuple[Step, ...]
    summary: str = ""
    language: str = "en"
    minutes: float = 0.0

    @property
    def planned(self) -> float:
        """Minutes that the steps take together."""
        return math.fsum(step.minutes for step in self.steps)


@dataclass(frozen=True, slots=True)
class Scene:
    """A step fitted to its lab: the ``state`` it is about, and where it ``start``s (the same where nothing moves)."""

    step: Step
    lab: Any
    state: Any
    start: Any

    def at(self, share: float) -> Any:
        """The state at ``share`` of the move, 0 … 1; exactly ``start`` and ``state`` at the ends."""
        move = self.step.move
        if move is None or share >= 1.0:
            return self.state
        if share <= 0.0:
            return self.start
        control = _control(self.lab, move.field)
        return restore(self.lab, {**_all(self.state), move.field: _between(control, move, share)})


def scenes(lecture: Lecture, labs: Sequence[Any]) -> tuple[Scene, ...]:
    """Every step fitted to its lab in ``labs``; raises `DocumentError` naming the step and the field at fault."""
    return tuple(scene(step, labs, number) for number, step in enumerate(lecture.steps, start=1))


def scene(step: Step, labs: Sequence[Any], number: int) -> Scene:
    """The step of that number fitted to its lab; raises `DocumentError`."""
    lab = next((lab for lab in labs if lab.name == step.lab), None)
    if lab is None:
        known = ", ".join(lab.name for lab in labs)
        raise DocumentError(f"Step {number}: there is no lab {_quote(step.lab)}; the labs are {known}.")
    if step.play and not lab.trains:
        raise DocumentError(f"Step {number}: play is for labs that train, and {lab.name} does not.")
    try:
        state = restore(lab, dict(step.fields))
        if step.move is None:
            return Scene(step, lab, state, state)
        ends = _ends(lab, step.move)
        return Scene(step, lab, *(restore(lab, {**_all(state), step.move.field: end}) for end in ends))
    except (DocumentError, ControlError) as error:
        words = str(error).removeprefix(f"The document does not fit the lab {lab.name}: ")
        raise DocumentError(f"Step {number} ({lab.name}): {words}") from None


def differences(state: Any) -> tuple[tuple[str, Value], ...]:
    """The fields of a lab's ``state`` that are not at their defaults, as a `Step` has them."""
    return tuple((c.name, getattr(state, c.name)) for c in controls(state) if getattr(state, c.name) != c.default)


def dump(lecture: Lecture) -> str:
    """The lecture as JSON text; equal lectures, equal text. What is not said is left out."""
    content: dict[str, Any] = {"regviz": FORMAT, "lecture": lecture.title}
    if lecture.summary:
        content["summary"] = lecture.summary
    content |= {"language": lecture.language, "minutes": _short(lecture.minutes)}
    content["steps"] = [_written(step) for step in lecture.steps]
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def is_lecture(text: str) -> bool:
    """Whether ``text`` is JSON with the field "lecture", and so neither a session nor anything else."""
    try:
        content = parse_json(text)
    except DocumentError:
        return False
    return isinstance(content, dict) and "lecture" in content


def load(text: str) -> Lecture:
    """The lecture in ``text``; raises `DocumentError` as for sessions, with the number of the step at fault."""
    content = parse_json(text)
    if not isinstance(content, dict) or "regviz" not in content or "lecture" not in content:
        raise DocumentError("This is no lecture: it is no JSON object with the fields 'regviz' and 'lecture'.")
    if content["regviz"] != FORMAT or isinstance(content["regviz"], bool):
        raise DocumentError(f"The lecture's version is {_quote(content['regviz'])}; this program reads {FORMAT}.")
    found = _read(content, _LECTURE, "The lecture")
    return Lecture(
        title=found["lecture"], steps=_steps(found["steps"]), summary=found["summary"], language=found["language"],
        minutes=found["minutes"],
    )  # fmt: skip


def _steps(value: Any) -> tuple[Step, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_STEPS:
        raise DocumentError(f"The lecture's steps must be a list of 1 to {MAX_STEPS} steps.")
    return tuple(_step(f"Step {number}", item) for number, item in enumerate(value, start=1))


def _step(where: str, value: Any) -> Step:
    found = _read(value, _STEP, where)
    found["fields"] = tuple(found.pop("state").items())
    if found["move"] is not None:
        moved = _read(found["move"], _MOVE, f"{where}: the move")
        found["move"] = Move(moved["field"], moved["from"], moved["to"], moved["seconds"])
    return Step(**found)


def _written(step: Step) -> dict[str, Any]:
    """The step as JSON data; fields that say nothing are left out."""
    move = step.move
    said = {
        "title": step.title, "lab": step.lab, "state": {name: _short(value) for name, value in step.fields},
        "caption": step.caption, "notes": step.notes, "minutes": _short(step.minutes), "play": _short(step.play),
        "question": step.question,
        "move": move and {"field": move.field, "from": _short(move.begin), "to": _short(move.end),
                          "seconds": _short(move.seconds)},
    }  # fmt: skip
    return {name: value for name, value in said.items() if value or name in ("lab", "minutes")}


def _short(value: Value) -> Value:
    """Whole numbers without the point, so that equal numbers are equal text."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


# The fields of the format: name → (reader, what stands for a field that is left out).

Reader = Callable[[Any, str], Any]
_NEEDED = object()


def _read(value: Any, form: dict[str, tuple[Reader, Any]], where: str) -> dict[str, Any]:
    """The fields of ``form`` in the JSON object ``value``."""
    if not isinstance(value, dict):
        raise DocumentError(f"{where} must be an object of fields, not {_quote(value)}.")
    for name in value:
        if name not in form:
            raise DocumentError(f"{where} has an unknown field {_quote(name)}.")
    found = {}
    for name, (reader, default) in form.items():
        if name not in value and default is _NEEDED:
            raise DocumentError(f"{where} lacks the field {name!r}.")
        found[name] = reader(value[name], f"{where}: {name}") if name in value else default
    return found


def _line(value: Any, where: str) -> str:
    text = _text(value, where, MAX_LINE)
    if any(ord(letter) < 32 or letter in "\x7f\u2028\u2029" for letter in text):
        raise DocumentError(f"{where} must be one line without control characters.")
    return text


def _notes(value: Any, where: str) -> str:
    text = _text(value, where, MAX_NOTES)
    if any(ord(letter) < 32 and letter not in "\n\t" or letter == "\x7f" for letter in text):
        raise DocumentError(f"{where} must be text without control characters.")
    return text


def _text(value: Any, where: str, longest: int) -> str:
    if not isinstance(value, str):
        raise DocumentError(f"{where} must be text, not {_quote(value)}.")
    if len(value) > longest:
        raise DocumentError(f"{where} has {len(value)} characters; at most {longest} are read.")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise DocumentError(f"{where} has characters that are no valid text.")
    return value


def _name(value: Any, where: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", value):
        raise DocumentError(f"{where} must be a name in small letters, not {_quote(value)}.")
    return value


def _title(value: Any, where: str) -> str:
    text = _line(value, where)
    if not text.strip():
        raise DocumentError(f"{where} must not be empty.")
    return text


def _language(value: Any, where: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}", value):
        raise DocumentError(f"{where} must be a language tag such as 'en', not {_quote(value)}.")
    return value


def _number(low: float, high: float, *, or_none: bool = False) -> Reader:
    """A reader of numbers in ``low`` … ``high``, ``or_none`` also 0."""

    def read(value: Any, where: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise DocumentError(f"{where} must be a number, not {_quote(value)}.")
        if not (low <= value <= high or (or_none and value == 0)):
            raise DocumentError(f"{where} must lie between {low:g} and {high:g}, not {_quote(value)}.")
        return float(value)

    return read


def _object(value: Any, where: str) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise DocumentError(f"{where} must be an object of fields, not {_quote(value)}.")
    for name, item in value.items():
        if not isinstance(item, (int, float, str, bool)):
            raise DocumentError(f"{where}: {_quote(name)} must be a number, text or truth value.")
        _line(name, where)
    return value


def _any(value: Any, where: str) -> Any:
    return value


_LECTURE: dict[str, tuple[Reader, Any]] = {
    "regviz": (_any, _NEEDED), "lecture": (_title, _NEEDED), "summary": (_line, ""), "language": (_language, "en"),
    "minutes": (_number(0.0, 1440.0), 0.0), "steps": (_any, _NEEDED),
}  # fmt: skip
_STEP: dict[str, tuple[Reader, Any]] = {
    "title": (_line, ""), "lab": (_name, _NEEDED), "state": (_object, {}), "caption": (_line, ""),
    "notes": (_notes, ""), "minutes": (_number(0.0, 1440.0), 1.0),
    "play": (_number(SLOWEST, FASTEST, or_none=True), 0.0), "move": (_any, None), "question": (_line, ""),
}  # fmt: skip
_MOVE: dict[str, tuple[Reader, Any]] = {
    "field": (_name, _NEEDED), "from": (_number(-1e300, 1e300), _NEEDED), "to": (_number(-1e300, 1e300), _NEEDED),
    "seconds": (_number(0.1, 600.0), _NEEDED),
}  # fmt: skip


# Moves.


def _control(lab: Any, field: str) -> Control:
    return next(control for control in controls(lab.State) if control.name == field)


def _ends(lab: Any, move: Move) -> tuple[Value, Value]:
    """The final and the first value of the move, in that order; raises `DocumentError` or `ControlError`."""
    numeric = [control.name for control in controls(lab.State) if control.kind in ("float", "int")]
    if move.field not in numeric:
        raise DocumentError(f"the move's field must be one of {', '.join(numeric)}, not {_quote(move.field)}.")
    control = _control(lab, move.field)
    return parse(control, move.end), parse(control, move.begin)


def _between(control: Control, move: Move, share: float) -> float | int:
    """The value at ``share`` of the way, geometric on a logarithmic slider, to six digits as sliders go."""
    if control.log and move.begin > 0 and move.end > 0:
        value = move.begin * (move.end / move.begin) ** share
    else:
        value = move.begin + share * (move.end - move.begin)
    return nearest(control, float(f"{value:.6g}"))


def _all(state: Any) -> dict[str, Value]:
    return {control.name: getattr(state, control.name) for control in controls(state)}


def _quote(value: Any) -> str:
    shown = ascii(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
