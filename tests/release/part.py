"""What a part is: numbered cases, done in chunks, whose counts add up to the figure that is printed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules

import tests.release

Figures = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Cases 0 … ``count`` − 1 of one kind; case k of a seed is the same whenever it runs.

    ``work(seed, first, last)`` does cases first … last − 1, returns counts by name, and raises AssertionError naming
    the case that fails. Counts of several chunks are added; those in ``largest`` are maxima. ``goal`` says what the
    figures must come to. ``few`` cases are done in the usual suite, none of a part that
    the suite shows in another way. ``needs`` gives a sentence where it cannot run.
    """

    name: str
    words: str
    count: int
    work: Callable[[int, int, int], Figures]
    chunk: int = 100
    few: int = 3
    largest: tuple[str, ...] = ()
    goal: str = ""
    needs: Callable[[], str] = field(default=str)

    def merged(self, before: Figures, more: Figures) -> dict[str, float]:
        """The figures of two runs of cases together."""
        found = dict(before)
        for name, value in more.items():
            found[name] = max(found.get(name, value), value) if name in self.largest else found.get(name, 0) + value
        return found


def check_sentence(error: Exception, case: str) -> None:
    """What a user reads of ``error`` is one sentence."""
    said = str(error)
    assert said.endswith(".") and "\n" not in said, f"{case}: {error!r}"


def parts() -> tuple[Part, ...]:
    """Every part, in the order of names; each module of this package lists its own as ``PARTS``."""
    modules = [import_module(f"tests.release.{found.name}") for found in iter_modules(tests.release.__path__)]
    every = [part for module in modules for part in getattr(module, "PARTS", ())]
    return tuple(sorted(every, key=lambda part: part.name))
