"""`regviz export`: a lab's picture or numbers, or a lecture, as files, without a window."""

import argparse
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from regviz import lectures
from regviz.commands import CommandError, Parser, add_settings, remark_idle, settings, state_of
from regviz.export import FILMS, NUMBERS, PICTURES, THEMES, Picture, named, save, save_lecture, save_panels
from regviz.lab.lecture import scenes as fitted
from regviz.labs import labs
from regviz.sweep import FRAMES, Sweep, parse_sweep

MAX_SIDE = 16_384
"""Largest width or height of a picture in pixels."""
_LOOKS = ("--size", "--theme", "--no-stamp")
_OF_PICTURE = ("--dpi", "--transparent")
_HEEDED: Mapping[str, Collection[str]] = {
    **dict.fromkeys(NUMBERS, ("--sweep",)), **dict.fromkeys(FILMS, (*_LOOKS, "--sweep", "--fps", "--transparent")),
    **dict.fromkeys(PICTURES, (*_LOOKS, *_OF_PICTURE, "--sweep")), ".svg": (*_LOOKS, "--transparent", "--sweep"),
}  # fmt: skip
"""Options on looks that a lab's file heeds, or refuses in words of its own, by the ending of its name."""
_HEEDED_BY_LECTURE: Mapping[str, Collection[str]] = {
    "": (*_LOOKS, *_OF_PICTURE), ".pdf": (), **dict.fromkeys(FILMS, (*_LOOKS, "--fps")),
}  # fmt: skip


def parser() -> Parser:
    """The arguments of `regviz export`."""
    made = Parser("export", f"Write a lab into a file: a picture ({' '.join(PICTURES)}), its numbers "
                            f"({' '.join(NUMBERS)}) or an animation ({' '.join(FILMS)}). A lecture becomes a .pdf "
                            "handout, a folder of numbered pictures or, one --step, an animation.")  # fmt: skip
    made.add_argument("lab", metavar="LAB", help="name of a lab, or of a lecture or its file")
    add_settings(made)
    made.add_argument("-o", "--output", required=True, metavar="FILE", help="the ending of its name says the format")
    made.add_argument("--panel", default="", metavar="KEY", help="only this panel")
    made.add_argument("--each-panel", action="store_true", help="every panel as a picture of its own: FILE-KEY.png")
    made.add_argument("--step", default="", metavar="N", help="only this step of a lecture")
    made.add_argument("--size", default="1920x1080", metavar="WxH", help="pixels of a picture (1920x1080)")
    made.add_argument("--dpi", default="96", metavar="N", help="dots per inch that a picture states (96)")
    made.add_argument("--theme", choices=THEMES, default="light", help="colours of a picture")
    made.add_argument("--transparent", action="store_true", help="leave a picture's background out")
    made.add_argument("--no-stamp", action="store_true", help="leave out the line at the foot that says what made it")
    made.add_argument(
        "--sweep", default="", metavar="NAME=FROM:TO[:FRAMES]",
        help=f"what an animation moves (by default the main slider, or the training; {FRAMES} frames)",
    )  # fmt: skip
    made.add_argument("--fps", default="25", metavar="N", help="pictures a second of an animation (25)")
    return made


def run(arguments: argparse.Namespace) -> int:
    """Write the file."""
    if _is_lecture(arguments.lab):
        return _run_lecture(arguments)
    if arguments.step:
        raise CommandError(f"--step is for lectures, and {arguments.lab!r} is none.")
    lab = named(arguments.lab)
    picture = _picture(arguments, parse_sweep(lab, arguments.sweep) if arguments.sweep else None)
    state = state_of(lab, arguments.settings)
    if arguments.each_panel:
        save_panels(lab, state, arguments.output, picture)
    else:
        save(lab, state, arguments.output, picture)
    _remark_idle(arguments, _HEEDED)
    if picture.sweep and picture.sweep.name in settings(arguments.settings):
        remark_idle((f"--set {picture.sweep.name}",), (), "a sweep of the same")
    return 0


def _picture(arguments: argparse.Namespace, sweep: Sweep | None = None) -> Picture:
    return Picture(
        panel=arguments.panel, size=size(arguments.size), dpi=dots(arguments.dpi), theme=arguments.theme,
        transparent=arguments.transparent, stamp=not arguments.no_stamp, fps=rate(arguments.fps), sweep=sweep,
    )  # fmt: skip


def _remark_idle(arguments: argparse.Namespace, heeded: Mapping[str, Collection[str]]) -> None:
    """Say which options on looks the file does not heed; endings that are not listed speak later.

    ``heeded`` are the options that count, by the ending of the file's name.
    """
    ending = Path(arguments.output).suffix.lower()
    if ending in heeded:
        remark_idle(_about_looks(arguments), heeded[ending], arguments.output)


def _about_looks(arguments: argparse.Namespace) -> list[str]:
    """The options on how a picture looks that were given, as they are written."""
    names = ("size", "dpi", "theme", "fps", "sweep")
    switches = [("--transparent", arguments.transparent), ("--no-stamp", arguments.no_stamp)]
    return [arguments.given[name] for name in names if name in arguments.given] + [
        option for option, on in switches if on
    ]


def _is_lecture(word: str) -> bool:
    """Whether ``word`` is a lecture's file or name; a lab needs no look at the lectures."""
    if word in {lab.name for lab in labs()}:
        return False
    return Path(word).suffix.lower() in (".regviz", ".json") or word in lectures.names()


def _run_lecture(arguments: argparse.Namespace) -> int:
    """Write a lecture: .pdf is a handout, .gif and .mp4 one step, anything else a folder of numbered pictures."""
    for name, given in (("--set", arguments.settings), ("--panel", arguments.panel), ("--sweep", arguments.sweep),
                        ("--each-panel", arguments.each_panel)):  # fmt: skip
        if given:
            raise CommandError(f"{name} is for labs, and {arguments.lab!r} is a lecture.")
    lecture = lectures.find(arguments.lab)
    scenes = fitted(lecture, labs())
    chosen = [scenes[_step(arguments.step, len(scenes)) - 1]] if arguments.step else list(scenes)
    save_lecture(lecture, chosen, arguments.output, _picture(arguments))
    _remark_idle(arguments, _HEEDED_BY_LECTURE)
    return 0


def _step(text: str, most: int) -> int:
    if not text.isdecimal() or not 1 <= int(text[:6]) <= most:
        raise CommandError(f"--step must be a whole number from 1 to {most}, not {text!r}.")
    return int(text)


def size(text: str) -> tuple[int, int]:
    """Width and height from text such as 1920x1080; raises `CommandError`."""
    found = re.fullmatch(r"([0-9]{1,9})[x×]([0-9]{1,9})", text.strip().lower())
    sides = tuple(int(side) for side in found.groups()) if found else (0, 0)
    if not all(1 <= side <= MAX_SIDE for side in sides):
        raise CommandError(f"--size must be WIDTHxHEIGHT in pixels, each from 1 to {MAX_SIDE}, not {text!r}.")
    return sides[0], sides[1]


def rate(text: str) -> int:
    """Pictures a second from text; raises `CommandError` unless it is a whole number in 1 … 60."""
    if not text.isdecimal() or not 1 <= int(text[:4]) <= 60:
        raise CommandError(f"--fps must be a whole number from 1 to 60, not {text!r}.")
    return int(text)


def dots(text: str) -> float:
    """Dots per inch from text; raises `CommandError` unless it lies in 10 … 10,000."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 10 <= number <= 10_000:
        raise CommandError(f"--dpi must be a number from 10 to 10000, not {text!r}.")
    return number
