"""The menu entry: complete, valid, pointing to this program, and gone when it is removed."""

import configparser
import re
import sys
from xml.etree import ElementTree

import pytest

from regviz import cli
from regviz.commands import desktop

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="desktop entries are Linux's")


@pytest.fixture
def share(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "with space"))
    return tmp_path / "with space"


def entry(share):
    read = configparser.RawConfigParser(interpolation=None, delimiters=("=",))
    read.optionxform = str
    read.read(share / "applications/regviz.desktop", encoding="utf-8")
    return read["Desktop Entry"]


@pytest.mark.parametrize("folder", ["bin", "a folder", 'quote"d', "a$b"])
def test_the_entry_starts_this_very_program(share, tmp_path, monkeypatch, folder):
    program = tmp_path / folder / "regviz"
    program.parent.mkdir()
    program.write_text("")
    monkeypatch.setattr(sys, "argv", [str(program)])
    assert cli.main(["desktop"]) == 0
    line = entry(share)["Exec"].replace("\\\\", "\\")
    command, _, rest = line.rpartition(" ")
    inner = command[1:-1] if command.startswith('"') else command
    assert re.sub(r'\\(["`$\\])', r"\1", inner) == str(program)
    assert rest == "%f"


def test_the_entry_has_what_menus_need_and_the_icon_is_there(share):
    assert cli.main(["desktop"]) == 0
    found = entry(share)
    assert {"Type", "Name", "Exec", "Icon", "Categories", "MimeType"} <= set(found)
    assert found["MimeType"] == "application/x-regviz;"
    icon = ElementTree.parse(share / "icons/hicolor/scalable/apps" / f"{found['Icon']}.svg").getroot()
    assert icon.tag.endswith("svg")
    kinds = ElementTree.parse(share / "mime/packages/regviz.xml").getroot()
    assert [each.get("pattern") for each in kinds.iter() if each.tag.endswith("glob")] == ["*.regviz"]


def test_remove_leaves_nothing(share):
    cli.main(["desktop"])
    assert cli.main(["desktop", "--remove"]) == 0
    assert [each for each in share.rglob("*") if each.is_file()] == []
    assert cli.main(["desktop", "--remove"]) == 0


def test_elsewhere_it_is_a_sentence(share, monkeypatch, capsys):
    monkeypatch.setattr(desktop.sys, "platform", "win32")
    assert cli.main(["desktop"]) == 2
    assert "Linux" in capsys.readouterr().err


def test_the_entry_stands_in_one_menu_only(share):
    assert cli.main(["desktop"]) == 0
    main = {"Education", "Science", "Office", "Graphics", "Development", "Utility"}
    assert len(main & set(entry(share)["Categories"].split(";"))) == 1
