"""Pictures without a window: a frame or a panel as an image, PNG, SVG or PDF. Equal inputs give equal bytes.

Needs no display. Numbers as JSON or CSV are written elsewhere.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QHashSeed,
    QIODevice,
    QMarginsF,
    QRectF,
    QSaveFile,
    QSize,
    QSizeF,
    Qt,
    QUuid,
)
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication

from regviz.gui.canvas.paint import paint_panel
from regviz.gui.canvas.paint.dashboard import layout, paint_dashboard
from regviz.gui.canvas.paint.heading import STAMP_HEIGHT, Heading, Knob, paint_stamp
from regviz.gui.canvas.paint.sketch import paint_strokes
from regviz.gui.canvas.place import Box
from regviz.gui.canvas.png import read_png_state, with_text
from regviz.gui.canvas.theme import THEMES, Theme, load_fonts, qcolor
from regviz.lab import Frame, Panel, Stroke

__all__ = [
    "MOST_PIXELS", "ExportError", "Heading", "Knob", "ensure_application", "frame_image", "layout", "panel_image",
    "pdf_bytes", "picture_bytes", "read_png_state", "render_frame", "save_bytes",
]  # fmt: skip

MOST_PIXELS = 16_384
"""Longest side of a picture."""
PANEL_DESIGN = (960.0, 540.0)
"""Design pixels on which a panel alone is drawn, larger in proportion than among others."""

Draw = Callable[[QPainter], None]
Turn = Callable[[], object]
"""Begins the next page."""
_application: list[QApplication] = []


class ExportError(OSError):
    """A picture that could not be made or written; the message is one sentence naming the file and the reason."""


def ensure_application() -> None:
    """Make Qt ready to paint. Without an application object one is made that needs no display."""
    if QApplication.instance() is None:
        _application[:] = [QApplication(["regviz", "-platform", "offscreen"])]
    load_fonts()


def render_frame(
    frame: Frame, title: str, file: str | os.PathLike[str], *, size: tuple[int, int] = (1920, 1080),
    theme: str | Theme = "light", dpi: float = 96.0, transparent: bool = False, panel: str | None = None,
    state_json: str | None = None, heading: Heading | None = None,
) -> None:  # fmt: skip
    """Write a frame, or the one ``panel`` of that key, as .png, .svg or .pdf of ``size`` pixels.

    ``heading`` says what stands on top (by default the title alone), ``state_json`` is stored inside a PNG. Raises
    `ExportError` for sizes beyond 16,384 px, other endings and whatever keeps the file from being written whole, and
    KeyError for an unknown panel. The old file stays as it was until the new one is complete.
    """
    ending = Path(file).suffix.lower()
    if ending not in (".png", ".svg", ".pdf"):
        raise ExportError(f"Cannot write {os.fspath(file)}: pictures end in .png, .svg or .pdf.")
    _check(file, size, dpi)
    data = picture_bytes(
        frame, heading or Heading(title=title), ending, size=size, theme=theme, dpi=dpi, transparent=transparent,
        panel=panel, state_json=state_json,
    )  # fmt: skip
    save_bytes(file, data)


def _check(file: str | os.PathLike[str], size: tuple[int, int], dpi: float) -> None:
    width, height = size
    if not (1 <= width <= MOST_PIXELS and 1 <= height <= MOST_PIXELS):
        raise ExportError(
            f"Cannot write {os.fspath(file)}: {width} × {height} px is outside 1 … {MOST_PIXELS:,} px a side."
        )
    if not 1 <= dpi <= 10_000:
        raise ExportError(f"Cannot write {os.fspath(file)}: {dpi:g} dots per inch is outside 1 … 10,000.")


def picture_bytes(
    frame: Frame, heading: Heading, ending: str, *, size: tuple[int, int], theme: str | Theme = "light",
    dpi: float = 96.0, transparent: bool = False, panel: str | None = None, state_json: str | None = None,
) -> bytes:  # fmt: skip
    """The bytes of the file that `render_frame` writes."""
    ensure_application()
    looks = THEMES[theme] if isinstance(theme, str) else theme
    draw = _drawing(frame, heading, size, looks, transparent, panel)
    if ending == ".svg":
        return _svg(draw, size)
    if ending == ".pdf":
        return _pdf(draw, size, dpi)
    image = _image(draw, size)
    image.setDotsPerMeterX(round(dpi / 0.0254))
    image.setDotsPerMeterY(round(dpi / 0.0254))
    png = _png(image)
    return with_text(png, state_json) if state_json is not None else png


def frame_image(
    frame: Frame, heading: Heading, theme: Theme, size: tuple[int, int], *, transparent: bool = False,
    panel: str | None = None,
) -> QImage:  # fmt: skip
    """A frame with its heading, or one ``panel`` of it, as an image of exactly ``size`` pixels.

    Raises `ExportError` beyond 16,384 a side and KeyError for an unknown panel.
    """
    ensure_application()
    _check("the picture", size, 96.0)
    return _image(_drawing(frame, heading, size, theme, transparent, panel), size)


def panel_image(
    panel: Panel, theme: Theme, width: float, height: float, ratio: float = 1.0, *, scale: float | None = None,
    transparent: bool = False,
) -> QImage:  # fmt: skip
    """One panel on ``width`` × ``height`` logical pixels of ``ratio`` device pixels each, as a `PanelView` shows it.

    ``scale`` is logical pixels per design pixel; by default the panel is as large as a slide would show it.
    """
    ensure_application()
    size = max(1, int(width * ratio + 0.5)), max(1, int(height * ratio + 0.5))
    _check("the picture", size, 96.0)
    return _image(_panel_drawing(panel, (width * ratio, height * ratio), theme, transparent, scale, ratio), size)


def _drawing(
    frame: Frame, heading: Heading, size: tuple[int, int], theme: Theme, transparent: bool, panel: str | None
) -> Draw:
    if panel:
        shown = frame.panel(panel)
        return _panel_drawing(shown, size, theme, transparent, None, 1.0, heading.stamp, frame.strokes)
    scale = min(size[0] / 1920, size[1] / 1080)

    def draw(painter: QPainter) -> None:
        _ground(painter, size, theme, transparent)
        painter.scale(scale, scale)
        paint_dashboard(painter, frame, heading, size[0] / scale, size[1] / scale, theme, card=not transparent)

    return draw


def _panel_drawing(
    panel: Panel, size: tuple[float, float], theme: Theme, transparent: bool, scale: float | None, ratio: float,
    stamp: str = "", strokes: tuple[Stroke, ...] = (),
) -> Draw:  # fmt: skip
    unit = scale * ratio if scale else min(size[0] / PANEL_DESIGN[0], size[1] / PANEL_DESIGN[1])

    def draw(painter: QPainter) -> None:
        _ground(painter, size, theme, transparent)
        painter.scale(unit, unit)
        wide, high = size[0] / unit, size[1] / unit
        if stamp:
            high -= STAMP_HEIGHT
            paint_stamp(painter, theme, Box(16.0, high, wide - 16.0, high + STAMP_HEIGHT), stamp)
        plot = paint_panel(painter, panel, wide, high, theme, card=not transparent).rect
        paint_strokes(painter, strokes, {panel.key: plot}, theme)

    return draw


def _ground(painter: QPainter, size: tuple[float, float], theme: Theme, transparent: bool) -> None:
    if not transparent:
        painter.fillRect(QRectF(0.0, 0.0, *size), qcolor(theme.background))


def _image(draw: Draw, size: tuple[int, int]) -> QImage:
    image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():
        raise ExportError(f"There is not enough memory for a picture of {size[0]} × {size[1]} px.")
    image.fill(Qt.GlobalColor.transparent)
    _paint(image, draw)
    return image


def _paint(device: Any, draw: Draw) -> None:
    painter = QPainter()
    if not painter.begin(device):
        raise ExportError("Qt cannot paint this picture.")
    try:
        draw(painter)
    finally:
        painter.end()


def _png(image: QImage) -> bytes:
    buffer = _buffer()
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise ExportError("Qt cannot encode this picture as PNG.")
    return bytes(buffer.data().data())


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


def _svg(draw: Draw, size: tuple[int, int]) -> bytes:
    """SVG 1.1, because Qt's default SVG Tiny forgets clipping; text is outlines, nothing is an image."""
    buffer = _buffer()
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(*size))
    generator.setViewBox(QRectF(0.0, 0.0, *size))
    generator.setResolution(96)
    generator.setTitle("regviz")
    _paint(generator, draw)
    return bytes(buffer.data().data())


def _pdf(draw: Draw, size: tuple[int, int], dpi: float) -> bytes:
    return pdf_bytes(lambda painter, turn: draw(painter), (float(size[0]), float(size[1])), dpi)


def pdf_bytes(draw: Callable[[QPainter, Turn], None], size: tuple[float, float], dpi: float) -> bytes:
    """A PDF with pages of ``size`` units, ``dpi`` of them an inch; ``draw`` gets the painter and what turns the page.

    Fonts are embedded and there are no dates, so that equal drawings give equal bytes; Qt orders fonts by hash, hence
    the seed.
    """
    QHashSeed.setDeterministicGlobalSeed()
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setPdfVersion(QPdfWriter.PdfVersion.PdfVersion_1_6)
    writer.setResolution(1200)
    writer.setCreator("regviz")
    writer.setDocumentId(QUuid.createUuidV5(QUuid(), QByteArray(b"regviz")))
    points = QSizeF(size[0] * 72.0 / dpi, size[1] * 72.0 / dpi)
    page = QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))

    def scaled(painter: QPainter) -> None:
        painter.scale(writer.width() / size[0], writer.height() / size[1])
        draw(painter, writer.newPage)

    try:
        _paint(writer, scaled)
    finally:
        QHashSeed.resetRandomGlobalSeed()
    return _undated(bytes(buffer.data().data()))


def _undated(pdf: bytes) -> bytes:
    """The file with its dates set to one day and its time zones to Greenwich; no offset moves."""
    pdf = re.sub(rb"(?<=Date \(D:)\d{14}", b"20000101000000", pdf)
    pdf = re.sub(rb"(?<=Date \(D:20000101000000)[+-]\d\d'\d\d'", b"+00'00'", pdf)
    return re.sub(rb'(?<=Date=")[-\d]{10}T[:\d]{8}[+-]\d\d:\d\d', b"2000-01-01T00:00:00+00:00", pdf)


def save_bytes(file: str | os.PathLike[str], data: bytes) -> None:
    """Write ``data`` into ``file`` whole or not at all; `ExportError` names the file and the reason.

    Devices and pipes are refused: QSaveFile would put a file in their place.
    """
    target = os.fspath(file)
    if os.path.exists(target) and not (os.path.isfile(target) or os.path.isdir(target)):
        raise ExportError(f"Cannot write {target}: it is a device or a pipe, not a file.")
    sink = QSaveFile(target)
    mode = QIODevice.OpenModeFlag
    if sink.open(mode.WriteOnly | mode.Unbuffered):  # a buffer would forget the reason
        if _written(sink, data) and sink.commit():
            return
        reason = sink.errorString()  # Qt forgets it once the writing is cancelled
        if sink.isOpen():
            sink.cancelWriting()
            sink.commit()
    else:
        reason = sink.errorString()
    reason = reason.rstrip(".") or "unknown error"
    raise ExportError(f"Cannot write {target}: {reason[0].lower()}{reason[1:]}.")


def _written(sink: QSaveFile, data: bytes) -> bool:
    """Whether all of ``data`` could be written, in pieces as the disk takes them; if not, ``sink`` knows the reason."""
    rest = memoryview(data)
    while rest:
        done = sink.write(rest.tobytes())
        if done <= 0:
            return False
        rest = rest[done:]
    return True
