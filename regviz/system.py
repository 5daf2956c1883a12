"""What the system must offer before Qt may be loaded: shared libraries and a display.

Qt ends the process when its platform plugin cannot load, so this is asked first. Standard library only, no Qt.
"""

import ctypes
import os
import sys
from collections.abc import Mapping

_OFFSCREEN = (
    ("libGL.so.1", "libgl1"),
    ("libEGL.so.1", "libegl1"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
    ("libdbus-1.so.3", "libdbus-1-3"),
    ("libfontconfig.so.1", "libfontconfig1"),
    ("libglib-2.0.so.0", "libglib2.0-0"),
)
_WINDOW = (
    ("libX11-xcb.so.1", "libx11-xcb1"),
    ("libxcb-cursor.so.0", "libxcb-cursor0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4"),
    ("libxcb-image.so.0", "libxcb-image0"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    ("libxcb-randr.so.0", "libxcb-randr0"),
    ("libxcb-render-util.so.0", "libxcb-render-util0"),
    ("libxcb-render.so.0", "libxcb-render0"),
    ("libxcb-shape.so.0", "libxcb-shape0"),
    ("libxcb-shm.so.0", "libxcb-shm0"),
    ("libxcb-sync.so.1", "libxcb-sync1"),
    ("libxcb-util.so.1", "libxcb-util1"),
    ("libxcb-xfixes.so.0", "libxcb-xfixes0"),
    ("libxcb-xkb.so.1", "libxcb-xkb1"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
)
_X11_PLATFORMS = ("", "xcb")


def missing_libraries(window: bool) -> list[tuple[str, str]]:
    """The (shared library, Debian package) pairs that Qt needs and the system lacks, for pictures or for a window.

    Only Linux is asked; elsewhere Qt brings everything along and the list is empty.
    """
    if not sys.platform.startswith("linux"):
        return []
    return [pair for pair in _OFFSCREEN + (_WINDOW if window else ()) if not _loads(pair[0])]


def no_display_reason(environ: Mapping[str, str] | None = None) -> str | None:
    """A sentence that says why no window can open, or None when one can.

    ``environ`` stands for the process's environment in tests.
    """
    env = os.environ if environ is None else environ
    platform = env.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    needs_display = platform in _X11_PLATFORMS or platform.startswith("wayland")
    if not sys.platform.startswith("linux") or not needs_display:
        return None
    display = env.get("DISPLAY", "")
    if not display and not env.get("WAYLAND_DISPLAY"):
        return ("There is no display: set DISPLAY, or use `regviz export`, `regviz fit` and `regviz labs`, "
                "which need none.")  # fmt: skip
    if not env.get("WAYLAND_DISPLAY") and not _answers(display):
        return f"The display {display!r} does not answer: check DISPLAY, or use `regviz export`, which needs none."
    return None


def no_window_reason() -> str | None:
    """A sentence that says why the window cannot open here (no display or no libraries), or None."""
    reason = no_display_reason()
    if reason is not None:
        return reason
    window = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0] in _X11_PLATFORMS
    missing = missing_libraries(window)
    if not missing:
        return None
    packages = " ".join(package for _, package in missing)
    return f"The window needs system libraries that are missing here; on Debian: apt install {packages}"


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _answers(display: str) -> bool:
    """Whether an X server takes a connection; True when libxcb itself is missing, which is another complaint.

    The connection stays open as long as the process runs: a server resets when its last client leaves, and refuses
    whoever comes meanwhile, which would be Qt.
    """
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    if xcb.xcb_connection_has_error(connection):
        xcb.xcb_disconnect(connection)
        return False
    return True
