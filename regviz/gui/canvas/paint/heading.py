"""Paints what stands around the cards: name, formula, choices, the big read-out with its slider, parts and caption."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from regviz.gui.canvas import ink
from regviz.gui.canvas.ink import BIG, Style
from regviz.gui.canvas.place import Box
from regviz.gui.canvas.theme import Theme, mix, pen, qcolor, resources
from regviz.lab import Part, show

NAME = Style(26, 600)
PLAIN = Style(18)
STRONG = Style(18, 600)
SMALL = Style(16, 500)
SMALL_PLAIN = Style(16)
SMALL_STRONG = Style(15, 600)
STAMP = Style(14)
JOIN = "  ·  "
"""Between the words beside the app's name."""
STAMP_HEIGHT = 22.0
"""Design pixels that a stamp takes at the foot of a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """The main slider: its symbol, value and shown range; ``role`` colours it."""

    symbol: str
    value: float
    low: float
    high: float
    log: bool = False
    role: str = "accent"

    @property
    def share(self) -> float:
        """Where the value stands between ``low`` and ``high``, in 0 … 1."""
        low, value, high = self.low, self.value, self.high
        if self.log and low > 0:
            low, value, high = math.log(low), math.log(max(value, low)), math.log(high)
        return min(1.0, max(0.0, (value - low) / (high - low))) if high > low else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a picture of a whole frame says on top: the lab's ``title``, the main slider, and the modes to choose;
    ``stamp`` is the small line at the foot that says what made the picture.
    """

    title: str
    knob: Knob | None = None
    modes: tuple[str, ...] = ()
    mode: str = ""
    stamp: str = ""


def name_width(words: Sequence[str]) -> float:
    """What `paint_name` needs to write ``words`` on one line."""
    return ink.width("regviz", NAME) + 22 + ink.width(JOIN.join(words), PLAIN)


def paint_name(painter: QPainter, theme: Theme, x: float, middle: float, words: Sequence[str], room: float) -> None:
    """The app's name, and beside it what is shown, each of ``words`` on a line of its own where one is too short."""
    ink.write(painter, x, middle - ink.height(NAME) / 2, "regviz", NAME, theme.text)
    x += ink.width("regviz", NAME) + 22
    room -= ink.width("regviz", NAME) + 22
    lines = [JOIN.join(words)] if ink.width(JOIN.join(words), SMALL) <= room else words
    _paint_lines(painter, lines, x, middle, room, (PLAIN, 12, theme.muted))


def paint_equation(painter: QPainter, theme: Theme, equation: str, box: Box) -> None:
    """An equation in the middle of the box, on two lines where it is too long for one."""
    lines = [equation] if ink.width(equation, SMALL_STRONG) <= box.width else _halves(equation)
    _paint_lines(painter, lines, box.left, (box.top + box.bottom) / 2, box.width, (STRONG, 12, theme.text), True)


def _halves(equation: str) -> list[str]:
    """The equation broken before a relation, else between words, so that its longer part is as short as it can be."""
    signs = [at for sign in (" = ", " ≤ ") for at in range(len(equation)) if equation.startswith(sign, at)]
    breaks = signs or [at for at, letter in enumerate(equation) if letter == " "]
    parts = [[equation[:at], equation[at + 1 :]] for at in breaks]
    return min(parts, key=lambda two: max(ink.width(part, STRONG) for part in two), default=[equation])


def _paint_lines(
    painter: QPainter, lines: Sequence[str], left: float, middle: float, room: float, face: tuple[Style, int, str],
    centred: bool = False,
) -> None:  # fmt: skip
    """Lines below one another, each in the largest style down to a smallest size that fits; centred ones in one."""
    largest, smallest, color = face
    styles = [ink.fit(line, largest, room, smallest)[1] for line in lines]
    if centred:
        styles = [min(styles)] * len(lines)
    y = middle - sum(map(ink.height, styles)) / 2
    for line, style in zip(lines, styles, strict=True):
        shown, _ = ink.fit(line, style, room, style.size)
        x = left + (room - ink.width(shown, style)) / 2 if centred else left
        ink.write(painter, x, y, shown, style, color)
        y += ink.height(style)


def paint_modes(painter: QPainter, theme: Theme, right: float, middle: float, modes: Sequence[str], mode: str) -> float:
    """A row of choices with the chosen one framed; returns its left edge."""
    if not modes:
        return right
    widths = [ink.width(each, STRONG) + 36 for each in modes]
    left = right - sum(widths) - 10
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(qcolor(theme.grid if theme.thick == 1.0 else "#EEEEEE"))
    painter.drawRoundedRect(QRectF(left, middle - 29, right - left, 58), 12, 12)
    x = left + 5
    for each, wide in zip(modes, widths, strict=True):
        chosen = each == mode
        if chosen:
            painter.setPen(pen(theme.color("accent"), 2.0 * theme.thick))
            painter.setBrush(qcolor(theme.card))
            painter.drawRoundedRect(QRectF(x, middle - 20, wide, 40), 9, 9)
        style = STRONG if chosen else PLAIN
        top = middle - ink.height(style) / 2
        ink.write(painter, x + (wide - ink.width(each, style)) / 2, top, each, style,
                  theme.text if chosen else theme.muted)  # fmt: skip
        x += wide
    return left


def paint_knob(painter: QPainter, theme: Theme, box: Box, knob: Knob) -> None:
    """The value in large figures and the slider beside it."""
    text = f"{knob.symbol} = {show(knob.value)}"
    middle = (box.top + box.bottom) / 2
    ink.write(painter, box.left, middle - ink.height(BIG) / 2, text, BIG, theme.text)
    start = box.left + max(230.0, ink.width(text, BIG) + 40)
    at = start + knob.share * (box.right - start)
    painter.setPen(pen(mix(theme.background, theme.text, 0.13 if theme.thick == 1.0 else 0.5), 8.0))
    painter.drawLine(QLineF(start + 4, middle, box.right - 4, middle))
    painter.setPen(pen(theme.color(knob.role), 8.0))
    painter.drawLine(QLineF(start + 4, middle, max(start + 4, at), middle))
    painter.setPen(pen(theme.background, 4.0))
    painter.setBrush(qcolor(theme.text))
    painter.drawEllipse(QPointF(at, middle), 13.5, 13.5)


def paint_parts(painter: QPainter, theme: Theme, box: Box, parts: Sequence[Part]) -> None:
    """A thin strip stacked of the parts, each named with its value below it or beside it in its colour."""
    known = [part for part in parts if math.isfinite(part.value) and part.value >= 0]
    texts = [f"{part.label} {show(part.value)}" for part in known]
    total = sum(part.value for part in known)
    style = SMALL
    room = max(0.6 * box.width, box.width - 150.0)
    while style.size > 10 and sum(ink.width(t, style) + 24 for t in texts) > room:
        style = Style(style.size - 1, style.weight)
    x, middle = box.left, (box.top + box.bottom) / 2
    for part, text in zip(known, texts, strict=True):
        ink.write(painter, x, middle - ink.height(style) / 2, text, style, theme.ink(part.role))
        x += ink.width(text, style) + 24
    if total > 0:
        _stack(painter, theme, Box(max(x, box.left + 230), middle - 4, box.right, middle + 4), known, total)


def _stack(painter: QPainter, theme: Theme, box: Box, parts: Sequence[Part], total: float) -> None:
    shape = QPainterPath()
    shape.addRoundedRect(box.qt(), box.height / 2, box.height / 2)
    x = box.left
    with ink.saved(painter):
        painter.setPen(Qt.PenStyle.NoPen)
        for index, part in enumerate(parts):
            wide = box.width * part.value / total
            gap = 2.0 if index < len(parts) - 1 else 0.0
            piece = QPainterPath()
            piece.addRect(QRectF(x, box.top, max(0.0, wide - gap), box.height))
            painter.fillPath(piece.intersected(shape), qcolor(theme.color(part.role)))
            x += wide


def paint_caption(painter: QPainter, theme: Theme, box: Box, caption: str, spare: Box) -> None:
    """The sentence under the cards; a long one goes on in ``spare``, the room that the stamp leaves below it."""
    lines = [(caption, box)] if ink.width(caption, SMALL) <= box.width else _continued(caption, box, spare)
    for text, room in lines:
        shown, style = ink.fit(text, PLAIN if len(lines) == 1 else SMALL_PLAIN, room.width, 12)
        ink.write(painter, room.left, (room.top + room.bottom - ink.height(style)) / 2, shown, style, theme.muted)


def _continued(caption: str, box: Box, spare: Box) -> list[tuple[str, Box]]:
    """The caption on the line and its continuation; on one line where the second has no room for the rest."""
    words = caption.split(" ")
    for count in range(len(words) - 1, 0, -1):
        first, rest = " ".join(words[:count]), " ".join(words[count:])
        if ink.width(rest, SMALL_PLAIN) > spare.width:
            break
        if ink.width(first, SMALL_PLAIN) <= box.width:
            return [(first, box), (rest, spare)]
    return [(caption, box)]


def paint_stamp(painter: QPainter, theme: Theme, box: Box, stamp: str) -> float:
    """The line that says what made the picture, at the right; returns its left edge."""
    text, style = ink.fit(stamp, STAMP, box.width, 9)
    left = box.right - ink.width(text, style)
    ink.write(painter, left, (box.top + box.bottom - ink.height(style)) / 2, text, style, theme.muted)
    return left


def paint_formula(painter: QPainter, theme: Theme, stem: str, box: Box) -> float:
    """The formula centred in the box and as large as it allows; its width, 0 where there is none of that name."""
    path = formula(stem)
    if path is None:
        return 0.0
    bounds = path.boundingRect()
    scale = min(box.width / bounds.width(), box.height / bounds.height(), 1.25)
    with ink.saved(painter):
        painter.translate((box.left + box.right) / 2, (box.top + box.bottom) / 2)
        painter.scale(scale, scale)
        painter.translate(-bounds.center())
        painter.fillPath(path, qcolor(theme.text))
    return scale * bounds.width()


@lru_cache(maxsize=64)
def formula(stem: str) -> QPainterPath | None:
    """The outlines of ``resources/formulas/<stem>.svg``; None where the file is missing or no picture."""
    if not re.fullmatch(r"[a-z0-9-]+", stem):
        return None
    try:
        root = ElementTree.fromstring((resources() / "formulas" / f"{stem}.svg").read_bytes())
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        for element in root.iter():
            _add(path, element)
    except (OSError, ElementTree.ParseError, ValueError, IndexError, KeyError):
        return None
    return None if path.isEmpty() else path


def _add(path: QPainterPath, element: ElementTree.Element) -> None:
    kind = element.tag.rpartition("}")[2]
    if kind == "rect":
        path.addRect(QRectF(*(float(element.attrib[name]) for name in ("x", "y", "width", "height"))))
    elif kind == "path":
        _trace(path, element.attrib["d"])


def _trace(path: QPainterPath, commands: str) -> None:
    """Add the absolute moves, lines and quadratic and cubic curves of a path's ``d``."""
    for letter, body in re.findall(r"([MLQCZ])([^MLQCZ]*)", commands):
        n = [float(number) for number in body.replace(",", " ").split()]
        if letter == "M":
            path.moveTo(n[0], n[1])
        elif letter == "L":
            path.lineTo(n[0], n[1])
        elif letter == "Q":
            path.quadTo(n[0], n[1], n[2], n[3])
        elif letter == "C":
            path.cubicTo(n[0], n[1], n[2], n[3], n[4], n[5])
        else:
            path.closeSubpath()
