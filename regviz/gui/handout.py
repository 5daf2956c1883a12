"""A lecture on paper and in files: a PDF handout, numbered pictures, and one step as an animation."""

import dataclasses
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QPainter, QTextLayout, QTextOption

from regviz.export import last_frame
from regviz.gui.canvas.export import ExportError, Turn, ensure_application, pdf_bytes, render_frame, save_bytes
from regviz.gui.canvas.paint.dashboard import paint_dashboard
from regviz.gui.canvas.theme import THEMES
from regviz.gui.film import Scene as Shot
from regviz.gui.film import write_film
from regviz.gui.picture import heading
from regviz.lab import Frame, document
from regviz.lab.lecture import Lecture, Scene
from regviz.sweep import MOST_FRAMES, Progress, quiet, trained

PAGE = (1240.0, 1754.0)
"""A4 upright in units of 1/150 inch."""
_MARGIN = 90.0
_PICTURE = (1920.0, 1080.0)
_REST = 2.0
"""Seconds for which an animation rests on its last picture."""
_STILL = "a step that neither moves nor plays has nothing to animate; export it as a picture"


@dataclass(frozen=True, slots=True)
class _Words:
    """Text in one face: ``size`` in page units, ``gap`` below each paragraph."""

    size: int
    weight: QFont.Weight = QFont.Weight.Normal
    color: str = "#17202B"
    gap: float = 14.0

    def font(self) -> QFont:
        made = QFont("Inter")
        made.setPixelSize(self.size)
        made.setWeight(self.weight)
        return made


_TITLE = _Words(44, QFont.Weight.DemiBold, gap=8.0)
_QUIET = _Words(20, color="#55616F", gap=18.0)
_CAPTION = _Words(27, QFont.Weight.DemiBold, gap=18.0)
_BODY = _Words(23)


def frame_of(scene: Scene) -> Frame:
    """The last frame of a step's state, with the step's caption where it has one."""
    frame = last_frame(scene.lab, scene.state)
    return dataclasses.replace(frame, caption=scene.step.caption or frame.caption)


def write_handout(
    lecture: Lecture, scenes: Sequence[Scene], file: str | os.PathLike[str], *, tell: Progress = quiet
) -> None:
    """Write a PDF with a page or more for each step: picture, caption, question, speaker notes and planned time.

    ``tell`` is told (steps done, steps in all) and may raise to stop. Raises `ExportError` for what cannot be written.
    """
    ensure_application()

    def draw(painter: QPainter, turn: Turn) -> None:
        for number, scene in enumerate(scenes, 1):
            if number > 1:
                turn()
            _page(painter, turn, lecture, scene, number, len(scenes))
            tell(number, len(scenes))

    save_bytes(file, pdf_bytes(draw, PAGE, 150.0))


def write_pictures(
    scenes: Sequence[Scene], folder: str | os.PathLike[str], *, size: tuple[int, int] = (1920, 1080),
    theme: str = "light", dpi: float = 96.0, transparent: bool = False, stamped: bool = True,
    tell: Progress = quiet,
) -> list[Path]:  # fmt: skip
    """Write each step as a numbered PNG into ``folder``, which is made if need be, and return the files.

    Raises `ExportError` for what cannot be written.
    """
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise ExportError(f"Cannot write into {os.fspath(folder)}: {error.strerror}.") from None
    files = []
    for number, scene in enumerate(scenes, 1):
        file = Path(folder, f"{number:0{len(str(len(scenes)))}}-{scene.lab.name}.png")
        frame = frame_of(scene)
        render_frame(
            frame, scene.lab.title, file, size=size, theme=theme, dpi=dpi, transparent=transparent,
            state_json=document.dump(scene.lab, scene.state),
            heading=heading(scene.lab, scene.state, frame, stamped=stamped),
        )  # fmt: skip
        files.append(file)
        tell(number, len(scenes))
    return files


def write_step(
    scene: Scene, file: str | os.PathLike[str], *, fps: int = 25, size: tuple[int, int] = (1920, 1080),
    theme: str = "light", stamped: bool = True, tell: Progress = quiet,
) -> None:  # fmt: skip
    """Write the move of a step, or its training, as .gif or .mp4; it rests two seconds on the last picture.

    Raises `ExportError` for a step that stands still.
    """
    shots = _moving(scene, fps)
    caption = scene.step.caption
    shots = [(state, dataclasses.replace(frame, caption=caption or frame.caption)) for state, frame in shots]
    shots += [shots[-1]] * round(_REST * fps)
    write_film(scene.lab, shots, file, fps=fps, size=size, theme=theme, stamped=stamped, tell=tell)


def _moving(scene: Scene, fps: int) -> list[Shot]:
    move = scene.step.move
    if move is not None:
        count = min(MOST_FRAMES, max(2, round(move.seconds * fps)))
        states = [scene.at(k / (count - 1)) for k in range(count)]
        return [(state, last_frame(scene.lab, state)) for state in states]
    if scene.step.play:
        return trained(scene.lab, scene.state)
    raise ExportError(f"There is no animation: {_STILL}.")


def _page(
    painter: QPainter, turn: Turn, lecture: Lecture, scene: Scene, number: int, total: int
) -> None:  # fmt: skip
    """One step from the top of a page on; ``turn`` begins the next page."""
    step, width = scene.step, PAGE[0] - 2 * _MARGIN
    flow = _Flow(painter, turn, QRectF(_MARGIN, _MARGIN, width, PAGE[1] - 2 * _MARGIN))
    if number == 1:
        flow.write(lecture.title, _TITLE)
        minutes = f"{lecture.planned:g} minutes, {total} steps"
        flow.write("  ·  ".join(words for words in (lecture.summary, minutes) if words), _QUIET)
    flow.write(f"{number} of {total}  ·  {step.minutes:g} min  ·  {step.title or scene.lab.title}", _QUIET)
    frame = frame_of(scene)
    _picture(painter, scene, frame, flow, width)
    flow.write(frame.caption, _CAPTION)
    if step.question:
        flow.write(f"Asked first: {step.question}", _BODY)
    flow.write(step.notes, _BODY)


def _picture(painter: QPainter, scene: Scene, frame: Frame, flow: "_Flow", width: float) -> None:
    """The picture across the page; its caption comes below, in larger words."""
    scale = width / _PICTURE[0]
    place = flow.take(scale * _PICTURE[1] + 16.0)
    theme = THEMES["light"]
    painter.save()
    painter.translate(place.topLeft())
    painter.scale(scale, scale)
    painter.fillRect(QRectF(0.0, 0.0, *_PICTURE), QColor(theme.background))
    shown = dataclasses.replace(frame, caption="")
    paint_dashboard(painter, shown, heading(scene.lab, scene.state, shown, stamped=True), *_PICTURE, theme)
    painter.restore()


class _Flow:
    """Paragraphs one below the other in a box, line by line over as many pages as they need."""

    def __init__(self, painter: QPainter, turn: Turn, box: QRectF) -> None:
        self._painter, self._turn, self._box, self._y = painter, turn, box, box.top()

    def take(self, height: float) -> QRectF:
        """A strip of that height, on a new page where this one is full."""
        if self._y + height > self._box.bottom() and self._y > self._box.top():
            self._turn()
            self._y = self._box.top()
        strip = QRectF(self._box.left(), self._y, self._box.width(), height)
        self._y += height
        return strip

    def write(self, text: str, words: _Words) -> None:
        """Write ``text``, each of its lines a paragraph."""
        self._painter.setPen(QColor(words.color))
        for paragraph in text.splitlines():
            for layout, line_height in _lines(paragraph, words.font(), self._box.width()):
                layout.draw(self._painter, self.take(line_height).topLeft())
            self._y += words.gap


def _lines(text: str, font: QFont, width: float) -> Iterator[tuple[QTextLayout, float]]:
    """The text broken at ``width``: one layout a line, with its height."""
    whole = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    whole.setTextOption(option)
    whole.beginLayout()
    pieces = []
    while (line := whole.createLine()).isValid():
        line.setLineWidth(width)
        pieces.append((line.textStart(), line.textLength()))
    whole.endLayout()
    for start, length in pieces:
        layout = QTextLayout(text[start : start + length].strip(), font)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(2.0 * width)
        line.setPosition(QPointF(0.0, 0.0))
        layout.endLayout()
        yield layout, 1.12 * line.height()
