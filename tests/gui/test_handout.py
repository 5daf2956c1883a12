"""Lectures in files: the handout's pages and words, numbered pictures that open again, one step as an animation."""

import re
import shutil
import subprocess

import pytest
from PySide6.QtGui import QImage

from regviz import cli
from regviz.export import Picture, save_lecture
from regviz.gui.canvas.export import ExportError, read_png_state
from regviz.gui.handout import frame_of
from regviz.lab import document
from regviz.lab.lecture import Lecture, Move, Step, dump, scenes
from regviz.labs import labs

SMALL = ("--size", "320x180")
LECTURE = Lecture(
    title="Two penalties",
    summary="What L1 and L2 do",
    steps=(
        Step("shrinkage", (("penalty", "ridge"),), caption="Ridge keeps them all.", notes="Wait.\nThen go on."),
        Step("shrinkage", title="The lasso", move=Move("lam", 0.01, 1.0, 0.5), question="How many stay?"),
        Step("geometry", notes="word " * 900),
    ),
)  # fmt: skip


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "two.regviz"
    made.write_text(dump(LECTURE), encoding="utf-8")
    return made


def export(file, *words):
    return cli.main(["export", str(file), *map(str, words)])


def test_numbered_pictures_carry_each_step_and_its_state(file, tmp_path):
    assert export(file, *SMALL, "-o", tmp_path / "steps") == 0
    found = sorted(each.name for each in (tmp_path / "steps").iterdir())
    assert found == ["1-shrinkage.png", "2-shrinkage.png", "3-geometry.png"]
    for name, scene in zip(found, scenes(LECTURE, labs()), strict=True):
        picture = tmp_path / "steps" / name
        image = QImage(str(picture))
        assert (image.width(), image.height()) == (320, 180)
        lab, values = document.load(read_png_state(picture))
        assert (lab, document.restore(scene.lab, values)) == (scene.lab.name, scene.state)


def test_a_caption_of_the_step_takes_the_place_of_the_frames():
    first, second, _ = scenes(LECTURE, labs())
    assert frame_of(first).caption == "Ridge keeps them all."
    assert "1.00" in frame_of(second).caption


def test_the_handout_has_a_page_a_step_and_more_where_notes_are_long(file, tmp_path):
    handout = tmp_path / "two.pdf"
    assert export(file, "-o", handout) == 0
    data = handout.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", data)) == 4
    assert export(file, "-o", tmp_path / "again.pdf") == 0
    assert (tmp_path / "again.pdf").read_bytes() == data


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext reads the words back, and is not here")
def test_every_word_of_the_handout_can_be_read(file, tmp_path):
    export(file, "-o", tmp_path / "two.pdf")
    read = subprocess.run(["pdftotext", tmp_path / "two.pdf", "-"], capture_output=True, text=True, check=True).stdout
    for words in ("Two penalties", "What L1 and L2 do", "Ridge keeps them all.", "Wait.", "Then go on.", "The lasso",
                  "How many stay?", "2 of 3", "3 of 3"):  # fmt: skip
        assert words in read
    live = frame_of(scenes(LECTURE, labs())[1]).caption
    assert live in " ".join(read.split()), "a step without a caption of its own says what the picture says"
    assert len(re.findall(r"\bword\b", read)) == 900


def test_words_are_no_pictures_in_the_handout(file, tmp_path):
    export(file, "--step", "1", "-o", tmp_path / "one.pdf")
    data = (tmp_path / "one.pdf").read_bytes()
    assert b"/Subtype /Image" not in data and b"/Subtype/Image" not in data
    assert b"/FontFile2" in data or b"/FontFile3" in data


def test_one_step_becomes_an_animation_that_rests_at_its_end(file, tmp_path):
    image = pytest.importorskip("PIL.Image")
    assert export(file, *SMALL, "--step", "2", "--fps", "4", "-o", tmp_path / "two.gif") == 0
    with image.open(tmp_path / "two.gif") as shown:
        lasts = []
        for index in range(shown.n_frames):
            shown.seek(index)
            lasts.append(shown.info["duration"])
    assert sum(lasts) == pytest.approx(1000 * (2 + 8) / 4)
    assert lasts[-1] >= 2000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "a.gif"], "An animation shows one step"), (["--step", "1", "-o", "a.gif"], "neither moves nor plays"),
        (["--step", "4", "-o", "a"], "from 1 to 3"), (["--step", "0", "-o", "a"], "from 1 to 3"),
        (["-o", "a.svg"], "becomes a .pdf"), (["--set", "lam=1", "-o", "a"], "--set is for labs"),
        (["--sweep", "lam=1:2", "-o", "a.gif"], "--sweep is for labs"), (["--panel", "x", "-o", "a"], "--panel is"),
    ],
)  # fmt: skip
def test_what_a_lecture_cannot_become_is_a_sentence(file, words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert export(file, *words) == 2
    assert said in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["two.regviz"]


def test_a_folder_that_cannot_be_is_a_sentence(file, tmp_path):
    with pytest.raises(ExportError, match=r"Cannot write into .*two\.regviz"):
        save_lecture(LECTURE, scenes(LECTURE, labs()), tmp_path / "two.regviz" / "x", Picture())


def test_each_panel_becomes_a_picture(tmp_path, capsys):
    words = ["export", "shrinkage", "--each-panel", *SMALL, "-o"]
    assert cli.main([*words, str(tmp_path / "s.png")]) == 0
    keys = {"coefficients", "geometry", "path", "error"}
    assert {each.name for each in tmp_path.iterdir()} == {f"s-{key}.png" for key in keys}
    assert cli.main([*words, str(tmp_path / "s.json")]) == 2
    assert cli.main(["export", "shrinkage", "--step", "1", "-o", str(tmp_path / "s.png")]) == 2
    assert "is for lectures" in capsys.readouterr().err
