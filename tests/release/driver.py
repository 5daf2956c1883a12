"""Starts the program as a process of its own, says how its window looks at the first picture, and quits.

`python -m tests.release.driver [FILE]` prints one line of JSON: the size of window and screen, and texts that are cut.
"""

import json
import sys

WORDS = ("QLabel", "QPushButton", "QToolButton", "QCheckBox")


def cut_texts(window):
    """Labels and buttons that are seen and narrower or lower than their text."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QAbstractButton, QLabel

    from regviz.gui.window.elided import ElidedLabel

    found = []
    for widget in [*window.findChildren(QLabel), *window.findChildren(QAbstractButton)]:
        if not widget.isVisible() or isinstance(widget, ElidedLabel) or not widget.text():
            continue
        text = widget.text().replace("&", "")
        wraps = isinstance(widget, QLabel) and (widget.wordWrap() or widget.textFormat() == Qt.TextFormat.RichText)
        wide, high = widget.fontMetrics().horizontalAdvance(text), widget.fontMetrics().tightBoundingRect(text).height()
        if (not wraps and "\n" not in text and wide > widget.width() + 1) or high > widget.height() + 1:
            found.append(f"{type(widget).__name__} {text!r}: {wide} × {high} in {widget.width()} × {widget.height()}")
    return found


def main(words):
    """Open the window as `regviz` does and close it after the first picture; the program's exit code."""
    from regviz.system import no_window_reason

    if no_window_reason() is None:
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication

        from regviz.gui.window import app

        class Seen(app.MainWindow):
            def __init__(self, *given, **named):
                super().__init__(*given, **named)
                self.view.painted.connect(self.first)
                QTimer.singleShot(100_000, self.close)

            def first(self, frame):
                self.view.painted.disconnect(self.first)
                if words[:1] == ["--size"]:
                    self.resize(int(words[1]), int(words[2]))
                QTimer.singleShot(200, self.tell)

            def tell(self):
                place, screen = self.frameGeometry(), QApplication.primaryScreen().availableGeometry()
                print(json.dumps({
                    "size": (self.width(), self.height()), "seen": screen.intersects(place),
                    "cut": cut_texts(self), "banner": self.banner.words.text() if self.banner.isVisible() else "",
                    "labs": len(self.labs), "family": self.font().family(),
                }), flush=True)  # fmt: skip
                self.close()

        app.MainWindow = Seen
    from regviz.cli import main as program

    return program([])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
