"""Languages in the window: nothing escapes translation, nothing is cut, letters are drawn, and another language comes
at once with all that was open.
"""

import re
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontDatabase, QImage, QRawFont
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QMessageBox,
    QScrollArea,
    QToolButton,
)

from regviz.gui.canvas.panel import PanelView
from regviz.gui.canvas.theme import font
from regviz.gui.language import MIRROR, framed, language, said, speak, wanted, words
from regviz.gui.tools.entries import everything
from regviz.gui.window import app
from regviz.gui.window.autosave import Keeper
from regviz.gui.window.elided import ElidedLabel
from regviz.gui.window.journal import Hooks, Journal
from regviz.gui.window.main import MainWindow
from regviz.gui.window.settings import Settings
from regviz.lab import controls
from regviz.labs import labs
from tests.gui.window.waiting import destroy, shown, until
from tests.toy_lab import LABS

IMAGE = QImage(32, 18, QImage.Format.Format_RGB32)
WORDS = re.compile(r"[A-Za-z]{4,}")


@pytest.fixture
def speaking():
    """Speaks a language for one test."""
    yield speak
    speak("en")


@pytest.fixture
def opened(tmp_path, speaking):
    """Opens windows over the real labs in a language, with every panel open."""
    made = []

    def open_window(code, size):
        speaking(code)
        settings = Settings(tmp_path / "settings.ini")
        for panel in ("labs", "controls"):
            settings.set_open(panel, True)
        window = MainWindow(labs(), labs()[0], labs()[0].State(), settings=settings,
                            journal=Journal(tmp_path / "log"))  # fmt: skip
        made.append(window)
        window.resize(*size)
        window.show()
        return window

    yield open_window
    for window in made:
        destroy(window)


def visit(window):
    """Go through the labs with their controls, without waiting for pictures."""
    for lab in window.labs:
        window.edits.choose(lab)
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        yield lab


def texts(window):
    """Texts that stand on widgets: (widget, text). Names of files, numbers, symbols and captions are no words."""
    spared = {window.footer.caption, window.header.title, window.footer.readouts}
    for widget in window.findChildren(QLabel) + window.findChildren(QAbstractButton):
        if widget not in spared and not widget.isHidden():
            yield widget, widget.text()
    lectures = window.recording.panel.ready_made if window.recording.panel else None
    for box in set(window.findChildren(QComboBox)) - {lectures}:
        yield from ((box, box.itemText(k)) for k in range(box.count()) if isinstance(box.itemData(k), str))


def test_everything_on_the_window_goes_through_translation(opened):
    window = opened(MIRROR, (1280, 720))
    window.help.toggle()
    window.call("lecture")
    for lab in visit(window):
        stray = [text for _, text in texts(window) if WORDS.search(text) and "[" not in text]
        assert not stray, lab.name
        named = [w.accessibleName() for w in window.side.findChildren(QComboBox) if w.accessibleName()]
        assert all("[" in name for name in named)


def test_a_language_from_right_to_left_mirrors_the_window_but_no_picture(opened):
    window = opened(MIRROR, (1280, 720))
    shown(window)
    assert window.layoutDirection() == Qt.LayoutDirection.RightToLeft
    width = window.width()
    assert window.rail.mapTo(window, window.rail.rect().center()).x() > width / 2
    assert window.side.mapTo(window, window.side.rect().center()).x() < width / 2
    view = next(iter(window.view.views.values()))
    assert view.place.x.px(1.0) > view.place.x.px(0.5)


def test_the_slider_is_mirrored_with_its_keys(opened, qt_press):
    window = opened(MIRROR, (1280, 720))
    shown(window)
    slider = window.main_slider()
    before = slider.share
    qt_press(slider, Qt.Key.Key_Left)
    assert slider.share > before
    groove = slider._groove()
    slider.go(slider.value_at(0.0), True)
    assert slider.share_at(groove.right()) == 0.0
    assert slider.share_at(groove.left()) == 1.0


@pytest.fixture
def qt_press():
    from PySide6.QtTest import QTest

    def press(widget, key):
        widget.setFocus()
        QTest.keyClick(widget, key)

    return press


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("code", ["de", "zh"])
def test_no_text_is_cut(opened, code, size):
    window = opened(code, size)
    shown(window)
    window.help.toggle()
    assert until(lambda: not [label for label in window.help.findChildren(QLabel) if too_narrow(label, label.text())])
    window.help.toggle()
    window.call("lecture")
    area = window.recording.panel.findChild(QScrollArea)
    assert until(lambda: area.widget().minimumSizeHint().width() <= area.viewport().width(), 3.0)
    window.call("lecture")
    for lab in visit(window):
        cut = [text for widget, text in texts(window) if widget.isVisible() and too_narrow(widget, text)]
        assert not cut, lab.name
        side = window.side.findChild(QScrollArea)
        assert side.widget().minimumSizeHint().width() <= side.viewport().width(), lab.name


def too_narrow(widget, text):
    """Whether a text does not fit its widget; elided labels and wrapped ones see to that themselves."""
    if isinstance(widget, (ElidedLabel, QComboBox)) or not text:
        return False
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) > widget.height() + widget.fontMetrics().lineSpacing() / 2
    needed = widget.fontMetrics().horizontalAdvance(text.replace("&", ""))
    room = widget.contentsRect().width() if isinstance(widget, QLabel) else widget.width()
    return needed > room + 1


@pytest.mark.parametrize("code", ["de", "zh"])
def test_buttons_have_the_room_they_ask_for(opened, code):
    window = opened(code, (1280, 720))
    shown(window)
    for button in window.header.findChildren(QToolButton):
        if button.isVisible():
            assert button.width() >= button.minimumSizeHint().width() - 1, button.text()


def test_chinese_letters_are_drawn_or_their_lack_is_said(speaking):
    problem = speaking("zh")
    installed = QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)
    assert bool(problem) == (not installed)
    assert not problem or "font" in problem
    drawn = [QRawFont.fromFont(font(18), script) for script in (QFontDatabase.WritingSystem.SimplifiedChinese,)]
    assert not installed or all(raw.glyphIndexesForString("正则化惩罚") != [] for raw in drawn)


def test_without_fonts_for_a_language_one_sentence_says_so(speaking, monkeypatch):
    monkeypatch.setattr("regviz.gui.language.QFontDatabase.families", lambda *_: [])
    assert re.fullmatch(r"No font .*\.", speaking("zh"))
    assert speaking("de") == ""


def test_a_lost_catalogue_leaves_english(speaking):
    assert re.fullmatch(r".*xx\.json.*\.", speaking("xx"))
    assert language() == "en"
    assert words("train error") == "train error"


def test_frames_and_controls_are_the_same_objects_in_english():
    lab = LABS[0]
    frame = next(lab.frames(lab.State()))
    assert framed(frame) is frame
    assert all(said(control) is control for control in controls(lab.State))


def test_panels_marks_and_axes_that_did_not_change_stay_the_same_objects(speaking):
    lab = labs()[0]
    frame = next(lab.frames(lab.State()))
    other = replace(frame, panels=tuple(replace(panel, title="Error") for panel in frame.panels))
    speaking("de")
    one, two = framed(frame), framed(other)
    assert all(a is b for a, b in zip(one.panels, framed(replace(frame, progress=0.5)).panels, strict=True))
    for a, b in zip(one.panels, two.panels, strict=True):
        assert (a.x, a.y) == (b.x, b.y)
        assert all(m is n for m, n in zip(a.marks, b.marks, strict=True))
    assert one.panel("path").title == "Regularisierungspfad"
    assert one.caption == frame.caption
    assert [r.name for r in one.readouts] == [r.name for r in frame.readouts]


def test_names_of_the_data_are_not_translated(speaking):
    lab = labs()[0]
    frame = next(lab.frames(lab.State()))
    bars = frame.panel("coefficients").mark("coefficients")
    named = replace(bars, labels=("noise", *bars.labels[1:]))
    panel = replace(frame.panel("coefficients"), marks=(named,))
    speaking("de")
    offered = framed(replace(frame, panels=(panel,), options={"feature_x": ("automatic", "noise")}))
    assert offered.panels[0].marks[0].labels[0] == "noise"


@pytest.mark.parametrize(("setting", "code"), [("de", "de"), ("en", "en"), (MIRROR, MIRROR)])
def test_the_setting_is_the_language(setting, code, tmp_path):
    settings = Settings(tmp_path / "settings.ini")
    assert settings.language == "system"
    settings.language = setting
    assert wanted(settings.language) == code
    settings.language = "../../etc"
    assert settings.language == "system"
    assert wanted("system") in ("en", "de", "zh")


def test_tools_leave_the_pictures_in_their_language(opened, monkeypatch):
    """What is frozen, kept, filmed or found has the words of the pictures on show."""
    window = opened("de", (1280, 720))
    shown(window)
    titles = [panel.title for panel in window.view.frame.panels]
    assert "Koeffizienten" in titles
    painted = []
    monkeypatch.setattr("regviz.gui.canvas.export.frame_image", lambda frame, *_, **__: painted.append(frame) or IMAGE)
    window.call("keep")
    for _ in range(2):
        window.call("compare")
        assert [panel.title for panel in window.view.frame.panels] == titles
    assert [panel.title for panel in painted[0].panels] == titles
    found = everything(window)
    assert {words(lab.title) for lab in labs()} <= {entry.words for entry in found}
    assert words(labs()[0].title) != labs()[0].title


@pytest.fixture
def desk(tmp_path, speaking):
    journal = Journal(tmp_path / "log")
    keeper = Keeper(tmp_path / "kept", wanted=False)
    made = app.Desk(keeper, journal, Hooks(journal), Settings(tmp_path / "settings.ini"))
    made.open(LABS, LABS[0], LABS[0].State())
    shown(made.window)
    yield made
    destroy(made.window)


def test_another_language_comes_at_once_with_all_that_was_open(desk):
    old = desk.window
    old.session.set({"lam": 2.5})
    old.recording.add()
    old.call("language")
    assert old.settings.language == "en"
    assert until(lambda: desk.window is not old)
    for _ in range(4):
        if language() == "de":
            break
        before = desk.window
        before.call("language")
        assert until(lambda before=before: desk.window is not before)
    window = desk.window
    shown(window)
    assert (language(), window.header.toggle.text()) == ("de", "Regler")
    assert window.session.state.lam == 2.5
    assert window.session.undo()
    assert window.session.state.lam != 2.5
    assert len(window.recording.recorder.lecture.steps) == 1
    assert window.recording.recorder.changed
    window.recording.ask_loss = lambda parent: QMessageBox.StandardButton.Discard
    assert until(lambda: len([w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]) == 1)


def test_pictures_are_the_same_where_text_runs_to_the_left(speaking):
    frame = next(LABS[0].frames(LABS[0].State()))

    def picture():
        view = PanelView()
        view.resize(600, 400)
        view.set_panel(frame.panels[0])
        image = view.grab().toImage()
        destroy(view)
        return image

    usual = picture()
    speaking(MIRROR)
    assert picture() == usual
