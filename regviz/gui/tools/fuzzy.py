"""Fuzzy match: how well typed letters fit a line of text. No Qt."""

import unicodedata

_START, _WORD, _RUN, _GAP = 8.0, 6.0, 6.0, 0.25


def score(typed: str, text: str) -> float | None:
    """How well ``typed`` fits ``text``, the larger the better; None where it does not fit.

    Every word that is typed must be found with its letters in order. Letters at the start of words and letters that
    follow one another count more, skipped ones less. Case and accents do not matter.
    """
    line = plain(text)
    total = 0.0
    for word in plain(typed).split():
        found = _word(word, line)
        if found is None:
            return None
        total += found
    return total - 0.01 * len(line)


def plain(text: str) -> str:
    """The text in lower case and without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _word(word: str, line: str) -> float | None:
    """The best score of one word: of all places where its first letter may stand, letters then found greedily."""
    starts = [place for place, letter in enumerate(line) if letter == word[0]]
    scores = [found for start in starts if (found := _from(word, line, start)) is not None]
    return max(scores, default=None)


def _from(word: str, line: str, start: int) -> float | None:
    total, last = _weight(line, start), start
    for letter in word[1:]:
        place = line.find(letter, last + 1)
        if place < 0:
            return None
        total += _RUN if place == last + 1 else _weight(line, place) - _GAP * min(20, place - last - 1)
        last = place
    return total


def _weight(line: str, place: int) -> float:
    if place == 0:
        return _START
    return _WORD if not line[place - 1].isalnum() else 0.0
