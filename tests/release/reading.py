"""What comes in: made and mutated tables, sessions, lectures, pictures with states, and settings of every control."""

import contextlib
import random
import struct
import tempfile
import zlib
from pathlib import Path

from regviz.commands import CommandError, state_of
from regviz.gui.canvas.png import read_png_state, with_text
from regviz.lab import controls, document, parse
from regviz.lab import lecture as lectures
from regviz.labs import labs
from tests.data import table_fuzz
from tests.lab import test_document, test_lecture
from tests.release.part import Part, check_sentence

ODD = (
    "", " ", "nan", "inf", "-inf", "1e999", "-1e999", "1e400", "0", "-0.0", "-1", "1", "0.1", "1e-320", "9" * 400,
    "1_0", "٣", "½", "0x10", "1e", "--1", "+1", "true", "False", "None", "null", "[]", "{}", "λ", "\u2028", "\ud800",
    "\x00", "a\nb", "x" * 5000, "../../etc/passwd", "/dev/zero", "ridge", "lasso", "=1+1", "%s", "{0}", "🙂",
)  # fmt: skip
"""Texts for a control, few of them sensible."""


def tables(seed, first, last):
    """Compare with the slow parser."""
    verdicts = {"accepted": 0, "refused": 0}
    for index in range(first, last):
        data, target = table_fuzz.example(seed, index)
        try:
            verdicts[table_fuzz.verdict(data, target)] += 1
        except Exception as error:
            raise AssertionError(f"case {seed}/{index}, target {target!r}, {data[:400]!r}: {error!r}") from error
    return verdicts


def sessions(seed, first, last):
    """Mutants of a session: refused with a sentence, or within every range and equal to what it saves to."""
    accepted = sum(test_document.hold_under_mutation(1, f"{seed}/{index}") for index in range(first, last))
    return {"accepted": accepted, "mutants": last - first}


def lecture_files(seed, first, last):
    """Mutants of lectures, likewise."""
    accepted = sum(test_lecture.hold_under_mutation(1, f"{seed}/{index}") for index in range(first, last))
    return {"accepted": accepted, "mutants": last - first}


def shipped_states(seed, first, last):
    """Mutants of the documents of every lab's first state."""
    every, accepted = labs(), 0
    for index in range(first, last):
        chance = random.Random(f"{seed}/{index}")
        lab = chance.choice(every)
        text = test_document.mutated(chance, document.dump(lab, lab.State()))
        with contextlib.suppress(document.DocumentError):
            name, values = document.load(text)
            found = next((each for each in every if each.name == name), None)
            if found is not None:
                _check(found, document.restore(found, values), f"{seed}/{index}")
                accepted += 1
    return {"accepted": accepted, "mutants": last - first}


def _check(lab, state, case):
    """Every field is what its control takes, and the state saves to a fixed point."""
    for control in controls(lab.State):
        value = getattr(state, control.name)
        assert parse(control, value) == value, f"{case}: {lab.name}.{control.name} = {value!r}"
    text = document.dump(lab, state)
    assert document.restore(lab, document.load(text)[1]) == state, case
    assert document.dump(lab, document.restore(lab, document.load(text)[1])) == text, case


def pictures(seed, first, last):
    """Mutants of PNG files that carry a state: a text or None, never a failure, and no text that was not there."""
    lab = labs()[0]
    text = document.dump(lab, lab.State())
    good = with_text(_tiny_png(), text)
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.png")
        for index in range(first, last):
            chance = random.Random(f"{seed}/{index}")
            file.write_bytes(table_fuzz.mutated(chance, good))
            read = read_png_state(file)
            assert read is None or isinstance(read, str), f"{seed}/{index}"
            if read is not None:
                found += 1
                with contextlib.suppress(document.DocumentError):
                    _check(lab, document.restore(lab, document.load(read)[1]), f"{seed}/{index}")
    return {"read": found, "mutants": last - first}


def _tiny_png():
    """A grey picture of one pixel."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")


def settings(seed, first, last):
    """``--set`` with odd values on every field of every lab: a state within all ranges or one sentence."""
    fields = [(lab, control) for lab in labs() for control in controls(lab.State)]
    accepted = 0
    for index in range(first, last):
        chance = random.Random(f"{seed}/{index}")
        lab, control = fields[index % len(fields)]
        word = chance.choice((*ODD, *control.choices, repr(chance.uniform(-1e3, 1e3)), str(chance.randint(-9, 9))))
        name = chance.choice((control.name, control.name.replace("_", "-"), f" {control.name}", control.name + "x"))
        try:
            _check(lab, state_of(lab, [f"{name}={word}"]), f"{seed}/{index}: {lab.name} {name}={word!r}")
            accepted += 1
        except CommandError as error:
            check_sentence(error, f"{seed}/{index}")
    return {"accepted": accepted, "settings": last - first}


def lecture_steps(seed, first, last):
    """Mutants of a lecture over the labs there are: refused, or every step's state is within all ranges."""
    every, accepted = labs(), 0
    steps = tuple(lectures.Step(lab.name, caption="A picture.") for lab in every)
    good = lectures.dump(lectures.Lecture("All labs", steps))
    for index in range(first, last):
        chance = random.Random(f"{seed}/{index}")
        with contextlib.suppress(document.DocumentError):
            for scene in lectures.scenes(lectures.load(test_document.mutated(chance, good)), every):
                _check(scene.lab, scene.state, f"{seed}/{index}")
            accepted += 1
    return {"accepted": accepted, "mutants": last - first}


PARTS = (
    Part(name="tables", words="made and mutated tables against a slow parser of its own", count=100_000, work=tables,
         chunk=500, few=30),
    Part(name="sessions", words="mutated sessions of a toy lab", count=50_000, work=sessions, chunk=2_000, few=50),
    Part(name="states", words="mutated sessions of every lab", count=50_000, work=shipped_states, chunk=1_000, few=30),
    Part(name="lectures", words="mutated lectures of a toy lab", count=50_000, work=lecture_files, chunk=1_000, few=30),
    Part(name="lecture-steps", words="mutated lectures over every lab", count=20_000, work=lecture_steps, chunk=200,
         few=3),
    Part(name="pictures", words="mutated PNG files with a state", count=30_000, work=pictures, chunk=1_000, few=50),
    Part(name="settings", words="--set with odd values on every field of every lab", count=100_000, work=settings,
         chunk=2_000, few=100),
)  # fmt: skip
