"""One module for each command: `parser()` declares its arguments, `run(arguments)` does it and returns the exit code.

Here is what they share: errors that are one sentence, and `--set NAME=VALUE`.
"""

import argparse
import re
import sys
from collections.abc import Collection
from typing import Any, ClassVar, NoReturn

from regviz.lab import ControlError, Lab, replace


class CommandError(ValueError):
    """A command that cannot be carried out; the message is one sentence for standard error."""

    code: ClassVar[int] = 2


class DisplayError(CommandError):
    """The window cannot open here; the message is one sentence that says what to do."""

    code: ClassVar[int] = 3


class _Once(argparse.Action):
    """Stores a value; an option is given once and with something in it. ``given`` of the result names the options."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: Any = None
    ) -> None:
        """Store ``values``, unless the option was there before or they are blank."""
        given: dict[str, str] = vars(namespace).setdefault("given", {})
        if option_string is not None:
            if self.dest in given:
                parser.error(f"{option_string} is given more than once")
            if not values.strip():
                parser.error(f"{option_string} needs a value")
            given[self.dest] = option_string
        setattr(namespace, self.dest, values)


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one sentence, without the usage above it.

    Every option with a value is given at most once. A word like -5x10 or -1e3 after an option is its value.
    """

    def __init__(self, command: str, description: str, **words: Any) -> None:
        name = f"regviz {command}".strip()
        form = argparse.RawDescriptionHelpFormatter
        super().__init__(name, description=description, allow_abbrev=False, formatter_class=form, **words)
        for action in (None, "store"):
            self.register("action", action, _Once)
        self._negative_number_matcher = re.compile(r"-(\.?\d|inf|nan)")

    def error(self, message: str) -> NoReturn:
        """Raise `CommandError` with the message and where the help is."""
        raise CommandError(f"{message[:1].upper()}{message[1:]}; see {self.prog} --help.")


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Declare ``--set NAME=VALUE``, which may stand any number of times."""
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="settings",
        help="set a control of the lab, such as lam=0.1 or dataset=FILE.csv; 'regviz labs' lists them",
    )  # fmt: skip


def settings(pairs: list[str]) -> dict[str, str]:
    """Texts NAME=VALUE as a dictionary, the last one of a name winning; raises `CommandError` for other texts."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not name:
            raise CommandError(f"--set needs NAME=VALUE, not {pair!r}.")
        found[name] = value
    return found


def remark_idle(given: Collection[str], used: Collection[str], what: str) -> None:
    """Say on standard error which options in ``given`` ``what`` does not heed."""
    for option in given:
        if option not in used:
            print(f"{option} has no effect on {what}.", file=sys.stderr)


def state_of(lab: Lab, pairs: list[str], start: Any = None) -> Any:
    """The state ``start`` of a lab (by default its first) with the settings ``pairs``.

    Raises `CommandError` with the control's sentence.
    """
    try:
        return replace(lab.State() if start is None else start, **settings(pairs))
    except ControlError as error:
        raise CommandError(f"--set for the lab {lab.name}: {error}") from None
