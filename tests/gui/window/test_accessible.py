"""Walks through the window over every lab as a screen reader and the Tab key would: names, order, words of panels."""

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from regviz.gui.window.journal import Journal
from regviz.gui.window.keys import KEYS, PANEL_KEYS
from regviz.gui.window.main import MainWindow
from regviz.gui.window.settings import Settings
from regviz.lab import summary
from regviz.labs import labs
from tests.gui.window.waiting import destroy, shown
from tests.test_translation import modes

EVERY = labs()
NOT_WORDS = re.compile(r"\b(nan|NaN|None|inf)\b")


@pytest.fixture
def walked(tmp_path):
    """One window that goes from lab to lab."""
    window = MainWindow(EVERY, EVERY[0], EVERY[0].State(), settings=Settings(tmp_path / "settings.ini"),
                        journal=Journal(tmp_path / "regviz.log"))  # fmt: skip
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


def test_every_lab_has_names_and_an_order(walked):
    wrong = {lab.name: problems(at(walked, lab)) for lab in EVERY}
    assert {name: found for name, found in wrong.items() if found} == {}


def problems(window):
    """What a listener or the Tab key would miss in the lab that is shown."""
    found, order = focusable(window), chain(window)
    views, frame = list(window.view.views.values()), window.view.frame
    nameless = [("no name", type(w).__name__, w.objectName(), w.toolTip()) for w in found if not w.accessibleName()]
    lost = [("Tab never comes", type(w).__name__, w.accessibleName()) for w in (*found, *views) if w not in order]
    lost += [("no focus", view.panel.key) for view in views if view not in found]
    mixed = [("panels out of order",)] if [w for w in order if w in views] != views else []
    silent = [("words", view.panel.key) for view in views
              if view.accessibleName() != view.panel.title
              or view.accessibleDescription() != summary(view.panel, frame)]  # fmt: skip
    return nameless + lost + mixed + silent


def test_tab_enters_a_row_of_choices_at_the_chosen_one(walked):
    window = at(walked, EVERY[0])
    for buttons in (window.header.mode.buttons, window.rail.buttons):
        assert [b for b in buttons.values() if b.isChecked()] == [b for b in buttons.values() if b in focusable(window)]


def test_tab_reaches_every_panel_and_comes_round(walked):
    """Pressing on from any control reaches all others: Qt leaves out what cannot have the focus."""
    window = at(walked, EVERY[0])
    wanted, reached = set(focusable(window)), []
    window.view.views[next(iter(window.view.views))].setFocus()
    assert len(wanted) > 10
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
            assert text.startswith(" ".join(panel.title.split()))
            assert text.endswith(frame.caption)
            assert not NOT_WORDS.search(text), text
            assert "  " not in text
            assert len(text) < 2500, (panel.title, len(text))


def test_every_command_has_a_key():
    assert all(key.keys for key in (*KEYS, *PANEL_KEYS))
