"""`regviz doctor`: what it reports, and what `--fix` starts."""

import numpy as np
import pytest

import regviz
from regviz.cli import main
from regviz.commands import doctor
from regviz.data import resource


def test_it_names_versions_and_platform(capsys):
    assert main(["doctor"]) in (0, 1)
    out = capsys.readouterr().out
    for word in (regviz.__version__, np.__version__, "Python", "PySide6", "pyqtgraph", "Platform", "Fonts"):
        assert word in out


def test_the_build_that_needs_no_python_knows_the_versions():
    spec = resource("install", "regviz.spec").read_text(encoding="utf-8")
    assert all(f'"{name}"' in spec for name in doctor._PACKAGES)


def test_it_names_the_missing_packages_and_the_command(capsys, monkeypatch):
    monkeypatch.setattr(doctor, "missing_libraries", lambda window: [("libGL.so.1", "libgl1")])
    assert main(["doctor"]) == 1
    assert "sudo apt install libgl1" in capsys.readouterr().out


def test_only_a_window_lacks_something_and_there_is_no_display(capsys, monkeypatch):
    lacking = {True: [("libxcb-cursor.so.0", "libxcb-cursor0")], False: []}
    monkeypatch.setattr(doctor, "missing_libraries", lambda window: lacking[window])
    monkeypatch.setattr(doctor, "no_display_reason", lambda: "There is none.")
    assert main(["doctor"]) == 0
    assert "libxcb-cursor0" in capsys.readouterr().out
    monkeypatch.setattr(doctor, "no_display_reason", lambda: None)
    assert main(["doctor"]) == 1


@pytest.mark.parametrize(("root", "start"), [(True, ["env"]), (False, ["sudo", "-n", "env"])])
def test_fix_runs_apt_get_by_an_argument_list(root, start, monkeypatch):
    commands = []
    monkeypatch.setattr(doctor.os, "geteuid", lambda: 0 if root else 1000, raising=False)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(doctor.sys, "stdin", None)
    assert doctor.install(["libgl1", "libegl1"], lambda command: commands.append(command) or 0)
    assert [command[: len(start)] for command in commands] == [start, start]
    assert commands[1][-2:] == ["libgl1", "libegl1"]
    assert all(isinstance(command, list) for command in commands)


def test_fix_without_rights_or_apt_get_starts_nothing(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert not doctor.install(["libgl1"], lambda command: pytest.fail(f"started {command}"))


def test_fix_installs_and_looks_again(capsys, monkeypatch):
    lacking = [("libGL.so.1", "libgl1")]
    monkeypatch.setattr(doctor, "missing_libraries", lambda window: list(lacking))
    monkeypatch.setattr(doctor, "install", lambda packages: lacking.clear())
    assert main(["doctor", "--fix"]) == 0
    assert "apt" not in capsys.readouterr().out
