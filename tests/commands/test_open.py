"""`regviz [LAB | FILE]`: what is opened, and every file that cannot be."""

import os
import sys

import pytest

from regviz.cli import main
from regviz.commands.open import opened
from regviz.lab import document
from regviz.labs import find, labs
from tests.sentences import fails

SMALL = ["--set", "n=20", "--set", "p=3"]
BAD_FILES = {
    "empty.csv": b"", "zeros.csv": b"\0" * 100, "header.csv": b"a,b\n", "words.csv": b"a,b\nx,p\nu,q\nz,r\n",
    "open.csv": b'a,b\n"1,2\n', "picture.csv": b"\x89PNG\r\n\x1a\n", "other.png": b"\x89PNG\r\n\x1a\n",
    "empty.png": b"", "empty.json": b"", "list.json": b"[1]", "other.json": b'{"a": 1}', "broken.regviz": b'{"regviz":',
    "lab.json": b'{"regviz": 1, "lab": "nothing", "state": {}}',
    "field.json": b'{"regviz": 1, "lab": "shrinkage", "state": {"nothing": 1}}',
    "range.json": b'{"regviz": 1, "lab": "shrinkage", "state": {"lam": -1}}', "latin.json": b"\xff\xfe\xfa",
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_display(monkeypatch):
    """No window opens here, whatever a test finds."""
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_files_are_one_sentence_naming_them(name, tmp_path, capsys):
    (tmp_path / name).write_bytes(BAD_FILES[name])
    assert name in fails(capsys, tmp_path / name)


@pytest.mark.parametrize("name", ["folder.csv", "folder.json", "folder.png", "gone.csv", "gone.json", "gone.png"])
def test_folders_and_missing_files_are_one_sentence(name, tmp_path, capsys):
    if name.startswith("folder"):
        (tmp_path / name).mkdir()
    assert name in fails(capsys, tmp_path / name)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs /dev/zero")
@pytest.mark.parametrize("ending", ["csv", "json", "png"])
def test_endless_files_are_refused(ending, tmp_path, capsys):
    (tmp_path / f"a.{ending}").symlink_to("/dev/zero")
    assert f"a.{ending}" in fails(capsys, tmp_path / f"a.{ending}")
    os.mkfifo(tmp_path / f"b.{ending}")
    assert f"b.{ending}" in fails(capsys, tmp_path / f"b.{ending}")


def test_a_word_that_is_nothing_lists_the_labs(capsys):
    said = fails(capsys, "nothing")
    assert all(lab.name in said for lab in labs())


@pytest.mark.parametrize(
    "words", [["--set", "dataset=prostate"], ["--lecture", "one-hour"]]
)
def test_a_table_is_opened_as_it_is_asked_for_or_not_at_all(words, table, capsys):
    assert "--set" in fails(capsys, table[0], *words)


def test_a_lab_goes_before_a_file_of_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shrinkage").write_text("a,b\n1,2\n2,3\n4,5\n")
    assert opened("shrinkage", ["lam=0.5"])[1].dataset == "synthetic"
    assert opened("./shrinkage", [])[1].dataset == str(tmp_path / "shrinkage")


def test_sessions_pictures_and_tables_become_states(table, tmp_path):
    lab = find("shrinkage")
    session, picture = tmp_path / "a.regviz", tmp_path / "a.png"
    session.write_text(document.dump(lab, lab.State(lam=0.25)), encoding="utf-8")
    assert main(["export", lab.name, *SMALL, "--set", "lam=0.75", "--size", "64x36", "-o", str(picture)]) == 0
    assert opened(str(session), ["seed=7"]) == (lab.name, lab.State(lam=0.25, seed=7))
    assert opened(str(picture), []) == (lab.name, lab.State(lam=0.75, n=20, p=3))
    name, state = opened(str(table[0]), ["target=a"])
    assert (name, state.dataset, state.target) == (lab.name, str(table[0]), "a")
    assert opened(None, []) == (None, None)
    assert opened(None, ["lam=2"])[1] == lab.State(lam=2.0)


@pytest.mark.parametrize("words", [[], ["shrinkage"], ["shrinkage", "--set", "lam=1"]])
def test_without_a_display_it_says_what_to_do(words, capsys):
    if sys.platform.startswith("linux"):
        assert "DISPLAY" in fails(capsys, *words, code=3)


@pytest.mark.parametrize("words", [["shrinkage", "more"], ["--nothing"], ["shrinkage", "--set"]])
def test_bad_words_are_one_sentence(words, capsys):
    assert "--help" in fails(capsys, *words)
