"""Waiting for windows: until something holds, until the state is on the screen, until a window is gone."""

import time

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from regviz.gui.language import language


def until(condition, seconds=10.0):
    """Turn the event loop until ``condition`` holds; whether it came to hold."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        QApplication.processEvents()
        time.sleep(0.001)
    return True


def shown(window):
    """Wait until the window shows the session's state."""
    assert until(lambda: window.shown is not None and window.shown.state == window.session.state
                 and window.shown.lab is window.session.lab and on_screen(window))  # fmt: skip
    return window.shown.frame


def on_screen(window):
    """Whether all pictures are those of the frame that was delivered, or its translation."""
    painted, frame = window.view.frame, window.shown.frame
    if painted is None or not window.view.settled:
        return False
    return painted is frame or (language() != "en" and painted.pages is frame.pages
                                and painted.caption == frame.caption)  # fmt: skip


def destroy(window):
    """Close a window, if it is still there, and let Qt delete it."""
    if not isValid(window):
        return
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
