"""The speaker's window: notes, what comes next, and the clock. It only shows; its keys go to the stage."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QImage, QKeyEvent, QPainter, QResizeEvent, QScreen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QTextBrowser, QVBoxLayout, QWidget

from regviz.gui.canvas.guarded import Guarded
from regviz.gui.canvas.theme import THEMES, Theme
from regviz.gui.language import words
from regviz.gui.stage.clock import Schedule, written
from regviz.gui.window.style import Unit, sheet
from regviz.lab.lecture import Lecture, Scene


class Picture(Guarded, QWidget):
    """An image as large as there is room, in its own shape."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image: QImage | None = None
        self.setMinimumSize(160, 90)

    def show_image(self, image: QImage | None) -> None:
        """Show it, or nothing."""
        self.image = image
        self.update()

    def draw(self, painter: QPainter) -> None:
        """Paint the image."""
        if self.image is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        painter.drawImage(QRect(0, 0, size.width(), size.height()), self.image)


class Presenter(QWidget):
    """``pressed`` (the key event) for every key, ``closed`` when its owner closes it."""

    pressed = Signal(object)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("Speaker · regviz"))
        self.resize(1100, 700)
        self._theme = THEMES["light"]
        self._schedule: tuple[Lecture, Schedule] | None = None
        self.step, self.elapsed, self.left, self.lag = (QLabel() for _ in range(4))
        self.title, self.next_title, self.next_words = (QLabel() for _ in range(3))
        self.notes, self.picture = QTextBrowser(), Picture()
        self._lay_out()

    def _lay_out(self) -> None:
        clock = QHBoxLayout()
        for label in (self.elapsed, self.left, self.lag, self.step):
            label.setObjectName("quiet")
            clock.addWidget(label, 1)
        self.elapsed.setObjectName("readout")
        self.title.setObjectName("brand")
        self.next_title.setObjectName("brand")
        for label in (self.title, self.next_title, self.next_words):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.notes.setObjectName("speech")
        self.notes.setAccessibleName(self.tr("Speaker notes"))
        self.notes.setOpenLinks(False)
        self.notes.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        following = QLabel(self.tr("Next"))
        following.setObjectName("group")
        right = QVBoxLayout()
        for part, stretch in ((following, 0), (self.next_title, 0), (self.next_words, 0), (self.picture, 1)):
            right.addWidget(part, stretch)
        grid = QGridLayout(self)
        grid.setContentsMargins(24, 16, 24, 20)
        grid.setHorizontalSpacing(32)
        grid.addLayout(clock, 0, 0, 1, 2)
        grid.addWidget(self.title, 1, 0)
        grid.addWidget(self.notes, 2, 0)
        grid.addLayout(right, 1, 1, 2, 1)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        grid.setRowStretch(2, 1)

    def fill(self, screen: QScreen) -> None:
        """Fill that screen."""
        self.showNormal()
        self.setScreen(screen)
        self.setGeometry(screen.geometry())
        self.showFullScreen()

    def show_step(self, scenes: Sequence[Scene], at: int, covered: bool) -> None:
        """Show the notes of a step and what comes after it."""
        step = scenes[at].step
        asking = self.tr("Question: {0}").format(step.question) if covered else ""
        self.title.setText(asking or step.title or words(scenes[at].lab.title))
        self.notes.setPlainText(step.notes or self.tr("No notes."))
        self.step.setText(self.tr("Step {0} of {1}").format(at + 1, len(scenes)))
        following = scenes[at + 1] if at + 1 < len(scenes) else None
        if following is None:
            self.next_title.setText(self.tr("The end"))
            self.next_words.setText("")
        else:
            self.next_title.setText(following.step.title or words(following.lab.title))
            self.next_words.setText(following.step.question or following.step.caption)

    def show_nothing(self) -> None:
        """Say how a lecture begins."""
        self.notes.setPlainText(self.tr("Choose a lecture, or add steps to one of your own (F8); F5 starts it."))
        for label in (self.title, self.step, self.left, self.lag, self.elapsed, self.next_title, self.next_words):
            label.clear()
        self.show_picture(None)

    def show_time(self, lecture: Lecture, at: int, elapsed: float) -> None:
        """Show how much time has passed and is left, and how that compares with the plan."""
        if self._schedule is None or self._schedule[0] is not lecture:
            self._schedule = lecture, Schedule(lecture)
        schedule = self._schedule[1]
        lag = schedule.lag(at, elapsed)
        self.elapsed.setText(written(elapsed))
        self.left.setText(self.tr("{0} left of {1}").format(written(schedule.left(elapsed)), written(schedule.whole)))
        planned = self.tr("this step until {0}").format(written(schedule.ends[at]))
        behind = self.tr("{0} behind") if lag > 0 else self.tr("{0} ahead")
        self.lag.setText(", ".join(filter(None, (planned, behind.format(written(abs(lag))) if abs(lag) >= 1 else ""))))

    def show_picture(self, image: object) -> None:
        """Show the picture of the next step, or none."""
        self.picture.show_image(image if isinstance(image, QImage) else None)

    def show_theme(self, theme: Theme) -> None:
        """Take over colours and sizes."""
        self._theme = theme
        self._fit()

    def _fit(self) -> None:
        unit = Unit(self.width(), self.height(), 1.25)
        notes = f"#speech {{ font-size: {unit.text(26)}px; }} #surface {{ padding: {unit.px(20)}px; }}"
        self.setStyleSheet(sheet(self._theme, unit) + notes)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scale text with the window."""
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Every key belongs to the stage."""
        self.pressed.emit(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell the owner."""
        event.accept()
        self.closed.emit()
