"""Documents: one lab's state as a small strict JSON text, for session files and for the text inside exported pictures.

Reading trusts nothing: every fault is one `DocumentError` sentence. No Qt, no labs.
"""

import dataclasses
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

from regviz.lab.controls import ControlError, Value, controls, replace

FORMAT = 1
"""Version of the document's layout."""
MAX_BYTES = 1_000_000
"""Largest document that is read."""
MAX_DEPTH = 8
"""Deepest nesting of lists and objects; a document itself needs 2."""
MAX_DIGITS = 400
"""Longest whole number that is turned into an integer."""

_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ELSEWHERE = re.compile(r"[\\/](?:[\\/]|\?\?)")
"""Begins the paths that make Windows call another computer, with the user's name."""


class DocumentError(ValueError):
    """A text that is no document of ours, or whose values a lab does not take; the message is one sentence."""


def dump(lab: Any, state: Any) -> str:
    """The document of ``state``, a State of ``lab``, as JSON text with one field a line; equal states, equal text."""
    return dump_values(lab.name, dataclasses.asdict(state))


def dump_values(lab_name: str, values: dict[str, Value]) -> str:
    """The document of the fields ``values`` of the lab of that name."""
    content = {"regviz": FORMAT, "lab": lab_name, "state": values}
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def load(text: str) -> tuple[str, dict[str, Value]]:
    """The lab's name and its fields; `restore` makes a state of them.

    Raises `DocumentError` for texts over 1 MB, deep nesting, duplicate or unknown fields, NaN and infinities,
    oversized integers, another version, and values that are no number, text or truth value.
    """
    content = parse_json(text)
    if not isinstance(content, dict) or "regviz" not in content:
        raise DocumentError("This is no regviz document: it is no JSON object with the field 'regviz'.")
    if content["regviz"] != FORMAT or isinstance(content["regviz"], bool):
        raise DocumentError(f"The document's version is {_quote(content['regviz'])}; this program reads {FORMAT}.")
    if unknown := sorted(set(content) - {"regviz", "lab", "state"}):
        raise DocumentError(f"The document has an unknown field {_quote(unknown[0])}.")
    return _name(content.get("lab")), _values(content.get("state"))


def restore(lab: Any, values: dict[str, Value]) -> Any:
    """The State of ``lab`` with ``values`` over its defaults; raises `DocumentError` naming the field at fault.

    A document comes from anywhere, so it names no file on another computer: to look for one would call that computer.
    """
    for control in controls(lab.State):
        if control.free and _ELSEWHERE.match(str(values.get(control.name, "")).strip()):
            raise DocumentError(f"The document's field {control.name!r} names a file on another computer; open that "
                                "file itself, if you trust it.")  # fmt: skip
    try:
        return replace(lab.State(), **values)
    except ControlError as error:
        raise DocumentError(f"The document does not fit the lab {lab.name}: {error}") from None


def read(path: str | os.PathLike[str]) -> str:
    """The text of the file at ``path``; raises `DocumentError` for anything but a regular UTF-8 file up to 1 MB."""
    file = Path(path)
    try:
        info = file.stat()
        if not stat.S_ISREG(info.st_mode):
            raise DocumentError(f"{file.name} is no regular file.")
        if info.st_size > MAX_BYTES:
            raise DocumentError(f"{file.name} has {info.st_size} bytes; a document has at most {MAX_BYTES}.")
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{file.name} is not UTF-8 text (byte {error.start}).") from None
    except (OSError, ValueError) as error:
        if isinstance(error, DocumentError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise DocumentError(f"{file.name} cannot be read: {reason}.") from None


def parse_json(text: str) -> Any:
    """``text`` as strict JSON data within the caps of this module; raises `DocumentError`."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise DocumentError(f"The document is longer than {MAX_BYTES} bytes.")
    if _depth(text) > MAX_DEPTH:
        raise DocumentError(f"The document is nested deeper than {MAX_DEPTH} levels.")
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_real
        )
    except json.JSONDecodeError as error:
        raise DocumentError(f"The document is no JSON: {error.msg} in line {error.lineno}.") from None


def _depth(text: str) -> int:
    """Deepest nesting of brackets outside strings; cheap, and asked before the recursive parser runs."""
    deepest = level = 0
    for bracket in re.findall(r"[\[\]{}]", _STRINGS.sub("", text)):
        level += 1 if bracket in "[{" else -1
        deepest = max(deepest, level)
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise DocumentError(f"The document has the field {_quote(twice)} twice.")
    return content


def _constant(word: str) -> Any:
    raise DocumentError(f"The document has {word}, which is no finite number.")


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise DocumentError(f"The document has a whole number of {len(digits)} digits.")
    return int(digits)


def _real(digits: str) -> float:
    number = float(digits)
    if number - number != 0.0:
        raise DocumentError(f"The document has {_quote(digits)}, which is no finite number.")
    return number


def _name(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", value):
        raise DocumentError(f"The document's lab must be a lab's name, not {_quote(value)}.")
    return value


def _values(value: Any) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise DocumentError(f"The document's state must be an object of fields, not {_quote(value)}.")
    for name, item in value.items():
        if not isinstance(item, (int, float, str, bool)):
            raise DocumentError(f"The document's field {_quote(name)} must be a number, text or truth value.")
    return value


def _quote(value: Any) -> str:
    shown = ascii(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
