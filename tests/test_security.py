"""What files can reach: no code, no network, no program, and no path outside what the user named and the program's own.

The rules on source code stand in `test_architecture`; here everything is opened while Python's audit hook listens,
and while traps wait for what Qt does on its own: a file that nobody should open and a server that nobody should call.
"""

import contextlib
import ctypes
import json
import os
import pickle
import socket
import struct
import subprocess
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from regviz.gui.canvas.png import with_text
from regviz.lab import document, lecture
from regviz.labs import find

ROOT = Path(__file__).resolve().parent.parent
LISTEN = """
import json, os, sys, sysconfig
HERE, NAMED = sys.argv[1], os.path.realpath(sys.argv[2])
PLACES = (HERE, sys.prefix, sys.base_prefix, *sys.path[1:], *sysconfig.get_paths().values())
OWN = [os.path.realpath(place) for place in PLACES]
HARMLESS = ("/proc/", "/sys/", "/dev/null", "/dev/urandom", "/usr/lib", "/lib", "/usr/share")
BAD = ("socket.", "subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork", "urllib.", "ftplib.",
       "http.", "smtplib.", "webbrowser.", "pickle.", "ctypes.dlopen/", "os.startfile")
heard, listening = [], [False]
def hook(event, arguments):
    if not listening[0]:
        return
    if event.startswith(BAD):
        heard.append(f"{event} {arguments!r:.200}")
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        path = os.path.realpath(os.fsdecode(arguments[0]))
        within = any(path == own or path.startswith(own + os.sep) for own in OWN)
        writes = isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if not path.startswith(NAMED) and (writes or not (within or path.startswith(HARMLESS))):
            heard.append(f"open {path} {arguments[1:]!r}")
sys.addaudithook(hook)
"""
WORK = """
import contextlib
from pathlib import Path
from regviz import cli
from regviz.gui.canvas.export import ensure_application
from regviz.gui.window.opening import OpenError, opened
from regviz.labs import find, labs
ensure_application()
every = labs()
listening[0] = True
out = Path(NAMED)
lab = find("shrinkage")
for file in sorted((out / "in").iterdir()):
    with contextlib.suppress(OpenError, ValueError):
        found = opened(file, every, lab, lab.State())
        for frame in found.lab.frames(found.state):
            break
assert cli.main(["fit", str(out / "in" / "t.csv"), "--target", "y", "-o", str(out / "fit.json")]) == 0
assert cli.main(["export", "shrinkage", "-o", str(out / "a.png"), "--size", "320x180"]) == 0
for lab in every:
    frame = next(iter(lab.frames(lab.State())))
    from regviz.gui.picture import write_picture
    write_picture(lab, lab.State(), frame, out / f"{lab.name}.svg", size=(320, 180))
listening[0] = False
print(json.dumps(heard))
"""


def listened(folder, script):
    """What the audit hook hears of a script that may touch ``folder``."""
    env = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1",
                        "TMPDIR": str(folder)}  # fmt: skip
    ended = subprocess.run([sys.executable, "-c", LISTEN + script, str(ROOT), str(folder)], env=env, cwd=folder,
                           capture_output=True, text=True, timeout=110, check=False)  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout.splitlines()[-1])


@dataclass
class Traps:
    """``secret`` is a picture that nobody should open, ``port`` one of this computer's that nobody should call."""

    secret: Path
    server: socket.socket
    watch: int

    @property
    def port(self):
        return self.server.getsockname()[1]

    def sprung(self):
        """What has been touched since the last time."""
        found = []
        with contextlib.suppress(BlockingIOError):
            found += ["secret"] if self.watch >= 0 and os.read(self.watch, 4096) else []
        with contextlib.suppress(BlockingIOError):
            self.server.accept()[0].close()
            found.append("server")
        return found


@pytest.fixture(scope="module")
def traps(tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.png"
    secret.write_bytes(picture())
    watch = -1
    if sys.platform.startswith("linux"):
        libc, opened = ctypes.CDLL(None), 0x20
        watch = libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(watch, os.fsencode(secret), opened) >= 0
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield Traps(secret, server, watch)
    if watch >= 0:
        os.close(watch)


def picture():
    """A grey PNG of one pixel."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")


class Code:
    """Runs a program where it is unpickled."""

    def __reduce__(self):
        return os.system, ("touch unpickled",)


def state(**fields):
    """A session of the lab of shrinkage."""
    return document.dump_values("shrinkage", fields)


def table(name, separator=","):
    rows = (separator.join(map(str, (i, i * i % 7, i % 5, i % 3))) for i in range(30))
    return "\n".join((separator.join(("a", "=1+1", name, "y")), *rows)).encode()


def lesson(link, **fields):
    words = {"title": link, "caption": link, "notes": link, "question": ""}
    steps = (lecture.Step("shrinkage", fields=tuple(fields.items()), **words), lecture.Step("path", **words))
    return lecture.dump(lecture.Lecture(link, steps))


def evil(folder, traps):
    """Files of every kind that try to reach the traps: (content, whether the file as such can be opened)."""
    away, web = traps.secret.as_uri(), f"http://127.0.0.1:{traps.port}/a"
    link = f'<img src="{away}"><img src="{web}.png">![x]({away})'
    code, near = pickle.dumps(Code()), str(folder / "in" / "table.csv")
    share = f"//127.0.0.1:{traps.port}/t.csv"
    return {
        "table.csv": (table(link), True), "table.tsv": (table(link, "\t"), True), "table.txt": (table(link, ";"), True),
        "code.csv": (code, False), "code.regviz": (code, False), "code.json": (code, False),
        "code.png": (picture() + code, False), "hidden.png": (with_text(picture(), repr(code)), False),
        "session.regviz": (state(dataset=near, target=link).encode(), True),
        "session.json": (state(dataset=near, target="y").encode(), True),
        "web.regviz": (state(dataset=f"{web}.csv").encode(), False),
        "address.regviz": (state(dataset=away).encode(), False), "share.regviz": (state(dataset=share).encode(), False),
        "picture.png": (with_text(picture(), state(dataset=near, target=link)), True),
        "web.png": (with_text(picture(), state(dataset=f"{web}.csv")), False),
        "lecture.json": (lesson(link).encode(), True), "lecture.regviz": (lesson(link, dataset=near).encode(), True),
        "share.json": (lesson(link, dataset=share).encode(), False),
    }  # fmt: skip


OPEN = """
from pathlib import Path
from regviz.gui.window.autosave import Keeper
from regviz.gui.window.opening import document
from regviz.gui.window.settings import Settings
from tests.gui.window.waiting import until
from tests.release.screen import screen
from regviz.labs import labs
labs()
place, told = Path(NAMED), {}
def tell(name, act):
    window.banner.hide()
    window.edits.choose(next(lab for lab in window.labs if lab.name == "shrinkage"))
    heard.clear()
    listening[0] = True
    act()
    made.wait(60.0)
    window.grab()
    for panel in window.view.views.values():
        panel.grab()
    listening[0] = False
    told[name] = [list(heard), window.banner.words.text() if window.banner.isVisible() else ""]
def resume():
    keeper = Keeper(place / "kept")
    found = document(keeper.left, window.labs)
    window.session.go(found.lab, found.state)
    window.recording.resume(keeper.left_lecture)
def settings():
    kept = Settings(place / "settings.ini")
    window.restoreGeometry(kept.geometry)
    [str(value) for value in (kept.theme, kept.language, kept.scale, kept.stage_scale, kept.toured, kept.recent)]
with screen() as made:
    window = made.window
    made.wait()
    for file in sorted((place / "in").iterdir()):
        tell(file.name, lambda: window.edits.open_file(file))
    tell("kept", resume)
    tell("settings.ini", settings)
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def opened(tmp_path_factory, traps):
    """What a window says of every evil file, and what it was heard to touch."""
    folder = tmp_path_factory.mktemp("named")
    for name in ("in", "kept"):
        folder.joinpath(name).mkdir()
    files = evil(folder, traps)
    for name, (content, _) in files.items():
        folder.joinpath("in", name).write_bytes(content)
    folder.joinpath("kept", "session-0.regviz").write_bytes(files["session.regviz"][0])
    kept = {"lecture": files["lecture.json"][0].decode(), "title": traps.secret.as_uri(), "at": 0, "changed": True,
            "file": str(traps.secret)}  # fmt: skip
    folder.joinpath("kept", "session-0.lecture").write_text(json.dumps(kept))
    far = f"//127.0.0.1:{traps.port}/t.csv"
    folder.joinpath("settings.ini").write_text(
        f'[General]\ntheme={traps.secret}\ngeometry="@ByteArray(\\0\\1\\2)"\nlanguage=@Variant(\\0\\0\\0\\x7f)\n'
        f"recent={far}, {far}\n"
    )
    traps.sprung()
    told = listened(folder, OPEN)
    return told, traps.sprung(), sorted(path.name for path in folder.rglob("unpickled*"))


def test_each_kind_of_file_reaches_nothing(opened, traps, tmp_path):
    told, sprung, run = opened
    expected = evil(tmp_path, traps)
    assert set(told) == {*expected, "kept", "settings.ini"}
    assert {name: heard for name, (heard, _) in told.items() if heard} == {}
    assert sprung == []
    assert run == []


def test_each_kind_of_file_is_opened_or_refused_in_a_sentence(opened, traps, tmp_path):
    for name, (_, fine) in evil(tmp_path, traps).items():
        said = opened[0][name][1].split(" Details are in ")[0]
        assert bool(said) != fine, f"{name}: {said}"
        assert fine or (said.endswith(".") and "\n" not in said), f"{name}: {said}"


def test_opening_and_exporting_reach_nothing_else(tmp_path):
    inside = tmp_path / "in"
    inside.mkdir()
    link = "![x](file:///etc/hostname)<img src='http://192.0.2.1/a.png'>"
    (inside / "t.csv").write_text(f"a,b,{link},y\n" + "".join(f"{i},{i * i % 7},{i % 5},{i % 3}\n" for i in range(30)))
    (inside / "pickle.csv").write_bytes(b"\x80\x04cos\nsystem\n(S'id'\ntR.")
    lab = find("shrinkage")
    (inside / "s.regviz").write_text(document.dump(lab, lab.State()))
    (inside / "far.regviz").write_text(document.dump(lab, lab.State(dataset="http://192.0.2.1/a.csv")))
    assert listened(tmp_path, WORK) == []


def test_the_hook_hears_and_the_traps_spring(tmp_path, traps):
    (tmp_path / "traps.json").write_text(json.dumps([str(traps.secret), traps.port]))
    traps.sprung()
    script = """
import socket, subprocess
from PySide6.QtCore import QFile, QIODevice
secret, port = json.load(open(NAMED + "/traps.json"))
file = QFile(secret)
assert file.open(QIODevice.OpenModeFlag.ReadOnly)
file.close()
socket.create_connection(("127.0.0.1", port)).close()
listening[0] = True
socket.socket().close()
open("/etc/hostname").close()
open(NAMED + "/fine", "w").close()
subprocess.run([sys.executable, "-c", ""])
listening[0] = False
print(json.dumps(heard))
"""
    heard = " ".join(listened(tmp_path, script))
    assert "socket." in heard and "/etc/hostname" in heard and "subprocess." in heard
    assert "fine" not in heard
    assert traps.sprung() == (["secret", "server"] if traps.watch >= 0 else ["server"])


def test_names_from_a_table_are_never_taken_for_markup():
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QTextDocument

    from regviz.gui.canvas.export import ensure_application
    from regviz.gui.window.notes import Notes

    ensure_application()
    notes = Notes()
    kind = QTextDocument.ResourceType.ImageResource
    for address in ("file:///etc/hostname", "http://192.0.2.1/a.png", "/etc/hostname", "//192.0.2.1/share/a.png"):
        assert not notes.page.loadResource(kind.value, QUrl(address)), address
    notes.deleteLater()


def test_tooltips_show_markup_as_it_is():
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QTextDocument
    from PySide6.QtWidgets import QLabel

    from regviz.gui.canvas.export import ensure_application
    from regviz.gui.window.elided import ElidedLabel

    ensure_application()
    text = "<img src='file:///etc/hostname'> & <b>y</b>"
    label = ElidedLabel(text)
    label.resize(20, 20)
    label.grab()
    document = QTextDocument()
    document.setHtml(label.toolTip())
    assert document.toPlainText() == text
    assert isinstance(label, QLabel) and label.textFormat() == Qt.TextFormat.PlainText
    label.deleteLater()
