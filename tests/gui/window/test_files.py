"""Files in and out of the window: dropped and opened ones, sessions, exports, the clipboard."""

import dataclasses
import json

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication

from regviz.engine import Failure
from regviz.gui import film, motion
from regviz.gui.canvas.export import frame_image, render_frame
from regviz.gui.canvas.png import read_png_state
from regviz.gui.picture import heading
from regviz.gui.window.exporting import ExportDialog, command_line, python_code
from regviz.gui.window.filming import with_progress
from regviz.gui.window.opening import opened, takes_tables, without_columns
from regviz.lab import WHOLE, Frame, Stroke, replace
from regviz.lab.document import dump, load, restore
from regviz.labs import find, labs
from tests.gui.window.waiting import shown, until
from tests.release.screen import screen
from tests.toy_lab import State, Toy, drill, frame_of, toy


def drop(window, *urls):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(u)) if not isinstance(u, QUrl) else u for u in urls])
    at, action = QPointF(100, 100), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dragEnterEvent(QDragEnterEvent(at.toPoint(), action, data, left, none))
    window.dropEvent(QDropEvent(at, action, data, left, none))


def test_dropped_table_becomes_the_data_set(window, tmp_path):
    file = tmp_path / "größe 1.csv"
    file.write_text("a,b\n1,2\n")
    drop(window, file)
    assert window.session.state.dataset == str(file)
    shown(window)
    assert not window.banner.isVisible()


@pytest.mark.parametrize("lab", [each for each in labs() if takes_tables(each)], ids=lambda lab: lab.name)
def test_other_data_forget_the_columns_of_the_old_ones(lab, tmp_path):
    state = replace(lab.State(), dataset="birthwt", target="low")
    assert without_columns(state, {"dataset": "prostate"})["target"] == ""
    assert without_columns(state, {"dataset": "birthwt", "seed": 1}) == {"dataset": "birthwt", "seed": 1}
    assert without_columns(state, {"dataset": "prostate", "target": "age"})["target"] == "age"
    file = tmp_path / "t.csv"
    file.write_text("a,b\n1,2\n")
    assert opened(file, labs(), lab, state).state.target == ""


def test_table_that_is_opened_again_is_read_again(tmp_path):
    file, lab = tmp_path / "t.csv", find("shrinkage")
    rows = [f"{i},{i * i % 7},{i % 5},{i % 3}" for i in range(12)]
    file.write_text("\n".join(["a,b,c,y", *rows]))
    with screen(lab, offered=(lab,)) as made:
        made.window.edits.open_file(file)
        assert made.wait()
        file.write_text("\n".join(["other,b,c,y", *rows[:6]]))
        made.window.edits.open_file(file)
        assert until(lambda: "other" in made.window.shown.frame.options["feature_x"])
        file.write_text("")
        made.window.edits.open_file(file)
        assert until(made.window.banner.isVisible)
        assert made.window.session.state.dataset == str(file)


def test_session_round_trip_through_a_file(window, tmp_path):
    window.session.set({"lam": 3.0, "penalty": "ridge"})
    file = tmp_path / "s.regviz"
    window.commands["save"].__self__.save_to(file)
    assert load(file.read_text(encoding="utf-8"))[0] == "toy"
    window.session.reset(State())
    drop(window, file)
    assert window.session.state == State(lam=3.0, penalty="ridge")


def test_exported_picture_opens_again(window, tmp_path):
    state = State(lam=0.7)
    file = tmp_path / "p.png"
    render_frame(frame_of(state), "Drill", file, size=(320, 180), state_json=dump(drill, state))
    window.edits.open_file(file)
    assert (window.session.lab, window.session.state) == (drill, state)


@pytest.mark.parametrize(("name", "content", "words"), [
    ("a.json", "{", "no JSON"), ("a.regviz", json.dumps({"regviz": 1, "lab": "none", "state": {}}), "no lab 'none'"),
    ("b.json", json.dumps({"regviz": 1, "lab": "toy", "state": {"lam": -1}}), "lam must lie"),
    ("a.png", "no picture", "no state"), ("a.exe", "MZ", "a.exe"), ("a", "x", "Cannot open a:"),
])  # fmt: skip
def test_bad_files_are_a_sentence_and_change_nothing(window, tmp_path, name, content, words):
    file = tmp_path / name
    file.write_text(content)
    frame = window.view.frame
    drop(window, file)
    assert window.banner.isVisible()
    assert words in window.banner.words.text()
    assert window.session.state == State()
    assert window.view.frame is frame


def test_files_that_are_not_there_or_not_here(window, tmp_path):
    for name in ("none.csv", "none.json", "none.png"):
        drop(window, tmp_path / name)
        assert name in window.banner.words.text()
    drop(window, QUrl("https://example.org/a.csv"))
    assert "Only files of this computer" in window.banner.words.text()
    assert window.session.state == State()


@pytest.mark.parametrize("question", ["gesture", "link", "whole", "snippets"])
def test_what_a_lab_says_of_its_data_when_it_is_asked_is_for_the_banner(make, question):
    class Picky(Toy):
        def gesture(self, state, gesture):
            raise ValueError("bad.csv has no numbers in row 2.")

        def link(self, state, gesture):
            if question != "gesture":
                raise ValueError("bad.csv has no numbers in row 2.")

        def snippets(self, state):
            raise ValueError("bad.csv has no numbers in row 2.")

    window = make(Picky())
    frame = shown(window)
    ask = {"whole": window.edits.follow, "snippets": window.commands["copy_code"]}
    ask.get(question, lambda: window.edits.gesture(WHOLE))()
    assert window.banner.words.text() == "bad.csv has no numbers in row 2."
    assert window.view.frame is frame


class Picky(Toy):
    name = "toy"

    def frames(self, state):
        if state.dataset.endswith("bad.csv"):
            raise ValueError("bad.csv has no numbers in row 2.")
        yield frame_of(state)


@pytest.mark.parametrize("then", [
    lambda window: None, lambda window: window.bridge.framed.emit(window.shown),
    lambda window: [window.session.set({"lam": lam}) for lam in (2.0, 3.0)],
], ids=["alone", "a picture of before comes late", "another change follows"])  # fmt: skip
def test_table_that_the_lab_cannot_use_is_given_back(make, tmp_path, then):
    window = make(Picky())
    first = shown(window)
    file = tmp_path / "bad.csv"
    file.write_text("a\nx\n")
    drop(window, file)
    then(window)
    assert until(lambda: "no numbers in row 2" in window.banner.words.text())
    assert until(lambda: window.session.state == State())
    shown(window)
    assert window.banner.isVisible(), "the sentence outlives the picture that came back"
    assert window.view.frame.caption == first.caption
    assert file not in window.settings.recent


@pytest.fixture
def tables(tmp_path):
    """Two tables that `Picky` cannot use, and one that it can."""
    files = [tmp_path / name for name in ("bad.csv", "as bad.csv", "good.csv")]
    for file in files:
        file.write_text("a\nx\n")
    return files


def test_of_tables_that_are_opened_at_once_none_stays_that_cannot_be_used(make, tables):
    window = make(Picky())
    shown(window)
    for file in tables[:2]:
        drop(window, file)
    assert until(window.banner.isVisible)
    assert until(lambda: window.session.state == State())
    assert not {*tables} & {*window.settings.recent}


def test_a_table_that_was_left_untried_is_given_back_when_its_lab_returns(make, tables):
    picky = Picky()
    window = make(picky)
    shown(window)
    drop(window, tables[0])
    window.edits.choose(drill)
    for file in (tables[0], tables[2]):
        drop(window, file)
        shown(window)
    window.edits.choose(picky)
    assert until(window.banner.isVisible)
    assert until(lambda: window.session.state == State())
    shown(window)


def test_what_cannot_be_used_takes_nothing_with_it_that_was_opened_since(make, tables):
    window = make(Picky())
    shown(window)
    drop(window, tables[0])
    failure = Failure(window.bridge.asked, window.session.lab, window.session.state, "There are no numbers.", "")
    drop(window, tables[2])
    window.bridge.failed.emit(failure)
    assert window.session.state.dataset == str(tables[2])
    shown(window)


@pytest.mark.parametrize("fails", [True, False])
def test_a_table_is_given_back_while_it_is_read(make, tmp_path, fails):
    class Reader(Toy):
        name = "toy"

        def frames(self, state):
            while state.dataset.endswith(".csv"):
                yield Frame(panels=(), readouts=(), caption="Reading long.csv.", progress=0.25, status="running")
                if fails and window.footer.caption.text().startswith("Reading"):
                    raise ValueError("long.csv has no numbers in row 2.")
            yield frame_of(state)

    window = make(Reader())
    first = shown(window)
    file = tmp_path / "long.csv"
    file.write_text("a\nx\n")
    drop(window, file)
    assert until(lambda: window.footer.caption.text() == "Reading long.csv." or window.banner.isVisible())
    if not fails:
        assert window.view.frame.caption == first.caption and window.footer.progress.value() == 250
        window.call("cancel")
    assert until(lambda: window.session.state == State())
    shown(window)
    assert until(lambda: window.footer.caption.text() == first.caption)
    assert window.banner.isVisible() is fails


def test_window_opens_on_a_file(make, tmp_path):
    file = tmp_path / "s.json"
    file.write_text(dump(drill, State(lam=5.0)))
    window = make(file=file)
    assert shown(window).readout("lam") == 5.0
    assert window.session.lab is drill


# Export and clipboard.


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf", ".json", ".csv", ""])
def test_export_dialog_writes_every_format(window, tmp_path, ending):
    file = tmp_path / f"out{ending}"
    dialog = ExportDialog(toy, State(), window.shown.frame, "dark", window, ask=lambda parent, name: str(file))
    dialog.wide.setValue(320)
    dialog.high.setValue(180)
    dialog.panel.setCurrentIndex(1)
    dialog.save()
    assert dialog.written is not None
    assert dialog.written.stat().st_size > 100
    if ending == ".png":
        assert load(read_png_state(file)) == ("toy", load(dump(toy, State()))[1])
    dialog.deleteLater()


def test_export_that_fails_says_so_and_stays_open(window, tmp_path):
    target = str(tmp_path / "none" / "a.png")
    dialog = ExportDialog(toy, State(), window.shown.frame, "dark", window, ask=lambda parent, name: target)
    dialog.save()
    assert dialog.written is None
    assert "a.png" in dialog.problem.text()
    dialog.deleteLater()


@pytest.mark.parametrize("ending", [".gif", ".mp4"])
def test_export_dialog_animates_the_chosen_control(window, tmp_path, ending):
    pytest.importorskip("PIL" if ending == ".gif" else "av")
    file = tmp_path / f"out{ending}"
    dialog = small(ExportDialog(toy, State(), window.shown.frame, "dark", window, ask=lambda parent, name: str(file)))
    dialog.film.frames.setValue(3)
    dialog.save()
    assert dialog.written == file
    assert file.stat().st_size > 100
    dialog.deleteLater()


def exported(window, monkeypatch, tmp_path, **boxes):
    """The pictures (k, height, width, 3) of a film from λ = 0.5 to 2 as the window's own dialog makes it."""
    images, dialogs = [], []
    with monkeypatch.context() as held:
        held.setattr(ExportDialog, "exec", lambda dialog: dialogs.append(dialog))
        held.setattr(ExportDialog, "deleteLater", lambda dialog: None)
        window.call("export")
    [dialog] = dialogs
    monkeypatch.setattr(film, "encode", lambda ending, samples, made, fps: images.extend(made) or b"film")
    small(dialog)._ask = lambda parent, name: str(tmp_path / "a.gif")
    dialog.film.start.setText("0.5")
    dialog.film.stop.setText("2")
    dialog.film.frames.setValue(2)
    for name, checked in boxes.items():
        assert not getattr(dialog, name).isHidden()
        getattr(dialog, name).setChecked(checked)
    dialog.save()
    dialog.deleteLater()
    return np.array(images), (dialog.wide.value(), dialog.high.value())


def test_a_film_shows_the_frozen_picture_and_what_is_drawn_where_they_are_wanted(window, monkeypatch, tmp_path):
    window.call("compare")
    window.tools.pad.strokes = (Stroke(panel="path", role="bad", points=[[0.1, 0.2], [0.6, 0.7]]),)
    window.session.set({"lam": 2.0})
    shown(window)
    images, size = exported(window, monkeypatch, tmp_path)
    for k, lam in enumerate((0.5, 2.0)):
        window.session.set({"lam": lam})
        shown(window)
        frame = window.tools.drawn(window.shown.frame)
        assert frame.strokes and any(panel.underlay for panel in frame.panels)
        above = heading(toy, window.session.state, frame, stamped=True)
        still = motion.pixels(frame_image(frame, above, window.looks.theme, size))
        assert (images[k] == still).all()
    bare, _ = exported(window, monkeypatch, tmp_path, drawn=False)
    plain, _ = exported(window, monkeypatch, tmp_path, drawn=False, frozen=False)
    assert (images != bare).any() and (bare != plain).any()
    window.call("compare")
    never, _ = exported(window, monkeypatch, tmp_path, drawn=False)
    assert (never == plain).all()


def test_a_sweep_that_cannot_be_stands_in_the_dialog(window, tmp_path):
    file = tmp_path / "out.gif"
    dialog = ExportDialog(toy, State(), window.shown.frame, "dark", window, ask=lambda parent, name: str(file))
    dialog.film.start.setText("fast")
    dialog.save()
    assert "lam must be a number" in dialog.problem.text()
    assert dialog.written is None and not file.exists()
    dialog.deleteLater()


def test_what_an_animation_cannot_be_stands_in_the_dialog(window, tmp_path):
    file = tmp_path / "out.gif"
    dialog = small(ExportDialog(toy, State(), window.shown.frame, "dark", window, ask=lambda parent, name: str(file)))
    dialog.transparent.setChecked(True)
    dialog.film.frames.setValue(2)
    dialog.save()
    assert "no transparent background" in dialog.problem.text()
    dialog.panel.setCurrentIndex(dialog.panel.count() - 1)
    dialog.save()
    assert "all panels or one" in dialog.problem.text()
    assert dialog.written is None and not file.exists()
    dialog.deleteLater()


def test_long_work_can_be_cancelled(window):
    from PySide6.QtWidgets import QProgressDialog

    told = []

    def work(tell):
        for made in range(100):
            told.append(made)
            if made == 3:
                window.findChild(QProgressDialog).cancel()
            tell(made, 100)

    assert not with_progress(window, "Working …", work)
    assert told == [0, 1, 2, 3]
    assert with_progress(window, "Working …", lambda tell: tell(1, 1))


def test_export_dialog_writes_each_panel(window, tmp_path):
    dialog = ExportDialog(toy, State(), window.shown.frame, "dark", window,
                          ask=lambda parent, name: str(tmp_path / "out.svg"))  # fmt: skip
    small(dialog).panel.setCurrentIndex(dialog.panel.count() - 1)
    dialog.save()
    keys = {panel.key for panel in window.shown.frame.panels}
    assert {each.name for each in tmp_path.iterdir()} == {f"out-{key}.svg" for key in keys}
    dialog.deleteLater()


def small(dialog):
    dialog.wide.setValue(320)
    dialog.high.setValue(180)
    return dialog


def test_copied_python_draws_the_picture(window, tmp_path, monkeypatch):
    from regviz.labs import find

    lab = find("shrinkage")
    state = dataclasses.replace(lab.State(), penalty="ridge", lam=0.37, standardize=False)
    monkeypatch.chdir(tmp_path)
    exec(python_code(lab, state), {})
    name, values = load(read_png_state(tmp_path / "shrinkage.png"))
    assert restore(lab, values) == state


def test_sizes_of_the_list_go_into_the_boxes(window):
    dialog = ExportDialog(toy, State(), window.shown.frame, "dark", window, ask=lambda parent, name: "")
    dialog.size_list.activated.emit(2)
    assert (dialog.wide.value(), dialog.high.value()) == (3840, 2160)
    dialog.save()
    assert dialog.written is None
    dialog.deleteLater()


def test_heading_of_a_picture_has_the_slider_and_the_mode():
    above = heading(toy, State(lam=0.1), frame_of(State()))
    assert (above.title, above.mode, above.modes) == ("Toy", "Lasso", ("Lasso", "Ridge"))
    assert above.knob.share == pytest.approx(0.5)


def test_copied_command_names_what_differs_and_is_quoted(window):
    window.session.set({"lam": 2.0, "standardize": False, "note": "two words; $x"})
    window.commands["copy_command"]()
    text = QGuiApplication.clipboard().text()
    assert text == command_line(toy, window.session.state)
    import shlex

    words = shlex.split(text)
    assert words == ["regviz", "export", "toy", "--set", "lam=2.0", "--set", "note=two words; $x",
                     "--set", "standardize=false", "-o", "toy.png"]  # fmt: skip


def test_copied_picture_and_code(window):
    window.commands["copy_picture"]()
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (1920, 1080)
    window.commands["copy_code"]()
    assert QGuiApplication.clipboard().text() == "# Python\nlam = 0.1\n"
