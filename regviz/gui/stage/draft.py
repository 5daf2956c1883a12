"""The lecture at hand as text that outlives a crash: its steps, the one on show, its file, and what is not saved yet.

Where the text is kept, and when, is the window's business (`regviz.gui.window.autosave`).
"""

import dataclasses
import json
from pathlib import Path

from regviz.gui.stage.recorder import Recorder
from regviz.lab.document import DocumentError, parse_json
from regviz.lab.lecture import dump, load

_UNTITLED = "Untitled"
"""Stands for the title that a lecture has not got yet: the lecture's own format asks for one."""


def draft(recorder: Recorder, at: int) -> str:
    """The lecture with its step ``at`` chosen, "" while there are no steps."""
    lecture = recorder.lecture
    if not lecture.steps:
        return ""
    titled = dataclasses.replace(lecture, title=lecture.title if lecture.title.strip() else _UNTITLED)
    kept = {
        "lecture": dump(titled), "title": lecture.title, "at": at, "changed": recorder.changed,
        "file": None if recorder.file is None else str(recorder.file),
    }  # fmt: skip
    return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"


def resume(recorder: Recorder, text: str) -> None:
    """Take up the lecture of a `draft`; raises `DocumentError` for text that is none."""
    kept = parse_json(text)
    try:
        lecture, title, at, changed, file = (kept[name] for name in ("lecture", "title", "at", "changed", "file"))
        lecture = dataclasses.replace(load(str(lecture)), title=str(title))
        recorder.resume(lecture, int(at), None if file is None else Path(file), bool(changed))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DocumentError(f"The lecture of the last session cannot be read: {error}") from None
