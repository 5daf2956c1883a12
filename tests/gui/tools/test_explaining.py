"""What's this explains every control and panel that is seen; the tour has four steps, shown once to who can see it."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from shiboken6 import delete

from regviz.gui.tools.explaining import Part, explained
from regviz.gui.window.app import seen
from regviz.gui.window.settings import Settings
from regviz.lab import controls
from tests.toy_lab import drill, toy


def test_the_tour_by_keyboard(window):
    slider = window.main_slider()
    slider.setFocus()
    window.call("tour")
    explaining = window.tools.explaining
    assert len(explaining.parts) == 4 and explaining.open
    seen_titles = []
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Space, Qt.Key.Key_Tab):
        seen_titles.append(explaining.callout.title.text())
        QTest.keyClick(explaining.callout, key)
    assert seen_titles == [explaining.parts[at].title for at in (0, 1, 2, 1, 2)]
    QTest.keyClick(explaining.callout, Qt.Key.Key_Return)
    assert not explaining.open
    assert window.focusWidget() is slider
    window.call("tour")
    window.call("cancel")
    assert not explaining.open


def test_the_box_never_leaves_the_window_and_spares_its_part(window):
    for size in ((1280, 720), (700, 450), (1920, 1080)):
        window.resize(*size)
        window.call("tour")
        explaining = window.tools.explaining
        for _ in range(3):
            box, part = explaining.callout.box.geometry(), explaining.callout._part
            assert explaining.callout.rect().contains(box), size
            assert not box.intersects(part) or part.width() > window.width() // 2
            explaining.turn(1)
        explaining.close()


def test_whats_this_covers_every_control_and_panel(window):
    window.call("controls")
    state = window.session.state
    titles = [part.title for part in explained(window)]
    for control in controls(state):
        if control.applies(state):
            assert any(control.label in title.lower() for title in titles), control.name
    assert titles[-2:] == ["Coefficients", "Path"]
    assert all(part.words for part in explained(window))
    assert window.view.frame.caption in explained(window)[-1].words


def test_whats_this_begins_at_the_focus_and_follows_clicks(window):
    window.call("controls")
    box = window.side.fields["n"].editor.box
    box.setFocus()
    window.call("whats_this")
    explaining = window.tools.explaining
    assert explaining.callout.words.text() == "Rows."
    view = window.view.views["path"]
    at = view.mapTo(window.central, view.rect().center())
    QTest.mouseClick(explaining.callout, Qt.MouseButton.LeftButton, pos=at)
    assert explaining.callout.title.text() == "Path"
    assert explaining.callout.accessibleName() == "Path"
    window.call("whats_this")
    assert not explaining.open and window.focusWidget() is box


def test_another_lab_ends_it(window):
    for begin in (window.tools.explaining.tour, window.tools.explaining.whats_this):
        window.edits.choose(toy)
        window.main_slider().setFocus()
        begin()
        assert window.tools.explaining.open
        window.edits.choose(drill)
        assert not window.tools.explaining.open


def test_parts_and_a_focus_that_are_gone_end_it(window):
    explaining = window.tools.explaining
    for leave in (lambda: explaining.turn(1), lambda: explaining._click(QPoint(5, 5)), explaining.close):
        gone = QLineEdit(window.central)
        gone.show()
        gone.setFocus()
        explaining.whats_this()
        explaining.parts.append(Part(gone, "A field", "It will be gone."))
        delete(gone)
        leave()
        assert not explaining.open


def test_the_tour_is_for_who_can_see_it_and_for_once(tmp_path):
    assert not seen(), "tests have no screen"
    settings = Settings(tmp_path / "s.ini")
    assert not settings.toured
    settings.toured = True
    settings.save()
    assert Settings(tmp_path / "s.ini").toured
