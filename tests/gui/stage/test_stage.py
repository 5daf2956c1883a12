"""On stage: keys walk the steps, moves end exactly, questions cover, captions stay true, and the window comes back."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from regviz.gui.stage.hands import Hands
from regviz.gui.stage.keys import STAGE_KEYS, STANDS_FOR
from regviz.gui.stage.words import Fitted
from regviz.gui.window.keys import KEYS
from regviz.gui.window.settings import STAGE_SCALES, Settings
from regviz.lab.lecture import Lecture, Step
from tests.gui.stage.conftest import LECTURE
from tests.gui.window.test_window import shortcut
from tests.gui.window.waiting import shown, until
from tests.toy_lab import State, drill, toy

KEY = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def press(window, *keys, modifier=Qt.KeyboardModifier.NoModifier):
    for key in keys:
        QTest.keyClick(window, key, modifier)


def clicker(window, forward):
    """What a clicker sends reaches the window as its shortcut of that key."""
    shortcut(window, "PgDown" if forward else "PgUp")


# Start and end.


def test_f5_takes_the_chrome_away_and_escape_gives_everything_back(window):
    parts = (window.rail, window.footer, window.side, window.notes, window.recording.panel)
    before = [part.isHidden() for part in parts]
    size = window.size()
    shortcut(window, "F5")
    assert window.stage.active
    assert window.isFullScreen()
    assert all(part.isHidden() for part in parts)
    assert window.header.toggle.isHidden()
    assert window.header.title.text() == "First"
    shown(window)
    shortcut(window, "Esc")
    assert not window.stage.active
    assert window.isVisible()
    assert not window.isFullScreen()
    assert window.size() == size
    assert [part.isHidden() for part in parts] == before
    assert not window.header.toggle.isHidden()
    assert window.header.title.text() == "Toy"
    assert window.stage.dressing.foot.isHidden()
    shortcut(window, "PgDown")
    assert window.session.lab is drill, "outside, page keys mean labs again"


def test_escape_never_closes_the_program(stage):
    for _ in range(4):
        shortcut(stage.window, "Esc")
    assert stage.window.isVisible()


def test_full_screen_before_is_full_screen_after(window):
    window.call("fullscreen")
    window.call("present")
    window.stage.leave()
    assert window.isFullScreen()


def test_closing_on_stage_ends_the_lecture(stage):
    stage.podium.open()
    stage.window.close()
    assert not stage.active
    assert stage.podium.presenter is None


def test_without_a_lecture_f5_offers_them(make):
    window = make(lecture=None)
    shown(window)
    shortcut(window, "F5")
    assert not window.stage.active
    assert window.recording.panel_open


def test_a_lecture_that_does_not_fit_is_a_sentence(window):
    assert not window.stage.start(Lecture("A", (Step("toy"), Step("gone"))))
    assert "Step 2" in window.banner.words.text()
    assert not window.stage.active


# Walking.


def test_clicker_walks_every_step_and_back(stage):
    window = stage.window
    assert (stage.at, window.session.state) == (0, State(lam=0.5))
    clicker(window, True)
    assert (stage.at, window.session.state) == (1, State(penalty="ridge", lam=0.01))
    clicker(window, True)
    assert (stage.at, stage.covered) == (2, True)
    assert window.session.state == State(lam=3.0)
    clicker(window, True)
    assert (stage.at, stage.covered) == (2, False)
    clicker(window, True)
    assert (stage.at, window.session.lab, window.session.state) == (3, drill, drill.State(seed=5))
    clicker(window, True)
    assert stage.at == 3
    for at in (2, 1, 0, 0):
        clicker(window, False)
        assert (stage.at, stage.covered) == (at, False)


@pytest.mark.parametrize(("forward", "back"), [
    (KEY.Key_PageDown, KEY.Key_PageUp), (KEY.Key_Return, KEY.Key_Backspace), (KEY.Key_N, KEY.Key_P),
    (KEY.Key_Enter, KEY.Key_P),
])  # fmt: skip
def test_other_keys_walk_too(stage, forward, back):
    press(stage.window, forward)
    assert stage.at == 1
    press(stage.window, back)
    assert stage.at == 0


def test_digits_jump(stage):
    press(stage.window, KEY.Key_3)
    assert (stage.at, stage.covered) == (2, True)
    press(stage.window, KEY.Key_1)
    assert stage.at == 0
    press(stage.window, KEY.Key_9)
    press(stage.window, KEY.Key_0)
    assert stage.at == 0, "there is no such step"


def test_digits_of_a_long_lecture_wait_for_the_next(make):
    window = make(lecture=Lecture("Long", tuple(Step("toy", (("seed", k),)) for k in range(30))))
    shown(window)
    window.call("present")
    press(window, KEY.Key_2)
    assert window.stage.at == 0
    assert window.stage.dressing.foot.count.text() == "→ 2"
    press(window, KEY.Key_7)
    assert window.stage.at == 26
    press(window, KEY.Key_2)
    window.stage.hands.go_typed()
    assert window.stage.at == 1
    press(window, KEY.Key_2, KEY.Key_Escape)
    assert window.stage.active
    assert window.stage.dressing.foot.count.text() == "2 / 30"


def test_whoever_wanders_off_comes_back_by_the_next_key(stage):
    window = stage.window
    window.edits.choose(drill)
    window.edits.choose(toy)
    press(window, KEY.Key_Right)
    assert window.session.state.lam > 0.5
    clicker(window, True)
    clicker(window, False)
    assert window.session.state == State(lam=0.5)
    press(window, KEY.Key_Right)
    clicker(window, False)
    assert window.session.state == State(lam=0.5), "also at the first step"


def test_arrows_and_pictures_stay_alive_on_stage(stage):
    window = stage.window
    press(window, KEY.Key_Right)
    moved = window.session.state.lam
    assert moved > 0.5
    window.session.settle()
    window.view.intent.emit({"lam": 2.0}, True)
    assert window.session.state.lam == 2.0
    shortcut(window, "Ctrl+Z")
    assert window.session.state.lam == moved


# What is shown.


def test_captions_are_the_steps_own_only_while_its_own_states_are_shown(stage):
    window, caption = stage.window, stage.dressing.foot.caption
    assert caption.words == "The first caption."
    window.session.set({"lam": 0.25})
    assert "first caption" not in caption.words
    frame = shown(window)
    assert caption.words == frame.caption
    assert window.header.title.text() == "Toy"
    window.session.undo()
    assert caption.words == "The first caption."


def test_the_counter_follows(stage):
    count = stage.dressing.foot.count
    assert count.text() == "1 / 4"
    clicker(stage.window, True)
    assert count.text() == "2 / 4"


def test_a_question_covers_the_picture_until_the_next_key(stage):
    stage.go(2)
    cover = stage.dressing.cover
    assert cover.isVisible()
    assert cover.question.words == "How many zeros?"
    assert cover.geometry() == stage.window.central.rect()
    assert shown(stage.window).readout("zeros") == 4, "the picture is ready behind it"
    press(stage.window, KEY.Key_Space)
    assert not cover.isVisible()
    stage.go(2)
    QTest.mouseClick(cover, Qt.MouseButton.LeftButton)
    assert not cover.isVisible()
    assert stage.at == 2


def test_black_screen_and_back(stage):
    cover = stage.dressing.cover
    for key in (KEY.Key_Period, KEY.Key_B):
        press(stage.window, key)
        assert cover.black
        assert cover.grab().toImage().pixelColor(9, 9) == Qt.GlobalColor.black
        press(stage.window, key)
        assert not cover.isVisible()
    for back in (KEY.Key_PageDown, KEY.Key_Escape):
        press(stage.window, KEY.Key_B)
        press(stage.window, back)
        assert (cover.isVisible(), stage.at, stage.active) == (False, 0, True)


def test_a_black_screen_over_a_question_gives_the_question_back(stage):
    stage.go(2)
    press(stage.window, KEY.Key_Period)
    press(stage.window, KEY.Key_Period)
    assert stage.dressing.cover.isVisible()
    assert not stage.dressing.cover.black
    assert stage.covered


# Moves and trainings.


def test_a_move_is_steady_and_ends_exactly(stage):
    stage.go(1)
    mover, session = stage.mover, stage.window.session
    assert mover.moving
    mover.pause()
    seen = []
    while mover.share < 1.0:
        mover.advance(0.2)
        seen.append(session.state.lam)
    assert len(seen) == 40
    assert seen == sorted(seen)
    assert seen[-1] == 10.0
    ratios = [after / before for before, after in zip(seen, seen[1:], strict=False)]
    assert max(ratios) / min(ratios) < 1.001
    assert session.state == State(penalty="ridge", lam=10.0)
    assert stage.prepared
    session.undo()
    assert session.state.lam == 0.01, "a move is one entry"


def test_r_replays_and_space_stops_a_move(stage):
    window, mover = stage.window, stage.mover
    stage.go(1)
    mover.advance(0.2)
    press(window, KEY.Key_Space)
    assert mover.paused
    at = window.session.state.lam
    assert 0.01 < at < 10.0
    assert stage.dressing.foot.caption.words == "It shrinks."
    press(window, KEY.Key_Space)
    assert mover.moving
    press(window, KEY.Key_R)
    assert window.session.state.lam == 0.01
    assert mover.moving


def test_a_hand_on_the_slider_ends_a_move(stage):
    stage.go(1)
    stage.mover.advance(0.2)
    stage.window.main_slider().go(5.0, True)
    stage.mover.advance(0.2)
    assert not stage.mover.moving
    assert stage.window.session.state.lam == 5.0
    assert not stage.mover.paused


def test_a_question_holds_move_and_training_back(make):
    steps = tuple(replace(step, question="Well?") for step in LECTURE.steps)
    window = make(lecture=Lecture("Asking", steps))
    shown(window)
    window.call("present")
    window.stage.go(1)
    assert not window.stage.mover.moving
    window.stage.next()
    assert window.stage.mover.moving
    window.stage.go(3)
    assert not window.player.playing
    window.stage.next()
    assert window.player.playing


def test_a_training_plays_on_its_own_from_its_beginning(stage):
    window = stage.window
    for _ in range(2):
        stage.go(3)
        assert window.player.playing
        assert window.player.speed == 2.0
        assert until(lambda: window.shown.lab is drill and window.shown.frame.readout("step") >= 6)
        assert stage.dressing.foot.caption.words == "It learns."
        clicker(window, False)
        assert not window.player.playing
        assert until(lambda: window.shown.lab is toy)
    stage.go(3)
    assert until(lambda: window.shown.lab is drill)
    assert window.shown.frame.readout("step") <= 2
    stage.replay()
    assert window.player.playing


# Size.


def test_the_stage_has_a_size_of_its_own(stage, tmp_path):
    window = stage.window
    own, outside = window.settings.scale, window.looks.unit.factor
    for _ in STAGE_SCALES:
        press(window, KEY.Key_Plus, modifier=CONTROL | SHIFT)
    assert window.settings.stage_scale == STAGE_SCALES[-1] == 2.5
    assert window.looks.unit.factor == pytest.approx(2.5 * outside)
    shortcut(window, "Ctrl+-")
    press(window, KEY.Key_Underscore, modifier=CONTROL | SHIFT)
    assert window.settings.stage_scale == STAGE_SCALES[-3]
    stage.leave()
    assert window.settings.scale == own
    assert window.looks.scale == own
    window.settings.save()
    assert Settings(tmp_path / "settings.ini").stage_scale == STAGE_SCALES[-3]
    window.call("present")
    shortcut(window, "Ctrl+0")
    press(window, KEY.Key_Minus, modifier=CONTROL | SHIFT)
    assert window.settings.stage_scale == STAGE_SCALES[0] == 1.0


def test_long_words_shrink_until_they_fit(stage):
    caption = stage.dressing.foot.caption
    stage.dressing.scale(7)
    QApplication.processEvents()
    short, room = caption.fitting().pixelSize(), caption.height()
    caption.say("A very long caption that would never fit in this row of the window. " * 4)
    assert caption.fitting().pixelSize() < short
    assert caption.height() == room, "the picture does not jump"


@pytest.mark.parametrize("question", ["Will it fit the training points better or worse? " * 2, "Why? " * 40, "One", ""])
def test_lines_of_a_question_are_of_like_length(question):
    words = Fitted(Qt.AlignmentFlag.AlignCenter, QFont.Weight.DemiBold)
    words.resize(1500, 600)
    words.show_theme("black", 60)
    words.say(question.strip())
    font = words.fitting()
    metrics, place = QFontMetrics(font), words.place(font)

    def needed(wide):
        return metrics.boundingRect(QRect(0, 0, wide, 10_000), int(Qt.TextFlag.TextWordWrap), words.words)

    assert needed(place.width()).height() == needed(1500).height()
    assert needed(place.width()).width() <= place.width()
    if question.strip():
        narrower = needed(place.width() - 1)
        assert narrower.height() > needed(1500).height() or narrower.width() > place.width() - 1
    assert abs(place.center().x() - words.rect().center().x()) <= 1


# Keys.


def test_every_stage_key_has_its_method_and_every_stand_in_its_command():
    for key in STAGE_KEYS:
        assert callable(getattr(Hands, key.name))
    assert set(STANDS_FOR) <= {key.name for key in KEYS}
    for method in STANDS_FOR.values():
        assert callable(getattr(Hands, method))
    texts = [text for key in STAGE_KEYS for text in key.keys]
    assert len(set(texts)) == len(texts)


def test_controls_and_notes_can_be_had_on_stage(stage):
    window = stage.window
    for name, part in (("controls", window.side), ("notes", window.notes)):
        window.call(name)
        assert not part.isHidden()
        window.call(name)
        assert part.isHidden()
        assert not window.settings.is_open(name)
