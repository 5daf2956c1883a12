"""Catalogues of words in other languages, read from `resources/translations`. No Qt; the GUI asks them at its border.

A catalogue has two parts: "window" for the program's own words, "labs" for the words that labs declare. A lab's entry
with places {0}, {1} … is a template: it also translates texts with live words or numbers in these places, which are
translated in turn where they have an entry of their own. The template that leaves least in English wins, and a place
{0:d} takes numbers and symbols alone.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from regviz.data import ResourceError, resource, resource_bytes
from regviz.data.resources import damaged

PLACE = re.compile(r"\{(\d)([^}]*)\}")
"""A place in a text, with or without a format, as in {0:g}."""
WORD = re.compile(r"(?<!\d)[A-Za-z][A-Za-z'-]+")
_NUMBER = r"((?:[^A-Za-z]|(?<=\d)e|undefined)+?)"
_ROOM = 8192
"""Texts whose translation is remembered; titles with live numbers come and go."""


class Catalogue:
    """Words of one language: `window` translates the program's texts, `lab` those of labs; None where there is none."""

    def __init__(self, window: Mapping[str, str], labs: Mapping[str, str], direction: str = "ltr") -> None:
        self.direction = direction
        self._window, self._labs = dict(window), dict(labs)
        longest = sorted((source for source in labs if PLACE.search(source)), key=_weight, reverse=True)
        self._templates = [(_pattern(source), labs[source]) for source in longest]
        self._told = lru_cache(_ROOM)(self._tell)

    def window(self, text: str) -> str | None:
        """A text of the program. Labs' words are none: Qt asks here too, for "Right" and "Shift" as names of keys."""
        return self._window.get(text)

    def lab(self, text: str) -> str | None:
        """A text of a lab."""
        return self._told(text)[0]

    def left(self, text: str) -> tuple[str, ...]:
        """The pieces of a lab's text that stay English."""
        return self._told(text)[1]

    def _tell(self, text: str) -> tuple[str | None, tuple[str, ...]]:
        """The translation and what it leaves in English: of the template that leaves least."""
        exact = self._exact(text)
        if exact is not None:
            return exact, ()
        best: tuple[str | None, tuple[str, ...]] = (None, (text,) if self.has_words(text) else ())
        for pattern, translation in self._templates:
            match = pattern.fullmatch(text)
            if match is None:
                continue
            told = [self._told(part) for part in match.groups()]
            parts = (part if done is None else done for part, (done, _) in zip(match.groups(), told, strict=True))
            left = tuple(piece for _, pieces in told for piece in pieces)
            if best[0] is None or sum(map(len, left)) < sum(map(len, best[1])):
                best = PLACE.sub("{\\1}", translation).format(*parts), left
            if not left:
                break
        return best

    def has_words(self, text: str) -> bool:
        """Whether a text has words to translate; symbols and numbers have none."""
        return WORD.search(text) is not None

    def _exact(self, text: str) -> str | None:
        """An entry, or the entry of the text with its first letter small, then with a capital."""
        found = self._labs.get(text)
        if found is None and text[:1].isupper():
            small = self._labs.get(text[:1].lower() + text[1:])
            found = None if small is None else small[:1].upper() + small[1:]
        return found


def _weight(source: str) -> tuple[bool, int]:
    """Whether a template parts a text at a colon or comma, and how much of it is fixed: the most telling goes first."""
    fixed = PLACE.sub("", source)
    return ": " in fixed or ", " in fixed, len(fixed)


def _pattern(source: str) -> re.Pattern[str]:
    pieces = PLACE.split(source)
    forms = [_NUMBER if form else "(.+?)" for form in pieces[2::3]]
    return re.compile("".join(re.escape(fixed) + form for fixed, form in zip(pieces[::3], [*forms, ""], strict=True)))


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
