"""What a file that is opened or dropped means: a session, an exported picture, or a table for the current lab."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regviz.gui.canvas.png import read_png_state
from regviz.lab import ControlError, Lab, controls, replace
from regviz.lab.document import DocumentError, load, read, restore
from regviz.lab.lecture import Lecture, is_lecture
from regviz.lab.lecture import load as load_lecture

DOCUMENTS = (".json", ".regviz")
TABLES = (".csv", ".tsv", ".txt")


class OpenError(ValueError):
    """A file that cannot be opened; the message is one sentence naming the file."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The lab and the state that a file asks for; ``table`` says that the state names a table still to be read."""

    lab: Lab
    state: Any
    table: bool


def lecture_in(file: Path) -> Lecture | None:
    """The lecture in ``file``, None where something else is in it; raises `OpenError`."""
    if file.suffix.lower() not in DOCUMENTS:
        return None
    try:
        text = read(file)
        return load_lecture(text) if is_lecture(text) else None
    except DocumentError as error:
        raise OpenError(f"Cannot open {file.name}: {error}") from None


def opened(file: Path, labs: Sequence[Lab], lab: Lab, state: Any) -> Opened:
    """What opening ``file`` leads to while ``lab`` is shown in ``state``; raises `OpenError`."""
    try:
        return _opened(file, labs, lab, state)
    except (DocumentError, ControlError) as error:
        raise OpenError(f"Cannot open {file.name}: {error}") from None


def _opened(file: Path, labs: Sequence[Lab], lab: Lab, state: Any) -> Opened:
    ending = file.suffix.lower()
    if ending in DOCUMENTS:
        return document(read(file), labs)
    if ending == ".png":
        text = read_png_state(file)
        if text is None:
            raise OpenError(f"Cannot open {file.name}: there is no state of this program in the picture.")
        return document(text, labs)
    if ending in TABLES:
        return _table(file, labs, lab, state)
    raise OpenError(
        f"Cannot open {file.name}: it is no table ({', '.join(TABLES)}), session ({', '.join(DOCUMENTS)}) or .png."
    )


def document(text: str, labs: Sequence[Lab]) -> Opened:
    """The lab and state of a document's text; raises `DocumentError`."""
    name, values = load(text)
    return Opened(*of_name(labs, name, values), table=False)


def of_name(labs: Sequence[Lab], name: str, values: dict[str, Any]) -> tuple[Lab, Any]:
    """The lab of that name and its state with ``values``, which may be text; raises `DocumentError`."""
    for lab in labs:
        if lab.name == name:
            return lab, restore(lab, values)
    raise DocumentError(f"There is no lab {name!r}; the labs are {', '.join(lab.name for lab in labs)}.")


def _table(file: Path, labs: Sequence[Lab], lab: Lab, state: Any) -> Opened:
    """The table in the current lab, or in the first that takes tables."""
    if not file.is_file():
        reason = "it is no ordinary file" if os.path.lexists(file) else "there is no such file"
        raise OpenError(f"Cannot open {file.name}: {reason}.")
    changes = {"dataset": str(file)}
    if takes_tables(lab):
        fresh = without_columns(state, changes)
        return Opened(lab, replace(state, **fresh), table=True)
    for other in labs:
        if takes_tables(other):
            return Opened(other, replace(other.State(), **changes), table=True)
    raise OpenError(f"Cannot open {file.name}: no lab here takes tables.")


def without_columns(state: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    """``changes``; where they bring other data, what names columns of the old ones is forgotten."""
    other = "dataset" in changes and changes["dataset"] != getattr(state, "dataset", None)
    return {name: "" for name in ("target", "groups") if other and hasattr(state, name)} | dict(changes)


def takes_tables(lab: Lab) -> bool:
    """Whether the lab has a control for data sets that takes any path."""
    return any(control.name == "dataset" and control.free for control in controls(lab.State))
