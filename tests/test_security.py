"""What files can reach: no code, no network, no program, and no path outside what the user named and the program's own.

The rules on source code stand in `test_architecture`; here everything is opened while Python's audit hook listens.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from regviz.lab import document
from regviz.labs import labs

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
    env = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run([sys.executable, "-c", LISTEN + script, str(ROOT), str(folder)], env=env, cwd=folder,
                           capture_output=True, text=True, timeout=110, check=False)  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout.splitlines()[-1])


def test_opening_and_exporting_reach_nothing_else(tmp_path):
    inside = tmp_path / "in"
    inside.mkdir()
    link = "![x](file:///etc/hostname)<img src='http://192.0.2.1/a.png'>"
    (inside / "t.csv").write_text(f"a,b,{link},y\n" + "".join(f"{i},{i * i % 7},{i % 5},{i % 3}\n" for i in range(30)))
    (inside / "pickle.csv").write_bytes(b"\x80\x04cos\nsystem\n(S'id'\ntR.")
    lab = next(lab for lab in labs() if lab.name == "shrinkage")
    (inside / "s.regviz").write_text(document.dump(lab, lab.State()))
    (inside / "far.regviz").write_text(document.dump(lab, lab.State(dataset="http://192.0.2.1/a.csv")))
    assert listened(tmp_path, WORK) == []


def test_the_hook_hears(tmp_path):
    script = """
import socket, subprocess
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
