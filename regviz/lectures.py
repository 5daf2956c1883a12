"""The ready-made lectures, and lectures in files, found by name or path. What a lecture is stands in `regviz.lab`."""

import os
from pathlib import Path

from regviz.data.resources import resource
from regviz.lab import lecture
from regviz.lab.document import DocumentError, read

_ENDINGS = (".json", ".regviz")


def names() -> tuple[str, ...]:
    """The names of the ready-made lectures, in the order of the alphabet."""
    return tuple(sorted(file.stem for file in resource("lectures").glob("*.json")))


def find(what: str | os.PathLike[str]) -> lecture.Lecture:
    """The ready-made lecture of that name, or the one in the file of that path.

    Raises `DocumentError` with one sentence for what is neither, or cannot be read as a lecture.
    """
    word = os.fspath(what)
    if word in names():
        return _loaded(resource("lectures", f"{word}.json"))
    if Path(word).suffix.lower() not in _ENDINGS and not os.path.lexists(word):
        raise DocumentError(f"There is no lecture {word!r}; the ready-made ones are {', '.join(names())}.")
    return _loaded(Path(word))


def _loaded(file: Path) -> lecture.Lecture:
    text = read(file)
    try:
        return lecture.load(text)
    except DocumentError as error:
        raise DocumentError(f"{file.name}: {error}") from None
