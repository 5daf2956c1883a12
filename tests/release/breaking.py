"""Exceptions where there should be none: in labs, gestures, slots, painting and the worker's thread.

A sentence in the banner with the log's place, the details in the log, the last good picture stays, other labs work.
"""

import random
import threading
from unittest import mock

import numpy as np
from PySide6.QtCore import QTimer

import regviz.gui.canvas.panel as painting
from regviz.lab import Gesture, Lab
from regviz.labs import labs
from tests.gui.window.waiting import until
from tests.release.part import Part
from tests.release.screen import screen

ERRORS = (
    ZeroDivisionError("division by zero"), ValueError("two\nlines"), ValueError(""), KeyError("x"), MemoryError(),
    RecursionError("too deep"), np.linalg.LinAlgError("Singular matrix"), FloatingPointError("overflow"),
    OSError(28, "No space"), AssertionError("never"), StopIteration(), RuntimeError("x" * 3000),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), TypeError("<b>bold</b> & more"), SystemExit(1),
    KeyboardInterrupt(), GeneratorExit(),
)  # fmt: skip
THREAD_ONLY = (SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration)
"""Raised in the window's own thread these mean what Python says they mean."""


class Faulty(Lab):
    """A lab that is another one until ``error`` is to come at the moment ``when``."""

    def __init__(self, inner):
        self.inner, self.error, self.when = inner, None, ""
        for name in ("name", "title", "group", "order", "summary", "trains", "State"):
            setattr(self, name, getattr(inner, name))

    def _may_fail(self, moment):
        if self.error is not None and self.when == moment:
            raise self.error

    def key(self, state):
        self._may_fail("key")
        return self.inner.key(state)

    def frames(self, state):
        self._may_fail("first frame")
        for number, frame in enumerate(self.inner.frames(state)):
            if number:
                self._may_fail("later frame")
            yield frame
        self._may_fail("later frame")

    def gesture(self, state, gesture):
        self._may_fail("gesture")
        return {}

    def link(self, state, gesture):
        self._may_fail("link")

    def snippets(self, state):
        self._may_fail("snippets")
        return self.inner.snippets(state)


def faults(seed, first, last):
    """One fault a case, in a lab that has shown a picture before."""
    every, kinds = labs(), tuple(KINDS)
    for index in range(first, last):
        chance = random.Random(f"{seed}/{index}")
        kind = kinds[index % len(kinds)]
        inner, other = chance.sample(every, 2)
        error = chance.choice([e for e in ERRORS if kind in IN_WORKER or not isinstance(e, THREAD_ONLY)])
        error.__traceback__ = error.__context__ = None  # what cases before left there is longer than a whole log
        faulty = Faulty(inner)
        with screen(faulty, offered=(faulty, other)) as made:
            _one(made, faulty, other, kind, error, f"case {seed}/{index}, {kind}, {inner.name}, {error!r:.80}")
    return {"faults": last - first}


def _one(made, faulty, other, kind, error, case):
    window = made.window
    assert made.wait(), f"{case}: no first picture"
    faulty.error, faulty.when = error, kind
    KINDS[kind](window, error)
    banner = window.banner
    assert until(banner.isVisible, 60.0), f"{case}: nothing is said"
    words = banner.words.text()
    assert str(window.journal.file) in words, f"{case}: {words!r} does not name the log"
    assert "\n" not in words and len(words) < 500, f"{case}: {words!r} is no sentence"
    log = window.journal.file.read_text(encoding="utf-8")
    assert type(error).__name__ in log, f"{case}: no details in the log, which says {log[-500:]!r} for {words!r}"
    assert until(made.is_shown, 60.0), f"{case}: the picture is gone"
    _stays(window, case)
    faulty.error = None
    made.said.clear()
    window.edits.choose(other)
    assert until(made.is_shown, 60.0), f"{case}: {other.name} does not work: {window.banner.words.text()}"
    window.edits.choose(faulty)
    window.commands["restart"]()
    assert until(made.is_shown, 60.0), f"{case}: the lab itself does not come back"
    assert not made.said, f"{case}: {made.said[0]}"


def _stays(window, case):
    """Every panel has something painted on it."""
    for view in window.view.views.values():
        image = view.grab().toImage()
        colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
        assert len(colours) > 1, f"{case}: the panel {view.panel.title!r} is empty"


# How each fault is brought about.


def _again(window, error):
    """Ask for the frames anew, and for more of them where they are asked for one by one."""
    window.bridge.worker.restart()
    if window.session.lab.trains:
        window.bridge.worker.step(1)
        window.bridge.worker.step(1)


def _gesture(window, error):
    panel = window.view.frame.panels[0].key
    told = Gesture(kind="click", panel=panel, mark="", index=-1, x=0.0, y=0.0, from_x=0.0, from_y=0.0)
    QTimer.singleShot(0, lambda: window.view.gesture.emit(told))


def _snippets(window, error):
    QTimer.singleShot(0, window.commands["copy_code"])


def _slot(window, error):
    """A slot that fails once a signal calls it."""
    QTimer.singleShot(0, lambda: _raise(error))


def _thread(window, error):
    thread = threading.Thread(target=_raise, args=(error,))
    thread.start()
    thread.join()


def _paint(window, error):
    """The last step of painting fails for every panel, once."""
    with mock.patch.object(painting, "finish", side_effect=error):
        for view in window.view.views.values():
            view.viewport().repaint()


def _raise(error):
    raise error


KINDS = {
    "first frame": _again, "later frame": _again, "key": _again, "gesture": _gesture, "link": _gesture,
    "snippets": _snippets, "slot": _slot, "thread": _thread, "paint": _paint,
}  # fmt: skip
IN_WORKER = ("first frame", "later frame", "key")

PARTS = (
    Part(name="faults", words="exceptions in labs, gestures, slots, painting and threads", count=500, work=faults,
         chunk=10, few=2, goal="A sentence with the log's place, the picture stays, other labs work."),
)  # fmt: skip
