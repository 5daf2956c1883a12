"""`regviz export`: a lab's picture or numbers as a file, without a window."""

import argparse
import re

from regviz.commands import CommandError, Parser, add_settings, state_of
from regviz.export import FILMS, NUMBERS, PICTURES, THEMES, Picture, named, save
from regviz.sweep import FRAMES, parse_sweep

MAX_SIDE = 16_384
"""Largest width or height of a picture in pixels."""


def parser() -> Parser:
    """The arguments of `regviz export`."""
    made = Parser("export", f"Write a lab into a file: a picture ({' '.join(PICTURES)}), its numbers "
                            f"({' '.join(NUMBERS)}) or an animation ({' '.join(FILMS)}).")  # fmt: skip
    made.add_argument("lab", metavar="LAB", help="name of a lab")
    add_settings(made)
    made.add_argument("-o", "--output", required=True, metavar="FILE", help="the ending of its name says the format")
    made.add_argument("--panel", default="", metavar="KEY", help="only this panel")
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
    lab = named(arguments.lab)
    state = state_of(lab, arguments.settings)
    picture = Picture(
        panel=arguments.panel, size=size(arguments.size), dpi=dots(arguments.dpi), theme=arguments.theme,
        transparent=arguments.transparent, stamp=not arguments.no_stamp, fps=rate(arguments.fps),
        sweep=parse_sweep(lab, arguments.sweep) if arguments.sweep else None,
    )  # fmt: skip
    save(lab, state, arguments.output, picture)
    return 0


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
