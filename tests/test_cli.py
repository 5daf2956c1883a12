"""The command line as a whole: help, lists, exit codes, streams, and no Qt where none is due."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import main as source_tree
import regviz
from regviz.cli import COMMANDS, main
from regviz.lab import controls
from regviz.labs import labs
from tests.blocked import BLOCK_QT

ROOT = Path(__file__).resolve().parent.parent
SMALL = ["--set", "n=20", "--set", "p=3"]


def test_json_lists_every_lab_with_its_fields(capsys):
    assert main(["labs", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [lab["name"] for lab in listed] == [lab.name for lab in labs()]
    for shown, lab in zip(listed, labs(), strict=True):
        assert set(shown) == {"name", "title", "group", "summary", "fields"}
        assert [field["name"] for field in shown["fields"]] == [control.name for control in controls(lab.State)]
        for field in shown["fields"]:
            keys = {"name", "type", "default", "min", "max", "choices", "log", "symbol", "help"}
            assert keys <= set(field)


def test_text_names_every_lab_and_field(capsys):
    assert main(["labs"]) == 0
    out = capsys.readouterr().out
    for lab in labs():
        assert lab.title in out
        assert all(f"  {control.name} " in out for control in controls(lab.State))


def test_help_names_every_command_and_exits_0(capsys):
    for words in (["--help"], *([name, "--help"] for name in COMMANDS)):
        assert main(words) == 0
        assert "usage: regviz" in capsys.readouterr().out
    main(["--help"])
    out = capsys.readouterr().out
    assert all(f"regviz {name}" in out for name in COMMANDS)


def test_version_is_the_packages(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"regviz {regviz.__version__}\n"
    assert f'version = "{regviz.__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_numbers_and_help_do_without_qt(tmp_path):
    table = ROOT / "resources" / "datasets" / "diabetes.csv"
    runs = [
        ["--help"], ["labs"], ["labs", "--json"], ["export", "--help"], ["doctor"],
        ["fit", str(table), "--target", "target", "-o", str(tmp_path / "a.json")],
        ["export", "shrinkage", *SMALL, "-o", str(tmp_path / "b.json")],
        ["export", "shrinkage", *SMALL, "-o", str(tmp_path / "b.csv")],
    ]  # fmt: skip
    program = BLOCK_QT + (
        "from regviz.cli import main\n"
        f"for words in {runs!r}:\n"
        "    assert main(words) == 0 or words == ['doctor'], words\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_importing_regviz_loads_neither_qt_nor_numbers():
    program = "import sys, regviz; print([n for n in ('PySide6', 'numpy', 'scipy') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_public_name_is_there():
    assert all(getattr(regviz, name) is not None for name in regviz.__all__)
    assert set(regviz.__all__) <= set(dir(regviz))
    assert regviz.labs() == labs()
    *_, frame = regviz.frames("shrinkage", n=20, p=3, lam=0.5)
    assert frame.readout("lam") == 0.5
    with pytest.raises(AttributeError, match="nothing"):
        _ = regviz.nothing


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_standard_output_is_one_sentence():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "main.py", "labs"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True,
            check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "regviz: Cannot use standard output: No space left on device.\n"


def test_a_reader_that_leaves_is_no_error():
    command = [sys.executable, "-m", "regviz", "labs"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0


def test_a_narrow_encoding_is_no_error():
    narrow = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "regviz", "labs"]
    done = subprocess.run(command, cwd=ROOT, env=narrow, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u03bb" in done.stdout


def test_main_py_without_the_dependencies_says_how_to_set_up(capsys, monkeypatch):
    monkeypatch.setattr(source_tree, "find_spec", lambda name: None)
    assert source_tree.main() == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert source_tree.SETUP in err
    assert source_tree.SETUP in (ROOT / "README.md").read_text(encoding="utf-8")
