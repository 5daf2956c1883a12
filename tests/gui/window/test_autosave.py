"""The session comes back after a crash, once, and never after a good end or over another window's."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies
from PySide6.QtWidgets import QMessageBox

from regviz.engine import Session
from regviz.gui.stage.draft import draft, resume
from regviz.gui.stage.recorder import Recorder
from regviz.gui.window.autosave import SLOTS, Autosave, Keeper
from regviz.gui.window.journal import Journal
from regviz.lab.document import DocumentError, dump, load, restore
from regviz.lab.lecture import Lecture, Step
from tests.gui.window.waiting import shown, until
from tests.strategies import states
from tests.toy_lab import State, toy

TEXT = dump(toy, State(lam=3.0))


def files(folder):
    return sorted(file.name for file in folder.glob("*.regviz"))


def crash(folder, text=TEXT):
    """A place as a crash leaves it."""
    keeper = Keeper(folder)
    keeper.keep(text)
    keeper._lock.unlock()
    keeper._file = None


def test_what_a_crash_left_comes_back_once(tmp_path):
    crash(tmp_path)
    keeper = Keeper(tmp_path)
    assert keeper.left == TEXT
    assert files(tmp_path) == []
    keeper.close()
    assert Keeper(tmp_path).left is None


def test_a_good_end_leaves_nothing(tmp_path):
    keeper = Keeper(tmp_path)
    keeper.keep(TEXT)
    keeper.close()
    assert files(tmp_path) == []
    assert Keeper(tmp_path).left is None


def test_two_windows_keep_out_of_each_others_way(tmp_path):
    first, second = Keeper(tmp_path), Keeper(tmp_path)
    first.keep(TEXT)
    assert second.left is None
    second.keep(dump(toy, State(lam=4.0)))
    assert len(files(tmp_path)) == 2
    first.close()
    assert len(files(tmp_path)) == 1
    second.close()


def test_who_asks_for_something_else_leaves_the_crash_for_the_next_start(tmp_path):
    crash(tmp_path)
    asked = Keeper(tmp_path, wanted=False)
    assert asked.left is None
    asked.keep(dump(toy, State(lam=9.0)))
    asked.close()
    assert Keeper(tmp_path).left == TEXT


def test_more_windows_than_places_run_unkept(tmp_path):
    keepers = [Keeper(tmp_path) for _ in range(SLOTS + 1)]
    for keeper in keepers:
        keeper.keep(TEXT)
    assert len(files(tmp_path)) == SLOTS
    for keeper in keepers:
        keeper.close()


def test_a_folder_that_cannot_be_written_is_no_reason_to_fail(tmp_path):
    (tmp_path / "file").write_text("")
    keeper = Keeper(tmp_path / "file" / "x")
    keeper.keep(TEXT)
    keeper.close()


def test_a_broken_document_is_dropped(tmp_path):
    crash(tmp_path)
    (tmp_path / files(tmp_path)[0]).write_bytes(b"\xff\xfe broken")
    assert Keeper(tmp_path).left is None


@settings(max_examples=20)
@given(state=states(toy))
def test_every_state_is_kept_and_comes_back(state, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    crash(folder, dump(toy, state))
    keeper = Keeper(folder)
    assert restore(toy, load(keeper.left)[1]) == state
    keeper.close()


def test_a_lecture_comes_back_and_stays_on_disk_until_there_is_a_newer_one(tmp_path):
    keeper = Keeper(tmp_path)
    keeper.keep_lecture("my lecture")
    keeper._lock.unlock()
    keeper._file = None
    assert Keeper(tmp_path, wanted=False).left_lecture is None
    for _ in range(2):
        again = Keeper(tmp_path)
        assert again.left_lecture == "my lecture"
        again._lock.unlock()
    again.keep_lecture("")
    assert list(tmp_path.glob("*.lecture")) == []


@settings(max_examples=20, deadline=None)
@given(titles=strategies.lists(strategies.text(max_size=8), min_size=1, max_size=3), title=strategies.text(max_size=5),
       at=strategies.integers(-1, 2), saved=strategies.booleans())  # fmt: skip
def test_every_lecture_is_kept_with_its_place_and_whether_it_is_saved(titles, title, at, saved):
    lecture = Lecture(title, tuple(Step("toy", title="".join(filter(str.isprintable, each))) for each in titles))
    lecture = replace(lecture, title="".join(filter(str.isprintable, title)))
    one, other = Recorder(), Recorder()
    one.resume(lecture, at, Path("a.regviz") if saved else None, not saved)
    resume(other, draft(one, one.at))
    for name in ("lecture", "at", "file", "changed"):
        assert getattr(other, name) == getattr(one, name)
    assert other.changed is not saved


@pytest.mark.parametrize("text", [
    "", "[]", "{}", "7", '{"lecture": "{}", "title": "", "at": 0, "changed": true, "file": null}',
])  # fmt: skip
def test_a_broken_lecture_is_a_sentence_and_no_steps_are_no_text(text):
    recorder = Recorder()
    with pytest.raises(DocumentError):
        resume(recorder, text)
    assert draft(recorder, -1) == ""


def test_a_lecture_that_is_being_made_survives_a_crash(make, tmp_path):
    window = make()
    shown(window)
    kept = Autosave(window.session, Keeper(tmp_path), Journal(tmp_path / "log"), lecture=window.recording.draft)
    window.recording.recorder.listen(kept.changed)
    kept.begin()
    window.call("add_step")
    window.call("add_step")
    window.recording.edit(caption="What I wanted to say.")
    assert until(lambda: "wanted to say" in "".join(f.read_text() for f in tmp_path.glob("*.lecture")), 3.0)
    text = next(tmp_path.glob("*.lecture")).read_text()
    kept.close()
    assert list(tmp_path.glob("*.lecture")) == []
    other = make()
    other.recording.resume(text)
    assert other.recording.recorder.lecture == window.recording.recorder.lecture
    assert (other.recording.recorder.at, other.recording.recorder.changed) == (1, True)
    assert other.recording.panel_open
    for each in (window, other):
        each.recording.ask_loss = lambda parent: QMessageBox.StandardButton.Discard


def test_drafts_of_a_killed_process_are_swept_away_once_they_are_old(tmp_path):
    old, new, other = tmp_path / ".0123456789abcdef.part", tmp_path / ".fedcba9876543210.part", tmp_path / "a.part"
    for file in (old, new, other):
        file.write_text("half")
    for file in (old, other):
        os.utime(file, (1e9, 1e9))
    Keeper(tmp_path).close()
    assert (old.exists(), new.exists(), other.exists()) == (False, True, True)


def test_changes_are_on_disk_within_two_seconds_and_only_after_the_first_picture(tmp_path):
    session = Session(toy, State())
    kept = Autosave(session, Keeper(tmp_path), Journal(tmp_path / "log"))
    session.set({"lam": 1.5})
    assert not kept._timer.isActive()
    kept.begin()
    assert until(lambda: files(tmp_path) != [], 2.0)
    session.set({"lam": 2.5})
    assert until(lambda: "2.5" in (tmp_path / files(tmp_path)[0]).read_text(), 2.0)
    kept.close()
    assert files(tmp_path) == []


RUN = """
import sys
from PySide6.QtCore import QTimer
from regviz.gui.window import app
class Dragged(app.MainWindow):
    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        print("start", self.session.lab.name, self.session.state.lam, flush=True)
        self.count = 0
        self.drag = QTimer(self, interval=15)
        self.drag.timeout.connect(self.move_on)
        self.view.painted.connect(self.begin)
    def begin(self, frame):
        self.view.painted.disconnect(self.begin)
        self.drag.start()
    def move_on(self):
        self.count += 1
        self.edits.edit({"lam": 0.001 * self.count}, False)
        print(self.session.state.lam, flush=True)
app.MainWindow = Dragged
sys.exit(app.start(None, None, None))
"""


def run(folder):
    homes = {f"XDG_{name}_HOME": str(folder) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
    return subprocess.Popen([sys.executable, "-c", RUN], env=os.environ | homes | {"QT_QPA_PLATFORM": "offscreen"},
                            stdout=subprocess.PIPE, text=True)  # fmt: skip


def killed_while_dragging(folder, after):
    """λ as the window found it at its start, and every λ with its time until it was killed."""
    process = run(folder)
    seen = []
    start = process.stdout.readline().split()
    end = None
    for line in process.stdout:
        seen.append((time.monotonic(), float(line)))
        end = end or seen[0][0] + after
        if time.monotonic() > end:
            break
    os.kill(process.pid, signal.SIGKILL)
    at = time.monotonic()
    process.stdout.close()
    process.wait()
    return float(start[2]), [lam for when, lam in seen if when >= at - 2.0] + [seen[-1][1]]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_killed_window_is_back_where_it_was(tmp_path):
    _, recent = killed_while_dragging(tmp_path, 2.3)
    found, _ = killed_while_dragging(tmp_path, 0.0)
    assert min(recent) <= found <= max(recent)
