"""The right part of a panel's header: read-outs in their roles' colours and the key to a field's colours."""

from PySide6.QtGui import QPainter

from regviz.gui.canvas import ink
from regviz.gui.canvas.ink import READOUT, TICK, TITLE, Style
from regviz.gui.canvas.place import Box
from regviz.gui.canvas.theme import Theme, qcolor
from regviz.lab import Field, Panel, Readout, show

PAD = 24.0
KEY_WIDTH = 120.0


def color_key(panel: Panel) -> Field | None:
    """The field whose colours the header explains: the first with a label whose scale is not two classes."""
    fields = (mark for mark in panel.marks if isinstance(mark, Field))
    return next((mark for mark in fields if mark.label and mark.scale != "classes"), None)


def _key_texts(field: Field) -> tuple[str, str]:
    return f"{field.label}  {show(field.low)}", show(field.high)


def _key_width(panel: Panel) -> float:
    field = color_key(panel)
    if field is None:
        return 0.0
    return sum(ink.width(text, TICK) + 10 for text in _key_texts(field)) + KEY_WIDTH + (24 if panel.readouts else 0)


def paint_key(painter: QPainter, field: Field, right: float, middle: float, theme: Theme) -> None:
    """A strip of the field's colours between its lowest and highest value, ending at ``right``."""
    low, high = _key_texts(field)
    top = middle - ink.height(TICK) / 2
    right -= ink.width(high, TICK)
    ink.write(painter, right, top, high, TICK, theme.muted)
    right -= 10.0
    table, step = theme.scale(field.scale), KEY_WIDTH / 32
    for k in range(32):
        blue, green, red = (int(v) for v in table[k * 255 // 31][:3])
        rect = Box(right - KEY_WIDTH + k * step, middle - 6, right - KEY_WIDTH + (k + 1) * step + 0.4, middle + 6)
        painter.fillRect(rect.qt(), qcolor(f"#{red:02X}{green:02X}{blue:02X}"))
    left = right - KEY_WIDTH - 10 - ink.width(low, TICK)
    ink.write(painter, left, top, low, TICK, theme.muted)


def readout_text(readout: Readout) -> str:
    """Label, value and unit of a read-out on one line."""
    return " ".join(part for part in (readout.label, readout.written) if part)


def header_rows(panel: Panel, width: float) -> int:
    """One row for title and read-outs together where they fit, else two."""
    if not panel.readouts and color_key(panel) is None:
        return 1
    wide = sum(ink.width(readout_text(each), READOUT) + 24 for each in panel.readouts) + _key_width(panel)
    return 1 if ink.width(panel.title, TITLE) + wide + 20 <= width - 2 * PAD else 2


def paint_readouts(painter: QPainter, panel: Panel, width: float, rows: int, theme: Theme) -> None:
    """The read-outs in their roles' colours, right-aligned; on a second row from the left where they must."""
    texts = [(readout_text(each), theme.ink(each.role)) for each in panel.readouts]
    style, room, key = READOUT, width - 2 * PAD - _key_width(panel), color_key(panel)
    while style.size > 13 and _extent(texts, style) > room:
        style = Style(style.size - 1, style.weight)
    while texts and _extent(texts, style) > room:
        texts.pop()
    x = PAD if rows > 1 else width - 27.0 - _extent(texts, style) - _key_width(panel)
    middle = 60.0 if rows > 1 else 32.0
    if key is not None and _key_width(panel) < width - 2 * PAD:
        paint_key(painter, key, width - 27.0, middle, theme)
    top = middle - ink.height(style) / 2
    for text, color in texts:
        ink.write(painter, x, top, text, style, color)
        x += ink.width(text, style) + 24


def _extent(texts: list[tuple[str, str]], style: Style) -> float:
    return sum(ink.width(text, style) for text, _ in texts) + 24.0 * max(0, len(texts) - 1)
