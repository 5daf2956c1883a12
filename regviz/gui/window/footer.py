"""The foot of the window: the caption, the read-outs, the certificate and how far the work is."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from regviz.gui.canvas.theme import Theme
from regviz.gui.canvas.view import PartsStrip
from regviz.gui.window.elided import ElidedLabel, Sentences, polish
from regviz.gui.window.style import Unit
from regviz.lab import Certificate, Frame, Readout, show

GAP = "   "
"""Between two read-outs."""


class Footer(QWidget):
    """Caption and strip in one line, read-outs, progress and badge in the next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caption = Sentences()
        self.caption.setObjectName("caption")
        self.readouts = ElidedLabel(separator=GAP)
        self.readouts.setObjectName("status")
        self.strip = PartsStrip()
        self.badge = QLabel()
        self.badge.setObjectName("badge")
        self.progress = QProgressBar()
        self.progress.setAccessibleName(self.tr("Progress"))
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self._words = ""
        self._remark = QTimer(self, singleShot=True)
        self._remark.timeout.connect(lambda: self.caption.setText(self._words))
        self._rows = (QHBoxLayout(), QHBoxLayout())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row, parts in zip(self._rows, ((self.caption, self.strip), (self.readouts, self.progress, self.badge)),
                              strict=True):  # fmt: skip
            column.addLayout(row)
            for place, part in enumerate(parts):
                row.addWidget(part, 0 if place else 2)
        self._rows[0].setStretch(1, 1)
        self.show_busy(False, None)

    def show_frame(self, frame: Frame) -> None:
        """Show the frame's words and numbers."""
        self._words = " ".join(filter(None, (frame.caption, frame.message)))
        if not self._remark.isActive():
            self.caption.setText(self._words)
        self.readouts.setText(GAP.join(_written(readout) for readout in frame.readouts if readout.tells))
        self.strip.set_parts(frame.parts)
        self.strip.setVisible(bool(frame.parts))
        self._certify(frame.certificate)

    def say_meanwhile(self, words: str) -> None:
        """Show ``words`` in place of the caption until the next frame."""
        if not self._remark.isActive():
            self.caption.setText(words)

    def say(self, remark: str, milliseconds: int) -> None:
        """Show ``remark`` in place of the caption for a while."""
        self.caption.setText(remark)
        self._remark.start(milliseconds)

    def _certify(self, certificate: Certificate | None) -> None:
        self.badge.setVisible(certificate is not None)
        if certificate is None:
            return
        sign = "✓" if certificate.holds else "✗"
        self.badge.setText(f"{sign} {certificate.name} {show(certificate.value, 2)}")
        verdict = self.tr("certified") if certificate.holds else self.tr("not certified")
        limit = f"{verdict}: {certificate.name} {show(certificate.value)}, tolerance {show(certificate.tolerance)}"
        self.badge.setToolTip(". ".join(filter(None, (limit, certificate.text))))
        self.badge.setAccessibleName(limit)
        if self.badge.property("holds") != certificate.holds:
            self.badge.setProperty("holds", certificate.holds)
            polish(self.badge)
            self.badge.updateGeometry()

    def show_busy(self, busy: bool, progress: float | None) -> None:
        """Show how far the work is: a moving bar where nobody knows, nothing when it is done."""
        self.progress.setRange(0, 0 if busy and progress is None else 1000)
        if progress is not None:
            self.progress.setValue(round(1000 * min(1.0, max(0.0, progress))))
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.progress.setVisible(busy)
        if not busy:
            self.say_meanwhile(self._words)

    def show_theme(self, theme: Theme, unit: Unit) -> None:
        """Take over sizes."""
        self.progress.setFixedSize(unit.px(120), max(4, unit.px(6)))
        for row in self._rows:
            row.setSpacing(unit.px(24))
        self.strip.set_theme(theme)
        self.strip.set_scale(unit.factor)


def _written(readout: Readout) -> str:
    return f"{readout.label or readout.name} {readout.written}"
