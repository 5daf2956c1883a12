"""The monkey: random keys, clicks, drags, wheel, sizes, drops, themes and values over all labs.

Case k of a seed is one window and `EVENTS` events; the events of a case that fails are printed.
"""

import random
from contextlib import ExitStack
from functools import partial
from unittest import mock

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog
from shiboken6 import isValid

from regviz.labs import labs
from tests.gui.window.waiting import until
from tests.release import draw
from tests.release.part import Part
from tests.release.paws import ACTS, press_inside
from tests.release.screen import screen, turn

EVENTS = 100
KEPT = 60
"""Events that are printed of a case that fails."""
SIZES = ((640, 400), (800, 600), (1024, 640), (1280, 720))
PAUSES = 0.25
"""Share of the events after which the window gets to paint and to answer: the others come in a burst, as from a user
who is faster than the machine."""


class Modal(QObject):
    """Plays a little with every dialog that waits for an answer, then closes it."""

    def __init__(self, chance):
        super().__init__()
        self._chance = chance
        self._look_again()

    def _look_again(self):
        """By a timer of its own each time: one that is at work stands still while a dialog opens from another."""
        QTimer(self, interval=5, singleShot=True, timeout=self._close).start()

    @Slot()
    def _close(self):
        self._look_again()
        self.sender().deleteLater()
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            for _ in range(3):
                press_inside(self._chance, dialog)
            if isValid(dialog):
                dialog.close()


class Door(QObject):
    """Keeps the window open: what comes after it has closed is no use of it."""

    def eventFilter(self, watched, event):
        """Refuse to close."""
        closes = event.type() == QEvent.Type.Close
        if closes:
            event.ignore()
        return closes


class Browser(QObject):
    """Stands in for the user's web browser."""

    @Slot("QUrl")
    def visit(self, url):
        """Take the address and do nothing."""


def play(number, seed, first, last):
    """Hold each window under the events of the monkey of this number."""
    every, events = labs(), 0
    for index in range(first, last):
        chance = random.Random(f"{number}/{seed}/{index}")
        lab = every[index % len(every)]
        with screen(lab, size=chance.choice(SIZES)) as made, _world(chance, made.folder) as files:
            done, door = [], Door()
            made.window.installEventFilter(door)
            try:
                _hold(chance, made, files, done)
                _set_back(made)
            except AssertionError as error:
                listed = "\n  ".join(done[-KEPT:])
                raise AssertionError(f"case {seed}/{index}: {error}\n  {listed}") from None
            made.window.removeEventFilter(door)
        events += len(done)
    return {"events": events}


def _hold(chance, made, files, done):
    names, weights = zip(*((name, act.weight) for name, act in ACTS.items()), strict=True)
    for _ in range(EVENTS):
        name = chance.choices(names, weights)[0]
        done.append(f"{name} {ACTS[name].do(chance, made.window, files)}")
        if chance.random() < PAUSES:
            turn()
        if chance.random() < 0.03:
            made.wait(0.3)
        popup = QApplication.activePopupWidget()
        if popup is not None and chance.random() < 0.5:
            popup.close()
        assert not made.said, made.said[0]


def _set_back(made):
    """Nothing is left open, and after a reset the lab is in its first state and shows it."""
    window = made.window
    while (popup := QApplication.activePopupWidget()) is not None:
        popup.close()
    window.commands["reset"]()
    assert window.session.state == window.session.lab.State(), f"{window.session.lab.name} is not set back"
    window.setMinimumSize(640, 400)
    window.resize(1280, 720)
    window.showNormal()
    assert made.wait() or not made.said, made.said[0]
    said = window.banner.words.text()
    assert until(made.is_shown, 60.0), f"{window.session.lab.name}'s first state is not shown: {said}"
    assert not made.said, made.said[0]


class _world(ExitStack):
    """Files to open, dialogs that answer by themselves, no web browser."""

    def __init__(self, chance, folder):
        super().__init__()
        self._chance, self._folder = chance, folder

    def __enter__(self):
        super().__enter__()
        self._folder.joinpath("files").mkdir()
        files = draw.files(self._folder / "files", labs())
        chance, target = self._chance, self._folder / "out"

        def pick(*_, **__):
            return (str(chance.choice(files)) if chance.random() < 0.5 else "", "")

        def place(*_, **__):
            ending = chance.choice((".json", ".csv", ".svg"))
            return (str(target.with_suffix(ending)) if chance.random() < 0.2 else "", "")

        for name, answer in (("getOpenFileName", pick), ("getSaveFileName", place)):
            self.enter_context(mock.patch.object(QFileDialog, name, staticmethod(answer)))
        self._browser, self._modal = Browser(), Modal(chance)
        for scheme in ("http", "https"):
            QDesktopServices.setUrlHandler(scheme, self._browser, "visit")
            self.callback(QDesktopServices.unsetUrlHandler, scheme)
        self.callback(self._modal.deleteLater)
        return files


PARTS = tuple(
    Part(name=f"monkey-{number}", words=f"{EVENTS} random events on a window, over all labs", count=1_000,
         work=partial(play, number), chunk=10, few=int(number == 1),
         goal="Nothing fails inside; a reset gives the first state.")
    for number in (1, 2, 3)
)  # fmt: skip
"""Three monkeys of 100,000 events, each a part of its own, so that they can run side by side with a log each."""
