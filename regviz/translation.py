"""Catalogues of words in other languages, read from `resources/translations`. No Qt; the GUI asks them at its border.

A catalogue has two parts: "window" for the program's own words, "labs" for the words that labs declare. A lab's entry
with places {0}, {1} … is a template: it also translates texts with live words or numbers in these places, which are
translated in turn where they have an entry of their own.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from regviz.data import ResourceError, resource, resource_bytes
from regviz.data.resources import damaged

PLACE = re.compile(r"\{(\d)[^}]*\}")
"""A place in a text, with or without a format, as in {0:g}."""
_ROOM = 8192
"""Texts whose translation is remembered; titles with live numbers come and go."""


class Catalogue:
    """Words of one language: `window` translates the program's texts, `lab` those of labs; None where there is none."""

    def __init__(self, window: Mapping[str, str], labs: Mapping[str, str], direction: str = "ltr") -> None:
        self.direction = direction
        self._window, self._labs = dict(window), dict(labs)
        longest = sorted((source for source in labs if PLACE.search(source)), key=_weight, reverse=True)
        self._templates = [(_pattern(source), labs[source]) for source in longest]
        self.lab = lru_cache(_ROOM)(self._lab)

    def window(self, text: str) -> str | None:
        """A text of the program. Labs' words are none: Qt asks here too, for "Right" and "Shift" as names of keys."""
        return self._window.get(text)

    def _lab(self, text: str) -> str | None:
        found = self._exact(text)
        return self._filled(text) if found is None else found

    def _exact(self, text: str) -> str | None:
        """An entry, or the entry of the text with its first letter small, then with a capital."""
        found = self._labs.get(text)
        if found is None and text[:1].isupper():
            small = self._labs.get(text[:1].lower() + text[1:])
            found = None if small is None else small[:1].upper() + small[1:]
        return found

    def _filled(self, text: str) -> str | None:
        for pattern, translation in self._templates:
            match = pattern.fullmatch(text)
            if match is not None:
                return translation.format(*(self.lab(part) or part for part in match.groups()))
        return None


def _weight(source: str) -> int:
    """How much of a template is fixed: the most telling is tried first."""
    return len(PLACE.sub("", source))


def _pattern(source: str) -> re.Pattern[str]:
    pieces = PLACE.split(source)
    return re.compile("(.+?)".join(map(re.escape, pieces[::2])))


def catalogue(code: str) -> Catalogue:
    """The catalogue of a language such as "de"; raises `ResourceError` where it is missing or damaged."""
    name = f"{code}.json"
    try:
        found: Any = json.loads(resource_bytes("translations", name))
        parts = [{str(k): str(v) for k, v in found[part].items()} for part in ("window", "labs")]
        return Catalogue(parts[0], parts[1], str(found["direction"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise damaged("translations", name) from error


def languages() -> Mapping[str, str]:
    """Code → the language's own name, of English and of every catalogue that can be read."""
    return {"en": "English", **dict(_named())}


def _named() -> Iterator[tuple[str, str]]:
    try:
        files = sorted(resource("translations").glob("*.json"))
    except ResourceError:
        return
    for file in files:
        try:
            yield file.stem, str(json.loads(file.read_bytes())["name"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
