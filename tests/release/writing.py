"""Writing that fails: at the k-th call for every k, and after k bytes. Disks that are full stand in `disks`.

The old file stays, the sentence names the path and the reason, no half-written file is left beside it.
"""

import contextlib
import io
import os
import random
import resource
import tempfile
from pathlib import Path
from unittest import mock

from PySide6.QtCore import QByteArray

import regviz.files
from regviz.engine import Session
from regviz.export import ExportError, Picture, save
from regviz.files import WriteError, write_text
from regviz.gui.canvas.export import ExportError as PaintError
from regviz.gui.canvas.export import ensure_application, save_bytes
from regviz.gui.window.autosave import Autosave, Keeper
from regviz.gui.window.journal import Journal
from regviz.gui.window.settings import Settings
from regviz.lab import document
from regviz.labs import find
from regviz.sweep import parse_sweep
from tests.release.part import Part, check_sentence

OLD = b"what was there before"


def listing(folder):
    """What is in the folder, with its contents."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


# The k-th call fails.


class Fuse:
    """Makes the k-th call of the wrapped functions fail with ``error``."""

    def __init__(self, at, error):
        self.at, self.error, self.calls = at, error, 0

    def wrap(self, function):
        def called(*given, **named):
            self.burn()
            return function(*given, **named)

        return called

    def burn(self):
        self.calls += 1
        if self.calls == self.at + 1:
            raise self.error


class Stream:
    """A text stream whose writing, flushing and closing may fail; what is open is closed all the same."""

    def __init__(self, inner, fuse):
        self._inner, self._fuse = inner, fuse

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._inner.close()
        if error[0] is None:
            self._fuse.burn()

    def write(self, text):
        self._fuse.burn()
        return self._inner.write(text)

    def flush(self):
        self._fuse.burn()
        self._inner.flush()

    def fileno(self):
        return self._inner.fileno()


@contextlib.contextmanager
def fused(at, error):
    """Every call by which `write_text` touches the disk counts; the one numbered ``at`` fails."""
    fuse = Fuse(at, error)
    with contextlib.ExitStack() as stack:
        for name in ("open", "fsync", "fstat", "replace"):
            stack.enter_context(mock.patch.object(os, name, fuse.wrap(getattr(os, name))))
        stack.enter_context(mock.patch.object(Path, "chmod", fuse.wrap(Path.chmod)))
        opened = lambda *given, **named: Stream(open(*given, **named), fuse)  # noqa: E731, SIM115
        stack.enter_context(mock.patch.object(regviz.files, "open", opened, create=True))
        yield fuse


def calls(seed, first, last):
    """For each error of the system, the k-th call of a save fails, for every k until the save succeeds."""
    failed = 0
    for index in range(first, last):
        number = (5, 28, 13, 27, 122)[index % 5]
        error = OSError(number, os.strerror(number))
        existing = index % 2 == 0
        for at in range(100):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                if existing:
                    (folder / "s.regviz").write_bytes(OLD)
                before, case = listing(folder), f"case {seed}/{index}, call {at}"
                with fused(at, error) as fuse:
                    said = refusal(lambda target=folder / "s.regviz": write_text(target, "new" * 3000))
                if fuse.calls <= at:
                    assert said is None and (folder / "s.regviz").read_bytes() == b"new" * 3000, case
                    break
                failed += 1
                assert said is not None, f"{case}: nothing was said"
                assert str(folder / "s.regviz") in said and error.strerror.lower() in said.lower(), f"{case}: {said}"
                assert listing(folder) == before, f"{case}: {sorted(listing(folder))}"
        assert at >= 5, f"{case}: only {at} calls"
    return {"failed calls": failed}


def refusal(write):
    """The sentence with which ``write`` fails, or None."""
    try:
        write()
    except (WriteError, ExportError, PaintError) as error:
        check_sentence(error, "writing")
        return str(error)
    return None


# After k bytes.


@contextlib.contextmanager
def at_most(size):
    """No file of this process grows beyond ``size`` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


ENDINGS = (".png", ".svg", ".pdf", ".json", ".csv", ".gif", ".regviz", ".bytes")


def sizes(seed, first, last):
    """A save of every kind that may write k bytes and no more, k from 0 up to the last byte but one."""
    refused, wholes = 0, {}
    for index in range(first, last):
        chance, ending = random.Random(f"{seed}/{index}"), ENDINGS[index % len(ENDINGS)]
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            if ending not in wholes:
                save_into(folder / f"w{ending}")
                wholes[ending] = (folder / f"w{ending}").stat().st_size
            target = folder / f"a{ending}"
            target.write_bytes(OLD)
            before, whole = listing(folder), wholes[ending]
            limit = chance.choice((0, 1, whole - 1, chance.randrange(whole)))
            with at_most(limit):
                said = refusal(lambda target=target: save_into(target))
            case = f"case {seed}/{index}, {ending} after {limit} of {whole} bytes"
            assert said is not None and str(target) in said and "too large" in said.lower(), f"{case}: {said}"
            assert listing(folder) == before, f"{case}: {sorted(listing(folder))}"
            refused += 1
    return {"refused": refused}


def save_into(target):
    """Write something of the kind that the name asks for."""
    lab = find("shrinkage")
    if target.suffix == ".regviz":
        write_text(target, document.dump(lab, lab.State()))
    elif target.suffix == ".bytes":
        ensure_application()
        save_bytes(target, bytes(100_000))
    else:
        sweep = parse_sweep(lab, "lam=0.01:1:2") if target.suffix == ".gif" else None
        save(lab, lab.State(), target, Picture(size=(320, 180), sweep=sweep))


# What is written without being asked for.


def unasked(seed, first, last):
    """Autosave, settings and log whose disk is full or folder cannot be had: no exception, the old file whole."""
    ensure_application()
    lab = find("shrinkage")
    for index in range(first, last):
        chance = random.Random(f"{seed}/{index}")
        with tempfile.TemporaryDirectory() as name, mock.patch("sys.stderr", io.StringIO()) as stderr:
            folder, case = Path(name), f"case {seed}/{index}"
            keeper = Keeper(folder)
            keeper.keep(document.dump(lab, lab.State()))
            journal, settings = Journal(folder / "log" / "regviz.log"), Settings(folder / "s.ini")
            settings.theme = "dark"
            settings.save()
            before = listing(folder)
            kept = Autosave(Session(lab, lab.State(lam=3.0)), keeper, journal)
            settings.geometry = QByteArray(bytes(2000))
            with at_most(chance.choice((0, 1, chance.randrange(200)))):
                kept._write()
                settings.save()
                journal.write("x" * 500)
            assert listing(folder) == before, f"{case}: {sorted(listing(folder))}"
            said = stderr.getvalue() + (journal.file.read_text(encoding="utf-8") if journal.file.exists() else "")
            assert "Cannot write" in said and "x" * 500 in said, f"{case}: {said!r}"
            assert Settings(folder / "s.ini").theme == "dark", case
            kept.close()
            kept.deleteLater()
    return {"failures": 3 * (last - first)}


PARTS = (
    Part(name="write-calls", words="the k-th call of a save fails, for every k", count=20, work=calls, chunk=5, few=2),
    Part(name="write-sizes", words="saves of every kind stopped after k bytes", count=400, work=sizes, chunk=8, few=3),
    Part(name="write-unasked", words="autosave, settings and log on a full disk", count=100, work=unasked, chunk=10,
         few=2),
)  # fmt: skip
