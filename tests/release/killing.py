"""kill −9 at random times: while the window is used, while a session is written, while a picture is written."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from regviz.gui.window.autosave import Keeper
from regviz.lab.document import load
from tests.gui.window.test_autosave import killed_while_dragging
from tests.release.part import Part

ROOT = Path(__file__).resolve().parents[2]
TEXTS = """
import sys
from regviz.files import write_text
number = 0
print("on", flush=True)
while True:
    number += 1
    write_text(sys.argv[1], f"{number % 10}" * 200_000)
"""
PICTURES = """
import sys
from regviz.gui.canvas.export import ensure_application, save_bytes
ensure_application()
number = 0
print("on", flush=True)
while True:
    number += 1
    save_bytes(sys.argv[1], f"{number % 10}".encode() * 200_000)
"""


def windows(seed, first, last):
    """A window whose main slider is dragged: what it leaves is whole and at most two seconds old."""
    for index in range(first, last):
        chance = random.Random(f"{seed}/{index}")
        with tempfile.TemporaryDirectory() as name:
            _, recent = killed_while_dragging(name, chance.uniform(1.3, 4.0))
            keeper = Keeper(Path(name, "regviz"))
            case = f"case {seed}/{index}"
            assert keeper.left is not None, f"{case}: nothing is left"
            found = load(keeper.left)[1]["lam"]
            keeper.close()
            assert min(recent) <= found <= max(recent), f"{case}: {found} is not in {min(recent)} … {max(recent)}"
            drafts = list(Path(name).rglob("*.part"))
            for draft in drafts:
                os.utime(draft, (0.0, 0.0))
            Keeper(Path(name, "regviz")).close()
            assert not any(draft.exists() for draft in drafts), f"{case}: {drafts} stay for ever"
    return {"restored": last - first}


def during_writes(seed, first, last):
    """A process that does nothing but write one file: the file is whole whenever it ends."""
    drafts = 0
    for index in range(first, last):
        chance = random.Random(f"{seed}/{index}")
        with tempfile.TemporaryDirectory() as name:
            target = Path(name, "a")
            target.write_text("0" * 200_000)
            _killed((TEXTS, PICTURES)[index % 2], target, chance.uniform(0.0, 0.3))
            text = target.read_text()
            assert len(text) == 200_000 and len(set(text)) == 1, f"case {seed}/{index}: a broken file"
            drafts += len(list(Path(name).iterdir())) - 1
    return {"whole": last - first, "drafts left by the kill": drafts}


def _killed(script, target, after):
    process = subprocess.Popen([sys.executable, "-c", script, str(target)], cwd=ROOT, stdout=subprocess.PIPE,
                               env=os.environ | {"QT_QPA_PLATFORM": "offscreen"})  # fmt: skip
    process.stdout.readline()
    time.sleep(after)
    process.kill()
    process.stdout.close()
    process.wait()


def no_kill():
    """A sentence where there is no kill −9."""
    return "" if hasattr(signal, "SIGKILL") else "there is no SIGKILL here"


PARTS = (
    Part(name="kills", words="windows killed while a slider is dragged", count=100, work=windows, chunk=2, few=0,
         needs=no_kill, goal="Restored to at most 2 s before."),
    Part(name="kills-writing", words="processes killed while they write", count=200, work=during_writes, chunk=10,
         few=2, needs=no_kill),
)  # fmt: skip
