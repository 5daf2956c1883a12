"""Each file under resources/ missing or cut short, in a copy of the program: the message names it, the rest works."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.release.part import Part

ROOT = Path(__file__).resolve().parents[2]
FILES = tuple(sorted(
    str(file.relative_to(ROOT / "resources")) for file in (ROOT / "resources").rglob("*")
    if file.is_file() and "__pycache__" not in file.parts
))  # fmt: skip
LOOK = """
import json, sys
from regviz.labs import names, find, labs
from regviz.data.bundled import bundled, bundled_names
from regviz import lectures
from regviz.gui.canvas.export import ensure_application
from regviz.gui.canvas.theme import load_fonts
from regviz.gui.picture import write_picture
from regviz.gui.window.notes import note
said, works = [], 0
def attempt(act):
    global works
    try:
        problem = act()
    except Exception as error:
        said.append(f"{type(error).__name__}: {error}")
    else:
        works += not problem
        said.extend([problem] if problem else [])
for name in names():
    attempt(lambda: [next(iter(find(name).frames(find(name).State()))), None][1])
for name in bundled_names():
    attempt(lambda: [bundled(name), None][1])
for name in lectures.names():
    attempt(lambda: [lectures.find(name), None][1])
ensure_application()
said.extend(load_fonts())
for lab in labs():
    attempt(lambda: note(lab)[1])
shown = find("shrinkage")
frame = next(iter(shown.frames(shown.State())))
attempt(lambda: write_picture(shown, shown.State(), frame, sys.argv[1], size=(640, 360)))
print(json.dumps({"works": works, "said": said}))
"""


def copied(folder):
    """A copy of the program without its tests."""
    for part in ("regviz", "resources"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))


def look(folder):
    """What the copy in ``folder`` can do and what it complains of."""
    homes = {f"XDG_{name}_HOME": str(folder) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
    more = {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run([sys.executable, "-c", LOOK, str(folder / "a.png")], cwd=folder, capture_output=True,
                           env=os.environ | homes | more, text=True, timeout=300, check=False)  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout)


def lost(seed, first, last):
    """File k // 2 is removed (k even) or cut in half (k odd)."""
    named = fewest = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copied(folder)
        whole = look(folder)
        assert not whole["said"], whole["said"]
        for index in range(first, last):
            file = folder / "resources" / FILES[index // 2 % len(FILES)]
            content = file.read_bytes()
            file.write_bytes(content[: len(content) // 2]) if index % 2 else file.unlink()
            try:
                found = look(folder)
            except AssertionError as error:
                raise AssertionError(f"case {seed}/{index}: {file.name}: {error}") from None
            file.write_bytes(content)
            for sentence in found["said"]:
                assert file.name in sentence or file.stem in sentence, f"case {seed}/{index}: {file.name}: {sentence}"
            gone = whole["works"] - found["works"]
            named, fewest = named + bool(found["said"]), max(fewest, gone)
            assert gone <= whole["works"] // 2, f"case {seed}/{index}: without {file.name}, {gone} things fail"
    return {"named": named, "most that failed": fewest}


PARTS = (
    Part(name="resources", words="each file of the program's own missing or cut short", count=2 * len(FILES), work=lost,
         chunk=6, few=0, largest=("most that failed",), goal="The message names the file; the rest works."),
)  # fmt: skip
