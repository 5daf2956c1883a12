"""Files nobody should read: huge, endless, no files at all. Each is refused at once, by name, for no memory."""

import os
import tempfile
import time
from pathlib import Path

from regviz.commands import CommandError
from regviz.commands.open import opened as at_start
from regviz.data.csv_reader import read_table
from regviz.data.errors import DataError
from regviz.gui.canvas.png import read_png_state
from regviz.gui.window.opening import OpenError, opened
from regviz.lab.document import DocumentError
from regviz.labs import find, labs
from regviz.lectures import find as find_lecture
from tests.release.part import Part, check_sentence
from tests.release.screen import has_proc, resident

ENDINGS = (".csv", ".json", ".regviz", ".png", ".tsv")
ROOM = 50.0
"""Megabytes that a refusal may take."""


def _sparse(path):
    with path.open("wb") as file:
        file.truncate(1024**3)


def _picture(path):
    """A PNG that says its text has four gigabytes, and is as long as one gigabyte."""
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\xff\xff\xff\xfftEXt")
    os.truncate(path, 1024**3)


FAULTS = {
    "sparse": _sparse, "picture": _picture, "endless": lambda path: path.symlink_to("/dev/zero"),
    "pipe": lambda path: os.mkfifo(path), "folder": lambda path: path.mkdir(),
    "nowhere": lambda path: path.symlink_to("none"), "loop": lambda path: path.symlink_to(path),
    "missing": lambda _: None,
}  # fmt: skip


def _dropped(path):
    lab = find("shrinkage")
    opened(path, labs(), lab, lab.State())
    if path.suffix in (".csv", ".tsv"):
        read_table(path)


def _told(path):
    assert read_png_state(path) is None
    raise DataError("There is no state in it.")


WAYS = {"dropped": _dropped, "started with": lambda path: at_start(str(path), []), "as a table": read_table,
        "as a lecture": find_lecture, "as a picture": _told}  # fmt: skip


def handed(seed, first, last):
    """Each fault by each ending and each way in."""
    cases = [(fault, ending, way) for fault in FAULTS for ending in ENDINGS for way in WAYS]
    slowest = most = 0.0
    labs()
    for index in range(first, last):
        fault, ending, way = cases[index * 7 % len(cases)]
        case = f"case {seed}/{index}: {fault}{ending} {way}"
        with tempfile.TemporaryDirectory() as name:
            path = Path(name, f"a{ending}")
            FAULTS[fault](path)
            held, start = resident(), time.process_time()
            try:
                WAYS[way](path)
            except (OpenError, CommandError, DataError, DocumentError) as error:
                _check(error, case, path, fault, way)
            else:
                raise AssertionError(f"{case}: it was opened")
            slowest, most = max(slowest, time.process_time() - start), max(most, resident() - held)
        assert slowest < 0.5, f"{case}: {slowest:.2f} s"
        assert most < ROOM, f"{case}: {most:.0f} MB"
    return {"slowest, s": slowest, "most memory, MB": most}


def _check(error, case, path, fault, way):
    """One sentence that names the file, and says that it is missing only where it is."""
    said, there = str(error), os.path.lexists(path) and fault != "nowhere"
    check_sentence(error, case)
    assert way == "as a picture" or path.name in said, f"{case}: {said}"
    assert not there or "no such file." not in said, f"{case}: {said}"


PARTS = (
    Part(name="no-files", words="huge and endless files, pipes, folders and links in every way in",
         count=len(FAULTS) * len(ENDINGS) * len(WAYS), work=handed, chunk=40, few=40,
         largest=("slowest, s", "most memory, MB"), needs=has_proc),
)  # fmt: skip
