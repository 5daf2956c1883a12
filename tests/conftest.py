"""What holds for every test: own home folder, no display, deterministic examples, and no Qt warning, thread or
window left behind.
"""

import gc
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_HOME = tempfile.TemporaryDirectory(prefix="regviz-tests-")
for _name, _folder in (
    ("HOME", "."), ("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache"),
    ("XDG_STATE_HOME", "state"), ("XDG_RUNTIME_DIR", "run"),
):  # fmt: skip
    _path = Path(_HOME.name, _folder)
    _path.mkdir(mode=0o700, exist_ok=True)
    os.environ[_name] = str(_path)
os.environ["QT_QPA_PLATFORM"] = "offscreen"
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
for _name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_SCALE_FACTOR", "QT_STYLE_OVERRIDE"):
    os.environ.pop(_name, None)

settings.register_profile(
    "regviz", derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
settings.load_profile("regviz")


def pytest_collection_modifyitems(config, items):
    """Leave the long versions out unless they are asked for by `-m release`."""
    if "release" in config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("release")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


@pytest.fixture(autouse=True, scope="module")
def nothing_old_is_searched():
    """Keep what modules and caches hold by now out of the searches for garbage, which follow each test of the window.

    Such a search takes a quarter of a second otherwise, more than most tests.
    """
    gc.collect()
    gc.freeze()


_HARMLESS = ("This plugin does not support", "does not support propagateSizeHints", "does not support raise()")


@pytest.fixture(autouse=True)
def no_threads_left():
    """Fail a test that leaves a thread running."""
    before = set(threading.enumerate())
    yield
    left = _after_a_while(lambda: [t for t in threading.enumerate() if t not in before and t.is_alive()])
    assert not left, f"threads left running: {[thread.name for thread in left]}"


@pytest.fixture(autouse=True)
def no_qt_complaints(request):
    """Fail a test on any Qt message of warning level or above, and on top-level widgets left behind."""
    if "PySide6.QtCore" not in sys.modules:
        yield
        return
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    said: list[str] = []

    def hear(level, context, text):
        if level not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and not any(h in text for h in _HARMLESS):
            said.append(text)

    before = _windows()
    previous = qInstallMessageHandler(hear)
    yield
    if "gui" in request.path.parts or _windows() != before:
        _deliver_deletions()
    left = [w for w in _windows() if w not in before]
    qInstallMessageHandler(previous)
    assert not said, f"Qt said: {said}"
    assert not left, f"widgets left behind: {left}"


def _windows():
    if "PySide6.QtWidgets" not in sys.modules:
        return []
    from PySide6.QtWidgets import QApplication

    return QApplication.topLevelWidgets() if QApplication.instance() else []


def _deliver_deletions():
    from PySide6.QtCore import QCoreApplication, QEvent

    gc.collect()
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


def _after_a_while(find, seconds=2.0):
    """What ``find`` still finds once it had time to vanish."""
    end = time.monotonic() + seconds
    while (found := find()) and time.monotonic() < end:
        time.sleep(0.01)
    return found
