"""Walks through the window over every lab as a screen reader and the Tab key would: names, order, words of panels."""

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from regviz.gui.window.keys import KEYS, PANEL_KEYS
from regviz.gui.window.main import MainWindow
from regviz.gui.window.journal import Journal
from regviz.gui.window.settings import Settings
from regviz.lab import summary
from regviz.labs import labs
from tests.gui.window.waiting import destroy, shown
from tests.test_translation import modes

EVERY = labs()
NOT_WORDS = re.compile(r"\b(nan|NaN|None|inf)\b")


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """One window that goes from lab to lab."""
    folder = tmp_path_factory.mktemp("walk")
    window = MainWindow(EVERY, EVERY[0], EVERY[0].State(), settings=Settings(folder / "settings.ini"),
                        journal=Journal(folder / "regviz.log"))  # fmt: skip
    window.resize(1600, 900)
    window.show()
    yield window
    destroy(window)


def at(window, lab):
    if window.session.lab is not lab:
        window.edits.choose(lab)
    shown(window)
    window.view.spoken.describe()
    return window


def focusable(window):
    """The widgets that Tab should reach: seen, able, and willing."""
    return [w for w in window.findChildren(QWidget)
            if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible() and w.isEnabled()
            and w.focusProxy() is None and not w.objectName().startswith("qt_")]  # fmt: skip


def chain(window):
    """Every widget of the window in the order of Tab."""
    found, now = [], window.nextInFocusChain()
    while now is not window:
        found.append(now)
        now = now.nextInFocusChain()
    return found


@pytest.mark.parametrize("lab", EVERY, ids=lambda lab: lab.name)
def test_walk(walked, lab):
    window = at(walked, lab)
    found = focusable(window)
    assert not [(type(w).__name__, w.objectName(), w.toolTip()) for w in found if not w.accessibleName()]
    views = list(window.view.views.values())
    assert len(views) == len(window.view.frame.panels)
    order = chain(window)
    assert not [w for w in (*found, *views) if w not in order]
    places = [order.index(view) for view in views]
    assert places == sorted(places)
    for view in views:
        assert view in found
        assert view.accessibleName() == view.panel.title
        assert view.accessibleDescription().startswith(view.panel.title)
        assert view.accessibleDescription().endswith(window.view.frame.caption)


def test_tab_reaches_every_panel_and_comes_round(walked):
    """Pressing on from any control reaches all others: Qt leaves out what cannot have the focus."""
    window = at(walked, EVERY[0])
    wanted, reached = set(focusable(window)), []
    window.view.views[next(iter(window.view.views))].setFocus()
    for _ in range(3 * len(wanted)):
        reached.append(window.focusWidget())
        window.focusNextChild()
    assert set(window.view.views.values()) <= set(reached)
    assert not [(type(w).__name__, w.accessibleName()) for w in wanted - set(reached)]


@pytest.mark.parametrize("lab", EVERY, ids=lambda lab: lab.name)
def test_summaries_of_first_frames(lab):
    for state in modes(lab):
        frame = next(lab.frames(state))
        for panel in frame.panels:
            text = summary(panel, frame)
            assert text.startswith(panel.title)
            assert text.endswith(frame.caption)
            assert not NOT_WORDS.search(text), text
            assert "  " not in text
            assert len(text) < 2500, (panel.title, len(text))


def test_every_command_has_a_key():
    assert all(key.keys for key in (*KEYS, *PANEL_KEYS))
