"""`regviz export`: files, their shapes, and one sentence for every error."""

import json
import os

import numpy as np
import pytest

import regviz
from regviz.cli import main
from regviz.commands import export
from regviz.lab import controls
from regviz.labs import find, labs
from tests.sentences import fails, full_device

SMALL = ["--set", "n=20", "--set", "p=3"]


def test_json_has_the_shape_that_scripts_rely_on(tmp_path):
    out = tmp_path / "a.json"
    assert main(["export", "shrinkage", *SMALL, "--set", "lam=0.5", "-o", str(out)]) == 0
    content = json.loads(out.read_text(encoding="utf-8"))
    assert content["lab"] == "shrinkage"
    assert content["version"] == regviz.__version__
    assert content["state"]["lam"] == 0.5
    assert [panel["key"] for panel in content["panels"]] == ["coefficients", "geometry", "path", "error"]
    (bars,) = [mark for mark in content["panels"][0]["marks"] if mark["key"] == "coefficients"]
    assert bars["kind"] == "bars"
    assert len(bars["values"]) == len(bars["labels"]) == 3
    names = {"lam", "lam_max", "lam_min", "lam_1se", "zeros", "kkt", "train_mse", "validation_mse", "l1_norm"}
    assert names | {"l2_norm", "df", "objective"} <= set(content["readouts"])


@pytest.mark.parametrize("ending", ["json", "csv", "png", "svg", "pdf"])
def test_equal_states_give_equal_files_and_one_panel_is_less(tmp_path, ending):
    files = [tmp_path / f"{name}.{ending}" for name in ("a", "b", "c")]
    for file, more in zip(files, ([], [], ["--panel", "path"]), strict=True):
        size = [] if ending in ("json", "csv") else ["--size", "640x360"]
        assert main(["export", "shrinkage", *SMALL, *size, *more, "-o", str(file)]) == 0
    first, second, panel = (file.read_bytes() for file in files)
    assert first == second
    assert first != panel
    assert sorted(os.listdir(tmp_path)) == sorted(file.name for file in files)


LOOKS = (
    ["--theme", "dark"], ["--size", "96x54"], ["--dpi", "300"], ["--fps", "10"], ["--transparent"], ["--no-stamp"],
    ["--panel", "path"], ["--sweep", "lam=0.1:0.2:2"],
)  # fmt: skip
HEEDED = {
    "png": "theme size dpi transparent no-stamp panel", "svg": "theme size transparent no-stamp panel",
    "pdf": "theme size dpi transparent no-stamp panel", "json": "panel", "csv": "panel",
    "gif": "theme size fps no-stamp panel sweep",
}  # fmt: skip


@pytest.mark.parametrize("ending", HEEDED)
def test_an_option_changes_the_file_or_a_line_says_that_it_does_not(ending, tmp_path, capsys):
    heeded = [f"--{name}" for name in HEEDED[ending].split()]
    base = {"--size": "128x72", "--sweep": "lam=0.1:1:2"}
    found = set()
    for index, look in enumerate([[], *LOOKS]):
        out = tmp_path / f"{index}.{ending}"
        said = {name: value for name, value in base.items() if name in heeded and name not in look}
        words = ["export", "shrinkage", *SMALL, *(word for pair in said.items() for word in pair), *look, "-o", out]
        if look and look[0] == ("--transparent" if ending == "gif" else "--sweep"):
            assert look[0][2:] in fails(capsys, *words)
            assert not out.exists()
            continue
        assert main(list(map(str, words))) == 0
        idle = f"{look[0]} has no effect on {out}.\n" if look and look[0] not in heeded else ""
        assert capsys.readouterr().err == idle
        assert not idle or out.read_bytes() in found
        found.add(out.read_bytes())
    assert len(found) == 1 + len(heeded)


@pytest.mark.parametrize(
    ("name", "heeded"),
    [("a.pdf", ""), ("a", "theme size dpi transparent no-stamp"), ("a.gif", "theme size fps no-stamp")],
)
def test_a_lecture_says_which_options_it_does_not_heed(name, heeded, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(export, "save_lecture", lambda *given: None)
    for look in LOOKS:
        words = ["export", "one-hour", *look, "-o", str(tmp_path / name)]
        if look[0] in ("--panel", "--sweep"):
            assert look[0] in fails(capsys, *words)
            continue
        assert main(words) == 0
        idle = look[0].removeprefix("--") not in heeded.split()
        assert capsys.readouterr().err == (f"{look[0]} has no effect on {tmp_path / name}.\n" if idle else "")


def test_a_table_of_the_users_opens(table, tmp_path):
    file, _, y = table
    out = tmp_path / "a.json"
    assert main(["export", "shrinkage", "--set", f"dataset={file}", "--set", "target=y", "-o", str(out)]) == 0
    content = json.loads(out.read_text(encoding="utf-8"))
    assert content["state"]["dataset"] == str(file)
    assert content["readouts"]["train_mse"] < np.var(y)


@pytest.mark.parametrize("value", ["", "text", "inf", "-inf", "nan", "1e999", "-1", "1_000", "١", "0x10"])
@pytest.mark.parametrize("lab", [lab.name for lab in labs()])
def test_every_number_refuses_what_is_none(lab, value, tmp_path, capsys):
    for control in controls(find(lab).State):
        if control.kind in ("float", "int") and not (value == "-1" and control.low <= -1.0):
            said = fails(capsys, "export", lab, "--set", f"{control.name}={value}", "-o", tmp_path / "a.json")
            assert control.name in said
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("lab", [lab.name for lab in labs()])
def test_every_other_control_refuses_what_it_cannot_be(lab, tmp_path, capsys):
    for control in controls(find(lab).State):
        if control.kind == "bool" or (control.kind == "choice" and not control.free):
            assert control.name in fails(
                capsys, "export", lab, "--set", f"{control.name}=perhaps", "-o", tmp_path / "a.json"
            )
        assert control.name in fails(
            capsys, "export", lab, "--set", f"{control.name}=a\x00b", "-o", tmp_path / "a.json"
        )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "lam"], "NAME=VALUE"),
        (["--set", "=1"], "NAME=VALUE"),
        (["--set", "nothing=1"], "'nothing'"),
        (["--set", "self=1"], "'self'"),
        (["--set", "state=1"], "'state'"),
        (["--set", "dataset=no such file.csv"], "no such file.csv"),
        (["--set", "dataset=diabetes", "--set", "target=nobody"], "nobody"),
        (["--set", "penalty=group-lasso", "--set", "groups=w1,nobody"], "nobody"),
        (["--panel", "nothing"], "coefficients, geometry, path, error"),
        (["--size", "10"], "--size"),
        (["--size", "0x10"], "--size"),
        (["--size", "100000x100000"], "--size"),
        (["--size", "-1x5"], "--size must be WIDTHxHEIGHT"),
        (["--dpi", "-1e3"], "--dpi must be a number"),
        (["--dpi", "-inf"], "--dpi must be a number"),
        (["--panel", " "], "--panel"),
        (["--panel", "path", "--panel", "error"], "--panel"),
        (["--panel", "path", "--each-panel"], "'path'"),
        (["-o", "b.png"], "-o"),
        (["--dpi", "nan"], "--dpi"),
        (["--dpi", "0"], "--dpi"),
        (["--theme", "pink"], "light"),
        (["--nothing"], "--nothing"),
        (["a\nb"], "a b"),
    ],
)
def test_bad_words_are_one_sentence(words, said, tmp_path, capsys):
    assert said in fails(capsys, "export", "shrinkage", *words, "-o", tmp_path / "a.png")
    assert os.listdir(tmp_path) == []


def test_a_sweep_of_what_has_no_effect_is_refused(tmp_path, capsys):
    assert "alpha" in fails(capsys, "export", "shrinkage", "--sweep", "alpha=0:1:2", "-o", tmp_path / "a.gif")
    assert os.listdir(tmp_path) == []


def test_a_sweep_of_what_is_set_goes_its_way(tmp_path, capsys):
    words = ["--set", "lam=5", "--sweep", "lam=1:2:2", "--size", "96x54", "-o", str(tmp_path / "a.gif")]
    assert main(["export", "shrinkage", *SMALL, *words]) == 0
    assert capsys.readouterr().err == "--set lam has no effect on a sweep of the same.\n"


def test_an_unknown_lab_or_format_lists_what_there_is(tmp_path, capsys):
    assert "shrinkage" in fails(capsys, "export", "nothing", "-o", tmp_path / "a.json")
    assert ".png, .svg, .pdf, .json, .csv" in fails(capsys, "export", "shrinkage", "-o", tmp_path / "a.bmp")
    assert "-o" in fails(capsys, "export", "shrinkage")
    assert "LAB" in fails(capsys, "export", "-o", tmp_path / "a.json")


@pytest.mark.parametrize("ending", ["json", "csv", "png", "svg", "pdf"])
def test_what_cannot_be_written_is_said_and_leaves_nothing(ending, tmp_path, capsys):
    folder = tmp_path / f"folder.{ending}"
    folder.mkdir()
    for target in (folder, tmp_path / "missing" / f"a.{ending}"):
        words = ["export", "shrinkage", *SMALL, "--size", "64x36", "-o", target]
        assert str(target) in fails(capsys, *words)
    assert os.listdir(tmp_path) == [folder.name]
    assert os.listdir(folder) == []


@pytest.mark.parametrize("ending", ["json", "csv", "png", "svg", "pdf"])
def test_a_device_that_takes_nothing_is_said_and_stays(ending, tmp_path, capsys):
    device = full_device(tmp_path, f"a.{ending}")
    assert str(device) in fails(capsys, "export", "shrinkage", *SMALL, "--size", "64x36", "-o", device)
    assert device.is_char_device()
    assert os.listdir(tmp_path) == [device.name]
