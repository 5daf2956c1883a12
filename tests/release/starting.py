"""Starts on odd systems: platforms, displays, fonts, home folders, languages, sizes and scales.

Each starts and quits by itself, with the window on the screen and no text cut, or says one sentence and exits with
another code than 0.
"""

import contextlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.release.part import Part

ROOT = Path(__file__).resolve().parents[2]
SIZES = ((800, 600), (1024, 768), (1280, 720), (1366, 768), (1920, 1080), (2560, 1440), (3840, 2160))
REFUSED = {"no display", "dead display", "xcb without display"}
SQUARES = {"minimal"}
"""Platforms without fonts: every letter is a square, and a screen of 240 × 320 gives the smallest window."""


def plain(folder):
    """An environment with folders of its own and no display."""
    names = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return kept | names | {"HOME": str(folder), "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}


def no_fonts(folder):
    """A font configuration that knows no folder of fonts."""
    (folder / "fonts.conf").write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig/>')
    return {"FONTCONFIG_FILE": str(folder / "fonts.conf")}


def no_home(folder):
    """Nothing that says where the user's files are, and a home that is not there."""
    return {"HOME": "/nowhere/at/all", **{f"XDG_{name}_HOME": "" for name in ("CONFIG", "STATE", "CACHE", "DATA")}}


def file_home(folder):
    """Folders of the user's that are files: nobody can write there, not even root."""
    (folder / "file").write_text("")
    return {f"XDG_{name}_HOME": str(folder / "file") for name in ("CONFIG", "STATE", "CACHE", "DATA")}


def off_screen(folder):
    """Settings whose window stood on a projector that is gone."""
    box = struct.pack(">4i", 9000, 9000, 10279, 9719)
    geometry = struct.pack(">IHH", 0x1D9D0CB, 3, 0) + box + box + struct.pack(">iBBi", 1, 0, 0, 1920) + box
    kept = "".join(f"\\x{byte:x}" if byte < 32 or byte > 126 else chr(byte) for byte in geometry)
    (folder / "config" / "regviz").mkdir(parents=True)
    (folder / "config" / "regviz" / "regviz.ini").write_text(f'[General]\ngeometry="@ByteArray({kept})"\n')
    return {}


def _is(**names):
    return lambda folder: names


SYSTEMS = {
    "offscreen": _is(), "minimal": _is(QT_QPA_PLATFORM="minimal"), "no display": _is(QT_QPA_PLATFORM=""),
    "dead display": _is(QT_QPA_PLATFORM="", DISPLAY=":987"), "xcb without display": _is(QT_QPA_PLATFORM="xcb"),
    "no fonts": no_fonts, "no home": no_home, "home is a file": file_home, "off screen": off_screen,
    "LANG=C": _is(LANG="C", LC_ALL="C", LANGUAGE=""),
    "ASCII": _is(LC_ALL="POSIX", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"),
    **{f"scale {scale}": _is(QT_SCALE_FACTOR=str(scale)) for scale in (1, 1.25, 1.5, 2, 3)},
    "odd settings": _is(QT_SCALE_FACTOR="x", QT_STYLE_OVERRIDE="none", QT_FONT_DPI="300"),
}  # fmt: skip
CASES = (
    *((name, None) for name in SYSTEMS), *(("offscreen", size) for size in SIZES), ("path", None), ("xcb", None),
    *((f"scale {scale}", size) for scale in (1.5, 3) for size in (SIZES[0], SIZES[4])),
)  # fmt: skip


def starts(seed, first, last):
    """Start, look, quit."""
    windows = refused = 0
    for index in range(first, last):
        name, size = CASES[index % len(CASES)]
        case = f"case {seed}/{index}: {name} {size or ''}"
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            ended = _run(folder, name, size)
            if name in REFUSED:
                assert ended.returncode not in (0, 1) and ended.returncode > 0, f"{case}: exit {ended.returncode}"
                assert ended.stderr.count("\n") == 1 and ended.stderr.startswith("regviz: "), f"{case}: {ended.stderr}"
                refused += 1
            else:
                assert ended.returncode == 0, f"{case}: exit {ended.returncode}: {ended.stderr[-2000:]}"
                _look(case, json.loads(ended.stdout), whole=name not in SQUARES)
                windows += 1
    return {"windows": windows, "refused": refused}


@contextlib.contextmanager
def display():
    """The name of an X display of its own that takes connections, or None where there is no Xvfb."""
    if shutil.which("Xvfb") is None:
        yield None
        return
    words = ["Xvfb", "-displayfd", "1", "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield f":{server.stdout.readline().strip()}"
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


def _run(folder, name, size):
    root, environment = ROOT, plain(folder)
    if name == "path":
        root = folder / "ein Pfad mit ü und λ"
        for part in ("regviz", "resources", "tests"):
            shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__", "data"))
        shutil.copytree(ROOT / "regviz" / "data", root / "regviz" / "data")
        environment["PYTHONPATH"] = str(root)
    elif name != "xcb":
        environment |= SYSTEMS[name](folder)
    words = ["--size", *map(str, size)] if size else []
    with display() if name == "xcb" else contextlib.nullcontext() as shown:
        environment |= {} if shown is None else {"QT_QPA_PLATFORM": "xcb", "DISPLAY": shown}
        return subprocess.run([sys.executable, "-m", "tests.release.driver", *words], cwd=root, env=environment,
                              capture_output=True, text=True, timeout=300, check=False)  # fmt: skip


def _look(case, seen, whole):
    """The window is on the screen, at least as large as it may be, and, where letters are, every word is ``whole``."""
    assert seen["seen"], f"{case}: the window is not on the screen"
    assert not (whole and seen["cut"]), f"{case}: cut are {seen['cut']}"
    assert seen["size"][0] >= 640 and seen["size"][1] >= 400, f"{case}: {seen['size']}"


PARTS = (
    Part(name="starts", words="starts on odd systems, sizes and scales", count=len(CASES), work=starts, chunk=1, few=1,
         goal="Each starts, or says one sentence and exits with another code than 0."),
)  # fmt: skip
