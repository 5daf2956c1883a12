"""The probes that run before Qt: each missing library is named, and a display is asked for only where one is used."""

import ctypes
import re
import subprocess
import sys
from pathlib import Path

import pytest

from regviz import system
from tests.release.starting import display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the probes ask Linux only")


@pytest.mark.parametrize(("library", "package"), system._OFFSCREEN + system._WINDOW)
def test_each_missing_library_names_its_package(library, package, monkeypatch):
    loads = ctypes.CDLL

    def load(name, *rest, **options):
        if name == library:
            raise OSError(name)
        return loads(name, *rest, **options)

    monkeypatch.setattr(system.ctypes, "CDLL", load)
    assert (library, package) in system.missing_libraries(True)
    assert ((library, package) in system.missing_libraries(False)) == ((library, package) in system._OFFSCREEN)


def test_list_covers_what_the_platform_plugin_links_to():
    import PySide6

    plugin = Path(PySide6.__file__).parent / "Qt/plugins/platforms/libqxcb.so"
    linked = subprocess.run(["ldd", str(plugin)], capture_output=True, text=True, check=True).stdout
    wanted = set(re.findall(r"(libxcb-\S+|libxkb\S+) =>", linked))
    assert wanted <= {library for library, _ in system._OFFSCREEN + system._WINDOW}
    assert len(wanted) > 8


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:size=800x600", "linuxfb"])
def test_platforms_without_display_need_none(platform):
    assert system.no_display_reason({"QT_QPA_PLATFORM": platform}) is None


@pytest.mark.parametrize("platform", ["", "xcb", "wayland", "xcb;offscreen"])
def test_platforms_with_display_say_what_is_missing(platform):
    assert "no display" in str(system.no_display_reason({"QT_QPA_PLATFORM": platform}))


def test_dead_display_is_named():
    assert "':987'" in str(system.no_display_reason({"DISPLAY": ":987"}))
    assert system.no_display_reason({"DISPLAY": ":987", "WAYLAND_DISPLAY": "wayland-0"}) is None


def test_a_server_that_resets_after_its_last_client_is_not_missed():
    with display() as name:
        if name is None:
            pytest.skip("there is no Xvfb here")
        assert all(system.no_display_reason({"DISPLAY": name}) is None for _ in range(20))


def test_missing_libraries_give_the_command_that_mends_it(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(system, "_loads", lambda library: library != "libEGL.so.1")
    assert str(system.no_window_reason()).endswith("apt install libegl1")
    monkeypatch.setattr(system, "_loads", lambda library: True)
    assert system.no_window_reason() is None


def test_elsewhere_than_linux_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(system.sys, "platform", "darwin")
    assert system.missing_libraries(True) == []
    assert system.no_display_reason({}) is None
